"""Lets `import numba` find Hotloop."""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types as python_types

from ._missing import Missing

# The version of Numba whose names and behaviour Hotloop follows, for programs that ask.
NUMBA_VERSION = "0.68.0"


class _Module(python_types.ModuleType):
    """A module under Numba's name: what Hotloop's module of that place has, and objects that stand for what is missing."""

    def __init__(self, name, target):
        super().__init__(name)
        self.__path__ = []
        self._target = target
        if target is not None:
            self.__doc__ = target.__doc__
            # Hotloop's modules are reached through modules under Numba's name, which have what is missing as well.
            public = {key: value for key, value in vars(target).items() if not key.startswith("_") and not _is_own_module(value)}
            self.__dict__.update(public)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        # Settings of `numba.config` are Hotloop's.
        if self.__dict__.get("_target") is not None and not name.startswith("_") and not isinstance(value, python_types.ModuleType):
            setattr(self._target, name, value)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        path = f"{self.__name__}.{name}"
        own = getattr(self._target, name, None)
        if own is not None and not (_is_own_module(own) and _exists(path)):
            return own
        return importlib.import_module(path) if _exists(path) else Missing(path)


def _is_own_module(value):
    return isinstance(value, python_types.ModuleType) and value.__name__.startswith("hotloop.")


def _own_name(name):
    return "hotloop" + name[len("numba") :]


def _target(name):
    """Hotloop's module for a name of Numba's; None if there is none."""
    own = _own_name(name)
    try:
        return importlib.import_module(own)
    except ModuleNotFoundError as error:
        if error.name and (own == error.name or own.startswith(error.name + ".")):
            return None
        raise


def _exists(name):
    return _target(name) is not None


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds all modules of Numba's name, also those that Hotloop does not have."""

    def find_spec(self, name, path=None, target=None):
        if name == "numba" or name.startswith("numba."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = _Module(spec.name, _target(spec.name))
        if spec.name == "numba":
            module.__version__ = NUMBA_VERSION
            module.version_info = tuple(map(int, NUMBA_VERSION.split(".")))
        return module

    def exec_module(self, module):
        pass


def install():
    """Puts the finder before all others."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    loaded = sys.modules.get("numba")
    if loaded is not None:
        raise RuntimeError("numba is loaded already: call install_as_numba() before anything imports it")
    sys.meta_path.insert(0, _Finder())
