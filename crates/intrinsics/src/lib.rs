//! One table of the built-in operations that kernels can name: where Python finds each, how it is typed, how it is realised.
//!
//! This crate knows nothing about where the table is used. A new operation is a row in `table.rs`; the compiler then shows each
//! `match` to complete.
//!
//! ```
//! use hotloop_intrinsics::{Family, Intrinsic, Item, Typing, lookup};
//!
//! assert_eq!(lookup("math.sqrt"), Some(Item::Function(Intrinsic::Sqrt, Family::Python)));
//! assert_eq!(lookup("numpy.sqrt"), Some(Item::Function(Intrinsic::Sqrt, Family::Numpy)));
//! assert_eq!(lookup("math.pi"), Some(Item::Constant(std::f64::consts::PI)));
//! assert_eq!(Intrinsic::Sqrt.typing(), Typing::Float);
//! assert_eq!(lookup("numpy.frobnicate"), None);
//! ```

mod table;

pub use table::Intrinsic;

use hotloop_abi::RuntimeFunction;
use hotloop_types::Dtype;

/// How an intrinsic is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Typing {
    /// One number; float32 gives float32, any other number is converted to float64. In the family of NumPy, truth values and integers of
    /// up to 16 bits give float32 too.
    Float,
    /// Two numbers, which are converted to a common float type; see [`Family`].
    FloatFloat,
    /// One number, converted as by `Float`; gives an int64. An integer is only widened to 64 bits.
    FloatToInt,
    /// One number, converted as by `Float`; gives a bool.
    FloatToBool,
    /// One number; an integer or truth value stays as it is, a float gives one of its own type.
    Integral,
    /// One number; gives one of its own type.
    Absolute,
    /// Two or more numbers, or a tuple of them; gives one of the type they have in common where ways meet.
    Extremum,
    /// An array or a tuple; gives an int64.
    Length,
    /// One number, which gives an int64, and perhaps a number of decimals, which gives a float.
    Round,
    /// Two numbers; gives a tuple of two.
    Divmod,
    /// Two numbers, typed as by the operator `**`.
    Power,
    /// A `range` object.
    Counting,
    /// Nothing; gives an int64 that says where the call runs.
    Threads,
    /// Arrays, one of which it fills; gives nothing. Only the prelude calls it, in the form that it is made for.
    WholeArrays,
    /// The head of a loop, and nothing else.
    LoopHead,
    /// The items of a tuple.
    TupleItems,
    /// A value, and a class or a tuple of classes; decided when the kernel is compiled.
    TypeTest,
    /// A type, or a value that has it; gives what is known about it, as constants.
    TypeFact,
    /// A value; gives its type.
    TypeOf,
    /// A class that is no type of numbers, for type tests.
    Class,
    /// A shape, for a full array its value, and a dtype; gives an array.
    NewArray(Filling),
    /// An array, for a full one its value, and a dtype; gives an array of that shape.
    NewArrayLike(Filling),
    /// An array, and axes or a shape; gives an array of the same elements in another arrangement.
    Arrangement,
    /// Integers, typed as in arithmetic.
    Gcd,
    /// Two integers that are counts, of which the second may be missing; gives an int64.
    OfIntegers,
    /// Three integers of one type; gives one of that type.
    PowModulo,
    /// One number; gives an int64.
    Hash,
    /// One number, converted to float64.
    Double,
    /// Three numbers, converted to a common float type.
    FloatFloatFloat,
    /// Two numbers and two tolerances, in a common float type; gives a bool.
    IsClose,
    /// One number, converted as by `Float`; gives a tuple of two numbers.
    SplitFloat,
    /// Tuples of numbers; gives a number.
    OfTuple,
    /// Items and what is done with them; see the functions of `operator` that are no operators.
    OfItems,
    /// One number or two, typed as by `FloatFloat`.
    Hypot,
    /// One number, or two of which the second is the base; typed as `Float` or `FloatFloat`.
    LogBase,
    /// A float, converted as by `Float`, and an integer; gives the float's type.
    Ldexp,
    /// One integer; gives an int64.
    OfInteger,
    /// One number, made complex; gives one of that type.
    OfComplex,
    /// One number, made complex, and perhaps another as the base; gives a complex number.
    ComplexLog,
    /// Two floats; gives a complex number.
    ComplexRect,
    /// One number, made complex; gives a tuple of two floats.
    ComplexPolar,
    /// One number, made complex; gives a float.
    ComplexPhase,
    /// One number, made complex; gives a bool.
    ComplexToBool,
    /// Two numbers, made complex128, and two tolerances; gives a bool.
    ComplexIsClose,
    /// One number, complex or not; gives one of its type, or of the type of its parts.
    Complex,
    /// An operator as a function: one operand or two, typed as by the operator.
    Operator,
    /// A function of two, a tuple, and perhaps a value to start from.
    Reduction,
    /// Numbers or arrays of them, by NumPy's rules for elements.
    Elements,
    /// The same, with two results.
    ElementPair,
    /// Something of the generator of random numbers, each with a rule of its own.
    Random,
    /// A builtin about strings or lists, each with a rule of its own.
    Object,
}

impl Intrinsic {
    /// The operation that NumPy's spelling of a function of `math` stands for: Hotloop's own function, where the spelling of Python stands for the platform's. Any other
    /// operation is itself.
    #[must_use]
    pub const fn own(self) -> Self {
        match self {
            Self::Exp => Self::OwnExp,
            Self::Exp2 => Self::OwnExp2,
            Self::Expm1 => Self::OwnExpm1,
            Self::Log => Self::OwnLog,
            Self::Log2 => Self::OwnLog2,
            Self::Log10 => Self::OwnLog10,
            Self::Log1p => Self::OwnLog1p,
            Self::Sin => Self::OwnSin,
            Self::Cos => Self::OwnCos,
            Self::Tan => Self::OwnTan,
            Self::Sinh => Self::OwnSinh,
            Self::Cosh => Self::OwnCosh,
            Self::Tanh => Self::OwnTanh,
            Self::Asin => Self::OwnAsin,
            Self::Acos => Self::OwnAcos,
            Self::Atan => Self::OwnAtan,
            Self::Atan2 => Self::OwnAtan2,
            Self::MathPow => Self::OwnPow,
            Self::Cbrt => Self::OwnCbrt,
            Self::Hypot => Self::OwnHypot,
            Self::Erf => Self::OwnErf,
            other => other,
        }
    }

    /// The operation that a function of these spellings stands for; see [`own`](Self::own).
    #[must_use]
    pub fn of_family(self, family: Family) -> Self {
        match family {
            Family::Python => self,
            Family::Numpy => self.own(),
        }
    }
}

/// What fills a new array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filling {
    /// Nothing.
    Nothing,
    /// Zeros.
    Zeros,
    /// Ones.
    Ones,
    /// A value that is given.
    Value,
}

/// How an intrinsic is realised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Realization {
    /// A call of a runtime function for float64, and one for float32; where the latter is missing, the call is made in float64.
    Runtime(RuntimeFunction, Option<RuntimeFunction>),
    /// Instructions that lowering knows.
    Lowered,
}

/// By whose rules the arguments of a function become floats: the same operation is spelled `math.f` and `np.f`, and these treat small numbers
/// differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Of `builtins` and `math`: float32 among float32 and integers of 8 bits, otherwise float64.
    Python,
    /// Of `numpy`: float32 unless a float64, or without a float32 an integer of more than 16 bits, takes part.
    Numpy,
}

/// What a dotted path of a known module names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    /// A function.
    Function(Intrinsic, Family),
    /// A float.
    Constant(f64),
    /// A complex number, by its parts.
    ComplexConstant(f64, f64),
    /// A type of numbers: a dtype, and called, a conversion.
    Dtype(Dtype),
    /// `int`, `float`, `complex` or `bool`: a dtype; called, a conversion that keeps the width of a number which is of that kind already.
    PythonType(Dtype),
}

/// The modules whose names the table knows. `builtins` holds the names that need no import; `hotloop` also stands for Numba.
pub const MODULES: &[&str] =
    &["builtins", "math", "cmath", "numpy", "hotloop", "operator", "functools", "random"];

/// The names of functions and constants that the table knows of a module, without the module; dtypes are not among them.
pub fn names_of(module: &str) -> impl Iterator<Item = &'static str> {
    let paths = Intrinsic::ALL.iter().flat_map(|intrinsic| intrinsic.paths());
    let functions = paths.filter_map(move |path| {
        let (owner, name) = path.split_once('.')?;
        (owner == module).then_some(name)
    });
    let has_constants = matches!(module, "math" | "cmath" | "numpy");
    let constants = CONSTANTS.iter().filter(move |_| has_constants).map(|(name, _)| *name);
    functions.chain(constants.filter(move |name| constant(module, name).is_some()))
}

/// What the path names, such as `numpy.sqrt`.
pub fn lookup(path: &str) -> Option<Item> {
    let (module, name) = path.split_once('.')?;
    if let Some(intrinsic) = Intrinsic::by_path(path) {
        let family = if module == "numpy" { Family::Numpy } else { Family::Python };
        return Some(Item::Function(intrinsic, family));
    }
    match module {
        "math" | "numpy" => constant(module, name).map(Item::Constant).or_else(|| numpy_dtype(module, name)),
        "cmath" => constant(module, name).map(Item::Constant).or(match name {
            "infj" => Some(Item::ComplexConstant(0.0, f64::INFINITY)),
            "nanj" => Some(Item::ComplexConstant(0.0, f64::NAN)),
            _ => None,
        }),
        "builtins" => builtin_type(name),
        "hotloop" => Dtype::by_name(name).map(Item::Dtype),
        _ => None,
    }
}

/// The constants of `math`, most of which `numpy` has too.
const CONSTANTS: &[(&str, f64)] = &[
    ("pi", std::f64::consts::PI),
    ("e", std::f64::consts::E),
    ("tau", std::f64::consts::TAU),
    ("inf", f64::INFINITY),
    ("nan", f64::NAN),
];

fn constant(module: &str, name: &str) -> Option<f64> {
    let known = CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    known.filter(|_| module != "numpy" || name != "tau")
}

fn numpy_dtype(module: &str, name: &str) -> Option<Item> {
    let known = module == "numpy"
        && matches!(
            name,
            "bool"
                | "bool_"
                | "int8"
                | "int16"
                | "int32"
                | "int64"
                | "intp"
                | "int_"
                | "longlong"
                | "intc"
                | "uint8"
                | "uint16"
                | "uint32"
                | "uint64"
                | "uintp"
                | "uint"
                | "uintc"
                | "ulonglong"
                | "float32"
                | "float64"
                | "double"
                | "single"
                | "byte"
                | "ubyte"
                | "short"
                | "ushort"
                | "complex64"
                | "complex128"
                | "csingle"
                | "cdouble"
        );
    Dtype::by_name(name).filter(|_| known).map(Item::Dtype)
}

fn builtin_type(name: &str) -> Option<Item> {
    Some(Item::PythonType(match name {
        "bool" => Dtype::Bool,
        "int" => Dtype::Int64,
        "float" => Dtype::Float64,
        "complex" => Dtype::Complex128,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_path_leads_to_its_operation_and_to_one_only() {
        let mut seen = HashSet::new();
        for intrinsic in Intrinsic::ALL {
            for path in intrinsic.paths() {
                let family = if path.starts_with("numpy.") { Family::Numpy } else { Family::Python };
                assert_eq!(lookup(path), Some(Item::Function(*intrinsic, family)), "{path}");
                assert!(MODULES.contains(&path.split('.').next().unwrap_or_default()), "{path}");
                assert!(seen.insert(*path), "{path} stands in the table twice");
            }
        }
    }

    #[test]
    fn the_names_of_a_module_are_those_that_it_finds() {
        for module in MODULES {
            for name in names_of(module) {
                assert!(lookup(&format!("{module}.{name}")).is_some(), "{module}.{name}");
            }
        }
        assert!(names_of("math").any(|name| name == "tau") && names_of("numpy").all(|name| name != "tau"));
        assert_eq!(lookup("numpy.tau"), None);
        assert_eq!(names_of("os").count(), 0);
    }

    #[test]
    fn types_keep_their_owners_apart() {
        assert_eq!(lookup("builtins.int"), Some(Item::PythonType(Dtype::Int64)));
        assert_eq!(lookup("numpy.int64"), Some(Item::Dtype(Dtype::Int64)));
        assert_eq!(lookup("hotloop.f4"), Some(Item::Dtype(Dtype::Float32)));
        assert_eq!((lookup("numpy.f4"), lookup("math.int64"), lookup("int")), (None, None, None));
    }
}
