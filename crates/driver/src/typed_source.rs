//! A function's source with the types of its variables beside the lines that assign them.

use hotloop_diagnostics::{SourceMap, Span};
use hotloop_hir::Function;
use hotloop_types::Signature;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How far to the right the types may start: long lines push their own ones further.
const WIDEST_COLUMN: usize = 60;

/// The text for a function with that definition: the signature, then each line of the definition with its number.
pub(crate) fn typed_source(function: &Function, definition: Span, sources: &SourceMap) -> String {
    let parameters = function.parameters.iter().map(|version| function.versions[*version].ty.clone());
    let signature = Signature { parameters: parameters.collect(), result: Some(function.result.clone()) };
    let types = types_by_line(function, definition, sources);
    let file = sources.file(definition.file);
    let first = file.location(definition.start).line;
    let last = file.location(definition.end.saturating_sub(1)).line;
    let above = (first - file.first_line()) as usize;
    let lines = || file.text().lines().skip(above).take((last - first + 1) as usize);
    let column = lines().map(|line| line.chars().count()).max().unwrap_or(0).min(WIDEST_COLUMN);
    let mut text = format!("{}: {signature}\n", function.name);
    for (number, line) in (first..).zip(lines()) {
        let _ = match types.get(&number) {
            None => writeln!(text, "{number:>5}  {line}"),
            Some(types) => writeln!(text, "{number:>5}  {line:<column$}  # {}", types.join(", ")),
        };
    }
    text
}

/// `name: type` for every variable, by the lines that give it a value.
fn types_by_line(function: &Function, definition: Span, sources: &SourceMap) -> BTreeMap<u32, Vec<String>> {
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for version in function.versions.values() {
        let name = &function.locals[version.local].name;
        // Temporaries have names that Python cannot spell.
        let is_variable = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if !is_variable || !definition.contains(version.span) {
            continue;
        }
        let typed = format!("{name}: {}", version.ty);
        let types = lines.entry(sources.location(version.span).line).or_default();
        if !types.contains(&typed) {
            types.push(typed);
        }
    }
    lines
}
