//! The code that a dispatcher has for arguments of certain types.

use crate::code::TypeCode;
use hotloop_driver::{Compiled, Dtype, Number, Type, result_words};
use std::sync::Arc;

/// The code for arguments of certain types.
pub(crate) struct Entry {
    pub(crate) codes: Box<[TypeCode]>,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) result_words: usize,
    /// What each argument word or pair of words is, where a declared signature asks for other numbers than were passed; empty where all words
    /// are passed on as they are.
    fields: Box<[Field]>,
}

impl Entry {
    /// The entry for arguments of these types, which come as these codes.
    pub(crate) fn new(codes: &[TypeCode], types: &[Type], compiled: Arc<Compiled>) -> Self {
        let (mut from, mut to): (Vec<Option<Dtype>>, Vec<Option<Dtype>>) = (Vec::new(), Vec::new());
        types.iter().for_each(|ty| flatten(ty, &mut from));
        compiled.signature().parameters.iter().for_each(|ty| flatten(ty, &mut to));
        let fields = from.into_iter().zip(to).map(|pair| match pair {
            (Some(from), Some(to)) => Field::Number { from, to },
            _ => Field::Address,
        });
        let fields: Vec<Field> = fields.collect();
        let is_converted =
            fields.iter().any(|field| matches!(field, Field::Number { from, to } if from != to));
        Self {
            codes: codes.into(),
            fields: if is_converted { fields.into() } else { Box::default() },
            result_words: result_words(compiled.result()),
            compiled,
        }
    }

    /// Whether the argument words are passed on as they are.
    #[inline(always)]
    pub(crate) fn takes_words_unchanged(&self) -> bool {
        self.fields.is_empty()
    }

    /// The argument words that the code takes, for these.
    pub(crate) fn converted(&self, words: &[u64]) -> Vec<u64> {
        if self.takes_words_unchanged() {
            return words.to_vec();
        }
        let (mut words, mut converted) = (words.iter().copied(), Vec::with_capacity(words.len()));
        for field in &self.fields {
            match field {
                Field::Address => converted.extend(words.next()),
                Field::Number { from, to } => {
                    converted.extend(Number::from_words(*from, &mut words).words(*to))
                }
            }
        }
        converted
    }
}

/// What argument words are.
#[derive(Clone, Copy)]
enum Field {
    /// The address of a descriptor.
    Address,
    /// A number, passed as one dtype and wanted as another.
    Number { from: Dtype, to: Dtype },
}

/// What an argument of that type is made of: numbers of those dtypes, and something else.
fn flatten(ty: &Type, words: &mut Vec<Option<Dtype>>) {
    match ty {
        Type::Scalar(dtype) => words.push(Some(*dtype)),
        Type::Array(_) => words.push(None),
        Type::Tuple(_) | Type::Function(_) => ty.parts().iter().for_each(|part| flatten(part, words)),
        Type::None | Type::Dtype(_) => {}
    }
}
