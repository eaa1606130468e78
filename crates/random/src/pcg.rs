//! The generator PCG64 and its seeding, as `numpy.random.default_rng` has them.
//!
//! The generator is "PCG XSL RR 128/64" of M. O'Neill ("PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number
//! Generation", 2014); a seed is spread over its state by NumPy's `SeedSequence`, whose hash is that of O'Neill's `seed_seq_fe`.

/// What the state is multiplied with at each step.
const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// A generator of NumPy's kind PCG64. Half of a word that was drawn may be kept for the next 32 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcg64 {
    /// The state.
    pub state: u128,
    /// What is added at each step; odd.
    pub increment: u128,
    /// The upper half of a word, of which the lower one was taken.
    pub kept: Option<u32>,
}

impl Pcg64 {
    /// How many words its state takes.
    pub const STATE_WORDS: usize = 5;

    /// As `np.random.default_rng(seed)` makes it.
    pub fn seeded(seed: u64) -> Self {
        Self::of_words(seed_words(seed))
    }

    /// As NumPy makes it of the words that a `SeedSequence` gives.
    pub fn of_words(words: [u64; 4]) -> Self {
        let joined = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        let increment = joined(words[2], words[3]) << 1 | 1;
        let mut generator = Self { state: 0, increment, kept: None };
        generator.step();
        generator.state = generator.state.wrapping_add(joined(words[0], words[1]));
        generator.step();
        generator
    }

    /// Its state as words, for a memory of words; see [`from_state`](Self::from_state).
    pub fn state(&self) -> [u64; Self::STATE_WORDS] {
        let kept = self.kept.map_or(0, |kept| 1 << 32 | u64::from(kept));
        let [state, increment] =
            [self.state, self.increment].map(|number| [(number >> 64) as u64, number as u64]);
        [state[0], state[1], increment[0], increment[1], kept]
    }

    /// The generator with that [`state`](Self::state).
    pub fn from_state(words: [u64; Self::STATE_WORDS]) -> Self {
        let joined = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        let kept = (words[4] >> 32 != 0).then_some(words[4] as u32);
        Self { state: joined(words[0], words[1]), increment: joined(words[2], words[3]), kept }
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }

    /// The next 64 bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }

    /// The next 32 bits: the lower half of a word, then the upper one.
    #[inline]
    pub fn half_word(&mut self) -> u32 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let word = self.word();
        self.kept = Some((word >> 32) as u32);
        word as u32
    }

    /// `Generator.random()`: 53 bits, at least 0 and less than 1.
    #[inline]
    pub fn float(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// An integer up to a last one, each with the same probability, by Lemire's method; of a range below 2^32 by halves of words.
    pub fn up_to(&mut self, last: u64) -> u64 {
        const HALF: u64 = u32::MAX as u64;
        match last {
            0 => 0,
            HALF => u64::from(self.half_word()),
            u64::MAX => self.word(),
            1..HALF => {
                let count = last + 1;
                let threshold = (HALF - last) % count;
                loop {
                    let product = u64::from(self.half_word()) * count;
                    if product & HALF >= threshold {
                        return product >> 32;
                    }
                }
            }
            _ => {
                let count = last + 1;
                let threshold = (u64::MAX - last) % count;
                loop {
                    let product = u128::from(self.word()) * u128::from(count);
                    if product as u64 >= threshold {
                        return (product >> 64) as u64;
                    }
                }
            }
        }
    }
}

/// `np.random.SeedSequence(seed).generate_state(COUNT, np.uint64)`.
fn seed_words<const COUNT: usize>(seed: u64) -> [u64; COUNT] {
    let pool = pool_of(&[seed as u32, (seed >> 32) as u32]);
    let mut constant: u32 = 0x8b51_f9dd;
    let mut at = 0;
    let mut next = || {
        let mut value = pool[at % pool.len()] ^ constant;
        at += 1;
        constant = constant.wrapping_mul(0x58f3_8ded);
        value = value.wrapping_mul(constant);
        u64::from(value ^ value >> 16)
    };
    std::array::from_fn(|_| next() | next() << 32)
}

/// The four words in which all words of a seed have a part; missing ones are zeros.
fn pool_of(words: &[u32]) -> [u32; 4] {
    let mut constant: u32 = 0x43b0_d7e5;
    let mut hashed = |value: u32| {
        let value = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        let value = value.wrapping_mul(constant);
        value ^ value >> 16
    };
    let mixed = |x: u32, y: u32| {
        let value = x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715));
        value ^ value >> 16
    };
    let mut pool: [u32; 4] = std::array::from_fn(|at| hashed(words.get(at).copied().unwrap_or(0)));
    for source in 0..pool.len() {
        for target in (0..pool.len()).filter(|target| *target != source) {
            pool[target] = mixed(pool[target], hashed(pool[source]));
        }
    }
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of the bits of many numbers: each is added to what came before times a prime.
    fn digest(mut next: impl FnMut() -> u64) -> u64 {
        (0..10_000).fold(0, |digest: u64, _| digest.wrapping_mul(0x0000_0100_0000_01b3).wrapping_add(next()))
    }

    #[test]
    fn draws_are_those_of_numpy() {
        // np.random.default_rng(seed): 10,000 of random(), and of integers(0, last, endpoint=True, dtype=np.uint64).
        for (seed, digests) in DIGESTS {
            let mut generator = Pcg64::seeded(seed);
            assert_eq!(digest(|| generator.float().to_bits()), digests[0], "{seed}");
            for (last, expected) in LASTS.into_iter().zip(&digests[1..]) {
                let mut generator = Pcg64::seeded(seed);
                assert_eq!(digest(|| generator.up_to(last)), *expected, "{seed} {last}");
            }
        }
    }

    #[test]
    fn states_are_taken_up() {
        let mut generator = Pcg64::seeded(5);
        for _ in 0..3 {
            let mut other = Pcg64::from_state(generator.state());
            assert_eq!(other, generator);
            assert_eq!(other.half_word(), generator.half_word());
        }
    }

    const LASTS: [u64; 5] = [999, 3_000_000_000, 0xffff_ffff, 1 << 40, u64::MAX];
    const DIGESTS: [(u64, [u64; 6]); 3] = [
        (
            0,
            [
                0x42c8_e000_c735_95cf,
                0x3d5e_ce11_4b6e_3f2e,
                0xe980_304e_570b_1cd2,
                0xd0ea_29ee_bdd8_d84b,
                0x7cf9_d41f_1a94_02c3,
                0xc592_232b_4b2c_e6d4,
            ],
        ),
        (
            42,
            [
                0x3319_d51a_6ab9_4383,
                0xbfd8_d58d_a3cd_79d2,
                0xd842_6be7_1f44_d9e2,
                0x2a04_d86b_c26b_2cbf,
                0x0511_ee2e_1e10_85f0,
                0x6cb5_3fed_a692_98ca,
            ],
        ),
        (
            1099511627781,
            [
                0x8c9f_a28e_f530_b0cb,
                0x3bb6_8b4a_f318_509a,
                0xde06_f507_a814_bb64,
                0x70e6_69a1_433b_9d36,
                0x1d6b_e1e8_bbf0_fc98,
                0xdbfe_ba58_6433_6b23,
            ],
        ),
    ];
}
