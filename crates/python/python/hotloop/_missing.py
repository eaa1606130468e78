"""What stands for a name of Numba's that Hotloop does not have: an import succeeds, and what is made with it fails when it is used, by name."""

import functools
import types as python_types

from .errors import UnsupportedError


class Missing:
    """A name of Numba's that is not there.

    Called, as decorators and their factories are when a module is loaded, it gives an object like itself. What was made of a function raises when it is called; a kernel that uses it is
    refused with the same words.
    """

    def __init__(self, path, function=None):
        self.__hotloop_missing__ = path
        self._function = function
        if function is not None:
            self.__name__ = getattr(function, "__name__", "function")
            self.__doc__ = getattr(function, "__doc__", None)
            self.__wrapped__ = function

    def __call__(self, *arguments, **named):
        if len(arguments) == 1 and not named and isinstance(arguments[0], (python_types.FunctionType, type, Missing)):
            # A decorator, or a factory of one such as `overload(function)`.
            return Missing(self.__hotloop_missing__, arguments[0])
        if self._function is not None:
            raise UnsupportedError(f"`{self.__name__}` was made by `{self.__hotloop_missing__}`, which Hotloop does not have")
        return Missing(self.__hotloop_missing__)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Missing(f"{self.__hotloop_missing__}.{name}")

    def __mro_entries__(self, bases):
        # A class can be derived from it; its methods are never called by Hotloop.
        return ()

    def __bool__(self):
        return False

    def __repr__(self):
        return f"<{self.__hotloop_missing__}, which Hotloop does not have>"


class Refused:
    """What stands for a function that cannot be compiled, in a program that is loaded all the same: calls say why."""

    def __init__(self, function, error):
        functools.update_wrapper(self, function)
        self.py_func = function
        self._error = error

    def __call__(self, *arguments, **options):
        raise self._error


def names_of(module, names):
    """A module's `__getattr__` that gives what stands for these names."""
    known = frozenset(names.split())

    def find(name):
        if name in known:
            return Missing(f"{module}.{name}")
        raise AttributeError(f"module {module.replace('numba', 'hotloop', 1)!r} has no attribute {name!r}")

    return find
