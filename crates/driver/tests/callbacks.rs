//! Kernels as functions of C, and functions of the embedding program that kernels call.
#![allow(unsafe_code)] // Calls a function of C by its address, as a C library would.

use hotloop_driver::{
    ArrayView, CallbackParameter, Dtype, Engine, Exception, ExceptionClass, Failure, FunctionSource, Host,
    HostCall, HostError, Value,
};
use hotloop_infer::{Environment, Global, HostFunction};
use hotloop_types::Type;
use std::sync::{Arc, Mutex};

#[test]
fn a_function_of_c_reads_behind_pointers_and_tells_what_it_raised() {
    let source = "
from hotloop import njit

@njit('float64(float64[::1], int32, float32)')
def scaled(x, n, factor):
    if n < 0:
        raise ValueError('negative')
    total = 0.0
    for i in range(n):
        total += x[i] * factor
    return total
";
    let engine = Engine::builder().verify(true).build().expect("an engine");
    let kernel = engine.function("scaled.py", source, "scaled").expect("a function");
    let told: Arc<Mutex<Vec<Exception>>> = Arc::default();
    let heard = Arc::clone(&told);
    let parameters = [
        CallbackParameter::Pointer(Dtype::Float64),
        CallbackParameter::Number(Dtype::Int32),
        CallbackParameter::Number(Dtype::Float32),
    ];
    let on_error =
        Box::new(move |exception: &Exception| heard.lock().expect("no panic").push(exception.clone()));
    let callback = kernel.callback(&parameters, Some(Dtype::Float64), on_error);
    let callback = callback.unwrap_or_else(|failure| panic!("{failure}"));
    // SAFETY: the callback was made for this signature, and lives.
    let function: unsafe extern "C" fn(*const f64, i32, f32) -> f64 =
        unsafe { std::mem::transmute(callback.address()) };
    let numbers = [1.0, 2.0, 4.0];
    // SAFETY: there are three numbers.
    let (sum, nothing) = unsafe { (function(numbers.as_ptr(), 3, 0.5), function(numbers.as_ptr(), -1, 0.5)) };
    assert_eq!((sum, nothing), (3.5, 0.0));
    let told = told.lock().expect("no panic");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to_string(), "ValueError: negative");

    let refused = kernel.callback(&parameters, None, Box::new(|_| ()));
    assert!(
        matches!(refused, Err(Failure::Arguments(message)) if message.contains("declare that signature"))
    );
}

/// Knows one function, which adds up an array or fails.
struct Adder;

impl Host for Adder {
    unsafe fn call(&self, call: &HostCall<'_>, results: &mut [u64]) -> Result<(), HostError> {
        assert_eq!(call.function, "add");
        assert_eq!(call.signature.to_string(), "float64(readonly float64[::1], int64)");
        let descriptor = call.arguments[0] as *const u64;
        // SAFETY: the first argument is the address of an array's descriptor: owner, data, length, stride.
        let numbers = unsafe {
            std::slice::from_raw_parts(
                descriptor.add(1).read() as *const f64,
                descriptor.add(2).read() as usize,
            )
        };
        if call.arguments[1] as i64 > numbers.len() as i64 {
            return Err(HostError { class: ExceptionClass::LookupError, ticket: 7 });
        }
        results[0] = numbers.iter().sum::<f64>().to_bits();
        Ok(())
    }
}

/// Names that function `add`.
struct Names;

impl Environment for Names {
    fn global(&self, name: &str) -> Option<Global> {
        let function = HostFunction { name: "add".to_owned(), result: Type::FLOAT64 };
        (name == "add").then(|| Global::Host(Arc::new(function)))
    }
}

#[test]
fn kernels_call_the_host() {
    let engine = Engine::builder().verify(true).host(Arc::new(Adder)).build().expect("an engine");
    let text = "def twice(x, n):\n    return 2 * add(x, n)\n";
    let kernel = engine.add_function(|sources, _| {
        let file = sources.add("twice.py", text);
        let parsed = hotloop_parser::parse_function(sources, file, 0);
        let definition = parsed.module.body.into_iter().find_map(|statement| match statement.kind {
            hotloop_ast::StmtKind::Function(function) => Some(*function),
            _ => None,
        });
        FunctionSource {
            definition: Arc::new(definition.expect("a function")),
            file,
            environment: Arc::new(Names),
            signatures: Vec::new(),
            options: hotloop_hir::Options::default(),
            locals: Vec::new(),
            cache: false,
            defaults: Vec::new(),
        }
    });
    let numbers = [1.0, 2.0, 4.0];
    let call = |n: i64| kernel.call(&[ArrayView::new(&numbers, &[3]).into(), n.into()]);
    assert_eq!(call(1).unwrap_or_else(|failure| panic!("{failure}")).as_f64(), Some(14.0));
    let Err(Failure::Raised(exception)) = call(4) else { panic!("it raises") };
    assert_eq!((exception.class.name(), exception.ticket), ("LookupError", 7));
    assert_eq!(exception.place.map(|place| (place.line, place.function)), Some((2, "twice".to_owned())));
    assert!(!matches!(
        kernel.interpret(&[ArrayView::new(&numbers, &[3]).into(), 1_i64.into()]),
        Ok(Value::Number(_))
    ));
}
