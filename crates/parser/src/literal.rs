//! The values of number and string literals.

use crate::fault::Fault;
use hotloop_ast::{FormatPart, Number};
use hotloop_diagnostics::Code;

pub(crate) static INVALID_ESCAPE: Code = Code::new("HL0109", "an escape sequence that cannot be read");

/// Reads a number that the lexer has accepted.
pub(crate) fn read_number(text: &str) -> Number {
    let digits: String = text.chars().filter(|character| *character != '_').collect();
    let radix = match digits.as_bytes().get(..2) {
        Some(b"0x" | b"0X") => 16,
        Some(b"0o" | b"0O") => 8,
        Some(b"0b" | b"0B") => 2,
        Some(_) | None => 10,
    };
    if radix != 10 {
        return Number::Int { digits: digits[2..].into(), radix };
    }
    let float = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    if let Some(imaginary) = digits.strip_suffix(['j', 'J']) {
        Number::Imaginary(float(imaginary))
    } else if digits.contains(['.', 'e', 'E']) {
        Number::Float(float(&digits))
    } else {
        let significant = digits.trim_start_matches('0');
        Number::Int { digits: if significant.is_empty() { "0" } else { significant }.into(), radix }
    }
}

/// The parts of a string token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringToken<'t> {
    /// The text between the quotes.
    pub(crate) body: &'t str,
    /// Offset of the body.
    pub(crate) offset: u32,
    pub(crate) is_raw: bool,
    pub(crate) is_bytes: bool,
    pub(crate) is_template: bool,
}

impl<'t> StringToken<'t> {
    /// Takes a token apart: a whole string, or only the prefix and opening quotes of an f-string.
    pub(crate) fn new(text: &'t str, start: u32) -> Self {
        let prefix_length = text.find(['"', '\'']).unwrap_or(0);
        let (prefix, quoted) = text.split_at(prefix_length);
        let quote = quoted.get(..1).unwrap_or("");
        let is_triple = quoted.len() >= 6 && quoted.get(..3).is_some_and(|three| three == quote.repeat(3));
        let length = if is_triple { 3 } else { 1 };
        let body = quoted.get(length..quoted.len().saturating_sub(length)).unwrap_or("");
        Self {
            body,
            offset: start + (prefix_length + length) as u32,
            is_raw: prefix.contains(['r', 'R']),
            is_bytes: prefix.contains(['b', 'B']),
            is_template: prefix.contains(['t', 'T']),
        }
    }
}

/// How the text of a literal is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) is_raw: bool,
    pub(crate) is_bytes: bool,
    /// Whether `{{` and `}}` stand for one brace.
    pub(crate) doubles_braces: bool,
}

/// Reads the text of a literal that starts at `offset`, with escapes resolved, and adds it to the last part or as a new one.
/// A bytes literal gives characters up to U+00FF.
pub(crate) fn read_text(
    text: &str,
    offset: u32,
    how: Reading,
    parts: &mut Vec<FormatPart>,
    faults: &mut Vec<Fault>,
) {
    let out = match parts.pop() {
        Some(FormatPart::Text(last)) => last,
        last => {
            parts.extend(last);
            String::with_capacity(text.len())
        }
    };
    let mut reader = Reader { text, at: 0, offset, how, out, parts, faults };
    while reader.step() {}
    reader.end_text();
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    offset: u32,
    how: Reading,
    /// The text since the last part.
    out: String,
    parts: &'a mut Vec<FormatPart>,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    /// Reads up to and with the next special character; false at the end.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let special = rest.find(['\\', '\r', '{', '}']).unwrap_or(rest.len());
        self.copy(&rest[..special]);
        let mut bytes = rest.as_bytes()[special..].iter().copied();
        let Some(first) = bytes.next() else { return false };
        let second = bytes.next();
        match first {
            b'\\' if !self.how.is_raw => self.escape(),
            b'\r' => {
                self.out.push('\n');
                self.at += if second == Some(b'\n') { 2 } else { 1 };
            }
            b'{' | b'}' if self.how.doubles_braces && second == Some(first) => {
                self.out.push(first as char);
                self.at += 2;
            }
            other => {
                self.out.push(other as char);
                self.at += 1;
            }
        }
        true
    }

    /// Makes a part of the text that was read.
    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.out);
        if !text.is_empty() {
            self.parts.push(FormatPart::Text(text));
        }
    }

    fn copy(&mut self, plain: &str) {
        if self.how.is_bytes && !plain.is_ascii() {
            let at = self.at + plain.find(|character: char| !character.is_ascii()).unwrap_or(0);
            self.fault(
                at,
                at + 1,
                "a bytes literal holds ASCII characters only",
                "write `\\x..` for the other bytes",
            );
        }
        self.out.push_str(plain);
        self.at += plain.len();
    }

    fn fault(&mut self, start: usize, end: usize, message: &str, help: &str) {
        let offset = self.offset as usize;
        self.faults.push(Fault::new(&INVALID_ESCAPE, message, offset + start, offset + end).with_help(help));
    }

    /// A backslash and what it binds.
    fn escape(&mut self) {
        let rest = &self.text[self.at + 1..];
        let Some(first) = rest.chars().next() else {
            self.out.push('\\');
            self.at += 1;
            return;
        };
        let simple = match first {
            '\\' | '\'' | '"' => Some(first),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'f' => Some('\x0c'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\x0b'),
            _ => None,
        };
        match first {
            '\n' => self.at += 2,
            '\r' => self.at += if rest.starts_with("\r\n") { 3 } else { 2 },
            '0'..='7' => self.octal(),
            'x' => self.hexadecimal(2),
            'u' if !self.how.is_bytes => self.hexadecimal(4),
            'U' if !self.how.is_bytes => self.hexadecimal(8),
            'N' if !self.how.is_bytes => self.named(),
            _ => {
                if let Some(character) = simple {
                    self.out.push(character);
                    self.at += 2;
                } else {
                    // Python keeps the backslash of an escape that it does not know.
                    self.out.push('\\');
                    self.at += 1;
                }
            }
        }
    }

    fn octal(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        let value = u32::from_str_radix(&rest[..length], 8).unwrap_or(0);
        let value = if self.how.is_bytes { value & 0xff } else { value };
        self.out.push(char::from_u32(value).unwrap_or('\u{fffd}'));
        self.at += 1 + length;
    }

    fn hexadecimal(&mut self, length: usize) {
        let start = self.at;
        let digits = self.text[start + 2..].bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
        let text = &self.text[start + 2..start + 2 + digits];
        self.at += 2 + digits;
        let value = u32::from_str_radix(text, 16).ok().filter(|_| digits == length);
        match value {
            Some(half @ 0xd800..=0xdfff) => {
                self.end_text();
                self.parts.push(FormatPart::Surrogate(half as u16));
            }
            Some(value) if char::from_u32(value).is_some() => {
                self.out.push(char::from_u32(value).unwrap_or('\u{fffd}'));
            }
            Some(_) => self.fault(start, start + 2 + digits, "there is no character above U+10FFFF", ""),
            None => {
                let message = format!("this escape needs {length} hexadecimal digits");
                self.fault(start, start + 2 + digits, &message, "write `\\\\` for a backslash");
            }
        }
    }

    /// `\N{NAME}`.
    fn named(&mut self) {
        let start = self.at;
        let rest = &self.text[start + 2..];
        let name = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
        let Some(name) = name else {
            self.at += 2;
            self.fault(
                start,
                start + 2,
                "`\\N` needs a character's name in braces",
                "write `\\\\N` for a backslash and an N",
            );
            return;
        };
        self.at += 4 + name.len();
        match unicode_names2::character(name) {
            Some(character) => self.out.push(character),
            None => {
                let message = format!("no character is called `{name}`");
                self.fault(
                    start,
                    self.at,
                    &message,
                    "write the character itself, or its number as `\\u....`",
                );
            }
        }
    }
}
