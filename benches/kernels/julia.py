"""How long each point of a square stays bounded under z*z + c."""


def julia(cr, ci, limit, out):
    h = out.shape[0]
    w = out.shape[1]
    for i in range(h):
        for j in range(w):
            zr = 3.0 * j / w - 1.5
            zi = 3.0 * i / h - 1.5
            k = 0
            while k < limit and zr * zr + zi * zi <= 4.0:
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                k += 1
            out[i, j] = k
