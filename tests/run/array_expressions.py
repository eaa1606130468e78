"""Operators and functions of NumPy on whole arrays: dtypes, broadcasting, layouts, what a division by zero gives."""

import numpy as np
from hotloop import njit

HALF = 0.5
THREE = 3


@njit
def arithmetic(x, y):
    return x + y, x - y, x * y


@njit
def quotients(x, y):
    return x / y, x // y, x % y


@njit
def floor_quotients(x, y):
    return x // y, x % y


@njit
def bits(x, y):
    return x & y, x | y, x ^ y


@njit
def shifts(x, y):
    return x << y, x >> y


@njit
def comparisons(x, y):
    return x == y, x != y, x < y, x <= y, x > y, x >= y


@njit
def equalities(x, y):
    return x == y, x != y


@njit
def signs(x):
    return -x, +x, abs(x)


@njit
def inverted(x):
    return ~x


@njit
def powers(x):
    return x**2, x**1, x**0


@njit
def float_powers(x):
    return x**0.5, x**-1, x**2.0


@njit
def power(x, y):
    return x**y


@njit
def with_literals(x):
    return x + 1, 2 - x, x * 3, x + THREE


@njit
def with_float_literals(x):
    return x + 1.5, x * HALF, 1.0 / x


@njit
def with_complex_literal(x):
    return x + 2j


@njit
def bool_arithmetic(x, y):
    return x + y, x * y, x**y, x // y, x + 1, x * 2.0


@njit
def long_expression(a, b, c):
    return (a + b) * c - a / (b + 1.0) + (c - b) ** 2 * 0.5 - a


@njit
def over_slices(x):
    return x[1:] - x[:-1], (x[2:] + x[:-2]) * HALF - x[1:-1]


@njit
def outer(x, y):
    return x[:, None] * y[None, :] + 1


@njit
def laplace(u):
    v = u.copy()
    v[1:-1, 1:-1] = (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]) * 0.25
    return v


@njit
def heat(u, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


@njit
def roots(x):
    return np.sqrt(x), np.abs(x), np.floor(x), np.isnan(x)


@njit
def chosen(x, y):
    return np.where(x > y, x, y), np.where(x > 0, 1, -1)


@njit
def extremes(x, y):
    return np.maximum(x, y), np.minimum(x, y), np.fmax(x, y), np.fmin(x, y)


@njit
def clipped(x):
    return np.clip(x, 2, 5), np.clip(x, None, 4), np.clip(x, 3, None)


@njit
def clipped_into(x, out):
    other = x.clip(2, 5, out)
    return other + 1, x.clip(max=3, out=out).sum(), x.clip(1, None, None), out


@njit
def one_operand(x):
    return np.square(x), np.sign(x), np.negative(x), np.logical_not(x)


@njit
def logical(x, y):
    return np.logical_and(x, y), np.logical_or(x, y), np.logical_xor(x, y)


@njit
def by_name(x, y):
    return np.add(x, y), np.subtract(x, y), np.multiply(x, y), np.less(x, y), np.equal(x, y)


@njit
def scalars_by_name(x, y):
    return np.maximum(x, y), np.minimum(x, y), np.sign(x), np.square(y)


@njit
def mixed_ranks(x, y):
    return x + y, y * x


@njit
def does_not_fit(x, y):
    return x + y


@njit
def through_a_call(x):
    return arithmetic(x * 2, x + 1)


@njit
def in_a_branch(x, n):
    if n > 0:
        y = x * n
    else:
        y = -x
    return y + 1


@njit
def in_a_loop(x, n):
    for i in range(n):
        x = x * 0.5 + i
    return x


@njit
def total(x):
    s = 0.0
    for value in x * x + 1:
        s += value
    return s


@njit
def copies(x):
    y = x.copy()
    y[0] = 0
    return x, y, x.astype(np.float32), x.astype(np.int64)


@njit
def filled(x, value):
    x.fill(value)
    return x


@njit
def grown(x):
    if x.size > 100:
        return grown(x)
    x[0] += 100
    return x


@njit
def before_a_call_that_writes(x):
    return (x + 1) + grown(x)


@njit
def behind_a_call_that_writes(x):
    return grown(x) * (x + 1)


@njit
def arguments_before_a_call_that_writes(x):
    return np.maximum(x + 1, grown(x)), np.where(x > 50, x * 2, grown(x)), np.hypot(x * 1.0, grown(x))


@njit
def stored_where_a_call_says(x):
    grown(x)[1:] = x[:-1] * 2
    return x


INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
NUMBERS = [*INTEGERS, np.float32, np.float64]
LEFT = [0, 1, 2, 100, 5, 7, 0, 3]
RIGHT = [3, 0, 2, 100, 1, 5, 0, 60]


def pairs(kinds):
    return [(np.array(LEFT, dtype=a), np.array(RIGHT, dtype=b)) for a in kinds for b in kinds]


def signed(dtype):
    low = np.iinfo(dtype).min if np.issubdtype(dtype, np.integer) else -5.5
    return np.array([low, 0, 1, 2, 3, 7], dtype=dtype)


LINE = np.arange(10.0)
TABLE = np.arange(24.0).reshape(4, 6)
SPECIAL = np.array([np.nan, 1.0, -np.inf, -0.0, 0.0, np.inf, 2.5, -7.0])
OTHERS = np.array([1.0, np.nan, np.inf, 0.0, -0.0, -np.inf, 2.5, 3.0])
COMPLEX = np.array([1 + 2j, -3j, 0, 2.5, -1 - 1j])
TRUTHS = np.array([True, False, True, False]), np.array([True, True, False, False])

CASES = [
    *[("arithmetic", [a, b]) for a, b in pairs([*NUMBERS, np.complex64, np.complex128])],
    *[("quotients", [a, b]) for a, b in pairs(NUMBERS)],
    *[("bits", [a, b]) for a, b in pairs(INTEGERS) if np.result_type(a, b).kind in "iu"],
    *[("shifts", [a, b]) for a, b in pairs(INTEGERS) if np.result_type(a, b).kind in "iu"],
    ("shifts", [np.array([1, -1, 5], np.int8), np.array([-1, 8, 7], np.int8)]),
    *[("comparisons", [a, b]) for a, b in pairs(NUMBERS)],
    ("comparisons", [np.array([-1, 2**63 - 1]), np.array([2**64 - 1, 2**63 - 1], np.uint64)]),
    ("equalities", [COMPLEX, COMPLEX[::-1].copy()]),
    *[(name, [signed(dtype)]) for name in ("signs", "powers", "with_literals") for dtype in NUMBERS],
    *[("inverted", [signed(dtype)]) for dtype in INTEGERS],
    ("inverted", [TRUTHS[0]]),
    *[("with_float_literals", [signed(dtype)]) for dtype in NUMBERS],
    *[("with_complex_literal", [signed(dtype)]) for dtype in NUMBERS],
    ("with_complex_literal", [COMPLEX]),
    ("float_powers", [np.array([1.0, 4.0, 2.25, 0.0])]),
    ("float_powers", [np.array([1.0, 4.0, 2.25], np.float32)]),
    *[("power", [np.array([0, 1, 2, 3], dtype=dtype), np.array([2, 5, 3, 4], dtype=dtype)]) for dtype in INTEGERS],
    ("power", [np.array([2, 3]), np.array([1, -1])]),
    ("bool_arithmetic", [*TRUTHS]),
    ("quotients", [SPECIAL, OTHERS]),
    ("comparisons", [SPECIAL, OTHERS]),
    ("arithmetic", [LINE, 2]),
    ("arithmetic", [LINE, np.float32(0.1)]),
    ("arithmetic", [LINE.astype(np.float32), 0.1]),
    ("arithmetic", [np.arange(4, dtype=np.int8), np.int16(300)]),
    ("arithmetic", [3, np.arange(4, dtype=np.uint8)]),
    *[("long_expression", [x, x + 1, x * 2]) for x in (LINE, TABLE, np.asfortranarray(TABLE), TABLE[::-1, ::2], LINE[:0])],
    ("long_expression", [TABLE, np.arange(6.0), 2.0]),
    ("over_slices", [LINE]),
    ("over_slices", [LINE[::-3]]),
    ("outer", [np.arange(3), np.arange(4.0)]),
    ("laplace", [TABLE]),
    ("laplace", [np.asfortranarray(TABLE)]),
    ("heat", [LINE.copy() ** 2, 5]),
    ("roots", [np.abs(SPECIAL)]),
    ("roots", [np.array([1.0, 4.0, 6.25], np.float32)]),
    ("roots", [np.array([0, 1, 4, 9])]),
    ("chosen", [SPECIAL, OTHERS]),
    ("chosen", [np.arange(5), np.array([3, 1, 4, 1, 5], np.int8)]),
    ("extremes", [SPECIAL[:3], OTHERS[:3]]),
    ("extremes", [np.arange(5, dtype=np.int16), np.array([3, 1, 4, 1, 5], np.uint16)]),
    ("clipped", [np.arange(8)]),
    ("clipped", [np.arange(8, dtype=np.float32)]),
    ("clipped_into", [np.arange(8), np.zeros(8, np.int64)]),
    ("clipped_into", [np.arange(8.0).reshape(2, 4), np.zeros((4, 2)).T]),
    *[("one_operand", [signed(dtype)]) for dtype in NUMBERS],
    ("logical", [np.array([0, 1, 2]), np.array([0.0, 0.5, 0.0])]),
    ("by_name", [LINE, LINE[::-1].copy()]),
    ("scalars_by_name", [3, 4]),
    ("scalars_by_name", [3.5, -4.0]),
    ("mixed_ranks", [TABLE, np.arange(6.0)]),
    ("mixed_ranks", [TABLE.reshape(2, 3, 4), np.arange(3.0).reshape(3, 1)]),
    ("mixed_ranks", [TABLE[:1], np.arange(4.0).reshape(4, 1)]),
    ("mixed_ranks", [np.array(2.0), LINE]),
    ("mixed_ranks", [TABLE[:0], np.arange(6.0)]),
    ("does_not_fit", [LINE, LINE[:3]]),
    ("does_not_fit", [TABLE, np.ones((3, 6))]),
    ("through_a_call", [LINE]),
    ("in_a_branch", [LINE, 2]),
    ("in_a_branch", [LINE, -2]),
    ("in_a_loop", [LINE, 3]),
    ("total", [LINE]),
    ("before_a_call_that_writes", [np.arange(4)]),
    ("behind_a_call_that_writes", [np.arange(4)]),
    ("arguments_before_a_call_that_writes", [np.arange(4)]),
    ("stored_where_a_call_says", [np.arange(4)]),
    ("copies", [np.arange(5)]),
    ("copies", [np.asfortranarray(TABLE)]),
    ("filled", [TABLE.copy(), 7]),
]
