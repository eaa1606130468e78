//! `hotloop explain`: shows the page of an error code.

use crate::problem::{Problem, print};
use clap::Args;

// The pages by their codes, in order: `PAGES`.
include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Explain an error code such as HL0203; without one, list them all.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, as it stands in brackets behind `error`
    code: Option<String>,
}

impl Explain {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let Some(code) = self.code else { return print(listing().as_bytes()) };
        let wanted = code.to_uppercase();
        match PAGES.iter().find(|(known, _)| *known == wanted) {
            Some((_, page)) => print(page.as_bytes()),
            None => Err(Problem::new(format_args!(
                "there is no error code `{code}`; `hotloop explain` lists those that there are"
            ))),
        }
    }
}

/// A line a code: the title of its page.
fn listing() -> String {
    PAGES
        .iter()
        .map(|(_, page)| format!("{}\n", page.lines().next().unwrap_or_default().trim_start_matches("# ")))
        .collect()
}
