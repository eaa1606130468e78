//! The cache itself: opening a folder, looking entries up, storing them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::NamedTempFile;

use crate::entry::{self, EntryName, MAX_PAYLOAD_BYTES, file_bytes};
use crate::error::{CacheError, Damage};
use crate::folder;
use crate::key::Key;
use crate::kind::EntryKind;
use crate::ledger;

/// How much disk a cache may take unless told otherwise: 1 GiB.
pub const DEFAULT_LIMIT_BYTES: u64 = 1 << 30;

/// What a file is called while it is being written.
pub(crate) const TEMPORARY_PREFIX: &str = ".new-";

/// Where a cache lives and how large it may grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// The folder. It is made, closed to other users, when it does not exist. No default: see
    /// [`default_folder`](crate::default_folder) for the usual place.
    pub folder: PathBuf,
    /// How much disk the entries may take, counted in whole blocks of 4 KiB. Default: 1 GiB. A lower limit suits
    /// small disks and test machines; above it the entries that were not used for longest go first.
    pub limit_bytes: u64,
}

impl CacheConfig {
    /// A cache in this folder, with the default limit.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), limit_bytes: DEFAULT_LIMIT_BYTES }
    }

    /// The same with another limit.
    #[must_use]
    pub fn with_limit_bytes(self, limit_bytes: u64) -> Self {
        Self { limit_bytes, ..self }
    }
}

/// The answer to [`Cache::get`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Lookup {
    /// The bytes exactly as they were stored.
    Hit(Vec<u8>),
    /// There is no such entry.
    Miss,
    /// There is something in its place that must not be used. Storing the entry anew replaces it.
    Damaged(Damage),
}

/// What this handle was asked so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
    pub(crate) damaged: AtomicU64,
    pub(crate) stored: AtomicU64,
}

/// Keyed bytes in one folder.
///
/// All methods take `&self`; one handle serves any number of threads, and any number of handles and processes may
/// share a folder.
#[derive(Debug)]
pub struct Cache {
    pub(crate) folder: PathBuf,
    pub(crate) limit_bytes: u64,
    pub(crate) counters: Counters,
}

impl Cache {
    /// Opens the cache, making its folder when it is missing.
    ///
    /// # Errors
    /// The folder cannot be made, belongs to another user, or is open to other users.
    pub fn open(config: CacheConfig) -> Result<Self, CacheError> {
        let folder = folder::prepare(&config.folder)?;
        Ok(Self { folder, limit_bytes: config.limit_bytes, counters: Counters::default() })
    }

    /// The folder, as an absolute path without links.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How much disk the entries may take.
    #[must_use]
    pub fn limit_bytes(&self) -> u64 {
        self.limit_bytes
    }

    /// Looks an entry up. One open, one look at the file's owner, two reads.
    pub fn get(&self, kind: EntryKind, key: &Key) -> Lookup {
        let name = EntryName { kind, key: *key };
        let lookup = entry::read(&self.path(&name), &name);
        let counter = match &lookup {
            Lookup::Hit(_) => &self.counters.hits,
            Lookup::Miss => &self.counters.misses,
            Lookup::Damaged(_) => &self.counters.damaged,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        lookup
    }

    /// Looks an entry up without using it: its age stays, and nothing is counted. For whoever shows what the cache holds.
    pub fn peek(&self, kind: EntryKind, key: &Key) -> Lookup {
        let name = EntryName { kind, key: *key };
        entry::peek(&self.path(&name), &name)
    }

    /// Stores an entry, in place of what had its name before, and evicts others when the limit is near.
    ///
    /// # Errors
    /// The disk is full, the folder is read-only or gone, or the bytes are too many for the limit. The cache is then
    /// as it was before.
    pub fn put(&self, kind: EntryKind, key: &Key, payload: &[u8]) -> Result<(), CacheError> {
        self.check_length(payload.len() as u64)?;
        let name = EntryName { kind, key: *key };
        let path = self.path(&name);
        let file = self.temporary_file()?;
        entry::write(file.as_file(), &name, payload).map_err(CacheError::io("write", file.path()))?;
        replace(file, &path)?;
        self.counters.stored.fetch_add(1, Ordering::Relaxed);
        self.keep_below_limit(file_bytes(payload.len() as u64));
        Ok(())
    }

    /// The file that holds an entry, or would: for messages.
    #[must_use]
    pub fn entry_path(&self, kind: EntryKind, key: &Key) -> PathBuf {
        self.path(&EntryName { kind, key: *key })
    }

    pub(crate) fn path(&self, name: &EntryName) -> PathBuf {
        self.folder.join(name.file_name())
    }

    fn check_length(&self, length_bytes: u64) -> Result<(), CacheError> {
        let too_large_for_disk = ledger::disk_bytes(file_bytes(length_bytes)) > self.eviction_target();
        if length_bytes > MAX_PAYLOAD_BYTES || too_large_for_disk {
            let limit_bytes = MAX_PAYLOAD_BYTES.min(largest_payload(self.eviction_target()));
            return Err(CacheError::TooLarge { length_bytes, limit_bytes });
        }
        Ok(())
    }

    /// A file of mode 0600 in the same folder, removed again unless it is renamed.
    fn temporary_file(&self) -> Result<NamedTempFile, CacheError> {
        tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .tempfile_in(&self.folder)
            .map_err(CacheError::io("create a file in", &self.folder))
    }

    /// Notes what was written, and evicts when that may have been enough to pass the limit.
    fn keep_below_limit(&self, written_bytes: u64) {
        let slack = self.limit_bytes - self.eviction_target();
        if ledger::note(&self.folder, written_bytes).is_none_or(|noted| noted >= slack) {
            // A folder that cannot be listed or cleaned must not fail a write that succeeded.
            let _ = self.evict();
        }
    }
}

/// The longest payload whose file takes no more disk than this.
fn largest_payload(disk_bytes: u64) -> u64 {
    (disk_bytes / ledger::BLOCK_BYTES * ledger::BLOCK_BYTES).saturating_sub(file_bytes(0))
}

/// Renames the file to the entry's name. An empty folder that stands there is removed first; nobody can have had a
/// use for it. Nothing is flushed: after a power cut an entry may be damaged, and is then made anew.
fn replace(file: NamedTempFile, path: &Path) -> Result<(), CacheError> {
    let file = match file.persist(path) {
        Err(failure) if failure.error.kind() == io::ErrorKind::IsADirectory => failure.file,
        outcome => return outcome.map(drop).map_err(|failure| CacheError::io("write", path)(failure.error)),
    };
    std::fs::remove_dir(path).map_err(CacheError::io("replace", path))?;
    file.persist(path).map(drop).map_err(|failure| CacheError::io("write", path)(failure.error))
}
