//! The types of generators.

use crate::Type;
use std::fmt;
use std::sync::Arc;

/// The type of a generator. It says which function it runs, so that going on with it is a call of known code.
///
/// Prints as Numba spells it, and with `{:#}` as text that parses to the same type: `generator(symbol, items, parameter types)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GeneratorType {
    /// The symbol of the specialisation that makes it, without commas and parentheses.
    pub symbol: Arc<str>,
    /// What it yields.
    pub items: Type,
    /// The types of the function's parameters.
    pub parameters: Arc<[Type]>,
}

/// What follows the symbol of a generator's function in that of the function that goes on with it.
const RESUME_SUFFIX: &str = "$resume";

impl GeneratorType {
    /// The symbol of the function that goes on with a generator which the function of that symbol has made.
    pub fn resume_symbol(symbol: &str) -> String {
        format!("{symbol}{RESUME_SUFFIX}")
    }

    /// The symbol of the specialisation that a symbol belongs to: of one that goes on with a generator, the one that makes it.
    pub fn specialisation_of(symbol: &str) -> &str {
        symbol.strip_suffix(RESUME_SUFFIX).unwrap_or(symbol)
    }

    /// What the function gives that goes on with a generator: whether there is another item, and the item.
    pub fn resumed(items: &Type) -> Type {
        Type::tuple([Type::BOOL, items.clone()])
    }

    /// The function's name in the source.
    pub fn name(&self) -> &str {
        self.symbol.rsplit_once('.').map_or(&*self.symbol, |(name, _)| name)
    }
}

impl fmt::Display for GeneratorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            write!(f, "generator({}, {:#}", self.symbol, self.items)?;
            for parameter in self.parameters.iter() {
                write!(f, ", {parameter:#}")?;
            }
            return f.write_str(")");
        }
        write!(f, "{} generator(func={}, args=(", self.items, self.name())?;
        for (position, parameter) in self.parameters.iter().enumerate() {
            write!(f, "{}{parameter}", if position > 0 { ", " } else { "" })?;
        }
        let comma = if self.parameters.len() == 1 { "," } else { "" };
        write!(f, "{comma}), has_finalizer=True)")
    }
}
