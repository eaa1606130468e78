"""Each row of a matrix as shares of the exponentials."""
import numpy as np


def softmax_rows(a, out):
    for i in range(a.shape[0]):
        most = a[i, 0]
        for j in range(a.shape[1]):
            most = max(most, a[i, j])
        total = 0.0
        for j in range(a.shape[1]):
            out[i, j] = np.exp(a[i, j] - most)
            total += out[i, j]
        for j in range(a.shape[1]):
            out[i, j] /= total
