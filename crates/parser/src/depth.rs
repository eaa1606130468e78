//! Limits how deep a statement may nest, before anything recursive sees it.
//!
//! The grammar itself needs no recursion, but whoever walks the tree does. So the depth of the tree is bounded here, from
//! the tokens: brackets, blocks, and the chains that nest without brackets (`not not x`, `a ** b ** c`, `x.a.b`,
//! `a if b else c if d else e`, `lambda: lambda: x`). Sums, comparisons, `and`, `or` and `elif` are flat in the tree and
//! have no limit.

use crate::fault::Fault;
use crate::token::{Token, TokenKind};
use hotloop_diagnostics::Code;

pub(crate) static NESTING_TOO_DEEP: Code = Code::new("HL0105", "code that nests too deep");

/// As CPython's tokenizer.
const MAX_BRACKETS: usize = 200;
/// As CPython's tokenizer.
const MAX_BLOCKS: usize = 100;
/// Links of chains and brackets together.
const MAX_CHAIN: u32 = 1_000;

/// What nests at one level of brackets.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// The depth at which its brackets stand.
    base: u32,
    /// Trailers, signs and powers: they end at the next operator.
    operand: u32,
    /// `not`: ends at `and`, `or` and whatever ends a value.
    inversion: u32,
    /// `lambda` and `else`: end with the value.
    value: u32,
    /// Lambdas whose colon is still to come: their commas end no value.
    open_lambdas: u32,
}

/// Checks the tokens of one statement.
pub(crate) fn check_depth(tokens: &[Token]) -> Result<(), Fault> {
    let mut depth = Depth { levels: vec![Level::default()], blocks: 0 };
    for (at, token) in tokens.iter().enumerate() {
        let is_behind_operand = at > 0 && ends_operand(tokens[at - 1].kind);
        depth.take(token.kind, is_behind_operand).map_err(|(what, limit)| {
            let message = format!("{what} nest deeper than {limit} levels");
            Fault::new(&NESTING_TOO_DEEP, message, token.start as usize, token.end as usize)
                .with_help("give a part of it a name of its own, and use the name here")
        })?;
    }
    Ok(())
}

/// The depth at a token.
struct Depth {
    /// The open brackets; the first stands for none.
    levels: Vec<Level>,
    /// The open blocks.
    blocks: usize,
}

impl Depth {
    /// Goes past one token; refuses it with what nests too deep, and the limit.
    fn take(&mut self, kind: TokenKind, is_behind_operand: bool) -> Result<(), (&'static str, usize)> {
        match kind {
            TokenKind::Indent => self.blocks += 1,
            TokenKind::Dedent => self.blocks = self.blocks.saturating_sub(1),
            TokenKind::Newline => {
                self.levels.clear();
                self.levels.push(Level::default());
            }
            kind if kind.opens() => self.open(kind != TokenKind::OpenBrace && is_behind_operand),
            kind if kind.closes() => {
                self.levels.pop();
            }
            kind => self.count(kind, is_behind_operand),
        }
        self.check()
    }

    fn check(&self) -> Result<(), (&'static str, usize)> {
        if self.levels.len() > MAX_BRACKETS {
            Err(("brackets", MAX_BRACKETS))
        } else if self.levels.last().is_some_and(|level| level.depth() > MAX_CHAIN) {
            Err(("the parts of this expression", MAX_CHAIN as usize))
        } else if self.blocks >= MAX_BLOCKS {
            Err(("blocks", MAX_BLOCKS))
        } else {
            Ok(())
        }
    }

    /// Opens a bracket; one behind an operand is a call or a subscript, a link of a chain.
    fn open(&mut self, is_trailer: bool) {
        let Some(level) = self.levels.last_mut() else { return };
        level.operand += u32::from(is_trailer);
        let base = level.depth() + 1;
        self.levels.push(Level { base, ..Level::default() });
    }

    fn count(&mut self, kind: TokenKind, is_behind_operand: bool) {
        if let Some(level) = self.levels.last_mut() {
            level.count(kind, is_behind_operand);
        }
    }
}

/// Whether an operator behind `kind` has a left operand.
fn ends_operand(kind: TokenKind) -> bool {
    kind.closes()
        || matches!(
            kind,
            TokenKind::Name
                | TokenKind::Number
                | TokenKind::String
                | TokenKind::FormatEnd
                | TokenKind::True
                | TokenKind::False
                | TokenKind::None
                | TokenKind::Ellipsis
        )
}

impl Level {
    fn depth(self) -> u32 {
        self.base + self.operand + self.inversion + self.value
    }

    /// Takes one token into account.
    fn count(&mut self, kind: TokenKind, is_behind_operand: bool) {
        match kind {
            TokenKind::Dot | TokenKind::StarStar | TokenKind::Await | TokenKind::Tilde => self.operand += 1,
            TokenKind::Plus | TokenKind::Minus if !is_behind_operand => self.operand += 1,
            TokenKind::Not if !is_behind_operand => self.inversion += 1,
            TokenKind::Lambda => {
                self.value += 1;
                self.open_lambdas += 1;
            }
            TokenKind::Else => {
                self.end_operand();
                self.value += 1;
            }
            TokenKind::Colon if self.open_lambdas > 0 => {
                self.end_operand();
                self.open_lambdas -= 1;
            }
            TokenKind::Comma | TokenKind::Equal if self.open_lambdas > 0 => self.end_operand(),
            TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Semicolon
            | TokenKind::Equal
            | TokenKind::For => {
                *self = Self { base: self.base, ..Self::default() };
            }
            TokenKind::And | TokenKind::Or | TokenKind::If => self.end_operand(),
            kind if is_operator(kind) => self.operand = 0,
            _ => {}
        }
    }

    fn end_operand(&mut self) {
        self.operand = 0;
        self.inversion = 0;
    }
}

/// Whether it is an operator between two operands.
fn is_operator(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::At
            | TokenKind::Slash
            | TokenKind::SlashSlash
            | TokenKind::Percent
            | TokenKind::ShiftLeft
            | TokenKind::ShiftRight
            | TokenKind::Ampersand
            | TokenKind::Bar
            | TokenKind::Caret
            | TokenKind::EqualEqual
            | TokenKind::NotEqual
            | TokenKind::Less
            | TokenKind::LessEqual
            | TokenKind::Greater
            | TokenKind::GreaterEqual
            | TokenKind::In
            | TokenKind::Is
            | TokenKind::Not
    )
}
