//! Where the cache lives, and the rules for a folder that may hold it.
//!
//! An entry is trusted because only we can have put it there. So the folder must belong to us and be closed to all
//! others; a folder that is not is refused with the way out in the message, never quietly changed.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{CacheError, FolderFault};

/// Group and others.
const OTHERS_MASK: u32 = 0o077;
const PERMISSIONS_MASK: u32 = 0o7777;

/// The folder to use unless the user names one.
///
/// `HOTLOOP_CACHE_DIR` if set, else `hotloop` below `XDG_CACHE_HOME`, else `.cache/hotloop` below `HOME`; `None`
/// when none of them is set, and the caller works without a cache. As the XDG rules ask, a relative
/// `XDG_CACHE_HOME` is ignored. The folder need not exist.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    folder_from(|name| std::env::var_os(name))
}

/// [`default_folder`] over any environment.
fn folder_from(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = path("HOTLOOP_CACHE_DIR") {
        return Some(folder);
    }
    let base = path("XDG_CACHE_HOME").filter(|base| base.is_absolute());
    let base = base.or_else(|| path("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("hotloop"))
}

/// The numeric id of the user whose rights we have.
pub(crate) fn current_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Makes the folder if it is missing, checks it, and returns its absolute path with all links followed, so that a
/// later change of the working folder or of a link does not lead elsewhere.
pub(crate) fn prepare(folder: &Path) -> Result<PathBuf, CacheError> {
    let refuse = |fault| CacheError::Folder { folder: folder.to_owned(), fault };
    if folder.as_os_str().is_empty() {
        return Err(refuse(FolderFault::EmptyPath));
    }
    create(folder)?;
    check_link(folder)?;
    let real = fs::canonicalize(folder).map_err(CacheError::io("find", folder))?;
    check(&real)?;
    Ok(real)
}

fn create(folder: &Path) -> Result<(), CacheError> {
    match DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        // Not a folder: told better by `check`.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map_err(CacheError::io("create", folder)),
    }
}

/// A link as the last part of the path must be one that we made, or the system's administrator.
fn check_link(folder: &Path) -> Result<(), CacheError> {
    let metadata = fs::symlink_metadata(folder).map_err(CacheError::io("look at", folder))?;
    let (owner, user) = (metadata.uid(), current_user());
    if metadata.is_symlink() && owner != user && owner != 0 {
        return Err(CacheError::Folder {
            folder: folder.to_owned(),
            fault: FolderFault::OtherOwner { owner, user },
        });
    }
    Ok(())
}

fn check(folder: &Path) -> Result<(), CacheError> {
    let metadata = fs::symlink_metadata(folder).map_err(CacheError::io("look at", folder))?;
    let (owner, user, mode) = (metadata.uid(), current_user(), metadata.mode() & PERMISSIONS_MASK);
    let fault = if !metadata.is_dir() {
        FolderFault::NotAFolder
    } else if owner != user {
        FolderFault::OtherOwner { owner, user }
    } else if mode & OTHERS_MASK != 0 {
        FolderFault::OpenToOthers { mode }
    } else {
        return Ok(());
    };
    Err(CacheError::Folder { folder: folder.to_owned(), fault })
}

#[cfg(test)]
mod tests {
    use super::folder_from;
    use std::path::PathBuf;

    fn folder(variables: &[(&str, &str)]) -> Option<PathBuf> {
        folder_from(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let all = [("HOTLOOP_CACHE_DIR", "own"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/me")];
        assert_eq!(folder(&all), Some("own".into()));
        assert_eq!(folder(&all[1..]), Some("/xdg/hotloop".into()));
        assert_eq!(folder(&all[2..]), Some("/home/me/.cache/hotloop".into()));
        assert_eq!(folder(&[]), None);
    }

    #[test]
    fn empty_and_relative_values_do_not_count() {
        let empty = [("HOTLOOP_CACHE_DIR", ""), ("XDG_CACHE_HOME", ""), ("HOME", "")];
        assert_eq!(folder(&empty), None);
        assert_eq!(folder(&[("XDG_CACHE_HOME", "xdg"), ("HOME", "/h")]), Some("/h/.cache/hotloop".into()));
    }
}
