//! Shows what the parser says about the text on standard input, and what it read: `cargo run --example check < file.py`.

use hotloop_diagnostics::{SourceMap, Style};
use hotloop_parser::{Selection, parse_module};
use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("text in UTF-8");
    let mut sources = SourceMap::new();
    let file = sources.add("<stdin>", text);
    let parsed = parse_module(&sources, file, Selection::Everything);
    for diagnostic in &parsed.diagnostics {
        println!("{}", sources.render(diagnostic, Style::Plain));
    }
    println!("{}", parsed.module);
}
