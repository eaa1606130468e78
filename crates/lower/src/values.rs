//! What a HIR value is in MIR: machine values, with the structure that its type gives them.

use crate::code::Code;
use crate::complex::Parts;
use hotloop_abi::array_words;
use hotloop_mir::{MachineType, Region, RegionKind, Value};
use hotloop_types::{ArrayType, Dtype, Layout, Type};
use std::rc::Rc;

/// A value of the source.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// A real number or truth value.
    Scalar(Value),
    /// A complex number.
    Complex(Parts),
    /// An array.
    Array(Rc<ArrayOperand>),
    /// A tuple, what a function captured, the three parts of a `range` object, or a `numpy.random.Generator`: its block, as a list's, and its address.
    Tuple(Rc<[Operand]>),
    /// An optional: whether there is a value, an `i1`, and the value, which is anything if there is none.
    Optional(Value, Rc<Operand>),
    /// A string, or bytes.
    Text(TextOperand),
    /// A list.
    List(ListOperand),
    /// `None`, or a dtype: nothing at run time.
    Nothing,
}

/// An array, flattened.
#[derive(Clone, Debug)]
pub(crate) struct ArrayOperand {
    /// The reference-counted block, or null.
    pub(crate) owner: Value,
    /// The address of the first element.
    pub(crate) data: Value,
    /// The lengths.
    pub(crate) shape: Vec<Value>,
    /// The strides in bytes.
    pub(crate) strides: Vec<Value>,
    /// Where the elements lie.
    pub(crate) region: Region,
    /// Who keeps the elements alive.
    pub(crate) lifetime: Lifetime,
    /// Where a descriptor of it lies in memory, if that is known.
    pub(crate) descriptor: Option<Value>,
}

/// A string or bytes, flattened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextOperand {
    /// The reference-counted block, or null.
    pub(crate) owner: Value,
    /// The address of the first character.
    pub(crate) data: Value,
    /// How many characters.
    pub(crate) length: Value,
    /// Who keeps the characters alive.
    pub(crate) lifetime: Lifetime,
}

/// A list or a generator: the block that says where the items lie, or how far it got.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListOperand {
    /// The reference-counted block.
    pub(crate) owner: Value,
    /// Who keeps it alive.
    pub(crate) lifetime: Lifetime,
}

/// Who keeps an object alive: an array, a string or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// The caller, for the whole call.
    Caller,
    /// A version; whoever wants to keep the object needs a reference of its own.
    Borrowed,
    /// The value itself holds a reference, which whoever takes the value takes too.
    Temporary,
}

impl Operand {
    /// A tuple.
    pub(crate) fn tuple(items: impl IntoIterator<Item = Operand>) -> Self {
        Self::Tuple(items.into_iter().collect())
    }

    /// The machine value of a scalar.
    pub(crate) fn scalar(&self) -> Value {
        match self {
            Self::Scalar(value) => *value,
            Self::Complex(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: a scalar is expected, not {self:?}")
            }
        }
    }

    /// The array.
    pub(crate) fn array(&self) -> &Rc<ArrayOperand> {
        match self {
            Self::Array(array) => array,
            Self::Scalar(_)
            | Self::Complex(_)
            | Self::Tuple(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: an array is expected, not {self:?}")
            }
        }
    }

    /// The string or bytes.
    pub(crate) fn text(&self) -> TextOperand {
        match self {
            Self::Text(text) => *text,
            Self::Scalar(_)
            | Self::Complex(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::List(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: a string is expected, not {self:?}")
            }
        }
    }

    /// The list.
    pub(crate) fn list(&self) -> ListOperand {
        match self {
            Self::List(list) => *list,
            Self::Scalar(_)
            | Self::Complex(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Text(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: a list is expected, not {self:?}")
            }
        }
    }

    /// The items of a tuple.
    pub(crate) fn items(&self) -> &[Operand] {
        match self {
            Self::Tuple(items) => items,
            Self::Scalar(_)
            | Self::Complex(_)
            | Self::Array(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: a tuple is expected, not {self:?}")
            }
        }
    }

    /// Whether an optional has a value, and the value.
    pub(crate) fn optional(&self) -> (Value, &Operand) {
        match self {
            Self::Optional(is_present, value) => (*is_present, value),
            Self::Scalar(_)
            | Self::Complex(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Nothing => {
                panic!("HIR: an optional is expected, not {self:?}")
            }
        }
    }

    /// Visits the blocks of the objects in it, with who keeps each alive.
    pub(crate) fn for_each_owner(&self, visit: &mut impl FnMut(Value, Lifetime)) {
        match self {
            Self::Array(array) => visit(array.owner, array.lifetime),
            Self::Text(text) => visit(text.owner, text.lifetime),
            Self::List(list) => visit(list.owner, list.lifetime),
            Self::Tuple(items) => items.iter().for_each(|item| item.for_each_owner(visit)),
            Self::Optional(_, value) => value.for_each_owner(visit),
            Self::Scalar(_) | Self::Complex(_) | Self::Nothing => {}
        }
    }

    /// Whether the caller keeps all its objects alive.
    pub(crate) fn is_kept_by_caller(&self) -> bool {
        let mut is_kept = true;
        self.for_each_owner(&mut |_, lifetime| is_kept &= lifetime == Lifetime::Caller);
        is_kept
    }

    /// The same value, its objects kept alive in other ways.
    #[must_use]
    pub(crate) fn map_lifetimes(&self, change: &mut impl FnMut(Value, Lifetime) -> Lifetime) -> Self {
        match self {
            Self::Array(array) => {
                let lifetime = change(array.owner, array.lifetime);
                Self::Array(if lifetime == array.lifetime {
                    array.clone()
                } else {
                    Rc::new(ArrayOperand { lifetime, ..(**array).clone() })
                })
            }
            Self::Text(text) => {
                Self::Text(TextOperand { lifetime: change(text.owner, text.lifetime), ..*text })
            }
            Self::List(list) => {
                Self::List(ListOperand { lifetime: change(list.owner, list.lifetime), ..*list })
            }
            Self::Tuple(items) => Self::tuple(items.iter().map(|item| item.map_lifetimes(change))),
            Self::Optional(is_present, value) => {
                Self::Optional(*is_present, Rc::new(value.map_lifetimes(change)))
            }
            Self::Scalar(_) | Self::Complex(_) | Self::Nothing => self.clone(),
        }
    }

    /// The same value, its objects kept alive in another way.
    #[must_use]
    pub(crate) fn with_lifetime(&self, lifetime: Lifetime) -> Self {
        self.map_lifetimes(&mut |_, _| lifetime)
    }

    /// All machine values, as the calling convention orders them.
    pub(crate) fn flatten(&self, values: &mut Vec<Value>) {
        match self {
            Self::Scalar(value) => values.push(*value),
            Self::Complex(parts) => values.extend(parts),
            Self::Array(array) => values.extend(array.words()),
            Self::Text(text) => values.extend([text.owner, text.data, text.length]),
            Self::List(list) => values.push(list.owner),
            Self::Tuple(items) => items.iter().for_each(|item| item.flatten(values)),
            Self::Optional(is_present, value) => {
                values.push(*is_present);
                value.flatten(values);
            }
            Self::Nothing => {}
        }
    }
}

impl ArrayOperand {
    /// The words of its descriptor.
    pub(crate) fn words(&self) -> impl Iterator<Item = Value> {
        [self.owner, self.data]
            .into_iter()
            .chain(self.shape.iter().copied())
            .chain(self.strides.iter().copied())
    }
}

/// What machine type the values of a dtype have, or the parts of complex ones.
pub(crate) const fn machine_type(dtype: Dtype) -> MachineType {
    match dtype {
        Dtype::Bool => MachineType::I1,
        Dtype::Int8 | Dtype::UInt8 => MachineType::I8,
        Dtype::Int16 | Dtype::UInt16 => MachineType::I16,
        Dtype::Int32 | Dtype::UInt32 => MachineType::I32,
        Dtype::Int64 | Dtype::UInt64 => MachineType::I64,
        Dtype::Float32 | Dtype::Complex64 => MachineType::F32,
        Dtype::Float64 | Dtype::Complex128 => MachineType::F64,
    }
}

/// The machine types of a number.
fn number_types(dtype: Dtype) -> impl Iterator<Item = MachineType> {
    std::iter::repeat_n(machine_type(dtype), if dtype.is_complex() { 2 } else { 1 })
}

/// The dtype of a scalar type.
pub(crate) fn scalar_dtype(ty: &Type) -> Dtype {
    ty.as_scalar().unwrap_or_else(|| panic!("HIR: a scalar type is expected, not {ty}"))
}

/// The type of an array.
pub(crate) fn array_type(ty: &Type) -> ArrayType {
    match ty {
        Type::Array(array) => *array,
        Type::Scalar(_)
        | Type::Tuple(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => {
            panic!("HIR: an array type is expected, not {ty}")
        }
    }
}

/// The types of a tuple's items, or of what a function captured.
pub(crate) fn tuple_types(ty: &Type) -> &[Type] {
    match ty {
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => ty.parts(),
        Type::Scalar(_)
        | Type::Array(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => {
            panic!("HIR: a tuple type is expected, not {ty}")
        }
    }
}

/// The type of a list's items.
pub(crate) fn item_type(ty: &Type) -> &Type {
    match ty {
        Type::List(item) => item,
        Type::Scalar(_)
        | Type::Array(_)
        | Type::Tuple(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Str
        | Type::Bytes
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => panic!("HIR: a list type is expected, not {ty}"),
    }
}

/// Whether values of the type hold objects that are counted.
pub(crate) fn has_owners(ty: &Type) -> bool {
    match ty {
        Type::Array(_)
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator => true,
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) | Type::Optional(_) => {
            ty.parts().iter().any(has_owners)
        }
        Type::Scalar(_) | Type::None | Type::Range | Type::Dtype(_) | Type::Undefined => false,
    }
}

/// The axis whose stride is the item size, if the layout names one.
pub(crate) fn unit_axis(array: ArrayType) -> Option<usize> {
    match array.layout {
        Layout::C => usize::from(array.ndim).checked_sub(1),
        Layout::F => (array.ndim > 0).then_some(0),
        Layout::A => None,
    }
}

/// The machine types of a value of that type, as [`Operand::flatten`] orders them.
pub(crate) fn flat_types(ty: &Type, types: &mut Vec<MachineType>) {
    match ty {
        Type::Scalar(dtype) => types.extend(number_types(*dtype)),
        Type::Array(array) => {
            types.extend([MachineType::Ptr, MachineType::Ptr]);
            types.extend((2..array_words(usize::from(array.ndim))).map(|_| MachineType::I64));
        }
        Type::Optional(value) => {
            types.push(MachineType::I1);
            flat_types(value, types);
        }
        Type::Range => types.extend([MachineType::I64; 3]),
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
            ty.parts().iter().for_each(|part| flat_types(part, types))
        }
        Type::Str | Type::Bytes => types.extend([MachineType::Ptr, MachineType::Ptr, MachineType::I64]),
        Type::List(_) | Type::Generator(_) => types.push(MachineType::Ptr),
        Type::RandomGenerator => types.extend([MachineType::Ptr; 2]),
        Type::None | Type::Dtype(_) | Type::Undefined => {}
    }
}

/// The machine types of a parameter of that type: arrays are passed by the address of their descriptor.
pub fn parameter_types(ty: &Type, types: &mut Vec<MachineType>) {
    match ty {
        Type::Scalar(dtype) => types.extend(number_types(*dtype)),
        Type::Array(_) => types.push(MachineType::Ptr),
        Type::Optional(value) => {
            types.push(MachineType::I1);
            parameter_types(value, types);
        }
        Type::Range => types.extend([MachineType::I64; 3]),
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
            ty.parts().iter().for_each(|part| parameter_types(part, types))
        }
        Type::Str | Type::Bytes | Type::List(_) | Type::Generator(_) | Type::RandomGenerator => {
            flat_types(ty, types)
        }
        Type::None | Type::Dtype(_) | Type::Undefined => {}
    }
}

impl Code {
    /// A value of that type out of machine values in the order of [`flat_types`]. Its arrays may be any.
    pub(crate) fn unflatten(
        &mut self,
        ty: &Type,
        values: &mut impl Iterator<Item = Value>,
        lifetime: Lifetime,
    ) -> Operand {
        match ty {
            Type::Scalar(dtype) if dtype.is_complex() => Operand::Complex([next(values), next(values)]),
            Type::Scalar(_) => Operand::Scalar(next(values)),
            Type::Array(array) => {
                let region = self.region(RegionKind::Unknown);
                let (owner, data) = (next(values), next(values));
                let shape = (0..array.ndim).map(|_| next(values)).collect();
                let strides = (0..array.ndim).map(|_| next(values)).collect();
                let descriptor = None;
                let mut flat = ArrayOperand { owner, data, shape, strides, region, lifetime, descriptor };
                self.set_unit_stride(*array, &mut flat);
                Operand::Array(Rc::new(flat))
            }
            Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
                let items: Vec<Operand> =
                    ty.parts().iter().map(|item| self.unflatten(item, values, lifetime)).collect();
                Operand::tuple(items)
            }
            Type::Optional(value) => {
                let is_present = next(values);
                Operand::Optional(is_present, Rc::new(self.unflatten(value, values, lifetime)))
            }
            Type::Range => Operand::tuple((0..3).map(|_| Operand::Scalar(next(values)))),
            Type::Str | Type::Bytes => {
                let (owner, data, length) = (next(values), next(values), next(values));
                Operand::Text(TextOperand { owner, data, length, lifetime })
            }
            Type::List(_) | Type::Generator(_) => {
                Operand::List(ListOperand { owner: next(values), lifetime })
            }
            Type::RandomGenerator => {
                let (owner, address) = (next(values), next(values));
                Operand::tuple([Operand::List(ListOperand { owner, lifetime }), Operand::Scalar(address)])
            }
            Type::None | Type::Dtype(_) | Type::Undefined => Operand::Nothing,
        }
    }

    /// Makes the stride that the layout fixes a constant.
    pub(crate) fn set_unit_stride(&mut self, ty: ArrayType, array: &mut ArrayOperand) {
        if let Some(axis) = unit_axis(ty) {
            array.strides[axis] = self.int64(i64::from(ty.dtype.size_bytes()));
        }
    }

    /// Some value of that type; its arrays are null.
    pub(crate) fn placeholder(&mut self, ty: &Type) -> Operand {
        let mut types = Vec::new();
        flat_types(ty, &mut types);
        let zeros: Vec<Value> = types.into_iter().map(|ty| self.zero(ty)).collect();
        self.unflatten(ty, &mut zeros.into_iter(), Lifetime::Caller)
    }
}

fn next(values: &mut impl Iterator<Item = Value>) -> Value {
    values.next().expect("a flattened value has as many parts as its type")
}
