//! Spans: each node covers what it was read from.

mod common;

use hotloop_ast::{Expr, ExprKind, Stmt, StmtKind};
use hotloop_diagnostics::{SourceMap, Span};
use hotloop_parser::{Selection, parse_module};

struct Read {
    sources: SourceMap,
    body: Vec<Stmt>,
}

impl Read {
    fn new(text: &str) -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add("test.py", text);
        let parsed = parse_module(&sources, file, Selection::Everything);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        Self { sources, body: parsed.module.body }
    }

    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    /// The value of the assignment in the first statement.
    fn value(&self) -> &Expr {
        match &self.body[0].kind {
            StmtKind::Assign { value, .. } => value,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn statements_end_before_the_line_end_and_start_at_their_decorators() {
    let read = Read::new(
        "@njit  # fast\ndef f(x):\n    if x:\n        y = 1  # one\n\n    # two\n\nz = 3  # three\n",
    );
    assert_eq!(read.text(read.body[0].span), "@njit  # fast\ndef f(x):\n    if x:\n        y = 1");
    assert_eq!(read.text(read.body[1].span), "z = 3");
    let StmtKind::Function(function) = &read.body[0].kind else { panic!("a function") };
    assert_eq!(function.span, read.body[0].span);
    assert_eq!(read.text(function.name.span), "f");
    assert_eq!(read.text(function.decorators[0].span), "njit");
    assert_eq!(read.text(function.body[0].span), "if x:\n        y = 1");
}

#[test]
fn statements_of_one_line_have_places_of_their_own() {
    let read = Read::new("a = 1; b = 2 ; c\n");
    let texts: Vec<&str> = read.body.iter().map(|statement| read.text(statement.span)).collect();
    assert_eq!(texts, ["a = 1", "b = 2", "c"]);
}

#[test]
fn operators_cover_the_parentheses_of_their_operands() {
    let read = Read::new("x = (a + b) * (c)\n");
    assert_eq!(read.text(read.value().span), "(a + b) * (c)");
    let ExprKind::Binary { first, rest } = &read.value().kind else { panic!("a product") };
    assert_eq!(read.text(first.span), "a + b");
    assert_eq!(read.text(rest[0].1.span), "c");
}

#[test]
fn inner_chains_cover_their_operands_alone() {
    let read = Read::new("x = a + b * (c) - d\n");
    let ExprKind::Binary { rest, .. } = &read.value().kind else { panic!("a sum") };
    assert_eq!(read.text(rest[0].1.span), "b * (c)");
    assert_eq!(read.text(read.value().span), "a + b * (c) - d");
}

#[test]
fn trailers_cover_what_they_follow() {
    let read = Read::new("x = (a).b [ 1:2 , 3 ] (c, d = e)\n");
    assert_eq!(read.text(read.value().span), "(a).b [ 1:2 , 3 ] (c, d = e)");
    let ExprKind::Call { function, .. } = &read.value().kind else { panic!("a call") };
    assert_eq!(read.text(function.span), "(a).b [ 1:2 , 3 ]");
    let ExprKind::Subscript { value, index } = &function.kind else { panic!("a subscript") };
    assert_eq!((read.text(value.span), read.text(index.span)), ("(a).b", "1:2 , 3"));
    let ExprKind::Tuple(items) = &index.kind else { panic!("a tuple") };
    assert_eq!(read.text(items[0].span), "1:2");
}

#[test]
fn displays_cover_their_brackets() {
    for value in [
        "(a, b)",
        "()",
        "[a]",
        "{a: b}",
        "(i for i in x)",
        "[i for i in x]",
        "-a",
        "not a",
        "lambda: a",
        "f\"{a}\" 'b'",
    ] {
        let text = format!("x = {value}\n");
        let read = Read::new(&text);
        assert_eq!(read.text(read.value().span), value);
    }
}

#[test]
fn fields_of_format_strings_have_their_true_places() {
    let read = Read::new("x = f'ä{a + b!r:>{c}}'\n");
    let ExprKind::FormatString(parts) = &read.value().kind else { panic!("an f-string") };
    let hotloop_ast::FormatPart::Field { value, format: Some(format), .. } = &parts[1] else {
        panic!("a field")
    };
    assert_eq!(read.text(value.span), "a + b");
    let hotloop_ast::FormatPart::Field { value, .. } = &format[1] else { panic!("a field") };
    assert_eq!(read.text(value.span), "c");
}
