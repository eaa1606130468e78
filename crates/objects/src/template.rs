//! Texts that are put together of constants and of what operations make, in one call.
//!
//! A template is a row of numbers, held by compiled code as the code points of a string are. Each piece begins with one: a constant with how many
//! code points follow, any other with [`OPERATION`] and the number of the operation that makes it, whose words stand beside the template.
//! [`Operation::Concat`] stands for a string that is there already: one, not two.

use crate::operation::Operation;

/// What marks the number of an operation.
const OPERATION: u32 = 1 << 31;

/// A template in the making.
///
/// ```
/// use hotloop_objects::{Operation, Piece, Template};
///
/// let mut template = Template::default();
/// template.push_str("at ");
/// template.push_operation(Operation::StrOfInt);
/// let pieces: Vec<Piece<'_>> = Template::pieces(template.codes()).collect();
/// assert_eq!(pieces, [Piece::Constant(&[97, 116, 32]), Piece::Made(Operation::StrOfInt)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Template {
    codes: Vec<u32>,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Code points.
    Constant(&'a [u32]),
    /// A string that is there already.
    Str,
    /// What an operation makes.
    Made(Operation),
}

impl Template {
    /// Adds a constant.
    pub fn push_str(&mut self, text: &str) {
        let length = text.chars().count() as u32;
        self.codes.extend(std::iter::once(length).chain(text.chars().map(u32::from)));
    }

    /// Adds a string whose two words stand beside the template.
    pub fn push_operand(&mut self) {
        self.codes.push(OPERATION | Operation::Concat as u32);
    }

    /// Adds what an operation makes.
    pub fn push_operation(&mut self, operation: Operation) {
        self.codes.push(OPERATION | operation as u32);
    }

    /// The numbers.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The pieces of a template; it ends at what is none.
    pub fn pieces(mut codes: &[u32]) -> impl Iterator<Item = Piece<'_>> {
        std::iter::from_fn(move || {
            let (first, rest) = codes.split_first()?;
            let (piece, rest) = match *first {
                length if length & OPERATION == 0 => {
                    let (constant, rest) = rest.split_at_checked(length as usize)?;
                    (Piece::Constant(constant), rest)
                }
                number => match Operation::by_number(u64::from(number & !OPERATION))? {
                    Operation::Concat => (Piece::Str, rest),
                    operation => (Piece::Made(operation), rest),
                },
            };
            codes = rest;
            Some(piece)
        })
    }

    /// How many words stand beside a template.
    pub fn word_count(codes: &[u32]) -> usize {
        let words = Self::pieces(codes).map(|piece| match piece {
            Piece::Constant(_) => 0,
            Piece::Str => 2,
            Piece::Made(operation) => operation.word_count(),
        });
        words.sum()
    }
}
