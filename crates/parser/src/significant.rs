//! The tokens of a function that carry its meaning.
//!
//! Two texts whose sequences of significant tokens are equal are the same program: comments, blank lines, spaces, the
//! width of indentation and continued lines leave no trace. So a function is hashed by this sequence, and a place in one
//! text is found in the other by its ordinal.

use crate::layout::{Base, lay_out};
use crate::token::TokenKind;

/// The byte ranges of the tokens within `text[start..end]` which carry meaning, in order. The marks of the layout (end of a
/// line, start and end of a block) are empty ranges behind the token before them; an f-string is one token. `start` is
/// the start of a statement, `end` lies behind one; a range that cuts a character or exceeds the text gives nothing.
pub fn significant_tokens(text: &str, start: u32, end: u32) -> Vec<(u32, u32)> {
    let (from, to) = (start as usize, end as usize);
    if text.get(from..to).is_none() {
        return Vec::new();
    }
    let tokens = lay_out(text, from, to, Base::FirstLine).tokens;
    let mut significant = Vec::with_capacity(tokens.len());
    let mut format_depth = 0_u32;
    for token in tokens {
        match token.kind {
            kind if kind.is_trivia() => {}
            TokenKind::FormatStart => {
                if format_depth == 0 {
                    significant.push((token.start, token.end));
                }
                format_depth += 1;
            }
            TokenKind::FormatEnd => {
                format_depth = format_depth.saturating_sub(1);
                if let Some(last) = significant.last_mut() {
                    last.1 = token.end;
                }
            }
            _ if format_depth > 0 && !token.kind.is_layout() => {
                // The spaces within an f-string may be text, so they belong to it.
                if let Some(last) = significant.last_mut() {
                    last.1 = token.end;
                }
            }
            _ => significant.push((token.start, token.end)),
        }
    }
    significant
}
