//! Finds the source of a Python function: through `linecache`, which knows files, notebook cells and whatever a program registered there.

use hotloop_ast::{
    Expr, ExprKind, FunctionDef, Identifier, Parameter, ParameterKind, Parameters, Stmt, StmtKind,
};
use hotloop_diagnostics::{Diagnostic, FileId, SourceMap, Span, Style};
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
    /// A line and a column in bytes within the function's body, counted from 1 and 0.
    body: (u32, u32),
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
        let statement = parsed.module.body.into_iter().next()?;
        let definition = match statement.kind {
            StmtKind::Function(function) => (*function).clone(),
            _ => lambda_in(&statement, &|span| self.holds_body(sources, span))?,
        };
        self.wanted.matches(&definition).then_some(definition)
    }

    /// Whether the function's body, as the code object places it, lies in a span.
    fn holds_body(&self, sources: &SourceMap, span: Span) -> bool {
        let (line, column) = self.wanted.body;
        let mut rest = line.checked_sub(self.first_line).map(|count| count as usize);
        let mut start = 0;
        for text in sources.file(span.file).text().split_inclusive('\n') {
            match rest {
                Some(0) => {
                    let at = start + column;
                    return span.start <= at && at < span.end;
                }
                Some(count) => rest = Some(count - 1),
                None => return false,
            }
            start += text.len() as u32;
        }
        false
    }
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
        let mut body = (0, 0);
        type Position = (Option<u32>, Option<u32>, Option<u32>, Option<u32>);
        for position in code.call_method0("co_positions")?.try_iter()? {
            let (line, _, column, _) = position?.extract::<Position>()?;
            // The first instructions stand for the function itself, at column 0.
            if let (Some(line), Some(column @ 1..)) = (line, column) {
                body = (line, column);
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

/// The lambda of a statement that `holds` says is meant, the innermost if several are, as a function.
fn lambda_in(statement: &Stmt, holds: &dyn Fn(Span) -> bool) -> Option<FunctionDef> {
    let mut found = None;
    statement.for_each_own_expr(&mut |expr| {
        expr.for_each(&mut |expr| {
            if let ExprKind::Lambda { parameters, body } = &expr.kind
                && holds(expr.span)
            {
                found = Some(as_function(expr.span, parameters, body));
            }
        });
    });
    found
}

fn as_function(span: Span, parameters: &Parameters, body: &Expr) -> FunctionDef {
    FunctionDef {
        is_async: false,
        decorators: Vec::new(),
        name: Identifier { name: "<lambda>".into(), span },
        type_parameters: Vec::new(),
        parameters: parameters.clone(),
        returns: None,
        body: vec![Stmt { kind: StmtKind::Return(Some(body.clone())), span: body.span }],
        span,
    }
}
