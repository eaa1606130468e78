//! The code that a dispatcher has for arguments of certain types.

use crate::code::TypeCode;
use hotloop_driver::{Compiled, Dtype, Number, Type, result_words};
use std::sync::Arc;

/// The code for arguments of certain types.
pub(crate) struct Entry {
    pub(crate) codes: Box<[TypeCode]>,
    /// How many entries the dispatcher had before.
    pub(crate) number: usize,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) result_words: usize,
    /// How the argument words become those that the code takes; empty where they are the same. Only where a declared signature asks for
    /// something else than was passed.
    steps: Box<[Step]>,
    /// Whether a call makes a generator.
    pub(crate) makes_generator: bool,
    /// Whether it is given generators of random numbers, whose locks have to be held.
    pub(crate) draws: bool,
    /// Whether the code may call Python.
    pub(crate) calls_python: bool,
}

/// What becomes of the argument words, one after the other.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The next word is passed on.
    Keep,
    /// The next word is a number, which is converted.
    Convert(Dtype, Dtype),
    /// This word comes in addition.
    Insert(u64),
    /// The address of a descriptor that holds zeros comes in addition.
    InsertDescriptor,
}

/// The descriptor of an array that is not there.
static NO_ARRAY: [u64; MAX_WORDS] = [0; MAX_WORDS];
/// Owner, data, and two words for each of the 64 axes that NumPy allows.
const MAX_WORDS: usize = 2 + 2 * 64;

impl Entry {
    /// The entry for arguments of these types, which come as these codes.
    pub(crate) fn new(codes: &[TypeCode], types: &[Type], compiled: Arc<Compiled>, number: usize) -> Self {
        let mut steps = Vec::new();
        for (from, to) in types.iter().zip(&compiled.signature().parameters) {
            add_steps(from, to, &mut steps);
        }
        if steps.iter().all(|step| matches!(step, Step::Keep)) {
            steps.clear();
        }
        Self {
            codes: codes.into(),
            number,
            steps: steps.into(),
            result_words: result_words(compiled.result()),
            makes_generator: matches!(compiled.result(), Type::Generator(_)),
            draws: types.iter().any(Type::has_random_generator),
            calls_python: compiled.calls_host(),
            compiled,
        }
    }

    /// Whether the argument words are passed on as they are.
    #[inline(always)]
    pub(crate) fn takes_words_unchanged(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether nothing is to be done but to call the code with the argument words.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.takes_words_unchanged() && !self.makes_generator && !self.draws
    }

    /// The argument words that the code takes, for these.
    pub(crate) fn converted(&self, words: &[u64]) -> Vec<u64> {
        if self.takes_words_unchanged() {
            return words.to_vec();
        }
        let mut given = words.iter().copied();
        let mut converted = Vec::with_capacity(words.len());
        for step in &self.steps {
            match step {
                Step::Keep => converted.extend(given.next()),
                Step::Convert(from, to) => converted.extend(Number::from_words(*from, &mut given).words(*to)),
                Step::Insert(word) => converted.push(*word),
                Step::InsertDescriptor => converted.push(NO_ARRAY.as_ptr() as u64),
            }
        }
        converted
    }
}

/// How the words of an argument become those of a parameter.
fn add_steps(from: &Type, to: &Type, steps: &mut Vec<Step>) {
    match (from, to) {
        (Type::Scalar(from), Type::Scalar(to)) if from != to => steps.push(Step::Convert(*from, *to)),
        (Type::None, Type::Optional(to)) => {
            steps.push(Step::Insert(0));
            add_nothing(to, steps);
        }
        (from, Type::Optional(to)) => {
            steps.push(Step::Insert(1));
            add_steps(from, to, steps);
        }
        (Type::Scalar(dtype), _) if dtype.is_complex() => steps.extend([Step::Keep; 2]),
        (Type::Scalar(_) | Type::Array(_) | Type::List(_) | Type::Generator(_), _) => steps.push(Step::Keep),
        // Owner, address and length.
        (Type::Str | Type::Bytes, _) => steps.extend([Step::Keep; 3]),
        // Owner and address.
        (Type::RandomGenerator, _) => steps.extend([Step::Keep; 2]),
        (Type::Tuple(_) | Type::Function(_) | Type::Enum(_), _) => {
            from.parts().iter().zip(to.parts()).for_each(|(from, to)| add_steps(from, to, steps));
        }
        (Type::None | Type::Optional(_) | Type::Range | Type::Dtype(_) | Type::Undefined, _) => {}
    }
}

/// The words of an optional that is `None`.
fn add_nothing(ty: &Type, steps: &mut Vec<Step>) {
    match ty {
        Type::Scalar(_) => steps.extend((0..result_words(ty)).map(|_| Step::Insert(0))),
        Type::Array(_) => steps.push(Step::InsertDescriptor),
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
            ty.parts().iter().for_each(|part| add_nothing(part, steps))
        }
        Type::Optional(value) => {
            steps.push(Step::Insert(0));
            add_nothing(value, steps);
        }
        Type::Range | Type::Str | Type::Bytes => steps.extend([Step::Insert(0); 3]),
        Type::List(_) | Type::Generator(_) => steps.push(Step::Insert(0)),
        Type::RandomGenerator => steps.extend([Step::Insert(0); 2]),
        Type::None | Type::Dtype(_) | Type::Undefined => {}
    }
}
