//! The index of decisions: `docs/decisions/README.md`, from the title of each page.

use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, read};

const HEAD: &str = "\
# Decisions

A page for every choice that could have gone otherwise: what was known, what was chosen, what follows. A page is not
rewritten when the choice changes; a new one says which it replaces. This index is written by `cargo xtask gen`.

";

pub(super) fn make(workspace: &Workspace) -> Result<String> {
    let mut text = HEAD.to_owned();
    for page in workspace.files("docs/decisions", "md") {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != "README.md" {
            text.push_str(&entry(&name, &read(&page)?)?);
        }
    }
    Ok(text)
}

/// The line of the index for a page whose first line is `# 0001: Title`.
fn entry(name: &str, text: &str) -> Result<String> {
    let title =
        text.lines().next().unwrap_or_default().strip_prefix("# ").and_then(|title| title.split_once(": "));
    match title {
        Some((number, title)) if name.starts_with(number) => Ok(format!("- [{number}]({name}): {title}\n")),
        _ => Err(Failure::new(format!(
            "docs/decisions/{name} does not open with `# NNNN: Title`, NNNN as in its name"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_listed_by_number_and_title() {
        let entry = |text| entry("0004-fixed-chunks.md", text);
        assert_eq!(
            entry("# 0004: Fixed: chunks\n\nText").unwrap(),
            "- [0004](0004-fixed-chunks.md): Fixed: chunks\n"
        );
        assert!(entry("# 0005: Fixed chunks").is_err());
        assert!(entry("Fixed chunks").is_err());
    }
}
