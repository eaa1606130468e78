"""Kernels to try Hotloop with: each is ordinary Python over NumPy arrays, and runs under CPython too.

    hotloop run docs/guide/kernels.py l2_norm rand:1000000:float64
    hotloop run docs/guide/kernels.py mandelbrot -2.0 0.6 -1.2 1.2 96 64 200

The file is also an example of what may stand around kernels: imports, constants, functions without a decorator and a
main guard are no concern of the compiler.
"""

import hotloop as nb
import numpy as np
from hotloop import njit, prange

# A global is frozen when a kernel that reads it is compiled, and is part of the kernel's identity in the cache.
ESCAPE_RADIUS_SQUARED = 4.0


@nb.njit("float64(float64[:])", cache=True)
def l2_norm(x):
    """The Euclidean length of a vector, compiled for one signature as soon as the file is loaded."""
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5


@njit(parallel=True)
def row_sums(mat):
    """The sum of each row; rows are shared out among the threads."""
    out = np.empty(mat.shape[0], dtype=np.float64)
    for i in prange(mat.shape[0]):
        acc = 0.0
        for j in range(mat.shape[1]):
            acc += mat[i, j]
        out[i] = acc
    return out


@njit
def escape_time(cr, ci, limit):
    """How many steps z = z*z + c stays bounded, at most `limit`."""
    zr = 0.0
    zi = 0.0
    for step in range(limit):
        rr = zr * zr
        ii = zi * zi
        if rr + ii > ESCAPE_RADIUS_SQUARED:
            return step
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
    return limit


@njit(cache=True)
def mandelbrot(left, right, bottom, top, width, height, limit):
    """The escape times over a rectangle of the complex plane, a row of pixels a line."""
    image = np.empty((height, width), dtype=np.int64)
    dx = (right - left) / width
    dy = (top - bottom) / height
    for row in range(height):
        for column in range(width):
            image[row, column] = escape_time(left + column * dx, bottom + row * dy, limit)
    return image


@njit(cache=True)
def jacobi_step(grid, out):
    """One relaxation step of the heat equation: each inner cell becomes the mean of its neighbours and itself."""
    rows, columns = grid.shape
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            neighbours = grid[i - 1, j] + grid[i + 1, j] + grid[i, j - 1] + grid[i, j + 1]
            out[i, j] = 0.2 * (grid[i, j] + neighbours)


@njit(cache=True)
def histogram(data, low, high, bins):
    """Counts per bin of equal width; what lies outside `low <= value < high` is left out."""
    if bins < 1 or high <= low:
        raise ValueError("a histogram needs at least one bin and a range that is not empty")
    counts = np.zeros(bins, dtype=np.int64)
    scale = bins / (high - low)
    for i in range(data.size):
        value = data[i]
        if low <= value < high:
            # Rounding may carry the largest values below `high` into the bin behind the last.
            counts[min(int((value - low) * scale), bins - 1)] += 1
    return counts


@njit(cache=True)
def prefix_sum(x):
    """Running totals: out[i] is x[0] + ... + x[i], added in that order."""
    out = np.empty_like(x)
    total = 0.0
    for i in range(len(x)):
        total += x[i]
        out[i] = total
    return out


@njit(cache=True)
def matmul(a, b):
    """The matrix product by three loops."""
    if a.shape[1] != b.shape[0]:
        raise ValueError("the inner dimensions differ")
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            acc = 0.0
            for k in range(a.shape[1]):
                acc += a[i, k] * b[k, j]
            out[i, j] = acc
    return out


@nb.jit("void(float64, float64[::1], float64[::1])", nopython=True)
def axpy(alpha, x, y):
    """Adds alpha * x to y in place; the arrays are contiguous by the signature."""
    assert x.size == y.size, "x and y differ in length"
    for i in range(x.size):
        y[i] += alpha * x[i]


@njit
def collatz_steps(start):
    """How many steps the Collatz sequence takes to reach 1."""
    steps = 0
    while start != 1:
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        steps += 1
    return steps


@njit(cache=True)
def longest_collatz(limit):
    """The start below `limit` with the longest Collatz sequence, and that length."""
    best, best_steps = 1, 0
    for start in range(1, limit):
        steps = collatz_steps(start)
        if steps > best_steps:
            best, best_steps = start, steps
    return best, best_steps


@njit(cache=True)
def dot(x, y):
    """The inner product, added from the left."""
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * y[i]
    return acc


@njit(cache=True)
def cosine_similarity(x, y):
    """The cosine of the angle between two vectors: a kernel that calls two others."""
    lengths = l2_norm(x) * l2_norm(y)
    if lengths == 0.0:
        return 0.0
    return dot(x, y) / lengths


def show(image):
    """Prints escape times as characters. Not a kernel: Python runs it."""
    shades = " .:-=+*#%@"
    for line in image:
        print("".join(shades[int(steps) % len(shades)] for steps in line))


if __name__ == "__main__":
    show(mandelbrot(-2.0, 0.6, -1.2, 1.2, 78, 30, 90))
    print(l2_norm(np.linspace(0.0, 1.0, 1_000_000)))
