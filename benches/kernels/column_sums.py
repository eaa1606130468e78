"""The sum of each column of a matrix, one column after the other: every element is a row away from the last."""


def column_sums(a, out):
    for j in range(a.shape[1]):
        s = 0.0
        for i in range(a.shape[0]):
            s += a[i, j]
        out[j] = s
