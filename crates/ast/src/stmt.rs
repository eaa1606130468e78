//! Statements, definitions and modules.

use crate::{BinaryOp, Name};
use crate::{Expr, Identifier, Parameters};
use hotloop_diagnostics::Span;

/// A whole file: its top-level statements in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// The statements.
    pub body: Vec<Stmt>,
}

impl Module {
    /// The functions defined at the top level, also within `if`, `try` and `with` blocks there.
    /// Where a name is defined twice, both are listed, in source order.
    pub fn functions(&self) -> Vec<&FunctionDef> {
        let mut found = Vec::new();
        collect_functions(&self.body, &mut found);
        found
    }
}

fn collect_functions<'a>(body: &'a [Stmt], found: &mut Vec<&'a FunctionDef>) {
    for statement in body {
        match &statement.kind {
            StmtKind::Function(function) => found.push(function),
            StmtKind::If { branches, otherwise } => {
                branches.iter().for_each(|branch| collect_functions(&branch.body, found));
                collect_functions(otherwise, found);
            }
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                collect_functions(body, found);
                handlers.iter().for_each(|handler| collect_functions(&handler.body, found));
                collect_functions(otherwise, found);
                collect_functions(finally, found);
            }
            StmtKind::With { body, .. } => collect_functions(body, found),
            _ => {}
        }
    }
}

/// `if condition: ...` or `elif condition: ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// What decides.
    pub condition: Expr,
    /// Where it holds.
    pub body: Vec<Stmt>,
}

/// A statement at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands, decorators included, the line end not.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// An expression for its effect; also a docstring.
    Expr(Expr),
    /// `a = b = value`: one or more targets.
    Assign {
        /// The targets, left to right.
        targets: Vec<Expr>,
        /// The value.
        value: Expr,
    },
    /// `target op= value`.
    AugAssign {
        /// The target.
        target: Expr,
        /// The operator.
        op: BinaryOp,
        /// The right operand.
        value: Expr,
    },
    /// `target: annotation = value`.
    AnnAssign {
        /// The target.
        target: Expr,
        /// The annotation.
        annotation: Expr,
        /// The value, if any.
        value: Option<Expr>,
        /// Whether the target is a name without parentheses: only such a name is declared by the annotation.
        is_simple: bool,
    },
    /// `if condition: ... elif condition: ... else: ...`.
    If {
        /// The `if` and each `elif`; there may be thousands.
        branches: Vec<Branch>,
        /// Where none holds; empty without `else`.
        otherwise: Vec<Stmt>,
    },
    /// `while condition: ... else: ...`.
    While {
        /// What decides.
        condition: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// Run when the condition fails, not on `break`; empty without `else`.
        otherwise: Vec<Stmt>,
    },
    /// `for target in iterable: ... else: ...`.
    For {
        /// Whether it is `async for`.
        is_async: bool,
        /// What is assigned.
        target: Expr,
        /// What is iterated.
        iterable: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// Run when the iterable ends, not on `break`; empty without `else`.
        otherwise: Vec<Stmt>,
    },
    /// `with a as b, c: ...`.
    With {
        /// Whether it is `async with`.
        is_async: bool,
        /// The context managers.
        items: Vec<WithItem>,
        /// The body.
        body: Vec<Stmt>,
    },
    /// `try: ... except: ... else: ... finally: ...`.
    Try {
        /// Whether the handlers are `except*`.
        is_star: bool,
        /// The body.
        body: Vec<Stmt>,
        /// The handlers, in order.
        handlers: Vec<ExceptHandler>,
        /// The `else` block; empty if there is none.
        otherwise: Vec<Stmt>,
        /// The `finally` block; empty if there is none.
        finally: Vec<Stmt>,
    },
    /// `match subject: case ...`.
    Match {
        /// What is matched.
        subject: Expr,
        /// The cases, in order.
        cases: Vec<MatchCase>,
    },
    /// `def name(...): ...`.
    Function(Box<FunctionDef>),
    /// `class Name: ...`.
    Class(Box<ClassDef>),
    /// `return value`.
    Return(Option<Expr>),
    /// `raise exception from cause`.
    Raise {
        /// The exception; absent in a bare `raise`.
        exception: Option<Expr>,
        /// Behind `from`.
        cause: Option<Expr>,
    },
    /// `assert condition, message`.
    Assert {
        /// What must hold.
        condition: Expr,
        /// The message.
        message: Option<Expr>,
    },
    /// `del targets`.
    Delete(Vec<Expr>),
    /// `global names`.
    Global(Vec<Identifier>),
    /// `nonlocal names`.
    Nonlocal(Vec<Identifier>),
    /// `import a.b as c, d`.
    Import(Vec<Alias>),
    /// `from ..module import a as b`; `*` is an alias named `*`.
    ImportFrom {
        /// The number of leading dots.
        level: u32,
        /// The dotted module; absent in `from . import x`.
        module: Option<Name>,
        /// What is imported.
        names: Vec<Alias>,
    },
    /// `type Name[T] = value`.
    TypeAlias {
        /// The name.
        name: Identifier,
        /// Its type parameters.
        type_parameters: Vec<TypeParameter>,
        /// The value.
        value: Expr,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `pass`
    Pass,
    /// A statement that was not parsed, because nobody asked for it, or that could not be; its diagnostics were reported.
    Skipped,
}

/// A function definition.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    /// Whether it is `async def`.
    pub is_async: bool,
    /// The expressions behind `@`, in order.
    pub decorators: Vec<Expr>,
    /// Its name.
    pub name: Identifier,
    /// Its type parameters.
    pub type_parameters: Vec<TypeParameter>,
    /// Its parameters.
    pub parameters: Parameters,
    /// The annotation behind `->`.
    pub returns: Option<Expr>,
    /// Its body.
    pub body: Vec<Stmt>,
    /// From the first decorator, or `def`, to the end of the body.
    pub span: Span,
}

/// A class definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDef {
    /// The expressions behind `@`, in order.
    pub decorators: Vec<Expr>,
    /// Its name.
    pub name: Identifier,
    /// Its type parameters.
    pub type_parameters: Vec<TypeParameter>,
    /// Bases and keywords.
    pub arguments: Vec<crate::Argument>,
    /// Its body.
    pub body: Vec<Stmt>,
    /// From the first decorator, or `class`, to the end of the body.
    pub span: Span,
}

/// `expression as target`.
#[derive(Clone, Debug, PartialEq)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// Behind `as`.
    pub target: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// `except kind as name: ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptHandler {
    /// The exception class or tuple of classes; absent in a bare `except`.
    pub kind: Option<Expr>,
    /// Behind `as`.
    pub name: Option<Identifier>,
    /// The body.
    pub body: Vec<Stmt>,
    /// Where it stands.
    pub span: Span,
}

/// `case pattern if guard: ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase {
    /// The pattern.
    pub pattern: Pattern,
    /// Behind `if`.
    pub guard: Option<Expr>,
    /// The body.
    pub body: Vec<Stmt>,
    /// Where it stands.
    pub span: Span,
}

/// A pattern at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// A name that is bound.
    Capture(Identifier),
    /// A literal or a dotted name, compared with `==`; `None`, `True`, `False`, compared with `is`.
    Value(Expr),
    /// `[a, b]`, `(a, b)`, `a, b`.
    Sequence(Vec<Pattern>),
    /// `*rest`; `None` is `*_`.
    Star(Option<Identifier>),
    /// `{key: pattern, **rest}`.
    Mapping {
        /// The keys with their patterns.
        items: Vec<(Expr, Pattern)>,
        /// Behind `**`.
        rest: Option<Identifier>,
    },
    /// `Class(a, name=b)`.
    Class {
        /// The class: a name or a dotted name.
        class: Expr,
        /// Positional patterns.
        positional: Vec<Pattern>,
        /// Keyword patterns.
        keywords: Vec<(Identifier, Pattern)>,
    },
    /// `a | b`: at least two.
    Or(Vec<Pattern>),
    /// `pattern as name`.
    As {
        /// The pattern.
        pattern: Box<Pattern>,
        /// The name that is bound.
        name: Identifier,
    },
}

/// A type parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeParameter {
    /// `T`, `*Ts` or `**P`.
    pub kind: TypeParameterKind,
    /// Its name.
    pub name: Identifier,
    /// Behind `:`.
    pub bound: Option<Expr>,
    /// Behind `=`.
    pub default: Option<Expr>,
    /// From its name, or the stars before it, to its end.
    pub span: Span,
}

/// The kinds of type parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParameterKind {
    /// `T`
    Type,
    /// `*Ts`
    Tuple,
    /// `**P`
    Parameters,
}

/// `name as alias` of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The dotted name, or `*`.
    pub name: Identifier,
    /// Behind `as`.
    pub alias: Option<Identifier>,
    /// Where it stands.
    pub span: Span,
}
