"""The kernels of the user guide, each on ordinary and on awkward input."""

import numpy as np

SOURCE = "docs/guide/kernels.py"

random = np.random.default_rng(20261122)
vector = random.standard_normal(257)
matrix = random.standard_normal((13, 29))

CASES = [
    ("l2_norm", [vector]),
    ("l2_norm", [np.array([])]),
    ("l2_norm", [vector[::-3]]),
    ("l2_norm", [np.array([1e200, np.inf, 1.0])]),
    ("row_sums", [matrix]),
    ("row_sums", [np.asfortranarray(matrix)]),
    ("row_sums", [matrix[::2, ::-1]]),
    ("row_sums", [np.zeros((0, 5))]),
    ("row_sums", [np.arange(12, dtype=np.int32).reshape(3, 4)]),
    ("escape_time", [-0.75, 0.05, 60]),
    ("mandelbrot", [-2.0, 0.6, -1.2, 1.2, 12, 8, 40]),
    ("mandelbrot", [-2.0, 0.6, -1.2, 1.2, 0, 8, 40]),
    ("jacobi_step", [matrix, np.zeros_like(matrix)]),
    ("jacobi_step", [matrix[:5, :5].T, np.ones((5, 5))]),
    ("jacobi_step", [matrix, np.zeros((13, 20))]),
    ("histogram", [vector, -2.0, 2.0, 10]),
    ("histogram", [vector.astype(np.float32), -2.0, 2.0, 7]),
    ("histogram", [np.array([np.nan, 0.5, 1.0 - 2.0**-53]), 0.0, 1.0, 3]),
    ("histogram", [vector, 1.0, 1.0, 10]),
    ("prefix_sum", [vector]),
    ("prefix_sum", [vector[::2]]),
    ("prefix_sum", [np.arange(9)]),
    ("matmul", [matrix[:, :7], matrix[:7, :]]),
    ("matmul", [matrix.T, matrix]),
    ("matmul", [matrix, matrix]),
    ("matmul", [np.zeros((2, 0)), np.zeros((0, 3))]),
    ("axpy", [0.5, vector, vector * 3.0]),
    ("axpy", [0.5, vector, np.zeros(3)]),
    ("collatz_steps", [27]),
    ("longest_collatz", [40]),
    ("dot", [vector, vector[::-1]]),
    ("dot", [vector, vector[:100]]),
    ("cosine_similarity", [vector, vector + 1.0]),
    ("cosine_similarity", [np.zeros(4), np.ones(4)]),
]
