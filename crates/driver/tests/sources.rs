//! The digest of the compiler's sources, which keeps the cache's entries of one build from another, follows every change of them.

#[path = "../build/sources.rs"]
mod sources;

use std::fs;
use std::path::Path;

#[test]
fn this_build_was_made_of_these_sources() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    assert_eq!(sources::digest(&crates).unwrap(), env!("HOTLOOP_SOURCES"));
    let folders = sources::source_folders(&crates).unwrap();
    for part in ["abi/src", "codegen/src", "driver/src", "objects/src", "prelude/kernels", "runtime/src"] {
        assert!(folders.iter().any(|folder| folder.ends_with(part)), "{part}");
    }
}

#[test]
fn a_changed_layout_changes_the_digest() {
    let crates = std::env::temp_dir().join(format!("hotloop-sources-{}", std::process::id()));
    let digest_with = |path: &str, text: &str| {
        let file = crates.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        sources::digest(&crates).unwrap()
    };
    let first = digest_with("abi/src/lib.rs", "pub struct Header { pub length: u32 }");
    assert_eq!(digest_with("abi/src/lib.rs", "pub struct Header { pub length: u32 }"), first);
    let wider = digest_with("abi/src/lib.rs", "pub struct Header { pub length: u64 }");
    assert_ne!(wider, first);
    let added = digest_with("driver/src/entry/sites.rs", "");
    assert_ne!(added, wider);
    let library = digest_with("prelude/kernels/numpy/sums.py", "def sum(a):\n    return a\n");
    assert_ne!(library, added, "the cache keeps what the prelude was compiled to");
    assert_eq!(
        digest_with("cli/src/main.rs", "fn main() {}"),
        library,
        "the command line is no part of the compiler"
    );
    fs::remove_dir_all(&crates).unwrap();
}
