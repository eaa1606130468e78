"""Arrays in another arrangement: transposed, flipped, squeezed, reshaped, broadcast, parts of their elements, in every layout."""

import numpy as np
from hotloop import njit


@njit
def transposed(x):
    return x.T, np.transpose(x), x.transpose()


@njit
def two_axes(x):
    return x.transpose(1, 0), np.transpose(x, (-1, 0)), x.swapaxes(0, 1), np.swapaxes(x, -1, 0)


@njit
def three_axes(x):
    return x.T, x.transpose(1, 2, 0), np.transpose(x, (2, 0, 1)), x.swapaxes(0, 2), np.moveaxis(x, 0, -1), np.moveaxis(x, (0, 2), (1, 0))


@njit
def through_the_transpose(x):
    x.T[0] = 7
    x.swapaxes(0, 1)[1, 0] += 1
    return x.T.shape, x.T.strides


@njit
def with_axes(x):
    return np.expand_dims(x, 0), np.expand_dims(x, -1), np.expand_dims(x, (0, 2))


@njit
def squeezed(x):
    return np.squeeze(x, 1), x.squeeze(-2), np.squeeze(x, axis=(1,)).shape


@njit
def flipped(x):
    return np.flip(x), np.flip(x, 0), np.flip(x, axis=-1), np.flipud(x)


@njit
def flipped_tables(x):
    return np.fliplr(x), np.flip(x, (0, 1)), np.flipud(x)


@njit
def reshaped(x, n):
    return x.reshape(n), x.reshape((n,)), np.reshape(x, (1, n)), x.reshape(-1), x.reshape(n, 1, -1)


@njit
def in_rows(x, rows):
    return x.reshape(rows, -1), x.reshape(-1, rows), np.reshape(x, (rows, -1), order="F"), x.reshape((rows, -1), order="C")


@njit
def to_shape(x, shape):
    return x.reshape(shape), np.reshape(x, shape)


@njit
def to_three(x, a, b, c):
    return x.reshape(a, b, c)


@njit
def through_the_shape(x):
    y = x.reshape(-1)
    y[0] = 50
    return y.flags.c_contiguous


@njit
def in_one_dimension(x):
    flat, copy = x.ravel(), x.flatten()
    copy[:] += 1
    return flat, copy, np.ravel(x), x.ravel("F"), x.T.ravel()


@njit
def larger(x):
    return np.broadcast_to(x, (2, 3, 4))


@njit
def to_lengths(x, rows, columns):
    y = np.broadcast_to(x, (rows, columns))
    return y, y + 1, y.strides[0]


@njit
def parts(z):
    z.real[:] *= 2
    z.imag[...] += 1
    return z.real, z.imag, z.T.imag, np.real(z), np.imag(z)


@njit
def parts_of_reals(x):
    return x.real, x.imag, np.real(x), np.imag(x), x.conj()


@njit
def conjugates(z):
    return z.conj(), z.conjugate(), np.conj(z)


@njit
def as_integers(x):
    bits = x.view(np.int64)
    bits[0] ^= -9223372036854775808
    return bits


@njit
def as_unsigned(x):
    return x.view(np.uint8), x.view("uint8").T, x.view()


@njit
def resized_views(x):
    return x.view(np.uint8), x.view(np.float32), x.view(np.int16).shape, x.view(np.complex128)


@njit
def written_through_a_resized_view(x):
    halves = x.view(np.uint32)
    halves[..., 1] = 0x40000000
    return x


@njit
def flags(x):
    return x.flags.c_contiguous, x.flags.f_contiguous, x.flags.contiguous, x.flags.writeable


@njit
def flags_of_views(x):
    return x.T.flags.c_contiguous, x[1:].flags.c_contiguous, x[:, 1:].flags.c_contiguous, x[:1, :1].flags.f_contiguous, x[:, :1].T.flags.c_contiguous


@njit
def matrix_product(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(b.T.shape[1]):
                c[i, j] += a[i, k] * b.T[j, k]
    return c


@njit
def of_expressions(x, y):
    return (x + y).T, (x * 2).reshape(-1), (x - y).ravel()[::2], (x.T + y.T).flatten()


@njit
def blocks(x):
    """The sums of blocks of two by two, by a shape of four dimensions."""
    y = x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2)
    return y[:, 0, :, 0] + y[:, 0, :, 1] + y[:, 1, :, 0] + y[:, 1, :, 1]


@njit
def in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        y = x.reshape(-1)
        if k % 2 == 0:
            y = x.T.reshape(-1)
        total += y[k]
    return total


TABLE = np.arange(12.0).reshape(3, 4)
CUBE = np.arange(24).reshape(2, 3, 4)
LINE = np.arange(12)
COMPLEX = np.arange(6.0).reshape(2, 3) * (1 + 2j)
LAYOUTS = [TABLE, np.asfortranarray(TABLE), TABLE[:, ::2], TABLE[::-1], TABLE[:0], TABLE[:, :0], TABLE[1:2]]

CASES = [
    *[(name, [x]) for name in ("transposed", "two_axes", "flipped", "flipped_tables", "with_axes", "in_one_dimension", "flags", "flags_of_views") for x in LAYOUTS],
    *[("transposed", [x]) for x in (LINE, CUBE, np.array(3.0))],
    *[("three_axes", [x]) for x in (CUBE, np.asfortranarray(CUBE), CUBE[::-1, :, ::3])],
    *[("through_the_transpose", [x.copy("K")]) for x in (TABLE, np.asfortranarray(TABLE))],
    ("squeezed", [np.arange(3.0).reshape(3, 1)]),
    ("squeezed", [TABLE]),
    ("flipped", [LINE]),
    ("flipped", [LINE[::3]]),
    *[("reshaped", [x, 12]) for x in (LINE, TABLE, CUBE[0], np.asfortranarray(TABLE), TABLE.T, np.arange(24)[::-2])],
    ("reshaped", [LINE, 5]),
    ("reshaped", [TABLE, -1]),
    ("reshaped", [np.array(3.5), 1]),
    ("reshaped", [LINE[:0], 0]),
    *[("in_rows", [x, rows]) for x in (LINE, TABLE, np.asfortranarray(TABLE)) for rows in (1, 3, 4, 12, 5, 0)],
    ("in_rows", [LINE[:0], 3]),
    *[("to_shape", [CUBE, shape]) for shape in (24, (4, 6), (6, -1), (2, 2, 2, 3), (5, 5), (-1, -1), (-1, 7))],
    ("to_three", [CUBE, 4, 3, 2]),
    ("to_three", [CUBE, -1, 3, 2]),
    ("to_three", [CUBE, 4, -1, 2]),
    ("to_three", [CUBE, 4, -1, -1]),
    ("to_three", [CUBE, 5, -1, 2]),
    ("to_three", [LINE[:0], 2**32, 2**32, 1]),
    *[("through_the_shape", [x.copy("K")]) for x in (TABLE, np.asfortranarray(TABLE))],
    ("in_one_dimension", [np.asfortranarray(CUBE)]),
    ("in_one_dimension", [CUBE[:, ::2]]),
    ("larger", [np.arange(4)]),
    ("larger", [np.arange(3).reshape(3, 1)]),
    ("larger", [CUBE]),
    ("larger", [np.arange(3)]),
    ("larger", [np.array(2.5)]),
    ("to_lengths", [np.arange(4), 3, 4]),
    ("to_lengths", [TABLE, 3, 4]),
    ("to_lengths", [np.arange(4), 3, 5]),
    ("to_lengths", [np.arange(4), -1, 4]),
    ("to_lengths", [np.arange(4), 0, 4]),
    *[("parts", [z.copy("K")]) for z in (COMPLEX, COMPLEX.astype(np.complex64), np.asfortranarray(COMPLEX))],
    *[("parts_of_reals", [x]) for x in (TABLE, LINE.astype(np.int8), TABLE[:, ::2])],
    ("conjugates", [COMPLEX]),
    ("conjugates", [np.asfortranarray(COMPLEX)]),
    ("as_integers", [np.arange(1.0, 5.0)]),
    ("as_integers", [TABLE.copy()[:, ::2][0]]),
    ("as_unsigned", [np.arange(-2, 4, dtype=np.int8).reshape(2, 3)]),
    ("flags", [np.array(1.0)]),
    ("flags", [CUBE[:, :1, :1]]),
    ("matrix_product", [TABLE, TABLE.T]),
    *[("of_expressions", [x, x + 1]) for x in LAYOUTS[:4]],
    ("blocks", [np.arange(24.0).reshape(4, 6)]),
    ("blocks", [np.asfortranarray(np.arange(24.0).reshape(4, 6))]),
    ("in_a_loop", [TABLE, 12]),
    ("resized_views", [np.arange(4.0)]),
    ("resized_views", [np.arange(12.0).reshape(3, 4)]),
    ("resized_views", [np.zeros(0)]),
    # An odd number of floats is no array of complex numbers.
    ("resized_views", [np.arange(3.0)]),
    ("resized_views", [np.arange(12, dtype=np.uint8).reshape(3, 4)]),
    ("written_through_a_resized_view", [np.arange(4.0)]),
    ("written_through_a_resized_view", [np.arange(6).reshape(2, 3)]),
]
