//! The built-in exception classes, with their hierarchy.

/// Rows of the table of exception classes: name, bases, what it stands for.
macro_rules! exception_classes {
    ($($class:ident ($($base:ident),*) $documentation:literal,)*) => {
        /// The built-in exception classes of Python.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum ExceptionClass {
            $(#[doc = $documentation] $class,)*
        }

        impl ExceptionClass {
            /// All classes; the position of each is its number.
            pub const ALL: &[Self] = &[$(Self::$class,)*];

            /// The name of the class in Python's `builtins`.
            pub const fn python_name(self) -> &'static str {
                match self {
                    $(Self::$class => stringify!($class),)*
                }
            }

            /// The classes that it derives from directly.
            pub const fn bases(self) -> &'static [Self] {
                match self {
                    $(Self::$class => &[$(Self::$base,)*],)*
                }
            }
        }
    };
}

exception_classes! {
    BaseException () "The root of all exceptions.",
    Exception (BaseException) "The root of ordinary exceptions.",
    ArithmeticError (Exception) "The root of arithmetic exceptions.",
    AssertionError (Exception) "An `assert` failed.",
    AttributeError (Exception) "An attribute does not exist.",
    BaseExceptionGroup (BaseException) "Several exceptions at once.",
    BlockingIOError (OSError) "An operation would block.",
    BrokenPipeError (ConnectionError) "Nobody reads a pipe.",
    BufferError (Exception) "A buffer cannot be had.",
    BytesWarning (Warning) "Bytes are used as a string.",
    ChildProcessError (OSError) "A child process failed.",
    ConnectionAbortedError (ConnectionError) "The peer aborted a connection.",
    ConnectionError (OSError) "The root of connection errors.",
    ConnectionRefusedError (ConnectionError) "The peer refused a connection.",
    ConnectionResetError (ConnectionError) "The peer reset a connection.",
    DeprecationWarning (Warning) "Something will go.",
    EOFError (Exception) "The input ended.",
    EncodingWarning (Warning) "The platform's encoding is used.",
    ExceptionGroup (BaseExceptionGroup, Exception) "Several ordinary exceptions at once.",
    FileExistsError (OSError) "A file exists already.",
    FileNotFoundError (OSError) "A file does not exist.",
    FloatingPointError (ArithmeticError) "A floating-point operation failed.",
    FutureWarning (Warning) "Something will mean something else.",
    GeneratorExit (BaseException) "A generator is closed.",
    ImportError (Exception) "An import failed.",
    ImportWarning (Warning) "An import is doubtful.",
    IndentationError (SyntaxError) "The indentation is wrong.",
    IndexError (LookupError) "An index is out of range.",
    InterruptedError (OSError) "A signal came in between.",
    IsADirectoryError (OSError) "A folder is no file.",
    KeyError (LookupError) "A key does not exist.",
    KeyboardInterrupt (BaseException) "The user asked to stop.",
    LookupError (Exception) "The root of index and key errors.",
    MemoryError (Exception) "Memory ran out.",
    ModuleNotFoundError (ImportError) "A module does not exist.",
    NameError (Exception) "A name is not defined.",
    NotADirectoryError (OSError) "A file is no folder.",
    NotImplementedError (RuntimeError) "Something is left to be written.",
    OSError (Exception) "The system refused.",
    OverflowError (ArithmeticError) "A result does not fit.",
    PendingDeprecationWarning (Warning) "Something will go later.",
    PermissionError (OSError) "Permission is missing.",
    ProcessLookupError (OSError) "A process does not exist.",
    RecursionError (RuntimeError) "The stack ran out.",
    ReferenceError (Exception) "What a weak reference led to is gone.",
    ResourceWarning (Warning) "A resource is wasted.",
    RuntimeError (Exception) "Something failed at run time.",
    RuntimeWarning (Warning) "Something is doubtful at run time.",
    StopAsyncIteration (Exception) "An asynchronous iterator ended.",
    StopIteration (Exception) "An iterator ended.",
    SyntaxError (Exception) "A source cannot be read.",
    SyntaxWarning (Warning) "A source is doubtful.",
    SystemError (Exception) "The interpreter failed.",
    SystemExit (BaseException) "The program ends.",
    TabError (IndentationError) "Tabs and spaces are mixed.",
    TimeoutError (OSError) "Time is up.",
    TypeError (Exception) "A value has the wrong type.",
    UnboundLocalError (NameError) "A local variable was read before it was assigned.",
    UnicodeDecodeError (UnicodeError) "Bytes are no text.",
    UnicodeEncodeError (UnicodeError) "A text has no bytes.",
    UnicodeError (ValueError) "The root of encoding errors.",
    UnicodeTranslateError (UnicodeError) "A text cannot be translated.",
    UnicodeWarning (Warning) "A text is doubtful.",
    UserWarning (Warning) "The root of the user's warnings.",
    ValueError (Exception) "A value is not acceptable.",
    Warning (Exception) "The root of warnings.",
    ZeroDivisionError (ArithmeticError) "A division by zero.",
}

impl ExceptionClass {
    /// The class that Python's `builtins` has under that name.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            // Older names of one class.
            "EnvironmentError" | "IOError" => Some(Self::OSError),
            _ => Self::ALL.iter().copied().find(|class| class.python_name() == name),
        }
    }

    /// The class of that number, as stored in [`ErrorState`](crate::ErrorState).
    pub fn by_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    /// Whether an `except` that names `base` catches this class.
    pub fn is_subclass_of(self, base: Self) -> bool {
        self == base || self.bases().iter().any(|each| each.is_subclass_of(base))
    }
}

#[cfg(test)]
mod tests {
    use super::ExceptionClass;

    #[test]
    fn every_class_derives_from_the_root_and_not_from_its_subclasses() {
        for class in ExceptionClass::ALL.iter().copied() {
            assert!(class.is_subclass_of(ExceptionClass::BaseException), "{class:?}");
            assert!(class.bases().iter().all(|base| !base.is_subclass_of(class)), "{class:?}");
            assert_eq!(ExceptionClass::by_number(class as u32), Some(class));
            assert_eq!(ExceptionClass::by_name(class.python_name()), Some(class));
        }
        assert!(ExceptionClass::IndexError.is_subclass_of(ExceptionClass::LookupError));
        assert!(!ExceptionClass::KeyboardInterrupt.is_subclass_of(ExceptionClass::Exception));
    }
}
