//! No tree makes inference panic or overflow, however deep or long, and nests of loops do not make it slow.

mod world;

use std::time::{Duration, Instant};
use world::World;

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("def f(x):\n    return {}x{}\n", open.repeat(depth), close.repeat(depth))
}

/// Runs on a stack as small as those of threads.
fn show(text: String, types: &'static str) -> String {
    let work = move || {
        let world = World::new(&text);
        let shown = match world.infer("f", types) {
            Ok(_) => "typed".to_owned(),
            Err(diagnostics) => diagnostics.iter().map(|found| format!("{} ", found.code.name())).collect(),
        };
        shown.trim().to_owned()
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().expect("no panic")
}

#[test]
fn deep_expressions_are_typed_or_refused() {
    for (open, close) in [
        ("(1 + ", ")"),
        ("(", " + 1)"),
        ("-", ""),
        ("not ", ""),
        ("2 ** ", ""),
        ("abs(", ")"),
        ("(x, ", ")[1]"),
        ("min(1, ", ")"),
        ("(1 if x > 0 else ", ")"),
        ("1 if x > 0 else ", ""),
        ("(1 < x < ", ")"),
        ("(x and ", ")"),
        ("x in (1, ", ")"),
        ("int(", ")"),
    ] {
        for depth in [1, 20, 60, 190, 900] {
            if depth > 190 && (open.contains('(') || close.contains(')')) {
                continue;
            }
            let shown = show(nested(open, close, depth), "(int64,)");
            assert!(shown == "typed" || shown == "HL0311", "{open} {depth}: {shown}");
            assert!(depth > 60 || shown == "typed", "{open} {depth}: {shown}");
        }
    }
}

#[test]
fn long_chains_are_typed_or_refused() {
    for operator in ["+", "-", "*", "/", "|", "and", "or", "<", "=="] {
        for length in [10, 200, 20_000] {
            let text = format!("def f(x):\n    return x{}\n", format!(" {operator} x").repeat(length));
            let shown = show(text, "(int64,)");
            assert_eq!(shown, if length > 600 { "HL0311" } else { "typed" }, "{operator} {length}");
        }
    }
    let attributes = format!("def f(x):\n    return x{}\n", ".a".repeat(900));
    assert_eq!(show(attributes, "(int64,)"), "HL0311");
}

#[test]
fn deep_blocks_are_typed_or_refused() {
    for (header, depth, expected) in [
        ("if x > 0:", 95, "typed"),
        ("while x > 0:", 95, "typed"),
        ("for x in range(x):", 95, "typed"),
        ("for i in prange(x):", 95, "typed"),
    ] {
        let mut text = String::from("def f(x):\n    y = 0\n");
        for level in 0..depth {
            text.push_str(&format!("{}{header}\n", " ".repeat(level + 4)));
        }
        text.push_str(&format!("{}y += 0.5\n    return y\n", " ".repeat(depth + 4)));
        assert_eq!(show(text, "(int64,)"), expected, "{header}");
    }
    let clauses = " for _ in range(x)".repeat(140);
    assert_eq!(show(format!("def f(x):\n    return len([x{clauses}])\n"), "(int64,)"), "HL0305");
}

#[test]
fn there_may_be_thousands_of_branches() {
    let mut chain = String::from("def f(x):\n    if x == 0:\n        y = 0\n");
    for branch in 1..5000 {
        chain.push_str(&format!("    elif x == {branch}:\n        y = {branch}\n"));
    }
    chain.push_str("    else:\n        y = 0.5\n    return y\n");
    assert_eq!(show(chain, "(int64,)"), "typed");
    let mut cases = String::from("def f(x):\n    match x:\n");
    for case in 0..5000 {
        let guard = if case % 3 == 0 { " if x > 2" } else { "" };
        cases.push_str(&format!("        case {case}{guard}:\n            return {case}\n"));
    }
    cases.push_str("    return x\n");
    assert_eq!(show(cases, "(int64,)"), "typed");
}

/// Each loop of the nest widens a variable of its own: without a memo the attempts would multiply.
#[test]
fn attempts_do_not_multiply_with_the_depth() {
    let depth = 60;
    let mut text = String::from("def f(x):\n");
    for level in 0..depth {
        text.push_str(&format!("    v{level} = 0\n"));
    }
    for level in 0..depth {
        let indent = " ".repeat(level + 4);
        text.push_str(&format!("{indent}for i{level} in range(x):\n{indent} v{level} += 0.5\n"));
    }
    text.push_str("    return v0");
    (1..depth).for_each(|level| text.push_str(&format!(" + v{level}")));
    text.push('\n');
    let world = World::new(&text);
    let start = Instant::now();
    let function = world.infer("f", "(int64,)").unwrap_or_else(|errors| panic!("{}", world.render(&errors)));
    assert_eq!(function.result.to_string(), "float64");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
