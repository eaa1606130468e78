"""`objmode`: blocks of a kernel that the interpreter runs.

A block becomes a Python function of the variables that it reads, which gives the variables that it is declared to give. The kernel calls that function; the compiler knows it by its name and the types
of its results.
"""

import ast
import contextlib
import inspect
import textwrap
import types as python_types

from . import _hotloop, types
from .errors import UnsupportedConstructError
from .types import spelling
from .types._read import evaluate


class _ObjectMode:
    """The mark of blocks that the interpreter runs: `with objmode(y="float64[:]"):` within a kernel. In Python it does nothing."""

    def __call__(self, *arguments, **results):
        return self

    def __enter__(self):
        return None

    def __exit__(self, *error):
        return False

    def __repr__(self):
        return "<hotloop.objmode>"


objmode = objmode_context = _ObjectMode()
# The functions of blocks, by the names that the compiler knows them by.
_functions = {}


def function_of(name):
    """The function of a block."""
    return _functions[name]


def blocks_of(function):
    """The blocks of a function: of each its line, the name of its function, the names that it reads and those that it gives, and the spelling of its result's type."""
    code = function.__code__
    names = {**function.__globals__, **_closure(function)}
    if not any(names.get(name) is objmode or isinstance(names.get(name), python_types.ModuleType) for name in (*code.co_names, *code.co_freevars)):
        return []
    lines, first = inspect.findsource(function)
    try:
        tree = ast.parse(textwrap.dedent("".join(inspect.getblock(lines[first:]))))
    except SyntaxError:
        return []
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return []
    found = []
    for node in ast.walk(definition):
        if isinstance(node, ast.With) and len(node.items) == 1 and _value(node.items[0].context_expr, names) is objmode:
            found.append(_Block(function, definition, node, names, first))
    return [block.facts() for block in sorted(found, key=lambda block: block.line)]


def _closure(function):
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        with contextlib.suppress(ValueError):
            found[name] = cell.cell_contents
    return found


def _value(node, names):
    """What a call of a dotted name calls."""
    node = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, names)
        return getattr(owner, node.attr, None) if isinstance(owner, python_types.ModuleType) else None
    return None


class _Block:
    def __init__(self, function, definition, node, names, first):
        self.function, self.node, self.names = function, node, names
        self.line = node.lineno + first
        self.body = node.body
        self.results = self._results()
        self._refuse_ways_out()
        variables = _variables(definition, node)
        stored = _stored(self.body)
        self.inputs = [name for name in _read_before_stored(self.body) if name in variables]
        self._refuse_lost(definition, stored)

    def _refuse(self, node, what, way_out):
        place = f"{self.function.__code__.co_filename}:{self.line - self.node.lineno + node.lineno}"
        raise UnsupportedConstructError(_hotloop.refused_block(what, place, way_out))

    def _results(self):
        call = self.node.items[0].context_expr
        if not isinstance(call, ast.Call):
            return {}
        if call.args or any(keyword.arg is None for keyword in call.keywords):
            self._refuse(call, "an `objmode` block takes the types of its results by their names", 'write objmode(name="float64[:]")')
        return {keyword.arg: self._type(keyword) for keyword in call.keywords}

    def _type(self, keyword):
        """The spelling of a declared type: written in quotes, or what names and calls of the module make."""
        try:
            kind = eval(compile(ast.Expression(keyword.value), "<objmode>", "eval"), self.names)
        except Exception as error:
            self._refuse(keyword.value, f"the type of `{keyword.arg}` is not known: {error}", "write a type in quotes, or one that the module defines")
        try:
            if isinstance(kind, str):
                kind = evaluate(kind)
            text = spelling(kind)
            (text,), _ = _hotloop.read_signature(f"({text},)")
        except Exception as error:
            self._refuse(keyword.value, f"the type of `{keyword.arg}` is no type of a kernel: {error}", 'write a type such as "float64[:]" or "int64"')
        if not _is_possible(kind):
            self._refuse(keyword.value, f"a block that the interpreter runs cannot give `{keyword.arg}` of type {kind}", "give numbers, truth values and arrays of these, or tuples of them, each perhaps `None` by `optional(...)`")
        return text

    def _refuse_ways_out(self):
        loops = (ast.For, ast.While)

        def look(nodes, in_loop):
            for node in nodes:
                if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
                    continue
                if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) or (isinstance(node, (ast.Break, ast.Continue)) and not in_loop):
                    word = type(node).__name__.lower()
                    self._refuse(node, f"`{word}` leads out of a block that the interpreter runs", f"let the block give a value, and `{word}` behind it")
                look(ast.iter_child_nodes(node), in_loop or isinstance(node, loops))

        look(self.body, False)

    def _refuse_lost(self, definition, stored):
        """What a block assigns without saying so is its own: nobody may read it outside."""
        inside = {id(node) for statement in self.body for node in ast.walk(statement)}
        for node in ast.walk(definition):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in inside and node.id in stored and node.id not in self.results:
                place = next(inner for statement in self.body for inner in ast.walk(statement) if isinstance(inner, ast.Name) and inner.id == node.id and not isinstance(inner.ctx, ast.Load))
                self._refuse(place, f"`{node.id}` is assigned in a block that the interpreter runs, and read outside of it, but it has no type there", f'write objmode({node.id}="float64") with its type, or use another name in the block')
        missing = [name for name in self.results if name not in stored and name not in self.inputs]
        if missing:
            self._refuse(self.node, f"`{missing[0]}` is declared as a result of the block, which does not assign it", f"assign `{missing[0]}` in the block, or leave it out")

    def facts(self):
        """What the compiler is told."""
        code = self.function.__code__
        name = f"{self.function.__module__}.{self.function.__qualname__}, block in line {self.node.lineno}"
        name = _unique(name, self.function)
        _functions[name] = self._python_function()
        kinds = list(self.results.values())
        result = "none" if not kinds else kinds[0] if len(kinds) == 1 else f"Tuple({', '.join(kinds)})"
        return self.line, name, self.inputs, list(self.results), result

    def _python_function(self):
        """The block as a Python function, at its place in the file."""
        given = [ast.Name(name, ast.Load()) for name in self.results]
        value = None if not given else given[0] if len(given) == 1 else ast.Tuple(given, ast.Load())
        arguments = ast.arguments([], [ast.arg(name) for name in self.inputs], None, [], [], None, [])
        name = self.function.__name__ if self.function.__name__.isidentifier() else "block"
        inner = ast.FunctionDef(name, arguments, [*self.body, ast.Return(value)], [], None)
        free = list(self.function.__code__.co_freevars)
        outer = ast.FunctionDef("make", ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, []), [inner, ast.Return(ast.Name(name, ast.Load()))], [], None)
        module = ast.fix_missing_locations(ast.Module([outer], []))
        ast.increment_lineno(module, self.line - self.node.lineno)
        scope = {}
        exec(compile(module, self.function.__code__.co_filename, "exec"), self.function.__globals__, scope)
        made = scope["make"](*[None] * len(free))
        # The variables of enclosing functions are the very same ones.
        cells = dict(zip(free, self.function.__closure__ or ()))
        closure = tuple(cells[name] for name in made.__code__.co_freevars)
        return python_types.FunctionType(made.__code__, self.function.__globals__, made.__name__, None, closure)


def _unique(name, function):
    """Another name, if another function has that."""
    known, number = name, 1
    while known in _owners and _owners[known] is not function.__code__:
        number += 1
        known = f"{name} ({number})"
    _owners[known] = function.__code__
    return known


_owners = {}


def _variables(definition, block):
    """The parameters of a function, and what it assigns outside of a block."""
    arguments = definition.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, [arguments.vararg, arguments.kwarg])]
    inside = {id(node) for node in ast.walk(block)}
    return {parameter.arg for parameter in parameters} | _stored(definition.body, inside)


def _stored(body, without=frozenset()):
    """The names that statements assign; the results of blocks that the interpreter runs are among them."""
    names = set()
    for node in (node for statement in body for node in ast.walk(statement) if id(node) not in without):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _read_before_stored(body):
    """The names that a block reads, but for those that its statements, one after the other, have certainly assigned before."""
    read, assigned = [], set()
    for statement in body:
        for node in _in_order(statement):
            name = node.id if isinstance(node, ast.Name) else None
            if name is not None and (isinstance(node.ctx, ast.Load) or getattr(node, "_is_updated", False)) and name not in assigned and name not in read:
                read.append(name)
        assigned |= _certainly_stored(statement)
    return read


def _in_order(statement):
    for node in ast.walk(statement):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            node.target._is_updated = True
    return ast.walk(statement)


def _certainly_stored(statement):
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.With)):
        return _stored([statement])
    if isinstance(statement, ast.If):
        ways = [_stored_by_all(statement.body), _stored_by_all(statement.orelse)]
        return ways[0] & ways[1]
    return set()


def _stored_by_all(body):
    return set().union(*map(_certainly_stored, body)) if body else set()


def _is_possible(kind):
    if isinstance(kind, types.BaseTuple):
        return all(map(_is_possible, kind.types))
    if isinstance(kind, types.Array):
        return isinstance(kind.dtype, (types.Number, types.Boolean))
    if isinstance(kind, types.Optional):
        return _is_possible(kind.type)
    return isinstance(kind, (types.Number, types.Boolean, types.NoneType))
