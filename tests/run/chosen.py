"""Parts of arrays that masks and arrays of indices choose: read, written, changed in place, and what errors say."""

import numpy as np
from hotloop import njit


@njit
def at(x, i):
    return x[i]


@njit
def at_rows(x, i):
    return x[i, :], x[i, 1:], x[i, ..., ::-1], x[i, None]


@njit
def at_columns(x, i):
    return x[:, i], x[1:, i], x[::-1, i], x[..., i], x[None, :, i]


@njit
def at_pairs(x, i, j):
    return x[i, j]


@njit
def mixed(x, i):
    return x[0, i], x[i, 0], x[-1, i, ...], x[i, -1]


@njit
def in_cube(x, i, j):
    return x[i, :, j], x[:, i, j], x[i, j], x[i, j, :], x[0, :, i], x[0, i], x[:, 0, i], x[i, None, j], x[..., i], x[i, 1:, 0]


@njit
def apart(x, i):
    """`...` that stands for no axis keeps indices apart."""
    x[None, i, ..., 0] += 1
    return x[None, i, ..., 0], x[None, i, 0], x[:, None][i, ..., 0, 0]


@njit
def in_expressions(x, y, i):
    return x[i] * 2 + y, np.where(x[i] > 2, x[i], -x[i]), (x * x)[i], np.sqrt(x[i])


@njit
def by_expressions(x, i):
    return x[i + 1], x[-i], x[i * 2 % x.shape[0]], x[i[::-1]], x[i[i]]


@njit
def by_lists(x):
    return x[[0, 2]], x[[0, -1], 1:], x[:, [1, 0, 1]], x[[True, False, True]], x[[0, 1], [1, 2]], x[(0, 1), :]


@njit
def pair(a, b):
    return a, b


@njit
def by_tuple(x, i, j):
    t = (i, j)
    x[pair(i, j)] += 1
    return x[t], x[pair(j, i)], x[pair(i, j)[:1]]


@njit
def row_of_index(x, i):
    y = x[i]
    y[:] = 0
    return x, y


@njit
def filled(x, i, v):
    x[i] = v


@njit
def filled_rows(x, i, v):
    x[i, :] = v


@njit
def filled_columns(x, i, v):
    x[:, i] = v
    x[::2, i] -= 1


@njit
def filled_pairs(x, i, j, v):
    x[i, j] = v


@njit
def filled_mixed(x, i, v):
    x[i, ..., 0] = v
    x[0, i] = 5
    x[None, 1, i] = 6


@njit
def changed(x, i, v):
    x[i] += v
    x[i] *= 2


@njit
def changed_pairs(x, i, j, v):
    x[i, j] -= v


@njit
def permuted(x, i):
    x[:] = x[i]
    x[i] = x
    return x


@njit
def indices_in_place(i):
    i[i] = i[::-1]
    i[i] += 1
    return i


@njit
def where_true(x, m):
    return x[m]


@njit
def where_positive(x):
    return x[x > 0], x[(x > 1) & (x < 5)], x[~(x > 0)], (x * 2)[x > 1]


@njit
def where_in_rows(x, m):
    return x[m], x[m, 1], x[m, :], x[m, ::2], x[m, None]


@njit
def where_in_columns(x, m):
    return x[:, m], x[0, m], x[1:, m], x[..., m]


@njit
def where_in_both(x, m, n):
    return x[m, n], x[m][:, n]


@njit
def where_and_indices(x, m, i):
    return x[m, i], x[i, m], x[m, :, i], x[:, m, i]


@njit
def where_filled(x, m, v):
    x[m] = v


@njit
def where_changed(x, m, v):
    x[m] += v
    x[m] //= 2


@njit
def columns_filled(x, m, v):
    x[:, m] = v


@njit
def columns_changed(x, m, v):
    x[:, m] += v


@njit
def clipped(x, low, high):
    x[x < low] = low
    x[x > high] = high
    x[x == x[0]] *= -1
    return x


@njit
def by_neighbours(x):
    """The mask reads other places than are written."""
    x[x[::-1] > 3] = 0
    x[1:][x[:-1] == 0] = 9
    return x


@njit
def taken_from(x, y, m):
    x[m] = y[m]
    x[~m] = -y[~m]


@njit
def at_zero_dimensions(x, i):
    return x[i], x[i, None]


@njit
def copied_out(out, x, i):
    out[:] = x[i]


@njit
def text_of_bounds(x, i):
    try:
        return str(x[i].shape[0])
    except IndexError as error:
        return str(error)


@njit
def text_of_second_axis(x, i):
    try:
        x[:, i] = 1
        return ""
    except IndexError as error:
        return str(error)


@njit
def text_of_pairs(x, i, j):
    try:
        return str(x[i, j].shape[0])
    except IndexError as error:
        return str(error)


@njit
def text_of_mask(x, m):
    try:
        return str(x[m].shape[0])
    except IndexError as error:
        return str(error)


@njit
def text_of_mask_stored(x, m):
    try:
        x[m] = 1
        return ""
    except IndexError as error:
        return str(error)


@njit
def text_of_column_mask(x, m):
    try:
        return str(x[:, m].shape[0])
    except IndexError as error:
        return str(error)


@njit
def text_of_values(x, i, v):
    try:
        x[i] = v
        return ""
    except ValueError as error:
        return str(error)


@njit
def text_of_operands(x, y):
    try:
        return str((x + y).shape[0])
    except ValueError as error:
        return str(error)


@njit
def text_of_three(x, y, z):
    try:
        return str((x + y * z).shape[0])
    except ValueError as error:
        return str(error)


@njit
def text_of_input(x, y):
    try:
        x[:] = y
        return ""
    except ValueError as error:
        return str(error)


@njit
def text_of_shape(x, n):
    try:
        return str(x.reshape(n, -1).shape[0])
    except ValueError as error:
        return str(error)


@njit
def text_of_shapes(x, n):
    try:
        return str(x.reshape(n, n).shape[0]) + str(x.reshape(-1, n).shape[0])
    except ValueError as error:
        return str(error)


@njit
def text_of_larger(x, n):
    try:
        return str(np.broadcast_to(x, (2, n)).shape[0])
    except ValueError as error:
        return str(error)


@njit
def histogram(x, bins):
    counts = np.zeros(bins, np.int64)
    for k in x:
        counts[k] += 1
    return counts[x], counts[np.flip(x)]


@njit
def sieve(n):
    is_prime = np.ones(n, np.bool_)
    is_prime[:2] = False
    numbers = np.zeros(n, np.int64)
    for i in range(n):
        numbers[i] = i
    for i in range(2, n):
        if is_prime[i]:
            is_prime[i * i :: i] = False
    return numbers[is_prime]


@njit
def in_one_branch(x, i, c):
    return np.where(c, x[i], 0.0)


@njit
def raising_power(x, y, n):
    x[y > 0] **= n
    x[:] = y**n
    return x


@njit
def in_a_loop(x, i, n):
    for _ in range(n):
        x[i] = x[i][::-1] + 1
        x = x[np.flip(i)]
    return x


LINE = np.arange(10.0)
TABLE = np.arange(12.0).reshape(3, 4)
CUBE = np.arange(60).reshape(3, 4, 5)
LAYOUTS = [TABLE, np.asfortranarray(TABLE), TABLE[:, ::-1], np.arange(48.0).reshape(6, 8)[::2, ::2]]
ROWS = np.array([2, 0, -1])
PAIRS = np.array([[0, 1], [2, -1]])
MASK = np.array([True, False, True])
COLUMNS = np.array([False, True, True, False])
MASKS = TABLE % 3 == 0

CASES = [
    *[("at", [LINE, np.array(i, dtype)]) for dtype in (np.int64, np.int8, np.uint8, np.int32, np.uint64) for i in ([0, 3, 3, 9], [])],
    ("at", [LINE, np.array([-1, -10, 9])]),
    *[("at", [LINE, np.array(i)]) for i in ([10], [0, -11], [2**62])],
    *[("at", [x, i]) for x in (LINE, TABLE, CUBE) for i in (ROWS, PAIRS)],
    ("at", [LINE.astype(np.complex64), ROWS]),
    ("at", [LINE[::-2], ROWS]),
    ("at", [LINE, np.arange(8)[::-3]]),
    ("at", [LINE[:0], np.zeros(0, int)]),
    ("at", [LINE[:0], np.zeros(1, int)]),
    *[("at_rows", [x, i]) for x in LAYOUTS for i in (ROWS, PAIRS)],
    *[("at_columns", [x, i]) for x in LAYOUTS for i in (ROWS, PAIRS, ROWS[:0])],
    *[("at_pairs", [x, i, j]) for x in LAYOUTS for i, j in ((ROWS, ROWS), (ROWS, ROWS[:1]), (ROWS.reshape(3, 1), ROWS), (PAIRS, np.array([0, 3])), (ROWS, PAIRS))],
    *[("mixed", [x, i]) for x in (*LAYOUTS, CUBE) for i in (ROWS, PAIRS)],
    *[("in_cube", [x, ROWS, ROWS]) for x in (CUBE, np.asfortranarray(CUBE))],
    ("in_cube", [CUBE, ROWS.reshape(3, 1), ROWS]),
    ("in_cube", [CUBE, PAIRS, np.array([1, 0])]),
    *[("apart", [x.copy("K"), i]) for x in LAYOUTS for i in (ROWS, PAIRS)],
    ("in_expressions", [LINE, np.ones(3), ROWS]),
    ("in_expressions", [LINE, np.ones((2, 3)), ROWS]),
    ("in_expressions", [LINE, np.ones(4), ROWS]),
    ("by_expressions", [LINE, np.array([1, 0, 2])]),
    ("by_lists", [TABLE]),
    *[("by_tuple", [TABLE.copy(), i, j]) for i, j in ((ROWS, ROWS), (1, 2), (1, ROWS), (PAIRS, 0))],
    ("row_of_index", [TABLE.copy(), np.array([0, 1])]),
    *[("filled", [LINE.copy(), i, v]) for i in (ROWS, np.array([1, 1, 1]), PAIRS) for v in (5, 2.5, np.arange(1.0))],
    ("filled", [LINE.copy(), np.array([1, 1, 1]), np.array([7.0, 8.0, 9.0])]),
    ("filled", [LINE.copy(), PAIRS, np.array([7, 8])]),
    ("filled", [LINE.copy(), PAIRS, np.array([[7], [8]], np.int8)]),
    ("filled", [LINE.copy(), ROWS, np.arange(4.0)]),
    ("filled", [LINE.copy(), np.array([1, 2, 10]), 1]),
    ("filled", [LINE.copy(), np.array([1, 2, -11]), np.ones(3)]),
    ("filled", [TABLE.copy(), ROWS, np.arange(4.0)]),
    ("filled", [TABLE.copy(), ROWS, TABLE[:, ::-1].copy()]),
    *[("filled_rows", [x.copy("K"), ROWS, v]) for x in LAYOUTS for v in (1, np.arange(4), np.arange(3.0).reshape(3, 1))],
    *[("filled_columns", [x.copy("K"), i, v]) for x in LAYOUTS for i, v in ((ROWS, 1), (np.array([3, 0]), np.arange(6.0).reshape(3, 2)), (PAIRS, np.arange(2)))],
    ("filled_columns", [TABLE.copy(), ROWS, np.arange(4)]),
    ("filled_pairs", [TABLE.copy(), ROWS, ROWS, np.arange(3)]),
    ("filled_pairs", [TABLE.copy(), ROWS.reshape(3, 1), np.array([0, 3]), np.arange(2)]),
    ("filled_pairs", [TABLE.copy(), ROWS, np.array([0, 3]), 1]),
    ("filled_mixed", [CUBE.copy(), ROWS, 1]),
    ("filled_mixed", [CUBE.copy(), ROWS, np.arange(4)]),
    *[("changed", [LINE.copy(), i, v]) for i, v in ((ROWS, 1), (np.array([1, 1, 1]), np.array([1.0, 2.0, 3.0])), (PAIRS, 0.5))],
    ("changed", [LINE.copy(), np.array([1, 11]), 1]),
    ("changed", [TABLE.copy(), ROWS, np.arange(4)]),
    ("changed_pairs", [TABLE.copy(), ROWS, ROWS, np.arange(3)]),
    ("permuted", [LINE.copy(), np.array([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])]),
    ("indices_in_place", [np.array([1, 0, 2, 2, 1])]),
    *[("where_true", [x, m]) for x, m in ((LINE, LINE > 4), (LINE, LINE < 0), (LINE[::-1], LINE > 4), (TABLE, MASKS), (TABLE, MASK), (CUBE, MASK), (CUBE, MASKS), (CUBE, CUBE % 7 == 0), (LINE, MASK), (TABLE, MASKS.T.copy()), (LINE[:0], LINE[:0] > 0))],
    *[("where_true", [x, np.asfortranarray(MASKS)]) for x in LAYOUTS],
    ("where_positive", [LINE - 5]),
    ("where_positive", [TABLE - 5]),
    ("where_positive", [np.asfortranarray(TABLE) - 5]),
    *[("where_in_rows", [x, MASK]) for x in LAYOUTS],
    *[("where_in_columns", [x, COLUMNS]) for x in LAYOUTS],
    ("where_in_columns", [TABLE, MASK]),
    ("where_in_both", [TABLE, MASK, np.array([True, False, False, True])]),
    ("where_in_both", [TABLE, MASK, np.array([True, True, False, True])]),
    ("where_and_indices", [np.arange(27).reshape(3, 3, 3), MASK, np.array([2, 1])]),
    ("where_and_indices", [np.arange(27).reshape(3, 3, 3), MASK, np.array([-1])]),
    *[("where_filled", [x.copy("K"), MASKS, v]) for x in LAYOUTS for v in (1, 2.5, np.arange(4.0), np.arange(1))],
    *[("where_filled", [TABLE.copy(), MASK, v]) for v in (1, np.arange(4.0), np.arange(8.0).reshape(2, 4), np.arange(2.0), np.arange(2.0).reshape(2, 1))],
    ("where_filled", [LINE.copy(), LINE > 4, np.arange(5)]),
    ("where_filled", [LINE.copy(), LINE > 4, np.arange(4)]),
    ("where_filled", [LINE.copy(), MASK, 1]),
    *[("where_changed", [x.astype(int), MASKS, v]) for x in LAYOUTS for v in (7, np.arange(4), np.arange(1))],
    *[("where_changed", [TABLE.astype(int), MASK, v]) for v in (7, np.arange(4), np.arange(2).reshape(2, 1))],
    *[("columns_filled", [TABLE.copy(), COLUMNS, v]) for v in (1, np.arange(2.0), np.arange(3.0).reshape(3, 1), np.arange(4.0))],
    *[("columns_changed", [TABLE.copy(), COLUMNS, v]) for v in (1, np.arange(2.0), np.arange(3.0).reshape(3, 1))],
    ("clipped", [LINE.copy(), 2, 7]),
    ("clipped", [LINE[::-1].copy(), 2.5, 7.5]),
    ("by_neighbours", [LINE.copy()]),
    ("by_neighbours", [np.array([5.0, 0.0, 1.0, 4.0])]),
    *[("taken_from", [x.copy("K"), x + 100, MASKS]) for x in LAYOUTS],
    ("at_zero_dimensions", [TABLE, np.array(1)]),
    ("copied_out", [np.zeros(3), LINE, ROWS]),
    ("copied_out", [np.zeros(3), LINE, np.array([1, 2, 30])]),
    ("copied_out", [np.zeros(4), LINE, ROWS]),
    *[("text_of_bounds", [LINE, np.array(i)]) for i in ([0], [3, 10], [-11, 12], [2**40])],
    ("text_of_second_axis", [TABLE.copy(), np.array([0, 4])]),
    ("text_of_second_axis", [TABLE.copy(), np.array([0, -5])]),
    ("text_of_pairs", [TABLE, ROWS, np.array([0, 1])]),
    ("text_of_pairs", [TABLE, ROWS, np.array([0, 1, 4])]),
    ("text_of_pairs", [TABLE, PAIRS, ROWS]),
    ("text_of_mask", [LINE, MASK]),
    ("text_of_mask", [TABLE, MASKS[:, :3].copy()]),
    ("text_of_mask_stored", [TABLE.copy(), MASKS[:2]]),
    ("text_of_column_mask", [TABLE, MASK]),
    ("text_of_values", [LINE.copy(), ROWS, np.arange(4.0)]),
    ("text_of_values", [LINE.copy(), LINE > 4, np.arange(4.0)]),
    ("text_of_values", [TABLE.copy(), ROWS, np.arange(3.0)]),
    ("text_of_operands", [LINE, LINE[:4]]),
    ("text_of_operands", [TABLE, LINE]),
    ("text_of_operands", [TABLE, CUBE]),
    ("text_of_three", [LINE, LINE[:4], LINE[:5]]),
    ("text_of_three", [LINE, LINE[:4], LINE[:1]]),
    ("text_of_input", [LINE.copy(), LINE[:4]]),
    ("text_of_input", [TABLE.copy(), TABLE[:2]]),
    ("text_of_input", [TABLE.copy(), LINE]),
    *[("text_of_shape", [LINE, n]) for n in (5, 4, 0)],
    *[("text_of_shapes", [LINE[:9], n]) for n in (3, 4)],
    ("text_of_larger", [LINE, 4]),
    ("text_of_larger", [TABLE, 4]),
    ("in_cube", [np.zeros((3, 0, 0)), ROWS, np.array([0, 0, 0])]),
    ("at_columns", [np.zeros((3, 0)), ROWS]),
    ("at_columns", [np.zeros((0, 4)), ROWS]),
    *[("in_one_branch", [LINE, np.array(i), np.array([False, True])]) for i in ([0, 9], [10, 9])],
    *[("raising_power", [np.array([1, 2, 3]), np.array([0, 2, 1]), n]) for n in (2, -1)],
    ("histogram", [np.array([1, 3, 3, 0, 1, 3]), 4]),
    ("sieve", [50]),
    ("in_a_loop", [LINE.copy(), np.array([1, 4, 2, 2]), 5]),
]
