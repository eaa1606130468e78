//! `match`: a chain of tests on a subject that was evaluated once.
//!
//! What a pattern asks of the subject's type is decided here, so only literals and guards are left to test at run time. A case that no value of
//! the subject's type matches is dropped, and so is what follows one that matches every value.

use crate::bindings::Binding;
use crate::conditions::{is_none, item, short_circuit, unwrapped};
use crate::expression::Value;
use crate::function::{Inference, Reported, Typed};
use crate::guarded::MAX_COPIES;
use crate::iteration::{integer, tuple_of};
use crate::lists::{compared, with_first};
use crate::operators::negated;
use crate::sequences::{length_of, perform, sequence_item};
use crate::statement::{Chain, MAX_BLOCK_DEPTH, Next, constant_truth, truth};
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp, ExprKind as AstExpr, Identifier, MatchCase, Pattern, PatternKind};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Expr, StmtKind};
use hotloop_objects::Operation;
use hotloop_types::Type;

static PATTERN: Code = Code::new("HL0273", "a kind of pattern is not supported in a kernel yet");

/// A name with what it captures.
type Captures<'s> = Vec<(&'s Identifier, Expr)>;

/// Whether a value of this type is a list, or has one in it.
fn holds_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_)) || ty.parts().iter().any(holds_list)
}

impl Inference<'_> {
    pub(crate) fn match_statement(
        &mut self,
        statement: &ast::Stmt,
        subject: &ast::Expr,
        cases: &[MatchCase],
    ) -> Typed<()> {
        let subject = self.value(subject)?;
        let subject = self.kept(subject, "subject");
        self.match_cases(statement, &subject, cases)
    }

    /// The cases, one after the other: there may be thousands.
    fn match_cases(&mut self, statement: &ast::Stmt, subject: &Expr, cases: &[MatchCase]) -> Typed<()> {
        let mut chain = Chain::default();
        for (position, case) in cases.iter().enumerate() {
            match self.match_case(statement, subject, case, &cases[position + 1..], &mut chain) {
                Ok(Next::Otherwise) => {}
                Ok(Next::Settled) => break,
                Err(Reported) if chain.is_empty() => return Err(Reported),
                Err(Reported) => break,
            }
        }
        self.close_chain(statement, chain);
        Ok(())
    }

    /// The cases within a block of their own.
    fn nested_cases(&mut self, statement: &ast::Stmt, subject: &Expr, cases: &[MatchCase]) {
        let Some(first) = cases.first() else { return };
        self.block_depth += 1;
        if self.block_depth > MAX_BLOCK_DEPTH {
            self.report_deep_block(first.span);
        } else {
            // What is wrong was reported; the case before may have errors of its own.
            let _: Typed<()> = self.match_cases(statement, subject, cases);
        }
        self.block_depth -= 1;
    }

    fn match_case(
        &mut self,
        statement: &ast::Stmt,
        subject: &Expr,
        case: &MatchCase,
        rest: &[MatchCase],
        chain: &mut Chain,
    ) -> Typed<Next> {
        let mut captures = Captures::new();
        let test = self.pattern(&case.pattern, subject, &mut captures)?;
        match (constant_truth(&test), &case.guard) {
            (Some(false), _) => Ok(Next::Otherwise),
            (Some(true), None) => {
                self.capture(captures);
                self.inline(&case.body);
                Ok(Next::Settled)
            }
            (None, Some(guard)) if !captures.is_empty() && holds_list(&subject.ty) => {
                // What is captured is there only where the pattern matches, so that the cases behind follow a guard that fails, too.
                self.count_copy(case.span)?;
                let ways = self.ways(test);
                let outer = self.open_way(&ways, true);
                self.capture(captures);
                let _: Typed<()> = self.guarded_case(statement, subject, (guard, &case.body), rest);
                let then = self.close_way(outer);
                let outer = self.open_way(&ways, false);
                self.nested_cases(statement, subject, rest);
                let otherwise = self.close_way(outer);
                self.join_two(statement, *ways, [then, otherwise]);
                Ok(Next::Settled)
            }
            (_, None) => {
                self.arm(chain, test, |this| {
                    this.capture(captures);
                    this.inline(&case.body);
                });
                Ok(Next::Otherwise)
            }
            (decided, Some(guard)) => {
                // What is captured are parts of the subject, which can be named before the test is made.
                let before = self.bindings.clone();
                self.capture(captures);
                let guard = match decided {
                    Some(_) => self.condition(guard)?,
                    None => self.conditionally(|this| this.condition(guard))?,
                };
                self.arm(chain, short_circuit(BoolOp::And, test, guard), |this| this.inline(&case.body));
                if decided.is_none() {
                    self.bindings = before;
                }
                Ok(Next::Otherwise)
            }
        }
    }

    /// A case whose pattern has matched, on its guard; the cases behind it otherwise.
    fn guarded_case(
        &mut self,
        statement: &ast::Stmt,
        subject: &Expr,
        (guard, body): (&ast::Expr, &[ast::Stmt]),
        rest: &[MatchCase],
    ) -> Typed<()> {
        let guard = self.condition(guard)?;
        let ways = self.ways(guard);
        let outer = self.open_way(&ways, true);
        self.inline(body);
        let then = self.close_way(outer);
        let outer = self.open_way(&ways, false);
        self.nested_cases(statement, subject, rest);
        let otherwise = self.close_way(outer);
        self.join_two(statement, *ways, [then, otherwise]);
        Ok(())
    }

    fn count_copy(&mut self, span: Span) -> Typed<()> {
        self.copies += 1;
        if self.copies <= MAX_COPIES {
            return Ok(());
        }
        Err(self.report_pattern("a guard behind so many others that capture items of lists", span))
    }

    fn capture(&mut self, captures: Captures<'_>) {
        for (name, value) in captures {
            let local = self.locals.find(&name.name).expect("what a pattern captures is a local");
            let version = self.new_version(local, value.ty.clone(), name.span);
            self.emit(StmtKind::Assign { target: version, value }, name.span);
            self.bindings.set(local, Binding::Version(version));
        }
    }

    /// Whether a pattern matches: a bool, constant where the types decide.
    fn pattern<'s>(&mut self, pattern: &'s Pattern, subject: &Expr, captures: &mut Captures<'s>) -> Typed {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Wildcard => Ok(truth(true)),
            PatternKind::Capture(name) => {
                captures.push((name, subject.clone()));
                Ok(truth(true))
            }
            PatternKind::As { pattern, name } => {
                let test = self.pattern(pattern, subject, captures)?;
                captures.push((name, subject.clone()));
                Ok(test)
            }
            PatternKind::Value(value) => self.value_pattern(value, subject, span),
            PatternKind::Sequence(parts) => self.sequence_pattern(parts, subject, captures, span),
            PatternKind::Or(alternatives) => self.or_pattern(alternatives, subject, captures, span),
            PatternKind::Star(_) => Err(self.report_pattern("a star outside a sequence", span)),
            PatternKind::Mapping { .. } => Err(self.report_pattern("a mapping", span)),
            PatternKind::Class { class, positional, keywords } if keywords.is_empty() => {
                self.class_pattern(class, positional, subject, captures, span)
            }
            PatternKind::Class { .. } => Err(self.report_pattern("a class with attributes", span)),
        }
    }

    fn report_pattern(&mut self, what: &str, span: Span) -> Reported {
        let message = format!("{what} as a pattern is not supported yet in a kernel");
        let help = "match constants, tuples, names and classes such as `int()`, or use `if` and `elif`";
        self.report(Diagnostic::error(&PATTERN, message, span).with_help(help))
    }

    fn value_pattern(&mut self, value: &ast::Expr, subject: &Expr, span: Span) -> Typed {
        let op = match value.kind {
            AstExpr::None | AstExpr::Bool(_) => CompareOp::Is,
            _ => CompareOp::Eq,
        };
        let value = self.operand(value)?;
        let compared = (subject.clone(), value.clone());
        match (op, value) {
            (_, Value::Str(..)) if subject.ty != Type::Str => Ok(truth(false)),
            (_, Value::Expr(value)) => {
                if op == CompareOp::Is && value.ty != Type::None && value.ty != subject.ty {
                    // `True` and `False` match truth values alone.
                    return Ok(truth(false));
                }
                self.compare(op, compared.0.into(), value.into(), span)
            }
            (_, value) => self.compare(op, compared.0.into(), value, span),
        }
    }

    fn sequence_pattern<'s>(
        &mut self,
        parts: &'s [Pattern],
        subject: &Expr,
        captures: &mut Captures<'s>,
        span: Span,
    ) -> Typed {
        if let Type::Optional(_) = subject.ty {
            let present = negated(is_none(subject.clone(), span), span);
            let value = unwrapped(subject.clone());
            let test = self.sequence_pattern(parts, &value, captures, span)?;
            return Ok(short_circuit(BoolOp::And, present, test));
        }
        if let Type::List(_) = subject.ty {
            return self.list_pattern(parts, subject, captures, span);
        }
        let Type::Tuple(types) = subject.ty.clone() else { return Ok(truth(false)) };
        let star = parts.iter().position(|part| matches!(part.kind, PatternKind::Star(_)));
        let fits = match star {
            Some(_) => types.len() + 1 >= parts.len(),
            None => types.len() == parts.len(),
        };
        if !fits {
            return Ok(truth(false));
        }
        let mut test = truth(true);
        let extra = (types.len() + 1).saturating_sub(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let position = if star.is_some_and(|star| place > star) { place + extra - 1 } else { place };
            if let PatternKind::Star(name) = &part.kind {
                let rest = (position..position + extra).map(|at| item(subject, at, &types[at])).collect();
                captures.extend(name.as_ref().map(|name| (name, tuple_of(rest, part.span))));
                continue;
            }
            let value = item(subject, position, &types[position]);
            let next = self.nested(span, |this| this.pattern(part, &value, captures))?;
            test = short_circuit(BoolOp::And, test, next);
            if constant_truth(&test) == Some(false) {
                break;
            }
        }
        Ok(test)
    }

    /// `[a, b]`, `[a, *rest]` for a list: its length is tested, then its items.
    fn list_pattern<'s>(
        &mut self,
        parts: &'s [Pattern],
        subject: &Expr,
        captures: &mut Captures<'s>,
        span: Span,
    ) -> Typed {
        if subject.ty.is_undefined() {
            return Err(Reported);
        }
        let star = parts.iter().position(|part| matches!(part.kind, PatternKind::Star(_)));
        let (op, least) = match star {
            Some(_) => (hir::CompareOp::Ge, parts.len() - 1),
            None => (hir::CompareOp::Eq, parts.len()),
        };
        let length = length_of(subject.clone(), span);
        let mut test = compared(op, length, integer(least as i64, span), span);
        for (place, part) in parts.iter().enumerate() {
            let from_end = place as i64 - parts.len() as i64;
            if let PatternKind::Star(name) = &part.kind {
                let stop = if from_end == -1 { i64::MAX } else { from_end + 1 };
                let bounds = [place as i64, stop, 1].map(|bound| integer(bound, part.span));
                let bounds = with_first(subject.clone(), bounds.into());
                let rest = perform(Operation::ListPart, bounds, subject.ty.clone(), part.span);
                captures.extend(name.as_ref().map(|name| (name, rest)));
                continue;
            }
            let position = if star.is_some_and(|star| place > star) { from_end } else { place as i64 };
            let value = sequence_item(subject.clone(), integer(position, part.span), part.span);
            let next = self.nested(span, |this| this.pattern(part, &value, captures))?;
            test = short_circuit(BoolOp::And, test, next);
        }
        Ok(test)
    }

    /// A class, decided by the type of the subject; the one pattern within its parentheses is about the subject itself.
    fn class_pattern<'s>(
        &mut self,
        class: &ast::Expr,
        parts: &'s [Pattern],
        subject: &Expr,
        captures: &mut Captures<'s>,
        span: Span,
    ) -> Typed {
        let test = self.class_test(subject.clone(), class, span)?;
        match parts {
            [] => Ok(test),
            _ if constant_truth(&test) == Some(false) => Ok(test),
            [only]
                if subject.ty.as_scalar().is_some() || matches!(subject.ty, Type::Str | Type::Tuple(_)) =>
            {
                let within = self.nested(span, |this| this.pattern(only, subject, captures))?;
                Ok(short_circuit(BoolOp::And, test, within))
            }
            _ => Err(self.report_pattern("a class with patterns for the parts of its objects", span)),
        }
    }

    fn or_pattern<'s>(
        &mut self,
        alternatives: &'s [Pattern],
        subject: &Expr,
        captures: &mut Captures<'s>,
        span: Span,
    ) -> Typed {
        let mut test = truth(false);
        for alternative in alternatives {
            let mut own = Captures::new();
            let next = self.nested(span, |this| this.pattern(alternative, subject, &mut own))?;
            match constant_truth(&next) {
                Some(false) => continue,
                Some(true) if constant_truth(&test) == Some(false) => {
                    captures.extend(own);
                    return Ok(next);
                }
                Some(true) | None if !own.is_empty() => {
                    return Err(self.report_pattern("an alternative that captures a name", alternative.span));
                }
                Some(true) | None => test = short_circuit(BoolOp::Or, test, next),
            }
        }
        Ok(test)
    }
}
