//! Reads Python source into the tree of `hotloop-ast`.
//!
//! Text is cut into tokens (`lexer`), laid out in lines, blocks and top-level statements (`layout`), bounded in depth
//! (`depth`) and given to the grammar statement by statement (`grammar.lalrpop`, `narrow`). So a statement that cannot be
//! read leaves the others untouched, and statements that nobody asked for cost no more than their tokens. No input makes
//! this crate panic or recurse without bound. It knows nothing about meaning: what a name is, or what a kernel may use.
//!
//! ```
//! use hotloop_diagnostics::SourceMap;
//! use hotloop_parser::{Selection, parse_module};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("kernel.py", "def double(x):\n    return 2 * x\n\nprint(double(21)\n");
//! let parsed = parse_module(&sources, file, Selection::Everything);
//! assert_eq!(parsed.module.functions()[0].to_string(), "def double(x):\n    return 2 * x\n");
//! assert_eq!(parsed.diagnostics[0].message, "`(` is never closed");
//! ```

mod depth;
mod encoding;
mod expected;
mod fault;
mod layout;
mod lexer;
mod literal;
mod narrow;
mod operators;
mod select;
mod significant;
mod soft_keywords;
mod statement;
mod token;
mod tree;
mod version;

pub use encoding::{Undecodable, decode};
pub use select::{Selection, parse_function, parse_module, parse_module_as};
pub use significant::significant_tokens;
pub use token::{Token, TokenKind};
pub use version::PythonVersion;

use hotloop_ast::Module;
use hotloop_diagnostics::Diagnostic;

lalrpop_util::lalrpop_mod!(
    #[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, unused)] // Generated.
    grammar
);

/// A tree and what was found wrong on the way to it.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The statements; what was not asked for or could not be read is [`hotloop_ast::StmtKind::Skipped`].
    pub module: Module,
    /// Errors and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// All tokens of a text with the marks of its layout, comments and blank lines included.
pub fn tokens(text: &str) -> Vec<Token> {
    layout::lay_out(text, 0, text.len(), layout::Base::Zero).tokens
}
