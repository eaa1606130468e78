//! Compares every mathematical function of the runtime with Python, bit for bit: with the `math` module where it has the
//! function, and with the C library that Python loads otherwise.
//!
//! Where Python raises `ValueError` the result has to be nan or infinite (a domain error or a pole), where it raises
//! `OverflowError` infinite.

use hotloop_abi::{Effects, MachineType, RuntimeFunction};
use hotloop_runtime::{MathValue, call_math};
use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

const RANDOM_INPUTS: usize = 2500;

/// Reads lines `symbol bits..`, prints the bits of the result or the name of the exception.
const PYTHON: &str = r#"
import cmath, ctypes, math, struct, sys
libm = ctypes.CDLL("libm.so.6")
def c(name, kind, count):
    function = getattr(libm, name)
    function.restype, function.argtypes = kind, [kind] * count
    return function
float64, float32 = ctypes.c_double, ctypes.c_float
functions = {
    "hl_gamma": math.gamma, "hl_lgamma": math.lgamma, "hl_ldexp": math.ldexp, "hl_round_digits": round,
    # math.hypot takes any number of arguments and rounds better than libm.
    "hypot": c("hypot", float64, 2),
    **{name: c(name, float32, 1) for name in ("sinf", "cosf", "expf", "logf")},
    **{name: c(name, float32, 2) for name in ("powf", "fmodf")},
}
def part(number, which):
    return number.imag if which else number.real
def complex_pow(a, b, c, d, which):
    # The square is one product here.
    base, exponent = complex(a, b), complex(c, d)
    return part(base * base if exponent == 2 else base**exponent, which)
def unary(name):
    return lambda real, imag, which: part(getattr(cmath, name)(complex(real, imag)), which)
def counted(function):
    # What is negative is never asked for, and -1 stands for what does not fit.
    def call(*numbers):
        if min(numbers) < 0:
            return None
        if min(numbers) > 2000:
            return 1 if function is math.comb and len(set(numbers)) == 1 else -1
        count = function(*numbers)
        return count if count < 2**63 else -1
    return call
def modular(base, exponent, modulus):
    if modulus == 0:
        return 0
    try:
        result = pow(base, exponent, modulus)
    except ValueError:
        return -(2**63)
    return result if result < 2**63 else result - 2**64
libm_fma = libm.fma
libm_fma.restype, libm_fma.argtypes = float64, [float64] * 3
functions.update({
    "hl_bit_length": lambda n: (n % 2**64).bit_length(), "hl_bit_count": lambda n: (n % 2**64).bit_count(),
    "hl_complex_pow": complex_pow,
    **{"hl_complex_" + name: unary(name) for name in ("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "log", "log10", "sin", "sinh", "sqrt", "tan", "tanh")},
    "hl_complex_rect": lambda length, angle, which: part(cmath.rect(length, angle), which),
    "fma": libm_fma, "hl_ulp": math.ulp,
    "hl_frexp_mantissa": lambda x: math.frexp(x)[0], "hl_frexp_exponent": lambda x: math.frexp(x)[1],
    "hl_hash_float": lambda x: hash(x) if x == x else 0, "hl_hash_integer": hash, "hl_hash_unsigned": lambda n: hash(n % 2**64),
    "hl_isqrt": lambda n: math.isqrt(n % 2**64),
    "hl_factorial": counted(math.factorial), "hl_comb": counted(math.comb), "hl_perm": counted(math.perm),
    "hl_pow_mod": modular, "hl_pow_mod_unsigned": lambda *numbers: modular(*(n % 2**64 for n in numbers)),
})
def value(text):
    kind, bits = text[0], text[1:]
    if kind == "i":
        return int(bits)
    return struct.unpack("<d", struct.pack("<Q", int(bits)))[0] if kind == "d" else struct.unpack("<f", struct.pack("<I", int(bits)))[0]
for line in sys.stdin:
    symbol, *arguments = line.split()
    function = functions.get(symbol) or getattr(math, symbol)
    try:
        result = function(*map(value, arguments))
    except (ArithmeticError, ValueError) as error:
        # Of a complex result perhaps only the other part is too large.
        print("any" if symbol.startswith("hl_complex") and symbol != "hl_complex_pow" or isinstance(error, OverflowError) and symbol == "hl_complex_pow" else type(error).__name__)
        continue
    if result is None:
        print("any")
    elif isinstance(result, int):
        print(result)
    elif arguments[0][0] == "d":
        print("nan" if result != result else struct.unpack("<Q", struct.pack("<d", result))[0])
    else:
        print("nan" if result != result else struct.unpack("<I", struct.pack("<f", result))[0])
"#;

#[test]
fn every_function_has_the_bits_of_python() {
    let mut random = Random(0x5eed);
    let cases: Vec<(RuntimeFunction, Vec<MathValue>)> = RuntimeFunction::ALL
        .iter()
        .filter(|function| function.effects() == Effects::Pure)
        // They are measured where they are defined.
        .filter(|function| function.own_function().is_none())
        .flat_map(|&function| inputs(function, &mut random).into_iter().map(move |input| (function, input)))
        .collect();
    let answers = ask_python(&cases);
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for ((function, input), answer) in cases.iter().zip(&answers) {
        let result = call_math(*function, input).expect("the input fits the function");
        *count.entry(function.symbol()).or_default() += 1;
        if !agrees(result, answer) {
            wrong.push(format!("{}{input:?} = {result:?}, Python: {answer}", function.symbol()));
        }
    }
    assert!(count.values().all(|&count| count >= RANDOM_INPUTS));
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

fn agrees(result: MathValue, answer: &str) -> bool {
    let (is_nan, is_infinite, bits) = match result {
        MathValue::F64(x) => (x.is_nan(), x.is_infinite(), x.to_bits()),
        MathValue::F32(x) => (x.is_nan(), x.is_infinite(), u64::from(x.to_bits())),
        MathValue::I64(n) => return answer == "any" || answer.parse() == Ok(n),
    };
    match answer {
        "nan" => is_nan,
        "any" => true,
        "ValueError" | "ZeroDivisionError" => is_nan || is_infinite,
        "OverflowError" => is_infinite,
        other => !is_nan && other.parse() == Ok(bits),
    }
}

fn ask_python(cases: &[(RuntimeFunction, Vec<MathValue>)]) -> Vec<String> {
    let python = std::env::var("HOTLOOP_VENV_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&python)
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("this test needs {python}: {error}"));
    let mut input = child.stdin.take().expect("it is piped");
    let lines: Vec<String> = cases.iter().map(line).collect();
    let writer =
        std::thread::spawn(move || input.write_all(lines.concat().as_bytes()).expect("Python reads"));
    let output = child.wait_with_output().expect("Python runs");
    writer.join().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn line((function, input): &(RuntimeFunction, Vec<MathValue>)) -> String {
    let mut line = function.symbol().to_owned();
    for value in input {
        line += &match value {
            MathValue::I64(n) => format!(" i{n}"),
            MathValue::F32(x) => format!(" f{}", x.to_bits()),
            MathValue::F64(x) => format!(" d{}", x.to_bits()),
        };
    }
    line + "\n"
}

fn inputs(function: RuntimeFunction, random: &mut Random) -> Vec<Vec<MathValue>> {
    let mut inputs: Vec<Vec<MathValue>> = vec![Vec::new()];
    for &parameter in function.parameters() {
        let mut edges = edges(function, parameter);
        if function.parameters().len() > 2 {
            // All of them with each other would be too many.
            edges = edges.into_iter().step_by(11).collect();
        }
        inputs = inputs
            .iter()
            .flat_map(|input| edges.iter().map(move |&edge| [input.as_slice(), &[edge]].concat()))
            .collect();
    }
    for _ in 0..RANDOM_INPUTS {
        inputs
            .push(function.parameters().iter().map(|&parameter| random.value(function, parameter)).collect());
    }
    inputs
}

fn edges(function: RuntimeFunction, parameter: MachineType) -> Vec<MathValue> {
    let wide = [
        0.0,
        0.5,
        1.0,
        1.5,
        2.0,
        2.5,
        3.0,
        4.9,
        5.0,
        10.0,
        22.0,
        23.0,
        24.0,
        100.5,
        139.9,
        140.0,
        170.6,
        171.0,
        171.7,
        200.0,
        201.0,
        700.0,
        709.78,
        710.0,
        745.2,
        1e-20,
        9e-21,
        1e-300,
        1e10,
        1e15,
        4503599627370495.5,
        1e16,
        1e22,
        9.5e22,
        1e300,
        0.125,
        0.375,
        2.675,
        1.005,
        0.05,
        0.15,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        f64::EPSILON,
        std::f64::consts::PI,
        std::f64::consts::FRAC_PI_2,
        f64::INFINITY,
        f64::NAN,
    ];
    let signed = wide.iter().flat_map(|&x| [x, -x]);
    match parameter {
        MachineType::F64 => signed.map(MathValue::F64).collect(),
        MachineType::F32 => signed.map(|x| MathValue::F32(x as f32)).collect(),
        MachineType::I64 if function == RuntimeFunction::RoundDigits => {
            (-330..=330).step_by(11).chain(-24..=24).map(MathValue::I64).collect()
        }
        MachineType::I64 if takes_part(function) => {
            [0, 1].repeat(6).into_iter().map(MathValue::I64).collect()
        }
        MachineType::I64 => {
            (-1100..=1100).step_by(25).chain([-3, -2, -1, 1, 2, 3, 1 << 40]).map(MathValue::I64).collect()
        }
        other => panic!("no function takes {other}"),
    }
}

/// Whether the integer says which part of a complex result is wanted.
fn takes_part(function: RuntimeFunction) -> bool {
    function.symbol().starts_with("hl_complex")
}

/// A linear congruential generator: the same inputs in every run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 ^ (self.0 >> 33)
    }

    fn value(&mut self, function: RuntimeFunction, parameter: MachineType) -> MathValue {
        match parameter {
            MachineType::F64 => MathValue::F64(self.double()),
            MachineType::F32 => MathValue::F32(self.double() as f32),
            MachineType::I64 if function == RuntimeFunction::RoundDigits => {
                MathValue::I64((self.bits() >> 40) as i64 % 20 - 6)
            }
            MachineType::I64 if takes_part(function) => MathValue::I64((self.bits() >> 40) as i64 % 2),
            MachineType::I64 => MathValue::I64((self.bits() >> 40) as i64 % 2200 - 1100),
            other => panic!("no function takes {other}"),
        }
    }

    /// Any bits, numbers of ordinary size, numbers about 1, or decimal fractions.
    fn double(&mut self) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0;
        match self.bits() >> 62 {
            0 => f64::from_bits(self.bits()),
            1 => unit * 200.0,
            2 => unit * 2.0,
            _ => (unit * 1e5).round() / 1e3,
        }
    }
}
