//! Computes constant expressions of a module's top level as Python would, where the result is certain.

use crate::environment::{Environment, FrozenValue, Global, NamedTuple, builtin_attribute};
use hotloop_ast::{Argument, BinaryOp, Expr, ExprKind, Number, UnaryOp};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{Dtype, DtypeKind};
use std::sync::Arc;

/// How deep constant expressions may nest.
const MAX_DEPTH: u32 = 100;

/// What names mean in a constant expression.
pub(crate) trait ConstantNames {
    /// What a name, or an attribute of a module written with its dot, means.
    fn meaning(&self, path: &str) -> Option<Global>;

    /// The module that a name means.
    fn module(&self, name: &str) -> Option<String>;
}

/// The value of an expression, if it is constant.
pub(crate) fn fold(expression: &Expr, names: &dyn ConstantNames) -> Option<FrozenValue> {
    Constants { names, depth: 0 }.fold(expression)
}

/// The value of an expression in a function's environment, if it is constant: of the default of an inner function's parameter.
pub fn constant_in(expression: &Expr, environment: &dyn Environment) -> Option<FrozenValue> {
    fold(expression, &NamesOf(environment))
}

struct NamesOf<'a>(&'a dyn Environment);

impl ConstantNames for NamesOf<'_> {
    fn meaning(&self, path: &str) -> Option<Global> {
        let Some((module, attribute)) = path.split_once('.') else {
            return self.0.global(path).or_else(|| builtin_attribute("builtins", path));
        };
        match self.0.global(module)? {
            Global::Module(module) => self.0.attribute(&module, attribute),
            Global::Item(_)
            | Global::Function(_)
            | Global::Ufunc(_)
            | Global::Library(_)
            | Global::Extended(_)
            | Global::Host(_)
            | Global::Constant(_)
            | Global::Exception(_)
            | Global::TupleClass(_)
            | Global::EnumClass(_)
            | Global::Unsupported { .. } => None,
        }
    }

    fn module(&self, name: &str) -> Option<String> {
        match self.0.global(name)? {
            Global::Module(module) => Some(module),
            _ => None,
        }
    }
}

/// Computes constant expressions.
pub(crate) struct Constants<'a> {
    names: &'a dyn ConstantNames,
    depth: u32,
}

impl Constants<'_> {
    /// What a name, or an attribute of a name, means.
    pub(crate) fn meaning(&self, expression: &Expr) -> Option<Global> {
        self.names.meaning(&path(expression)?)
    }

    /// The value of an expression, if it is constant.
    pub(crate) fn fold(&mut self, expression: &Expr) -> Option<FrozenValue> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.fold_within_limit(expression);
        self.depth -= 1;
        value
    }

    fn fold_within_limit(&mut self, expression: &Expr) -> Option<FrozenValue> {
        match &expression.kind {
            ExprKind::Number(Number::Int { digits, radix }) => {
                i64::from_str_radix(digits, *radix).ok().map(FrozenValue::Int)
            }
            ExprKind::Number(Number::Float(value)) => Some(FrozenValue::Float(*value)),
            ExprKind::Number(Number::Imaginary(value)) => {
                Some(FrozenValue::Complex(Dtype::Complex128, 0.0, *value))
            }
            ExprKind::Bool(value) => Some(FrozenValue::Bool(*value)),
            ExprKind::None => Some(FrozenValue::None),
            ExprKind::Str(text) => Some(FrozenValue::Str(text.clone())),
            ExprKind::Bytes(bytes) => Some(FrozenValue::Bytes(bytes.clone())),
            ExprKind::Name(name) => self.named(name),
            ExprKind::Attribute { .. } => self.named(&path(expression)?),
            ExprKind::Tuple(items) => {
                items.iter().map(|item| self.fold(item)).collect::<Option<_>>().map(FrozenValue::Tuple)
            }
            ExprKind::Unary { op, operand } => unary(*op, self.fold(operand)?),
            ExprKind::Binary { first, rest } => {
                let first = self.fold(first)?;
                rest.iter().try_fold(first, |left, (op, right)| binary(*op, left, self.fold(right)?))
            }
            ExprKind::Call { function, arguments } => self.call(function, arguments),
            _ => None,
        }
    }

    fn named(&self, path: &str) -> Option<FrozenValue> {
        if let Some((class, member)) = path.split_once('.')
            && let Some(Global::EnumClass(class)) = self.names.meaning(class)
        {
            return class.member(member).map(|position| FrozenValue::Member(class, position));
        }
        match self.names.meaning(path)? {
            Global::Constant(value) => Some(value),
            Global::Item(Item::Constant(value)) => Some(FrozenValue::Float(value)),
            Global::Item(Item::ComplexConstant(real, imag)) => {
                Some(FrozenValue::Complex(Dtype::Complex128, real, imag))
            }
            Global::Item(_)
            | Global::Module(_)
            | Global::Function(_)
            | Global::Ufunc(_)
            | Global::Library(_)
            | Global::Extended(_)
            | Global::Host(_)
            | Global::Exception(_)
            | Global::TupleClass(_)
            | Global::EnumClass(_)
            | Global::Unsupported { .. } => None,
        }
    }

    /// `Point(1, y=2)`.
    fn named_tuple(&mut self, class: &NamedTuple, arguments: &[Argument]) -> Option<FrozenValue> {
        let fields = &class.class.fields;
        let required = fields.len() - class.defaults.len();
        let mut items: Vec<Option<FrozenValue>> = vec![None; required];
        items.extend(class.defaults.iter().cloned().map(Some));
        for (position, argument) in arguments.iter().enumerate() {
            let (position, value) = match argument {
                Argument::Positional(value) => (position, value),
                Argument::Keyword { name, value } => {
                    (fields.iter().position(|field| *field == *name.name)?, value)
                }
                Argument::Unpack(_) | Argument::UnpackKeywords(_) => return None,
            };
            *items.get_mut(position)? = Some(self.fold(value)?);
        }
        Some(FrozenValue::Named(Arc::clone(&class.class), items.into_iter().collect::<Option<_>>()?))
    }

    /// `complex(real, imag)`.
    fn complex_call(&mut self, function: &Expr, real: &Expr, imag: &Expr) -> Option<FrozenValue> {
        let Global::Item(Item::PythonType(dtype @ Dtype::Complex128)) =
            self.names.meaning(&path(function)?)?
        else {
            return None;
        };
        let (real, imag) = (self.fold(real)?, self.fold(imag)?);
        Some(FrozenValue::Complex(dtype, float(&real)?, float(&imag)?))
    }

    /// `np.float32(0.5)`, `float("inf")`, `math.sqrt(2.0)`.
    fn call(&mut self, function: &Expr, arguments: &[Argument]) -> Option<FrozenValue> {
        if let Some(Global::TupleClass(class)) = self.meaning(function) {
            return self.named_tuple(&class, arguments);
        }
        if let ExprKind::Attribute { value, name } = &function.kind
            && let ExprKind::Name(module) = &value.kind
            && self.names.module(module).as_deref() == Some("numpy")
            && let Some(array) = self.array_call(&name.name, arguments)
        {
            return Some(array);
        }
        if let [Argument::Positional(real), Argument::Positional(imag)] = arguments {
            return self.complex_call(function, real, imag);
        }
        let [Argument::Positional(argument)] = arguments else { return None };
        let argument = self.fold(argument)?;
        match self.names.meaning(&path(function)?)? {
            Global::Item(Item::Dtype(dtype)) => numpy_scalar(dtype, &argument),
            Global::Item(Item::PythonType(dtype)) => python_scalar(dtype, argument),
            // The one function whose result is the same on every machine.
            Global::Item(Item::Function(Intrinsic::Sqrt, _)) => {
                let value = float(&argument)?;
                (value >= 0.0).then(|| FrozenValue::Float(value.sqrt()))
            }
            Global::Item(_)
            | Global::Module(_)
            | Global::Function(_)
            | Global::Ufunc(_)
            | Global::Library(_)
            | Global::Extended(_)
            | Global::Host(_)
            | Global::Constant(_)
            | Global::Exception(_)
            | Global::TupleClass(_)
            | Global::EnumClass(_)
            | Global::Unsupported { .. } => None,
        }
    }
}

/// `np.pi` as text.
fn path(expression: &Expr) -> Option<String> {
    match &expression.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attribute { value, name } => match &value.kind {
            ExprKind::Name(module) => Some(format!("{module}.{}", name.name)),
            _ => None,
        },
        _ => None,
    }
}

fn numpy_scalar(dtype: Dtype, value: &FrozenValue) -> Option<FrozenValue> {
    match dtype.kind() {
        DtypeKind::Float if dtype == Dtype::Float32 => {
            Some(FrozenValue::NumpyFloat(dtype, f64::from(float(value)? as f32)))
        }
        DtypeKind::Float => Some(FrozenValue::NumpyFloat(dtype, float(value)?)),
        DtypeKind::Complex => {
            let (real, imag) = complex(value)?;
            let fitted = |part: f64| if dtype == Dtype::Complex64 { f64::from(part as f32) } else { part };
            Some(FrozenValue::Complex(dtype, fitted(real), fitted(imag)))
        }
        DtypeKind::Bool => Some(FrozenValue::NumpyInt(dtype, i64::from(float(value)? != 0.0))),
        DtypeKind::Signed | DtypeKind::Unsigned => {
            let value = i128::from(integer(value)?);
            let bits = dtype.size_bytes() * 8;
            let range = match dtype.kind() {
                DtypeKind::Unsigned => 0..1i128 << bits,
                DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Float | DtypeKind::Complex => {
                    -(1i128 << (bits - 1))..1i128 << (bits - 1)
                }
            };
            // NumPy refuses what does not fit.
            range.contains(&value).then_some(FrozenValue::NumpyInt(dtype, value as i64))
        }
    }
}

fn python_scalar(dtype: Dtype, value: FrozenValue) -> Option<FrozenValue> {
    match (dtype.kind(), value) {
        (DtypeKind::Float, FrozenValue::Str(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "inf" | "+inf" | "infinity" => Some(FrozenValue::Float(f64::INFINITY)),
            "-inf" | "-infinity" => Some(FrozenValue::Float(f64::NEG_INFINITY)),
            "nan" => Some(FrozenValue::Float(f64::NAN)),
            _ => None,
        },
        (DtypeKind::Float, value) => float(&value).map(FrozenValue::Float),
        (DtypeKind::Complex, value) => {
            complex(&value).map(|(real, imag)| FrozenValue::Complex(dtype, real, imag))
        }
        (DtypeKind::Signed | DtypeKind::Unsigned, FrozenValue::Float(value)) => {
            (value.abs() < 9.0e18).then_some(FrozenValue::Int(value as i64))
        }
        (DtypeKind::Signed | DtypeKind::Unsigned, value) => integer(&value).map(FrozenValue::Int),
        (DtypeKind::Bool, value) => float(&value).map(|value| FrozenValue::Bool(value != 0.0)),
    }
}

fn integer(value: &FrozenValue) -> Option<i64> {
    match value {
        FrozenValue::Bool(value) => Some(i64::from(*value)),
        FrozenValue::Int(value) => Some(*value),
        FrozenValue::None
        | FrozenValue::Float(_)
        | FrozenValue::NumpyInt(..)
        | FrozenValue::NumpyFloat(..)
        | FrozenValue::Complex(..)
        | FrozenValue::Str(_)
        | FrozenValue::Bytes(_)
        | FrozenValue::Tuple(_)
        | FrozenValue::Named(..)
        | FrozenValue::Member(..)
        | FrozenValue::Array(..) => None,
    }
}

/// As a float, where that is exact.
fn float(value: &FrozenValue) -> Option<f64> {
    match value {
        FrozenValue::Float(value) => Some(*value),
        _ => integer(value).filter(|value| value.unsigned_abs() <= 1 << 53).map(|value| value as f64),
    }
}

/// As real and imaginary part, where that is exact.
fn complex(value: &FrozenValue) -> Option<(f64, f64)> {
    match value {
        FrozenValue::Complex(Dtype::Complex128, real, imag) => Some((*real, *imag)),
        _ => float(value).map(|real| (real, 0.0)),
    }
}

fn unary(op: UnaryOp, value: FrozenValue) -> Option<FrozenValue> {
    match (op, value) {
        (UnaryOp::Neg, FrozenValue::Float(value)) => Some(FrozenValue::Float(-value)),
        (UnaryOp::Neg, FrozenValue::Complex(Dtype::Complex128, real, imag)) => {
            Some(FrozenValue::Complex(Dtype::Complex128, -real, -imag))
        }
        (UnaryOp::Pos, FrozenValue::Float(value)) => Some(FrozenValue::Float(value)),
        (UnaryOp::Not, FrozenValue::Bool(value)) => Some(FrozenValue::Bool(!value)),
        (UnaryOp::Neg, value) => integer(&value)?.checked_neg().map(FrozenValue::Int),
        (UnaryOp::Pos, value) => integer(&value).map(FrozenValue::Int),
        (UnaryOp::Invert, value) => integer(&value).map(|value| FrozenValue::Int(!value)),
        (UnaryOp::Not, value) => float(&value).map(|value| FrozenValue::Bool(value == 0.0)),
    }
}

fn binary(op: BinaryOp, left: FrozenValue, right: FrozenValue) -> Option<FrozenValue> {
    if let (Some(a), Some(b), true) = (integer(&left), integer(&right), op != BinaryOp::Div) {
        return integers(op, a, b);
    }
    if matches!(left, FrozenValue::Complex(..)) || matches!(right, FrozenValue::Complex(..)) {
        return complexes(op, complex(&left)?, complex(&right)?);
    }
    let (a, b) = (float(&left)?, float(&right)?);
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if b != 0.0 => a / b,
        BinaryOp::Pow if a > 0.0 => a.powf(b),
        BinaryOp::MatMul
        | BinaryOp::Div
        | BinaryOp::FloorDiv
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::LShift
        | BinaryOp::RShift
        | BinaryOp::BitAnd
        | BinaryOp::BitOr
        | BinaryOp::BitXor => return None,
    };
    Some(FrozenValue::Float(value))
}

/// Sum, difference and product.
fn complexes(op: BinaryOp, a: (f64, f64), b: (f64, f64)) -> Option<FrozenValue> {
    let (real, imag) = match op {
        BinaryOp::Add => (a.0 + b.0, a.1 + b.1),
        BinaryOp::Sub => (a.0 - b.0, a.1 - b.1),
        BinaryOp::Mul => (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0),
        BinaryOp::Div
        | BinaryOp::FloorDiv
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::LShift
        | BinaryOp::RShift
        | BinaryOp::BitAnd
        | BinaryOp::BitOr
        | BinaryOp::BitXor
        | BinaryOp::MatMul => return None,
    };
    Some(FrozenValue::Complex(Dtype::Complex128, real, imag))
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Option<FrozenValue> {
    let value = match op {
        BinaryOp::Add => a.checked_add(b)?,
        BinaryOp::Sub => a.checked_sub(b)?,
        BinaryOp::Mul => a.checked_mul(b)?,
        BinaryOp::FloorDiv => floor_division(a, b)?.0,
        BinaryOp::Mod => floor_division(a, b)?.1,
        BinaryOp::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        BinaryOp::LShift => {
            i64::try_from(i128::from(a).checked_shl(u32::try_from(b).ok().filter(|b| *b < 64)?)?).ok()?
        }
        BinaryOp::RShift => a >> u32::try_from(b).ok()?.min(63),
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::MatMul | BinaryOp::Div => return None,
    };
    Some(FrozenValue::Int(value))
}

/// Quotient and remainder, rounded down.
fn floor_division(a: i64, b: i64) -> Option<(i64, i64)> {
    let (quotient, remainder) = (a.checked_div(b)?, a.checked_rem(b)?);
    let below = remainder != 0 && (remainder < 0) != (b < 0);
    Some(if below { (quotient - 1, remainder + b) } else { (quotient, remainder) })
}
