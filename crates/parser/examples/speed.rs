//! Prints how long lexing, parsing and the significant tokens of a function take: `cargo run --release --example speed`.

use hotloop_diagnostics::SourceMap;
use hotloop_parser::{Selection, parse_function, parse_module, significant_tokens, tokens};
use std::time::Instant;

const KERNEL: &str = "\
@njit(\"float64[:,:](float64[:,:], int64)\", cache=True, fastmath=False)
def jacobi(grid, steps):
    rows, columns = grid.shape
    other = np.empty_like(grid)
    for step in range(steps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                total = grid[i - 1, j] + grid[i + 1, j]
                total += grid[i, j - 1] + grid[i, j + 1]
                other[i, j] = 0.25 * total
        for i in range(rows):
            other[i, 0] = grid[i, 0]
            other[i, columns - 1] = grid[i, columns - 1]
        if step % 2 == 0 and steps > 10:
            grid, other = other, grid
        else:
            for i in range(rows):
                for j in range(columns):
                    grid[i, j] = other[i, j]
    return grid
";

fn measure(what: &str, mut run: impl FnMut() -> usize) {
    let mut times: Vec<f64> = (0..2000)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{what}: min {:.1} us, median {:.1} us, p95 {:.1} us", times[0], times[1000], times[1900]);
}

fn main() {
    let mut sources = SourceMap::new();
    let file = sources.add("jacobi.py", KERNEL);
    let end = KERNEL.len() as u32;
    println!("{} tokens", tokens(KERNEL).len());
    measure("tokens", || tokens(KERNEL).len());
    measure("significant_tokens", || significant_tokens(KERNEL, 0, end).len());
    measure("parse_module", || parse_module(&sources, file, Selection::Everything).module.body.len());
    measure("parse_function", || parse_function(&sources, file, 0).module.body.len());
    let parsed = parse_module(&sources, file, Selection::Everything);
    assert!(parsed.diagnostics.is_empty());
    measure("print", || parsed.module.to_string().len());
}
