"""Loops over elements that do not lie one behind the other: complex numbers, pixels, every other element, backwards, and loops that count down."""

import numpy as np
from hotloop import njit


@njit
def complex_product(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] * y[i] + x[i]


@njit
def complex_expression(x, y):
    return x * y - x.conjugate() + 2.5


@njit
def parts(x, out):
    for i in range(x.shape[0]):
        out[i] = x[i].real * x[i].real + x[i].imag * x[i].imag


@njit
def swapped(x):
    for i in range(x.shape[0]):
        x[i] = complex(x[i].imag, x[i].real)


@njit
def grey(image, out):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = (77 * image[i, j, 0] + 150 * image[i, j, 1] + 29 * image[i, j, 2]) >> 8


@njit
def reddish(image):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            r = image[i, j, 0]
            image[i, j, 0] = image[i, j, 2]
            image[i, j, 2] = r


@njit
def inverted(image, out):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            for c in range(3):
                out[i, j, c] = 255 - image[i, j, c]


@njit
def lengths(points, out):
    for i in range(points.shape[0]):
        out[i] = np.sqrt(points[i, 0] * points[i, 0] + points[i, 1] * points[i, 1] + points[i, 2] * points[i, 2])


@njit
def pairs(x, out):
    for i in range(out.shape[0]):
        out[i] = x[2 * i] - x[2 * i + 1]


@njit
def spread(x, out, k):
    for i in range(x.shape[0]):
        out[3 * i + k] = x[i]


@njit
def every_fourth(x, out):
    for i in range(out.shape[0]):
        out[i] = x[4 * i + 1] + x[4 * i + 3]


@njit
def interleaved(x, y, out):
    for i in range(x.shape[0]):
        out[2 * i] = x[i] + y[i]
        out[2 * i + 1] = x[i] - y[i]


@njit
def into_the_next(x):
    for i in range(x.shape[0] // 2 - 1):
        x[2 * i] = x[2 * i + 2] + x[2 * i + 1]


@njit
def from_the_last(x):
    for i in range(1, x.shape[0] // 2):
        x[2 * i] = x[2 * i - 2] + x[2 * i + 1]


@njit
def turned_round(x, out):
    n = x.shape[0]
    for i in range(n):
        out[i] = x[n - 1 - i] + x[i]


@njit
def turned_in_place(x):
    n = x.shape[0]
    for i in range(n):
        x[i] = x[n - 1 - i]


@njit
def counting_down(x, out):
    for i in range(x.shape[0] - 1, -1, -1):
        out[i] = x[i] * 2 + i


@njit
def moved_up(x, k):
    for i in range(x.shape[0] - 1, k - 1, -1):
        x[i] = x[i - k]


@njit
def moved_down(x, k):
    for i in range(x.shape[0] - k - 1, -1, -1):
        x[i] = x[i + k]


@njit
def knapsack(weights, values, best):
    capacity = best.shape[0] - 1
    for i in range(weights.shape[0]):
        weight = weights[i]
        value = values[i]
        for w in range(capacity, weight - 1, -1):
            best[w] = max(best[w], best[w - weight] + value)
    return best[capacity]


@njit
def down_and_up(x, y, out):
    n = x.shape[0]
    for i in range(n - 1, -1, -1):
        out[n - 1 - i] = x[i] - y[n - 1 - i]


@njit
def total_down(x):
    s = 0
    for i in range(x.shape[0] - 1, -1, -1):
        s += x[i] * i
    return s


@njit
def quotients_down(x, y, out):
    for i in range(x.shape[0] - 1, -1, -1):
        out[i] = x[i] / y[i]


@njit
def quotients_of_pairs(x, out):
    for i in range(out.shape[0]):
        out[i] = x[2 * i] / x[2 * i + 1]


@njit
def every_other(x, out):
    for i in range(0, x.shape[0], 2):
        out[i] = x[i] * 2 + i


@njit
def every_third_down(x, out):
    for i in range(x.shape[0] - 1, -1, -3):
        out[i] = x[i] + 1


@njit
def sum_of_others(x, y):
    return x[::2] + y[::2]


@njit
def backwards(x):
    return x[::-1] * 2


@njit
def column(a, k):
    return a[:, k] * 2 + 1


@njit
def set_column(a, k, value):
    a[:, k] = value


@njit
def truths(x, out):
    for i in range(out.shape[0]):
        out[i] = x[2 * i] and not x[2 * i + 1]


@njit
def widened(x, out):
    for i in range(out.shape[0]):
        out[i] = x[2 * i] * 1.5 + x[2 * i + 1]


LENGTHS = [0, 2, 17, 40, 131]


def numbers(n, dtype):
    return ((np.arange(n) * 37) % 101 - 50).astype(dtype)


CASES = []
for n in LENGTHS:
    for dtype in ["c16", "c8"]:
        x = (numbers(n, "f8") / 7 + 1j * numbers(n, "f8")[::-1] / 3).astype(dtype)
        y = (numbers(n, "f8")[::-1] / 5 - 1j).astype(dtype)
        CASES.append(("complex_product", [x, y, np.zeros(n, dtype)]))
        CASES.append(("complex_product", [x[::-1], y, np.zeros(n, dtype)]))
        CASES.append(("complex_product", [np.repeat(x, 2)[::2], y, np.zeros(n, dtype)]))
        CASES.append(("complex_expression", [x, y], {"within": 1e-12 if dtype == "c16" else 1e-4}))
        CASES.append(("parts", [x, np.zeros(n, "f8")]))
        CASES.append(("parts", [x, np.zeros(n, "f4")]))
        CASES.append(("swapped", [x]))
    for dtype in ["f8", "i4", "i2", "u1"]:
        x, twice = numbers(n, dtype), numbers(2 * n, dtype)
        CASES.append(("pairs", [twice, np.zeros(n, dtype)]))
        CASES.append(("spread", [x, numbers(3 * n, dtype), n % 3]))
        CASES.append(("every_fourth", [numbers(4 * n, dtype), np.zeros(n, dtype)]))
        CASES.append(("interleaved", [x, x[::-1].copy(), np.zeros(2 * n, dtype)]))
        CASES.append(("into_the_next", [twice]))
        CASES.append(("from_the_last", [twice]))
        CASES.append(("turned_round", [x, np.zeros(n, dtype)]))
        CASES.append(("turned_round", [x[::-1], np.zeros(n, dtype)]))
        CASES.append(("turned_in_place", [x]))
        CASES.append(("counting_down", [x, np.zeros(n, dtype)]))
        CASES.append(("moved_up", [x, n % 5]))
        CASES.append(("moved_down", [x, n % 5]))
        CASES.append(("down_and_up", [x, twice[:n], np.zeros(n, dtype)]))
        CASES.append(("every_other", [x, np.zeros(n, dtype)]))
        CASES.append(("every_third_down", [x, np.zeros(n, dtype)]))
        CASES.append(("sum_of_others", [x, x[::-1].copy()]))
        CASES.append(("backwards", [x]))
        if dtype[0] != "f":
            CASES.append(("total_down", [x]))
        for columns in [1, 2, 3, 7]:
            table = numbers(n * columns, dtype).reshape(n, columns)
            CASES.append(("column", [table, columns - 1]))
            CASES.append(("column", [np.asfortranarray(table), columns - 1]))
            CASES.append(("set_column", [table, columns - 1, 3]))
    for dtype in ["f8", "f4"]:
        for columns in [3, 4]:
            points = (numbers(n * columns, dtype) / 9).reshape(n, columns)
            CASES.append(("lengths", [points, np.zeros(n, dtype)]))
            CASES.append(("lengths", [np.asfortranarray(points), np.zeros(n, dtype)]))
        CASES.append(("quotients_of_pairs", [numbers(2 * n, dtype) + 0.5, np.zeros(n)]))
        CASES.append(("quotients_of_pairs", [numbers(2 * n, dtype), np.zeros(n)]))
        CASES.append(("quotients_down", [numbers(n, dtype), numbers(n, dtype) + 0.5, np.zeros(n)]))
        CASES.append(("quotients_down", [numbers(n, dtype), numbers(n, dtype), np.zeros(n)]))
    CASES.append(("truths", [numbers(2 * n, "i8") % 3 > 0, np.zeros(n, bool)]))
    CASES.append(("widened", [numbers(2 * n, "u1"), np.zeros(n, "f4")]))
    CASES.append(("widened", [numbers(2 * n, "i2"), np.zeros(n)]))
    CASES.append(("knapsack", [np.array([3, 5, 11, 1]), np.array([4, 7, 15, 1]), np.zeros(n + 1, "i8")]))
    CASES.append(("knapsack", [np.array([-2, 5]), np.array([4, 7]), np.arange(n + 1)]))
    # Too short by one: the last iterations raise.
    if n > 2:
        CASES.append(("pairs", [numbers(2 * n - 1, "f8"), np.zeros(n)]))
        CASES.append(("spread", [numbers(n, "f4"), numbers(3 * n - 2, "f4"), 1]))
        CASES.append(("turned_round", [numbers(n, "f8"), np.zeros(n - 1)]))
        CASES.append(("moved_down", [numbers(n, "i4"), -1]))
        CASES.append(("complex_product", [numbers(n, "c16"), numbers(n - 1, "c16"), np.zeros(n, "c16")]))
for shape in [(2, 5), (3, 40), (2, 131), (20, 67)]:
    for channels in [3, 4]:
        image = numbers(shape[0] * shape[1] * channels, "u1").reshape(*shape, channels)
        CASES.append(("grey", [image, np.zeros(shape, "u1")]))
        CASES.append(("reddish", [image]))
        CASES.append(("inverted", [image, np.zeros_like(image)]))
    planes = numbers(shape[0] * shape[1] * 3, "u1").reshape(3, *shape)
    CASES.append(("grey", [np.moveaxis(planes, 0, 2), np.zeros(shape, "u1")]))
