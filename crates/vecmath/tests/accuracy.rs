//! How far each function is from the exact result, in units in the last place, against extended precision; see `reference.py`.
//!
//! A test looks at some thousand arguments of each kind; with `HOTLOOP_ACCURACY=10000000`, as `cargo xtask accuracy` sets it, at that many, and prints the largest distances.

#![allow(clippy::approx_constant)] // Numbers near constants are arguments here.

use std::io::{BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use hotloop_vecmath::Function;

const CHUNK: usize = 1 << 16;

/// The largest distance that is allowed, in units in the last place.
fn bound(function: Function) -> f64 {
    if matches!(function, Function::Pow | Function::Tan | Function::Erf) { 2.0 } else { 1.0 }
}

#[test]
fn results_are_within_a_unit_in_the_last_place() {
    let asked = std::env::var("HOTLOOP_ACCURACY").ok().and_then(|count| count.parse().ok());
    let chosen = std::env::var("HOTLOOP_ACCURACY_OF").ok();
    let count: usize = asked.unwrap_or(20_000);
    let mut reference = Reference::start();
    let mut failures = Vec::new();
    for function in Function::ALL.iter().copied() {
        if chosen.as_ref().is_some_and(|names| !names.split(',').any(|name| name == function.name())) {
            continue;
        }
        for (kind, measured, bound) in [
            ("float64", distance as Measure, bound(function)),
            ("float32", single_distance as Measure, 0.501),
        ] {
            let worst = measure(&mut reference, function, count, measured);
            let Worst { distance, x, y, value, exact } = worst;
            if asked.is_some() {
                println!(
                    "{:6} {kind} {distance:.4} ulp at {x:?}, {y:?}: {value:?} instead of {exact:?}",
                    function.name()
                );
            }
            if distance.is_nan() || distance >= bound {
                failures.push(format!(
                    "{function}({x:?}, {y:?}) in {kind} is {value:?}, not {exact:?}: {distance:.4} ulp"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The argument with the largest distance.
#[derive(Clone, Copy)]
struct Worst {
    distance: f64,
    x: f64,
    y: f64,
    value: f64,
    exact: f64,
}

/// How far a value is from an exact result, which is a float64 and what that lacks, in its own units in the last place.
type Measure = fn(f64, f64, f64) -> f64;

fn measure(reference: &mut Reference, function: Function, count: usize, distance: Measure) -> Worst {
    let is_single = std::ptr::fn_addr_eq(distance, single_distance as Measure);
    let mut worst = Worst { distance: 0.0, x: 0.0, y: 0.0, value: 0.0, exact: 0.0 };
    let mut arguments = Arguments::new(function);
    let specials = Arguments::special(function);
    let mut left = count;
    let mut chunk = specials;
    loop {
        if is_single {
            chunk.iter_mut().for_each(|(x, y)| (*x, *y) = (f64::from(*x as f32), f64::from(*y as f32)));
        }
        let (exact, lacking) = reference.ask(function, &chunk);
        for (index, (x, y)) in chunk.iter().copied().enumerate() {
            let value = function.value(x, y);
            let distance = distance(value, exact[index], lacking[index]);
            if distance > worst.distance || distance.is_nan() && !worst.distance.is_nan() {
                worst = Worst { distance, x, y, value, exact: exact[index] };
            }
        }
        if left == 0 {
            return worst;
        }
        let size = left.min(CHUNK);
        chunk = (0..size).map(|_| arguments.next()).collect();
        left -= size;
    }
}

/// Infinite where a nan, an infinity or a sign of zero is wrong.
fn distance(value: f64, exact: f64, lacking: f64) -> f64 {
    if value.to_bits() == exact.to_bits() && (exact == 0.0 || !exact.is_finite())
        || value.is_nan() && exact.is_nan()
    {
        return 0.0;
    }
    // A result that rounds to infinity, or is just not that.
    if !exact.is_finite() && value.abs() == f64::MAX {
        return 1.0;
    }
    if !exact.is_finite()
        || !value.is_finite()
        || value == 0.0 && exact == 0.0 && value.is_sign_negative() != exact.is_sign_negative()
    {
        return f64::INFINITY;
    }
    // The distance of the floats around the exact result, which may lie below a power of two that it rounds to.
    let size = exact.abs();
    let is_below = (lacking < 0.0) == (exact > 0.0) && lacking != 0.0;
    let above = if size == f64::MAX { size - size.next_down() } else { size.next_up() - size };
    let unit = if is_below && size > 0.0 { size - size.next_down() } else { above };
    ((value - exact) / unit - lacking * (above / unit)).abs()
}

/// The same of a result that is rounded to float32, as compiled code rounds it.
fn single_distance(value: f64, exact: f64, lacking: f64) -> f64 {
    let value = value as f32;
    if exact.is_nan() || exact == 0.0 || !(exact as f32).is_finite() || !value.is_finite() {
        let rounded = exact as f32;
        let is_same = value.to_bits() == rounded.to_bits() || value.is_nan() && rounded.is_nan();
        return if is_same { 0.0 } else { 1.0 };
    }
    let size = (exact as f32).abs();
    let unit = f64::from(size.max(f32::MIN_POSITIVE)).log2().floor().exp2() * f64::from(f32::EPSILON);
    ((f64::from(value) - exact - lacking * (exact.abs().next_up() - exact.abs())) / unit).abs()
}

/// Random arguments of a function.
struct Arguments {
    function: Function,
    state: u64,
}

impl Arguments {
    fn new(function: Function) -> Self {
        Self { function, state: 0x9e37_79b9_7f4a_7c15 ^ (function as u64) }
    }

    /// All combinations of numbers at which something is special.
    fn special(function: Function) -> Vec<(f64, f64)> {
        let mut numbers = vec![
            0.0,
            5e-324,
            1e-310,
            f64::MIN_POSITIVE,
            1e-200,
            1e-20,
            1e-9,
            2e-9,
            4e-9,
            1e-8,
            0.1,
            0.25,
            0.3,
            1.0 / 3.0,
            0.34657359027997264,
            0.4142135623730951,
            0.5,
            0.6931471805599453,
            0.7071067811865476,
            0.7853981633974483,
        ];
        numbers.extend([
            1.0,
            1.0_f64.next_up(),
            1.0_f64.next_down(),
            1.25,
            1.4142135623730951,
            1.5,
            1.5707963267948966,
            2.0,
            2.0_f64.next_up(),
            2.414213562373095,
            2.5,
            3.0,
            3.141592653589793,
            4.0,
            4.5,
            5.0,
            6.0,
            6.1,
            6.5,
            7.0,
            8.0,
            10.0,
            19.0,
            21.9,
            22.5,
            27.0,
            40.0,
            64.0,
            100.0,
            101.0,
        ]);
        numbers.extend([
            300.0,
            512.0,
            708.3964185322641,
            709.782712893384,
            709.7827128933841,
            710.4758600739439,
            710.475860073944,
            711.0,
            745.1332191019411,
            745.1332191019412,
            746.0,
            1000.0,
            1023.0,
            1024.0,
            1074.0,
            1075.0,
            1e4,
            1e6,
            1_647_000.0,
            1_647_001.0,
            1e10,
            4503599627370495.5,
            4503599627370497.0,
            9007199254740991.0,
            9007199254740992.0,
            1e19,
            1e22,
            1e100,
            1e200,
            1e300,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ]);
        let signed: Vec<f64> = numbers.iter().flat_map(|number| [*number, -number]).collect();
        let first = |seconds: &[f64]| signed.iter().flat_map(|x| seconds.iter().map(|y| (*x, *y))).collect();
        if function.arity() == 1 { first(&[0.0]) } else { first(&signed) }
    }

    fn next(&mut self) -> (f64, f64) {
        let kind = self.bits() % 8;
        let x = self.number(kind);
        let y = match (self.function, kind) {
            (Function::Pow, 0..4) => {
                // So that the result is neither 0 nor infinite.
                let most = 745.0 / x.abs().ln().abs().max(1e-300);
                (self.unit() * 2.0 - 1.0) * most.min(1e300)
            }
            (_, 4) => x * (1.0 + (self.unit() - 0.5) * 1e-6),
            _ => {
                let kind = self.bits() % 8;
                self.number(kind)
            }
        };
        (x, y)
    }

    fn number(&mut self, kind: u64) -> f64 {
        let sign = if self.bits() & 1 == 0 { 1.0 } else { -1.0 };
        let unit = self.unit();
        match kind {
            0 => f64::from_bits(self.bits()),
            1 => sign * unit,
            2 => sign * (1.0 + (unit - 0.5) * 0.9),
            3 => sign * unit * 10.0,
            4 => sign * unit * 800.0,
            5 => sign * (unit * 80.0 - 60.0).exp2(),
            6 => sign * (1.0 + sign * (unit * -50.0).exp2()),
            // Next to multiples of pi / 4.
            _ => {
                sign * (std::f64::consts::FRAC_PI_4 * (self.bits() % 2_000_000) as f64)
                    * (1.0 + (unit - 0.5) * 1e-10)
            }
        }
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (-53.0_f64).exp2()
    }

    /// Marsaglia's xorshift64*.
    fn bits(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// The program that knows better.
struct Reference {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Reference {
    fn start() -> Self {
        let python = std::env::var("HOTLOOP_VENV_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let input = child.stdin.take().expect("it was piped");
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { _child: child, input, output }
    }

    fn ask(&mut self, function: Function, arguments: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
        writeln!(self.input, "{function} {} {}", arguments.len(), function.arity()).expect("Python reads");
        let first = arguments.iter().map(|(x, _)| *x);
        let second = arguments.iter().map(|(_, y)| *y).filter(|_| function.arity() == 2);
        let bytes: Vec<u8> = first.chain(second).flat_map(f64::to_le_bytes).collect();
        self.input.write_all(&bytes).expect("Python reads");
        self.input.flush().expect("Python reads");
        (self.answer(arguments.len()), self.answer(arguments.len()))
    }

    fn answer(&mut self, count: usize) -> Vec<f64> {
        let mut bytes = vec![0; 8 * count];
        self.output.read_exact(&mut bytes).expect("Python answers");
        bytes
            .chunks_exact(8)
            .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")))
            .collect()
    }
}
