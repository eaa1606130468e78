"""Solves a tridiagonal system; the diagonals stay as they are."""


def tridiagonal(lower, diagonal, upper, right, c, x):
    n = diagonal.shape[0]
    c[0] = upper[0] / diagonal[0]
    x[0] = right[0] / diagonal[0]
    for i in range(1, n):
        m = 1.0 / (diagonal[i] - lower[i] * c[i - 1])
        c[i] = upper[i] * m
        x[i] = (right[i] - lower[i] * x[i - 1]) * m
    for i in range(n - 2, -1, -1):
        x[i] -= c[i] * x[i + 1]
