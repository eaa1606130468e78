"""One step of the heat equation in a cube, with six neighbours."""


def heat3d(a, rate, out):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            for k in range(1, a.shape[2] - 1):
                around = a[i - 1, j, k] + a[i + 1, j, k] + a[i, j - 1, k] + a[i, j + 1, k] + a[i, j, k - 1] + a[i, j, k + 1]
                out[i, j, k] = a[i, j, k] + rate * (around - 6.0 * a[i, j, k])
