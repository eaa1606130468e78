//! Making one call through the driver, in each of the ways that must agree.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hotloop_driver::{
    Argument, ArrayView, CacheUse, Dtype, Element, Engine, ErrorValue, Failure, Kernel, Number,
    Value as DriverValue,
};
use hotloop_tests::answer::{Answer, Exception, Value, size_bytes};
use hotloop_tests::oracle::{ArrayInput, Case, Input};

/// What can be seen of a call.
pub(crate) struct Observed {
    pub(crate) answer: Answer,
    pub(crate) after: Vec<Value>,
    pub(crate) printed: String,
}

thread_local! {
    /// What the kernel that runs on this thread has printed.
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A way to run a kernel.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    engine: Engine,
    /// The kernels that were loaded from files, so that each is compiled once for all cases, and for all ways that share the engine.
    loaded: Arc<Mutex<HashMap<(PathBuf, String), Kernel>>>,
    interprets: bool,
    /// How many threads its calls use, if that is not the engine's.
    threads: Option<u32>,
    /// Whether it may round sums otherwise than the other ways, whose loops share out their work however few iterations they have.
    #[allow(dead_code, reason = "not every harness compares ways with each other")]
    pub(crate) rounds_otherwise: bool,
}

impl Way {
    pub(crate) fn all() -> Vec<Self> {
        let way = |name, threads, optimise, interprets| {
            let builder =
                Engine::builder().cache_use(CacheUse::Never).threads(threads).optimise(optimise).verify(true);
            let builder = builder.share_few_iterations(true);
            Self {
                name,
                engine: builder.build().expect("an engine for this machine"),
                loaded: Arc::default(),
                interprets,
                threads: None,
                rounds_otherwise: false,
            }
        };
        vec![
            way("the interpreter", 1, false, true),
            way("compiled code with one thread", 1, true, false),
            way("compiled code with two threads", 2, true, false),
            way("compiled code without the passes", 1, false, false),
        ]
    }

    /// Compiled code that may use so many threads, as users have it: loops with few iterations may run in order.
    #[allow(dead_code, reason = "not every harness asks for more than `all`")]
    pub(crate) fn as_users_have_it(threads: u32) -> Self {
        let way = Self::with_threads("compiled code as users have it", threads, false);
        Self { rounds_otherwise: true, ..way }
    }

    /// Compiled code that may use so many threads.
    #[allow(dead_code, reason = "not every harness asks for more than `all`")]
    pub(crate) fn with_threads(name: &'static str, threads: u32, shares_few: bool) -> Self {
        let builder = Engine::builder().cache_use(CacheUse::Never).threads(threads).race_check(false);
        let builder = builder.share_few_iterations(shares_few);
        Self {
            name,
            engine: builder.build().expect("an engine for this machine"),
            loaded: Arc::default(),
            interprets: false,
            threads: None,
            rounds_otherwise: false,
        }
    }

    /// One engine's compiled code, with each of these numbers of threads.
    #[allow(dead_code, reason = "not every harness asks for more than `all`")]
    pub(crate) fn with_thread_counts(counts: &[u32]) -> Vec<Self> {
        let ways = Self::with_threads("compiled code", 0, true);
        let way = |threads| Self {
            name: "compiled code with other numbers of threads",
            engine: ways.engine.clone(),
            loaded: Arc::clone(&ways.loaded),
            interprets: false,
            threads: Some(threads),
            rounds_otherwise: false,
        };
        counts.iter().copied().map(way).collect()
    }

    /// The ways that look for races.
    #[allow(dead_code, reason = "not every harness looks for races")]
    pub(crate) fn race_checks() -> Vec<Self> {
        let way = |name, interprets| {
            let builder = Engine::builder().cache_use(CacheUse::Never).verify(true).race_check(true);
            Self {
                name,
                engine: builder.build().expect("an engine for this machine"),
                loaded: Arc::default(),
                interprets,
                threads: None,
                rounds_otherwise: false,
            }
        };
        vec![way("the race check", false), way("the race check in the interpreter", true)]
    }

    /// A kernel of that file, whose text stays what it is.
    pub(crate) fn load(&self, source: &Path, function: &str) -> Result<Kernel, String> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (source.to_owned(), function.to_owned());
        if let Some(kernel) = loaded.get(&key) {
            return Ok(kernel.clone());
        }
        let kernel = self.engine.load_function(source, function);
        let kernel = kernel.map_err(|failure| format!("{}: {failure}", self.name))?;
        loaded.insert(key, kernel.clone());
        Ok(kernel)
    }

    /// Calls a kernel with the arguments of a case. A failure that is no exception of the kernel's is an error of the test.
    pub(crate) fn call(&self, kernel: &Kernel, case: &Case) -> Result<Observed, String> {
        self.attempt(kernel, case).map_err(|failure| format!("{}: {failure}", self.name))
    }

    /// The same with the failure as it is.
    pub(crate) fn attempt(&self, kernel: &Kernel, case: &Case) -> Result<Observed, Failure> {
        let mut held: Vec<Held> = case.arguments.iter().map(Held::new).collect();
        let arguments: Vec<Argument<'_>> = held.iter_mut().map(Held::argument).collect();
        hotloop_driver::set_output_sink(|text, _| {
            PRINTED.with_borrow_mut(|printed| printed.push_str(text));
            Ok(())
        });
        PRINTED.take();
        let outcome = match self.threads {
            _ if self.interprets => kernel.interpret(&arguments),
            Some(threads) => kernel.call_with_threads(threads, &arguments),
            None => kernel.call(&arguments),
        };
        drop(arguments);
        let answer = match outcome {
            Ok(value) => Answer::Value(from_driver(&value)),
            Err(Failure::Raised(raised)) => Answer::Exception(Exception {
                message: Some(raised.message()),
                class: raised.class.name().to_owned(),
                line: raised.place.map(|place| place.line),
                arguments: Some(ErrorValue::Tuple(raised.arguments).to_string()),
            }),
            Err(failure) => return Err(failure),
        };
        Ok(Observed { answer, after: held.iter().map(Held::contents).collect(), printed: PRINTED.take() })
    }
}

/// An argument of a case, with the memory behind it.
enum Held<'a> {
    Array(&'a ArrayInput, Box<dyn Block>),
    Value(&'a Value),
}

impl<'a> Held<'a> {
    fn new(input: &'a Input) -> Self {
        match input {
            Input::Array(array) => Self::Array(array, block(&array.dtype, &array.data)),
            Input::Value(value) => Self::Value(value),
        }
    }

    fn argument(&mut self) -> Argument<'_> {
        match self {
            Self::Array(array, block) => block.view(array).into(),
            Self::Value(value) => to_driver(value),
        }
    }

    /// The argument as the call left it.
    fn contents(&self) -> Value {
        match self {
            Self::Array(array, block) => Value::Array {
                dtype: array.dtype.clone(),
                shape: array.shape.clone(),
                data: gather(array, &block.bytes()),
            },
            Self::Value(value) => (*value).clone(),
        }
    }
}

/// The elements of an array in row-major order, out of the block of memory that it is a view of.
fn gather(array: &ArrayInput, block: &[u8]) -> Vec<u8> {
    let size = size_bytes(&array.dtype);
    let mut offsets = vec![array.offset as isize];
    for (length, stride) in array.shape.iter().zip(&array.strides) {
        let along =
            |offset: &isize| (0..*length as isize).map(|index| offset + index * stride).collect::<Vec<_>>();
        offsets = offsets.iter().flat_map(along).collect();
    }
    offsets.iter().flat_map(|offset| block[*offset as usize..][..size].to_vec()).collect()
}

/// A block of memory with elements of one type.
trait Block {
    /// The array that the input says this block holds.
    fn view(&mut self, array: &ArrayInput) -> ArrayView<'_>;

    /// The block's bytes.
    fn bytes(&self) -> Vec<u8>;
}

struct Elements<T, const SIZE: usize> {
    elements: Vec<T>,
    write: fn(T) -> [u8; SIZE],
}

impl<T: Element, const SIZE: usize> Block for Elements<T, SIZE> {
    fn view(&mut self, array: &ArrayInput) -> ArrayView<'_> {
        let whole = [self.elements.len()];
        let view = match array.writable {
            true => ArrayView::new_mut(&mut self.elements, &whole),
            false => ArrayView::new(&self.elements, &whole),
        };
        view.with_strides(array.offset / SIZE, &array.shape, &array.strides)
            .expect("the oracle's layout fits its block")
    }

    fn bytes(&self) -> Vec<u8> {
        self.elements.iter().flat_map(|element| (self.write)(*element)).collect()
    }
}

fn block(dtype: &str, data: &[u8]) -> Box<dyn Block> {
    match dtype {
        "bool" => elements(data, |[byte]| byte != 0, |value| [u8::from(value)]),
        "int8" => elements(data, i8::from_le_bytes, i8::to_le_bytes),
        "int16" => elements(data, i16::from_le_bytes, i16::to_le_bytes),
        "int32" => elements(data, i32::from_le_bytes, i32::to_le_bytes),
        "int64" => elements(data, i64::from_le_bytes, i64::to_le_bytes),
        "uint8" => elements(data, u8::from_le_bytes, u8::to_le_bytes),
        "uint16" => elements(data, u16::from_le_bytes, u16::to_le_bytes),
        "uint32" => elements(data, u32::from_le_bytes, u32::to_le_bytes),
        "uint64" => elements(data, u64::from_le_bytes, u64::to_le_bytes),
        "float32" => elements(data, f32::from_le_bytes, f32::to_le_bytes),
        "float64" => elements(data, f64::from_le_bytes, f64::to_le_bytes),
        "complex64" => elements::<[f32; 2], 8>(
            data,
            |bytes| halves(bytes).map(f32::from_le_bytes),
            |parts| joined(parts.map(f32::to_le_bytes)),
        ),
        "complex128" => elements::<[f64; 2], 16>(
            data,
            |bytes| halves(bytes).map(f64::from_le_bytes),
            |parts| joined(parts.map(f64::to_le_bytes)),
        ),
        other => panic!("no case may have an array of {other}"),
    }
}

fn elements<T: Element, const SIZE: usize>(
    data: &[u8],
    read: fn([u8; SIZE]) -> T,
    write: fn(T) -> [u8; SIZE],
) -> Box<dyn Block> {
    let whole = data.chunks_exact(SIZE).map(|bytes| read(bytes.try_into().expect("chunks of that size")));
    Box::new(Elements { elements: whole.collect(), write })
}

/// The two halves of the bytes of a complex number.
fn halves<const SIZE: usize, const HALF: usize>(bytes: [u8; SIZE]) -> [[u8; HALF]; 2] {
    let (real, imag) = bytes.split_at(HALF);
    [real, imag].map(|half| half.try_into().expect("half of the bytes"))
}

fn joined<const SIZE: usize, const HALF: usize>(halves: [[u8; HALF]; 2]) -> [u8; SIZE] {
    halves.concat().try_into().expect("all of the bytes")
}

fn to_driver(value: &Value) -> Argument<'static> {
    match value {
        Value::None => Argument::None,
        Value::Scalar { dtype, data } => {
            let dtype = Dtype::by_name(dtype).expect("the oracle knows NumPy's dtypes");
            Argument::Number(Number::from_bytes(dtype, data))
        }
        Value::Tuple(items) => Argument::Tuple(items.iter().map(to_driver).collect()),
        Value::Str(text) => Argument::Str(text.clone()),
        Value::Bytes(bytes) => Argument::Bytes(bytes.clone()),
        Value::Array { .. } => panic!("a case may not have an array within a tuple"),
        Value::List(_) => panic!("a case may not have a list as an argument"),
    }
}

fn from_driver(value: &DriverValue) -> Value {
    match value {
        DriverValue::None => Value::None,
        DriverValue::Number(number) => from_number(*number),
        DriverValue::Array(array) => Value::Array {
            dtype: array.dtype().to_string(),
            shape: array.shape().iter().map(|length| *length as usize).collect(),
            data: array.bytes().to_vec(),
        },
        DriverValue::Tuple(items) | DriverValue::Named(_, items) => {
            Value::Tuple(items.iter().map(from_driver).collect())
        }
        DriverValue::Member(class, position) => {
            Value::Str(format!("{}.{}", class.name, class.members[*position].0))
        }
        DriverValue::Range(_) => panic!("no case has a `range` object for its result"),
        DriverValue::Str(text) => Value::Str(text.clone()),
        DriverValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        DriverValue::List(items) => Value::List(items.iter().map(from_driver).collect()),
        DriverValue::RandomGenerator(generator) => Value::Str(format!("PCG64 {:?}", generator.state())),
    }
}

fn from_number(number: Number) -> Value {
    Value::scalar(&number.dtype().to_string(), number.bytes(number.dtype()))
}
