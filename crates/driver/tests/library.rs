//! What the library has compiled is compiled once: for all kernels of an engine, and through the cache for all processes.

use hotloop_driver::{CacheUse, Engine, Type};
use std::path::Path;

const SOURCE: &str = "
import numpy as np

def first(x):
    return np.std(x, axis=0)

def second(x):
    y = np.std(x, axis=0)
    return y[0] + 1.0

def third(x):
    return np.std(x, axis=0)[0] * 2.0
";

fn arguments() -> [Type; 1] {
    ["float64[:, ::1]".parse().expect("a type")]
}

/// How many functions are compiled for a kernel.
fn compiled(engine: &Engine, kernel: &str) -> usize {
    let kernel = engine.function("library.py", SOURCE, kernel).expect("the source has it");
    kernel.compile(&arguments()).expect("it compiles").compiled_functions
}

#[test]
fn kernels_of_an_engine_share_the_library() {
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine");
    let all = compiled(&engine, "first");
    assert!(all > 5, "a kernel and what it calls: {all}");
    assert_eq!(compiled(&engine, "second"), 1);
    assert_eq!(compiled(&engine, "third"), 1);
}

#[test]
fn processes_share_the_library_through_the_cache() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
    let _ = std::fs::remove_dir_all(&folder);
    let engine = || {
        let builder = Engine::builder().cache_folder(&folder).cache_use(CacheUse::Always);
        builder.build().expect("an engine")
    };
    assert!(compiled(&engine(), "first") > 5);
    assert_eq!(compiled(&engine(), "second"), 1);
    assert_eq!(compiled(&engine(), "first"), 0);
    let other = engine();
    assert_eq!(compiled(&other, "second"), 0);
    assert_eq!(compiled(&other, "third"), 1);
}

#[test]
fn an_error_in_the_library_has_the_place_of_the_call() {
    let source = "import numpy as np\n\ndef least(x):\n    y = x\n    return np.min(y)\n";
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine");
    let kernel = engine.function("least.py", source, "least").expect("the source has it");
    let mut empty: [f64; 0] = [];
    let raised = kernel.call(&[empty.as_mut_slice().into()]).expect_err("there is no least element");
    let hotloop_driver::Failure::Raised(raised) = raised else { panic!("{raised}") };
    assert_eq!(raised.class.name(), "ValueError");
    let place = raised.place.expect("the call has a place");
    assert_eq!((place.file.as_str(), place.line, place.function.as_str()), ("least.py", 5, "least"));
}
