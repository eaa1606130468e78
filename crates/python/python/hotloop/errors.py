"""What can go wrong besides the exceptions of kernels themselves: the exceptions and warnings that Numba has, under its names and with its hierarchy, and a
few of Hotloop's own.

Hotloop raises `TypingError`, `UnsupportedConstructError`, `SourceError`, `LoweringError`, `InternalError` and `RaceError`, and warns with `CacheWarning`. The rest is
there for programs that name it.
"""

import os as _os
import sys as _sys
import warnings as _warnings


class HotloopError(Exception):
    """The root of the compiler's errors."""

    def __init__(self, msg, loc=None, highlighting=True):
        super().__init__(msg)
        self.msg = msg
        self.loc = loc


NumbaError = HotloopError


class UnsupportedError(NumbaError):
    """A kernel uses something that is not supported; the message shows where."""


class UnsupportedBytecodeError(Exception):
    """Not raised: Hotloop reads source."""

    def __init__(self, msg, loc=None):
        super().__init__(msg)
        self.loc = loc


class UnsupportedRewriteError(UnsupportedError):
    """Not raised."""


class IRError(NumbaError):
    """Not raised."""


class RedefinedError(IRError):
    """Not raised."""


class NotDefinedError(IRError):
    """Not raised."""

    def __init__(self, name, loc=None):
        super().__init__(f"the name {name!r} is not defined", loc=loc)
        self.name = name


class VerificationError(IRError):
    """Not raised."""


class DeprecationError(NumbaError):
    """Not raised."""


class LoweringError(NumbaError):
    """A kernel that was understood could not be turned into machine code."""


class UnsupportedParforsError(NumbaError):
    """Not raised."""


class ForbiddenConstruct(LoweringError):
    """Not raised."""


class TypingError(NumbaError):
    """A kernel cannot be compiled for these argument types; the message shows where and why."""


class RaceError(NumbaError):
    """Iterations of a parallel loop used the same element and one wrote it, under `HOTLOOP_RACE_CHECK=1`; the message shows where."""


class UntypedAttributeError(TypingError):
    """Not raised."""

    def __init__(self, value, attr, loc=None):
        super().__init__(f"unknown attribute {attr!r} of type {value}", loc=loc)


class ByteCodeSupportError(NumbaError):
    """Not raised: Hotloop reads source."""


class CompilerError(NumbaError):
    """Not raised."""


class ConstantInferenceError(NumbaError):
    """Not raised."""


class InternalError(NumbaError):
    """A mistake of Hotloop itself."""

    def __init__(self, exception):
        super().__init__(str(exception))
        self.old_exception = exception


class InternalTargetMismatchError(InternalError):
    """Not raised."""


class NonexistentTargetError(InternalError):
    """Not raised."""


class RequireLiteralValue(TypingError):
    """Not raised."""


class ForceLiteralArg(NumbaError):
    """Not raised."""


class LiteralTypingError(TypingError):
    """Not raised."""


class NumbaValueError(TypingError):
    """Not raised."""


class NumbaTypeError(TypingError):
    """Not raised."""


class NumbaAttributeError(TypingError):
    """Not raised."""


class NumbaAssertionError(TypingError):
    """Not raised."""


class NumbaNotImplementedError(TypingError):
    """Not raised."""


class NumbaKeyError(TypingError):
    """Not raised."""


class NumbaIndexError(TypingError):
    """Not raised."""


class NumbaRuntimeError(NumbaError):
    """Not raised."""


class UnsupportedConstructError(UnsupportedError, TypingError):
    """A kernel uses something that is not supported; the message shows where. Numba raises now the one, now the other, so this is both."""


class SourceError(NumbaError):
    """The source of a function cannot be found, or is not what was loaded."""


class HotloopWarning(Warning):
    """The root of the compiler's warnings."""

    def __init__(self, msg, loc=None, highlighting=True):
        super().__init__(msg)
        self.msg = msg
        self.loc = loc


NumbaWarning = HotloopWarning


class NumbaPerformanceWarning(NumbaWarning):
    """Something works, but not as fast as was asked for."""


PerformanceWarning = NumbaPerformanceWarning


class NumbaDeprecationWarning(NumbaWarning, DeprecationWarning):
    """Not given."""


class NumbaPendingDeprecationWarning(NumbaWarning, PendingDeprecationWarning):
    """Not given."""


class NumbaParallelSafetyWarning(NumbaWarning):
    """Not given."""


class NumbaTypeSafetyWarning(NumbaWarning):
    """Not given."""


class NumbaExperimentalFeatureWarning(NumbaWarning):
    """Not given."""


class NumbaInvalidConfigWarning(NumbaWarning):
    """Not given."""


class NumbaPedanticWarning(NumbaWarning):
    """Not given."""


class NumbaIRAssumptionWarning(NumbaPedanticWarning):
    """Not given."""


class NumbaDebugInfoWarning(NumbaWarning):
    """Not given."""


class NumbaSystemWarning(NumbaWarning):
    """Not given."""


class VerificationWarning(NumbaWarning):
    """A kernel and its Python function gave different results, under `HOTLOOP_VERIFY=1`."""


class ObjectModeWarning(NumbaPerformanceWarning):
    """A function was to be compiled where that can be done, and it cannot."""


class CacheWarning(NumbaWarning):
    """The cache on disk, or an entry of it, cannot be used; everything works without it."""


__all__ = [name for name, value in list(globals().items()) if isinstance(value, type)]


def warn_of_cache(message):
    """Warns of a fault of the cache, at the line of the program that made the compiler look for code."""
    _warn(message, CacheWarning)


def warn_of_setting(message):
    """Warns of an environment variable that is not heeded, at the line of the program that started the compiler."""
    _warn(message, RuntimeWarning)


def warn_of_difference(message):
    """Warns of a kernel whose result is not that of its Python function, at the line of the program that called it."""
    _warn(message, VerificationWarning)


def warn_of_object_mode(message):
    """Warns of a function that runs in object mode since it cannot be compiled, at the line of the program that asked for it."""
    _warn(message, ObjectModeWarning)


def warn_of_nothing_parallel(message):
    """Warns of a kernel in which `parallel=True` makes nothing parallel, at the line of the program that had it compiled."""
    _warn(message, NumbaPerformanceWarning)


def _warn(message, category):
    package = _os.path.dirname(__file__) + _os.sep
    frame, level = _sys._getframe(2), 3
    while frame is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    _warnings.warn(message, category, stacklevel=level)
