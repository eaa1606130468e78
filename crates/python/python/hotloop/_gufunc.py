"""Calls of generalised ufuncs in kernels: for each list of operand types a kernel is written that loops over what is not core, as NumPy would."""

import linecache

from . import types
from ._dispatcher import make
from ._options import check
from ._overload import overload
from ._typeof import as_dtype
from .errors import TypingError


def extend(ufunc, elements, kernel, loops):
    """Lets kernels call a generalised ufunc.

    ufunc: the object that kernels name.
    elements: its function with its layout.
    kernel: the function as a kernel.
    loops: the types of inputs and outputs of its loops; none if they are compiled for what it is called with.
    """

    def choose(*operands):
        return _Call(elements, kernel, loops, operands).kernel()

    choose.__name__ = choose.__qualname__ = elements.function.__name__
    overload(ufunc, strict=False)(choose)


class _Call:
    """A call with operands of certain types."""

    def __init__(self, elements, kernel, loops, operands):
        self.elements, self.function = elements, kernel
        self.nin, self.cores = elements.nin, elements.input_cores + elements.output_cores
        self.name = elements.function.__name__
        if len(operands) not in (self.nin, len(self.cores)):
            raise TypingError(f"the layout {elements.layout} has {self.nin} inputs and {len(self.cores) - self.nin} outputs, and {len(operands)} operands are given")
        self.operands = operands
        self.kinds = self._kinds(loops)
        self.leading = [self._leading(at) for at in range(len(operands))]
        self.count = max(self.leading[: self.nin], default=0)
        for at in range(self.nin, len(operands)):
            if self.leading[at] != self.count:
                raise TypingError(f"output {at - self.nin} has {self._ndim(at)} dimensions, and the result {self.count + len(self.cores[at])}")

    def _ndim(self, at):
        return self.operands[at].ndim if isinstance(self.operands[at], types.Array) else 0

    def _leading(self, at):
        kind = self.operands[at]
        element = kind.dtype if isinstance(kind, types.Array) else kind
        if not isinstance(element, (types.Number, types.Boolean)) or (at >= self.nin and element is kind):
            raise TypingError(f"operand {at} is {kind}: a generalised ufunc takes numbers and arrays of numbers, and writes to arrays")
        leading = self._ndim(at) - len(self.cores[at])
        if leading < 0:
            raise TypingError(f"operand {at} has {self._ndim(at)} dimensions, and the layout {self.elements.layout} wants at least {len(self.cores[at])}")
        return leading

    def _element(self, at):
        kind = self.operands[at]
        return kind.dtype if isinstance(kind, types.Array) else kind

    def _kinds(self, loops):
        """The types that the function is called with: those of the first loop to which all inputs can be cast safely, or those of the operands."""
        if not loops:
            if len(self.operands) == self.nin:
                raise TypingError(f"`{self.name}` was declared without types: give it the arrays that it writes to, as in {self.name}(..., out)")
            dimensions = [len(core) if at < self.nin else max(len(core), 1) for at, core in enumerate(self.cores)]
            return [types.Array(self._element(at), ndim, "A") if ndim else self._element(at) for at, ndim in enumerate(dimensions)]
        import numpy

        for inputs, outputs in loops:
            wanted = [kind.dtype if isinstance(kind, types.Array) else kind for kind in inputs]
            if all(numpy.can_cast(as_dtype(self._element(at)), as_dtype(kind)) for at, kind in enumerate(wanted)):
                return [*inputs, *outputs]
        raise TypingError("no loop takes operands of these types: " + "; ".join(", ".join(map(str, inputs)) for inputs, _ in loops))

    def kernel(self):
        parameters = [f"x{at}" for at in range(self.nin)] + [f"y{at}" for at in range(len(self.operands) - self.nin)]
        lines = [*self._casts(), *self._core_lengths(), *self._leading_lengths(), *self._outputs()]
        indent = ""
        for axis in range(self.count):
            lines.append(f"{indent}for i{axis} in range(s{axis}):")
            indent += "    "
        lines.append(f"{indent}function({', '.join(self._value(at) for at in range(len(self.cores)))})")
        if len(self.operands) == self.nin:
            results = [f"y{at}[0]" if self.count + len(core) == 0 else f"y{at}" for at, core in enumerate(self.elements.output_cores)]
            lines.append(f"return {', '.join(results)}")
        name = self.name if self.name.isidentifier() else "function"
        source = f"def {name}({', '.join(parameters)}):\n" + "".join(f"    {line}\n" for line in lines)
        file = f"<ufunc {self.elements.function.__module__}.{self.elements.function.__qualname__}, call ({', '.join(map(str, self.operands))})>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        import numpy

        names = {"np": numpy, "function": self.function, "__name__": self.elements.function.__module__}
        exec(compile(source, file, "exec"), names)
        return make(names[name], check({"error_model": "numpy"}), [])

    def _casts(self):
        for at in range(self.nin):
            kind = self.kinds[at]
            wanted = kind.dtype if isinstance(kind, types.Array) else kind
            if wanted != self._element(at):
                name = as_dtype(wanted).name
                is_array = isinstance(self.operands[at], types.Array)
                yield f"x{at} = x{at}.astype(np.{name})" if is_array else f"x{at} = np.{name}(x{at})"

    def _core_lengths(self):
        """A variable for each core dimension, and checks that operands agree."""
        known = set()
        for at in range(len(self.operands)):
            for axis, dimension in enumerate(self.cores[at]):
                length = f"{self._name(at)}.shape[{self.leading[at] + axis}]"
                if dimension not in known:
                    known.add(dimension)
                    yield f"n_{dimension} = {length}"
                    continue
                operand = f"Input operand {at}" if at < self.nin else f"Output operand {at - self.nin}"
                yield f"if {length} != n_{dimension}:"
                yield (
                    f"    raise ValueError(f'{self.name}: {operand} has a mismatch in its core dimension {axis}, with gufunc signature {self.elements.layout} "
                    f"(size {{{length}}} is different from {{n_{dimension}}})')"
                )
        missing = {dimension for core in self.cores for dimension in core} - known
        if missing:
            raise TypingError(f"the length of the core dimension {', '.join(sorted(missing))} of the layout {self.elements.layout} is that of an output, which is not given")

    def _leading_lengths(self):
        for axis in range(self.count):
            yield f"s{axis} = 1"
        for at in range(self.nin):
            for axis in range(self.leading[at]):
                length, whole = f"x{at}.shape[{axis}]", f"s{self.count - self.leading[at] + axis}"
                yield f"step{at}_{axis} = 0 if {length} == 1 else 1"
                yield f"if {length} != 1:"
                yield f"    if {whole} != 1 and {whole} != {length}:"
                yield f"        raise ValueError('{self.name}: operands could not be broadcast together')"
                yield f"    {whole} = {length}"

    def _outputs(self):
        for position, core in enumerate(self.elements.output_cores):
            at = self.nin + position
            shape = [f"s{axis}" for axis in range(self.count)] + [f"n_{dimension}" for dimension in core]
            if at >= len(self.operands):
                kind = self.kinds[at]
                dtype = as_dtype(kind.dtype if isinstance(kind, types.Array) else kind).name
                yield f"y{position} = np.empty(({', '.join(shape or ['1'])},), np.{dtype})"
                continue
            for axis in range(self.count):
                yield f"if y{position}.shape[{axis}] != s{axis}:"
                yield f"    raise ValueError('{self.name}: the shape of an output is not that of the result')"
            if not shape:
                yield f"y{position} = y{position}.reshape(1)"

    def _name(self, at):
        return f"x{at}" if at < self.nin else f"y{at - self.nin}"

    def _value(self, at):
        """What the function is called with: an element, or the part of an operand that is core."""
        name, core, is_array = self._name(at), self.cores[at], isinstance(self.kinds[at], types.Array)
        if at < self.nin:
            indices = [f"i{self.count - self.leading[at] + axis} * step{at}_{axis}" for axis in range(self.leading[at])]
            if is_array and not core:
                if not indices:
                    return f"np.full(1, {name})"
                indices[-1] = f"{indices[-1]}:{indices[-1]} + 1"
            return f"{name}[{', '.join(indices)}]" if indices else name if core or not isinstance(self.operands[at], types.Array) else f"{name}[()]"
        indices = [f"i{axis}" for axis in range(self.count)]
        if not core and indices:
            indices[-1] = f"{indices[-1]}:{indices[-1]} + 1"
        return f"{name}[{', '.join(indices)}]" if indices else name
