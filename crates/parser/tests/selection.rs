//! Which statements are parsed: for kernels, and for one function by its place.

use hotloop_ast::{Module, StmtKind};
use hotloop_diagnostics::SourceMap;
use hotloop_parser::{Parsed, Selection, parse_function, parse_module};

fn for_kernels(text: &str) -> Parsed {
    let mut sources = SourceMap::new();
    let file = sources.add("test.py", text);
    parse_module(&sources, file, Selection::Kernels)
}

/// A letter for each statement: `s` for those skipped.
fn outline(module: &Module) -> String {
    let letter = |kind: &StmtKind| match kind {
        StmtKind::Skipped => 's',
        StmtKind::Function(_) => 'f',
        StmtKind::Import(_) | StmtKind::ImportFrom { .. } => 'i',
        StmtKind::Assign { .. } | StmtKind::AnnAssign { .. } => 'a',
        StmtKind::AugAssign { .. } => 'u',
        StmtKind::If { .. } | StmtKind::Try { .. } => 'b',
        StmtKind::Class { .. } => 'c',
        _ => '?',
    };
    module.body.iter().map(|statement| letter(&statement.kind)).collect()
}

const FILE: &str = "\
\"\"\"A docstring.\"\"\"
import numpy as np
from numba import njit

N = 10
M: int = 3
N += 1

@njit
def kernel(x):
    return helper(x) + N

def helper(x):
    return x

class Model:
    def fit(self): pass

@jitclass
class Other:
    pass

try:
    import fast
except ImportError:
    fast = None

if N > 3:
    @njit
    def late(x):
        return x

for i in range(3):
    print(i)

print(kernel(3))

if __name__ == \"__main__\":
    main()
";

#[test]
fn what_kernels_need_is_parsed_and_the_rest_is_skipped() {
    let parsed = for_kernels(FILE);
    assert_eq!(parsed.diagnostics, []);
    // Loops and calls may write to arrays, and classes be named tuples or enumerations, so they are read too.
    assert_eq!(outline(&parsed.module), "siiaauffccbb??b");
    let names: Vec<&str> = parsed.module.functions().iter().map(|function| &*function.name.name).collect();
    assert_eq!(names, ["kernel", "helper", "late"]);
}

#[test]
fn what_is_skipped_cannot_fail_the_file() {
    let parsed = for_kernels(
        "class A:\n    x = = 3\n    y = 'open\n    z = $\n\nprint(]\n\ndef f(x):\n    return x\n",
    );
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(outline(&parsed.module), "csf");
}

#[test]
fn a_string_that_hides_the_rest_of_the_file_is_reported_all_the_same() {
    let parsed = for_kernels("class A:\n    '''open\n\ndef f(x):\n    return x\n");
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].code.name(), "HL0102");
}

#[test]
fn an_indented_first_line_hides_nothing() {
    let parsed = for_kernels("  @njit\n  def f(): pass\n\ndef g(): pass\n");
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(outline(&parsed.module), "sf");
}

/// The text of the one statement at the place of `mark`, which is taken out of the text.
fn function_at_mark(text: &str) -> String {
    let offset = text.find('¶').expect("the mark") as u32;
    let text = text.replace('¶', "");
    let mut sources = SourceMap::new();
    let file = sources.add("test.py", text);
    let parsed = parse_function(&sources, file, offset);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.module.body.len(), 1);
    sources.text(parsed.module.body[0].span).to_owned()
}

#[test]
fn a_function_is_found_by_its_start() {
    assert_eq!(function_at_mark("x = 1\n¶def f():\n    return 1\ny = 2\n"), "def f():\n    return 1");
    assert_eq!(
        function_at_mark("¶@a\n@b\ndef f():\n    pass\ndef g(): pass\n"),
        "@a\n@b\ndef f():\n    pass"
    );
    assert_eq!(function_at_mark("@a\n@b\n¶def f():\n    pass\n"), "@a\n@b\ndef f():\n    pass");
    assert_eq!(function_at_mark("@a\n¶@b\ndef f():\n    pass\n"), "@a\n@b\ndef f():\n    pass");
    assert_eq!(function_at_mark("¶async def f():\n    pass\n"), "async def f():\n    pass");
}

#[test]
fn spaces_and_comments_before_a_function_belong_to_it() {
    assert_eq!(function_at_mark("class A:\n¶    def f(self):\n        pass\n"), "def f(self):\n        pass");
    assert_eq!(function_at_mark("x = 1\n\n¶# about f\n\ndef f(): pass\n"), "def f(): pass");
}

#[test]
fn a_place_within_finds_the_innermost_function() {
    let text = "def f():\n    def g():\n        x = ¶1\n        return x\n    return g\n";
    assert_eq!(function_at_mark(text), "def g():\n        x = 1\n        return x");
    let text = "def f():\n    def g():\n        return 1\n    return ¶g\n";
    assert_eq!(function_at_mark(text), "def f():\n    def g():\n        return 1\n    return g");
    let text = "def f(x):\n    if x:\n        for i in x:\n            ¶y = i\n    return y\n";
    assert!(function_at_mark(text).starts_with("def f(x):"));
}

#[test]
fn a_line_with_a_lambda_is_found() {
    assert_eq!(function_at_mark("x = 1\ng = ¶njit(lambda x: x + 1)\n"), "g = njit(lambda x: x + 1)");
    assert_eq!(
        function_at_mark("def f():\n    g = ¶njit(lambda x: x)\n    return g\n"),
        "g = njit(lambda x: x)"
    );
    assert_eq!(function_at_mark("g = [1,\n  ¶lambda x: x,\n  2]\n"), "g = [1,\n  lambda x: x,\n  2]");
}

#[test]
fn a_part_of_a_file_may_be_indented() {
    assert_eq!(
        function_at_mark("    ¶@njit\n    def f(x):\n        return x\n    y = 1\n"),
        "@njit\n    def f(x):\n        return x"
    );
    assert_eq!(
        function_at_mark("\t\t¶def f(x):\n\t\t\treturn x\n\n# end\nz = 1\n"),
        "def f(x):\n\t\t\treturn x"
    );
}

#[test]
fn errors_elsewhere_do_not_matter() {
    assert_eq!(function_at_mark("x = = 1\ny = $\n¶def f():\n    pass\nz = 'a\n"), "def f():\n    pass");
}

#[test]
fn a_broken_function_is_reported_and_skipped() {
    let mut sources = SourceMap::new();
    let file = sources.add_part("test.py", "    def f(x):\n        return x +\n", 41);
    let parsed = parse_function(&sources, file, 0);
    assert_eq!(parsed.module.body[0].kind, StmtKind::Skipped);
    assert_eq!(parsed.diagnostics[0].code.name(), "HL0104");
    assert_eq!(sources.location(parsed.diagnostics[0].primary.span).line, 42);
}

#[test]
fn a_place_outside_of_functions_is_refused() {
    let mut sources = SourceMap::new();
    let file = sources.add("test.py", "def f(): pass\nx = f()\nif x:\n    y\n");
    for offset in [14, 31, 5000] {
        let parsed = parse_function(&sources, file, offset);
        assert_eq!(parsed.diagnostics[0].code.name(), "HL0116");
        assert_eq!(parsed.module.body.len(), 0);
    }
}
