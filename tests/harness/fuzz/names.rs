//! Decisions out of bytes, and the variables that a place in the program can see.

/// Reads decisions from bytes; when they are used up, every decision is the first choice, which is the simplest.
pub(crate) struct Decisions<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Decisions<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// A number below `choices`.
    pub(crate) fn pick(&mut self, choices: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % choices
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.pick(choices.len())]
    }

    /// Whether nothing but first choices is left.
    pub(crate) fn is_used_up(&self) -> bool {
        self.bytes.len() == 0
    }
}

/// The dtypes, simplest first.
pub(crate) const DTYPES: [&str; 11] =
    ["int64", "float64", "bool", "int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64", "float32"];

/// What an expression is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
}

pub(crate) fn kind_of(dtype: &str) -> Kind {
    match dtype.as_bytes()[0] {
        b'b' => Kind::Bool,
        b'f' => Kind::Float,
        _ => Kind::Int,
    }
}

/// A scalar variable; its dtype never changes.
#[derive(Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) dtype: &'static str,
    /// Counters are read only, so that loops end.
    pub(crate) is_writable: bool,
}

#[derive(Clone)]
pub(crate) struct ArrayVariable {
    pub(crate) name: &'static str,
    pub(crate) dtype: &'static str,
    pub(crate) ndim: usize,
}

/// What can be seen.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    pub(crate) variables: Vec<Variable>,
    pub(crate) arrays: Vec<ArrayVariable>,
    /// Kernels of two arguments that may be called.
    pub(crate) callees: Vec<&'static str>,
    /// Whether the variables of `objects` are there.
    pub(crate) has_objects: bool,
    /// Whether the variables of `sequences` are there.
    pub(crate) has_sequences: bool,
}

impl Scope {
    pub(crate) fn of_kind(&self, kind: Kind) -> Vec<&Variable> {
        self.variables.iter().filter(|variable| kind_of(variable.dtype) == kind).collect()
    }
}
