//! Decides which words of a logical line are soft keywords.
//!
//! `match`, `case` and `type` are ordinary names but at the head of their statements. A line that starts with a name and
//! ends in a colon is a `match`; `case` counts only within its block; `type` only before another name. The parentheses of
//! `with (a, b):` are told apart from those of an expression by the colon behind them.

use crate::token::{Token, TokenKind};

/// Retags `match`, `case` and `type` where they are keywords, and the brackets of a parenthesised `with`.
/// True if the line is the head of a `match`.
pub(crate) fn mark_soft_keywords(text: &str, line: &mut [Token], is_case_block: bool) -> bool {
    let word = |token: &Token| &text[token.start as usize..token.end as usize];
    let mut opens_match = false;
    match line.first() {
        Some(first) if first.kind == TokenKind::Name => {
            // No other statement that starts with a name ends in a colon.
            if word(first) == "match"
                && line.iter().rfind(|token| !token.kind.is_trivia()).is_some_and(ends_head)
            {
                line[0].kind = TokenKind::Match;
                opens_match = true;
            } else if is_case_block && word(first) == "case" {
                line[0].kind = TokenKind::Case;
            }
        }
        Some(first) if first.kind == TokenKind::With => mark_with(line, 1),
        Some(first) if first.kind == TokenKind::Async => {
            if line.get(1).is_some_and(|token| token.kind == TokenKind::With) {
                mark_with(line, 2);
            }
        }
        Some(_) | None => {}
    }
    for at in 0..line.len().saturating_sub(1) {
        if line[at].kind == TokenKind::Name
            && line[at + 1].kind == TokenKind::Name
            && (at == 0 || matches!(line[at - 1].kind, TokenKind::Semicolon | TokenKind::Colon))
            && word(&line[at]) == "type"
        {
            line[at].kind = TokenKind::Type;
        }
    }
    opens_match
}

fn ends_head(token: &Token) -> bool {
    token.kind == TokenKind::Colon
}

/// Retags the brackets of `with (...):`, where `open` is the place of the first.
fn mark_with(line: &mut [Token], open: usize) {
    if line.get(open).is_none_or(|token| token.kind != TokenKind::OpenParen) {
        return;
    }
    let mut depth = 0_usize;
    let mut close = None;
    for (at, token) in line.iter().enumerate().skip(open) {
        if token.kind.opens() {
            depth += 1;
        } else if token.kind.closes() {
            depth -= 1;
            if depth == 0 {
                close = Some(at);
                break;
            }
        }
    }
    let Some(close) = close else { return };
    let next = line[close + 1..].iter().find(|token| !token.kind.is_trivia());
    if next.is_some_and(ends_head) {
        line[open].kind = TokenKind::WithOpen;
        line[close].kind = TokenKind::WithClose;
    }
}
