"""A matrix turned over in blocks of 16 rows and columns."""


def blocked_transpose(a, out):
    n = a.shape[0]
    m = a.shape[1]
    for i0 in range(0, n, 16):
        for j0 in range(0, m, 16):
            for i in range(i0, min(i0 + 16, n)):
                for j in range(j0, min(j0 + 16, m)):
                    out[j, i] = a[i, j]
