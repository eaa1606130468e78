//! Builds HIR by hand, in few words.
#![allow(dead_code)] // Each test file uses a part of it.

use hotloop_diagnostics::Span;
use hotloop_hir::{
    ArrayAttribute, BinaryOp, Callee, CalleeData, CompareOp, Constant, Edge, Expr, ExprKind, Fill, Function,
    LocalData, Loop, Move, RangeLoop, Stmt, StmtKind, Version, VersionData,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, Dtype, Type};

/// A type as signatures spell it.
pub(crate) fn ty(text: &str) -> Type {
    match text {
        "none" => Type::None,
        _ => text.parse().unwrap_or_else(|error| panic!("{text}: {error}")),
    }
}

/// A function under construction.
pub(crate) struct Build {
    pub(crate) function: Function,
}

impl Build {
    pub(crate) fn new(name: &str, result: &str) -> Self {
        Self { function: Function::new(name, ty(result)) }
    }

    /// A version of a new local.
    pub(crate) fn version(&mut self, name: &str, of: &str) -> Version {
        let local = self.function.locals.push(LocalData { name: name.into() });
        let data = VersionData { local, ty: ty(of), maybe_unassigned: false, span: Span::NONE };
        self.function.versions.push(data)
    }

    /// Another version of the same local.
    pub(crate) fn again(&mut self, version: Version) -> Version {
        let data = self.function.versions[version].clone();
        self.function.versions.push(VersionData { maybe_unassigned: false, ..data })
    }

    /// Another version of the same local, which may be unassigned.
    pub(crate) fn maybe(&mut self, version: Version) -> Version {
        let data = self.function.versions[version].clone();
        self.function.versions.push(VersionData { maybe_unassigned: true, ..data })
    }

    pub(crate) fn parameter(&mut self, name: &str, of: &str) -> Version {
        let version = self.version(name, of);
        self.function.parameters.push(version);
        version
    }

    pub(crate) fn callee(&mut self, name: &str, parameters: &[&str], result: &str) -> Callee {
        self.function.callees.push(CalleeData {
            name: name.into(),
            symbol: name.into(),
            parameters: parameters.iter().map(|text| ty(text)).collect(),
            result: ty(result),
            never_returns: false,
            is_placeless: false,
        })
    }

    pub(crate) fn read(&self, version: Version) -> Expr {
        expr(ExprKind::Version(version), self.function.versions[version].ty.clone())
    }

    pub(crate) fn push(&mut self, statement: Stmt) {
        self.function.body.push(statement);
    }

    /// `shape[axis]` of an array.
    pub(crate) fn length(&self, array: Version, axis: u32) -> Expr {
        let Type::Array(ArrayType { ndim, .. }) = self.function.versions[array].ty else {
            panic!("no array")
        };
        let shape = ExprKind::ArrayAttribute(Box::new(self.read(array)), ArrayAttribute::Shape);
        let tuple = Type::tuple((0..ndim).map(|_| Type::INT64));
        expr(ExprKind::TupleItem(Box::new(expr(shape, tuple)), axis), Type::INT64)
    }

    pub(crate) fn element(&self, array: Version, indices: Vec<Expr>) -> Expr {
        let Type::Array(ArrayType { dtype, .. }) = self.function.versions[array].ty else {
            panic!("no array")
        };
        let kind = ExprKind::Element { array: Box::new(self.read(array)), indices };
        expr(kind, Type::Scalar(dtype))
    }

    pub(crate) fn store(&self, array: Version, indices: Vec<Expr>, value: Expr) -> Stmt {
        statement(StmtKind::StoreElement { array: self.read(array), indices, value })
    }

    pub(crate) fn call(&self, callee: Callee, arguments: Vec<Expr>) -> Expr {
        let result = self.function.callees[callee].result.clone();
        expr(ExprKind::Call { callee, arguments }, result)
    }
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr::new(kind, ty, Span::NONE)
}

pub(crate) fn statement(kind: StmtKind) -> Stmt {
    Stmt { kind, span: Span::NONE }
}

pub(crate) fn int(value: i64) -> Expr {
    Expr::constant(Constant::Int(value), Type::INT64)
}

pub(crate) fn float(value: f64) -> Expr {
    Expr::constant(Constant::Float(value), Type::FLOAT64)
}

pub(crate) fn boolean(value: bool) -> Expr {
    Expr::constant(Constant::Bool(value), Type::BOOL)
}

pub(crate) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let ty = left.ty.clone();
    expr(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, ty)
}

pub(crate) fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) }, Type::BOOL)
}

pub(crate) fn conditional(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    let ty = then.ty.clone();
    let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
    expr(ExprKind::Conditional { condition, then, otherwise }, ty)
}

pub(crate) fn convert(value: Expr, to: &str) -> Expr {
    expr(ExprKind::Convert(Box::new(value)), ty(to))
}

pub(crate) fn intrinsic(intrinsic: Intrinsic, arguments: Vec<Expr>, result: &str) -> Expr {
    expr(ExprKind::Intrinsic { intrinsic, arguments }, ty(result))
}

pub(crate) fn new_array(of: &str, fill: Fill, shape: Vec<Expr>) -> Expr {
    expr(ExprKind::NewArray { fill, shape }, ty(of))
}

pub(crate) fn zeros(length: Expr) -> Expr {
    new_array("float64[::1]", Fill::Zeros, vec![length])
}

pub(crate) fn assign(target: Version, value: Expr) -> Stmt {
    statement(StmtKind::Assign { target, value })
}

pub(crate) fn give(value: Expr) -> Stmt {
    statement(StmtKind::Return(Some(value)))
}

/// `None` stands for unassigned.
pub(crate) fn edge<const N: usize>(moves: [(Version, Option<Version>); N]) -> Edge {
    Edge { moves: moves.into_iter().map(|(target, source)| Move { target, source }).collect() }
}

/// `target` is `source`.
pub(crate) fn moves<const N: usize>(moves: [(Version, Version); N]) -> Edge {
    edge(moves.map(|(target, source)| (target, Some(source))))
}

pub(crate) fn range(target: Version, stop: Expr) -> RangeLoop {
    RangeLoop { target, start: int(0), stop, step: int(1) }
}

/// A loop over `joins` without `else` and jumps.
pub(crate) fn repeat<const N: usize>(
    joins: [Version; N],
    entry: [Version; N],
    body: Vec<Stmt>,
    back: [Version; N],
) -> Loop {
    let to_joins = |sources: [Version; N]| Edge {
        moves: joins
            .into_iter()
            .zip(sources)
            .map(|(target, source)| Move { target, source: Some(source) })
            .collect(),
    };
    Loop {
        joins: joins.to_vec(),
        entry: to_joins(entry),
        body,
        back: Some(to_joins(back)),
        otherwise: Vec::new(),
        exits: Vec::new(),
        exit: Some(Edge::default()),
    }
}

pub(crate) fn for_range(range: RangeLoop, repeated: Loop) -> Stmt {
    statement(StmtKind::ForRange { range, repeated })
}

/// The dtype of a scalar type.
pub(crate) fn dtype(text: &str) -> Dtype {
    ty(text).as_scalar().expect("a scalar type")
}
