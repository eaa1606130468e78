//! Finds the source of a Python function: through `linecache`, which knows files, notebook cells and whatever a program registered there.

use hotloop_ast::{ExprKind, FunctionDef, Parameter, ParameterKind, Stmt, StmtKind};
use hotloop_diagnostics::{Diagnostic, FileId, SourceMap, Span, Style};
use hotloop_infer::lambda_as_function;
use hotloop_parser::{Parsed, parse_function};
use pyo3::prelude::*;
use std::sync::Arc;

/// The text of a function with its place: enough to parse it into any source map.
pub(crate) struct FunctionText {
    file_name: String,
    text: String,
    first_line: u32,
    /// Where in the text to look.
    offset: u32,
    wanted: Wanted,
}

/// What the code object says of the function: the parsed one has to agree.
struct Wanted {
    name: String,
    parameters: Vec<String>,
    /// A line and a column in bytes within the function's body, counted from 1 and 0. Absent where the body is a constant: CPython 3.12 then names no place.
    body: Option<(u32, u32)>,
}

/// Why there is no definition.
pub(crate) enum Missing {
    /// `linecache` has no text.
    NoSource,
    /// The text holds another function at that place: it was changed after it was loaded.
    Changed,
    /// The text cannot be parsed: rendered diagnostics.
    Broken(String),
}

impl FunctionText {
    /// The text of a function and whether there is one.
    pub(crate) fn of(function: &Bound<'_, PyAny>) -> PyResult<Result<Self, Missing>> {
        let py = function.py();
        let code = function.getattr("__code__")?;
        let file_name: String = code.getattr("co_filename")?.extract()?;
        let linecache = py.import("linecache")?;
        linecache.call_method1("checkcache", (&file_name,))?;
        let lines = linecache.call_method1("getlines", (&file_name, function.getattr("__globals__")?))?;
        let lines: Vec<String> = lines.extract()?;
        let line: u32 = code.getattr("co_firstlineno")?.extract()?;
        if lines.len() < line as usize || line == 0 {
            return Ok(Err(Missing::NoSource));
        }
        let wanted = Wanted::of(&code)?;
        Ok(Self::find(file_name, &lines, line, wanted))
    }

    fn find(file_name: String, lines: &[String], line: u32, wanted: Wanted) -> Result<Self, Missing> {
        let at = line as usize - 1;
        // Parsing only the function's own lines spares the rest of the file. Where its end is cannot be said for sure without parsing, so
        // if that fails, the whole file is taken.
        let own = &lines[at..at + length_of_block(&lines[at..])];
        let part =
            Self { file_name: file_name.clone(), text: own.concat(), first_line: line, offset: 0, wanted };
        let failed = match part.parse() {
            Ok(()) => return Ok(part),
            Err(failed) => failed,
        };
        let offset = lines[..at].iter().map(String::len).sum::<usize>() as u32;
        let whole = Self { text: lines.concat(), first_line: 1, offset, ..part };
        match whole.parse() {
            Ok(()) => Ok(whole),
            // Of two complaints, that about the function alone is the shorter one.
            Err(Missing::Broken(text)) => Err(Missing::Broken(text)),
            Err(Missing::NoSource | Missing::Changed) => Err(match failed {
                Missing::Broken(_) => Missing::Changed,
                Missing::NoSource | Missing::Changed => failed,
            }),
        }
    }

    fn parse(&self) -> Result<(), Missing> {
        self.parse_into(&mut SourceMap::new()).map(drop)
    }

    /// Parses the function with its text added to `sources`.
    pub(crate) fn parse_into(&self, sources: &mut SourceMap) -> Result<(FileId, Arc<FunctionDef>), Missing> {
        let file = sources.add_part(&self.file_name, &self.text, self.first_line);
        let parsed = parse_function(sources, file, self.offset);
        if !parsed.diagnostics.is_empty() {
            return Err(Missing::Broken(render(&parsed.diagnostics, sources)));
        }
        let definition = self.definition(sources, parsed).ok_or(Missing::Changed)?;
        Ok((file, Arc::new(definition)))
    }

    fn definition(&self, sources: &SourceMap, parsed: Parsed) -> Option<FunctionDef> {
        // A line may hold several statements.
        let definition = parsed.module.body.iter().find_map(|statement| match &statement.kind {
            StmtKind::Function(function) => Some((**function).clone()),
            _ => self.lambda_in(sources, statement),
        })?;
        self.wanted.matches(&definition).then_some(definition)
    }

    /// The lambda of a statement that is meant, as a function: the innermost one around the body's place, or the only one with a constant for a body.
    fn lambda_in(&self, sources: &SourceMap, statement: &Stmt) -> Option<FunctionDef> {
        let mut candidates = lambdas_in(statement);
        if let Some(place) = self.wanted.body {
            candidates.retain(|lambda| holds(sources, lambda.span, self.first_line, place));
            return candidates.pop();
        }
        candidates.retain(|lambda| has_constant_body(lambda) && self.wanted.matches(lambda));
        candidates.pop().filter(|_| candidates.is_empty())
    }
}

/// Whether a place, a line (in a text that starts with `first_line`) and a column, lies in a span.
fn holds(sources: &SourceMap, span: Span, first_line: u32, (line, column): (u32, u32)) -> bool {
    let Some(above) = line.checked_sub(first_line) else { return false };
    let mut lines = sources.file(span.file).text().split_inclusive('\n');
    let start: usize = lines.by_ref().take(above as usize).map(str::len).sum();
    let at = start as u32 + column;
    lines.next().is_some() && span.start <= at && at < span.end
}

fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let shown: Vec<String> = diagnostics.iter().map(|one| sources.render(one, Style::Plain)).collect();
    shown.join("\n\n")
}

/// How many lines the block that starts with the first one probably has: up to the next line that is indented no deeper, decorators and the head of the
/// function apart.
fn length_of_block(lines: &[String]) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = lines.first() else { return 0 };
    let base = indent(first);
    let mut in_body = false;
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let deeper = indent(line) > base;
        // A parenthesis that closes the head stands as far left as the head.
        let starts_statement = text.starts_with(|c: char| c.is_alphanumeric() || "_@\"'".contains(c));
        if in_body && !deeper && starts_statement {
            return at;
        }
        in_body |= deeper;
    }
    lines.len()
}

impl Wanted {
    fn of(code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let name: String = code.getattr("co_name")?.extract()?;
        let count: usize = code.getattr("co_argcount")?.extract()?;
        let mut parameters: Vec<String> = code.getattr("co_varnames")?.extract()?;
        parameters.truncate(count);
        let mut body = None;
        type Position = (Option<u32>, Option<u32>, Option<u32>, Option<u32>);
        for position in code.call_method0("co_positions")?.try_iter()? {
            let (line, _, column, _) = position?.extract::<Position>()?;
            // The first instructions stand for the function itself, at column 0.
            if let (Some(line), Some(column @ 1..)) = (line, column) {
                body = Some((line, column));
                break;
            }
        }
        Ok(Self { name, parameters, body })
    }

    /// Whether this can be the source of the code.
    fn matches(&self, definition: &FunctionDef) -> bool {
        let positional = |parameter: &&Parameter| {
            matches!(parameter.kind, ParameterKind::PositionalOnly | ParameterKind::Ordinary)
        };
        let names =
            definition.parameters.items.iter().filter(positional).map(|parameter| &*parameter.name.name);
        // Names that begin with two underscores are changed within a class.
        let same = |(found, wanted): (&str, &String)| found == wanted || wanted.ends_with(found);
        *definition.name.name == *self.name
            && names.clone().count() == self.parameters.len()
            && names.zip(&self.parameters).all(same)
    }
}

/// The lambdas of a statement as functions, outer ones before inner ones.
fn lambdas_in(statement: &Stmt) -> Vec<FunctionDef> {
    let mut found = Vec::new();
    statement.for_each_own_expr(&mut |expr| {
        expr.for_each(&mut |expr| {
            if let ExprKind::Lambda { parameters, body } = &expr.kind {
                found.push(lambda_as_function(expr.span, parameters, body));
            }
        });
    });
    // `if x: return lambda: y` stands in one line.
    found.extend(statement.blocks().into_iter().flatten().flat_map(lambdas_in));
    found
}

/// Whether the body names nothing: constants do not, nor what is folded to one.
fn has_constant_body(lambda: &FunctionDef) -> bool {
    let mut names_nothing = true;
    lambda.body.iter().for_each(|statement| {
        statement.for_each_own_expr(&mut |expr| {
            expr.for_each(&mut |expr| names_nothing &= !matches!(expr.kind, ExprKind::Name(_)));
        });
    });
    names_nothing
}
