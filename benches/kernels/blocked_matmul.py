"""A product of matrices in blocks of 32 rows and columns."""


def blocked_matmul(a, b, out):
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            out[i, j] = 0.0
    for i0 in range(0, n, 32):
        for k0 in range(0, n, 32):
            for j0 in range(0, n, 32):
                for i in range(i0, min(i0 + 32, n)):
                    for k in range(k0, min(k0 + 32, n)):
                        x = a[i, k]
                        for j in range(j0, min(j0 + 32, n)):
                            out[i, j] += x * b[k, j]
