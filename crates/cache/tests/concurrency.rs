//! Threads and processes that meet in one folder, and writers that are killed.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use common::{CODE, Scratch, key};
use hotloop_cache::{Cache, CacheConfig, Lookup};

const KEYS: u64 = 8;
const FOLDER_VARIABLE: &str = "HOTLOOP_CACHE_TEST_FOLDER";
const WRITER_VARIABLE: &str = "HOTLOOP_CACHE_TEST_WRITER";

/// What a writer stores: the number of the writer repeated, with a length of its own, so that a mixture of two
/// writers' bytes is recognised.
fn payload(writer: u8, round: u64) -> Vec<u8> {
    vec![writer; 100 + usize::from(writer) * 500 + (round % 7) as usize]
}

/// Fails unless the bytes come from one writer.
fn assert_of_one_writer(bytes: &[u8]) {
    let writer = bytes[0];
    assert!(bytes.iter().all(|&byte| byte == writer));
    let base = 100 + usize::from(writer) * 500;
    assert!((base..base + 7).contains(&bytes.len()), "{} bytes of writer {writer}", bytes.len());
}

fn write_and_read(cache: &Cache, writer: u8, rounds: u64) {
    for round in 0..rounds {
        let number = (round + u64::from(writer)) % KEYS;
        cache.put(CODE, &key(number), &payload(writer, round)).unwrap();
        for number in 0..KEYS {
            match cache.get(CODE, &key(number)) {
                Lookup::Hit(bytes) => assert_of_one_writer(&bytes),
                Lookup::Miss => {}
                Lookup::Damaged(damage) => panic!("entry {number}: {damage}"),
            }
        }
    }
}

#[test]
fn threads_write_the_same_entries() {
    let scratch = Scratch::new();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let cache = &scratch.cache;
            scope.spawn(move || write_and_read(cache, writer, 100));
        }
    });
    assert_eq!(scratch.cache.verify().unwrap().intact, KEYS);
    assert_eq!(scratch.temporary_files(), 0);
}

/// A limit that fits only a few entries, so that evictions run into writes and reads all the time.
#[test]
fn threads_write_while_others_evict_and_clear() {
    let scratch = Scratch::with_limit(6 * 4096);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let cache = &scratch.cache;
            scope.spawn(move || write_and_read(cache, writer, 100));
        }
        scope.spawn(|| {
            for _ in 0..50 {
                scratch.cache.evict().unwrap();
                scratch.cache.list().unwrap();
                assert_eq!(scratch.cache.verify().unwrap().damaged, []);
            }
        });
    });
    assert!(scratch.cache.stats().unwrap().disk_bytes <= 6 * 4096);
    assert_eq!(scratch.temporary_files(), 0);
}

fn spawn_writer(folder: &Path, writer: u8) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_process_that_writes", "--quiet"])
        .env(FOLDER_VARIABLE, folder)
        .env(WRITER_VARIABLE, writer.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs only as a child of the tests below. Ends by itself in case its parent is gone.
#[test]
fn in_a_process_that_writes() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else { return };
    let writer = std::env::var(WRITER_VARIABLE).unwrap().parse().unwrap();
    let cache = Cache::open(CacheConfig::new(folder)).unwrap();
    // Writer 0 is the one to be killed, so it goes on until it is.
    let rounds = if writer == 0 { 2_000 } else { 40 };
    write_and_read(&cache, writer, rounds);
}

#[test]
fn processes_write_the_same_entries() {
    let scratch = Scratch::new();
    let children: Vec<_> = (1..=16).map(|writer| spawn_writer(scratch.folder(), writer)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let verified = scratch.cache.verify().unwrap();
    assert_eq!((verified.intact, verified.damaged.len()), (KEYS, 0));
    assert_eq!(scratch.temporary_files(), 0);
}

#[test]
fn a_killed_writer_leaves_only_temporary_files() {
    let scratch = Scratch::new();
    for round in 0..60_u64 {
        let written = ledger_bytes(scratch.folder());
        let mut child = spawn_writer(scratch.folder(), 0);
        wait_until(|| ledger_bytes(scratch.folder()) > written);
        // It writes all the time from now on; the spread reaches all places of a write.
        std::thread::sleep(Duration::from_micros(round * 97 % 3_000));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(scratch.cache.verify().unwrap().damaged, [], "round {round}");
    }
    let left = scratch.temporary_files() as u64;
    age_all_files(scratch.folder());
    assert_eq!(scratch.cache.evict().unwrap().swept, left);
    assert_eq!(scratch.temporary_files(), 0);
}

/// How much the ledger has noted: grows with each write.
fn ledger_bytes(folder: &Path) -> u64 {
    fs::metadata(folder.join(".written")).map_or(0, |metadata| metadata.len())
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "the writer does not write");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn age_all_files(folder: &Path) {
    for file in fs::read_dir(folder).unwrap() {
        let file = fs::File::open(file.unwrap().path()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
}

/// Prints what storing and looking up take. Not run by default: a busy machine's clock proves nothing.
#[test]
#[ignore = "a measurement, not a test"]
fn times() {
    let scratch = Scratch::new();
    for length in [100, 1_000, 4_000, 20_000, 100_000] {
        let payload = vec![1; length as usize];
        // New entries each time, as it happens in earnest: replacing one costs some file systems more.
        let mut numbers = length * 1_000..;
        let put = median_time(500, || drop(scratch.store(CODE, numbers.next().unwrap(), &payload)));
        scratch.store(CODE, length, &payload);
        let get = median_time(2_000, || assert!(matches!(scratch.get(CODE, length), Lookup::Hit(_))));
        println!("{length:6} bytes: put {put:?}, get {get:?}");
    }
}

fn median_time(rounds: usize, mut action: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            action();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[rounds / 2]
}
