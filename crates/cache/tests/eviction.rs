//! The limit holds, and what was used longest ago goes first.

mod common;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, SystemTime};

use common::{CODE, MEMO, Scratch, key};
use hotloop_cache::{Cache, CacheConfig, CacheError, Cleared, Evicted, Lookup};

const BLOCK: u64 = 4096;
const HOUR: Duration = Duration::from_secs(3600);

fn set_age(path: &Path, age: Duration) {
    File::open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

fn age(path: &Path) -> Duration {
    fs::metadata(path).unwrap().modified().unwrap().elapsed().unwrap_or_default()
}

#[test]
fn the_oldest_go_first() {
    let scratch = Scratch::new();
    for number in 0..16 {
        // Scattered ages, so that neither the names' nor the files' order is the order by age.
        set_age(&scratch.store(CODE, number, b"x"), HOUR * ((number * 7 % 16) as u32 + 2));
    }
    let small = CacheConfig::new(scratch.folder()).with_limit_bytes(8 * BLOCK);
    let evicted = Cache::open(small).unwrap().evict().unwrap();
    assert_eq!(evicted, Evicted { entries: 9, disk_bytes: 9 * BLOCK, swept: 0 });
    for number in 0..16 {
        let kept = number * 7 % 16 < 7;
        assert_eq!(scratch.path(CODE, number).exists(), kept, "entry {number}");
    }
}

#[test]
fn a_hit_renews_the_age_at_most_once_an_hour() {
    let scratch = Scratch::new();
    let path = scratch.store(CODE, 1, b"x");
    set_age(&path, HOUR * 5);
    assert!(matches!(scratch.get(CODE, 1), Lookup::Hit(_)));
    assert!(age(&path) < HOUR / 60, "an old entry is renewed");
    set_age(&path, HOUR / 2);
    assert!(matches!(scratch.get(CODE, 1), Lookup::Hit(_)));
    assert!(age(&path) >= HOUR / 2, "a young one is not");
    File::open(&path).unwrap().set_modified(SystemTime::now() + HOUR * 24).unwrap();
    assert!(matches!(scratch.get(CODE, 1), Lookup::Hit(_)));
    assert!(
        fs::metadata(&path).unwrap().modified().unwrap() <= SystemTime::now(),
        "a wrong clock is forgotten"
    );
}

#[test]
fn a_used_entry_outlives_an_unused_one() {
    let scratch = Scratch::with_limit(9 * BLOCK);
    for number in 0..4 {
        set_age(&scratch.store(CODE, number, b"x"), HOUR * (20 - number as u32));
    }
    assert!(matches!(scratch.get(CODE, 0), Lookup::Hit(_)));
    for number in 4..8 {
        scratch.store(CODE, number, b"x");
    }
    assert!(matches!(scratch.get(CODE, 0), Lookup::Hit(_)));
    assert_eq!(scratch.get(CODE, 1), Lookup::Miss);
}

#[test]
fn writing_keeps_below_the_limit() {
    let limit_bytes = 100 * BLOCK;
    let scratch = Scratch::with_limit(limit_bytes);
    for number in 0..400 {
        let length = (number * 37 % 5 * BLOCK) as usize;
        scratch.store(CODE, number, &vec![7; length]);
        let stats = scratch.cache.stats().unwrap();
        assert!(stats.disk_bytes <= limit_bytes, "{stats:?} after {number}");
        assert!(matches!(scratch.get(CODE, number), Lookup::Hit(_)), "the newest entry stays");
    }
    let stats = scratch.cache.stats().unwrap();
    assert!(stats.disk_bytes > limit_bytes / 2, "not emptied without need: {stats:?}");
    assert_eq!((stats.stored, stats.hits, stats.misses, stats.damaged), (400, 400, 0, 0));
}

/// Each of many short processes writes one entry: none of them writes enough to notice the limit by itself.
#[test]
fn many_handles_share_one_limit() {
    let scratch = Scratch::with_limit(50 * BLOCK);
    for number in 0..200 {
        let config = CacheConfig::new(scratch.folder()).with_limit_bytes(50 * BLOCK);
        Cache::open(config).unwrap().put(MEMO, &key(number), b"x").unwrap();
    }
    let stats = scratch.cache.stats().unwrap();
    assert!(stats.disk_bytes <= 50 * BLOCK && stats.entries >= 30, "{stats:?}");
}

#[test]
fn an_unusable_ledger_does_not_lift_the_limit() {
    let scratch = Scratch::with_limit(50 * BLOCK);
    fs::create_dir(scratch.folder().join(".written")).unwrap();
    for number in 0..60 {
        scratch.store(CODE, number, b"x");
    }
    let stats = scratch.cache.stats().unwrap();
    assert!(stats.disk_bytes <= 50 * BLOCK && stats.entries >= 30, "{stats:?}");
}

#[test]
fn what_can_never_fit_is_refused() {
    let scratch = Scratch::with_limit(8 * BLOCK);
    let largest = (7 * BLOCK) as usize - 92;
    scratch.store(CODE, 1, &vec![1; largest]);
    assert_eq!(scratch.get(CODE, 1), Lookup::Hit(vec![1; largest]));
    let error = scratch.cache.put(CODE, &key(2), &vec![1; largest + 1]).unwrap_err();
    let CacheError::TooLarge { length_bytes, limit_bytes } = error else { panic!("{error}") };
    assert_eq!((length_bytes, limit_bytes), (largest as u64 + 1, largest as u64));
    assert!(matches!(scratch.get(CODE, 1), Lookup::Hit(_)), "nothing was evicted for it");
    let nothing = Scratch::with_limit(0);
    assert!(matches!(
        nothing.cache.put(CODE, &key(1), b""),
        Err(CacheError::TooLarge { limit_bytes: 0, .. })
    ));
}

#[test]
fn an_entry_that_is_being_read_can_be_evicted() {
    let scratch = Scratch::new();
    let mut file = File::open(scratch.store(CODE, 1, b"in use")).unwrap();
    scratch.cache.clear().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(&bytes[60..66], b"in use");
}

#[test]
fn list_shows_the_most_recent_first() {
    let scratch = Scratch::new();
    for (number, kind) in [(1, CODE), (2, MEMO), (3, CODE)] {
        set_age(&scratch.store(kind, number, &[0; 5000]), HOUR * number as u32);
    }
    fs::write(scratch.folder().join("notes.txt"), "not ours").unwrap();
    fs::create_dir(scratch.path(CODE, 9)).unwrap();
    let listed = scratch.cache.list().unwrap();
    let names: Vec<_> = listed.iter().map(|entry| (entry.kind, entry.key)).collect();
    assert_eq!(names, [(CODE, key(1)), (MEMO, key(2)), (CODE, key(3))]);
    assert!(listed.iter().all(|entry| entry.disk_bytes == 2 * BLOCK && entry.path.is_file()));
}

#[test]
fn clear_removes_entries_and_nothing_else() {
    let scratch = Scratch::new();
    scratch.store(CODE, 1, b"x");
    scratch.store(MEMO, 1, &[0; 4096]);
    fs::write(scratch.folder().join(".new-abandoned"), "half").unwrap();
    fs::write(scratch.folder().join("notes.txt"), "not ours").unwrap();
    assert_eq!(scratch.cache.clear().unwrap(), Cleared { entries: 2, disk_bytes: 3 * BLOCK });
    assert_eq!(scratch.cache.clear().unwrap(), Cleared::default());
    let left: Vec<_> =
        fs::read_dir(scratch.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.contains(&"notes.txt".into()) && left.len() == 2, "the note and the ledger: {left:?}");
    assert_eq!(scratch.get(CODE, 1), Lookup::Miss);
    fs::create_dir(scratch.path(CODE, 9)).unwrap();
    assert_eq!(scratch.cache.clear().unwrap().entries, 1, "an empty folder in place of an entry");
}

#[test]
fn abandoned_temporary_files_are_swept() {
    let scratch = Scratch::new();
    let (old, young) = (scratch.folder().join(".new-old"), scratch.folder().join(".new-young"));
    for sweep in [|cache: &Cache| cache.verify().unwrap().swept, |cache: &Cache| cache.evict().unwrap().swept]
    {
        fs::write(&old, "half an entry").unwrap();
        fs::write(&young, "being written").unwrap();
        set_age(&old, HOUR);
        assert_eq!(sweep(&scratch.cache), 1);
        assert!(!old.exists() && young.exists());
    }
}
