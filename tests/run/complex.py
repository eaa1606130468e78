"""Complex numbers: arithmetic, parts, conversions, arrays."""

import numpy as np
from hotloop import njit, prange

OFFSET = 1.5 - 2.5j
SINGLE = np.complex64(0.5 + 0.25j)


@njit
def arithmetic(a, b):
    return a + b, a - b, a * b, a / b, -a, +a


@njit
def equality(a, b):
    return a == b, a != b, bool(a), not b, a and b, a or b


@njit
def parts(z):
    return z.real, z.imag, z.conjugate(), abs(z), np.real(z), np.imag(z), np.conj(z)


@njit
def powers(z):
    return z**0, z**1, z**2, z**3, z**7, z**-1, z**-3


@njit
def power(a, b):
    return a**b, pow(a, b)


@njit
def literals(x):
    return 2j, 1 + 2j, x * 1j, 3 - 0.5j, OFFSET, SINGLE, SINGLE * x


@njit
def made(a, b):
    return complex(a, b), complex(a), complex(), np.complex64(a), np.complex128(b), complex(a, imag=b)


@njit
def joined(z, flag):
    value = 1
    if flag:
        value = z
    return value, (z if flag else 0.5)


@njit
def escape_time(c, limit):
    z = 0j
    for step in range(limit):
        if abs(z) > 2.0:
            return step
        z = z * z + c
    return limit


@njit
def scale(values, factor):
    out = np.empty_like(values)
    for i in range(values.shape[0]):
        out[i] = values[i] * factor
        values[i] = values[i].conjugate()
    return out


@njit
def filled(n, value):
    a = np.zeros(n, dtype=np.complex128)
    b = np.full(n, value)
    c = np.ones((n, 2), dtype=np.complex64)
    a[0] = 1
    c[0, 1] = b[0]
    a[1] += b[1] * c[0, 1]
    return a, b, c


@njit
def dft(x):
    n = x.shape[0]
    out = np.zeros(n, dtype=complex)
    for k in range(n):
        for j in range(n):
            angle = -2.0 * np.pi * k * j / n
            out[k] += x[j] * complex(np.cos(angle), np.sin(angle))
    return out


@njit(parallel=True)
def total(values):
    acc = 0j
    for i in prange(values.shape[0]):
        acc += values[i] * values[i]
    return acc


@njit
def twice(z):
    return z + z


@njit
def through_calls(z, n):
    return twice(z), twice(n), twice((z, n)[0])


@njit("complex128(complex128, complex64)")
def declared(a, b):
    return a * b


@njit(error_model="numpy")
def numpy_quotient(a, b):
    return (a / b).real


@njit
def refused(z, limit):
    if abs(z) > limit:
        raise ValueError("too far", z, 2j)
    return z


VALUES = [1 + 2j, -3.5 + 0.25j, 0j, complex(-0.0, 0.0), complex(0.0, -1.0), complex(1e200, 1e-200), complex(float("inf"), 1.0), complex(float("nan"), 2.0)]
PAIRS = [(a, b) for a in VALUES for b in VALUES]
SINGLES = [np.complex64(v) for v in (1 + 2j, -0.1 + 3.3j, 1e30 - 2j)]

CASES = (
    [("arithmetic", [a, b]) for a, b in PAIRS]
    + [("arithmetic", [a, b]) for a in SINGLES for b in SINGLES]
    + [("arithmetic", [a, b]) for a in (1 + 2j, SINGLES[1]) for b in (3, 0.1, True, np.int8(-3), np.float32(0.1), np.uint16(7), np.uint64(2**63), 0)]
    + [("arithmetic", [b, a]) for a in (1 + 2j, SINGLES[1]) for b in (3, 0.1, True, np.int8(-3), np.float32(0.1), np.uint16(7))]
    + [("equality", [a, b]) for a, b in PAIRS]
    + [("equality", [1 + 0j, 1]), ("equality", [2.5, 2.5 + 0j]), ("equality", [SINGLES[1], -0.1 + 3.3j])]
    + [("parts", [z]) for z in VALUES + SINGLES + [3, -2.5, True, np.float32(1.5), np.uint8(3)]]
    + [("powers", [z]) for z in (1 + 2j, -0.1 + 0.7j, complex(0.0, -1.0), 2 + 0j, 0j)]
    + [("powers", [z]) for z in SINGLES[:2]]
    + [("power", [a, b]) for a in (1 + 2j, -0.3 + 0.1j, complex(0.0, 2.0)) for b in (2 + 0j, 3 + 0j, 0.5 + 0j, -1.5 + 0.5j, 150 + 0j, 0j, complex(-4, 0))]
    + [("power", [0j, b]) for b in (1 + 0j, 0.5 + 0j, 0j, -1 + 0j, 1j, -0.5 + 0j)]
    + [("power", [2, 1j]), ("power", [1j, 2]), ("power", [1.5, 0.5j]), ("power", [SINGLES[0], SINGLES[1]])]
    + [("literals", [x]) for x in (2, 0.25, np.float32(0.1))]
    + [("made", [1, 2]), ("made", [0.1, -2.5]), ("made", [np.float32(0.1), np.float32(2.5)]), ("made", [True, np.uint8(3)])]
    + [("joined", [1 + 2j, True]), ("joined", [1 + 2j, False]), ("joined", [SINGLES[0], False])]
    + [("escape_time", [complex(-0.4, 0.6), 200]), ("escape_time", [1 + 1j, 200])]
    + [("scale", [np.arange(5) * (1 + 0.5j), 2 - 1j]), ("scale", [(np.arange(8) * (1 + 0.5j))[::2].astype(np.complex64), 0.5])]
    + [("filled", [3, 2 - 1j]), ("filled", [2, np.complex64(1j)]), ("filled", [4, 0j])]
    + [("dft", [np.arange(6) * 1.0], {"within": 1e-13}), ("dft", [np.arange(5) * (0.5 - 1j)], {"within": 1e-13})]
    + [("total", [np.arange(200) * (0.5 - 1j)], {"within": 1e-6})]
    + [("through_calls", [1 + 2j, 3])]
    + [("declared", [1 + 2j, np.complex64(0.5 - 1j)]), ("declared", [2, 3]), ("declared", [0.5, np.float32(0.1)])]
    + [("refused", [3 + 4j, 5]), ("refused", [3 + 4j, 4.5]), ("refused", [np.complex64(0.1 - 9j), 1])]
    + [("numpy_quotient", [1 + 2j, 2 - 1j])]
)
