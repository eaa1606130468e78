//! Python's format specifications, as they stand behind the colon in an f-string.

use crate::number_text::{exponent_text, float_repr, float_text, in_places};

/// A specification that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    fill: char,
    align: Option<char>,
    sign: char,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// What is written by a specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formatted {
    /// An integer or truth value.
    Int,
    /// A float.
    Float,
    /// A complex number.
    Complex,
    /// A string.
    Str,
}

impl Formatted {
    /// The kind of that number.
    pub(crate) fn by_number(number: u64) -> Self {
        let all = [Self::Int, Self::Float, Self::Complex, Self::Str];
        all.into_iter().find(|kind| *kind as u64 == number).expect("compiled code names kinds of values")
    }
}

/// Why a specification does not fit a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// Python does not accept it; this is what it says.
    Invalid(String),
    /// It is not supported.
    Unsupported(String),
}

/// The most digits behind the point.
const MAX_PRECISION: usize = 60_000;
/// The widest field; what is wider is a mistake, or meant to fill memory.
const MAX_WIDTH: usize = 1 << 20;

impl FormatSpec {
    /// Reads a specification; an empty one too.
    pub fn read(text: &str) -> Result<Self, SpecError> {
        let characters: Vec<char> = text.chars().collect();
        let mut spec = Self {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        };
        let mut at = spec.read_alignment(&characters);
        let has_fill = at == 2;
        let next = |at: usize| characters.get(at).copied();
        if let Some(sign @ ('+' | '-' | ' ')) = next(at) {
            spec.sign = sign;
            at += 1;
        }
        if next(at) == Some('z') {
            return Err(SpecError::Unsupported("`z` in a format".to_owned()));
        }
        if next(at) == Some('#') {
            spec.alternate = true;
            at += 1;
        }
        if next(at) == Some('0') {
            at += 1;
            if !has_fill {
                spec.fill = '0';
            }
        }
        spec.width = number(&characters, &mut at)?.unwrap_or(0);
        if let Some(grouping @ (',' | '_')) = next(at) {
            spec.grouping = Some(grouping);
            at += 1;
        }
        if next(at) == Some('.') {
            at += 1;
            let Some(precision) = number(&characters, &mut at)? else {
                return Err(SpecError::Invalid("Format specifier missing precision".to_owned()));
            };
            if precision > MAX_PRECISION {
                return Err(SpecError::Unsupported("so many digits".to_owned()));
            }
            spec.precision = Some(precision);
        }
        spec.kind = next(at);
        if spec.kind.is_some() && at + 1 != characters.len() {
            return Err(SpecError::Invalid(format!("Invalid format specifier '{text}'")));
        }
        Ok(spec)
    }

    /// Reads fill and alignment; returns how many characters they take.
    fn read_alignment(&mut self, characters: &[char]) -> usize {
        let is_alignment = |character: &char| matches!(character, '<' | '>' | '=' | '^');
        if let Some(align) = characters.get(1).filter(|character| is_alignment(character)) {
            (self.fill, self.align) = (characters[0], Some(*align));
            return 2;
        }
        match characters.first().filter(|character| is_alignment(character)) {
            Some(align) => {
                self.align = Some(*align);
                1
            }
            None => 0,
        }
    }

    /// Whether values of that kind can be written so.
    pub fn check(&self, kind: Formatted) -> Result<(), SpecError> {
        match kind {
            Formatted::Int => self.check_int(),
            Formatted::Float => self.check_float(),
            Formatted::Complex => self.check_complex(),
            Formatted::Str => self.check_str(),
        }
    }

    /// Whether an integer is written as the character that has this number: not each has one.
    pub fn is_character(&self) -> bool {
        self.kind == Some('c')
    }

    fn check_int(&self) -> Result<(), SpecError> {
        match self.kind {
            None | Some('d' | 'b' | 'o' | 'x' | 'X' | 'c' | 'n') if self.precision.is_some() => {
                Err(SpecError::Invalid("Precision not allowed in integer format specifier".to_owned()))
            }
            Some('b' | 'o' | 'x' | 'X') if self.grouping == Some(',') => Err(self.cannot_group()),
            Some('c' | 'n') if self.grouping.is_some() => Err(self.cannot_group()),
            Some('c') if self.sign != '-' => {
                Err(SpecError::Invalid("Sign not allowed with integer format specifier 'c'".to_owned()))
            }
            Some('c') if self.alternate => Err(SpecError::Invalid(
                "Alternate form (#) not allowed with integer format specifier 'c'".to_owned(),
            )),
            None
            | Some('c' | 'd' | 'b' | 'o' | 'x' | 'X' | 'n' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
                Ok(())
            }
            Some(kind) => Err(unknown(kind, "int")),
        }
    }

    fn check_float(&self) -> Result<(), SpecError> {
        match self.kind {
            Some('n') if self.grouping.is_some() => Err(self.cannot_group()),
            None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n') => Ok(()),
            Some(kind) => Err(unknown(kind, "float")),
        }
    }

    fn check_complex(&self) -> Result<(), SpecError> {
        match self.kind {
            Some('n') if self.grouping.is_some() => Err(self.cannot_group()),
            None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n') => Ok(()),
            Some(kind) => Err(unknown(kind, "complex")),
        }?;
        if self.fill == '0' {
            return Err(SpecError::Invalid(
                "Zero padding is not allowed in complex format specifier".to_owned(),
            ));
        }
        if self.align == Some('=') {
            return Err(SpecError::Invalid(
                "'=' alignment flag is not allowed in complex format specifier".to_owned(),
            ));
        }
        Ok(())
    }

    fn cannot_group(&self) -> SpecError {
        let (grouping, kind) = (self.grouping.unwrap_or_default(), self.kind.unwrap_or_default());
        SpecError::Invalid(format!("Cannot specify '{grouping}' with '{kind}'."))
    }

    fn check_str(&self) -> Result<(), SpecError> {
        match self.kind {
            Some(kind) if kind != 's' => Err(unknown(kind, "str")),
            _ if self.sign != '-' => {
                Err(SpecError::Invalid("Sign not allowed in string format specifier".to_owned()))
            }
            _ if self.alternate => Err(SpecError::Invalid(
                "Alternate form (#) not allowed in string format specifier".to_owned(),
            )),
            _ if self.align == Some('=') => {
                Err(SpecError::Invalid("'=' alignment not allowed in string format specifier".to_owned()))
            }
            _ if self.grouping.is_some() => {
                let grouping = self.grouping.unwrap_or_default();
                Err(SpecError::Invalid(format!("Cannot specify '{grouping}' with 's'.")))
            }
            _ => Ok(()),
        }
    }

    /// An integer; [`check`](Self::check) accepts the specification.
    pub fn int(&self, value: i128) -> String {
        let (radix, prefix) = match self.kind {
            None | Some('d' | 'n') => (10, ""),
            Some('b') => (2, "0b"),
            Some('o') => (8, "0o"),
            Some('x') => (16, "0x"),
            Some('X') => (16, "0X"),
            Some('c') => {
                let code = u32::try_from(value).ok().and_then(char::from_u32);
                return self.padded("", &code.unwrap_or(char::REPLACEMENT_CHARACTER).to_string(), "");
            }
            Some(_) => return self.float(value as f64),
        };
        let magnitude = value.unsigned_abs();
        let digits = match self.kind {
            Some('b') => format!("{magnitude:b}"),
            Some('o') => format!("{magnitude:o}"),
            Some('x') => format!("{magnitude:x}"),
            Some('X') => format!("{magnitude:X}"),
            _ => magnitude.to_string(),
        };
        let prefix = if self.alternate { prefix } else { "" };
        let group = if radix == 10 { 3 } else { 4 };
        self.number(value < 0, prefix, &digits, "", group)
    }

    /// A complex number; [`check`](Self::check) accepts the specification.
    pub fn complex(&self, real: f64, imag: f64) -> String {
        let has_real = self.kind.is_some() || real != 0.0 || real.is_sign_negative();
        let signed = |value: f64, positive: String| {
            let is_negative = value.is_sign_negative() && !value.is_nan();
            let sign = if is_negative { "-".to_owned() } else { positive };
            format!("{sign}{}", self.part(value.abs()))
        };
        let first = if has_real { signed(real, self.sign_of(false)) } else { String::new() };
        let plus = if has_real { "+".to_owned() } else { self.sign_of(false) };
        let body = format!("{first}{}j", signed(imag, plus));
        let has_parens = has_real && self.kind.is_none();
        self.padded("", &if has_parens { format!("({body})") } else { body }, "")
    }

    /// A part of a complex number without its sign.
    fn part(&self, value: f64) -> String {
        let is_upper = matches!(self.kind, Some('E' | 'F' | 'G'));
        let text = match (self.kind, self.precision) {
            _ if !value.is_finite() => if value.is_nan() { "nan" } else { "inf" }.to_owned(),
            (None, None) => float_text(value, &format!("{value:e}"), false),
            (None, Some(precision)) => general(value, precision.max(1), self.alternate, false),
            (Some(_), _) => self.magnitude(value),
        };
        let text = if is_upper { text.to_uppercase() } else { text };
        let (whole, rest) = self.halves(&text);
        match self.grouping {
            Some(separator) => format!("{}{rest}", grouped(whole, separator, 3)),
            None => format!("{whole}{rest}"),
        }
    }

    /// A float; [`check`](Self::check) accepts the specification.
    pub fn float(&self, value: f64) -> String {
        let is_upper = matches!(self.kind, Some('E' | 'F' | 'G'));
        let is_negative = value.is_sign_negative() && !value.is_nan();
        if !value.is_finite() {
            let text = if value.is_nan() { "nan" } else { "inf" };
            let text = if is_upper { text.to_uppercase() } else { text.to_owned() };
            let percent = if self.kind == Some('%') { "%" } else { "" };
            return self.padded(&self.sign_of(is_negative), &format!("{text}{percent}"), "");
        }
        let text = self.magnitude(value.abs());
        let text = if is_upper { text.to_uppercase() } else { text };
        let (whole, rest) = self.halves(&text);
        self.number(is_negative, "", whole, &rest, 3)
    }

    /// The digits before the point, and the rest; with `#` the rest of a finite number starts with the point.
    fn halves<'t>(&self, text: &'t str) -> (&'t str, String) {
        let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (whole, rest) = text.split_at(end);
        let lacks_point = self.alternate && !whole.is_empty() && !rest.starts_with('.');
        (whole, format!("{}{rest}", if lacks_point { "." } else { "" }))
    }

    /// A string; [`check`](Self::check) accepts the specification.
    pub fn str(&self, text: &[u32]) -> Vec<u32> {
        let text = &text[..self.precision.map_or(text.len(), |most| most.min(text.len()))];
        let missing = self.width.saturating_sub(text.len());
        let before = match self.align {
            None | Some('<') => 0,
            Some('^') => missing / 2,
            Some(_) => missing,
        };
        let fill = self.fill as u32;
        let pad = |count: usize| std::iter::repeat_n(fill, count);
        pad(before).chain(text.iter().copied()).chain(pad(missing - before)).collect()
    }

    fn magnitude(&self, value: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        match self.kind {
            Some('e' | 'E') => exponential(value, precision),
            Some('f' | 'F') => format!("{value:.precision$}"),
            Some('%') => format!("{:.precision$}%", value * 100.0),
            Some(_) => general(value, precision.max(1), self.alternate, false),
            None => match self.precision {
                None => float_repr(value),
                Some(precision) => general(value, precision.max(1), self.alternate, true),
            },
        }
    }

    fn sign_of(&self, is_negative: bool) -> String {
        match self.sign {
            _ if is_negative => "-".to_owned(),
            '-' => String::new(),
            sign => sign.to_string(),
        }
    }

    /// A number of sign, prefix, whole digits and the rest.
    fn number(&self, is_negative: bool, prefix: &str, whole: &str, rest: &str, group: usize) -> String {
        let head = format!("{}{prefix}", self.sign_of(is_negative));
        let Some(separator) = self.grouping else { return self.padded(&head, whole, rest) };
        // Zeros that fill the field are grouped too.
        let room = self.width.saturating_sub(head.len() + rest.len());
        let fills = self.fill == '0' && self.number_align() == '=';
        let mut digits = whole.to_owned();
        while fills && grouped(&digits, separator, group).len() < room {
            digits.insert(0, '0');
        }
        let text = grouped(&digits, separator, group);
        self.padded(&head, &text, rest)
    }

    /// How a number is aligned: without an alignment a `0` fills behind the sign.
    fn number_align(&self) -> char {
        self.align.unwrap_or(if self.fill == '0' { '=' } else { '>' })
    }

    fn padded(&self, head: &str, body: &str, rest: &str) -> String {
        let length = head.chars().count() + body.chars().count() + rest.chars().count();
        let missing = self.width.saturating_sub(length);
        let pad = |count: usize| self.fill.to_string().repeat(count);
        match self.number_align() {
            '<' => format!("{head}{body}{rest}{}", pad(missing)),
            '=' => format!("{head}{}{body}{rest}", pad(missing)),
            '^' => format!("{}{head}{body}{rest}{}", pad(missing / 2), pad(missing - missing / 2)),
            _ => format!("{}{head}{body}{rest}", pad(missing)),
        }
    }
}

fn unknown(kind: char, owner: &str) -> SpecError {
    SpecError::Invalid(format!("Unknown format code '{kind}' for object of type '{owner}'"))
}

fn number(characters: &[char], at: &mut usize) -> Result<Option<usize>, SpecError> {
    let digits: String =
        characters[*at..].iter().take_while(|character| character.is_ascii_digit()).collect();
    *at += digits.len();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(number) if number <= MAX_WIDTH => Ok(Some(number)),
        _ => Err(SpecError::Unsupported("so wide a field".to_owned())),
    }
}

/// Digits with a separator between groups, counted from the right.
fn grouped(digits: &str, separator: char, group: usize) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / group);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(group) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').expect("written with an exponent");
    format!("{mantissa}{}", exponent_text(exponent.parse().expect("a number"), 'e'))
}

/// As many significant digits, with or without an exponent. `is_plain` is the format without a type: one digit
/// behind the point at least, and an exponent one place earlier.
fn general(value: f64, precision: usize, keeps_zeros: bool, is_plain: bool) -> String {
    let text = format!("{value:.*e}", precision - 1);
    let (mantissa, exponent) = text.split_once('e').expect("written with an exponent");
    let exponent: i32 = exponent.parse().expect("a number");
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !keeps_zeros {
        digits.truncate(digits.trim_end_matches('0').len().max(1));
    }
    let limit = precision as i32 - i32::from(is_plain);
    if (-4..limit).contains(&exponent) {
        return in_places(&digits, exponent, is_plain);
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}{}", exponent_text(exponent, 'e'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complex_numbers_are_formatted_as_by_python() {
        let complex = |spec: &str, real, imag| FormatSpec::read(spec).unwrap().complex(real, imag);
        assert_eq!(complex("", 1.0, -2.0), "(1-2j)");
        assert_eq!(complex(">8", 0.0, 2.0), "      2j");
        assert_eq!(complex("+,.1f", 1234.5, 2.0), "+1,234.5+2.0j");
        assert_eq!(complex("#", 1e16, 100.0), "(1.e+16+100.j)");
        assert_eq!(complex("G", f64::NAN, f64::NEG_INFINITY), "NAN-INFj");
        let refused = |spec: &str| FormatSpec::read(spec).and_then(|spec| spec.check(Formatted::Complex));
        assert!(refused("010").is_err() && refused("=10").is_err() && refused("d").is_err());
    }

    #[test]
    fn strings_are_formatted_as_by_python() {
        let str = |text: &str| {
            let spec = FormatSpec::read(text)?;
            spec.check(Formatted::Str).map(|()| spec.str(&['a' as u32, 'b' as u32]))
        };
        let codes = |text: &str| Ok(text.chars().map(u32::from).collect::<Vec<u32>>());
        assert_eq!(str(">05"), codes("000ab"));
        assert_eq!(str("05"), codes("ab000"));
        assert_eq!(str("^05"), codes("0ab00"));
        assert!(str("=05").is_err() && str("0=5").is_err());
    }

    #[test]
    fn numbers_are_formatted_as_by_python() {
        let int = |spec: &str, value| FormatSpec::read(spec).unwrap().int(value);
        for (spec, value, text) in [
            ("", 5, "5"),
            ("5", 42, "   42"),
            ("<5", 42, "42   "),
            ("^5", 42, " 42  "),
            ("*^6", 42, "**42**"),
            ("05", -42, "-0042"),
            ("+d", 42, "+42"),
            ("x", 255, "ff"),
            ("#X", 255, "0XFF"),
            ("#010b", 5, "0b00000101"),
            (",", -1234567, "-1,234,567"),
            ("_x", 0x12345678, "1234_5678"),
            ("010,", 1234, "00,001,234"),
            (".2f", 3, "3.00"),
            (">05", 42, "00042"),
            ("=05", 42, "00042"),
            (">06", -42, "000-42"),
            ("<05", 42, "42000"),
            ("^07d", 42, "0042000"),
            ("*<05", 42, "42***"),
            ("=010,", 1234, "00,001,234"),
        ] {
            assert_eq!(int(spec, value), text, "{spec}");
        }
        let float = |spec: &str, value| FormatSpec::read(spec).unwrap().float(value);
        for (spec, value, text) in [
            ("", 1.0, "1.0"),
            (".2f", 2.675, "2.67"),
            (".0f", 2.5, "2"),
            (".0f", 0.5, "0"),
            ("8.3f", 2.5, "   2.500"),
            ("e", 12345.678, "1.234568e+04"),
            (".3e", 0.0, "0.000e+00"),
            ("g", 1e-5, "1e-05"),
            ("g", 123456789.0, "1.23457e+08"),
            ("g", 100000.0, "100000"),
            (".3g", 0.0001234, "0.000123"),
            ("%", 0.256, "25.600000%"),
            (".3", 1.0, "1.0"),
            (".3", 123.0, "1.23e+02"),
            (".1", 0.0, "0e+00"),
            (".2", 0.0, "0.0"),
            (",.2f", 1234567.891, "1,234,567.89"),
            ("+.1f", f64::INFINITY, "+inf"),
            ("F", f64::NAN, "NAN"),
            ("08.2f", -3.0, "-0003.00"),
            (">08.2f", 1234.5, "01234.50"),
            ("#.1g", 1234.5, "1.e+03"),
            ("#.1g", 2.0, "2."),
            ("#.3g", 123.0, "123."),
            ("#.1", 0.0, "0.e+00"),
            ("#", 1e16, "1.e+16"),
            ("#.0%", 0.5, "50.%"),
            ("#", f64::INFINITY, "inf"),
        ] {
            assert_eq!(float(spec, value), text, "{spec} of {value}");
        }
    }
}
