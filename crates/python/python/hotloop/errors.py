"""What can go wrong besides the exceptions of kernels themselves, under the names that Numba gives it."""


class HotloopError(Exception):
    """The root of the compiler's errors."""


class TypingError(HotloopError):
    """A kernel cannot be compiled for these argument types; the message shows where and why."""


class UnsupportedError(HotloopError):
    """A kernel uses something that is not supported yet; the message shows where."""


class SourceError(HotloopError):
    """The source of a function cannot be found, or is not what was loaded."""


class LoweringError(HotloopError):
    """A kernel that was understood could not be turned into machine code."""


class InternalError(LoweringError):
    """A mistake of Hotloop itself."""


NumbaError = HotloopError


class HotloopWarning(Warning):
    """The root of the compiler's warnings."""


class CacheWarning(HotloopWarning):
    """The cache on disk cannot be used; everything works without it."""


class PerformanceWarning(HotloopWarning):
    """Something works, but not as fast as was asked for."""


NumbaWarning = HotloopWarning
NumbaPerformanceWarning = PerformanceWarning
