//! Every kernel of the guide can be typed, parallel or not.

mod world;

use std::path::Path;
use world::World;

const KERNELS: &[(&str, &str, &str)] = &[
    ("l2_norm", "float64(float64[:])", "float64"),
    ("row_sums", "(float32[:, ::1],)", "float64[::1]"),
    ("escape_time", "(float64, float64, int64)", "int64"),
    ("mandelbrot", "(float64, float64, float64, float64, int64, int64, int64)", "int64[:, ::1]"),
    ("jacobi_step", "(float64[:, ::1], float64[:, ::1])", "none"),
    ("histogram", "(float64[::1], float64, float64, int64)", "int64[::1]"),
    ("prefix_sum", "(float64[::1],)", "float64[::1]"),
    ("matmul", "(float64[:, ::1], float32[:, ::1])", "float64[:, ::1]"),
    ("axpy", "void(float64, float64[::1], float64[::1])", "none"),
    ("collatz_steps", "(int64,)", "int64"),
    ("longest_collatz", "(int64,)", "Tuple(int64, int64)"),
    ("dot", "(float32[::1], float32[::1])", "float64"),
    ("cosine_similarity", "(float64[::1], float64[::1])", "float64"),
];

#[test]
fn the_kernels_of_the_guide_have_the_types_they_should() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/kernels.py");
    let text = std::fs::read_to_string(path).unwrap();
    for world in [World::new(&text), World::new(&text).parallel()] {
        for (name, types, result) in KERNELS {
            match world.infer(name, types) {
                Ok(function) => assert_eq!(function.result.to_string(), *result, "{name}"),
                Err(diagnostics) => panic!("{name}: {}", world.render(&diagnostics)),
            }
        }
    }
}

#[test]
fn the_norm_has_one_join() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/kernels.py");
    let text = std::fs::read_to_string(path).unwrap();
    let expected = "\
fn l2_norm(x.1: float64[:]) -> float64:
    acc.1: float64 = 0.0
    for i.1 in range(0, x.1.shape[0], 1):
        enter acc.2: float64 = acc.1
        acc.3: float64 = (acc.2 + (x.1[i.1] * x.1[i.1]))
        next acc.2 = acc.3
    return (acc.2 ** 0.5)
";
    assert_eq!(World::new(&text).show("l2_norm", "float64(float64[:])"), expected);
}
