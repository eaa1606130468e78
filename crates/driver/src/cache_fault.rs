//! What went wrong with the cache on disk. Nothing is lost by it but time: the function is compiled in memory. So a fault is no failure of a call; it is
//! kept until whoever holds the engine asks, and of each kind only the first is.

use hotloop_cache::CacheError;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Why the cache did not do its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum CacheFault {
    /// The folder cannot be used, or does not take what is compiled.
    NotKept(CacheError),
    /// An entry was there and could not be used.
    Damaged {
        /// Its file.
        entry: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Arrays of the module that are constants of a function are too large to be kept.
    LargeArrays {
        /// The function's name.
        function: String,
    },
}

impl fmt::Display for CacheFault {
    /// One line: what, why, and what was done about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKept(error) => {
                write!(f, "nothing is kept in the cache: {error}; functions are compiled in memory")
            }
            Self::Damaged { entry, reason } => write!(
                f,
                "the cache entry {} is damaged and was not used: {reason}; it is made anew from the source",
                entry.display()
            ),
            Self::LargeArrays { function } => write!(
                f,
                "`{function}` is not kept in the cache: the arrays of its module that it uses have more than 1 MiB; pass them as arguments"
            ),
        }
    }
}

/// The faults of one cache: the first of each kind, until it is taken.
#[derive(Debug, Default)]
pub(crate) struct CacheFaults(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    waiting: Vec<CacheFault>,
    not_kept: bool,
    damaged: bool,
    large_arrays: bool,
}

impl CacheFaults {
    /// Keeps a fault, unless one of its kind came before.
    pub(crate) fn note(&self, fault: CacheFault) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = match fault {
            CacheFault::NotKept(_) => std::mem::replace(&mut noted.not_kept, true),
            CacheFault::Damaged { .. } => std::mem::replace(&mut noted.damaged, true),
            CacheFault::LargeArrays { .. } => std::mem::replace(&mut noted.large_arrays, true),
        };
        if !is_known {
            noted.waiting.push(fault);
        }
    }

    /// The next fault that nobody has been told of.
    pub(crate) fn take(&self) -> Option<CacheFault> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!noted.waiting.is_empty()).then(|| noted.waiting.remove(0))
    }
}
