//! Everything that can go wrong: with the folder ([`CacheError`]) and with a single entry ([`Damage`]).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The cache could not do what was asked. Nothing is lost but time: the caller makes its bytes anew.
#[derive(Debug)]
#[non_exhaustive]
pub enum CacheError {
    /// The folder must not be used.
    Folder {
        /// The folder as it was given, or where its links lead to.
        folder: PathBuf,
        /// What is wrong with it.
        fault: FolderFault,
    },
    /// The operating system refused: full disk, read-only or removed folder, missing permission.
    Io {
        /// What was being done, such as "write".
        action: &'static str,
        /// The file or folder it was done to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are too many for the cache's limit, so they were not kept.
    TooLarge {
        /// How many bytes were to be kept.
        length_bytes: u64,
        /// How many would have been accepted.
        limit_bytes: u64,
    },
}

/// Why a folder must not be used as a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FolderFault {
    /// The path is empty.
    EmptyPath,
    /// Something else than a folder has that name.
    NotAFolder,
    /// It belongs to another user, who could plant entries.
    OtherOwner {
        /// The owner's numeric id.
        owner: u32,
        /// Our own.
        user: u32,
    },
    /// Other users may look into it or write to it.
    OpenToOthers {
        /// Its permission bits.
        mode: u32,
    },
}

/// Why an entry's file is not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// A symbolic link stands in place of the file.
    SymbolicLink,
    /// A folder, a pipe or a device stands in place of the file.
    NotAFile,
    /// The file belongs to another user.
    OtherOwner,
    /// Other users may write to the file.
    WritableByOthers,
    /// The file could not be opened or read.
    Unreadable(io::ErrorKind),
    /// The length differs from what the header says, or there is no whole header.
    WrongLength,
    /// The file does not start like an entry.
    NotAnEntry,
    /// Another version of this crate wrote it, in another format.
    OtherFormat {
        /// The version found in the header.
        version: u32,
    },
    /// The bytes are not the ones that were written.
    WrongChecksum,
    /// The entry is whole, but belongs to another key or kind: its file was renamed.
    OtherEntry,
}

impl CacheError {
    /// For `map_err` on input and output.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { folder, fault } => display_fault(f, folder, *fault),
            Self::Io { action, path, source } => write!(f, "cannot {action} {}: {source}", path.display()),
            Self::TooLarge { length_bytes, limit_bytes } => {
                write!(f, "{length_bytes} bytes are too many for a cache entry, the limit is {limit_bytes}")
            }
        }
    }
}

fn display_fault(f: &mut fmt::Formatter<'_>, folder: &Path, fault: FolderFault) -> fmt::Result {
    let name = folder.display();
    match fault {
        FolderFault::EmptyPath => write!(f, "the path of the cache folder is empty"),
        FolderFault::NotAFolder => write!(f, "{name} is not a folder and cannot hold the cache"),
        FolderFault::OtherOwner { owner, user } => {
            write!(f, "the cache folder {name} belongs to user {owner}, not to us ({user})")
        }
        FolderFault::OpenToOthers { mode } => write!(
            f,
            "the cache folder {name} is open to other users (mode {mode:04o}); make it private with `chmod 700 {name}`"
        ),
    }
}

impl std::error::Error for CacheError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Folder { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SymbolicLink => f.write_str("a symbolic link stands in its place"),
            Self::NotAFile => f.write_str("something that is not a file stands in its place"),
            Self::OtherOwner => f.write_str("the file belongs to another user"),
            Self::WritableByOthers => f.write_str("other users may write to the file"),
            Self::Unreadable(kind) => write!(f, "the file cannot be read: {kind}"),
            Self::WrongLength => f.write_str("the file is cut short or too long"),
            Self::NotAnEntry => f.write_str("the file does not start like a cache entry"),
            Self::OtherFormat { version } => write!(f, "the file has another format (version {version})"),
            Self::WrongChecksum => f.write_str("the checksum does not fit the contents"),
            Self::OtherEntry => f.write_str("the file holds another entry than its name says"),
        }
    }
}

impl std::error::Error for Damage {}
