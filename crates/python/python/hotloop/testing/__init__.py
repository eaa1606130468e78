"""Compares kernels with the Python functions they are made of.

`check(kernel, arguments)` does it once, for tests. With `HOTLOOP_VERIFY=1` in the environment every call of a kernel from Python is compared, and differences are warned of.
"""

import copy
import functools
import math
import types as python_types

from .._dispatcher import Standing
from ..errors import warn_of_difference

__all__ = ["check"]


def check(kernel, arguments, keywords=None, *, rtol=1e-12, atol=0.0):
    """Calls the kernel and its Python function with copies of the same arguments, and compares what they give, what they raise, and what they leave in the arguments.

    rtol, atol: how far floats may be apart: `atol + rtol * |expected|`.
    Returns what the kernel gave; raises `AssertionError` that lists the differences.
    """
    keywords = keywords or {}
    copies = copy.deepcopy((list(arguments), keywords))
    found = _differences(kernel, _reference(kernel), (arguments, keywords), copies, rtol, atol)
    if found.differences:
        name = getattr(kernel, "__qualname__", "the kernel")
        raise AssertionError(f"`{name}` and its Python function differ:\n" + "\n".join(f"  {line}" for line in found.differences))
    if found.error is not None:
        raise found.error
    return found.result


class _Outcome:
    def __init__(self, result, error, differences):
        self.result, self.error, self.differences = result, error, differences


def _reference(kernel):
    """What a kernel is compared with: its Python function, that of a ufunc applied to elements."""
    import numpy

    from .._ufunc import DUFunc

    if not hasattr(kernel, "py_func"):
        raise TypeError(f"a kernel is compared with its Python function, and {kernel!r} does not tell its own")
    return numpy.vectorize(kernel.py_func) if isinstance(kernel, DUFunc) else kernel.py_func


def _differences(kernel, function, given, copies, rtol, atol):
    """What the kernel gave or raised, and a line for each difference from what its function did with copies of the arguments. Positional ones and those by name are pairs."""
    (arguments, keywords), (other_arguments, other_keywords) = given, copies
    result, error = _outcome(kernel, arguments, keywords)
    expected, expected_error = _outcome(function, other_arguments, other_keywords)
    lines = []
    if type(error) is not type(expected_error):
        lines.append(f"the kernel {_told(result, error)}, Python {_told(expected, expected_error)}")
    elif error is None:
        _compare("the result", result, expected, rtol, atol, lines)
    elif error.args != expected_error.args and str(error) != str(expected_error):
        lines.append(f"the kernel raised {error!r}, Python {expected_error!r}")
    for position, (left, right) in enumerate(zip(arguments, other_arguments)):
        _compare(f"argument {position} behind the call", left, right, rtol, atol, lines)
    for name, left in keywords.items():
        _compare(f"argument `{name}` behind the call", left, other_keywords[name], rtol, atol, lines)
    return _Outcome(result, error, lines)


def _outcome(function, arguments, keywords):
    try:
        return function(*arguments, **keywords), None
    except Exception as error:
        return None, error


def _told(result, error):
    return f"raised {error!r}" if error is not None else f"gave {result!r}"


def _compare(place, found, expected, rtol, atol, lines):
    """Adds a line for what differs."""
    import numpy

    if isinstance(expected, python_types.GeneratorType):
        # Whoever asks for its items gets them once, from the kernel.
        return
    if isinstance(expected, (tuple, list)) and isinstance(found, (tuple, list)):
        if len(found) != len(expected):
            lines.append(f"{place}: {len(found)} items, {len(expected)} expected")
            return
        for position, (left, right) in enumerate(zip(found, expected)):
            _compare(f"{place}, item {position}", left, right, rtol, atol, lines)
    elif isinstance(expected, numpy.ndarray) and isinstance(found, numpy.ndarray):
        _compare_arrays(place, found, expected, rtol, atol, lines)
    elif _is_number(expected) and _is_number(found):
        if not _is_close(found, expected, rtol, atol):
            lines.append(f"{place}: {found!r}, expected {expected!r}")
    elif type(found) is not type(expected) or not bool(found == expected):
        if not (found is expected):
            lines.append(f"{place}: {found!r}, expected {expected!r}")


def _compare_arrays(place, found, expected, rtol, atol, lines):
    import numpy

    if found.shape != expected.shape:
        lines.append(f"{place}: an array of shape {found.shape}, expected {expected.shape}")
        return
    if found.dtype != expected.dtype:
        lines.append(f"{place}: an array of {found.dtype}, expected {expected.dtype}")
    if found.dtype.kind in "fc" or expected.dtype.kind in "fc":
        with numpy.errstate(all="ignore"):
            same = numpy.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    else:
        same = found == expected
    if not numpy.all(same):
        wrong = numpy.argwhere(~numpy.atleast_1d(same))
        first = tuple(map(int, wrong[0]))
        left, right = numpy.atleast_1d(found)[first], numpy.atleast_1d(expected)[first]
        lines.append(f"{place}: {len(wrong)} of {found.size} elements differ, the first at {list(first)}: {left!r}, expected {right!r}")


def _is_number(value):
    import numpy

    return isinstance(value, (bool, int, float, complex, numpy.number, numpy.bool_))


def _is_close(found, expected, rtol, atol):
    if found == expected:
        return True
    if isinstance(found, complex) or isinstance(expected, complex):
        return _is_close(found.real, expected.real, rtol, atol) and _is_close(found.imag, expected.imag, rtol, atol)
    left, right = float(found), float(expected)
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return math.isfinite(left) and math.isfinite(right) and abs(left - right) <= atol + rtol * abs(right)


class VerifyingDispatcher(Standing):
    """A kernel whose calls from Python are compared with the function."""

    def __init__(self, kernel, rtol, atol):
        functools.update_wrapper(self, kernel)
        self.__hotloop_kernel__ = kernel
        self._tolerance = {"rtol": rtol, "atol": atol}

    def __call__(self, *arguments, **keywords):
        kernel = self.__hotloop_kernel__
        try:
            copies = copy.deepcopy((list(arguments), keywords))
        except Exception:
            # What cannot be copied cannot be given twice.
            return kernel(*arguments, **keywords)
        found = _differences(kernel, kernel.py_func, (arguments, keywords), copies, **self._tolerance)
        if found.differences:
            lines = "\n".join(f"  {line}" for line in found.differences)
            warn_of_difference(f"`{self.__qualname__}` and its Python function differ:\n{lines}")
        if found.error is not None:
            raise found.error
        return found.result

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __getattr__(self, name):
        return getattr(self.__dict__["__hotloop_kernel__"], name)

    def __reduce__(self):
        return self.__hotloop_kernel__.__reduce__()

    def __repr__(self):
        return f"<verified {self.__hotloop_kernel__!r}>"
