"""Generators: functions with `yield`, run by loops of other kernels, several at once, dropped early, and called from outside."""

import numpy as np
from hotloop import njit


@njit
def count(n):
    for i in range(n):
        yield i


@njit
def fibonacci(limit):
    a, b = 0, 1
    while a < limit:
        yield a
        a, b = b, a + b


@njit
def three(a, b):
    yield a
    yield b
    yield a + b


@njit
def mixed(n):
    yield n
    yield n + 0.5


@njit
def nothing(n):
    if n > 1000:
        yield n
    return


@njit
def total_of(n):
    total = 0
    for i in count(n):
        total = total * 3 + i
    return total


@njit
def sum_fibonacci(limit):
    total = 0
    for value in fibonacci(limit):
        total += value
    return total


@njit
def sum_three(a, b):
    total = 0.0
    for value in three(a, b):
        total = total * 2.0 + value
    return total


@njit
def sum_mixed(n):
    total = 0.0
    for value in mixed(n):
        total = total * 10.0 + value
    return total


@njit
def count_nothing(n):
    times = 0
    for _ in nothing(n):
        times += 1
    else:
        times += 100
    return times


@njit
def elements(x):
    for value in x:
        yield value * 2.0


@njit
def sum_elements(x):
    total = 0.0
    for value in elements(x):
        total += value
    return total


@njit
def rows(x):
    for i in range(x.shape[0]):
        yield x[i]


@njit
def sum_rows(x):
    total = 0.0
    for row in rows(x):
        for value in row:
            total = total * 0.5 + value
        row[0] = total
    return total


@njit
def windows(x, n):
    buffer = np.zeros(n)
    for i in range(x.shape[0]):
        buffer[i % n] = x[i]
        if i >= n - 1:
            copy = np.zeros(n)
            for j in range(n):
                copy[j] = buffer[j]
            yield copy


@njit
def best_window(x, n):
    best = -1.0
    kept = np.zeros(0)
    for window in windows(x, n):
        total = 0.0
        for value in window:
            total += value
        if total > best:
            best = total
            kept = window
    return best, kept


@njit
def first_window(x, n):
    for window in windows(x, n):
        return window
    return np.zeros(1)


@njit
def stop_early(n, last):
    total = 0
    for i in fibonacci(n):
        if i == last:
            break
        if i % 2 == 1:
            continue
        total += i
    else:
        total = -total
    return total


@njit
def both(n):
    total = 0
    for a, b in zip(count(n), fibonacci(50)):
        total = total * 7 + a * b
    return total


@njit
def numbered(n, start):
    total = 0
    for i, value in enumerate(fibonacci(n), start):
        total = total * 5 + i * value
    return total


@njit
def zipped_with(x, n):
    total = 0.0
    steps = 0
    for value, i, k in zip(x, count(n), range(4)):
        total += value * i + k
        steps += 1
    return total, steps


@njit
def same_twice(n):
    g = count(n)
    total = 0
    for a, b in zip(g, g):
        total = total * 3 + a * b + 1
    return total


@njit
def goes_on_later(n):
    g = count(n)
    total = 0
    for i in g:
        if i == 3:
            break
        total += i
    for i in g:
        total = total * 10 + i
    for i in g:
        total = -1
    return total


@njit
def array_first(x, n):
    g = count(n)
    total = 0.0
    for value, i in zip(x, g):
        total += value * i
    rest = 0
    for i in g:
        rest += i
    return total, rest


@njit
def generator_first(x, n):
    g = count(n)
    total = 0.0
    for i, value in zip(g, x):
        total += value * i
    rest = 0
    for i in g:
        rest += i
    return total, rest


@njit
def pairs(n):
    for i in count(n):
        for j in count(i):
            yield i, j


@njit
def sum_pairs(n):
    total = 0
    for i, j in pairs(n):
        total = total * 3 + i - 2 * j
    return total


@njit
def chained(n):
    yield from count(n)
    yield from (10, 20, 30)
    yield from range(n, n + 2)


@njit
def sum_chained(n):
    total = 0
    for value in chained(n):
        total = total * 2 + value
    return total


@njit
def tree(depth):
    if depth > 0:
        for node in tree(depth - 1):
            yield node
        yield depth
        for node in tree(depth - 1):
            yield node * 2


@njit
def sum_tree(depth):
    total = 0
    for node in tree(depth):
        total = total * 3 % 1000003 + node
    return total


@njit
def raises_at(n, at):
    kept = np.ones(n)
    for i in range(n):
        if i == at:
            raise ValueError("at", i)
        yield kept[i] + i


@njit
def sum_until(n, at):
    total = 0.0
    for value in raises_at(n, at):
        total += value
    return total


@njit
def caught(n, at):
    total = 0.0
    try:
        for value in raises_at(n, at):
            total += value
    except ValueError:
        total = -total
    return total


@njit
def raises_outside(n, at):
    total = 0.0
    for window in windows(np.ones(n), 2):
        total += window[0]
        if total == at:
            raise KeyError(total)
    return total


@njit
def tries(x):
    last = 0.0
    for i in range(5):
        value = 0.0
        try:
            value = x[i]
            yield value
            last = 10.0 / value
        except ZeroDivisionError:
            last = -1.0
        except IndexError:
            last = -2.0
        yield last


@njit
def sum_tries(x):
    total = 0.0
    for value in tries(x):
        total = total * 1.5 + value
    return total


@njit
def words(n):
    text = ""
    for i in range(n):
        text = text + str(i)
        yield text


@njit
def join_words(n):
    result = ""
    for word in words(n):
        result = word + "," + result
    return result


@njit
def growing(n):
    items = [0]
    for i in range(n):
        yield items
        items.append(i * i)


@njit
def lengths(n):
    total = 0
    for items in growing(n):
        total = total * 10 + len(items) + items[-1]
    return total


@njit
def optional(n):
    for i in range(n):
        if i % 2 == 0:
            yield None
        else:
            yield i


@njit
def sum_optional(n):
    total = 0
    for value in optional(n):
        if value is None:
            total += 1000
        else:
            total += value
    return total


@njit
def closure(n, k):
    def multiples(m):
        for i in range(m):
            yield i * k

    total = 0
    for value in multiples(n):
        total = total * 2 + value
    return total


@njit
def consume(g):
    total = 0
    for value in g:
        total += value
    return total


@njit
def passes_on(n):
    return consume(count(n)) * 1000 + consume(fibonacci(n))


@njit
def keeps_its_argument(n):
    g = elements(np.ones(n))
    total = 0.0
    for value in g:
        total += value
    return total


@njit
def never_run(n):
    g = elements(np.ones(n))
    h = windows(np.ones(n), 2)
    return n


@njit
def assigned_again(n):
    total = 0.0
    g = windows(np.ones(n), 2)
    for i in range(3):
        for window in g:
            total += window[1]
            break
        if i == 1:
            g = windows(np.full(n, 5.0), 2)
    return total


@njit
def narrow(n):
    x = np.int32(n)
    y = np.float32(0.5)
    flag = False
    for i in range(3):
        yield x, y, flag
        x = np.int32(x * 2)
        y = np.float32(y * np.float32(1.5))
        flag = not flag


@njit
def sum_narrow(n):
    total = 0.0
    for x, y, flag in narrow(n):
        total = total * 3.0 + x * y
        if flag:
            total += 0.25
    return total


@njit
def primes(limit):
    for n in range(2, limit):
        is_prime = True
        d = 2
        while d * d <= n:
            if n % d == 0:
                is_prime = False
                break
            d += 1
        if is_prime:
            yield n


@njit
def sum_primes(limit):
    total = 0
    for p in primes(limit):
        total += p
    return total


@njit
def complexes(n):
    z = complex(1.0, 0.5)
    for _ in range(n):
        yield z
        z = z * z + 0.25


@njit
def sum_complexes(n):
    total = 0j
    for z in complexes(n):
        total += z
    return total


@njit
def unrolled():
    for value in (1, 2.5, 4):
        yield value


@njit
def sum_unrolled(k):
    total = 0.0
    for value in unrolled():
        total += value * k
    return total


@njit
def one_by_one(n):
    g = count(n)
    first = next(g)
    second = next(g, 100)
    third = next(g, 0.5)
    return first, second, third, next(g)


@njit
def first_above(limit, least):
    return next((value for value in fibonacci(limit) if value > least), -1)


@njit
def takes_two(n):
    g = count(n)
    yield next(g) + 1
    yield next(g) + 1


@njit
def ends_in_an_error(n):
    total = 0
    for value in takes_two(n):
        total += value
    return total


@njit
def raises_stop(n):
    yield n
    if n > 2:
        raise StopIteration


@njit
def runs_raises_stop(n):
    total = 0
    try:
        for value in raises_stop(n):
            total += value
    except RuntimeError:
        return -total
    return total


@njit
def expression(n):
    g = (k * k for k in range(n) if k % 3 != 2)
    total = 0
    for value in g:
        total = total * 7 + value
    for value in g:
        total = -1
    return total


@njit
def nested_expression(x, scale):
    g = (a * scale + k for a in x for k in range(2) if a > 2.0)
    total = 0.0
    for i, value in enumerate(g):
        total = total * 0.5 + value * i
    return total


@njit
def expression_over_zip(x):
    return consume_floats((a * b for a, b in zip(x, count(3))))


@njit
def consume_floats(g):
    total = 0.0
    for value in g:
        total = total * 0.5 + value
    return total


@njit
def expression_over_generator(n):
    total = 0
    for value in (a + 1 for a in fibonacci(n)):
        total = total * 3 + value
    return total


@njit
def expressions_of_expressions(n):
    squares = (k * k for k in range(n))
    odd = (k for k in squares if k % 2 == 1)
    total = 0
    for value in odd:
        total = total * 5 + value
    return total


@njit
def drops_an_expression(x, n):
    kept = (value * 2.0 for value in np.ones(n))
    for value in kept:
        if value > x[0]:
            return value
    return 0.0


@njit
def skips(x):
    for i in range(8):
        try:
            value = x[i]
        except IndexError:
            return
        if value < 0.0:
            continue
        yield i, value


@njit
def sum_skips(x):
    total = 0.0
    for i, value in skips(x):
        total = total * 0.5 + value * i
    return total


X = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4)

CASES = [
    ("count", (5,)),
    ("count", (0,)),
    ("fibonacci", (100,)),
    ("three", (1, 2)),
    ("three", (1, 2.5)),
    ("mixed", (3,)),
    ("nothing", (3,)),
    ("total_of", (6,)),
    ("total_of", (0,)),
    ("sum_fibonacci", (1000,)),
    ("sum_three", (1, 2)),
    ("sum_three", (1.5, 2.0)),
    ("sum_mixed", (3,)),
    ("count_nothing", (3,)),
    ("count_nothing", (3000,)),
    ("elements", (X,)),
    ("elements", (X[::-2],)),
    ("sum_elements", (X,)),
    ("sum_elements", (X[:0],)),
    ("rows", (M,)),
    ("sum_rows", (M.copy(),)),
    ("sum_rows", (M.T,)),
    ("windows", (X, 3)),
    ("best_window", (X, 3)),
    ("best_window", (X, 30)),
    ("first_window", (X, 3)),
    ("first_window", (X, 30)),
    ("stop_early", (100, 13)),
    ("stop_early", (100, 14)),
    ("both", (6,)),
    ("both", (60,)),
    ("numbered", (60, 3)),
    ("zipped_with", (X, 3)),
    ("zipped_with", (X, 30)),
    ("zipped_with", (X[:2], 30)),
    ("same_twice", (7,)),
    ("same_twice", (8,)),
    ("goes_on_later", (7,)),
    ("array_first", (X[:2], 5)),
    ("generator_first", (X[:2], 5)),
    ("pairs", (4,)),
    ("sum_pairs", (5,)),
    ("chained", (3,)),
    ("sum_chained", (3,)),
    ("tree", (3,)),
    ("sum_tree", (6,)),
    ("raises_at", (5, 2)),
    ("sum_until", (5, 9)),
    ("sum_until", (5, 3)),
    ("sum_until", (5, 0)),
    ("caught", (5, 3)),
    ("caught", (5, 9)),
    ("raises_outside", (9, 3.0)),
    ("raises_outside", (9, 30.0)),
    ("tries", (np.array([1.0, 0.0, 4.0]),)),
    ("sum_tries", (np.array([1.0, 0.0, 4.0]),)),
    ("words", (4,)),
    ("join_words", (4,)),
    ("lengths", (4,)),
    ("optional", (4,)),
    ("sum_optional", (5,)),
    ("closure", (4, 3)),
    ("passes_on", (9,)),
    ("keeps_its_argument", (4,)),
    ("never_run", (4,)),
    ("assigned_again", (6,)),
    ("narrow", (3,)),
    ("sum_narrow", (3,)),
    ("primes", (30,)),
    ("sum_primes", (500,)),
    ("complexes", (3,)),
    ("sum_complexes", (4,)),
    ("unrolled", ()),
    ("sum_unrolled", (2,)),
    ("one_by_one", (5,)),
    ("one_by_one", (3,)),
    ("one_by_one", (0,)),
    ("first_above", (1000, 50)),
    ("first_above", (10, 50)),
    ("takes_two", (2,)),
    ("takes_two", (1,)),
    ("ends_in_an_error", (2,)),
    ("runs_raises_stop", (2,)),
    ("runs_raises_stop", (3,)),
    ("expression", (7,)),
    ("expression", (0,)),
    ("nested_expression", (X, 3.0)),
    ("expression_over_zip", (X,)),
    ("expression_over_generator", (60,)),
    ("expressions_of_expressions", (9,)),
    ("drops_an_expression", (X, 4)),
    ("drops_an_expression", (X * 5.0, 4)),
    ("skips", (np.array([1.0, -2.0, 3.0]),)),
    ("sum_skips", (X,)),
]
