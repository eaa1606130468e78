//! Blocks of a function that the interpreter runs: in the function's tree each becomes a call of a function of the host.

use hotloop_ast::{Argument, Expr, ExprKind, FunctionDef, Name, Stmt, StmtKind};
use hotloop_diagnostics::{Code, SourceMap, Span};
use hotloop_driver::Type;
use hotloop_infer::{Global, HostFunction};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use std::sync::Arc;

static BLOCK: Code =
    Code::new("HL0347", "a block that the interpreter runs is not one that a kernel can hold");

/// The words of the error that a block is not one that a kernel can hold.
#[pyfunction]
pub(crate) fn refused_block(what: &str, place: &str, help: &str) -> String {
    format!("error[{}]: {what}\n --> {place}\n  = help: {help}", BLOCK.name())
}

/// A block of a function.
pub(crate) struct Block {
    /// The line of its `with`.
    line: u32,
    function: Arc<HostFunction>,
    /// The variables that it reads.
    inputs: Vec<String>,
    /// The variables that it assigns.
    results: Vec<String>,
}

impl Block {
    /// The blocks of a Python function. One has none that neither names `objmode` nor could have imported it by another name.
    pub(crate) fn all_of(function: &Bound<'_, PyAny>) -> PyResult<Vec<Self>> {
        let py = function.py();
        let name = intern!(py, "hotloop._objmode");
        let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
        let names = || function.getattr(intern!(py, "__code__"))?.getattr(intern!(py, "co_names"));
        if !modules.contains(name)? && !names()?.contains(intern!(py, "objmode"))? {
            return Ok(Vec::new());
        }
        let module = py.import(name)?;
        type Facts = (u32, String, Vec<String>, Vec<String>, String);
        let facts: Vec<Facts> = module.call_method1(intern!(py, "blocks_of"), (function,))?.extract()?;
        let block = |(line, name, inputs, results, result): Facts| {
            let unknown = |error| PyValueError::new_err(format!("`{result}` is not a type: {error}"));
            let result: Type = result.parse().map_err(unknown)?;
            Ok(Self { line, function: Arc::new(HostFunction { name, result }), inputs, results })
        };
        facts.into_iter().map(block).collect()
    }

    /// The name by which the function calls the block: none that a source can spell.
    pub(crate) fn stand_in(&self) -> String {
        format!("objmode@{}", self.line)
    }

    /// What that name means.
    pub(crate) fn meaning(&self) -> Global {
        Global::Host(Arc::clone(&self.function))
    }

    /// The call in the place of the block.
    fn call(&self, span: Span) -> StmtKind {
        let name = |name: &str| Expr::new(ExprKind::Name(Name::from(name)), span);
        let arguments = self.inputs.iter().map(|input| Argument::Positional(name(input))).collect();
        let function = Box::new(name(&self.stand_in()));
        let value = Expr::new(ExprKind::Call { function, arguments }, span);
        let target = match self.results.as_slice() {
            [] => return StmtKind::Expr(value),
            [one] => name(one),
            several => Expr::new(ExprKind::Tuple(several.iter().map(|one| name(one)).collect()), span),
        };
        StmtKind::Assign { targets: vec![target], value }
    }
}

/// The definition with calls in the place of blocks.
pub(crate) fn replaced(
    definition: Arc<FunctionDef>,
    blocks: &[Block],
    sources: &SourceMap,
) -> Arc<FunctionDef> {
    if blocks.is_empty() {
        return definition;
    }
    let mut definition = Arc::unwrap_or_clone(definition);
    replace_in(&mut definition.body, blocks, sources);
    Arc::new(definition)
}

fn replace_in(body: &mut [Stmt], blocks: &[Block], sources: &SourceMap) {
    for statement in body {
        if let StmtKind::With { items, .. } = &statement.kind {
            let line = sources.location(statement.span).line;
            if let Some(block) = blocks.iter().find(|block| block.line == line) {
                let span = items.first().map_or(statement.span, |item| item.context.span);
                statement.kind = block.call(span);
                continue;
            }
        }
        statement.blocks_mut().into_iter().for_each(|inner| replace_in(inner, blocks, sources));
    }
}
