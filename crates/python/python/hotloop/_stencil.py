"""`stencil`: a function of an element and its neighbours, applied to all elements of an array.

The function is written again as Python: its relative indices become indices beside a position, and a loop over positions calls it. Both are ordinary kernels, so that kernels can call a stencil, too.
"""

import ast
import functools
import inspect
import linecache
import textwrap

from ._dispatcher import Standing, make
from ._options import check
from .errors import NumbaValueError, TypingError


def stencil(func_or_mode="constant", **options):
    """A stencil of a function in which `a[0, 1]` is the right neighbour of an element of `a`.

    Used as `@stencil`, or as `@stencil(neighborhood=((-2, 0),), cval=1.0)`. Where neighbours would lie outside the array the result is `cval`.

    cval: the value at the borders. Default: 0.
    neighborhood: for each dimension the lowest and the highest relative index. Default: those that the function writes as numbers.
    standard_indexing: the names of arrays whose indices are not relative. Default: none.
    """
    if callable(func_or_mode):
        return StencilFunc(func_or_mode, options)
    if func_or_mode != "constant":
        raise NumbaValueError(f"Unsupported stencil mode {func_or_mode!r}: there is \"constant\"")
    return lambda function: StencilFunc(function, options)


class StencilFunc(Standing):
    """A stencil. Called with arrays it gives an array of the first one's shape, or fills the one that is given as `out`."""

    def __init__(self, function, options):
        functools.update_wrapper(self, function)
        self.py_func = getattr(function, "py_func", function)
        unknown = set(options) - {"cval", "neighborhood", "standard_indexing", "func_or_mode", "signature"}
        if unknown:
            raise KeyError(f"Unrecognized options {', '.join(sorted(unknown))}; there are cval, neighborhood, standard_indexing")
        self.cval = options.get("cval")
        self.neighborhood = options.get("neighborhood")
        standard = options.get("standard_indexing") or ()
        self._standard = {standard} if isinstance(standard, str) else set(standard)
        self._options = dict(options)
        self._kernels = {}

    def __call__(self, *arrays, out=None):
        names = list(inspect.signature(self.py_func).parameters)
        if len(arrays) != len(names):
            raise TypeError(f"{self.__name__}() takes {len(names)} positional arguments but {len(arrays)} were given")
        kernel = self.__hotloop_kernel__
        return kernel(*arrays) if out is None else kernel(*arrays, out)

    @functools.cached_property
    def __hotloop_kernel__(self):
        """The loop over all elements as a kernel, which kernels call."""
        return self._kernel(False)

    @functools.cached_property
    def __hotloop_shared_kernel__(self):
        """The same on several threads, for kernels with `parallel=True`."""
        return self._kernel(True)

    def _kernel(self, is_shared):
        writer = _Writer(self.py_func, self._standard, self.neighborhood, is_shared)
        return writer.kernel(0 if self.cval is None else self.cval, self.cval is not None)

    def __reduce__(self):
        return StencilFunc, (self.py_func, self._options)

    def __repr__(self):
        return f"<hotloop stencil {self.__name__!r}>"


class _Writer:
    """Writes a stencil's function as kernels."""

    def __init__(self, function, standard, neighborhood, is_shared):
        self.function = function
        self.is_shared = is_shared
        definition = _definition(function)
        self.names = [argument.arg for argument in definition.args.args]
        if not self.names:
            raise NumbaValueError("A stencil's function has at least one array as a parameter")
        unknown = standard - set(self.names)
        if unknown:
            raise NumbaValueError(f"Standard indexing requested for an array name not present in the stencil kernel definition: {', '.join(sorted(unknown))}")
        if self.names[0] in standard:
            raise NumbaValueError("The first argument to a stencil kernel must use relative indexing, not standard indexing.")
        relative = _Relative(set(self.names) - standard)
        for statement in definition.body:
            relative.look_at(statement)
        if not relative.ndim:
            raise NumbaValueError("Stencil kernel with no accesses to relatively indexed arrays.")
        self.ndim = relative.ndim
        self.relative = [name for name in self.names if name in relative.indexed]
        self.borders = relative.borders(neighborhood)
        self.body = [relative.visit(statement) for statement in definition.body]

    def kernel(self, cval, fills_out):
        positions = [f"__i{axis}" for axis in range(self.ndim)]
        first = self.names[0]
        element = ast.FunctionDef("element", _parameters(positions + self.names), self.body, [], None)
        element = ast.unparse(ast.fix_missing_locations(ast.Module([element], [])))
        shape = ", ".join(f"{first}.shape[{axis}]" for axis in range(self.ndim))
        lines = [f"def {self._name()}({', '.join(self.names)}, out=None):"]
        for name in self.relative[1:]:
            for axis in range(self.ndim):
                lines.append(f"    if {name}.shape[{axis}] < {first}.shape[{axis}]:")
                lines.append(f"        raise ValueError('`{name}` is smaller than the first array of the stencil')")
        call = f"element({', '.join(positions + self.names)})"
        zeros = ", ".join(["0"] * self.ndim + self.names)
        lines.append("    if out is None:")
        lines.append(f"        result = np.full(({shape},), cval, np.array([element({zeros}) for _ in range(0)]).dtype)")
        lines.append("    else:")
        lines.append("        result = out")
        if fills_out:
            lines.append("        result[...] = cval")
        indent = "    "
        for axis, (position, (low, high)) in enumerate(zip(positions, self.borders)):
            count = "prange" if axis == 0 else "range"
            lines.append(f"{indent}for {position} in {count}({max(0, -low)}, {first}.shape[{axis}] - {max(0, high)}):")
            indent += "    "
        lines.append(f"{indent}result[{', '.join(positions)}] = {call}")
        lines.append("    return result")
        names = {**self.function.__globals__, **_closure(self.function)}
        names["element"] = self._compile(element, "element", names)
        import numpy

        from . import prange

        # The loop's own names must not be hidden by those of the function's module.
        loop_names = {"element": names["element"], "np": numpy, "prange": prange, "cval": cval, "__name__": self.function.__module__}
        return self._compile("\n".join(lines) + "\n", self._name(), loop_names)

    def _name(self):
        name = self.function.__name__
        return name if name.isidentifier() else "stencil_loop"

    def _compile(self, source, name, names):
        part = "element" if name == "element" else "loop on several threads" if self.is_shared else "loop"
        file = f"<stencil {self.function.__module__}.{self.function.__qualname__}, {part}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), names)
        from . import is_disabled

        if is_disabled():
            return names[name]
        options = check({"error_model": "numpy", "parallel": self.is_shared and name != "element"})
        return make(names[name], {**options, "is_part_of_caller": True}, [])


def _definition(function):
    """The definition of a function or lambda, as a tree."""
    lines, first = inspect.findsource(function)
    if function.__name__ != "<lambda>":
        return ast.parse(textwrap.dedent("".join(inspect.getblock(lines[first:])))).body[0]
    # Of the lambdas of the file that one is meant whose body holds the place of the first instruction.
    tree = ast.parse("".join(lines))
    places = [(line, column) for line, _, column, _ in function.__code__.co_positions() if line is not None and column]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda) and places and _holds(node, places[0])]
    if not found:
        raise TypingError(f"the source of the lambda in line {function.__code__.co_firstlineno} of {function.__code__.co_filename} cannot be found: give the stencil a function with a name")
    inner = max(found, key=lambda node: (node.lineno, node.col_offset))
    return ast.FunctionDef(function.__name__, inner.args, [ast.Return(inner.body)], [], None)


def _holds(node, place):
    return (node.lineno, node.col_offset) <= place < (node.end_lineno, node.end_col_offset)


def _parameters(names):
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def _closure(function):
    """The variables of enclosing functions that a function reads."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or ())
    return {name: cell.cell_contents for name, cell in cells}


class _Relative(ast.NodeTransformer):
    """Makes relative indices absolute."""

    def __init__(self, names):
        self.names = names
        self.indexed = set()
        self.ndim = 0
        self._offsets = []
        self._is_open = False

    def look_at(self, statement):
        """Finds the dimensions, and what is written as numbers."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in self.names:
                if not isinstance(node.ctx, ast.Load):
                    raise NumbaValueError("Assignments to arrays passed to stencil kernels is not allowed.")
                indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                if self.ndim not in (0, len(indices)):
                    raise NumbaValueError("The number of dimensions of relative indices differs within the stencil.")
                self.ndim = len(indices)
                self.indexed.add(node.value.id)
                offsets = [_number(index) for index in indices]
                if any(isinstance(index, ast.Slice) for index in indices) or None in offsets:
                    self._is_open = True
                else:
                    self._offsets.append(offsets)

    def borders(self, neighborhood):
        """For each dimension the lowest and the highest relative index."""
        if neighborhood is not None:
            if len(neighborhood) != self.ndim:
                raise NumbaValueError(f"{len(neighborhood)} dimensional neighborhood specified for {self.ndim} dimensional input array")
            return [(int(low), int(high)) for low, high in neighborhood]
        if self._is_open:
            raise NumbaValueError("stencil kernel index is not constant, 'neighborhood' option required")
        return [(min(axis), max(axis)) for axis in zip(*self._offsets)]

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if not (isinstance(node.value, ast.Name) and node.value.id in self.names):
            return node
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        beside = [self._beside(axis, index) for axis, index in enumerate(indices)]
        return ast.Subscript(node.value, ast.Tuple(beside, ast.Load()) if len(beside) > 1 else beside[0], node.ctx)

    def _beside(self, axis, index):
        position = ast.Name(f"__i{axis}", ast.Load())
        add = lambda offset: None if offset is None else ast.BinOp(position, ast.Add(), offset)
        if isinstance(index, ast.Slice):
            return ast.Slice(add(index.lower), add(index.upper), index.step)
        return add(index)


def _number(node):
    """The integer that an index is written as; None for anything else."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, int) else None
