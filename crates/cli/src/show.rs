//! Results as Python's `print` shows them.

use crate::array_text;
use hotloop_driver::{Dtype, EnumValue, Number, Value};

/// A result as text, without a newline at its end.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Array(array) if array.shape().is_empty() => number(array.get(0).expect("it has one element")),
        Value::Array(array) => array_text::plain(array),
        Value::Str(text) => text.clone(),
        Value::Member(class, position) if class.is_integer => match &class.members[*position].1 {
            EnumValue::Int(value) => value.to_string(),
            _ => inside_tuple(value),
        },
        Value::Member(class, position) => format!("{}.{}", class.name, class.members[*position].0),
        Value::None
        | Value::Number(_)
        | Value::Tuple(_)
        | Value::Named(..)
        | Value::Bytes(_)
        | Value::RandomGenerator(_)
        | Value::List(_)
        | Value::Range(_) => inside_tuple(value),
    }
}

/// A value as it is printed inside a tuple.
fn inside_tuple(value: &Value) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Number(value) => number(*value),
        Value::Range([start, stop, 1]) => format!("range({start}, {stop})"),
        Value::Range([start, stop, step]) => format!("range({start}, {stop}, {step})"),
        Value::Array(array) => array_text::as_call(array),
        Value::Str(text) => {
            let codes = hotloop_objects::text::codes(text);
            hotloop_objects::text::to_string(&hotloop_objects::text::repr(&codes))
        }
        Value::Bytes(bytes) => bytes_text(bytes),
        Value::RandomGenerator(generator) => generator.to_string(),
        Value::List(items) => {
            let shown: Vec<String> = items.iter().map(inside_tuple).collect();
            format!("[{}]", shown.join(", "))
        }
        Value::Named(class, items) => {
            let fields = class.fields.iter().zip(items);
            let shown: Vec<String> =
                fields.map(|(field, item)| format!("{field}={}", inside_tuple(item))).collect();
            format!("{}({})", class.name, shown.join(", "))
        }
        Value::Member(class, position) => {
            let (name, value) = &class.members[*position];
            format!("<{}.{name}: {}>", class.name, member_value(value))
        }
        Value::Tuple(items) => {
            let shown: Vec<String> = items.iter().map(inside_tuple).collect();
            if let [only] = shown.as_slice() {
                format!("({only},)")
            } else {
                format!("({})", shown.join(", "))
            }
        }
    }
}

fn member_value(value: &EnumValue) -> String {
    match value {
        EnumValue::Bool(value) => number(Number::Bool(*value)),
        EnumValue::Int(value) => value.to_string(),
        EnumValue::Float(bits) => number(Number::Float(Dtype::Float64, f64::from_bits(*bits))),
        EnumValue::Str(text) => inside_tuple(&Value::Str(text.clone())),
        EnumValue::Other => "...".to_owned(),
    }
}

/// Bytes as `repr` writes them.
fn bytes_text(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            byte if char::from(*byte) == quote => text.extend(['\\', quote]),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

fn number(number: Number) -> String {
    match number {
        Number::Bool(true) => "True".to_owned(),
        Number::Bool(false) => "False".to_owned(),
        Number::Int(_, value) => value.to_string(),
        Number::UInt(_, value) => value.to_string(),
        Number::Float(dtype, value) => hotloop_driver::float_repr(value, dtype),
        Number::Complex(dtype, real, imag) => hotloop_driver::complex_repr(real, imag, dtype),
    }
}
