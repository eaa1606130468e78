//! Expressions.

use crate::{Axis, Callee, Elementwise, ObjectExpr, Rearrangement, Stmt, Version};
use hotloop_diagnostics::Span;
use hotloop_intrinsics::{Intrinsic, Typing};
use hotloop_random::{Distribution, Stream, Ziggurat};
use hotloop_types::{Layout, Type};
use std::fmt;
use std::sync::Arc;

/// An expression with its type and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

impl Expr {
    /// An expression.
    pub fn new(kind: ExprKind, ty: Type, span: Span) -> Self {
        Self { kind, ty, span }
    }

    /// An operation on strings, bytes or lists.
    pub fn object(object: ObjectExpr, ty: Type, span: Span) -> Self {
        Self::new(ExprKind::Object(Box::new(object)), ty, span)
    }

    /// The expressions that it is directly made of, in the order in which they are evaluated; not those within the statements of a block.
    pub fn for_each_operand<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::ConstantArray(_) | ExprKind::Version(_) => {}
            ExprKind::Unary(_, value)
            | ExprKind::Convert(value)
            | ExprKind::IsNone(value)
            | ExprKind::Unwrap(value)
            | ExprKind::AsElements(value)
            | ExprKind::RangeLength(value)
            | ExprKind::TupleItem(value, _)
            | ExprKind::Assign { value, .. }
            | ExprKind::Block { value, .. }
            | ExprKind::Positions { length: value, .. }
            | ExprKind::ArrayAttribute(value, _) => visit(value),
            ExprKind::Binary { left, right, .. }
            | ExprKind::TupleElement { tuple: left, index: right }
            | ExprKind::RangeElement { range: left, index: right }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Let { value: left, body: right, .. } => {
                [left, right].into_iter().for_each(|part| visit(part))
            }
            ExprKind::Conditional { condition: first, then: second, otherwise: third }
            | ExprKind::Range { start: first, stop: second, step: third } => {
                [first, second, third].into_iter().for_each(|part| visit(part))
            }
            ExprKind::Tuple(items)
            | ExprKind::Intrinsic { arguments: items, .. }
            | ExprKind::Random { arguments: items, .. }
            | ExprKind::Generator { arguments: items, .. }
            | ExprKind::Call { arguments: items, .. } => items.iter().for_each(visit),
            ExprKind::Element { array, indices } => {
                visit(array);
                indices.iter().for_each(visit);
            }
            ExprKind::NewArray { fill, shape } => {
                if let Fill::Value(value) = fill {
                    visit(value);
                }
                shape.iter().for_each(visit);
            }
            ExprKind::Resume { generator, condition, .. } => {
                condition.as_deref().into_iter().chain([&**generator]).for_each(visit);
            }
            ExprKind::View { array, axes } => {
                visit(array);
                axes.iter().flat_map(Axis::operands).for_each(visit);
            }
            ExprKind::Rearranged { array, how } => {
                visit(array);
                how.operands().iter().for_each(visit);
            }
            ExprKind::Elementwise(operation) => operation.for_each_operand(visit),
            ExprKind::Selected { array, mask } => {
                visit(array);
                mask.for_each_operand(visit);
            }
            ExprKind::TruePositions { mask, lengths, .. } => {
                lengths.iter().for_each(&mut *visit);
                mask.for_each_operand(visit);
            }
            ExprKind::Object(object) => object.operands().into_iter().for_each(visit),
        }
    }

    /// Whether evaluating it may write to arrays that others see: it runs other functions, or statements that are more than tests.
    pub fn may_write(&self) -> bool {
        let mut found = match &self.kind {
            ExprKind::Call { .. } | ExprKind::Resume { .. } => true,
            ExprKind::Intrinsic { intrinsic, .. } if intrinsic.typing() == Typing::WholeArrays => true,
            ExprKind::Block { statements, .. } => statements.iter().any(Stmt::may_write),
            _ => false,
        };
        self.for_each_operand(&mut |part| found = found || part.may_write());
        found
    }

    /// Whether evaluating it takes a handful of operations: nothing in it is repeated, called or allocated.
    pub fn is_short(&self) -> bool {
        let mut short = match &self.kind {
            ExprKind::Call { .. }
            | ExprKind::Resume { .. }
            | ExprKind::Block { .. }
            | ExprKind::Elementwise(_)
            | ExprKind::Selected { .. }
            | ExprKind::TruePositions { .. }
            | ExprKind::NewArray { .. }
            | ExprKind::Object(_) => false,
            ExprKind::Intrinsic { intrinsic, .. } => intrinsic.typing() != Typing::WholeArrays,
            _ => true,
        };
        self.for_each_operand(&mut |part| short = short && part.is_short());
        short
    }

    /// Whether evaluating it may change lists that others see.
    pub fn may_change_lists(&self) -> bool {
        let mut found = match &self.kind {
            ExprKind::Call { .. } | ExprKind::Resume { .. } | ExprKind::Block { .. } => true,
            ExprKind::Object(object) => object.changes_list(),
            _ => false,
        };
        self.for_each_operand(&mut |part| found = found || part.may_change_lists());
        found
    }

    /// Whether statements stand within it.
    pub fn has_block(&self) -> bool {
        let mut found = matches!(self.kind, ExprKind::Block { .. });
        self.for_each_operand(&mut |part| found = found || part.has_block());
        found
    }

    /// A constant without a place.
    pub fn constant(constant: Constant, ty: Type) -> Self {
        Self::new(ExprKind::Constant(constant), ty, Span::NONE)
    }
}

/// A constant; its type stands in the expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// Of type bool.
    Bool(bool),
    /// Of an integer type; a uint64 by its bits.
    Int(i64),
    /// Of a float type; a float32 is representable exactly.
    Float(f64),
    /// Of a complex type, by its real and imaginary part; those of a complex64 are representable exactly.
    Complex(f64, f64),
    /// Of type none.
    None,
    /// Of a dtype type, which says it all.
    Dtype,
}

/// The kinds of expressions. Operands are evaluated left to right.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Constant(Constant),
    /// The value of a version. Raises `UnboundLocalError` if the version may be unassigned and is.
    Version(Version),
    /// A unary operation; the operand has the expression's type.
    Unary(UnaryOp, Box<Expr>),
    /// A binary operation on scalars; both operands have the expression's type. The right operand of `Pow` may instead be an integer
    /// constant of type int64, or any integer if the left one is an integer, and that of a shift any integer.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// A comparison of two scalars of one type, or of an int64 with a uint64, which compare by value; gives a bool. Complex numbers are only equal
    /// or not.
    Compare {
        /// The operator.
        op: CompareOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `left and right` of bools; the right is evaluated only if the left is true.
    And(Box<Expr>, Box<Expr>),
    /// `left or right` of bools; the right is evaluated only if the left is false.
    Or(Box<Expr>, Box<Expr>),
    /// `then if condition else otherwise`; both have the expression's type.
    Conditional {
        /// A bool.
        condition: Box<Expr>,
        /// Evaluated if it is true.
        then: Box<Expr>,
        /// Evaluated if it is false.
        otherwise: Box<Expr>,
    },
    /// Binds a version for the evaluation of `body`, whose value it has.
    Let {
        /// The version; used in `body` only.
        target: Version,
        /// Its value.
        value: Box<Expr>,
        /// What uses it.
        body: Box<Expr>,
    },
    /// Runs statements and has the value of `value`: a loop within an expression. What they assign is used in `value` only. They fall through
    /// or raise; nothing in them leaves a loop around the expression, or returns.
    Block {
        /// The statements.
        statements: Vec<Stmt>,
        /// What is evaluated behind them.
        value: Box<Expr>,
    },
    /// Assigns a version for good, and has its value. It stands only where every way through the statement evaluates it.
    Assign {
        /// The version.
        target: Version,
        /// Its value, of its type.
        value: Box<Expr>,
    },
    /// The operand in the expression's type: between scalars (to bool: whether it is not zero), from an array to one of a more general type,
    /// element by element of a tuple, or into an optional of such a type, also from `None` and from another optional.
    Convert(Box<Expr>),
    /// Whether an optional is `None`; gives a bool.
    IsNone(Box<Expr>),
    /// The value of an optional; raises `TypeError` if it is `None`.
    Unwrap(Box<Expr>),
    /// A tuple, of a named class if the expression's type says so; a function with what it captured; or a member of an enumeration, whose position
    /// is the one item.
    Tuple(Vec<Expr>),
    /// A `range` object; each part is an int64. A step of 0 raises `ValueError`.
    Range {
        /// The first value.
        start: Box<Expr>,
        /// Where the values end.
        stop: Box<Expr>,
        /// From one value to the next.
        step: Box<Expr>,
    },
    /// How many values a `range` object has, at most the largest int64.
    RangeLength(Box<Expr>),
    /// The value of a `range` object at a position, an int64; a negative one counts from the end; one out of range raises `IndexError`.
    RangeElement {
        /// The range.
        range: Box<Expr>,
        /// The position.
        index: Box<Expr>,
    },
    /// An element of a tuple, or of what a function captured, counted from 0; of a `range` object its start, stop or step; of a member of an
    /// enumeration its position.
    TupleItem(Box<Expr>, u32),
    /// An element, chosen at run time, of a tuple whose elements all have the expression's type. The index is an int64; a negative
    /// one counts from the end; one out of range raises `IndexError`, whatever the function's options say.
    TupleElement {
        /// The tuple.
        tuple: Box<Expr>,
        /// The index.
        index: Box<Expr>,
    },
    /// An array that is known when the code is made; read-only.
    ConstantArray(Arc<ConstantArray>),
    /// An element of an array; as many integer indices as it has dimensions. Checked unless the function's options say otherwise; a signed index that is negative
    /// counts from the end.
    Element {
        /// The array.
        array: Box<Expr>,
        /// The indices.
        indices: Vec<Expr>,
    },
    /// A view of an array: what is left of its axes, in their order. The axes are evaluated from left to right, behind the array.
    View {
        /// The array.
        array: Box<Expr>,
        /// What becomes of each of its axes.
        axes: Vec<Axis>,
    },
    /// An array in another arrangement; the shape is evaluated behind the array.
    Rearranged {
        /// The array.
        array: Box<Expr>,
        /// What becomes of it.
        how: Rearrangement,
    },
    /// A new array of the expression's type, which is contiguous: the result of one computation for all elements.
    Elementwise(Box<Elementwise>),
    /// A number that is computed as the elements of arrays are, under NumPy's error model.
    AsElements(Box<Expr>),
    /// The int64 numbers from 0 to before a length, along the first of so many axes; the others have a length of 1. It stands only as an operand of an
    /// [`Elementwise`] or of [`Places`](crate::Places), and is not in memory.
    Positions {
        /// An int64.
        length: Box<Expr>,
        /// How many axes, 1 at least.
        axes: u8,
    },
    /// A new array of the elements, or of the parts behind the axes of the mask, where a mask of bools for the first axes is true, in C order. A mask of other
    /// lengths raises `IndexError`.
    Selected {
        /// The array.
        array: Box<Expr>,
        /// The mask, evaluated behind it.
        mask: Box<Elementwise>,
    },
    /// A new array of int64 in C order, a row for each axis of a mask of bools: where it is true, in C order. A mask of other lengths than these raises
    /// `IndexError`.
    TruePositions {
        /// The lengths of what the mask is for, int64 each, evaluated before it.
        lengths: Vec<Expr>,
        /// The number of the first of these axes, for the message.
        first_axis: u8,
        /// The mask.
        mask: Box<Elementwise>,
    },
    /// An attribute of an array.
    ArrayAttribute(Box<Expr>, ArrayAttribute),
    /// A built-in operation; the arguments have the types that its rule asks for.
    Intrinsic {
        /// The operation.
        intrinsic: Intrinsic,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// Goes on with a generator up to its next item. Gives a tuple: whether there is one, and it; where there is none, anything stands in its place.
    Resume {
        /// The function that goes on with generators of this type.
        callee: Callee,
        /// The generator.
        generator: Box<Expr>,
        /// A bool; where it is false, the generator stays as it is, and there is no item. It is evaluated first.
        condition: Option<Box<Expr>>,
    },
    /// Something of a generator of random numbers, and what it is drawn by; see [`Draw`].
    Random {
        /// Which generator.
        stream: Stream,
        /// What.
        draw: Draw,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// Something of a generator that is a value, the first argument, or a new one; see [`GeneratorRequest`].
    Generator {
        /// What.
        request: GeneratorRequest,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// A call of another compiled function; the arguments have exactly its parameters' types.
    Call {
        /// The function.
        callee: Callee,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// A new array of the expression's type, which is contiguous. A negative length raises `ValueError`.
    NewArray {
        /// What its elements are.
        fill: Fill,
        /// Its lengths, int64 each.
        shape: Vec<Expr>,
    },
    /// An operation on strings, bytes or lists.
    Object(Box<ObjectExpr>),
}

/// What a generator of random numbers is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// A float64 from 0 to before 1.
    Float,
    /// So many bits, from 0 to 64, an int64; gives a uint64.
    Bits,
    /// An int64 from 0 to before an int64, which counts as one without a sign: 0 stands for 2^64.
    Below,
    /// A number of a distribution of the same stream, by its parameters: float64 all.
    Distribution(Distribution),
    /// To begin anew with a seed, a uint64; gives none.
    Seed,
    /// To begin anew with a seed from the system; gives none.
    SeedAnew,
    /// To put the items of a list or of an array of one dimension into a random order; gives none.
    Shuffle,
}

/// What a `numpy.random.Generator` is asked for. All but the first two take the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GeneratorRequest {
    /// A new one, from a seed, a uint64.
    New,
    /// A new one, from a seed of the system.
    NewAnew,
    /// The next 64 bits, a uint64.
    Word,
    /// The next 32 bits, a uint32.
    HalfWord,
    /// A float64 from 0 to before 1.
    Float,
    /// A number of a distribution, float64; one of float32 is exact.
    Ziggurat(Ziggurat),
}

/// The contents of an array that is known when the code is made. The expression's type says what the elements are and in which order they
/// lie: C or Fortran.
#[derive(Clone, PartialEq, Eq)]
pub struct ConstantArray {
    /// Its lengths.
    pub shape: Vec<i64>,
    /// The elements without gaps, as they lie in memory.
    pub bytes: Arc<[u8]>,
}

/// Without the elements, of which there may be many.
impl fmt::Debug for ConstantArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConstantArray({:?}, {} bytes)", self.shape, self.bytes.len())
    }
}

/// What the elements of a new array are.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// Not set.
    Empty,
    /// Zeros.
    Zeros,
    /// All this value, which has the array's dtype.
    Value(Box<Expr>),
}

/// Attributes of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArrayAttribute {
    /// The lengths: a tuple of int64.
    Shape,
    /// The strides in bytes: a tuple of int64.
    Strides,
    /// The number of elements: int64.
    Size,
    /// Whether the elements lie without gaps in C or Fortran order, where axes of length 1 do not count: bool.
    IsContiguous(Layout),
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`, of a number; wraps. Of a complex number both parts change their sign.
    Neg,
    /// `~`, of an integer; of a bool, not.
    Invert,
    /// `not`, of a bool.
    Not,
}

/// Binary operators, with the semantics of `DESIGN.md`, section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/` of floats or complex numbers; by zero raises `ZeroDivisionError` unless the error model is NumPy's.
    Div,
    /// `//`; by zero as for `/`, where NumPy's model gives 0 for integers.
    FloorDiv,
    /// `%`; by zero as for `//`.
    Mod,
    /// `**`; a negative run-time power of an integer raises `ValueError`.
    Pow,
    /// `<<` of integers; a negative count raises `ValueError`.
    LShift,
    /// `>>` of integers; a negative count raises `ValueError`.
    RShift,
    /// `&` of integers or bools.
    BitAnd,
    /// `|` of integers or bools.
    BitOr,
    /// `^` of integers or bools.
    BitXor,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}
