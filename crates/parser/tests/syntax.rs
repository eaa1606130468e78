//! Every construct of Python: what is read, printed as the tree has it, and printed text read again.

mod common;

use common::{printed, read, shape};

/// Statements in the form in which the tree is printed.
const CANONICAL: &[&str] = &[
    "x = 1\n",
    "x = y = f(1)\n",
    "x += 1\ny //= 2\nz **= 3\na @= b\nc >>= 1\n",
    "x: int\ny: int = 3\na.b: str = c[0]\n(z): int\n",
    "del x, y[0], z.w\n",
    "assert x\nassert x, \"message\"\n",
    "raise\nraise ValueError\nraise ValueError(\"x\") from error\n",
    "global a, b\nnonlocal c\n",
    "import a\nimport a.b.c as d, e\n",
    "from a import b\nfrom a.b import c as d, e\nfrom . import f\nfrom ...g import h\nfrom .... import i\nfrom j import *\n",
    "if a:\n    pass\nelif b:\n    x\nelif c:\n    y\nelse:\n    z\n",
    "while x < 10:\n    x += 1\n    if x:\n        break\n    else:\n        continue\nelse:\n    pass\n",
    "for i in range(10):\n    pass\nelse:\n    x\n",
    "for (i, (j, *k)) in x:\n    pass\n",
    "for x in (*a, b):\n    pass\n",
    "try:\n    a\nexcept:\n    b\n",
    "try:\n    a\nexcept A:\n    b\nexcept (B, C) as error:\n    c\nelse:\n    d\nfinally:\n    e\n",
    "try:\n    a\nfinally:\n    b\n",
    "try:\n    a\nexcept* A as group:\n    b\nexcept* B:\n    c\n",
    "with a:\n    pass\nwith a as b, c() as d.e, f as (g, h):\n    pass\n",
    "def f():\n    return\n",
    "def f(a, b: int, c=1, d: int=2) -> float:\n    return a\n",
    "def f(a, /, b, *, c):\n    pass\n",
    "def f(a, b=1, /):\n    pass\n",
    "def f(*args, a, b=1, **kwargs):\n    pass\n",
    "def f(*args: int, **kwargs: float):\n    pass\n",
    "def f(*args: *Ts):\n    pass\n",
    "def f[T, *Ts, **P](x: T) -> T:\n    pass\n",
    "def f[T: int = bool, *Ts = *tuple[int], **P = [int]]():\n    pass\n",
    "@njit\n@nb.njit(\"float64(float64[:])\", cache=True)\ndef f(x):\n    return x\n",
    "async def f():\n    async with a as b:\n        await c\n    async for d in e:\n        yield_(d)\n    return [x async for x in y]\n",
    "class A:\n    pass\n",
    "@dataclass\nclass A[T](B, C, metaclass=D, *e, **f):\n    x: int = 1\n    def g(self):\n        pass\n",
    "type X = int\ntype Y[T: int] = list[T]\n",
    "match x:\n    case 1 | -2 | 3.5 | 1 + 2.0j | -1 - 2.5j:\n        pass\n    case \"a\" | b\"b\" | None | True | False:\n        pass\n    case a.b | a.b.c:\n        pass\n    case y if y > 1:\n        pass\n    case _:\n        pass\n",
    "match x:\n    case []:\n        pass\n    case [a, _, *rest]:\n        pass\n    case [1, *_]:\n        pass\n    case {}:\n        pass\n    case {\"a\": 1, b.c: [x, y], **rest}:\n        pass\n    case A():\n        pass\n    case A.B(1, x, y=2, z=C()):\n        pass\n    case 1 | 2 as number:\n        pass\n",
    "match (x, *y):\n    case z:\n        pass\n",
    "x = a or b and not c\n",
    "x = (a or b) and (not c) == d\n",
    "x = a < b <= c != d is e is not f in g not in h\n",
    "x = a | b ^ c & d << e + f * -g ** h\n",
    "x = (((((a | b) ^ c) & d) << e) + f) * g\n",
    "x = (-a) ** -b ** ~c\n",
    "x = a - (b - c) - d\n",
    "x = a @ b // c % d / e\n",
    "x = a if b else c if d else e\n",
    "x = (a if b else c) if (d if e else f) else g\n",
    "x = lambda: 0\ny = lambda a, /, b=1, *c, d, **e: a if b else lambda: c\n",
    "x = (y := 1)\nf((y := 2), z=(w := 3))\n",
    "x = f(a, *b, c=d, **e)\n",
    "x = f((i for i in a if b if c for j in i))\n",
    "x = [i for i in a]\ny = {i for i in a}\nz = {i: j for (i, j) in a}\n",
    "x = [i for i in (a if b else c) if (d if e else f)]\n",
    "x = []\ny = [a, *b]\nz = {a, *b}\nw = {}\nv = {a: b, **c}\n",
    "x = ()\ny = (a,)\nz = (a, *b)\n",
    "x = a[1]\ny = a[1, 2]\nz = a[1:2, ::3, :, b:]\nw = a[:,]\nv = a[(*b,)]\nu = a[(i := 1)]\n",
    "x = a.b.c(d)[e].f\n",
    "x = (1).real\ny = (1.5).real\n",
    "x = 0xff\ny = 0o17\nz = 0b101\n",
    "x = 1.5\ny = 1e100\nz = 2.5j\nw = 1e999\n",
    "x = ...\n",
    "x = \"it's\"\ny = 'say \"x\"'\nz = \"\\\\ \\n \\t \\u0000 ä €\"\n",
    "x = b\"a\\x00\\xff\\\"\"\n",
    "x = f\"a{b}c{d!r:>{width}}{{}}\"\n",
    "x = f\"{x = }{y=!s}{z=:3}\"\n",
    "x = f\"{ {1: 2}[1]}{(lambda: 1)}{'b'}\"\n",
    "x = t\"a{b}\"\n",
    "def f():\n    x = (yield)\n    y = (yield a)\n    z = (yield from b)\n    (yield)\n",
];

#[test]
fn canonical_text_is_printed_as_it_was() {
    for text in CANONICAL {
        assert_eq!(printed(text), *text);
    }
}

#[test]
fn printing_and_reading_again_changes_nothing() {
    for text in CANONICAL {
        let first = read(text);
        let second = read(&first.module.to_string());
        assert_eq!(shape(first.module), shape(second.module), "{text}");
    }
}

/// Other spellings of the same: the text, and how its tree is printed.
const SPELLINGS: &[(&str, &str)] = &[
    ("x=1;y=2;", "x = 1\ny = 2\n"),
    ("if x: y; z\n", "if x:\n    y\n    z\n"),
    ("(a) = 1\nb: int = 2\n", "a = 1\nb: int = 2\n"),
    ("a, b = b, a\n", "(a, b) = (b, a)\n"),
    ("a, = b\n", "(a,) = b\n"),
    ("*a, b = c\n", "(*a, b) = c\n"),
    ("[a, (b, c)] = d\n", "[a, (b, c)] = d\n"),
    ("return_ = 1\n", "return_ = 1\n"),
    ("for x, in y: pass\n", "for (x,) in y:\n    pass\n"),
    ("for x in 1, 2: pass\n", "for x in (1, 2):\n    pass\n"),
    ("x = [i for i, in a]\n", "x = [i for (i,) in a]\n"),
    ("f(x for x in y)\n", "f((x for x in y))\n"),
    ("f(a, b,)\n", "f(a, b)\n"),
    ("f(x := 1)\n", "f((x := 1))\n"),
    ("x = a[b, ]\n", "x = a[(b,)]\n"),
    ("x = a[*b]\n", "x = a[(*b,)]\n"),
    ("x = a[lambda: 1 : 2]\n", "x = a[lambda: 1:2]\n"),
    ("with (a): pass\n", "with a:\n    pass\n"),
    ("with (a, b): pass\n", "with a, b:\n    pass\n"),
    ("with (a as b, c as d,): pass\n", "with a as b, c as d:\n    pass\n"),
    ("with (a) as b, (c): pass\n", "with a as b, c:\n    pass\n"),
    ("with (a, b) as c: pass\n", "with (a, b) as c:\n    pass\n"),
    ("with (a, *b): pass\n", "with (a, *b):\n    pass\n"),
    ("with (a := b): pass\n", "with (a := b):\n    pass\n"),
    ("with (): pass\n", "with ():\n    pass\n"),
    ("with (yield): pass\n", "with (yield):\n    pass\n"),
    ("with (x for x in y): pass\n", "with (x for x in y):\n    pass\n"),
    ("with (a).b as c: pass\n", "with a.b as c:\n    pass\n"),
    ("with (a) + b: pass\n", "with a + b:\n    pass\n"),
    ("with (\n    a,  # first\n    b,\n):  # why\n    pass\n", "with a, b:\n    pass\n"),
    ("async def f():\n  async with (a, b): pass\n", "async def f():\n    async with a, b:\n        pass\n"),
    ("from a import (b, c,)\n", "from a import b, c\n"),
    ("import a . b\n", "import a.b\n"),
    ("from . a import b\nfrom .. import c\n", "from .a import b\nfrom .. import c\n"),
    ("try: pass\nexcept A, B: pass\n", "try:\n    pass\nexcept (A, B):\n    pass\n"),
    (
        "match = 1\nmatch.x = 2\nmatch[x] = 3\nmatch(x)\nmatch: int = 4\nprint(match)\n",
        "match = 1\nmatch.x = 2\nmatch[x] = 3\nmatch(x)\nmatch: int = 4\nprint(match)\n",
    ),
    (
        "case = 1\ncase: int\ntype = case\ntype(x)\ntype: int = 3\n",
        "case = 1\ncase: int\ntype = case\ntype(x)\ntype: int = 3\n",
    ),
    ("match match:\n  case case: match = case\n", "match match:\n    case case:\n        match = case\n"),
    ("match -x:\n  case (1): pass\n", "match -x:\n    case 1:\n        pass\n"),
    ("match (x):\n  case 1, *_: pass\n", "match x:\n    case [1, *_]:\n        pass\n"),
    ("match x,:\n  case (a, ): pass\n", "match (x,):\n    case [a]:\n        pass\n"),
    ("match x:  # why\n  # what\n  case (): pass\n", "match x:\n    case []:\n        pass\n"),
    (
        "match x:\n  case {\"a\": 1,}: case[0]: int = 1\n",
        "match x:\n    case {\"a\": 1}:\n        case[0]: int = 1\n",
    ),
    ("type type = type\nif x: type y = int\n", "type type = type\nif x:\n    type y = int\n"),
    ("x = 'a' \"b\" '''c'''\n", "x = \"abc\"\n"),
    ("x = b'a' br'\\b'\n", "x = b\"a\\\\b\"\n"),
    ("x = 'a' f'{b}' 'c'\n", "x = f\"a{b}c\"\n"),
    ("x = r'\\n' u'\\x41\\u0042\\U00000043\\103\\N{LATIN SMALL LETTER A}'\n", "x = \"\\\\nABCCa\"\n"),
    ("x = '\\d\\\n e'\n", "x = \"\\\\d e\"\n"),
    ("x = '''a\r\nb\rc'''\n", "x = \"a\\nb\\nc\"\n"),
    ("x = f'{a:{b}{c}}' rf'\\{d}' f'\\N{DIGIT ONE}{{'\n", "x = f\"{a:{b}{c}}\\\\{d}1{{\"\n"),
    ("x = f'{a!r}{b!s:c}{d != e}{f:=5}{g :x}'\n", "x = f\"{a!r}{b!s:c}{d != e}{f:=5}{g:x}\"\n"),
    ("x = f'''{\"a'b\"}{'c\"d'}'''\n", "x = f\"\"\"{\"a'b\"}{'c\"d'}\"\"\"\n"),
    ("x = f'{a['b']}'\n", "x = f\"{a['b']}\"\n"),
    ("x = f'''{\na}\n'''\n", "x = f\"{a}\\n\"\n"),
    (
        "x = 1_000 + 0x_ff + 1_0.0_1e1_0 + 00 + 1E5 + .5 + 5. + 1J\n",
        "x = 1000 + 0xff + 100100000000.0 + 0 + 100000.0 + 0.5 + 5.0 + 1.0j\n",
    ),
    ("x = 1if y else 2\n", "x = 1 if y else 2\n"),
    ("x = not not a\n", "x = not not a\n"),
    ("x = - + ~ a\n", "x = -+~a\n"),
    ("x = a**-b\n", "x = a ** -b\n"),
    ("x = await_ ** 2\n", "x = await_ ** 2\n"),
    ("lambda *, a: a\nlambda *a, b: c\n", "lambda *, a: a\nlambda *a, b: c\n"),
    ("\u{feff}x = 1\n", "x = 1\n"),
    ("größe = Δx_1\n", "größe = Δx_1\n"),
    ("x = (1 +  # one\n\n     2)\n", "x = 1 + 2\n"),
    ("x = 1 + \\\n    2\n", "x = 1 + 2\n"),
    ("if x:\r\n\ty\r\n\tz\r\n", "if x:\n    y\n    z\n"),
    ("if x:\n\x0c    y\n", "if x:\n    y\n"),
    ("def f():\n    x\n# comment at the margin\n    y\n", "def f():\n    x\n    y\n"),
    ("def f(): pass", "def f():\n    pass\n"),
    ("if x:\n  if y:\n    z", "if x:\n    if y:\n        z\n"),
    ("", ""),
    ("\n\n# nothing\n   \n", ""),
];

#[test]
fn other_spellings_give_the_same_tree() {
    for (text, expected) in SPELLINGS {
        assert_eq!(&printed(text), expected, "{text}");
    }
}

#[test]
fn a_hexadecimal_digit_is_taken_before_a_word() {
    // As in CPython: `0x1for` is `0x1f or`.
    assert_eq!(printed("z = 0x1for x\n"), "z = 0x1f or x\n");
}

#[test]
fn numbers_keep_all_digits() {
    let digits = "9".repeat(1000);
    assert_eq!(printed(&format!("x = {digits}\n")), format!("x = {digits}\n"));
}
