//! Patterns of `match`.

use crate::tree::Builder;
use hotloop_ast::{BinaryOp, Expr, ExprKind, Identifier, Number, Pattern, PatternKind};
use hotloop_diagnostics::{Code, Diagnostic, Span};

pub(crate) static INVALID_PATTERN: Code = Code::new("HL0114", "a pattern that `match` does not know");

/// An argument of a class pattern, or an entry of a mapping pattern.
#[derive(Clone, Debug)]
pub(crate) enum RawPattern {
    Positional(Pattern),
    Keyword(Identifier, Pattern),
    Pair(Expr, Pattern),
    Rest(Identifier),
}

impl Builder<'_> {
    fn pattern(&self, kind: PatternKind, start: u32, end: u32) -> Pattern {
        Pattern { kind, span: self.span(start, end) }
    }

    fn report_pattern(&self, message: &str, span: Span) {
        self.report(Diagnostic::error(&INVALID_PATTERN, message, span));
    }

    pub(crate) fn value_pattern(&self, value: Expr, start: u32, end: u32) -> Pattern {
        self.pattern(PatternKind::Value(value), start, end)
    }

    /// `_`, a name that is bound, or a dotted name that is compared.
    pub(crate) fn name_pattern(&self, name: Expr, start: u32, end: u32) -> Pattern {
        let kind = match name.kind {
            ExprKind::Name(name) if &*name == "_" => PatternKind::Wildcard,
            ExprKind::Name(bound) => PatternKind::Capture(Identifier { name: bound, span: name.span }),
            kind => PatternKind::Value(Expr::new(kind, name.span)),
        };
        self.pattern(kind, start, end)
    }

    pub(crate) fn star_pattern(&self, name: Identifier, start: u32, end: u32) -> Pattern {
        let name = Some(name).filter(|name| &*name.name != "_");
        self.pattern(PatternKind::Star(name), start, end)
    }

    pub(crate) fn as_pattern(&self, pattern: Pattern, name: Identifier, start: u32, end: u32) -> Pattern {
        if &*name.name == "_" {
            self.report_pattern("`_` matches without binding, so it cannot stand behind `as`", name.span);
        }
        self.pattern(PatternKind::As { pattern: Box::new(pattern), name }, start, end)
    }

    pub(crate) fn or_pattern(&self, first: Pattern, mut rest: Vec<Pattern>, start: u32, end: u32) -> Pattern {
        rest.insert(0, first);
        self.pattern(PatternKind::Or(rest), start, end)
    }

    pub(crate) fn sequence_pattern(&self, items: Vec<Pattern>, start: u32, end: u32) -> Pattern {
        self.pattern(PatternKind::Sequence(items), start, end)
    }

    pub(crate) fn complex_literal(
        &self,
        real: Expr,
        op: BinaryOp,
        imaginary: Expr,
        start: u32,
        end: u32,
    ) -> Expr {
        if !matches!(imaginary.kind, ExprKind::Number(Number::Imaginary(_))) {
            self.report_pattern("the second part of a complex number ends in `j`", imaginary.span);
        }
        let unsigned = match &real.kind {
            ExprKind::Unary { operand, .. } => &operand.kind,
            kind => kind,
        };
        if matches!(unsigned, ExprKind::Number(Number::Imaginary(_))) {
            self.report_pattern("the first part of a complex number is real", real.span);
        }
        self.expr(ExprKind::Binary { first: Box::new(real), rest: vec![(op, imaginary)] }, start, end)
    }

    pub(crate) fn class_pattern(
        &self,
        class: Expr,
        arguments: Vec<RawPattern>,
        start: u32,
        end: u32,
    ) -> Pattern {
        let (mut positional, mut keywords) = (Vec::new(), Vec::new());
        for argument in arguments {
            match argument {
                RawPattern::Positional(pattern) => {
                    if !keywords.is_empty() {
                        self.report_pattern("a positional pattern follows a keyword pattern", pattern.span);
                    }
                    positional.push(pattern);
                }
                RawPattern::Keyword(name, pattern) => keywords.push((name, pattern)),
                RawPattern::Pair(..) | RawPattern::Rest(_) => {
                    unreachable!("the grammar keeps them to mappings")
                }
            }
        }
        self.pattern(PatternKind::Class { class, positional, keywords }, start, end)
    }

    pub(crate) fn mapping_pattern(&self, entries: Vec<RawPattern>, start: u32, end: u32) -> Pattern {
        let (mut items, mut rest) = (Vec::new(), None::<Identifier>);
        for entry in entries {
            if let Some(name) = &rest {
                self.report_pattern("nothing can follow the `**` of a mapping pattern", name.span);
            }
            match entry {
                RawPattern::Pair(key, pattern) => {
                    if matches!(key.kind, ExprKind::Name(_)) {
                        self.report_pattern("a key is a literal or a dotted name", key.span);
                    }
                    items.push((key, pattern));
                }
                RawPattern::Rest(name) => {
                    if &*name.name == "_" {
                        self.report_pattern(
                            "`**_` is not needed: a mapping pattern ignores other keys",
                            name.span,
                        );
                    }
                    rest = Some(name);
                }
                RawPattern::Positional(_) | RawPattern::Keyword(..) => {
                    unreachable!("the grammar keeps them to classes");
                }
            }
        }
        self.pattern(PatternKind::Mapping { items, rest }, start, end)
    }
}
