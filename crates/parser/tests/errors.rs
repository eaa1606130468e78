//! What is said about broken text: the code, the words and the place.

mod common;

use common::{read, read_as};
use hotloop_ast::StmtKind;
use hotloop_parser::PythonVersion;

/// A broken text, the code, the marked text, and the first line of the message.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("x = 3 $\n", "HL0101", "$", "the character `$` does not belong here"),
    ("x = a\u{a0}+ b\n", "HL0101", "\u{a0}", "the character U+00A0 does not belong here"),
    ("x = “a”\n", "HL0101", "“", "the character `“` does not belong here"),
    ("x = \\ 3\n", "HL0101", "\\", "a backslash outside a string must end its line"),
    ("x = 1 ! 2\n", "HL0101", "!", "the character `!` does not belong here"),
    ("x = 'abc\n", "HL0102", "'", "this string is not closed on its line"),
    ("x = '''abc\n", "HL0102", "'", "this string is never closed"),
    ("x = f'abc\n", "HL0102", "f", "this string is not closed on its line"),
    ("x = f'''{a}\n", "HL0102", "f", "this string is never closed"),
    ("x = 1\n    y = 2\n", "HL0103", "", "the next line is indented, but nothing above it opens a block"),
    ("\n  x = 1\n", "HL0103", "", "the next line is indented, but nothing above it opens a block"),
    ("if x:\ny\n", "HL0103", "", "an indented block is expected after this line"),
    ("if x:\nelse:\n  y\n", "HL0103", "else", "an indented block is expected after this line"),
    (
        "if x:\n        a\n    b\n",
        "HL0103",
        "b",
        "this line is indented less than the block above it and more than the one around it",
    ),
    (
        "if x:\n\ta\n        b\n",
        "HL0103",
        "b",
        "tabs and spaces are mixed so that the indentation depends on the width of a tab",
    ),
    ("x = 1 +\n", "HL0104", "", "the line ends too early: expected an operand"),
    ("x = \n", "HL0104", "", "the line ends too early: expected an expression"),
    ("def f(x)\n    pass\n", "HL0104", "", "`:` is missing at the end of this line"),
    (
        "x = a b\n",
        "HL0104",
        "b",
        "`b` does not belong here: expected an operator, `,` or the end of the line",
    ),
    ("f(a b)\n", "HL0104", "b", "`b` does not belong here: expected an operator, `)` or `,`"),
    ("for i range(3): pass\n", "HL0104", "range", "`range` does not belong here: expected `in` or `,`"),
    ("if x = 3: pass\n", "HL0104", "=", "`=` does not belong here"),
    ("class = 1\n", "HL0104", "=", "`class` is a keyword of Python and cannot be a name"),
    ("if x:\n    pass = 2\n", "HL0104", "=", "`pass` is a keyword of Python and cannot be a name"),
    ("import += 1\n", "HL0104", "+=", "`import` is a keyword of Python and cannot be a name"),
    ("def f(class): pass\n", "HL0104", "class", "`class` is a keyword of Python and cannot be a name"),
    ("print 'a'\n", "HL0104", "'a'", "`print` is a function: its arguments stand in parentheses"),
    ("print n\n", "HL0104", "n", "`print` is a function: its arguments stand in parentheses"),
    ("n++\n", "HL0104", "", "Python has no operator `++`"),
    ("n--\n", "HL0104", "", "Python has no operator `--`"),
    ("if a && b: pass\n", "HL0104", "&", "Python has no operator `&&`"),
    ("if a || b: pass\n", "HL0104", "|", "Python has no operator `||`"),
    ("if a:\n    pass\nelse if b:\n    pass\n", "HL0104", "if", "`else if` is written `elif` in Python"),
    ("else:\n    x\n", "HL0104", "else", "`else` without an `if`, a loop or a `try` above it"),
    ("try:\n    x\ny\n", "HL0104", "", "the line ends too early: expected `except` or `finally`"),
    ("@njit\nx = 1\n", "HL0104", "x", "`x` does not belong here: expected `def` or `class`"),
    ("match x:\n    y\n", "HL0104", "y", "`y` does not belong here: expected `case`"),
    ("1 = x\n", "HL0106", "1", "a number cannot be assigned to"),
    ("(a, f()) = x\n", "HL0106", "f()", "a call cannot be assigned to"),
    ("for f() in x: pass\n", "HL0106", "f()", "a call cannot be assigned to"),
    ("with a as 1: pass\n", "HL0106", "1", "a number cannot be assigned to"),
    ("[x for 1 in y]\n", "HL0106", "1", "a number cannot be assigned to"),
    ("a, b += 1\n", "HL0106", "a, b", "a tuple cannot be changed in place"),
    ("a, b: int\n", "HL0106", "a, b", "a tuple cannot carry an annotation"),
    ("del f()\n", "HL0106", "f()", "a call cannot be deleted"),
    ("None = 1\n", "HL0106", "None", "`None` cannot be assigned to"),
    ("x = (1 + 2\n", "HL0107", "(", "`(` is never closed"),
    ("x = [1, 2)\n", "HL0107", ")", "`)` does not close `[`"),
    ("x = 1)\n", "HL0107", ")", "`)` closes nothing"),
    ("x = f'{a'\n", "HL0107", "{", "this field of an f-string is never closed"),
    ("x = f'}'\n", "HL0107", "}", "a single `}` in an f-string closes nothing"),
    ("x = 0777\n", "HL0108", "0777", "a decimal number cannot start with 0"),
    ("x = 1abc\n", "HL0108", "1abc", "`1abc` is not a number"),
    ("x = 1__0\n", "HL0108", "1__0", "`1__0` is not a number"),
    ("x = 0b12\n", "HL0108", "0b12", "`0b12` is not a number"),
    ("x = 'a\\x4'\n", "HL0109", "\\x4", "this escape needs 2 hexadecimal digits"),
    ("x = '\\U00110000'\n", "HL0109", "\\U00110000", "there is no character above U+10FFFF"),
    ("x = '\\N{NOBODY}'\n", "HL0109", "\\N{NOBODY}", "no character is called `NOBODY`"),
    ("x = b'ab\u{e4}'\n", "HL0109", "", "a bytes literal holds ASCII characters only"),
    ("x = 'a' b'b'\n", "HL0111", "'a' b'b'", "a bytes literal and a string cannot stand side by side"),
    ("x = f'{a!x}'\n", "HL0111", "x", "`!x` is no conversion of an f-string"),
    ("def f(a=1, b): pass\n", "HL0112", "b", "a parameter without a default follows one with a default"),
    ("def f(*): pass\n", "HL0112", "*", "named parameters must follow a bare `*`"),
    ("lambda **a, b: c\n", "HL0112", "b", "no parameter can follow the `**` parameter"),
    ("def f(/, a): pass\n", "HL0112", "/", "at least one parameter stands before `/`"),
    ("f(a=1, b)\n", "HL0113", "b", "a positional argument follows a keyword argument"),
    ("f((a)=1)\n", "HL0113", "a", "a name cannot name an argument"),
    (
        "f(i for i in a,)\n",
        "HL0113",
        "i for i in a",
        "a generator expression in front of a comma needs parentheses",
    ),
    (
        "class A(i for i in a): pass\n",
        "HL0113",
        "i for i in a",
        "a generator expression among the bases of a class needs parentheses",
    ),
    ("x = f'{a! r}'\n", "HL0111", "r", "the conversion of an f-string stands right behind its `!`"),
    ("x = 1 \\\n", "HL0101", "\\", "the last line ends in a backslash, but no line follows"),
    ("x = 1 # \0\n", "HL0101", "\0", "a Python file cannot hold the character U+0000"),
    ("# coding: gbk\n", "HL0118", "gbk", "the encoding `gbk` is not known"),
    (
        "f(i for i in a, b)\n",
        "HL0113",
        "i for i in a",
        "a generator expression among other arguments needs parentheses",
    ),
    (
        "match x:\n    case {**a, 'b': c}: pass\n",
        "HL0114",
        "a",
        "nothing can follow the `**` of a mapping pattern",
    ),
    (
        "try:\n  a\nexcept A:\n  b\nexcept* C:\n  d\n",
        "HL0115",
        "except* C:\n  d",
        "one `try` cannot have both `except` and `except*`",
    ),
];

#[test]
fn each_mistake_has_its_code_its_words_and_its_place() {
    for (text, code, marked, message) in MISTAKES {
        let reading = read(text);
        let first = reading.errors.first().unwrap_or_else(|| panic!("accepted: {text}"));
        assert_eq!(first.lines().next(), Some(format!("error[{code}]: {message}").as_str()), "{text}");
        assert_eq!(reading.marked[0], *marked, "{text}");
        assert_eq!(reading.errors.len(), 1, "{text}\n{}", reading.errors.join("\n"));
    }
}

#[test]
fn each_broken_statement_has_its_own_error_and_the_others_come_out() {
    let text = "a = 1 +\nb = 2\ndef f(x)\n    return x\ndef g(x):\n    return x\nc = 'x\nd = (3\nimport e\n";
    let reading = read(text);
    assert_eq!(reading.codes, ["HL0104", "HL0104", "HL0102", "HL0107"]);
    let skipped: Vec<bool> =
        reading.module.body.iter().map(|statement| statement.kind == StmtKind::Skipped).collect();
    assert_eq!(skipped, [true, false, true, false, true, true, false]);
}

#[test]
fn several_narrow_errors_of_one_statement_are_all_reported() {
    let reading = read("(1, f()) = g(a=1, b)\n");
    assert_eq!(reading.codes, ["HL0106", "HL0106", "HL0113"]);
}

#[test]
fn a_forgotten_bracket_does_not_swallow_decorated_functions() {
    let reading = read("x = foo(1,\n\n@njit\n@other\ndef f(y):\n    return y\n");
    assert_eq!(reading.codes, ["HL0107"]);
    assert_eq!(reading.module.functions()[0].decorators.len(), 2);
}

#[test]
fn a_statement_that_is_no_python_is_reported_briefly() {
    let reading = read(&format!("x = {}\ny = 1\n", "$ a ".repeat(1000)));
    assert_eq!(reading.codes, ["HL0101"; 20]);
    assert!(reading.errors[19].ends_with("note: 980 more errors in this statement are not shown"));
}

#[test]
fn half_a_surrogate_pair_is_kept() {
    let reading = read("x = 'a\\ud83db'\ny = f'\\udc00{z:\\ud800}'\n");
    assert_eq!((reading.errors.len(), reading.codes.len()), (0, 0));
    assert_eq!(reading.module.to_string(), "x = \"a\\ud83db\"\ny = f\"\\udc00{z:\\ud800}\"\n");
}

#[test]
fn a_whole_message_reads_well() {
    let reading = read("def area(width, height)\n    return width * height\n");
    let expected = "\
error[HL0104]: `:` is missing at the end of this line
 --> test.py:1:24
  |
1 | def area(width, height)
  |                        ^
  |
  = help: a line that opens a block ends in `:`";
    assert_eq!(reading.errors, [expected]);
}

/// The first block of a page gives the page's code, the others none.
#[test]
fn the_pages_of_the_codes_tell_the_truth() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of the pages").flatten() {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let Some(code) = name.strip_suffix(".md").filter(|code| code.starts_with("HL01")) else { continue };
        let page = std::fs::read_to_string(entry.path()).expect("a page");
        assert!(page.starts_with(&format!("# {code}: ")), "{name}");
        let blocks: Vec<&str> =
            page.split("```py\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        for (index, block) in blocks.iter().enumerate() {
            // The page about older Pythons shows what they refuse.
            let minor = if code == "HL0117" { 8 } else { 14 };
            let version = PythonVersion::new(minor).expect("a known version");
            let codes = read_as("test.py", block, version).codes;
            if index == 0 {
                assert!(!codes.is_empty() && codes.iter().all(|found| *found == code), "{name}: {codes:?}");
            } else {
                assert!(codes.is_empty(), "{name}: {codes:?}");
            }
        }
        pages += 1;
    }
    assert!(pages >= 17, "a page for each code");
}
