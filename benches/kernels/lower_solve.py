"""Solves a system whose matrix is lower triangular, row by row."""


def lower_solve(matrix, right, x):
    for i in range(matrix.shape[0]):
        s = right[i]
        for j in range(i):
            s -= matrix[i, j] * x[j]
        x[i] = s / matrix[i, i]
