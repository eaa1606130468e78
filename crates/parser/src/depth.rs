//! Limits how deep a statement may nest, before anything recursive sees it.
//!
//! The grammar itself needs no recursion, but whoever walks the tree does. So the depth of the tree is bounded here, from
//! the tokens: brackets, blocks, and the chains that nest without brackets (`not not x`, `a ** b ** c`, `x.a.b`,
//! `a if b else c if d else e`, `lambda: lambda: x`, `elif`). Sums, comparisons, `and` and `or` are flat in the tree and
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
/// Branches of one `if`.
const MAX_BRANCHES: u32 = 1_000;

/// What nests at one level of brackets.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// Trailers, signs and powers: they end at the next operator.
    operand: u32,
    /// `not`: ends at `and`, `or` and whatever ends a value.
    inversion: u32,
    /// `lambda` and `else`: end with the value.
    value: u32,
    /// Lambdas whose colon is still to come: their commas end no value.
    open_lambdas: u32,
}

impl Level {
    fn depth(self) -> u32 {
        self.operand + self.inversion + self.value
    }
}

/// Checks the tokens of one statement.
pub(crate) fn check_depth(tokens: &[Token]) -> Result<(), Fault> {
    let mut levels = vec![Level::default()];
    let mut enclosing = 0;
    let mut branches = vec![0_u32];
    for (at, token) in tokens.iter().enumerate() {
        let too_deep = |what: &str, limit: usize| {
            let message = format!("{what} nest deeper than {limit} levels");
            Err(Fault::new(&NESTING_TOO_DEEP, message, token.start as usize, token.end as usize)
                .with_help("give a part of it a name of its own, and use the name here"))
        };
        match token.kind {
            TokenKind::Indent => {
                branches.push(0);
                if branches.len() > MAX_BLOCKS {
                    return too_deep("blocks", MAX_BLOCKS);
                }
            }
            TokenKind::Dedent => {
                branches.pop();
            }
            TokenKind::Newline => {
                levels.clear();
                levels.push(Level::default());
                enclosing = 0;
            }
            TokenKind::Elif => {
                if let Some(count) = branches.last_mut() {
                    *count += 1;
                }
                if branches.last().is_some_and(|count| *count > MAX_BRANCHES) {
                    return too_deep("the branches of this `if`", MAX_BRANCHES as usize);
                }
            }
            kind if kind.opens() => {
                if let Some(level) = levels.last_mut() {
                    level.operand += 1;
                    enclosing += level.depth();
                }
                levels.push(Level::default());
                if levels.len() > MAX_BRACKETS {
                    return too_deep("brackets", MAX_BRACKETS);
                }
            }
            kind if kind.closes() => {
                levels.pop();
                enclosing -= levels.last().map_or(enclosing, |level| level.depth());
            }
            kind => {
                let Some(level) = levels.last_mut() else { continue };
                count(level, kind, at > 0 && ends_operand(tokens[at - 1].kind));
                if enclosing + level.depth() > MAX_CHAIN {
                    return too_deep("the parts of this expression", MAX_CHAIN as usize);
                }
            }
        }
    }
    Ok(())
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

/// Takes one token into account.
fn count(level: &mut Level, kind: TokenKind, is_binary: bool) {
    match kind {
        TokenKind::Dot | TokenKind::StarStar | TokenKind::Await | TokenKind::Tilde => level.operand += 1,
        TokenKind::Plus | TokenKind::Minus if !is_binary => level.operand += 1,
        TokenKind::Not if !is_binary => level.inversion += 1,
        TokenKind::Lambda => {
            level.value += 1;
            level.open_lambdas += 1;
        }
        TokenKind::Else => {
            *level = Level { value: level.value + 1, open_lambdas: level.open_lambdas, ..Level::default() }
        }
        TokenKind::Colon if level.open_lambdas > 0 => {
            *level = Level { value: level.value, open_lambdas: level.open_lambdas - 1, ..Level::default() };
        }
        TokenKind::Comma | TokenKind::Equal if level.open_lambdas > 0 => {
            *level = Level { value: level.value, open_lambdas: level.open_lambdas, ..Level::default() };
        }
        TokenKind::Comma | TokenKind::Colon | TokenKind::Semicolon | TokenKind::Equal | TokenKind::For => {
            *level = Level::default();
        }
        TokenKind::And | TokenKind::Or | TokenKind::If => {
            level.operand = 0;
            level.inversion = 0;
        }
        kind if is_operator(kind) => level.operand = 0,
        _ => {}
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
