//! A whole test program out of decisions: two kernels, one of which calls the other, and cases for them.

use std::fmt::Write as _;

use crate::expression::Writer;
use crate::names::{ArrayVariable, DTYPES, Decisions, Kind, Scope, Variable, kind_of};
use crate::objects::{GIVES, RESULT};
use crate::sequences;

/// How deep expressions and blocks may nest.
const EXPRESSION_DEPTH: u32 = 4;
const BLOCK_DEPTH: u32 = 3;

/// The program that the decisions stand for.
pub(crate) fn write(decisions: &[u8]) -> String {
    let mut decisions = Decisions::new(decisions);
    let arrays: Vec<ArrayVariable> = ["x", "y"].iter().map(|name| array(name, &mut decisions)).collect();
    let scalars: Vec<&'static str> = (0..3).map(|_| decisions.one_of(&DTYPES)).collect();
    let mut text = String::from(
        "import math\nfrom collections import namedtuple\n\nimport numpy as np\nfrom hotloop import njit\n\n",
    );
    text += sequences::HEAD;
    text += &callee(&mut decisions);
    text += "\n\n";
    text += &root(&arrays, &scalars, &mut decisions);
    let calls: Vec<String> = (0..2).map(|_| case(&arrays, &scalars, &mut decisions)).collect();
    text + &format!("\n\nCASES = [{}]\n", calls.join(", "))
}

fn array(name: &'static str, decisions: &mut Decisions<'_>) -> ArrayVariable {
    ArrayVariable { name, dtype: decisions.one_of(&DTYPES), ndim: 1 + decisions.pick(2) }
}

fn variable(name: impl Into<String>, dtype: &'static str) -> Variable {
    Variable { name: name.into(), dtype, is_writable: true }
}

/// A kernel of an integer and a float that gives a float.
fn callee(decisions: &mut Decisions<'_>) -> String {
    let scope = Scope {
        // Arguments have whatever width the call gives them, so they are not assigned to.
        variables: vec![
            Variable { is_writable: false, ..variable("k", "int64") },
            Variable { is_writable: false, ..variable("z", "float64") },
        ],
        ..Scope::default()
    };
    let mut body = Body {
        text: String::new(),
        scope,
        decisions,
        indent: 1,
        loops: 0,
        counters: 0,
        gives: "0.0".to_owned(),
    };
    body.locals(2);
    body.block(1);
    let result = body.expression(Kind::Float);
    body.line(&format!("return np.float64({result})"));
    format!("@njit\ndef helper(k, z):\n{}", body.text)
}

fn root(arrays: &[ArrayVariable], scalars: &[&'static str], decisions: &mut Decisions<'_>) -> String {
    let variables = scalars.iter().zip(["a", "b", "c"]).map(|(dtype, name)| variable(name, dtype)).collect();
    let scope = Scope { variables, arrays: arrays.to_vec(), callees: vec!["helper"], ..Scope::default() };
    let gives = format!("(0, 0.0, False, {GIVES}, {})", sequences::GIVES);
    let mut body = Body { text: String::new(), scope, decisions, indent: 1, loops: 0, counters: 0, gives };
    body.locals(3);
    body.objects();
    body.sequences();
    body.block(BLOCK_DEPTH);
    let results = [Kind::Int, Kind::Float, Kind::Bool].map(|kind| body.expression(kind));
    // Results have one type on every way, so the last one is converted like the others.
    body.line(&format!(
        "return (np.int64({}), np.float64({}), bool({}), {RESULT}, {})",
        results[0],
        results[1],
        results[2],
        sequences::RESULT
    ));
    format!("@njit\ndef kernel(x, y, a, b, c):\n{}", body.text)
}

/// The body of a kernel as it is written.
pub(crate) struct Body<'d, 'b> {
    pub(crate) text: String,
    pub(crate) scope: Scope,
    pub(crate) decisions: &'d mut Decisions<'b>,
    pub(crate) indent: usize,
    /// The loops around.
    loops: u32,
    counters: u32,
    /// What an early `return` gives.
    gives: String,
}

impl Body<'_, '_> {
    pub(crate) fn line(&mut self, line: &str) {
        _ = writeln!(self.text, "{}{line}", "    ".repeat(self.indent));
    }

    fn expression(&mut self, kind: Kind) -> String {
        self.nested(kind, EXPRESSION_DEPTH)
    }

    pub(crate) fn nested(&mut self, kind: Kind, depth: u32) -> String {
        Writer { scope: &self.scope, decisions: self.decisions }.expression(kind, depth)
    }

    /// Some variables, assigned before anything else.
    fn locals(&mut self, count: usize) {
        for number in 0..count {
            let dtype = self.decisions.one_of(&DTYPES);
            let value = self.nested(kind_of(dtype), 1);
            self.line(&format!("v{number} = {}", converted(dtype, &value)));
            self.scope.variables.push(variable(format!("v{number}"), dtype));
        }
    }

    fn block(&mut self, depth: u32) {
        let visible = self.scope.variables.len();
        let statements = 1 + self.decisions.pick(4);
        for _ in 0..statements {
            self.statement(depth);
        }
        self.scope.variables.truncate(visible);
    }

    pub(crate) fn indented(&mut self, depth: u32) {
        self.indent += 1;
        self.block(depth);
        self.indent -= 1;
    }

    fn statement(&mut self, depth: u32) {
        if self.scope.has_objects && self.decisions.pick(4) == 3 {
            return self.object_statement(depth);
        }
        if self.scope.has_sequences && self.decisions.pick(5) == 4 {
            return self.sequence_statement(depth);
        }
        if self.loops > 0 && self.decisions.pick(8) == 7 {
            return self.carried();
        }
        let choices = if depth == 0 { 6 } else { 12 };
        match self.decisions.pick(choices) {
            0 | 1 => self.assign(),
            2 => self.augmented(),
            3 => self.store(),
            4 => self.leave(),
            5 => self.unpack(),
            6 | 7 => self.branch(depth - 1),
            8 => self.counted_loop(depth - 1),
            9 => self.while_loop(depth - 1),
            10 => self.attempt(depth - 1),
            _ => self.loop_over_elements(depth - 1),
        }
    }

    fn writable(&mut self) -> Option<Variable> {
        let writable: Vec<Variable> =
            self.scope.variables.iter().filter(|variable| variable.is_writable).cloned().collect();
        let choice = self.decisions.pick(writable.len().max(1));
        writable.get(choice).cloned()
    }

    fn assign(&mut self) {
        match self.writable() {
            Some(target) => {
                let value = self.expression(kind_of(target.dtype));
                self.line(&format!("{} = {}", target.name, converted(target.dtype, &value)));
            }
            None => self.line("pass"),
        }
    }

    /// `v += e`, of variables that keep their dtype through it.
    fn augmented(&mut self) {
        match self.writable() {
            Some(target) if target.dtype == "int64" || target.dtype == "float64" => {
                let kind = kind_of(target.dtype);
                let operator = self.decisions.one_of(&["+", "-", "*"]);
                // A uint64 would make the sum of it and an int64 an int64 too, which is what the variable is.
                let value = self.expression(kind);
                self.line(&format!("{} {operator}= {value}", target.name));
            }
            Some(_) | None => self.assign(),
        }
    }

    fn store(&mut self) {
        if self.scope.arrays.is_empty() {
            return self.assign();
        }
        let arrays = self.scope.arrays.clone();
        let array = arrays[self.decisions.pick(arrays.len())].clone();
        let element = Writer { scope: &self.scope, decisions: self.decisions }.element(&array, 2);
        let value = self.expression(kind_of(array.dtype));
        let operator = match kind_of(array.dtype) {
            Kind::Bool => "=",
            Kind::Int | Kind::Float => self.decisions.one_of(&["=", "=", "+=", "*="]),
        };
        self.line(&format!("{element} {operator} {value}"));
    }

    /// Leaves the loop or the kernel under a condition, so that what follows can be reached.
    fn leave(&mut self) {
        let condition = self.unpredictable();
        let error = self.decisions.one_of(&[
            "ValueError(\"first\")",
            "IndexError",
            "KeyError(\"k\")",
            "ArithmeticError()",
        ]);
        match self.decisions.pick(if self.loops > 0 { 5 } else { 3 }) {
            0 => self.line(&format!("assert {condition}, \"broken\"")),
            1 => self.guarded(&condition, &format!("raise {error}")),
            2 => {
                let gives = self.gives.clone();
                self.guarded(&condition, &format!("return {gives}"));
            }
            3 => self.guarded(&condition, "break"),
            _ => self.guarded(&condition, "continue"),
        }
    }

    /// A condition that no compiler can decide; a kernel that always raises has no result to compute with.
    fn unpredictable(&mut self) -> String {
        let known = self.scope.variables.iter().find(|variable| kind_of(variable.dtype) != Kind::Bool);
        let name = known.map_or("k".to_owned(), |variable| variable.name.clone());
        format!("({} == ({name} > 3))", self.expression(Kind::Bool))
    }

    fn guarded(&mut self, condition: &str, statement: &str) {
        self.line(&format!("if {condition}:"));
        self.indent += 1;
        self.line(statement);
        self.indent -= 1;
    }

    /// A tuple made and taken apart.
    fn unpack(&mut self) {
        let (Some(first), Some(second)) = (self.writable(), self.writable()) else {
            return self.line("pass");
        };
        let left = self.nested(kind_of(first.dtype), 2);
        let right = self.nested(kind_of(second.dtype), 2);
        let (left, right) = (converted(first.dtype, &left), converted(second.dtype, &right));
        self.line(&format!("{}, {} = {left}, {right}", first.name, second.name));
    }

    fn branch(&mut self, depth: u32) {
        let condition = self.expression(Kind::Bool);
        self.line(&format!("if {condition}:"));
        self.indented(depth);
        if self.decisions.pick(2) == 1 {
            self.line("else:");
            self.indented(depth);
        }
    }

    /// A variable that one branch of a loop assigns, and another makes of what it was: the iteration before has assigned it, or nobody.
    fn carried(&mut self) {
        let carried = variable(self.counter("l"), self.decisions.one_of(&DTYPES));
        let condition = self.unpredictable();
        let first = self.nested(kind_of(carried.dtype), 2);
        self.scope.variables.push(carried.clone());
        let next = self.nested(kind_of(carried.dtype), 2);
        let ways = if self.decisions.pick(2) == 1 { [first, next] } else { [next, first] };
        for (head, value) in [format!("if {condition}:"), "else:".to_owned()].iter().zip(ways) {
            self.line(head);
            self.indent += 1;
            self.line(&format!("{} = {}", carried.name, converted(carried.dtype, &value)));
            self.indent -= 1;
        }
    }

    fn counted_loop(&mut self, depth: u32) {
        let counter = self.counter("i");
        let range = match self.decisions.pick(4) {
            0 => format!("{}", self.decisions.pick(5)),
            1 => format!("{}, {}", self.decisions.pick(4), self.decisions.pick(8)),
            2 => format!("{}, -2, -1", self.decisions.pick(5)),
            _ => format!("np.int64({}) & 7", self.nested(Kind::Int, 2)),
        };
        self.line(&format!("for {counter} in range({range}):"));
        self.repeated(counter, depth);
        self.behind_loop(depth);
    }

    fn while_loop(&mut self, depth: u32) {
        let counter = self.counter("w");
        let condition = self.nested(Kind::Bool, 2);
        self.line(&format!("{counter} = 0"));
        let most = self.decisions.pick(5) + 1;
        self.line(&format!("while {counter} < {most} and {condition}:"));
        self.indent += 1;
        self.line(&format!("{counter} += 1"));
        self.indent -= 1;
        self.repeated(counter, depth);
        self.behind_loop(depth);
    }

    /// `try` with handlers, and perhaps `else` and `finally`.
    fn attempt(&mut self, depth: u32) {
        self.line("try:");
        self.indented(depth);
        let classes =
            ["ZeroDivisionError", "(IndexError, ValueError)", "ArithmeticError", "LookupError", "Exception"];
        let shape = self.decisions.pick(5);
        if shape < 4 {
            let class = self.decisions.one_of(&classes);
            self.line(&format!("except {class}:"));
            self.indented(depth);
        }
        if shape == 1 {
            self.line("else:");
            self.indented(depth);
        }
        if shape == 2 {
            self.line("except:");
            self.indented(depth);
        }
        if shape > 2 {
            self.line("finally:");
            self.indent += 1;
            // What leaves a `finally` block ends the exception, which newer Pythons warn of.
            self.assign();
            self.indent -= 1;
        }
    }

    /// A loop over the elements of an array, or over its rows, of which the first element is taken.
    fn loop_over_elements(&mut self, depth: u32) {
        let arrays = self.scope.arrays.clone();
        let choice = self.decisions.pick(arrays.len().max(1));
        let Some(array) = arrays.get(choice) else { return self.counted_loop(depth) };
        let (counter, element) = (self.counter("i"), self.counter("e"));
        let is_counted = self.decisions.pick(2) == 1;
        if is_counted {
            self.line(&format!("for {counter}, {element} in enumerate({}):", array.name));
        } else {
            self.line(&format!("{counter} = 0"));
            self.line(&format!("for {element} in {}:", array.name));
        }
        let item = if array.ndim == 1 { element } else { format!("{element}[0]") };
        self.scope.variables.push(Variable { is_writable: false, ..variable(item, array.dtype) });
        self.repeated(counter, depth);
        self.scope.variables.pop();
    }

    pub(crate) fn counter(&mut self, letter: &str) -> String {
        self.counters += 1;
        format!("{letter}{}", self.counters)
    }

    pub(crate) fn repeated(&mut self, counter: String, depth: u32) {
        self.scope.variables.push(Variable { is_writable: false, ..variable(counter, "int64") });
        self.loops += 1;
        self.indented(depth);
        self.loops -= 1;
        // Behind the loop the counter may be unassigned.
        self.scope.variables.pop();
    }
}

/// The value in the dtype.
fn converted(dtype: &str, value: &str) -> String {
    if dtype == "bool" { format!("bool({value})") } else { format!("np.{dtype}({value})") }
}

/// A call of the kernel with arrays and scalars of its types.
fn case(arrays: &[ArrayVariable], scalars: &[&'static str], decisions: &mut Decisions<'_>) -> String {
    let mut arguments = Vec::new();
    for array in arrays {
        let values: Vec<&str> = (0..6).map(|_| literal(array.dtype, decisions)).collect();
        let shape = if array.ndim == 1 { "6" } else { "2, 3" };
        let view = decisions.one_of(&["", "", "[::-1]", "[::2]", "[::0 + 1].T"]);
        arguments.push(format!(
            "np.array([{}], np.{}).reshape({shape}){view}",
            values.join(", "),
            numpy(array.dtype)
        ));
    }
    for dtype in scalars {
        let value = literal(dtype, decisions);
        arguments.push(format!("np.{}({value})", numpy(dtype)));
    }
    format!("(\"kernel\", [{}])", arguments.join(", "))
}

fn numpy(dtype: &str) -> &str {
    if dtype == "bool" { "bool_" } else { dtype }
}

fn literal(dtype: &str, decisions: &mut Decisions<'_>) -> &'static str {
    match kind_of(dtype) {
        Kind::Bool => decisions.one_of(&["True", "False"]),
        Kind::Float => decisions.one_of(&["0.5", "0.0", "-0.0", "-2.5", "1e30", "np.inf", "np.nan", "3.0"]),
        Kind::Int if dtype.starts_with('u') => decisions.one_of(&["1", "0", "2", "7", "255", "100"]),
        Kind::Int => decisions.one_of(&["1", "0", "-1", "7", "127", "-128", "3"]),
    }
}
