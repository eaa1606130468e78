//! Random expressions of a kind.

use crate::names::{ArrayVariable, Decisions, Kind, Scope, kind_of};

const INTEGERS: [&str; 16] = [
    "1",
    "0",
    "2",
    "3",
    "-1",
    "7",
    "64",
    "100",
    "-5",
    "255",
    "2147483647",
    "-2147483648",
    "4294967296",
    "65535",
    "9223372036854775807",
    "-9223372036854775807",
];
const FLOATS: [&str; 11] =
    ["0.5", "0.0", "1.0", "-1.5", "3.25", "-0.0", "1e10", "1e-10", "1e308", "math.inf", "math.nan"];
const INTEGER_TYPES: [&str; 8] = ["int64", "int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64"];

/// Writes expressions over what is in scope.
pub(crate) struct Writer<'s, 'd, 'b> {
    pub(crate) scope: &'s Scope,
    pub(crate) decisions: &'d mut Decisions<'b>,
}

impl Writer<'_, '_, '_> {
    /// An expression of the kind; the deeper, the simpler.
    pub(crate) fn expression(&mut self, kind: Kind, depth: u32) -> String {
        if depth == 0 || self.decisions.is_used_up() {
            return self.leaf(kind);
        }
        if self.scope.has_objects && self.decisions.pick(5) == 4 {
            return self.of_objects(kind, depth - 1);
        }
        if self.scope.has_sequences && self.decisions.pick(6) == 5 {
            return self.of_sequences(kind, depth - 1);
        }
        match kind {
            Kind::Bool => self.condition(depth - 1),
            Kind::Int => self.integer(depth - 1),
            Kind::Float => self.float(depth - 1),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let known: Vec<String> =
            self.scope.of_kind(kind).iter().map(|variable| variable.name.clone()).collect();
        let choice = self.decisions.pick(known.len() + 1);
        match known.get(choice) {
            Some(name) => name.clone(),
            None => match kind {
                Kind::Bool => self.decisions.one_of(&["True", "False"]).to_owned(),
                Kind::Int => self.decisions.one_of(&INTEGERS).to_owned(),
                Kind::Float => self.decisions.one_of(&FLOATS).to_owned(),
            },
        }
    }

    fn condition(&mut self, depth: u32) -> String {
        match self.decisions.pick(8) {
            0 => self.leaf(Kind::Bool),
            1 => {
                let operator = self.decisions.one_of(&["<", "<=", ">", ">=", "==", "!="]);
                let (left, right) = self.pair(depth);
                format!("({left} {operator} {right})")
            }
            2 => format!("(not {})", self.expression(Kind::Bool, depth)),
            3 => self.binary(Kind::Bool, &["and", "or"], depth),
            4 => {
                let (low, middle, high) = (self.number(depth), self.number(depth), self.number(depth));
                format!("({low} <= {middle} < {high})")
            }
            5 => format!("bool({})", self.number(depth)),
            6 => self.binary(Kind::Bool, &["&", "|", "^"], depth),
            _ => self.conditional(Kind::Bool, depth),
        }
    }

    fn integer(&mut self, depth: u32) -> String {
        match self.decisions.pick(13) {
            0 => self.leaf(Kind::Int),
            1 | 2 => self.binary(Kind::Int, &["+", "-", "*"], depth),
            3 => self.binary(Kind::Int, &["//", "%"], depth),
            4 => self.binary(Kind::Int, &["&", "|", "^"], depth),
            5 => {
                let operator = self.decisions.one_of(&["<<", ">>"]);
                let (value, count) = (self.expression(Kind::Int, depth), self.expression(Kind::Int, depth));
                let count = if self.decisions.pick(4) == 3 { count } else { format!("({count} & 63)") };
                format!("({value} {operator} {count})")
            }
            6 => {
                let operator = self.decisions.one_of(&["-", "~", "+"]);
                format!("({operator}{})", self.expression(Kind::Int, depth))
            }
            7 => {
                let dtype = self.decisions.one_of(&INTEGER_TYPES);
                format!("np.{dtype}({})", self.number(depth))
            }
            8 => {
                let function = self.decisions.one_of(&["abs", "int", "round"]);
                format!("{function}({})", self.expression(Kind::Int, depth))
            }
            9 => self.extreme(Kind::Int, depth),
            10 => self.conditional(Kind::Int, depth),
            11 => format!("({} ** {})", self.expression(Kind::Int, depth), self.decisions.pick(5)),
            _ => self.element_or_length(Kind::Int, depth),
        }
    }

    fn float(&mut self, depth: u32) -> String {
        match self.decisions.pick(12) {
            0 => self.leaf(Kind::Float),
            1 | 2 => self.binary(Kind::Float, &["+", "-", "*"], depth),
            3 => self.binary(Kind::Float, &["/", "//", "%"], depth),
            4 => format!("({} / {})", self.expression(Kind::Int, depth), self.expression(Kind::Int, depth)),
            5 => format!("(-{})", self.expression(Kind::Float, depth)),
            6 => {
                let dtype = self.decisions.one_of(&["float64", "float32"]);
                format!("np.{dtype}({})", self.number(depth))
            }
            7 => {
                let function = self.decisions.one_of(&["math.sqrt", "math.fabs", "abs", "float", "math.sin"]);
                format!("{function}({})", self.expression(Kind::Float, depth))
            }
            8 => self.extreme(Kind::Float, depth),
            9 => self.conditional(Kind::Float, depth),
            10 => self.kernel_call(depth),
            _ => self.element_or_length(Kind::Float, depth),
        }
    }

    fn binary(&mut self, kind: Kind, operators: &[&str], depth: u32) -> String {
        let operator = self.decisions.one_of(operators);
        let (left, right) = (self.expression(kind, depth), self.expression(kind, depth));
        format!("({left} {operator} {right})")
    }

    fn conditional(&mut self, kind: Kind, depth: u32) -> String {
        let (then, otherwise) = (self.joined(kind, depth), self.joined(kind, depth));
        format!("({then} if {} else {otherwise})", self.expression(Kind::Bool, depth))
    }

    /// An expression that meets others of its kind in one type: a signed and an unsigned integer meet in float64, and where floats of
    /// two widths meet, a kernel goes on in float64, but Python in the width of the one chosen.
    fn joined(&mut self, kind: Kind, depth: u32) -> String {
        let value = self.expression(kind, depth);
        match kind {
            Kind::Bool => value,
            Kind::Int => format!("np.int64({value})"),
            Kind::Float => format!("np.float64({value})"),
        }
    }

    fn extreme(&mut self, kind: Kind, depth: u32) -> String {
        let function = self.decisions.one_of(&["min", "max"]);
        format!("{function}({}, {})", self.joined(kind, depth), self.joined(kind, depth))
    }

    fn kernel_call(&mut self, depth: u32) -> String {
        if self.scope.callees.is_empty() {
            return self.leaf(Kind::Float);
        }
        let callee = self.decisions.one_of(&self.scope.callees);
        let (first, second) = (self.expression(Kind::Int, depth), self.expression(Kind::Float, depth));
        format!("{callee}({first}, {second})")
    }

    fn number(&mut self, depth: u32) -> String {
        let kind = self.decisions.one_of(&[Kind::Int, Kind::Float]);
        self.expression(kind, depth)
    }

    /// Two numbers, now and then of different kinds.
    fn pair(&mut self, depth: u32) -> (String, String) {
        (self.number(depth), self.number(depth))
    }

    fn element_or_length(&mut self, kind: Kind, depth: u32) -> String {
        let fitting: Vec<ArrayVariable> =
            self.scope.arrays.iter().filter(|array| kind_of(array.dtype) == kind).cloned().collect();
        let choice = self.decisions.pick(fitting.len() + 1);
        match (fitting.get(choice), self.scope.arrays.is_empty()) {
            (Some(array), _) => self.element(array, depth),
            (None, false) if kind == Kind::Int => {
                let arrays: Vec<&str> = self.scope.arrays.iter().map(|array| array.name).collect();
                format!("{}.shape[0]", self.decisions.one_of(&arrays))
            }
            (None, _) => self.leaf(kind),
        }
    }

    /// `a[i]` or `a[i, j]`, with indices that are mostly in range.
    pub(crate) fn element(&mut self, array: &ArrayVariable, depth: u32) -> String {
        let mut indices = Vec::new();
        for axis in 0..array.ndim {
            let index = self.expression(Kind::Int, depth);
            let within = self.decisions.pick(5) != 4;
            indices.push(if within { format!("{index} % {}.shape[{axis}]", array.name) } else { index });
        }
        format!("{}[{}]", array.name, indices.join(", "))
    }
}
