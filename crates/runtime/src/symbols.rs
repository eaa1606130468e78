//! Where the functions of the abi's table are, for whoever links compiled code.

use crate::block::{hl_allocate, hl_allocate_zeroed, hl_release, hl_retain};
use crate::caught::{hl_caught_text, hl_caught_texts, hl_caught_word};
use crate::error_texts::hl_keep_texts;
use crate::generator::{
    hl_generator_float, hl_generator_half_word, hl_generator_word, hl_generator_ziggurat, hl_new_generator,
};
use crate::math::{MathFunction, cmath, complex, floats, gamma, integers, libm, rounding};
use crate::objects::{hl_grow_list, hl_new_frame, hl_new_list, hl_object, hl_text_order};
use crate::order::{hl_order_elements, hl_sort_elements};
use crate::output::hl_print;
use crate::parallel::hl_parallel_for;
use crate::parallel::{hl_set_chunk_size, hl_set_threads, hl_threads};
use crate::products::hl_multiply_matrices;
use crate::races::{hl_race_access, hl_race_call, hl_race_iteration};
use crate::raise::hl_error_is;
use crate::random::{
    hl_random_below, hl_random_bits, hl_random_draw, hl_random_float, hl_random_seed, hl_random_shuffle,
};
use crate::safepoint::hl_safepoint;
use hotloop_abi::RuntimeFunction;
use hotloop_vecmath::{Entry, Function};

/// The address of a runtime function, to be called as the table declares it.
pub fn address_of(function: RuntimeFunction) -> *const u8 {
    match implementation_of(function) {
        Implementation::Math(function) => function.address(),
        Implementation::Other(address) => address,
    }
}

/// The address behind a symbol that an object imports; `None` for a symbol that is not in the table.
///
/// ```
/// use hotloop_runtime::resolve;
///
/// assert!(resolve("hl_allocate").is_some());
/// assert!(resolve("exp").is_some());
/// assert!(resolve("system").is_none());
/// ```
pub fn resolve(symbol: &str) -> Option<*const u8> {
    RuntimeFunction::by_symbol(symbol).map(address_of)
}

/// What stands behind a row of the table.
pub(crate) enum Implementation {
    /// A function of numbers alone.
    Math(MathFunction),
    /// The address of any other function.
    Other(*const u8),
}

fn own(function: Function) -> Implementation {
    Implementation::Math(match function.entry() {
        Entry::One(function) => MathFunction::Double(function),
        Entry::Two(function) => MathFunction::DoubleDouble(function),
    })
}

/// The list of all implementations.
pub(crate) fn implementation_of(function: RuntimeFunction) -> Implementation {
    use RuntimeFunction as Row;
    match function {
        Row::Allocate => Implementation::Other(hl_allocate as *const u8),
        Row::AllocateZeroed => Implementation::Other(hl_allocate_zeroed as *const u8),
        Row::Retain => Implementation::Other(hl_retain as *const u8),
        Row::Release => Implementation::Other(hl_release as *const u8),
        Row::Safepoint => Implementation::Other(hl_safepoint as *const u8),
        Row::ParallelFor => Implementation::Other(hl_parallel_for as *const u8),
        Row::Threads => Implementation::Other(hl_threads as *const u8),
        Row::SetThreads => Implementation::Other(hl_set_threads as *const u8),
        Row::SetChunkSize => Implementation::Other(hl_set_chunk_size as *const u8),
        Row::RaceIteration => Implementation::Other(hl_race_iteration as *const u8),
        Row::RaceCall => Implementation::Other(hl_race_call as *const u8),
        Row::RaceAccess => Implementation::Other(hl_race_access as *const u8),
        Row::ErrorIs => Implementation::Other(hl_error_is as *const u8),
        Row::TextOrder => Implementation::Other(hl_text_order as *const u8),
        Row::Object => Implementation::Other(hl_object as *const u8),
        Row::NewFrame => Implementation::Other(hl_new_frame as *const u8),
        Row::NewList => Implementation::Other(hl_new_list as *const u8),
        Row::GrowList => Implementation::Other(hl_grow_list as *const u8),
        Row::KeepTexts => Implementation::Other(hl_keep_texts as *const u8),
        Row::CaughtTexts => Implementation::Other(hl_caught_texts as *const u8),
        Row::CaughtWord => Implementation::Other(hl_caught_word as *const u8),
        Row::CaughtText => Implementation::Other(hl_caught_text as *const u8),
        Row::Print => Implementation::Other(hl_print as *const u8),
        Row::RandomFloat => Implementation::Other(hl_random_float as *const u8),
        Row::RandomBits => Implementation::Other(hl_random_bits as *const u8),
        Row::RandomBelow => Implementation::Other(hl_random_below as *const u8),
        Row::RandomSeed => Implementation::Other(hl_random_seed as *const u8),
        Row::RandomDraw => Implementation::Other(hl_random_draw as *const u8),
        Row::RandomShuffle => Implementation::Other(hl_random_shuffle as *const u8),
        Row::NewGenerator => Implementation::Other(hl_new_generator as *const u8),
        Row::GeneratorWord => Implementation::Other(hl_generator_word as *const u8),
        Row::GeneratorHalfWord => Implementation::Other(hl_generator_half_word as *const u8),
        Row::GeneratorFloat => Implementation::Other(hl_generator_float as *const u8),
        Row::GeneratorZiggurat => Implementation::Other(hl_generator_ziggurat as *const u8),
        Row::SortElements => Implementation::Other(hl_sort_elements as *const u8),
        Row::OrderElements => Implementation::Other(hl_order_elements as *const u8),
        Row::MultiplyMatrices => Implementation::Other(hl_multiply_matrices as *const u8),
        Row::Sin => Implementation::Math(MathFunction::Double(libm::SIN.get())),
        Row::Cos => Implementation::Math(MathFunction::Double(libm::COS.get())),
        Row::Tan => Implementation::Math(MathFunction::Double(libm::TAN.get())),
        Row::Asin => Implementation::Math(MathFunction::Double(libm::ASIN.get())),
        Row::Acos => Implementation::Math(MathFunction::Double(libm::ACOS.get())),
        Row::Atan => Implementation::Math(MathFunction::Double(libm::ATAN.get())),
        Row::Atan2 => Implementation::Math(MathFunction::DoubleDouble(libm::ATAN2.get())),
        Row::Sinh => Implementation::Math(MathFunction::Double(libm::SINH.get())),
        Row::Cosh => Implementation::Math(MathFunction::Double(libm::COSH.get())),
        Row::Tanh => Implementation::Math(MathFunction::Double(libm::TANH.get())),
        Row::Asinh => Implementation::Math(MathFunction::Double(libm::ASINH.get())),
        Row::Acosh => Implementation::Math(MathFunction::Double(libm::ACOSH.get())),
        Row::Atanh => Implementation::Math(MathFunction::Double(libm::ATANH.get())),
        Row::Exp => Implementation::Math(MathFunction::Double(libm::EXP.get())),
        Row::Exp2 => Implementation::Math(MathFunction::Double(libm::EXP2.get())),
        Row::Expm1 => Implementation::Math(MathFunction::Double(libm::EXPM1.get())),
        Row::Log => Implementation::Math(MathFunction::Double(libm::LOG.get())),
        Row::Log2 => Implementation::Math(MathFunction::Double(libm::LOG2.get())),
        Row::Log10 => Implementation::Math(MathFunction::Double(libm::LOG10.get())),
        Row::Log1p => Implementation::Math(MathFunction::Double(libm::LOG1P.get())),
        Row::Pow => Implementation::Math(MathFunction::DoubleDouble(libm::POW.get())),
        Row::Cbrt => Implementation::Math(MathFunction::Double(libm::CBRT.get())),
        Row::Hypot => Implementation::Math(MathFunction::DoubleDouble(libm::HYPOT.get())),
        Row::Fmod => Implementation::Math(MathFunction::DoubleDouble(libm::FMOD.get())),
        Row::Erf => Implementation::Math(MathFunction::Double(libm::ERF.get())),
        Row::Erfc => Implementation::Math(MathFunction::Double(libm::ERFC.get())),
        Row::Gamma => Implementation::Math(MathFunction::Double(gamma::hl_gamma)),
        Row::Lgamma => Implementation::Math(MathFunction::Double(gamma::hl_lgamma)),
        Row::Ldexp => Implementation::Math(MathFunction::DoubleInteger(rounding::hl_ldexp)),
        Row::Nextafter => Implementation::Math(MathFunction::DoubleDouble(libm::NEXTAFTER.get())),
        Row::RoundDigits => Implementation::Math(MathFunction::DoubleInteger(rounding::hl_round_digits)),
        Row::BitLength => Implementation::Math(MathFunction::Integer(integers::hl_bit_length)),
        Row::BitCount => Implementation::Math(MathFunction::Integer(integers::hl_bit_count)),
        Row::Remainder => Implementation::Math(MathFunction::DoubleDouble(libm::REMAINDER.get())),
        Row::Fma => Implementation::Math(MathFunction::TripleDouble(libm::FMA.get())),
        Row::Ulp => Implementation::Math(MathFunction::Double(floats::hl_ulp)),
        Row::FrexpMantissa => Implementation::Math(MathFunction::Double(floats::hl_frexp_mantissa)),
        Row::FrexpExponent => Implementation::Math(MathFunction::DoubleToInteger(floats::hl_frexp_exponent)),
        Row::HashFloat => Implementation::Math(MathFunction::DoubleToInteger(floats::hl_hash_float)),
        Row::HashInteger => Implementation::Math(MathFunction::Integer(floats::hl_hash_integer)),
        Row::HashUnsigned => Implementation::Math(MathFunction::Integer(floats::hl_hash_unsigned)),
        Row::Isqrt => Implementation::Math(MathFunction::Integer(integers::hl_isqrt)),
        Row::Factorial => Implementation::Math(MathFunction::Integer(integers::hl_factorial)),
        Row::Comb => Implementation::Math(MathFunction::IntegerInteger(integers::hl_comb)),
        Row::Perm => Implementation::Math(MathFunction::IntegerInteger(integers::hl_perm)),
        Row::PowMod => Implementation::Math(MathFunction::TripleInteger(integers::hl_pow_mod)),
        Row::PowModUnsigned => {
            Implementation::Math(MathFunction::TripleInteger(integers::hl_pow_mod_unsigned))
        }
        Row::ComplexAcos => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_acos)),
        Row::ComplexAcosh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_acosh)),
        Row::ComplexAsin => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_asin)),
        Row::ComplexAsinh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_asinh)),
        Row::ComplexAtan => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_atan)),
        Row::ComplexAtanh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_atanh)),
        Row::ComplexCos => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_cos)),
        Row::ComplexCosh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_cosh)),
        Row::ComplexExp => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_exp)),
        Row::ComplexLog => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_log)),
        Row::ComplexLog10 => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_log10)),
        Row::ComplexRect => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_rect)),
        Row::ComplexSin => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_sin)),
        Row::ComplexSinh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_sinh)),
        Row::ComplexSqrt => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_sqrt)),
        Row::ComplexTan => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_tan)),
        Row::ComplexTanh => Implementation::Math(MathFunction::ComplexPart(cmath::hl_complex_tanh)),
        Row::ComplexPow => Implementation::Math(MathFunction::ComplexComplex(complex::hl_complex_pow)),
        Row::FloatSin => Implementation::Math(MathFunction::Float(libm::SINF.get())),
        Row::FloatCos => Implementation::Math(MathFunction::Float(libm::COSF.get())),
        Row::FloatExp => Implementation::Math(MathFunction::Float(libm::EXPF.get())),
        Row::FloatLog => Implementation::Math(MathFunction::Float(libm::LOGF.get())),
        Row::FloatPow => Implementation::Math(MathFunction::FloatFloat(libm::POWF.get())),
        Row::FloatFmod => Implementation::Math(MathFunction::FloatFloat(libm::FMODF.get())),
        Row::OwnExp => own(Function::Exp),
        Row::OwnExp2 => own(Function::Exp2),
        Row::OwnExpm1 => own(Function::Expm1),
        Row::OwnLog => own(Function::Log),
        Row::OwnLog2 => own(Function::Log2),
        Row::OwnLog10 => own(Function::Log10),
        Row::OwnLog1p => own(Function::Log1p),
        Row::OwnSin => own(Function::Sin),
        Row::OwnCos => own(Function::Cos),
        Row::OwnTan => own(Function::Tan),
        Row::OwnSinh => own(Function::Sinh),
        Row::OwnCosh => own(Function::Cosh),
        Row::OwnTanh => own(Function::Tanh),
        Row::OwnAsin => own(Function::Asin),
        Row::OwnAcos => own(Function::Acos),
        Row::OwnAtan => own(Function::Atan),
        Row::OwnAtan2 => own(Function::Atan2),
        Row::OwnPow => own(Function::Pow),
        Row::OwnCbrt => own(Function::Cbrt),
        Row::OwnHypot => own(Function::Hypot),
        Row::OwnErf => own(Function::Erf),
    }
}
