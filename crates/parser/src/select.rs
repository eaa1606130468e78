//! Chooses which statements of a file are parsed.

use crate::Parsed;
use crate::fault::Fault;
use crate::layout::{Base, Layout, lay_out};
use crate::lexer::UNTERMINATED_STRING;
use crate::statement::StatementReader;
use crate::token::{Token, TokenKind};
use crate::version::PythonVersion;
use hotloop_ast::{Module, Stmt, StmtKind};
use hotloop_diagnostics::{Code, Diagnostic, FileId, SourceMap, Span};
use std::ops::Range;

pub(crate) static NO_FUNCTION: Code = Code::new("HL0116", "a place where no function stands");

/// Which statements of a file are parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// All of them.
    Everything,
    /// What kernels may need: functions, imports, assignments, `if`, `try` and `with` that hold such, and the heads of classes. The others are
    /// skipped, whatever they hold: they can be no reason to refuse the file. Of those that may write to an array, calls and loops, all is read that
    /// can be.
    Kernels,
}

/// Parses a file, statement by statement, by the newest grammar.
pub fn parse_module(sources: &SourceMap, file: FileId, selection: Selection) -> Parsed {
    parse_module_as(sources, file, selection, PythonVersion::NEWEST)
}

/// Parses a file, statement by statement, as that version of Python does.
pub fn parse_module_as(
    sources: &SourceMap,
    file: FileId,
    selection: Selection,
    version: PythonVersion,
) -> Parsed {
    let text = sources.file(file).text();
    let layout = lay_out(text, 0, text.len(), Base::Zero);
    let reader = StatementReader::new(text, file, version);
    let mut faults = FaultsByPlace { faults: &layout.faults, next: 0 };
    let mut parsed = Parsed { module: Module { body: Vec::new() }, diagnostics: Vec::new() };
    for (index, range) in layout.statements.iter().enumerate() {
        let tokens = &layout.tokens[range.clone()];
        let end = layout.statements.get(index + 1).map_or(u32::MAX, |next| layout.tokens[next.start].start);
        let faults = faults.before(end);
        if selection == Selection::Kernels && !is_for_kernels(tokens) {
            let lost = faults.iter().filter(|fault| swallows(fault, tokens));
            parsed.diagnostics.extend(lost.map(|fault| fault.diagnose(file)));
            let whole = || reader.read(tokens, &mut Vec::new());
            let is_clean = faults.is_empty();
            parsed.module.body.extend(match class_head(tokens) {
                Some(head) if is_clean && says_more(&head, tokens, text) => match whole() {
                    read if matches!(read.as_slice(), [Stmt { kind: StmtKind::Class(_), .. }]) => read,
                    _ => reader.read(&head, &mut Vec::new()),
                },
                Some(head) => reader.read(&head, &mut Vec::new()),
                None if is_clean && may_change_arrays(tokens) => whole(),
                None => vec![reader.skipped(tokens)],
            });
        } else if faults.is_empty() {
            parsed.module.body.extend(reader.read(tokens, &mut parsed.diagnostics));
        } else {
            report(faults, file, &mut parsed.diagnostics);
            parsed.module.body.push(reader.skipped(tokens));
        }
    }
    report(faults.before(u32::MAX), file, &mut parsed.diagnostics);
    parsed
}

/// A statement with more faults than this is no Python: the first ones say enough.
const MAX_FAULTS: usize = 20;

/// Reports the faults of one statement.
fn report(faults: &[Fault], file: FileId, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(faults.iter().take(MAX_FAULTS).map(|fault| fault.diagnose(file)));
    if let Some(hidden) = faults.len().checked_sub(MAX_FAULTS).filter(|hidden| *hidden > 0)
        && let Some(last) = diagnostics.last_mut()
    {
        last.notes.push(format!("{hidden} more errors in this statement are not shown"));
    }
}

/// Walks the faults of a layout along with its statements.
struct FaultsByPlace<'l> {
    faults: &'l [Fault],
    next: usize,
}

impl<'l> FaultsByPlace<'l> {
    /// The faults not seen yet that start before `end`.
    fn before(&mut self, end: u32) -> &'l [Fault] {
        let rest = &self.faults[self.next..];
        let count = rest.partition_point(|fault| fault.start < end);
        self.next += count;
        &rest[..count]
    }
}

/// Whether a fault in a skipped statement hides what follows in the file.
fn swallows(fault: &Fault, tokens: &[Token]) -> bool {
    let last = tokens.iter().rfind(|token| !token.kind.is_trivia() && !token.kind.is_layout());
    fault.code == &UNTERMINATED_STRING
        && last.is_some_and(|last| last.start <= fault.start && fault.start < last.end)
}

/// Whether a kernel may need this statement.
fn is_for_kernels(tokens: &[Token]) -> bool {
    let Some(head) = tokens.first() else { return false };
    match head.kind {
        TokenKind::Def | TokenKind::Async | TokenKind::Import | TokenKind::From => true,
        // An indented first line, which may hide functions.
        TokenKind::Indent => true,
        TokenKind::At => decorates_function(tokens),
        TokenKind::If | TokenKind::Try | TokenKind::With => {
            tokens.iter().any(|token| matches!(token.kind, TokenKind::Def | TokenKind::Import))
                || tokens
                    .windows(2)
                    .any(|pair| pair[0].kind == TokenKind::Name && is_assignment_sign(pair[1].kind))
        }
        TokenKind::Name | TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::Star => {
            is_assignment(tokens)
        }
        _ => false,
    }
}

/// The head of a class, as a class without decorators and body: kernels raise and catch classes, and need to know what they derive from.
fn class_head(tokens: &[Token]) -> Option<Vec<Token>> {
    let class = match tokens.first()?.kind {
        TokenKind::Class => 0,
        TokenKind::At => tokens.iter().position(|token| token.kind == TokenKind::Class)?,
        _ => return None,
    };
    let tokens = &tokens[class..];
    let mut depth = 0_usize;
    let colon = tokens.iter().position(|token| {
        if token.kind.opens() {
            depth += 1;
        } else if token.kind.closes() {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.kind == TokenKind::Colon
    })?;
    let mut head = tokens[..=colon].to_vec();
    let end = tokens[colon].end;
    for kind in [TokenKind::Pass, TokenKind::Newline] {
        head.push(Token { kind, start: end, end });
    }
    Some(head)
}

/// Whether the body of a class says what kernels need to know: of named tuples and enumerations the names, of exceptions whether code makes their
/// texts.
fn says_more(head: &[Token], tokens: &[Token], text: &str) -> bool {
    let any = |tokens: &[Token], wanted: fn(&str) -> bool| {
        let mut names = tokens.iter().filter(|token| token.kind == TokenKind::Name);
        names.any(|token| wanted(&text[token.start as usize..token.end as usize]))
    };
    let has_bases = head.iter().any(|token| token.kind.opens());
    any(head, |name| {
        matches!(name, "NamedTuple" | "namedtuple" | "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag")
    }) || has_bases
        && any(tokens, |name| matches!(name, "__init__" | "__new__" | "__str__" | "__repr__" | "args"))
}

/// Whether a statement that makes nothing that a kernel needs may write elements of an array that a kernel reads.
fn may_change_arrays(tokens: &[Token]) -> bool {
    tokens.first().is_some_and(|head| {
        matches!(
            head.kind,
            TokenKind::Name
                | TokenKind::For
                | TokenKind::While
                | TokenKind::If
                | TokenKind::Try
                | TokenKind::With
        )
    })
}

/// Whether the line behind the decorators defines a function.
fn decorates_function(tokens: &[Token]) -> bool {
    let lines = tokens.split(|token| token.kind == TokenKind::Newline);
    lines
        .filter_map(|line| line.iter().find(|token| !token.kind.is_trivia()))
        .find(|head| head.kind != TokenKind::At)
        .is_none_or(|head| matches!(head.kind, TokenKind::Def | TokenKind::Async))
}

/// Whether it stands behind a target: `=`, `+=` and its like, `:`.
fn is_assignment_sign(kind: TokenKind) -> bool {
    kind == TokenKind::Colon || kind == TokenKind::Equal || kind.is_augmented()
}

/// Whether a simple statement assigns at its outermost level.
fn is_assignment(tokens: &[Token]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        if token.kind.opens() {
            depth += 1;
        } else if token.kind.closes() {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && is_assignment_sign(token.kind)
    })
}

/// Parses one function, decorators included, or one statement that holds a lambda: the one that starts at `offset`, else
/// the innermost one around it. The file may be a part of a larger one, indented as it was there.
pub fn parse_function(sources: &SourceMap, file: FileId, offset: u32) -> Parsed {
    let text = sources.file(file).text();
    let layout = lay_out(text, 0, text.len(), Base::FirstLine);
    let reader = StatementReader::new(text, file, PythonVersion::NEWEST);
    let mut parsed = Parsed::default();
    let Some(range) = find_function(&layout, offset) else {
        let place = Span::new(file, offset.min(text.len() as u32), offset.min(text.len() as u32));
        parsed.diagnostics.push(Diagnostic::error(&NO_FUNCTION, "no function stands here", place));
        return parsed;
    };
    let tokens = &layout.tokens[range];
    let place = reader.place(tokens);
    let end = tokens.last().map_or(place.end, |token| token.end).max(place.end);
    let faults = layout.faults.iter().filter(|fault| place.start <= fault.start && fault.start <= end);
    parsed.diagnostics.extend(faults.map(|fault| fault.diagnose(file)));
    parsed.module.body = if parsed.diagnostics.is_empty() {
        reader.read(tokens, &mut parsed.diagnostics)
    } else {
        vec![reader.skipped(tokens)]
    };
    parsed
}

/// A logical line, or the statement whose head it is.
#[derive(Clone, Debug)]
struct Line {
    /// Its tokens, without those of its block.
    tokens: Range<usize>,
    /// The number of blocks it lies in.
    level: usize,
    head: TokenKind,
    has_lambda: bool,
}

/// The tokens of the function at `offset`, or of the statement with a lambda there.
fn find_function(layout: &Layout, offset: u32) -> Option<Range<usize>> {
    let tokens = &layout.tokens;
    let lines = logical_lines(tokens);
    // Spaces and comments before a line belong to it.
    let at = lines.iter().position(|line| offset <= tokens[line.tokens.end - 1].end)?;
    let line = &lines[at];
    if starts_definition(line.head) {
        return Some(definition(tokens, &lines, first_decorator(&lines, at)));
    }
    if line.has_lambda {
        return Some(definition(tokens, &lines, at));
    }
    let mut level = line.level;
    for candidate in (0..at).rev() {
        let head = &lines[candidate];
        if head.level < level {
            level = head.level;
            if head.head != TokenKind::At && starts_definition(head.head) {
                return Some(definition(tokens, &lines, first_decorator(&lines, candidate)));
            }
        }
    }
    None
}

fn starts_definition(head: TokenKind) -> bool {
    matches!(head, TokenKind::At | TokenKind::Def | TokenKind::Async)
}

/// The first of the decorators above the line `at`.
fn first_decorator(lines: &[Line], at: usize) -> usize {
    let above = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.head == TokenKind::At && line.level == lines[at].level);
    at - above.count()
}

/// The tokens of the statement that starts at line `at`: its decorators, its head, all lines deeper than it, and the marks
/// that close its blocks.
fn definition(tokens: &[Token], lines: &[Line], at: usize) -> Range<usize> {
    let level = lines[at].level;
    let mut last = at;
    while lines[last].head == TokenKind::At && lines.get(last + 1).is_some_and(|next| next.level == level) {
        last += 1;
    }
    while lines.get(last + 1).is_some_and(|next| next.level > level) {
        last += 1;
    }
    let mut end = lines[last].tokens.end;
    for _ in level..lines[last].level {
        let closes = |token: &Token| token.kind == TokenKind::Dedent;
        end = tokens[end..].iter().position(closes).map_or(end, |skipped| end + skipped + 1);
    }
    lines[at].tokens.start..end
}

/// Cuts tokens into logical lines; the marks of blocks stand between them.
fn logical_lines(tokens: &[Token]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut level = 0_usize;
    let mut open = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Indent => level += 1,
            TokenKind::Dedent => level = level.saturating_sub(1),
            TokenKind::Newline => {
                open = false;
                if let Some(line) = lines.last_mut() {
                    line.tokens.end = at + 1;
                }
            }
            kind if kind.is_trivia() => {}
            kind => {
                if !open {
                    lines.push(Line { tokens: at..at + 1, level, head: kind, has_lambda: false });
                    open = true;
                }
                if let Some(line) = lines.last_mut() {
                    line.has_lambda |= kind == TokenKind::Lambda;
                }
            }
        }
    }
    lines
}
