//! Arrays as NumPy prints them with its default options: eight digits, lines of 75 characters, the ends only of more than 1000 elements.

use crate::float_text::FloatFormat;
use hotloop_driver::{Array, DtypeKind, Number};

/// Longer lines are broken.
const LINE_WIDTH: usize = 75;
/// Of arrays with more elements only the ends are shown.
const THRESHOLD: usize = 1000;
/// How many elements each end has.
const EDGE_ITEMS: usize = 3;

/// What `str` of the array gives.
pub(crate) fn plain(array: &Array) -> String {
    Printer::new(array, " ", LINE_WIDTH).text(0)
}

/// What `repr` of the array gives, as inside a tuple.
pub(crate) fn as_call(array: &Array) -> String {
    const PREFIX: &str = "array(";
    let text = format!("{PREFIX}{}", Printer::new(array, ", ", LINE_WIDTH - 1).text(PREFIX.len()));
    let size = size_of(array);
    let mut extras = Vec::new();
    if (size == 0 && array.shape() != [0]) || size > THRESHOLD {
        extras.push(format!("shape={}", shape_text(array.shape())));
    }
    let is_implied =
        matches!(array.dtype().to_string().as_str(), "bool" | "int64" | "float64" | "complex128");
    if !is_implied || size == 0 {
        extras.push(format!("dtype={}", array.dtype()));
    }
    if extras.is_empty() {
        return text + ")";
    }
    let extras = extras.join(", ") + ")";
    let last_line = text.len() + 1 - text.rfind('\n').map_or(0, |at| at + 1);
    let is_too_long = last_line + extras.len() + 1 > LINE_WIDTH;
    let spacer = if is_too_long { format!("\n{}", " ".repeat(PREFIX.len())) } else { " ".to_owned() };
    format!("{text},{spacer}{extras}")
}

fn shape_text(shape: &[i64]) -> String {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    if let [length] = lengths.as_slice() {
        format!("({length},)")
    } else {
        format!("({})", lengths.join(", "))
    }
}

fn size_of(array: &Array) -> usize {
    array.shape().iter().map(|length| *length as usize).product()
}

/// How elements are printed so that they line up.
enum ElementFormat {
    Bool,
    Integer { width: usize },
    Float(FloatFormat),
    Complex { real: FloatFormat, imag: FloatFormat },
}

impl ElementFormat {
    fn new(array: &Array, shown: &[Number]) -> Self {
        match array.dtype().kind() {
            DtypeKind::Bool => Self::Bool,
            DtypeKind::Signed | DtypeKind::Unsigned => Self::Integer {
                width: shown.iter().map(|number| integer_text(*number).len()).max().unwrap_or(0),
            },
            DtypeKind::Float => {
                let numbers: Vec<f64> = shown.iter().map(|number| float_of(*number)).collect();
                Self::Float(FloatFormat::new(&numbers, array.dtype()))
            }
            DtypeKind::Complex => {
                let (real, imag): (Vec<f64>, Vec<f64>) = shown.iter().map(|number| parts_of(*number)).unzip();
                let part = array.dtype().part();
                Self::Complex {
                    real: FloatFormat::new(&real, part),
                    imag: FloatFormat::with_sign(&imag, part, true),
                }
            }
        }
    }

    fn text(&self, number: Number) -> String {
        match self {
            Self::Bool => if number == Number::Bool(true) { " True" } else { "False" }.to_owned(),
            Self::Integer { width } => format!("{:>width$}", integer_text(number)),
            Self::Float(format) => format.text(float_of(number)),
            Self::Complex { real, imag } => {
                let parts = parts_of(number);
                let imag = imag.text(parts.1);
                let digits = imag.trim_end();
                format!("{}{digits}j{}", real.text(parts.0), &imag[digits.len()..])
            }
        }
    }
}

fn integer_text(number: Number) -> String {
    match number {
        Number::Bool(value) => i64::from(value).to_string(),
        Number::Int(_, value) => value.to_string(),
        Number::UInt(_, value) => value.to_string(),
        Number::Float(_, value) | Number::Complex(_, value, _) => value.to_string(),
    }
}

fn float_of(number: Number) -> f64 {
    match number {
        Number::Bool(value) => f64::from(u8::from(value)),
        Number::Int(_, value) => value as f64,
        Number::UInt(_, value) => value as f64,
        Number::Float(_, value) | Number::Complex(_, value, _) => value,
    }
}

fn parts_of(number: Number) -> (f64, f64) {
    match number {
        Number::Complex(_, real, imag) => (real, imag),
        real => (float_of(real), 0.0),
    }
}

struct Printer<'a> {
    array: &'a Array,
    lengths: Vec<usize>,
    /// How many elements an index of each axis counts for.
    steps: Vec<usize>,
    is_summary: bool,
    separator: &'static str,
    width: usize,
    format: ElementFormat,
}

impl<'a> Printer<'a> {
    fn new(array: &'a Array, separator: &'static str, width: usize) -> Self {
        let lengths: Vec<usize> = array.shape().iter().map(|length| *length as usize).collect();
        let mut steps = vec![1; lengths.len()];
        for axis in (1..lengths.len()).rev() {
            steps[axis - 1] = steps[axis] * lengths[axis];
        }
        let is_summary = size_of(array) > THRESHOLD;
        let mut printer =
            Self { array, lengths, steps, is_summary, separator, width, format: ElementFormat::Bool };
        let mut shown = Vec::new();
        printer.collect(0, 0, &mut shown);
        printer.format = ElementFormat::new(array, &shown);
        printer
    }

    /// The array behind that many characters of its first line.
    fn text(&self, indent: usize) -> String {
        if size_of(self.array) == 0 {
            return "[]".to_owned();
        }
        self.nested(0, 0, indent + 1, self.width)
    }

    /// The indices along an axis that are shown; `None` for the dots between.
    fn shown(&self, axis: usize) -> Vec<Option<usize>> {
        let length = self.lengths[axis];
        if !self.is_summary || length <= 2 * EDGE_ITEMS {
            return (0..length).map(Some).collect();
        }
        let head = (0..EDGE_ITEMS).map(Some);
        head.chain([None]).chain((length - EDGE_ITEMS..length).map(Some)).collect()
    }

    fn element(&self, position: usize) -> Number {
        self.array.get(position).expect("the position is within the array")
    }

    /// All elements that will be shown.
    fn collect(&self, axis: usize, position: usize, into: &mut Vec<Number>) {
        if size_of(self.array) == 0 {
            return;
        }
        if axis == self.lengths.len() {
            into.push(self.element(position));
            return;
        }
        for index in self.shown(axis).into_iter().flatten() {
            self.collect(axis + 1, position + index * self.steps[axis], into);
        }
    }

    /// The part of the array from that axis on; `indent` characters stand before its elements in each line.
    fn nested(&self, axis: usize, position: usize, indent: usize, width: usize) -> String {
        if axis == self.lengths.len() {
            return self.format.text(self.element(position));
        }
        if axis + 1 == self.lengths.len() {
            return self.row(axis, position, indent, width);
        }
        let items = self.shown(axis).into_iter().map(|index| match index {
            Some(index) => self.nested(axis + 1, position + index * self.steps[axis], indent + 1, width - 1),
            None => "...".to_owned(),
        });
        let breaks = "\n".repeat(self.lengths.len() - axis - 1);
        let separator = format!("{}{breaks}{}", self.separator.trim_end(), " ".repeat(indent));
        format!("[{}]", items.collect::<Vec<_>>().join(&separator))
    }

    /// The elements along the last axis, broken into lines.
    fn row(&self, axis: usize, position: usize, indent: usize, width: usize) -> String {
        let element_width = width - self.separator.trim_end().len().max(1);
        let margin = " ".repeat(indent);
        let (mut text, mut line) = (String::new(), margin.clone());
        let shown = self.shown(axis);
        let last = shown.len() - 1;
        for (place, index) in shown.into_iter().enumerate() {
            let word =
                index.map_or("...".to_owned(), |index| self.format.text(self.element(position + index)));
            // A line that holds nothing yet is not broken: that would not help.
            if line.len() + word.len() > element_width && line.len() > indent {
                text += line.trim_end();
                text.push('\n');
                line.clone_from(&margin);
            }
            line += &word;
            if place < last {
                line += self.separator;
            }
        }
        text += &line;
        format!("[{}]", &text[indent..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotloop_driver::Dtype;

    /// A case of `tests/numpy/printed.txt`: its first line.
    fn array(dtype: &str, shape: &str, values: &[&str]) -> Array {
        let dtype = Dtype::by_name(dtype).expect("a dtype");
        let shape: Vec<usize> = shape.split('x').map(|length| length.parse().expect("a length")).collect();
        let mut array = Array::zeros(dtype, &shape).expect("memory");
        let range = values
            .first()
            .and_then(|value| value.strip_prefix("range:"))
            .and_then(|range| range.split_once(':'));
        array.fill_with(|position| match range {
            Some((start, step)) if dtype.is_float() => {
                let (start, step): (f64, f64) =
                    (start.parse().expect("a float"), step.parse().expect("a float"));
                Number::Float(Dtype::Float64, start + position as f64 * step)
            }
            Some((start, step)) => {
                let (start, step): (i64, i64) =
                    (start.parse().expect("an int"), step.parse().expect("an int"));
                Number::Int(Dtype::Int64, start + position as i64 * step)
            }
            None if dtype.is_float() => {
                Number::Float(Dtype::Float64, values[position].parse().expect("a float"))
            }
            None if values[position].starts_with('-') => {
                Number::Int(Dtype::Int64, values[position].parse().expect("an int"))
            }
            None => Number::UInt(Dtype::UInt64, values[position].parse().expect("an int")),
        });
        array
    }

    #[test]
    fn arrays_are_printed_as_numpy_prints_them() {
        let recorded = include_str!("../tests/numpy/printed.txt");
        let cases: Vec<&str> = recorded.split("\n> ").skip(1).collect();
        assert!(cases.len() > 150);
        for case in cases {
            let (head, expected) = case.split_once('\n').expect("a case has lines");
            let words: Vec<&str> = head.split(' ').collect();
            let array = array(words[1], words[2], &words[3..]);
            let printed = if words[0] == "str" { plain(&array) } else { as_call(&array) };
            assert_eq!(printed, expected.trim_end_matches('\n'), "{head}");
        }
    }
}
