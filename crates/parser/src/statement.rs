//! Parses one statement from its tokens.

use crate::depth::check_depth;
use crate::expected::explain;
use crate::grammar::StatementParser;
use crate::token::{Token, TokenKind};
use crate::tree::Builder;
use crate::version::PythonVersion;
use hotloop_ast::{Stmt, StmtKind};
use hotloop_diagnostics::{Diagnostic, FileId, Severity, Span};
use std::convert::Infallible;

/// Parses statements of one file.
pub(crate) struct StatementReader<'t> {
    text: &'t str,
    file: FileId,
    parser: StatementParser,
    builder: Builder<'t>,
}

impl<'t> StatementReader<'t> {
    pub(crate) fn new(text: &'t str, file: FileId, version: PythonVersion) -> Self {
        Self { text, file, parser: StatementParser::new(), builder: Builder::new(text, file, version) }
    }

    /// The statements that `tokens` hold: one compound statement, or a line of simple ones.
    pub(crate) fn read(&self, tokens: &[Token], diagnostics: &mut Vec<Diagnostic>) -> Vec<Stmt> {
        if let Err(fault) = check_depth(tokens) {
            diagnostics.push(fault.diagnose(self.file));
            return vec![self.skipped(tokens)];
        }
        let stream = tokens
            .iter()
            .filter(|token| !token.kind.is_trivia())
            .map(|token| Ok::<(u32, TokenKind, u32), Infallible>((token.start, token.kind, token.end)));
        let result = self.parser.parse(&self.builder, stream);
        let mut found = self.builder.take_diagnostics();
        let is_refused = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        found.sort_by_key(|diagnostic| diagnostic.primary.span.start);
        diagnostics.append(&mut found);
        match result {
            Ok(statements) if !is_refused => statements,
            Ok(_) => vec![self.skipped(tokens)],
            Err(error) => {
                diagnostics.push(explain(error, self.text, self.file));
                vec![self.skipped(tokens)]
            }
        }
    }

    /// A statement that is not parsed.
    pub(crate) fn skipped(&self, tokens: &[Token]) -> Stmt {
        Stmt { kind: StmtKind::Skipped, span: self.place(tokens) }
    }

    /// Where the statement of these tokens stands.
    pub(crate) fn place(&self, tokens: &[Token]) -> Span {
        let mut written = tokens.iter().filter(|token| !token.kind.is_trivia());
        let start = written.next().map_or(0, |token| token.start);
        let end = written.next_back().map_or(start, |token| token.end);
        Span::new(self.file, start, end.max(start))
    }
}
