"""Programs as NumPy users write them: slices, broadcasting, reductions along axes, masks and functions of the library together."""

import numpy as np
from hotloop import njit


@njit
def heat_2d(start, steps, rate):
    u = start.copy()
    for _ in range(steps):
        inner = u[1:-1, 1:-1]
        change = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * inner
        u[1:-1, 1:-1] = inner + rate * change
    return u


@njit
def heat_3d(start, steps, rate):
    u = start.copy()
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += rate * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, :-2, 1:-1]
            + u[1:-1, 1:-1, 2:]
            + u[1:-1, 1:-1, :-2]
            - 6.0 * u[1:-1, 1:-1, 1:-1]
        )
    return u


@njit
def conjugate_gradient(a, b, tolerance):
    x = np.zeros_like(b)
    residual = b - np.sum(a * x, axis=1)
    direction = residual.copy()
    square = np.sum(residual * residual)
    steps = 0
    while square > tolerance * tolerance and steps < 4 * b.size:
        image = np.sum(a * direction, axis=1)
        length = square / np.sum(direction * image)
        x += length * direction
        residual -= length * image
        following = np.sum(residual * residual)
        direction = residual + (following / square) * direction
        square = following
        steps += 1
    return x


@njit
def nearest_neighbours(points, labels, query, k):
    differences = points - query
    distances = np.sqrt(np.sum(differences * differences, axis=1))
    nearest = np.argsort(distances, kind="stable")[:k]
    votes = np.bincount(labels[nearest])
    return np.argmax(votes), distances[nearest]


@njit
def transform(x):
    n = x.size
    if n == 1:
        return x.copy()
    even = transform(x[::2])
    odd = transform(x[1::2])
    turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    result = np.empty(n, np.complex128)
    result[: n // 2] = even + turned
    result[n // 2 :] = even - turned
    return result


@njit
def gram_schmidt(a):
    q = a.copy()
    for j in range(a.shape[1]):
        for i in range(j):
            q[:, j] -= np.sum(q[:, i] * q[:, j]) * q[:, i]
        q[:, j] /= np.sqrt(np.sum(q[:, j] ** 2))
    return q


@njit
def lu_with_pivoting(matrix):
    a = matrix.copy()
    n = a.shape[0]
    order = np.arange(n)
    for k in range(n - 1):
        pivot = k + np.argmax(np.abs(a[k:, k]))
        if a[pivot, k] == 0.0:
            raise ValueError("the matrix is singular")
        if pivot != k:
            row = a[k].copy()
            a[k] = a[pivot]
            a[pivot] = row
            order[k], order[pivot] = order[pivot], order[k]
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= a[k + 1 :, k, None] * a[None, k, k + 1 :]
    return a, order


@njit
def softmax_rows(x):
    shifted = np.exp(x - np.max(x, axis=1, keepdims=True))
    return shifted / np.sum(shifted, axis=1, keepdims=True)


@njit
def softmax_columns(x):
    shifted = np.exp(x - x.max(axis=0))
    return shifted / shifted.sum(axis=0)


@njit
def convolve(image, kernel):
    height, width = kernel.shape
    result = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for i in range(height):
        for j in range(width):
            result += kernel[i, j] * image[i : i + result.shape[0], j : j + result.shape[1]]
    return result


@njit
def equalise(image):
    counts = np.bincount(image.ravel(), minlength=256)
    running = np.cumsum(counts)
    first = running[running > 0][0]
    table = np.round((running - first) * 255.0 / (image.size - first)).astype(np.uint8)
    return table[image]


@njit
def csr_product(data, columns, starts, x):
    result = np.zeros(starts.size - 1)
    for row in range(result.size):
        start, stop = starts[row], starts[row + 1]
        result[row] = np.sum(data[start:stop] * x[columns[start:stop]])
    return result


@njit
def masked_moving_average(x, width):
    result = np.full(x.size, np.nan)
    valid = ~np.isnan(x)
    for i in range(x.size):
        low = max(0, i - width + 1)
        window = x[low : i + 1]
        chosen = window[valid[low : i + 1]]
        if chosen.size > 0:
            result[i] = np.mean(chosen)
    return result


@njit
def simulated_prices(rng, start, rate, volatility, years, paths, steps):
    """The prices of a share by geometric Brownian motion: a row a path."""
    step = years / steps
    growth = (rate - 0.5 * volatility**2) * step + volatility * np.sqrt(step) * rng.standard_normal((paths, steps))
    return start * np.exp(np.cumsum(growth, axis=1))


@njit
def option_prices(seed, start, strike, rate, volatility, years, paths, steps):
    """A call and a put at the end, a call on the mean price, and one that ends above a barrier; with their standard errors."""
    rng = np.random.default_rng(seed)
    prices = simulated_prices(rng, start, rate, volatility, years, paths, steps)
    mirrored = simulated_prices(rng, start, rate, volatility, years, paths, steps)
    last = np.concatenate((prices[:, -1], mirrored[:, -1]))
    means = np.concatenate((prices.mean(axis=1), mirrored.mean(axis=1)))
    highest = np.concatenate((prices.max(axis=1), mirrored.max(axis=1)))
    payoffs = np.stack((np.maximum(last - strike, 0.0), np.maximum(strike - last, 0.0), np.maximum(means - strike, 0.0), np.where(highest < 1.5 * start, np.maximum(last - strike, 0.0), 0.0)))
    payoffs *= np.exp(-rate * years)
    return payoffs.mean(axis=1), payoffs.std(axis=1) / np.sqrt(payoffs.shape[1]), rng.random()


@njit
def american_put(seed, start, strike, rate, volatility, years, paths, steps):
    """By the least squares of Longstaff and Schwartz, with a line as the regression."""
    rng = np.random.default_rng(seed)
    prices = simulated_prices(rng, start, rate, volatility, years, paths, steps)
    discount = np.exp(-rate * years / steps)
    value = np.maximum(strike - prices[:, -1], 0.0)
    for t in range(steps - 2, -1, -1):
        value *= discount
        now = prices[:, t]
        inside = now < strike
        if np.count_nonzero(inside) > 2:
            x, y = now[inside], value[inside]
            slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
            expected = y.mean() + slope * (now - x.mean())
            exercised = inside & (strike - now > expected)
            value = np.where(exercised, strike - now, value)
    return discount * value.mean()


random = np.random.default_rng(3)
NEAR = {"within": 1e-9}
symmetric = random.normal(size=(6, 6))
symmetric = symmetric @ symmetric.T + 6 * np.eye(6)
with_gaps = random.normal(size=12)
with_gaps[[0, 4, 5, 6]] = np.nan
table = np.where(random.random((5, 7)) < 0.4, random.normal(size=(5, 7)), 0.0)
columns = np.concatenate([np.flatnonzero(row) for row in table])
starts = np.concatenate([[0], np.cumsum(np.count_nonzero(table, axis=1))])

CASES = [
    ("heat_2d", [random.random((7, 9)), 5, 0.1]),
    ("heat_2d", [np.asfortranarray(random.random((7, 9))), 3, 0.2]),
    ("heat_3d", [random.random((5, 6, 4)), 4, 0.05]),
    ("conjugate_gradient", [symmetric, random.normal(size=6), 1e-10], {"within": 1e-7}),
    ("nearest_neighbours", [random.normal(size=(20, 3)), random.integers(0, 4, 20), np.zeros(3), 5], NEAR),
    ("transform", [random.normal(size=16) + 1j * random.normal(size=16)], NEAR),
    ("gram_schmidt", [random.normal(size=(6, 4))], NEAR),
    ("lu_with_pivoting", [random.normal(size=(5, 5))], NEAR),
    ("lu_with_pivoting", [np.zeros((3, 3))]),
    ("softmax_rows", [random.normal(size=(4, 5))], NEAR),
    ("softmax_columns", [random.normal(size=(4, 5))], NEAR),
    ("convolve", [random.random((8, 9)), random.random((3, 2))]),
    ("equalise", [random.integers(30, 200, (8, 8)).astype(np.uint8)]),
    ("csr_product", [table[table != 0], columns, starts, random.normal(size=7)], NEAR),
    ("masked_moving_average", [with_gaps, 3], NEAR),
    ("option_prices", [42, 100.0, 105.0, 0.03, 0.2, 1.0, 500, 12], NEAR),
    ("option_prices", [7, 100.0, 95.0, 0.01, 0.4, 0.5, 200, 50], NEAR),
    ("american_put", [11, 36.0, 40.0, 0.06, 0.2, 1.0, 400, 20], NEAR),
]
