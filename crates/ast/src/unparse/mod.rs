//! Prints the tree back as Python source.
//!
//! What is printed parses to the same tree, up to places: precedence decides where parentheses stand, a tuple always has
//! its own, nested strings change their quotes as long as there are quotes left (so that Python before 3.12 reads them too).

mod definitions;
mod expressions;
mod literals;
mod patterns;
mod statements;

use crate::{ClassDef, Expr, FunctionDef, Identifier, Module, Parameters, Pattern, Stmt};
use std::fmt::{self, Display, Write};

/// How tightly an expression binds: higher binds tighter. Binary operators take 10 and their own precedence.
mod binding {
    pub(crate) const WALRUS: u8 = 0;
    pub(crate) const TEST: u8 = 1;
    pub(crate) const OR: u8 = 2;
    pub(crate) const AND: u8 = 3;
    pub(crate) const NOT: u8 = 4;
    pub(crate) const COMPARE: u8 = 5;
    pub(crate) const BINARY: u8 = 10;
    /// The operand of `*`, an element of `for ... in`: whatever binds tighter than a comparison.
    pub(crate) const OPERATION: u8 = BINARY;
    pub(crate) const UNARY: u8 = BINARY + 7;
    pub(crate) const AWAIT: u8 = BINARY + 9;
    pub(crate) const PRIMARY: u8 = BINARY + 10;
}

/// The place in the output: how deep blocks and f-strings nest.
struct Printer<'f, W: Write> {
    out: &'f mut W,
    indent: usize,
    /// The quotes of the enclosing f-strings.
    quotes: Vec<&'static str>,
}

type Result = fmt::Result;

macro_rules! display {
    ($($node:ty => $method:ident),* $(,)?) => {
        $(impl Display for $node {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Result {
                Printer { out: formatter, indent: 0, quotes: Vec::new() }.$method(self)
            }
        })*
    };
}

display! {
    Module => module,
    Stmt => statement,
    FunctionDef => function,
    ClassDef => class,
    Expr => expression,
    Pattern => pattern,
    Parameters => parameters,
}

impl<W: Write> Printer<'_, W> {
    fn text(&mut self, text: &str) -> Result {
        self.out.write_str(text)
    }

    fn name(&mut self, name: &Identifier) -> Result {
        self.text(&name.name)
    }

    /// Prints the items with `separator` between them.
    fn separated<T>(
        &mut self,
        items: &[T],
        separator: &str,
        mut print: impl FnMut(&mut Self, &T) -> Result,
    ) -> Result {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(separator)?;
            }
            print(self, item)?;
        }
        Ok(())
    }

    /// Prints a prefix and a value where there is one.
    fn optional(&mut self, prefix: &str, value: Option<&Expr>) -> Result {
        match value {
            Some(value) => {
                self.text(prefix)?;
                self.test(value)
            }
            None => Ok(()),
        }
    }
}
