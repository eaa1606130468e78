//! F-strings as Pythons before 3.12 read them: one string token, whose fields are looked for afterwards.
//!
//! So the string ends at the first quote of its own kind, and a field holds no backslash, no comment and no line end but in
//! triple quotes; format specifications nest once. The lexer follows the rules of 3.12, which accept all that the older ones
//! accept; here the rest is refused.

use crate::tree::Builder;

/// What an older Python does not read, and where.
struct TooNew {
    what: &'static str,
    at: usize,
}

impl Builder<'_> {
    /// Refuses the f-string at `start..end` in a text of a Python before 3.12, unless that could read it.
    pub(crate) fn check_old_format(&self, start: u32, end: u32) {
        if self.version.minor() >= 12 {
            return;
        }
        let text = self.text_at(start, end);
        if let Err(TooNew { what, at }) = check(text) {
            let at = start + at as u32;
            self.since(12, what, self.span(at, at + 1));
        }
    }
}

/// Checks a whole f-string with its prefix and quotes.
fn check(text: &str) -> Result<(), TooNew> {
    let bytes = text.as_bytes();
    let prefix = bytes.iter().position(|byte| matches!(byte, b'"' | b'\'')).unwrap_or(0);
    let quote = bytes[prefix];
    let is_triple = bytes[prefix..].starts_with(&[quote; 3]) && bytes.len() >= prefix + 6;
    let length = if is_triple { 3 } else { 1 };
    let (from, to) = (prefix + length, bytes.len() - length);
    check_end(bytes, from, to, quote, is_triple)?;
    let is_raw = bytes[..prefix].iter().any(|byte| matches!(byte, b'r' | b'R'));
    Fields { bytes: &bytes[..to], at: from, is_raw }.text(0)
}

/// The quotes must be the first of their kind, on the same line if they are single.
fn check_end(bytes: &[u8], from: usize, to: usize, quote: u8, is_triple: bool) -> Result<(), TooNew> {
    let mut at = from;
    while at < to {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' | b'\r' if !is_triple => {
                return Err(TooNew { what: "a line end in a field of an f-string", at });
            }
            byte if byte == quote && (!is_triple || bytes[at..].starts_with(&[quote; 3])) => {
                return Err(TooNew { what: "an f-string's own quotes within its fields", at });
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The text of an f-string on the way through its fields.
struct Fields<'t> {
    bytes: &'t [u8],
    at: usize,
    is_raw: bool,
}

impl Fields<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Literal text with its fields; a specification, at a depth above 0, ends at its brace.
    fn text(&mut self, depth: usize) -> Result<(), TooNew> {
        while let Some(byte) = self.peek(0) {
            let is_doubled = depth == 0 && self.peek(1) == Some(byte);
            match byte {
                b'\\' if !self.is_raw => self.escape(),
                b'{' | b'}' if is_doubled => self.at += 2,
                b'{' => self.field(depth)?,
                b'}' => return Ok(()),
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// A backslash in text; only the name of a character hides braces.
    fn escape(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += match rest.get(1) {
            Some(b'N') if rest.get(2) == Some(&b'{') => {
                rest.iter().position(|byte| *byte == b'}').map_or(2, |close| close + 1)
            }
            Some(b'{' | b'}') | None => 1,
            Some(_) => 2,
        };
    }

    fn field(&mut self, depth: usize) -> Result<(), TooNew> {
        if depth >= 2 {
            return Err(TooNew { what: "a field within the specification of another", at: self.at });
        }
        self.at += 1;
        self.expression()?;
        if self.peek(0) == Some(b'=') {
            self.at += 1;
            while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
        }
        if self.peek(0) == Some(b'!') {
            self.at += 2;
            if !matches!(self.peek(0), Some(b':' | b'}')) {
                return Err(TooNew {
                    what: "a space behind a conversion",
                    at: self.at.min(self.bytes.len()),
                });
            }
        }
        if self.peek(0) == Some(b':') {
            self.at += 1;
            self.text(depth + 1)?;
        }
        self.at += 1;
        Ok(())
    }

    /// An expression up to what ends it: `!`, `:`, `=` or `}` outside of brackets and strings.
    fn expression(&mut self) -> Result<(), TooNew> {
        let mut brackets = 0_usize;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => {
                    return Err(TooNew { what: "a backslash in a field of an f-string", at: self.at });
                }
                b'#' => return Err(TooNew { what: "a comment in a field of an f-string", at: self.at }),
                b'"' | b'\'' => {
                    self.string(byte)?;
                    continue;
                }
                b'(' | b'[' | b'{' => brackets += 1,
                b')' | b']' | b'}' if brackets > 0 => brackets -= 1,
                b'!' | b'=' | b'<' | b'>' if self.peek(1) == Some(b'=') => self.at += 1,
                b'!' | b':' | b'=' | b'}' if brackets == 0 => return Ok(()),
                _ => {}
            }
            self.at += 1;
        }
        Ok(())
    }

    /// A string within an expression.
    fn string(&mut self, quote: u8) -> Result<(), TooNew> {
        let is_triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        let length = if is_triple { 3 } else { 1 };
        self.at += length;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => {
                    return Err(TooNew { what: "a backslash in a field of an f-string", at: self.at });
                }
                byte if byte == quote && (!is_triple || self.bytes[self.at..].starts_with(&[quote; 3])) => {
                    self.at += length;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }
}
