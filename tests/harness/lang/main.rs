//! `tests/lang/*.md`: the language reference, executed.
//!
//! A page is prose and blocks of Python (` ```py `). Each block is a module of its own, which begins with the imports of
//! [`page::HEAD`]. It holds kernels, and claims: expressions at the module's level, each with a comment that says what
//! comes of it.
//!
//! ```py
//! @njit
//! def half(n):
//!     return n / 2
//!
//! half(7)                     # gives: 3.5
//! reveal_type(half(7))        # revealed: float64
//! half(1) // 0                # raises: ZeroDivisionError
//! "a" / 2                     # error: [HL0204]
//! ```
//!
//! The expression becomes a kernel without parameters. What it gives or raises is asked of CPython and of every way in
//! which Hotloop can run it, as in `tests/run/`, and the value claimed, which is Python too, must be what CPython says.
//! A block that has an error stands for a file that has one: each diagnostic must be announced on its line, be it a
//! claim or a line of a kernel (which is reached through the kernel's own signature, or a claim that says `# error`
//! without a code), and every announcement must come true. After `# raises: ` stands a class, perhaps with `: message`. A block marked ` ```py ignore ` is only shown.

#[path = "../run/agree.rs"]
mod agree;
mod block;
#[path = "../run/call.rs"]
mod call;
mod page;

use std::path::PathBuf;
use std::sync::Arc;

use call::Way;
use hotloop_driver::{CacheUse, Engine};
use hotloop_tests::oracle::{ask, root};
use libtest_mimic::{Arguments, Failed, Trial};
use page::Page;

fn main() {
    let arguments = Arguments::from_args();
    let scratch = std::env::temp_dir().join(format!("hotloop-lang-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("the folder for temporary files can be written to");
    let blocks: Vec<page::Block> = pages().iter().flat_map(|path| Page::read(path).blocks).collect();
    let programs: Vec<PathBuf> = blocks.iter().map(|block| block.write(&scratch)).collect();
    let answers = ask(&programs, &scratch.join("answers"));
    let ways = Arc::new(Way::all());
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let trials = blocks.into_iter().zip(answers).map(|(block, program)| {
        let (ways, engine) = (Arc::clone(&ways), engine.clone());
        Trial::test(format!("lang/{}", block.name), move || {
            block::check(&block, &program, &engine, &ways).map_err(Failed::from)
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    std::fs::remove_dir_all(&scratch).expect("the folder was made above");
    conclusion.exit();
}

fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/lang")).expect("tests/lang exists");
    let mut pages: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    pages.sort();
    pages
}
