//! Keyed bytes on disk: atomic, checksummed, bounded in size.
//!
//! This crate knows nothing about compilers, kernels or machine code. It keeps byte strings under a pair of
//! [`EntryKind`] and [`Key`], one self-describing file an entry, and gives them back whole or not at all: an entry
//! that was cut, flipped, planted by another user or replaced by something that is not a file is reported as
//! [`Lookup::Damaged`] and never handed out. What the bytes mean, and what has to enter a key, is the caller's affair.
//!
//! There are no locks. An entry is written to a temporary file and renamed into place, so readers, writers and
//! evictions of any number of processes may meet in one folder; the last writer wins and nobody sees half a file.
//! A full disk, a read-only or vanished folder are [`CacheError`] values: the caller then works without a cache.
//!
//! Do not use it for data that cannot be made again (any entry may be evicted, and nothing is flushed to the
//! platter), nor as a defence against somebody who runs as the same user: the checksum finds accidents, the folder's
//! mode and the files' owner keep other users out.
//!
//! ```
//! use hotloop_cache::{Cache, CacheConfig, EntryKind, KeyBuilder, Lookup};
//!
//! const GREETING: EntryKind = EntryKind::new("greeting");
//!
//! # let scratch = tempfile::tempdir().unwrap();
//! # let folder = scratch.path().join("cache");
//! let cache = Cache::open(CacheConfig::new(folder))?;
//!
//! let mut builder = KeyBuilder::new("example 2026 greetings");
//! builder.text("language", "en").number("revision", 3);
//! let key = builder.finish();
//!
//! assert_eq!(cache.get(GREETING, &key), Lookup::Miss);
//! cache.put(GREETING, &key, b"hello")?;
//! assert_eq!(cache.get(GREETING, &key), Lookup::Hit(b"hello".to_vec()));
//! # Ok::<(), hotloop_cache::CacheError>(())
//! ```

mod entry;
mod error;
mod folder;
mod key;
mod kind;
mod ledger;
mod store;
mod upkeep;

pub use error::{CacheError, Damage, FolderFault};
pub use folder::default_folder;
pub use key::{Key, KeyBuilder, ParseKeyError};
pub use kind::EntryKind;
pub use store::{Cache, CacheConfig, DEFAULT_LIMIT_BYTES, Lookup};
pub use upkeep::{Cleared, DamagedEntry, Entry, Evicted, Stats, Verified};
