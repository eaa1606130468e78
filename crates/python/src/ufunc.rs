//! Kernels as NumPy's ufuncs and generalised ufuncs: objects of NumPy's own type, whose inner loops are kernels.
//!
//! NumPy gives an inner loop the address and the step of each operand, and for generalised ufuncs the shapes of the core dimensions. How these lie is the *pattern* of a loop: an
//! operand is contiguous, repeated (a step of zero, as of a scalar) or anything else. Each pattern that comes up has a kernel of its own, which is made when it is first met, so that
//! loops over contiguous arrays run in vectors. The kernels are made in Python, in `_ufunc.py`; the letters of a pattern are explained there, too.
#![allow(unsafe_code)] // Makes objects of NumPy and runs compiled code over its memory.

use crate::engine::with_interpreter;
use crate::numpy::Elements;
use crate::{engine, numpy, object, output, raise};
use hotloop_driver::Compiled;
use hotloop_runtime::CallState;
use hotloop_types::Dtype;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null;
use std::sync::{Arc, PoisonError, RwLock};

/// An inner loop as NumPy calls it: operands, lengths, steps in bytes, and what belongs to the loop.
type InnerLoop = unsafe extern "C" fn(*mut *mut u8, *const isize, *const isize, *mut c_void);

/// `PyUFunc_FromFuncAndDataAndSignature`.
pub(crate) type MakeUfunc = unsafe extern "C" fn(
    *mut InnerLoop,
    *mut *mut c_void,
    *const c_char,
    c_int,
    c_int,
    c_int,
    c_int,
    *const c_char,
    *const c_char,
    c_int,
    *const c_char,
) -> *mut ffi::PyObject;

/// The start of `PyUFuncObject`, the same in NumPy 1 and 2.
#[repr(C)]
struct UfuncFields {
    head: ffi::PyObject,
    inputs: c_int,
    outputs: c_int,
    operands: c_int,
    identity: c_int,
    functions: *mut InnerLoop,
    data: *mut *mut c_void,
    loops: c_int,
    reserved: c_int,
    name: *const c_char,
    types: *const c_char,
    doc: *const c_char,
    memory: *mut c_void,
    /// What the ufunc keeps alive.
    kept: *mut ffi::PyObject,
}

/// An operand of a loop.
struct Operand {
    dtype: Dtype,
    size_bytes: isize,
    /// Its core dimensions, as positions among those of the ufunc.
    core: Box<[usize]>,
}

/// The loop for one list of dtypes.
struct Loop {
    operands: Vec<Operand>,
    inputs: usize,
    /// Whether it is the loop of a generalised ufunc, whose operands NumPy keeps from overlapping.
    is_generalised: bool,
    /// Makes the kernel of a pattern.
    make: Py<PyAny>,
    kernels: RwLock<Vec<Known>>,
}

/// What runs loops of a pattern.
struct Known {
    pattern: Box<[u8]>,
    code: Code,
}

/// What runs a loop.
#[derive(Clone)]
enum Code {
    Compiled(Arc<Compiled>),
    /// The same as a Python function, where nothing is to be compiled.
    Python(Arc<Py<PyAny>>),
}

/// What a ufunc keeps alive, and what it points to.
#[pyclass(frozen, module = "hotloop._hotloop")]
struct Loops {
    name: CString,
    doc: CString,
    signature: Option<CString>,
    types: Vec<c_char>,
    functions: Vec<InnerLoop>,
    /// Where these lie is part of the ufunc.
    loops: Box<[Loop]>,
    data: Vec<Address>,
    /// The function of elements as a kernel, for kernels that call the ufunc. A generalised ufunc has none.
    kernel: Option<Py<PyAny>>,
}

/// The address of a loop.
#[repr(transparent)]
struct Address(*const Loop);
// SAFETY: loops may be used from any thread.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

/// What a ufunc is made of.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Description {
    name: CString,
    doc: CString,
    /// How many inputs it has.
    inputs: usize,
    /// NumPy's number for its identity.
    identity: c_int,
    /// The text of the core dimensions, of a generalised ufunc.
    signature: Option<CString>,
    /// The core dimensions of each operand.
    cores: Vec<Vec<usize>>,
    /// Each loop: the letters of its dtypes, and what makes its kernels: called with a pattern, it gives a kernel with one signature, or a Python function.
    loops: Vec<(String, Py<PyAny>)>,
    /// The function of elements as a kernel, for kernels that call the ufunc. A generalised ufunc has none.
    kernel: Option<Py<PyAny>>,
}

/// Makes a ufunc.
#[pyfunction]
pub(crate) fn make_ufunc(py: Python<'_>, description: Description) -> PyResult<Bound<'_, PyAny>> {
    let Description { name, doc, inputs, identity, signature, cores, loops, kernel } = description;
    let mut types = Vec::new();
    let mut made = Vec::new();
    for (letters, make) in loops {
        let dtypes = letters.chars().map(dtype_of_letter).collect::<PyResult<Vec<_>>>()?;
        types.extend(dtypes.iter().map(|dtype| numpy::type_number(*dtype) as c_char));
        let operand = |(dtype, core): (&Dtype, &Vec<usize>)| Operand {
            dtype: *dtype,
            size_bytes: dtype.size_bytes() as isize,
            core: core.as_slice().into(),
        };
        made.push(Loop {
            operands: dtypes.iter().zip(&cores).map(operand).collect(),
            inputs,
            is_generalised: signature.is_some(),
            make,
            kernels: RwLock::default(),
        });
    }
    let loops: Box<[Loop]> = made.into();
    let data = loops.iter().map(|made| Address(made)).collect();
    let functions = vec![run as InnerLoop; loops.len()];
    let kept = Bound::new(py, Loops { name, doc, signature, types, functions, loops, data, kernel })?;
    let Loops { name, doc, signature, types, functions, loops, data, .. } = kept.get();
    let signature = signature.as_ref().map_or(null(), |signature| signature.as_ptr());
    let (count, outputs) = (loops.len() as c_int, (cores.len() - inputs) as c_int);
    // SAFETY: NumPy writes to none of what it is given, and the ufunc keeps all of it alive.
    unsafe {
        let ufunc = (numpy::numpy().make_ufunc(py)?)(
            functions.as_ptr().cast_mut(),
            data.as_ptr().cast::<*mut c_void>().cast_mut(),
            types.as_ptr(),
            count,
            inputs as c_int,
            outputs,
            identity,
            name.as_ptr(),
            doc.as_ptr(),
            0,
            signature,
        );
        let ufunc = Bound::from_owned_ptr_or_err(py, ufunc)?;
        let fields = &mut *ufunc.as_ptr().cast::<UfuncFields>();
        if (fields.functions, fields.loops) != (functions.as_ptr().cast_mut(), count)
            || !fields.kept.is_null()
        {
            std::mem::forget(kept);
            return Err(PyValueError::new_err("the ufuncs of this NumPy are not those that hotloop knows"));
        }
        fields.kept = kept.clone().into_ptr();
        Ok(ufunc)
    }
}

/// The function of elements of one of Hotloop's ufuncs, as a kernel; `None` for any other object.
pub(crate) fn kernel_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    // Without the module there are no objects of its classes.
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
    if let Ok(module) = modules.get_item(intern!(py, "hotloop._ufunc"))
        && value.is_instance(&module.getattr(intern!(py, "DUFunc"))?)?
    {
        return value.getattr(intern!(py, "__hotloop_kernel__")).map(Some);
    }
    if !value.get_type().is(&py.import(intern!(py, "numpy"))?.getattr(intern!(py, "ufunc"))?) {
        return Ok(None);
    }
    // SAFETY: the object is a ufunc, which has these fields.
    let kept = unsafe {
        let kept = (*value.as_ptr().cast::<UfuncFields>()).kept;
        Bound::from_borrowed_ptr_or_opt(py, kept)
    };
    let loops = kept.and_then(|kept| kept.cast_into::<Loops>().ok());
    Ok(loops.and_then(|loops| Some(loops.get().kernel.as_ref()?.bind(py).clone())))
}

fn dtype_of_letter(letter: char) -> PyResult<Dtype> {
    let found = numpy::dtype_of_letter(letter);
    found.ok_or_else(|| PyValueError::new_err(format!("kernels know no elements of dtype `{letter}`")))
}

/// The inner loop of all ufuncs; an exception is left set.
unsafe extern "C" fn run(
    operands: *mut *mut u8,
    lengths: *const isize,
    steps: *const isize,
    data: *mut c_void,
) {
    let _status = FloatStatus::save();
    // SAFETY: NumPy gives back what the ufunc was made with, and as many operands, lengths and steps as that has.
    let outcome = std::panic::catch_unwind(|| unsafe {
        let inner = &*data.cast::<Loop>();
        inner.call(operands, lengths, steps)
    });
    let error = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(_) => with_interpreter(|py| {
            raise::hotloop_error(py, "InternalError", "internal error of Hotloop: a panic in a ufunc")
        }),
    };
    with_interpreter(|py| error.restore(py));
}

/// How an operand lies in memory, of one inner loop.
struct Place<'a> {
    operand: &'a Operand,
    data: *mut u8,
    /// How many iterations there are, and from one to the next.
    count: isize,
    step: isize,
    /// Of its core dimensions.
    shape: Vec<isize>,
    strides: Vec<isize>,
    /// From the lowest byte of it to behind the last one; the same if it has no elements.
    start: isize,
    end: isize,
}

impl<'a> Place<'a> {
    /// That of an operand at `data`, in `count` iterations with a step between them, whose core dimensions have these lengths and strides.
    fn new(
        operand: &'a Operand,
        data: *mut u8,
        (count, step): (isize, isize),
        (shape, strides): (Vec<isize>, Vec<isize>),
    ) -> Self {
        let (mut low, mut high) = (0, operand.size_bytes);
        let axes = shape.iter().copied().zip(strides.iter().copied()).chain([(count, step)]);
        for (length, stride) in axes {
            let reach = (length - 1) * stride;
            low += reach.min(0);
            high += reach.max(0);
        }
        let is_empty = count == 0 || shape.contains(&0);
        let (low, high) = if is_empty { (0, 0) } else { (low, high) };
        let (start, end) = (data as isize + low, data as isize + high);
        Self { operand, data, count, step, shape, strides, start, end }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether each iteration of one has memory in common with the same iteration of the other alone.
    fn is_in_step_with(&self, other: &Self) -> bool {
        self.data == other.data && self.step == other.step && self.step != 0
    }

    /// Goes on to a copy of the memory, which is given back.
    ///
    /// # Safety
    /// The memory may be read.
    unsafe fn copy(&mut self) -> Vec<u64> {
        let size_bytes = (self.end - self.start) as usize;
        let mut copy = vec![0_u64; size_bytes.div_ceil(8) + 1];
        // As far from a multiple of eight as the memory itself, so that elements stay aligned.
        let offset = (self.start as usize) % 8;
        let place = copy.as_mut_ptr().cast::<u8>().wrapping_add(offset);
        // SAFETY: all of the operand's elements lie between these addresses; the copy has room for them.
        unsafe { std::ptr::copy_nonoverlapping(self.start as *const u8, place, size_bytes) };
        let distance = place as isize - self.start;
        self.data = self.data.wrapping_offset(distance);
        self.start += distance;
        self.end += distance;
        copy
    }

    /// The bytes of one iteration, if there are no gaps between its elements.
    fn contiguous_size_bytes(&self) -> Option<isize> {
        let mut size_bytes = self.operand.size_bytes;
        for (length, stride) in self.shape.iter().zip(&self.strides).rev() {
            if *length != 1 && *stride != size_bytes {
                return None;
            }
            size_bytes *= length;
        }
        Some(size_bytes)
    }

    /// The descriptor of the array that a kernel takes, which was made for this letter.
    fn describe(&self, letter: u8, descriptors: &mut Vec<u64>) {
        descriptors.extend([0, self.data as u64]);
        // What is repeated has no axis for the loop, but for a single number, which is an array of one.
        let has_axis = letter != REPEATED || self.shape.is_empty();
        let (count, step) =
            if letter == REPEATED { (1, self.operand.size_bytes) } else { (self.count, self.step) };
        descriptors.extend(has_axis.then_some(count as u64));
        descriptors.extend(self.shape.iter().map(|length| *length as u64));
        descriptors.extend(has_axis.then_some(step as u64));
        descriptors.extend(self.strides.iter().map(|stride| *stride as u64));
    }
}

impl Loop {
    /// # Safety
    /// There are as many operands, lengths and steps as the ufunc has; the memory is NumPy's, which lends it for the call.
    unsafe fn call(
        &self,
        operands: *mut *mut u8,
        lengths: *const isize,
        steps: *const isize,
    ) -> PyResult<()> {
        // SAFETY: the caller's promise.
        let mut places = unsafe { self.places(operands, lengths, steps) };
        if places.iter().all(|place| place.count == 0) {
            return Ok(());
        }
        // SAFETY: the memory is lent for the call.
        let _copies = unsafe { self.keep_apart(&mut places) };
        let mode = self.mode(&places);
        let mut pattern = vec![mode];
        let mut descriptors = Vec::with_capacity(4 * places.len());
        let mut starts = Vec::with_capacity(places.len());
        for (position, place) in places.iter().enumerate() {
            let letter = self.letter(mode, position, place);
            pattern.push(letter);
            starts.push(descriptors.len());
            place.describe(letter, &mut descriptors);
        }
        let kernel = match self.code(&pattern)? {
            Code::Compiled(kernel) => kernel,
            // SAFETY: the descriptors are of memory that is lent for the call.
            Code::Python(function) => return unsafe { self.call_python(&function, &descriptors, &starts) },
        };
        let words: Vec<u64> = starts.iter().map(|start| &raw const descriptors[*start] as u64).collect();
        let mut call = CallState::new(engine::interrupter());
        engine::look_for_races(&mut call);
        // SAFETY: the kernel was made for arrays of these dtypes and of as many axes; their memory is lent for the call. It has no result.
        let outcome = unsafe { kernel.call_raw(&mut call, &words, &mut []) };
        match outcome {
            Ok(()) => output::hand_over(&mut call),
            Err(exception) => Err(with_interpreter(|py| raise::kernel_exception(py, &exception))),
        }
    }

    /// How the operands lie: the only place that reads what NumPy calls a loop with.
    ///
    /// # Safety
    /// As for [`call`](Self::call).
    unsafe fn places(
        &self,
        operands: *mut *mut u8,
        lengths: *const isize,
        steps: *const isize,
    ) -> Vec<Place<'_>> {
        let mut core_steps = self.operands.len();
        let mut places = Vec::with_capacity(self.operands.len());
        for (position, operand) in self.operands.iter().enumerate() {
            let core = &operand.core;
            // SAFETY: the lengths of the core dimensions follow that of the loop, their steps those of the loop, operand by operand.
            let (data, iterations, core_axes) = unsafe {
                let shape = core.iter().map(|dimension| *lengths.add(1 + dimension)).collect();
                let strides = (0..core.len()).map(|axis| *steps.add(core_steps + axis)).collect();
                (*operands.add(position), (*lengths, *steps.add(position)), (shape, strides))
            };
            places.push(Place::new(operand, data, iterations, core_axes));
            core_steps += core.len();
        }
        places
    }

    /// Lets the inputs of a generalised ufunc that lie in the memory of an output lie in copies, which are given back: a function may write a result before it has read all of them.
    /// NumPy takes an output that is exactly an input for one that is computed element by element.
    ///
    /// # Safety
    /// The memory of the places may be read.
    unsafe fn keep_apart(&self, places: &mut [Place<'_>]) -> Vec<Vec<u64>> {
        if !self.is_generalised {
            return Vec::new();
        }
        let (inputs, outputs) = places.split_at_mut(self.inputs);
        let overlaps = |input: &&mut Place<'_>| outputs.iter().any(|output| input.overlaps(output));
        // SAFETY: the caller's promise.
        inputs.iter_mut().filter(overlaps).map(|input| unsafe { input.copy() }).collect()
    }

    /// Runs a loop that is a Python function over arrays.
    ///
    /// # Safety
    /// The descriptors, which begin at these places, are of memory that is lent for the call.
    unsafe fn call_python(
        &self,
        function: &Py<PyAny>,
        descriptors: &[u64],
        starts: &[usize],
    ) -> PyResult<()> {
        with_interpreter(|py| {
            let mut arrays = Vec::with_capacity(starts.len());
            for (position, start) in starts.iter().enumerate() {
                let end = starts.get(position + 1).copied().unwrap_or(descriptors.len());
                let words = &descriptors[*start..end];
                let numbers: Vec<isize> = words[2..].iter().map(|word| *word as isize).collect();
                let (shape, strides) = numbers.split_at(numbers.len() / 2);
                let dtype = self.operands[position].dtype;
                let elements =
                    Elements { dtype, data: words[1] as *mut u8, shape, strides, is_writeable: true };
                // SAFETY: the caller's promise; whoever keeps an array beyond the call has broken the function's own.
                arrays.push(unsafe { numpy::numpy().array_over(&elements, py.None().into_bound(py))? });
            }
            function.call1(py, PyTuple::new(py, arrays)?).map(drop)
        })
    }

    /// Whether iterations depend on each other: NumPy reduces and accumulates by outputs that overlap with inputs.
    fn mode(&self, places: &[Place<'_>]) -> u8 {
        if self.is_generalised || places.iter().all(|place| place.count == 1) {
            return INDEPENDENT;
        }
        let (inputs, outputs) = places.split_at(self.inputs);
        if let ([total, item], [output]) = (inputs, outputs)
            && total.data == output.data
            && (total.step, output.step) == (0, 0)
            && !item.overlaps(output)
        {
            return REDUCTION;
        }
        let is_free = |output: &Place<'_>| {
            let others = inputs.iter().chain(outputs.iter().filter(|other| !std::ptr::eq(*other, output)));
            output.step != 0
                && others.into_iter().all(|other| !other.overlaps(output) || other.is_in_step_with(output))
        };
        if outputs.iter().all(is_free) { INDEPENDENT } else { ORDERED }
    }

    /// The letter for how the operand at that position lies.
    fn letter(&self, mode: u8, position: usize, place: &Place<'_>) -> u8 {
        let is_repeated = place.step == 0 && position < self.inputs && self.inputs < self.operands.len();
        match (mode, place.contiguous_size_bytes()) {
            // The total and where it goes are one number; the items are as many as there are iterations, even if they are all the same.
            (REDUCTION, _) if position != 1 => REPEATED,
            (REDUCTION, _) if place.step == 0 => STRIDED,
            (ORDERED, _) => STRIDED,
            (_, Some(size_bytes)) if place.step == size_bytes || place.count == 1 => CONTIGUOUS,
            (_, Some(_)) if is_repeated => REPEATED,
            _ => STRIDED,
        }
    }

    /// What runs loops of a pattern, made if this is the first time.
    fn code(&self, pattern: &[u8]) -> PyResult<Code> {
        let known = self.kernels.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|known| *known.pattern == *pattern) {
            return Ok(found.code.clone());
        }
        // Making one runs Python, which may come here again.
        drop(known);
        let code = with_interpreter(|py| self.make(py, pattern))?;
        let mut known = self.kernels.write().unwrap_or_else(PoisonError::into_inner);
        known.push(Known { pattern: pattern.into(), code: code.clone() });
        Ok(code)
    }

    #[cold]
    fn make(&self, py: Python<'_>, pattern: &[u8]) -> PyResult<Code> {
        let pattern: String = pattern.iter().map(|letter| char::from(*letter)).collect();
        let made = self.make.call1(py, (pattern,))?;
        Ok(match object::of(made.bind(py)) {
            Some(kernel) => {
                let compiled = kernel.compiled().into_iter().next();
                Code::Compiled(compiled.expect("the package declares its signature"))
            }
            None => Code::Python(Arc::new(made)),
        })
    }
}

/// Iterations have nothing in common.
const INDEPENDENT: u8 = b'm';
/// Iterations may read what others have written.
const ORDERED: u8 = b'o';
/// The first input and the output are one number, which each iteration updates.
const REDUCTION: u8 = b'r';
/// An operand without gaps.
const CONTIGUOUS: u8 = b'c';
/// An operand that is the same in each iteration.
const REPEATED: u8 = b's';
/// An operand of any other kind.
const STRIDED: u8 = b'a';

/// Sets the processor's marks of floating-point exceptions back to what they were. Loops in vectors compute what the source does not (both ways of a branch, ends of rows), so that
/// NumPy would warn of what never happened.
struct FloatStatus(u32);

impl FloatStatus {
    #[cfg(target_arch = "x86_64")]
    fn save() -> Self {
        let mut status = 0_u32;
        // SAFETY: the register is stored to this number.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut status, options(nostack)) };
        Self(status)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn save() -> Self {
        Self(0)
    }
}

impl Drop for FloatStatus {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this was the register's content on this thread.
        unsafe {
            std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const self.0, options(nostack, readonly));
        }
    }
}
