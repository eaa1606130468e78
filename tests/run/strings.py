"""Strings and bytes: constants, comparison, items, slices, methods, formats, conversions."""

from hotloop import njit

MODE = "fast"


@njit
def mode(name):
    if name == "fast":
        return 1
    elif name != "slow" and name in ("exact", "precise"):
        return 2
    return 3


@njit
def constant_mode(x):
    return x * 2 if MODE == "fast" else x


@njit
def order(a, b):
    return a < b, a <= b, a == b, a != b, a > b, a >= b


@njit
def item(text, i):
    return text[i]


@njit
def parts(text, i, j):
    return text[i:j], text[i:], text[:j], text[:], text[i:j:2], text[::-1], text[j:i:-2], text[-3:]


@njit
def length(text):
    return len(text), len("äöü€😀"), not text, bool(text)


@njit
def concatenated(a, b, n):
    return a + b + "!", a * n, n * b, "ab" + "cd"


@njit
def counted(text, c):
    found = 0
    for i in range(len(text)):
        if text[i] == c:
            found += 1
    return found


@njit
def built(n):
    text = ""
    for i in range(n):
        text = text + str(i) + ","
    return text


@njit
def inside(a, b):
    return a in b, a not in b, "b" in b


@njit
def found(text, part):
    return text.find(part), text.rfind(part), text.count(part), text.find(part, 2), text.find(part, -3, -1)


@njit
def index(text, part):
    return text.index(part), text.rindex(part)


@njit
def ends(text, part):
    return text.startswith(part), text.endswith(part), text.startswith(part, 1), text.startswith(("a", "b")), text.endswith(("c", "d"))


@njit
def cases(text):
    return text.upper(), text.lower(), text.title(), text.capitalize(), text.swapcase(), text.casefold()


@njit
def kinds(text):
    return (
        text.isalnum(), text.isalpha(), text.isdigit(), text.isdecimal(), text.isnumeric(), text.isspace(), text.islower(),
        text.isupper(), text.istitle(), text.isascii(), text.isidentifier(), text.isprintable(),
    )


@njit
def stripped(text):
    return text.strip(), text.lstrip(), text.rstrip(), text.strip("xy"), text.lstrip("x"), text.rstrip("y")


@njit
def replaced(text):
    return text.replace("a", "bb"), text.replace("a", "", 1), text.replace("", "-"), text.removeprefix("a"), text.removesuffix("a")


@njit
def justified(text, width):
    return text.center(width), text.ljust(width), text.rjust(width, "*"), text.zfill(width), text.expandtabs(4)


@njit
def split(text):
    return text.split(), text.split(","), text.split(",", 1), text.rsplit(",", 1), text.splitlines(), text.split(None, 1)


@njit
def joined(a, b):
    return ", ".join((a, b)), "".join(a.split()), "-".join(b.split(","))


@njit
def partitioned(text):
    return text.partition(","), text.rpartition(",")


@njit
def numbers(text):
    return int(text), float(text)


@njit
def in_base(text, base):
    return int(text, base)


@njit
def as_text(i, x, flag):
    return str(i), str(x), str(flag), str((i, x)), repr("it's"), str("plain"), str(None)


@njit
def formatted(i, x, text):
    return (
        f"{i}", f"{x}", f"{i:5d}|{x:8.3f}", f"{text!r:>8}", f"{i:+}", f"{i:#x} {i:o} {i:b} {i:08b}", f"{x:e} {x:g} {x:.2%}",
        f"{i:,} {x:,.1f}", f"{text:*^9}", f"{text:.2}", f"{i=}", f"{x:10}|{x:<10}|{x:^10.2e}", f"{{}}{i}", f"{True:d}", f"{i:x>6}",
    )


@njit
def codes(text):
    return ord(text), chr(ord(text) + 1)


@njit
def character(code):
    return chr(code)


@njit
def chosen(flag, a, b):
    text = a if flag else b + "x"
    if len(text) > 2:
        text = text[1:]
    return text


@njit
def greeting(name, mark="!"):
    return "Hello, " + name + mark


@njit
def greeted(name):
    return greeting(name), greeting(name, mark="?"), greeting(name[1:] + "x")


@njit
def in_tuple(pair):
    a, b = pair
    return b, a + "x"


@njit
def byte_parts(data, i):
    return data[i], len(data), data[1:], data == b"abc", data < b"b", b"xyz"[i], 97 in b"abc"


@njit
def byte_sum(data):
    total = 0
    for i in range(len(data)):
        total += data[i]
    return total


CASES = (
    [("mode", [name]) for name in ("fast", "slow", "exact", "", "fasts", "fas")]
    + [("constant_mode", [3])]
    + [("order", [a, b]) for a, b in (("", ""), ("a", "b"), ("ab", "a"), ("z", "ä"), ("😀", "￿"))]
    + [("item", ["aé😀", i]) for i in (0, 1, 2, -1, -3, 3, -4)]
    + [("parts", [text, i, j]) for text in ("", "a", "héllo wörld") for i, j in ((0, 3), (2, -1), (-4, 100), (5, 2), (-100, 4))]
    + [("length", [text]) for text in ("", "a", "äöü€😀")]
    + [("concatenated", ["a", "bé", n]) for n in (0, 1, 3, -2)]
    + [("counted", ["banana", "a"]), ("built", [12]), ("built", [0])]
    + [("inside", [a, b]) for a, b in (("", ""), ("an", "banana"), ("nab", "banana"))]
    + [("found", [text, part]) for text in ("banana", "") for part in ("an", "", "x")]
    + [("index", ["banana", "an"]), ("index", ["banana", "x"])]
    + [("ends", [text, part]) for text in ("abc", "", "bcd") for part in ("a", "", "bc", "abcd")]
    + [("cases", [text]) for text in ("hELLO wORLD", "straße ǆ", "ΑΣ", "it's 3x", "")]
    + [("kinds", [text]) for text in ("", "abc", "ABC1", "12", " \t", "Hello World", "a_1", "é", "²", "\n")]
    + [("stripped", [text]) for text in ("  x y ", "xyxayx", "", "\u2003a\n")]
    + [("replaced", [text]) for text in ("banana", "", "aaa")]
    + [("justified", [text, w]) for text in ("ab", "-5", "", "a\tb") for w in (0, 5, 6)]
    + [("split", [text]) for text in ("", "a,b,,c", " a b  c ", "a\nb\r\nc", ",")]
    + [("joined", ["a b", "c,d"]), ("partitioned", ["a,b,c"]), ("partitioned", ["abc"])]
    + [("numbers", [text]) for text in ("12", " -7 ", "1_000", "x", "", "1.5")]
    + [("in_base", [text, base]) for text, base in (("ff", 16), ("0x1F", 16), ("101", 2), ("z", 36), ("12", 2))]
    + [("as_text", [i, x, f]) for i, x, f in ((0, 0.1, True), (-(2**63), 1e16, False), (7, float("nan"), True), (1, 1e-5, True), (2, 123456.789, False))]
    + [("formatted", [i, x, t]) for i, x, t in ((42, 3.14159, "abc"), (-1234567, -0.00001234, ""), (0, 1e20, "héllo"), (255, 2.5, "x"))]
    + [("codes", ["a"]), ("codes", ["😀"]), ("codes", ["ab"]), ("codes", [""]), ("character", [65]), ("character", [-1]), ("character", [0x110000])]
    + [("chosen", [f, "abcd", "z"]) for f in (True, False)]
    + [("greeted", ["Ada"]), ("in_tuple", [("a", "b")])]
    + [("byte_parts", [b"abc", i]) for i in (0, -1, 2, 3)]
    + [("byte_sum", [bytes(range(256))])]
)
