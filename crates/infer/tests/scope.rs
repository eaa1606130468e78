//! What the names of a module mean, from its text alone.

use hotloop_diagnostics::SourceMap;
use hotloop_infer::{FrozenValue, Global, Meaning, ModuleScope};
use hotloop_parser::{Selection, parse_module};
use hotloop_types::Dtype;

fn scope(text: &str) -> ModuleScope {
    let mut sources = SourceMap::new();
    let file = sources.add("kernel.py", text);
    let parsed = parse_module(&sources, file, Selection::Everything);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    ModuleScope::new(&parsed.module)
}

fn constant(text: &str) -> Option<FrozenValue> {
    match scope(&format!("import math\nimport numpy as np\nfrom math import tau\nN = 10\nX = {text}\n"))
        .meaning("X")
    {
        Some(Meaning::Constant(value)) => Some(value.clone()),
        _ => None,
    }
}

#[test]
fn constant_expressions_have_pythons_values() {
    use FrozenValue::{Bool, Float, Int, None, NumpyFloat, NumpyInt, Str, Tuple};
    for (text, expected) in [
        ("3", Int(3)),
        ("-3", Int(-3)),
        ("2 ** 10 - 1", Int(1023)),
        ("-7 // 2", Int(-4)),
        ("-7 % 3", Int(2)),
        ("7 // -2", Int(-4)),
        ("N * 2 + True", Int(21)),
        ("1 << 40 | 3", Int((1 << 40) | 3)),
        ("~5 ^ 1", Int(-5)),
        ("7 / 2", Float(3.5)),
        ("2 * math.pi", Float(2.0 * std::f64::consts::PI)),
        ("tau / 2", Float(std::f64::consts::PI)),
        ("1e-9", Float(1e-9)),
        ("math.sqrt(2)", Float(2.0_f64.sqrt())),
        ("float('inf')", Float(f64::INFINITY)),
        ("int(2.9)", Int(2)),
        ("not N", Bool(false)),
        ("None", None),
        ("'text'", Str("text".into())),
        ("(1, 2.5, (N, 'a'))", Tuple(vec![Int(1), Float(2.5), Tuple(vec![Int(10), Str("a".into())])])),
        ("np.float32(0.1)", NumpyFloat(Dtype::Float32, f64::from(0.1_f32))),
        ("np.uint8(200)", NumpyInt(Dtype::UInt8, 200)),
    ] {
        assert_eq!(constant(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_not_certain_is_no_constant() {
    for text in [
        "2 ** 63",
        "9223372036854775807 + 1",
        "1 / 0",
        "1 // 0",
        "5.5 // 2",
        "(-8.0) ** 0.5",
        "np.uint8(256)",
        "1 << 64",
        "[1, 2]",
        "np.linspace(0, 1, 3)",
        "unknown",
        "N if N else 0",
        "2 ** -1",
        "int('3')",
        "-(-9223372036854775807 - 1)",
    ] {
        assert_eq!(constant(text), None, "{text}");
    }
    let deep = format!("{}1{}", "-(".repeat(150), ")".repeat(150));
    assert_eq!(constant(&deep), None);
}

#[test]
fn imports_are_followed_by_their_own_names() {
    let scope = scope(
        "import numpy as np, math\nimport os.path\nfrom math import sqrt as root, pi\nfrom numba import prange\nfrom .near import kernel as k\nfrom elsewhere import thing\n",
    );
    let shown = |name: &str| match scope.plain_global(name) {
        None => "nothing".to_owned(),
        Some(Global::Unsupported { what, .. }) => format!("unsupported: {what}"),
        Some(global) => format!("{global:?}"),
    };
    assert_eq!(shown("np"), "Module(\"numpy\")");
    assert_eq!(shown("math"), "Module(\"math\")");
    assert_eq!(shown("os"), "unsupported: the module `os`");
    assert_eq!(shown("root"), "Item(Function(Sqrt, Python))");
    assert_eq!(shown("pi"), "Item(Constant(3.141592653589793))");
    assert_eq!(shown("prange"), "Item(Function(Prange, Python))");
    assert_eq!(shown("k"), "unsupported: `kernel` of the module `.near`");
    assert_eq!(shown("numpy"), "nothing");
    let resolved = scope.global(
        "k",
        |_| unreachable!("no function"),
        |module, name| {
            assert_eq!((module, name), (".near", "kernel"));
            Some(Global::Constant(FrozenValue::Int(1)))
        },
    );
    assert_eq!(resolved, Some(Global::Constant(FrozenValue::Int(1))));
}

#[test]
fn a_star_brings_what_is_known_of_the_module() {
    let scope = scope("from math import *\nfrom hotloop import *\nfrom os import *\n");
    for name in ["sqrt", "tau", "prange", "njit"] {
        assert!(scope.meaning(name).is_some(), "{name}");
    }
    assert!(scope.meaning("path").is_none());
}

#[test]
fn the_last_assignment_counts_and_a_conditional_one_is_unknown() {
    let scope = scope(
        "A = 1\nA = 2\nB = 1\nB += 1\nif A:\n    C = 1\nelse:\n    C = 2\nD, (E, F) = 1, (2, 3)\nG = H = 4\nfor i in range(3):\n    pass\nJ: int = 5\nalias = f\ndef f(): pass\nlate = f\nclass K: pass\n",
    );
    let meaning = |name: &str| scope.meaning(name).cloned();
    let int = |value| Some(Meaning::Constant(FrozenValue::Int(value)));
    assert_eq!(
        (meaning("A"), meaning("D"), meaning("G"), meaning("H"), meaning("J")),
        (int(2), int(1), int(4), int(4), int(5))
    );
    for name in ["B", "C", "E", "K", "alias"] {
        assert!(matches!(meaning(name), Some(Meaning::Unknown { .. })), "{name}: {:?}", meaning(name));
    }
    assert_eq!((meaning("f"), meaning("late")), (Some(Meaning::Function(0)), Some(Meaning::Function(0))));
}

#[test]
fn an_import_that_may_fail_keeps_its_name() {
    for text in [
        "try:\n    import numba as nb\nexcept ImportError:\n    nb = None\n",
        "try:\n    import numba as nb\nexcept ImportError:\n    import hotloop as nb\n",
    ] {
        assert_eq!(scope(text).meaning("nb"), Some(&Meaning::Module("hotloop".into())), "{text}");
    }
}

/// The array that `T` is behind these lines.
fn array(lines: &str) -> Option<(String, Vec<i64>, Vec<u8>)> {
    match scope(&format!("import numpy as np\n{lines}\n")).meaning("T") {
        Some(Meaning::Constant(FrozenValue::Array(ty, array))) => {
            Some((ty.to_string(), array.shape.clone(), array.bytes.to_vec()))
        }
        _ => None,
    }
}

#[test]
fn arrays_of_constants_are_constants() {
    let doubles = |values: &[f64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    for (text, ty, shape, bytes) in [
        ("np.array([1, 2.5])", "readonly float64[::1]", vec![2], doubles(&[1.0, 2.5])),
        ("np.array([[True], [False]])", "readonly bool[:, ::1]", vec![2, 1], vec![1, 0]),
        ("np.array((1, 255), dtype=np.uint8)", "readonly uint8[::1]", vec![2], vec![1, 255]),
        ("np.asarray([1, 2], 'int16')", "readonly int16[::1]", vec![2], vec![1, 0, 2, 0]),
        ("np.array(2.5)", "readonly float64[()]", vec![], doubles(&[2.5])),
        ("np.zeros((2, 0))", "readonly float64[:, ::1]", vec![2, 0], vec![]),
        ("np.full(2, 0.5)", "readonly float64[::1]", vec![2], doubles(&[0.5, 0.5])),
        ("np.arange(5, 1, -2, dtype=np.int8)", "readonly int8[::1]", vec![2], vec![5, 3]),
        ("np.array([1j])", "readonly complex128[::1]", vec![1], doubles(&[0.0, 1.0])),
    ] {
        assert_eq!(array(&format!("T = {text}")), Some((ty.to_owned(), shape, bytes)), "{text}");
    }
    for text in [
        "np.array([1, [2]])",
        "np.array([[1], [2, 3]])",
        "np.array([300], dtype=np.uint8)",
        "np.array(['a'])",
        "np.array([1, x])",
        "np.zeros(-1)",
        "np.linspace(0, 1, 3)",
    ] {
        assert_eq!(array(&format!("T = {text}")), None, "{text}");
    }
}

#[test]
fn arrays_that_are_changed_are_unknown() {
    assert!(array("T = np.zeros(3)\nprint(T)\nS = np.sort(T)").is_some());
    for change in [
        "T[0] = 1.0",
        "T[0] += 1.0",
        "T += 1.0",
        "for i in range(3):\n    T[i] = i",
        "if True:\n    T[1] = 2.0",
        "T.sort()",
        "fill(T)",
        "x = fill(T)",
        "def init():\n    T[0] = 1.0\n",
        "S = T\nS[0] = 1.0",
    ] {
        assert_eq!(array(&format!("T = np.zeros(3)\n{change}")), None, "{change}");
    }
    assert!(array("T = np.zeros(3)\ndef f(T):\n    T[0] = 1.0\n").is_some());
}

#[test]
fn classes_of_named_tuples_and_enumerations_are_read() {
    let text = "from collections import namedtuple\nimport typing, enum\nfrom enum import IntEnum\n\
        P = namedtuple('P', 'x, y', defaults=[2])\nQ = namedtuple('Q', ('a',))\n\
        class R(typing.NamedTuple):\n    'text'\n    n: int\n    m: float = 0.5\n    def f(self): return 1\n\
        class S(R):\n    pass\n\
        class Broken(typing.NamedTuple):\n    n: int\n    def __eq__(self, other): return True\n\
        class C(enum.Enum):\n    A = 1\n    B = 'b'\n    Z = 1\n\
        class I(IntEnum):\n    ONE = enum.auto()\n    TWO = enum.auto()\n\
        class F(enum.Flag):\n    A = 1\nX = P(1)\nY = C.Z\n";
    let scope = scope(text);
    let fields = |name: &str| match scope.meaning(name) {
        Some(Meaning::TupleClass(class)) => Some((class.class.fields.join(" "), class.defaults.len())),
        _ => None,
    };
    assert_eq!(fields("P"), Some(("x y".to_owned(), 1)));
    assert_eq!(fields("Q"), Some(("a".to_owned(), 0)));
    assert_eq!(fields("R"), Some(("n m".to_owned(), 1)));
    assert_eq!(fields("S"), Some(("n m".to_owned(), 1)));
    assert_eq!(fields("Broken"), None);
    let members = |name: &str| match scope.meaning(name) {
        Some(Meaning::EnumClass(class)) => Some(format!("{class:#}")),
        _ => None,
    };
    assert_eq!(members("C").as_deref(), Some("enum(\"C\", \"C\", False, A, 1, B, \"b\", Z, member 0)"));
    assert_eq!(members("I").as_deref(), Some("enum(\"I\", \"I\", True, ONE, 1, TWO, 2)"));
    assert_eq!(members("F"), None);
    assert!(
        matches!(scope.meaning("X"), Some(Meaning::Constant(FrozenValue::Named(_, items))) if items.len() == 2)
    );
    assert!(matches!(scope.meaning("Y"), Some(Meaning::Constant(FrozenValue::Member(_, 0)))));
}
