"""Loops with loops in them whose iterations may run several at once: products of matrices, escape loops, iterations to a limit; with all lengths around the sizes of vectors, overlaps, and errors on the way."""

import numpy as np
from hotloop import njit


@njit
def product(a, b, out):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s


@njit
def product_added(a, b, out):
    """The element that is stored is also loaded."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = out[i, j]
            for k in range(a.shape[1]):
                s -= a[i, k] * b[k, j]
            out[i, j] = s


@njit
def product_of(a, b, out, rows, inner, columns):
    """Limits that may lie outside of the arrays."""
    for i in range(rows):
        for j in range(columns):
            s = 0.0
            for k in range(inner):
                s += a[i, k] * b[k, j]
            out[i, j] = s


@njit
def in_itself(a, b):
    """What is stored is read by the next iterations."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            a[i, j] = s


@njit
def column_sums(a, out):
    for j in range(a.shape[1]):
        s = a[0, 0] - a[0, 0]
        for i in range(a.shape[0]):
            s += a[i, j]
        out[j] = s


@njit
def column_sums_backwards(a, out):
    for j in range(a.shape[1]):
        s = 0.0
        for i in range(a.shape[0] - 1, -1, -1):
            s += a[i, j]
        out[j] = s


@njit
def columns_until(a, limit, out):
    """Lanes leave the loop one by one; it loads."""
    for j in range(a.shape[1]):
        s = 0.0
        count = 0
        for i in range(a.shape[0]):
            if s > limit:
                break
            s += a[i, j]
            count += 1
        out[j] = s + count


@njit
def escape(x0, step, y, limit, out):
    for j in range(out.shape[0]):
        re = 0.0
        im = 0.0
        n = limit
        for k in range(limit):
            if re * re + im * im > 4.0:
                n = k
                break
            t = re * re - im * im + (x0 + j * step)
            im = 2.0 * re * im + y
            re = t
        out[j] = n


@njit
def newton(x, out):
    for i in range(x.shape[0]):
        r = x[i]
        n = 0
        while abs(r * r - x[i]) > 1e-12 * x[i] and n < 60:
            r = 0.5 * (r + x[i] / r)
            n += 1
        out[i] = r + n


@njit
def steps_to_one(start, out):
    for i in range(out.shape[0]):
        n = start + i
        count = 0
        while n > 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            count += 1
        out[i] = count


@njit
def weighted(x, weights, out):
    """A row for every output, and a check behind the loop."""
    for i in range(out.shape[0]):
        s = 0.0
        for k in range(weights.shape[0]):
            s += weights[k] * x[i + k]
        out[i] = s / (s + 1.0)


@njit
def two_results(x, weights, first, second):
    for i in range(first.shape[0]):
        s = 0.0
        t = 1.0
        for k in range(weights.shape[0]):
            s += weights[k] * x[i + k]
            t *= weights[k] - x[i + k]
        first[i] = s
        second[i] = t


@njit
def polynomials(x, coefficients, out):
    for i in range(x.shape[0]):
        y = 0.0
        for k in range(coefficients.shape[0]):
            y = y * x[i] + coefficients[k]
        out[i] = y


@njit
def nested_three(a, b, out):
    """Two loops in the one that runs at once."""
    for i in range(out.shape[0]):
        s = 0.0
        for k in range(a.shape[0]):
            for l in range(b.shape[0]):
                s += a[k] * b[l] - out[i]
        out[i] = s


@njit(parallel=True)
def in_parallel(a, b, out):
    from_zero = 0.0
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = from_zero
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s


def grid(rows, columns, dtype="f8"):
    return ((np.arange(rows * columns) * 37) % 101 - 50).reshape(rows, columns).astype(dtype) / 8


COLUMNS = [0, 1, 4, 7, 8, 9, 16, 17, 31, 33, 40, 65]
CASES = []
for n in COLUMNS:
    for dtype in ["f8", "f4"]:
        a, b, out = grid(3, 5, dtype), grid(5, n, dtype), np.zeros((3, n), dtype)
        CASES.append(("product", [a, b, out]))
        CASES.append(("product_added", [a, b, grid(3, n, dtype)]))
        CASES.append(("polynomials", [grid(1, n, dtype)[0], grid(1, 6, dtype)[0], np.zeros(n, dtype)]))
        CASES.append(("column_sums", [grid(6, n, dtype), np.zeros(n, dtype)]) if n else ("product", [a, b, out]))
        CASES.append(("two_results", [grid(1, n + 4, dtype)[0], grid(1, 5, dtype)[0], np.zeros(n, dtype), np.ones(n, dtype)]))
    a, b = grid(3, 5), grid(5, n)
    CASES.append(("in_parallel", [a, b, np.zeros((3, n))]))
    CASES.append(("product", [a, np.asfortranarray(b), np.zeros((3, n))]))
    CASES.append(("product", [a[::-1, ::-1], b[::-1], np.zeros((6, n))[::2]]))
    CASES.append(("product", [a, b, np.zeros((3, max(n - 2, 0)))]))
    CASES.append(("product_of", [a, b, np.zeros((3, n)), 3, 6, n]))
    CASES.append(("product_of", [a, b, np.zeros((3, n)), 3, 5, n + 1]))
    CASES.append(("product_of", [a, b, np.zeros((2, n)), 3, 5, n]))
    CASES.append(("product_of", [a, b, np.zeros((3, n)), 3, 0, n]))
    CASES.append(("in_itself", [grid(4, n), grid(n, n)]))
    CASES.append(("column_sums", [grid(6, n, "i8"), np.zeros(n, "i8")]) if n else ("column_sums_backwards", [grid(0, 4), np.ones(4)]))
    CASES.append(("column_sums_backwards", [grid(6, n), np.zeros(n)]))
    CASES.append(("columns_until", [abs(grid(9, n)), 12.5, np.zeros(n)]))
    CASES.append(("columns_until", [grid(9, n), 4.0, np.zeros(n)]))
    for dtype in ["i8", "i4", "i2", "u1", "f8"]:
        CASES.append(("escape", [-2.0, 0.07, 0.3, 40, np.zeros(n, dtype)]))
    CASES.append(("escape", [-2.0, 0.07, 0.3, 0, np.ones(n, "i4")]))
    CASES.append(("newton", [np.arange(1.0, n + 1), np.zeros(n)]))
    CASES.append(("steps_to_one", [1, np.zeros(n, "i8")]))
    CASES.append(("weighted", [grid(1, n + 4)[0], grid(1, 5)[0], np.zeros(n)]))
    CASES.append(("weighted", [grid(1, n + 2)[0], grid(1, 5)[0], np.zeros(n)]))
    CASES.append(("weighted", [np.where(np.arange(n + 4) == n - 1, -1.0, 2.0), np.array([1.0, 0.0]), np.zeros(n)]))
    CASES.append(("nested_three", [grid(1, 3)[0], grid(1, 4)[0], grid(1, n)[0]]))
