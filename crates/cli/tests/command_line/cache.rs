//! What a second process finds in the cache, and `hotloop cache`.

use crate::support::Scratch;

const CALLER: &str = "\
from hotloop import njit
from constants import scaled

@njit(cache=True)
def total(x):
    acc = 0.0
    for i in range(x.shape[0]):
        acc += scaled(x[i])
    return acc
";

const CALLEE: &str = "\
from hotloop import njit

FACTOR = 2.0

@njit(cache=True)
def scaled(value):
    return value * FACTOR
";

struct Timed {
    printed: String,
    /// The stages that ran, after the words `compile` and how.
    stages: Vec<String>,
}

fn timed(scratch: &Scratch) -> Timed {
    let outcome = scratch.run(&["run", "caller.py", "total", "arange:5:float64", "--timings"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    // Passes stand further to the right than stages.
    let stages = outcome.stderr.lines().filter(|line| !line.starts_with("    "));
    let names = stages.filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
    let stages = names.filter(|name| !["arguments", "compile", "run"].contains(&name.as_str())).collect();
    Timed { printed: outcome.stdout, stages }
}

const EVERYTHING: [&str; 9] =
    ["cache", "parse", "key", "infer", "lower", "optimise", "codegen", "load", "store"];

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("caller.py", CALLER).write("constants.py", CALLEE);
    scratch
}

#[test]
fn a_second_process_finds_everything() {
    let scratch = scratch("second");
    let first = timed(&scratch);
    assert_eq!((first.printed.as_str(), first.stages), ("20.0\n", EVERYTHING.map(str::to_owned).to_vec()));
    let second = timed(&scratch);
    assert_eq!(
        (second.printed.as_str(), second.stages),
        ("20.0\n", vec!["cache".to_owned(), "load".to_owned()])
    );
}

#[test]
fn a_changed_comment_costs_a_parse() {
    let scratch = scratch("comment");
    timed(&scratch);
    let kept = ["cache", "parse", "key", "load"].map(str::to_owned).to_vec();
    for edited in [format!("# A comment.\n\n{CALLER}"), CALLER.replace("acc = 0.0", "acc = 0.0  # so far")] {
        scratch.write("caller.py", edited);
        let second = timed(&scratch);
        assert_eq!((second.printed.as_str(), second.stages), ("20.0\n", kept.clone()));
        let third = timed(&scratch);
        assert_eq!(third.stages, ["cache", "load"], "the way from the edited file is noted");
    }
    scratch.write("constants.py", CALLEE.replace("FACTOR = 2.0", "FACTOR = 2.0\nOTHER = 3.0"));
    assert_eq!(timed(&scratch).stages, kept, "what no kernel reads does not matter");
}

#[test]
fn a_changed_constant_of_a_called_kernel_is_a_miss() {
    let scratch = scratch("constant");
    timed(&scratch);
    scratch.write("constants.py", CALLEE.replace("2.0", "3.0"));
    let second = timed(&scratch);
    assert_eq!(second.printed, "30.0\n");
    assert!(second.stages.contains(&"codegen".to_owned()), "{:?}", second.stages);
    scratch.write("constants.py", CALLEE.replace("value * FACTOR", "value - FACTOR"));
    assert_eq!(timed(&scratch).printed, "0.0\n");
    scratch.write("constants.py", CALLEE);
    let back = timed(&scratch);
    assert_eq!((back.printed.as_str(), back.stages.join(" ")), ("20.0\n", "cache parse key load".to_owned()));
}

#[test]
fn lines_of_exceptions_follow_the_source() {
    let scratch = Scratch::new("lines");
    let source = "from hotloop import njit\n\n@njit(cache=True)\ndef pick(x):\n    return x[7]\n";
    scratch.write("pick.py", source);
    for (edited, line) in
        [(source.to_owned(), 5), (source.to_owned(), 5), (format!("# moved\n\n{source}"), 7)]
    {
        scratch.write("pick.py", edited);
        for _ in 0..2 {
            let message = scratch.refuses(&["run", "pick.py", "pick", "ones:3"]);
            let expected = format!(
                "pick.py:{line} in pick\nIndexError: index 7 is out of bounds for axis 0 with size 3"
            );
            assert_eq!(message, expected);
        }
    }
}

#[test]
fn an_unusable_folder_is_told_once_and_costs_nothing_else() {
    let scratch = scratch("unusable");
    scratch.write("cache", "a file stands in its place");
    let outcome = scratch.run(&["run", "caller.py", "total", "arange:5:float64"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "20.0\n"));
    assert!(outcome.stderr.starts_with("warning: nothing is kept in the cache: "), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
}

#[test]
fn a_damaged_entry_is_told_once_and_made_anew() {
    let scratch = scratch("damaged");
    timed(&scratch);
    let entries = entry_files(&scratch.folder.join("cache"), "code");
    for entry in &entries {
        let mut bytes = std::fs::read(entry).expect("it can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(entry, bytes).expect("it can be written");
    }
    let outcome = scratch.run(&["run", "caller.py", "total", "arange:5:float64"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "20.0\n"));
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with("warning: the cache entry ")
            && outcome.stderr.contains("the checksum does not fit the contents"),
        "{}",
        outcome.stderr
    );
    assert_eq!(timed(&scratch).stages, ["cache", "load"], "the entries are whole again");
}

#[test]
fn entries_are_listed_verified_and_removed() {
    let scratch = scratch("entries");
    let folder = scratch.folder.join("cache");
    assert_eq!(scratch.prints(&["cache", "path"]), format!("{}\n", folder.display()));
    assert!(scratch.prints(&["cache", "list"]).ends_with("does not exist yet: nothing is cached\n"));
    timed(&scratch);
    let listed = scratch.prints(&["cache", "list"]);
    let about = "total: float64(float64[::1])";
    assert!(listed.lines().any(|line| line.starts_with("code ") && line.ends_with(about)), "{listed}");
    assert!(!listed.contains("scaled: "), "what its only caller has copied has no code of its own: {listed}");
    let count = std::fs::read_dir(&folder)
        .expect("it is there")
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
        .count();
    assert!(count >= 2 && scratch.prints(&["cache", "verify"]).ends_with(", all intact\n"));
    for entry in entry_files(&folder, "code") {
        let mut bytes = std::fs::read(&entry).expect("it can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&entry, bytes).expect("it can be written");
    }
    let message = scratch.refuses(&["cache", "verify"]);
    assert!(
        message.contains("the checksum does not fit") && message.contains("error: 1 entry damaged"),
        "{message}"
    );
    assert_eq!(timed(&scratch).printed, "20.0\n");
    assert!(
        scratch.prints(&["cache", "verify"]).ends_with(", all intact\n"),
        "the damaged entries were made anew"
    );
    assert!(scratch.prints(&["cache", "clear"]).contains("removed"));
    assert!(scratch.prints(&["cache", "list"]).starts_with("0 entries"));
}

fn entry_files(folder: &std::path::Path, kind: &str) -> Vec<std::path::PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("it is there").filter_map(Result::ok).map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == kind)).collect()
}
