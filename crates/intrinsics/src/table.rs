//! The table itself: one row an operation.

use crate::{Filling, Realization, Typing};
use hotloop_abi::RuntimeFunction as Rt;

/// Rows: variant, paths, typing, realisation, what it does.
macro_rules! intrinsics {
    (@realize Lowered) => { Realization::Lowered };
    (@realize $double:ident) => { Realization::Runtime(Rt::$double, None) };
    (@realize $double:ident $single:ident) => { Realization::Runtime(Rt::$double, Some(Rt::$single)) };
    ($($name:ident [$($path:literal)*] $typing:ident $(($filling:ident))? -> $($realization:ident)+, $documentation:literal;)*) => {
        /// A built-in operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Intrinsic {
            $(#[doc = $documentation] $name,)*
        }

        impl Intrinsic {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Where Python finds it; the first path is the one to show. Without paths it is reached in other ways only, such as a conversion.
            pub const fn paths(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($path),*],)* }
            }

            /// How it is called in messages and trees.
            pub const fn name(self) -> &'static str {
                match self.paths() {
                    [first, ..] => first,
                    [] => match self { $(Self::$name => stringify!($name),)* },
                }
            }

            /// How it is typed.
            pub const fn typing(self) -> Typing {
                match self { $(Self::$name => Typing::$typing $((Filling::$filling))?,)* }
            }

            /// How it is realised.
            pub const fn realization(self) -> Realization {
                match self { $(Self::$name => intrinsics!(@realize $($realization)+),)* }
            }

            /// What it does, in one sentence.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $documentation,)* }
            }

            /// The operation at that path.
            pub fn by_path(path: &str) -> Option<Self> {
                match path { $($($path => Some(Self::$name),)*)* _ => None }
            }
        }
    };
}

intrinsics! {
    Abs ["builtins.abs" "operator.abs" "numpy.abs" "numpy.absolute"] Absolute -> Lowered, "The absolute value, in the operand's own type.";
    Min ["builtins.min"] Extremum -> Lowered, "The smallest of values or items; the first of equal ones.";
    Max ["builtins.max"] Extremum -> Lowered, "The largest of values or items; the first of equal ones.";
    Len ["builtins.len"] Length -> Lowered, "The length of an array's first axis, or of a tuple.";
    Round ["builtins.round"] Round -> Lowered, "The nearest integer, ties to even; with digits, the nearest float of so many decimals.";
    Divmod ["builtins.divmod"] Divmod -> Lowered, "Floor quotient and remainder.";
    PowBuiltin ["builtins.pow"] Power -> Lowered, "The operator `**` as a function.";
    List ["builtins.list"] Object -> Lowered, "A new list.";
    Next ["builtins.next"] Object -> Lowered, "The next item of a generator.";
    Sorted ["builtins.sorted"] Object -> Lowered, "A new list of items in order.";
    Str ["builtins.str"] Object -> Lowered, "A value as a string, as `print` shows it.";
    Repr ["builtins.repr"] Object -> Lowered, "A value as a string, as it is written in a program.";
    Format ["builtins.format"] Object -> Lowered, "A value as a string by a format specification.";
    Ascii ["builtins.ascii"] Object -> Lowered, "A value as a string, as it is written in a program in ASCII.";
    Bin ["builtins.bin"] Object -> Lowered, "An integer in base 2, with its prefix.";
    Oct ["builtins.oct"] Object -> Lowered, "An integer in base 8, with its prefix.";
    Hex ["builtins.hex"] Object -> Lowered, "An integer in base 16, with its prefix.";
    Print ["builtins.print"] Object -> Lowered, "Writes values to the standard output.";
    Ord ["builtins.ord"] Object -> Lowered, "The code point of a character.";
    Chr ["builtins.chr"] Object -> Lowered, "The character of a code point.";
    RandomFloat ["random.random"] Random -> Lowered, "A float from 0 to before 1.";
    RandomSeed ["random.seed"] Random -> Lowered, "Begins the stream of random numbers that belongs to an integer.";
    RandomBits ["random.getrandbits"] Random -> Lowered, "An integer of so many random bits.";
    RandomRange ["random.randrange"] Random -> Lowered, "An integer of a range.";
    RandomInteger ["random.randint"] Random -> Lowered, "An integer between two, both included.";
    RandomChoice ["random.choice"] Random -> Lowered, "An item of a sequence.";
    RandomShuffle ["random.shuffle"] Random -> Lowered, "Puts items into a random order.";
    RandomUniform ["random.uniform"] Random -> Lowered, "A float between two.";
    RandomTriangular ["random.triangular"] Random -> Lowered, "A float of a triangular distribution.";
    RandomNormal ["random.normalvariate"] Random -> Lowered, "A float of a normal distribution.";
    RandomGauss ["random.gauss"] Random -> Lowered, "A float of a normal distribution; each second one is left over from the one before.";
    RandomLogNormal ["random.lognormvariate"] Random -> Lowered, "A float whose logarithm has a normal distribution.";
    RandomExponential ["random.expovariate"] Random -> Lowered, "A float of an exponential distribution.";
    RandomVonMises ["random.vonmisesvariate"] Random -> Lowered, "An angle of a von Mises distribution.";
    RandomGamma ["random.gammavariate"] Random -> Lowered, "A float of a gamma distribution.";
    RandomBeta ["random.betavariate"] Random -> Lowered, "A float of a beta distribution.";
    RandomPareto ["random.paretovariate"] Random -> Lowered, "A float of a Pareto distribution.";
    RandomWeibull ["random.weibullvariate"] Random -> Lowered, "A float of a Weibull distribution.";
    NumpyRandomFloat ["hotloop._random_float"] Random -> Lowered, "A float from 0 to before 1, of NumPy's stream; for the prelude.";
    NumpyRandomSeed ["hotloop._random_seed"] Random -> Lowered, "Begins the stream of NumPy's random numbers that belongs to an integer; for the prelude.";
    NumpyRandomWord ["hotloop._random_word"] Random -> Lowered, "32 random bits, of NumPy's stream; for the prelude.";
    NumpyRandomBelow ["hotloop._random_below"] Random -> Lowered, "An integer of 64 bits below another, of NumPy's stream; for the prelude.";
    NewGenerator ["hotloop._new_generator"] Random -> Lowered, "A new `numpy.random.Generator`; for the prelude.";
    GeneratorWord ["hotloop._next_word"] Random -> Lowered, "64 random bits of a `numpy.random.Generator`; for the prelude.";
    GeneratorHalfWord ["hotloop._next_half_word"] Random -> Lowered, "32 random bits of a `numpy.random.Generator`; for the prelude.";
    GeneratorFloat ["hotloop._next_float"] Random -> Lowered, "A float from 0 to before 1, of a `numpy.random.Generator`; for the prelude.";
    GeneratorNormal ["hotloop._next_normal"] Random -> Lowered, "A float of the standard normal distribution, of a `numpy.random.Generator`; for the prelude.";
    GeneratorExponential ["hotloop._next_exponential"] Random -> Lowered, "A float of the exponential distribution, of a `numpy.random.Generator`; for the prelude.";
    GeneratorShortNormal ["hotloop._next_short_normal"] Random -> Lowered, "The same of the standard normal distribution in float32; for the prelude.";
    GeneratorShortExponential ["hotloop._next_short_exponential"] Random -> Lowered, "The same of the exponential distribution in float32; for the prelude.";
    NumpyRandomNormal ["hotloop._random_normal"] Random -> Lowered, "A float of the standard normal distribution, of NumPy's stream; for the prelude.";
    Range ["builtins.range"] Counting -> Lowered, "Integers from a start to a stop, by a step.";
    Sum ["builtins.sum"] TupleItems -> Lowered, "The sum of items.";
    Any ["builtins.any"] TupleItems -> Lowered, "Whether an item is true.";
    All ["builtins.all"] TupleItems -> Lowered, "Whether all items are true.";
    Tuple ["builtins.tuple"] TupleItems -> Lowered, "A tuple of items whose number is known; also a class for type tests.";
    IsInstance ["builtins.isinstance"] TypeTest -> Lowered, "Whether a value is of a class; decided when the kernel is compiled.";
    TypeOf ["builtins.type"] TypeOf -> Lowered, "The type of a number.";
    Ndarray ["numpy.ndarray"] Class -> Lowered, "The class of arrays, for type tests.";
    GeneratorClass ["numpy.random.Generator"] Class -> Lowered, "The class of generators of random numbers, for type tests.";
    Callable ["builtins.callable"] TypeFact -> Lowered, "Whether a value can be called; decided when the kernel is compiled.";
    Finfo ["numpy.finfo"] TypeFact -> Lowered, "The limits of a float type, as constants.";
    Iinfo ["numpy.iinfo"] TypeFact -> Lowered, "The limits of an integer type, as constants.";
    DtypeOf ["numpy.dtype"] TypeFact -> Lowered, "A dtype by its name, or that of a scalar type.";
    ResultType ["numpy.result_type" "numpy.promote_types"] TypeFact -> Lowered, "The dtype of what is computed of several operands.";
    Enumerate ["builtins.enumerate"] LoopHead -> Lowered, "Pairs of a number and an item in a `for` loop.";
    Zip ["builtins.zip"] LoopHead -> Lowered, "Tuples of items at one position in a `for` loop.";
    Reversed ["builtins.reversed"] LoopHead -> Lowered, "Items from the last to the first in a `for` loop.";
    Map ["builtins.map"] LoopHead -> Lowered, "The values of a function for items, in a `for` loop or where they are used up at once.";
    Filter ["builtins.filter"] LoopHead -> Lowered, "The items that a function holds to be true, in a `for` loop or where they are used up at once.";
    Iter ["builtins.iter"] LoopHead -> Lowered, "What is iterated, in a `for` loop or where it is used up at once.";
    NdIndex ["numpy.ndindex"] LoopHead -> Lowered, "The tuples of indices of an array of these lengths, in a `for` loop.";
    ParallelNdIndex ["hotloop.pndindex"] LoopHead -> Lowered, "The same, in a `for` loop whose iterations may run in parallel.";
    NdEnumerate ["numpy.ndenumerate"] LoopHead -> Lowered, "Pairs of the indices and the element of an array, in a `for` loop.";
    NdIter ["numpy.nditer"] LoopHead -> Lowered, "The elements of an array as arrays without dimensions, in a `for` loop.";
    LiteralUnroll ["hotloop.literal_unroll"] LoopHead -> Lowered, "The items of a tuple in a `for` loop that is written out.";
    Prange ["hotloop.prange"] LoopHead -> Lowered, "Counts in a `for` loop whose iterations may run in parallel.";
    ThreadId ["hotloop.get_thread_id"] Threads -> Lowered, "The number of the thread: 0 is the one that called, the others count from 1 to before `get_num_threads()`.";
    NumThreads ["hotloop.get_num_threads"] Threads -> Lowered, "How many threads the call may use.";
    MostThreads ["hotloop._most_threads"] Threads -> Lowered, "How many threads a call may use at most; for the prelude.";
    ChunkSize ["hotloop.get_parallel_chunksize" "hotloop._chunk_size"] Threads -> Lowered, "How many iterations of a parallel loop a thread takes at once; 0 for what seems best, and within such a loop.";
    SetThreads ["hotloop._set_threads"] Threads -> Lowered, "Sets how many threads the call may use, which was checked; for the prelude.";
    SetChunkSize ["hotloop._set_chunk_size"] Threads -> Lowered, "Sets how many iterations of a parallel loop a thread takes at once, which was checked; for the prelude.";
    SortElements ["hotloop._sort_elements"] WholeArrays -> Lowered, "Sorts a contiguous array; for the prelude.";
    OrderElements ["hotloop._order_elements"] WholeArrays -> Lowered, "Writes the positions of the elements of a contiguous array in order; for the prelude.";
    MultiplyMatrices ["hotloop._multiply_matrices"] WholeArrays -> Lowered, "Adds the product of two matrices to one of zeros; for the prelude.";
    Empty ["numpy.empty"] NewArray(Nothing) -> Lowered, "An array whose elements are not set.";
    Zeros ["numpy.zeros"] NewArray(Zeros) -> Lowered, "An array of zeros.";
    Ones ["numpy.ones"] NewArray(Ones) -> Lowered, "An array of ones.";
    Full ["numpy.full"] NewArray(Value) -> Lowered, "An array of one value.";
    EmptyLike ["numpy.empty_like"] NewArrayLike(Nothing) -> Lowered, "An array like another whose elements are not set.";
    ZerosLike ["numpy.zeros_like"] NewArrayLike(Zeros) -> Lowered, "An array of zeros like another.";
    OnesLike ["numpy.ones_like"] NewArrayLike(Ones) -> Lowered, "An array of ones like another.";
    FullLike ["numpy.full_like"] NewArrayLike(Value) -> Lowered, "An array of one value like another.";
    Transpose ["numpy.transpose" "numpy.permute_dims"] Arrangement -> Lowered, "An array with its axes in another order.";
    SwapAxes ["numpy.swapaxes"] Arrangement -> Lowered, "An array with two axes exchanged.";
    MoveAxis ["numpy.moveaxis"] Arrangement -> Lowered, "An array with some axes at other places.";
    ShapeOf ["numpy.shape"] Arrangement -> Lowered, "The lengths of an array.";
    SizeOf ["numpy.size"] Arrangement -> Lowered, "How many elements an array has.";
    NdimOf ["numpy.ndim"] Arrangement -> Lowered, "How many dimensions an array has.";
    ExpandDims ["numpy.expand_dims"] Arrangement -> Lowered, "An array with new axes of length 1.";
    Squeeze ["numpy.squeeze"] Arrangement -> Lowered, "An array without axes of length 1.";
    Reshape ["numpy.reshape"] Arrangement -> Lowered, "An array in another shape of the same size.";
    Ravel ["numpy.ravel"] Arrangement -> Lowered, "An array in one dimension.";
    BroadcastTo ["numpy.broadcast_to"] Arrangement -> Lowered, "An array as one of a larger shape, read-only.";
    Flip ["numpy.flip"] Arrangement -> Lowered, "An array with axes in the opposite direction.";
    FlipLr ["numpy.fliplr"] Arrangement -> Lowered, "An array with its second axis in the opposite direction.";
    FlipUd ["numpy.flipud"] Arrangement -> Lowered, "An array with its first axis in the opposite direction.";
    Complex [] Complex -> Lowered, "A complex number of its parts.";
    Real ["numpy.real"] Complex -> Lowered, "The real part.";
    Imag ["numpy.imag"] Complex -> Lowered, "The imaginary part.";
    Conjugate ["numpy.conjugate" "numpy.conj"] Complex -> Lowered, "The complex conjugate.";
    ComplexAcos ["cmath.acos"] OfComplex -> ComplexAcos, "The inverse cosine of a complex number.";
    ComplexAcosh ["cmath.acosh"] OfComplex -> ComplexAcosh, "The inverse hyperbolic cosine of a complex number.";
    ComplexAsin ["cmath.asin"] OfComplex -> ComplexAsin, "The inverse sine of a complex number.";
    ComplexAsinh ["cmath.asinh"] OfComplex -> ComplexAsinh, "The inverse hyperbolic sine of a complex number.";
    ComplexAtan ["cmath.atan"] OfComplex -> ComplexAtan, "The inverse tangent of a complex number.";
    ComplexAtanh ["cmath.atanh"] OfComplex -> ComplexAtanh, "The inverse hyperbolic tangent of a complex number.";
    ComplexCos ["cmath.cos"] OfComplex -> ComplexCos, "The cosine of a complex number.";
    ComplexCosh ["cmath.cosh"] OfComplex -> ComplexCosh, "The hyperbolic cosine of a complex number.";
    ComplexExp ["cmath.exp"] OfComplex -> ComplexExp, "The exponential of a complex number.";
    ComplexLog ["cmath.log"] ComplexLog -> ComplexLog, "The natural logarithm, or that to a base, of a complex number.";
    ComplexLog10 ["cmath.log10"] OfComplex -> ComplexLog10, "The logarithm to base ten of a complex number.";
    ComplexSin ["cmath.sin"] OfComplex -> ComplexSin, "The sine of a complex number.";
    ComplexSinh ["cmath.sinh"] OfComplex -> ComplexSinh, "The hyperbolic sine of a complex number.";
    ComplexSqrt ["cmath.sqrt"] OfComplex -> ComplexSqrt, "The square root of a complex number.";
    ComplexTan ["cmath.tan"] OfComplex -> ComplexTan, "The tangent of a complex number.";
    ComplexTanh ["cmath.tanh"] OfComplex -> ComplexTanh, "The hyperbolic tangent of a complex number.";
    ComplexRect ["cmath.rect"] ComplexRect -> ComplexRect, "The complex number of a length and an angle.";
    ComplexPolar ["cmath.polar"] ComplexPolar -> Lowered, "Length and angle of a complex number.";
    ComplexPhase ["cmath.phase"] ComplexPhase -> Lowered, "The angle of a complex number.";
    ComplexIsNan ["cmath.isnan"] ComplexToBool -> Lowered, "Whether a part is not a number.";
    ComplexIsInf ["cmath.isinf"] ComplexToBool -> Lowered, "Whether a part is infinite.";
    ComplexIsFinite ["cmath.isfinite"] ComplexToBool -> Lowered, "Whether both parts are finite.";
    ComplexIsClose ["cmath.isclose"] ComplexIsClose -> Lowered, "Whether two complex numbers differ by little.";
    IsInteger [] FloatToBool -> Lowered, "Whether a float is an integer.";
    BitLength [] OfInteger -> Lowered, "The number of bits of an integer's magnitude.";
    BitCount [] OfInteger -> Lowered, "The number of ones in an integer's magnitude.";
    Sqrt ["math.sqrt" "numpy.sqrt"] Float -> Lowered, "The square root; nan of a negative number.";
    Fabs ["math.fabs" "numpy.fabs"] Float -> Lowered, "The absolute value as a float.";
    MathFloor ["math.floor"] FloatToInt -> Lowered, "The largest integer not above.";
    MathCeil ["math.ceil"] FloatToInt -> Lowered, "The smallest integer not below.";
    MathTrunc ["math.trunc"] FloatToInt -> Lowered, "The integer next towards zero.";
    Floor ["numpy.floor"] Integral -> Lowered, "The largest integral float not above.";
    Ceil ["numpy.ceil"] Integral -> Lowered, "The smallest integral float not below.";
    Trunc ["numpy.trunc"] Integral -> Lowered, "The integral float next towards zero.";
    Rint ["numpy.rint"] Float -> Lowered, "The nearest integral float, ties to even.";
    IsNan ["math.isnan" "numpy.isnan"] FloatToBool -> Lowered, "Whether it is not a number.";
    IsInf ["math.isinf" "numpy.isinf"] FloatToBool -> Lowered, "Whether it is infinite.";
    IsFinite ["math.isfinite" "numpy.isfinite"] FloatToBool -> Lowered, "Whether it is neither infinite nor nan.";
    Copysign ["math.copysign" "numpy.copysign"] FloatFloat -> Lowered, "The magnitude of the first with the sign of the second.";
    Degrees ["math.degrees" "numpy.degrees" "numpy.rad2deg"] Float -> Lowered, "An angle in degrees.";
    Radians ["math.radians" "numpy.radians" "numpy.deg2rad"] Float -> Lowered, "An angle in radians.";
    Gcd ["math.gcd" "numpy.gcd"] Gcd -> Lowered, "The greatest common divisor of integers.";
    Lcm ["math.lcm" "numpy.lcm"] Gcd -> Lowered, "The least common multiple of integers; wraps.";
    Factorial ["math.factorial"] OfInteger -> Lowered, "The product of the integers from 1 on.";
    Isqrt ["math.isqrt"] OfInteger -> Lowered, "The integer part of an integer's square root.";
    Comb ["math.comb"] OfIntegers -> Lowered, "In how many ways so many of so many can be chosen.";
    Perm ["math.perm"] OfIntegers -> Lowered, "In how many ways so many of so many can be chosen in order.";
    PowModulo [] PowModulo -> Lowered, "A power of an integer modulo another.";
    Hash ["builtins.hash"] Hash -> Lowered, "Python's hash of a number.";
    Ulp ["math.ulp"] Double -> Ulp, "The distance to the next float away from zero.";
    Remainder ["math.remainder"] FloatFloat -> Remainder, "The difference to the nearest multiple.";
    Fma ["math.fma"] FloatFloatFloat -> Fma, "A product and a sum, rounded once.";
    IsClose ["math.isclose"] IsClose -> Lowered, "Whether two numbers differ by little.";
    Frexp ["math.frexp" "numpy.frexp"] SplitFloat -> Lowered, "Mantissa and exponent.";
    Modf ["math.modf" "numpy.modf"] SplitFloat -> Lowered, "Fractional and integral part.";
    Mantissa [] Float -> FrexpMantissa, "The mantissa that `frexp` gives.";
    Exponent [] FloatToInt -> FrexpExponent, "The exponent that `frexp` gives.";
    Fraction [] Float -> Lowered, "The fractional part, with the sign of the number.";
    Prod ["math.prod"] OfTuple -> Lowered, "The product of numbers.";
    Dist ["math.dist"] OfTuple -> Lowered, "The distance of two points.";
    Fsum ["math.fsum"] OfTuple -> Lowered, "The sum of numbers, rounded once.";
    SumProd ["math.sumprod"] OfTuple -> Lowered, "The sum of the products of numbers at equal positions.";
    LogBase ["math.log"] LogBase -> Lowered, "The natural logarithm, or that to a base.";
    Sin ["math.sin" "numpy.sin"] Float -> Sin FloatSin, "The sine.";
    Cos ["math.cos" "numpy.cos"] Float -> Cos FloatCos, "The cosine.";
    Tan ["math.tan" "numpy.tan"] Float -> Tan, "The tangent.";
    Asin ["math.asin" "numpy.arcsin" "numpy.asin"] Float -> Asin, "The inverse sine.";
    Acos ["math.acos" "numpy.arccos" "numpy.acos"] Float -> Acos, "The inverse cosine.";
    Atan ["math.atan" "numpy.arctan" "numpy.atan"] Float -> Atan, "The inverse tangent.";
    Atan2 ["math.atan2" "numpy.arctan2" "numpy.atan2"] FloatFloat -> Atan2, "The angle of a point, from y and x.";
    Sinh ["math.sinh" "numpy.sinh"] Float -> Sinh, "The hyperbolic sine.";
    Cosh ["math.cosh" "numpy.cosh"] Float -> Cosh, "The hyperbolic cosine.";
    Tanh ["math.tanh" "numpy.tanh"] Float -> Tanh, "The hyperbolic tangent.";
    Asinh ["math.asinh" "numpy.arcsinh" "numpy.asinh"] Float -> Asinh, "The inverse hyperbolic sine.";
    Acosh ["math.acosh" "numpy.arccosh" "numpy.acosh"] Float -> Acosh, "The inverse hyperbolic cosine.";
    Atanh ["math.atanh" "numpy.arctanh" "numpy.atanh"] Float -> Atanh, "The inverse hyperbolic tangent.";
    Exp ["math.exp" "numpy.exp"] Float -> Exp FloatExp, "The exponential.";
    Exp2 ["math.exp2" "numpy.exp2"] Float -> Exp2, "The power of two.";
    Expm1 ["math.expm1" "numpy.expm1"] Float -> Expm1, "The exponential less one.";
    Log ["numpy.log"] Float -> Log FloatLog, "The natural logarithm.";
    Log2 ["math.log2" "numpy.log2"] Float -> Log2, "The logarithm to base two.";
    Log10 ["math.log10" "numpy.log10"] Float -> Log10, "The logarithm to base ten.";
    Log1p ["math.log1p" "numpy.log1p"] Float -> Log1p, "The natural logarithm of one more.";
    MathPow ["math.pow"] FloatFloat -> Pow FloatPow, "The power, of floats.";
    Cbrt ["math.cbrt" "numpy.cbrt"] Float -> Cbrt, "The cube root.";
    Hypot ["math.hypot" "numpy.hypot"] Hypot -> Hypot, "The length of a vector.";
    Fmod ["math.fmod" "numpy.fmod"] FloatFloat -> Fmod FloatFmod, "The remainder with the sign of the first.";
    Nextafter ["math.nextafter" "numpy.nextafter"] FloatFloat -> Nextafter, "The next float after the first towards the second.";
    Erf ["math.erf"] Float -> Erf, "The error function.";
    Erfc ["math.erfc"] Float -> Erfc, "The complementary error function.";
    Gamma ["math.gamma"] Float -> Gamma, "The gamma function.";
    Lgamma ["math.lgamma"] Float -> Lgamma, "The logarithm of the absolute gamma function.";
    Ldexp ["math.ldexp" "numpy.ldexp"] Ldexp -> Ldexp, "A float times a power of two.";
    OwnExp [] Float -> OwnExp, "The exponential, as NumPy spells it: of Hotloop's own making.";
    OwnExp2 [] Float -> OwnExp2, "The power of two, as NumPy spells it: of Hotloop's own making.";
    OwnExpm1 [] Float -> OwnExpm1, "The exponential less one, as NumPy spells it: of Hotloop's own making.";
    OwnLog [] Float -> OwnLog, "The natural logarithm, as NumPy spells it: of Hotloop's own making.";
    OwnLog2 [] Float -> OwnLog2, "The logarithm to base two, as NumPy spells it: of Hotloop's own making.";
    OwnLog10 [] Float -> OwnLog10, "The logarithm to base ten, as NumPy spells it: of Hotloop's own making.";
    OwnLog1p [] Float -> OwnLog1p, "The natural logarithm of one more, as NumPy spells it: of Hotloop's own making.";
    OwnSin [] Float -> OwnSin, "The sine, as NumPy spells it: of Hotloop's own making.";
    OwnCos [] Float -> OwnCos, "The cosine, as NumPy spells it: of Hotloop's own making.";
    OwnTan [] Float -> OwnTan, "The tangent, as NumPy spells it: of Hotloop's own making.";
    OwnSinh [] Float -> OwnSinh, "The hyperbolic sine, as NumPy spells it: of Hotloop's own making.";
    OwnCosh [] Float -> OwnCosh, "The hyperbolic cosine, as NumPy spells it: of Hotloop's own making.";
    OwnTanh [] Float -> OwnTanh, "The hyperbolic tangent, as NumPy spells it: of Hotloop's own making.";
    OwnAsin [] Float -> OwnAsin, "The inverse sine, as NumPy spells it: of Hotloop's own making.";
    OwnAcos [] Float -> OwnAcos, "The inverse cosine, as NumPy spells it: of Hotloop's own making.";
    OwnAtan [] Float -> OwnAtan, "The inverse tangent, as NumPy spells it: of Hotloop's own making.";
    OwnAtan2 [] FloatFloat -> OwnAtan2, "The angle of a point, from y and x, as NumPy spells it: of Hotloop's own making.";
    OwnPow [] FloatFloat -> OwnPow, "The power, of floats, as NumPy spells it: of Hotloop's own making.";
    OwnCbrt [] Float -> OwnCbrt, "The cube root, as NumPy spells it: of Hotloop's own making.";
    OwnHypot [] Hypot -> OwnHypot, "The length of a vector, as NumPy spells it: of Hotloop's own making.";
    OwnErf [] Float -> OwnErf, "The error function, as NumPy spells it: of Hotloop's own making.";
    OperatorAdd ["operator.add" "operator.concat" "numpy.add"] Operator -> Lowered, "The operator `+` as a function.";
    InPlaceAdd ["operator.iadd" "operator.iconcat"] Operator -> Lowered, "The assignment operator of `+` as a function, of values that do not change.";
    OperatorSub ["operator.sub" "numpy.subtract"] Operator -> Lowered, "The operator `-` as a function.";
    InPlaceSub ["operator.isub"] Operator -> Lowered, "The assignment operator of `-` as a function, of values that do not change.";
    OperatorMul ["operator.mul" "numpy.multiply"] Operator -> Lowered, "The operator `*` as a function.";
    InPlaceMul ["operator.imul"] Operator -> Lowered, "The assignment operator of `*` as a function, of values that do not change.";
    OperatorDiv ["operator.truediv" "numpy.divide" "numpy.true_divide"] Operator -> Lowered, "The operator `/` as a function.";
    InPlaceDiv ["operator.itruediv"] Operator -> Lowered, "The assignment operator of `/` as a function, of values that do not change.";
    OperatorFloorDiv ["operator.floordiv" "numpy.floor_divide"] Operator -> Lowered, "The operator `//` as a function.";
    InPlaceFloorDiv ["operator.ifloordiv"] Operator -> Lowered, "The assignment operator of `//` as a function, of values that do not change.";
    OperatorMod ["operator.mod" "numpy.remainder" "numpy.mod"] Operator -> Lowered, "The operator `%` as a function.";
    InPlaceMod ["operator.imod"] Operator -> Lowered, "The assignment operator of `%` as a function, of values that do not change.";
    OperatorPow ["operator.pow" "numpy.power" "numpy.pow"] Operator -> Lowered, "The operator `**` as a function.";
    InPlacePow ["operator.ipow"] Operator -> Lowered, "The assignment operator of `**` as a function, of values that do not change.";
    OperatorLShift ["operator.lshift" "numpy.left_shift" "numpy.bitwise_left_shift"] Operator -> Lowered, "The operator `<<` as a function.";
    InPlaceLShift ["operator.ilshift"] Operator -> Lowered, "The assignment operator of `<<` as a function, of values that do not change.";
    OperatorRShift ["operator.rshift" "numpy.right_shift" "numpy.bitwise_right_shift"] Operator -> Lowered, "The operator `>>` as a function.";
    InPlaceRShift ["operator.irshift"] Operator -> Lowered, "The assignment operator of `>>` as a function, of values that do not change.";
    OperatorBitAnd ["operator.and_" "numpy.bitwise_and"] Operator -> Lowered, "The operator `&` as a function.";
    InPlaceBitAnd ["operator.iand"] Operator -> Lowered, "The assignment operator of `&` as a function, of values that do not change.";
    OperatorBitOr ["operator.or_" "numpy.bitwise_or"] Operator -> Lowered, "The operator `|` as a function.";
    InPlaceBitOr ["operator.ior"] Operator -> Lowered, "The assignment operator of `|` as a function, of values that do not change.";
    OperatorBitXor ["operator.xor" "numpy.bitwise_xor"] Operator -> Lowered, "The operator `^` as a function.";
    InPlaceBitXor ["operator.ixor"] Operator -> Lowered, "The assignment operator of `^` as a function, of values that do not change.";
    OperatorMatMul ["operator.matmul"] Operator -> Lowered, "The operator `@` as a function.";
    InPlaceMatMul ["operator.imatmul"] Operator -> Lowered, "The assignment operator of `@` as a function, of values that do not change.";
    OperatorEq ["operator.eq" "numpy.equal"] Operator -> Lowered, "The operator `==` as a function.";
    OperatorNe ["operator.ne" "numpy.not_equal"] Operator -> Lowered, "The operator `!=` as a function.";
    OperatorLt ["operator.lt" "numpy.less"] Operator -> Lowered, "The operator `<` as a function.";
    OperatorLe ["operator.le" "numpy.less_equal"] Operator -> Lowered, "The operator `<=` as a function.";
    OperatorGt ["operator.gt" "numpy.greater"] Operator -> Lowered, "The operator `>` as a function.";
    OperatorGe ["operator.ge" "numpy.greater_equal"] Operator -> Lowered, "The operator `>=` as a function.";
    OperatorIs ["operator.is_"] Operator -> Lowered, "The operator `is` as a function.";
    OperatorIsNot ["operator.is_not"] Operator -> Lowered, "The operator `is not` as a function.";
    OperatorContains ["operator.contains"] Operator -> Lowered, "Whether the second is in the first.";
    OperatorNeg ["operator.neg" "numpy.negative"] Operator -> Lowered, "The operator `-` of one operand as a function.";
    OperatorPos ["operator.pos" "numpy.positive"] Operator -> Lowered, "The operator `+` of one operand as a function.";
    OperatorInvert ["operator.invert" "operator.inv" "numpy.invert" "numpy.bitwise_not" "numpy.bitwise_invert"] Operator -> Lowered, "The operator `~` of one operand as a function.";
    OperatorNot ["operator.not_"] Operator -> Lowered, "The operator `not` of one operand as a function.";
    OperatorTruth ["operator.truth"] Operator -> Lowered, "Whether a value counts as true.";
    OperatorItem ["operator.getitem"] Operator -> Lowered, "An element as a function.";
    OperatorIndex ["operator.index"] Operator -> Lowered, "An integer as it is.";
    OperatorCountOf ["operator.countOf"] OfItems -> Lowered, "How often a value occurs among items.";
    OperatorIndexOf ["operator.indexOf"] OfItems -> Lowered, "The first position of a value among items.";
    OperatorSetItem ["operator.setitem"] OfItems -> Lowered, "Assigns an element, as a function.";
    OperatorDelItem ["operator.delitem"] OfItems -> Lowered, "Deletes an item of a list, as a function.";
    LengthHint ["operator.length_hint"] OfItems -> Lowered, "The number of items, or a default of what has none.";
    Reduce ["functools.reduce"] Reduction -> Lowered, "Combines items with a function, from the first to the last.";
    Where ["numpy.where"] Elements -> Lowered, "One of two values by a condition, for each element.";
    Maximum ["numpy.maximum"] Elements -> Lowered, "The larger of two elements; nan if one is.";
    Minimum ["numpy.minimum"] Elements -> Lowered, "The smaller of two elements; nan if one is.";
    Fmax ["numpy.fmax"] Elements -> Lowered, "The larger of two elements; of a nan and a number the number.";
    Fmin ["numpy.fmin"] Elements -> Lowered, "The smaller of two elements; of a nan and a number the number.";
    Clip ["numpy.clip"] Elements -> Lowered, "An element, or the bound that it lies beyond.";
    Square ["numpy.square"] Elements -> Lowered, "An element times itself.";
    Sign ["numpy.sign"] Elements -> Lowered, "-1, 0 or 1 by the sign of an element; nan of nan.";
    Signbit ["numpy.signbit"] Elements -> Lowered, "Whether the sign of an element is set, also of a zero.";
    Reciprocal ["numpy.reciprocal"] Elements -> Lowered, "One divided by an element; of an integer the integral part.";
    Spacing ["numpy.spacing"] Elements -> Lowered, "The distance from a float to the next one away from zero.";
    Heaviside ["numpy.heaviside"] Elements -> Lowered, "0 below zero, 1 above, the second element at zero.";
    LogAddExp ["numpy.logaddexp"] Elements -> Lowered, "The logarithm of the sum of two exponentials.";
    LogAddExp2 ["numpy.logaddexp2"] Elements -> Lowered, "The logarithm to base 2 of the sum of two powers of 2.";
    FloatPower ["numpy.float_power"] Elements -> Lowered, "A power in float64, or complex128.";
    ElementDivmod ["numpy.divmod"] ElementPair -> Lowered, "Floor quotient and remainder of elements.";
    LogicalAnd ["numpy.logical_and"] Elements -> Lowered, "Whether two elements are both not zero.";
    LogicalOr ["numpy.logical_or"] Elements -> Lowered, "Whether one of two elements is not zero.";
    LogicalXor ["numpy.logical_xor"] Elements -> Lowered, "Whether one of two elements, and not the other, is not zero.";
    LogicalNot ["numpy.logical_not"] Elements -> Lowered, "Whether an element is zero.";
}
