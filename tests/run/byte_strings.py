"""Bytes: operators, methods, and the way to strings and back."""

from hotloop import njit


@njit
def operators(a, b, n):
    return a + b, a * n, b in a, a not in b, (a + b)[1:3], a + b == b + a, len(a + b), (a * n)[-1:], f"{a + b}"


@njit
def found(a, b):
    first = a.find(b), a.rfind(b), a.count(b), a.startswith(b), a.endswith(b), a.find(b, 1), a.find(b, 1, 3)
    return first, a.replace(b, b"--"), a.replace(b, b"", 1), a.removeprefix(b), a.removesuffix(b), a.strip(b), a.lstrip(b)


@njit
def fields(a, n):
    return a.center(n), a.ljust(n, b"*"), a.rjust(n, b"\xff"), a.zfill(n), a.rstrip(b"b")


@njit
def position(a, b):
    return a.index(b), a.rindex(b)


@njit
def text_and_back(s):
    data = s.encode()
    return data, len(data), data.decode(), (data + b"!").decode() + s


@njit
def kept_in_list(a, n):
    v = [a]
    for i in range(n):
        v.append(v[i] + a)
    return v, str(v)


@njit
def raised(a):
    try:
        raise ValueError((a + b"x").decode())
    except ValueError:
        raise KeyError(f"{a + a}")


CASES = [
    ("operators", [b"abc", b"bc", 3]),
    ("operators", [b"", b"\x00\xff", 0]),
    ("operators", [b"\xffab", b"", -1]),
    *[("found", [a, b]) for a, b in ((b"abcabc", b"bc"), (b"abc", b""), (b"", b"x"), (b"\x00\x80\xff\x80", b"\x80"), (b"aaa", b"a"))],
    ("fields", [b"ab", 7]),
    ("fields", [b"-5", 4]),
    ("fields", [b"abcdef", 3]),
    ("position", [b"abcabc", b"c"]),
    ("position", [b"abc", b"x"]),
    *[("text_and_back", [s]) for s in ("", "plain", "äöü€😀\x00")],
    ("kept_in_list", [b"ab", 3]),
    ("raised", [b"q"]),
]
