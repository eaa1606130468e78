//! `new-pass`: writes what every new pass begins with, so that its five names agree from the start.
//!
//! `cargo xtask new-pass loops hoist-invariants` makes `crates/passes/src/loops/hoist_invariants.rs` and
//! `tests/mir/hoist-invariants/`. Where the pass stands in the pipeline is a decision with a reason, so that line is
//! left to its author.

use std::path::Path;

use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;

const PASSES: &str = "crates/passes/src";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let [group, name] = arguments else {
        return Err(Failure::new("`new-pass` takes a group and a name, such as `loops hoist-invariants`"));
    };
    let names = Names::new(name)?;
    let folder = workspace.root.join(PASSES).join(group);
    if !folder.join("mod.rs").exists() {
        return Err(Failure::new(format!("no group `{group}`; there are {}", groups(workspace).join(", "))));
    }
    write_new(&folder.join(format!("{}.rs", names.file)), &names.fill(SOURCE))?;
    write_new(&workspace.root.join("tests/mir").join(&names.kebab).join("basic.mir"), &names.fill(TEST))?;
    print!("{}", names.fill(&REGISTRATION.replace("<group>", group)));
    Ok(())
}

/// The groups that passes stand in: the folders that have a module, without the analyses.
fn groups(workspace: &Workspace) -> Vec<String> {
    let modules = workspace.files(PASSES, "rs").into_iter().filter(|file| file.ends_with("mod.rs"));
    let folders = modules.filter_map(|file| Some(file.parent()?.file_name()?.to_string_lossy().into_owned()));
    folders.filter(|folder| folder != "analysis").collect()
}

/// Never overwrites: a pass that exists has an author.
fn write_new(path: &Path, text: &str) -> Result {
    if path.exists() {
        return Err(Failure::new(format!("{} exists already", path.display())));
    }
    let folder = path.parent().expect("a file stands in a folder");
    std::fs::create_dir_all(folder).context(folder.display())?;
    std::fs::write(path, text).context(path.display())?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The spellings of one name.
struct Names {
    /// `hoist-invariants`
    kebab: String,
    /// `hoist_invariants`
    file: String,
    /// `HoistInvariants`
    type_name: String,
}

impl Names {
    fn new(kebab: &str) -> Result<Self> {
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
        };
        if !kebab.split('-').all(is_word) {
            return Err(Failure::new(format!("`{kebab}` is not a name such as `hoist-invariants`")));
        }
        let capitalised = |word: &str| word[..1].to_uppercase() + &word[1..];
        Ok(Self {
            kebab: kebab.to_owned(),
            file: kebab.replace('-', "_"),
            type_name: kebab.split('-').map(capitalised).collect(),
        })
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("<kebab>", &self.kebab)
            .replace("<file>", &self.file)
            .replace("<Type>", &self.type_name)
    }
}

const SOURCE: &str = r#"//! One sentence: what this pass does and what for.
//!
//! Before: `...`    After: `...`
//!
//! The method, its cost, and what it preserves.

use crate::{MirPass, PassContext};
use hotloop_mir::Function;

/// One sentence, as above. The head of its file says how.
pub struct <Type>;

impl MirPass for <Type> {
    fn name(&self) -> &'static str {
        "<kebab>"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        for _block in function.layout.clone() {}
    }
}
"#;

const TEST: &str = "\
; What this test shows, in one sentence.
fn @changed(v0: i64) -> i64 lowered {
bb0:
    return v0
}
";

const REGISTRATION: &str = "\
now register it:
  crates/passes/src/<group>/mod.rs   pub(crate) mod <file>;
  crates/passes/src/lib.rs           pub use <group>::<file>::<Type>;
  crates/passes/src/pipeline.rs      &<Type>, // the reason for its position
then `cargo xtask test mir --bless`, and read what it wrote.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_gives_all_spellings() {
        let names = Names::new("hoist-invariants").unwrap();
        assert_eq!((names.file.as_str(), names.type_name.as_str()), ("hoist_invariants", "HoistInvariants"));
        assert!(names.fill(SOURCE).contains("impl MirPass for HoistInvariants"));
        assert!(names.fill(SOURCE).contains("\"hoist-invariants\""));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "Hoist", "hoist_invariants", "hoist--invariants", "-hoist", "hoist/../x", "2nd"] {
            assert!(Names::new(bad).is_err(), "{bad}");
        }
    }
}
