"""Functions as values: as arguments, in tuples, within functions, with what they capture, and returned."""

import math

import numpy as np
from hotloop import jit, njit, register_jitable

SCALE = 10


@njit
def double(x):
    return x * 2


@njit
def square(x):
    return x * x


@njit
def apply(function, x):
    return function(x)


@njit
def twice(function, x):
    return function(function(x))


@njit
def both(x):
    return apply(double, x), apply(square, x), twice(double, x), apply(function=square, x=1.5)


@njit
def of_tuple(x):
    functions = (double, square)
    return functions[0](x) + functions[1](x), (square, double)[1](x)


@njit
def passes_a_tuple(functions, x):
    first, second = functions
    return first(second(x))


@njit
def calls_passes_a_tuple(x):
    return passes_a_tuple((double, square), x), passes_a_tuple((square, double), x)


@njit
def default_function(x, function=square):
    return function(x)


@njit
def calls_default_function(x):
    return default_function(x), default_function(x, double)


@njit
def with_inner(x, k):
    offset = k + 1

    def shifted(value, factor=3):
        return value * factor + offset + SCALE

    return shifted(x) + shifted(x, 2) + shifted(factor=1, value=k)


@njit
def inner_sees_the_last_value(n):
    k = 1

    def add(value):
        return value + k

    first = add(n)
    k = 2.5
    return first, add(n)


@njit
def inner_in_a_loop(n):
    total = 0
    for i in range(n):

        def add(value):
            return value + i

        total += add(10) + apply(add, 100)
    return total


@njit
def inner_as_argument(values, k):
    total = 0.0

    def weight(x):
        return x * k

    for i in range(len(values)):
        total += twice(weight, values[i])
    return total


@njit
def inner_recursion(n):
    def fib(m):
        return m if m < 2 else fib(m - 1) + fib(m - 2)

    return fib(n)


@njit
def inner_mutual(n, step):
    def even(m):
        if m <= 0:
            return m == 0
        return odd(m - step)

    def odd(m):
        if m <= 0:
            return False
        return even(m - step)

    return even(n), odd(n)


@njit
def inner_of_inner(x, a):
    b = a * 2

    def outer(y):
        c = y + a

        def inner(z):
            return z + a + b + c

        return inner(y) * inner(1)

    return outer(x) + outer(b)


@njit
def inner_calls_sibling_from_within(x, a):
    def helper(y):
        return y * a

    def outer(y):
        def inner(z):
            return helper(z) + 1

        return inner(y) + helper(y)

    return outer(x)


@njit
def lambdas(x, k):
    add = lambda value: value + k
    return add(x), (lambda a, b=2: a ** b)(x), apply(lambda value: value * k, x)


@njit
def chooses(x, flag):
    if flag:
        choose = double
        result = choose(x)
    else:
        choose = square
        result = choose(x)
    return result


@njit
def make_adder(k):
    def adder(x):
        return x + k

    return adder


@njit
def returned(x, k):
    adder = make_adder(k)
    other = make_adder(0.5)
    return adder(x), other(x), make_adder(3)(x), twice(make_adder(k), x)


@njit
def captures_an_array(values, i):
    def get(j):
        return values[j + i]

    def put(j, value):
        values[j] = value

    put(0, 7.0)
    return get(0) + get(1), apply(get, 0)


@njit
def integrate(function, low, high, n):
    step = (high - low) / n
    total = 0.0
    for i in range(n):
        total += function(low + (i + 0.5) * step)
    return total * step


@njit
def integrals(a, n):
    return integrate(lambda x: a * x * x, 0.0, 1.0, n), integrate(math.sqrt, 0.0, 1.0, n), integrate(square, 0.0, 2.0, n)


@njit
def newton(function, derivative, x):
    for _ in range(20):
        x = x - function(x) / derivative(x)
    return x


@njit
def root_of(a):
    return newton(lambda x: x * x - a, lambda x: 2.0 * x, a)


@njit
def raises_inside(values, i):
    def get(j):
        return values[j]

    return apply(get, i)


@register_jitable
def halved(x):
    return x / 2


def plain_cube(x):
    return x * x * x


cube = njit(plain_cube)
fast_cube = jit(nopython=True, fastmath=False)(plain_cube)


@njit
def calls_registered(x):
    return halved(x), apply(halved, x), cube(x), fast_cube(x) + cube(x)


def factory(scale, offset):
    @njit
    def scaled(x):
        return x * scale + offset

    return scaled


CASES = [
    ("both", [3]),
    ("both", [2.5]),
    ("of_tuple", [3]),
    ("calls_passes_a_tuple", [3]),
    ("calls_default_function", [5]),
    ("with_inner", [3, 4]),
    ("with_inner", [3.5, 4]),
    ("inner_sees_the_last_value", [4]),
    ("inner_in_a_loop", [4]),
    ("inner_as_argument", [np.arange(4.0), 3]),
    ("inner_recursion", [12]),
    ("inner_mutual", [8, 1]),
    ("inner_mutual", [9, 2]),
    ("inner_of_inner", [2, 3]),
    ("inner_calls_sibling_from_within", [2, 3]),
    ("lambdas", [3, 4]),
    ("chooses", [3, True]),
    ("chooses", [3, False]),
    ("returned", [3, 4]),
    ("captures_an_array", [np.arange(4.0), 1]),
    ("integrals", [3.0, 10]),
    ("root_of", [2.0]),
    ("calls_registered", [3]),
    ("calls_registered", [1.5]),
    ("cube", [3]),
    ("raises_inside", [np.arange(3.0), 1]),
    ("raises_inside", [np.arange(3.0), 3]),
]
