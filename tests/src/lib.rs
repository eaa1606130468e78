//! What the test programs under `tests/` share: asking CPython, and comparing answers.
//!
//! This crate knows nothing about how a stage works. It reads what `tests/oracle/run.py` wrote ([`oracle`]) and says
//! where two answers differ ([`answer`]); the harnesses in `tests/harness/` bring in the driver.
//!
//! ```
//! use hotloop_tests::answer::{Answer, Difference, Value, Within};
//!
//! let expected = Answer::Value(Value::scalar("float64", 0.5_f64.to_le_bytes()));
//! let same = Answer::Value(Value::scalar("float64", 0.5_f64.to_le_bytes()));
//! let other = Answer::Value(Value::scalar("float64", 0.25_f64.to_le_bytes()));
//! assert_eq!(expected.compare(&same, None), Ok(()));
//! assert!(matches!(expected.compare(&other, None), Err(Difference { .. })));
//! assert_eq!(expected.compare(&other, Some(Within::Absolute(0.25))), Ok(()));
//! ```

pub mod answer;
pub mod oracle;
