//! Decorators are read from source, whatever the import called them.

use hotloop_diagnostics::{SourceMap, Style};
use hotloop_hir::{ErrorModel, Options, ParallelPart, ParallelParts};
use hotloop_infer::{Decoration, ModuleScope, read_decorators};
use hotloop_parser::{Selection, parse_module};
use hotloop_types::FloatFlags;

/// The decoration of the last function of a module, or the diagnostics as text.
fn read(text: &str) -> Result<Option<Decoration>, String> {
    let mut sources = SourceMap::new();
    let file = sources.add("kernel.py", text);
    let parsed = parse_module(&sources, file, Selection::Kernels);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let scope = ModuleScope::new(&parsed.module);
    let function = *parsed.module.functions().last().expect("there is a function");
    read_decorators(function, &scope).map_err(|diagnostics| {
        diagnostics
            .iter()
            .map(|diagnostic| sources.render(diagnostic, Style::Plain))
            .collect::<Vec<_>>()
            .join("\n")
    })
}

fn decoration(head: &str, decorator: &str) -> Decoration {
    decoration_of(head, decorator, "x")
}

fn decoration_of(head: &str, decorator: &str, parameters: &str) -> Decoration {
    let text = format!("{head}\n{decorator}\ndef f({parameters}): pass\n");
    read(&text).unwrap_or_else(|error| panic!("{error}")).expect("it is a kernel")
}

fn signatures(head: &str, decorator: &str, parameters: &str) -> Vec<String> {
    let found = decoration_of(head, decorator, parameters).signatures;
    found.iter().map(|(signature, _)| signature.to_string()).collect()
}

#[test]
fn a_decorator_is_known_by_what_was_imported() {
    for (head, decorator) in [
        ("from hotloop import njit", "@njit"),
        ("from numba import njit as fast", "@fast"),
        ("import hotloop as nb", "@nb.jit"),
        ("import numba", "@numba.njit()"),
        ("try:\n    from hotloop import jit\nexcept ImportError:\n    jit = None", "@jit(nopython=True)"),
        ("import functools\nfrom hotloop import njit", "@functools.cache\n@njit"),
    ] {
        let found = decoration(head, decorator);
        assert_eq!(
            (found.options, found.cache, found.nogil),
            (Options::default(), false, false),
            "{decorator}"
        );
        assert!(found.signatures.is_empty());
    }
    for text in [
        "def f(x): pass",
        "from elsewhere import njit\n@njit\ndef f(x): pass",
        "from elsewhere import *\n@njit\ndef f(x): pass",
        "@other\ndef f(x): pass",
    ] {
        assert_eq!(read(text), Ok(None), "{text}");
    }
    for (text, missing) in
        [("@njit\ndef f(x): pass", "`njit`"), ("@nb.jit(cache=True)\ndef f(x): pass", "`nb`")]
    {
        let error = read(text).expect_err(text);
        assert!(error.contains(&format!("error[HL0407]: {missing} is not imported")), "{error}");
    }
}

#[test]
fn options_are_read() {
    let found = decoration(
        "import hotloop\nFAST = True",
        "@hotloop.njit(cache=True, parallel=FAST, fastmath={'nnan', 'contract'}, error_model='numpy', boundscheck=False, nogil=True, inline='always')",
    );
    let options = Options {
        boundscheck: false,
        error_model: ErrorModel::Numpy,
        float_flags: FloatFlags::NNAN.with(FloatFlags::CONTRACT),
        parallel: true,
        in_order: ParallelParts::NONE,
        shares_few: false,
        is_part_of_caller: false,
    };
    assert_eq!((found.options, found.cache, found.nogil), (options, true, true));
    let fastmath = |value: &str| {
        decoration("from hotloop import njit", &format!("@njit(fastmath={value})")).options.float_flags
    };
    assert_eq!(fastmath("True"), FloatFlags::FAST);
    assert_eq!(fastmath("set()"), FloatFlags::STRICT);
    assert_eq!(fastmath("['fast']"), FloatFlags::FAST);
    assert!(decoration("from hotloop import njit", "@njit(boundscheck=None)").options.boundscheck);
    let parts =
        decoration("from hotloop import njit", "@njit(parallel={'fusion': False, 'prange': True})").options;
    assert!(parts.shares(ParallelPart::Prange) && parts.shares(ParallelPart::Setitem));
    assert!(parts.parallel && !parts.shares(ParallelPart::Fusion));
}

#[test]
fn signatures_are_read_as_text_and_as_expressions() {
    let head = "import hotloop as nb\nimport numpy as np\nfrom numba import float64, int64 as i, types, njit, void\nTEXT = 'f8(f8)'";
    for (argument, expected) in [
        ("'float64(float64[:])'", vec!["float64(float64[:])"]),
        ("TEXT", vec!["float64(float64)"]),
        ("float64(float64[:, ::1], i)", vec!["float64(float64[:, ::1], int64)"]),
        ("nb.void(nb.float32[::1, :], nb.types.int8)", vec!["none(float32[::1, :], int8)"]),
        ("(float64, i)", vec!["(float64, int64)"]),
        ("['f8(f8)', float64(i)]", vec!["float64(float64)", "float64(int64)"]),
        ("('f8(f8)', 'f4(f4)')", vec!["float64(float64)", "float32(float32)"]),
        ("void(types.Array(types.float64, 1, 'C', readonly=True))", vec!["none(readonly float64[::1])"]),
        (
            "types.UniTuple(float64, 2)(types.Tuple((i, float64)))",
            vec!["Tuple(float64, float64)(Tuple(int64, float64))"],
        ),
        ("(np.float32, np.int64)", vec!["(float32, int64)"]),
    ] {
        let parameters =
            if expected[0].contains(", ") && !expected[0].contains("Tuple(int64") { "x, y" } else { "x" };
        let found = signatures(head, &format!("@njit({argument}, cache=True)"), parameters);
        assert_eq!(found, expected, "{argument}");
    }
}

#[test]
fn what_cannot_be_read_is_said_at_its_place() {
    for (decorator, expected) in [
        ("@njit(cash=True)", "kernel.py:2:7"),
        ("@njit(cache=unknown)", "the option `cache` has a value that cannot be read here"),
        ("@njit(parallel={'pranges': True})", "the option `parallel` has no part `pranges`"),
        ("@njit(parallel={'prange': 3})", "write names with `True` or `False`"),
        ("@njit('float65(f8)')", "`float65` is not a known type (at character 1)"),
        ("@njit(forceobj=True)", "`forceobj=True` asks for object mode"),
        ("@njit(nopython=False)", "`nopython=False` asks for object mode"),
        ("@njit(fastmath={'quick'})", "reassoc, contract"),
        ("@njit(error_model='c')", "write \"python\" or \"numpy\""),
        ("@njit(target='gpu')", "error[HL0316]: the option `target` is not supported yet"),
        ("@njit(x + 1)", "error[HL0218]"),
        ("@njit('f8(f8)', 'f8(f8)')", "one signature, or a list of them"),
        (
            "@njit('f8(f8, f8)')",
            "`f` has 1 parameter, but the signature `float64(float64, float64)` gives 2 types",
        ),
        ("@guvectorize", "the decorator `guvectorize` is not supported yet"),
        ("@njit\n@other", "another decorator stands between"),
    ] {
        let text = format!("from hotloop import njit, guvectorize\n{decorator}\ndef f(x): return x\n");
        let error = read(&text).expect_err(decorator);
        assert!(error.contains(expected), "{decorator}: {error}");
    }
}
