//! Whatever happens to an entry's file, a lookup gives back the stored bytes or none.

mod common;

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;

use common::{CODE, MEMO, Scratch, key};
use hotloop_cache::{Damage, Lookup};

const PAYLOAD: &[u8] = b"\x55\x48\x89\xe5 small machine code \xc3";

/// Every prefix of the file, and the file with bytes added behind.
#[test]
fn cut_or_lengthened_at_every_byte() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::WrongLength), "cut to {length}");
    }
    for added in [1, 7, 4096] {
        let mut longer = whole.clone();
        longer.resize(whole.len() + added, 0);
        fs::write(&path, longer).unwrap();
        assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::WrongLength), "{added} more");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(scratch.get(CODE, 1), Lookup::Hit(PAYLOAD.to_vec()));
}

#[test]
fn every_bit_flipped() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    let whole = fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, flipped).unwrap();
        let lookup = scratch.get(CODE, 1);
        assert!(matches!(lookup, Lookup::Damaged(_)), "bit {bit}: {lookup:?}");
    }
}

/// Two bytes exchanged, and whole ranges overwritten, which a weak checksum would miss.
#[test]
fn exchanged_and_overwritten_bytes() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    let whole = fs::read(&path).unwrap();
    for first in 0..whole.len() {
        for second in first + 1..whole.len() {
            let mut changed = whole.clone();
            changed.swap(first, second);
            if changed == whole {
                continue;
            }
            fs::write(&path, changed).unwrap();
            let lookup = scratch.get(CODE, 1);
            assert!(matches!(lookup, Lookup::Damaged(_)), "{first} and {second}: {lookup:?}");
        }
        let mut zeroed = whole.clone();
        zeroed[first..].fill(0);
        fs::write(&path, zeroed).unwrap();
        assert!(matches!(scratch.get(CODE, 1), Lookup::Damaged(_)), "zeros from {first}");
    }
}

#[test]
fn a_renamed_entry_is_not_another_one() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    for (kind, number) in [(CODE, 2), (MEMO, 1)] {
        fs::copy(&path, scratch.path(kind, number)).unwrap();
        assert_eq!(scratch.get(kind, number), Lookup::Damaged(Damage::OtherEntry));
    }
    assert_eq!(scratch.get(CODE, 1), Lookup::Hit(PAYLOAD.to_vec()));
}

#[test]
fn another_format_is_told_apart() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 99;
    fs::write(&path, bytes).unwrap();
    assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::OtherFormat { version: 99 }));
    fs::write(&path, vec![b'#'; 500]).unwrap();
    assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::NotAnEntry));
}

/// A header that asks for gigabytes must not make us reserve them.
#[test]
fn a_huge_length_allocates_nothing() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    let mut bytes = fs::read(&path).unwrap();
    for length in [1 << 30, (1 << 30) + 1, u64::MAX, u64::MAX - 92, i64::MAX as u64] {
        bytes[20..28].copy_from_slice(&length.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        // A file with a hole, as long as the header says, where the file system can have one.
        let file_length = length.saturating_add(92).min(1 << 40);
        File::options().write(true).open(&path).unwrap().set_len(file_length).ok();
        if length > 1 << 30 {
            assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::WrongLength), "{length}");
        }
    }
}

#[test]
fn things_that_are_not_files() {
    let scratch = Scratch::new();
    let good = scratch.store(CODE, 1, PAYLOAD);
    let target = scratch.folder().join("elsewhere");
    fs::copy(good, &target).unwrap();

    symlink(&target, scratch.path(CODE, 2)).unwrap();
    assert_eq!(scratch.get(CODE, 2), Lookup::Damaged(Damage::SymbolicLink));
    symlink(scratch.folder().join("nowhere"), scratch.path(CODE, 3)).unwrap();
    assert_eq!(scratch.get(CODE, 3), Lookup::Damaged(Damage::SymbolicLink));
    fs::create_dir(scratch.path(CODE, 4)).unwrap();
    assert_eq!(scratch.get(CODE, 4), Lookup::Damaged(Damage::NotAFile));
    let pipe = scratch.path(CODE, 5);
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(scratch.get(CODE, 5), Lookup::Damaged(Damage::NotAFile), "and without waiting for a writer");
    // Bound by a short name and moved: the path of a socket may be too long to bind to.
    let _socket = UnixListener::bind(scratch.folder().join("socket")).unwrap();
    fs::rename(scratch.folder().join("socket"), scratch.path(CODE, 6)).unwrap();
    assert!(matches!(scratch.get(CODE, 6), Lookup::Damaged(Damage::Unreadable(_))));
    File::create(scratch.path(CODE, 7)).unwrap();
    assert_eq!(scratch.get(CODE, 7), Lookup::Damaged(Damage::WrongLength));
}

/// Storing the entry anew mends it, and never writes through a link.
#[test]
fn storing_replaces_whatever_stood_there() {
    let scratch = Scratch::new();
    let target = scratch.folder().join("elsewhere");
    fs::write(&target, "precious").unwrap();
    symlink(&target, scratch.path(CODE, 1)).unwrap();
    fs::create_dir(scratch.path(CODE, 2)).unwrap();
    File::create(scratch.path(CODE, 3)).unwrap();
    for number in 1..=3 {
        scratch.store(CODE, number, PAYLOAD);
        assert_eq!(scratch.get(CODE, number), Lookup::Hit(PAYLOAD.to_vec()));
    }
    assert_eq!(fs::read_to_string(target).unwrap(), "precious");
}

/// A folder with contents is somebody's: an error, and nothing of it is removed.
#[test]
fn a_full_folder_in_place_of_an_entry_stays() {
    let scratch = Scratch::new();
    let inside = scratch.path(CODE, 1).join("file");
    fs::create_dir(scratch.path(CODE, 1)).unwrap();
    fs::write(&inside, "precious").unwrap();
    let error = scratch.cache.put(CODE, &key(1), PAYLOAD).unwrap_err();
    assert!(error.to_string().starts_with("cannot replace "), "{error}");
    assert!(scratch.cache.clear().is_err());
    assert_eq!(fs::read_to_string(inside).unwrap(), "precious");
    assert_eq!(scratch.temporary_files(), 0);
}

#[test]
fn files_that_others_can_write_are_not_trusted() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, PAYLOAD);
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::WritableByOthers), "{mode:o}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(scratch.get(CODE, 1), Lookup::Hit(PAYLOAD.to_vec()));
    // Only the administrator can give files away; elsewhere this half has nothing to test.
    if chown(&path, Some(12345), None).is_ok() {
        assert_eq!(scratch.get(CODE, 1), Lookup::Damaged(Damage::OtherOwner));
        scratch.store(CODE, 1, PAYLOAD);
        assert_eq!(scratch.get(CODE, 1), Lookup::Hit(PAYLOAD.to_vec()));
    }
}

#[test]
fn verify_reports_each_damaged_entry() {
    let scratch = Scratch::new();
    for number in 0..6 {
        scratch.store(CODE, number, PAYLOAD);
    }
    fs::write(scratch.path(CODE, 1), "cut").unwrap();
    fs::copy(scratch.path(CODE, 0), scratch.path(MEMO, 2)).unwrap();
    symlink("/nowhere", scratch.path(MEMO, 3)).unwrap();
    fs::write(scratch.folder().join("README"), "not ours").unwrap();

    let verified = scratch.cache.verify().unwrap();
    assert_eq!(verified.intact, 5);
    let mut found: Vec<_> =
        verified.damaged.iter().map(|entry| (entry.kind, entry.key, entry.damage)).collect();
    let mut expected = vec![
        (CODE, key(1), Damage::WrongLength),
        (MEMO, key(2), Damage::OtherEntry),
        (MEMO, key(3), Damage::SymbolicLink),
    ];
    found.sort_by_key(|entry| (entry.0, entry.1));
    expected.sort_by_key(|entry| (entry.0, entry.1));
    assert_eq!(found, expected);
    assert!(verified.damaged.iter().all(|entry| entry.path.starts_with(scratch.cache.folder())));
}
