"""Lists of items of several types, as a display makes them: read, compared, looped over and printed, but not changed."""

from hotloop import literal_unroll, njit


@njit
def items(n):
    values = ["a", n, 2.5, (n, "b")]
    return values[0], values[1] + 1, values[-1][1], len(values), values[2]


@njit
def counted(n):
    values = ["a", 1, "a", 2, "b", n]
    return values.count("a"), values.count(n), values.count("z"), values.count(2)


@njit
def found(n):
    values = ["a", 1, "b"]
    return "a" in values, n in values, "c" in values, 2.5 not in values


@njit
def either(n):
    if n > 3:
        values = ["a", 1]
    else:
        values = ["b", n]
    return values[0], values[1]


@njit
def of_copy(n):
    values = ["a", n].copy()
    return values[0], values[1]


@njit
def as_text(n):
    values = ["a", n, 1.5]
    return str(values), f"{values}", repr(["x", (n, True)])


@njit
def looped(n):
    text = ""
    for value in ["a", n, 2.5]:
        text += str(value)
    for value in literal_unroll((1, "z")):
        text += str(value)
    return text


@njit
def unpacked(n):
    first, second = ["a", n]
    return second, first


@njit
def what_it_is(n):
    values = ["a", n]
    return isinstance(values, list), isinstance(values, tuple), values == ("a", n), values == ["a", n], values != ["a", 0]


CASES = [
    ("items", (3,)),
    ("counted", (1,)),
    ("counted", (7,)),
    ("found", (1,)),
    ("found", (4,)),
    ("either", (1,)),
    ("either", (9,)),
    ("of_copy", (5,)),
    ("as_text", (5,)),
    ("looped", (5,)),
    ("unpacked", (5,)),
    ("what_it_is", (5,)),
]
