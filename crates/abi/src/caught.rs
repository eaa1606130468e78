//! What code that has caught an exception asks about it: its text, and its arguments one by one.

use crate::{ErrorClass, ErrorValue, ExceptionClass};

/// A question about a caught exception, whose answer is a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i64)]
pub enum CaughtQuestion {
    /// How many arguments it has.
    Count,
    /// Whether Python code of its class makes its text or its arguments: 1 or 0.
    OwnText,
    /// The [`ArgumentKind`] of the argument at a position.
    Kind,
    /// The argument at a position: an integer, a truth value, the bits of a float or of a complex number's real part.
    Word,
    /// The bits of the imaginary part of the argument at a position.
    Imag,
    /// Whether its class is the one of a number, which stands in the place of the position, or derives from it: 1 or 0.
    Is,
}

/// What an argument of a caught exception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i64)]
pub enum ArgumentKind {
    /// There is none at that position.
    Absent,
    /// `None`.
    None,
    /// A `bool`.
    Bool,
    /// An `int` that an int64 holds.
    Int,
    /// An `int` that only a uint64 holds.
    UInt,
    /// A `float`.
    Float,
    /// A `complex`.
    Complex,
    /// A `str`.
    Str,
    /// Something else, a tuple or a wider integer.
    Other,
}

/// Asks for the text that Python's `str` gives; other texts are those of the arguments, by their positions.
pub const CAUGHT_STR: i64 = -1;
/// Asks for the text that Python's `repr` gives.
pub const CAUGHT_REPR: i64 = -2;
/// Asks for the name of the class.
pub const CAUGHT_CLASS: i64 = -3;

impl CaughtQuestion {
    const ALL: [Self; 6] = [Self::Count, Self::OwnText, Self::Kind, Self::Word, Self::Imag, Self::Is];

    /// The question of that number.
    pub fn by_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|question| *question as i64 == number)
    }

    /// The answer for an exception of that class with these arguments.
    pub fn answer(self, class: &ErrorClass, arguments: &[ErrorValue], position: i64) -> i64 {
        let argument = usize::try_from(position).ok().and_then(|position| arguments.get(position));
        match self {
            Self::Count => arguments.len() as i64,
            Self::OwnText => i64::from(class.has_own_text()),
            Self::Kind => argument.map_or(ArgumentKind::Absent, ErrorValue::kind) as i64,
            Self::Word => argument.map_or(0, |argument| argument.words().0),
            Self::Imag => argument.map_or(0, |argument| argument.words().1),
            Self::Is => i64::from(class.ancestors().iter().any(|base| i64::from(base.number()) == position)),
        }
    }
}

impl ErrorValue {
    fn kind(&self) -> ArgumentKind {
        match self {
            Self::None => ArgumentKind::None,
            Self::Bool(_) => ArgumentKind::Bool,
            Self::Int(value) if i64::try_from(*value).is_ok() => ArgumentKind::Int,
            Self::Int(value) if u64::try_from(*value).is_ok() => ArgumentKind::UInt,
            Self::Int(_) | Self::Tuple(_) => ArgumentKind::Other,
            Self::Float(_) => ArgumentKind::Float,
            Self::Complex(..) => ArgumentKind::Complex,
            Self::Str(_) => ArgumentKind::Str,
        }
    }

    fn words(&self) -> (i64, i64) {
        match self {
            Self::Bool(value) => (i64::from(*value), 0),
            Self::Int(value) => (*value as i64, 0),
            Self::Float(bits) => (*bits as i64, 0),
            Self::Complex(real, imag) => (*real as i64, *imag as i64),
            Self::None | Self::Str(_) | Self::Tuple(_) => (0, 0),
        }
    }
}

/// The text that is asked for, of an exception of that class with these arguments.
pub fn caught_text(class: &ErrorClass, arguments: &[ErrorValue], form: i64) -> String {
    match form {
        CAUGHT_STR => exception_text(class, arguments),
        CAUGHT_REPR => exception_repr(class, arguments),
        CAUGHT_CLASS => class.name().to_owned(),
        position => {
            let argument = usize::try_from(position).ok().and_then(|position| arguments.get(position));
            argument.map(ErrorValue::python_str).unwrap_or_default()
        }
    }
}

/// What Python's `str` gives for an exception with these arguments.
pub fn exception_text(class: &ErrorClass, arguments: &[ErrorValue]) -> String {
    let is = |base: ExceptionClass| class.is_subclass_of(&base.into());
    match arguments {
        [] => String::new(),
        [only] if is(ExceptionClass::KeyError) => only.to_string(),
        [only] => only.python_str(),
        [number, text] if is(ExceptionClass::OSError) => {
            format!("[Errno {}] {}", number.python_str(), text.python_str())
        }
        [axis @ ErrorValue::Int(_), ndim @ ErrorValue::Int(_)] if class.is_axis_error() => {
            format!("axis {axis} is out of bounds for array of dimension {ndim}")
        }
        several => ErrorValue::Tuple(several.to_vec()).to_string(),
    }
}

/// What Python's `repr` gives for it.
fn exception_repr(class: &ErrorClass, arguments: &[ErrorValue]) -> String {
    match arguments {
        [only] => format!("{}({only})", class.name()),
        several => format!("{}{}", class.name(), ErrorValue::Tuple(several.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> ErrorValue {
        ErrorValue::Str(text.into())
    }

    #[test]
    fn texts_are_those_of_python() {
        let class = |class: ExceptionClass| ErrorClass::from(class);
        let (value, key, os) =
            (ExceptionClass::ValueError, ExceptionClass::KeyError, ExceptionClass::OSError);
        assert_eq!(exception_text(&class(value), &[text("x")]), "x");
        assert_eq!(exception_text(&class(key), &[text("x")]), "'x'");
        let two = [ErrorValue::float(2.0), ErrorValue::Bool(true)];
        assert_eq!(exception_text(&class(value), &two), "(2.0, True)");
        assert_eq!(exception_text(&class(os), &[ErrorValue::Int(2), text("gone")]), "[Errno 2] gone");
        let axis = ErrorClass::of_library("numpy.exceptions.AxisError").unwrap();
        let of_axis = [ErrorValue::Int(7), ErrorValue::Int(2)];
        assert_eq!(exception_text(&axis, &of_axis), "axis 7 is out of bounds for array of dimension 2");
        assert_eq!(exception_text(&axis, &[text("x")]), "x");
        assert_eq!(exception_repr(&axis, &of_axis), "AxisError(7, 2)");
        assert_eq!(exception_repr(&class(value), &[text("x")]), "ValueError('x')");
        assert_eq!(exception_repr(&class(value), &two), "ValueError(2.0, True)");
        assert_eq!(exception_repr(&class(key), &[]), "KeyError()");
    }

    #[test]
    fn arguments_are_asked_for_one_by_one() {
        let arguments = [ErrorValue::Int(-3), ErrorValue::Int(1 << 63), ErrorValue::Complex(1, 2), text("x")];
        let class = ErrorClass::user("a.Own", vec![ExceptionClass::ValueError.into()]);
        let ask = |question: CaughtQuestion, position| question.answer(&class, &arguments, position);
        assert_eq!(ask(CaughtQuestion::Count, 0), 4);
        assert_eq!(ask(CaughtQuestion::OwnText, 0), 0);
        let number = |class: ExceptionClass| i64::from(ErrorClass::from(class).number());
        assert_eq!(ask(CaughtQuestion::Is, number(ExceptionClass::Exception)), 1);
        assert_eq!(ask(CaughtQuestion::Is, number(ExceptionClass::KeyError)), 0);
        assert_eq!(ask(CaughtQuestion::Word, 0), -3);
        assert_eq!(ask(CaughtQuestion::Word, 1), i64::MIN);
        assert_eq!((ask(CaughtQuestion::Word, 2), ask(CaughtQuestion::Imag, 2)), (1, 2));
        let kinds = [ArgumentKind::Int, ArgumentKind::UInt, ArgumentKind::Complex, ArgumentKind::Str];
        for (position, kind) in kinds.into_iter().chain([ArgumentKind::Absent]).enumerate() {
            assert_eq!(ask(CaughtQuestion::Kind, position as i64), kind as i64);
        }
        assert_eq!(caught_text(&class, &arguments, 3), "x");
    }
}
