//! How much was written since the last eviction, over all processes, without a lock.
//!
//! Adding up the sizes of all entries at every write would make writing slower as the cache fills. So each write
//! appends one byte for each disk block of its entry to a file, the ledger, and only when the ledger's *length* says
//! that an eighth of the limit was written does somebody look at the folder, evict down to seven eighths, and empty
//! the ledger. Appending is atomic enough: a lost or doubled byte moves the next look, nothing else. A ledger that
//! cannot be written counts as full, so that the limit holds all the same.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// The ledger's file name: no entry's name has two dots or starts with one.
pub(crate) const FILE_NAME: &str = ".written";

/// What the smallest file takes on most disks.
pub(crate) const BLOCK_BYTES: u64 = 4096;

/// What a file of this length takes on disk.
pub(crate) const fn disk_bytes(file_bytes: u64) -> u64 {
    match file_bytes.checked_next_multiple_of(BLOCK_BYTES) {
        Some(bytes) => bytes,
        None => u64::MAX,
    }
}

/// Notes that a file of this length was written, and returns how many bytes of disk were noted since the last
/// [`reset`], or `None` when the ledger cannot be used.
pub(crate) fn note(folder: &Path, file_bytes: u64) -> Option<u64> {
    let mut ledger = open(folder)?;
    let blocks = usize::try_from(disk_bytes(file_bytes) / BLOCK_BYTES).ok()?;
    ledger.write_all(&vec![b'.'; blocks]).ok()?;
    let metadata = ledger.metadata().ok().filter(std::fs::Metadata::is_file)?;
    metadata.len().checked_mul(BLOCK_BYTES)
}

/// Starts counting anew.
pub(crate) fn reset(folder: &Path) {
    if let Some(ledger) = open(folder) {
        let _ = ledger.set_len(0);
    }
}

fn open(folder: &Path) -> Option<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600).custom_flags(flags.cast_signed());
    options.open(folder.join(FILE_NAME)).ok()
}
