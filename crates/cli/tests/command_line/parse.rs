//! `hotloop parse`: whole files, accepted or refused as Python's parser does.

use crate::support::Scratch;

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::create_dir_all(scratch.folder.join("package/inner")).expect("a folder can be made");
    scratch
        .write("package/first.py", "class A:\n    async def f(self): return [x async for x in self]\n")
        .write("package/inner/second.py", "match command:\n    case 'go': run()\n")
        .write("package/notes.txt", "this is no Python\n")
        .write("package/latin.py", b"# coding: latin-1\nname = '\xe9'\n");
    scratch
}

#[test]
fn a_folder_is_read_at_any_depth() {
    let scratch = scratch("parse_folder");
    assert_eq!(
        scratch.prints(&["parse", "package", "--round-trip"]),
        "Python 3.14: 3 files, 3 read, 3 parsed, 0 failed\n"
    );
}

#[test]
fn a_version_decides_what_is_accepted() {
    let scratch = scratch("parse_version");
    let outcome = scratch.run(&["parse", "package", "--python", "3.9"]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stdout, "Python 3.9: 3 files, 3 read, 2 parsed, 1 failed\n");
    assert!(outcome.stderr.starts_with("error[HL0117]: `match` needs Python 3.10"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("second.py:1:1"), "{}", outcome.stderr);
    let outcome = scratch.run(&["parse", "package", "--python", "2.7"]);
    assert_eq!(outcome.code, Some(2));
}

#[test]
fn every_error_of_every_file_is_in_the_json() {
    let scratch = scratch("parse_json");
    scratch.write("package/bad.py", "x = = 1\ny = 2\nz = (\n");
    let outcome = scratch.run(&["parse", "package/bad.py", "package/inner", "nowhere", "--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let count = |name: &str| json[name].as_u64().expect("a count");
    assert_eq!(["files", "read", "parsed", "failed"].map(count), [3, 2, 1, 2]);
    assert_eq!(json["failures"][0]["path"], "nowhere");
    let errors = &json["failures"][1]["errors"];
    let place = |error: &serde_json::Value| error["primary"]["start"]["line"].clone();
    assert_eq!((&errors[0]["code"], place(&errors[0])), (&"HL0104".into(), 1.into()));
    assert_eq!((&errors[1]["code"], place(&errors[1])), (&"HL0107".into(), 3.into()));
}
