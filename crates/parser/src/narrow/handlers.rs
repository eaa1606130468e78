//! The two kinds of `except`, which do not mix.

use crate::tree::Builder;
use hotloop_ast::{ExceptHandler, Stmt, StmtKind};
use hotloop_diagnostics::{Code, Diagnostic};

pub(crate) static INVALID_TRY: Code = Code::new("HL0115", "a `try` whose parts do not fit together");

impl Builder<'_> {
    pub(crate) fn try_statement(
        &self,
        body: Vec<Stmt>,
        handlers: Vec<(bool, ExceptHandler)>,
        otherwise: Vec<Stmt>,
        finally: Vec<Stmt>,
    ) -> StmtKind {
        let is_star = handlers.first().is_some_and(|(is_star, _)| *is_star);
        if is_star && let Some((_, handler)) = handlers.first() {
            self.since(
                11,
                "`except*`",
                self.span(handler.span.start, handler.span.start + "except".len() as u32),
            );
        }
        if let Some((_, handler)) = handlers.iter().find(|(star, _)| *star != is_star) {
            let message = "one `try` cannot have both `except` and `except*`";
            self.report(Diagnostic::error(&INVALID_TRY, message, handler.span));
        }
        let handlers = handlers.into_iter().map(|(_, handler)| handler).collect();
        StmtKind::Try { is_star, body, handlers, otherwise, finally }
    }
}
