//! Bad input: one message with the place on stderr, nothing on stdout, exit code 1.

use crate::support::{Scratch, floats};

const KERNELS: &str = "\
from hotloop import njit

@njit('float64(float64[:])')
def l2_norm(x):
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5

@njit
def pick(x, i):
    return x[i]

@njit
def outer(x, i):
    return pick(x, i) + 1.0

@njit
def refuses(n):
    if n > 3:
        raise ValueError('too many')
    return n

@njit
def divides(a, b):
    return a // b
";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("kernels.py", KERNELS);
    scratch
}

#[test]
fn files_and_functions_that_are_not_there() {
    let scratch = scratch("missing");
    let message = scratch.refuses(&["run", "nowhere.py", "l2_norm", "ones:3"]);
    assert!(message.starts_with("error: cannot read nowhere.py: "), "{message}");
    assert_eq!(
        scratch.refuses(&["run", "kernels.py", "l3_norm", "ones:3"]),
        "error: kernels.py: there is no function `l3_norm` in this file; it has l2_norm, pick, outer, refuses, divides"
    );
    let message = scratch.refuses(&["run", "kernels.py", "l2_norm", "nowhere.npy"]);
    assert!(
        message.starts_with("error: argument 1 (`nowhere.npy`): nowhere.npy: cannot be read: "),
        "{message}"
    );
    scratch.write("latin.py", b"x = 'caf\xe9'\n");
    let message = scratch.refuses(&["run", "latin.py", "f"]);
    assert!(message.starts_with("error[HL0118]: the byte 0xe9 is no UTF-8 at this place"), "{message}");
    assert!(message.contains("latin.py:1:9"), "{message}");
    let message = scratch.refuses(&["run", ".", "f"]);
    assert!(message.starts_with("error: cannot read .: "), "{message}");
}

#[test]
fn arguments_of_the_wrong_type_rank_or_number() {
    let scratch = scratch("arguments");
    let expected = "error: kernels.py:4 in l2_norm: `l2_norm` is declared for other arguments than (";
    for argument in ["ones:3:float32", "ones:3x3", "1.0", "(1.0,)", "None"] {
        let message = scratch.refuses(&["run", "kernels.py", "l2_norm", argument]);
        assert!(
            message.starts_with(expected) && message.contains("float64(float64[:])"),
            "{argument}: {message}"
        );
    }
    for arguments in [&["run", "kernels.py", "l2_norm"][..], &["run", "kernels.py", "l2_norm", "ones:3", "1"]]
    {
        let message = scratch.refuses(arguments);
        assert!(message.contains("l2_norm"), "{message}");
    }
    for (arguments, count) in [
        (&["run", "kernels.py", "pick", "ones:3"][..], "1 was"),
        (&["run", "kernels.py", "pick", "ones:3", "1", "2"], "3 were"),
    ] {
        let expected =
            format!("error: kernels.py:11 in pick: `pick` takes 2 arguments (x, i), and {count} given");
        assert_eq!(scratch.refuses(arguments), expected);
    }
    for (argument, reason) in [
        ("rand:10:float16", "`float16` is not a known dtype"),
        ("ones:", "`` is not a length; a shape is spelled 64 or 64x64"),
        (
            "hello",
            "it is neither a Python literal (quote strings twice, as in \"'text'\"), nor a .npy file, nor one of array:, rand:, arange:, zeros:, ones:, rng:",
        ),
        (
            "[1, 2]",
            "a list cannot be passed to a kernel: write `array:[1, 2]` for an array, or a tuple in parentheses",
        ),
        ("array:[[1], 2]", "lists and numbers stand side by side"),
        ("(1, 2", "a `,` or `)` was expected in the tuple"),
    ] {
        let expected = format!("error: argument 1 (`{argument}`): {reason}");
        assert_eq!(scratch.refuses(&["run", "kernels.py", "l2_norm", argument]), expected);
    }
}

#[test]
fn arguments_that_do_not_fit_are_told_with_a_way_to_fit() {
    let scratch = scratch("fitting");
    for (argument, way) in [
        ("ones:3:float32", "pass `x.astype(np.float64)`, or add a signature for it"),
        ("ones:3x3", "pass an array of 1 dimension, or add a signature for it"),
        ("(1.0,)", "pass `np.array(x, dtype=np.float64)`, or add a signature for it"),
        ("1.0", "pass what is declared, or add a signature for it"),
    ] {
        let message = scratch.refuses(&["run", "kernels.py", "l2_norm", argument]);
        assert!(message.contains("argument 1 (`x`) is ") && message.ends_with(way), "{argument}: {message}");
    }
    let source = "from hotloop import njit\n\n@njit('float64(float64)')\ndef f(x, y):\n    return x * y\n";
    scratch.write("short.py", source);
    for arguments in [
        &["run", "short.py", "f", "1.0"][..],
        &["run", "short.py", "f", "1.0", "2.0"],
        &["check", "short.py"],
    ] {
        let message = scratch.refuses(arguments);
        assert!(message.starts_with("error[HL0215]: `f` has 2 parameters"), "{message}");
        assert!(message.contains("short.py:3:7") && message.matches("error[").count() == 1, "{message}");
    }
}

#[test]
fn what_python_refuses_is_refused_in_every_function() {
    let scratch = scratch("python_rules");
    let source = "\
from hotloop import njit

def plain(n):
    return n
    break

@njit
def kernel(x, x):
    nonlocal y
    return [(yield) for i in x], print(end=1, end=2)

class Other:
    return 1
";
    scratch.write("rules.py", source);
    let message = scratch.refuses(&["check", "rules.py"]);
    for expected in [
        "error[HL0220]: `break` outside a loop",
        "error[HL0410]: two parameters have the name `x`",
        "error[HL0405]: no function around assigns `y`, so it cannot be `nonlocal`",
        "error[HL0405]: `yield` within a list comprehension",
        "error[HL0405]: the argument `end` is given twice",
        "rules.py: 5 errors",
    ] {
        assert_eq!(message.matches(expected).count(), 1, "{expected}: {message}");
    }
    assert!(scratch.refuses(&["run", "rules.py", "plain", "1"]).starts_with("error[HL0220]"));
}

#[test]
fn names_that_are_no_kernels_say_what_they_are() {
    let scratch = scratch("names");
    scratch.write(
        "unimported.py",
        "import hotloop\n\n@njit\ndef f(x):\n    return x\n\n@nb.njit\ndef g(x):\n    return x\n",
    );
    let message = scratch.refuses(&["check", "unimported.py"]);
    assert!(message.contains("error[HL0407]: `njit` is not imported, so `f` is no kernel"), "{message}");
    assert!(message.contains("write `import hotloop as nb` at the head of the file"), "{message}");
    for (source, expected) in [
        (
            "from hotlop import njit\n\n@njit\ndef f(x):\n    return x\n",
            "`njit` is imported from `hotlop`, so `f` is no kernel",
        ),
        (
            "import hotloop\n\n@hotloop.jitt\ndef f(x):\n    return x\n",
            "`hotloop` has no decorator `jitt`, so `f` is no kernel",
        ),
        (
            "from hotloop import njit\n\n@njit\ndef f(x):\n    return [y + nix for y in x]\n",
            "the name `nix` is not defined",
        ),
    ] {
        scratch.write("misspelt.py", source);
        let message = scratch.refuses(&["check", "misspelt.py"]);
        assert!(message.contains(expected), "{message}");
    }
    let source = "\
from dataclasses import dataclass
from hotloop import njit

class Plain:
    size = 3

@dataclass
class Point:
    x: float

@njit
def f(n):
    return Plain

@njit
def g(n):
    return Point(n)
";
    scratch.write("classes.py", source);
    for (function, name) in [("f", "Plain"), ("g", "Point")] {
        let message = scratch.refuses(&["run", "classes.py", function, "1"]);
        assert!(message.starts_with(&format!("error[HL0304]: `{name}` is a class")), "{message}");
    }
    let chain: String =
        (0..150).map(|at| format!("@njit\ndef f{at}(x):\n    return f{}(x)\n\n", at + 1)).collect();
    scratch
        .write("chain.py", format!("from hotloop import njit\n\n{chain}@njit\ndef f150(x):\n    return x\n"));
    let message = scratch.refuses(&["run", "chain.py", "f0", "1"]);
    assert!(
        message.starts_with("error[HL0260]: this call makes a chain of more than 100 kernels"),
        "{message}"
    );
}

#[test]
fn broken_sources_are_shown_with_the_line() {
    let scratch = scratch("broken");
    scratch.write("broken.py", "from hotloop import njit\n\n@njit\ndef f(x):\n    return (x\n");
    let message = scratch.refuses(&["run", "broken.py", "f", "1"]);
    assert!(message.starts_with("error[HL0") && message.contains("broken.py:5:"), "{message}");
    scratch.write("unknown.py", "from hotloop import njit\n\n@njit\ndef f(x):\n    return y + x\n");
    let message = scratch.refuses(&["run", "unknown.py", "f", "1"]);
    assert!(message.starts_with("error[HL") && message.contains("unknown.py:5:12"), "{message}");
    scratch.write("strange.py", "from hotloop import njit\n\n@njit\ndef f(x):\n    with x:\n        pass\n");
    let message = scratch.refuses(&["run", "strange.py", "f", "1"]);
    assert!(message.starts_with("error[HL") && message.contains("strange.py:5:"), "{message}");
}

#[test]
fn exceptions_of_kernels_look_like_the_end_of_a_traceback() {
    let scratch = scratch("exceptions");
    scratch.write("x.npy", floats(&[1.0, 2.0, 3.0]));
    for (arguments, expected) in [
        (
            &["pick", "x.npy", "5"][..],
            "kernels.py:12 in pick\nIndexError: index 5 is out of bounds for axis 0 with size 3",
        ),
        (
            &["pick", "x.npy", "-4"],
            "kernels.py:12 in pick\nIndexError: index -4 is out of bounds for axis 0 with size 3",
        ),
        (
            &["outer", "x.npy", "3"],
            "kernels.py:12 in pick\nIndexError: index 3 is out of bounds for axis 0 with size 3",
        ),
        (&["refuses", "4"], "kernels.py:21 in refuses\nValueError: too many"),
        (&["divides", "4", "0"], "kernels.py:26 in divides\nZeroDivisionError: "),
    ] {
        let arguments: Vec<&str> = ["run", "kernels.py"].iter().chain(arguments).copied().collect();
        let message = scratch.refuses(&arguments);
        assert!(message.starts_with(expected), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 2, "{message}");
    }
}

#[test]
fn wrong_usage_has_an_exit_code_of_its_own() {
    let scratch = scratch("usage");
    for arguments in [
        &["walk"][..],
        &["run"],
        &["run", "kernels.py", "pick", "--threads", "0"],
        &["emit", "kernels.py", "pick", "--stage", "llvm"],
    ] {
        let outcome = scratch.run(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{arguments:?}");
    }
    assert_eq!(scratch.run(&["--help"]).code, Some(0));
}
