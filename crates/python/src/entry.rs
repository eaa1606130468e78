//! The code that a dispatcher has for arguments of certain types.

use crate::code::TypeCode;
use hotloop_driver::{Compiled, Dtype, Number, Type, result_words};
use hotloop_types::DtypeKind;
use std::sync::Arc;

/// The code for arguments of certain types.
pub(crate) struct Entry {
    pub(crate) codes: Box<[TypeCode]>,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) result_words: usize,
    /// The argument words that are converted before the call: position, from and to. Only where a declared signature asks for other numbers than were passed.
    conversions: Box<[(usize, Dtype, Dtype)]>,
}

impl Entry {
    /// The entry for arguments of these types, which come as these codes.
    pub(crate) fn new(codes: &[TypeCode], types: &[Type], compiled: Arc<Compiled>) -> Self {
        let (mut from, mut to) = (Vec::new(), Vec::new());
        types.iter().for_each(|ty| flatten(ty, &mut from));
        compiled.signature().parameters.iter().for_each(|ty| flatten(ty, &mut to));
        let pairs = from.into_iter().zip(to).enumerate();
        let conversions = pairs.filter_map(|(position, pair)| match pair {
            (Some(from), Some(to)) if from != to => Some((position, from, to)),
            _ => None,
        });
        Self {
            codes: codes.into(),
            conversions: conversions.collect(),
            result_words: result_words(compiled.result()),
            compiled,
        }
    }

    /// Whether the argument words are passed on as they are.
    #[inline(always)]
    pub(crate) fn takes_words_unchanged(&self) -> bool {
        self.conversions.is_empty()
    }

    /// The argument words that the code takes, for these.
    pub(crate) fn converted(&self, words: &[u64]) -> Vec<u64> {
        let mut words = words.to_vec();
        for (position, from, to) in &self.conversions {
            words[*position] = convert(words[*position], *from, *to);
        }
        words
    }
}

/// What each argument word of that type holds: a number of that dtype, or something else.
fn flatten(ty: &Type, words: &mut Vec<Option<Dtype>>) {
    match ty {
        Type::Scalar(dtype) => words.push(Some(*dtype)),
        Type::Array(_) => words.push(None),
        Type::Tuple(_) | Type::Function(_) => ty.parts().iter().for_each(|part| flatten(part, words)),
        Type::None | Type::Dtype(_) => {}
    }
}

/// A number as another dtype, as an assignment would convert it.
fn convert(word: u64, from: Dtype, to: Dtype) -> u64 {
    let number = Number::from_word(from, word);
    let float = match number {
        Number::Bool(value) => f64::from(u8::from(value)),
        Number::Int(_, value) => value as f64,
        Number::UInt(_, value) => value as f64,
        Number::Float(_, value) => value,
    };
    let bits = match number {
        Number::Bool(value) => u64::from(value),
        Number::Int(_, value) => value as u64,
        Number::UInt(_, value) => value,
        Number::Float(_, value) => value as i64 as u64,
    };
    match to.kind() {
        DtypeKind::Bool => u64::from(if from.is_float() { float != 0.0 } else { bits != 0 }),
        DtypeKind::Signed | DtypeKind::Unsigned => bits,
        DtypeKind::Float if to == Dtype::Float32 => u64::from((float as f32).to_bits()),
        DtypeKind::Float => float.to_bits(),
    }
}
