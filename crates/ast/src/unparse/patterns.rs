//! Patterns of `match`.

use super::{Printer, Result};
use crate::{Pattern, PatternKind};
use std::fmt::Write;

impl<W: Write> Printer<'_, W> {
    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Result {
        match &pattern.kind {
            PatternKind::Wildcard => self.text("_"),
            PatternKind::Capture(name) => self.name(name),
            PatternKind::Value(value) => self.expression(value),
            PatternKind::Sequence(items) => {
                self.text("[")?;
                self.separated(items, ", ", Self::pattern)?;
                self.text("]")
            }
            PatternKind::Star(name) => {
                self.text("*")?;
                self.text(name.as_ref().map_or("_", |name| &name.name))
            }
            PatternKind::Mapping { items, rest } => {
                self.text("{")?;
                self.separated(items, ", ", |printer, (key, pattern)| {
                    printer.expression(key)?;
                    printer.text(": ")?;
                    printer.pattern(pattern)
                })?;
                if let Some(rest) = rest {
                    self.text(if items.is_empty() { "**" } else { ", **" })?;
                    self.name(rest)?;
                }
                self.text("}")
            }
            PatternKind::Class { class, positional, keywords } => {
                self.expression(class)?;
                self.text("(")?;
                self.separated(positional, ", ", Self::pattern)?;
                if !positional.is_empty() && !keywords.is_empty() {
                    self.text(", ")?;
                }
                self.separated(keywords, ", ", |printer, (name, pattern)| {
                    printer.name(name)?;
                    printer.text("=")?;
                    printer.pattern(pattern)
                })?;
                self.text(")")
            }
            PatternKind::Or(items) => self.separated(items, " | ", Self::closed_pattern),
            PatternKind::As { pattern, name } => {
                if matches!(pattern.kind, PatternKind::As { .. }) {
                    self.closed_pattern(pattern)?;
                } else {
                    self.pattern(pattern)?;
                }
                self.text(" as ")?;
                self.name(name)
            }
        }
    }

    /// A pattern in parentheses where it would fall apart without.
    pub(super) fn closed_pattern(&mut self, pattern: &Pattern) -> Result {
        if !matches!(pattern.kind, PatternKind::Or(_) | PatternKind::As { .. }) {
            return self.pattern(pattern);
        }
        self.text("(")?;
        self.pattern(pattern)?;
        self.text(")")
    }
}
