//! The values that an instruction defines.

use crate::Value;
use std::fmt;
use std::ops::Deref;

/// The values that an instruction defines, in order: a slice that takes no memory of its own for one value or none, which is what almost all
/// instructions have.
///
/// ```
/// use hotloop_index::Id;
/// use hotloop_mir::{Results, Value};
///
/// let results: Results = (1..3).map(Value::new).collect();
/// assert_eq!(*results, [Value::new(1), Value::new(2)]);
/// assert_eq!(Results::default().len(), 0);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Results(Held);

#[derive(Clone, Default, PartialEq, Eq)]
enum Held {
    #[default]
    None,
    One([Value; 1]),
    Several(Box<[Value]>),
}

impl Deref for Results {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        match &self.0 {
            Held::None => &[],
            Held::One(value) => value,
            Held::Several(values) => values,
        }
    }
}

impl FromIterator<Value> for Results {
    fn from_iter<Values: IntoIterator<Item = Value>>(values: Values) -> Self {
        let mut values = values.into_iter();
        Self(match (values.next(), values.next()) {
            (None, _) => Held::None,
            (Some(only), None) => Held::One([only]),
            (Some(first), Some(second)) => Held::Several([first, second].into_iter().chain(values).collect()),
        })
    }
}

impl<'a> IntoIterator for &'a Results {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
