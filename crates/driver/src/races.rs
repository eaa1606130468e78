//! Conflicts between iterations of parallel loops as messages with both places.

use crate::{Engine, Failure, Refusal};
use hotloop_diagnostics::{Code, Diagnostic, FileId, SourceMap, Span};
use hotloop_races::{Conflict, Place, Use};
use hotloop_runtime::CallState;

static RACE: Code =
    Code::new("HL0345", "two iterations of a parallel loop use the same element, and one writes it");

impl Engine {
    /// Whether its calls look for races.
    pub fn checks_races(&self) -> bool {
        self.shared.settings.race_check
    }

    /// Lets a call look for races, if the engine is to.
    pub fn look_for_races(&self, call: &mut CallState<'_>) {
        if self.checks_races() {
            call.look_for_races();
        }
    }

    /// What a call has found.
    ///
    /// # Errors
    /// It has found races.
    pub fn report_races(&self, call: &mut CallState<'_>) -> Result<(), Failure> {
        self.refuse_conflicts(&call.take_races())
    }

    pub(crate) fn refuse_conflicts(&self, conflicts: &[Conflict]) -> Result<(), Failure> {
        if conflicts.is_empty() {
            return Ok(());
        }
        let sources = &self.state().program.sources;
        let diagnostics = conflicts.iter().map(|conflict| diagnostic(conflict, sources)).collect();
        Err(Failure::Raced(Refusal::new(diagnostics, sources)))
    }
}

fn span_of(place: Place) -> Span {
    Span::new(FileId::from_number(place.file), place.start, place.end)
}

/// The line in which a loop begins.
fn head_of(region: Place, sources: &SourceMap) -> Span {
    let whole = span_of(region);
    let text = &sources.file(whole.file).text()[whole.start as usize..whole.end as usize];
    let length = text.lines().next().map_or(text.len(), |head| head.trim_end().len());
    Span::new(whole.file, whole.start, whole.start + length as u32)
}

fn diagnostic(conflict: &Conflict, sources: &SourceMap) -> Diagnostic {
    let Conflict { region, first, second, indices } = conflict;
    let numbers: Vec<String> = indices.iter().map(ToString::to_string).collect();
    let (element, it) = match numbers.as_slice() {
        [] => ("the same memory".to_owned(), "it".to_owned()),
        _ => ("the same element".to_owned(), format!("element [{}]", numbers.join(", "))),
    };
    let does = |what: &Use| if what.is_write { "writes" } else { "reads" };
    let message = match (first.is_write, second.is_write) {
        (true, true) => format!(
            "iterations {} and {} of a parallel loop write {element}",
            first.iteration, second.iteration
        ),
        _ => {
            let (writer, reader) = if first.is_write { (first, second) } else { (second, first) };
            format!(
                "iteration {} of a parallel loop writes {element} that iteration {} reads",
                writer.iteration, reader.iteration
            )
        }
    };
    let second_text = format!("iteration {} {} {it}", second.iteration, does(second));
    let mut diagnostic = Diagnostic::error(&RACE, message, span_of(second.place));
    diagnostic = if first.place == second.place && first.is_write == second.is_write {
        diagnostic.with_primary(format!("{second_text}, and iteration {} does, too", first.iteration))
    } else {
        let first_text = format!("iteration {} {} it", first.iteration, does(first));
        diagnostic.with_primary(second_text).with_label(span_of(first.place), first_text)
    };
    diagnostic
        .with_label(head_of(*region, sources), "the iterations of this loop run in any order, and at the same time")
        .with_help(
            "let each iteration write elements of its own, such as at the loop's own index; update all in one way, such as `x[k] += ...`, in which case it is a \
             reduction; or use `range`",
        )
}
