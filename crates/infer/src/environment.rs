//! What inference asks of the world outside the function: what a global name means, and which specialisation a call reaches.

use hotloop_abi::ErrorClass;
use hotloop_ast::{Name, ParameterKind};
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir::{CalleeData, ConstantArray};
use hotloop_intrinsics::{Item, MODULES, lookup};
use hotloop_types::{ArrayType, Dtype, EnumType, FunctionType, Signature, TupleClass, Type};
use std::sync::Arc;

/// What a name outside the function means.
#[derive(Clone, Debug, PartialEq)]
pub enum Global {
    /// A built-in operation, constant or dtype.
    Item(Item),
    /// A module that the table of intrinsics knows, such as `numpy`.
    Module(String),
    /// Another kernel.
    Function(FunctionHandle),
    /// Another kernel as a ufunc: called with arrays it is applied to their elements.
    Ufunc(FunctionHandle),
    /// A function of the prelude, by its path.
    Library(&'static str),
    /// A function with implementations that are chosen by the types of a call.
    Extended(Arc<ExtendedFunction>),
    /// A function of the host program, called at run time.
    Host(Arc<HostFunction>),
    /// A value that is frozen when the kernel is compiled.
    Constant(FrozenValue),
    /// A class of exceptions.
    Exception(ErrorClass),
    /// A class of named tuples.
    TupleClass(Arc<NamedTuple>),
    /// A class of enumerations.
    EnumClass(Arc<EnumType>),
    /// Something that exists but cannot be used in a kernel.
    Unsupported {
        /// What it is, to follow "is", such as "a class".
        what: String,
        /// A way out.
        help: Option<String>,
    },
}

/// A function whose implementations the embedding program chooses, see [`Callees::choose`].
#[derive(Clone, Debug, PartialEq)]
pub struct ExtendedFunction {
    /// Its name, by which it is asked for: no other function has it.
    pub name: String,
    /// What it means where no implementation is chosen, such as a built-in operation.
    pub otherwise: Option<Global>,
}

/// A function of the host program that kernels call, with arguments of any types.
#[derive(Clone, Debug, PartialEq)]
pub struct HostFunction {
    /// Its name, by which the host knows it.
    pub name: String,
    /// The type of what it gives.
    pub result: Type,
}

impl HostFunction {
    /// What begins the symbols of such functions.
    const PREFIX: &'static str = "hl_host.";

    /// The symbol by which code calls it with arguments of these types: it says the name and the signature.
    pub fn symbol(&self, parameters: &[Type]) -> String {
        let signature = Signature { parameters: parameters.to_vec(), result: Some(self.result.clone()) };
        format!("{}{}.{}{signature:#}", Self::PREFIX, self.name.len(), self.name)
    }

    /// The name and the signature that a symbol says; `None` for a symbol of something else.
    pub fn of_symbol(symbol: &str) -> Option<(&str, &str)> {
        let (length, rest) = symbol.strip_prefix(Self::PREFIX)?.split_once('.')?;
        rest.split_at_checked(length.parse().ok()?)
    }
}

/// What the embedding program is asked about a call: which function is it, for arguments of these types?
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// What is called or read.
    pub asked: Asked,
    /// The arguments; of a method or attribute the first one is the object.
    pub arguments: Vec<AskedArgument>,
}

/// What may have implementations that are chosen by types.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// An [`ExtendedFunction`], by its name.
    Function(String),
    /// A method, by its name.
    Method(String),
    /// An attribute, by its name.
    Attribute(String),
}

/// An argument of a call, as whoever chooses an implementation sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskedArgument {
    /// The keyword by which it is given.
    pub name: Option<String>,
    /// Its type.
    pub ty: Type,
    /// Its value, where that is known when the kernel is compiled.
    pub literal: Option<Literal>,
}

/// A value that is known when a kernel is compiled, and that implementations may be chosen by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    /// `True` or `False`.
    Bool(bool),
    /// A Python `int`.
    Int(i64),
    /// A string.
    Str(String),
}

/// What the embedding program says to a [`Question`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The call is one of this function.
    Function(FunctionHandle),
    /// Nobody has a function for these types.
    None {
        /// What was tried, and what came of it, to be shown a line each.
        tried: Vec<String>,
    },
    /// The question is new: it will be answered when what is being inferred is inferred again.
    Later,
}

/// A kernel, numbered by whoever implements [`Callees`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionHandle(pub usize);

/// The value of a global when the kernel is compiled.
#[derive(Clone, Debug, PartialEq)]
pub enum FrozenValue {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A Python `int` that fits int64.
    Int(i64),
    /// A Python `float`.
    Float(f64),
    /// A NumPy integer or truth value: its dtype and its bits, sign- or zero-extended.
    NumpyInt(Dtype, i64),
    /// A NumPy float: its dtype and its value.
    NumpyFloat(Dtype, f64),
    /// A complex number: its dtype, its real and its imaginary part.
    Complex(Dtype, f64, f64),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A tuple of such values.
    Tuple(Vec<FrozenValue>),
    /// A named tuple of such values.
    Named(Arc<TupleClass>, Vec<FrozenValue>),
    /// A member of an enumeration, by its position.
    Member(Arc<EnumType>, usize),
    /// A read-only array.
    Array(ArrayType, Arc<ConstantArray>),
}

/// A class of named tuples, as kernels construct them.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTuple {
    /// The class.
    pub class: Arc<TupleClass>,
    /// The defaults of the last fields.
    pub defaults: Vec<FrozenValue>,
}

impl Global {
    /// Visits the elements of all arrays in what is meant.
    pub fn for_each_array(&self, visit: &mut dyn FnMut(&ConstantArray)) {
        match self {
            Self::Constant(value) => value.for_each_array(visit),
            Self::TupleClass(class) => class.defaults.iter().for_each(|value| value.for_each_array(visit)),
            Self::Item(_)
            | Self::Module(_)
            | Self::Function(_)
            | Self::Ufunc(_)
            | Self::Library(_)
            | Self::Extended(_)
            | Self::Host(_)
            | Self::Exception(_)
            | Self::EnumClass(_)
            | Self::Unsupported { .. } => {}
        }
    }

    /// What a name of a file means elsewhere: a class that the file defines is another one than one of that name in another file.
    pub fn defined_in(self, file: &str) -> Self {
        match self {
            Self::Exception(class) => Self::Exception(class.defined_in(file)),
            Self::TupleClass(class) => Self::TupleClass(Arc::new(NamedTuple {
                class: tuple_class_in(&class.class, file),
                defaults: class.defaults.iter().map(|value| value.defined_in(file)).collect(),
            })),
            Self::EnumClass(class) => Self::EnumClass(enum_class_in(&class, file)),
            Self::Constant(value) => Self::Constant(value.defined_in(file)),
            Self::Item(_)
            | Self::Module(_)
            | Self::Function(_)
            | Self::Ufunc(_)
            | Self::Library(_)
            | Self::Extended(_)
            | Self::Host(_)
            | Self::Unsupported { .. } => self,
        }
    }
}

impl FrozenValue {
    fn for_each_array(&self, visit: &mut dyn FnMut(&ConstantArray)) {
        match self {
            Self::Array(_, array) => visit(array),
            Self::Tuple(items) | Self::Named(_, items) => {
                items.iter().for_each(|item| item.for_each_array(visit));
            }
            Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::NumpyInt(..)
            | Self::NumpyFloat(..)
            | Self::Complex(..)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Member(..) => {}
        }
    }

    fn defined_in(&self, file: &str) -> Self {
        let all = |items: &[Self]| items.iter().map(|item| item.defined_in(file)).collect();
        match self {
            Self::Tuple(items) => Self::Tuple(all(items)),
            Self::Named(class, items) => Self::Named(tuple_class_in(class, file), all(items)),
            Self::Member(class, position) => Self::Member(enum_class_in(class, file), *position),
            Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::NumpyInt(..)
            | Self::NumpyFloat(..)
            | Self::Complex(..)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Array(..) => self.clone(),
        }
    }
}

/// An identity that has no file yet goes into that one.
fn identity_in(identity: &str, file: &str) -> String {
    if identity.contains(':') { identity.to_owned() } else { format!("{file}:{identity}") }
}

fn tuple_class_in(class: &TupleClass, file: &str) -> Arc<TupleClass> {
    Arc::new(TupleClass { identity: identity_in(&class.identity, file), ..class.clone() })
}

fn enum_class_in(class: &EnumType, file: &str) -> Arc<EnumType> {
    Arc::new(EnumType { identity: identity_in(&class.identity, file), ..class.clone() })
}

/// The names outside a function.
pub trait Environment {
    /// What a name means at the module's level or in an enclosing function; `None` if it is not defined there. Names of builtins need not
    /// be answered.
    fn global(&self, name: &str) -> Option<Global>;

    /// The variables of functions around this one that it reads; their values come before its arguments. None for a function of a module.
    fn captures(&self) -> &[Name] {
        &[]
    }

    /// The function within a function around this one that a name means. None for a function of a module.
    fn inner_function(&self, _: &str) -> Option<FunctionHandle> {
        None
    }

    /// What an attribute of a known module means, such as `sqrt` of `numpy`.
    fn attribute(&self, module: &str, name: &str) -> Option<Global> {
        builtin_attribute(module, name)
    }
}

/// Whether a module is one of those of which kernels may use all that is built in.
pub fn is_known_module(module: &str) -> bool {
    MODULES.contains(&module) || hotloop_prelude::is_module(module)
}

/// What the table of intrinsics or the prelude says about an attribute of a module.
pub fn builtin_attribute(module: &str, name: &str) -> Option<Global> {
    if !is_known_module(module) {
        return None;
    }
    let path = format!("{module}.{name}");
    if path == "numpy.newaxis" {
        return Some(Global::Constant(FrozenValue::None));
    }
    let library = || hotloop_prelude::find(&path).map(|function| Global::Library(function.path));
    let module = || hotloop_prelude::is_module(&path).then(|| Global::Module(path.clone()));
    lookup(&path).map(Global::Item).or_else(library).or_else(module)
}

/// An environment without names, for functions that use none.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyEnvironment;

impl Environment for EmptyEnvironment {
    fn global(&self, _: &str) -> Option<Global> {
        None
    }
}

/// A parameter of a kernel, as far as a call needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterInfo {
    /// Its name.
    pub name: Name,
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// Its default, if it has one; [`Global::Unsupported`] if a kernel cannot use that.
    pub default: Option<Global>,
    /// Whether the function is compiled for the very value, which has to be known.
    pub is_literal: bool,
}

/// The kernels that a function may call.
pub trait Callees {
    /// The parameters of a kernel, in order.
    fn parameters(&mut self, function: FunctionHandle) -> Vec<ParameterInfo>;

    /// The function of the prelude at that path, which works on several threads or on one; `None` if there is no prelude here.
    fn library(&mut self, _path: &'static str, _is_shared: bool) -> Option<FunctionHandle> {
        None
    }

    /// The path of a function of the prelude; `None` for a kernel.
    fn library_path(&self, _function: FunctionHandle) -> Option<&'static str> {
        None
    }

    /// Whether what is being inferred belongs to the prelude.
    fn is_in_library(&self) -> bool {
        false
    }

    /// The function that a kernel is when these parameters have these values: one without the parameters.
    fn with_constants(
        &mut self,
        function: FunctionHandle,
        constants: Vec<(Name, FrozenValue)>,
    ) -> FunctionHandle;

    /// Whether methods or attributes of that name may have implementations that are chosen.
    fn extends(&self, _member: &str) -> bool {
        false
    }

    /// Which function the embedding program has for a call with arguments of these types.
    fn choose(&mut self, _question: &Question) -> Answer {
        Answer::None { tried: Vec::new() }
    }

    /// The symbol of what is being inferred.
    fn symbol(&self) -> String;

    /// The type that the decorator of the function being inferred gives a local variable.
    fn local_type(&self, _name: &str) -> Option<Type> {
        None
    }

    /// The variables of functions around a function that it reads; their values come before its arguments.
    fn captures(&self, function: FunctionHandle) -> Vec<Name>;

    /// The function that stands directly within the one being inferred: a `def` or lambda with this span.
    fn inner(&self, span: Span) -> Option<FunctionHandle>;

    /// Whether a function stands directly within the one being inferred.
    fn is_inner(&self, function: FunctionHandle) -> bool;

    /// The type of a function as a value, as if it captured nothing.
    fn function_type(&mut self, function: FunctionHandle) -> FunctionType;

    /// The function that a type of functions names.
    fn function_of(&self, ty: &FunctionType) -> Option<FunctionHandle>;

    /// The specialisation of a kernel for arguments of these types. Its parameters may be more general than the arguments, which are then
    /// converted.
    fn specialize(
        &mut self,
        function: FunctionHandle,
        arguments: &[Type],
        call: Span,
    ) -> Result<CalleeData, CalleeError>;
}

/// Why a call cannot be compiled.
#[derive(Clone, Debug, PartialEq)]
pub enum CalleeError {
    /// The kernel has errors, for these types or any.
    Failed(Vec<Diagnostic>),
    /// The kernel is being inferred for these types, and what it returns is not known yet. The caller is inferred again when it is.
    Awaited,
    /// Kernels call each other, each for new types, without an end.
    Endless,
    /// The chain of kernels that call each other up to this one is longer than this.
    TooDeep(usize),
    /// None of the signatures the kernel declares accepts the arguments.
    NoSignature(Vec<Signature>),
}

/// No kernels at all: for functions that call none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCallees;

impl Callees for NoCallees {
    fn symbol(&self) -> String {
        String::new()
    }

    fn parameters(&mut self, _: FunctionHandle) -> Vec<ParameterInfo> {
        Vec::new()
    }

    fn with_constants(&mut self, function: FunctionHandle, _: Vec<(Name, FrozenValue)>) -> FunctionHandle {
        function
    }

    fn captures(&self, _: FunctionHandle) -> Vec<Name> {
        Vec::new()
    }

    fn inner(&self, _: Span) -> Option<FunctionHandle> {
        None
    }

    fn is_inner(&self, _: FunctionHandle) -> bool {
        false
    }

    fn function_type(&mut self, _: FunctionHandle) -> FunctionType {
        FunctionType { name: "unknown".into(), key: 0, captured: None }
    }

    fn function_of(&self, _: &FunctionType) -> Option<FunctionHandle> {
        None
    }

    fn specialize(&mut self, _: FunctionHandle, _: &[Type], _: Span) -> Result<CalleeData, CalleeError> {
        Err(CalleeError::NoSignature(Vec::new()))
    }
}
