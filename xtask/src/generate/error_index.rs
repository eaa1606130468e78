//! The index of diagnostic codes: `docs/errors/README.md`, from the `Code::new` declarations in the sources.

use std::fmt::Write;

use crate::failure::Result;
use crate::rust_text::RustText;
use crate::workspace::{Workspace, read};

/// One `Code::new("HL0204", "summary")` outside tests.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) code: String,
    pub(crate) summary: String,
    /// The file that declares it.
    pub(crate) place: String,
}

impl Declaration {
    /// The page that explains the code, relative to the root.
    pub(crate) fn page(&self) -> String {
        format!("docs/errors/{}.md", self.code)
    }
}

/// Every code of the crates' sources, by code.
pub(crate) fn declarations(workspace: &Workspace) -> Result<Vec<Declaration>> {
    let mut found = Vec::new();
    for package in workspace.packages.values() {
        for file in workspace.files(&workspace.shown(&package.folder.join("src")), "rs") {
            if package.name != "xtask" {
                found.extend(declared_in(&read(&file)?, &workspace.shown(&file)));
            }
        }
    }
    found.sort_by(|left, right| (&left.code, &left.place).cmp(&(&right.code, &right.place)));
    Ok(found)
}

pub(super) fn make(workspace: &Workspace) -> Result<String> {
    let mut text = String::from(
        "# Codes\n\nEvery diagnostic has a code; each page shows the mistake, why it is one, and the way out.\n\
         This index is written by `cargo xtask gen`.\n\n| code | about |\n|---|---|\n",
    );
    for declaration in declarations(workspace)? {
        let Declaration { code, summary, .. } = declaration;
        writeln!(text, "| [{code}]({code}.md) | {summary} |").expect("writing to a string succeeds");
    }
    Ok(text)
}

fn declared_in(text: &str, place: &str) -> Vec<Declaration> {
    let text = RustText::new(text).without_comments;
    // Test modules stand at the end of a file; the codes they invent are nobody's.
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let calls = text[..end].split("Code::new(").skip(1);
    calls.filter_map(|call| declaration(call, place)).collect()
}

/// Reads `"HL0204", "summary"` at the head of the text behind the parenthesis.
fn declaration(call: &str, place: &str) -> Option<Declaration> {
    let (code, rest) = string_literal(call)?;
    let (summary, _) = string_literal(rest.trim_start().strip_prefix(',')?)?;
    Some(Declaration {
        code: code.to_owned(),
        summary: summary.replace("\\\"", "\""),
        place: place.to_owned(),
    })
}

fn string_literal(text: &str) -> Option<(&str, &str)> {
    let body = text.trim_start().strip_prefix('"')?;
    let mut escaped = false;
    let end = body.find(|character| {
        let closes = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        closes
    })?;
    Some((&body[..end], &body[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_across_lines_and_not_from_comments_or_tests() {
        let text = "// Code::new(\"HL0001\", \"no\")\nstatic A: Code =\n    Code::new(\n        \"HL0002\",\n        \"a \\\"b\\\"\",\n    );\n\
            #[cfg(test)]\nmod tests { static B: Code = Code::new(\"HL0003\", \"no\"); }\n";
        let found = declared_in(text, "f.rs");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].code.as_str(), found[0].summary.as_str()), ("HL0002", "a \"b\""));
        assert_eq!(found[0].page(), "docs/errors/HL0002.md");
    }
}
