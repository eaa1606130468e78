//! `hotloop run`: calls a kernel with arguments from the command line and prints what it returns.

use crate::given::{self, Given};
use crate::problem::{Problem, print, tell};
use crate::{interrupt, npy, report, show};
use clap::Args;
use hotloop_driver::{
    Argument, CacheUse, Compiled, Engine, Failure, Kernel, Type, Value, memory_setting_fault,
    thread_setting_fault,
};
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Call a function of a Python file and print its result.
#[derive(Debug, Args)]
#[command(after_help = ARGUMENTS)]
pub(crate) struct Run {
    /// The Python file
    file: PathBuf,
    /// The function in it
    function: String,
    /// Its arguments, as explained below
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// Write the result as .npy file instead of printing it; if it is None, the last array argument as the call left it
    #[arg(short, long, value_name = "FILE.npy")]
    output: Option<PathBuf>,
    /// Threads that parallel loops may use
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Call it this often, each time with the arguments as given, and tell the fastest, the median and the 95th percentile
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Tell on stderr how long compiling (each stage) and running took
    #[arg(long)]
    timings: bool,
    /// Neither read nor write the cache, even for functions marked with cache=True
    #[arg(long)]
    no_cache: bool,
    /// The seed of `rand:` arguments
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

const ARGUMENTS: &str = "\
An ARG is one of
  a Python literal    3  -2.5  1e-3  True  None  '(1, 2.0)'  nan  inf
  of a class          'Point(1, y=2.0)'  Colour.RED    (named tuples and enumerations that FILE defines or imports)
  a .npy file         x.npy
  an array            'array:[1.5, 2.0]'  'array:[[1, 2], [3, 4]]:int32'
  a made array        zeros:64x64:int32  ones:100  arange:1000000[:int64]  rand:1000x1000[:float64]
  a random generator  rng:42    (as np.random.default_rng(42) makes it)

`rand` fills floats evenly from [0, 1), integers from 0 to 99 and bools by tossing a coin, the same for the same --seed; two such arguments
differ. Dtypes are float64 unless told otherwise, those of `arange` int64.";

impl Run {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let cache_use = if self.no_cache { CacheUse::Never } else { CacheUse::Marked };
        let engine = Engine::builder()
            .cache_use(cache_use)
            .threads(self.threads.unwrap_or(0))
            .build()
            .map_err(Problem::new)?;
        let of_threads = thread_setting_fault().filter(|_| self.threads.is_none());
        for fault in [of_threads, memory_setting_fault()].into_iter().flatten() {
            tell(format_args!("warning: {fault}"));
        }
        interrupt::watch(&engine);
        let kernel = engine
            .load_function(&self.file, &self.function)
            .map_err(|failure| Problem::of_file(&failure, &self.file))?;
        let about = |failure: Failure| Problem::of_kernel(&failure, &self.file, &kernel);
        let start = Instant::now();
        let classes = |name: &str| kernel.class(name).ok().flatten();
        let mut arguments = given::read_all(&self.arguments, self.seed, &classes)?;
        let reading_time = start.elapsed();
        let compilation = kernel.compile_for(&borrow(&mut arguments)).map_err(about)?;
        while let Some(fault) = engine.cache_fault() {
            tell(format_args!("warning: {fault}"));
        }
        for warning in engine.warnings_of(&compilation) {
            tell(format_args!("warning: {warning}"));
        }
        if self.timings {
            report::compilation(&compilation, reading_time);
        }
        self.check_output(compilation.compiled.result(), &arguments)?;
        let (value, times) = self.call(&kernel, &compilation.compiled, &mut arguments).map_err(about)?;
        if self.timings || self.repeat > 1 {
            report::runs(&times);
        }
        match &self.output {
            Some(path) => write(path, &value, &arguments),
            None => print(format!("{}\n", show::text(&value)).as_bytes()),
        }
    }

    /// Calls the function as often as asked, each time with the arguments as they were given.
    fn call(
        &self,
        kernel: &Kernel,
        compiled: &Compiled,
        arguments: &mut Vec<Given>,
    ) -> Result<(Value, Vec<Duration>), Failure> {
        let as_given = (self.repeat > 1).then(|| arguments.clone());
        let progress =
            if self.repeat > 1 { ProgressBar::new(self.repeat.into()) } else { ProgressBar::hidden() };
        let mut value = Value::None;
        let mut times = Vec::new();
        for round in 0..self.repeat {
            if let Some(as_given) = &as_given
                && round > 0
            {
                arguments.clone_from(as_given);
            }
            let borrowed = borrow(arguments);
            let start = Instant::now();
            value = kernel.call_compiled(compiled, &borrowed)?;
            times.push(start.elapsed());
            progress.inc(1);
        }
        progress.finish_and_clear();
        Ok((value, times))
    }

    /// Whether what is to be written will be something that a .npy file can hold: better said before a long run than after it.
    fn check_output(&self, result: &Type, arguments: &[Given]) -> Result<(), Problem> {
        let Some(path) = &self.output else { return Ok(()) };
        match result {
            Type::Scalar(_) | Type::Array(_) => Ok(()),
            Type::None | Type::Dtype(_) | Type::Function(_) | Type::Undefined
                if given::last_array(arguments).is_some() =>
            {
                Ok(())
            }
            Type::None | Type::Dtype(_) | Type::Function(_) | Type::Undefined => {
                Err(Problem::file(path, "nothing to write: the result is None, and no argument is an array"))
            }
            Type::Tuple(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Enum(_)
            | Type::Generator(_)
            | Type::RandomGenerator => {
                Err(Problem::file(path, format_args!("a .npy file cannot hold the result, a {result}")))
            }
        }
    }
}

/// The arguments as a call takes them.
fn borrow(arguments: &mut [Given]) -> Vec<Argument<'_>> {
    arguments.iter_mut().map(Given::borrow).collect()
}

fn write(path: &std::path::Path, value: &Value, arguments: &[Given]) -> Result<(), Problem> {
    match value {
        Value::Array(array) => npy::save(path, array, false),
        Value::Number(number) => npy::save_number(path, *number),
        Value::None
        | Value::Tuple(_)
        | Value::Named(..)
        | Value::Member(..)
        | Value::Range(_)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::RandomGenerator(_)
        | Value::List(_) => {
            let (array, is_fortran) = given::last_array(arguments).expect("checked before the call");
            npy::save(path, array, is_fortran)
        }
    }
}
