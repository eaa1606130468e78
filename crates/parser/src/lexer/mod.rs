//! Cuts text into tokens.
//!
//! logos recognises the tokens of ordinary code. A stack of open contexts (brackets, f-strings, their replacement fields
//! and format specifications) says which rules hold at the next byte: within an f-string's text the scan is by hand. A
//! line's end within any context is a [`TokenKind::BlankLine`]. A bracket that was forgotten is noticed at the next line
//! that starts with a word which no expression can hold, so that one such mistake does not swallow the file.

mod format;
mod literal;

use self::format::{Quotes, unterminated};
use crate::fault::Fault;
use crate::token::{Token, TokenKind};
use hotloop_diagnostics::Code;
use logos::Logos;

pub(crate) static INVALID_CHARACTER: Code =
    Code::new("HL0101", "a character that no Python program may hold");
pub(crate) static UNTERMINATED_STRING: Code = Code::new("HL0102", "a string that is not closed");
pub(crate) static UNMATCHED_BRACKET: Code = Code::new("HL0107", "a bracket without its partner");
pub(crate) static INVALID_NUMBER: Code = Code::new("HL0108", "a number that cannot be read");

/// The faults found so far.
pub(crate) type Faults = Vec<Fault>;

/// Words that start a statement and that no expression can hold.
const STATEMENT_WORDS: [TokenKind; 16] = [
    TokenKind::Def,
    TokenKind::Class,
    TokenKind::Return,
    TokenKind::Raise,
    TokenKind::Try,
    TokenKind::Except,
    TokenKind::Finally,
    TokenKind::While,
    TokenKind::With,
    TokenKind::Pass,
    TokenKind::Break,
    TokenKind::Continue,
    TokenKind::Import,
    TokenKind::Del,
    TokenKind::Global,
    TokenKind::Assert,
];

/// Cuts `text[start..end]` into tokens without layout; offsets count from the start of `text`.
pub(crate) fn lex(text: &str, start: usize, end: usize) -> (Vec<Token>, Faults) {
    let text = &text[..end];
    let mut start = start;
    if start == 0 && text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    }
    let mut logos = TokenKind::lexer(text);
    logos.bump(start);
    let mut lexer = Lexer {
        text,
        logos,
        tokens: Vec::with_capacity((end - start) / 4 + 8),
        faults: Vec::new(),
        contexts: Vec::new(),
        line_start: true,
    };
    lexer.run();
    (lexer.tokens, lexer.faults)
}

/// What the next byte stands in.
#[derive(Clone, Copy, Debug)]
enum Context {
    /// A bracket, opened at `start`.
    Bracket { kind: TokenKind, start: u32 },
    /// The text of an f-string.
    Text(Quotes),
    /// A replacement field of an f-string; its `{` stands at `start`.
    Field { start: u32, quotes: Quotes },
    /// A format specification.
    Specification(Quotes),
}

struct Lexer<'t> {
    text: &'t str,
    logos: logos::Lexer<'t, TokenKind>,
    tokens: Vec<Token>,
    faults: Faults,
    contexts: Vec<Context>,
    /// Whether no token of this physical line was seen yet.
    line_start: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            let more = match self.contexts.last().copied() {
                Some(Context::Text(quotes)) => self.format_text(quotes, false),
                Some(Context::Specification(quotes)) => self.format_text(quotes, true),
                Some(Context::Bracket { .. } | Context::Field { .. }) | None => self.ordinary(),
            };
            if !more {
                break;
            }
        }
        if let Some(context) = self.contexts.last().copied() {
            self.report_open(context);
        }
        self.check_end();
        self.check_null();
    }

    /// The last line cannot go on.
    fn check_end(&mut self) {
        let line = self.text.trim_end_matches(['\n', '\r']);
        let is_continued = line.ends_with('\\') && ["\n", "\r", "\r\n"].contains(&&self.text[line.len()..]);
        let last_end = self.tokens.last().map_or(0, |token| token.end as usize);
        if is_continued && last_end < line.len() {
            let message = "the last line ends in a backslash, but no line follows";
            let fault = Fault::new(&INVALID_CHARACTER, message, line.len() - 1, line.len());
            self.fault(fault.with_help("remove the backslash"));
        }
    }

    /// Not even a comment can hold a null character.
    fn check_null(&mut self) {
        let start = self.tokens.first().map_or(0, |token| token.start as usize);
        if let Some(at) = self.text.as_bytes()[start..].iter().position(|byte| *byte == 0) {
            let message = "a Python file cannot hold the character U+0000";
            self.fault(Fault::new(&INVALID_CHARACTER, message, start + at, start + at + 1));
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.tokens.push(Token { kind, start: start as u32, end: end as u32 });
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// One token of ordinary code; false at the end of the text.
    fn ordinary(&mut self) -> bool {
        let Some(result) = self.logos.next() else { return false };
        let span = self.logos.span();
        let was_line_start = std::mem::take(&mut self.line_start);
        let Ok(kind) = result else {
            self.invalid(span.start, span.end);
            return true;
        };
        match kind {
            TokenKind::Newline => self.newline(span.start, span.end),
            TokenKind::Name => self.name(span.start, span.end),
            TokenKind::Number => self.number(span.start, span.end),
            TokenKind::String => self.string(span.start, span.end),
            TokenKind::FormatStart => self.format_start(span.start, span.end),
            kind if kind.opens() => {
                self.contexts.push(Context::Bracket { kind, start: span.start as u32 });
                self.push(kind, span.start, span.end);
            }
            kind if kind.closes() => self.close(kind, span.start),
            TokenKind::Colon | TokenKind::ColonEqual if self.in_field() => {
                self.specification(span.start, kind)
            }
            TokenKind::Exclamation if !self.in_field() => self.invalid(span.start, span.end),
            kind => {
                if was_line_start && !self.contexts.is_empty() && STATEMENT_WORDS.contains(&kind) {
                    self.recover(kind);
                }
                self.push(kind, span.start, span.end);
            }
        }
        true
    }

    fn in_field(&self) -> bool {
        matches!(self.contexts.last(), Some(Context::Field { .. }))
    }

    fn newline(&mut self, start: usize, end: usize) {
        self.line_start = true;
        let kind = if self.contexts.is_empty() { TokenKind::Newline } else { TokenKind::BlankLine };
        self.push(kind, start, end);
    }

    fn invalid(&mut self, start: usize, end: usize) {
        self.push(TokenKind::Invalid, start, end);
        let text = &self.text[start..end];
        let fault = if text.starts_with('\\') {
            Fault::new(&INVALID_CHARACTER, "a backslash outside a string must end its line", start, start + 1)
                .with_help("remove what follows the backslash, spaces included, or the backslash itself")
        } else {
            let character = text.chars().next().unwrap_or(' ');
            let message = format!("{} does not belong here", name_character(character));
            let fault = Fault::new(&INVALID_CHARACTER, message, start, end);
            if character == '!' { fault.with_help("write `not`") } else { fault }
        };
        self.fault(fault);
    }

    /// Goes back to `offset`, which logos had passed.
    fn restart(&mut self, offset: usize) {
        self.logos = TokenKind::lexer(self.text);
        self.logos.bump(offset);
    }

    fn close(&mut self, kind: TokenKind, start: usize) {
        self.push(kind, start, start + 1);
        match self.contexts.last().copied() {
            Some(Context::Bracket { kind: open, .. }) if partner(open) == kind => {
                self.contexts.pop();
            }
            Some(Context::Field { .. }) if kind == TokenKind::CloseBrace => {
                self.contexts.pop();
            }
            Some(Context::Bracket { kind: open, start: opened }) => {
                let message = format!("`{kind}` does not close `{open}`");
                let fault = Fault::new(&UNMATCHED_BRACKET, message, start, start + 1);
                self.fault(fault.with_origin(opened, opened + 1, "opened here"));
                self.contexts.pop();
            }
            Some(Context::Field { start: opened, .. }) => {
                let message = format!("`{kind}` does not close the field of this f-string");
                let fault = Fault::new(&UNMATCHED_BRACKET, message, start, start + 1);
                self.fault(fault.with_origin(opened, opened + 1, "opened here"));
            }
            Some(Context::Text(_) | Context::Specification(_)) | None => {
                let message = format!("`{kind}` closes nothing");
                self.fault(Fault::new(&UNMATCHED_BRACKET, message, start, start + 1));
            }
        }
    }

    /// Ends the logical line before the statement that starts with `kind`, since a bracket above was never closed.
    /// Decorators above a definition belong to it.
    fn recover(&mut self, kind: TokenKind) {
        let context = *self.contexts.last().expect("recovery happens within a context");
        self.report_open(context);
        self.contexts.clear();
        let mut line_end = self.tokens.len();
        let is_definition = matches!(kind, TokenKind::Def | TokenKind::Class);
        loop {
            while line_end > 0 && self.tokens[line_end - 1].kind != TokenKind::BlankLine {
                line_end -= 1;
            }
            let Some(token) = line_end.checked_sub(1).and_then(|at| self.tokens.get_mut(at)) else { return };
            token.kind = TokenKind::Newline;
            let previous =
                self.tokens[..line_end - 1].iter().rposition(|token| token.kind == TokenKind::BlankLine);
            match previous {
                Some(at) if is_definition && self.tokens[at + 1].kind == TokenKind::At => line_end = at + 1,
                Some(_) | None => return,
            }
        }
    }

    fn report_open(&mut self, context: Context) {
        let fault = match context {
            Context::Bracket { kind, start } => Fault::new(
                &UNMATCHED_BRACKET,
                format!("`{kind}` is never closed"),
                start as usize,
                start as usize + 1,
            )
            .with_help(format!("add `{}` where the expression ends", partner(kind))),
            Context::Field { start, .. } => {
                let message = "this field of an f-string is never closed";
                Fault::new(&UNMATCHED_BRACKET, message, start as usize, start as usize + 1)
                    .with_help("add `}`, or write `{{` for a brace as text")
            }
            Context::Text(quotes) | Context::Specification(quotes) => {
                unterminated(quotes.start as usize, quotes.is_triple)
            }
        };
        self.fault(fault);
    }
}

fn partner(open: TokenKind) -> TokenKind {
    match open {
        TokenKind::OpenParen => TokenKind::CloseParen,
        TokenKind::OpenBracket => TokenKind::CloseBracket,
        _ => TokenKind::CloseBrace,
    }
}

fn name_character(character: char) -> String {
    if character.is_control() || character.is_whitespace() || character == '\u{feff}' {
        format!("the character U+{:04X}", character as u32)
    } else {
        format!("the character `{character}`")
    }
}
