//! The Mersenne Twister, and integers and floats of its words as CPython and NumPy make them.

/// How many words the state has.
const WORDS: usize = 624;
/// How far the word lies away that is mixed into each.
const MIDDLE: usize = 397;
/// What is mixed in for an odd word.
const MATRIX: u32 = 0x9908_b0df;

/// A generator: its state, and the number that is left over where normal ones are drawn in pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    words: [u32; WORDS],
    /// The next word to be drawn.
    next: usize,
    pub(crate) left_over: Option<f64>,
}

impl Generator {
    /// As after `random.seed(n)`, where `magnitude` is `abs(n)`.
    pub fn seeded(magnitude: u64) -> Self {
        let (low, high) = (magnitude as u32, (magnitude >> 32) as u32);
        if high == 0 { Self::of_key(&[low]) } else { Self::of_key(&[low, high]) }
    }

    /// As after `numpy.random.seed(n)`: a state that one word gives.
    pub fn of_word(seed: u32) -> Self {
        Self { words: first_words(seed), next: WORDS, left_over: None }
    }

    /// With a state that all words of a key have a part in. The key is not empty.
    ///
    /// # Panics
    /// Panics when it is.
    pub fn of_key(key: &[u32]) -> Self {
        assert!(!key.is_empty(), "a key has words");
        let mut words = first_words(19_650_218);
        let mut at = 1;
        let step = |words: &mut [u32; WORDS], at: &mut usize, factor: u32, change: &dyn Fn(u32) -> u32| {
            let before = words[*at - 1];
            let mixed = words[*at] ^ (before ^ before >> 30).wrapping_mul(factor);
            words[*at] = change(mixed);
            *at += 1;
            if *at == WORDS {
                words[0] = words[WORDS - 1];
                *at = 1;
            }
        };
        for round in 0..WORDS.max(key.len()) {
            let position = round % key.len();
            let addend = key[position].wrapping_add(position as u32);
            step(&mut words, &mut at, 1_664_525, &|word| word.wrapping_add(addend));
        }
        for _ in 1..WORDS {
            let position = at as u32;
            step(&mut words, &mut at, 1_566_083_941, &|word| word.wrapping_sub(position));
        }
        words[0] = 0x8000_0000;
        Self { words, next: WORDS, left_over: None }
    }

    /// The next 32 bits.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.next == WORDS {
            self.renew();
        }
        let mut word = self.words[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// Computes the next words of the state out of the last ones.
    fn renew(&mut self) {
        for at in 0..WORDS {
            let joined = self.words[at] & 0x8000_0000 | self.words[(at + 1) % WORDS] & 0x7fff_ffff;
            let odd = if joined & 1 == 1 { MATRIX } else { 0 };
            self.words[at] = self.words[(at + MIDDLE) % WORDS] ^ joined >> 1 ^ odd;
        }
        self.next = 0;
    }

    /// `random.random()`: 53 bits, at least 0 and less than 1.
    #[inline]
    pub fn float(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `random.getrandbits(count)`, of at most 64 bits.
    ///
    /// # Panics
    /// Panics when more are asked for.
    pub fn bits(&mut self, count: u32) -> u64 {
        match count {
            0 => 0,
            1..=32 => u64::from(self.word() >> (32 - count)),
            33..=64 => {
                let low = self.word();
                u64::from(low) | u64::from(self.word() >> (64 - count)) << 32
            }
            _ => panic!("{count} bits do not fit a word"),
        }
    }

    /// An integer below a limit as NumPy's `RandomState` draws it: bits up to the highest of the largest integer, until they do not exceed
    /// that. A limit of 0 stands for 2^64; below 1 there is nothing to draw.
    pub fn masked_below(&mut self, limit: u64) -> u64 {
        let last = limit.wrapping_sub(1);
        if last == 0 {
            return 0;
        }
        let mask = u64::MAX >> last.leading_zeros();
        loop {
            let mut drawn = u64::from(self.word());
            if last > u64::from(u32::MAX) {
                drawn = drawn << 32 | u64::from(self.word());
            }
            if drawn & mask <= last {
                return drawn & mask;
            }
        }
    }

    /// An integer below a limit, each with the same probability; a limit of 0 stands for 2^64.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 {
            // As of 65 bits, of which the highest must not be set.
            loop {
                let low = self.bits(64);
                if self.bits(1) == 0 {
                    return low;
                }
            }
        }
        let count = u64::BITS - limit.leading_zeros();
        loop {
            let drawn = self.bits(count);
            if drawn < limit {
                return drawn;
            }
        }
    }
}

/// The state that a number gives.
fn first_words(seed: u32) -> [u32; WORDS] {
    let mut words = [seed; WORDS];
    for at in 1..WORDS {
        let before = words[at - 1];
        words[at] = (before ^ before >> 30).wrapping_mul(1_812_433_253).wrapping_add(at as u32);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_were_published() {
        // The first outputs of the authors' reference implementation for this key.
        let mut generator = Generator::of_key(&[0x123, 0x234, 0x345, 0x456]);
        let words: Vec<u32> = (0..5).map(|_| generator.word()).collect();
        assert_eq!(words, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }

    #[test]
    fn integers_are_below_their_limit() {
        let mut generator = Generator::seeded(1 << 40 | 7);
        for limit in [1, 2, 3, 1 << 31, 1 << 32, (1 << 32) + 1, u64::MAX] {
            assert!((0..50).all(|_| generator.below(limit) < limit));
        }
        assert_eq!(generator.bits(0), 0);
        assert!((0..50).any(|_| generator.below(0) > u64::MAX / 2));
    }
}
