//! A test program of array expressions out of decisions: kernels of one statement each, over arrays of every layout.
//!
//! All operands of an expression have the lengths that the kernel's slices leave, so that most of them fit; those that do not raise the same error
//! everywhere. What is written overlaps what is read more often than not.

use std::fmt::Write as _;

use crate::names::Decisions;

/// How deep expressions nest.
const DEPTH: u32 = 3;

/// The most kernels in a program.
const KERNELS: usize = 10;

/// Behind statements that write what they also read.
pub(crate) const OVERLAPS: &str = "# overlaps";

/// What an expression's elements are, the simplest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Bool,
    Int,
    Float,
}

/// Dtypes, the simplest first.
const DTYPES: [(&str, Kind); 8] = [
    ("float64", Kind::Float),
    ("int64", Kind::Int),
    ("float32", Kind::Float),
    ("int8", Kind::Int),
    ("uint8", Kind::Int),
    ("int32", Kind::Int),
    ("uint16", Kind::Int),
    ("bool", Kind::Bool),
];

/// Slices of an axis that leave as many positions, by how many these are: all, all but one, every second of four.
const SLICES: [&[&str]; 3] =
    [&[":", "::-1", "0:", "-9:9"], &["1:", ":-1", ":0:-1", "-2::-1"], &["::2", "1::2", "::-2", "-2::-2"]];

/// The program that the decisions stand for.
pub(crate) fn write(decisions: &[u8]) -> String {
    let mut decisions = Decisions::new(decisions);
    let mut text = String::from("import numpy as np\nfrom hotloop import njit\n");
    let mut cases = String::new();
    for number in 0..KERNELS {
        let mut kernel = Kernel::new(&mut decisions);
        let statement = kernel.statement();
        _ = write!(text, "\n\n@njit\ndef kernel{number}(x, y, i, j, m, mm, a):\n    {statement}\n");
        for _ in 0..2 {
            _ = writeln!(cases, "    (\"kernel{number}\", [{}]),", kernel.arguments());
        }
        if decisions.is_used_up() {
            break;
        }
    }
    format!("{text}\n\nCASES = [\n{cases}]\n")
}

/// One kernel and what its arguments are.
struct Kernel<'d, 'b> {
    decisions: &'d mut Decisions<'b>,
    /// The lengths of the arrays `x` and `y`, and for each the kind of slices.
    lengths: Vec<usize>,
    slices: Vec<usize>,
    x: (&'static str, Kind),
    y: (&'static str, Kind),
    a: (&'static str, Kind),
    reads_x: bool,
}

impl<'d, 'b> Kernel<'d, 'b> {
    fn new(decisions: &'d mut Decisions<'b>) -> Self {
        let ndim = 1 + decisions.pick(3);
        let lengths: Vec<usize> = (0..ndim)
            .map(|axis| [4, 3, 4, 1, 0][if axis == 0 { decisions.pick(2) } else { decisions.pick(5) }])
            .collect();
        let slices = lengths
            .iter()
            .map(|length| if *length == 4 { decisions.pick(3) } else { decisions.pick(2) })
            .collect();
        let x = decisions.one_of(&DTYPES);
        let y = decisions.one_of(&DTYPES);
        let a = decisions.one_of(&DTYPES[..3]);
        Self { decisions, lengths, slices, x, y, a, reads_x: false }
    }

    fn statement(&mut self) -> String {
        match self.decisions.pick(9) {
            0 => format!("return {}", self.any(DEPTH)),
            1 => format!("return {}", self.chosen()),
            2 => format!("return {}", self.arranged()),
            3 | 4 => {
                let value = self.stored();
                let target = self.part("x");
                self.written(format!("{target} = {value}"))
            }
            5 => self.in_place(),
            6 => {
                let target = self.indices("x");
                let value =
                    if self.decisions.pick(2) == 0 { self.scalar() } else { self.stored_by_indices() };
                self.written(format!("{target} = {value}"))
            }
            7 => {
                let target = self.one_of(&["x[m]", "x[mm]", "x[x > 1]", "x[~m]", "x[y == y]", "x[m, ...]"]);
                let value = self.scalar();
                self.written(format!("{target} = {value}"))
            }
            _ => self.augmented_by_arrays(),
        }
    }

    fn written(&self, statement: String) -> String {
        if self.reads_x { format!("{statement}  {OVERLAPS}") } else { statement }
    }

    /// An operator that writes to a part of `x`, of values that its dtype takes.
    fn in_place(&mut self) -> String {
        let target = self.part("x");
        let operator =
            self.one_of(if self.x.1 == Kind::Bool { &["&=", "|=", "^="] } else { &["+=", "-=", "*="] });
        let value = match self.decisions.pick(3) {
            0 => self.of_x(),
            1 => {
                let (left, right) = (self.of_x(), self.of_x());
                let between = if self.x.1 == Kind::Bool { "|" } else { "+" };
                format!("({left} {between} {right})")
            }
            _ if self.x.0 == "float64" => self.any(2),
            _ => self.of_x(),
        };
        self.written(format!("{target} {operator} {value}"))
    }

    /// A part of `x` with the kernel's lengths.
    fn of_x(&mut self) -> String {
        self.reads_x = true;
        self.part("x")
    }

    fn augmented_by_arrays(&mut self) -> String {
        let target =
            self.one_of(&["x[m]", "x[mm]", "x[i]", "x[..., -1]", "x[i[::-1]]", "x[x == 1]", "x[i % 2]"]);
        let (operator, value) = match self.x.1 {
            Kind::Bool => ("^=", "True"),
            Kind::Int => (self.one_of(&["+=", "*=", "-="]), self.one_of(&["1", "2", "3"])),
            Kind::Float => (self.one_of(&["+=", "*=", "-="]), self.one_of(&["1", "0.5", "a"])),
        };
        format!("{target} {operator} {value}")
    }

    /// An expression that elements of `x` can take.
    fn stored(&mut self) -> String {
        let limit = self.x.1;
        for _ in 0..4 {
            let reads_x = self.reads_x;
            let (text, kind) = self.expression(DEPTH);
            if kind <= limit {
                return text;
            }
            self.reads_x = reads_x;
        }
        self.of_x()
    }

    /// A value for the elements that `i` chooses: rows of `x`, as many.
    fn stored_by_indices(&mut self) -> String {
        self.reads_x = true;
        self.one_of(&["x[i]", "x[::-1][i]", "x[j]", "x[i[::-1]]", "x[-1]"]).to_owned()
    }

    /// A number that elements of `x` can take.
    fn scalar(&mut self) -> String {
        match self.x.1 {
            Kind::Bool => self.one_of(&["True", "False"]).to_owned(),
            Kind::Int => self.one_of(&["1", "7", "0"]).to_owned(),
            Kind::Float => self.one_of(&["1", "0.5", "a", "x.size"]).to_owned(),
        }
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        self.decisions.one_of(choices)
    }

    fn any(&mut self, depth: u32) -> String {
        self.expression(depth).0
    }

    /// An expression with the kernel's lengths.
    fn expression(&mut self, depth: u32) -> (String, Kind) {
        if depth == 0 {
            return self.leaf();
        }
        match self.decisions.pick(9) {
            0 => self.leaf(),
            1..=3 => {
                let (left, a) = self.expression(depth - 1);
                let (right, b) = self.expression(depth - 1);
                self.binary((left, a), (right, b))
            }
            4 => {
                let (left, _) = self.expression(depth - 1);
                let (right, _) = self.expression(depth - 1);
                let operator = self.one_of(&["<", "==", ">=", "!="]);
                (format!("({left} {operator} {right})"), Kind::Bool)
            }
            5 => {
                let (operand, kind) = self.expression(depth - 1);
                let choices: &[&'static str] = match kind {
                    Kind::Bool => &["~", "np.logical_not", "abs"],
                    Kind::Int => &["-", "~", "abs", "np.sign", "np.square"],
                    Kind::Float => &["-", "abs", "np.floor", "np.sqrt", "np.square", "np.isnan"],
                };
                let function = self.one_of(choices);
                let is_bool = matches!(function, "np.isnan" | "np.logical_not");
                (format!("{function}({operand})"), if is_bool { Kind::Bool } else { kind })
            }
            6 => {
                let (condition, _) = self.expression(depth - 1);
                let (left, a) = self.expression(depth - 1);
                let (right, b) = self.expression(depth - 1);
                (format!("np.where({condition}, {left}, {right})"), a.max(b))
            }
            7 => {
                let (left, a) = self.expression(depth - 1);
                let (right, b) = self.expression(depth - 1);
                // Which of two zeros is the larger depends in NumPy on how the elements lie.
                let functions: &[&'static str] = match a.max(b) {
                    Kind::Float => &["np.add", "np.multiply", "np.subtract"],
                    Kind::Int | Kind::Bool => &["np.maximum", "np.minimum", "np.add", "np.multiply"],
                };
                let function = self.one_of(functions);
                (format!("{function}({left}, {right})"), a.max(b))
            }
            _ => {
                let (operand, kind) = self.expression(depth - 1);
                (format!("{operand}.copy()"), kind)
            }
        }
    }

    fn binary(&mut self, (left, a): (String, Kind), (right, b): (String, Kind)) -> (String, Kind) {
        let kind = a.max(b);
        let choices: &[&'static str] = match kind {
            Kind::Bool => &["&", "|", "^", "+", "*"],
            Kind::Int => &["+", "-", "*", "&", "|", "//", "%", "/"],
            Kind::Float => &["+", "-", "*", "/", "//", "%"],
        };
        let operator = self.one_of(choices);
        let kind = if operator == "/" { Kind::Float } else { kind };
        (format!("({left} {operator} {right})"), kind)
    }

    fn leaf(&mut self) -> (String, Kind) {
        match self.decisions.pick(10) {
            0 | 1 => (self.of_x(), self.x.1),
            2 | 3 => (self.part("y"), self.y.1),
            4 => {
                // One of length 1, or of fewer dimensions.
                let part = self.part("y");
                let last = self.one_of(&["[..., :1]", "[-1:]", "[:1]"]);
                (format!("{part}{last}"), self.y.1)
            }
            5 if self.lengths.len() > 1 => {
                let rest: Vec<&str> =
                    self.slices[1..].to_vec().iter().map(|class| self.one_of(SLICES[*class])).collect();
                (format!("y[0, {}]", rest.join(", ")), self.y.1)
            }
            6 => {
                let literal = self.one_of(&["1", "2", "3"]);
                // A number alone is no array.
                let (operand, kind) = (self.part("y"), self.y.1);
                let kind = kind.max(Kind::Int);
                (format!("({operand} + {literal})"), kind)
            }
            7 => {
                let (operand, kind) = (self.part("y"), self.y.1);
                (format!("({operand} * a)"), kind.max(self.a.1))
            }
            8 if self.slices[0] == 0 => {
                self.reads_x = true;
                let indices = self.one_of(&["x[i]", "x[j]", "x[i[::-1]]"]);
                let rest = self.behind_first();
                (format!("{indices}{rest}"), self.x.1)
            }
            _ => {
                let part = self.part("y");
                (format!("np.flip({part})"), self.y.1)
            }
        }
    }

    /// Slices of the axes behind the first.
    fn behind_first(&mut self) -> String {
        let classes = self.slices[1..].to_vec();
        let rest: Vec<&str> = classes.iter().map(|class| self.one_of(SLICES[*class])).collect();
        if rest.is_empty() { String::new() } else { format!("[:, {}]", rest.join(", ")) }
    }

    /// A part of an array with the kernel's lengths.
    fn part(&mut self, name: &str) -> String {
        let classes = self.slices.clone();
        let slices: Vec<&str> = classes.iter().map(|class| self.one_of(SLICES[*class])).collect();
        format!("{name}[{}]", slices.join(", "))
    }

    /// A subscript that has the first axis chosen by arrays.
    fn indices(&mut self, name: &str) -> String {
        let index = self.one_of(&["i", "i[::-1]", "m", "j, ...", "i, ...", "-i", "[0, -1]", "i + 0"]);
        format!("{name}[{index}]")
    }

    /// A part that arrays choose, in many ways.
    fn chosen(&mut self) -> String {
        let first = self.one_of(&[
            "i",
            "m",
            "0",
            "1:",
            "...",
            "None",
            "i[:1]",
            "-1",
            "::-1",
            "j[:, None]",
            "[1, 0, 1]",
        ]);
        let takes_first = !matches!(first, "..." | "None");
        let mut index = vec![first];
        let mut left = self.lengths.len() - usize::from(takes_first);
        let mut has_rest = first == "...";
        for _ in 0..3 {
            let next = self.one_of(&["", ":", "j", "0", "None", "::-1", "...", "i", "[0, 0]"]);
            let takes = !matches!(next, "" | "None" | "...");
            if (takes && left == 0) || next.is_empty() || (next == "..." && has_rest) {
                continue;
            }
            has_rest |= next == "...";
            left -= usize::from(takes);
            index.push(next);
        }
        let around = self.one_of(&["", " + 1", ".T"]);
        let name = self.one_of(&["x", "y"]);
        let is_one_element = left == 0 && index.iter().all(|part| matches!(*part, "0" | "-1"));
        let whole = ["mm", "x == y", "y != y"];
        if self.decisions.pick(6) == 5 {
            let mask = self.one_of(&whole);
            return format!("{name}[{mask}]");
        }
        format!("{name}[{}]{}", index.join(", "), if is_one_element && around == ".T" { "" } else { around })
    }

    /// An array in another arrangement.
    fn arranged(&mut self) -> String {
        let part = self.part("x");
        let other = self.part("y");
        match self.decisions.pick(8) {
            0 => format!("{part}.T, {other}.ravel()"),
            1 => format!("({part} + {other}.T.T).reshape(-1)"),
            2 => format!("{part}.reshape(-1, 1), {other}.reshape(1, -1).T"),
            3 => format!("np.expand_dims({part}, -1) * {other}[..., None]"),
            4 => format!("{part}.swapaxes(0, -1).flatten()"),
            5 => format!("np.flip({part}, 0).ravel(\"F\")"),
            6 => format!("{part}.transpose().copy().reshape({other}.T.shape)"),
            _ => format!("np.broadcast_to({part}, (2,) + {other}.shape)"),
        }
    }

    /// Arguments for a call, as they stand in the list of cases.
    fn arguments(&mut self) -> String {
        let (x, y) = (self.array(self.x.0), self.array(self.y.0));
        let first = self.lengths[0];
        let count = match self.slices[0] {
            0 => first,
            1 => first.saturating_sub(1),
            _ => first / 2,
        };
        let (i, j) = (self.index_array(first, count), self.index_array(first.min(3), count));
        let m: Vec<&str> = (0..first).map(|_| self.one_of(&["True", "False"])).collect();
        let scale = 2 + self.decisions.pick(3);
        let shape = self.shape();
        let size: usize = self.lengths.iter().product();
        let mm = format!("(np.arange({size}) % {scale} == 0).reshape({shape})");
        let a = format!("np.{}({})", self.a.0, 1 + self.decisions.pick(3));
        format!("{x}, {y}, {i}, {j}, np.array([{}], bool), {mm}, {a}", m.join(", "))
    }

    fn shape(&self) -> String {
        let lengths: Vec<String> = self.lengths.iter().map(ToString::to_string).collect();
        format!("({},)", lengths.join(", "))
    }

    /// An array of the kernel's lengths in one of several layouts.
    fn array(&mut self, dtype: &str) -> String {
        let (factor, modulus, shift) =
            (3 + self.decisions.pick(5), 5 + self.decisions.pick(8), self.decisions.pick(4));
        let size: usize = self.lengths.iter().product();
        let numbers = |size: usize| match dtype {
            "bool" => format!("(np.arange({size}) * {factor} % {modulus} % 2 == 0)"),
            "uint8" | "uint16" => format!("(np.arange({size}) * {factor} % {modulus}).astype(np.{dtype})"),
            "float64" | "float32" => {
                format!("((np.arange({size}) * {factor} % {modulus} - {shift}) / 4).astype(np.{dtype})")
            }
            _ => format!("(np.arange({size}) * {factor} % {modulus} - {shift}).astype(np.{dtype})"),
        };
        let shape = self.shape();
        match self.decisions.pick(5) {
            0 | 1 => format!("{}.reshape({shape})", numbers(size)),
            2 => format!("np.asfortranarray({}.reshape({shape}))", numbers(size)),
            3 => format!("{}.reshape({shape})[::-1]", numbers(size)),
            _ => {
                let mut wide = self.lengths.clone();
                let last = wide.len() - 1;
                wide[last] *= 2;
                let text: Vec<String> = wide.iter().map(ToString::to_string).collect();
                format!("{}.reshape(({},))[..., ::2]", numbers(size * 2), text.join(", "))
            }
        }
    }

    /// Indices of an axis of that length; now and then one that it does not have.
    fn index_array(&mut self, length: usize, count: usize) -> String {
        let numbers: Vec<String> = (0..count)
            .map(|_| {
                let number = self.decisions.pick(2 * length.max(1)) as i64 - length as i64;
                let is_far = self.decisions.pick(64) == 63;
                (if is_far { number + 9 } else { number }).to_string()
            })
            .collect();
        format!("np.array([{}], int)", numbers.join(", "))
    }
}
