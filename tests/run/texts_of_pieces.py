"""Texts that are put together of several pieces: in which order the pieces are evaluated, and what each is."""

import collections

from hotloop import njit

Pair = collections.namedtuple("Pair", "left right")


@njit
def changed_between(n):
    v = [n]
    # Each field is written before the next is evaluated: the first does not show what the second appends.
    first = f"{v}{v.append(2)}{v}"
    second = f"{v}|{v.pop()}|{v}"
    third = f"{v!r:>9}{grown(v)}{v}"
    joined = f"{','.join([str(n), 'b'])}{v.append(n)}{len(v)}{v}"
    return first, second, third, joined, v


@njit
def grown(v):
    v.append(10)
    return len(v)


@njit
def printed_after_all(n):
    v = [n]
    print(v, v.append(3), v, sep=" + ")
    print(v, grown(v), f"{v}", end=".\n")
    return v


@njit
def of_all_kinds(n, x, s):
    t = (n, x, s)
    p = Pair(t, [s, s])
    print("kinds", 1, -2.5, True, None, n, x, s, t, p, b"\x00", [1.5, x], range(n), n * 1j, sep="; ")
    return f"{n}{x}{s}{t}{p}{b'a'}{[n]}{range(3)}{n + 1j} {1}{2.0}{False}{None}{'é€'}"


@njit
def formatted(n, x, s):
    return f"{n:05d}|{x:.3f}|{s:>8}|{s!r}|{n:x}{n * 2:_}|{x:e}|{n + 0.5j:.1f}", "%d-%s" % (n, s) + "{}:{:>4}".format(x, n)


@njit
def concatenated(s, n):
    made = s + "a" + str(n) + s.upper() + "b" + f"{n}" + s * 2
    return made, "" + s, s + "", f"{s}", f"{s}{s}", f"", f"{''}{s}"


@njit
def in_a_loop(n):
    text = ""
    for i in range(n):
        text = text + f"{i}:{i * i}, "
        if i % 3 == 0:
            print(i, text)
    return text


@njit
def raised_between(n):
    v = [1]
    try:
        return f"{v}{v.append(2)}{v[n]}{str(n) + 'x'}"
    except IndexError:
        return f"{v} {n}"


@njit
def kept_alive(n):
    words = [f"{i}-{n}" for i in range(n)]
    print(*("a", n), words, f"{words[0]}{words[-1]}" + words[0])
    return words, f"{words[0] + words[-1]}{n}{words[0] * 2}"


CASES = [
    ("changed_between", [1]),
    ("printed_after_all", [1]),
    *[("of_all_kinds", [n, x, s]) for n, x, s in ((3, 0.1, "a"), (-1, float("nan"), ""), (0, 1e300, "it's\n\U0001f600"))],
    *[("formatted", [n, x, s]) for n, x, s in ((3, 0.1, "a"), (-12345, 1e10, "äöü"))],
    *[("concatenated", [s, n]) for s, n in (("x", 1), ("", -5))],
    ("in_a_loop", [0]),
    ("in_a_loop", [7]),
    ("raised_between", [0]),
    ("raised_between", [5]),
    ("kept_alive", [3]),
]
