//! The pages of the codes tell the truth: the first block of a page gives its code and no other, the others give none.

use hotloop_driver::{CacheUse, Engine, Failure};
use std::path::Path;

/// The codes found when a text is checked as `hotloop check` does: every kernel that declares signatures is typed for them.
fn codes(text: &str, folder: &Path) -> Vec<&'static str> {
    let path = folder.join("page.py");
    std::fs::write(&path, text).expect("the folder for temporary files can be written to");
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let report = engine.check_file(&path).expect("the file can be read");
    let refusal = report.refusal.into_iter().flat_map(|refusal| refusal.diagnostics);
    refusal.map(|diagnostic| diagnostic.code.name()).collect()
}

/// The codes of what is found when the function `example` of a text runs, and races are looked for.
fn codes_when_run(text: &str) -> Vec<&'static str> {
    let builder = Engine::builder().cache_use(CacheUse::Never).race_check(true);
    let engine = builder.build().expect("an engine for this machine");
    let kernel = engine.function("page.py", text, "example").expect("the page has an example");
    match kernel.call(&[]) {
        Ok(_) => Vec::new(),
        Err(Failure::Raced(refusal)) => refusal.diagnostics.iter().map(|found| found.code.name()).collect(),
        Err(failure) => panic!("{failure}"),
    }
}

/// What nobody knows before the program runs.
const FOUND_AT_RUN_TIME: &[&str] = &["HL0345"];

/// What only Python asks for, as the host of its kernels: `tests/python/test_pages.py` looks at these pages.
const FOUND_BY_PYTHON: &[&str] = &["HL0285", "HL0286", "HL0347"];

#[test]
fn every_page_shows_its_code_and_a_way_out() {
    // Some pages show what is too deep; unoptimised code needs more room for it than a test's thread has.
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(check_pages);
    thread.expect("a thread").join().expect("all pages tell the truth");
}

fn check_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let scratch = std::env::temp_dir().join(format!("hotloop-pages-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("the folder for temporary files can be written to");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of the pages").flatten() {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let ours = |code: &&str| ["HL02", "HL03", "HL04"].iter().any(|family| code.starts_with(family));
        let Some(code) = name.strip_suffix(".md").filter(ours) else { continue };
        let page = std::fs::read_to_string(entry.path()).expect("a page");
        assert!(page.starts_with(&format!("# {code}: ")), "{name}");
        let blocks: Vec<&str> =
            page.split("```py\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(blocks.len() >= 2, "{name} has no way out");
        pages += 1;
        if FOUND_BY_PYTHON.contains(&code) {
            continue;
        }
        let is_run = FOUND_AT_RUN_TIME.contains(&code);
        let found = if is_run { codes_when_run(blocks[0]) } else { codes(blocks[0], &scratch) };
        assert_eq!(found, [code], "{name}");
        for block in &blocks[1..] {
            let mut found = codes(block, &scratch);
            if is_run {
                found.extend(codes_when_run(block));
            }
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
    std::fs::remove_dir_all(&scratch).expect("the folder was made above");
    assert!(pages >= 45, "a page for each code");
}
