//! Operations on whole arrays: views of their parts, and one computation for all elements.

use crate::{Expr, Version};
use hotloop_types::{ArrayType, Layout};

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
#[derive(Clone, Debug, PartialEq)]
pub struct Elementwise {
    /// The arrays with the versions that stand for their elements in the body, and scalars with the versions that hold them.
    pub operands: Vec<(Version, Expr)>,
    /// A scalar: the element of the result.
    pub body: Expr,
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
