//! Types of arguments as numbers, which a dispatcher can compare in a nanosecond.

use hotloop_types::{ArrayType, Dtype, EnumType, FunctionType, Layout, TupleClass, TupleType, Type};
use std::sync::{Arc, Mutex, PoisonError};

/// A type of an argument, as a number: equal numbers, equal types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeCode(u32);

/// A tuple: its class if it is a named one, and the types of its elements.
type TupleParts = (Option<Arc<TupleClass>>, Box<[TypeCode]>);

/// Each type of a tuple seen, by the low bits of its code.
static TUPLES: Mutex<Vec<TupleParts>> = Mutex::new(Vec::new());

/// Each enumeration seen, by the low bits of its code.
static ENUMS: Mutex<Vec<Arc<EnumType>>> = Mutex::new(Vec::new());

/// The type of the items of each list seen, by the low bits of the list's code.
static LISTS: Mutex<Vec<TypeCode>> = Mutex::new(Vec::new());

/// Each type of a function seen, by the low bits of its code.
static FUNCTIONS: Mutex<Vec<Arc<FunctionType>>> = Mutex::new(Vec::new());

impl TypeCode {
    const ARRAY: u32 = 1 << 7;
    const TUPLE: u32 = 1 << 31;
    const FUNCTION: u32 = 1 << 30;
    const ENUM: u32 = 1 << 29;
    const DTYPE: u32 = 1 << 27;
    const LIST: u32 = 1 << 26;
    /// A `numpy.random.Generator`.
    pub(crate) const RANDOM_GENERATOR: Self = Self(1 << 28);
    /// `None`.
    pub(crate) const NONE: Self = Self(0xF);
    /// A string.
    pub(crate) const STR: Self = Self(0xE);
    /// Bytes.
    pub(crate) const BYTES: Self = Self(0xD);

    /// A number or truth value.
    pub(crate) const fn scalar(dtype: Dtype) -> Self {
        Self(dtype as u32)
    }

    /// An array.
    pub(crate) const fn array(ty: ArrayType) -> Self {
        let (layout, readonly, ndim) = (ty.layout as u32, ty.readonly as u32, ty.ndim as u32);
        Self(ty.dtype as u32 | layout << 4 | readonly << 6 | Self::ARRAY | ndim << 8)
    }

    /// A tuple of these types, of a class if it is a named one.
    pub(crate) fn tuple(class: Option<&Arc<TupleClass>>, items: &[TypeCode]) -> Self {
        let mut tuples = TUPLES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tuples.iter().position(|(known, tuple)| **tuple == *items && known.as_ref() == class);
        let number = known.unwrap_or_else(|| {
            tuples.push((class.cloned(), items.into()));
            tuples.len() - 1
        });
        Self(Self::TUPLE | number as u32)
    }

    /// A member of an enumeration.
    pub(crate) fn enumeration(class: &Arc<EnumType>) -> Self {
        let mut enums = ENUMS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = enums.iter().position(|known| known == class);
        let number = known.unwrap_or_else(|| {
            enums.push(Arc::clone(class));
            enums.len() - 1
        });
        Self(Self::ENUM | number as u32)
    }

    /// A list of items of that type.
    pub(crate) fn list(item: Self) -> Self {
        let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
        let number = lists.iter().position(|known| *known == item).unwrap_or_else(|| {
            lists.push(item);
            lists.len() - 1
        });
        Self(Self::LIST | number as u32)
    }

    /// A function.
    pub(crate) fn function(function: &Arc<FunctionType>) -> Self {
        let mut functions = FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = functions.iter().position(|known| known == function);
        let number = known.unwrap_or_else(|| {
            functions.push(Arc::clone(function));
            functions.len() - 1
        });
        Self(Self::FUNCTION | number as u32)
    }

    /// The code of a type; `None` for one that no argument has.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Scalar(dtype) => Self::scalar(*dtype),
            Type::Array(array) => Self::array(*array),
            Type::Tuple(items) => {
                Self::tuple(items.class(), &items.iter().map(Self::of).collect::<Option<Vec<_>>>()?)
            }
            Type::Enum(class) => Self::enumeration(class),
            Type::None => Self::NONE,
            Type::Function(function) => Self::function(function),
            Type::Str => Self::STR,
            Type::Bytes => Self::BYTES,
            Type::Dtype(dtype) => Self(Self::DTYPE | *dtype as u32),
            Type::RandomGenerator => Self::RANDOM_GENERATOR,
            Type::List(item) => Self::list(Self::of(item)?),
            Type::Optional(_) | Type::Range | Type::Generator(_) | Type::Undefined => return None,
        })
    }

    /// The type.
    pub(crate) fn ty(self) -> Type {
        if self.0 & Self::TUPLE != 0 {
            let number = (self.0 & !Self::TUPLE) as usize;
            let (class, items) = TUPLES.lock().unwrap_or_else(PoisonError::into_inner)[number].clone();
            let items = items.iter().map(|item| item.ty());
            return match class {
                Some(class) => Type::Tuple(TupleType::named(class, items)),
                None => Type::tuple(items),
            };
        }
        if self.0 & Self::ENUM != 0 {
            let number = (self.0 & !Self::ENUM) as usize;
            let enums = ENUMS.lock().unwrap_or_else(PoisonError::into_inner);
            return Type::Enum(Arc::clone(&enums[number]));
        }
        if self.0 & Self::FUNCTION != 0 {
            let number = (self.0 & !Self::FUNCTION) as usize;
            let functions = FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner);
            return Type::Function(Arc::clone(&functions[number]));
        }
        if self.0 & Self::LIST != 0 {
            let number = (self.0 & !Self::LIST) as usize;
            let item = LISTS.lock().unwrap_or_else(PoisonError::into_inner)[number];
            return Type::list(item.ty());
        }
        match self {
            Self::NONE => return Type::None,
            Self::STR => return Type::Str,
            Self::BYTES => return Type::Bytes,
            Self::RANDOM_GENERATOR => return Type::RandomGenerator,
            _ => {}
        }
        let dtype = Dtype::ALL[(self.0 & 0xF) as usize];
        if self.0 & Self::DTYPE != 0 {
            return Type::Dtype(dtype);
        }
        if self.0 & Self::ARRAY == 0 {
            return Type::Scalar(dtype);
        }
        let layout = [Layout::C, Layout::F, Layout::A][(self.0 >> 4 & 3) as usize];
        let readonly = self.0 >> 6 & 1 != 0;
        Type::Array(ArrayType { readonly, ..ArrayType::new(dtype, (self.0 >> 8) as u8, layout) })
    }
}
