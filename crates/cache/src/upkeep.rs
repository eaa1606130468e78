//! Looking after the folder: listing, verifying, evicting, clearing.
//!
//! All of it works beside readers and writers of other processes, so a file may vanish or appear at any moment: what
//! is gone when it is looked at was never there. Only files that bear an entry's name, the ledger, and temporary
//! files are ever removed; anything else in the folder is left alone.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::entry::{self, EntryName};
use crate::error::{CacheError, Damage};
use crate::key::Key;
use crate::kind::EntryKind;
use crate::ledger;
use crate::store::{Cache, TEMPORARY_PREFIX};

/// A temporary file older than this has no writer any more: writing one takes milliseconds.
const ABANDONED_AGE: Duration = Duration::from_secs(600);

/// One entry as its file's name and status tell it, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What sort of bytes.
    pub kind: EntryKind,
    /// Under which key.
    pub key: Key,
    /// What its file takes on disk, in whole blocks of 4 KiB.
    pub disk_bytes: u64,
    /// When it was last written or used, to the hour.
    pub last_used: SystemTime,
    /// Its file.
    pub path: PathBuf,
}

/// An entry that [`Cache::verify`] found unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedEntry {
    /// What sort of bytes it should hold.
    pub kind: EntryKind,
    /// The key it should have.
    pub key: Key,
    /// Its file, or whatever stands in its place.
    pub path: PathBuf,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What [`Cache::verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many entries are whole.
    pub intact: u64,
    /// The others, by path.
    pub damaged: Vec<DamagedEntry>,
    /// How many abandoned temporary files were removed.
    pub swept: u64,
}

/// What [`Cache::evict`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evicted {
    /// How many entries.
    pub entries: u64,
    /// How much disk they took.
    pub disk_bytes: u64,
    /// How many abandoned temporary files were removed besides.
    pub swept: u64,
}

/// What [`Cache::clear`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// How many entries.
    pub entries: u64,
    /// How much disk they took.
    pub disk_bytes: u64,
}

/// What is in the folder, and what this handle was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many entries there are.
    pub entries: u64,
    /// How much disk they take, in whole blocks of 4 KiB.
    pub disk_bytes: u64,
    /// How much they may take.
    pub limit_bytes: u64,
    /// How often [`Cache::get`] answered with a hit.
    pub hits: u64,
    /// How often there was no such entry.
    pub misses: u64,
    /// How often an entry was damaged.
    pub damaged: u64,
    /// How many entries were stored.
    pub stored: u64,
}

impl Cache {
    /// All entries, most recently used first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, CacheError> {
        let mut entries = Vec::new();
        self.visit(|path, file_name, metadata| {
            if let Some(name) = EntryName::parse(file_name)
                && metadata.is_file()
            {
                entries.push(describe(name, path, metadata));
            }
        })?;
        entries.sort_by(|a, b| (Reverse(a.last_used), &a.path).cmp(&(Reverse(b.last_used), &b.path)));
        Ok(entries)
    }

    /// What is in the folder, and what this handle was asked so far.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn stats(&self) -> Result<Stats, CacheError> {
        let entries = self.list()?;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ok(Stats {
            entries: entries.len() as u64,
            disk_bytes: total_bytes(&entries),
            limit_bytes: self.limit_bytes,
            hits: count(&self.counters.hits),
            misses: count(&self.counters.misses),
            damaged: count(&self.counters.damaged),
            stored: count(&self.counters.stored),
        })
    }

    /// Reads every entry and reports the damaged ones, which stay where they are: a lookup refuses them anyway, and
    /// storing them anew replaces them. Abandoned temporary files are removed.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn verify(&self) -> Result<Verified, CacheError> {
        let mut verified = Verified { swept: self.sweep()?, ..Verified::default() };
        for (name, path) in self.names()? {
            match entry::check(&path, &name) {
                Some(Ok(())) => verified.intact += 1,
                Some(Err(damage)) => {
                    verified.damaged.push(DamagedEntry { kind: name.kind, key: name.key, path, damage });
                }
                None => {}
            }
        }
        verified.damaged.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(verified)
    }

    /// Removes the entries that were not used for longest until seven eighths of the limit are not exceeded.
    /// [`Cache::put`] calls this when it is time; a program need not.
    ///
    /// # Errors
    /// The folder cannot be read, or an entry cannot be removed.
    pub fn evict(&self) -> Result<Evicted, CacheError> {
        // Before listing: what others write from now on counts for the next time.
        ledger::reset(&self.folder);
        let mut evicted = Evicted { swept: self.sweep()?, ..Evicted::default() };
        let mut entries = self.list()?;
        let mut remaining_bytes = total_bytes(&entries);
        while remaining_bytes > self.eviction_target()
            && let Some(oldest) = entries.pop()
        {
            remove(&oldest.path)?;
            remaining_bytes -= oldest.disk_bytes;
            evicted.entries += 1;
            evicted.disk_bytes += oldest.disk_bytes;
        }
        Ok(evicted)
    }

    /// Removes all entries and temporary files. The folder stays.
    ///
    /// # Errors
    /// The folder cannot be read, or an entry cannot be removed.
    pub fn clear(&self) -> Result<Cleared, CacheError> {
        let mut cleared = Cleared::default();
        let mut doomed = Vec::new();
        self.visit(|path, file_name, metadata| {
            if EntryName::parse(file_name).is_some() {
                cleared.entries += 1;
                cleared.disk_bytes += ledger::disk_bytes(metadata.len());
                doomed.push((path, metadata.is_dir()));
            } else if is_temporary(file_name) {
                doomed.push((path, metadata.is_dir()));
            }
        })?;
        for (path, is_folder) in doomed {
            if is_folder { remove_folder(&path)? } else { remove(&path)? }
        }
        ledger::reset(&self.folder);
        Ok(cleared)
    }

    /// What eviction aims at: an eighth below the limit, so that the folder need not be looked at for every write.
    pub(crate) fn eviction_target(&self) -> u64 {
        self.limit_bytes - self.limit_bytes / 8
    }

    /// Removes abandoned temporary files, and says how many.
    fn sweep(&self) -> Result<u64, CacheError> {
        let mut abandoned = Vec::new();
        self.visit(|path, file_name, metadata| {
            if is_temporary(file_name) && metadata.is_file() && is_abandoned(metadata) {
                abandoned.push(path);
            }
        })?;
        abandoned.iter().try_for_each(|path| remove(path))?;
        Ok(abandoned.len() as u64)
    }

    /// Everything that bears an entry's name, whatever it is.
    fn names(&self) -> Result<Vec<(EntryName, PathBuf)>, CacheError> {
        let mut names = Vec::new();
        self.visit(|path, file_name, _| names.extend(EntryName::parse(file_name).map(|name| (name, path))))?;
        Ok(names)
    }

    /// Shows each file of the folder with its status; links are not followed.
    fn visit(&self, mut show: impl FnMut(PathBuf, &OsStr, &Metadata)) -> Result<(), CacheError> {
        let unreadable = || CacheError::io("read", &self.folder);
        for entry in fs::read_dir(&self.folder).map_err(unreadable())? {
            let entry = entry.map_err(unreadable())?;
            match entry.metadata() {
                Ok(metadata) => show(entry.path(), &entry.file_name(), &metadata),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(CacheError::io("look at", &entry.path())(error)),
            }
        }
        Ok(())
    }
}

fn describe(name: EntryName, path: PathBuf, metadata: &Metadata) -> Entry {
    Entry {
        kind: name.kind,
        key: name.key,
        disk_bytes: ledger::disk_bytes(metadata.len()),
        last_used: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        path,
    }
}

fn total_bytes(entries: &[Entry]) -> u64 {
    entries.iter().map(|entry| entry.disk_bytes).fold(0, u64::saturating_add)
}

fn is_temporary(file_name: &OsStr) -> bool {
    file_name.as_encoded_bytes().starts_with(TEMPORARY_PREFIX.as_bytes())
}

fn is_abandoned(metadata: &Metadata) -> bool {
    let age = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    age.is_some_and(|age| age > ABANDONED_AGE)
}

fn remove(path: &Path) -> Result<(), CacheError> {
    ignore_missing(fs::remove_file(path)).map_err(CacheError::io("remove", path))
}

/// Removes an empty folder that bears an entry's name; a full one is somebody's, and an error.
fn remove_folder(path: &Path) -> Result<(), CacheError> {
    ignore_missing(fs::remove_dir(path)).map_err(CacheError::io("remove", path))
}

fn ignore_missing(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}
