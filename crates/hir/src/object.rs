//! Expressions about lists and strings.

use crate::{Caught, Expr};
use hotloop_abi::{CaughtQuestion, ExceptionClass};
use hotloop_objects::{Form, Operation};
use std::sync::Arc;

/// An operation on objects that live on the heap: strings, bytes and lists. Operands are evaluated left to right.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectExpr {
    /// A string.
    Str(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// The number of characters or items: an int64.
    Length(Expr),
    /// The number of items of a list, asked for anew before each iteration of the loop that counts to it.
    LiveLength(Expr),
    /// A character as a string, a byte as an int64, or an item of a list. The index is an int64; a negative one counts from the
    /// end, and one out of range raises `IndexError`.
    Item {
        /// A string, bytes or a list.
        sequence: Expr,
        /// The index.
        index: Expr,
    },
    /// The characters from `start` to before `stop`, int64 both, which are cut to what there is and count from the end where
    /// they are negative. The new string shares them.
    Part {
        /// A string or bytes.
        text: Expr,
        /// The first.
        start: Expr,
        /// Behind the last; up to the end without one.
        stop: Option<Expr>,
    },
    /// An operation of the table, on the arguments that its row names.
    Perform {
        /// The operation.
        operation: Operation,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// The number that a string is: an int64 by a base, or a float64. Raises `ValueError` if it is none.
    Number {
        /// The string.
        text: Expr,
        /// The base of an integer, an int64.
        base: Option<Expr>,
    },
    /// The order of two strings or two bytes, or whether they are equal: negative, 0 or positive, an int64.
    Order(Expr, Expr),
    /// A new list of these items.
    List(Vec<Expr>),
    /// A new empty list with room for so many items, an int64.
    EmptyList(Expr),
    /// Appends an item to a list; gives none.
    Append {
        /// The list.
        list: Expr,
        /// The item.
        item: Expr,
    },
    /// Takes the last item out of a list, and gives it. Raises `IndexError` if there is none.
    Pop(Expr),
    /// Puts an item in the place of another; the index as for [`Item`](Self::Item). Evaluated in the order item, list, index; gives none.
    SetItem {
        /// The list.
        list: Expr,
        /// The index.
        index: Expr,
        /// The item.
        item: Expr,
    },
    /// A value on a condition, a bool, that is evaluated first; raises the error where it does not hold.
    Checked {
        /// What has to hold.
        condition: Expr,
        /// What is raised otherwise, with its message.
        error: (ExceptionClass, &'static str),
        /// The value.
        value: Expr,
    },
    /// The code point of a string's first character: an int64. The string is not empty.
    Code(Expr),
    /// Whether two lists are the same object: a bool.
    Same(Expr, Expr),
    /// The answer to a question about an exception that a handler around has caught; a float64 where it is the bits of one.
    CaughtWord {
        /// The exception.
        caught: Caught,
        /// The question.
        question: CaughtQuestion,
        /// The argument that it is about.
        position: u32,
    },
    /// A text of an exception that a handler around has caught: see [`hotloop_abi::caught_text`].
    CaughtText {
        /// The exception.
        caught: Caught,
        /// Which text.
        form: i64,
    },
    /// Strings one behind the other, as one string. What each does to objects is done before the next is evaluated.
    Text(Vec<Expr>),
    /// Prints such a string; gives none.
    Print {
        /// Strings.
        texts: Vec<Expr>,
        /// Whether it has to be seen at once: a bool.
        flush: Expr,
    },
}

impl ObjectExpr {
    /// Whether it changes a list, apart from what its operands do.
    pub(crate) fn changes_list(&self) -> bool {
        match self {
            Self::Append { .. } | Self::Pop(_) | Self::SetItem { .. } => true,
            Self::Perform { operation, .. } => {
                operation.result() == Form::Nothing
                    || matches!(operation, Operation::ListOpen | Operation::ListSetStride)
            }
            Self::Str(_)
            | Self::Bytes(_)
            | Self::Length(_)
            | Self::LiveLength(_)
            | Self::Item { .. }
            | Self::Part { .. }
            | Self::Number { .. }
            | Self::Order(..)
            | Self::List(_)
            | Self::EmptyList(_)
            | Self::Checked { .. }
            | Self::Code(_)
            | Self::Same(..)
            | Self::CaughtWord { .. }
            | Self::CaughtText { .. }
            | Self::Text(_)
            | Self::Print { .. } => false,
        }
    }

    /// The operands, in the order in which they are evaluated.
    pub fn operands(&self) -> Vec<&Expr> {
        match self {
            Self::Str(_) | Self::Bytes(_) | Self::CaughtWord { .. } | Self::CaughtText { .. } => Vec::new(),
            Self::Length(value)
            | Self::LiveLength(value)
            | Self::EmptyList(value)
            | Self::Pop(value)
            | Self::Code(value) => {
                vec![value]
            }
            Self::Item { sequence: first, index: second }
            | Self::Order(first, second)
            | Self::Same(first, second)
            | Self::Checked { condition: first, value: second, .. }
            | Self::Append { list: first, item: second } => vec![first, second],
            Self::Part { text, start, stop } => [text, start].into_iter().chain(stop).collect(),
            Self::Perform { arguments: items, .. } | Self::List(items) | Self::Text(items) => {
                items.iter().collect()
            }
            Self::Print { texts, flush } => texts.iter().chain([flush]).collect(),
            Self::Number { text, base } => [text].into_iter().chain(base).collect(),
            Self::SetItem { list, index, item } => vec![item, list, index],
        }
    }

    /// What it is called where trees are shown.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Str(text) => format!("{text:?}"),
            Self::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
            Self::Length(_) => "len".to_owned(),
            Self::LiveLength(_) => "live_len".to_owned(),
            Self::Item { .. } => "item".to_owned(),
            Self::Part { .. } => "part".to_owned(),
            Self::Perform { operation, .. } => format!("{operation:?}"),
            Self::Number { .. } => "number".to_owned(),
            Self::Order(..) => "order".to_owned(),
            Self::List(_) => "list".to_owned(),
            Self::EmptyList(_) => "empty_list".to_owned(),
            Self::Append { .. } => "append".to_owned(),
            Self::Pop(_) => "pop".to_owned(),
            Self::SetItem { .. } => "set_item".to_owned(),
            Self::Same(..) => "same".to_owned(),
            Self::CaughtWord { caught, question, position } => {
                format!("{question:?} of {caught}, {position}")
            }
            Self::CaughtText { caught, form } => format!("text of {caught}, {form}"),
            Self::Text(_) => "text".to_owned(),
            Self::Print { .. } => "print".to_owned(),
            Self::Checked { error: (class, _), .. } => class.python_name().to_owned(),
            Self::Code(_) => "ord".to_owned(),
        }
    }
}
