//! Answers for each text on standard input: the filter behind `cargo xtask syntax`, which compares with `ast.parse`.
//!
//! An order is a line `check LENGTH` or `print LENGTH`, then as many bytes. The answer is a line: `ok`, or the first error. To
//! `print`, `ok` has the length of the printed tree behind it, and the printed tree follows.

use hotloop_diagnostics::{Diagnostic, Severity, SourceMap};
use hotloop_parser::{PythonVersion, Selection, decode, parse_module_as};
use std::io::{BufRead, Read, Write};

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--python").skip(1);
    let version = arguments.next().map_or(PythonVersion::NEWEST, |text| text.parse().expect("a version"));
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    loop {
        let mut order = String::new();
        input.read_line(&mut order).expect("standard input");
        let Some((word, length)) = order.trim().split_once(' ') else { return };
        let mut bytes = vec![0; length.parse::<usize>().expect("a length")];
        input.read_exact(&mut bytes).expect("as many bytes as announced");
        let answer = answer(bytes, word == "print", version);
        output.write_all(answer.as_bytes()).expect("standard output");
        output.flush().expect("standard output");
    }
}

fn answer(bytes: Vec<u8>, prints: bool, version: PythonVersion) -> String {
    let mut sources = SourceMap::new();
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(undecodable) => {
            let file = sources.add("text.py", undecodable.text.as_str());
            return refused(&sources, &undecodable.diagnose(file));
        }
    };
    let file = sources.add("text.py", text);
    let parsed = parse_module_as(&sources, file, Selection::Everything, version);
    let error = parsed.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    match error {
        Some(error) => refused(&sources, error),
        None if prints => {
            let printed = parsed.module.to_string();
            format!("ok {}\n{printed}", printed.len())
        }
        None => "ok\n".to_owned(),
    }
}

fn refused(sources: &SourceMap, error: &Diagnostic) -> String {
    let place = sources.location(error.primary.span);
    format!("{}:{} {}\n", place.line, place.column, error.message)
}
