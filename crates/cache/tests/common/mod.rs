//! A cache in a scratch folder, shared by the tests of this crate.
#![allow(dead_code)] // Each test binary uses a part of it.

use std::path::{Path, PathBuf};

use hotloop_cache::{Cache, CacheConfig, EntryKind, Key, KeyBuilder, Lookup};
use tempfile::TempDir;

pub(crate) const CODE: EntryKind = EntryKind::new("code");
pub(crate) const MEMO: EntryKind = EntryKind::new("memo");

/// A key by number.
pub(crate) fn key(number: u64) -> Key {
    KeyBuilder::new("hotloop 2026 cache tests").number("number", number).finish()
}

/// A cache that is removed with its folder.
pub(crate) struct Scratch {
    pub(crate) cache: Cache,
    _scratch: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::with_limit(1 << 30)
    }

    pub(crate) fn with_limit(limit_bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = CacheConfig::new(folder.path().join("cache")).with_limit_bytes(limit_bytes);
        Self { cache: Cache::open(config).unwrap(), _scratch: folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.cache.folder()
    }

    pub(crate) fn get(&self, kind: EntryKind, number: u64) -> Lookup {
        self.cache.get(kind, &key(number))
    }

    /// Stores an entry that must be accepted, and says where it stands.
    pub(crate) fn store(&self, kind: EntryKind, number: u64, payload: &[u8]) -> PathBuf {
        self.cache.put(kind, &key(number), payload).unwrap();
        self.path(kind, number)
    }

    pub(crate) fn path(&self, kind: EntryKind, number: u64) -> PathBuf {
        self.folder().join(format!("{}.{kind}", key(number)))
    }

    /// How many files are left that were being written.
    pub(crate) fn temporary_files(&self) -> usize {
        let names = std::fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".new-")).count()
    }
}
