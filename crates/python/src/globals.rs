//! What the names outside a kernel mean: the values of its module, its enclosing functions and the modules these refer to, frozen when it is first compiled.
//!
//! Everything is looked up once, with the GIL held, into plain data; inference then needs no Python. The names are those that CPython's compiler found in
//! the function, so what it does not mention is not touched.

use crate::blocks::Block;
use crate::classes::{self, Class};
use crate::numpy::numpy;
use crate::{chooser, exceptions, kernel, object, raise, ufunc};
use hotloop_driver::Dtype;
use hotloop_hir::{ConstantArray, Options, ParallelPart};
use hotloop_infer::{Environment, FrozenValue, FunctionHandle, Global, builtin_attribute, is_known_module};
use hotloop_intrinsics::{Intrinsic, Item, lookup};
use hotloop_types::{ArrayType, FunctionType, Layout, Type};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyCFunction, PyCode, PyComplex, PyDict, PyFloat, PyFunction, PyInt, PyList, PyModule,
    PyString, PyTuple, PyType,
};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The frozen names of a kernel. Filled once, after the kernel has its handle: kernels may call each other in a circle.
#[derive(Debug, Default)]
pub(crate) struct FrozenGlobals(OnceLock<Names>);

#[derive(Debug, Default)]
struct Names {
    /// Whether stencils are to share out their elements among threads.
    shares_stencils: bool,
    globals: HashMap<String, Global>,
    /// By module and attribute, for modules that the table of intrinsics does not know.
    attributes: HashMap<(String, String), Global>,
}

impl Environment for FrozenGlobals {
    fn global(&self, name: &str) -> Option<Global> {
        self.0.get()?.globals.get(name).cloned()
    }

    fn attribute(&self, module: &str, name: &str) -> Option<Global> {
        let frozen = || self.0.get()?.attributes.get(&(module.to_owned(), name.to_owned())).cloned();
        match frozen() {
            Some(extended @ Global::Extended(_)) => Some(extended),
            frozen => builtin_attribute(module, name).or(frozen),
        }
    }
}

impl FrozenGlobals {
    /// Looks up all names that `function` mentions. `own` is its handle, and under which name it calls itself before that name is bound.
    pub(crate) fn fill(
        &self,
        function: &Bound<'_, PyAny>,
        own: (FunctionHandle, Option<&str>),
        blocks: &[Block],
        options: &Options,
    ) -> PyResult<()> {
        let code = function.getattr("__code__")?;
        let mut mentioned = Mentioned::default();
        mentioned.add(&code)?;
        let mut names = Names { shares_stencils: options.shares(ParallelPart::Stencil), ..Names::default() };
        let cells = closure(function, &code)?;
        let globals = function.getattr("__globals__")?.cast_into::<PyDict>()?;
        for name in mentioned.globals.iter().chain(cells.keys()) {
            if own.1 == Some(name) {
                names.globals.insert(name.clone(), Global::Function(own.0));
                continue;
            }
            let value = match cells.get(name) {
                Some(cell) => cell.clone(),
                None => match globals.get_item(name)? {
                    // Builtins need not be told of, unless somebody has extended them.
                    None if chooser::is_used() => extended_builtin(function.py(), name)?,
                    global => global,
                },
            };
            if let Some(value) = value {
                let global = names.freeze_named(&value, &mentioned.attributes)?;
                names.globals.insert(name.clone(), global);
            }
        }
        for block in blocks {
            names.globals.insert(block.stand_in(), block.meaning());
        }
        let _ = self.0.set(names);
        Ok(())
    }
}

/// A builtin that was extended.
fn extended_builtin<'py>(py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok(builtin) = py.import("builtins")?.getattr(name) else { return Ok(None) };
    let nothing = || Ok(Global::Unsupported { what: String::new(), help: None });
    Ok(chooser::extended(&builtin, nothing)?.map(|_| builtin))
}

/// The values of the variables of enclosing functions; `None` for one that is not bound yet.
fn closure<'py>(
    function: &Bound<'py, PyAny>,
    code: &Bound<'py, PyAny>,
) -> PyResult<HashMap<String, Option<Bound<'py, PyAny>>>> {
    let cells = function.getattr("__closure__")?;
    if cells.is_none() {
        return Ok(HashMap::new());
    }
    let names = code.getattr("co_freevars")?.extract::<Vec<String>>()?;
    let values = cells.cast_into::<PyTuple>()?;
    Ok(names.into_iter().zip(values.iter().map(|cell| cell.getattr("cell_contents").ok())).collect())
}

/// The names in a function and the functions within it.
#[derive(Default)]
struct Mentioned {
    /// Global names; attributes are among them, since CPython keeps both in one list.
    globals: Vec<String>,
    attributes: Vec<String>,
}

impl Mentioned {
    fn add(&mut self, code: &Bound<'_, PyAny>) -> PyResult<()> {
        for name in code.getattr("co_names")?.extract::<Vec<String>>()? {
            if !self.globals.contains(&name) {
                self.globals.push(name.clone());
                self.attributes.push(name);
            }
        }
        for constant in code.getattr("co_consts")?.cast_into::<PyTuple>()?.iter() {
            if constant.is_instance_of::<PyCode>() {
                self.add(&constant)?;
            }
        }
        Ok(())
    }
}

impl Names {
    /// Looks up those attributes of a module that were extended.
    fn add_extended(
        &mut self,
        module: &Bound<'_, PyModule>,
        name: &str,
        attributes: &[String],
    ) -> PyResult<()> {
        if !chooser::is_used() {
            return Ok(());
        }
        for attribute in attributes {
            let Some(member) = module.dict().get_item(attribute)? else { continue };
            if let Some(extended) = chooser::extended(&member, || freeze_alone(&member))? {
                self.attributes.insert((name.to_owned(), attribute.clone()), extended);
            } else if let Ok(inner) = member.cast::<PyModule>()
                && let inner_name = module_name(inner)?
                && is_known_module(&inner_name)
                && inner_name.starts_with(name)
                && inner_name != name
            {
                self.add_extended(inner, &inner_name, attributes)?;
            }
        }
        Ok(())
    }

    /// What a value means, and if it is a module unknown to the table, what its attributes of these names mean.
    fn freeze_named(&mut self, value: &Bound<'_, PyAny>, attributes: &[String]) -> PyResult<Global> {
        let Ok(module) = value.cast::<PyModule>() else {
            return match self.shared_form(value)? {
                Some(shared) => freeze(&shared),
                None => freeze(value),
            };
        };
        let name = module_name(module)?;
        if is_known_module(&name) {
            self.add_extended(module, &name, attributes)?;
            return Ok(Global::Module(name));
        }
        // Only what is there already: a module that loads things when they are asked for is left in peace.
        let members = module.dict();
        for attribute in attributes {
            let key = (name.clone(), attribute.clone());
            if self.attributes.contains_key(&key) {
                continue;
            }
            if let Some(member) = members.get_item(attribute)? {
                // Claimed before its members are looked at: modules may refer to each other.
                let claim = Global::Unsupported { what: "a module".to_owned(), help: None };
                self.attributes.insert(key.clone(), claim);
                let global = self.freeze_named(&member, attributes)?;
                self.attributes.insert(key, global);
            }
        }
        Ok(Global::Module(name))
    }
}

impl Names {
    /// What works on several threads in place of a value, where that is wanted.
    fn shared_form<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if !self.shares_stencils || !is_own(value, "hotloop._dispatcher", "Standing")? {
            return Ok(None);
        }
        value.getattr_opt("__hotloop_shared_kernel__")
    }
}

/// The module's name, as the table of intrinsics has it if that knows the module.
fn module_name(module: &Bound<'_, PyModule>) -> PyResult<String> {
    let name = module.name()?.to_string();
    Ok(match name.as_str() {
        "numba" | "hotloop.numba" => "hotloop".to_owned(),
        _ => name,
    })
}

/// What a value that is no module means.
pub(crate) fn freeze(value: &Bound<'_, PyAny>) -> PyResult<Global> {
    match chooser::extended(value, || freeze_alone(value))? {
        Some(extended) => Ok(extended),
        None => freeze_alone(value),
    }
}

/// The same, without implementations that are chosen for it.
fn freeze_alone(value: &Bound<'_, PyAny>) -> PyResult<Global> {
    if let Some(path) = known_path(value)? {
        let (module, name) = path.rsplit_once('.').expect("a path has a module");
        return Ok(builtin_attribute(module, name).expect("paths of the tables are known to them"));
    }
    if let Some(handle) = kernel::handle_of(value)? {
        return Ok(Global::Function(handle));
    }
    if let Some(kernel) = ufunc::kernel_of(value)?
        && let Some(handle) = kernel::handle_of(&kernel)?
    {
        return Ok(Global::Ufunc(handle));
    }
    // A function that stays one of Python's has it from `register_jitable`.
    let may_stand = value.is_instance_of::<PyFunction>() || is_own(value, "hotloop._dispatcher", "Standing")?;
    if may_stand
        && let Ok(kernel) = value.getattr("__hotloop_kernel__")
        && let Some(handle) = kernel::handle_of(&kernel)?
    {
        return Ok(Global::Function(handle));
    }
    if let Some(dtype) = dtype_of(value)? {
        return Ok(Global::Item(Item::Dtype(dtype)));
    }
    if let Some(class) = exceptions::class_of(value)? {
        return Ok(Global::Exception(class));
    }
    if let Ok(class) = value.cast::<PyType>() {
        match classes::of(class)? {
            Class::Tuple(class) => return Ok(Global::TupleClass(class)),
            Class::Enum(class, _) => return Ok(Global::EnumClass(class)),
            Class::Refused(what) => return Ok(Global::Unsupported { what, help: None }),
            Class::Other => {}
        }
    }
    Ok(match constant(value)? {
        Some(constant) => Global::Constant(constant),
        None => unsupported(value)?,
    })
}

/// The type of a kernel, a built-in function or a dtype as an argument, which says all about it; `None` for any other value.
pub(crate) fn telling_type(value: &Bound<'_, PyAny>) -> PyResult<Option<Type>> {
    if let Some(dispatcher) = object::of(value) {
        let kernel = dispatcher.kernel(value.py())?;
        return kernel.function_type().map(Some).map_err(|failure| raise::failure(value.py(), &failure));
    }
    let Some(path) = known_path(value)? else { return Ok(dtype_of(value)?.map(Type::Dtype)) };
    let captured = Some(Arc::from([]));
    Ok(match lookup(path) {
        Some(Item::Function(..)) => {
            let ty = FunctionType { name: path.into(), key: FunctionType::BUILT_IN, captured };
            Some(Type::Function(Arc::new(ty)))
        }
        Some(Item::Dtype(dtype) | Item::PythonType(dtype)) => Some(Type::Dtype(dtype)),
        Some(Item::Constant(_) | Item::ComplexConstant(..)) | None => None,
    })
}

/// The frozen form of a value, if it has one.
pub(crate) fn constant(value: &Bound<'_, PyAny>) -> PyResult<Option<FrozenValue>> {
    if value.is_none() {
        return Ok(Some(FrozenValue::None));
    }
    if value.is_exact_instance_of::<PyBool>() {
        return Ok(Some(FrozenValue::Bool(value.extract()?)));
    }
    if value.is_exact_instance_of::<PyInt>() {
        return Ok(value.extract().ok().map(FrozenValue::Int));
    }
    if value.is_exact_instance_of::<PyFloat>() {
        return Ok(Some(FrozenValue::Float(value.extract()?)));
    }
    if value.is_exact_instance_of::<PyComplex>() {
        return complex(Dtype::Complex128, value);
    }
    if value.is_exact_instance_of::<PyString>() {
        return Ok(Some(FrozenValue::Str(value.extract()?)));
    }
    if value.is_exact_instance_of::<PyBytes>() {
        return Ok(Some(FrozenValue::Bytes(value.extract()?)));
    }
    if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        return Ok(items(tuple)?.map(FrozenValue::Tuple));
    }
    if numpy().is_array(value.get_type().as_type_ptr()) {
        return array(value);
    }
    match classes::of(&value.get_type())? {
        Class::Tuple(class) => {
            let items = items(value.cast::<PyTuple>()?)?;
            Ok(items.map(|items| FrozenValue::Named(Arc::clone(&class.class), items)))
        }
        Class::Enum(class, positions) => {
            let position = positions.get(&(value.as_ptr() as usize));
            Ok(position.map(|position| FrozenValue::Member(class, *position)))
        }
        Class::Refused(_) | Class::Other => numpy_scalar(value),
    }
}

fn items(tuple: &Bound<'_, PyTuple>) -> PyResult<Option<Vec<FrozenValue>>> {
    tuple.iter().map(|item| constant(&item)).collect()
}

/// The largest array that becomes part of code.
const MAX_ARRAY_BYTES: usize = 256 << 20;

/// An array with its elements, which are copied: later changes do not reach the kernel.
fn array(value: &Bound<'_, PyAny>) -> PyResult<Option<FrozenValue>> {
    let size_bytes: usize = value.getattr("nbytes")?.extract()?;
    let Some(dtype) = crate::numpy::array_dtype(value).filter(|_| size_bytes <= MAX_ARRAY_BYTES) else {
        return Ok(None);
    };
    let shape: Vec<i64> = value.getattr("shape")?.extract()?;
    let flags = value.getattr("flags")?;
    let is_fortran =
        !flags.getattr("c_contiguous")?.is_truthy()? && flags.getattr("f_contiguous")?.is_truthy()?;
    let (order, layout) = if is_fortran { ("F", Layout::F) } else { ("C", Layout::C) };
    let elements = value.call_method1("tobytes", (order,))?;
    let bytes = elements.cast::<PyBytes>()?.as_bytes().into();
    let ty = ArrayType { readonly: true, ..ArrayType::new(dtype, shape.len() as u8, layout) };
    Ok(Some(FrozenValue::Array(ty, Arc::new(ConstantArray { shape, bytes }))))
}

fn complex(dtype: Dtype, value: &Bound<'_, PyAny>) -> PyResult<Option<FrozenValue>> {
    let part = |name: &str| value.getattr(name)?.extract::<f64>();
    Ok(Some(FrozenValue::Complex(dtype, part("real")?, part("imag")?)))
}

fn numpy_scalar(value: &Bound<'_, PyAny>) -> PyResult<Option<FrozenValue>> {
    let kind = value.get_type();
    let Some(dtype) = numpy().scalar_dtype(kind.as_type_ptr()) else { return Ok(None) };
    if dtype.is_complex() {
        return complex(dtype, value);
    }
    Ok(Some(if dtype.is_float() {
        FrozenValue::NumpyFloat(dtype, value.extract()?)
    } else if dtype == Dtype::Bool {
        FrozenValue::NumpyInt(dtype, i64::from(value.is_truthy()?))
    } else if dtype == Dtype::UInt64 {
        FrozenValue::NumpyInt(dtype, value.call_method0("__int__")?.extract::<u64>()? as i64)
    } else {
        FrozenValue::NumpyInt(dtype, value.call_method0("__int__")?.extract()?)
    }))
}

/// The dtype that a value stands for: an instance of `numpy.dtype`, or a type of `hotloop.types`.
fn dtype_of(value: &Bound<'_, PyAny>) -> PyResult<Option<Dtype>> {
    let py = value.py();
    if value.is_instance(&py.import("hotloop.types")?.getattr("Type")?)? {
        return Ok(Dtype::by_name(&value.str()?.to_cow()?));
    }
    if value.is_instance(&py.import("numpy")?.getattr("dtype")?)? && value.getattr("isnative")?.is_truthy()? {
        return Ok(Dtype::by_name(&value.getattr("name")?.extract::<String>()?));
    }
    Ok(None)
}

/// The path of a built-in operation or type that this very object is.
fn known_path(value: &Bound<'_, PyAny>) -> PyResult<Option<&'static str>> {
    static KNOWN: PyOnceLock<HashMap<usize, &'static str>> = PyOnceLock::new();
    static RANDOM: PyOnceLock<HashMap<usize, &'static str>> = PyOnceLock::new();
    let py = value.py();
    let address = value.as_ptr() as usize;
    let is_random = |path: &str| path.starts_with("numpy.random.");
    let known = KNOWN.get_or_try_init(py, || known_objects(py, |path| !is_random(path)))?;
    if let Some(path) = known.get(&address) {
        return Ok(Some(path));
    }
    // NumPy loads this module when it is first used, which takes longer than to compile a kernel: nobody has a function of it before.
    if RANDOM.get(py).is_none() && !py.import("sys")?.getattr("modules")?.contains("numpy.random")? {
        return Ok(None);
    }
    let random = RANDOM.get_or_try_init(py, || known_objects(py, is_random))?;
    Ok(random.get(&address).copied())
}

/// The types that the table of intrinsics knows by name.
const TYPES: &[&str] = &[
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "builtins.complex",
    "numpy.bool_",
    "numpy.int8",
    "numpy.int16",
    "numpy.int32",
    "numpy.int64",
    "numpy.longlong",
    "numpy.uint8",
    "numpy.uint16",
    "numpy.uint32",
    "numpy.uint64",
    "numpy.ulonglong",
    "numpy.float32",
    "numpy.float64",
    "numpy.complex64",
    "numpy.complex128",
];

/// Built-in operations and types of these paths by their addresses. They live as long as their modules, which nobody unloads.
fn known_objects(
    py: Python<'_>,
    is_asked_for: impl Fn(&str) -> bool,
) -> PyResult<HashMap<usize, &'static str>> {
    let mut known = HashMap::new();
    let library = hotloop_prelude::FUNCTIONS.iter().map(|function| &function.path);
    // What is a method in Python is found by its object.
    let is_method = |path: &&&str| path.starts_with("numpy.random.Generator.");
    let library = library
        .filter(|path| (path.starts_with("numpy.") || path.starts_with("hotloop.")) && !is_method(path));
    let paths = Intrinsic::ALL.iter().flat_map(|intrinsic| intrinsic.paths()).chain(TYPES).chain(library);
    for path in paths.filter(|path| is_asked_for(path)) {
        let Some((module, name)) = path.rsplit_once('.') else { continue };
        // A name may be missing in an older version of its module.
        if let Ok(object) = py.import(module)?.getattr(name) {
            known.entry(object.as_ptr() as usize).or_insert(*path);
        }
    }
    Ok(known)
}

/// Whether a value is of a class of the package's Python side.
fn is_own(value: &Bound<'_, PyAny>, module: &str, class: &str) -> PyResult<bool> {
    value.is_instance(&value.py().import(module)?.getattr(class)?)
}

/// Why a value cannot be used in a kernel.
fn unsupported(value: &Bound<'_, PyAny>) -> PyResult<Global> {
    let name = || -> PyResult<String> { value.getattr("__name__")?.extract() };
    let module = || -> PyResult<String> { value.getattr("__module__")?.extract() };
    let (what, help) = if value.is_instance_of::<PyFunction>() {
        let is_foreign = module().is_ok_and(|module| module.starts_with("numpy"));
        match is_foreign {
            true => (format!("`{}.{}`, which is not supported yet", module()?, name()?), None),
            false => (
                "a Python function that is not compiled".to_owned(),
                Some(format!(
                    "decorate `{}` with `@njit`, or with `@register_jitable` if it is to stay a Python function elsewhere",
                    name()?
                )),
            ),
        }
    } else if value.is_instance_of::<PyCFunction>() {
        (format!("the built-in function `{}`, which is not supported yet", name()?), None)
    } else if value.is_instance_of::<PyType>() {
        (format!("the class `{}`", name()?), None)
    } else if value.is_exact_instance_of::<PyInt>() {
        ("an int that does not fit int64".to_owned(), None)
    } else if is_own(value, "hotloop._missing", "Missing")? {
        let path: String = value.getattr("__hotloop_missing__")?.extract()?;
        (format!("`{path}`, which Hotloop does not have"), None)
    } else if numpy().is_array(value.get_type().as_type_ptr()) {
        let what = match crate::numpy::array_dtype(value) {
            Some(_) => format!("an array of more than {} MiB", MAX_ARRAY_BYTES >> 20),
            None => format!("an array of dtype {}", value.getattr("dtype")?.str()?),
        };
        (what, Some("pass it to the kernel as an argument".to_owned()))
    } else if value.is_instance_of::<PyList>() {
        (
            "a list".to_owned(),
            Some("make it a tuple or an array, or pass it to the kernel as an argument".to_owned()),
        )
    } else {
        let kind = value.get_type().fully_qualified_name()?;
        (format!("an object of type `{kind}`"), Some("pass it to the kernel as an argument".to_owned()))
    };
    Ok(Global::Unsupported { what, help })
}
