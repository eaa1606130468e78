//! The types of the members of enumerations.
//!
//! A member is its position among the members; what it is called and what its value is stand in the type.

use crate::text::Quoted;
use std::fmt;

/// A class of enumerations, as `enum.Enum` makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Which class of that name it is: equal identities, the same class.
    pub identity: String,
    /// Whether its members are integers too, as those of an `IntEnum` are.
    pub is_integer: bool,
    /// Its members, in order, without other names for the same member.
    pub members: Vec<(String, EnumValue)>,
    /// Other names of members, by their positions.
    pub aliases: Vec<(String, usize)>,
}

/// The value of a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnumValue {
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, by its bits.
    Float(u64),
    /// A string.
    Str(String),
    /// Something else, of which nothing is known.
    Other,
}

impl EnumType {
    /// The position of the member of that name.
    pub fn member(&self, name: &str) -> Option<usize> {
        let known = self.members.iter().position(|(member, _)| member == name);
        let alias = || self.aliases.iter().find(|(alias, _)| alias == name).map(|(_, position)| *position);
        known.or_else(alias)
    }
}

/// `Colour`, and with `{:#}` as text that parses to the same type: `enum("Colour", "module.Colour", False, RED, 1, GREEN, "two")`, behind
/// the members the other names with their positions.
impl fmt::Display for EnumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(&self.name);
        }
        let (name, identity) = (Quoted(&self.name), Quoted(&self.identity));
        let is_integer = if self.is_integer { "True" } else { "False" };
        write!(f, "enum({name}, {identity}, {is_integer}")?;
        for (member, value) in &self.members {
            write!(f, ", {member}, {value}")?;
        }
        for (alias, position) in &self.aliases {
            write!(f, ", {alias}, member {position}")?;
        }
        f.write_str(")")
    }
}

/// `True`, `5`, `float 3ff0000000000000`, `"text"`.
impl fmt::Display for EnumValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Int(value) => value.fmt(f),
            Self::Float(bits) => write!(f, "float {bits:016x}"),
            Self::Str(text) => Quoted(text).fmt(f),
            Self::Other => f.write_str("other"),
        }
    }
}
