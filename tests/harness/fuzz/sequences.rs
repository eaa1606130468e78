//! Comprehensions, generators, closures, named tuples, lists with gaps, and small arrays of one dimension: more variables of fixed names.
//!
//! The generator `stream` and the named tuple `Pair` stand at the head of the program, with `fail`, a kernel that always raises. Arrays are of
//! float64 and int64 and have five elements, so that they fit each other.

use crate::expression::Writer;
use crate::names::{Kind, Scope, Variable};
use crate::program::Body;

/// What an early `return` gives for the variables below.
pub(crate) const GIVES: &str = "(0, 0.0), np.zeros(5), np.zeros(5, np.int64), [None, 0]";

/// The variables as a result.
pub(crate) const RESULT: &str = "(n0.u, n0.v), u0, u1, g0";

/// The classes and kernels that programs use.
pub(crate) const HEAD: &str = "\
Pair = namedtuple(\"Pair\", \"u v\")


@njit
def fail(n):
    raise ValueError(\"failed\", n)


@njit
def stream(n, z):
    total = np.float64(z)
    for i in range(np.int64(n) & 7):
        if i == 5:
            return
        total = total * 0.5 + i
        yield total
    yield -1.0


";

/// Slices that take three of five elements.
const THREE: [&str; 6] = ["[:3]", "[1:4]", "[2:]", "[::2]", "[::-2]", "[3:0:-1]"];

impl Writer<'_, '_, '_> {
    /// An expression in which another integer is seen.
    fn within(&mut self, name: &str, kind: Kind, depth: u32) -> String {
        let mut scope: Scope = self.scope.clone();
        let variable = Variable { name: name.to_owned(), dtype: "int64", is_writable: false };
        scope.variables.push(variable);
        Writer { scope: &scope, decisions: self.decisions }.expression(kind, depth)
    }

    fn whole(&mut self, depth: u32) -> String {
        format!("np.int64({})", self.expression(Kind::Int, depth))
    }

    fn real(&mut self, depth: u32) -> String {
        format!("np.float64({})", self.expression(Kind::Float, depth))
    }

    /// Where a comprehension takes integers from.
    fn integers_from(&mut self) -> &'static str {
        self.decisions.one_of(&["range(4)", "l0[:4]", "(1, 2, 5)", "reversed(l0[:3])", "range(3, -1, -1)"])
    }

    /// `for ... in ...`, with a condition or another loop.
    fn clauses(&mut self, depth: u32) -> String {
        let source = self.integers_from();
        match self.decisions.pick(3) {
            0 => format!("for j in {source}"),
            1 => format!("for j in {source} if {}", self.within("j", Kind::Bool, depth)),
            _ => format!("for h in range(3) for j in range(h) if {}", self.within("h", Kind::Bool, depth)),
        }
    }

    /// A list of int64.
    pub(crate) fn comprehension(&mut self, depth: u32) -> String {
        match self.decisions.pick(3) {
            0 => {
                let source = self.integers_from();
                let value = self.within("j", Kind::Int, depth);
                let test = self.decisions.one_of(&["> 2", "!= 0", "< 100"]);
                format!("[p for j in {source} if (p := np.int64({value})) {test}]")
            }
            _ => {
                let element = self.within("j", Kind::Int, depth);
                format!("[np.int64({element}) {}]", self.clauses(depth))
            }
        }
    }

    /// An integer, a float or a truth value that one of the variables, or a loop within the expression, gives.
    pub(crate) fn of_sequences(&mut self, kind: Kind, depth: u32) -> String {
        match kind {
            Kind::Int => match self.decisions.pick(9) {
                0 => format!("sum({})", self.comprehension(depth)),
                1 => {
                    let function = self.decisions.one_of(&["min", "max"]);
                    let element = self.within("j", Kind::Int, depth);
                    format!("{function}((np.int64({element}) {}), default=0)", self.clauses(depth))
                }
                2 => format!("len({})", self.comprehension(depth)),
                3 => "n0.u".to_owned(),
                4 => format!("f1({})", self.whole(depth)),
                5 => format!("u1[{} % 5]", self.whole(depth)),
                6 => format!("({})[{} % 5]", self.integer_array(depth), self.whole(depth)),
                7 => "sum(e for e in g0 if e is not None)".to_owned(),
                _ => {
                    let (value, condition) = (self.whole(depth), self.expression(Kind::Bool, depth));
                    format!("({value} if {condition} == (u1[0] > 3) else fail({}))", self.whole(depth))
                }
            },
            Kind::Float => match self.decisions.pick(5) {
                0 => format!("sum(stream({}, {}))", self.whole(depth), self.real(depth)),
                1 => "n0.v".to_owned(),
                2 => format!("u0[{} % 5]", self.whole(depth)),
                3 => format!("({})[{} % 5]", self.float_array(depth), self.whole(depth)),
                _ => {
                    let element = self.within("j", Kind::Float, depth);
                    format!("sum([np.float64({element}) {}], 0.5)", self.clauses(depth))
                }
            },
            Kind::Bool => match self.decisions.pick(5) {
                0 => {
                    let function = self.decisions.one_of(&["any", "all"]);
                    format!(
                        "{function}({} for j in {})",
                        self.within("j", Kind::Bool, depth),
                        self.integers_from()
                    )
                }
                1 => format!("({} in g0)", self.whole(depth)),
                2 => "(None in g0)".to_owned(),
                3 => format!("(g0 == [None, {}])", self.whole(depth)),
                _ => format!("(n0 == Pair({}, 0.5))", self.whole(depth)),
            },
        }
    }

    /// A new array of float64.
    fn float_array(&mut self, depth: u32) -> String {
        let operator = self.decisions.one_of(&["+", "-", "*"]);
        match self.decisions.pick(6) {
            0 => format!("u0 {operator} {}", self.real(depth)),
            1 => format!("u0 {operator} u0"),
            2 => format!("u0 {operator} u1"),
            3 => format!("np.where(u0 > {}, u0, 0.5)", self.real(depth)),
            4 => "abs(u0)".to_owned(),
            _ => format!("-(u0 {operator} u0[::-1])"),
        }
    }

    /// A new array of int64.
    fn integer_array(&mut self, depth: u32) -> String {
        let operator = self.decisions.one_of(&["+", "-", "*", "&", "|"]);
        match self.decisions.pick(4) {
            0 => format!("u1 {operator} {}", self.whole(depth)),
            1 => format!("u1 {operator} u1[::-1]"),
            2 => format!("np.where(u1 < {}, u1, u1[::-1])", self.whole(depth)),
            _ => "-u1".to_owned(),
        }
    }
}

impl Body<'_, '_> {
    /// The variables, behind those of `objects`.
    pub(crate) fn sequences(&mut self) {
        let (whole, real) = (self.nested(Kind::Int, 1), self.nested(Kind::Float, 1));
        let operator = self.decisions.one_of(&["+", "-", "^"]);
        let lines = [
            format!("n0 = Pair(np.int64({whole}), np.float64({real}))"),
            format!("u0 = np.full(5, np.float64({real}))"),
            format!("u1 = np.full(5, np.int64({whole}))"),
            format!("g0 = [None, np.int64({whole})]"),
            "def f1(p):".to_owned(),
            "    if p > c0:".to_owned(),
            "        return c0".to_owned(),
            format!("    return p {operator} 3"),
        ];
        lines.iter().for_each(|line| self.line(line));
        self.scope.has_sequences = true;
    }

    /// A statement about one of them.
    pub(crate) fn sequence_statement(&mut self, depth: u32) {
        let mut writer = Writer { scope: &self.scope, decisions: self.decisions };
        let line = match writer.decisions.pick(14) {
            0 => format!("l0 = {}", writer.comprehension(2)),
            1 => format!("n0 = Pair({}, {})", writer.whole(2), writer.real(2)),
            2 => format!("n0 = n0._replace(u={})", writer.whole(2)),
            3 => format!("u0 = {}", writer.float_array(2)),
            4 => format!("u1 = {}", writer.integer_array(2)),
            5 => format!("u0[{} % 5] = {}", writer.whole(2), writer.real(2)),
            6 => {
                let (target, source) = (writer.decisions.one_of(&THREE), writer.decisions.one_of(&THREE));
                let name = writer.decisions.one_of(&["u0", "u1"]);
                let operator = writer.decisions.one_of(&["", " + 1", " * 2"]);
                format!("{name}{target} = {name}{source}{operator}")
            }
            7 => {
                let target = writer.decisions.one_of(&THREE);
                format!("u0{target} {}= {}", writer.decisions.one_of(&["+", "-", "*"]), writer.real(2))
            }
            8 => format!("g0.append({})", writer.decisions.one_of(&["None", "c0"])),
            9 => format!("g0[{} % 2] = {}", writer.whole(2), writer.decisions.one_of(&["None", "c0", "7"])),
            10 => "n0 = Pair(*t0)".to_owned(),
            11 => return self.match_list(depth),
            12 => return self.told_error(depth),
            _ => return self.loop_over_stream(depth),
        };
        self.line(&line);
    }

    fn match_list(&mut self, depth: u32) {
        let name = self.counter("m");
        self.line("match l0[:4]:");
        self.indent += 1;
        for (pattern, is_bound) in [
            ("[]".to_owned(), false),
            (format!("[{name}]"), true),
            (format!("[{name}, *_] if {name} > 2"), true),
            (format!("[*_, {name}, 3]"), true),
        ] {
            if self.decisions.pick(3) > 0 {
                self.line(&format!("case {pattern}:"));
                self.case(is_bound.then_some(&name), depth);
            }
        }
        self.line("case _:");
        self.case(None, depth);
        self.indent -= 1;
    }

    fn case(&mut self, bound: Option<&String>, depth: u32) {
        let visible = self.scope.variables.len();
        let variable = |name: &String| Variable { name: name.clone(), dtype: "int64", is_writable: false };
        self.scope.variables.extend(bound.map(variable));
        self.indented(depth.saturating_sub(1));
        self.scope.variables.truncate(visible);
    }

    /// `try` whose handler asks what it has caught.
    fn told_error(&mut self, depth: u32) {
        self.line("try:");
        self.indented(depth.saturating_sub(1));
        let name = self.counter("x");
        self.line(&format!("except (ArithmeticError, LookupError, ValueError) as {name}:"));
        self.indent += 1;
        self.line(&format!("s0 = type({name}).__name__"));
        if self.decisions.pick(2) == 1 {
            self.line(&format!("if isinstance({name}, (IndexError, ZeroDivisionError)):"));
            self.indented(0);
        }
        self.indent -= 1;
    }

    fn loop_over_stream(&mut self, depth: u32) {
        let item = self.counter("y");
        let mut writer = Writer { scope: &self.scope, decisions: self.decisions };
        let (count, first) = (writer.whole(2), writer.real(2));
        self.line(&format!("for {item} in stream({count}, {first}):"));
        let visible = self.scope.variables.len();
        self.scope.variables.push(Variable { name: item, dtype: "float64", is_writable: false });
        self.repeated("c0".to_owned(), depth.saturating_sub(1));
        self.scope.variables.truncate(visible);
    }
}
