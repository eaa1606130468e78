"""Kernels that always raise: what calls of them mean for the types and the ways around."""

from hotloop import njit


@njit
def fail(n):
    print("failing", n)
    raise ValueError("failed", n)


@njit
def fail_later(n):
    if n > 0:
        fail(n)
    raise KeyError(n)


@njit
def as_statement(n):
    if n > 2:
        return n
    fail(n)


@njit
def as_result(n):
    if n > 2:
        return n
    return fail(n)


@njit
def chosen(n):
    return n * 2 if n > 2 else fail(n)


@njit
def chosen_text(n):
    text = fail(n) if n < 3 else str(n)
    return text + "!"


@njit
def with_or(n):
    return n or fail(n)


@njit
def as_condition(n):
    n > 2 or fail(n)
    return n


@njit
def within(n):
    if n > 2:
        value = n
    else:
        value = shown(n) + fail(n) * 2 + shown(n)
    return value


@njit
def shown(n):
    print("shown", n)
    return n


@njit
def as_argument(n):
    if n > 2:
        return shown(n)
    return shown(shown(n) + shown(fail_later(n)))


@njit
def tested(n):
    if n < 3:
        if fail(n):
            return 1.5
        return "dead"
    return n


@njit
def caught(n):
    try:
        if n > 2:
            return n
        fail_later(n)
    except KeyError as error:
        return -1
    except ValueError as error:
        return -2


@njit
def in_loop(n):
    total = 0
    for i in range(n):
        if i == 4:
            total += fail(i)
        total += i
    return total


@njit
def only_raises(n):
    return fail_later(n)


@njit
def through(n):
    return 0.5 if n > 5 else only_raises(n)


@njit
def chain(n):
    if n > 3 and fail(n) and n < 9:
        return 2.5
    return n


@njit
def nested_choice(n):
    return n if n > 6 else shown(n) + int((0.5 if n > 2 else fail(shown(n) + 1)) * 4)


@njit
def both_fail(n):
    return n if n > 2 else (fail(n) if n > 0 else fail_later(n))


@njit
def in_comprehension(n):
    return [(shown(i) if i < 3 else shown(i) + fail(i)) for i in range(n)]


@njit
def says(n):
    print("says", n)


@njit
def truth_of_nothing(n):
    if says(n) or (shown(n), n):
        return "a tuple"
    return "nothing"


@njit
def truth_of_tuples(n):
    if (shown(n), shown(n + 1)):
        n += 1
    while says(n):
        n += 1
    return n, not (shown(n),), bool(says(n))


CASES = [
    ("truth_of_nothing", [1]),
    ("truth_of_tuples", [1]),
] + [
    (name, [n])
    for name in [
        "as_statement",
        "as_result",
        "chosen",
        "chosen_text",
        "with_or",
        "as_condition",
        "within",
        "as_argument",
        "tested",
        "caught",
        "in_loop",
        "through",
        "chain",
        "nested_choice",
        "both_fail",
        "in_comprehension",
    ]
    for n in [0, 1, 3, 7]
]
