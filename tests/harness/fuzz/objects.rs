//! Strings, lists, tuples, complex and optional numbers, and a lambda: one variable of each, in every kernel under the same name.
//!
//! Items of lists and tuples are converted to one dtype, since a list of Python has no such thing. Where Python compares objects by identity
//! first (`in` and `==` of containers), the items are integers: of floats, a nan would equal itself there and in compiled code not.

use crate::expression::Writer;
use crate::names::Kind;
use crate::program::Body;

/// What an early `return` gives for the variables below.
pub(crate) const GIVES: &str = "\"\", [0], [0.5], (0, 0.0), 0j";

/// The variables as a result.
pub(crate) const RESULT: &str = "s0, l0, l1, t0, z0";

const TEXTS: [&str; 7] = ["\"\"", "\"a\"", "\"ab\"", "\"Zebra\"", "\"ä€𝄞\"", "\"a b  c\"", "\"b\""];

impl Writer<'_, '_, '_> {
    fn int64(&mut self, depth: u32) -> String {
        format!("np.int64({})", self.expression(Kind::Int, depth))
    }

    /// A small integer that may be negative: for slices.
    fn bound(&mut self, depth: u32) -> String {
        match self.decisions.pick(4) {
            0 => String::new(),
            1 => self.decisions.one_of(&["0", "1", "2", "-1", "-2"]).to_owned(),
            _ => format!("({} % 7 - 3)", self.int64(depth)),
        }
    }

    /// An index of a list that is mostly in range.
    fn index_of(&mut self, name: &str, depth: u32) -> String {
        let index = self.int64(depth);
        if self.decisions.pick(6) == 5 { index } else { format!("{index} % len({name})") }
    }

    pub(crate) fn slice(&mut self, depth: u32) -> String {
        let (start, stop) = (self.bound(depth), self.bound(depth));
        let step = self.decisions.one_of(&["", "", ":1", ":2", ":-1"]);
        format!("[{start}:{stop}{step}]")
    }

    pub(crate) fn text(&mut self, depth: u32) -> String {
        match self.decisions.pick(9) {
            0 | 1 => self.decisions.one_of(&TEXTS).to_owned(),
            2 => "s0".to_owned(),
            3 => format!("s0{}", self.slice(depth)),
            4 => {
                let method = self.decisions.one_of(&[
                    "upper()",
                    "lower()",
                    "strip()",
                    "replace(\"a\", \"b\")",
                    "title()",
                ]);
                format!("s0.{method}")
            }
            5 => format!("str({})", self.int64(depth)),
            6 => format!("f\"{{{}}}!\"", self.int64(0)),
            7 => format!("s0[{}]", self.index_of("s0", depth)),
            _ => {
                let (then, otherwise) = (self.decisions.one_of(&TEXTS), self.decisions.one_of(&TEXTS));
                format!("({then} if {} else {otherwise})", self.expression(Kind::Bool, depth))
            }
        }
    }

    pub(crate) fn integers(&mut self, depth: u32) -> String {
        match self.decisions.pick(4) {
            0 => format!("[{}]", self.int64(depth)),
            1 => format!("[{}, {}]", self.int64(depth), self.int64(depth)),
            2 => format!("l0{}", self.slice(depth)),
            _ => format!("l0[:5] + [{}]", self.int64(depth)),
        }
    }

    pub(crate) fn floats(&mut self, depth: u32) -> String {
        match self.decisions.pick(3) {
            0 => format!("[np.float64({})]", self.expression(Kind::Float, depth)),
            1 => format!("l1{}", self.slice(depth)),
            _ => format!("l1[:5] + [np.float64({})]", self.expression(Kind::Float, depth)),
        }
    }

    pub(crate) fn pair_of_numbers(&mut self, depth: u32) -> String {
        format!("({}, np.float64({}))", self.int64(depth), self.expression(Kind::Float, depth))
    }

    pub(crate) fn complex(&mut self, depth: u32) -> String {
        let number = |writer: &mut Self| format!("np.float64({})", writer.expression(Kind::Float, depth));
        match self.decisions.pick(5) {
            0 => format!("complex({}, {})", number(self), number(self)),
            1 => {
                let operator = self.decisions.one_of(&["+", "-", "*"]);
                format!("(z0 {operator} complex({}, {}))", number(self), number(self))
            }
            2 => "z0.conjugate()".to_owned(),
            3 => "(-z0)".to_owned(),
            _ => format!("(z0 + {})", number(self)),
        }
    }

    /// An integer, a float or a truth value that one of the variables gives.
    pub(crate) fn of_objects(&mut self, kind: Kind, depth: u32) -> String {
        match kind {
            Kind::Int => match self.decisions.pick(9) {
                0 => self.decisions.one_of(&["len(s0)", "len(l0)", "len(l1)", "len(t0)"]).to_owned(),
                1 => format!("l0[{}]", self.index_of("l0", depth)),
                2 => "t0[0]".to_owned(),
                3 => format!("f0({})", self.int64(depth)),
                4 => format!("s0.{}(\"a\")", self.decisions.one_of(&["count", "find", "rfind"])),
                5 => format!("l0.{}({})", self.decisions.one_of(&["count", "index"]), self.int64(depth)),
                6 => "(o0 if o0 is not None else 7)".to_owned(),
                7 => format!("len(l0{})", self.slice(depth)),
                _ => format!("({} if o0 is None else o0)", self.int64(depth)),
            },
            Kind::Float => match self.decisions.pick(4) {
                0 => format!("l1[{}]", self.index_of("l1", depth)),
                1 => "t0[1]".to_owned(),
                2 => "z0.real".to_owned(),
                _ => "z0.imag".to_owned(),
            },
            Kind::Bool => match self.decisions.pick(8) {
                0 => format!("(s0 == {})", self.text(depth)),
                1 => format!("({} < s0)", self.text(depth)),
                2 => format!("({} in s0)", self.decisions.one_of(&TEXTS)),
                3 => format!("({} in l0)", self.int64(depth)),
                4 => "(o0 is None)".to_owned(),
                5 => format!("(l0 == {})", self.integers(depth)),
                6 => format!("((t0[0], 1) < ({}, 2))", self.int64(depth)),
                _ => format!("(z0 == {})", self.complex(depth)),
            },
        }
    }
}

impl Body<'_, '_> {
    /// The variables, before anything else.
    pub(crate) fn objects(&mut self) {
        self.line("c0 = np.int64(3)");
        let lines = [
            format!("s0 = {}", self.decisions.one_of(&TEXTS)),
            format!("l0 = [np.int64({})]", self.nested(Kind::Int, 1)),
            format!("l1 = [np.float64({})]", self.nested(Kind::Float, 1)),
            format!(
                "t0 = (np.int64({}), np.float64({}))",
                self.nested(Kind::Int, 1),
                self.nested(Kind::Float, 1)
            ),
            format!("z0 = complex(np.float64({}), 0.5)", self.nested(Kind::Float, 1)),
            "o0 = None".to_owned(),
            format!("f0 = lambda p: p {} c0", self.decisions.one_of(&["+", "*", "^", "//"])),
        ];
        lines.iter().for_each(|line| self.line(line));
        self.scope.has_objects = true;
    }

    /// A statement about one of them.
    pub(crate) fn object_statement(&mut self, depth: u32) {
        let mut writer = Writer { scope: &self.scope, decisions: self.decisions };
        let line = match writer.decisions.pick(14) {
            0 => format!("s0 = {}", writer.text(2)),
            1 => format!("s0 = s0[:20] + {}", writer.text(1)),
            2 => format!("l0 = {}", writer.integers(2)),
            3 => format!("l1 = {}", writer.floats(2)),
            4 => format!("l0.append(np.int64({}))", writer.expression(Kind::Int, 2)),
            5 => {
                let index = writer.index_of_list(2);
                format!("l0[{index}] = np.int64({})", writer.expression(Kind::Int, 2))
            }
            6 => format!("t0 = {}", writer.pair_of_numbers(2)),
            7 => format!("z0 = {}", writer.complex(2)),
            8 => format!(
                "o0 = {}",
                if writer.decisions.pick(3) == 0 { "None".to_owned() } else { writer.int64(2) }
            ),
            9 => {
                let change = writer.decisions.one_of(&[
                    "sort()",
                    "reverse()",
                    "pop()",
                    "pop(0)",
                    "insert(1, np.int64(9))",
                    "clear()",
                ]);
                format!("l0.{change}")
            }
            10 => format!("del l0[{}]", writer.index_of_list(2)),
            11 => format!("t0 = (t0[0] + 1, l1[{}])", writer.index_of("l1", 2)),
            12 => return self.match_statement(depth),
            _ => return self.loop_over_objects(depth),
        };
        self.line(&line);
    }

    fn match_statement(&mut self, depth: u32) {
        let subject = self.nested(Kind::Int, 2);
        self.line(&format!("match np.int64({subject}) & 7:"));
        self.indent += 1;
        for case in ["0", "1 | 2 | 3", "4"] {
            if self.decisions.pick(3) > 0 {
                self.line(&format!("case {case}:"));
                self.indented(depth.saturating_sub(1));
            }
        }
        self.line("case _:");
        self.indented(depth.saturating_sub(1));
        self.indent -= 1;
    }

    /// Over a copy, so that a list that grows within ends.
    fn loop_over_objects(&mut self, depth: u32) {
        let counter = self.counter("q");
        let iterable = self.decisions.one_of(&["l0[:4]", "s0[:4]", "reversed(l0[:4])", "(1, 2, 3)"]);
        let is_text = iterable.starts_with('s');
        let item = if is_text { format!("len({counter})") } else { counter.clone() };
        self.line(&format!("for {counter} in {iterable}:"));
        self.repeated(item, depth.saturating_sub(1));
        self.behind_loop(depth);
    }

    /// Now and then an `else`, which a loop without `break` always runs.
    pub(crate) fn behind_loop(&mut self, depth: u32) {
        if self.scope.has_objects && self.decisions.pick(4) == 3 {
            self.line("else:");
            self.indented(depth.saturating_sub(1));
        }
    }
}

impl Writer<'_, '_, '_> {
    fn index_of_list(&mut self, depth: u32) -> String {
        self.index_of("l0", depth)
    }
}
