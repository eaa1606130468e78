//! The operator table: every operator on every pair of dtypes and edge values.
//!
//! Each case must give what NumPy or Numba give (`tests/oracle/operators.py`), or what a rule of [`rules::RULES`] says;
//! where it is not NumPy's value, a rule has to say why. The type of each result is Numba's. The test command looks at
//! one group of dtypes in [`STEP`]; `cargo xtask operators` at all, and then the counts have to be those that stand in
//! `tests/lang/operators.md`. Where a machine of aarch64 can be emulated, code for it gives the same.

mod arm;
#[path = "../machine/emulated.rs"]
#[allow(dead_code, reason = "this harness passes no memory")]
mod emulated;
mod peers;
mod rules;

use hotloop_driver::{CacheUse, Engine};
use peers::{Case, Group, Table};
use rules::RULES;
use std::collections::BTreeMap;

/// Of how many groups of an operator with dtypes the test command looks at one.
const STEP: usize = 9;

fn step() -> usize {
    if std::env::var_os("HOTLOOP_OPERATORS_FULL").is_some() { 1 } else { STEP }
}

#[test]
fn every_case_is_numpys_or_numbas_or_has_a_rule() {
    let table = Table::ask(step());
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let mut tally = Tally::default();
    for group in &table.groups {
        let kernel = engine.load_function(&table.source, &group.function()).expect("the functions are there");
        group.cases.iter().for_each(|case| tally.judge(group, case, &case.run(&kernel)));
    }
    println!("{}", tally.summary());
    assert!(tally.wrong.is_empty(), "{} cases:\n{}", tally.wrong.len(), tally.first_wrong());
    if step() == 1 {
        rules::check_page(&tally.by_rule, tally.count);
    }
}

#[test]
fn code_for_aarch64_gives_what_the_kernel_gives_here() {
    let Some(guest) = emulated::guest() else { return };
    let arm = arm::Arm::new(guest);
    let table = Table::ask(step());
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let (mut groups, mut cases, mut wrong) = (0, 0, Vec::new());
    for group in &table.groups {
        let Some(machine) = arm.load(&table.source, group) else { continue };
        let kernel = engine.load_function(&table.source, &group.function()).expect("the functions are there");
        groups += 1;
        cases += group.cases.len();
        wrong.extend(group.cases.iter().filter_map(|case| arm::difference(&machine, &kernel, group, case)));
    }
    println!("{cases} cases of {groups} groups of {}", table.groups.len());
    let first: String = wrong.iter().take(40).map(|line| format!("{line}\n")).collect();
    assert!(wrong.is_empty(), "{} cases:\n{first}", wrong.len());
    assert!(groups * 2 > table.groups.len(), "{groups} of {} groups", table.groups.len());
}

/// What was seen so far.
#[derive(Default)]
struct Tally {
    count: usize,
    as_numpy: usize,
    by_rule: BTreeMap<usize, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn judge(&mut self, group: &Group, case: &Case, outcome: &peers::Outcome) {
        self.count += 1;
        let is_numbas_type = outcome.ty.as_ref().is_none_or(|ty| *ty == group.result);
        if outcome.text == case.numpy && is_numbas_type {
            self.as_numpy += 1;
            return;
        }
        let rule = RULES.iter().position(|rule| (rule.covers)(group, case, outcome));
        match rule {
            Some(rule) if is_numbas_type || rules::has_type_of_its_own(group) => {
                *self.by_rule.entry(rule).or_default() += 1
            }
            _ => {
                self.wrong.push(format!("{} {case:?} gives {outcome:?}; {}", group.describe(), group.result))
            }
        }
    }

    fn first_wrong(&self) -> String {
        self.wrong.iter().take(40).map(|line| format!("{line}\n")).collect()
    }

    fn summary(&self) -> String {
        let mut text = format!("{} cases, {} as NumPy has them", self.count, self.as_numpy);
        for (rule, count) in &self.by_rule {
            text += &format!("\n{count:>8}  {}", RULES[*rule].name);
        }
        text
    }
}
