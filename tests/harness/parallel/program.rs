//! Random programs with parallel loops that have one meaning: iterations write elements of their own, and what they share is a reduction that nothing else reads.
//!
//! Everything but sums and products of floats has to be CPython's to the bit; these are bounded, so that the bound of a case follows from the number of updates.

use std::fmt::Write as _;

/// The most that is added to a sum of floats at once.
const MOST_ADDEND: f64 = 50.0;
/// How often an iteration updates a reduction at most: loops in it, and statements.
const MOST_UPDATES: f64 = 200.0;

/// Takes decisions from bytes; behind their end every decision is the plainest.
struct Decisions<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Decisions<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % limit
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    fn is_chosen(&mut self, one_in: usize) -> bool {
        self.below(one_in) == one_in - 1
    }
}

/// The test program that bytes stand for: one kernel, called with arrays of two lengths.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut decisions = Decisions { bytes: bytes.iter() };
    let lengths = [
        decisions.one_of(&["5", "1", "17", "64", "2", "0"]),
        // Short iterations share chunks of a thousand; CPython takes long over so many.
        match decisions.is_chosen(24) {
            true => "2100",
            false => decisions.one_of(&["40", "63", "65", "100", "130", "257"]),
        },
    ];
    let mut writer = Writer { decisions, text: String::new(), indent: 1, places: Places::default() };
    writer.kernel();
    let mut program = String::from(
        "import numpy as np\nfrom hotloop import njit, prange\n\n\n@njit\ndef helper(value, number):\n    if number > 3:\n        return value * 0.5 + number\n    return value - number\n\n\n",
    );
    program += &writer.text;
    program += "\n\ndef floats(n):\n    return np.arange(n) * 0.37 % 3.1 - 1.3\n\n\ndef ints(n):\n    return np.arange(n) * 7 % 11 - 2\n\n\nCASES = [\n";
    for length in lengths {
        let count: f64 = length.parse::<f64>().expect("a number") * MOST_UPDATES;
        let within = count * f64::EPSILON * count * MOST_ADDEND + 1e-300;
        let _ = writeln!(
            program,
            "    (\"kernel\", [floats({length}), ints({length}), np.outer(floats({length}), np.arange(4.0)), {length}, 0.75], {{\"within\": {within:e}}}),"
        );
    }
    program + "]\n"
}

/// What a statement may use.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    /// The counters of the loops around, `i` first.
    counters: usize,
    /// Whether the innermost loops are parallel ones within another: nothing is assigned there but reductions.
    is_nested: bool,
    /// Whether the private array was made.
    has_array: bool,
    depth: usize,
}

struct Writer<'a> {
    decisions: Decisions<'a>,
    text: String,
    indent: usize,
    places: Places,
}

/// The reductions of a loop: a variable, and how it is updated.
/// Factors lie so near to 1 that no product leaves the range in which the bound of a case holds.
const REDUCTIONS: [(&str, &str); 13] = [
    ("fs", "fs += {f}"),
    ("fs", "fs = fs - {f}"),
    ("fp", "fp *= 1 + 0.0000001 * {f}"),
    ("fp", "fp /= 1 + 0.0000001 * {f}"),
    ("fm", "fm = min(fm, {f})"),
    ("fx", "fx = max({f}, fx)"),
    ("it", "it += {i}"),
    ("it", "it = {i} + it"),
    ("ix", "ix ^= {i}"),
    ("io", "io |= {i}"),
    ("ia", "ia = ia & {i}"),
    ("im", "im = max(im, {i})"),
    ("il", "il = min({i}, il)"),
];

/// The arrays that iterations update together.
const ARRAY_REDUCTIONS: [&str; 5] = [
    "hist[{i} % 5] += 1",
    "hist[({i} + 2) % 5] += {i}",
    "sums[{i} % 3] += {f}",
    "sums += {f}",
    "masks[{i} % 4] ^= {i}",
];

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}{text}", "    ".repeat(self.indent));
    }

    fn kernel(&mut self) {
        self.text += "@njit(parallel=True)\ndef kernel(x, k, a, n, s):\n";
        for line in [
            "fs = 1.5",
            "fp = 1.0",
            "fm = 1e9",
            "fx = -1e9",
            "it = 3",
            "ix = 5",
            "io = 0",
            "ia = -1",
            "im = -100",
            "il = 100",
            "hist = np.zeros(5, np.int64)",
            "sums = np.zeros(3)",
            "masks = np.zeros(4, np.int64)",
            "out = np.zeros(n)",
            "outi = np.zeros(n, np.int64)",
            "b = a.copy()",
        ] {
            self.line(line);
        }
        for _ in 0..=self.decisions.below(2) {
            self.parallel_loop();
        }
        if self.decisions.is_chosen(3) {
            self.line("out = out * s + 1");
        }
        self.line("return fs, fp, fm, fx, it, ix, io, ia, im, il, hist, sums, masks, out, outi, b");
    }

    fn parallel_loop(&mut self) {
        let range = self.decisions.one_of(&["n", "n", "0, n", "1, n", "0, n, 2", "n - 1, -1, -1", "n // 2"]);
        self.line(&format!("for i in prange({range}):"));
        self.indent += 1;
        self.places = Places { counters: 1, ..Places::default() };
        self.line("p = 0.25 * i % 3.0");
        self.line("q = i % 6");
        if self.decisions.is_chosen(3) {
            self.line("t = np.zeros(3)");
            self.places.has_array = true;
        }
        for _ in 0..=self.decisions.below(5) {
            self.statement();
        }
        self.indent -= 1;
    }

    fn statement(&mut self) {
        let choice = self.decisions.below(12);
        match choice {
            0..=2 => self.reduction(),
            3 => self.array_reduction(),
            _ if self.places.is_nested => self.reduction(),
            4 => {
                let value = self.float(2);
                self.line(&format!("p = {value}"));
            }
            5 => {
                let value = self.int(2);
                self.line(&format!("q = {value}"));
            }
            6 => self.element(),
            7 if self.places.has_array => {
                let (place, value) = (self.int(1), self.float(1));
                self.line(&format!("t[{place} % 3] += {value}"));
            }
            7 => self.raise_or_go_on(),
            8 | 9 if self.places.depth < 2 => self.condition_statement(),
            10 if self.places.depth < 2 => self.inner_loop(),
            11 if self.places.depth < 1 => self.nested_parallel(),
            _ => self.reduction(),
        }
    }

    fn filled(&mut self, form: &str) -> String {
        let mut text = form.to_owned();
        if text.contains("{f}") {
            let value = self.float(2);
            text = text.replacen("{f}", &format!("min(max({value}, -{MOST_ADDEND:?}), {MOST_ADDEND:?})"), 1);
        }
        while text.contains("{i}") {
            let value = self.int(1);
            text = text.replacen("{i}", &value, 1);
        }
        text
    }

    fn reduction(&mut self) {
        let (_, form) = REDUCTIONS[self.decisions.below(REDUCTIONS.len())];
        let text = self.filled(form);
        self.line(&text);
    }

    fn array_reduction(&mut self) {
        let form = ARRAY_REDUCTIONS[self.decisions.below(ARRAY_REDUCTIONS.len())];
        let text = self.filled(form);
        self.line(&text);
    }

    /// An element that belongs to the iteration.
    fn element(&mut self) {
        let (float, int) = (self.float(2), self.int(2));
        let text = match self.decisions.below(6) {
            0 => format!("out[i] = {float}"),
            1 => format!("out[i] += {float}"),
            2 => format!("outi[i] = {int}"),
            3 => format!("b[i, {int} % 4] = {float}"),
            4 => format!("b[i] = {float}"),
            _ => format!("b[i, 1:] -= {float}"),
        };
        self.line(&text);
    }

    fn raise_or_go_on(&mut self) {
        match self.decisions.below(4) {
            0 => {
                self.line("if i % 7 == 3:");
                self.indent += 1;
                self.line("continue");
                self.indent -= 1;
            }
            1 => {
                let value = self.int(1);
                self.line(&format!("if {value} > 9:"));
                self.indent += 1;
                self.line("raise ValueError(\"too large\", i)");
                self.indent -= 1;
            }
            2 => {
                let value = self.int(1);
                self.line(&format!("q = 100 // ({value} % 9)"));
            }
            _ => self.line("q = k[i] + (q % 5)"),
        }
    }

    fn nested(&mut self, places: Places, most: usize) {
        let depth = self.places.depth + 1;
        let outside = std::mem::replace(&mut self.places, Places { depth, ..places });
        self.indent += 1;
        for _ in 0..=self.decisions.below(most) {
            self.statement();
        }
        self.indent -= 1;
        self.places = outside;
    }

    fn condition_statement(&mut self) {
        let condition = self.condition();
        self.line(&format!("if {condition}:"));
        let places = self.places;
        self.nested(places, 3);
        if self.decisions.is_chosen(2) {
            self.line("else:");
            self.nested(places, 2);
        }
    }

    fn inner_loop(&mut self) {
        let counter = format!("j{}", self.places.counters);
        let count = self.int(1);
        self.line(&format!("for {counter} in range({count} % 4):"));
        let places = Places { counters: self.places.counters + 1, ..self.places };
        self.nested(places, 3);
    }

    fn nested_parallel(&mut self) {
        let counter = format!("j{}", self.places.counters);
        let count = self.decisions.one_of(&["3", "2", "4", "q % 3"]);
        self.line(&format!("for {counter} in prange({count}):"));
        let places = Places { counters: self.places.counters + 1, is_nested: true, ..self.places };
        self.nested(places, 2);
    }

    fn counter(&mut self) -> String {
        match self.decisions.below(self.places.counters) {
            0 => "i".to_owned(),
            number => format!("j{number}"),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        let choice = if depth == 0 { self.decisions.below(6) } else { self.decisions.below(12) };
        match choice {
            0 => "x[i]".to_owned(),
            1 => "p".to_owned(),
            2 => format!("0.1 * {}", self.counter()),
            3 => format!("a[i, {} % 4]", self.counter()),
            4 => "s".to_owned(),
            5 if self.places.has_array => format!("t[{} % 3]", self.counter()),
            5 => "x[i - 1]".to_owned(),
            6 => format!("np.sqrt(np.abs({}))", self.float(depth - 1)),
            7 => format!("helper({}, {})", self.float(depth - 1), self.int(depth - 1)),
            8 => format!("max({}, {})", self.float(depth - 1), self.float(depth - 1)),
            9 => format!("({} + {})", self.float(depth - 1), self.float(depth - 1)),
            10 => format!("({} - {})", self.float(depth - 1), self.int(depth - 1)),
            _ => format!("({} * {})", self.float(depth - 1), self.float(depth - 1)),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        let choice = if depth == 0 { self.decisions.below(4) } else { self.decisions.below(9) };
        match choice {
            0 => "k[i]".to_owned(),
            1 => self.counter(),
            2 => "q".to_owned(),
            3 => "4".to_owned(),
            4 => format!("({} + {})", self.int(depth - 1), self.int(depth - 1)),
            5 => format!("({} - {})", self.int(depth - 1), self.int(depth - 1)),
            6 => format!("({} * {} % 13)", self.int(depth - 1), self.int(depth - 1)),
            7 => format!("min({}, {})", self.int(depth - 1), self.int(depth - 1)),
            _ => format!("({} & 7)", self.int(depth - 1)),
        }
    }

    fn condition(&mut self) -> String {
        match self.decisions.below(4) {
            0 => format!("{} > {}", self.float(1), self.float(0)),
            1 => format!("{} % 3 == 1", self.int(1)),
            2 => format!("k[i] > {}", self.int(0)),
            _ => format!("{} < 4 and p > 0.5", self.int(1)),
        }
    }
}
