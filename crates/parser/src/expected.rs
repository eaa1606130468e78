//! Says in human words why the grammar stopped: what stands there and what was expected.

use crate::layout::INCONSISTENT_INDENTATION;
use crate::token::TokenKind;
use hotloop_diagnostics::{Code, Diagnostic, FileId, Span};
use lalrpop_util::ParseError;
use std::convert::Infallible;

pub(crate) static UNEXPECTED_TOKEN: Code =
    Code::new("HL0104", "something that no statement can hold at this place");

/// The grammar's error as a diagnostic.
pub(crate) fn explain(error: ParseError<u32, TokenKind, Infallible>, text: &str, file: FileId) -> Diagnostic {
    match error {
        ParseError::UnrecognizedToken { token: (start, kind, end), expected } => {
            unexpected(Found { kind, span: Span::new(file, start, end) }, &expected, text)
        }
        ParseError::ExtraToken { token: (start, kind, end) } => {
            unexpected(Found { kind, span: Span::new(file, start, end) }, &[], text)
        }
        ParseError::UnrecognizedEof { location, expected } => {
            let message = match describe(&expected) {
                Some(expected) => format!("the statement ends too early: expected {expected}"),
                None => "the statement ends too early".to_owned(),
            };
            Diagnostic::error(&UNEXPECTED_TOKEN, message, Span::new(file, location, location))
        }
        ParseError::InvalidToken { location } => {
            Diagnostic::error(&UNEXPECTED_TOKEN, "this cannot be read", Span::new(file, location, location))
        }
        ParseError::User { error } => match error {},
    }
}

/// The token at which the grammar stopped.
#[derive(Clone, Copy)]
struct Found {
    kind: TokenKind,
    span: Span,
}

fn unexpected(found: Found, expected: &[String], text: &str) -> Diagnostic {
    let Found { kind, span } = found;
    let error = |message: String| Diagnostic::error(&UNEXPECTED_TOKEN, message, span);
    let expects = |token: &str| expected.iter().any(|name| name.trim_matches('"') == token);
    if kind == TokenKind::Indent {
        let message = "the next line is indented, but nothing above it opens a block";
        return Diagnostic::error(&INCONSISTENT_INDENTATION, message, span)
            .with_help("indent it like the line above, or end that line with `:` if it opens a block");
    }
    if expects("indent") {
        let message = "an indented block is expected after this line";
        return Diagnostic::error(&INCONSISTENT_INDENTATION, message, span)
            .with_help("indent the lines below; write `pass` for a block that does nothing");
    }
    if kind == TokenKind::Newline && expects(":") {
        return error("`:` is missing at the end of this line".to_owned())
            .with_help("a line that opens a block ends in `:`");
    }
    let wanted = describe(expected);
    if kind.is_layout() {
        let wanted = wanted.map_or(String::new(), |wanted| format!(": expected {wanted}"));
        return error(format!("the line ends too early{wanted}"));
    }
    if kind == TokenKind::Equal {
        return error("`=` does not belong here".to_owned()).with_help("write `==` to compare");
    }
    let shown = shown(found, text);
    if kind.is_keyword() && wanted.as_deref() == Some("a name") {
        return error(format!("{shown} is a keyword of Python and cannot be a name"));
    }
    match wanted {
        Some(wanted) => error(format!("{shown} does not belong here: expected {wanted}")),
        None => error(format!("{shown} does not belong here")),
    }
}

/// The token as it is written, if that is short.
fn shown(found: Found, text: &str) -> String {
    let written = text.get(found.span.start as usize..found.span.end as usize).unwrap_or("");
    match found.kind {
        TokenKind::String => "this string".to_owned(),
        TokenKind::FormatStart | TokenKind::FormatMiddle | TokenKind::FormatEnd => "this f-string".to_owned(),
        TokenKind::Name | TokenKind::Number if written.len() <= 40 => format!("`{written}`"),
        TokenKind::Name => "this name".to_owned(),
        TokenKind::Number => "this number".to_owned(),
        kind => format!("`{kind}`"),
    }
}

/// Marks worth naming, with their words, in the order in which they are named.
const NAMED: [(&str, &str); 20] = [
    (")", "`)`"),
    ("with)", "`)`"),
    ("]", "`]`"),
    ("}", "`}`"),
    (":", "`:`"),
    ("=", "`=`"),
    ("in", "`in`"),
    ("import", "`import`"),
    ("def", "`def`"),
    ("class", "`class`"),
    ("except", "`except`"),
    ("finally", "`finally`"),
    ("case", "`case`"),
    ("else", "`else`"),
    ("for", "`for`"),
    ("f-end", "the end of the f-string"),
    ("indent", "an indented block"),
    (",", "`,`"),
    ("newline", "the end of the line"),
    ("dedent", "the end of the block"),
];

/// The expected tokens in words; nothing where a list would not help.
fn describe(expected: &[String]) -> Option<String> {
    let expects = |token: &str| expected.iter().any(|name| name.trim_matches('"') == token);
    let is_statement = expects("return") && expects("name");
    let mut words = Vec::new();
    if is_statement {
        words.push("a statement");
    } else if expects("name") && expects("number") && expects("lambda") {
        words.push("an expression");
    } else if expects("name") && expects("number") {
        words.push("an operand");
    } else if expects("name") {
        words.push("a name");
    }
    if !is_statement {
        for (token, word) in NAMED {
            if expects(token) && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.truncate(5);
    let last = words.pop()?;
    Some(if words.is_empty() { last.to_owned() } else { format!("{} or {last}", words.join(", ")) })
}
