//! Starting other programs: each is shown before it runs, so that a developer can repeat it by hand.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;

/// A `cargo` command in the workspace's root. It inherits `CARGO_TARGET_DIR`.
pub(crate) fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(&workspace.root);
    command
}

/// Runs to the end with the terminal's own output; a non-zero exit is a failure.
pub(crate) fn run(command: &mut Command) -> Result {
    let shown = announce(command);
    let status = command.status().context(&shown)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{shown}` ended with {status}"))) }
}

/// Runs to the end, passing standard output through line by line while keeping it. Returns the text and whether the
/// program succeeded.
pub(crate) fn run_and_listen(command: &mut Command) -> Result<(String, bool)> {
    let shown = announce(command);
    let mut child = command.stdout(Stdio::piped()).spawn().context(&shown)?;
    let stdout = child.stdout.take().expect("standard output was piped above");
    let mut text = String::new();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = String::from_utf8_lossy(&line.context(&shown)?).into_owned();
        // A closed terminal must not end the run half-way: the counts still matter for the exit code.
        let _ = writeln!(std::io::stdout(), "{line}");
        text.push_str(&line);
        text.push('\n');
    }
    let status = child.wait().context(&shown)?;
    Ok((text, status.success()))
}

/// Runs quietly and returns standard output, or `None` when the program is missing or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn announce(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    let shown = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    eprintln!("$ {shown}");
    shown
}
