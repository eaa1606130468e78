//! The class of an error: built in, or of the program.

use crate::ExceptionClass;
use std::fmt;
use std::sync::Arc;

/// A class of exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// A built-in class.
    Builtin(ExceptionClass),
    /// A class that the program or a library defines.
    User(Arc<UserClass>),
}

/// A class that derives, through others perhaps, from a built-in one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserClass {
    /// Names this one class in the process: its module and its qualified name, with a number behind `#` where several classes have had them.
    pub identity: String,
    /// The exception classes among its bases.
    pub bases: Vec<ErrorClass>,
    /// Whether it has code of its own that makes the arguments or the text of its exceptions, such as `__init__` or `__str__`.
    pub own_text: bool,
}

/// The class of NumPy's errors about an axis.
const AXIS_ERROR: &str = "numpy.exceptions.AxisError";

/// Classes of libraries that a program may name without their module's being read.
const OF_LIBRARIES: &[(&str, &[ExceptionClass])] = &[
    ("numpy.linalg.LinAlgError", &[ExceptionClass::ValueError]),
    (AXIS_ERROR, &[ExceptionClass::ValueError, ExceptionClass::IndexError]),
];

/// Set in the numbers of classes that are not built in.
const USER_BIT: u32 = 1 << 31;

impl ErrorClass {
    /// A class of the program.
    pub fn user(identity: impl Into<String>, bases: Vec<Self>) -> Self {
        Self::User(Arc::new(UserClass { identity: identity.into(), bases, own_text: false }))
    }

    /// The same class with code of its own that makes the arguments or the text of its exceptions, if `own_text` says so.
    #[must_use]
    pub fn with_own_text(self, own_text: bool) -> Self {
        match self {
            Self::Builtin(_) => self,
            Self::User(class) => {
                let (identity, bases) = (class.identity.clone(), class.bases.clone());
                Self::User(Arc::new(UserClass { identity, bases, own_text }))
            }
        }
    }

    /// The class of a library that goes by this dotted path, if it is known.
    pub fn of_library(path: &str) -> Option<Self> {
        let (identity, bases) = OF_LIBRARIES.iter().find(|(known, _)| *known == path)?;
        Some(Self::user(*identity, bases.iter().copied().map(Self::Builtin).collect()))
    }

    /// The same class with the file that defines it in its identity: `file:Name` instead of `Name`. Classes of libraries have dotted names already.
    #[must_use]
    pub fn defined_in(&self, file: &str) -> Self {
        match self {
            Self::Builtin(_) => self.clone(),
            Self::User(class) if class.identity.contains(['.', ':']) => self.clone(),
            Self::User(class) => {
                let bases = class.bases.iter().map(|base| base.defined_in(file));
                Self::user(format!("{file}:{}", class.identity), bases.collect())
                    .with_own_text(class.own_text)
            }
        }
    }

    /// Its name, without its module.
    pub fn name(&self) -> &str {
        match self {
            Self::Builtin(class) => class.python_name(),
            Self::User(class) => {
                let qualified = class.identity.split('#').next().unwrap_or_default();
                qualified.rsplit(['.', ':']).next().unwrap_or_default()
            }
        }
    }

    /// The built-in class that it is.
    pub fn builtin(&self) -> Option<ExceptionClass> {
        match self {
            Self::Builtin(class) => Some(*class),
            Self::User(_) => None,
        }
    }

    /// Its number in [`ErrorState`](crate::ErrorState). That of a built-in class is its position in the table; that of another is a hash of its
    /// identity, so that separately compiled code agrees on it. Whoever loads code makes sure that no two classes share one.
    pub fn number(&self) -> u32 {
        match self {
            Self::Builtin(class) => *class as u32,
            Self::User(class) => {
                let hash = class
                    .identity
                    .bytes()
                    .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
                hash | USER_BIT
            }
        }
    }

    /// Whether an `except` that names `base` catches errors of this class.
    pub fn is_subclass_of(&self, base: &Self) -> bool {
        match (self, base) {
            (Self::Builtin(class), Self::Builtin(base)) => class.is_subclass_of(*base),
            (Self::Builtin(_), Self::User(_)) => false,
            (Self::User(class), _) => {
                self == base || class.bases.iter().any(|each| each.is_subclass_of(base))
            }
        }
    }

    /// Whether it is NumPy's `AxisError`.
    pub(crate) fn is_axis_error(&self) -> bool {
        matches!(self, Self::User(class) if class.identity == AXIS_ERROR)
    }

    /// Whether Python code of this class, or of one that it derives from, makes the arguments or the text of its exceptions.
    pub fn has_own_text(&self) -> bool {
        match self {
            Self::Builtin(_) => false,
            Self::User(class) => class.own_text || class.bases.iter().any(Self::has_own_text),
        }
    }

    /// Itself and all that it derives from, each once.
    pub fn ancestors(&self) -> Vec<Self> {
        let mut found = vec![self.clone()];
        let mut at = 0;
        while let Some(class) = found.get(at).cloned() {
            at += 1;
            let bases = match &class {
                Self::Builtin(class) => class.bases().iter().copied().map(Self::Builtin).collect(),
                Self::User(class) => class.bases.clone(),
            };
            for base in bases {
                if !found.contains(&base) {
                    found.push(base);
                }
            }
        }
        found
    }
}

impl From<ExceptionClass> for ErrorClass {
    fn from(class: ExceptionClass) -> Self {
        Self::Builtin(class)
    }
}

impl PartialEq<ExceptionClass> for ErrorClass {
    fn eq(&self, other: &ExceptionClass) -> bool {
        self.builtin() == Some(*other)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_of_the_program_derives_from_all_its_bases() {
        let base = ErrorClass::user("errors.Base", vec![ExceptionClass::LookupError.into()]);
        let class =
            ErrorClass::user("errors.Outer.Inner#2", vec![base.clone(), ExceptionClass::OSError.into()]);
        assert_eq!(class.name(), "Inner");
        let builtin = |class: ExceptionClass| ErrorClass::from(class);
        assert!(class.is_subclass_of(&base) && !base.is_subclass_of(&class));
        assert!(class.is_subclass_of(&builtin(ExceptionClass::OSError)));
        assert!(class.is_subclass_of(&builtin(ExceptionClass::Exception)));
        assert!(!class.is_subclass_of(&builtin(ExceptionClass::KeyError)));
        assert!(!builtin(ExceptionClass::IndexError).is_subclass_of(&base));
        assert_eq!(class.ancestors().len(), 6);
        assert_ne!(class.number(), base.number());
        assert!(ExceptionClass::by_number(class.number()).is_none());
    }
}
