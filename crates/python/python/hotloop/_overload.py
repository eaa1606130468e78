"""`overload` and its kin: implementations in Python that are chosen by the types of a call.

A chooser is a function with the parameters of what it extends. It is called with types (`hotloop.types`) and gives a function of the same parameters, which is compiled for the call; or None if
the types are not its own. The compiler asks `choose` while it types a kernel, and keeps with the code what was chosen.
"""

import inspect

from . import _hotloop, types
from ._dispatcher import make
from ._hotloop import Dispatcher
from ._options import check
from .errors import HotloopError, RequireLiteralValue, TypingError
from .types._read import read

# The choosers of functions by the functions' names, and of methods and attributes by kind and name.
_functions = {}
_members = {"method": {}, "attribute": {}}
# What is extended, by its address: its name, and the object itself, which keeps the address.
_names = {}


class _Chooser:
    """A function that chooses implementations, with the options of these."""

    def __init__(self, function, options, prefers_literals, is_strict):
        self.function = function
        self.parameters = inspect.signature(function)
        self.options = options
        self.prefers_literals = prefers_literals
        self.is_strict = is_strict
        self.chosen = {}

    def choose(self, positional, named, tried):
        """The kernel for arguments of these types: pairs of a type and the type of the value alone, or None. What came of it goes to `tried`."""
        found = []
        has_literals = any(plain is not literal for plain, literal in (*positional, *named.values()))
        for takes_literals in (True, False) if self.prefers_literals else (False, True):
            if takes_literals and not has_literals:
                continue
            kernel, outcome = self._try([pair[takes_literals] for pair in positional], {name: pair[takes_literals] for name, pair in named.items()})
            if kernel is not None:
                return kernel
            if outcome not in found:
                found.append(outcome)
        code = self.function.__code__
        tried.append(f"`{self.function.__name__}` ({code.co_filename}:{code.co_firstlineno}) {'; '.join(found)}")
        return None

    def _try(self, positional, named):
        key = (*positional, *sorted(named.items()))
        if key in self.chosen:
            return self.chosen[key], ""
        try:
            self.parameters.bind(*positional, **named)
        except TypeError as error:
            return None, f"does not take these arguments: {error}"
        try:
            implementation = self.function(*positional, **named)
        except HotloopError as error:
            return None, f"raised {type(error).__name__}: {error}"
        if implementation is None:
            return None, "gave no implementation"
        if _wants_literals(implementation) and not any(isinstance(kind, types.Literal) for kind in (*positional, *named.values())):
            return None, "chose an implementation that wants a value which is known when the kernel is compiled"
        if not isinstance(implementation, Dispatcher):
            self._check(implementation)
            implementation = make(implementation, self.options, [])
        # Two threads may choose at once: all use what the first one keeps.
        return self.chosen.setdefault(key, implementation), ""

    def _check(self, implementation):
        """An implementation has the parameters of its chooser."""
        name = self.function.__name__
        if not hasattr(implementation, "__code__"):
            raise TypingError(f"`{name}` gives a Python function or None, not an object of type {type(implementation).__name__!r}")
        if not self.is_strict:
            return
        found = inspect.signature(implementation)
        difference = _difference(self.parameters.parameters.values(), found.parameters.values())
        if difference:
            raise TypingError(f"Typing and implementation arguments differ in {difference}: `{name}` takes {self.parameters}, and the implementation that it chose {found}")


def _difference(wanted, found):
    """In what the parameters of an implementation differ from those of its chooser; None if in nothing."""
    looks = {
        "argument names": lambda parameter: parameter.name,
        "argument kinds": lambda parameter: parameter.kind,
        "argument default values": lambda parameter: repr(parameter.default),
    }
    wanted, found = list(wanted), list(found)
    return next((what for what, look in looks.items() if list(map(look, wanted)) != list(map(look, found))), None)


def overload(func, jit_options=None, strict=True, inline="never", prefer_literal=False, **kwargs):
    """Lets kernels call `func`, by implementations that the decorated function chooses.

    func: the function; it may be one that kernels know already, for other types.
    jit_options: options of `njit` for the implementations. Default: none.
    strict: whether implementations must have the parameters of the chooser, names and defaults included. Default: True.
    inline: accepted; functions are copied into their callers where that is of use. Default: "never".
    prefer_literal: whether the chooser is first asked with the types of values that are known, such as `Literal[int](1)`, and then with plain ones. Default: False, the other way round.
    """
    options = _kernel_options(jit_options, inline, kwargs)

    def decorate(chooser):
        name = _named(func)
        _functions.setdefault(name, []).append(_Chooser(chooser, options, prefer_literal, strict))
        return chooser

    return decorate


def overload_method(typ, attr, **kwargs):
    """Gives objects of a type a method, by implementations that the decorated function chooses; its first argument is the object.

    typ: a class of types, such as `types.Array`, or a type.
    attr: the name of the method.
    Other arguments are those of `overload`.
    """
    return _member("method", typ, attr, kwargs)


def overload_attribute(typ, attr, **kwargs):
    """Gives objects of a type an attribute, by implementations that the decorated function chooses; their argument is the object.

    typ: a class of types, such as `types.Array`, or a type.
    attr: the name of the attribute.
    Other arguments are those of `overload`.
    """
    return _member("attribute", typ, attr, kwargs)


def _member(kind, typ, attr, kwargs):
    strict, prefer_literal = kwargs.pop("strict", True), kwargs.pop("prefer_literal", False)
    options = _kernel_options(kwargs.pop("jit_options", None), kwargs.pop("inline", "never"), kwargs)

    def decorate(chooser):
        _members[kind].setdefault(attr, []).append((typ, _Chooser(chooser, options, prefer_literal, strict)))
        _hotloop.note_extension(attr)
        return chooser

    return decorate


def generated_jit(function=None, cache=False, **options):
    """A kernel whose implementation the decorated function chooses by the types of the arguments."""

    def decorate(function):
        # In Python the kernel calls a function that only the compiler knows, with what it was given.
        name, parameters = function.__name__, inspect.signature(function)
        overload(function, jit_options={**options, "cache": cache})(function)
        return _forwarding(function, parameters, name, check({**options, "cache": cache}))

    return decorate if function is None else decorate(function)


def _forwarding(function, parameters, name, options):
    import linecache

    given = []
    for parameter in parameters.parameters.values():
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        given.append(star + parameter.name)
    defaults = {f"__default_{at}": parameter.default for at, parameter in enumerate(parameters.parameters.values()) if parameter.default is not parameter.empty}
    heads = [f"{text}=__default_{at}" if f"__default_{at}" in defaults else text for at, text in enumerate(given)]
    source = f"def {name}({', '.join(heads)}):\n    return __chosen({', '.join(given)})\n"
    file = f"<generated {function.__module__}.{function.__qualname__} {id(function):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    names = {"__chosen": function, "__name__": function.__module__, **defaults}
    exec(compile(source, file, "exec"), names)
    kernel = make(names[name], options, [])
    kernel.__qualname__ = function.__qualname__
    kernel.__doc__ = function.__doc__
    return kernel


def _wants_literals(implementation):
    """Whether a chosen function calls `literally`."""
    code = getattr(implementation, "__code__", None)
    if code is None:
        return False
    cells = dict(zip(code.co_freevars, implementation.__closure__ or ()))
    named = [implementation.__globals__.get(name) for name in code.co_names]
    return any(value is literally for value in (*named, *(cell.cell_contents for cell in cells.values())))


def _kernel_options(jit_options, inline, others):
    others = {name: value for name, value in others.items() if name not in ("target", "debug")}
    return check({**(jit_options or {}), "inline": inline, **others})


def _named(function):
    """The name by which the compiler asks for a function; no other function has it."""
    if id(function) not in _names:
        name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None) or repr(function)
        module = getattr(function, "__module__", None)
        name = f"{module}.{name}" if module else name
        taken, number, unique = {name for name, _ in _names.values()}, 1, name
        while unique in taken:
            number += 1
            unique = f"{name}#{number}"
        _names[id(function)] = unique, function
        _hotloop.note_extension(None)
    return _names[id(function)][0]


def name_of(value):
    """The name by which the compiler asks for a function that was extended; None for any other object."""
    known = _names.get(id(value))
    return known[0] if known is not None else None


def choose(kind, name, arguments):
    """The kernel for a call, or None, and what was tried.

    kind: "function", "method" or "attribute".
    name: what is called or read.
    arguments: of each its keyword or None, the spelling of its type, and a list with its value where that is known.
    """
    positional = [_types_of(spelling, value) for keyword, spelling, value in arguments if keyword is None]
    named = {keyword: _types_of(spelling, value) for keyword, spelling, value in arguments if keyword is not None}
    if kind == "function":
        choosers = _functions.get(name, ())
    else:
        choosers = [chooser for typ, chooser in _members[kind].get(name, ()) if _is_of(positional[0][0], typ)]
    tried = []
    for chooser in choosers:
        kernel = chooser.choose(positional, named, tried)
        if kernel is not None:
            return kernel, []
    return None, tried


def _is_of(found, typ):
    return isinstance(found, typ) if isinstance(typ, type) else found == typ


def _types_of(spelling, value):
    """The type of an argument, and that of its value alone where it is known."""
    plain = read(spelling)
    return (plain, types.literal(value[0])) if value else (plain, plain)


def literally(obj):
    """The argument. In a kernel its value has to be known when that is compiled; an implementation of `overload` that calls it is chosen only for values that are known."""
    return obj


@overload(literally, prefer_literal=True)
def _choose_literally(obj):
    if isinstance(obj, types.Literal):
        return lambda obj: obj
    raise RequireLiteralValue(f"the value of type {obj} is not known when the kernel is compiled")
