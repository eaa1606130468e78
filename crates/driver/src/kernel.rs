//! A function of an engine: compiled on demand, called with arguments of any types it can be compiled for.
#![allow(unsafe_code)] // Calls compiled code with packed arguments.

use crate::argument::{Argument, Packed, Value, result_words};
use crate::arrange::{arrange, constant, is_one_by_one};
use crate::engine::{Compilation, Engine};
use crate::module::Modules;
use crate::timings::{Stage, Timings};
use crate::{Compiled, Exception, Failure, Place};
use hotloop_cache::{Key, KeyBuilder};
use hotloop_infer::{FunctionHandle, Global};
use hotloop_runtime::{Block, CallState};
use hotloop_types::{EnumType, GeneratorType, Signature, TupleClass, Type};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// A function that can be called.
#[derive(Clone)]
pub struct Kernel {
    engine: Engine,
    origin: Origin,
}

/// A class by which arguments of a call are written.
#[derive(Clone, Debug)]
pub enum Class {
    /// Of named tuples, with the defaults of the last fields.
    Tuple(Arc<TupleClass>, Vec<Argument<'static>>),
    /// Of an enumeration.
    Enum(Arc<EnumType>),
}

/// Where a kernel comes from.
#[derive(Clone)]
enum Origin {
    /// Known to the engine.
    Known(FunctionHandle),
    /// A function of a file that is parsed when it has to be.
    File(Arc<FileFunction>),
}

struct FileFunction {
    path: PathBuf,
    text: String,
    name: String,
    handle: OnceLock<FunctionHandle>,
}

impl Kernel {
    pub(crate) fn from_handle(engine: Engine, handle: FunctionHandle) -> Self {
        Self { engine, origin: Origin::Known(handle) }
    }

    pub(crate) fn from_file(engine: Engine, path: &Path, name: &str) -> Result<Self, Failure> {
        let text = crate::module::read_source(path)?;
        let file =
            FileFunction { path: path.to_owned(), text, name: name.to_owned(), handle: OnceLock::new() };
        Ok(Self { engine, origin: Origin::File(Arc::new(file)) })
    }

    /// The handle by which other functions' environments name this one.
    ///
    /// # Errors
    /// The function's file has errors, or no such function.
    pub fn handle(&self) -> Result<FunctionHandle, Failure> {
        self.resolve(&mut Timings::default())
    }

    /// Its type as a value: of an argument of another kernel.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn function_type(&self) -> Result<Type, Failure> {
        let handle = self.handle()?;
        Ok(self.engine.function_type(handle))
    }

    /// The class of named tuples or enumerations that a name means in the kernel's module, perhaps with a module before it: `shapes.Point`.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn class(&self, name: &str) -> Result<Option<Class>, Failure> {
        let handle = self.handle()?;
        let environment = Arc::clone(&self.engine.state().program.function(handle).environment);
        let global = match name.split_once('.') {
            None => environment.global(name),
            Some((module, name)) => match environment.global(module) {
                Some(Global::Module(module)) => environment.attribute(&module, name),
                _ => None,
            },
        };
        Ok(match global {
            Some(Global::TupleClass(class)) => {
                let defaults = class.defaults.iter().filter_map(constant).collect();
                Some(Class::Tuple(Arc::clone(&class.class), defaults))
            }
            Some(Global::EnumClass(class)) => Some(Class::Enum(class)),
            _ => None,
        })
    }

    /// The engine it belongs to.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Parses the kernel's file, unless that has happened.
    fn resolve(&self, timings: &mut Timings) -> Result<FunctionHandle, Failure> {
        let file = match &self.origin {
            Origin::Known(handle) => return Ok(*handle),
            Origin::File(file) => file,
        };
        if let Some(handle) = file.handle.get() {
            return Ok(*handle);
        }
        let start = Instant::now();
        let mut state = self.engine.state();
        let name = file.path.display().to_string();
        let module = Modules::add_source(&mut state, &name, &file.text, Some(&file.path))?;
        let handle = module.function(&state, &file.name)?;
        timings.add(Stage::Parse, start.elapsed());
        Ok(*file.handle.get_or_init(|| handle))
    }

    /// Where the function is defined; `None` if its file has no such function.
    pub fn definition_place(&self) -> Option<Place> {
        let handle = self.handle().ok()?;
        let state = self.engine.state();
        let source = state.program.function(handle);
        let location = state.program.sources.location(source.definition.name.span);
        Some(Place {
            file: state.program.sources.file(source.file).name().to_owned(),
            line: location.line,
            column: location.column,
            function: source.name().to_owned(),
        })
    }

    /// The signatures that its decorator declares.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn signatures(&self) -> Result<Vec<Signature>, Failure> {
        let handle = self.handle()?;
        Ok(self.engine.state().program.function(handle).signatures.clone())
    }

    /// Compiles it for parameters of these types, or finds it compiled. There is one type for each parameter; that of `*args` is a tuple.
    ///
    /// # Errors
    /// The function cannot be compiled for them.
    pub fn compile(&self, parameters: &[Type]) -> Result<Compilation, Failure> {
        self.engine.check_runs_here()?;
        let Origin::File(file) = &self.origin else {
            return self.engine.compile(self.handle()?, parameters);
        };
        let mut timings = Timings::default();
        if let Some(compilation) = self.by_memo(file, parameters, &mut timings) {
            return Ok(compilation);
        }
        let handle = self.resolve(&mut timings)?;
        let mut compilation = self.engine.compile(handle, parameters)?;
        compilation.timings = timings.with(&compilation.timings);
        let is_plain = is_one_by_one(self.engine.state().program.function(handle), parameters.len());
        if is_plain {
            // A memo leads from the arguments of a call to code: only where these are the parameters' are they the same.
            self.engine.store_memo(&file.memo_key(&self.engine, parameters), handle, parameters);
        }
        Ok(compilation)
    }

    /// Finds the code of a function whose file was not parsed yet.
    fn by_memo(&self, file: &FileFunction, arguments: &[Type], timings: &mut Timings) -> Option<Compilation> {
        if file.handle.get().is_some() {
            return None;
        }
        let memo_key = file.memo_key(&self.engine, arguments);
        let compiled = self.engine.compile_by_memo(&memo_key, timings)?;
        Some(Compilation {
            compiled,
            timings: timings.clone(),
            from_cache: true,
            remarks: Vec::new(),
            compiled_functions: 0,
        })
    }

    /// Compiles it for a call with these arguments, or finds it compiled: they are given by position, as in Python, and defaults and `*args` are
    /// seen to.
    ///
    /// # Errors
    /// The function does not take them, or cannot be compiled for them.
    pub fn compile_for(&self, arguments: &[Argument<'_>]) -> Result<Compilation, Failure> {
        self.engine.check_runs_here()?;
        let mut timings = Timings::default();
        if let Origin::File(file) = &self.origin {
            let types: Vec<Type> = arguments.iter().map(Argument::ty).collect();
            if let Some(compilation) = self.by_memo(file, &types, &mut timings) {
                return Ok(compilation);
            }
        }
        self.resolve(&mut timings)?;
        let types: Vec<Type> = self.arranged(arguments)?.iter().map(Argument::ty).collect();
        let mut compilation = self.compile(&types)?;
        compilation.timings = timings.with(&compilation.timings);
        Ok(compilation)
    }

    /// One argument for each parameter. Of a file that was not parsed yet they are taken to be that: no other call is found without parsing.
    pub(crate) fn arranged<'b, 'a>(
        &self,
        arguments: &'b [Argument<'a>],
    ) -> Result<Cow<'b, [Argument<'a>]>, Failure> {
        let handle = match &self.origin {
            Origin::Known(handle) => *handle,
            Origin::File(file) => match file.handle.get() {
                Some(handle) => *handle,
                None => return Ok(Cow::Borrowed(arguments)),
            },
        };
        arrange(self.engine.state().program.function(handle), arguments)
    }

    /// Calls it, compiling it first if these argument types are new.
    ///
    /// # Errors
    /// The function cannot be compiled for these arguments, or it raised.
    pub fn call(&self, arguments: &[Argument<'_>]) -> Result<Value, Failure> {
        let compiled = self.compile_for(arguments)?.compiled;
        self.call_compiled(&compiled, arguments)
    }

    /// The same on at most so many threads, whatever the engine says; 0 means the default of [`EngineBuilder::threads`](crate::EngineBuilder::threads).
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_with_threads(&self, threads: u32, arguments: &[Argument<'_>]) -> Result<Value, Failure> {
        let compiled = self.compile_for(arguments)?.compiled;
        self.run(&compiled, arguments, threads)
    }

    /// Calls a specialisation that [`compile_for`](Self::compile_for) gave for arguments of these types.
    ///
    /// # Errors
    /// The arguments are of other types, or the function raised.
    pub fn call_compiled(&self, compiled: &Compiled, arguments: &[Argument<'_>]) -> Result<Value, Failure> {
        self.run(compiled, arguments, self.engine.shared.threads)
    }

    fn run(&self, compiled: &Compiled, arguments: &[Argument<'_>], threads: u32) -> Result<Value, Failure> {
        let arguments = self.arranged(arguments)?;
        let parameters = &compiled.signature().parameters;
        if parameters.len() != arguments.len() {
            let message =
                format!("the function takes {} arguments, not {}", parameters.len(), arguments.len());
            return Err(Failure::Arguments(message));
        }
        let packed = Packed::new(&arguments, parameters)?;
        let mut results = vec![0; result_words(compiled.result())];
        let mut call = CallState::new(self.engine.interrupter()).with_threads(threads);
        self.engine.look_for_races(&mut call);
        // SAFETY: the arguments were packed for these parameters, the arrays are borrowed for the call, and there is room for the result.
        let outcome = unsafe { compiled.call_raw(&mut call, &packed.words, &mut results) };
        if outcome.is_err() {
            packed.move_generators_on();
        }
        if let Err(exception) = outcome {
            self.engine.report_races(&mut call)?;
            return Err(exception.into());
        }
        let value = match compiled.result() {
            Type::Generator(generator) => {
                // SAFETY: the call made a generator, and the arguments are still borrowed.
                unsafe { run_generator(compiled, generator, results[0], &mut call) }?
            }
            // SAFETY: the call succeeded, and its results are taken once.
            result => unsafe { Value::unpack(result, &mut results.into_iter()) },
        };
        packed.move_generators_on();
        match call.hand_over_output() {
            Ok(()) => self.engine.report_races(&mut call).map(|()| value),
            Err(_) => Err(Failure::Raised(Exception::of_output())),
        }
    }

    /// Calls it and expects a float.
    ///
    /// # Errors
    /// As [`call`](Self::call); also when the result is something else.
    pub fn call_f64(&self, arguments: &[Argument<'_>]) -> Result<f64, Failure> {
        let value = self.call(arguments)?;
        value.as_f64().ok_or_else(|| Failure::Arguments(format!("the result is not a float: {value:?}")))
    }
}

/// Runs a generator to its end: a list of its items.
///
/// # Safety
/// `frame` is a generator that a call of the function has made, which is given up; the arguments of that call are still borrowed.
unsafe fn run_generator(
    compiled: &Compiled,
    generator: &GeneratorType,
    frame: u64,
    call: &mut CallState<'_>,
) -> Result<Value, Failure> {
    // SAFETY: the reference is given up.
    let _frame = unsafe { Block::from_raw(frame as *mut u8) };
    let mut items = Vec::new();
    let mut results = vec![0; 1 + result_words(&generator.items)];
    loop {
        // SAFETY: nobody else has the frame, and there is room for the result.
        unsafe { compiled.resume_raw(call, frame, &mut results)? };
        if results[0] & 1 == 0 {
            return Ok(Value::List(items));
        }
        // SAFETY: the item is taken once.
        items.push(unsafe { Value::unpack(&generator.items, &mut results[1..].iter().copied()) });
    }
}

impl FileFunction {
    /// The key under which the way from this file's bytes to code is noted.
    fn memo_key(&self, engine: &Engine, arguments: &[Type]) -> Key {
        let mut builder = KeyBuilder::new("hotloop 2026 memo");
        builder.key("settings", &engine.shared.settings.key);
        builder.text("path", &self.path.display().to_string());
        builder.key("file", &Key::of_bytes(self.text.as_bytes()));
        builder.text("function", &self.name);
        for argument in arguments {
            builder.text("argument", &format!("{argument:#}"));
        }
        builder.finish()
    }
}
