//! Expressions.

use crate::{Identifier, Name};
use hotloop_diagnostics::Span;

/// An expression at a place. Parentheses leave no trace but the span of what they enclose.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, without enclosing parentheses.
    pub span: Span,
}

impl Expr {
    /// An expression at `span`.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A name that is read or, in a target, written.
    Name(Name),
    /// `12`, `0xff`, `1e3`, `2j`.
    Number(Number),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// A string without replacement fields; adjacent literals are joined.
    Str(String),
    /// A string that holds half a surrogate pair, as its code points: it is no text.
    SurrogateStr(Vec<u32>),
    /// A bytes literal; adjacent literals are joined.
    Bytes(Vec<u8>),
    /// An f-string (or a joined run of literals of which one is an f-string).
    FormatString(Vec<FormatPart>),
    /// A template string `t"..."`.
    TemplateString(Vec<FormatPart>),
    /// `-x`, `not x`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// A chain of left-associative binary operators of one precedence: `first op1 x1 op2 x2 ...`. Flat, so that a sum
    /// of thousands of terms needs no deep recursion. `**` never chains: its right operand is an expression.
    Binary {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The operators with their right operands, left to right; never empty.
        rest: Vec<(BinaryOp, Expr)>,
    },
    /// `a and b and c`: at least two operands of one operator.
    BoolChain {
        /// The operator.
        op: BoolOp,
        /// The operands.
        operands: Vec<Expr>,
    },
    /// `a < b <= c`.
    Compare {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The operators with their right operands; never empty.
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `then if condition else otherwise`.
    Conditional {
        /// What decides.
        condition: Box<Expr>,
        /// The value where the condition holds.
        then: Box<Expr>,
        /// The value elsewhere.
        otherwise: Box<Expr>,
    },
    /// `function(arguments)`.
    Call {
        /// What is called.
        function: Box<Expr>,
        /// Arguments in source order.
        arguments: Vec<Argument>,
    },
    /// `value.name`.
    Attribute {
        /// The object.
        value: Box<Expr>,
        /// The attribute.
        name: Identifier,
    },
    /// `value[index]`; several indices are a [`ExprKind::Tuple`] without parentheses.
    Subscript {
        /// What is indexed.
        value: Box<Expr>,
        /// The index, perhaps a slice or a tuple that holds slices.
        index: Box<Expr>,
    },
    /// `lower:upper:step`, only within a subscript.
    Slice {
        /// Before the first colon.
        lower: Option<Box<Expr>>,
        /// Before the second colon.
        upper: Option<Box<Expr>>,
        /// Behind the second colon.
        step: Option<Box<Expr>>,
    },
    /// `(a, b)`, `a, b`, `()`.
    Tuple(Vec<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{a, b}`.
    Set(Vec<Expr>),
    /// `{k: v, **other}`.
    Dict(Vec<DictItem>),
    /// `[element for ...]`.
    ListComprehension {
        /// The element.
        element: Box<Expr>,
        /// Its `for` clauses; never empty.
        clauses: Vec<Comprehension>,
    },
    /// `{element for ...}`.
    SetComprehension {
        /// The element.
        element: Box<Expr>,
        /// Its `for` clauses; never empty.
        clauses: Vec<Comprehension>,
    },
    /// `{key: value for ...}`.
    DictComprehension {
        /// The key.
        key: Box<Expr>,
        /// The value.
        value: Box<Expr>,
        /// Its `for` clauses; never empty.
        clauses: Vec<Comprehension>,
    },
    /// `(element for ...)`.
    Generator {
        /// The element.
        element: Box<Expr>,
        /// Its `for` clauses; never empty.
        clauses: Vec<Comprehension>,
    },
    /// `lambda parameters: body`.
    Lambda {
        /// Its parameters.
        parameters: Box<Parameters>,
        /// Its value.
        body: Box<Expr>,
    },
    /// `*value`.
    Starred(Box<Expr>),
    /// `target := value`.
    Walrus {
        /// The name that is assigned.
        target: Identifier,
        /// The value.
        value: Box<Expr>,
    },
    /// `yield value`.
    Yield(Option<Box<Expr>>),
    /// `yield from value`.
    YieldFrom(Box<Expr>),
    /// `await value`.
    Await(Box<Expr>),
}

impl ExprKind {
    /// `left op right`; extends the chain of `left` where both have the same precedence.
    pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Self {
        match left.kind {
            Self::Binary { first, mut rest }
                if op != BinaryOp::Pow && rest[0].0.precedence() == op.precedence() =>
            {
                rest.push((op, right));
                Self::Binary { first, rest }
            }
            kind => Self::Binary { first: Box::new(Expr::new(kind, left.span)), rest: vec![(op, right)] },
        }
    }

    /// What a person would call it, such as "a list comprehension": for messages that name a construct.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Name(_) => "a name",
            Self::Number(_) => "a number",
            Self::Bool(_) => "a boolean",
            Self::None => "`None`",
            Self::Ellipsis => "`...`",
            Self::Str(_) => "a string",
            Self::SurrogateStr(_) => "a string with half a surrogate pair",
            Self::Bytes(_) => "a bytes literal",
            Self::FormatString(_) => "an f-string",
            Self::TemplateString(_) => "a template string",
            Self::Unary { .. } => "a unary operator",
            Self::Binary { .. } => "a binary operator",
            Self::BoolChain { .. } => "`and`/`or`",
            Self::Compare { .. } => "a comparison",
            Self::Conditional { .. } => "a conditional expression",
            Self::Call { .. } => "a call",
            Self::Attribute { .. } => "an attribute",
            Self::Subscript { .. } => "a subscript",
            Self::Slice { .. } => "a slice",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Dict(_) => "a dict",
            Self::ListComprehension { .. } => "a list comprehension",
            Self::SetComprehension { .. } => "a set comprehension",
            Self::DictComprehension { .. } => "a dict comprehension",
            Self::Generator { .. } => "a generator expression",
            Self::Lambda { .. } => "a lambda",
            Self::Starred(_) => "a starred expression",
            Self::Walrus { .. } => "an assignment expression",
            Self::Yield(_) | Self::YieldFrom(_) => "a `yield`",
            Self::Await(_) => "an `await`",
        }
    }
}

/// A numeric literal. The digits are kept as text without underscores, so that no value is lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// A non-negative integer of any size.
    Int {
        /// The digits, without prefix and underscores.
        digits: Box<str>,
        /// 2, 8, 10 or 16.
        radix: u32,
    },
    /// A float, read as the nearest binary64.
    Float(f64),
    /// The imaginary part of `2j`.
    Imaginary(f64),
}

impl Number {
    /// A decimal integer.
    pub fn int(value: u64) -> Self {
        Self::Int { digits: value.to_string().into(), radix: 10 }
    }
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Pos,
    /// `~`
    Invert,
    /// `not`
    Not,
}

impl UnaryOp {
    /// As it is spelled.
    pub const fn spelling(self) -> &'static str {
        match self {
            Self::Neg => "-",
            Self::Pos => "+",
            Self::Invert => "~",
            Self::Not => "not",
        }
    }
}

/// Binary arithmetic and bit operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `@`
    MatMul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
}

impl BinaryOp {
    /// As it is spelled.
    pub const fn spelling(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::MatMul => "@",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "**",
            Self::LShift => "<<",
            Self::RShift => ">>",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
        }
    }

    /// How tightly it binds: higher binds tighter.
    pub const fn precedence(self) -> u8 {
        match self {
            Self::BitOr => 1,
            Self::BitXor => 2,
            Self::BitAnd => 3,
            Self::LShift | Self::RShift => 4,
            Self::Add | Self::Sub => 5,
            Self::Mul | Self::MatMul | Self::Div | Self::FloorDiv | Self::Mod => 6,
            Self::Pow => 8,
        }
    }
}

/// `and` and `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoolOp {
    /// `and`
    And,
    /// `or`
    Or,
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
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOp {
    /// As it is spelled.
    pub const fn spelling(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// An argument of a call. [`Argument::span`] says where it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// `value`
    Positional(Expr),
    /// `name=value`
    Keyword {
        /// The parameter's name.
        name: Identifier,
        /// The value.
        value: Expr,
    },
    /// `*value`
    Unpack(Expr),
    /// `**value`
    UnpackKeywords(Expr),
}

/// An entry of a dict display.
#[derive(Clone, Debug, PartialEq)]
pub enum DictItem {
    /// `key: value`
    Pair(Expr, Expr),
    /// `**other`
    Unpack(Expr),
}

/// `for target in iterable if condition ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// Whether it is `async for`.
    pub is_async: bool,
    /// What is assigned.
    pub target: Expr,
    /// What is iterated.
    pub iterable: Expr,
    /// The conditions, in order.
    pub conditions: Vec<Expr>,
    /// From `for` or `async` to the end of the last condition.
    pub span: Span,
}

/// A part of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatPart {
    /// Literal text, escapes and doubled braces resolved.
    Text(String),
    /// Half a surrogate pair, written as an escape.
    Surrogate(u16),
    /// `{value!r:format}`
    Field {
        /// The expression.
        value: Box<Expr>,
        /// The text of `{value=}` from behind the brace to what follows `=`, spaces included, comments not.
        debug_text: Option<String>,
        /// `!s`, `!r` or `!a`.
        conversion: Option<Conversion>,
        /// The format specification, which may hold fields itself.
        format: Option<Vec<FormatPart>>,
        /// From brace to brace.
        span: Span,
    },
}

/// How a replacement field converts its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `!s`
    Str,
    /// `!r`
    Repr,
    /// `!a`
    Ascii,
}

/// The parameters of a function or lambda, in source order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// The parameters; `/` and a bare `*` are expressed by the kinds.
    pub items: Vec<Parameter>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// Its name.
    pub name: Identifier,
    /// Its annotation.
    pub annotation: Option<Expr>,
    /// Its default value.
    pub default: Option<Expr>,
    /// From its name, or the stars before it, to its end.
    pub span: Span,
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// Before `/`.
    PositionalOnly,
    /// By position or by name.
    Ordinary,
    /// `*args`
    Variadic,
    /// Behind `*`.
    KeywordOnly,
    /// `**kwargs`
    VariadicKeyword,
}
