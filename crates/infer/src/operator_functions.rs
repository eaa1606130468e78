//! The functions of the module `operator`, each typed as the expression that it stands for, and `functools.reduce`.

use crate::call::Arguments;
use crate::conditions::{elementwise_compare, unwrapped};
use crate::function::{Inference, Typed};
use crate::iteration::Iterable;
use hotloop_ast as ast;
use hotloop_ast::{Argument, BinaryOp, CompareOp, ExprKind as AstExpr, UnaryOp};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::Expr;
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{TupleType, Type};

static IN_PLACE: Code =
    Code::new("HL0267", "an assignment operator is used as a function of something that changes");
static REDUCED: Code = Code::new("HL0268", "`functools.reduce` of nothing");

/// The expression that a function stands for.
enum Form {
    Binary(BinaryOp),
    InPlace(BinaryOp),
    Compare(CompareOp),
    /// `second in first`.
    Contains,
    Unary(UnaryOp),
    Truth,
    Item,
    Index,
}

fn form_of(intrinsic: Intrinsic) -> Form {
    match intrinsic {
        Intrinsic::OperatorAdd => Form::Binary(BinaryOp::Add),
        Intrinsic::InPlaceAdd => Form::InPlace(BinaryOp::Add),
        Intrinsic::OperatorSub => Form::Binary(BinaryOp::Sub),
        Intrinsic::InPlaceSub => Form::InPlace(BinaryOp::Sub),
        Intrinsic::OperatorMul => Form::Binary(BinaryOp::Mul),
        Intrinsic::InPlaceMul => Form::InPlace(BinaryOp::Mul),
        Intrinsic::OperatorDiv => Form::Binary(BinaryOp::Div),
        Intrinsic::InPlaceDiv => Form::InPlace(BinaryOp::Div),
        Intrinsic::OperatorFloorDiv => Form::Binary(BinaryOp::FloorDiv),
        Intrinsic::InPlaceFloorDiv => Form::InPlace(BinaryOp::FloorDiv),
        Intrinsic::OperatorMod => Form::Binary(BinaryOp::Mod),
        Intrinsic::InPlaceMod => Form::InPlace(BinaryOp::Mod),
        Intrinsic::OperatorPow => Form::Binary(BinaryOp::Pow),
        Intrinsic::InPlacePow => Form::InPlace(BinaryOp::Pow),
        Intrinsic::OperatorLShift => Form::Binary(BinaryOp::LShift),
        Intrinsic::InPlaceLShift => Form::InPlace(BinaryOp::LShift),
        Intrinsic::OperatorRShift => Form::Binary(BinaryOp::RShift),
        Intrinsic::InPlaceRShift => Form::InPlace(BinaryOp::RShift),
        Intrinsic::OperatorBitAnd => Form::Binary(BinaryOp::BitAnd),
        Intrinsic::InPlaceBitAnd => Form::InPlace(BinaryOp::BitAnd),
        Intrinsic::OperatorBitOr => Form::Binary(BinaryOp::BitOr),
        Intrinsic::InPlaceBitOr => Form::InPlace(BinaryOp::BitOr),
        Intrinsic::OperatorBitXor => Form::Binary(BinaryOp::BitXor),
        Intrinsic::InPlaceBitXor => Form::InPlace(BinaryOp::BitXor),
        Intrinsic::OperatorMatMul => Form::Binary(BinaryOp::MatMul),
        Intrinsic::InPlaceMatMul => Form::InPlace(BinaryOp::MatMul),
        Intrinsic::OperatorEq => Form::Compare(CompareOp::Eq),
        Intrinsic::OperatorNe => Form::Compare(CompareOp::Ne),
        Intrinsic::OperatorLt => Form::Compare(CompareOp::Lt),
        Intrinsic::OperatorLe => Form::Compare(CompareOp::Le),
        Intrinsic::OperatorGt => Form::Compare(CompareOp::Gt),
        Intrinsic::OperatorGe => Form::Compare(CompareOp::Ge),
        Intrinsic::OperatorIs => Form::Compare(CompareOp::Is),
        Intrinsic::OperatorIsNot => Form::Compare(CompareOp::IsNot),
        Intrinsic::OperatorContains => Form::Contains,
        Intrinsic::OperatorNeg => Form::Unary(UnaryOp::Neg),
        Intrinsic::OperatorPos => Form::Unary(UnaryOp::Pos),
        Intrinsic::OperatorInvert => Form::Unary(UnaryOp::Invert),
        Intrinsic::OperatorNot => Form::Unary(UnaryOp::Not),
        Intrinsic::OperatorTruth => Form::Truth,
        Intrinsic::OperatorItem => Form::Item,
        Intrinsic::OperatorIndex => Form::Index,
        other => unreachable!("{other:?} is no operator"),
    }
}

impl Inference<'_> {
    /// A call of NumPy's function of an operator: on numbers it gives what it gives on arrays, where operators on numbers are Python's.
    pub(crate) fn operator_of_elements(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let form = form_of(intrinsic);
        let parameters: &[&str] = if let Form::Unary(_) = form { &["x"] } else { &["x1", "x2"] };
        let placed = self.place_arguments(name, parameters, parameters.len(), arguments, span)?;
        let operands = placed
            .into_iter()
            .flatten()
            .map(|argument| self.value(argument).map(unwrapped).and_then(|value| self.array_of_list(value)))
            .collect::<Typed<Vec<Expr>>>()?;
        let has_elements = |operand: &Expr| matches!(operand.ty, Type::Scalar(_) | Type::Array(_));
        if !operands.iter().all(has_elements) {
            let stand_ins = operands.into_iter().map(|value| Argument::Positional(self.stand_in(value)));
            let stand_ins: Vec<Argument> = stand_ins.collect();
            let arguments = self.arguments(&stand_ins)?;
            return self.operator_function(intrinsic, name, &arguments, span);
        }
        let first = operands.first().cloned().expect("one is required");
        let mut operands = operands.into_iter();
        let mut operand = || operands.next().expect("all are required");
        let computed = match form {
            Form::Binary(op) => self.array_binary(op, operand(), operand(), span)?,
            Form::Compare(op) => match elementwise_compare(op) {
                Some(op) => self.array_compare(op, operand(), operand(), span)?,
                None => None,
            },
            Form::Unary(op) => self.array_unary(op, operand(), span),
            Form::InPlace(_) | Form::Contains | Form::Truth | Form::Item | Form::Index => None,
        };
        computed.ok_or_else(|| {
            self.report_argument(name, &first, "numbers that it is made for, or arrays of them")
        })
    }

    /// A call of a function of the module `operator`.
    pub(crate) fn operator_function(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let form = form_of(intrinsic);
        let parameters: &[&str] = match form {
            Form::Unary(_) | Form::Truth | Form::Index => &["a"],
            Form::Binary(_) | Form::InPlace(_) | Form::Compare(_) | Form::Contains | Form::Item => {
                &["a", "b"]
            }
        };
        let placed = self.place_arguments(name, parameters, parameters.len(), arguments, span)?;
        let mut operands = placed.into_iter().flatten().cloned();
        let mut operand = || operands.next().expect("all are required");
        let kind = match form {
            Form::Binary(op) => binary(op, operand(), operand()),
            Form::InPlace(op) => {
                let (left, right) = (operand(), operand());
                binary(op, self.unchanging(name, &left)?, right)
            }
            Form::Compare(op) => compare(operand(), op, operand()),
            Form::Contains => {
                let container = operand();
                compare(operand(), CompareOp::In, container)
            }
            Form::Unary(op) => AstExpr::Unary { op, operand: Box::new(operand()) },
            Form::Truth => return self.condition(&operand()),
            Form::Item => AstExpr::Subscript { value: Box::new(operand()), index: Box::new(operand()) },
            Form::Index => {
                let value = self.value(&operand())?;
                if value.ty.as_scalar().is_some_and(|dtype| dtype.is_integer()) {
                    return Ok(value);
                }
                return Err(self.report_argument(name, &value, "an integer"));
            }
        };
        self.value(&ast::Expr::new(kind, span))
    }

    /// The left operand of an assignment operator, of which there can only be a new value.
    fn unchanging(&mut self, name: &str, left: &ast::Expr) -> Typed<ast::Expr> {
        let value = self.value(left)?;
        if let Type::Scalar(_) | Type::Tuple(_) = value.ty {
            return Ok(self.stand_in(value));
        }
        let message = format!("`{name}` of {} is not supported yet in a kernel", value.ty);
        let diagnostic = Diagnostic::error(&IN_PLACE, message, left.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help("write the assignment, as in `a += b`");
        Err(self.report(diagnostic))
    }

    /// `reduce(function, (a, b, c), start)`: `function(function(function(start, a), b), c)`.
    pub(crate) fn reduce(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["function", "iterable", "initial"], 2, arguments, span)?;
        let [function, items] = [placed[0], placed[1]].map(|argument| argument.expect("it is required"));
        self.in_block(span, |this| {
            let function = this.function_stand_in(function)?;
            let source = this.source(items)?;
            let initial = match placed[2] {
                Some(initial) => {
                    let initial = this.value(initial)?;
                    Some(this.kept(initial, "initial"))
                }
                None => None,
            };
            match source.iterable() {
                Some(Iterable::Tuple(tuple, types)) => {
                    this.reduced_tuple(&function, tuple, types, initial, span)
                }
                _ => this.reduced(&function, &source, initial, span),
            }
        })
    }

    /// Of a tuple each step has a type of its own.
    fn reduced_tuple(
        &mut self,
        function: &ast::Expr,
        tuple: &Expr,
        types: &TupleType,
        initial: Option<Expr>,
        span: Span,
    ) -> Typed {
        let mut items = crate::tuples::items(tuple, types);
        let Some(first) = initial.or_else(|| items.next()) else {
            let message = "`reduce` of an empty tuple has no value";
            let diagnostic = Diagnostic::error(&REDUCED, message, span).with_help("give it an initial value");
            return Err(self.report(diagnostic));
        };
        items.try_fold(first, |reduced, item| {
            self.count_link(span)?;
            let next = self.call_with(function, vec![reduced, item], span)?;
            Ok(self.kept(next, "result"))
        })
    }
}

fn binary(op: BinaryOp, left: ast::Expr, right: ast::Expr) -> AstExpr {
    AstExpr::Binary { first: Box::new(left), rest: vec![(op, right)] }
}

fn compare(left: ast::Expr, op: CompareOp, right: ast::Expr) -> AstExpr {
    AstExpr::Compare { first: Box::new(left), rest: vec![(op, right)] }
}
