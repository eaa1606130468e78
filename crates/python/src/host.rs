//! Blocks of kernels that the interpreter runs (`objmode`): arguments become Python objects, results come back with the types that were declared.
#![allow(unsafe_code)] // Takes the words of compiled code.

use crate::engine::with_interpreter;
use crate::numpy::numpy;
use crate::{raise, result};
use hotloop_driver::{Dtype, ExceptionClass, Host, HostCall, HostError, Layout, Type, result_words};
use hotloop_runtime::Block;
use hotloop_types::ArrayType;
use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyComplex, PyFloat, PyInt, PyTuple};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The function of the engine's host that runs blocks.
pub(crate) struct PythonHost;

/// What blocks have raised and no caller has seen yet, by the tickets. An error that a kernel has caught stays until there are many.
static RAISED: Mutex<Tickets> = Mutex::new(Tickets { last: 0, errors: BTreeMap::new() });

struct Tickets {
    last: u32,
    errors: BTreeMap<u32, PyErr>,
}

/// So many errors wait for someone to take them.
const MOST_WAITING: usize = 1000;

/// The arguments of the calls under way that may run blocks: an array of a block may be theirs.
static ACTIVE: Mutex<Vec<Arguments>> = Mutex::new(Vec::new());

#[derive(Clone, Copy, PartialEq)]
struct Arguments(*const *mut ffi::PyObject, usize);
// SAFETY: they are read with the GIL held only, while their call is under way.
unsafe impl Send for Arguments {}

/// A call that may run blocks is under way, as long as this lives.
pub(crate) struct Active(Arguments);

impl Active {
    /// # Safety
    /// The arguments live as long as what is returned.
    pub(crate) unsafe fn new(arguments: &[*mut ffi::PyObject]) -> Self {
        let arguments = Arguments(arguments.as_ptr(), arguments.len());
        lock(&ACTIVE).push(arguments);
        Self(arguments)
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        let mut active = lock(&ACTIVE);
        let at = active.iter().rposition(|arguments| *arguments == self.0);
        at.map(|at| active.swap_remove(at));
    }
}

/// All arguments of calls under way. They live while the GIL is held, as the calls end with it.
fn active_arguments() -> Vec<*mut ffi::PyObject> {
    let active = lock(&ACTIVE);
    // SAFETY: a call takes its arguments out before it ends.
    active
        .iter()
        .flat_map(|Arguments(start, count)| unsafe { std::slice::from_raw_parts(*start, *count) })
        .copied()
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a block has raised.
pub(crate) fn take_raised(ticket: u32) -> Option<PyErr> {
    lock(&RAISED).errors.remove(&ticket)
}

impl Host for PythonHost {
    unsafe fn call(&self, call: &HostCall<'_>, results: &mut [u64]) -> Result<(), HostError> {
        // SAFETY: it may be asked at any time.
        if unsafe { ffi::Py_IsInitialized() } == 0 {
            return Err(HostError { class: ExceptionClass::RuntimeError, ticket: 0 });
        }
        with_interpreter(|py| {
            // SAFETY: the caller's promise.
            let outcome = raise::contain(py, || unsafe { run(py, call, results) });
            outcome.map_err(|error| keep(py, error))
        })
    }
}

/// Keeps an error until a caller of the kernel takes it.
fn keep(py: Python<'_>, error: PyErr) -> HostError {
    // Frames of the block are shown, too.
    error.value(py).setattr(intern!(py, "__traceback__"), error.traceback(py)).ok();
    let class = class_of(py, &error).unwrap_or(ExceptionClass::Exception);
    let mut raised = lock(&RAISED);
    raised.last = raised.last.wrapping_add(1).max(1);
    let ticket = raised.last;
    raised.errors.insert(ticket, error);
    let oldest = (raised.errors.len() > MOST_WAITING).then(|| raised.errors.pop_first()).flatten();
    drop(raised);
    drop(oldest);
    HostError { class, ticket }
}

/// The nearest class of an exception's that kernels know.
fn class_of(py: Python<'_>, error: &PyErr) -> Option<ExceptionClass> {
    let classes = error.get_type(py).getattr("__mro__").ok()?.cast_into::<PyTuple>().ok()?;
    let known = |class: Bound<'_, PyAny>| {
        ExceptionClass::by_name(&class.getattr("__name__").ok()?.extract::<String>().ok()?)
    };
    // The places of calls name `SystemError`, for errors of their own.
    classes.iter().filter_map(known).find(|class| *class != ExceptionClass::SystemError)
}

/// # Safety
/// As for [`Host::call`].
unsafe fn run(py: Python<'_>, call: &HostCall<'_>, results: &mut [u64]) -> PyResult<()> {
    let module = py.import(intern!(py, "hotloop._objmode"))?;
    let function = module.call_method1(intern!(py, "function_of"), (call.function,))?;
    let lenders = active_arguments();
    let mut words = call.arguments.iter().copied();
    let mut arguments = Vec::with_capacity(call.signature.parameters.len());
    for ty in &call.signature.parameters {
        let mut owned = Vec::new();
        // SAFETY: the words are those of the argument.
        unsafe { own(ty, &mut words, &mut owned) };
        // SAFETY: the words own what they hold now, and are taken once.
        arguments.push(unsafe { result::into_python(py, ty, &owned, &[], &lenders)? });
    }
    let value = function.call1(PyTuple::new(py, arguments)?)?;
    let declared = call.signature.result.as_ref().unwrap_or(&Type::None);
    let mut made = Made::default();
    made.add(&value, declared)?;
    results.copy_from_slice(&made.words);
    // The kernel owns them now.
    made.blocks.drain(..).for_each(std::mem::forget);
    Ok(())
}

/// Words of an argument as those of a result: arrays are written out, and what has an owner has one more.
///
/// # Safety
/// The words are those of an argument of that type.
unsafe fn own(ty: &Type, words: &mut impl Iterator<Item = u64>, owned: &mut Vec<u64>) {
    let mut word = || words.next().expect("a word for every part of the argument");
    match ty {
        Type::None | Type::Dtype(_) | Type::Undefined => {}
        Type::Scalar(dtype) => {
            owned.push(word());
            if dtype.is_complex() {
                owned.push(word());
            }
        }
        Type::Range => owned.extend([word(), word(), word()]),
        Type::Array(array) => {
            let descriptor = word() as *const u64;
            let count = result_words(&Type::Array(*array));
            match descriptor.is_null() {
                true => owned.extend(vec![0; count]),
                false => {
                    // SAFETY: the word is the address of the array's descriptor.
                    let descriptor = unsafe { std::slice::from_raw_parts(descriptor, count) };
                    // SAFETY: as above, its owner is a block or nothing.
                    unsafe { own_once_more(descriptor[0]) };
                    owned.extend_from_slice(descriptor);
                }
            }
        }
        Type::Str | Type::Bytes => {
            let owner = word();
            // SAFETY: the owner is a block or nothing.
            unsafe { own_once_more(owner) };
            owned.extend([owner, word(), word()]);
        }
        Type::Optional(value) => {
            owned.push(word());
            // SAFETY: the caller's promise.
            unsafe { own(value, words, owned) };
        }
        Type::Tuple(_) | Type::Enum(_) => {
            // SAFETY: the caller's promise, for each part.
            ty.parts().iter().for_each(|part| unsafe { own(part, words, owned) });
        }
        Type::Function(_) | Type::List(_) | Type::Generator(_) | Type::RandomGenerator => {
            unreachable!("inference hands none of these to the host")
        }
    }
}

/// # Safety
/// The owner is a block that lives, or 0.
unsafe fn own_once_more(owner: u64) {
    // SAFETY: the caller's promise. The reference that is made stays; the one that was borrowed is given back.
    if let Some(block) = unsafe { Block::from_raw(owner as *mut u8) } {
        std::mem::forget(block.clone());
        std::mem::forget(block);
    }
}

/// The words of a result, with the blocks that they own.
#[derive(Default)]
struct Made {
    words: Vec<u64>,
    blocks: Vec<Block>,
}

impl Made {
    fn add(&mut self, value: &Bound<'_, PyAny>, ty: &Type) -> PyResult<()> {
        let wrong = || {
            let found = value.get_type().fully_qualified_name();
            let found = found.map_or_else(|_| "an object".to_owned(), |name| name.to_string());
            PyTypeError::new_err(format!(
                "an `objmode` block gave a value of type `{found}` where {ty} was declared"
            ))
        };
        match ty {
            Type::None if value.is_none() => Ok(()),
            Type::Scalar(dtype) => self.add_number(value, *dtype).map_err(|error| {
                // A number that does not fit says so itself.
                if error.is_instance_of::<PyTypeError>(value.py()) { wrong() } else { error }
            }),
            Type::Array(array) => self.add_array(value, array, wrong),
            Type::Tuple(items) => {
                let tuple = value.cast::<PyTuple>().map_err(|_| wrong())?;
                if tuple.len() != items.len() {
                    return Err(wrong());
                }
                tuple.iter().zip(items.iter()).try_for_each(|(value, ty)| self.add(&value, ty))
            }
            Type::Optional(held) => {
                self.words.push(u64::from(!value.is_none()));
                if value.is_none() {
                    self.words.resize(self.words.len() + result_words(held), 0);
                    return Ok(());
                }
                self.add(value, held)
            }
            Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Range
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined => Err(wrong()),
        }
    }

    fn add_number(&mut self, value: &Bound<'_, PyAny>, dtype: Dtype) -> PyResult<()> {
        if dtype.is_integer() && value.is_instance_of::<PyFloat>() {
            // As an assignment to a variable of that type does.
            return self.add_number(&value.py().get_type::<PyInt>().call1((value,))?, dtype);
        }
        let word = match dtype {
            Dtype::Bool => u64::from(value.is_truthy()?),
            Dtype::Int8 => value.extract::<i8>()? as u64,
            Dtype::Int16 => value.extract::<i16>()? as u64,
            Dtype::Int32 => value.extract::<i32>()? as u64,
            Dtype::Int64 => value.extract::<i64>()? as u64,
            Dtype::UInt8 => u64::from(value.extract::<u8>()?),
            Dtype::UInt16 => u64::from(value.extract::<u16>()?),
            Dtype::UInt32 => u64::from(value.extract::<u32>()?),
            Dtype::UInt64 => value.extract::<u64>()?,
            Dtype::Float32 => u64::from((value.extract::<f64>()? as f32).to_bits()),
            Dtype::Float64 => value.extract::<f64>()?.to_bits(),
            Dtype::Complex64 | Dtype::Complex128 => {
                let complex = value.py().get_type::<PyComplex>().call1((value,))?;
                let part = |name: &str| complex.getattr(name)?.extract::<f64>();
                let bits = |part: f64| match dtype {
                    Dtype::Complex64 => u64::from((part as f32).to_bits()),
                    _ => part.to_bits(),
                };
                self.words.push(bits(part("real")?));
                bits(part("imag")?)
            }
        };
        self.words.push(word);
        Ok(())
    }

    /// A copy of an array, which belongs to the kernel.
    fn add_array(
        &mut self,
        value: &Bound<'_, PyAny>,
        ty: &ArrayType,
        wrong: impl Fn() -> PyErr,
    ) -> PyResult<()> {
        let is_array = numpy().is_array(value.get_type().as_type_ptr());
        if !is_array || crate::numpy::array_dtype(value) != Some(ty.dtype) {
            return Err(match is_array {
                true => PyTypeError::new_err(format!(
                    "an `objmode` block gave an array of {} where {ty} was declared",
                    value.getattr("dtype")?.str()?
                )),
                false => wrong(),
            });
        }
        let shape: Vec<i64> = value.getattr("shape")?.extract()?;
        if shape.len() != usize::from(ty.ndim) {
            let message = format!(
                "an `objmode` block gave an array of {} dimensions where {ty} was declared",
                shape.len()
            );
            return Err(PyTypeError::new_err(message));
        }
        let order = if ty.layout == Layout::F { "F" } else { "C" };
        let elements = value.call_method1("tobytes", (order,))?;
        let bytes = elements.cast::<PyBytes>()?.as_bytes();
        let block = Block::uninitialized(bytes.len())
            .map_err(|_| PyMemoryError::new_err("cannot allocate memory for an array"))?;
        // SAFETY: the block has room for so many bytes, and nobody else knows it.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), block.data(), bytes.len()) };
        let mut strides = vec![0; shape.len()];
        let mut stride = i64::from(ty.dtype.size_bytes());
        let mut along = |axis: usize| {
            strides[axis] = stride;
            stride *= shape[axis].max(1);
        };
        match ty.layout {
            Layout::F => (0..shape.len()).for_each(&mut along),
            Layout::C | Layout::A => (0..shape.len()).rev().for_each(&mut along),
        }
        self.words.extend([block.as_raw() as u64, block.data() as u64]);
        self.words.extend(shape.iter().chain(&strides).map(|word| *word as u64));
        self.blocks.push(block);
        Ok(())
    }
}
