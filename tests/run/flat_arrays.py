"""All elements of arrays whatever their dimensions: `.flat`, `.item()`, `np.ndindex`, `np.ndenumerate`, `np.nditer`, `in`, arrays without dimensions."""

import numpy as np
from hotloop import njit


@njit
def all_of(x):
    total = 0.0
    for value in x.flat:
        total = total * 2 + value
    return total, sum(x.flat), max(x.flat), [value for value in x.flat]


@njit
def numbered(x):
    total = 0.0
    for position, value in enumerate(x.flat):
        if position % 2 == 1:
            continue
        total += position * value
    return total


@njit
def element(x, i):
    return x.flat[i]


@njit
def parts(x):
    y = x.flat[1:3]
    y[:] = 0
    return y, x.flat[-1], x.flat[::2]


@njit
def stored(x, i, v):
    x.flat[i] = v
    x.flat[i] += 1
    return x


@njit
def all_stored(x):
    x.flat = 3
    x.flat[0] = 4
    return x


@njit
def slices_stored(x):
    x.flat[1:] = 3
    x.flat[::3] *= 2
    return x


@njit
def indices(n, m):
    found = []
    for i, j in np.ndindex(n, m):
        found.append((i, j))
    for index in np.ndindex((m, n)):
        found.append(index)
    return found


@njit
def of_shape(x):
    total = 0.0
    for index in np.ndindex(x.shape):
        total = total * 3 + x[index]
        x[index] += 1
    return total


@njit
def one_index(n):
    return [index for index in np.ndindex(n)], [index for index in np.ndindex(2, 1, 2)]


@njit
def enumerated(x):
    total, last = 0.0, -1
    for (i, j), value in np.ndenumerate(x):
        total += i * 10 * value + j
        last = j
        if value > 8:
            break
    return total, last


@njit
def enumerated_line(x):
    return [(index, value) for index, value in np.ndenumerate(x)]


@njit
def through_an_iterator(x):
    total = 0.0
    for value in np.nditer(x):
        total = total * 2 + value.item() + value[()]
        if value > 7:
            total += 1
    return total


@njit
def contains(x, value):
    return value in x, value not in x


@njit
def items(x):
    return x.item(0), x.item(-1)


@njit
def only_item(x):
    return x.item()


@njit
def item_of_two(x, i, j):
    return x.item(i, j)


@njit
def no_dimensions(x):
    y = x + 1
    x[()] = 5
    x[...] += 2
    return y, x[()], float(x), int(x), x.ndim, x.shape, x.size, x.item(), x == 7, -x


@njit
def truth(x):
    return 1 if x else 2


@njit
def without_dimensions(x):
    y = x[0, ...]
    z = x[1]
    y[...] = 9
    return x, y * 2, z


@njit
def copies(x):
    y = x.copy()
    y[()] += 1
    return y, x.astype(np.int8), x


@njit
def rows(x):
    total = np.zeros(x.shape[1])
    for row in x:
        total += row
        row[0] = -1
    return total, x


@njit
def rows_of_rows(x):
    total = 0.0
    for plane in x:
        for row in plane[::-1]:
            for value in row:
                total = total / 2 + value
    return total


@njit
def facts(x):
    return len(x), np.shape(x), np.size(x), np.ndim(x), x.shape == (3, 4), x.shape[0] == x.shape[1]


@njit
def parts_stored(z):
    z.real = 1
    z.imag = z.real * 2
    return z


TABLE = np.arange(12.0).reshape(3, 4)
CUBE = np.arange(24.0).reshape(2, 3, 4)
LAYOUTS = [TABLE, np.asfortranarray(TABLE), TABLE[:, ::-2], TABLE[:1]]

CASES = [
    *[(name, [x]) for name in ("all_of", "numbered") for x in (*LAYOUTS, CUBE, np.asfortranarray(CUBE), TABLE[0], TABLE[0, ::-1])],
    *[("element", [x, i]) for x in (*LAYOUTS, CUBE[:, ::2], TABLE[0]) for i in (0, 3, -1, 100, -100)],
    ("parts", [TABLE]),
    ("parts", [TABLE[0]]),
    *[("stored", [x.copy("K"), i, 50]) for x in (TABLE, np.asfortranarray(TABLE), CUBE, np.asfortranarray(CUBE)) for i in (0, 5, -1, -30)],
    *[("all_stored", [x.copy("K")]) for x in (TABLE, np.asfortranarray(TABLE))],
    ("slices_stored", [TABLE.copy()]),
    *[("indices", [n, m]) for n, m in ((2, 3), (0, 2), (1, 1))],
    ("indices", [-1, 2]),
    *[("of_shape", [x.copy("K")]) for x in (TABLE, np.asfortranarray(TABLE), CUBE, TABLE[0], TABLE[:0])],
    ("one_index", [3]),
    *[("enumerated", [x]) for x in LAYOUTS],
    ("enumerated_line", [np.arange(3)]),
    ("enumerated_line", [CUBE[:, 0]]),
    *[("through_an_iterator", [x]) for x in (TABLE, np.asfortranarray(TABLE), CUBE, TABLE[0].copy())],
    *[("contains", [x, value]) for x in (*LAYOUTS, CUBE) for value in (3, 3.5, 11.0, -1)],
    ("contains", [np.array([1 + 2j, 3]), 1 + 2j]),
    ("contains", [np.array([True, False]), True]),
    *[("items", [x]) for x in (TABLE, np.asfortranarray(TABLE).astype(np.float32), np.arange(3, dtype=np.uint8))],
    *[("only_item", [x]) for x in (np.array([2.5]), np.array([[3]], np.int16), np.array(2.5, np.float32), np.arange(2), np.arange(0))],
    *[("item_of_two", [TABLE, i, j]) for i, j in ((1, 2), (-1, 0), (0, 4))],
    ("no_dimensions", [np.array(3.0)]),
    ("no_dimensions", [np.array(3)]),
    *[("truth", [np.array(v)]) for v in (0.0, 2.5, True, 0)],
    ("without_dimensions", [np.arange(3.0).reshape(3, 1)[:, 0].copy().reshape(3)]),
    ("copies", [np.array(3.0)]),
    *[("rows", [x.copy("K")]) for x in (TABLE, np.asfortranarray(TABLE))],
    *[("rows_of_rows", [x]) for x in (CUBE, np.asfortranarray(CUBE), CUBE[:, ::-1, ::2])],
    ("facts", [TABLE]),
    ("facts", [TABLE[:2]]),
    ("parts_stored", [np.zeros((2, 2), np.complex128)]),
    ("parts_stored", [np.zeros((2, 2), np.complex64, order="F")]),
]
