//! Normal and exponential numbers by the ziggurat, as `numpy.random.Generator` draws them.
//!
//! The method is that of G. Marsaglia and W. W. Tsang ("The Ziggurat Method for Generating Random Variables", 2000): 256 layers of one area cover the
//! density, a layer is chosen by eight bits, and all but one number in a hundred is a product of other bits and the layer's width. What a layer
//! needs is computed here when it is first used; the tables are NumPy's to the last bit, down to how NumPy's authors rounded them.

use crate::Bits;
use crate::double_double::DoubleDouble;
use std::array::from_fn;
use std::sync::LazyLock;

/// A distribution, and how long its numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ziggurat {
    /// Normal with mean 0 and deviation 1.
    Normal,
    /// Exponential with mean 1.
    Exponential,
    /// Normal, float32.
    ShortNormal,
    /// Exponential, float32.
    ShortExponential,
}

impl Ziggurat {
    /// All of them; the position of each is its number.
    pub const ALL: &[Self] = &[Self::Normal, Self::Exponential, Self::ShortNormal, Self::ShortExponential];

    /// The distribution of that number.
    pub fn by_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The next number; a float32 as the float64 that is equal.
    #[inline]
    pub fn draw(self, bits: &mut impl Bits) -> f64 {
        match self {
            Self::Normal => normal(bits),
            Self::Exponential => exponential(bits),
            Self::ShortNormal => short_normal(bits).into(),
            Self::ShortExponential => short_exponential(bits).into(),
        }
    }
}

/// Where the lowest layer of the normal density ends, and the rest begins.
const NORMAL_END: f64 = 3.654_152_885_361_009;
/// The area of each of its layers.
const NORMAL_AREA: f64 = 0.004_928_673_233_974_652;
/// Where the lowest layer of the exponential density ends: what makes the highest one close at 1.
const EXPONENTIAL_END: DoubleDouble =
    DoubleDouble { high: 7.697_117_470_131_05, low: -3.624_870_366_240_596_4e-16 };

/// What the layers of a density need, the highest one first but for the lowest.
struct Layers<Integer, Float> {
    /// Bits below this lie under the density in any case.
    inner: [Integer; 256],
    /// What bits are multiplied with.
    widths: [Float; 256],
    /// The density at the lower edge.
    densities: [Float; 256],
}

static NORMAL: LazyLock<Layers<u64, f64>> = LazyLock::new(normal_layers);
static EXPONENTIAL: LazyLock<Layers<u64, f64>> = LazyLock::new(|| exponential_layers().0);
static SHORT_NORMAL: LazyLock<Layers<u32, f32>> = LazyLock::new(|| short_layers(&NORMAL, 52));
static SHORT_EXPONENTIAL: LazyLock<Layers<u32, f32>> = LazyLock::new(|| exponential_layers().1);

/// The layers of the normal density, computed in floats.
fn normal_layers() -> Layers<u64, f64> {
    const SCALE: f64 = (1_u64 << 52) as f64;
    let exp = |value| DoubleDouble::of(value).exp().high;
    let density = |layer: usize, x: f64| {
        let value = exp(-0.5 * x * x);
        // NumPy's table was made with a function that was wrong here.
        if layer == 38 { value.next_up() } else { value }
    };
    let mut edges = [NORMAL_END; 256];
    let mut densities = [1.0; 256];
    densities[255] = density(255, NORMAL_END);
    for layer in (1..255).rev() {
        let above = NORMAL_AREA / edges[layer + 1] + densities[layer + 1];
        edges[layer] = (-2.0 * DoubleDouble::of(above).ln().high).sqrt();
        densities[layer] = density(layer, edges[layer]);
    }
    edges[0] = NORMAL_AREA / densities[255];
    let inner = from_fn(|layer| match layer {
        0 => (NORMAL_END * densities[255] / NORMAL_AREA * SCALE) as u64,
        1 => 0,
        _ => (edges[layer - 1] / edges[layer] * SCALE).round_ties_even() as u64,
    });
    Layers { inner, widths: edges.map(|edge| edge / SCALE), densities }
}

/// The layers for float32 from those for float64, whose bits are so many.
fn short_layers(long: &Layers<u64, f64>, bits: i32) -> Layers<u32, f32> {
    let scale = f64::from(bits - 23).exp2();
    Layers {
        inner: long.inner.map(|inner| (inner as f64 / scale).round() as u32),
        widths: long.widths.map(|width| (width * scale) as f32),
        densities: long.densities.map(|density| density as f32),
    }
}

/// The layers of the exponential density, computed with more places than floats have: for float64, where each number is the nearest float, and for float32,
/// where NumPy's authors wrote nine digits.
fn exponential_layers() -> (Layers<u64, f64>, Layers<u32, f32>) {
    let one = DoubleDouble::of(1.0);
    let power_of_two = |exponent: i32| DoubleDouble::of(f64::from(exponent).exp2());
    let density = |x: DoubleDouble| x.negated().exp();
    let area = EXPONENTIAL_END.plus(one).times(density(EXPONENTIAL_END));
    let mut edges = [EXPONENTIAL_END; 256];
    let mut densities = [one; 256];
    densities[255] = density(EXPONENTIAL_END);
    for layer in (1..255).rev() {
        let above = area.over(edges[layer + 1]).plus(densities[layer + 1]);
        edges[layer] = above.ln().negated();
        densities[layer] = density(edges[layer]);
    }
    edges[0] = area.over(densities[255]);
    let shares: [DoubleDouble; 256] = from_fn(|layer| match layer {
        0 => EXPONENTIAL_END.times(densities[255]).over(area),
        1 => DoubleDouble::of(0.0),
        _ => edges[layer - 1].over(edges[layer]),
    });
    let floor = |value: DoubleDouble| {
        let whole = value.high.floor();
        let is_above = whole == value.high && value.low < 0.0;
        whole as u64 - u64::from(is_above)
    };
    let nine_digits = |value: f64| -> f32 {
        let written: f64 = format!("{value:.8e}").parse().expect("it was written as a float");
        written as f32
    };
    let long = Layers {
        inner: shares.map(|share| 2 * floor(share.times(power_of_two(52)))),
        widths: edges.map(|edge| edge.times(power_of_two(-53)).high),
        densities: densities.map(|density| density.high),
    };
    let short = Layers {
        inner: shares.map(|share| share.times(power_of_two(23)).high.round() as u32),
        widths: edges.map(|edge| nine_digits(edge.times(power_of_two(-23)).high)),
        densities: densities.map(|density| nine_digits(density.high)),
    };
    (long, short)
}

fn normal(bits: &mut impl Bits) -> f64 {
    let layers = &*NORMAL;
    loop {
        let word = bits.word();
        let layer = (word & 0xff) as usize;
        let is_negative = word >> 8 & 1 == 1;
        let magnitude = word >> 9 & 0x000f_ffff_ffff_ffff;
        let x = magnitude as f64 * layers.widths[layer];
        let x = if is_negative { -x } else { x };
        if magnitude < layers.inner[layer] {
            return x;
        }
        if layer == 0 {
            return normal_beyond(bits, magnitude >> 8 & 1 == 1);
        }
        let (above, below) = (layers.densities[layer - 1], layers.densities[layer]);
        if (above - below) * bits.float() + below < (-0.5 * x * x).exp() {
            return x;
        }
    }
}

/// A number beyond the end of the lowest layer, by Marsaglia's method for the tail.
#[cold]
fn normal_beyond(bits: &mut impl Bits, is_negative: bool) -> f64 {
    const INVERSE: f64 = 0.273_661_237_329_758_3;
    loop {
        let x = -INVERSE * (-bits.float()).ln_1p();
        let y = -(-bits.float()).ln_1p();
        if y + y > x * x {
            return if is_negative { -(NORMAL_END + x) } else { NORMAL_END + x };
        }
    }
}

fn exponential(bits: &mut impl Bits) -> f64 {
    let layers = &*EXPONENTIAL;
    loop {
        let word = bits.word() >> 3;
        let layer = (word & 0xff) as usize;
        let magnitude = word >> 8;
        let x = magnitude as f64 * layers.widths[layer];
        if magnitude < layers.inner[layer] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_END.high - (-bits.float()).ln_1p();
        }
        let (above, below) = (layers.densities[layer - 1], layers.densities[layer]);
        if (above - below) * bits.float() + below < (-x).exp() {
            return x;
        }
    }
}

fn short_normal(bits: &mut impl Bits) -> f32 {
    let layers = &*SHORT_NORMAL;
    loop {
        let word = bits.half_word();
        let layer = (word & 0xff) as usize;
        let is_negative = word >> 8 & 1 == 1;
        let magnitude = word >> 9;
        let x = magnitude as f32 * layers.widths[layer];
        let x = if is_negative { -x } else { x };
        if magnitude < layers.inner[layer] {
            return x;
        }
        if layer == 0 {
            return short_normal_beyond(bits, magnitude >> 8 & 1 == 1);
        }
        let (above, below) = (layers.densities[layer - 1], layers.densities[layer]);
        // The power is computed in float64, as NumPy does.
        let density = (-0.5 * f64::from(x) * f64::from(x)).exp();
        if f64::from((above - below) * bits.short_float() + below) < density {
            return x;
        }
    }
}

#[cold]
fn short_normal_beyond(bits: &mut impl Bits, is_negative: bool) -> f32 {
    const END: f32 = NORMAL_END as f32;
    const INVERSE: f32 = 0.273_661_24;
    loop {
        let x = -INVERSE * (-bits.short_float()).ln_1p();
        let y = -(-bits.short_float()).ln_1p();
        if y + y > x * x {
            return if is_negative { -(END + x) } else { END + x };
        }
    }
}

fn short_exponential(bits: &mut impl Bits) -> f32 {
    let layers = &*SHORT_EXPONENTIAL;
    loop {
        let word = bits.half_word() >> 1;
        let layer = (word & 0xff) as usize;
        let magnitude = word >> 8;
        let x = magnitude as f32 * layers.widths[layer];
        if magnitude < layers.inner[layer] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_END.high as f32 - (-bits.short_float()).ln_1p();
        }
        let (above, below) = (layers.densities[layer - 1], layers.densities[layer]);
        if (above - below) * bits.short_float() + below < (-x).exp() {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pcg64;

    /// What becomes of the bits of many numbers: each is added to what came before times a prime.
    fn digest(numbers: impl Iterator<Item = u64>) -> u64 {
        numbers.fold(0, |digest, number| digest.wrapping_mul(0x0000_0100_0000_01b3).wrapping_add(number))
    }

    #[test]
    fn draws_are_those_of_numpy() {
        // np.random.default_rng(seed): 1,000,000 of standard_normal and standard_exponential in float64 and float32, the bits digested.
        for (seed, expected) in DIGESTS {
            for (which, expected) in Ziggurat::ALL.iter().zip(expected) {
                let mut generator = Pcg64::seeded(seed);
                let is_short = matches!(which, Ziggurat::ShortNormal | Ziggurat::ShortExponential);
                let next = |_| {
                    let number = which.draw(&mut generator);
                    if is_short { u64::from((number as f32).to_bits()) } else { number.to_bits() }
                };
                assert_eq!(digest((0..1_000_000).map(next)), expected, "{which:?} from {seed}");
            }
        }
    }

    #[test]
    fn tables_are_those_of_numpy() {
        let long = |layers: &Layers<u64, f64>| {
            [
                digest(layers.inner.iter().copied()),
                digest(layers.widths.iter().map(|width| width.to_bits())),
                digest(layers.densities.iter().map(|density| density.to_bits())),
            ]
        };
        let short = |layers: &Layers<u32, f32>| {
            [
                digest(layers.inner.iter().copied().map(u64::from)),
                digest(layers.widths.iter().map(|width| width.to_bits().into())),
                digest(layers.densities.iter().map(|density| density.to_bits().into())),
            ]
        };
        let tables = [long(&NORMAL), long(&EXPONENTIAL), short(&SHORT_NORMAL), short(&SHORT_EXPONENTIAL)];
        assert_eq!(tables, TABLES);
    }

    #[test]
    fn numbers_name_distributions() {
        for (number, which) in Ziggurat::ALL.iter().enumerate() {
            assert_eq!(*which as usize, number);
            assert_eq!(Ziggurat::by_number(number as u64), Some(*which));
        }
        assert_eq!(Ziggurat::by_number(4), None);
    }

    const TABLES: [[u64; 3]; 4] = [
        [0x3930_a290_fc29_dd0e, 0x1a4d_e373_5f9c_b73a, 0xd4d3_f04f_3b94_9e53],
        [0x1eb4_f758_fae4_14b4, 0x9337_c6a0_2f53_e0c8, 0x4495_e20b_512a_19fa],
        [0x2c2e_ae28_6713_2843, 0xcab6_58a2_cb88_b2b3, 0x545f_1719_a118_0bbb],
        [0x2666_c64a_c51d_34d5, 0xd4e9_8983_1eaf_53bd, 0x6e49_a958_cc6c_63cb],
    ];
    const DIGESTS: [(u64, [u64; 4]); 2] = [
        (1, [0xfdcb_cbee_8900_ece6, 0xcef0_fd82_6735_e9cc, 0x3962_31fd_5c76_bf43, 0xcfbf_626c_f40a_4007]),
        (
            123456789012,
            [0x1a13_6529_8e32_50d7, 0x6f13_ae38_1756_f17b, 0xd921_d2cb_2ca5_a4ed, 0xae80_11da_0d63_0e3b],
        ),
    ];
}
