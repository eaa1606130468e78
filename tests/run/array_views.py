"""Views of arrays: slices of every kind, `...`, new axes, and what is written through them."""

import numpy as np
from hotloop import njit


@njit
def sliced(x, start, stop, step):
    return x[start:stop:step]


@njit
def from_start(x, stop):
    return x[:stop]


@njit
def to_end(x, start):
    return x[start:]


@njit
def every(x, step):
    return x[::step]


@njit
def constant_slices(x):
    return x[1:-1], x[::-1], x[-3:], x[:0], x[5:2], x[::3], x[-100:100], x[8:1:-2]


@njit
def row(x, i):
    return x[i]


@njit
def column(x, j):
    return x[:, j]


@njit
def block(x, i, j):
    return x[i : i + 2, j : j + 3]


@njit
def corner(x):
    return x[1:, ::-2]


@njit
def with_ellipsis(x):
    return x[..., 0], x[0, ...], x[...]


@njit
def with_named_new_axes(x):
    return x[np.newaxis], x[:, np.newaxis, ...]


@njit
def with_new_axes(x):
    return x[None], x[:, None], x[None, ..., None]


@njit
def view_of_view(x):
    return x[1:][::2][1:]


@njit
def last_of_view(x, start):
    y = x[start:]
    return y[-1] + y.shape[0] + y.size


@njit
def rows_total(x):
    total = 0.0
    for row in x[1:]:
        for value in row[::2]:
            total += value
    return total


@njit
def out_of_view(x):
    return x[2:4][2]


@njit
def fill_all(x, value):
    x[:] = value
    return x


@njit
def fill_part(x, value):
    x[1:-1] = value
    x[0:0] = 99
    return x


@njit
def fill_row(x, i, value):
    x[i] = value


@njit
def fill_column(x, j, value):
    x[:, j] = value


@njit
def copy_row(x, i, j):
    x[i] = x[j]


@njit
def shift_up(x):
    x[1:] = x[:-1]


@njit
def shift_down(x):
    x[:-1] = x[1:]


@njit
def reverse(x):
    x[:] = x[::-1]


@njit
def spread(x, y):
    x[...] = y


@njit
def spread_column(x, y):
    x[:, :] = y[:, None]


@njit
def transposed_block(x):
    x[:2, :2] = x[1:3, 1:3]
    return x[0, 0]


@njit
def add_in_place(x, y):
    x += y
    return x


@njit
def add_to_part(x, y):
    x[1:] += y
    return x[0]


@njit
def add_to_itself(x):
    x[1:] += x[:-1]


@njit
def halve(x):
    x[::2] /= 2
    return x


@njit
def wrong_shape(x, y):
    x[1:] = y


@njit
def keeps_alive(n):
    x = np.zeros((n, n))
    for i in range(n):
        x[i, i:] = i
    return x[1:, 1]


@njit
def of_call(n):
    return keeps_alive(n)[::2]


@njit
def zero_step(x, step):
    return x[::step]


@njit
def scalar_view(x, i):
    y = x[i, ...]
    y[()] = 5
    return x[i]


LINE = np.arange(10.0)
TABLE = np.arange(24.0).reshape(4, 6)
BOUNDS = [-11, -10, -3, 0, 1, 9, 11, 2**62, -(2**62)]

CASES = [
    *[("sliced", [LINE, start, stop, step]) for start in BOUNDS for stop in BOUNDS for step in (1, -1, 3, -(2**63))],
    *[("from_start", [LINE, bound]) for bound in BOUNDS],
    *[("to_end", [LINE, bound]) for bound in BOUNDS],
    *[("every", [x, step]) for x in (LINE, LINE[::-2], LINE[:0]) for step in (1, 2, -1, -4, 100)],
    ("every", [LINE, np.int8(-2)]),
    ("every", [LINE, np.uint64(3)]),
    *[("constant_slices", [x]) for x in (LINE, LINE[::-1], LINE[:2], LINE[:0], np.arange(10, dtype=np.int8))],
    *[("row", [x, i]) for x in (TABLE, np.asfortranarray(TABLE), TABLE[::-1, ::2]) for i in (0, -1, 4)],
    *[("column", [x, i]) for x in (TABLE, np.asfortranarray(TABLE), TABLE[::-1, ::2]) for i in (0, -1, 6)],
    ("block", [TABLE, 1, 2]),
    ("block", [TABLE, 3, 5]),
    ("block", [np.asfortranarray(TABLE), -2, -3]),
    ("corner", [TABLE]),
    ("corner", [np.asfortranarray(TABLE)]),
    ("with_ellipsis", [TABLE]),
    ("with_ellipsis", [TABLE.reshape(2, 3, 4)]),
    ("with_new_axes", [LINE]),
    ("with_named_new_axes", [LINE]),
    ("view_of_view", [LINE]),
    ("view_of_view", [LINE[:2]]),
    ("last_of_view", [LINE, 3]),
    ("last_of_view", [LINE, 10]),
    ("rows_total", [TABLE]),
    ("out_of_view", [LINE]),
    *[("fill_all", [x.copy(), value]) for x in (LINE, TABLE) for value in (7, -2.5, True)],
    ("fill_all", [np.arange(4, dtype=np.uint8), 300]),
    ("fill_all", [np.arange(4, dtype=np.complex64), 1.5 + 2j]),
    ("fill_part", [LINE.copy(), 3.0]),
    ("fill_part", [LINE[:1].copy(), 3.0]),
    ("fill_row", [TABLE.copy(), -1, 9]),
    ("fill_row", [TABLE.copy(), 4, 9]),
    ("fill_column", [TABLE.copy(), 2, 9]),
    ("copy_row", [TABLE.copy(), 0, 3]),
    ("copy_row", [TABLE.copy(), 2, 2]),
    *[(name, [x.copy()]) for name in ("shift_up", "shift_down", "reverse") for x in (LINE, LINE[:1], LINE[:0], TABLE, TABLE.astype(np.int16))],
    ("reverse", [np.asfortranarray(TABLE)]),
    ("spread", [TABLE.copy(), np.arange(6.0)]),
    ("spread", [TABLE.copy(), np.ones((1, 6))]),
    ("spread", [TABLE.copy(), np.arange(4.0).reshape(4, 1)]),
    ("spread", [TABLE.copy(), np.arange(6, dtype=np.int8)]),
    ("spread", [np.asfortranarray(TABLE), np.arange(6.0)]),
    ("spread", [TABLE.copy(), np.arange(5.0)]),
    ("spread", [TABLE.copy(), np.float32(2)]),
    ("spread_column", [TABLE.copy(), np.arange(4.0)]),
    ("transposed_block", [TABLE.copy()]),
    ("add_in_place", [LINE.copy(), 2]),
    ("add_in_place", [LINE.copy(), LINE]),
    ("add_in_place", [TABLE.copy(), np.arange(6)]),
    ("add_in_place", [np.arange(3, dtype=np.int8), np.int8(100)]),
    ("add_to_part", [LINE.copy(), 0.5]),
    ("add_to_itself", [LINE.copy()]),
    ("halve", [LINE.copy()]),
    ("wrong_shape", [LINE.copy(), np.ones(4)]),
    ("keeps_alive", [5]),
    ("of_call", [5]),
    ("zero_step", [LINE, 0]),
    ("scalar_view", [np.arange(4), 2]),
    ("scalar_view", [np.arange(4), 4]),
]
