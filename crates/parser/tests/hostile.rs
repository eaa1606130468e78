//! No input makes the parser panic, overflow the stack or take more than linear time.

mod common;

use common::{read, shape};
use hotloop_diagnostics::SourceMap;
use hotloop_parser::{Selection, parse_function, parse_module, significant_tokens, tokens};
use proptest::prelude::*;

/// Runs everything this crate offers over a text.
fn exercise(text: &str) {
    let end = text.len() as u32;
    for token in tokens(text) {
        assert!(
            text.get(token.start as usize..token.end as usize).is_some(),
            "{token:?} cuts a character of {text:?}"
        );
    }
    let mut sources = SourceMap::new();
    let file = sources.add("hostile.py", text);
    for selection in [Selection::Everything, Selection::Kernels] {
        let parsed = parse_module(&sources, file, selection);
        for diagnostic in &parsed.diagnostics {
            let span = diagnostic.primary.span;
            assert!(span.start <= span.end && span.end <= end, "{diagnostic:?} lies outside of {text:?}");
        }
        for statement in &parsed.module.body {
            assert!(statement.span.start <= statement.span.end && statement.span.end <= end);
        }
    }
    for offset in [0, end / 2, end] {
        parse_function(&sources, file, offset);
        significant_tokens(text, offset, end);
    }
}

/// The number of statements of a text without errors, looked at no further.
fn parses(text: &str) -> usize {
    let mut sources = SourceMap::new();
    let file = sources.add("long.py", text);
    let parsed = parse_module(&sources, file, Selection::Everything);
    assert!(parsed.diagnostics.is_empty());
    parsed.module.body.len()
}

/// A text that is either read, or refused with one of the codes.
#[track_caller]
fn refused(text: &str, code: &str) {
    assert_eq!(read(text).codes, [code]);
}

#[test]
fn brackets_and_blocks_have_limits() {
    let nested = |count: usize| format!("x = {}1{}\n", "(".repeat(count), ")".repeat(count));
    assert_eq!(read(&nested(199)).codes.len(), 0);
    refused(&nested(201), "HL0105");
    refused(&nested(100_000), "HL0105");
    refused(&format!("x = {}", "[".repeat(100_000)), "HL0107");
    let blocks =
        |count: usize| (0..count).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>();
    let pass = |depth: usize| format!("{}pass\n", " ".repeat(depth));
    assert_eq!(read(&(blocks(99) + &pass(99))).codes.len(), 0);
    refused(&(blocks(101) + &pass(101)), "HL0105");
}

#[test]
fn chains_that_nest_have_limits() {
    for (link, last) in [
        ("not ", "x"),
        ("- ", "x"),
        ("~", "x"),
        ("x ** ", "x"),
        ("x ** -", "x"),
        ("lambda: ", "x"),
        ("lambda a, b=1: ", "x"),
        ("x if y else ", "x"),
        ("x if y else lambda: ", "x"),
    ] {
        let chain = |count: usize| format!("x = {}{last}\n", link.repeat(count));
        assert_eq!(read(&chain(400)).errors, Vec::<String>::new(), "{link}");
        refused(&chain(100_000), "HL0105");
    }
    for link in [".a", "()", "[0]", ".a(b)[c]"] {
        let chain = |count: usize| format!("x = y{}\n", link.repeat(count));
        assert_eq!(read(&chain(200)).errors, Vec::<String>::new(), "{link}");
        refused(&chain(100_000), "HL0105");
    }
    refused(&format!("x = {}1{}\n", "f'{".repeat(300), "}'".repeat(300)), "HL0105");
    refused(&format!("x = {}1{}\n", "------------a[b.c(".repeat(90), ")]".repeat(90)), "HL0105");
    for branch in ["elif x: pass\n", "elif x if y else z: pass\n"] {
        assert_eq!(read(&format!("if x: pass\n{}", branch.repeat(100_000))).codes.len(), 0);
    }
    assert_eq!(read(&"if x: pass\nelif y: pass\nelif z: pass\n".repeat(2_000)).codes.len(), 0);
    assert_eq!(read(&format!("def f():\n{}", "  if x: pass\n  elif y: pass\n".repeat(2_000))).codes.len(), 0);
}

#[test]
fn chains_that_are_flat_have_none() {
    for (link, last) in [
        ("x + ", "x"),
        ("x * y + ", "x"),
        ("x.a - ", "x"),
        ("-x * ", "x"),
        ("x < ", "x"),
        ("x and ", "x"),
        ("not x or ", "x"),
        ("x, ", "x"),
        ("lambda: x, ", "x"),
        ("x = ", "x"),
        ("'a' ", "'b'"),
        ("f'{a}' ", "'b'"),
        ("x; ", "x"),
    ] {
        assert_eq!(
            read(&format!("y = {}{last}\n", link.repeat(10_000))).errors,
            Vec::<String>::new(),
            "{link}"
        );
    }
    let long_sum = format!("y = {}x\n", "x + ".repeat(200_000));
    assert_eq!(parses(&long_sum), 1);
    let long_call = format!("f({})\n", "a.b(c), ".repeat(10_000));
    assert_eq!(read(&long_call).errors, Vec::<String>::new());
    assert_eq!(read(&"@a.b(c)\n".repeat(20_000)).codes, ["HL0104"]);
    assert_eq!(read(&("x = 1\n".repeat(20_000))).module.body.len(), 20_000);
    assert_eq!(read(&format!("x = {}\n", "1".repeat(1_000_000))).codes.len(), 0);
}

#[test]
fn the_deepest_tree_that_is_accepted_can_be_printed_and_compared() {
    let level = "(not a or b and c < d | e ^ f & g << h + i * - ";
    let text = format!("x = {}1{}\n", level.repeat(150), ")".repeat(150));
    let reading = read(&text);
    assert_eq!(reading.errors, Vec::<String>::new());
    let again = read(&reading.module.to_string());
    assert_eq!(shape(reading.module), shape(again.module));
}

/// Texts that once were, or might be, hard.
const SEEDS: &[&str] = &[
    "",
    "\u{feff}",
    "\0",
    "\\",
    "\\\n",
    "x\\",
    "'",
    "\"\"\"",
    "f'",
    "f'{",
    "f'{x",
    "f'{x:",
    "f'{x!",
    "f'{x:{",
    "f'{{",
    "f'}",
    "f'\\N{",
    "f'\\",
    "f'''{\n",
    "rf'\\{x}\\",
    "b'",
    "'\\",
    "'\\x",
    "'\\N",
    "'\\N{",
    "(",
    ")",
    "(]",
    "f'{(}'",
    "f'{x]}'",
    "f'{\"",
    "f'{f'{",
    "f\"{f'{\"",
    "match",
    "match:",
    "match x:",
    "case",
    "type",
    "type x",
    "with (",
    "with ()",
    "async",
    "async with (",
    "with (\\",
    "@",
    "@a",
    "@a\n@b",
    "if x:\n\t",
    "if x:\n \tx\n\t x",
    " x",
    "\tx\n x",
    "x\r",
    "\r\n\r",
    "\x0c",
    "0x",
    "0b",
    "1e",
    "1_",
    ".",
    "..",
    "é",
    "é'",
    "1é",
    "x = é$é",
    "'é\\é",
    "f'é{é}\\é'",
    "f'{x\n}'",
    "f'{x:\n}'",
    "f'{x:'",
    "def f(\ndef g(\n@a\ndef h(",
    "(\n@",
    "{**",
    "lambda",
    "lambda *",
    "x[",
    "x[:",
    "global",
    "from",
    "from .",
    "import",
    "if x:\n  a\n b\n  c\n",
    "if x: if y: z",
    "try:",
    "else:",
    "elif",
    "except",
    "if x:\nelse",
    "\\\n  \\\n  x",
    "  \\\nx",
    "f'{x=}' f'{x = !r:^{y!s}}'",
    "t'{x}' b''",
    "f'{lambda x: 1}'",
    "f'{x:=1}'",
    "f'{x!=y}'",
    "f'{*x}'",
    "f'{yield}'",
];

#[test]
fn hard_texts_do_no_harm() {
    SEEDS.iter().for_each(|text| exercise(text));
    for first in SEEDS {
        for second in SEEDS {
            exercise(&format!("{first}{second}"));
            exercise(&format!("{first}\n{second}\n"));
        }
    }
}

/// A file of the project in Python, cut at every byte.
#[test]
fn a_real_file_cut_anywhere_does_no_harm() {
    let text = include_str!("data/mixed.py");
    assert_eq!(read(text).errors, Vec::<String>::new());
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let mut sources = SourceMap::new();
        let file = sources.add("cut.py", &text[..end]);
        parse_module(&sources, file, Selection::Everything);
        let file = sources.add("cut.py", &text[end..]);
        parse_module(&sources, file, Selection::Kernels);
    }
}

/// Pieces of which the soup is made.
const PIECES: &[&str] = &[
    "x",
    "1",
    "'a'",
    "f'",
    "{",
    "}",
    "'",
    "\"\"\"",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ";",
    ".",
    "=",
    ":=",
    "==",
    "!",
    "!=",
    "+",
    "-",
    "*",
    "**",
    "@",
    "->",
    "if",
    "else",
    "elif",
    "for",
    "in",
    "not",
    "is",
    "and",
    "lambda",
    "def",
    "class",
    "return",
    "yield",
    "from",
    "import",
    "as",
    "with",
    "async",
    "await",
    "match",
    "case",
    "type",
    "try",
    "except",
    "finally",
    "_",
    "None",
    "global",
    "\n",
    "\n    ",
    "\n        ",
    "\n\t",
    " ",
    "  ",
    "#",
    "\\",
    "\\\n",
    "é",
    "$",
    "0x",
    "1_0",
    "...",
    "b'",
    "rf\"",
    "\"",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_text_does_no_harm(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_ascii_does_no_harm(text in "[ -~\n\t\r\\x0c]{0,200}") {
        exercise(&text);
    }

    #[test]
    fn any_soup_of_tokens_does_no_harm(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
        spaced in any::<bool>(),
    ) {
        exercise(&pieces.join(if spaced { " " } else { "" }));
    }

    /// What is accepted prints to text that gives the same tree.
    #[test]
    fn accepted_soup_is_printed_faithfully(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..6),
    ) {
        let reading = read(&pieces.join(" "));
        if reading.errors.is_empty() {
            let again = read(&reading.module.to_string());
            prop_assert_eq!(again.errors, Vec::<String>::new());
            prop_assert_eq!(shape(reading.module), shape(again.module));
        }
    }
}
