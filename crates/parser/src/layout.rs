//! Layout: indentation, logical lines, soft keywords, and the cut into top-level statements.
//!
//! The marks `NEWLINE`, `INDENT` and `DEDENT` are empty and stand behind the last token before them, so that the end of a
//! block is the end of its last statement. A tab moves to the next multiple of eight; a second count takes a tab for one
//! column, and where the two disagree about which line is deeper the indentation is inconsistent (CPython's rule).

use crate::fault::Fault;
use crate::lexer::{Faults, lex};
use crate::soft_keywords::mark_soft_keywords;
use crate::token::{Token, TokenKind};
use hotloop_diagnostics::Code;
use std::ops::Range;

pub(crate) static INCONSISTENT_INDENTATION: Code = Code::new("HL0103", "indentation that fits no block");

/// A text in tokens, with layout.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// All tokens, trivia included.
    pub(crate) tokens: Vec<Token>,
    /// The top-level statements in order. A line with several simple statements is one of them.
    pub(crate) statements: Vec<Range<usize>>,
    /// What the lexer and the layout found wrong, by place.
    pub(crate) faults: Faults,
}

/// Where the indentation of the first level comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// The first column: a whole file.
    Zero,
    /// The indentation of the first line: a part of a file. A line with less ends the part.
    FirstLine,
}

/// Lays out `text[start..end]`; offsets count from the start of `text`.
pub(crate) fn lay_out(text: &str, start: usize, end: usize, base: Base) -> Layout {
    let (raw, faults) = lex(text, start, end);
    let mut pass = Pass {
        text,
        raw: &raw,
        at: 0,
        line_start: text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1),
        last_end: start as u32,
        levels: vec![Level::default()],
        opens_match: false,
        last_head: TokenKind::Newline,
        layout: Layout {
            tokens: Vec::with_capacity(raw.len() + raw.len() / 4 + 4),
            statements: Vec::new(),
            faults,
        },
    };
    pass.run(base);
    let mut layout = pass.layout;
    layout.faults.sort_by_key(|fault| fault.start);
    layout
}

/// The width of a line's indentation, by both counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Indentation {
    columns: u32,
    characters: u32,
}

/// An open block.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    indentation: Indentation,
    /// Whether it is the body of a `match`.
    is_match: bool,
}

struct Pass<'t> {
    text: &'t str,
    raw: &'t [Token],
    /// The next raw token.
    at: usize,
    /// Offset of the current physical line.
    line_start: usize,
    /// The end of the last token that is no trivia.
    last_end: u32,
    levels: Vec<Level>,
    /// Whether the last logical line was the head of a `match`.
    opens_match: bool,
    /// The first token of the last line at the top level.
    last_head: TokenKind,
    layout: Layout,
}

impl Pass<'_> {
    fn run(&mut self, base: Base) {
        let mut is_first = true;
        while self.skip_blank_lines() {
            let token = self.raw[self.at];
            let indentation = self.indentation(token.start as usize);
            if is_first && base == Base::FirstLine {
                self.levels[0].indentation = indentation;
            }
            if !is_first
                && base == Base::FirstLine
                && indentation.columns < self.levels[0].indentation.columns
            {
                break;
            }
            is_first = false;
            self.indent(indentation, token);
            self.logical_line();
        }
        while self.levels.len() > 1 {
            self.dedent();
        }
        self.end_statement();
    }

    /// Passes comments and blank lines before a logical line; false at the end of the text.
    fn skip_blank_lines(&mut self) -> bool {
        while let Some(token) = self.raw.get(self.at) {
            match token.kind {
                TokenKind::Newline | TokenKind::BlankLine => {
                    self.layout.tokens.push(Token { kind: TokenKind::BlankLine, ..*token });
                    self.line_start = token.end as usize;
                }
                TokenKind::Comment => self.layout.tokens.push(*token),
                _ => return true,
            }
            self.at += 1;
        }
        false
    }

    /// The indentation before the first token of a line, which may follow continued blank lines.
    fn indentation(&self, token_start: usize) -> Indentation {
        let mut width = Indentation::default();
        for byte in self.text.as_bytes()[self.line_start.min(token_start)..token_start].iter() {
            match byte {
                b' ' => {
                    width.columns += 1;
                    width.characters += 1;
                }
                b'\t' => {
                    width.columns = (width.columns / 8 + 1) * 8;
                    width.characters += 1;
                }
                b'\x0c' => width = Indentation::default(),
                b'\\' if width.columns > 0 => break,
                b'\\' | b'\r' | b'\n' => {}
                // A byte order mark; or other code on the line, when only a part of it is laid out.
                _ => width = Indentation { columns: width.columns + 1, characters: width.characters + 1 },
            }
        }
        if self.line_start == 0 && self.text.starts_with('\u{feff}') {
            let mark = '\u{feff}'.len_utf8() as u32;
            width.columns = width.columns.saturating_sub(mark);
            width.characters = width.characters.saturating_sub(mark);
        }
        width
    }

    /// Opens or closes blocks for a line with this indentation.
    fn indent(&mut self, found: Indentation, token: Token) {
        let top = self.top();
        if found.columns > top.columns {
            if found.characters <= top.characters {
                self.report_tabs(token);
            }
            self.mark(TokenKind::Indent);
            self.levels.push(Level { indentation: found, is_match: std::mem::take(&mut self.opens_match) });
            return;
        }
        self.opens_match = false;
        while found.columns < self.top().columns && self.levels.len() > 1 {
            self.dedent();
        }
        if found.columns > self.top().columns {
            let message =
                "this line is indented less than the block above it and more than the one around it";
            let fault =
                Fault::new(&INCONSISTENT_INDENTATION, message, token.start as usize, token.end as usize);
            self.layout.faults.push(fault.with_help("indent it like the block it belongs to"));
        } else if found.columns == self.top().columns && found.characters != self.top().characters {
            self.report_tabs(token);
        }
    }

    fn report_tabs(&mut self, token: Token) {
        let message = "tabs and spaces are mixed so that the indentation depends on the width of a tab";
        let fault = Fault::new(&INCONSISTENT_INDENTATION, message, token.start as usize, token.end as usize);
        self.layout.faults.push(fault.with_help("indent all lines of this block with spaces"));
    }

    fn top(&self) -> Indentation {
        self.levels.last().expect("the first level is never closed").indentation
    }

    fn dedent(&mut self) {
        self.levels.pop();
        self.mark(TokenKind::Dedent);
    }

    fn mark(&mut self, kind: TokenKind) {
        self.layout.tokens.push(Token { kind, start: self.last_end, end: self.last_end });
    }

    /// Copies the tokens of one logical line and its end.
    fn logical_line(&mut self) {
        let first = self.layout.tokens.len();
        if self.layout.statements.is_empty() {
            // The first line may be indented, which the grammar refuses.
            let indent = self.layout.tokens.iter().position(|token| token.kind == TokenKind::Indent);
            self.layout.statements.push(indent.unwrap_or(first)..first);
            self.last_head = self.raw[self.at].kind;
        } else if self.levels.len() == 1 {
            let head = self.raw[self.at].kind;
            if !self.continues_statement(head) {
                self.end_statement();
                self.layout.statements.push(first..first);
            }
            self.last_head = head;
        }
        while let Some(token) = self.raw.get(self.at).copied() {
            self.at += 1;
            match token.kind {
                TokenKind::Newline => {
                    self.finish_line(first);
                    self.layout.tokens.push(Token { kind: TokenKind::BlankLine, ..token });
                    self.line_start = token.end as usize;
                    return;
                }
                TokenKind::Comment | TokenKind::BlankLine => self.layout.tokens.push(token),
                _ => {
                    self.layout.tokens.push(token);
                    self.last_end = token.end;
                }
            }
        }
        self.finish_line(first);
    }

    /// Decides the soft keywords of the line that starts at token `first`, and ends it.
    fn finish_line(&mut self, first: usize) {
        let is_case_block = self.levels.last().is_some_and(|level| level.is_match);
        let line = &mut self.layout.tokens[first..];
        self.opens_match = mark_soft_keywords(self.text, line, is_case_block);
        // A comment behind the line's last token comes after the mark of its end.
        let trailing = line.iter().rposition(|token| !token.kind.is_trivia()).map_or(0, |at| at + 1);
        let end = Token { kind: TokenKind::Newline, start: self.last_end, end: self.last_end };
        self.layout.tokens.insert(first + trailing, end);
    }

    /// Whether a line at the top level that starts with `kind` belongs to the statement above.
    fn continues_statement(&self, kind: TokenKind) -> bool {
        let Some(statement) = self.layout.statements.last() else { return false };
        match self.layout.tokens[statement.start].kind {
            TokenKind::If | TokenKind::For | TokenKind::While | TokenKind::Try | TokenKind::Async => {
                matches!(kind, TokenKind::Else | TokenKind::Elif | TokenKind::Except | TokenKind::Finally)
            }
            TokenKind::At => self.last_head == TokenKind::At,
            _ => false,
        }
    }

    fn end_statement(&mut self) {
        let end = self.layout.tokens.len();
        if let Some(statement) = self.layout.statements.last_mut() {
            statement.end = end;
        }
    }
}
