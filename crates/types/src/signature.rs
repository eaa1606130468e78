//! Signatures.

use crate::Type;
use std::fmt;

/// The types of a function's parameters, and of its result where that is declared or known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// The parameters' types, in order.
    pub parameters: Vec<Type>,
    /// The result's type; absent in a signature that declares the parameters only.
    pub result: Option<Type>,
}

/// `{}` is for people; `{:#}` is what parses to the same signature again, functions included.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(result) = &self.result {
            result.fmt(f)?;
        }
        f.write_str("(")?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            parameter.fmt(f)?;
        }
        f.write_str(")")
    }
}
