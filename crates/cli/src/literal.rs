//! Python literals: integers, floats, complex numbers, strings, bytes, `True`, `False`, `None` and tuples of them, besides `nan`
//! and `inf`; named tuples and members of enumerations, whose classes the kernel's module defines.

use crate::given::Given;
use hotloop_driver::{Argument, Class, Dtype, Number};
use std::sync::Arc;

/// What the names of classes mean.
pub(crate) type Classes<'a> = &'a dyn Fn(&str) -> Option<Class>;

/// Tuples in tuples, at most.
const MAX_DEPTH: u32 = 32;

/// Reads a text that looks like a literal; `None` for one that does not.
pub(crate) fn read(text: &str, classes: Classes<'_>) -> Result<Option<Given>, String> {
    let text = text.trim();
    let is_bytes = text.starts_with("b'") || text.starts_with("b\"");
    let starts_like_one =
        is_bytes || text.starts_with(|first: char| first.is_ascii_digit() || "+-.('\"".contains(first));
    let mut reader = Reader { rest: text, depth: 0, classes };
    if !starts_like_one && constant(text).is_none() && reader.class().is_none() {
        return Ok(None);
    }
    reader.rest = text;
    let given = reader.value()?;
    match reader.rest.trim_start() {
        "" => Ok(Some(given)),
        rest => Err(format!("`{rest}` is left over behind the value")),
    }
}

fn constant(word: &str) -> Option<Given> {
    match word {
        "True" => Some(Given::Number(Number::Bool(true))),
        "False" => Some(Given::Number(Number::Bool(false))),
        "None" => Some(Given::None),
        "nan" => Some(float(f64::NAN)),
        "inf" => Some(float(f64::INFINITY)),
        _ => None,
    }
}

fn float(value: f64) -> Given {
    Given::Number(Number::Float(Dtype::Float64, value))
}

fn complex(real: f64, imag: f64) -> Given {
    Given::Number(Number::Complex(Dtype::Complex128, real, imag))
}

struct Reader<'a> {
    rest: &'a str,
    depth: u32,
    classes: Classes<'a>,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, token: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self) -> Result<Given, String> {
        if self.eat('(') {
            return self.parenthesised();
        }
        if let Some(given) = self.text()? {
            return Ok(given);
        }
        let start = self.rest;
        if let Some((class, member)) = self.class() {
            return self.instance(&class, member);
        }
        self.rest = start;
        let is_negative = !self.eat('+') && self.eat('-');
        let word = self.word();
        if let Some(given) = constant(word) {
            return match given {
                Given::Number(Number::Float(_, value)) if is_negative => Ok(float(-value)),
                given if !is_negative => Ok(given),
                _ => Err(format!("`-{word}` is not a number")),
            };
        }
        if !word.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return Err("a number, a string, True, False, None or a tuple was expected".to_owned());
        }
        let first = number(word, is_negative)?;
        self.complex_behind(first)
    }

    /// The class that a name here means, and what stands behind it: a member.
    fn class(&mut self) -> Option<(Class, Option<&'a str>)> {
        let word = self.word();
        if !word.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            return None;
        }
        if let Some(class) = (self.classes)(word) {
            return Some((class, None));
        }
        let (class, member) = word.rsplit_once('.')?;
        Some(((self.classes)(class)?, Some(member)))
    }

    /// `Colour.RED`, `Point(1, y=2)`, behind the names.
    fn instance(&mut self, class: &Class, member: Option<&str>) -> Result<Given, String> {
        match (class, member) {
            (Class::Enum(class), Some(member)) => match class.member(member) {
                Some(position) => Ok(Given::Member(Arc::clone(class), position)),
                None => Err(format!("`{}` has no member `{member}`", class.name)),
            },
            (Class::Enum(class), None) => Err(format!("name a member, as in `{}.NAME`", class.name)),
            (Class::Tuple(class, _), Some(_)) => Err(format!("`{}` has no members", class.name)),
            (Class::Tuple(class, defaults), None) => {
                let items = self.fields(&class.fields, defaults)?;
                Ok(Given::Named(Arc::clone(class), items))
            }
        }
    }

    /// The items of a named tuple.
    fn fields(&mut self, fields: &[String], defaults: &[Argument<'static>]) -> Result<Vec<Given>, String> {
        if !self.eat('(') {
            return Err("a `(` was expected behind the class".to_owned());
        }
        let mut given: Vec<Option<Given>> = fields.iter().map(|_| None).collect();
        let mut count = 0;
        while !self.eat(')') {
            let before = self.rest;
            let name = self.word();
            let position = if self.eat('=') {
                fields.iter().position(|field| field == name).ok_or(format!("there is no field `{name}`"))?
            } else {
                self.rest = before;
                count
            };
            count += 1;
            let value = self.nested()?;
            let slot = given.get_mut(position).ok_or(format!("there are only {} fields", fields.len()))?;
            if slot.replace(value).is_some() {
                return Err(format!("the field `{}` is given twice", fields[position]));
            }
            if !self.eat(',') && !self.rest.trim_start().starts_with(')') {
                return Err("a `,` or `)` was expected behind a field".to_owned());
            }
        }
        let required = fields.len() - defaults.len();
        let default = |position: usize| defaults.get(position.checked_sub(required)?).and_then(as_given);
        let fields = given.into_iter().zip(fields).enumerate().map(|(position, (given, field))| {
            given.or_else(|| default(position)).ok_or_else(|| format!("the field `{field}` is missing"))
        });
        fields.collect()
    }

    fn nested(&mut self) -> Result<Given, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("tuples are nested more than {MAX_DEPTH} deep"));
        }
        let value = self.value();
        self.depth -= 1;
        value
    }

    /// The complex number that starts with this real part, if an imaginary part follows.
    fn complex_behind(&mut self, first: Given) -> Result<Given, String> {
        let real = match first {
            Given::Number(Number::Int(_, value)) => value as f64,
            Given::Number(Number::UInt(_, value)) => value as f64,
            Given::Number(Number::Float(_, value)) => value,
            _ => return Ok(first),
        };
        let before = self.rest;
        let is_negative = self.eat('-');
        if !is_negative && !self.eat('+') {
            return Ok(first);
        }
        let word = self.word();
        match number(word, is_negative) {
            Ok(Given::Number(Number::Complex(_, _, imag))) => Ok(complex(real, imag)),
            _ => {
                self.rest = before;
                Ok(first)
            }
        }
    }

    /// A string or bytes, if one stands here.
    fn text(&mut self) -> Result<Option<Given>, String> {
        self.rest = self.rest.trim_start();
        let is_bytes = self.rest.starts_with("b'") || self.rest.starts_with("b\"");
        let body = if is_bytes { &self.rest[1..] } else { self.rest };
        let Some(quote) = body.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
            return Ok(None);
        };
        let mut characters = body[1..].char_indices();
        let mut text = String::new();
        while let Some((at, character)) = characters.next() {
            match character {
                _ if character == quote => {
                    self.rest = &body[at + 2..];
                    return if is_bytes { as_bytes(&text).map(Some) } else { Ok(Some(Given::Str(text))) };
                }
                '\\' => text.push(escape(&mut characters)?),
                _ => text.push(character),
            }
        }
        Err("the closing quote of the string is missing".to_owned())
    }

    /// A tuple, or a value in parentheses, behind the opening one.
    fn parenthesised(&mut self) -> Result<Given, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("tuples are nested more than {MAX_DEPTH} deep"));
        }
        let mut items = Vec::new();
        let mut is_tuple = true;
        while !self.eat(')') {
            items.push(self.value()?);
            is_tuple = self.eat(',');
            if !is_tuple && !self.rest.trim_start().starts_with(')') {
                return Err("a `,` or `)` was expected in the tuple".to_owned());
            }
            is_tuple |= items.len() > 1;
        }
        self.depth -= 1;
        match items.pop() {
            Some(item) if !is_tuple => Ok(item),
            last => Ok(Given::Tuple(items.into_iter().chain(last).collect())),
        }
    }

    /// The letters, digits and points from here on, and the sign of an exponent.
    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let is_hexadecimal = self.rest.starts_with("0x") || self.rest.starts_with("0X");
        let mut previous = ' ';
        let end = self.rest.find(|next: char| {
            let is_sign = matches!(next, '+' | '-') && matches!(previous, 'e' | 'E') && !is_hexadecimal;
            previous = next;
            !(next.is_alphanumeric() || matches!(next, '_' | '.') || is_sign)
        });
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }
}

/// A default as an argument with its own memory; arrays are never defaults.
fn as_given(default: &Argument<'static>) -> Option<Given> {
    let all = |items: &[Argument<'static>]| items.iter().map(as_given).collect::<Option<Vec<Given>>>();
    Some(match default {
        Argument::Number(number) => Given::Number(*number),
        Argument::Tuple(items) => Given::Tuple(all(items)?),
        Argument::Named(class, items) => Given::Named(Arc::clone(class), all(items)?),
        Argument::Member(class, position) => Given::Member(Arc::clone(class), *position),
        Argument::Str(text) => Given::Str(text.clone()),
        Argument::Bytes(bytes) => Given::Bytes(bytes.clone()),
        Argument::None => Given::None,
        Argument::Array(_) | Argument::RandomGenerator(_) => return None,
    })
}

/// What an escape stands for, behind its backslash.
fn escape(characters: &mut std::str::CharIndices<'_>) -> Result<char, String> {
    let wrong =
        || "an escape in the string is not one of \\n \\r \\t \\0 \\\\ \\' \\\" \\x \\u \\U".to_owned();
    let digits = match characters.next().ok_or_else(wrong)?.1 {
        'n' => return Ok('\n'),
        'r' => return Ok('\r'),
        't' => return Ok('\t'),
        '0' => return Ok('\0'),
        plain @ ('\\' | '\'' | '"') => return Ok(plain),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return Err(wrong()),
    };
    let digits: String = characters.take(digits).map(|(_, digit)| digit).collect();
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(wrong)
}

fn as_bytes(text: &str) -> Result<Given, String> {
    let bytes: Option<Vec<u8>> =
        text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    bytes.map(Given::Bytes).ok_or_else(|| "bytes hold ASCII characters and escapes only".to_owned())
}

fn number(word: &str, is_negative: bool) -> Result<Given, String> {
    let wrong = || format!("`{word}` is not a number");
    let characters = word.as_bytes();
    let is_misplaced = |at: usize| {
        let beside = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        characters[at] == b'_'
            && !(at > 0 && beside(characters.get(at - 1)) && beside(characters.get(at + 1)))
    };
    if (0..characters.len()).any(is_misplaced) {
        return Err(wrong());
    }
    let digits = word.replace('_', "").to_ascii_lowercase();
    if digits.ends_with('j') && !digits.starts_with("0x") {
        let value: f64 = digits[..digits.len() - 1].parse().map_err(|_| wrong())?;
        return Ok(complex(0.0, if is_negative { -value } else { value }));
    }
    let radix = match digits.get(..2) {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    let integer = match radix {
        Some(radix) => digits[2..].strip_prefix(['+', '-']).map_or(Some((&digits[2..], radix)), |_| None),
        None if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some((digits.as_str(), 10)),
        None => {
            let value: f64 = digits.parse().map_err(|_| wrong())?;
            return Ok(float(if is_negative { -value } else { value }));
        }
    };
    let (digits, radix) = integer.ok_or_else(wrong)?;
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(wrong());
    }
    // Digits of that radix fail only by being too many.
    let too_large = || "integers have at most 64 bits".to_owned();
    let magnitude = i128::from_str_radix(digits, radix).map_err(|_| too_large())?;
    let value = if is_negative { -magnitude } else { magnitude };
    // As in Numba, what is too large for int64 is uint64.
    let signed = i64::try_from(value).map(|value| Number::Int(Dtype::Int64, value));
    let number = signed.or_else(|_| u64::try_from(value).map(|value| Number::UInt(Dtype::UInt64, value)));
    number.map(Given::Number).map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text, &|_| None) {
            Ok(Some(given)) => format!("{given:?}"),
            Ok(None) => "not a literal".to_owned(),
            Err(reason) => reason,
        }
    }

    #[test]
    fn literals_mean_what_they_mean_in_python() {
        for (text, expected) in [
            ("3", "Number(Int(Int64, 3))"),
            ("-1_000", "Number(Int(Int64, -1000))"),
            ("0xFf", "Number(Int(Int64, 255))"),
            ("-0b11", "Number(Int(Int64, -3))"),
            ("-9223372036854775808", "Number(Int(Int64, -9223372036854775808))"),
            ("9223372036854775808", "Number(UInt(UInt64, 9223372036854775808))"),
            ("18446744073709551616", "integers have at most 64 bits"),
            ("2.", "Number(Float(Float64, 2.0))"),
            (".5e-3", "Number(Float(Float64, 0.0005))"),
            ("-1E+2", "Number(Float(Float64, -100.0))"),
            ("-inf", "Number(Float(Float64, -inf))"),
            ("2.5j", "Number(Complex(Complex128, 0.0, 2.5))"),
            ("1-2j", "Number(Complex(Complex128, 1.0, -2.0))"),
            ("(-1.5+1e-3j)", "Number(Complex(Complex128, -1.5, 0.001))"),
            ("True", "Number(Bool(true))"),
            ("None", "None"),
            ("'it\\'s'", "Str(\"it's\")"),
            ("b\"\\x00a\"", "Bytes([0, 97])"),
            ("()", "Tuple([])"),
            ("(1)", "Number(Int(Int64, 1))"),
            ("(1,)", "Tuple([Number(Int(Int64, 1))])"),
            (
                " ( 1, (2.5, False), ) ",
                "Tuple([Number(Int(Int64, 1)), Tuple([Number(Float(Float64, 2.5)), Number(Bool(false))])])",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_literal_is_refused_with_a_reason() {
        for (text, expected) in [
            ("x", "not a literal"),
            ("'text", "the closing quote of the string is missing"),
            ("b'é\\u0100'", "bytes hold ASCII characters and escapes only"),
            ("1__0", "`1__0` is not a number"),
            ("1.2.3", "`1.2.3` is not a number"),
            ("0x", "`0x` is not a number"),
            ("0b12", "`0b12` is not a number"),
            ("1 2", "`2` is left over behind the value"),
            ("(1, 2", "a `,` or `)` was expected in the tuple"),
            ("(1 2)", "a `,` or `)` was expected in the tuple"),
            ("(,)", "a number, a string, True, False, None or a tuple was expected"),
            ("-True", "`-True` is not a number"),
            ("1e", "`1e` is not a number"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert!(shown(&"(".repeat(100_000)).contains("nested"));
    }
}
