//! The two older ways to format: `"...".format(...)` and `"..." % ...`, with a template that is known when the kernel is compiled. Each field becomes what it
//! would be in an f-string.

use crate::call::Arguments;
use crate::conversion::to_dtype;
use crate::expression::Value;
use crate::formatting::Line;
use crate::function::{Inference, Reported, Typed};
use crate::spread::{Kept, let_all};
use crate::strings::constant_str;
use hotloop_ast::Conversion;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::Expr;
use hotloop_types::{Dtype, Type};
use std::iter::Peekable;
use std::str::Chars;

static TEMPLATE: Code =
    Code::new("HL0344", "a template for formatting is not supported, or does not fit its values");

/// A part of a template.
#[derive(Debug, PartialEq)]
enum Part {
    /// Text.
    Text(String),
    /// A value: which one, how it is converted, and its format.
    Field { which: Which, conversion: Option<char>, spec: String },
}

/// Which value a field is.
#[derive(Debug, PartialEq)]
enum Which {
    Position(usize),
    Name(String),
}

impl Inference<'_> {
    /// `text.format(...)`.
    pub(crate) fn format_method(&mut self, text: &Expr, arguments: &Arguments<'_>, span: Span) -> Typed {
        let Some(template) = constant_str(text) else {
            return Err(self.report_template(
                "the template of `format` is not known when the kernel is compiled",
                text.span,
            ));
        };
        let parts = match read_template(template) {
            Ok(parts) => parts,
            Err(problem) => return Err(self.report_template(problem, text.span)),
        };
        let mut kept = Kept::new();
        let mut values = Vec::new();
        for value in &arguments.positional {
            let value = self.operand(value)?;
            values.push((None, self.kept_text(value, &mut kept)?));
        }
        for (name, value) in &arguments.keywords {
            let value = self.operand(value)?;
            values.push((Some(name.name.to_string()), self.kept_text(value, &mut kept)?));
        }
        let find = |which: &Which| {
            let is_it = |position: usize, name: &Option<String>| match which {
                Which::Position(wanted) => name.is_none() && position == *wanted,
                Which::Name(wanted) => name.as_deref() == Some(wanted),
            };
            values
                .iter()
                .enumerate()
                .find(|(position, (name, _))| is_it(*position, name))
                .map(|(_, (_, value))| value)
        };
        let mut line = Line::new(span);
        for part in &parts {
            match part {
                Part::Text(text) => line.known.push_str(text),
                Part::Field { which, conversion, spec } => {
                    let Some(value) = find(which) else {
                        return Err(
                            self.report_template("a field of the template has no argument", text.span)
                        );
                    };
                    let conversion = match conversion {
                        None => None,
                        Some('r') => Some(Conversion::Repr),
                        Some('a') => Some(Conversion::Ascii),
                        Some(_) => Some(Conversion::Str),
                    };
                    let spec = Value::Str(spec.clone(), span);
                    line.push(self.converted_field(value.clone(), conversion, false, spec, span)?);
                }
            }
        }
        Ok(let_all(kept, line.finish()))
    }

    /// `text % values`.
    pub(crate) fn percent_format(&mut self, text: &Expr, values: &Value, span: Span) -> Typed {
        let Some(template) = constant_str(text) else {
            return Err(self
                .report_template("the template of `%` is not known when the kernel is compiled", text.span));
        };
        let parts = match read_percent_template(template) {
            Ok(parts) => parts,
            Err(problem) => return Err(self.report_template(problem, text.span)),
        };
        let values = match values {
            Value::Caught(..) => Value::Expr(self.text_of_value(values.clone(), false, span)?),
            other => other.clone(),
        };
        let fields = parts.iter().filter(|part| matches!(part, Part::Field { .. })).count();
        let values = self.run_time_value(values)?;
        let given = match &values.ty {
            Type::Tuple(items) => items.len(),
            _ => 1,
        };
        if fields != given {
            let problem = if fields > given {
                "there are not enough values for the template"
            } else {
                "not all values are used by the template"
            };
            return Err(self.report_template(problem, span));
        }
        self.with_let(values, "values", span, |this, values| {
            let mut line = Line::new(span);
            for part in &parts {
                match part {
                    Part::Text(text) => line.known.push_str(text),
                    Part::Field { which, conversion, spec } => {
                        let value = match (&values.ty, which) {
                            (Type::Tuple(items), Which::Position(position)) => {
                                crate::conditions::item(&values, *position, &items[*position])
                            }
                            _ => values.clone(),
                        };
                        let conversion = conversion.expect("each has one here");
                        let spec = Value::Str(spec.clone(), span);
                        line.push(Value::Expr(this.percent_field(value, conversion, spec, span)?));
                    }
                }
            }
            Ok(line.finish())
        })
    }

    /// A value of a template for `%`, by the letter of its conversion.
    fn percent_field(&mut self, value: Expr, conversion: char, spec: Value, span: Span) -> Typed {
        let value = match (conversion, value.ty.as_scalar()) {
            ('s', _) => self.text_of(value, false, span)?,
            ('r', _) => self.text_of(value, true, span)?,
            ('a', _) => self.ascii_of(value, span)?,
            ('d', Some(dtype)) if dtype.is_float() && !dtype.is_complex() => to_dtype(value, Dtype::Int64),
            ('d' | 'x' | 'X' | 'o', Some(dtype)) if !dtype.is_float() && !dtype.is_complex() => value,
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Some(dtype)) if !dtype.is_complex() => {
                to_dtype(value, Dtype::Float64)
            }
            _ => {
                let problem = format!("`%{conversion}` does not write {}", value.ty);
                return Err(self.report_template(&problem, span));
            }
        };
        self.formatted(value, spec, span)
    }

    fn report_template(&mut self, problem: &str, span: Span) -> Reported {
        let diagnostic = Diagnostic::error(&TEMPLATE, problem, span)
            .with_help("write an f-string, as in `f\"{index}: {value:.3f}\"`");
        self.report(diagnostic)
    }
}

/// The parts of a template of `format`.
fn read_template(template: &str) -> Result<Vec<Part>, &'static str> {
    let mut letters = template.chars().peekable();
    let (mut parts, mut text, mut next) = (Vec::new(), String::new(), 0);
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => text.push(letter),
            '}' => return Err("a `}` in the template closes nothing"),
            '{' => {
                let mut field = String::new();
                loop {
                    match letters.next() {
                        None => return Err("a `{` in the template is never closed"),
                        Some('}') => break,
                        Some('{') => return Err("a field within a field of a template is not supported"),
                        Some(letter) => field.push(letter),
                    }
                }
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(read_field(&field, &mut next)?);
            }
            letter => text.push(letter),
        }
    }
    parts.push(Part::Text(text));
    let numbered = parts.iter().filter(|part| matches!(part, Part::Field { which: Which::Position(_), .. }));
    if next > 0 && numbered.count() != next {
        return Err("fields with and without a number are mixed in the template");
    }
    Ok(parts)
}

/// What stands between braces; `next` counts the fields without a name.
fn read_field(field: &str, next: &mut usize) -> Result<Part, &'static str> {
    let (head, spec) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = match head.split_once('!') {
        None => (head, None),
        Some((name, conversion @ ("r" | "s" | "a"))) => (name, conversion.chars().next()),
        Some(_) => return Err("a conversion in a template is `!r`, `!s` or `!a`"),
    };
    if name.contains(['.', '[']) {
        return Err("attributes and items in a template are not supported");
    }
    let which = match name.parse() {
        _ if name.is_empty() => {
            *next += 1;
            Which::Position(*next - 1)
        }
        Ok(position) => Which::Position(position),
        Err(_) => Which::Name(name.to_owned()),
    };
    Ok(Part::Field { which, conversion, spec: spec.to_owned() })
}

/// The parts of a template for `%`.
fn read_percent_template(template: &str) -> Result<Vec<Part>, &'static str> {
    let mut letters = template.chars().peekable();
    let (mut parts, mut text, mut next) = (Vec::new(), String::new(), 0);
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        if letters.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|letter| "-+ #0".contains(*letter)) {
            flags.push(flag);
        }
        let width = digits(&mut letters);
        let precision = letters.next_if_eq(&'.').map(|_| digits(&mut letters));
        while letters.next_if(|letter| "hlL".contains(*letter)).is_some() {}
        let conversion = match letters.next() {
            Some('i' | 'u') => 'd',
            Some(
                conversion @ ('d' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 's' | 'r' | 'a'),
            ) => conversion,
            _ => return Err("this conversion behind a `%` is not supported"),
        };
        parts.push(Part::Text(std::mem::take(&mut text)));
        let spec = percent_spec(&flags, &width, precision, conversion)?;
        parts.push(Part::Field { which: Which::Position(next), conversion: Some(conversion), spec });
        next += 1;
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

/// The digits that stand next, perhaps none.
fn digits(letters: &mut Peekable<Chars<'_>>) -> String {
    std::iter::from_fn(|| letters.next_if(char::is_ascii_digit)).collect()
}

/// The format of a field of a template for `%`.
fn percent_spec(
    flags: &str,
    width: &str,
    precision: Option<String>,
    conversion: char,
) -> Result<String, &'static str> {
    let is_text = matches!(conversion, 's' | 'r' | 'a');
    let is_integer = matches!(conversion, 'd' | 'x' | 'X' | 'o');
    if is_integer && precision.is_some() {
        return Err("a precision of an integer behind a `%` is not supported");
    }
    let has = |flag: char| flags.contains(flag);
    let mut spec = if has('-') {
        "<"
    } else if has('0') && !is_text {
        ""
    } else {
        ">"
    }
    .to_owned();
    if !is_text {
        spec.push_str(if has('+') {
            "+"
        } else if has(' ') {
            " "
        } else {
            ""
        });
        spec.push_str(if has('#') { "#" } else { "" });
        spec.push_str(if has('0') && !has('-') { "0" } else { "" });
    }
    spec.push_str(width);
    if let Some(digits) = precision {
        spec.push_str(&format!(".{}", if digits.is_empty() { "0" } else { &digits }));
    }
    if !is_text {
        spec.push(conversion);
    }
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(which: Which, conversion: Option<char>, spec: &str) -> Part {
        Part::Field { which, conversion, spec: spec.to_owned() }
    }

    #[test]
    fn templates_are_read() {
        let parts = read_template("a{{{0}|{1!r:>5}|{name:.2f}}}").unwrap();
        let fields: Vec<_> = parts.iter().filter(|part| matches!(part, Part::Field { .. })).collect();
        let name = Which::Name("name".to_owned());
        assert_eq!(
            fields,
            [
                &field(Which::Position(0), None, ""),
                &field(Which::Position(1), Some('r'), ">5"),
                &field(name, None, ".2f")
            ]
        );
        assert!(parts.contains(&Part::Text("a{".to_owned())) && parts.contains(&Part::Text("}".to_owned())));
        for wrong in ["{", "}", "{}{0}", "{0.real}", "{a[0]}", "{:{}}", "{!x}"] {
            assert!(read_template(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn templates_for_percent_are_read() {
        let parts = read_percent_template("100%% %-5d %+08.3f %s %ld").unwrap();
        let specs: Vec<_> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Field { spec, .. } => Some(spec.as_str()),
                Part::Text(_) => None,
            })
            .collect();
        assert_eq!(specs, ["<5d", "+08.3f", ">", ">d"]);
        for wrong in ["%", "%(name)d", "%*d", "%.2d", "%q"] {
            assert!(read_percent_template(wrong).is_err(), "{wrong}");
        }
    }
}
