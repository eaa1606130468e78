//! Answers for each text on standard input: a filter for comparing with CPython's `ast.parse`.
//!
//! A text is a line with its length in bytes, then the bytes. The answer is a line: `ok`, or the first error. With the
//! argument `--print`, `ok` has the length of the printed tree behind it, and the printed tree follows.

use hotloop_diagnostics::{Severity, SourceMap};
use hotloop_parser::{Selection, parse_module};
use std::io::{BufRead, Read, Write};

fn main() {
    let prints = std::env::args().any(|argument| argument == "--print");
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    loop {
        let mut length = String::new();
        input.read_line(&mut length).expect("standard input");
        let Ok(length) = length.trim().parse::<usize>() else { return };
        let mut bytes = vec![0; length];
        input.read_exact(&mut bytes).expect("as many bytes as announced");
        output
            .write_all(answer(&String::from_utf8_lossy(&bytes), prints).as_bytes())
            .expect("standard output");
        output.flush().expect("standard output");
    }
}

fn answer(text: &str, prints: bool) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("text.py", text);
    let parsed = parse_module(&sources, file, Selection::Everything);
    let error = parsed.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    match error {
        Some(error) => {
            let place = sources.location(error.primary.span);
            format!("{}:{} {}\n", place.line, place.column, error.message)
        }
        None if prints => {
            let printed = parsed.module.to_string();
            format!("ok {}\n{printed}", printed.len())
        }
        None => "ok\n".to_owned(),
    }
}
