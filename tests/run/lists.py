"""Lists: made, changed in place under all their names, sliced, sorted, iterated, passed between kernels and returned."""

import numpy as np
from hotloop import njit


@njit
def made(a, b):
    return [a, b], [a], [1, 2.5], [True, False], ["x", "yz"], [(1, 2.5), (3, 4.5)], [[1, 2], [3]]


@njit
def grown(n):
    result = []
    for i in range(n):
        if i % 3 != 1:
            result.append(i * i)
    return result


@njit
def aliased(n):
    a = [1, 2]
    b = a
    for i in range(n):
        b.append(i)
    c = a + [7]
    c[0] = 100
    return a, b, c, len(a)


@njit
def widened(x):
    values = []
    values.append(1)
    values.append(x)
    return values


@njit
def chosen(flag):
    if flag:
        values = []
    else:
        values = [1.5, 2.5]
    values.append(3.5)
    return values


@njit
def returned_empty(n):
    if n == 0:
        return []
    return [n]


@njit
def item(values_from, i):
    values = [values_from, values_from * 2, values_from * 3]
    return values[i]


@njit
def stored(i, x):
    values = [1.0, 2.0, 3.0]
    values[i] = x
    values[-1] += 1
    values[0] *= 2
    return values


@njit
def stack(n):
    todo = [n]
    total = 0
    while todo:
        x = todo.pop()
        total += x
        if x > 1:
            todo.append(x - 1)
            todo.append(x // 2)
    return total


@njit
def popped(i):
    values = [10, 20, 30, 40]
    last = values.pop()
    other = values.pop(i)
    return last, other, values


@njit
def pop_empty():
    values = [1]
    values.pop()
    return values.pop()


@njit
def parts(i, j):
    values = [0, 1, 2, 3, 4, 5, 6]
    return values[i:j], values[i:], values[:j], values[::2], values[::-1], values[j:i:-2], values[-3:]


@njit
def inserted(i):
    values = [1, 2, 3]
    values.insert(i, 9)
    return values


@njit
def deleted(i):
    values = ["a", "b", "c", "d"]
    del values[i]
    del values[0:1]
    return values


@njit
def replaced(i, j):
    values = [1, 2, 3, 4]
    values[i:j] = [7, 8, 9]
    values[0:1] = values
    return values


@njit
def looked_for(x):
    values = [3, 1, 4, 1, 5]
    return x in values, x not in values, values.count(x), values.index(1), 2.5 in values, 4.0 in values


@njit
def index_of(x):
    return [1.5, 2.5, 2.5].index(x)


@njit
def removed(x):
    values = [1, 2, 3, 2]
    values.remove(x)
    return values


@njit
def texts():
    words = ["pear", "apple", "fig"]
    words.append("date" + "s")
    words.sort()
    return words, "fig" in words, words.index("fig"), ", ".join(words), min(words), max(words), sorted("b a c".split(), reverse=True)


@njit
def ordered(a, b):
    left, right = [1, a], [1, b]
    return left == right, left != right, left < right, left <= right, left > right, left >= right, [1] < [1, 2], [2] < [1, 2]


@njit
def whole(n):
    values = [1, 2] * n
    other = n * [0.5]
    copy = values.copy()
    values.reverse()
    values.extend(copy)
    values += [n]
    copy.clear()
    return values, other, copy, list((1, 2, n)), list(values), bool(values), not copy


@njit
def extremes(a, b):
    values = [a, b, 2.0]
    values.sort(reverse=True)
    return min(values), max(values), values, sorted([3, 1, 2])


@njit
def min_of_none():
    values = [1]
    values.clear()
    return min(values)


@njit
def iterated(n):
    values = [1, 2, 3]
    total = 0
    for x in values:
        total += x
        if x < n:
            values.append(x + 1)
    for i, x in enumerate(values):
        total += i * x
    for x, y in zip(values, values[1:]):
        total += x * y
    for x in reversed(values):
        total = total * 2 + x
    for word in ["ab", "c"]:
        for c in word:
            total += ord(c)
    return total, values


@njit
def shrunk():
    values = [1, 2, 3, 4, 5, 6]
    seen = 0
    for x in values:
        seen = seen * 10 + x
        if x % 2 == 0:
            values.remove(x)
    else:
        seen = -seen
    return seen, values


@njit
def nested(n):
    rows = []
    for i in range(n):
        row = []
        for j in range(i):
            row.append(float(j))
        rows.append(row)
    rows[-1].append(0.5)
    return rows, len(rows)


@njit
def arrays(n):
    parts = [np.zeros(2)]
    for i in range(n):
        parts.append(np.full(i + 1, 1.5))
    parts[0][0] = 7
    total = 0.0
    for part in parts:
        total += part[-1]
    return parts, total


@njit
def add_to(values, x):
    values.append(x)
    return values


@njit
def passed(n):
    values = [n]
    same = add_to(values, n + 1)
    same.append(0)
    return values, add_to([0.5], 2), same == values


@njit
def failing(n):
    words = ["a" * 3]
    rows = [[1.5]]
    for i in range(n):
        words.append(str(i) + "x")
        rows.append([float(i)] * i)
        if i == 7:
            raise ValueError("seven", i)
    return words, rows


@njit
def sieve(n):
    primes = []
    flags = [True] * (n + 1)
    for i in range(2, n + 1):
        if flags[i]:
            primes.append(i)
            for j in range(i * i, n + 1, i):
                flags[j] = False
    return primes


@njit
def tuples(n):
    pairs = []
    for i in range(n):
        pairs.append((i, str(i)))
    pairs[0] = (9, "nine")
    a, b = pairs[-1]
    return pairs, a, b


@njit
def emptied(i, j):
    items = [1, 2, 3, 4]
    items[i:j] = []
    none = []
    items[:1] = none
    return items, none


CASES = (
    [("emptied", [i, j]) for i, j in ((1, 2), (0, 4), (2, 2))]
    + [("made", [1, 2]), ("made", [1.5, 2])]
    + [("grown", [n]) for n in (0, 1, 50)]
    + [("aliased", [20]), ("widened", [2.5]), ("widened", [2]), ("chosen", [True]), ("chosen", [False])]
    + [("returned_empty", [0]), ("returned_empty", [3])]
    + [("item", [5, i]) for i in (0, 2, -1, -3, 3, -4, 2**62)]
    + [("stored", [i, 7.5]) for i in (0, 1, -1, 3)]
    + [("stack", [10])]
    + [("popped", [i]) for i in (0, 1, -1, -3, 3, -4)]
    + [("pop_empty", [])]
    + [("parts", [i, j]) for i, j in ((1, 4), (-3, -1), (5, 2), (0, 100), (-100, 3))]
    + [("inserted", [i]) for i in (0, 1, -1, 3, 100, -100)]
    + [("deleted", [i]) for i in (0, 1, -1, 4, -5)]
    + [("replaced", [i, j]) for i, j in ((0, 0), (1, 3), (0, 4), (3, 1), (4, 9))]
    + [("looked_for", [x]) for x in (1, 4, 9)]
    + [("looked_for", [1.0]), ("index_of", [2.5]), ("index_of", [7.0]), ("removed", [2]), ("removed", [9]), ("texts", [])]
    + [("ordered", [a, b]) for a, b in ((1, 2), (2, 1), (1, 1), (1.5, float("nan")))]
    + [("whole", [n]) for n in (0, 2, -1)]
    + [("extremes", [1.5, 3.5]), ("min_of_none", []), ("iterated", [6]), ("shrunk", []), ("nested", [4]), ("arrays", [3])]
    + [("passed", [4]), ("failing", [5]), ("failing", [9]), ("sieve", [60]), ("tuples", [3])]
)
