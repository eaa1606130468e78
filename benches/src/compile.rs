//! `cargo xtask bench compile`: the time from source to callable code, over the kernels of the guide.
//!
//! One process compiles each kernel many times, each time from the text of the file under a new name, without the cache.
//! A round therefore parses, infers, lowers, optimises, generates and loads; the first rounds warm the process up and
//! are not counted. The promise is a median of at most 3 ms over the kernels, and a maximum of 15 ms.

use std::time::{Duration, Instant};

use hotloop_driver::{CacheUse, Engine, Signature, Stage, Timings};

const ROUNDS: usize = 41;
const WARM_UP_ROUNDS: usize = 3;

/// Each kernel with the types it is compiled for.
static KERNELS: &[(&str, &str)] = &[
    ("l2_norm", "void(float64[::1])"),
    ("row_sums", "void(float64[:, ::1])"),
    ("mandelbrot", "void(float64, float64, float64, float64, int64, int64, int64)"),
    ("jacobi_step", "void(float64[:, ::1], float64[:, ::1])"),
    ("histogram", "void(float64[::1], float64, float64, int64)"),
    ("prefix_sum", "void(float64[::1])"),
    ("matmul", "void(float64[:, ::1], float64[:, ::1])"),
    ("axpy", "void(float64, float64[::1], float64[::1])"),
    ("longest_collatz", "void(int64)"),
    ("cosine_similarity", "void(float64[::1], float64[::1])"),
];

/// What one kernel took, round by round.
struct Measurement {
    name: &'static str,
    rounds: Vec<Duration>,
    /// The stages of the last round.
    timings: Timings,
}

fn main() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guide/kernels.py");
    let source = std::fs::read_to_string(path).expect("the guide's kernels are there");
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let measurements: Vec<Measurement> =
        KERNELS.iter().map(|kernel| measure(&engine, &source, kernel)).collect();
    print!("{:<20}{:>10}{:>10}", "kernel", "median ms", "max ms");
    println!("   {}", Stage::ALL.iter().map(|stage| format!("{:>9}", stage.name())).collect::<String>());
    for measurement in &measurements {
        println!("{}", measurement.row());
    }
    let mut medians: Vec<Duration> = measurements.iter().map(Measurement::median).collect();
    let largest = measurements.iter().map(Measurement::maximum).max().unwrap_or_default();
    println!(
        "median of {} kernels: {:.3} ms, maximum of all rounds: {:.3} ms",
        medians.len(),
        in_ms(middle(&mut medians)),
        in_ms(largest)
    );
}

fn measure(engine: &Engine, source: &str, &(name, signature): &(&'static str, &str)) -> Measurement {
    let signature: Signature = signature.parse().expect("the table holds signatures");
    let (mut rounds, mut timings) = (Vec::new(), Timings::default());
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        let file = format!("kernels_{name}_{round}.py");
        let start = Instant::now();
        let kernel = engine.function(&file, source, name).expect("the guide's kernels are sound");
        let compilation = kernel.compile(&signature.parameters).expect("the guide's kernels compile");
        if round >= WARM_UP_ROUNDS {
            rounds.push(start.elapsed());
        }
        timings = compilation.timings;
    }
    Measurement { name, rounds, timings }
}

impl Measurement {
    fn median(&self) -> Duration {
        middle(&mut self.rounds.clone())
    }

    fn maximum(&self) -> Duration {
        self.rounds.iter().copied().max().unwrap_or_default()
    }

    fn row(&self) -> String {
        let stages = Stage::ALL.iter().map(|stage| match self.timings.of(*stage) {
            Some(time) => format!("{:>9.3}", in_ms(time)),
            None => format!("{:>9}", "-"),
        });
        let (median, maximum) = (in_ms(self.median()), in_ms(self.maximum()));
        format!("{:<20}{median:>10.3}{maximum:>10.3}   {}", self.name, stages.collect::<String>())
    }
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn in_ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
