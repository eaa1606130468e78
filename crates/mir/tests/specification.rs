//! Keeps `docs/ir/mir.md` and the crate in step: what one names, the other has.

use hotloop_mir::verify::{Rule, verify_module};
use hotloop_mir::{
    BinaryOp, ConvertOp, FloatFlags, IntCompare, MachineType, Phase, ReductionOp, UnaryOp, parse_module,
};
use std::path::PathBuf;

fn specification() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/ir/mir.md");
    std::fs::read_to_string(path).expect("the specification")
}

#[test]
fn the_rules_are_listed_as_they_are() {
    let listed: Vec<String> =
        specification().lines().filter(|line| line.starts_with("- **V")).map(str::to_owned).collect();
    let expected: Vec<String> =
        Rule::ALL.iter().map(|rule| format!("- **{}** {}", rule.number(), rule.text())).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_name_of_the_text_form_is_explained() {
    let text = specification();
    let mut names: Vec<&str> = Vec::new();
    names.extend(UnaryOp::ALL.iter().map(|op| op.name()));
    names.extend(BinaryOp::ALL.iter().map(|op| op.name()));
    names.extend(IntCompare::ALL.iter().map(|op| op.name()));
    names.extend(ConvertOp::ALL.iter().map(|op| op.name()));
    names.extend(ReductionOp::ALL.iter().map(|op| op.name()));
    names.extend(MachineType::ALL.iter().map(|ty| ty.name()));
    names.extend(Phase::ALL.iter().map(|phase| phase.name()));
    names.extend(FloatFlags::NAMES.iter().map(|(name, _)| *name));
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for name in names {
        assert!(words.contains(&name), "docs/ir/mir.md does not explain {name}");
    }
}

#[test]
fn the_example_is_a_function_that_verifies() {
    let text = specification();
    let example =
        text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let module = parse_module(example).expect("the example reads");
    verify_module(&module).expect("the example verifies");
}
