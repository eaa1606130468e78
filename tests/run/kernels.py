"""Whole kernels as people write them: dynamic programming, simulation, linear algebra, images, number theory."""

import math
from math import exp, sqrt

import hotloop
import numpy as np
from hotloop import njit, prange

GRAVITY = 9.81


@njit
def levenshtein(a, b):
    n, m = a.shape[0], b.shape[0]
    row = np.empty(m + 1, dtype=np.int64)
    for j in range(m + 1):
        row[j] = j
    for i in range(n):
        diagonal = row[0]
        row[0] = i + 1
        for j in range(m):
            up = row[j + 1]
            best = diagonal if a[i] == b[j] else diagonal + 1
            best = min(best, up + 1, row[j] + 1)
            row[j + 1] = best
            diagonal = up
    return row[m]


@njit
def estimate_pi(n, seed):
    state = np.uint64(seed)
    scale = 1.0 / 9007199254740992.0
    hits = 0
    for _ in range(n):
        state ^= state >> np.uint64(12)
        state ^= state << np.uint64(25)
        state ^= state >> np.uint64(27)
        x = ((state * np.uint64(2685821657736338717)) >> np.uint64(11)) * scale
        state ^= state >> np.uint64(12)
        state ^= state << np.uint64(25)
        state ^= state >> np.uint64(27)
        y = ((state * np.uint64(2685821657736338717)) >> np.uint64(11)) * scale
        if x * x + y * y < 1.0:
            hits += 1
    return 4.0 * hits / n


@njit
def floyd_warshall(distance):
    n = distance.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = distance[i, k] + distance[k, j]
                if through < distance[i, j]:
                    distance[i, j] = through


@njit
def life(board, out):
    rows, columns = board.shape
    for i in range(rows):
        for j in range(columns):
            alive = 0
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    if not (di == 0 and dj == 0):
                        alive += board[(i + di) % rows, (j + dj) % columns]
            out[i, j] = 1 if alive == 3 or (alive == 2 and board[i, j] == 1) else 0


@njit
def cumulative_normal(d):
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    p = 0.3989422804014327 * exp(-0.5 * d * d) * poly
    return 1.0 - p if d > 0.0 else p


@njit
def black_scholes(price, strike, years, rate, volatility, call, put):
    for i in range(price.shape[0]):
        root = math.sqrt(years[i])
        d1 = (math.log(price[i] / strike[i]) + (rate + 0.5 * volatility**2) * years[i]) / (volatility * root)
        d2 = d1 - volatility * root
        c1, c2 = cumulative_normal(d1), cumulative_normal(d2)
        discounted = strike[i] * exp(-rate * years[i])
        call[i] = price[i] * c1 - discounted * c2
        put[i] = discounted * (1.0 - c2) - price[i] * (1.0 - c1)


@njit
def sparse_product(pointers, indices, values, x):
    y = np.zeros(pointers.shape[0] - 1)
    for i in range(y.size):
        acc = 0.0
        for k in range(pointers[i], pointers[i + 1]):
            acc += values[k] * x[indices[k]]
        y[i] = acc
    return y


@njit
def solved(a, b):
    """Gaussian elimination with partial pivoting, in place."""
    n = a.shape[0]
    for column in range(n):
        pivot = column
        for row in range(column + 1, n):
            if abs(a[row, column]) > abs(a[pivot, column]):
                pivot = row
        if a[pivot, column] == 0.0:
            raise ValueError("the matrix is singular")
        if pivot != column:
            for j in range(n):
                a[column, j], a[pivot, j] = a[pivot, j], a[column, j]
            b[column], b[pivot] = b[pivot], b[column]
        for row in range(column + 1, n):
            factor = a[row, column] / a[column, column]
            for j in range(column, n):
                a[row, j] -= factor * a[column, j]
            b[row] -= factor * b[column]
    for row in range(n - 1, -1, -1):
        for j in range(row + 1, n):
            b[row] -= a[row, j] * b[j]
        b[row] /= a[row, row]
    return b


@hotloop.jit(nopython=True)
def gauss_blur(image):
    height, width = image.shape
    a, b, c = np.float32(0.0625), np.float32(0.25), np.float32(0.375)
    out = np.zeros_like(image)
    for i in range(height):
        for j in range(2, width - 2):
            outer = image[i, j - 2] + image[i, j + 2]
            inner = image[i, j - 1] + image[i, j + 1]
            out[i, j] = a * outer + b * inner + c * image[i, j]
    return out


@njit
def thresholded(image, level):
    bright = 0
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            if image[i, j] >= level:
                image[i, j] = 255
                bright += 1
            else:
                image[i, j] //= 2
    return bright


@njit
def simpson(a, b, n):
    if n % 2 == 1:
        n += 1
    h = (b - a) / n
    total = 0.0
    for k in range(n + 1):
        x = a + k * h
        weight = 1 if k == 0 or k == n else 4 if k % 2 == 1 else 2
        total += weight * math.sin(x) * x
    return total * h / 3


@njit
def bisected(low, high, tolerance):
    steps = 0
    while high - low > tolerance:
        middle = 0.5 * (low + high)
        if middle**3 - middle - 2.0 > 0.0:
            high = middle
        else:
            low = middle
        steps += 1
        if steps >= 200:
            break
    return 0.5 * (low + high), steps


@njit
def flight(speed, angle, dt):
    x = y = 0.0
    vx, vy = speed * math.cos(angle), speed * math.sin(angle)
    steps = 0
    while y >= 0.0 and steps < 10000:
        drag = 0.01 * sqrt(vx * vx + vy * vy)
        vx -= drag * vx * dt
        vy -= (GRAVITY + drag * vy) * dt
        x += vx * dt
        y += vy * dt
        steps += 1
    return x, steps


@njit
def walk(steps, size):
    """A walk on a torus, steered by a linear congruential generator; visits are counted."""
    visits = np.zeros((size, size), dtype=np.int32)
    i = j = size // 2
    state = 12345
    for _ in range(steps):
        state = (state * 1103515245 + 12345) % 2147483648
        direction = (state >> 16) & 3
        if direction % 2 == 0:
            i = (i + 1 - direction) % size
        else:
            j = (j + 2 - direction) % size
        visits[i, j] += 1
    return visits, i, j


@njit("boolean(int64[:], int64)")
def is_safe(queens, row):
    for other in range(row):
        if queens[other] == queens[row] or abs(queens[other] - queens[row]) == row - other:
            return False
    return True


@njit("int64(int64[:], int64)")
def placements(queens, row):
    if row == queens.shape[0]:
        return 1
    count = 0
    for column in range(queens.shape[0]):
        queens[row] = column
        if is_safe(queens, row):
            count += placements(queens, row + 1)
    return count


@njit
def power_modulo(base, exponent, modulus):
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


@njit
def bit_counts(values):
    out = np.zeros(values.shape[0], dtype=np.uint8)
    for i in range(values.shape[0]):
        v = values[i]
        while v:
            v &= v - 1
            out[i] += 1
    return out


@njit
def moving_average(x, window):
    assert 0 < window <= x.size, "the window must fit"
    out = np.empty(x.size - window + 1)
    acc = 0.0
    for i in range(x.size):
        acc += x[i]
        if i >= window:
            acc -= x[i - window]
        if i >= window - 1:
            out[i - window + 1] = acc / window
    return out


@njit
def statistics(x):
    n = len(x)
    if n == 0:
        raise ValueError("no values")
    mean = 0.0
    m2 = 0.0
    low = high = x[0]
    for i in range(n):
        delta = x[i] - mean
        mean += delta / (i + 1)
        m2 += delta * (x[i] - mean)
        low = min(low, x[i])
        high = max(high, x[i])
    return mean, sqrt(m2 / n), low, high


@njit(parallel=True, fastmath=False)
def pairwise_distances(points):
    n, d = points.shape
    out = np.zeros((n, n))
    for i in prange(n):
        for j in range(n):
            acc = 0.0
            for k in range(d):
                difference = points[i, k] - points[j, k]
                acc += difference * difference
            out[i, j] = acc**0.5
    return out


@njit
def knapsack(weights, values, capacity):
    best = np.zeros(capacity + 1, dtype=np.int64)
    for item in range(weights.shape[0]):
        for room in range(capacity, weights[item] - 1, -1):
            candidate = best[room - weights[item]] + values[item]
            if candidate > best[room]:
                best[room] = candidate
    return best[capacity]


random = np.random.default_rng(42)
points = random.random((9, 3))
graph = np.where(random.random((8, 8)) < 0.4, random.integers(1, 9, (8, 8)), 1000).astype(float)
text = random.integers(97, 101, 14).astype(np.uint8)
square = random.random((6, 6))
price, strike, years = random.uniform(5, 30, 20), random.uniform(1, 100, 20), random.uniform(0.25, 10, 20)

CASES = [
    ("levenshtein", [text, text[::2]]),
    ("levenshtein", [text[:0], text]),
    ("estimate_pi", [500, 2463534242]),
    ("floyd_warshall", [graph.copy()]),
    ("floyd_warshall", [graph.astype(np.int32)]),
    ("life", [(random.random((7, 9)) < 0.4).astype(np.int64), np.zeros((7, 9), np.int64)]),
    ("life", [(random.random((6, 5)) < 0.4).astype(np.uint8), np.zeros((6, 5), np.uint8)]),
    ("black_scholes", [price, strike, years, 0.02, 0.3, np.zeros(20), np.zeros(20)]),
    ("black_scholes", [price, strike, years * 0.0, 0.02, 0.3, np.zeros(20), np.zeros(20)]),
    ("sparse_product", [np.array([0, 2, 2, 5]), np.array([0, 3, 1, 2, 3]), np.arange(1.0, 6.0), np.arange(4.0)]),
    ("sparse_product", [np.array([0, 2, 2, 5]), np.array([0, 3, 1, 9, 3]), np.arange(1.0, 6.0), np.arange(4.0)]),
    ("solved", [square.copy(), np.arange(6.0)]),
    ("solved", [np.ones((3, 3)), np.arange(3.0)]),
    ("solved", [np.asfortranarray(square), np.arange(6.0)]),
    ("gauss_blur", [random.random((5, 9)).astype(np.float32)]),
    ("thresholded", [random.integers(0, 256, (6, 7)).astype(np.uint8), 128]),
    ("simpson", [0.0, math.pi, 15]),
    ("bisected", [1.0, 2.0, 1e-12]),
    ("flight", [30.0, 0.7, 0.01]),
    ("walk", [500, 11]),
    ("placements", [np.zeros(5, np.int64), 0]),
    ("power_modulo", [3, 200, 1000007]),
    ("bit_counts", [np.array([0, 1, 255, -1, 2**40 - 1])]),
    ("moving_average", [np.arange(10.0) ** 2, 3]),
    ("moving_average", [np.arange(3.0), 4]),
    ("statistics", [random.standard_normal(50)]),
    ("statistics", [np.array([3, 1, 2])]),
    ("statistics", [np.zeros(0)]),
    ("pairwise_distances", [points]),
    ("knapsack", [np.array([1, 3, 4, 5]), np.array([1, 4, 5, 7]), 9]),
]
