//! Operations on whole arrays: views of their parts, and one computation for all elements.

use crate::{Expr, Version};
use hotloop_diagnostics::Span;
use hotloop_types::{ArrayType, Dtype, Layout};

/// What a subscript does with one axis of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// An integer chooses one position, and the axis is gone. Checked as the index of an element is.
    Index(Expr),
    /// `start:stop:step`, int64 where given; cut to what there is, as Python does. A step of 0 raises `ValueError`.
    Slice {
        /// The first position.
        start: Option<Expr>,
        /// Behind the last position.
        stop: Option<Expr>,
        /// From one position to the next; 1 if left out.
        step: Option<Expr>,
    },
    /// The axis stays as it is.
    Whole,
    /// A new axis of length 1 stands here; it takes none of the array's.
    New,
}

impl Axis {
    /// Whether it is a part of an axis whose positions follow each other.
    fn is_dense(&self) -> bool {
        matches!(self, Self::Slice { step: None, .. } | Self::Whole)
    }

    /// What it evaluates, in order.
    pub fn operands(&self) -> impl Iterator<Item = &Expr> {
        let parts = match self {
            Self::Index(index) => [Some(index), None, None],
            Self::Slice { start, stop, step } => [start.as_ref(), stop.as_ref(), step.as_ref()],
            Self::Whole | Self::New => [None, None, None],
        };
        parts.into_iter().flatten()
    }
}

/// One computation for all elements of arrays, which are broadcast against each other as NumPy does.
///
/// The operands are evaluated in their order, once; shapes that do not fit raise `ValueError`. The body is evaluated for each element. In it, divisions
/// follow NumPy's error model whatever the function's options say.
///
/// An operand is an array whose elements a version of its dtype stands for, an array as a whole, which a version of its type is and from which the body
/// reads elements at computed indices, or a scalar. A whole array can be named by the operands behind it, too.
#[derive(Clone, Debug, PartialEq)]
pub struct Elementwise {
    /// The operands with their versions.
    pub operands: Vec<(Version, Expr)>,
    /// How the shapes of the operands make that of the result.
    pub broadcast: Broadcast,
    /// A scalar: the element of the result.
    pub body: Expr,
}

impl Elementwise {
    /// Whether evaluating it may write to arrays that others see.
    pub fn may_write(&self) -> bool {
        self.operands.iter().any(|(_, operand)| operand.may_write()) || self.body.may_write()
    }

    /// The operands and the body, in the order in which they are evaluated.
    pub(crate) fn for_each_operand<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        self.operands.iter().for_each(|(_, operand)| visit(operand));
        visit(&self.body);
    }
}

/// How shapes are broadcast: step by step, as the operators of the source do it, so that an error tells of the step that failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Broadcast {
    /// The shape of the array for whose elements this version stands.
    Of(Version),
    /// The shape that these broadcast to; of none, that of a scalar. Where they do not fit, `ValueError` is raised.
    Together(Vec<Broadcast>),
    /// The same of arrays of indices, where `IndexError` is raised.
    Indices(Vec<Broadcast>),
    /// A shape whose error stands at another place than the computation: what it is the shape of has become part of that.
    At(Box<Broadcast>, Span),
}

/// Elements of an array that are chosen by one index an axis, which are broadcast against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// As in [`Elementwise`].
    pub operands: Vec<(Version, Expr)>,
    /// How the shapes of the operands make that of what is chosen.
    pub broadcast: Broadcast,
    /// For each axis of the array the version of an operand: an integer, or an element of an array of integers.
    pub indices: Vec<Version>,
    /// Whether a mask has chosen them, which the message for a wrong number of values then says.
    pub is_masked: bool,
}

/// Another arrangement of the elements of an array. All but some with another shape are views.
#[derive(Clone, Debug, PartialEq)]
pub enum Rearrangement {
    /// The same axes in another order: for each axis of the result that of the array.
    Axes(Vec<u8>),
    /// Another dtype of the same size, or the part of complex numbers that begins so many bytes behind their start.
    Parts(u32),
    /// A dtype of another size, of an array in C order: the last axis has more elements or fewer. A length that does not fit raises `ValueError`.
    Resized,
    /// Another shape of the same size, int64 each; one that is -1 is computed from the others. The elements of an array that is not contiguous in C order are
    /// copied. A size that does not fit raises `ValueError`.
    Shape(Vec<Expr>),
    /// A larger shape, int64 each, to which the array is broadcast; read-only. One that does not fit raises `ValueError`.
    Broadcast(Vec<Expr>),
}

impl Rearrangement {
    /// What it evaluates, in order.
    pub fn operands(&self) -> &[Expr] {
        match self {
            Self::Axes(_) | Self::Parts(_) | Self::Resized => &[],
            Self::Shape(shape) | Self::Broadcast(shape) => shape,
        }
    }

    /// The type of the result; `dtype` is that of its elements. `None` if the array has other axes.
    pub fn type_of(&self, array: ArrayType, dtype: Dtype) -> Option<ArrayType> {
        Some(match self {
            Self::Axes(order) => {
                let mut seen = order.clone();
                seen.sort_unstable();
                let is_order = seen.iter().copied().eq(0..array.ndim);
                let layout = layout_in_order(array, order);
                (is_order && dtype == array.dtype).then_some(ArrayType { layout, ..array })?
            }
            Self::Parts(offset) if array.dtype.size_bytes() == dtype.size_bytes() => {
                (*offset == 0).then_some(ArrayType { dtype, ..array })?
            }
            Self::Parts(offset) => {
                let is_part = array.dtype.is_complex() && dtype == array.dtype.part();
                let fits = is_part && (*offset == 0 || *offset == dtype.size_bytes());
                let layout = if array.ndim == 0 { array.layout } else { Layout::A };
                fits.then_some(ArrayType { dtype, layout, ..array })?
            }
            Self::Resized => {
                let fits = array.ndim > 0
                    && array.layout == Layout::C
                    && dtype.size_bytes() != array.dtype.size_bytes();
                fits.then_some(ArrayType { dtype, ..array })?
            }
            Self::Shape(shape) => {
                let ndim = u8::try_from(shape.len()).ok()?;
                (dtype == array.dtype).then_some(ArrayType { ndim, layout: Layout::C, ..array })?
            }
            Self::Broadcast(shape) => {
                let ndim = u8::try_from(shape.len()).ok()?;
                let fits = ndim >= array.ndim && dtype == array.dtype;
                let layout = if ndim == 0 { Layout::C } else { Layout::A };
                fits.then_some(ArrayType { ndim, layout, readonly: true, ..array })?
            }
        })
    }
}

fn layout_in_order(array: ArrayType, order: &[u8]) -> Layout {
    let is_kept = order.is_sorted();
    let is_reversed = order.iter().rev().is_sorted();
    match array.layout {
        layout if is_kept => layout,
        Layout::C if is_reversed => Layout::F,
        Layout::F if is_reversed => Layout::C,
        Layout::C | Layout::F | Layout::A => Layout::A,
    }
}

/// The type of the view that the axes leave of an array; `None` if they are not as many as it has.
pub fn view_type(array: ArrayType, axes: &[Axis]) -> Option<ArrayType> {
    let taken = axes.iter().filter(|axis| !matches!(axis, Axis::New)).count();
    let left = axes.iter().filter(|axis| !matches!(axis, Axis::Index(_))).count();
    let ndim = u8::try_from(left).ok()?;
    let layout = match array.layout {
        Layout::C => layout_of(axes.iter(), Layout::C),
        Layout::F => layout_of(axes.iter().rev(), Layout::F),
        Layout::A => Layout::A,
    };
    let layout = if layout == Layout::F && ndim < 2 { Layout::C } else { layout };
    (taken == usize::from(array.ndim)).then_some(ArrayType { ndim, layout, ..array })
}

/// The layout of a view of a contiguous array, whose axes come in the order of their strides, the largest first: it is contiguous if behind the axes that
/// are gone one may be cut, and all others are whole.
fn layout_of<'a>(axes: impl Iterator<Item = &'a Axis>, contiguous: Layout) -> Layout {
    let mut left = axes.skip_while(|axis| matches!(axis, Axis::Index(_)));
    let first_is_dense = left.next().is_none_or(Axis::is_dense);
    if first_is_dense && left.all(|axis| matches!(axis, Axis::Whole)) { contiguous } else { Layout::A }
}
