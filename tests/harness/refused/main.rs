//! `tests/refused/*.md`: what Hotloop refuses, and what it says then.
//!
//! A page has a section a snippet: a heading that says what is refused, a block of Python (` ```py `), and the message
//! (` ```text `). A snippet is a module with one mistake; the imports it needs ([`IMPORTS`]) stand behind it, so that
//! the lines in the message are those of the block. It must be refused with exactly one message that has a code and a
//! place, and shows no name of ours. `cargo xtask test refused --bless` writes the messages anew: read them as somebody
//! who knows Python and nothing of Hotloop.

use hotloop_driver::{CacheUse, Engine, Failure};
use hotloop_tests::oracle::root;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What snippets may use without importing it.
const IMPORTS: &str = "\nimport math\nimport numpy as np\nfrom hotloop import jit, njit, prange\n";

/// What a message must not show: words for things within the compiler.
const INTERNAL: [&str; 8] =
    ["HIR", "MIR", "Dtype", "ExprKind", "StmtKind", "TypeKind", "InstKind", "hotloop_"];

/// A section of a page.
struct Section {
    title: String,
    snippet: String,
    message: String,
}

fn main() {
    let arguments = Arguments::from_args();
    if std::env::var_os("HOTLOOP_BLESS").is_some() {
        pages().iter().for_each(|path| bless(path));
    }
    let trials = pages().into_iter().flat_map(|path| {
        let page = path.file_stem().expect("a page has a name").to_string_lossy().into_owned();
        let sections = read(&path).into_iter();
        sections.map(move |section| {
            Trial::test(format!("refused/{page}/{}", section.title), move || check(&section))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/refused")).expect("tests/refused exists");
    let mut pages: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    pages.sort();
    pages
}

fn check(section: &Section) -> Result<(), Failed> {
    let message = message(section)?;
    if let Some(word) = INTERNAL.iter().find(|word| message.contains(*word)) {
        return Err(format!("the message shows `{word}`, which is a word of ours:\n{message}").into());
    }
    if message != section.message {
        return Err(format!("the message is now\n{message}\nand was\n{}", section.message).into());
    }
    Ok(())
}

/// The one message that a snippet gets.
fn message(section: &Section) -> Result<String, Failed> {
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let source = format!("{}{IMPORTS}", section.snippet);
    let report = match engine.check_source("snippet.py", &source) {
        Ok(report) => report,
        Err(Failure::Internal(reason)) => return Err(format!("internal error: {reason}").into()),
        Err(failure) => return Err(format!("no diagnostic: {failure}").into()),
    };
    let refusal = report.refusal.ok_or("it is accepted")?;
    match refusal.diagnostics.len() {
        1 => Ok(format!("{refusal}\n")),
        count => Err(format!("{count} messages instead of one:\n{refusal}").into()),
    }
}

fn read(path: &Path) -> Vec<Section> {
    let text = std::fs::read_to_string(path).expect("the page can be read");
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| {
            let title = section.lines().next().unwrap_or_default().to_owned();
            let block = |mark: &str| section.split_once(mark).and_then(|(_, rest)| rest.split_once("```"));
            let block = |mark: &str| block(mark).map_or(String::new(), |(block, _)| block.to_owned());
            Section { title, snippet: block("```py\n"), message: block("```text\n") }
        })
        .collect()
}

/// Writes a page with the messages that its snippets get now; one that gets none keeps its own.
fn bless(path: &Path) {
    let text = std::fs::read_to_string(path).expect("the page can be read");
    let head = text.split("\n## ").next().unwrap_or_default();
    let mut blessed = head.trim_end().to_owned() + "\n";
    for section in read(path) {
        let Section { title, snippet, .. } = &section;
        let message = message(&section).unwrap_or_else(|_| section.message.clone());
        let _ = write!(blessed, "\n## {title}\n```py\n{snippet}```\n```text\n{message}```\n");
    }
    std::fs::write(path, blessed).expect("the page can be written");
}
