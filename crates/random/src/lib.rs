//! Random numbers as CPython and NumPy draw them: the Mersenne Twister MT19937, and the distributions of the module `random` over it.
//!
//! This crate knows nothing about compilers, threads or the system: where a generator lives and what seeds it at first is for others to say.
//!
//! The generator is that of M. Matsumoto and T. Nishimura ("Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number generator",
//! 1998, with the initialisation of 2002); how numbers of distributions are made of it follows the formulas that CPython documents in `random.py`, in
//! their order of operations, so that the same seed gives the same bits. Logarithms and the like are the platform's, as they are CPython's.
//! What `numpy.random` draws after `seed` is the older `RandomState` of NumPy; most of its distributions are written in the prelude over these numbers.
//! [`Pcg64`] is the generator of NumPy's newer `default_rng`. Of it, and of any other that has [`Bits`], the [`Ziggurat`] makes normal and exponential
//! numbers; the prelude makes the other distributions of `numpy.random.Generator`.
//!
//! ```
//! use hotloop_random::{Distribution, Generator};
//!
//! // random.seed(42); random.random(); random.randrange(100); random.gauss(0.0, 1.0)
//! let mut generator = Generator::seeded(42);
//! assert_eq!(generator.float(), 0.6394267984578837);
//! assert_eq!(generator.below(100), 3);
//! assert_eq!(Distribution::Gauss.draw(&mut generator, [0.0, 1.0, 0.0]), -0.039773455257050304);
//! ```

mod bits;
mod distribution;
mod double_double;
mod generator;
mod pcg;
mod streams;
mod ziggurat;

pub use bits::Bits;
pub use distribution::Distribution;
pub use generator::Generator;
pub use pcg::Pcg64;
pub use streams::{Stream, Streams};
pub use ziggurat::Ziggurat;
