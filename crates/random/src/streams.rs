//! The streams of random numbers that a thread has, each with a state of its own.

use crate::{Distribution, Generator};

/// Whose functions draw from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Those of Python's module `random`.
    Python,
    /// Those of `numpy.random`.
    Numpy,
}

impl Stream {
    /// The stream of that number.
    pub fn by_number(number: u64) -> Option<Self> {
        [Self::Python, Self::Numpy].into_iter().find(|stream| *stream as u64 == number)
    }
}

/// A generator for each stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Streams {
    python: Generator,
    numpy: Generator,
}

impl Streams {
    /// Each with a generator of its own.
    pub fn new(python: Generator, numpy: Generator) -> Self {
        Self { python, numpy }
    }

    /// The generator of a stream.
    #[inline]
    pub fn of(&mut self, stream: Stream) -> &mut Generator {
        match stream {
            Stream::Python => &mut self.python,
            Stream::Numpy => &mut self.numpy,
        }
    }

    /// An integer below a limit, by the stream's own method; 0 stands for 2^64.
    pub fn below(&mut self, stream: Stream, limit: u64) -> u64 {
        match stream {
            Stream::Python => self.python.below(limit),
            Stream::Numpy => self.numpy.masked_below(limit),
        }
    }

    /// The next number of a distribution.
    pub fn draw(&mut self, distribution: Distribution, parameters: [f64; 3]) -> f64 {
        distribution.draw(self.of(distribution.stream()), parameters)
    }

    /// Begins a stream anew: with `abs(n)` of the seed n, of which NumPy takes the low 32 bits.
    pub fn seed(&mut self, stream: Stream, magnitude: u64) {
        *self.of(stream) = match stream {
            Stream::Python => Generator::seeded(magnitude),
            Stream::Numpy => Generator::of_word(magnitude as u32),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(seed: u64) -> Streams {
        let mut streams = Streams::new(Generator::of_word(0), Generator::of_word(0));
        streams.seed(Stream::Numpy, seed);
        streams
    }

    /// What becomes of the bits of many numbers: each is added to what came before times a prime.
    fn digest(numbers: impl Iterator<Item = u64>) -> u64 {
        numbers.fold(0, |digest, number| digest.wrapping_mul(0x0000_0100_0000_01b3).wrapping_add(number))
    }

    #[test]
    fn draws_are_those_of_numpy() {
        // np.random.seed(42); np.random.rand(10_000).view(np.uint64), and so on, digested.
        let mut streams = seeded(42);
        assert_eq!(streams.of(Stream::Numpy).float(), 0.374_540_118_847_362_5);
        let mut streams = seeded(42);
        assert_eq!(digest((0..10_000).map(|_| streams.of(Stream::Numpy).float().to_bits())), DIGESTS[0]);
        let mut streams = seeded(42);
        let normal = |streams: &mut Streams| streams.draw(Distribution::Polar, [0.0; 3]).to_bits();
        assert_eq!(digest((0..10_000).map(|_| normal(&mut streams))), DIGESTS[1]);
        for (limit, expected) in
            [1000, 3_000_000_000, 1 << 32, (1 << 40) + 1, 0].into_iter().zip(&DIGESTS[2..])
        {
            let mut streams = seeded(42);
            assert_eq!(
                digest((0..10_000).map(|_| streams.below(Stream::Numpy, limit))),
                *expected,
                "{limit}"
            );
        }
    }

    #[test]
    fn streams_do_not_disturb_each_other() {
        let (mut alone, mut mixed) = (seeded(7), seeded(7));
        mixed.seed(Stream::Python, 1);
        for _ in 0..1000 {
            mixed.of(Stream::Python).float();
            assert_eq!(alone.below(Stream::Numpy, 10), mixed.below(Stream::Numpy, 10));
        }
        assert_eq!(Stream::by_number(Stream::Numpy as u64), Some(Stream::Numpy));
        assert_eq!(Stream::by_number(2), None);
    }

    const DIGESTS: [u64; 7] = [
        0xe2cd_82e7_c6be_2ff8,
        0x7fd3_67aa_3f61_2360,
        0x2443_572e_c6d2_80c8,
        0xb999_20e6_068a_c3ae,
        0x03f5_659e_3c54_0ad9,
        0xce35_d5a9_6aa3_d9d7,
        0xebe5_299d_52b3_2d36,
    ];
}
