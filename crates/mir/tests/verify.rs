//! Runs every file of `tests/mir/verify`: a module and the violations that the verifier finds in it.
//!
//! A line `; verify: V07 at v3` stands for each violation, in order; `; verify: ok` for none.

use hotloop_mir::verify::{Rule, verify_module};
use hotloop_mir::{Block, Function, InstKind, MachineType, Terminator, parse_module, verify::verify};
use std::fs;
use std::path::PathBuf;

/// Rules that no text can break: the reader makes the tables that they are about.
const NOT_IN_TEXT: &[Rule] = &[Rule::V02, Rule::V03];

fn cases() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/mir/verify");
    let mut cases: Vec<(String, String)> = fs::read_dir(&folder)
        .expect("the folder of the verifier's tests")
        .map(|entry| entry.expect("an entry of that folder").path())
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    cases.sort();
    cases
}

fn expected(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("; verify: ")).collect()
}

#[test]
fn every_file_breaks_the_rules_that_it_names() {
    let mut failures = Vec::new();
    for (name, text) in cases() {
        let module = parse_module(&text).unwrap_or_else(|error| panic!("{name}:{error}"));
        let violations = verify_module(&module).err().unwrap_or_default();
        let mut found: Vec<String> = violations
            .iter()
            .map(|violation| format!("{} at {}", violation.rule.number(), violation.place))
            .collect();
        if found.is_empty() {
            found.push("ok".into());
        }
        if found != expected(&text) {
            failures.push(format!("{name}: expected {:?}, found {violations:#?}", expected(&text)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_rule_is_broken_by_a_file() {
    let cases = cases();
    for rule in Rule::ALL.iter().filter(|rule| !NOT_IN_TEXT.contains(rule)) {
        let start = format!("{} at ", rule.number());
        let is_broken =
            cases.iter().any(|(_, text)| expected(text).iter().any(|line| line.starts_with(&start)));
        assert!(is_broken, "no file in tests/mir/verify breaks {}", rule.number());
    }
}

fn rules_broken_by(change: impl FnOnce(&mut Function)) -> Vec<&'static str> {
    let mut function: Function =
        "fn @f(v0: i64) { bb0: v1 = iadd v0, v0 jump bb1 bb1: return }".parse().unwrap();
    verify(&function).expect("a function to break");
    change(&mut function);
    let violations = verify(&function).unwrap_err();
    violations.iter().map(|violation| violation.rule.number()).collect()
}

#[test]
fn tables_that_contradict_each_other_are_found() {
    let (entry, second) = ("bb0".parse::<Block>().unwrap(), "bb1".parse::<Block>().unwrap());
    let rules = rules_broken_by(|function| function.layout.push(second));
    assert_eq!(rules, ["V01"]);
    let rules = rules_broken_by(|function| function.layout.push("bb7".parse().unwrap()));
    assert_eq!(rules, ["V01"]);
    let rules = rules_broken_by(|function| {
        let inst = function.blocks[entry].insts[0];
        function.blocks[second].insts.push(inst);
    });
    assert_eq!(rules, ["V02"]);
    let rules = rules_broken_by(|function| function.blocks[second].insts.push("inst9".parse().unwrap()));
    assert_eq!(rules, ["V02"]);
    let rules = rules_broken_by(|function| {
        let parameter = function.parameters()[0];
        function.blocks[second].parameters.push(parameter);
    });
    assert_eq!(rules, ["V03"]);
    let rules = rules_broken_by(|function| function.values["v0".parse().unwrap()].ty = MachineType::F64);
    assert_eq!(rules, ["V04"]);
    let rules = rules_broken_by(|function| {
        function.insts["inst0".parse().unwrap()].kind =
            InstKind::Unary(hotloop_mir::UnaryOp::Ineg, "v44".parse().unwrap());
    });
    assert_eq!(rules, ["V05"]);
    let rules = rules_broken_by(|function| {
        function.blocks[second].terminator = Terminator::Return(vec!["v2".parse().unwrap()])
    });
    assert_eq!(rules, ["V05"]);
}
