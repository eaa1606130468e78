//! Arrays that a module's text makes out of constants: `np.array([1.0, 2.0])`, `np.zeros(3)`, `np.arange(10)`.

use crate::constant_fold::Constants;
use crate::environment::{FrozenValue, Global};
use hotloop_ast::{Argument, Expr, ExprKind};
use hotloop_hir::{Constant, ConstantArray};
use hotloop_intrinsics::Item;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout};
use std::sync::Arc;

/// The most elements that are computed from a text.
const MAX_ELEMENTS: i64 = 1 << 20;
/// How deep lists of elements may nest.
const MAX_NDIM: usize = 32;

/// An array in C order with these elements.
fn array(dtype: Dtype, shape: Vec<i64>, elements: &[FrozenValue]) -> Option<FrozenValue> {
    let mut bytes = Vec::with_capacity(elements.len() * dtype.size_bytes() as usize);
    for element in elements {
        write(dtype, element, &mut bytes)?;
    }
    let ndim = shape.len() as u8;
    let ty = ArrayType { readonly: true, ..ArrayType::new(dtype, ndim, Layout::C) };
    Some(FrozenValue::Array(ty, Arc::new(ConstantArray { shape, bytes: bytes.into() })))
}

/// Writes a Python number as an element, where it is one exactly as NumPy would make it.
fn write(dtype: Dtype, element: &FrozenValue, bytes: &mut Vec<u8>) -> Option<()> {
    let float = |bytes: &mut Vec<u8>, value: f64| match dtype.part() {
        Dtype::Float32 => bytes.extend((value as f32).to_le_bytes()),
        _ => bytes.extend(value.to_le_bytes()),
    };
    match (dtype.kind(), element) {
        (DtypeKind::Bool, FrozenValue::Bool(value)) => bytes.push(u8::from(*value)),
        (DtypeKind::Bool, FrozenValue::Int(value)) => bytes.push(u8::from(*value != 0)),
        (DtypeKind::Signed | DtypeKind::Unsigned, value) => {
            let value = match value {
                FrozenValue::Bool(value) => i64::from(*value),
                FrozenValue::Int(value) => *value,
                _ => return None,
            };
            let size = dtype.size_bytes() as usize;
            let bits = 8 * size as u32;
            let fits = match dtype.kind() {
                DtypeKind::Unsigned => value >= 0 && (bits == 64 || value < 1 << bits),
                _ => bits == 64 || (-(1 << (bits - 1))..1 << (bits - 1)).contains(&value),
            };
            fits.then(|| bytes.extend(&value.to_le_bytes()[..size]))?;
        }
        (DtypeKind::Float | DtypeKind::Complex, value) => {
            let (real, imag) = match value {
                FrozenValue::Bool(value) => (f64::from(u8::from(*value)), 0.0),
                // Every integer that float64 does not hold is left to NumPy.
                FrozenValue::Int(value) if value.unsigned_abs() <= 1 << 53 => (*value as f64, 0.0),
                FrozenValue::Float(value) => (*value, 0.0),
                FrozenValue::Complex(Dtype::Complex128, real, imag) if dtype.is_complex() => (*real, *imag),
                _ => return None,
            };
            float(bytes, real);
            if dtype.is_complex() {
                float(bytes, imag);
            }
        }
        (DtypeKind::Bool, _) => return None,
    }
    Some(())
}

/// Writes a constant of that dtype as an element.
pub(crate) fn write_constant(dtype: Dtype, value: Constant, bytes: &mut Vec<u8>) -> Option<()> {
    let value = match value {
        Constant::Bool(value) => FrozenValue::Bool(value),
        // A uint64 is known by its bits.
        Constant::Int(value) if dtype.is_integer() => {
            bytes.extend(&value.to_le_bytes()[..dtype.size_bytes() as usize]);
            return Some(());
        }
        Constant::Int(value) => FrozenValue::Int(value),
        Constant::Float(value) => FrozenValue::Float(value),
        Constant::Complex(real, imag) => FrozenValue::Complex(Dtype::Complex128, real, imag),
        Constant::None | Constant::Dtype => return None,
    };
    write(dtype, &value, bytes)
}

/// The dtype that NumPy gives an array of these Python numbers.
fn common_dtype(elements: &[FrozenValue]) -> Option<Dtype> {
    let rank = |element: &FrozenValue| match element {
        FrozenValue::Bool(_) => Some(Dtype::Bool),
        FrozenValue::Int(_) => Some(Dtype::Int64),
        FrozenValue::Float(_) => Some(Dtype::Float64),
        FrozenValue::Complex(Dtype::Complex128, ..) => Some(Dtype::Complex128),
        _ => None,
    };
    let ranks: Vec<Dtype> = elements.iter().map(rank).collect::<Option<_>>()?;
    let order = [Dtype::Bool, Dtype::Int64, Dtype::Float64, Dtype::Complex128];
    let highest = ranks.iter().filter_map(|rank| order.iter().position(|known| known == rank)).max();
    Some(highest.map_or(Dtype::Float64, |highest| order[highest]))
}

/// The arguments of a function of NumPy.
struct Given<'a> {
    positional: Vec<&'a Expr>,
    keywords: Vec<(&'a str, &'a Expr)>,
}

impl<'a> Given<'a> {
    fn new(arguments: &'a [Argument]) -> Option<Self> {
        let mut given = Self { positional: Vec::new(), keywords: Vec::new() };
        for argument in arguments {
            match argument {
                Argument::Positional(value) => given.positional.push(value),
                Argument::Keyword { name, value } => given.keywords.push((&name.name, value)),
                Argument::Unpack(_) | Argument::UnpackKeywords(_) => return None,
            }
        }
        Some(given)
    }

    /// The arguments in the order of the parameters, if there are no others.
    fn placed<const N: usize>(&self, parameters: [&str; N]) -> Option<[Option<&'a Expr>; N]> {
        let mut placed = [None; N];
        for (position, value) in self.positional.iter().enumerate() {
            *placed.get_mut(position)? = Some(*value);
        }
        for (name, value) in &self.keywords {
            let slot = &mut placed[parameters.iter().position(|parameter| parameter == name)?];
            if slot.replace(value).is_some() {
                return None;
            }
        }
        Some(placed)
    }
}

impl Constants<'_> {
    /// The array that a function of NumPy makes out of constants.
    pub(crate) fn array_call(&mut self, function: &str, arguments: &[Argument]) -> Option<FrozenValue> {
        let given = Given::new(arguments)?;
        match function {
            "array" | "asarray" => {
                let [items, dtype] = given.placed(["object", "dtype"])?;
                let (mut shape, mut elements) = (Vec::new(), Vec::new());
                self.elements(items?, 0, &mut shape, &mut elements)?;
                let dtype = self.dtype(dtype, || common_dtype(&elements))?;
                array(dtype, shape, &elements)
            }
            "zeros" | "ones" => {
                let [shape, dtype] = given.placed(["shape", "dtype"])?;
                let dtype = self.dtype(dtype, || Some(Dtype::Float64))?;
                let value = FrozenValue::Int(i64::from(function == "ones"));
                self.filled(shape?, dtype, value)
            }
            "full" => {
                let [shape, value, dtype] = given.placed(["shape", "fill_value", "dtype"])?;
                let value = self.fold(value?)?;
                let dtype = self.dtype(dtype, || common_dtype(std::slice::from_ref(&value)))?;
                self.filled(shape?, dtype, value)
            }
            "arange" => self.arange(&given),
            _ => None,
        }
    }

    fn filled(&mut self, shape: &Expr, dtype: Dtype, value: FrozenValue) -> Option<FrozenValue> {
        let shape = match self.fold(shape)? {
            FrozenValue::Int(length) => vec![length],
            FrozenValue::Tuple(lengths) => lengths.iter().map(length).collect::<Option<_>>()?,
            _ => return None,
        };
        let count = shape
            .iter()
            .try_fold(1_i64, |count, length| (*length >= 0).then(|| count.checked_mul(*length)).flatten())?;
        let elements = vec![value; usize::try_from(count).ok().filter(|_| count <= MAX_ELEMENTS)?];
        array(dtype, shape, &elements)
    }

    /// `np.arange` of integers.
    fn arange(&mut self, given: &Given<'_>) -> Option<FrozenValue> {
        let bounds: Vec<i64> =
            given.positional.iter().map(|bound| length(&self.fold(bound)?)).collect::<Option<_>>()?;
        let (start, stop, step) = match bounds.as_slice() {
            [stop] => (0, *stop, 1),
            [start, stop] => (*start, *stop, 1),
            [start, stop, step] if *step != 0 => (*start, *stop, *step),
            _ => return None,
        };
        let dtype = match given.keywords.as_slice() {
            [] => Dtype::Int64,
            [("dtype", dtype)] => self.dtype(Some(dtype), || None)?,
            _ => return None,
        };
        let mut elements = Vec::new();
        let mut at = start;
        while (step > 0 && at < stop) || (step < 0 && at > stop) {
            if elements.len() as i64 >= MAX_ELEMENTS {
                return None;
            }
            elements.push(FrozenValue::Int(at));
            at = at.checked_add(step)?;
        }
        array(dtype, vec![elements.len() as i64], &elements)
    }

    fn dtype(&mut self, given: Option<&Expr>, default: impl FnOnce() -> Option<Dtype>) -> Option<Dtype> {
        let Some(given) = given else { return default() };
        if let ExprKind::Str(name) = &given.kind {
            return Dtype::by_name(name);
        }
        match self.meaning(given)? {
            Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)) => Some(dtype),
            _ => None,
        }
    }

    /// The elements of nested lists and tuples of one shape.
    fn elements(
        &mut self,
        expression: &Expr,
        depth: usize,
        shape: &mut Vec<i64>,
        elements: &mut Vec<FrozenValue>,
    ) -> Option<()> {
        let (ExprKind::List(items) | ExprKind::Tuple(items)) = &expression.kind else {
            // An element stands at the depth of the shape.
            let is_deepest = shape.len() == depth;
            elements.push(self.fold(expression)?);
            return is_deepest.then_some(());
        };
        let is_first = shape.len() == depth && elements.is_empty();
        if is_first && depth < MAX_NDIM {
            shape.push(items.len() as i64);
        }
        if shape.get(depth) != Some(&(items.len() as i64)) {
            return None;
        }
        items.iter().try_for_each(|item| self.elements(item, depth + 1, shape, elements))
    }
}

fn length(value: &FrozenValue) -> Option<i64> {
    match value {
        FrozenValue::Int(length) => Some(*length),
        _ => None,
    }
}
