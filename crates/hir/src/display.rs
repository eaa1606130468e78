//! The text form, for people: pseudo-Python in which every version shows its number and every conversion is written out.
//!
//! ```text
//! fn l2_norm(x.1: float64[:]) -> float64:
//!     acc.1: float64 = 0.0
//!     for i.1 in range(0, x.1.shape[0], 1):
//!         enter acc.2: float64 = acc.1
//!         acc.3: float64 = (acc.2 + (x.1[i.1] * x.1[i.1]))
//!         next acc.2 = acc.3
//!     return (acc.2 ** 0.5)
//! ```
//!
//! `enter`, `next`, `continue`, `break`, `leave` and `end` show the moves of an edge; `join` the versions behind an `if` or a loop; `?` an unassigned
//! variable, and behind a type that a version may be one. Versions are counted by the name of their local. There is no reader of this form.

use crate::{
    ArrayAttribute, Axis, BinaryOp, Catches, CompareOp, Constant, Draw, Edge, Elementwise, ErrorModel,
    ExceptionArgument, Expr, ExprKind, Fill, Function, GeneratorRequest, Iteration, Loop, ObjectExpr,
    Options, ParallelPart, RangeLoop, Rearrangement, Reduction, ReductionOp, Stmt, StmtKind, Stream, Try,
    UnaryOp, Version,
};
use hotloop_index::{Id, IdMap};
use hotloop_types::{Dtype, FloatFlags, Layout, Type};
use std::collections::HashMap;
use std::fmt::{self, Display, Formatter, Write};

/// How far statements within an expression are indented: as those of no other block nearby.
const BLOCK_DEPTH: usize = 4;

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer::new(self).function(f)
    }
}

struct Printer<'a> {
    function: &'a Function,
    /// The number of each version among those of its name.
    numbers: IdMap<Version, u32>,
}

impl<'a> Printer<'a> {
    fn new(function: &'a Function) -> Self {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        let mut number = |name: &'a str| {
            let count = counts.entry(name).or_default();
            *count += 1;
            *count
        };
        let names = function.versions.values().map(|data| function.locals[data.local].name.as_str());
        Self { function, numbers: names.map(&mut number).collect() }
    }

    fn function(&self, f: &mut Formatter<'_>) -> fmt::Result {
        options(f, self.function.options)?;
        write!(f, "fn {}(", self.function.name)?;
        separated(f, &self.function.parameters, |f, parameter| self.declared(f, *parameter))?;
        writeln!(f, ") -> {}:", self.function.result)?;
        self.block(f, &self.function.body, 1)
    }

    fn block(&self, f: &mut Formatter<'_>, body: &[Stmt], depth: usize) -> fmt::Result {
        if body.is_empty() {
            return line(f, depth, |f| f.write_str("pass"));
        }
        body.iter().try_for_each(|statement| self.statement(f, statement, depth))
    }

    fn statement(&self, f: &mut Formatter<'_>, statement: &Stmt, depth: usize) -> fmt::Result {
        match &statement.kind {
            StmtKind::Assign { target, value } => line(f, depth, |f| {
                self.declared(f, *target)?;
                f.write_str(" = ")?;
                self.expr(f, value)
            }),
            StmtKind::StoreElement { array, indices, value } => line(f, depth, |f| {
                self.element(f, array, indices)?;
                f.write_str(" = ")?;
                self.expr(f, value)
            }),
            StmtKind::StoreElements { array, value, mask } => line(f, depth, |f| {
                self.expr(f, array)?;
                match mask {
                    None => f.write_str("[...] = ")?,
                    Some(mask) => self.bracketed(f, "", mask, " = ")?,
                }
                self.elementwise(f, value)
            }),
            StmtKind::StoreAt { array, places, value } => line(f, depth, |f| {
                self.expr(f, array)?;
                f.write_str("[[")?;
                separated(f, &places.indices, |f, index| f.write_str(&self.version(*index)))?;
                self.operands(f, &places.operands)?;
                f.write_str("] = ")?;
                self.elementwise(f, value)
            }),
            StmtKind::Expr(value) => line(f, depth, |f| self.expr(f, value)),
            StmtKind::Yield(value) => line(f, depth, |f| {
                f.write_str("yield ")?;
                self.expr(f, value)
            }),
            StmtKind::If { arms, otherwise, otherwise_edge, joins } => {
                for (position, arm) in arms.iter().enumerate() {
                    arm.before.iter().try_for_each(|statement| self.statement(f, statement, depth + 1))?;
                    self.head(f, depth, if position == 0 { "if" } else { "elif" }, &arm.condition)?;
                    self.branch(f, &arm.body, arm.edge.as_ref(), depth)?;
                }
                if !otherwise.is_empty() || otherwise_edge.as_ref().is_some_and(|edge| !edge.moves.is_empty())
                {
                    line(f, depth, |f| f.write_str("else:"))?;
                    self.branch(f, otherwise, otherwise_edge.as_ref(), depth)?;
                }
                self.joined(f, joins, depth)
            }
            StmtKind::While { condition, repeated } => {
                self.head(f, depth, "while", condition)?;
                self.repeated(f, repeated, depth)
            }
            StmtKind::ForRange { range, repeated } => {
                self.range(f, range, "range", depth)?;
                self.repeated(f, repeated, depth)
            }
            StmtKind::Unrolled { iterations, otherwise, exits, exit } => {
                iterations.iter().try_for_each(|each| self.iteration(f, each, depth))?;
                let has_moves = exit.as_ref().is_some_and(|exit| !exit.moves.is_empty());
                if !otherwise.is_empty() || has_moves {
                    line(f, depth, |f| f.write_str("else:"))?;
                    otherwise.iter().try_for_each(|statement| self.statement(f, statement, depth + 1))?;
                    self.edge_line(f, "leave", exit.as_ref(), depth + 1)?;
                }
                self.joined(f, exits, depth)
            }
            StmtKind::ParallelFor { range, body, back, reductions } => {
                self.range(f, range, "prange", depth)?;
                reductions.iter().try_for_each(|reduction| self.reduction(f, reduction, depth + 1))?;
                self.block(f, body, depth + 1)?;
                self.edge_line(f, "next", back.as_ref(), depth + 1)
            }
            StmtKind::Break(edge) => line(f, depth, |f| self.jump(f, "break", edge)),
            StmtKind::Continue(edge) => line(f, depth, |f| self.jump(f, "continue", edge)),
            StmtKind::Return(value) => line(f, depth, |f| {
                f.write_str("return")?;
                value.iter().try_for_each(|value| {
                    f.write_char(' ')?;
                    self.expr(f, value)
                })
            }),
            StmtKind::Raise { exception } => line(f, depth, |f| {
                write!(f, "raise {}", exception.class)?;
                self.exception_arguments(f, &exception.arguments)
            }),
            StmtKind::Try(guarded) => self.guarded(f, guarded, depth),
            StmtKind::Outside { tries, body } => {
                line(f, depth, |f| write!(f, "outside {tries}:"))?;
                self.block(f, body, depth + 1)
            }
            StmtKind::RaiseAgain(caught) => line(f, depth, |f| write!(f, "raise {caught}")),
            StmtKind::Delete(version) => line(f, depth, |f| write!(f, "del {}", self.version(*version))),
            StmtKind::Assert { condition, arguments } => line(f, depth, |f| {
                f.write_str("assert ")?;
                self.expr(f, condition)?;
                f.write_str(", ")?;
                match arguments.as_slice() {
                    [only] => self.exception_argument(f, only),
                    several => self.exception_arguments(f, several),
                }
            }),
        }
    }

    fn guarded(&self, f: &mut Formatter<'_>, guarded: &Try, depth: usize) -> fmt::Result {
        line(f, depth, |f| f.write_str("try:"))?;
        if !guarded.joins.is_empty() {
            line(f, depth + 1, |f| {
                f.write_str("enter ")?;
                self.moves(f, &guarded.entry, true)
            })?;
        }
        self.block(f, &guarded.body, depth + 1)?;
        for handler in &guarded.handlers {
            line(f, depth, |f| {
                f.write_str("except")?;
                match &handler.catches {
                    Catches::Everything => f.write_str(" everything")?,
                    Catches::AllButInterrupt => {}
                    Catches::Classes(classes) => {
                        f.write_char(' ')?;
                        separated(f, classes, |f, class| f.write_str(class.name()))?;
                    }
                }
                write!(f, " as {}:", handler.caught)
            })?;
            self.branch(f, &handler.body, handler.edge.as_ref(), depth)?;
        }
        line(f, depth, |f| f.write_str("else:"))?;
        self.branch(f, &guarded.otherwise, guarded.edge.as_ref(), depth)?;
        self.joined(f, &guarded.exits, depth)
    }

    fn exception_arguments(&self, f: &mut Formatter<'_>, arguments: &[ExceptionArgument]) -> fmt::Result {
        f.write_char('(')?;
        for (position, argument) in arguments.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            self.exception_argument(f, argument)?;
        }
        f.write_char(')')
    }

    fn exception_argument(&self, f: &mut Formatter<'_>, argument: &ExceptionArgument) -> fmt::Result {
        match argument {
            ExceptionArgument::Value(value) => self.expr(f, value),
            ExceptionArgument::Int(value) => write!(f, "{value}"),
            ExceptionArgument::Str(text) => write!(f, "{text:?}"),
            ExceptionArgument::Tuple(items) => self.exception_arguments(f, items),
        }
    }

    fn head(&self, f: &mut Formatter<'_>, depth: usize, keyword: &str, condition: &Expr) -> fmt::Result {
        line(f, depth, |f| {
            write!(f, "{keyword} ")?;
            self.expr(f, condition)?;
            f.write_char(':')
        })
    }

    fn branch(&self, f: &mut Formatter<'_>, body: &[Stmt], edge: Option<&Edge>, depth: usize) -> fmt::Result {
        let has_moves = edge.is_some_and(|edge| !edge.moves.is_empty());
        if !body.is_empty() || !has_moves {
            self.block(f, body, depth + 1)?;
        }
        self.edge_line(f, "end", edge, depth + 1)
    }

    fn range(&self, f: &mut Formatter<'_>, range: &RangeLoop, name: &str, depth: usize) -> fmt::Result {
        line(f, depth, |f| {
            write!(f, "for {} in {name}(", self.version(range.target))?;
            separated(f, [&range.start, &range.stop, &range.step], |f, bound| self.expr(f, bound))?;
            f.write_str("):")
        })
    }

    fn repeated(&self, f: &mut Formatter<'_>, repeated: &Loop, depth: usize) -> fmt::Result {
        if !repeated.joins.is_empty() {
            line(f, depth + 1, |f| {
                f.write_str("enter ")?;
                self.moves(f, &repeated.entry, true)
            })?;
        }
        self.block(f, &repeated.body, depth + 1)?;
        self.edge_line(f, "next", repeated.back.as_ref(), depth + 1)?;
        if !repeated.otherwise.is_empty() || repeated.exit.as_ref().is_some_and(|exit| !exit.moves.is_empty())
        {
            line(f, depth, |f| f.write_str("else:"))?;
            repeated.otherwise.iter().try_for_each(|statement| self.statement(f, statement, depth + 1))?;
            self.edge_line(f, "leave", repeated.exit.as_ref(), depth + 1)?;
        }
        self.joined(f, &repeated.exits, depth)
    }

    fn iteration(&self, f: &mut Formatter<'_>, iteration: &Iteration, depth: usize) -> fmt::Result {
        line(f, depth, |f| f.write_str("iteration:"))?;
        self.block(f, &iteration.body, depth + 1)?;
        self.edge_line(f, "next", iteration.back.as_ref(), depth + 1)?;
        self.joined(f, &iteration.joins, depth)
    }

    fn reduction(&self, f: &mut Formatter<'_>, reduction: &Reduction, depth: usize) -> fmt::Result {
        line(f, depth, |f| {
            write!(f, "reduce {} ", reduction_name(reduction.op))?;
            self.declared(f, reduction.accumulator)?;
            let (initial, result) = (self.version(reduction.initial), self.version(reduction.result));
            write!(f, " from {initial} to {result}")
        })
    }

    fn joined(&self, f: &mut Formatter<'_>, joins: &[Version], depth: usize) -> fmt::Result {
        if joins.is_empty() {
            return Ok(());
        }
        line(f, depth, |f| {
            f.write_str("join ")?;
            separated(f, joins, |f, version| self.declared(f, *version))
        })
    }

    fn edge_line(&self, f: &mut Formatter<'_>, name: &str, edge: Option<&Edge>, depth: usize) -> fmt::Result {
        match edge {
            Some(edge) if !edge.moves.is_empty() => line(f, depth, |f| self.jump(f, name, edge)),
            Some(_) | None => Ok(()),
        }
    }

    fn jump(&self, f: &mut Formatter<'_>, name: &str, edge: &Edge) -> fmt::Result {
        f.write_str(name)?;
        if !edge.moves.is_empty() {
            f.write_char(' ')?;
        }
        self.moves(f, edge, false)
    }

    fn moves(&self, f: &mut Formatter<'_>, edge: &Edge, declare: bool) -> fmt::Result {
        separated(f, &edge.moves, |f, step| {
            if declare {
                self.declared(f, step.target)?;
            } else {
                f.write_str(&self.version(step.target))?;
            }
            f.write_str(" = ")?;
            let ty = &self.function.versions[step.target].ty;
            match step.source {
                None => f.write_char('?'),
                Some(source) if self.function.versions[source].ty == *ty => {
                    f.write_str(&self.version(source))
                }
                Some(source) => write!(f, "{ty}({})", self.version(source)),
            }
        })
    }

    fn version(&self, version: Version) -> String {
        let (Some(data), Some(number)) = (self.function.versions.get(version), self.numbers.get(version))
        else {
            return format!("x{}?", version.index());
        };
        format!("{}.{number}", self.function.locals[data.local].name)
    }

    fn declared(&self, f: &mut Formatter<'_>, version: Version) -> fmt::Result {
        f.write_str(&self.version(version))?;
        match self.function.versions.get(version) {
            Some(data) => write!(f, ": {}{}", data.ty, if data.maybe_unassigned { "?" } else { "" }),
            None => Ok(()),
        }
    }

    fn expr(&self, f: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
        match &expr.kind {
            ExprKind::Constant(value) => constant(f, *value, &expr.ty),
            ExprKind::Version(version) => f.write_str(&self.version(*version)),
            ExprKind::Unary(op, operand) => {
                f.write_str(unary_name(*op))?;
                self.expr(f, operand)
            }
            ExprKind::Binary { op, left, right } => self.infix(f, binary_name(*op), left, right),
            ExprKind::Compare { op, left, right } => self.infix(f, compare_name(*op), left, right),
            ExprKind::And(left, right) => self.infix(f, "and", left, right),
            ExprKind::Or(left, right) => self.infix(f, "or", left, right),
            ExprKind::Conditional { condition, then, otherwise } => {
                f.write_char('(')?;
                self.expr(f, then)?;
                f.write_str(" if ")?;
                self.expr(f, condition)?;
                f.write_str(" else ")?;
                self.expr(f, otherwise)?;
                f.write_char(')')
            }
            ExprKind::Let { target, value, body } => {
                write!(f, "(let {} = ", self.version(*target))?;
                self.expr(f, value)?;
                f.write_str(" in ")?;
                self.expr(f, body)?;
                f.write_char(')')
            }
            ExprKind::Block { statements, value } => {
                f.write_str("(do:\n")?;
                self.block(f, statements, BLOCK_DEPTH)?;
                write!(f, "{:1$}give ", "", BLOCK_DEPTH * 4)?;
                self.expr(f, value)?;
                f.write_char(')')
            }
            ExprKind::Assign { target, value } => {
                write!(f, "({} := ", self.version(*target))?;
                self.expr(f, value)?;
                f.write_char(')')
            }
            ExprKind::IsNone(value) => {
                f.write_char('(')?;
                self.expr(f, value)?;
                f.write_str(" is None)")
            }
            ExprKind::Unwrap(value) => {
                f.write_str("value")?;
                self.arguments(f, std::slice::from_ref(&**value))
            }
            ExprKind::Range { start, stop, step } => {
                f.write_str("range(")?;
                separated(f, [start, stop, step], |f, part| self.expr(f, part))?;
                f.write_char(')')
            }
            ExprKind::RangeLength(range) => {
                f.write_str("len")?;
                self.arguments(f, std::slice::from_ref(&**range))
            }
            ExprKind::Random { stream, draw, arguments } => {
                f.write_str(match stream {
                    Stream::Python => "random.",
                    Stream::Numpy => "numpy.random.",
                })?;
                match draw {
                    Draw::Distribution(distribution) => write!(f, "{distribution:?}")?,
                    Draw::Float | Draw::Bits | Draw::Below | Draw::Seed | Draw::SeedAnew | Draw::Shuffle => {
                        write!(f, "{draw:?}")?
                    }
                }
                self.arguments(f, arguments)
            }
            ExprKind::Generator { request, arguments } => {
                match request {
                    GeneratorRequest::Ziggurat(ziggurat) => write!(f, "generator.{ziggurat:?}")?,
                    GeneratorRequest::New
                    | GeneratorRequest::NewAnew
                    | GeneratorRequest::Word
                    | GeneratorRequest::HalfWord
                    | GeneratorRequest::Float => write!(f, "generator.{request:?}")?,
                }
                self.arguments(f, arguments)
            }
            ExprKind::Convert(value) => {
                write!(f, "{}", expr.ty)?;
                self.arguments(f, std::slice::from_ref(&**value))
            }
            ExprKind::Tuple(items) => {
                if let Type::Function(function) = &expr.ty {
                    f.write_str(&function.name)?;
                    if items.is_empty() {
                        return Ok(());
                    }
                }
                if let Type::Enum(class) = &expr.ty {
                    f.write_str(&class.name)?;
                }
                f.write_char('(')?;
                separated(f, items, |f, item| self.expr(f, item))?;
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            ExprKind::ConstantArray(array) => {
                write!(f, "{} {:?} of {} bytes", expr.ty, array.shape, array.bytes.len())
            }
            ExprKind::TupleItem(tuple, position) => {
                self.expr(f, tuple)?;
                write!(f, "[{position}]")
            }
            ExprKind::RangeElement { range, index } => self.element(f, range, std::slice::from_ref(&**index)),
            ExprKind::TupleElement { tuple, index } => self.element(f, tuple, std::slice::from_ref(&**index)),
            ExprKind::Element { array, indices } => self.element(f, array, indices),
            ExprKind::View { array, axes } => {
                self.expr(f, array)?;
                f.write_char('[')?;
                separated(f, axes, |f, axis| self.axis(f, axis))?;
                f.write_char(']')
            }
            ExprKind::Rearranged { array, how } => {
                self.expr(f, array)?;
                match how {
                    Rearrangement::Axes(order) => write!(f, ".axes{order:?}"),
                    Rearrangement::Parts(offset) => write!(f, ".view({} + {offset})", expr.ty),
                    Rearrangement::Resized => write!(f, ".view({})", expr.ty),
                    Rearrangement::Shape(shape) => {
                        f.write_str(".reshape")?;
                        self.arguments(f, shape)
                    }
                    Rearrangement::Broadcast(shape) => {
                        f.write_str(".broadcast")?;
                        self.arguments(f, shape)
                    }
                }
            }
            ExprKind::Elementwise(operation) => self.elementwise(f, operation),
            ExprKind::AsElements(value) => {
                f.write_str("elements(")?;
                self.expr(f, value)?;
                f.write_str(")")
            }
            ExprKind::Positions { length, axes } => {
                f.write_str("positions(")?;
                self.expr(f, length)?;
                write!(f, "; {axes})")
            }
            ExprKind::Selected { array, mask } => {
                self.expr(f, array)?;
                self.bracketed(f, "", mask, "")
            }
            ExprKind::TruePositions { mask, .. } => self.bracketed(f, "nonzero", mask, ""),
            ExprKind::ArrayAttribute(array, attribute) => {
                self.expr(f, array)?;
                f.write_str(match attribute {
                    ArrayAttribute::Shape => ".shape",
                    ArrayAttribute::Strides => ".strides",
                    ArrayAttribute::Size => ".size",
                    ArrayAttribute::IsContiguous(Layout::F) => ".flags.f_contiguous",
                    ArrayAttribute::IsContiguous(Layout::C | Layout::A) => ".flags.c_contiguous",
                })
            }
            ExprKind::Intrinsic { intrinsic, arguments } => {
                f.write_str(intrinsic.name().trim_start_matches("builtins."))?;
                self.arguments(f, arguments)
            }
            ExprKind::Call { callee, arguments } => {
                match self.function.callees.get(*callee) {
                    Some(data) => f.write_str(&data.name)?,
                    None => write!(f, "{callee}")?,
                }
                self.arguments(f, arguments)
            }
            ExprKind::Resume { generator, condition, .. } => {
                f.write_str("resume(")?;
                self.expr(f, generator)?;
                if let Some(condition) = condition {
                    f.write_str(" if ")?;
                    self.expr(f, condition)?;
                }
                f.write_char(')')
            }
            ExprKind::NewArray { fill, shape } => self.new_array(f, fill, shape, &expr.ty),
            ExprKind::Object(object) => {
                f.write_str(&object.name())?;
                match &**object {
                    ObjectExpr::Str(_) | ObjectExpr::Bytes(_) => Ok(()),
                    _ => {
                        f.write_char('(')?;
                        separated(f, &object.operands(), |f, operand| self.expr(f, operand))?;
                        f.write_char(')')
                    }
                }
            }
        }
    }

    fn axis(&self, f: &mut Formatter<'_>, axis: &Axis) -> fmt::Result {
        match axis {
            Axis::Index(index) => self.expr(f, index),
            Axis::Slice { start, stop, step } => {
                start.iter().try_for_each(|start| self.expr(f, start))?;
                f.write_char(':')?;
                stop.iter().try_for_each(|stop| self.expr(f, stop))?;
                step.iter().try_for_each(|step| {
                    f.write_char(':')?;
                    self.expr(f, step)
                })
            }
            Axis::Whole => f.write_char(':'),
            Axis::New => f.write_str("None"),
        }
    }

    fn elementwise(&self, f: &mut Formatter<'_>, operation: &Elementwise) -> fmt::Result {
        f.write_str("[")?;
        self.expr(f, &operation.body)?;
        self.operands(f, &operation.operands)
    }

    fn operands(&self, f: &mut Formatter<'_>, operands: &[(Version, Expr)]) -> fmt::Result {
        f.write_str(" for ")?;
        separated(f, operands, |f, (version, operand)| {
            let is_whole =
                matches!(self.function.versions.get(*version), Some(data) if data.ty.as_scalar().is_none());
            write!(f, "{} {} ", self.version(*version), if is_whole { "=" } else { "in" })?;
            self.expr(f, operand)
        })?;
        f.write_str("]")
    }

    fn bracketed(
        &self,
        f: &mut Formatter<'_>,
        before: &str,
        mask: &Elementwise,
        behind: &str,
    ) -> fmt::Result {
        write!(f, "{before}[")?;
        self.elementwise(f, mask)?;
        write!(f, "]{behind}")
    }

    fn new_array(&self, f: &mut Formatter<'_>, fill: &Fill, shape: &[Expr], ty: &Type) -> fmt::Result {
        write!(f, "new {ty}(")?;
        separated(f, shape, |f, length| self.expr(f, length))?;
        match fill {
            Fill::Empty => {}
            Fill::Zeros => f.write_str("; zeros")?,
            Fill::Value(value) => {
                f.write_str("; ")?;
                self.expr(f, value)?;
            }
        }
        f.write_char(')')
    }

    fn infix(&self, f: &mut Formatter<'_>, op: &str, left: &Expr, right: &Expr) -> fmt::Result {
        f.write_char('(')?;
        self.expr(f, left)?;
        write!(f, " {op} ")?;
        self.expr(f, right)?;
        f.write_char(')')
    }

    fn element(&self, f: &mut Formatter<'_>, of: &Expr, indices: &[Expr]) -> fmt::Result {
        self.expr(f, of)?;
        f.write_char('[')?;
        separated(f, indices, |f, index| self.expr(f, index))?;
        f.write_str(if indices.is_empty() { "()]" } else { "]" })
    }

    fn arguments(&self, f: &mut Formatter<'_>, arguments: &[Expr]) -> fmt::Result {
        f.write_char('(')?;
        separated(f, arguments, |f, argument| self.expr(f, argument))?;
        f.write_char(')')
    }
}

fn line(
    f: &mut Formatter<'_>,
    depth: usize,
    content: impl FnOnce(&mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    write!(f, "{:1$}", "", depth * 4)?;
    content(f)?;
    f.write_char('\n')
}

fn separated<T>(
    f: &mut Formatter<'_>,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (position, each) in items.into_iter().enumerate() {
        if position > 0 {
            f.write_str(", ")?;
        }
        item(f, each)?;
    }
    Ok(())
}

/// The options that are not the default, a line each.
fn options(f: &mut Formatter<'_>, options: Options) -> fmt::Result {
    if options.parallel {
        let left_out = ParallelPart::NAMES.iter().filter(|(_, part)| options.in_order.contains(*part));
        let names: Vec<&str> = left_out.map(|(name, _)| *name).collect();
        match names.as_slice() {
            [] => f.write_str("@parallel\n")?,
            names => writeln!(f, "@parallel(without {})", names.join(", "))?,
        }
    }
    if !options.boundscheck {
        f.write_str("@unchecked_bounds\n")?;
    }
    if options.error_model == ErrorModel::Numpy {
        f.write_str("@numpy_errors\n")?;
    }
    if options.float_flags == FloatFlags::FAST {
        return f.write_str("@fastmath\n");
    }
    let set = FloatFlags::NAMES.iter().filter(|(_, flag)| options.float_flags.contains(*flag));
    let names: Vec<&str> = set.map(|(name, _)| *name).collect();
    if names.is_empty() { Ok(()) } else { writeln!(f, "@fastmath({})", names.join(", ")) }
}

/// Constants of int64, float64 and bool as Python writes them, others with their type.
fn constant(f: &mut Formatter<'_>, value: Constant, ty: &Type) -> fmt::Result {
    match (value, ty) {
        (Constant::Bool(value), _) => f.write_str(if value { "True" } else { "False" }),
        (Constant::Int(value), Type::Scalar(Dtype::Int64)) => write!(f, "{value}"),
        (Constant::Int(bits), Type::Scalar(Dtype::UInt64)) => write!(f, "uint64({})", bits as u64),
        (Constant::Int(value), _) => write!(f, "{ty}({value})"),
        (Constant::Float(value), Type::Scalar(Dtype::Float64)) => write!(f, "{value:?}"),
        (Constant::Float(value), _) => write!(f, "{ty}({value:?})"),
        (Constant::Complex(real, imag), Type::Scalar(Dtype::Complex128)) => {
            write!(f, "complex({real:?}, {imag:?})")
        }
        (Constant::Complex(real, imag), _) => write!(f, "{ty}({real:?}, {imag:?})"),
        (Constant::None, _) => f.write_str("None"),
        (Constant::Dtype, _) => write!(f, "{ty}"),
    }
}

fn unary_name(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "-",
        UnaryOp::Invert => "~",
        UnaryOp::Not => "not ",
    }
}

fn binary_name(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::FloorDiv => "//",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "**",
        BinaryOp::LShift => "<<",
        BinaryOp::RShift => ">>",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
    }
}

fn compare_name(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

fn reduction_name(op: ReductionOp) -> &'static str {
    match op {
        ReductionOp::Add => "+",
        ReductionOp::Mul => "*",
        ReductionOp::Min => "min",
        ReductionOp::Max => "max",
        ReductionOp::And => "&",
        ReductionOp::Or => "|",
        ReductionOp::Xor => "^",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LocalData, Move, VersionData};
    use hotloop_diagnostics::Span;

    #[test]
    fn a_loop_shows_its_joins_and_conversions() {
        let mut function = Function::new("total", Type::FLOAT64);
        let [n, acc, i] = ["n", "acc", "i"].map(|name| function.locals.push(LocalData { name: name.into() }));
        let mut version = |local, ty| {
            function.versions.push(VersionData { local, ty, maybe_unassigned: local == i, span: Span::NONE })
        };
        let (n1, acc1, acc2, i1) = (
            version(n, Type::INT64),
            version(acc, Type::INT64),
            version(acc, Type::FLOAT64),
            version(i, Type::INT64),
        );
        function.parameters = vec![n1];
        let read = |version, ty| Expr::new(ExprKind::Version(version), ty, Span::NONE);
        let int = |value| Expr::constant(Constant::Int(value), Type::INT64);
        let edge = |source| Edge { moves: vec![Move { target: acc2, source }] };
        function.push(StmtKind::Assign { target: acc1, value: int(-1) });
        function.push(StmtKind::ForRange {
            range: RangeLoop { target: i1, start: int(0), stop: read(n1, Type::INT64), step: int(1) },
            repeated: Loop {
                joins: vec![acc2],
                entry: edge(Some(acc1)),
                body: vec![Stmt { kind: StmtKind::Continue(edge(None)), span: Span::NONE }],
                back: None,
                otherwise: Vec::new(),
                exits: Vec::new(),
                exit: Some(Edge::default()),
            },
        });
        function.push(StmtKind::Return(Some(read(acc2, Type::FLOAT64))));
        let expected = "\
fn total(n.1: int64) -> float64:
    acc.1: int64 = -1
    for i.1 in range(0, n.1, 1):
        enter acc.2: float64 = float64(acc.1)
        continue acc.2 = ?
    return acc.2
";
        assert_eq!(function.to_string(), expected);
    }
}
