//! `tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a module here and a row in [`RULES`]; it returns one line a violation, naming the file. The longest
//! files and functions are reported at the end without failing: they are what to look at next, not a fault.

mod codes;
mod heads;
mod layers;
mod longest;
mod names;
mod passes;
mod unsafe_code;

use crate::failure::{Failure, Result};
use crate::tally::Tally;
use crate::workspace::Workspace;

/// A rule of the house.
struct Rule {
    name: &'static str,
    check: fn(&Workspace) -> Result<Vec<String>>,
}

static RULES: &[Rule] = &[
    Rule { name: "a crate depends only on lower layers", check: layers::edges },
    Rule { name: "an external crate is used by its owner only", check: layers::owners },
    Rule { name: "a file opens with its reason", check: heads::check },
    Rule { name: "no file is named utils", check: names::check },
    Rule { name: "a pass has one name in five places", check: passes::check },
    Rule { name: "a code is unique and has a page", check: codes::check },
    Rule { name: "unsafe stays in the crates that need it", check: unsafe_code::check },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("`tidy` takes no argument, got `{argument}`")));
    }
    let tally = check(workspace)?;
    print!("{}", longest::report(workspace)?);
    println!("{tally}");
    if tally.failed == 0 { Ok(()) } else { Err(Failure::new("the house is not tidy")) }
}

/// Checks every rule, shows the violations and counts the rules that hold.
pub(crate) fn check(workspace: &Workspace) -> Result<Tally> {
    let mut tally = Tally::default();
    for rule in RULES {
        let violations = (rule.check)(workspace)?;
        if !violations.is_empty() {
            println!("tidy: {}", rule.name);
        }
        for violation in &violations {
            println!("    {violation}");
        }
        tally += Tally::of_one(violations.is_empty());
    }
    Ok(tally)
}
