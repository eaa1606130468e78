//! Cuts text into tokens.
//!
//! logos recognises the tokens of ordinary code. A stack of open contexts (brackets, f-strings, their replacement fields
//! and format specifications) says which rules hold at the next byte: within an f-string's text the scan is by hand. A
//! line's end within any context is a [`TokenKind::BlankLine`]. A bracket that was forgotten is noticed at the next line
//! that starts with a word which no expression can hold, so that one such mistake does not swallow the file.

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

/// How an f-string is quoted.
#[derive(Clone, Copy, Debug)]
struct Quotes {
    quote: u8,
    is_triple: bool,
    is_raw: bool,
    start: u32,
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
            Fault::new(
                &INVALID_CHARACTER,
                format!("{} does not belong here", name_character(character)),
                start,
                end,
            )
        };
        self.fault(fault);
    }

    /// A `:` directly within a replacement field starts a format specification, even in front of `=`.
    fn specification(&mut self, start: usize, kind: TokenKind) {
        let Some(Context::Field { quotes, .. }) = self.contexts.last().copied() else { return };
        self.push(TokenKind::Colon, start, start + 1);
        if kind == TokenKind::ColonEqual {
            self.restart(start + 1);
        }
        self.contexts.push(Context::Specification(quotes));
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

    fn format_start(&mut self, start: usize, end: usize) {
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
    fn format_text(&mut self, quotes: Quotes, in_specification: bool) -> bool {
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
            Some(_) => self.abandon_format(quotes),
            None => return false,
        }
        true
    }

    /// Takes a quote at `end - 1` that opens no string for the end of the f-string around it, whose field was forgotten.
    fn close_format(&mut self, quote: u8, end: usize) -> bool {
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

/// Words that may follow a number without a space, as CPython still allows.
const WORDS_AFTER_NUMBER: [&str; 8] = ["and", "else", "for", "if", "in", "is", "not", "or"];

// Tokens whose pattern is not the whole truth.
impl Lexer<'_> {
    /// A name; its characters beyond ASCII are checked here.
    fn name(&mut self, start: usize, end: usize) {
        self.push(TokenKind::Name, start, end);
        let name = &self.text[start..end];
        if name.is_ascii() {
            return;
        }
        let is_invalid = |&(at, character): &(usize, char)| match at {
            0 => character != '_' && !unicode_ident::is_xid_start(character),
            _ => !unicode_ident::is_xid_continue(character),
        };
        if let Some((at, character)) = name.char_indices().find(is_invalid) {
            let message = format!("{} does not belong here", name_character(character));
            let start = start + at;
            self.fault(Fault::new(&INVALID_CHARACTER, message, start, start + character.len_utf8()));
        }
    }

    /// A number; what follows it and leading zeros are checked here.
    fn number(&mut self, start: usize, end: usize) {
        let rest = &self.text[end..];
        let tail = rest.find(|next: char| !(next.is_alphanumeric() || next == '_')).unwrap_or(rest.len());
        if tail > 0 && !WORDS_AFTER_NUMBER.iter().any(|word| rest.starts_with(word)) {
            self.logos.bump(tail);
            self.push(TokenKind::Number, start, end + tail);
            let message = format!("`{}` is not a number", &self.text[start..end + tail]);
            let help = "a name cannot start with a digit; underscores stand between two digits";
            self.fault(Fault::new(&INVALID_NUMBER, message, start, end + tail).with_help(help));
            return;
        }
        self.push(TokenKind::Number, start, end);
        let digits = &self.text[start..end];
        if digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
            self.leading_zeros(digits.trim_start_matches(['0', '_']).to_owned(), start, end);
        }
    }

    fn leading_zeros(&mut self, significant: String, start: usize, end: usize) {
        if !significant.is_empty() {
            let fault = Fault::new(&INVALID_NUMBER, "a decimal number cannot start with 0", start, end);
            self.fault(
                fault.with_help(format!("write `{significant}`, or `0o{significant}` for octal digits")),
            );
        }
    }

    /// A string, whose prefix and first quote were read.
    fn string(&mut self, start: usize, end: usize) {
        let quote = self.text.as_bytes()[end - 1];
        let rest = &self.text.as_bytes()[end..];
        let is_triple = rest.starts_with(&[quote, quote]);
        let (length, is_closed) = if is_triple { scan_triple(rest, quote) } else { scan_single(rest, quote) };
        if !is_closed && !is_triple && self.close_format(quote, end) {
            return;
        }
        self.logos.bump(length);
        self.push(TokenKind::String, start, end + length);
        if !is_closed {
            self.fault(unterminated(end - 1, is_triple));
        }
    }
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

fn partner(open: TokenKind) -> TokenKind {
    match open {
        TokenKind::OpenParen => TokenKind::CloseParen,
        TokenKind::OpenBracket => TokenKind::CloseBracket,
        _ => TokenKind::CloseBrace,
    }
}

fn unterminated(start: usize, is_triple: bool) -> Fault {
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

fn name_character(character: char) -> String {
    if character.is_control() || character.is_whitespace() || character == '\u{feff}' {
        format!("the character U+{:04X}", character as u32)
    } else {
        format!("the character `{character}`")
    }
}

/// Bytes up to and with the closing quote of a string of one line.
fn scan_single(rest: &[u8], quote: u8) -> (usize, bool) {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += string_escape_length(&rest[at..]),
            b'\n' | b'\r' => return (at, false),
            byte if *byte == quote => return (at + 1, true),
            _ => at += 1,
        }
    }
    (at.min(rest.len()), false)
}

/// Bytes up to and with the three closing quotes; `rest` starts with the second and third opening quote.
fn scan_triple(rest: &[u8], quote: u8) -> (usize, bool) {
    let mut at = 2;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += string_escape_length(&rest[at..]),
            byte if *byte == quote && rest[at..].starts_with(&[quote, quote, quote]) => {
                return (at + 3, true);
            }
            _ => at += 1,
        }
    }
    (at.min(rest.len()), false)
}

/// A backslash binds one ASCII character (both of `\r\n`); of others only itself, to stay between characters.
fn string_escape_length(rest: &[u8]) -> usize {
    match rest.get(1) {
        Some(b'\r') if rest.get(2) == Some(&b'\n') => 3,
        Some(byte) if byte.is_ascii() => 2,
        Some(_) | None => 1,
    }
}
