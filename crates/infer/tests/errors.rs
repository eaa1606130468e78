//! What is wrong with a kernel is said once, at its place, with the types involved and a way out.

mod world;

use world::World;

/// Codes with their messages.
type Expected = &'static [(&'static str, &'static str)];

/// A signature, the body of a function of `x`, and the errors it gives.
const ERRORS: &[(&str, &str, Expected)] = &[
    ("(int64,)", "total = x\n    return totl", &[("HL0201", "the name `totl` is not defined")]),
    ("(int64,)", "return y + y * y", &[("HL0201", "the name `y` is not defined")]),
    ("(int64,)", "return y\n    y = 1", &[("HL0202", "`y` is read before anything is assigned to it")]),
    (
        "(int64,)",
        "for i in range(x):\n        t = t + i\n    return t",
        &[("HL0202", "`t` is read before anything is assigned to it")],
    ),
    (
        "(int64,)",
        "y = (1, 2)\n    for i in range(x):\n        y = i\n    return y",
        &[("HL0203", "`y` may be Tuple(int64, int64) or int64 here, which no type holds")],
    ),
    ("(int64,)", "return 'a' / 2", &[("HL0204", "`/` does not accept str and int64")]),
    ("(float64,)", "return ~x", &[("HL0204", "`~` does not accept float64")]),
    ("(float64,)", "x |= 1\n    return x", &[("HL0204", "`|` does not accept float64 and int64")]),
    (
        "(float64,)",
        "return np.float64 + x",
        &[("HL0204", "`+` does not accept the type `float64` and float64")],
    ),
    ("(float64[:],)", "return math.sqrt(x)", &[("HL0205", "`math.sqrt` does not accept float64[:]")]),
    ("(int64,)", "return np.hypot(x)", &[("HL0205", "`numpy.hypot` takes 2 arguments, and 1 is given")]),
    ("(int64,)", "return min(x)", &[("HL0205", "`min` does not accept int64")]),
    (
        "(int64,)",
        "return np.zeros(x, order='F')",
        &[("HL0205", "`numpy.zeros` does not accept the argument `order` here")],
    ),
    ("(float64,)", "return math.gcd(x, 2)", &[("HL0205", "`math.gcd` does not accept float64")]),
    (
        "(int64,)",
        "if x:\n        return 1\n    return x, x",
        &[("HL0206", "the function returns both int64 and Tuple(int64, int64), which no type holds")],
    ),
    (
        "int64(int64[:])",
        "return x",
        &[("HL0206", "the signature declares the result int64, but a value of type int64[:] is returned")],
    ),
    (
        "void(int64)",
        "return x",
        &[("HL0206", "the signature declares no result, but a value of type int64 is returned")],
    ),
    ("(int64,)", "return 18446744073709551616", &[("HL0207", "this integer does not fit 64 bits")]),
    ("(int64,)", "return g(x, z=2)\ndef g(a, b): return a", &[("HL0208", "`g` has no parameter `z`")]),
    (
        "(int64,)",
        "return g(x, a=2)\ndef g(a, b): return a",
        &[("HL0208", "the argument `a` of `g` is given twice")],
    ),
    ("(int64,)", "return g(x)\ndef g(a, b): return a", &[("HL0208", "the argument `b` of `g` is missing")]),
    (
        "(int64,)",
        "return g(x, 1, 2)\ndef g(a, b): return a",
        &[("HL0208", "`g` takes 2 arguments, and 3 are given")],
    ),
    (
        "(int64,)",
        "return f(x)",
        &[(
            "HL0209",
            "the type of this recursive call's result cannot be found: no way through the function returns without such a call",
        )],
    ),
    (
        "(float64[:],)",
        "return x.ctypes",
        &[("HL0210", "the attribute `ctypes` of float64[:] is not supported in a kernel yet")],
    ),
    ("(float64[:],)", "return np.fft.fft(x)", &[("HL0210", "`numpy.fft` is not supported in a kernel yet")]),
    (
        "(int64,)",
        "return x.hex",
        &[("HL0210", "the attribute `hex` of int64 is not supported in a kernel yet")],
    ),
    (
        "(float64[:, :],)",
        "return x[0, 1, 2]",
        &[("HL0211", "too many indices: the array has 2 dimensions, and 3 are given")],
    ),
    (
        "(float64[:],)",
        "return x[x[0] > 1]",
        &[("HL0211", "an index of type bool is not supported in a kernel")],
    ),
    (
        "(float64[:, :],)",
        "return x.shape[2]",
        &[("HL0211", "the tuple has 2 items, and index 2 is none of them")],
    ),
    (
        "(int64,)",
        "return (x, 1.5)[x]",
        &[("HL0211", "only a constant can index a tuple whose items differ in type")],
    ),
    ("(int64,)", "return x[0]", &[("HL0211", "a value of type int64 cannot be indexed")]),
    ("(int64,)", "t = (1, 2)\n    t[0] = x", &[("HL0211", "the items of a tuple cannot be assigned")]),
    (
        "(float64,)",
        "a, b = x\n    return a",
        &[("HL0212", "a value of type float64 cannot be unpacked in a kernel yet")],
    ),
    (
        "(float64[:],)",
        "a, b = 1, 2, 3\n    return a",
        &[("HL0212", "3 values cannot be unpacked into 2 targets")],
    ),
    ("(readonly float64[:],)", "x[0] += 1", &[("HL0213", "the array is read-only")]),
    (
        "(float64[:],)",
        "if x:\n        return 1",
        &[("HL0214", "a value of type float64[:] has no truth value in a kernel")],
    ),
    (
        "(float64[:],)",
        "return not x",
        &[("HL0214", "a value of type float64[:] has no truth value in a kernel")],
    ),
    (
        "(int64, int64)",
        "return x",
        &[("HL0215", "`f` has 1 parameter, but the signature `(int64, int64)` gives 2 types")],
    ),
    ("(int64,)", "return np.zeros(3, dtype=x)", &[("HL0217", "int64 is not a dtype that a kernel knows")]),
    (
        "(int64,)",
        "return np.zeros(3, 'complex')",
        &[("HL0217", "\"complex\" is not a dtype that a kernel knows")],
    ),
    ("(int64,)", "continue", &[("HL0220", "`continue` outside a loop")]),
    ("(float64,)", "for i in range(1, x):\n        pass", &[("HL0221", "`range` takes integers")]),
    (
        "(int64,)",
        "for i in range(stop=x):\n        pass",
        &[("HL0221", "`range` takes one to three integers, by position")],
    ),
    (
        "(int64,)",
        "for i, j in range(x):\n        pass\n    return i",
        &[("HL0212", "a value of type int64 cannot be unpacked in a kernel yet")],
    ),
    (
        "(float64[:],)",
        "x[0] = x",
        &[("HL0222", "a value of type float64[:] cannot be stored in an element of type float64")],
    ),
    ("(float64,)", "return x is 1", &[("HL0223", "`is` cannot compare float64 with int64")]),
    ("(float64,)", "return 1 in x", &[("HL0223", "`in` cannot compare int64 with float64")]),
    (
        "(float64,)",
        "return x or (1, 2)",
        &[("HL0224", "the value may be float64 or Tuple(int64, int64), which no type holds")],
    ),
    ("(float64,)", "return x(1)", &[("HL0225", "float64 cannot be called")]),
    ("(float64,)", "return math(1)", &[("HL0225", "the module `math` cannot be called")]),
    (
        "(float64,)",
        "return np.zeros((2, x))",
        &[("HL0226", "a shape is an integer or a tuple of integers, not Tuple(int64, float64)")],
    ),
    (
        "(float64,)",
        "import os\n    return os.getpid()",
        &[("HL0301", "`import` is not supported yet in a kernel")],
    ),
    (
        "(float64,)",
        "from os import getpid as pid\n    return pid()",
        &[("HL0301", "`import` is not supported yet in a kernel")],
    ),
    (
        "(float64,)",
        "with x as y:\n        z = 1\n    return y + z",
        &[("HL0301", "`with` is not supported yet in a kernel")],
    ),
    (
        "(float64,)",
        "class C:\n        pass\n    return C()",
        &[("HL0301", "a class is not supported yet in a kernel")],
    ),
    (
        "(float64,)",
        "global total\n    total += x\n    return total",
        &[("HL0301", "`global` is not supported yet in a kernel")],
    ),
    (
        "(int64,)",
        "raise (ValueError if x else KeyError)(x)",
        &[(
            "HL0308",
            "which exception class this is depends on a condition, which is not supported in a kernel yet",
        )],
    ),
    ("(float64,)", "with x:\n        pass", &[("HL0301", "`with` is not supported yet in a kernel")]),
    ("(float64,)", "import os", &[("HL0301", "`import` is not supported yet in a kernel")]),
    ("(float64,)", "class C:\n        pass", &[("HL0301", "a class is not supported yet in a kernel")]),
    (
        "(float64,)",
        "return x > 0 and (y := x)",
        &[(
            "HL0272",
            "an assignment expression that not every way evaluates is not supported yet in a kernel",
        )],
    ),
    ("(float64,)", "return f'{x:d}'", &[("HL0251", "Unknown format code 'd' for object of type 'float'")]),
    (
        "(float64,)",
        "return 'text'.maketrans('a')",
        &[("HL0340", "the method `maketrans` of str is not supported in a kernel yet")],
    ),
    ("(float64,)", "return 'text'.find(x)", &[("HL0252", "`sub` of `find` is a string, not float64")]),
    (
        "(int64,)",
        "return 'text'[::x]",
        &[("HL0250", "the step of a slice of a string is a constant that is not zero in a kernel")],
    ),
    (
        "(float64,)",
        "return math",
        &[("HL0303", "the module `math` cannot be used as a value in a kernel yet")],
    ),
    (
        "(float64,)",
        "return T + T[0]\nT = sorted([2, 1])",
        &[(
            "HL0304",
            "`T` is a global whose value is computed when the module is loaded, which cannot be used in a kernel yet",
        )],
    ),
    (
        "(float64,)",
        "return ValueError",
        &[("HL0304", "`ValueError` is an exception class, which cannot be used in a kernel yet")],
    ),
    (
        "(int64,)",
        "try:\n        pass\n    except* ValueError:\n        pass",
        &[("HL0320", "`except*` is not supported yet in a kernel")],
    ),
    (
        "(int64,)",
        "for i in range(x):\n        try:\n            pass\n        finally:\n            break",
        &[("HL0320", "`break` out of a `finally` block is not supported yet in a kernel")],
    ),
    (
        "(int64,)",
        "try:\n        pass\n    except:\n        pass\n    except ValueError:\n        pass",
        &[("HL0231", "a bare `except` must be the last handler")],
    ),
    (
        "(int64,)",
        "try:\n        x // x\n    except ValueError as e:\n        return e",
        &[("HL0321", "a caught exception is used as a value")],
    ),
    (
        "(int64,)",
        "try:\n        raise ValueError(x)\n    except ValueError as e:\n        return e.args[1]",
        &[("HL0321", "nothing that is raised here has an argument of number 1")],
    ),
    (
        "(int64,)",
        "try:\n        if x:\n            raise ValueError(x)\n        raise ValueError('y')\n    except ValueError as e:\n        return e.args[0]",
        &[("HL0321", "this argument of the exception may be int64 or str")],
    ),
    (
        "(int64,)",
        "try:\n        x // x\n    except ValueError as e:\n        return e.errno",
        &[("HL0321", "the attribute `errno` of a caught exception is not supported in a kernel")],
    ),
    (
        "(int64,)",
        "try:\n        x // x\n    except ValueError as e:\n        pass\n    return e",
        &[("HL0202", "`e` is read before anything is assigned to it")],
    ),
    (
        "(int64,)",
        "try:\n        x // x\n    except x:\n        pass",
        &[("HL0308", "this names no exception class that a kernel knows")],
    ),
    ("(int64,)", "del x\n    return x", &[("HL0202", "`x` is read before anything is assigned to it")]),
    ("(int64,)", "del y", &[("HL0202", "`y` is read before anything is assigned to it")]),
    (
        "(int64,)",
        "try:\n        y = 1.5\n        x // x\n        y = (1, 2)\n    except ValueError:\n        return y\n    return 2.5",
        &[("HL0203", "`y` may be float64 or Tuple(int64, int64) here, which no type holds")],
    ),
    (
        "(float64,)",
        "raise",
        &[("HL0230", "`raise` without an exception, and no handler around has caught one")],
    ),
    (
        "(float64[:],)",
        "raise KeyError(1, x)",
        &[("HL0308", "an exception in a kernel cannot take float64[:] along")],
    ),
    ("(float64,)", "raise Custom('a')", &[("HL0201", "the name `Custom` is not defined")]),
    ("(float64,)", "raise math('a')", &[("HL0308", "this names no exception class that a kernel knows")]),
    (
        "(float64,)",
        "for v in x:\n        w = v\n    return w",
        &[("HL0309", "a loop over float64 is not supported yet in a kernel")],
    ),
    (
        "(float64[:],)",
        "for a, b in zip((1, 2.5), x):\n        pass",
        &[(
            "HL0270",
            "a tuple whose items differ in type is iterated beside something whose length is not known now",
        )],
    ),
    (
        "(float64[:],)",
        "for v in set(x):\n        w = v\n    return w",
        &[("HL0319", "the builtin `set` is not supported yet in a kernel")],
    ),
    (
        "(float64[:],)",
        "x.flags = 1",
        &[("HL0310", "assigning the attribute `flags` is not supported yet in a kernel")],
    ),
    ("(float64[:],)", "return x << 1", &[("HL0204", "`<<` does not accept float64[:] and int64")]),
    (
        "(int32[:],)",
        "x += 1.5",
        &[("HL0222", "`+=` would store float64 in an array of int32, which loses what makes it float64")],
    ),
    (
        "(uint8[:],)",
        "return x + 300",
        &[("HL0280", "the integer 300 does not fit uint8, the dtype of the array")],
    ),
    (
        "(uint8[:],)",
        "x[0] = 300",
        &[("HL0280", "the integer 300 does not fit uint8, the dtype of the array")],
    ),
    (
        "(uint16[:],)",
        "x[1:] = -1",
        &[("HL0280", "the integer -1 does not fit uint16, the dtype of the array")],
    ),
    (
        "(int8[:],)",
        "x[x > 3] = 2 * 64",
        &[("HL0280", "the integer 128 does not fit int8, the dtype of the array")],
    ),
    ("(int8[:],)", "x.fill(128)", &[("HL0280", "the integer 128 does not fit int8, the dtype of the array")]),
    (
        "(int64,)",
        "return np.full(x, -1, np.uint8)",
        &[("HL0280", "the integer -1 does not fit uint8, the dtype of the array")],
    ),
    (
        "(float64[:, :],)",
        "x[0, 1:] = x",
        &[("HL0222", "an array with 2 dimensions cannot be stored in one with 1 dimension")],
    ),
    ("(float64[:, :],)", "return x[..., 0, ...]", &[("HL0211", "an index can only have a single ellipsis")]),
    (
        "(int64,)",
        "v = []\n    v.append(v)\n    return x",
        &[("HL0253", "these lists would be nested more than 32 deep, or hold themselves")],
    ),
    (
        "(int64,)",
        "v = []\n    w = []\n    v.append(w)\n    w.append(v)\n    return x",
        &[
            ("HL0253", "these lists would be nested more than 32 deep, or hold themselves"),
            ("HL0253", "these lists would be nested more than 32 deep, or hold themselves"),
        ],
    ),
    (
        "(float64[:],)",
        "return np.sqrt(x, dtype=np.float32)",
        &[("HL0205", "`numpy.sqrt` does not accept the argument `dtype` here")],
    ),
    (
        "(float64[:],)",
        "return np.sqrt(x, where=x > 0)",
        &[("HL0330", "without `out` there is nothing where `where` is false")],
    ),
    ("(readonly float64[:],)", "x[x > 1] = 0\n    return 1", &[("HL0213", "the array is read-only")]),
    ("(readonly float64[:],)", "x[[0, 1]] += 1\n    return 1", &[("HL0213", "the array is read-only")]),
    ("(readonly float64[:],)", "x.flat[0] = 1\n    return 1", &[("HL0213", "the array is read-only")]),
    (
        "(readonly float64[:, ::1],)",
        "x.reshape(-1)[:] = 1\n    return 1",
        &[("HL0213", "the array is read-only")],
    ),
    (
        "(float64[:],)",
        "np.broadcast_to(x, (2, 3))[0, 0] = 1\n    return 1",
        &[("HL0213", "the array is read-only")],
    ),
    ("(readonly float64[:],)", "return np.add(x, 1, out=x)", &[("HL0213", "the array is read-only")]),
    (
        "(boolean,)",
        "x and np.zeros(3).fill(1)",
        &[("HL0281", "`fill` changes an array within an expression that not every way evaluates")],
    ),
    (
        "(int64,)",
        "return g(*x)\ndef g(x): return x",
        &[("HL0314", "only tuples can be unpacked into arguments in a kernel, not a value of type int64")],
    ),
    (
        "(int64,)",
        "return zip(x)",
        &[("HL0315", "`zip` can only stand in the head of a `for` loop in a kernel")],
    ),
    // Independent errors are all reported, what follows from them is not.
    (
        "(int64,)",
        "a = undefined\n    b = a + 1\n    for i in range(x):\n        b = b * a\n    c = {2}\n    return b + c",
        &[
            ("HL0201", "the name `undefined` is not defined"),
            ("HL0302", "a set is not supported yet in a kernel"),
        ],
    ),
    (
        "(int64,)",
        "return g(x)\ndef g(y): return y + undefined",
        &[("HL0201", "the name `undefined` is not defined")],
    ),
];

/// A signature, the body of a function of `x`, the only error that it gives, and the way out that this names.
const WAYS_OUT: &[(&str, &str, &str, &str)] = &[
    (
        "(int64,)",
        "total = 0\n    for i in range(x):\n        totl += i\n    return total",
        "`totl` is read before anything is assigned to it",
        "did you mean `total`?",
    ),
    (
        "(int64,)",
        "for i in rnge(x):\n        pass",
        "the name `rnge` is not defined",
        "did you mean `range`?",
    ),
    ("(float64,)", "return mth.sqrt(x)", "the name `mth` is not defined", "did you mean `math`?"),
    (
        "(float64,)",
        "return str(x).uper()",
        "the method `uper` of str is not supported in a kernel yet",
        "did you mean `upper`?",
    ),
    (
        "(float64,)",
        "v = [x]\n    v.apend(x)",
        "the method `apend` of list(float64) is not supported in a kernel yet",
        "did you mean `append`?",
    ),
    (
        "(float64,)",
        "return np.flaot64(x)",
        "`numpy.flaot64` is not supported in a kernel yet",
        "did you mean `float64`?",
    ),
    (
        "(float64,)",
        "raise ValueErorr('x')",
        "the name `ValueErorr` is not defined",
        "did you mean `ValueError`?",
    ),
    (
        "(float64[:],)",
        "if x > 0:\n        return 1\n    return 0",
        "a value of type bool[::1] has no truth value in a kernel",
        "use `any(...)` or `all(...)`",
    ),
    (
        "(float64,)",
        "return [f(x) for f in [math.sin, math.cos]]",
        "a list cannot hold function(math.sin) in a kernel",
        "use a tuple of functions",
    ),
    (
        "(int64,)",
        "return g(x) + 1\ndef g(n):\n    for i in range(n):\n        yield i",
        "`+` does not accept a generator of int64 and int64",
        "loop over it, or take `sum(...)` or `list(...)` of it",
    ),
    (
        "(float64[:, :],)",
        "rows = [x[0], x[1]]\n    for a, b in zip(*rows):\n        pass",
        "only tuples can be unpacked into arguments in a kernel, not a value of type list(float64[:])",
        "pass a tuple",
    ),
];

#[test]
fn an_error_names_the_way_out_that_fits() {
    for (types, body, message, help) in WAYS_OUT {
        let world = World::new(&format!("def f(x):\n    {body}\n"));
        let found = world.infer("f", types).expect_err(body);
        let [found] = &found[..] else { panic!("{body}: {}", world.render(&found)) };
        assert_eq!(found.message, *message, "{body}");
        assert!(found.helps.iter().any(|given| given.contains(help)), "{body}: {:?}", found.helps);
    }
}

#[test]
fn types_that_grow_are_cut_in_messages() {
    let world = World::new("def f(x):\n    return f((x, x))\n");
    let found = world.infer("f", "(float64,)").expect_err("it calls itself for ever new types");
    let rendered = world.render(&found);
    assert!(rendered.contains("called from here with (Tuple(") && rendered.contains("..."), "{rendered}");
    assert!(rendered.len() < 1000, "{rendered}");
}

#[test]
fn a_tuple_that_may_be_missing_has_a_truth_value() {
    let world = World::new(
        "def f(x):\n    t = None\n    if x > 1:\n        t = (x, x)\n    if t:\n        return 1\n    return 0\n",
    );
    world.infer("f", "(int64,)").expect("a tuple that is there is true");
}

#[test]
fn a_slice_takes_an_empty_list() {
    let world =
        World::new("def f(x):\n    v = [x, x, x]\n    v[1:2] = []\n    v[::2] = []\n    return len(v)\n");
    world.infer("f", "(int64,)").expect("the empty list is of the items of the other");
}

#[test]
fn each_error_is_reported_once() {
    for (types, body, expected) in ERRORS {
        let world = World::new(&format!("def f(x):\n    {body}\n"));
        let found = world.infer("f", types).expect_err(body);
        let found: Vec<(&str, &str)> =
            found.iter().map(|diagnostic| (diagnostic.code.name(), diagnostic.message.as_str())).collect();
        assert_eq!(found, *expected, "{body}");
    }
}

#[test]
fn every_error_says_where_and_gives_a_way_out() {
    for (types, body, _) in ERRORS {
        let world = World::new(&format!("def f(x):\n    {body}\n"));
        for diagnostic in world.infer("f", types).expect_err(body) {
            assert!(!diagnostic.helps.is_empty(), "{body}: {}", diagnostic.message);
            assert!(
                diagnostic.primary.span.start < diagnostic.primary.span.end,
                "{body}: {}",
                diagnostic.message
            );
            assert!(!diagnostic.message.ends_with('.'), "{body}: {}", diagnostic.message);
        }
    }
}

/// The bodies of parallel loops over `i`, and the errors.
const PARALLEL: &[(&str, Expected)] = &[
    (
        "s = s + i\n        t = s",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "s += i\n        s *= 2",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    ("s = i - s", &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")]),
    ("s = 2 * s + i", &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")]),
    ("s //= 2", &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")]),
    ("s += s", &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")]),
    (
        "s = max(s, s + 1)",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s:\n            s = i + 1",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s:\n            s = i\n        else:\n            s = 3",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s:\n            t = s\n            s = i",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s and s > 3:\n            s = i",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s:\n            s = i\n        s += 1",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > s:\n            s = i\n        if i < s:\n            s = i",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i == s:\n            s = i",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "s = max(1, s, i)",
        &[("HL0401", "`s` carries a value from one iteration of a parallel loop to the next")],
    ),
    (
        "if i > 3:\n            t = 1\n        u = t",
        &[("HL0401", "`t` carries a value from one iteration of a parallel loop to the next")],
    ),
    ("s = i", &[("HL0402", "`s` is read behind the parallel loop that assigns it")]),
    ("return i", &[("HL0403", "`return` inside a parallel loop")]),
    ("if i > 3:\n            break", &[("HL0403", "`break` inside a parallel loop")]),
    ("for j in range(i):\n            return j", &[("HL0403", "`return` inside a parallel loop")]),
    ("unassigned += 1", &[("HL0202", "`unassigned` is read before anything is assigned to it")]),
];

#[test]
fn what_iterations_may_not_share_is_named() {
    for (body, expected) in PARALLEL {
        let text = format!("def f(x):\n    s = 0\n    for i in prange(x):\n        {body}\n    return s\n");
        let found = World::new(&text).parallel().infer("f", "(int64,)").expect_err(body);
        let found: Vec<(&str, &str)> =
            found.iter().map(|diagnostic| (diagnostic.code.name(), diagnostic.message.as_str())).collect();
        assert_eq!(found, *expected, "{body}");
    }
    let list = "def f(x):\n    v = []\n    for i in prange(x):\n        v.append(i)\n    return len(v)\n";
    let found = World::new(list).parallel().infer("f", "(int64,)").expect_err("the list is shared");
    let found: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(found, ["HL0256"]);
    let counter = "def f(x):\n    for i in prange(x):\n        pass\n    return i\n";
    assert!(
        World::new(counter).parallel().show("f", "(int64,)").contains("`i` is read behind the parallel loop")
    );
    assert!(World::new(counter).infer("f", "(int64,)").is_ok(), "a serial loop leaves its counter");
}

#[test]
fn a_conflict_shows_both_types_and_where_they_come_from() {
    let world =
        World::of("def f(x):\n    if x > 0:\n        y = (1, 2)\n    else:\n        y = 1.0\n    return y\n");
    let expected = "\
error[HL0203]: `y` may be Tuple(int64, int64) or float64 here, which no type holds
 --> kernel.py:6:12
  |
3 |         y = (1, 2)
  |         - `y` is Tuple(int64, int64) here
4 |     else:
5 |         y = 1.0
  |         - `y` is float64 here
6 |     return y
  |            ^
  |
  = help: use two names, one for each type";
    assert_eq!(world.show("f", "(int64,)"), expected);
}

#[test]
fn a_carried_value_shows_both_places() {
    let world = World::of(
        "from hotloop import prange\ndef f(x):\n    s = 0\n    for i in prange(x):\n        s = s + i\n        t = s\n    return s\n",
    );
    let expected = "\
error[HL0401]: `s` carries a value from one iteration of a parallel loop to the next
 --> kernel.py:5:9
  |
4 |     for i in prange(x):
  |     ------------------ the iterations of this loop run in any order
5 |         s = s + i
  |         ^^^^^^^^^ assigned here
6 |         t = s
  |             - read here, perhaps from another iteration
  |
  = help: update `s` in one way only, such as `s += ...` or `s = min(s, ...)`, and read it behind the loop; or assign it before it is read in each iteration; or use `range`";
    assert_eq!(world.parallel().show("f", "(int64,)"), expected);
}

/// The loop is typed twice; who answers for callees may know a failed one only the first time.
#[test]
fn an_error_in_a_callee_survives_a_second_attempt_at_the_loop() {
    let text = "def g(y):\n    return 1 if isinstance(y, float) else missing\ndef f(n):\n    y = 0\n    for i in range(n):\n        y = y + 0.5\n        z = g(i)\n    return y\n";
    let found =
        World::new(text).infer("f", "(int64,)").expect_err("an integer takes the way to what is missing");
    let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(codes, ["HL0201"]);
    let fine = text
        .replace("g(i)", "g(y)")
        .replace("y = y + 0.5", "z = 1")
        .replace("z = g(y)", "z = g(y)\n        y = y + 0.5");
    assert!(World::new(&fine).infer("f", "(int64,)").is_ok(), "the first attempt asked for g(int64)");
}

#[test]
fn an_error_in_a_callee_shows_the_call() {
    let world = World::of("def g(y):\n    return y + undefined\ndef f(x):\n    return g(x)\n");
    let expected = "\
error[HL0201]: the name `undefined` is not defined
 --> kernel.py:2:16
  |
2 |     return y + undefined
  |                ^^^^^^^^^
3 | def f(x):
4 |     return g(x)
  |            ---- called from here with (int64)
  |
  = help: import `undefined` or define it at the head of the file";
    assert_eq!(world.show("f", "(int64,)"), expected);
}
