//! `hotloop emit`: shows what a stage makes of a function.

use crate::problem::{Problem, print};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use hotloop_driver::{CacheUse, Engine, Failure, Form, Signature, Type};
use std::io::IsTerminal as _;
use std::path::PathBuf;

/// Show what a stage makes of a function.
#[derive(Debug, Args)]
pub(crate) struct Emit {
    /// The Python file
    file: PathBuf,
    /// The function in it
    function: String,
    /// The form to show
    #[arg(long, value_parser = form_parser())]
    stage: Form,
    /// The types of the arguments, such as "float64[:, ::1], int64". Default: the first signature that the function declares
    #[arg(long)]
    types: Option<String>,
    /// Write to this file instead of stdout
    #[arg(short, long)]
    output: Option<PathBuf>,
}

fn form_parser() -> impl clap::builder::TypedValueParser<Value = Form> {
    let names = PossibleValuesParser::new(Form::ALL.iter().map(|(name, _)| *name));
    names.map(|name| {
        let form = Form::ALL.iter().find(|(known, _)| **known == name);
        form.expect("only these names are possible").1
    })
}

impl Emit {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let types = self.types.as_deref().map(read_types).transpose()?;
        let is_binary = self.stage == Form::Object;
        if is_binary && self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(Problem::new(
                "an object file is no text for a terminal: say where to with `-o FILE`",
            ));
        }
        let engine = Engine::builder().cache_use(CacheUse::Never).build().map_err(Problem::new)?;
        let kernel = engine
            .load_function(&self.file, &self.function)
            .map_err(|failure| Problem::of_file(&failure, &self.file))?;
        let about = |failure: Failure| Problem::of_kernel(&failure, &self.file, &kernel);
        let mut shown = kernel.emit(self.stage, types.as_deref()).map_err(about)?;
        if !is_binary && !shown.ends_with(b"\n") {
            shown.push(b'\n');
        }
        match &self.output {
            Some(path) => std::fs::write(path, shown)
                .map_err(|error| Problem::file(path, format_args!("cannot be written: {error}"))),
            None => print(&shown),
        }
    }
}

/// The types of `--types`.
pub(crate) fn read_types(text: &str) -> Result<Vec<Type>, Problem> {
    // In parentheses a list of types is a signature without a result.
    let signature: Result<Signature, _> = format!("({text})").parse();
    match signature {
        Ok(signature) => Ok(signature.parameters),
        Err(error) => {
            let at = error.offset.min(text.len() + 1).max(1);
            Err(Problem::new(format_args!("--types \"{text}\": {} (at character {at})", error.message)))
        }
    }
}
