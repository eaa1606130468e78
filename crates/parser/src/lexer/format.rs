//! F-strings: their text, their fields and their format specifications.
//!
//! The text is scanned by hand; a field returns to the rules of ordinary code, until its own brace, `:` or `!`.

use super::{Context, Lexer, UNMATCHED_BRACKET, UNTERMINATED_STRING};
use crate::fault::Fault;
use crate::token::TokenKind;

/// How an f-string is quoted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    pub(super) quote: u8,
    pub(super) is_triple: bool,
    pub(super) is_raw: bool,
    pub(super) start: u32,
}

impl Quotes {
    fn new(prefix: &str, is_triple: bool, start: u32) -> Self {
        let quote = *prefix.as_bytes().last().expect("the prefix of an f-string ends in its quote");
        Self { quote, is_triple, is_raw: prefix.contains(['r', 'R']), start }
    }

    /// Whether `rest` starts with the closing quote.
    fn closes(self, rest: &[u8]) -> bool {
        rest.first() == Some(&self.quote)
            && (!self.is_triple || rest.starts_with(&[self.quote, self.quote, self.quote]))
    }

    fn length(self) -> usize {
        if self.is_triple { 3 } else { 1 }
    }
}

impl Lexer<'_> {
    /// A `:` directly within a replacement field starts a format specification, even in front of `=`.
    pub(super) fn specification(&mut self, start: usize, kind: TokenKind) {
        let Some(Context::Field { quotes, .. }) = self.contexts.last().copied() else { return };
        self.push(TokenKind::Colon, start, start + 1);
        if kind == TokenKind::ColonEqual {
            self.restart(start + 1);
        }
        self.contexts.push(Context::Specification(quotes));
    }

    pub(super) fn format_start(&mut self, start: usize, end: usize) {
        let prefix = &self.text[start..end];
        let quote = self.text.as_bytes()[end - 1];
        let is_triple = self.text.as_bytes()[end..].starts_with(&[quote, quote]);
        if is_triple {
            self.logos.bump(2);
        }
        self.push(TokenKind::FormatStart, start, if is_triple { end + 2 } else { end });
        self.contexts.push(Context::Text(Quotes::new(prefix, is_triple, start as u32)));
    }

    /// Literal text of an f-string (or of a format specification) and what ends it; false at the end of the text.
    pub(super) fn format_text(&mut self, quotes: Quotes, in_specification: bool) -> bool {
        let start = self.logos.span().end;
        let length = scan_format_text(&self.text.as_bytes()[start..], quotes, in_specification);
        let end = start + length;
        self.logos.bump(length);
        if length > 0 {
            self.push(TokenKind::FormatMiddle, start, end);
        }
        let rest = &self.text.as_bytes()[end..];
        match rest.first() {
            Some(b'{') => {
                self.logos.bump(1);
                self.push(TokenKind::OpenBrace, end, end + 1);
                self.contexts.push(Context::Field { start: end as u32, quotes });
            }
            Some(b'}') if in_specification => {
                self.logos.bump(1);
                self.push(TokenKind::CloseBrace, end, end + 1);
                self.contexts.pop();
                self.contexts.pop();
            }
            Some(b'}') => {
                self.logos.bump(1);
                let message = "a single `}` in an f-string closes nothing";
                self.fault(
                    Fault::new(&UNMATCHED_BRACKET, message, end, end + 1)
                        .with_help("write `}}` for a brace as text"),
                );
            }
            Some(_) if quotes.closes(rest) && !in_specification => {
                self.logos.bump(quotes.length());
                self.push(TokenKind::FormatEnd, end, end + quotes.length());
                self.contexts.pop();
            }
            Some(b'\n' | b'\r') if in_specification && closes_field(rest) => self.end_specification(),
            Some(_) => self.abandon_format(quotes),
            None => return false,
        }
        true
    }

    /// Ends the text of a specification at a line end: nothing but its brace follows.
    fn end_specification(&mut self) {
        self.contexts.pop();
    }

    /// Takes a quote at `end - 1` that opens no string for the end of the f-string around it, whose field was forgotten.
    pub(super) fn close_format(&mut self, quote: u8, end: usize) -> bool {
        let field = self.contexts.iter().rposition(|context| {
            matches!(context, Context::Field { quotes, .. } if quotes.quote == quote && !quotes.is_triple)
        });
        let Some(field) = field else { return false };
        self.report_open(self.contexts[field]);
        self.contexts.truncate(field);
        while let Some(context) = self.contexts.pop() {
            if matches!(context, Context::Text(_)) {
                break;
            }
        }
        self.push(TokenKind::FormatEnd, end - 1, end);
        true
    }

    /// The f-string ends at this line's end without its quote, or within a field.
    fn abandon_format(&mut self, quotes: Quotes) {
        self.fault(unterminated(quotes.start as usize, quotes.is_triple));
        while let Some(context) = self.contexts.pop() {
            if matches!(context, Context::Text(text) if text.start == quotes.start) {
                break;
            }
        }
        let rest = &self.text.as_bytes()[self.logos.span().end..];
        if quotes.closes(rest) {
            self.logos.bump(quotes.length());
        }
    }
}

/// Whether nothing but spaces, line ends and comments stand before a closing brace.
fn closes_field(rest: &[u8]) -> bool {
    let mut rest = rest.trim_ascii_start();
    while let Some(comment) = rest.strip_prefix(b"#") {
        let end = comment.iter().position(|byte| *byte == b'\n').unwrap_or(comment.len());
        rest = comment[end..].trim_ascii_start();
    }
    rest.first() == Some(&b'}')
}

/// The length of the text up to a field, the closing quote, or the end of the line in a string of one line.
fn scan_format_text(rest: &[u8], quotes: Quotes, in_specification: bool) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'{' | b'}' if !in_specification && rest.get(at + 1) == Some(byte) => at += 2,
            b'{' | b'}' => return at,
            b'\\' => at += escape_length(&rest[at..], quotes.is_raw),
            b'\n' | b'\r' if !quotes.is_triple => return at,
            _ if quotes.closes(&rest[at..]) => return at,
            _ => at += 1,
        }
    }
    at.min(rest.len())
}

/// How many bytes a backslash binds. Braces behind it start a field all the same, except those of `\N{...}`.
fn escape_length(rest: &[u8], is_raw: bool) -> usize {
    match rest.get(1) {
        Some(b'N') if !is_raw && rest.get(2) == Some(&b'{') => rest
            .iter()
            .position(|byte| matches!(byte, b'}' | b'"' | b'\'' | b'\n'))
            .map_or(2, |at| if rest[at] == b'}' { at + 1 } else { 2 }),
        Some(b'{' | b'}') | None => 1,
        Some(b'\r') if rest.get(2) == Some(&b'\n') => 3,
        Some(byte) if byte.is_ascii() => 2,
        Some(_) => 1,
    }
}

pub(super) fn unterminated(start: usize, is_triple: bool) -> Fault {
    let (message, help) = if is_triple {
        ("this string is never closed", "add the three closing quotes")
    } else {
        (
            "this string is not closed on its line",
            "add the closing quote, or use three quotes for a string of several lines",
        )
    };
    Fault::new(&UNTERMINATED_STRING, message, start, start + 1).with_help(help)
}
