//! Whole kernels through all stages.

use hotloop_driver::{ArrayView, Engine, Failure, RandomGenerator, Value};

fn engine() -> Engine {
    Engine::builder().verify(true).build().expect("an engine")
}

#[test]
fn a_norm_is_the_square_root_of_the_sum_of_squares() {
    let source = "
import hotloop as nb

@nb.njit(\"float64(float64[:])\", cache=True)
def l2_norm(x):
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5
";
    let kernel =
        engine().function("norm.py", source, "l2_norm").unwrap_or_else(|failure| panic!("{failure}"));
    let mut x = [3.0, 4.0];
    assert_eq!(
        kernel.call_f64(&[x.as_mut_slice().into()]).unwrap_or_else(|failure| panic!("{failure}")),
        5.0
    );
}

#[test]
fn rows_are_summed_in_parallel() {
    let source = "
import numpy as np
from hotloop import njit, prange

@njit(parallel=True)
def row_sums(mat):
    out = np.empty(mat.shape[0], dtype=np.float64)
    for i in prange(mat.shape[0]):
        total = 0.0
        for j in range(mat.shape[1]):
            total += mat[i, j]
        out[i] = total
    return out
";
    let kernel =
        engine().function("rows.py", source, "row_sums").unwrap_or_else(|failure| panic!("{failure}"));
    let numbers: Vec<f64> = (0..1000 * 20).map(f64::from).collect();
    let matrix = ArrayView::new(&numbers, &[1000, 20]);
    let value = kernel.call(&[matrix.into()]).unwrap_or_else(|failure| panic!("{failure}"));
    let Value::Array(sums) = value else { panic!("an array: {value:?}") };
    let expected: Vec<f64> = numbers.chunks(20).map(|row| row.iter().sum()).collect();
    assert_eq!(sums.to_vec::<f64>(), expected);
}

#[test]
fn a_callee_that_fails_for_types_of_a_discarded_attempt_does_no_harm() {
    let source = "
def half(y):
    return y / 2 if y > 0 else y >> 1

def caller(n):
    y = 0
    for i in range(n):
        z = half(y)
        y = y + 0.5
    return y
";
    let kernel =
        engine().function("retry.py", source, "caller").unwrap_or_else(|failure| panic!("{failure}"));
    let failure = kernel.call(&[3_i64.into()]).expect_err("a float has no `>>`");
    assert!(failure.to_string().contains(">>"), "{failure}");
}

#[test]
fn a_message_is_what_the_program_says() {
    let source = "
def without(n):
    if n > 0:
        raise ValueError
    raise KeyError('{0} is not filled in')
";
    let kernel =
        engine().function("raise.py", source, "without").unwrap_or_else(|failure| panic!("{failure}"));
    let message = |n: i64| kernel.call(&[n.into()]).expect_err("it raises").to_string();
    assert_eq!(message(1), "ValueError");
    assert_eq!(message(0), "KeyError: '{0} is not filled in'");
}

#[test]
fn a_function_that_moved_names_its_new_line() {
    let engine = engine();
    let callee = "def element(x, i):\n    return x[i]\n";
    let caller = "def kernel(x):\n    return element(x, 9)\n";
    let line = |source: &str| {
        let kernel =
            engine.function("moved.py", source, "kernel").unwrap_or_else(|failure| panic!("{failure}"));
        let numbers = [1.0, 2.0];
        match kernel.call(&[ArrayView::new(&numbers, &[2]).into()]) {
            Err(Failure::Raised(raised)) => raised.place.map(|place| place.line),
            other => panic!("an exception: {other:?}"),
        }
    };
    assert_eq!(line(&format!("{callee}{caller}")), Some(2));
    assert_eq!(line(&format!("{caller}{callee}")), Some(4));
    assert_eq!(line(&format!("# moved\n\n{callee}{caller}")), Some(4));
    assert_eq!(line(&format!("{callee}{caller}")), Some(2));
}

#[test]
fn attributes_of_modules_beside_the_file_are_frozen() {
    let folder = std::env::temp_dir().join(format!("hotloop-modules-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let settings = "from hotloop import njit\nN = 5\n@njit\ndef scaled(x):\n    return x * N\n";
    let program = "
import settings
import settings as cfg
from hotloop import njit

@njit
def kernel(x):
    return settings.scaled(x) + cfg.N
";
    std::fs::write(folder.join("settings.py"), settings).expect("a file");
    std::fs::write(folder.join("program.py"), program).expect("a file");
    let kernel = engine().load_function(&folder.join("program.py"), "kernel").expect("the file is there");
    assert_eq!(kernel.call(&[2.into()]).unwrap_or_else(|failure| panic!("{failure}")).as_i64(), Some(15));
    std::fs::remove_dir_all(&folder).expect("the folder was made above");
}

#[test]
fn generators_of_random_numbers_are_moved_on_by_calls() {
    let source = "
from hotloop import njit

@njit
def draw(rng, other, n):
    total = other.random()
    for i in range(n):
        total += rng.integers(0, 1000)
        if total > 5000.0:
            raise ValueError('enough')
    return total, rng
";
    let kernel = engine().function("draw.py", source, "draw").expect("the source is valid");
    for n in [3_i64, 4, 50] {
        let (compiled, interpreted) = (RandomGenerator::seeded(7), RandomGenerator::seeded(7));
        let outcomes = [
            kernel.call(&[(&compiled).into(), (&compiled).into(), n.into()]),
            kernel.interpret(&[(&interpreted).into(), (&interpreted).into(), n.into()]),
        ];
        assert_ne!(compiled, RandomGenerator::seeded(7));
        assert_eq!(compiled, interpreted);
        match &outcomes {
            [Ok(Value::Tuple(first)), Ok(Value::Tuple(second))] => {
                assert_eq!(first, second);
                assert_eq!(first[1], Value::RandomGenerator(compiled));
            }
            [Err(Failure::Raised(_)), Err(Failure::Raised(_))] => assert_eq!(n, 50),
            others => panic!("{others:?}"),
        }
    }
}
