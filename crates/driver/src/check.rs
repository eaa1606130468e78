//! Checks a file without compiling or running it: its text, its decorators, and whatever can be typed.

use crate::engine::Engine;
use crate::module::{Modules, read_source};
use crate::session::choose_parameters;
use crate::{Failure, Refusal};
use hotloop_diagnostics::Diagnostic;
use hotloop_infer::undefined_names;
use hotloop_types::Signature;
use std::path::Path;

/// What [`Engine::check_file`] found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The kernels of the file, in order.
    pub kernels: Vec<CheckedKernel>,
    /// What is wrong; `None` if nothing is.
    pub refusal: Option<Refusal>,
}

/// A kernel of a file that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedKernel {
    /// Its name.
    pub name: String,
    /// The signatures that it declares, with the results that were inferred; one for which it could not be typed is missing. A kernel that declares none is typed when
    /// it is called, and nothing but its syntax and its decorator can be checked before.
    pub signatures: Vec<Signature>,
    /// Whether it declares signatures.
    pub is_declared: bool,
}

impl Engine {
    /// Parses a file, reads its decorators, and types every kernel for each signature that it declares.
    ///
    /// # Errors
    /// The file cannot be read, or the compiler made a mistake. What is wrong with the file's contents is in the report.
    pub fn check_file(&self, path: &Path) -> Result<Report, Failure> {
        self.check(&path.display().to_string(), &read_source(path)?, Some(path))
    }

    /// The same for a source in memory; `file_name` is for messages.
    ///
    /// # Errors
    /// The compiler made a mistake.
    pub fn check_source(&self, file_name: &str, source: &str) -> Result<Report, Failure> {
        self.check(file_name, source, None)
    }

    fn check(&self, file_name: &str, source: &str, path: Option<&Path>) -> Result<Report, Failure> {
        let mut state = self.state();
        let module = Modules::add_source(&mut state, file_name, source, path)?;
        let handles = module.kernels(&state);
        let mut diagnostics = module.diagnostics(&state);
        let declared: Vec<(String, Vec<Signature>)> = handles
            .iter()
            .map(|handle| state.program.function(*handle))
            .map(|source| (source.name().to_owned(), source.signatures.clone()))
            .collect();
        drop(state);
        let mut kernels = Vec::new();
        for (handle, (name, declared)) in handles.iter().zip(declared) {
            let mut signatures = Vec::new();
            if declared.is_empty() {
                let source = self.state().program.function(*handle).clone();
                add_new(&mut diagnostics, undefined_names(&source.definition, &*source.environment));
            }
            for signature in &declared {
                let parameters = choose_parameters(&declared, &signature.parameters);
                let parameters = parameters.unwrap_or_else(|| signature.parameters.clone());
                match self.lowered(*handle, &parameters) {
                    Ok(lowered) => signatures
                        .push(Signature { parameters: lowered.parameters, result: Some(lowered.result) }),
                    Err(Failure::Refused(refusal)) => add_new(&mut diagnostics, refusal.diagnostics),
                    Err(failure) => return Err(failure),
                }
            }
            kernels.push(CheckedKernel { name, signatures, is_declared: !declared.is_empty() });
        }
        let is_fine = diagnostics.is_empty();
        let refusal = (!is_fine).then(|| Refusal::new(diagnostics, &self.state().program.sources));
        Ok(Report { kernels, refusal })
    }
}

/// Adds diagnostics that are not known yet: what is wrong with a function that several others call is found once for each.
fn add_new(known: &mut Vec<Diagnostic>, found: Vec<Diagnostic>) {
    for diagnostic in found {
        let is_same =
            |one: &Diagnostic| one.primary == diagnostic.primary && one.message == diagnostic.message;
        if !known.iter().any(is_same) {
            known.push(diagnostic);
        }
    }
}
