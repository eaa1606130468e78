//! Which folders are accepted, and what happens when one cannot be used or goes away.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use common::{CODE, Scratch, key};
use hotloop_cache::{Cache, CacheConfig, CacheError, FolderFault, Lookup};

fn open(folder: &Path) -> Result<Cache, CacheError> {
    Cache::open(CacheConfig::new(folder))
}

fn fault(folder: &Path) -> FolderFault {
    match open(folder) {
        Err(CacheError::Folder { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_folder_is_made_private() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("a/b/c");
    let cache = open(&folder).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o7777, 0o700);
    cache.put(CODE, &key(1), b"x").unwrap();
    let file = cache.list().unwrap()[0].path.clone();
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(open(&folder).unwrap().get(CODE, &key(1)), Lookup::Hit(b"x".to_vec()));
}

#[test]
fn a_folder_open_to_others_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    for mode in [0o755, 0o777, 0o770, 0o710, 0o701, 0o1777] {
        fs::set_permissions(scratch.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(fault(scratch.path()), FolderFault::OpenToOthers { mode });
    }
    let message = open(scratch.path()).unwrap_err().to_string();
    assert!(message.contains("mode 1777") && message.contains("`chmod 700 "), "{message}");
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o700)).unwrap();
    assert!(open(scratch.path()).is_ok());
}

/// Only the administrator can give folders away; elsewhere there is nothing to test.
#[test]
fn a_folder_of_somebody_else_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let (folder, link) = (scratch.path().join("private"), scratch.path().join("link"));
    drop(open(&folder).unwrap());
    symlink(&folder, &link).unwrap();
    assert!(open(&link).is_ok(), "a link of our own is followed");
    if std::os::unix::fs::lchown(&link, Some(12345), None).is_err() {
        return;
    }
    assert!(matches!(fault(&link), FolderFault::OtherOwner { owner: 12345, .. }));
    chown(&folder, Some(12345), None).unwrap();
    assert!(matches!(fault(&folder), FolderFault::OtherOwner { owner: 12345, .. }));
}

#[test]
fn things_that_are_not_folders() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "x").unwrap();
    assert_eq!(fault(&file), FolderFault::NotAFolder);
    assert_eq!(fault(Path::new("")), FolderFault::EmptyPath);
    assert!(matches!(open(&file.join("below")), Err(CacheError::Io { action: "create", .. })));
    let dangling = scratch.path().join("dangling");
    symlink(scratch.path().join("nowhere"), &dangling).unwrap();
    assert!(matches!(open(&dangling), Err(CacheError::Io { .. })));
    let circle = scratch.path().join("circle");
    symlink(&circle, &circle).unwrap();
    assert!(matches!(open(&circle), Err(CacheError::Io { .. })));
    assert!(open(&scratch.path().join("n".repeat(300))).is_err(), "a name that is too long");
}

/// `/proc/self/fd` is a folder of ours, closed to others, in which nobody can write: not even the administrator.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_only_fails_to_store() {
    let cache = open(Path::new("/proc/self/fd")).unwrap();
    assert_eq!(cache.get(CODE, &key(1)), Lookup::Miss);
    assert!(matches!(cache.put(CODE, &key(1), b"x"), Err(CacheError::Io { .. })));
    assert_eq!(cache.list().unwrap(), []);
    assert_eq!(cache.verify().unwrap(), Default::default());
    cache.evict().unwrap();
    cache.clear().unwrap();
}

#[test]
fn a_folder_that_goes_away_is_an_error_to_write_to() {
    let scratch = Scratch::new();
    scratch.store(CODE, 1, b"x");
    fs::remove_dir_all(scratch.folder()).unwrap();
    assert_eq!(scratch.get(CODE, 1), Lookup::Miss);
    let error = scratch.cache.put(CODE, &key(1), b"x").unwrap_err();
    assert!(error.to_string().starts_with("cannot create a file in "), "{error}");
    assert!(scratch.cache.list().is_err() && scratch.cache.stats().is_err());
    assert!(
        scratch.cache.verify().is_err() && scratch.cache.evict().is_err() && scratch.cache.clear().is_err()
    );
    fs::write(scratch.folder(), "a file now").unwrap();
    assert!(matches!(scratch.get(CODE, 1), Lookup::Damaged(_)));
    assert!(scratch.cache.put(CODE, &key(1), b"x").is_err());
}

const FULL_DISK_VARIABLE: &str = "HOTLOOP_CACHE_TEST_FULL_DISK";

/// A file size limit of 8 blocks of 512 bytes or 1 KiB stands in for a full disk: the write fails half-way.
#[test]
fn a_full_disk_fails_the_write_and_leaves_nothing() {
    let scratch = Scratch::new();
    let test = "in_a_process_with_a_file_size_limit";
    let limited = r#"trap "" XFSZ; ulimit -f 8; exec "$0" "$@""#;
    let status = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--quiet"])
        .env(FULL_DISK_VARIABLE, scratch.folder())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(scratch.get(CODE, 1), Lookup::Hit(b"fits".to_vec()));
    assert_eq!(scratch.get(CODE, 2), Lookup::Miss);
    assert_eq!(scratch.temporary_files(), 0);
}

/// Runs only as a child of the test above.
#[test]
fn in_a_process_with_a_file_size_limit() {
    let Some(folder) = std::env::var_os(FULL_DISK_VARIABLE) else { return };
    let cache = open(Path::new(&folder)).unwrap();
    cache.put(CODE, &key(1), b"fits").unwrap();
    let error = cache.put(CODE, &key(2), &vec![0; 1 << 20]).unwrap_err();
    assert!(error.to_string().starts_with("cannot write "), "{error}");
    assert!(matches!(cache.get(CODE, &key(1)), Lookup::Hit(_)));
}
