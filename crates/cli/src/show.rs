//! Results as Python's `print` shows them.

use crate::array_text;
use hotloop_driver::{Number, Value};

/// A result as text, without a newline at its end.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Array(array) if array.shape().is_empty() => number(array.get(0).expect("it has one element")),
        Value::Array(array) => array_text::plain(array),
        Value::None | Value::Number(_) | Value::Tuple(_) | Value::Range(_) => inside_tuple(value),
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
