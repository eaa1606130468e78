"""What lists hold: empty lists typed by what they meet, optional items, members of enumerations; patterns over lists."""

from enum import Enum, IntEnum

from hotloop import njit


class Colour(Enum):
    RED = 1
    GREEN = 2
    BLUE = 4


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Word(Enum):
    YES = "yes"
    NO = "no"


@njit
def chosen(n):
    x = [] if n > 2 else [1.5]
    y = [n] if n > 2 else []
    return x, y, len(x)


@njit
def or_empty(n):
    x = [i for i in range(n)]
    y = x or [7]
    z = [] or x
    return y, z


@njit
def compared(n):
    x = [str(i) for i in range(n)]
    return x == [], [] != x, x > [], [] == []


@njit
def put_beside(n):
    rows = [[n]]
    rows.append([])
    rows[0].append(n + 1)
    rows.insert(0, [])
    return rows


@njit
def only_looked_at(n):
    x = []
    total = 0
    for item in x:
        total += item
    if n in x:
        total += 100
    return len(x) + n, sum(x), total, str(x), max(x, default=n)


@njit
def known_later(n):
    x = []
    total = 0.0
    for item in x:
        total += len(item)
    if n > 1:
        x.append("text")
    return x, total


@njit
def optional(n):
    values = [1, None, n]
    values.append(None)
    total = 0
    for value in values:
        if value is not None:
            total += value
    values[0] = None
    values[1] = 5
    return values, total, values.count(None), None in values, 7 in values, values.index(5)


@njit
def optional_floats(n):
    values = [i * 0.5 if i % 2 else None for i in range(n)]
    values.insert(0, None)
    taken = values.pop()
    return values, taken, values[-1], len(values)


@njit
def optional_texts(n):
    values = [None] * n
    for i in range(0, n, 2):
        values[i] = str(i) * i
    other = values[1:] + [None]
    other.reverse()
    return values, other, values == values[:], str(other)


@njit
def only_none(n):
    values = [None] * n
    values.append(None)
    return len(values), values[0] is None, values


@njit
def widened(n):
    values = []
    values.append(n)
    if n > 2:
        values.append(None)
    return values


@njit
def raises_for_none(n):
    values = [n, None]
    return values[0] + values[n]


@njit
def same(n):
    x = [n]
    y = x
    z = [n]
    rows = [x, z]
    return x is y, x is z, x is not z, rows[0] is x, rows[1] is x, [] is x


@njit
def levels(n):
    found = [Level.LOW, Level.HIGH]
    found.append(Level.LOW)
    names = [level.name for level in found]
    return names, found[1] + n, sum(found), Level.HIGH in found, found.count(Level.LOW), found


@njit
def levels_with_numbers(n):
    found = [Level.LOW, n, Level.HIGH]
    more = [level for level in Level]
    more.append(n)
    return sum(found), sum(more), len(found), max(more) + 0


@njit
def classes(n):
    total = len(Colour)
    for colour in Colour:
        total += colour.value
    return total, Colour.RED in Colour, [c.name for c in Colour], len(Level)


@njit
def by_value(n):
    return Colour(n).name


@njit
def by_text(n, text):
    return Word(text).value + str(n)


@njit
def by_number(n):
    return Level(n) * 2


@njit
def walrus(n):
    found = [square for i in range(n) if (square := i * i) > 3]
    twice = [(half := i * 0.5) + half for i in range(n)]
    rows = [[cell for j in range(i) if (cell := i * j) % 2 == 0] for i in range(n) if (limit := i + 1) > 2 and limit < 9]
    return found, twice, rows, sum(t for i in range(n) if (t := i % 3)), any((u := i) > 4 and u < 6 for i in range(n))


@njit
def matched(n):
    values = [i for i in range(n)]
    match values:
        case []:
            return "none"
        case [0]:
            return "zero"
        case [0, second]:
            return f"two {second}"
        case [first, *rest] if len(rest) == 2:
            return f"{first} then {rest}"
        case [*_, 4]:
            return "ends in 4"
        case [a, *middle, z] if z > 6:
            return f"{a} {middle} {z}"
        case [a, b, *_]:
            return f"{a} {b} and more"


@njit
def matched_rows(n):
    rows = [(i, str(i)) for i in range(n)]
    match rows:
        case [(0, text)]:
            return text
        case [(a, "0"), (b, text)]:
            return f"{a} {b} {text}"
        case [_, (b, _), *rest]:
            return f"{b} {len(rest)}"
    return "other"


@njit
def matched_nested(n):
    rows = [[j for j in range(i)] for i in range(n)]
    match rows:
        case [[], [x], [y, z]]:
            return x + y * 10 + z * 100
        case [[], *_, [0, 1, *rest]]:
            return sum(rest)
    return -1


@njit
def matched_optional(n):
    values = [None, n]
    match values:
        case [None, 3]:
            return "three"
        case [None, x] if x is not None and x > 5:
            return "large"
        case [None, _]:
            return "other"


@njit
def optional_sides(n):
    text = "a" if n > 1 else None
    other = None if n > 2 else "b"
    rows = [n] if n > 1 else None
    found = rows == [2], rows == [5], text == "a", text != other, "a" == text
    if text is not None and other is not None:
        return found, text < other, text > "A"
    return found, False, False


CASES = [
    (name, [n])
    for name in [
        "chosen",
        "or_empty",
        "compared",
        "put_beside",
        "only_looked_at",
        "known_later",
        "optional",
        "optional_floats",
        "optional_texts",
        "only_none",
        "widened",
        "same",
        "levels",
        "levels_with_numbers",
        "classes",
        "by_value",
        "by_number",
        "walrus",
        "matched",
        "matched_rows",
        "matched_nested",
        "matched_optional",
        "optional_sides",
    ]
    for n in [1, 2, 3, 5, 10]
] + [("raises_for_none", [0]), ("raises_for_none", [1]), ("by_text", [1, "yes"]), ("by_text", [1, "maybe"])]
