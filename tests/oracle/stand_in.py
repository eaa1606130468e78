"""What a kernel finds under the names `hotloop`, `numpy`, `math` and the built-ins while CPython runs it.

The decorators return functions unchanged; NumPy is NumPy, with our scalars going in and coming out; functions of `math`
are the platform libm's, since that is what Hotloop promises.
"""

import ast
import builtins
import cmath
import enum
import functools
import math
import random
import sys
import types

import numpy as np

from values import COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT64, LEAST, UINT64, Array, Scalar, beside_array, is_number, libm_call, literal, literal_power, part, plain, scalar, truncate, wrapped


def decorator(*arguments, **options):
    """`njit`, `njit(...)`, `njit("signature")`: the function itself in every case."""
    if len(arguments) == 1 and not options and isinstance(arguments[0], types.FunctionType):
        return arguments[0]
    return lambda function: function


def ufunc_decorator(*arguments, **options):
    """`vectorize` in all its forms: marks the function, which kernels see as one of elements."""
    if arguments and isinstance(arguments[0], types.FunctionType):
        arguments[0].is_ufunc = True
        return arguments[0]
    return lambda function: ufunc_decorator(function)


def applied_to_elements(function):
    """The function as a ufunc: with arrays it is called for each of their elements."""
    count = function.__code__.co_argcount

    def call(*arguments, out=None):
        operands, rest = arguments[:count], arguments[count:]
        if not any(isinstance(operand, Array) for operand in operands):
            return function(*operands)
        arrays = np.broadcast_arrays(*(operand.array if isinstance(operand, Array) else np.asarray(numpy_argument(operand)) for operand in operands))
        results = (scalar(function(*map(scalar, elements))) for elements in zip(*(array.flat for array in arrays)))
        target = rest[0] if rest else out
        if target is None:
            results = list(results)
            dtype = results[0].dtype if results else scalar(function(*(scalar(array.dtype.type(1)) for array in arrays))).dtype
            target = Array(np.empty(arrays[0].shape, dtype))
        for place, result in zip(np.ndindex(arrays[0].shape), results):
            target.array[place] = result.value
        return target

    return call


def hotloop_module():
    module = types.ModuleType("hotloop")
    module.njit = module.jit = module.register_jitable = decorator
    module.vectorize = ufunc_decorator
    module.prange = range
    module.pndindex = lambda *shape: NumpyStandIn().ndindex(*shape)
    module.set_num_threads = lambda n: None
    module.literal_unroll = lambda items: items
    return module


# Built-in functions.


class Range:
    """`range` and `prange`: int64 indices."""

    def __init__(self, *limits):
        self.range = range(*(int(limit.__index__()) for limit in limits))

    def __iter__(self):
        return (Scalar(index, INT64) for index in self.range)

    def __reversed__(self):
        return (Scalar(index, INT64) for index in reversed(self.range))

    def __len__(self):
        return len(self.range)

    def __getitem__(self, index):
        return Scalar(self.range[index], INT64)

    def __contains__(self, value):
        return plain(value) in self.range

    def __eq__(self, other):
        return isinstance(other, Range) and self.range == other.range

    def __repr__(self):
        return repr(self.range)

    def __getattr__(self, name):
        return Scalar(getattr(self.range, name), INT64)


def to_int(value=0, base=10):
    if isinstance(value, str):
        return Scalar(int(value, int(base)), INT64)
    number = scalar(without_dimensions(value))
    if number.dtype.kind == "f":
        return Scalar(truncate(float(number.value)), INT64)
    return number if number.dtype.kind in "iu" else number.to(INT64)


def without_dimensions(value):
    """The number in an array without dimensions; any other value as it is."""
    return value[()] if isinstance(value, Array) and value.array.ndim == 0 else value


def to_float(value=0.0):
    """`float`: a number that is a float already keeps its width, as an integer does under `int`."""
    if isinstance(value, str):
        return Scalar(float(value), FLOAT64)
    number = scalar(without_dimensions(value))
    return number if number.dtype.kind == "f" else number.to(FLOAT64)


def to_complex(real=0, imag=None):
    real = scalar(real)
    if imag is None:
        return real.to(COMPLEX128)
    imag = scalar(imag)
    dtype = COMPLEX64 if real.dtype == imag.dtype == FLOAT32 else COMPLEX128
    return Scalar(complex(real.value, imag.value), dtype)


def modular_power(base, exponent, modulus=None):
    if modulus is None:
        return scalar(base) ** scalar(exponent)
    return Scalar(pow(int(scalar(base)), int(scalar(exponent)), int(scalar(modulus))), INT64)


def extreme(builtin, better):
    """`min` and `max` of two or more numbers: the first unless a later one is better, in the dtype that holds all. Of members of one enumeration and anything else they are Python's."""

    def choose(*given, **named):
        values = given[0] if len(given) == 1 and isinstance(given[0], tuple) else given
        are_members = all(isinstance(value, enum.Enum) and type(value) is type(values[0]) for value in values)
        if named or not values or are_members or not all(map(is_number, values)):
            return builtin(*given, **named)
        best, *others = map(scalar, values)
        for other in others:
            dtype = np.promote_types(best.dtype, other.dtype)
            best = (other if better(other, best) else best).to(dtype)
        return best

    return choose


def instance(value, classes):
    """`isinstance`: numbers by their kind, or for NumPy's types by their dtype."""
    if isinstance(classes, tuple):
        return any(instance(value, each) for each in classes)
    kinds = {to_int: "biu", to_float: "f", BUILTINS["bool"]: "b", BUILTINS["complex"]: "c"}.get(classes) if callable(classes) and not isinstance(classes, Conversion) else None
    if kinds is not None:
        return is_number(value) and scalar(value).dtype.kind in kinds
    if isinstance(classes, Conversion):
        return is_number(value) and scalar(value).dtype == classes.dtype
    return isinstance(value, classes)


BUILTINS = {
    "isinstance": instance,
    "range": Range,
    "int": to_int,
    "float": to_float,
    "complex": to_complex,
    "bool": lambda value=False: bool(value),
    "min": extreme(min, lambda new, old: new < old),
    "max": extreme(max, lambda new, old: new > old),
    "len": lambda value: Scalar(len(value), INT64),
    "abs": lambda value: abs(value if isinstance(value, Array) else scalar(value)),
    "hash": lambda value: Scalar(hash(value if isinstance(value, tuple) else scalar(value).value) if value == value else 0, INT64),
    "pow": modular_power,
    "round": lambda value, digits=None: round(scalar(value), digits),
    "chr": lambda code: chr(int(code)),
    "ord": lambda character: Scalar(ord(character), INT64),
    "divmod": lambda left, right: (scalar(left) // right, scalar(left) % right),
}


# The module `math`.

ROUNDING = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}
PREDICATES = {"isnan": math.isnan, "isinf": math.isinf, "isfinite": math.isfinite}
OF_INTEGERS = {name: getattr(math, name) for name in ("gcd", "lcm", "factorial", "comb", "perm", "isqrt")}
RENAMED = {"gamma": "tgamma"}


def of_floats(name):
    """A function of the libm, in float32 when all arguments are float32."""

    def call(*arguments):
        numbers = [scalar(argument) for argument in arguments]
        dtype = FLOAT32 if all(number.dtype == FLOAT32 for number in numbers) else FLOAT64
        return libm_call(RENAMED.get(name, name), dtype, *(number.to(dtype) for number in numbers))

    return call


def log(value, base=None):
    return of_floats("log")(value) if base is None else of_floats("log")(value) / of_floats("log")(base)


def rounded(function):
    def call(value):
        number = float(scalar(value))
        fits = math.isfinite(number) and abs(number) < 2.0**63
        return Scalar(function(number) if fits else LEAST, INT64)

    return call


def fitting(name, value):
    """A count, which has to fit 64 bits; the others wrap."""
    if name in ("factorial", "comb", "perm") and value >= 2**63:
        raise OverflowError("the result does not fit 64 bits")
    return Scalar(value, INT64)


def of_floats_by(function, value):
    """A function of one float, in float32 for a float32."""
    number = scalar(value)
    dtype = FLOAT32 if number.dtype == FLOAT32 else FLOAT64
    return Scalar(function(float(number.to(dtype))), dtype)


def math_function(name):
    """Our counterpart of `math.<name>`."""
    if name == "log":
        return log
    if name in ROUNDING:
        return rounded(ROUNDING[name])
    if name in PREDICATES:
        return lambda value: PREDICATES[name](float(scalar(value)))
    if name in OF_INTEGERS:
        return lambda *values: fitting(name, OF_INTEGERS[name](*(int(scalar(value)) for value in values)))
    if name in ("isclose", "ulp"):
        return lambda *values, **named: wrapped(getattr(math, name)(*map(plain, values), **{k: plain(v) for k, v in named.items()}))
    if name == "frexp":
        return lambda value: (of_floats_by(lambda x: math.frexp(x)[0], value), Scalar(math.frexp(float(scalar(value)))[1], INT64))
    if name == "modf":
        return lambda value: tuple(of_floats_by(lambda x: math.modf(x)[part], value) for part in (0, 1))
    if name == "prod":
        return lambda factors, start=1: functools.reduce(lambda product, factor: scalar(product) * factor, factors, scalar(start))
    if name == "dist":
        return lambda p, q: math_function("hypot")(*(scalar(a).to(FLOAT64) - scalar(b).to(FLOAT64) for a, b in zip(p, q)))
    if name == "fsum":
        return lambda values: Scalar(math.fsum(map(float, values)), FLOAT64)
    if name == "hypot":
        return lambda *values: of_floats("hypot" if len(values) > 1 else "fabs")(*values) if len(values) in (1, 2) else Scalar(math.hypot(*map(float, values)), FLOAT64)
    if name in ("radians", "degrees"):
        factor = math.pi / 180.0 if name == "radians" else 180.0 / math.pi
        return lambda value: scalar(value).to(FLOAT64) * factor
    return of_floats(name)


class MathStandIn:
    """The module `math`; constants are Python's."""

    def __getattr__(self, name):
        found = getattr(math, name)
        return math_function(name) if callable(found) else found


class RandomStandIn:
    """The module `random`: integers and floats go in as Python's, and come out as ours."""

    def __getattr__(self, name):
        found = getattr(random, name)

        def call(*arguments, **named):
            if name in ("choice", "shuffle"):
                return wrapped(found(*(plain(each) if isinstance(each, Array) else each for each in arguments)))
            if name in ("sample", "choices"):
                numbers = lambda value: [plain(each) for each in value] if isinstance(value, (list, tuple)) else plain(value)
                population = arguments[0] if isinstance(arguments[0], (list, tuple)) else list(arguments[0])
                drawn = found(population, *map(numbers, arguments[1:]), **{key: numbers(value) for key, value in named.items()})
                return [wrapped(each) for each in drawn]
            drawn = found(*map(plain, arguments), **{key: plain(value) for key, value in named.items()})
            return scalar(drawn).to(UINT64) if name == "getrandbits" else None if drawn is None else scalar(drawn)

        return call


class CmathStandIn:
    """The module `cmath`; what it raises for domain and range errors is not asked for."""

    def __getattr__(self, name):
        found = getattr(cmath, name)
        return complex_function(found) if callable(found) else found


def complex_function(function):
    def call(*values, **named):
        numbers = [scalar(value) for value in values]
        small = all(part(number.dtype) == FLOAT32 or number.dtype.itemsize <= 2 and number.dtype.kind in "biu" for number in numbers)
        single = small and any(part(number.dtype) == FLOAT32 for number in numbers)
        result = function(*(plain(number) if number.dtype.kind in "fc" else float(number) for number in numbers), **{key: plain(value) for key, value in named.items()})
        narrowed = lambda number: Scalar(number, (COMPLEX64 if isinstance(number, complex) else FLOAT32) if single else scalar(number).dtype)
        if isinstance(result, bool):
            return result
        return tuple(map(narrowed, result)) if isinstance(result, tuple) else narrowed(result)

    return call


# The module `numpy`.


class Conversion:
    """A scalar type such as `np.float32`: converts when called, and stands for its dtype."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __call__(self, value=0):
        return scalar(value).to(self.dtype)

    def __eq__(self, other):
        return self.dtype == (other.dtype if isinstance(other, Conversion) else other)

    __hash__ = None


# Functions of one scalar that Hotloop takes from the libm; NumPy's own differ from it in the last bit.
FROM_LIBM = {"sqrt", "exp", "log", "sin", "cos", "tan", "exp2", "log2", "log10", "sinh", "cosh", "tanh"}


class NumpyStandIn:
    """The module `numpy`, or one of its own modules."""

    def __init__(self, module=np):
        self.module = module

    def __getattr__(self, name):
        found = getattr(self.module, name)
        if isinstance(found, types.ModuleType):
            return NumpyStandIn(found)
        if found is np.ndarray:
            return Array
        if found is np.random.Generator:
            return GeneratorStandIn
        if found is np.random.default_rng:
            return default_generator
        if isinstance(found, type) and issubclass(found, np.generic):
            return Conversion(np.dtype(found))
        if not callable(found) or isinstance(found, type) and issubclass(found, Exception):
            return found
        if self.module is np.random:
            argument = own_argument if name == "shuffle" else numpy_argument
            return lambda *arguments, **named: wrapped(found(*map(argument, arguments), **{key: argument(value) for key, value in named.items()}))

        def call(*arguments, **named):
            if any(isinstance(argument, Array) for argument in arguments):
                with np.errstate(all="ignore"):
                    return wrapped(found(*map(array_argument, arguments), **{key: numpy_argument(value) for key, value in named.items()}))
            if is_number(arguments[0]) and scalar(arguments[0]).dtype.kind == "c" and hasattr(cmath, name):
                return complex_function(getattr(cmath, name))(arguments[0])
            if name in FROM_LIBM and is_number(arguments[0]):
                return of_floats(name)(arguments[0])
            named = {key: numpy_argument(value) for key, value in named.items()}
            argument = array_argument if isinstance(found, np.ufunc) else numpy_argument
            with np.errstate(all="ignore"):
                return wrapped(found(*map(argument, arguments), **named))

        return call


class GeneratorStandIn:
    """A generator of random numbers; what it draws in float32 stays that."""

    def __init__(self, generator):
        self.generator = generator

    def words(self):
        """The state of a PCG64 as words, and the half of one that it keeps."""
        state = self.generator.bit_generator.state
        numbers = (state["state"]["state"], state["state"]["inc"])
        kept = (1 << 32) + state["uinteger"] if state["has_uint32"] else 0
        return [part for number in numbers for part in (number >> 64, number & (1 << 64) - 1)] + [kept]

    def __getattr__(self, name):
        method = getattr(self.generator, name)
        argument = own_argument if name == "shuffle" else numpy_argument

        def call(*arguments, **named):
            named = {key: argument(value) for key, value in named.items()}
            drawn = method(*map(argument, arguments), **named)
            return wrapped(np.float32(drawn) if named.get("dtype") == np.float32 and isinstance(drawn, float) else drawn)

        return call


def default_generator(seed=None):
    return seed if isinstance(seed, GeneratorStandIn) else GeneratorStandIn(np.random.default_rng(plain(seed)))


def numpy_argument(value):
    """As `plain`, but scalars keep their dtype, and built-in types and ours stand for dtypes."""
    if isinstance(value, Conversion):
        return value.dtype
    for known, dtype in ((to_int, np.int64), (to_float, np.float64), (to_complex, np.complex128), (BUILTINS["bool"], np.bool_)):
        if value is known:
            return dtype
    if isinstance(value, Scalar):
        return value.dtype.type(value.value)
    if type(value) in (list, tuple):
        return type(value)(map(array_argument, value))
    return plain(value)


def own_argument(value):
    """An argument that is changed: a list is the caller's own, and so is what an array holds."""
    return value if isinstance(value, list) else numpy_argument(value)


def array_argument(value):
    return beside_array(value) if isinstance(value, Scalar) else numpy_argument(value)


class PatternClass(type):
    """A class as a pattern: it asks `isinstance`, and what stands within its parentheses is about the number itself."""

    def __instancecheck__(cls, value):
        return instance(value, cls.asked)


class PatternClasses:
    """The classes that patterns may name."""

    def __getattr__(self, name):
        if name in ("str", "tuple"):
            return getattr(builtins, name)
        asked = BUILTINS.get(name, getattr(builtins, name))
        return PatternClass(name, (), {"asked": asked, "__match_args__": ("itself",)})


# Putting it together.


class LiteralMarker(ast.NodeTransformer):
    """Makes each number written in a kernel one of our scalars, and marks powers by integer literals."""

    def visit_BinOp(self, node):
        exponent = written_integer(node.right) if isinstance(node.op, ast.Pow) else None
        if exponent is None:
            return self.generic_visit(node)
        call = ast.Call(ast.Name("__literal_power__", ast.Load()), [self.visit(node.left), ast.Constant(exponent)], [])
        return ast.copy_location(call, node)

    def visit_MatchValue(self, node):
        return node

    def visit_MatchClass(self, node):
        self.generic_visit(node)
        if isinstance(node.cls, ast.Name):
            found = ast.Attribute(ast.Name("__pattern__", ast.Load()), node.cls.id, ast.Load())
            node.cls = ast.copy_location(found, node.cls)
        return node

    def visit_Constant(self, node):
        # An integer beyond 64 bits can only be an exception's argument, as it is written.
        is_wide = isinstance(node.value, int) and node.value >= 2**64
        if isinstance(node.value, (int, float, complex)) and not isinstance(node.value, bool) and not is_wide:
            return ast.copy_location(ast.Call(ast.Name("__scalar__", ast.Load()), [node], []), node)
        return node


def written_integer(node):
    """The integer that the expression spells, with its sign; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = written_integer(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) <= 0x10000:
        return node.value
    return None


def load(path):
    """Runs the file with our stand-ins; returns its own namespace and that of its kernels."""
    source = path.read_text()
    tree = ast.parse(source, str(path))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            marker = LiteralMarker()
            node.body = [marker.visit(statement) for statement in node.body]
    ast.fix_missing_locations(tree)
    namespace = {"__name__": path.stem, "__file__": str(path), "__scalar__": literal, "__literal_power__": literal_power, "__pattern__": PatternClasses()}
    installed = sys.modules.get("hotloop")
    sys.modules["hotloop"] = hotloop_module()
    try:
        exec(compile(tree, str(path), "exec"), namespace)
    finally:
        del sys.modules["hotloop"]
        if installed is not None:
            sys.modules["hotloop"] = installed
    return namespace, kernel_namespace(namespace)


def kernel_namespace(namespace):
    """The globals that kernels see: the file's, with modules, functions and arrays replaced by ours."""
    seen = dict(BUILTINS)
    random_names = {id(getattr(random, name)): name for name in dir(random) if callable(getattr(random, name))}
    math_names = {id(getattr(math, name)): name for name in dir(math) if callable(getattr(math, name))}
    for name, value in namespace.items():
        if value is np:
            value = NumpyStandIn()
        elif value is math:
            value = MathStandIn()
        elif value is random:
            value = RandomStandIn()
        elif id(value) in random_names:
            value = getattr(RandomStandIn(), random_names[id(value)])
        elif value is cmath:
            value = CmathStandIn()
        elif value is builtins.range:
            value = Range
        elif id(value) in math_names:
            value = math_function(math_names[id(value)])
        elif isinstance(value, type) and issubclass(value, np.generic):
            value = Conversion(np.dtype(value))
        elif isinstance(value, np.ndarray):
            value = Array(value)
        elif type(value) is tuple:
            value = tuple(Array(item) if isinstance(item, np.ndarray) else item for item in value)
        elif isinstance(value, types.FunctionType) and value.__globals__ is namespace:
            copy = types.FunctionType(value.__code__, seen, name, value.__defaults__, value.__closure__)
            copy.__kwdefaults__ = value.__kwdefaults__
            value = applied_to_elements(copy) if hasattr(value, "is_ufunc") else copy
        seen[name] = value
    return seen
