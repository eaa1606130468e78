"""Format specifications: of every kind of value, constant and known at run time."""

import numpy as np

from hotloop import njit


@njit
def integers(i):
    a = f"{i:d}|{i:5d}|{i:<7}|{i:^7}|{i:>7}|{i:=+8}|{i:08}|{i:+}|{i: }|{i:x}|{i:#X}|{i:b}|{i:#o}"
    b = f"{i:,}|{i:_}|{i:_x}|{i:#_b}|{i:012,}|{i:n}|{i:e}|{i:.3f}|{i:%}|{i:g}|{i:*^20,}|{i:é>8}"
    return a + b


@njit
def in_bases(i, text):
    return bin(i), oct(i), hex(i), ascii(text), ascii((i, text)), hex(True)


@njit
def characters(i):
    return f"{i:c}|{i:5c}|{i:<5c}|{i:^5c}"


@njit
def floats(x):
    a = f"{x}|{x:.3f}|{x:10.2f}|{x:<10.1f}|{x:^12}|{x:+.2e}|{x:g}|{x:.3g}|{x:G}|{x:.0f}|{x:#.0f}|{x:%}|{x:.1%}"
    b = f"{x:,.2f}|{x:_}|{x:010.2f}|{x:.10}|{x:.1}|{x:n}|{x: .3f}|{x:E}|{x:.3E}|{x:>15,.3f}|{x:=+15.1f}|{x:#g}|{x:F}"
    return a + b


@njit
def complexes(c):
    return f"{c}|{c:.2f}|{c:>20}|{c:<20.3e}|{c:+}|{c:g}|{c:,.1f}|{c:.3}|{c:^+30.2}|{c: .1f}"


@njit
def texts(s):
    return f"{s}|{s:10}|{s:>10}|{s:^10}|{s:*<8}|{s:.2}|{s:5.1}|{s!r}|{s!r:>12}|{s!a}|{s!s:3}|{s=}|{s!r:.3}"


@njit
def others(flag, i):
    value = i if flag else None
    pair = (i, 2.5)
    return f"{flag}|{flag:d}|{flag:>3}|{value}|{None}|{pair}|{pair!r:>14}|{[i]}|{i=}|{i = :>4}|{pair=}|{flag!a:7}"


@njit
def run_time(i, x, s, width, spec):
    a = f"{i:{width}}|{x:{width}.{2}f}|{s:>{width}}|{x:{width}.{width}}|{s:{'*'}^{width}}"
    return a + "|" + format(x, spec) + f"|{x:{spec}}" + format(i, "") + format(s, "<4")


@njit
def in_all_ways(value, fills, flags, widths, kinds):
    parts = [""]
    for fill in fills.split(";"):
        for flag in flags.split(";"):
            for width in widths.split(";"):
                for kind in kinds.split(";"):
                    parts.append(format(value, fill + flag + width + kind))
    return "|".join(parts)


@njit
def aligned(i, x, s):
    a = f"{i:>05}|{i:=05}|{i:>06}|{i:<05}|{i:^07d}|{i:*<05}|{i:=010,}|{i:>#010x}|{x:>08.2f}|{x:<012}|{s:>012}|{s:05}"
    return a + f"|{x:#.1g}|{x:#.1}|{x:#}|{x:#.0%}|{x:#.3G}"


@njit
def of_int(i, spec):
    return format(i, spec)


@njit
def of_text(s, spec):
    return format(s, spec)


@njit
def methods(i, x, s):
    a = "{}|{:>8}|{:.3f}|{!r}".format(s, i, x, s)
    b = "{0}{1}{0}|{name:^9}|{{}}|{other!a:5}".format(i, s, name=x, other="é")
    return a + b + "plain".format() + "{}".format((i, x)) + "{}".format("x")


@njit
def percents(i, x, s):
    a = "%d|%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%i|%u|%%" % (i, i, i, i, i, i, i, i, i, i, i, i)
    b = "%f|%.2f|%10.3f|%-10.1e|%+g|%08.2f|%G|%.0f|%#.0f" % (x, x, x, x, x, x, x, x, x)
    c = "%s|%10s|%-10s|%.2s|%r|%a|%s|%s" % (s, s, s, s, s, s, i, (i, x))
    return a + b + c + "%s" % s + "%d" % x + "%5.1f" % i + "none" % ()


# An alignment with and without what fills the field; the empty one is of the default.
FILLS = ";<;^;>;=;*<;*=;0>;0^"

CASES = [
    *[("aligned", [i, x, s]) for i, x, s in ((42, 1234.5, "abc"), (-42, 2.0, ""), (0, 1e16, "a"))],
    *[("in_all_ways", [i, FILLS, ";+;#", ";0;05;012", ";d;b;x;_x;,;.1f;.0e;.1g;%"]) for i in (0, 42, -1234567)],
    *[
        ("in_all_ways", [x, FILLS, "; ;#;+#", ";5;012", ";,;.1;.0f;.2f;,.1f;e;.0E;g;.1g;,.3G;.0%"])
        for x in (0.0, 2.0, -1234.5, 1e16, 9.96e-5, float("inf"))
    ],
    *[("in_all_ways", [c, ";<;^;>;*^", ";+;#", ";12;30", ";.1;.0f;,.2f;.0e;.1g;G"]) for c in (2j, 1e16 - 100j)],
    *[("in_all_ways", [s, ";<;^;>;*<;0>;0^", "", ";0;05;12;012", ";s;.2"]) for s in ("", "abc", "äöü€😀")],
    *[("methods", [i, x, s]) for i, x, s in ((3, 2.5, "ab"), (-7, 1e20, "it's"))],
    *[("percents", [i, x, s]) for i, x, s in ((3, 2.5, "ab"), (-7, 123456.789, "it's"), (0, -0.0, ""))],
    ("in_bases", [255, "é€😀'"]),
    ("in_bases", [-(2**63), ""]),
    ("in_bases", [np.uint64(2**64 - 1), "a"]),
    *[("integers", [i]) for i in (0, 7, -42, 1234567, -(2**63), 2**63 - 1)],
    ("integers", [np.uint64(2**64 - 1)]),
    ("integers", [np.int8(-5)]),
    *[("characters", [i]) for i in (65, 0x1F600, -1, 0x110000)],
    *[("floats", [x]) for x in (0.0, -0.0, 1.5, 2.675, -1234567.891, 1e16, 1e-5, 123456789.0, 1e300, 5e-324)],
    *[("floats", [x]) for x in (float("inf"), float("-inf"), float("nan"), 0.5, 2.5, 1e22, 99999.5)],
    *[("complexes", [c]) for c in (0j, 1 + 2j, -1.5 - 2.25j, complex(0.0, -0.0), complex(-0.0, 3.0), 1234.5 + 1e10j)],
    ("complexes", [complex("inf+nanj")]),
    *[("texts", [s]) for s in ("", "a", "it's", "äöü€😀\n", "abcdefghijklmno")],
    ("others", [True, 3]),
    ("others", [False, -3]),
    ("run_time", [5, 2.5, "ab", 8, ".3f"]),
    ("run_time", [-5, 1e10, "abc", 3, ",.1f"]),
    ("run_time", [5, 2.5, "ab", 8, "q"]),
    ("run_time", [5, 2.5, "ab", 8, ""]),
    ("of_int", [5, "#x"]),
    ("of_int", [5, ".3"]),
    ("of_text", ["ab", "^6"]),
    ("of_text", ["ab", "=6"]),
    ("of_text", ["ab", "=06"]),
    ("of_text", ["ab", "0=6"]),
]
