//! `docs/generated/missing.md`: the names of Numba's that the Python package does not have, as the package itself lists them.

use std::fmt::Write as _;

use crate::failure::Result;
use crate::workspace::{Workspace, read};

const HEAD: &str = "# Names of Numba's that are missing

These can be imported. What is made with them fails when it is used, and says which of them it was. Written by `cargo xtask gen`.

| module | names |
|---|---|
";

pub(super) fn make(workspace: &Workspace) -> Result<String> {
    let mut found = Vec::new();
    for file in workspace.files("crates/python/python/hotloop", "py") {
        found.extend(listed_in(&read(&file)?));
    }
    found.sort();
    let mut text = HEAD.to_owned();
    for (module, names) in found {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        writeln!(text, "| `{module}` | {} |", names.join(", ")).expect("text");
    }
    Ok(text)
}

/// The modules and names of each call of `names_of`.
fn listed_in(text: &str) -> Vec<(String, Vec<String>)> {
    let calls = text.split("= names_of(").skip(1).chain(text.split("= _names_of(").skip(1));
    calls
        .map(|call| {
            let arguments = call.split(')').next().unwrap_or_default();
            // Every second part of what quotes divide stands within them.
            let mut strings = arguments.split('"').skip(1).step_by(2);
            let module = strings.next().unwrap_or_default().to_owned();
            let names: String = strings.collect();
            (module, names.split_whitespace().map(ToOwned::to_owned).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_written_in_several_strings() {
        let text = "__getattr__ = names_of(\n    \"numba.extending\",\n    \"box \"\n    \"unbox\",\n)\n_missing = _names_of(\"numba\", \"cuda\")\n";
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let expected = vec![
            ("numba.extending".to_owned(), names(&["box", "unbox"])),
            ("numba".to_owned(), names(&["cuda"])),
        ];
        assert_eq!(listed_in(text), expected);
    }
}
