//! Arguments as the command line gives them: literals, files, made arrays.

use crate::array_literal;
use crate::generator::Generator;
use crate::literal;
use crate::literal::Classes;
use crate::npy;
use crate::problem::Problem;
use hotloop_driver::{Argument, Array, EnumType, Number, RandomGenerator, TupleClass};
use std::path::Path;
use std::sync::Arc;

/// An argument with its own memory.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// A number or truth value.
    Number(Number),
    /// An array.
    Array {
        /// The elements; of an array in Fortran order its transpose, whose elements lie in C order.
        array: Array,
        /// Whether the array is in Fortran order.
        is_fortran: bool,
    },
    /// A tuple.
    Tuple(Vec<Given>),
    /// A named tuple.
    Named(Arc<TupleClass>, Vec<Given>),
    /// A member of an enumeration.
    Member(Arc<EnumType>, usize),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A generator of random numbers.
    RandomGenerator(RandomGenerator),
    /// `None`.
    None,
}

impl Given {
    /// As a call takes it; arrays are writable.
    pub(crate) fn borrow(&mut self) -> Argument<'_> {
        match self {
            Self::Number(number) => Argument::Number(*number),
            Self::Array { array, is_fortran: false } => Argument::Array(array.view_mut()),
            Self::Array { array, is_fortran: true } => Argument::Array(array.view_mut().transposed()),
            Self::Tuple(items) => Argument::Tuple(items.iter_mut().map(Self::borrow).collect()),
            Self::Named(class, items) => {
                Argument::Named(Arc::clone(class), items.iter_mut().map(Self::borrow).collect())
            }
            Self::Member(class, position) => Argument::Member(Arc::clone(class), *position),
            Self::Str(text) => Argument::Str(text.clone()),
            Self::Bytes(bytes) => Argument::Bytes(bytes.clone()),
            Self::RandomGenerator(generator) => Argument::RandomGenerator(generator),
            Self::None => Argument::None,
        }
    }
}

/// The last array among the arguments, and whether it is the transpose that is kept.
pub(crate) fn last_array(arguments: &[Given]) -> Option<(&Array, bool)> {
    arguments.iter().rev().find_map(|argument| match argument {
        Given::Array { array, is_fortran } => Some((array, *is_fortran)),
        Given::Tuple(items) | Given::Named(_, items) => last_array(items),
        Given::Member(..)
        | Given::Number(_)
        | Given::Str(_)
        | Given::Bytes(_)
        | Given::RandomGenerator(_)
        | Given::None => None,
    })
}

/// Reads all arguments. Each has its own seed.
pub(crate) fn read_all(arguments: &[String], seed: u64, classes: Classes<'_>) -> Result<Vec<Given>, Problem> {
    arguments
        .iter()
        .enumerate()
        .map(|(position, text)| {
            read(text, seed, position, classes).map_err(|reason| {
                Problem::new(format_args!("argument {} (`{text}`): {reason}", position + 1))
            })
        })
        .collect()
}

fn read(text: &str, seed: u64, position: usize, classes: Classes<'_>) -> Result<Given, String> {
    if let Some(array) = array_literal::read(text)? {
        return Ok(Given::Array { array, is_fortran: false });
    }
    if text.trim_start().starts_with('[') {
        return Err(format!(
            "a list cannot be passed to a kernel: write `array:{0}` for an array, or a tuple in parentheses",
            text.trim()
        ));
    }
    if let Some(generator) = Generator::read(text)? {
        let array = generator.make(seed, position as u64)?;
        return Ok(Given::Array { array, is_fortran: false });
    }
    if let Some(seed) = text.strip_prefix("rng:") {
        let seed =
            seed.parse().map_err(|_| format!("`{seed}` is no seed: an integer from 0 to 2**64 - 1"))?;
        return Ok(Given::RandomGenerator(RandomGenerator::seeded(seed)));
    }
    let is_file = Path::new(text).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    if is_file {
        return npy::load(Path::new(text));
    }
    match literal::read(text, classes)? {
        Some(given) => Ok(given),
        None => {
            Err("it is neither a Python literal (quote strings twice, as in \"'text'\"), nor a .npy file, nor one of array:, rand:, arange:, zeros:, ones:, rng:"
                .to_owned())
        }
    }
}
