//! Shapes: how they are broadcast, and what errors say about them.

use crate::elementwise::Sources;
use crate::lowering::Lowering;
use hotloop_abi::{ErrorArgument, ExceptionClass, PAYLOAD_WORDS};
use hotloop_hir::{Broadcast, Version};
use hotloop_mir::{BinaryOp, ErrorData, IntCompare, Terminator, Value};

/// Whether something holds, as far as it is known when the code is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    Always,
    Never,
    /// As this `i1` says.
    If(Value),
}

/// A message in the making: `{0}` and so on stand for numbers that only the run knows.
#[derive(Default)]
pub(crate) struct Message {
    text: String,
    payload: Vec<Value>,
}

impl Message {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), payload: Vec::new() }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }
}

impl Lowering<'_> {
    /// A message that goes on with a number.
    pub(crate) fn with_number(&self, mut message: Message, number: Value) -> Message {
        match self.code.known_int(number) {
            Some(known) => message.text.push_str(&known.to_string()),
            None => {
                message.text.push_str(&format!("{{{}}}", message.payload.len()));
                message.payload.push(number);
            }
        }
        message
    }

    /// A message that goes on with a shape, as Python writes a tuple but without spaces.
    pub(crate) fn with_shape(&self, message: Message, shape: &[Value]) -> Message {
        let mut message = message.text("(");
        for (axis, length) in shape.iter().enumerate() {
            message = self.with_number(if axis == 0 { message } else { message.text(",") }, *length);
        }
        message.text(if shape.len() == 1 { ",)" } else { ")" })
    }

    /// Raises an error with the message unless the condition holds; with the short text where the numbers are too many for an error.
    pub(crate) fn check_shape(
        &mut self,
        condition: Value,
        class: ExceptionClass,
        message: Message,
        short: &str,
    ) {
        if self.code.known_int(condition) == Some(1) {
            return;
        }
        if message.payload.is_empty() || message.payload.len() > PAYLOAD_WORDS {
            let text = if message.payload.is_empty() { &message.text } else { short };
            return self.code.check(condition, class, text);
        }
        let [holds, fails] = [(); 2].map(|()| self.code.new_block());
        self.code.branch(condition, holds, fails);
        let holdings = self.code.holdings.clone();
        self.code.start(fails);
        let arguments = ErrorArgument::message(&message.text);
        let error = self.code.function.error_with(ErrorData { class: class.into(), arguments });
        self.code.terminate(Terminator::Raise { error, payload: message.payload });
        self.code.holdings = holdings;
        self.code.start(holds);
    }

    /// The shape that operands are broadcast to.
    pub(crate) fn shape_of(&mut self, broadcast: &Broadcast, sources: &Sources) -> Vec<Value> {
        let (class, text, parts) = match broadcast {
            Broadcast::Of(version) => return self.shape_of_operand(*version, sources),
            Broadcast::At(inner, span) => {
                let around = self.code.span();
                self.code.set_span(*span);
                let shape = self.shape_of(inner, sources);
                self.code.set_span(around);
                return shape;
            }
            Broadcast::Together(parts) => {
                (ExceptionClass::ValueError, "operands could not be broadcast together", parts)
            }
            Broadcast::Indices(parts) => {
                let text = "shape mismatch: indexing arrays could not be broadcast together";
                (ExceptionClass::IndexError, text, parts)
            }
        };
        let shapes: Vec<Vec<Value>> = parts.iter().map(|part| self.shape_of(part, sources)).collect();
        let ndim = shapes.iter().map(Vec::len).max().unwrap_or(0);
        let mut fits = Certainty::Always;
        let mut shape = Vec::with_capacity(ndim);
        for axis in 0..ndim {
            let lengths = shapes.iter().filter_map(|shape| along(shape, axis, ndim));
            let mut result = None;
            for length in lengths.collect::<Vec<Value>>() {
                result = Some(match result {
                    None => length,
                    Some(before) => self.broadcast_length(before, length, &mut fits),
                });
            }
            let length = result.expect("some shape has the axis");
            self.lengths.insert(length);
            shape.push(length);
        }
        if let Certainty::If(fits) = fits {
            let mut message = Message::new(text).text(" with shapes ");
            for shape in &shapes {
                message = self.with_shape(message, shape).text(" ");
            }
            self.check_shape(fits, class, message, text);
        }
        shape
    }

    fn shape_of_operand(&mut self, version: Version, sources: &Sources) -> Vec<Value> {
        let source = sources.elements.iter().find(|source| source.version == version);
        self.source_shape(source.expect("HIR: a shape that is broadcast is that of an operand"))
    }

    /// The length that two broadcast to.
    fn broadcast_length(&mut self, a: Value, b: Value, fits: &mut Certainty) -> Value {
        if a == b || self.code.known_int(b) == Some(1) {
            return a;
        }
        if self.code.known_int(a) == Some(1) {
            return b;
        }
        let code = &mut self.code;
        let is_same = code.compare(IntCompare::Eq, a, b);
        let [a_is_one, b_is_one] = [a, b].map(|length| code.compare_const(IntCompare::Eq, length, 1));
        let one_is_one = code.binary(BinaryOp::Or, a_is_one, b_is_one);
        let each = code.binary(BinaryOp::Or, is_same, one_is_one);
        let length = code.select(a_is_one, b, a);
        *fits = self.both(*fits, Certainty::If(each));
        length
    }

    /// Whether a shape can be broadcast to one that is there.
    pub(crate) fn fits_into(&mut self, shape: &[Value], target: &[Value]) -> Certainty {
        let mut fits = Certainty::Always;
        for (axis, wanted) in target.iter().enumerate() {
            let Some(length) = along(shape, axis, target.len()) else { continue };
            if length == *wanted || self.code.known_int(length) == Some(1) {
                continue;
            }
            let code = &mut self.code;
            let is_same = code.compare(IntCompare::Eq, length, *wanted);
            let is_one = code.compare_const(IntCompare::Eq, length, 1);
            let each = code.binary(BinaryOp::Or, is_same, is_one);
            fits = self.both(fits, Certainty::If(each));
        }
        fits
    }

    /// Whether both hold.
    pub(crate) fn both(&mut self, a: Certainty, b: Certainty) -> Certainty {
        match (a, b) {
            (Certainty::Never, _) | (_, Certainty::Never) => Certainty::Never,
            (Certainty::Always, other) | (other, Certainty::Always) => other,
            (Certainty::If(a), Certainty::If(b)) => Certainty::If(self.code.binary(BinaryOp::And, a, b)),
        }
    }
}

/// The length of a shape along an axis of one with so many axes, if it has that.
pub(crate) fn along(shape: &[Value], axis: usize, ndim: usize) -> Option<Value> {
    axis.checked_sub(ndim - shape.len()).map(|axis| shape[axis])
}
