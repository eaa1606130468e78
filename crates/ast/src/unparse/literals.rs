//! Numbers, strings and f-strings.

use super::{Printer, Result, binding};
use crate::{Conversion, Expr, FormatPart, Number};
use std::fmt::Write;

/// The kinds of quotes, in the order in which they are tried.
const QUOTES: [&str; 4] = ["\"", "'", "\"\"\"", "'''"];

impl<W: Write> Printer<'_, W> {
    pub(super) fn number(&mut self, number: &Number) -> Result {
        match number {
            Number::Int { digits, radix } => {
                self.text(match radix {
                    2 => "0b",
                    8 => "0o",
                    16 => "0x",
                    _ => "",
                })?;
                self.text(digits)
            }
            Number::Float(value) => self.float(*value),
            Number::Imaginary(value) => {
                self.float(*value)?;
                self.text("j")
            }
        }
    }

    /// The shortest digits that read back as the same value; a literal too large for a float stays one.
    pub(super) fn float(&mut self, value: f64) -> Result {
        if value.is_infinite() { self.text("1e999") } else { write!(self.out, "{value:?}") }
    }

    /// The first kind of quotes that no enclosing f-string uses.
    fn free_quotes(&self, kinds: &[&'static str]) -> &'static str {
        kinds.iter().copied().find(|quotes| !self.quotes.contains(quotes)).unwrap_or("\"")
    }

    pub(super) fn string(&mut self, text: &str) -> Result {
        let prefers_single = text.contains('"') && !text.contains('\'');
        let kinds = if prefers_single { ["'", "\"", "\"\"\"", "'''"] } else { QUOTES };
        let quotes = self.free_quotes(&kinds);
        self.text(quotes)?;
        self.escaped(text, quotes, false)?;
        self.text(quotes)
    }

    /// Text with halves of surrogate pairs, which are written as escapes.
    pub(super) fn surrogate_string(&mut self, points: &[u32]) -> Result {
        let quotes = self.free_quotes(&QUOTES);
        self.text(quotes)?;
        for point in points {
            match char::from_u32(*point) {
                Some(character) => self.escaped(character.encode_utf8(&mut [0; 4]), quotes, false)?,
                None => write!(self.out, "\\u{point:04x}")?,
            }
        }
        self.text(quotes)
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result {
        let quotes = self.free_quotes(&QUOTES);
        write!(self.out, "b{quotes}")?;
        for byte in bytes {
            match byte {
                b'\\' => self.text("\\\\")?,
                b'"' | b'\'' if quotes.starts_with(*byte as char) => write!(self.out, "\\{}", *byte as char)?,
                b'\n' => self.text("\\n")?,
                0x20..=0x7e => self.out.write_char(*byte as char)?,
                _ => write!(self.out, "\\x{byte:02x}")?,
            }
        }
        self.text(quotes)
    }

    /// Text between quotes; in an f-string braces are doubled.
    pub(super) fn escaped(&mut self, text: &str, quotes: &str, doubles_braces: bool) -> Result {
        for character in text.chars() {
            match character {
                '\\' => self.text("\\\\")?,
                '\n' => self.text("\\n")?,
                '\r' => self.text("\\r")?,
                '\t' => self.text("\\t")?,
                '{' | '}' if doubles_braces => write!(self.out, "{character}{character}")?,
                '"' | '\'' if quotes.starts_with(character) => write!(self.out, "\\{character}")?,
                '\u{feff}' | '\u{7f}'..='\u{a0}' | '\0'..='\x1f' => {
                    write!(self.out, "\\u{:04x}", character as u32)?;
                }
                _ => self.out.write_char(character)?,
            }
        }
        Ok(())
    }

    pub(super) fn format_string(&mut self, prefix: &str, parts: &[FormatPart]) -> Result {
        let quotes = self.format_quotes(parts);
        self.text(prefix)?;
        self.text(quotes)?;
        self.quotes.push(quotes);
        self.format_parts(parts, quotes, true)?;
        self.quotes.pop();
        self.text(quotes)
    }

    /// Quotes that no field contains, if there are: Python before 3.12 needs that.
    fn format_quotes(&self, parts: &[FormatPart]) -> &'static str {
        // Deeper than this there are hardly any left, and each try prints what lies within.
        if self.quotes.len() >= 2 {
            return self.free_quotes(&QUOTES);
        }
        let is_free = |quotes: &&&'static str| !self.quotes.contains(*quotes) && self.suits(parts, quotes);
        QUOTES.iter().find(is_free).copied().unwrap_or_else(|| self.free_quotes(&QUOTES))
    }

    /// Whether the fields hold neither these quotes nor a backslash.
    fn suits(&self, parts: &[FormatPart], quotes: &'static str) -> bool {
        parts.iter().all(|part| match part {
            FormatPart::Text(_) | FormatPart::Surrogate(_) => true,
            FormatPart::Field { value, debug_text, format, .. } => {
                let mut text = debug_text.clone().unwrap_or_default();
                let mut inner = self.quotes.clone();
                inner.push(quotes);
                let mut printer = Printer { out: &mut text, indent: 0, quotes: inner };
                let is_printed = debug_text.is_some() || printer.expression(value).is_ok();
                let is_one_line = quotes.len() == 3 || !text.contains('\n');
                let is_plain = is_one_line && !text.contains(quotes) && !text.contains('\\');
                is_printed && is_plain && format.as_ref().is_none_or(|format| self.suits(format, quotes))
            }
        })
    }

    pub(super) fn format_parts(&mut self, parts: &[FormatPart], quotes: &str, is_text: bool) -> Result {
        for part in parts {
            match part {
                FormatPart::Text(text) if is_text => self.escaped(text, quotes, true)?,
                FormatPart::Text(text) => self.specification(text, quotes)?,
                FormatPart::Surrogate(half) => write!(self.out, "\\u{half:04x}")?,
                FormatPart::Field { value, debug_text, conversion, format, .. } => {
                    self.field(value, debug_text.as_deref(), *conversion, format.as_deref(), quotes)?;
                }
            }
        }
        Ok(())
    }

    /// Text of a format specification, where a brace can only be written as an escape.
    pub(super) fn specification(&mut self, text: &str, quotes: &str) -> Result {
        for piece in text.split_inclusive(['{', '}']) {
            let (plain, brace) = match piece.strip_suffix(['{', '}']) {
                Some(plain) => (plain, piece.chars().next_back()),
                None => (piece, None),
            };
            self.escaped(plain, quotes, false)?;
            if let Some(brace) = brace {
                write!(self.out, "\\x{:02x}", brace as u32)?;
            }
        }
        Ok(())
    }

    pub(super) fn field(
        &mut self,
        value: &Expr,
        debug_text: Option<&str>,
        conversion: Option<Conversion>,
        format: Option<&[FormatPart]>,
        quotes: &str,
    ) -> Result {
        self.text("{")?;
        match debug_text {
            Some(text) => self.text(text)?,
            None => self.field_value(value)?,
        }
        self.text(match conversion {
            Some(Conversion::Str) => "!s",
            Some(Conversion::Repr) => "!r",
            Some(Conversion::Ascii) => "!a",
            None => "",
        })?;
        if let Some(format) = format {
            self.text(":")?;
            self.format_parts(format, quotes, false)?;
        }
        self.text("}")
    }

    /// A value whose text starts with a brace keeps its distance from the field's own; a lambda's colon needs parentheses.
    pub(super) fn field_value(&mut self, value: &Expr) -> Result {
        let mut text = String::new();
        Printer { out: &mut text, indent: 0, quotes: self.quotes.clone() }
            .expression_at(value, binding::OR)?;
        if text.starts_with('{') {
            self.text(" ")?;
        }
        self.text(&text)
    }
}
