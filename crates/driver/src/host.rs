//! Functions of the host program that compiled code calls: with arguments of any types, and results of the types that the host has declared.
//!
//! For compiled code such a function is like any other, with the calling convention of `hotloop-abi`, imported by its symbol. The symbol says all: the
//! function's name and its signature. When code with such a symbol is loaded, a piece of code is made that hands the words of a call to the host.
#![allow(unsafe_code)] // Compiled code calls these functions.

use crate::Failure;
use hotloop_abi::{Context, ErrorState, ExceptionClass, Status};
use hotloop_codegen::{CallbackForm, Target};
use hotloop_infer::HostFunction;
use hotloop_loader::Image;
use hotloop_mir::MachineType;
use hotloop_types::Signature;
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Who has functions that compiled code calls: given to an engine by [`EngineBuilder::host`](crate::EngineBuilder::host). Inference learns of a function from the environment of its caller
/// ([`Global::Host`](hotloop_infer::Global::Host)).
pub trait Host: Send + Sync {
    /// Calls a function. Any thread that works for a kernel may come here, several at once.
    ///
    /// # Errors
    /// The function has failed: the kernel raises.
    ///
    /// # Safety
    /// The words are those of the arguments as `hotloop-abi` says, and live during the call. The results are to be the words of a value of the declared type, which
    /// owns what it holds; there is room for them.
    unsafe fn call(&self, call: &HostCall<'_>, results: &mut [u64]) -> Result<(), HostError>;
}

/// A call of a function of the host.
#[derive(Debug)]
pub struct HostCall<'a> {
    /// Its name.
    pub function: &'a str,
    /// The types of the arguments and of the result.
    pub signature: &'a Signature,
    /// The words of the arguments.
    pub arguments: &'a [u64],
}

/// Why a function of the host failed.
#[derive(Clone, Copy, Debug)]
pub struct HostError {
    /// The class that handlers in kernels see.
    pub class: ExceptionClass,
    /// By what the host knows the error again, if it leaves the kernel: [`Exception::ticket`](crate::Exception::ticket). Not 0.
    pub ticket: u32,
}

/// The functions of the host that code was loaded for. They are never given up, as code may be in them.
pub(crate) struct Hosts {
    host: Option<Arc<dyn Host>>,
    known: Mutex<FxHashMap<String, HostCode>>,
}

struct HostCode {
    image: Image,
    _data: Box<Data>,
}

/// What the code hands to [`run`].
struct Data {
    host: Arc<dyn Host>,
    function: String,
    signature: Signature,
    argument_words: usize,
    result_words: usize,
}

/// The name of the code in its object.
const NAME: &str = "hl_host";

impl Hosts {
    pub(crate) fn new(host: Option<Arc<dyn Host>>) -> Self {
        Self { host, known: Mutex::default() }
    }

    /// The address of the function of that symbol, if it is one of the host's.
    pub(crate) fn resolve(&self, symbol: &str) -> Option<*const u8> {
        let (function, signature) = HostFunction::of_symbol(symbol)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = known.get(symbol) {
            return code.image.symbol(NAME);
        }
        let code = self.make(function, signature.parse().ok()?).ok()?;
        let address = code.image.symbol(NAME);
        known.insert(symbol.to_owned(), code);
        address
    }

    fn make(&self, function: &str, signature: Signature) -> Result<HostCode, Failure> {
        let host = self.host.clone().ok_or_else(|| Failure::internal("there is no host"))?;
        let mut parameters = vec![MachineType::Ptr];
        signature.parameters.iter().for_each(|ty| hotloop_lower::parameter_types(ty, &mut parameters));
        let argument_words = parameters.len() - 1;
        parameters.push(MachineType::Ptr);
        let result_words = signature.result.as_ref().map_or(0, crate::result_words);
        let function = function.to_owned();
        let data = Box::new(Data { host, function, signature, argument_words, result_words });
        let form = CallbackForm {
            name: NAME,
            parameters: &parameters,
            results: &[MachineType::I32],
            handler: run as *const () as usize,
            data: std::ptr::from_ref(&*data) as usize,
        };
        let target = Target::host().map_err(Failure::internal)?;
        let object = hotloop_codegen::callback(&form, &target).map_err(Failure::internal)?;
        let image = hotloop_loader::load(&object, &|_: &str| None).map_err(Failure::internal)?;
        Ok(HostCode { image, _data: data })
    }
}

/// Hands a call to the host, and its outcome back: the status is the first word of `outcome`.
///
/// # Safety
/// `data` is what the code was made with. The words are those of a call by compiled code: its context, the arguments, and where its results go.
unsafe extern "C" fn run(data: *const Data, words: *const u64, outcome: *mut u64) {
    // SAFETY: the caller's promise.
    let (data, words) = unsafe { (&*data, std::slice::from_raw_parts(words, (*data).argument_words + 2)) };
    let (arguments, results) = (&words[1..=data.argument_words], words[data.argument_words + 1]);
    let call = HostCall { function: &data.function, signature: &data.signature, arguments };
    let mut room = vec![0; data.result_words];
    // SAFETY: the caller's promise, and there is room.
    let called = catch_unwind(AssertUnwindSafe(|| unsafe { data.host.call(&call, &mut room) }));
    let error = match called {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => Some(HostError { class: ExceptionClass::SystemError, ticket: 0 }),
    };
    // SAFETY: compiled code passes its context, and room for the results.
    unsafe {
        match error {
            None => std::ptr::copy_nonoverlapping(room.as_ptr(), results as *mut u64, room.len()),
            Some(HostError { class, ticket }) => {
                let context = &mut *(words[0] as *mut Context);
                context.error = ErrorState { class: class as u32, ticket, ..ErrorState::default() };
            }
        }
        let status = if error.is_none() { Status::OK } else { Status::RAISED };
        outcome.write(u64::from(status.0));
    }
}
