//! The types of tuples, plain and named.
//!
//! A named tuple is a tuple that remembers its class: whatever holds of the items of a tuple holds of it too.

use crate::Type;
use crate::text::Quoted;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The type of a tuple; a slice of its items' types.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TupleType {
    items: Arc<[Type]>,
    class: Option<Arc<TupleClass>>,
}

/// A class of named tuples, as `collections.namedtuple` makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TupleClass {
    /// Its name.
    pub name: String,
    /// Which class of that name it is: equal identities, the same class.
    pub identity: String,
    /// The names of its items.
    pub fields: Vec<String>,
}

impl TupleType {
    /// A tuple of a class with these items, as many as the class has fields.
    pub fn named(class: Arc<TupleClass>, items: impl IntoIterator<Item = Type>) -> Self {
        let tuple = Self { items: items.into_iter().collect(), class: Some(class) };
        assert_eq!(tuple.items.len(), tuple.fields().len(), "a named tuple has an item for each field");
        tuple
    }

    /// The class of a named tuple.
    pub fn class(&self) -> Option<&Arc<TupleClass>> {
        self.class.as_ref()
    }

    /// The names of its items; none of a plain tuple.
    pub fn fields(&self) -> &[String] {
        self.class.as_ref().map_or(&[], |class| &class.fields)
    }

    /// The position of the item of that name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields().iter().position(|field| field == name)
    }

    /// The same class with other items, one for each that it has.
    #[must_use]
    pub fn with_items(&self, items: impl IntoIterator<Item = Type>) -> Self {
        Self { items: items.into_iter().collect(), class: self.class.clone() }
    }
}

impl Deref for TupleType {
    type Target = [Type];

    fn deref(&self) -> &[Type] {
        &self.items
    }
}

impl FromIterator<Type> for TupleType {
    fn from_iter<I: IntoIterator<Item = Type>>(items: I) -> Self {
        Self { items: items.into_iter().collect(), class: None }
    }
}

/// `Tuple(int64, float64)`, of a class `Point(int64, float64)`; with `{:#}` as text that parses to the same type:
/// `namedtuple("Point", "module.Point", x, int64, y, float64)`.
impl fmt::Display for TupleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(class), true) = (&self.class, f.alternate()) {
            write!(f, "namedtuple({}, {}", Quoted(&class.name), Quoted(&class.identity))?;
            for (field, item) in class.fields.iter().zip(self.iter()) {
                write!(f, ", {field}, {item:#}")?;
            }
            return f.write_str(")");
        }
        let name = self.class.as_ref().map_or("Tuple", |class| &class.name);
        write!(f, "{name}(")?;
        for (index, item) in self.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            item.fmt(f)?;
        }
        f.write_str(")")
    }
}
