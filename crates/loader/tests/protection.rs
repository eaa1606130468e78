//! No page is writable and executable at once, at any moment, and all memory is given back.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};

use common::CRANELIFT_OBJECT;
use hotloop_loader::{Image, SymbolKind, load};

/// These tests count the process's mappings, so they take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn load_fixture() -> Image {
    load(CRANELIFT_OBJECT, &|_: &str| Some(std::ptr::without_provenance(0x1234_5678))).unwrap()
}

fn maps() -> String {
    std::fs::read_to_string("/proc/self/maps").unwrap()
}

/// The protection of the page an address is on, such as `r-xp`.
fn protection(address: usize) -> Option<String> {
    maps().lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let start = usize::from_str_radix(start, 16).unwrap();
        let end = usize::from_str_radix(end, 16).unwrap();
        (start..end).contains(&address).then(|| rest[..4].to_owned())
    })
}

#[test]
fn each_part_has_its_protection() {
    let _turn = TURN.lock().unwrap();
    let image = load_fixture();
    let mut addresses = Vec::new();
    for symbol in image.symbols() {
        let expected = match symbol.kind {
            SymbolKind::Function => "r-xp",
            SymbolKind::Constant => "r--p",
            SymbolKind::Data => "rw-p",
        };
        assert_eq!(protection(symbol.address.addr()).as_deref(), Some(expected), "{symbol:?}");
        addresses.push(symbol.address.addr());
    }
    assert_eq!(addresses.len(), 5);
    drop(image);
    for address in addresses {
        let protection = protection(address);
        assert!(protection.as_deref() != Some("r-xp"), "still mapped");
    }
}

#[test]
fn never_writable_and_executable() {
    let _turn = TURN.lock().unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut images = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    images.push(load_fixture());
                    if images.len() == 20 {
                        images.clear();
                    }
                }
            });
        }
        let mut most_executable = 0;
        for _ in 0..300 {
            let maps = maps();
            for line in maps.lines() {
                let protection = line.split(' ').nth(1).unwrap();
                assert!(!(protection.contains('w') && protection.contains('x')), "{line}");
            }
            // Anonymous: a line without a file's name.
            let executable =
                maps.lines().filter(|line| line.contains(" r-xp ") && line.trim_end().ends_with(" 0"));
            most_executable = most_executable.max(executable.count());
        }
        stop.store(true, Ordering::Relaxed);
        assert!(most_executable > 0, "the scan saw no loaded code at all");
    });
}

#[test]
fn memory_is_given_back() {
    let _turn = TURN.lock().unwrap();
    let resident_pages = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap()
    };
    for _ in 0..1_000 {
        drop(load_fixture());
    }
    let (mappings, pages) = (maps().lines().count(), resident_pages());
    for _ in 0..10_000 {
        drop(load_fixture());
    }
    assert!(maps().lines().count() <= mappings + 4, "mappings are leaked");
    assert!(resident_pages() <= pages + 256, "memory is leaked");
}

/// A refused object leaves nothing behind, however far the loader came.
#[test]
fn refused_objects_are_given_back() {
    let _turn = TURN.lock().unwrap();
    let refused = |object: &[u8]| assert!(load(object, &|_: &str| None).is_err());
    refused(CRANELIFT_OBJECT);
    let mappings = maps().lines().count();
    for _ in 0..2_000 {
        refused(CRANELIFT_OBJECT);
    }
    assert!(maps().lines().count() <= mappings + 4);
}
