//! The distributions of the module `random`, and those of NumPy's that keep a number for later.

use crate::{Generator, Stream};
use std::f64::consts::{E, PI};

/// Rows: variant, number of parameters, what it is.
macro_rules! distributions {
    ($($name:ident $parameters:literal $documentation:literal;)*) => {
        /// A distribution of floats.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Distribution {
            $(#[doc = $documentation] $name,)*
        }

        impl Distribution {
            /// All of them; the position of each is its number.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// How many parameters it has; those behind are not looked at.
            pub const fn parameters(self) -> usize {
                match self { $(Self::$name => $parameters,)* }
            }
        }
    };
}

distributions! {
    Uniform 2 "Uniform between two bounds.";
    Triangular 3 "Triangular: the lowest, the highest, the most frequent.";
    SymmetricTriangular 2 "Triangular with the most frequent in the middle: the lowest, the highest.";
    Normal 2 "Normal, by the method of Kinderman and Monahan: mean, standard deviation.";
    Gauss 2 "Normal, drawn in pairs: mean, standard deviation.";
    LogNormal 2 "What has a normal logarithm: mean and standard deviation of that.";
    Exponential 1 "Exponential: one divided by the mean, not zero.";
    VonMises 2 "Of angles: the mean angle, the concentration.";
    Gamma 2 "Gamma: shape, scale; both above zero.";
    Beta 2 "Beta; both above zero.";
    Pareto 1 "Pareto: shape, not zero.";
    Weibull 2 "Weibull: scale, shape; the latter not zero.";
    Polar 0 "Standard normal, as NumPy's `RandomState` draws it: in pairs, by Marsaglia's polar method.";
}

impl Distribution {
    /// The distribution of that number.
    pub fn by_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Whose numbers it is made of.
    pub const fn stream(self) -> Stream {
        match self {
            Self::Polar => Stream::Numpy,
            Self::Uniform
            | Self::Triangular
            | Self::SymmetricTriangular
            | Self::Normal
            | Self::Gauss
            | Self::LogNormal
            | Self::Exponential
            | Self::VonMises
            | Self::Gamma
            | Self::Beta
            | Self::Pareto
            | Self::Weibull => Stream::Python,
        }
    }

    /// The next number.
    pub fn draw(self, generator: &mut Generator, [a, b, c]: [f64; 3]) -> f64 {
        match self {
            Self::Uniform => a + (b - a) * generator.float(),
            Self::Triangular => triangular(generator, a, b, Some(c)),
            Self::SymmetricTriangular => triangular(generator, a, b, None),
            Self::Normal => normal(generator, a, b),
            Self::Gauss => gauss(generator, a, b),
            Self::LogNormal => normal(generator, a, b).exp(),
            Self::Exponential => -(1.0 - generator.float()).ln() / a,
            Self::VonMises => von_mises(generator, a, b),
            Self::Gamma => gamma(generator, a, b),
            Self::Beta => {
                let first = gamma(generator, a, 1.0);
                if first == 0.0 { 0.0 } else { first / (first + gamma(generator, b, 1.0)) }
            }
            Self::Pareto => (1.0 - generator.float()).powf(-1.0 / a),
            Self::Weibull => {
                let rest = 1.0 - generator.float();
                a * (-rest.ln()).powf(1.0 / b)
            }
            Self::Polar => polar(generator),
        }
    }
}

fn triangular(generator: &mut Generator, low: f64, high: f64, mode: Option<f64>) -> f64 {
    let drawn = generator.float();
    let middle = match mode {
        None => 0.5,
        Some(_) if high - low == 0.0 => return low,
        Some(mode) => (mode - low) / (high - low),
    };
    let (from, to, drawn, middle) =
        if drawn > middle { (high, low, 1.0 - drawn, 1.0 - middle) } else { (low, high, drawn, middle) };
    from + (to - from) * (drawn * middle).sqrt()
}

fn normal(generator: &mut Generator, mean: f64, deviation: f64) -> f64 {
    let factor = 4.0 * (-0.5_f64).exp() / 2.0_f64.sqrt();
    loop {
        let first = generator.float();
        let second = 1.0 - generator.float();
        let z = factor * (first - 0.5) / second;
        if z * z / 4.0 <= -second.ln() {
            return mean + z * deviation;
        }
    }
}

/// Two at a time, of which the generator keeps one.
fn gauss(generator: &mut Generator, mean: f64, deviation: f64) -> f64 {
    let z = match generator.left_over.take() {
        Some(z) => z,
        None => {
            let angle = generator.float() * (2.0 * PI);
            let radius = (-2.0 * (1.0 - generator.float()).ln()).sqrt();
            generator.left_over = Some(angle.sin() * radius);
            angle.cos() * radius
        }
    };
    mean + z * deviation
}

/// Two at a time, of points in the unit circle; the generator keeps the first.
fn polar(generator: &mut Generator) -> f64 {
    if let Some(kept) = generator.left_over.take() {
        return kept;
    }
    loop {
        let x = 2.0 * generator.float() - 1.0;
        let y = 2.0 * generator.float() - 1.0;
        let square = x * x + y * y;
        if 0.0 < square && square < 1.0 {
            let factor = (-2.0 * square.ln() / square).sqrt();
            generator.left_over = Some(factor * x);
            return factor * y;
        }
    }
}

fn von_mises(generator: &mut Generator, mean: f64, concentration: f64) -> f64 {
    let turn = 2.0 * PI;
    if concentration <= 1e-6 {
        return turn * generator.float();
    }
    let s = 0.5 / concentration;
    let r = s + (1.0 + s * s).sqrt();
    let z = loop {
        let z = (PI * generator.float()).cos();
        let d = z / (r + z);
        let limit = generator.float();
        if limit < 1.0 - d * d || limit <= (1.0 - d) * d.exp() {
            break z;
        }
    };
    let q = 1.0 / r;
    let f = (q + z) / (1.0 + q * z);
    let angle = if generator.float() > 0.5 { mean + f.acos() } else { mean - f.acos() };
    python_remainder(angle, turn)
}

/// `a % b` for a positive `b`.
fn python_remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder < 0.0 {
        remainder + b
    } else if remainder == 0.0 {
        0.0
    } else {
        remainder
    }
}

fn gamma(generator: &mut Generator, shape: f64, scale: f64) -> f64 {
    if shape > 1.0 {
        gamma_above_one(generator, shape) * scale
    } else if shape == 1.0 {
        -(1.0 - generator.float()).ln() * scale
    } else {
        gamma_below_one(generator, shape) * scale
    }
}

/// By the method of Cheng, 1977.
fn gamma_above_one(generator: &mut Generator, shape: f64) -> f64 {
    let root = (2.0 * shape - 1.0).sqrt();
    let b = shape - 4.0_f64.ln();
    let c = shape + root;
    loop {
        let first = generator.float();
        if !(1e-7 < first && first < 0.999_999_9) {
            continue;
        }
        let second = 1.0 - generator.float();
        let v = (first / (1.0 - first)).ln() / root;
        let x = shape * v.exp();
        let z = first * first * second;
        let r = b + c * v - x;
        if r + (1.0 + 4.5_f64.ln()) - 4.5 * z >= 0.0 || r >= z.ln() {
            return x;
        }
    }
}

/// By the method of Ahrens and Dieter, as Kennedy and Gentle give it.
fn gamma_below_one(generator: &mut Generator, shape: f64) -> f64 {
    let b = (E + shape) / E;
    loop {
        let p = b * generator.float();
        let x = if p <= 1.0 { p.powf(1.0 / shape) } else { -((b - p) / shape).ln() };
        let limit = generator.float();
        let is_taken = if p > 1.0 { limit <= x.powf(shape - 1.0) } else { limit <= (-x).exp() };
        if is_taken {
            return x;
        }
    }
}
