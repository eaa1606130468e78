//! What inference asks of the world outside the function: what a global name means, and which specialisation a call reaches.

use hotloop_abi::ErrorClass;
use hotloop_ast::{Name, ParameterKind};
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir::CalleeData;
use hotloop_intrinsics::{Item, MODULES, lookup};
use hotloop_types::{Dtype, FunctionType, Signature, Type};

/// What a name outside the function means.
#[derive(Clone, Debug, PartialEq)]
pub enum Global {
    /// A built-in operation, constant or dtype.
    Item(Item),
    /// A module that the table of intrinsics knows, such as `numpy`.
    Module(String),
    /// Another kernel.
    Function(FunctionHandle),
    /// A value that is frozen when the kernel is compiled.
    Constant(FrozenValue),
    /// A class of exceptions.
    Exception(ErrorClass),
    /// Something that exists but cannot be used in a kernel.
    Unsupported {
        /// What it is, to follow "is", such as "a class".
        what: String,
        /// A way out.
        help: Option<String>,
    },
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
    /// A string; usable where a constant string is.
    Str(String),
    /// A tuple of such values.
    Tuple(Vec<FrozenValue>),
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

/// What the table of intrinsics says about an attribute of a module.
pub fn builtin_attribute(module: &str, name: &str) -> Option<Global> {
    if MODULES.contains(&module) {
        return lookup(&format!("{module}.{name}")).map(Global::Item);
    }
    None
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
}

/// The kernels that a function may call.
pub trait Callees {
    /// The parameters of a kernel, in order.
    fn parameters(&self, function: FunctionHandle) -> Vec<ParameterInfo>;

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

    fn parameters(&self, _: FunctionHandle) -> Vec<ParameterInfo> {
        Vec::new()
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
