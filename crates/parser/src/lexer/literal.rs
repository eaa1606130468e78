//! Names, numbers and strings: what their patterns cannot say.

use super::{INVALID_CHARACTER, INVALID_NUMBER, Lexer, name_character, unterminated};
use crate::fault::Fault;
use crate::token::TokenKind;

/// Words that may follow a number without a space, as CPython still allows.
const WORDS_AFTER_NUMBER: [&str; 8] = ["and", "else", "for", "if", "in", "is", "not", "or"];

impl Lexer<'_> {
    /// A name; its characters beyond ASCII are checked here.
    pub(super) fn name(&mut self, start: usize, end: usize) {
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
    pub(super) fn number(&mut self, start: usize, end: usize) {
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
    pub(super) fn string(&mut self, start: usize, end: usize) {
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
