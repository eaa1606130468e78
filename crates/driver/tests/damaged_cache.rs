//! A damaged cache entry costs a compilation, and nothing else: not a wrong result, not a crash.

use hotloop_driver::{Cache, CacheConfig, CacheUse, Compilation, Engine, Type};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const SOURCE: &str = "def mean(a, b):\n    return (a + b) * 0.5\n";

/// A folder with the kernel's file and a filled cache.
struct Scene {
    folder: PathBuf,
}

impl Scene {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(folder.join("mean.py"), SOURCE).expect("the source can be written");
        let scene = Self { folder };
        assert!(!scene.compile_and_call().from_cache);
        assert!(scene.compile_and_call().from_cache);
        scene
    }

    fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// What a new process would do; checks the result.
    fn compile_and_call(&self) -> Compilation {
        self.compile_and_listen().0
    }

    /// The same, with what the engine tells of the cache.
    fn compile_and_listen(&self) -> (Compilation, Vec<String>) {
        let builder = Engine::builder().cache_folder(self.cache()).cache_use(CacheUse::Always).verify(false);
        let engine = builder.build().expect("an engine");
        let kernel = engine.load_function(&self.folder.join("mean.py"), "mean").expect("the file is there");
        let compilation = kernel.compile(&[Type::FLOAT64, Type::FLOAT64]).expect("it compiles");
        let value = kernel.call_compiled(&compilation.compiled, &[3.0.into(), 5.0.into()]);
        assert_eq!(value.expect("it returns").as_f64(), Some(4.0));
        let faults = std::iter::from_fn(|| engine.cache_fault()).map(|fault| fault.to_string()).collect();
        (compilation, faults)
    }

    /// The files of the entries of one kind.
    fn entries(&self, kind: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache())
            .expect("the cache is there")
            .map(|entry| entry.expect("an entry").path());
        let is_wanted = |path: &PathBuf| path.extension().is_some_and(|extension| extension == kind);
        files.filter(is_wanted).collect()
    }

    fn only_entry(&self, kind: &str) -> (PathBuf, Vec<u8>) {
        let entries = self.entries(kind);
        let [path] = entries.as_slice() else { panic!("one entry: {entries:?}") };
        (path.clone(), fs::read(path).expect("it can be read"))
    }
}

/// Puts bytes in place of a file's. The file is not emptied first: file systems flush a file that was, which takes milliseconds.
fn overwrite(path: &Path, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).expect("it can be opened");
    file.write_all(bytes).and_then(|()| file.set_len(bytes.len() as u64)).expect("it can be written");
}

/// All ways to cut a file or to flip one bit of it.
fn damages(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cuts = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    let flips = (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    });
    cuts.chain(flips)
}

#[test]
fn no_damage_passes_for_an_entry() {
    let scene = Scene::new("lookups");
    for kind in ["code", "memo"] {
        let (path, whole) = scene.only_entry(kind);
        let cache = Cache::open(CacheConfig::new(scene.cache())).expect("the cache opens");
        let mut count = 0;
        for damaged in damages(&whole) {
            overwrite(&path, &damaged);
            let verified = cache.verify().expect("the folder can be read");
            assert_eq!(verified.damaged.len(), 1, "{kind} {count}");
            count += 1;
        }
        assert_eq!(count, whole.len() * 9);
        overwrite(&path, &whole);
        assert!(scene.compile_and_call().from_cache, "the whole entry is used again");
    }
}

#[test]
fn damaged_code_is_compiled_again() {
    let scene = Scene::new("recompiled");
    let (path, whole) = scene.only_entry("code");
    // The lookups above cover every bit; here every byte has one of its bits flipped, and every 16th cut, all the way to a result.
    let damaged = damages(&whole).enumerate().filter(|(number, _)| match number.checked_sub(whole.len()) {
        None => number % 16 == 0,
        Some(bit) => bit % 8 == bit / 8 % 8,
    });
    for (number, damaged) in damaged {
        overwrite(&path, &damaged);
        assert!(!scene.compile_and_call().from_cache, "damage {number}");
        assert_eq!(fs::read(&path).expect("it can be read"), whole, "the entry is made anew, the same");
    }
}

#[test]
fn a_damaged_memo_costs_a_parse() {
    let scene = Scene::new("memo");
    let (path, whole) = scene.only_entry("memo");
    for length in (0..whole.len()).step_by(16) {
        overwrite(&path, &whole[..length]);
        assert!(scene.compile_and_call().from_cache, "the code is still there");
        assert_eq!(fs::read(&path).expect("it can be read"), whole);
    }
}

#[test]
fn what_is_not_an_entry_is_not_followed() {
    let scene = Scene::new("strange");
    let (path, whole) = scene.only_entry("code");
    fs::remove_file(&path).expect("it can be removed");
    fs::create_dir(&path).expect("the folder can be made");
    assert!(!scene.compile_and_call().from_cache);
    // Another entry's bytes under this name, checksum and all.
    let (_, memo) = scene.only_entry("memo");
    fs::write(&path, memo).expect("it can be written");
    assert!(!scene.compile_and_call().from_cache);
    assert_eq!(scene.only_entry("code").1, whole);
}

#[test]
fn a_damaged_entry_is_told_of() {
    let scene = Scene::new("told");
    let (path, whole) = scene.only_entry("code");
    overwrite(&path, &whole[..whole.len() - 1]);
    let (compilation, faults) = scene.compile_and_listen();
    let entry = path.canonicalize().expect("it is there");
    let expected = format!(
        "the cache entry {} is damaged and was not used: the file is cut short or too long; it is made anew from the source",
        entry.display()
    );
    // It was met three times, by way of the memo, of the source, and when the memo was made anew: the first counts.
    assert_eq!((compilation.from_cache, faults), (false, vec![expected]));
    assert_eq!(scene.compile_and_listen().1, Vec::<String>::new(), "the entry is whole again");
}

#[test]
fn a_folder_that_vanished_is_told_of_once() {
    let scene = Scene::new("vanished");
    let builder = Engine::builder().cache_folder(scene.cache()).cache_use(CacheUse::Always).verify(false);
    let engine = builder.build().expect("an engine");
    fs::remove_dir_all(scene.cache()).expect("it can be removed");
    for types in [[Type::FLOAT64, Type::FLOAT64], [Type::INT64, Type::INT64]] {
        let kernel = engine.load_function(&scene.folder.join("mean.py"), "mean").expect("the file is there");
        assert!(!kernel.compile(&types).expect("it compiles").from_cache);
    }
    let fault = engine.cache_fault().expect("nothing could be written").to_string();
    assert!(fault.starts_with("nothing is kept in the cache: cannot create a file in "), "{fault}");
    assert!(engine.cache_fault().is_none());
}
