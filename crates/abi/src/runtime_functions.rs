//! The table of runtime functions that compiled code may call.

use hotloop_vecmath::Function;

/// A machine type: what a value of the middle IR or of the calling convention is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MachineType {
    /// A truth value; passed and stored as a byte that is 0 or 1.
    I1,
    /// 8 bits.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// binary32.
    F32,
    /// binary64.
    F64,
    /// An address, 64 bits.
    Ptr,
}

impl MachineType {
    /// All machine types.
    pub const ALL: &[Self] =
        &[Self::I1, Self::I8, Self::I16, Self::I32, Self::I64, Self::F32, Self::F64, Self::Ptr];

    /// As the text form spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::I1 => "i1",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Ptr => "ptr",
        }
    }

    /// The size in memory in bytes.
    pub const fn size_bytes(self) -> u32 {
        match self {
            Self::I1 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 | Self::Ptr => 8,
        }
    }

    /// The width in bits, 1 for a truth value.
    pub const fn bits(self) -> u32 {
        match self {
            Self::I1 => 1,
            Self::I8 | Self::I16 | Self::I32 | Self::I64 | Self::F32 | Self::F64 | Self::Ptr => {
                8 * self.size_bytes()
            }
        }
    }

    /// Whether it is `f32` or `f64`.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is an integer of 1 to 64 bits; an address is not.
    pub const fn is_integer(self) -> bool {
        !self.is_float() && !matches!(self, Self::Ptr)
    }
}

impl std::fmt::Display for MachineType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a call may do besides returning a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effects {
    /// Nothing: equal arguments give equal results, and it may be dropped, moved or repeated.
    Pure,
    /// As pure, but it reads memory that never changes while its arguments live: the characters of strings.
    Constant,
    /// It manages memory of the runtime, but neither reads nor writes elements of arrays.
    Memory,
    /// It changes lists: their lengths, and where and what their items are.
    Lists,
    /// Anything.
    Any,
}

/// Rows: variant, symbol, parameters, result, effects, whether it takes the context and may raise, documentation.
macro_rules! runtime_functions {
    ($($name:ident $symbol:literal ($($parameter:ident),*) -> [$($result:ident)?] $effects:ident $raises:literal $documentation:literal,)*) => {
        /// A function that the runtime offers to compiled code.
        ///
        /// A function that may raise takes the `Context` first and returns a [`Status`](crate::Status); its result, if
        /// any, is written through a last parameter, a pointer to eight bytes. Any other function is a plain C function of the parameters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuntimeFunction {
            $(#[doc = $documentation] $name,)*
        }

        impl RuntimeFunction {
            /// All runtime functions.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The symbol by which objects import it.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$name => $symbol,)* }
            }

            /// The machine types of the parameters, without the context.
            pub const fn parameters(self) -> &'static [MachineType] {
                match self { $(Self::$name => &[$(MachineType::$parameter),*],)* }
            }

            /// The machine type of the result, if any.
            pub const fn result(self) -> Option<MachineType> {
                match self { $(Self::$name => runtime_functions!(@result $($result)?),)* }
            }

            /// What a call may do.
            pub const fn effects(self) -> Effects {
                match self { $(Self::$name => Effects::$effects,)* }
            }

            /// Whether it takes the context and returns a status.
            pub const fn may_raise(self) -> bool {
                match self { $(Self::$name => $raises,)* }
            }
        }
    };
    (@result) => { None };
    (@result $result:ident) => { Some(MachineType::$result) };
}

runtime_functions! {
    Allocate "hl_allocate" (I64) -> [Ptr] Memory true "Allocates a block of that many bytes with a reference count of 1; the elements start 64 bytes behind the block and are aligned to 64 bytes. Raises `MemoryError`, or `ValueError` for a negative size.",
    AllocateZeroed "hl_allocate_zeroed" (I64) -> [Ptr] Memory true "The same, filled with zeros.",
    Retain "hl_retain" (Ptr) -> [] Memory false "Adds a reference to a block; the null block is borrowed memory and is left alone.",
    Release "hl_release" (Ptr) -> [] Memory false "Takes a reference from a block and frees it with the last one; null is left alone.",
    Safepoint "hl_safepoint" () -> [] Memory true "Called when the interrupt flag is set: raises `KeyboardInterrupt`, ends a cancelled region, or clears the flag.",
    ParallelFor "hl_parallel_for" (I64, Ptr, Ptr, Ptr, I64, I64, I64) -> [] Any true "Runs a parallel region: trip count, body (`ParallelBody`), captures, partial results (a row a chunk), number of partials in a row, number of chunks by `chunk_bounds` (0 = no reduction: adaptive splitting), estimated picoseconds an iteration (0 = unknown: to be given when the body calls, or has a loop whose trip count is not a constant, since a region that is said to be cheap runs on one thread at first). Raises the error of the lowest index; all lower indices have run.",
    Threads "hl_threads" (I64) -> [I64] Any true "What is asked about the threads of the call: 0 is the number of the current one, 1 how many there may be, 2 how many there can be, 3 how many iterations of a parallel loop they take at once, 0 for what seems best and within such a loop. Raises nothing.",
    SetThreads "hl_set_threads" (I64) -> [] Any true "Sets how many threads may work for the call, 1 at least. Raises nothing.",
    SetChunkSize "hl_set_chunk_size" (I64) -> [] Any true "Sets how many iterations of a parallel loop a thread of the call takes at once, 0 for what seems best. Raises nothing.",
    RaceIteration "hl_race_iteration" (I64, I64, I64) -> [] Any false "An iteration of the innermost parallel loop begins, for `HOTLOOP_RACE_CHECK`: the value of its counter, and the loop's place in the two words of `hotloop-races`.",
    RaceCall "hl_race_call" (I64, I64) -> [] Any false "What is accessed without a place from now on belongs to a call at this one.",
    RaceAccess "hl_race_access" (Ptr, I64, I64, I64, I64, I64, I64, I64) -> [] Any false "Memory is about to be used: its address and how many bytes, twice the number of known indices and one more for a write, the place, and three indices.",
    ErrorIs "hl_error_is" (I64, I64) -> [I64] Memory false "Whether the class of the first number is that of the second or derives from it: 1 or 0.",
    TextOrder "hl_text_order" (Ptr, I64, Ptr, I64, I64) -> [I64] Constant false "Compares two strings or bytes, each an address and a length, whose characters take so many bytes: negative, 0 or positive as the first is less, equal or greater.",
    Object "hl_object" (I64, Ptr, I64) -> [I64] Any true "Performs an operation on lists and strings: its number in the table of `hotloop-objects`, the words of its arguments, and how many. Raises `MemoryError`.",
    NewList "hl_new_list" (I64, I64, I64) -> [Ptr] Memory true "A new list with one reference: the size of an item, which of its words hold references, and for how many items there is room. Raises `MemoryError`.",
    NewFrame "hl_new_frame" (I64) -> [Ptr] Memory true "The frame of a new generator with one reference, with that many bytes behind the header of its block. Raises `MemoryError`.",
    GrowList "hl_grow_list" (Ptr, I64) -> [] Lists true "Makes room for at least so many items in a list. Raises `MemoryError`.",
    KeepTexts "hl_keep_texts" (Ptr) -> [] Any true "Gives a list of strings, with its reference, to the error that is raised next. Never raises by itself.",
    CaughtTexts "hl_caught_texts" (Ptr) -> [Ptr] Memory false "The list of strings that a caught error holds, or null; the reference stays the error's, which the code that caught it owns.",
    CaughtWord "hl_caught_word" (Ptr, I64, I64) -> [I64] Memory false "The answer to a question about a caught error, by its number in `CaughtQuestion`: the error, the question, and the position of the argument that it is about.",
    CaughtText "hl_caught_text" (Ptr, I64) -> [Ptr] Memory true "A text of a caught error as a new string: what `str` (-1) or `repr` (-2) gives, or its argument of that number. Raises `MemoryError`.",
    Print "hl_print" (Ptr, I64, Ptr, I64) -> [] Any true "Prints what a template of `hotloop-objects` makes: the address and the number of its code points, the words beside it, and whether what was printed so far has to leave at once (1) or may wait for the end of the call (0). Raises `OSError` if nobody takes it, and `MemoryError`.",
    RandomFloat "hl_random_float" (I64) -> [F64] Memory false "The next float of the thread's stream of random numbers with that number in `hotloop-random`: at least 0 and less than 1.",
    RandomBits "hl_random_bits" (I64, I64) -> [I64] Memory false "Of a stream so many random bits, at most 64.",
    RandomBelow "hl_random_below" (I64, I64) -> [I64] Memory false "Of a stream a random integer less than that one, both without sign; 0 stands for 2^64.",
    RandomSeed "hl_random_seed" (I64, I64, I64) -> [] Memory false "Seeds a stream: with the second, which has no sign, or if the third is 0 from the system.",
    RandomDraw "hl_random_draw" (I64, F64, F64, F64) -> [F64] Memory false "A number of a distribution: which one, by its number in the table of `hotloop-random`, and its parameters.",
    RandomShuffle "hl_random_shuffle" (I64, Ptr, I64, I64, I64) -> [] Any false "Puts items into a random order by numbers of a stream: the address of the first, how many, how many bytes each lies behind the one before, and how many bytes it takes.",
    NewGenerator "hl_new_generator" (I64, I64) -> [Ptr] Memory true "A new `numpy.random.Generator` with one reference, of NumPy's kind PCG64: from the first as its seed, which has no sign, or if the second is 0 from the system. What the next functions take lies behind the header of its block. Raises `MemoryError`.",
    GeneratorWord "hl_generator_word" (Ptr) -> [I64] Memory false "The next 64 bits of a generator.",
    GeneratorHalfWord "hl_generator_half_word" (Ptr) -> [I32] Memory false "The next 32 bits.",
    GeneratorFloat "hl_generator_float" (Ptr) -> [F64] Memory false "The next float of a generator: at least 0 and less than 1.",
    GeneratorZiggurat "hl_generator_ziggurat" (Ptr, I64) -> [F64] Memory false "The next number of a distribution: which one, by its number among the `Ziggurat`s of `hotloop-random`; a float32 as the equal float64.",
    SortElements "hl_sort_elements" (Ptr, I64, I64) -> [] Any false "Sorts elements that lie behind one another: the address of the first, how many, and what they are, by its number in `hotloop-objects`.",
    OrderElements "hl_order_elements" (Ptr, I64, I64, Ptr) -> [] Any false "The same, but it writes the positions in order, int64 each, to the last address.",
    MultiplyMatrices "hl_multiply_matrices" (Ptr, I64, I64, Ptr, I64, I64, Ptr, I64, I64, I64, I64) -> [] Any false "The product of two matrices, each by the address of its first element and how many bytes its rows and columns lie apart: to a matrix of zeros in C order; then the rows of the first, its columns, the columns of the second, and what the elements are.",
    Sin "sin" (F64) -> [F64] Pure false "The platform's `sin`.",
    Cos "cos" (F64) -> [F64] Pure false "The platform's `cos`.",
    Tan "tan" (F64) -> [F64] Pure false "The platform's `tan`.",
    Asin "asin" (F64) -> [F64] Pure false "The platform's `asin`.",
    Acos "acos" (F64) -> [F64] Pure false "The platform's `acos`.",
    Atan "atan" (F64) -> [F64] Pure false "The platform's `atan`.",
    Atan2 "atan2" (F64, F64) -> [F64] Pure false "The platform's `atan2`.",
    Sinh "sinh" (F64) -> [F64] Pure false "The platform's `sinh`.",
    Cosh "cosh" (F64) -> [F64] Pure false "The platform's `cosh`.",
    Tanh "tanh" (F64) -> [F64] Pure false "The platform's `tanh`.",
    Asinh "asinh" (F64) -> [F64] Pure false "The platform's `asinh`.",
    Acosh "acosh" (F64) -> [F64] Pure false "The platform's `acosh`.",
    Atanh "atanh" (F64) -> [F64] Pure false "The platform's `atanh`.",
    Exp "exp" (F64) -> [F64] Pure false "The platform's `exp`.",
    Exp2 "exp2" (F64) -> [F64] Pure false "The platform's `exp2`.",
    Expm1 "expm1" (F64) -> [F64] Pure false "The platform's `expm1`.",
    Log "log" (F64) -> [F64] Pure false "The platform's `log`.",
    Log2 "log2" (F64) -> [F64] Pure false "The platform's `log2`.",
    Log10 "log10" (F64) -> [F64] Pure false "The platform's `log10`.",
    Log1p "log1p" (F64) -> [F64] Pure false "The platform's `log1p`.",
    Pow "pow" (F64, F64) -> [F64] Pure false "The platform's `pow`.",
    Cbrt "cbrt" (F64) -> [F64] Pure false "The platform's `cbrt`.",
    Hypot "hypot" (F64, F64) -> [F64] Pure false "The platform's `hypot`.",
    Fmod "fmod" (F64, F64) -> [F64] Pure false "The platform's `fmod`.",
    Erf "erf" (F64) -> [F64] Pure false "The platform's `erf`.",
    Erfc "erfc" (F64) -> [F64] Pure false "The platform's `erfc`.",
    Gamma "hl_gamma" (F64) -> [F64] Pure false "The gamma function, as Python's `math.gamma` computes it; poles and overflow give nan and inf.",
    Lgamma "hl_lgamma" (F64) -> [F64] Pure false "The logarithm of the absolute gamma function, as Python's `math.lgamma` computes it.",
    Ldexp "hl_ldexp" (F64, I64) -> [F64] Pure false "`x * 2**e`, with the exponent clamped to what `ldexp` can take.",
    Nextafter "nextafter" (F64, F64) -> [F64] Pure false "The platform's `nextafter`.",
    RoundDigits "hl_round_digits" (F64, I64) -> [F64] Pure false "`round(x, digits)` with Python's correctly rounded decimal result.",
    BitLength "hl_bit_length" (I64) -> [I64] Pure false "The number of bits of an unsigned integer without its leading zeros.",
    BitCount "hl_bit_count" (I64) -> [I64] Pure false "The number of ones among the bits of an integer.",
    Remainder "remainder" (F64, F64) -> [F64] Pure false "The platform's `remainder`.",
    Fma "fma" (F64, F64, F64) -> [F64] Pure false "The platform's `fma`.",
    Ulp "hl_ulp" (F64) -> [F64] Pure false "The distance to the next float away from zero, as Python's `math.ulp`.",
    FrexpMantissa "hl_frexp_mantissa" (F64) -> [F64] Pure false "The mantissa that `frexp` gives.",
    FrexpExponent "hl_frexp_exponent" (F64) -> [I64] Pure false "The exponent that `frexp` gives.",
    HashFloat "hl_hash_float" (F64) -> [I64] Pure false "Python's `hash` of a float; of nan 0.",
    HashInteger "hl_hash_integer" (I64) -> [I64] Pure false "Python's `hash` of a signed integer.",
    HashUnsigned "hl_hash_unsigned" (I64) -> [I64] Pure false "Python's `hash` of an unsigned integer.",
    Isqrt "hl_isqrt" (I64) -> [I64] Pure false "The integer square root of an unsigned integer.",
    Factorial "hl_factorial" (I64) -> [I64] Pure false "The factorial of a number that is not negative; -1 where it does not fit.",
    Comb "hl_comb" (I64, I64) -> [I64] Pure false "In how many ways so many of so many can be chosen; -1 where it does not fit. Both are not negative.",
    Perm "hl_perm" (I64, I64) -> [I64] Pure false "In how many ways so many of so many can be chosen in order; -1 where it does not fit. Both are not negative.",
    PowMod "hl_pow_mod" (I64, I64, I64) -> [I64] Pure false "`pow(base, exponent, modulus)` of signed integers, with the sign of the modulus, which is not 0; -2^63 where the base has no inverse.",
    PowModUnsigned "hl_pow_mod_unsigned" (I64, I64, I64) -> [I64] Pure false "The same of unsigned integers.",
    ComplexAcos "hl_complex_acos" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.acos`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexAcosh "hl_complex_acosh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.acosh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexAsin "hl_complex_asin" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.asin`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexAsinh "hl_complex_asinh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.asinh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexAtan "hl_complex_atan" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.atan`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexAtanh "hl_complex_atanh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.atanh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexCos "hl_complex_cos" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.cos`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexCosh "hl_complex_cosh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.cosh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexExp "hl_complex_exp" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.exp`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexLog "hl_complex_log" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.log`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexLog10 "hl_complex_log10" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.log10`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexRect "hl_complex_rect" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.rect`: real and imaginary part (of `rect` length and angle), then which part of the result (0 or 1).",
    ComplexSin "hl_complex_sin" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.sin`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexSinh "hl_complex_sinh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.sinh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexSqrt "hl_complex_sqrt" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.sqrt`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexTan "hl_complex_tan" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.tan`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexTanh "hl_complex_tanh" (F64, F64, I64) -> [F64] Pure false "Python's `cmath.tanh`: real and imaginary part, then which part of the result (0 or 1).",
    ComplexPow "hl_complex_pow" (F64, F64, F64, F64, I64) -> [F64] Pure false "`a ** b` of complex numbers as CPython computes it, the square as a product: real and imaginary part of each, then which part of the result (0 or 1).",
    FloatSin "sinf" (F32) -> [F32] Pure false "The platform's `sinf`.",
    FloatCos "cosf" (F32) -> [F32] Pure false "The platform's `cosf`.",
    FloatExp "expf" (F32) -> [F32] Pure false "The platform's `expf`.",
    FloatLog "logf" (F32) -> [F32] Pure false "The platform's `logf`.",
    FloatPow "powf" (F32, F32) -> [F32] Pure false "The platform's `powf`.",
    FloatFmod "fmodf" (F32, F32) -> [F32] Pure false "The platform's `fmodf`.",
    OwnExp "hl_exp" (F64) -> [F64] Pure false "Hotloop's own `exp`.",
    OwnExp2 "hl_exp2" (F64) -> [F64] Pure false "Hotloop's own `exp2`.",
    OwnExpm1 "hl_expm1" (F64) -> [F64] Pure false "Hotloop's own `expm1`.",
    OwnLog "hl_log" (F64) -> [F64] Pure false "Hotloop's own `log`.",
    OwnLog2 "hl_log2" (F64) -> [F64] Pure false "Hotloop's own `log2`.",
    OwnLog10 "hl_log10" (F64) -> [F64] Pure false "Hotloop's own `log10`.",
    OwnLog1p "hl_log1p" (F64) -> [F64] Pure false "Hotloop's own `log1p`.",
    OwnSin "hl_sin" (F64) -> [F64] Pure false "Hotloop's own `sin`.",
    OwnCos "hl_cos" (F64) -> [F64] Pure false "Hotloop's own `cos`.",
    OwnTan "hl_tan" (F64) -> [F64] Pure false "Hotloop's own `tan`.",
    OwnSinh "hl_sinh" (F64) -> [F64] Pure false "Hotloop's own `sinh`.",
    OwnCosh "hl_cosh" (F64) -> [F64] Pure false "Hotloop's own `cosh`.",
    OwnTanh "hl_tanh" (F64) -> [F64] Pure false "Hotloop's own `tanh`.",
    OwnAsin "hl_asin" (F64) -> [F64] Pure false "Hotloop's own `asin`.",
    OwnAcos "hl_acos" (F64) -> [F64] Pure false "Hotloop's own `acos`.",
    OwnAtan "hl_atan" (F64) -> [F64] Pure false "Hotloop's own `atan`.",
    OwnAtan2 "hl_atan2" (F64, F64) -> [F64] Pure false "Hotloop's own `atan2`.",
    OwnPow "hl_pow" (F64, F64) -> [F64] Pure false "Hotloop's own `pow`.",
    OwnCbrt "hl_cbrt" (F64) -> [F64] Pure false "Hotloop's own `cbrt`.",
    OwnHypot "hl_hypot" (F64, F64) -> [F64] Pure false "Hotloop's own `hypot`.",
    OwnErf "hl_erf" (F64) -> [F64] Pure false "Hotloop's own `erf`.",
}

impl RuntimeFunction {
    /// The function of that symbol.
    pub fn by_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.symbol() == symbol)
    }

    /// Whether it computes a float from one or two floats of the same type and does nothing else, so that it can be called for each lane of vectors.
    pub fn is_of_floats(self) -> bool {
        let is_float = |ty: &MachineType| ty.is_float() && Some(*ty) == self.result();
        let parameters = self.parameters();
        self.effects() == Effects::Pure
            && !self.may_raise()
            && matches!(parameters.len(), 1 | 2)
            && parameters.iter().all(is_float)
    }

    /// What it computes, if it is one of Hotloop's own mathematical functions.
    pub const fn own_function(self) -> Option<Function> {
        match self {
            Self::OwnExp => Some(Function::Exp),
            Self::OwnExp2 => Some(Function::Exp2),
            Self::OwnExpm1 => Some(Function::Expm1),
            Self::OwnLog => Some(Function::Log),
            Self::OwnLog2 => Some(Function::Log2),
            Self::OwnLog10 => Some(Function::Log10),
            Self::OwnLog1p => Some(Function::Log1p),
            Self::OwnSin => Some(Function::Sin),
            Self::OwnCos => Some(Function::Cos),
            Self::OwnTan => Some(Function::Tan),
            Self::OwnSinh => Some(Function::Sinh),
            Self::OwnCosh => Some(Function::Cosh),
            Self::OwnTanh => Some(Function::Tanh),
            Self::OwnAsin => Some(Function::Asin),
            Self::OwnAcos => Some(Function::Acos),
            Self::OwnAtan => Some(Function::Atan),
            Self::OwnAtan2 => Some(Function::Atan2),
            Self::OwnPow => Some(Function::Pow),
            Self::OwnCbrt => Some(Function::Cbrt),
            Self::OwnHypot => Some(Function::Hypot),
            Self::OwnErf => Some(Function::Erf),
            _ => None,
        }
    }
}
