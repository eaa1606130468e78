"""Two grey images mixed with a weight of 0 to 256."""


def blend_u8(a, b, weight, out):
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (a[i, j] * weight + b[i, j] * (256 - weight)) >> 8
