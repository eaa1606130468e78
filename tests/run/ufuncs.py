"""NumPy's functions of elements: those with two results or of few dtypes, and results that go into an array which is given."""

import numpy as np
from hotloop import njit


@njit
def reciprocals(x):
    return np.reciprocal(x), np.square(x), np.reciprocal(x[1]) + 1


@njit
def distances(x):
    return np.spacing(x), np.spacing(x[0]), np.nextafter(x, np.inf)


@njit
def steps(x, h):
    return np.heaviside(x, h), np.heaviside(x, 0.5), np.heaviside(x[0], h[1])


@njit
def exponentials(x, y):
    return np.logaddexp(x, y), np.logaddexp2(x, y), np.logaddexp(x[0], y[0])


@njit
def powers(x, y):
    return np.float_power(x, y), np.float_power(x, 2)


@njit
def quotients(x, y):
    q, r = np.divmod(x, y)
    return q, r, np.divmod(x, 3), np.divmod(x, y)[0].dtype == x.dtype


@njit
def remainders(x, y):
    return np.fmod(x, y), np.fmod(x, 3), np.remainder(x, y)


@njit
def parts(x):
    fraction, whole = np.modf(x)
    mantissa, exponent = np.frexp(x)
    return fraction, whole, mantissa, exponent, np.ldexp(mantissa, exponent)


@njit
def parts_of_numbers(x):
    return np.modf(x), np.frexp(x)


@njit
def divided_numbers(x, y):
    return np.divmod(x, y)


@njit
def signs(x):
    return np.signbit(x), np.positive(x), np.sign(x)


@njit
def of_truths(x):
    return np.abs(x), abs(x), np.signbit(x), np.square(x), np.logical_not(x)


@njit
def angles(x):
    return np.deg2rad(x), np.radians(x), np.rad2deg(x), np.degrees(x)


@njit
def into(x, y, out):
    np.add(x, y, out)
    np.multiply(out, 2, out=out)
    return np.subtract(out, 1, out=out)


@njit
def roots_into(x, out):
    np.sqrt(x, out)
    np.negative(out, out=out)
    np.maximum(x, out, out)
    return np.exp(np.floor(out, out=out) * 0, out=out)


@njit
def into_expressions(x, out):
    y = out[0] + np.add(x, x, out=out)
    return y, out + np.add(out, 1, out=out)


@njit
def into_parts(x, out):
    np.add(x[1:], x[:-1], out=out[1:])
    np.add(out[::-1], x, out=out)
    return out


@njit
def into_integers(x, out):
    np.add(x, 1, out=out)
    np.greater(x, 1, out=out)
    return out


@njit
def where_true(x, mask, out):
    np.multiply(x, 10, out=out, where=mask)
    np.sqrt(x, out=out, where=x > 4)
    return np.add(out, 1, out=out, where=True)


@njit
def conditionally(x, out, c):
    return np.add(x, 1, out=out) if c else x


@njit
def clipped_into(x, out):
    return np.clip(x, 1, 3, out=out), np.clip(x, 2, 4, out)


F = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.7, 1e30, np.inf, -np.inf, np.nan])
G = np.array([1.5, -2.0, 1.0, 3.0, np.nan, 2.0, -0.5, 2.0, np.inf, 7.0, -1.0])
I = np.array([7, -7, 5, -5, 0, 100, -100])
J = np.array([3, 3, -3, -3, 2, 7, 0])
LINE = np.arange(6.0)

CASES = [
    *[("reciprocals", [x]) for x in (F[2:9], F[2:9].astype(np.float32), np.array([1, -1, 7, 2], np.int8), np.array([1, 3, 2], np.uint64))],
    ("reciprocals", [np.array([1 + 2j, 2j])], {"within": 1e-15}),
    *[("distances", [x]) for x in (F, F.astype(np.float32), -F[2:5])],
    *[("steps", [x, h]) for x, h in ((F, G), (F.astype(np.float32), G.astype(np.float32)), (I, J), (F, J[:1].repeat(11)))],
    *[("exponentials", [x, y], {"within": 1e-14}) for x, y in ((F[:9], G[:9]), (F, F), (I, J), (F, G))],
    *[("powers", [x, y], {"within": 1e-9}) for x, y in ((F[:7], G[:7]), (I, J), (F[:7].astype(np.float32), G[:7]))],
    *[("quotients", [x, y]) for x, y in ((F, G), (I, J), (I.astype(np.int8), J.astype(np.int8)), (np.abs(I).astype(np.uint8), np.abs(J).astype(np.uint8)))],
    *[("remainders", [x, y]) for x, y in ((F, G), (I, J), (I.astype(np.int8), J.astype(np.int16)), (np.abs(I).astype(np.uint8), np.abs(J).astype(np.uint8)))],
    *[("parts", [x]) for x in (F[:8], F[:8].astype(np.float32), I)],
    *[("parts_of_numbers", [x]) for x in (3.75, -0.5)],
    *[("divided_numbers", [x, y]) for x, y in ((7, -2), (7.5, 2.0))],
    *[("signs", [x]) for x in (F, F.astype(np.float32), I)],
    ("of_truths", [F > 0]),
    ("angles", [F[:7]], {"within": 1e-12}),
    *[("into", [x, y, np.zeros(6)]) for x, y in ((LINE, LINE), (LINE, 2), (np.arange(6), LINE[:1]))],
    ("into", [LINE, LINE, np.zeros(5)]),
    ("into", [LINE, LINE, np.zeros((2, 6))]),
    ("into", [LINE, LINE, np.zeros(12)[::-2]]),
    ("roots_into", [LINE, np.zeros(6)]),
    ("into_expressions", [LINE, np.ones(6)]),
    ("into_parts", [LINE, np.zeros(6)]),
    ("into_integers", [np.arange(4), np.zeros(4, np.int64)]),
    ("where_true", [LINE, np.array([True, False] * 3), np.full(6, -1.0)]),
    ("where_true", [LINE.reshape(2, 3), np.array([True, False, True]), np.full((2, 3), -1.0)]),
    ("where_true", [LINE, np.array([True, False, True]), np.full(6, -1.0)]),
    ("conditionally", [LINE, np.zeros(6), True]),
    ("conditionally", [LINE, np.zeros(6), False]),
    ("clipped_into", [LINE, np.zeros(6)]),
]
