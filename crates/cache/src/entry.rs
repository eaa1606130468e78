//! One entry as a file: its layout, its name, and reading it without trusting it.
//!
//! ```text
//! offset  bytes  field
//!      0      8  magic, not valid UTF-8 so that no text file starts with it
//!      8      4  format version, little endian like all numbers here
//!     12      8  kind, padded with zero bytes
//!     20      8  length of the payload
//!     28     32  key
//!     60      n  payload
//!   60+n     32  BLAKE3 of everything before
//! ```
//!
//! Nothing may follow. A reader checks the file's type, owner and mode, then its length against the header, then
//! the checksum, and only then looks at what the entry says about itself.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::Damage;
use crate::folder::current_user;
use crate::key::Key;
use crate::kind::EntryKind;
use crate::store::Lookup;

const MAGIC: [u8; 8] = *b"\x89HOTLOOP";
const FORMAT_VERSION: u32 = 1;
const HEADER_BYTES: usize = 60;
const CHECKSUM_BYTES: usize = blake3::OUT_LEN;

/// The most an entry can hold, whatever the cache's limit: what a damaged header may make us allocate.
pub(crate) const MAX_PAYLOAD_BYTES: u64 = 1 << 30;

const WRITABLE_BY_OTHERS_MASK: u32 = 0o022;

/// A hit renews an entry's age, but not more often than this: a write for every read would cost more than the read.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(3600);

/// How long the file of a payload of this length is.
pub(crate) const fn file_bytes(payload_bytes: u64) -> u64 {
    payload_bytes.saturating_add((HEADER_BYTES + CHECKSUM_BYTES) as u64)
}

/// Which entry a file holds, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntryName {
    pub(crate) kind: EntryKind,
    pub(crate) key: Key,
}

impl EntryName {
    /// `<64 hexadecimal digits>.<kind>`.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.{}", self.key, self.kind)
    }

    /// The entry a file of this name would hold, or nothing when the name is not one of ours.
    pub(crate) fn parse(file_name: &OsStr) -> Option<Self> {
        let (key, kind) = file_name.to_str()?.split_once('.')?;
        Some(Self { key: key.parse().ok()?, kind: EntryKind::parse(kind)? })
    }

    fn header(&self, payload_bytes: u64) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        header[12..20].copy_from_slice(&self.kind.padded());
        header[20..28].copy_from_slice(&payload_bytes.to_le_bytes());
        header[28..60].copy_from_slice(self.key.as_bytes());
        header
    }
}

/// Writes an entry with this payload.
pub(crate) fn write(mut file: &File, name: &EntryName, payload: &[u8]) -> io::Result<()> {
    let header = name.header(payload.len() as u64);
    let checksum = blake3::Hasher::new().update(&header).update(payload).finalize();
    // One write call: entries are small, and a system call costs more than the copy.
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len() + CHECKSUM_BYTES);
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(checksum.as_bytes());
    file.write_all(&bytes)
}

/// Reads the entry of this name and renews its age.
pub(crate) fn read(path: &Path, name: &EntryName) -> Lookup {
    read_then(path, name, renew)
}

/// Reads the entry of this name as if nobody had.
pub(crate) fn peek(path: &Path, name: &EntryName) -> Lookup {
    read_then(path, name, |_, _| {})
}

fn read_then(path: &Path, name: &EntryName, then: fn(&File, &Metadata)) -> Lookup {
    let found = match open(path) {
        Ok(Some(file)) => read_open(&file, name, then),
        Ok(None) => return Lookup::Miss,
        Err(damage) => Err(damage),
    };
    found.map_or_else(Lookup::Damaged, Lookup::Hit)
}

/// Whether the entry could be handed out now; `None` when it is gone. Its age is renewed as by any reader, so that
/// what was just read with success is not what goes next.
pub(crate) fn check(path: &Path, name: &EntryName) -> Option<Result<(), Damage>> {
    match read(path, name) {
        Lookup::Hit(_) => Some(Ok(())),
        Lookup::Miss => None,
        Lookup::Damaged(damage) => Some(Err(damage)),
    }
}

/// Opens the file without following a link at its name and without waiting for the other end of a pipe.
fn open(path: &Path) -> Result<Option<File>, Damage> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => Ok(Some(File::from(descriptor))),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP | Errno::MLINK) => Err(Damage::SymbolicLink),
        Err(errno) => Err(unreadable(errno.into())),
    }
}

fn unreadable(error: io::Error) -> Damage {
    Damage::Unreadable(error.kind())
}

fn read_open(file: &File, name: &EntryName, then: fn(&File, &Metadata)) -> Result<Vec<u8>, Damage> {
    let metadata = file.metadata().map_err(unreadable)?;
    check_file(&metadata)?;
    let header = read_header(file)?;
    let payload_bytes = payload_length(&header)?;
    if metadata.len() != file_bytes(payload_bytes) || payload_bytes > MAX_PAYLOAD_BYTES {
        return Err(Damage::WrongLength);
    }
    let payload = read_payload(file, &header, payload_bytes)?;
    if header != name.header(payload_bytes) {
        return Err(Damage::OtherEntry);
    }
    then(file, &metadata);
    Ok(payload)
}

/// Whether the file is one that only we can have written.
fn check_file(metadata: &Metadata) -> Result<(), Damage> {
    if !metadata.is_file() {
        return Err(Damage::NotAFile);
    }
    if metadata.uid() != current_user() {
        return Err(Damage::OtherOwner);
    }
    if metadata.mode() & WRITABLE_BY_OTHERS_MASK != 0 {
        return Err(Damage::WritableByOthers);
    }
    Ok(())
}

fn read_header(mut file: &File) -> Result<[u8; HEADER_BYTES], Damage> {
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header).map_err(cut_or_unreadable)?;
    Ok(header)
}

/// The length of the payload, if the header is one of this format.
fn payload_length(header: &[u8; HEADER_BYTES]) -> Result<u64, Damage> {
    if header[..8] != MAGIC {
        return Err(Damage::NotAnEntry);
    }
    let version = u32::from_le_bytes(header[8..12].try_into().expect("four bytes"));
    if version != FORMAT_VERSION {
        return Err(Damage::OtherFormat { version });
    }
    Ok(u64::from_le_bytes(header[20..28].try_into().expect("eight bytes")))
}

/// The payload, if the checksum behind it fits.
fn read_payload(mut file: &File, header: &[u8], payload_bytes: u64) -> Result<Vec<u8>, Damage> {
    let length = usize::try_from(payload_bytes).map_err(|_| Damage::WrongLength)?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length + CHECKSUM_BYTES)
        .map_err(|_| Damage::Unreadable(io::ErrorKind::OutOfMemory))?;
    bytes.resize(length + CHECKSUM_BYTES, 0);
    file.read_exact(&mut bytes).map_err(cut_or_unreadable)?;
    let (payload, stored) = bytes.split_at(length);
    // Compared in constant time by `blake3::Hash`, which costs nothing here.
    let computed = blake3::Hasher::new().update(header).update(payload).finalize();
    if computed != *stored {
        return Err(Damage::WrongChecksum);
    }
    bytes.truncate(length);
    Ok(bytes)
}

fn cut_or_unreadable(error: io::Error) -> Damage {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Damage::WrongLength,
        _ => unreadable(error),
    }
}

/// Marks the entry as used now. A failure (a read-only disk) only makes it look older than it is.
fn renew(file: &File, metadata: &Metadata) {
    let Ok(modified) = metadata.modified() else { return };
    let now = SystemTime::now();
    // A date in the future, from a clock that was wrong, is put right in the same way.
    let age = now.duration_since(modified).unwrap_or_else(|skew| skew.duration());
    if age >= RENEWAL_INTERVAL {
        let _ = file.set_modified(now);
    }
}
