//! Says in human words why the grammar stopped: what stands there and what was expected.

use crate::layout::INCONSISTENT_INDENTATION;
use crate::token::TokenKind;
use hotloop_diagnostics::{Code, Diagnostic, FileId, Span};
use lalrpop_util::ParseError;
use logos::Logos as _;
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
            too_early(Span::new(file, location, location), &expected)
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
    if kind == TokenKind::Indent {
        let message = "the next line is indented, but nothing above it opens a block";
        return Diagnostic::error(&INCONSISTENT_INDENTATION, message, span)
            .with_help("indent it like the line above, or end that line with `:` if it opens a block");
    }
    if kind == TokenKind::Newline && expects(expected, ":") {
        return error("`:` is missing at the end of this line".to_owned())
            .with_help("a line that opens a block ends in `:`");
    }
    if kind.is_layout()
        && let Some(operator) = counted_up(found, text)
    {
        let sign = operator.chars().next().unwrap_or('+');
        return error(format!("Python has no operator `{operator}`")).with_help(format!("write `{sign}= 1`"));
    }
    if kind.is_layout() || expects(expected, "indent") {
        return too_early(span, expected);
    }
    if let Some(partner) = partner(kind).filter(|_| expects(expected, "pass")) {
        return error(format!("`{kind}` without {partner} above it"))
            .with_help("check the indentation of this line and of the lines above");
    }
    if let (TokenKind::Ampersand | TokenKind::Bar, true) = (kind, doubled(found, text)) {
        let (written, word) = if kind == TokenKind::Bar { ("||", "or") } else { ("&&", "and") };
        return error(format!("Python has no operator `{written}`")).with_help(format!("write `{word}`"));
    }
    let wanted = describe(expected);
    if (kind == TokenKind::Equal || kind.is_augmented())
        && let Some(keyword) = keyword_before(found, text)
    {
        return keyword_as_name(&keyword, error);
    }
    if kind == TokenKind::Equal {
        return error("`=` does not belong here".to_owned()).with_help("write `==` to compare");
    }
    let shown = shown(found, text);
    if kind.is_keyword() && wanted.as_deref().is_some_and(|wanted| wanted.starts_with("a name")) {
        return keyword_as_name(kind.name(), error);
    }
    let begins_value =
        matches!(kind, TokenKind::String | TokenKind::FormatStart | TokenKind::Name | TokenKind::Number);
    if begins_value && follows_print(found, text) {
        return error("`print` is a function: its arguments stand in parentheses".to_owned())
            .with_help("write `print(...)`");
    }
    if kind == TokenKind::If && line_before(found, text).trim() == "else" {
        return error("`else if` is written `elif` in Python".to_owned()).with_help("write `elif`");
    }
    match wanted {
        Some(wanted) => error(format!("{shown} does not belong here: expected {wanted}")),
        None => error(format!("{shown} does not belong here")),
    }
}

fn keyword_as_name(keyword: &str, error: impl Fn(String) -> Diagnostic) -> Diagnostic {
    error(format!("`{keyword}` is a keyword of Python and cannot be a name"))
        .with_help(format!("choose another name, such as `{keyword}_`"))
}

/// The keyword that the line consists of before this token, as in `class = 1`.
fn keyword_before(found: Found, text: &str) -> Option<String> {
    let line = line_before(found, text).trim();
    TokenKind::lexer(line).next()?.ok().filter(|first| first.is_keyword() && first.name() == line)?;
    Some(line.to_owned())
}

/// The line or the statement ended before it was whole.
fn too_early(span: Span, expected: &[String]) -> Diagnostic {
    if expects(expected, "indent") {
        let message = "an indented block is expected after this line";
        return Diagnostic::error(&INCONSISTENT_INDENTATION, message, span)
            .with_help("indent the lines below; write `pass` for a block that does nothing");
    }
    let wanted = describe(expected).map_or(String::new(), |wanted| format!(": expected {wanted}"));
    Diagnostic::error(&UNEXPECTED_TOKEN, format!("the line ends too early{wanted}"), span)
}

/// What a line that starts with this word continues.
fn partner(kind: TokenKind) -> Option<&'static str> {
    match kind {
        TokenKind::Else => Some("an `if`, a loop or a `try`"),
        TokenKind::Elif => Some("an `if`"),
        TokenKind::Except | TokenKind::Finally => Some("a `try`"),
        _ => None,
    }
}

fn expects(expected: &[String], token: &str) -> bool {
    expected.iter().any(|name| name.trim_matches('"') == token)
}

/// Whether the same mark stands right before it.
fn doubled(found: Found, text: &str) -> bool {
    let written = text.get(found.span.start as usize..found.span.end as usize).unwrap_or("");
    line_before(found, text).ends_with(written)
}

/// The `++` or `--` of other languages that the line ends in.
fn counted_up(found: Found, text: &str) -> Option<&'static str> {
    let line = line_before(found, text).trim_end();
    ["++", "--"].into_iter().find(|operator| line.ends_with(operator))
}

/// Whether it stands behind the word `print` alone on the line, as in Python 2.
fn follows_print(found: Found, text: &str) -> bool {
    line_before(found, text).trim() == "print"
}

/// What stands before the token on its line.
fn line_before(found: Found, text: &str) -> &str {
    let before = text.get(..found.span.start as usize).unwrap_or("");
    before.rsplit(['\n', '\r']).next().unwrap_or("")
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

/// Marks that may follow any operand and so say little behind one.
const BEHIND_OPERANDS: [&str; 6] = ["in", "=", "else", "for", "if", ":"];

/// The expected tokens in words; nothing where a list would not help.
fn describe(expected: &[String]) -> Option<String> {
    let expects = |token: &str| expects(expected, token);
    if expects("pass") {
        return Some("a statement".to_owned());
    }
    let mut words = Vec::new();
    // Only a whole operand can be followed by `and`.
    let is_behind_operand = expects("and");
    if is_behind_operand {
        words.push("an operator");
    } else if expects("name") && expects("number") {
        words.push(if expects("lambda") { "an expression" } else { "an operand" });
    } else if expects("name") {
        words.push("a name");
    }
    for (token, word) in NAMED {
        let is_noise = is_behind_operand && BEHIND_OPERANDS.contains(&token);
        if expects(token) && !is_noise && !words.contains(&word) {
            words.push(word);
        }
    }
    let last = words.pop()?;
    Some(if words.is_empty() { last.to_owned() } else { format!("{} or {last}", words.join(", ")) })
}
