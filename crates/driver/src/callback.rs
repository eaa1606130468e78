//! Compiled functions as functions of C: a library that takes a function's address can call one.
#![allow(unsafe_code)] // C calls these functions, and they call compiled code.

use crate::{Compiled, Engine, Exception, Failure, Kernel};
use hotloop_codegen::CallbackForm;
use hotloop_loader::Image;
use hotloop_mir::MachineType;
use hotloop_runtime::CallState;
use hotloop_types::{ArrayType, Dtype, Layout, Type};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The type of a parameter of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackParameter {
    /// A number.
    Number(Dtype),
    /// The address of numbers: for the kernel an array of one dimension without an end. How many elements there are only the caller knows.
    Pointer(Dtype),
}

impl CallbackParameter {
    /// The type of the kernel's parameter.
    pub fn ty(self) -> Type {
        match self {
            Self::Number(dtype) => Type::Scalar(dtype),
            Self::Pointer(dtype) => Type::Array(ArrayType::new(dtype, 1, Layout::C)),
        }
    }
}

/// What a callback does with what its kernel raises.
pub type OnError = Box<dyn Fn(&Exception) + Send + Sync>;

/// A function of C. Its address is good as long as this lives.
pub struct Callback {
    name: String,
    image: Image,
    /// What the code hands to [`run`]; it stays where it is.
    data: Box<Data>,
}

struct Data {
    engine: Engine,
    compiled: Arc<Compiled>,
    parameters: Vec<CallbackParameter>,
    result_words: usize,
    on_error: OnError,
}

impl Callback {
    /// The address of the function.
    pub fn address(&self) -> usize {
        self.image.symbol(&self.name).map_or(0, |address| address as usize)
    }

    /// Its symbol.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function that it calls.
    pub fn compiled(&self) -> &Compiled {
        &self.data.compiled
    }
}

impl Kernel {
    /// The kernel as a function of C with these parameters and this result (`None` is `void`). It can be called from any thread. If the kernel raises, `on_error` is told, and
    /// the result is zero.
    ///
    /// # Errors
    /// The kernel cannot be compiled for these types, or gives something else.
    pub fn callback(
        &self,
        parameters: &[CallbackParameter],
        result: Option<Dtype>,
        on_error: OnError,
    ) -> Result<Callback, Failure> {
        let types: Vec<Type> = parameters.iter().map(|parameter| parameter.ty()).collect();
        let compiled = self.compile(&types)?.compiled;
        let declared = result.map_or(Type::None, Type::Scalar);
        if compiled.result() != &declared || compiled.signature().parameters != types {
            let message = format!(
                "the function is compiled as {}, which is no function of C from ({}) to {declared}: declare that signature",
                compiled.signature(),
                types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            );
            return Err(Failure::Arguments(message));
        }
        let mut registers = Vec::new();
        for parameter in parameters {
            match parameter {
                CallbackParameter::Pointer(_) => registers.push(MachineType::Ptr),
                CallbackParameter::Number(dtype) => registers.extend(in_registers(*dtype)?),
            }
        }
        let results = result.map_or(Ok(Vec::new()), in_registers)?;
        let data = Box::new(Data {
            engine: self.engine().clone(),
            compiled,
            parameters: parameters.to_vec(),
            result_words: results.len(),
            on_error,
        });
        let name = data.compiled.symbol().to_owned();
        let form = CallbackForm {
            name: &name,
            parameters: &registers,
            results: &results,
            handler: run as *const () as usize,
            data: std::ptr::from_ref(&*data) as usize,
        };
        let object = hotloop_codegen::callback(&form, &self.engine().shared.settings.target);
        let object = object.map_err(Failure::internal)?;
        let image = hotloop_loader::load(&object, &|_: &str| None).map_err(Failure::internal)?;
        Ok(Callback { name, image, data })
    }
}

/// The registers in which C passes a number.
fn in_registers(dtype: Dtype) -> Result<Vec<MachineType>, Failure> {
    Ok(match dtype {
        Dtype::Bool => vec![MachineType::I1],
        Dtype::Int8 | Dtype::UInt8 => vec![MachineType::I8],
        Dtype::Int16 | Dtype::UInt16 => vec![MachineType::I16],
        Dtype::Int32 | Dtype::UInt32 => vec![MachineType::I32],
        Dtype::Int64 | Dtype::UInt64 => vec![MachineType::I64],
        Dtype::Float32 => vec![MachineType::F32],
        Dtype::Float64 => vec![MachineType::F64],
        Dtype::Complex128 => vec![MachineType::F64; 2],
        Dtype::Complex64 => {
            let message = "a function of C takes and gives complex128, not complex64: pass a pointer to it";
            return Err(Failure::Arguments(message.to_owned()));
        }
    })
}

/// Calls the kernel of a callback with the words of its arguments.
///
/// # Safety
/// `data` is what a callback was made with, which lives. There are as many words as its parameters have, in order, and room for the results. Behind each
/// pointer are the elements that the kernel uses: whoever calls a C function promises that.
unsafe extern "C" fn run(data: *const Data, arguments: *const u64, results: *mut u64) {
    // SAFETY: the caller's promise.
    let (data, results) =
        unsafe { (&*data, std::slice::from_raw_parts_mut(results, (*data).result_words.max(1))) };
    let mut words = Vec::with_capacity(data.parameters.len() + 2);
    let mut descriptors = Vec::with_capacity(data.parameters.len());
    let mut at = 0;
    let mut next = || {
        // SAFETY: as above.
        let word = unsafe { arguments.add(at).read() };
        at += 1;
        word
    };
    for parameter in &data.parameters {
        match parameter {
            CallbackParameter::Number(Dtype::Complex128) => words.extend([next(), next()]),
            CallbackParameter::Number(_) => words.push(next()),
            CallbackParameter::Pointer(dtype) => {
                let size_bytes = dtype.size_bytes() as u64;
                // Owner, data, length and stride.
                descriptors.push([0, next(), i64::MAX as u64 / size_bytes, size_bytes]);
                words.push(0);
            }
        }
    }
    // Only now do the descriptors stay where they are.
    let pointers = words_of_pointers(&data.parameters);
    for (descriptor, word) in descriptors.iter().zip(pointers) {
        words[word] = descriptor.as_ptr() as u64;
    }
    let mut call = CallState::new(data.engine.interrupter()).with_threads(data.engine.shared.threads);
    // SAFETY: the words are those of the signature, and there is room for the results.
    let outcome = unsafe { data.compiled.call_raw(&mut call, &words, results) };
    let outcome =
        outcome.and_then(|()| call.hand_over_output().map_err(|_| Box::new(Exception::of_output())));
    if let Err(exception) = outcome {
        results.fill(0);
        // Nothing can go on beyond C.
        let _ = catch_unwind(AssertUnwindSafe(|| (data.on_error)(&exception)));
    }
}

/// The positions of the words that are addresses.
fn words_of_pointers(parameters: &[CallbackParameter]) -> impl Iterator<Item = usize> {
    let mut at = 0;
    parameters.iter().filter_map(move |parameter| {
        let word = at;
        at += match parameter {
            CallbackParameter::Number(Dtype::Complex128) => 2,
            CallbackParameter::Number(_) | CallbackParameter::Pointer(_) => 1,
        };
        matches!(parameter, CallbackParameter::Pointer(_)).then_some(word)
    })
}
