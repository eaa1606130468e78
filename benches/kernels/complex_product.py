"""Products of complex numbers, and a sum."""


def complex_product(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] * y[i] + x[i]
