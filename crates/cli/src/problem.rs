//! Why a command failed: one message for the user, and the exit code.

use hotloop_driver::{Exception, ExceptionClass, Failure, Kernel};
use std::fmt;
use std::io::{IsTerminal, Write as _};
use std::path::Path;

/// Bad input, or an exception of the kernel.
const REFUSED: u8 = 1;
/// A mistake of ours; what Rust programs give after a panic.
const INTERNAL: u8 = 101;
/// Stopped by Ctrl-C; what shells give for it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Problem {
    text: String,
    code: u8,
}

impl Problem {
    /// The input is wrong.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { text: format!("error: {message}"), code: REFUSED }
    }

    /// The input is wrong, and the whole message stands in `text`.
    pub(crate) fn told(text: String) -> Self {
        Self { text, code: REFUSED }
    }

    /// The input is wrong, and everything was said already.
    pub(crate) fn silent() -> Self {
        Self::told(String::new())
    }

    /// A file cannot be used.
    pub(crate) fn file(path: &Path, reason: impl fmt::Display) -> Self {
        Self::new(format_args!("{}: {reason}", path.display()))
    }

    /// A mistake of Hotloop.
    pub(crate) fn internal(what: &str) -> Self {
        let text = format!(
            "internal error of Hotloop: {what}\n\
             This is a mistake of Hotloop, not of your program. Please report it with this message, the command, the Python file, and\n\
             hotloop {} on {} {}.",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS,
        );
        Self { text, code: INTERNAL }
    }

    /// What the driver says about a file.
    pub(crate) fn of_file(failure: &Failure, path: &Path) -> Self {
        match failure {
            Failure::Refused(refusal) | Failure::Raced(refusal) if wants_colours() => {
                Self::told(refusal.coloured().to_owned())
            }
            Failure::Refused(refusal) | Failure::Raced(refusal) => Self::told(refusal.to_string()),
            Failure::NoFunction { .. } => Self::file(path, failure),
            Failure::File { .. } | Failure::Processor(_) => Self::new(failure),
            Failure::Arguments(reason) | Failure::Unanswered(reason) => Self::file(path, reason),
            Failure::Raised(exception) => Self::raised(exception),
            Failure::Internal(what) => Self::internal(what),
        }
    }

    /// What the driver says about a function of a file.
    pub(crate) fn of_kernel(failure: &Failure, path: &Path, kernel: &Kernel) -> Self {
        match (failure, kernel.definition_place()) {
            (Failure::Arguments(reason), Some(place)) => {
                Self::new(format_args!("{}:{} in {}: {reason}", place.file, place.line, place.function))
            }
            _ => Self::of_file(failure, path),
        }
    }

    /// As the end of Python's traceback.
    fn raised(exception: &Exception) -> Self {
        let is_interrupt = exception.class == ExceptionClass::KeyboardInterrupt;
        let code = if is_interrupt { INTERRUPTED } else { REFUSED };
        let text = match &exception.place {
            Some(place) => format!("{}:{} in {}\n{exception}", place.file, place.line, place.function),
            None => exception.to_string(),
        };
        Self { text, code }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Prints the message on stderr.
    pub(crate) fn tell(&self) {
        if !self.text.is_empty() {
            tell(self);
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Prints a line on stderr. If nobody can read it, nobody can be told that either.
pub(crate) fn tell(line: impl fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether messages are coloured.
pub(crate) fn wants_colours() -> bool {
    let is_off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !is_off
}

/// Writes to stdout. A reader that has gone away (`hotloop emit ... | head`) has read enough.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Problem> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Problem::new(format_args!("cannot write the output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
