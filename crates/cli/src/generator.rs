//! Arrays made on the spot: `zeros:64x64:int32`, `ones:100`, `arange:1000000`, `rand:1000x1000:float64`.

use hotloop_driver::{Array, Dtype, Number};

/// The generators, with the dtype that each has by default.
const GENERATORS: &[(&str, Kind, Dtype)] = &[
    ("zeros", Kind::Zeros, Dtype::Float64),
    ("ones", Kind::Ones, Dtype::Float64),
    ("arange", Kind::Range, Dtype::Int64),
    ("rand", Kind::Random, Dtype::Float64),
];

/// Random integers are below this.
const RANDOM_INTEGERS: u64 = 100;

/// NumPy's arrays had up to 32 dimensions for long; kernels have fewer.
const MAX_NDIM: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Zeros,
    Ones,
    Range,
    Random,
}

/// An array to be made.
#[derive(Debug, PartialEq)]
pub(crate) struct Generator {
    kind: Kind,
    shape: Vec<usize>,
    dtype: Dtype,
}

impl Generator {
    /// Reads a generator; `None` for a text that does not start like one.
    pub(crate) fn read(text: &str) -> Result<Option<Self>, String> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let Some((_, kind, default)) = GENERATORS.iter().find(|(known, ..)| *known == name) else {
            return Ok(None);
        };
        let shape = parts.next().ok_or_else(|| format!("a shape is missing, such as `{name}:1000`"))?;
        let shape: Vec<usize> = shape.split('x').map(length).collect::<Result<_, _>>()?;
        let dtype = match parts.next() {
            Some(dtype) => Dtype::by_name(dtype).ok_or_else(|| format!("`{dtype}` is not a known dtype"))?,
            None => *default,
        };
        if parts.next().is_some() {
            return Err(format!("too many colons; the form is `{name}:SHAPE:DTYPE`"));
        }
        if shape.len() > MAX_NDIM {
            return Err(format!("an array has at most {MAX_NDIM} dimensions"));
        }
        let generator = Self { kind: *kind, shape, dtype };
        if *kind == Kind::Range {
            generator.check_range()?;
        }
        Ok(Some(generator))
    }

    /// Whether the numbers of a range fit its dtype.
    fn check_range(&self) -> Result<(), String> {
        let [length] = self.shape[..] else {
            return Err("`arange` makes arrays of one dimension".to_owned());
        };
        let largest = match self.dtype {
            Dtype::Bool => 1,
            Dtype::Int8 => i8::MAX as u64,
            Dtype::UInt8 => u8::MAX as u64,
            Dtype::Int16 => i16::MAX as u64,
            Dtype::UInt16 => u16::MAX as u64,
            Dtype::Int32 => i32::MAX as u64,
            Dtype::UInt32 => u32::MAX as u64,
            Dtype::Int64
            | Dtype::UInt64
            | Dtype::Float32
            | Dtype::Float64
            | Dtype::Complex64
            | Dtype::Complex128 => i64::MAX as u64,
        };
        if length as u64 > largest + 1 {
            return Err(format!("the numbers up to {} do not fit {}", length - 1, self.dtype));
        }
        Ok(())
    }

    /// Makes the array; `stream` tells the arguments of one call apart.
    pub(crate) fn make(&self, seed: u64, stream: u64) -> Result<Array, String> {
        let mut array = Array::zeros(self.dtype, &self.shape).ok_or_else(|| {
            format!("there is not enough memory for {:?} elements of {}", self.shape, self.dtype)
        })?;
        let integer = |value: u64| Number::UInt(Dtype::UInt64, value);
        match self.kind {
            Kind::Zeros => {}
            Kind::Ones => array.fill_with(|_| integer(1)),
            Kind::Range => array.fill_with(|position| integer(position as u64)),
            Kind::Random => {
                let mut random = Random::new(seed, stream);
                match self.dtype {
                    Dtype::Float32 => array.fill_with(|_| random.float(24)),
                    Dtype::Float64 => array.fill_with(|_| random.float(53)),
                    Dtype::Complex64 => array.fill_with(|_| random.complex(24)),
                    Dtype::Complex128 => array.fill_with(|_| random.complex(53)),
                    Dtype::Bool => array.fill_with(|_| integer(random.below(2))),
                    Dtype::Int8
                    | Dtype::Int16
                    | Dtype::Int32
                    | Dtype::Int64
                    | Dtype::UInt8
                    | Dtype::UInt16
                    | Dtype::UInt32
                    | Dtype::UInt64 => array.fill_with(|_| integer(random.below(RANDOM_INTEGERS))),
                }
            }
        }
        Ok(array)
    }
}

fn length(text: &str) -> Result<usize, String> {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    let digits = text.replace('_', "");
    digits
        .parse()
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| format!("`{text}` is not a length; a shape is spelled 64 or 64x64"))
}

/// SplitMix64 (Steele, Lea, Flood 2014): ten lines, any seed is good, and the same numbers on every machine.
struct Random {
    state: u64,
}

impl Random {
    fn new(seed: u64, stream: u64) -> Self {
        let mut starts = Self { state: seed };
        let start = starts.next();
        // Streams of one seed start at unrelated points.
        let mut streams = Self { state: start ^ stream };
        Self { state: streams.next() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From [0, 1), in steps of 2^-bits.
    fn fraction(&mut self, bits: u32) -> f64 {
        (self.next() >> (64 - bits)) as f64 / (1_u64 << bits) as f64
    }

    fn float(&mut self, bits: u32) -> Number {
        Number::Float(Dtype::Float64, self.fraction(bits))
    }

    /// Each part from [0, 1).
    fn complex(&mut self, bits: u32) -> Number {
        Number::Complex(Dtype::Complex128, self.fraction(bits), self.fraction(bits))
    }

    /// From 0 up to but not including `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(text: &str, seed: u64, stream: u64) -> Array {
        let generator = Generator::read(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
        generator.expect("a generator").make(seed, stream).unwrap_or_else(|reason| panic!("{text}: {reason}"))
    }

    #[test]
    fn arrays_have_the_shape_and_dtype_that_was_asked_for() {
        assert_eq!(make("arange:4", 0, 0).to_vec::<i64>(), [0, 1, 2, 3]);
        assert_eq!(make("arange:3:f4", 0, 0).to_vec::<f32>(), [0.0, 1.0, 2.0]);
        assert_eq!(make("ones:2x2:bool", 0, 0).to_vec::<bool>(), [true; 4]);
        let zeros = make("zeros:2x0x3:int32", 0, 0);
        assert_eq!((zeros.shape(), zeros.bytes().len()), (&[2, 0, 3][..], 0));
        assert_eq!(make("rand:1_0:u1", 0, 0).shape(), [10]);
    }

    #[test]
    fn random_arrays_repeat_with_the_seed_and_differ_between_arguments() {
        let first = make("rand:100", 7, 0).to_vec::<f64>();
        assert_eq!(first, make("rand:100", 7, 0).to_vec::<f64>());
        assert_ne!(first, make("rand:100", 7, 1).to_vec::<f64>());
        assert_ne!(first, make("rand:100", 8, 0).to_vec::<f64>());
        let mean = make("rand:100000", 1, 0).to_vec::<f64>().iter().sum::<f64>() / 1e5;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        assert!(
            make("rand:10000:float32", 1, 0).to_vec::<f32>().iter().all(|value| (0.0..1.0).contains(value))
        );
        let integers = make("rand:10000:int8", 1, 0).to_vec::<i8>();
        assert_eq!((integers.iter().min(), integers.iter().max()), (Some(&0), Some(&99)));
    }

    #[test]
    fn bad_generators_say_what_is_wrong() {
        for (text, reason) in [
            ("rand", "a shape is missing, such as `rand:1000`"),
            ("rand:", "`` is not a length; a shape is spelled 64 or 64x64"),
            ("rand:10xx", "`` is not a length; a shape is spelled 64 or 64x64"),
            ("rand:-1", "`-1` is not a length; a shape is spelled 64 or 64x64"),
            ("rand:10:float65", "`float65` is not a known dtype"),
            ("rand:10:f8:1", "too many colons; the form is `rand:SHAPE:DTYPE`"),
            ("arange:3x3", "`arange` makes arrays of one dimension"),
            ("arange:129:int8", "the numbers up to 128 do not fit int8"),
        ] {
            assert_eq!(Generator::read(text), Err(reason.to_owned()), "{text}");
        }
        assert_eq!(Generator::read("random:10"), Ok(None));
        for text in ["zeros:99999999999x99999999999", "zeros:9999999999999999"] {
            let generator = Generator::read(text).expect("a generator").expect("a generator");
            assert!(
                generator.make(0, 0).is_err_and(|reason| reason.starts_with("there is not enough memory"))
            );
        }
    }
}
