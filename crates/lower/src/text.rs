//! Strings and bytes: constants, parts, comparisons.
//!
//! A string is its owner, the address of its first character and its length. A part shares the owner, so taking one costs nothing but
//! arithmetic; the owner of a constant, and of what the host lends, is null.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::values::{Lifetime, Operand, TextOperand};
use hotloop_hir::Expr;
use hotloop_mir::{
    BinaryOp, CheckedAxis, InstKind, IntCompare, MachineType, RegionKind, RuntimeFunction, Value,
};
use hotloop_objects::layout::{TEXT_LENGTH, TEXT_START};
use hotloop_types::Type;

/// How many bytes a character takes.
fn width_bytes(ty: &Type) -> i64 {
    match ty {
        Type::Str => 4,
        Type::Bytes => 1,
        Type::Scalar(_)
        | Type::Array(_)
        | Type::Tuple(_)
        | Type::None
        | Type::Dtype(_)
        | Type::List(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => panic!("HIR: a string type is expected, not {ty}"),
    }
}

impl Lowering<'_> {
    /// A constant string.
    pub(crate) fn constant_str(&mut self, text: &str) -> Operand {
        let bytes: Vec<u8> = text.chars().flat_map(|code| u32::from(code).to_le_bytes()).collect();
        self.constant_text(bytes, text.chars().count())
    }

    /// Constant characters.
    pub(crate) fn constant_text(&mut self, bytes: Vec<u8>, length: usize) -> Operand {
        let owner = self.code.int(MachineType::Ptr, 0);
        let data = self.code.value(InstKind::Data(bytes.into()));
        let length = self.code.int64(length as i64);
        Operand::Text(TextOperand { owner, data, length, lifetime: Lifetime::Caller })
    }

    /// The string in a block that an operation made; the value holds its reference.
    pub(crate) fn new_text(&mut self, owner: Value) -> Operand {
        self.code.hold(owner, Holder::Temporary);
        let region = self.code.region(RegionKind::Text);
        let length = self.code.load(MachineType::I64, owner, TEXT_LENGTH as i32, region);
        self.lengths.insert(length);
        let start = self.code.int64(TEXT_START as i64);
        let data = self.code.add_bytes(owner, start);
        Operand::Text(TextOperand { owner, data, length, lifetime: Lifetime::Temporary })
    }

    /// A character of a string, as a string that shares it; a byte of bytes, as an integer.
    pub(crate) fn text_item(&mut self, expr: &Expr, text: &Expr, index: &Expr) -> Operand {
        let operand = self.expr(text);
        let index = self.scalar(index);
        self.code.set_span(expr.span);
        let whole = operand.text();
        let axis = if text.ty == Type::Str { CheckedAxis::Str } else { CheckedAxis::Bytes };
        let position = self.checked_item(index, whole.length, axis);
        let data = self.code.character(whole.data, position, width_bytes(&text.ty));
        if text.ty == Type::Str {
            let length = self.code.int64(1);
            return Operand::Text(TextOperand { data, length, ..whole });
        }
        let region = self.code.region(RegionKind::Text);
        let byte = self.code.load(MachineType::I8, data, 0, region);
        let value = self.code.convert(hotloop_mir::ConvertOp::ZeroExtend, byte, MachineType::I64);
        self.drop_temporary(&operand);
        Operand::Scalar(value)
    }

    /// A part of a string or bytes, which shares the characters.
    pub(crate) fn text_part(
        &mut self,
        expr: &Expr,
        text: &Expr,
        start: &Expr,
        stop: Option<&Expr>,
    ) -> Operand {
        let whole = self.expr(text).text();
        let start = self.scalar(start);
        let stop = stop.map(|stop| self.scalar(stop));
        self.code.set_span(expr.span);
        let start = self.code.clipped(start, whole.length);
        let stop = stop.map_or(whole.length, |stop| self.code.clipped(stop, whole.length));
        let count = self.code.binary(BinaryOp::Isub, stop, start);
        let zero = self.code.int64(0);
        let length = self.code.binary(BinaryOp::Smax, count, zero);
        self.lengths.insert(length);
        let data = self.code.character(whole.data, start, width_bytes(&text.ty));
        Operand::Text(TextOperand { data, length, ..whole })
    }

    /// The code point of the first character.
    pub(crate) fn first_code(&mut self, text: &Expr) -> Operand {
        let operand = self.expr(text);
        let region = self.code.region(RegionKind::Text);
        let code = self.code.load(MachineType::I32, operand.text().data, 0, region);
        let code = self.code.convert(hotloop_mir::ConvertOp::ZeroExtend, code, MachineType::I64);
        self.drop_temporary(&operand);
        Operand::Scalar(code)
    }

    /// The order of two strings: negative, 0 or positive.
    pub(crate) fn text_order(&mut self, expr: &Expr, left: &Expr, right: &Expr) -> Operand {
        let (first, second) = (self.expr(left), self.expr(right));
        self.code.set_span(expr.span);
        let width = self.code.int64(width_bytes(&left.ty));
        let (a, b) = (first.text(), second.text());
        let arguments = vec![a.data, a.length, b.data, b.length, width];
        let order = self.code.call_runtime(RuntimeFunction::TextOrder, arguments);
        self.drop_temporary(&second);
        self.drop_temporary(&first);
        Operand::Scalar(order)
    }
}

impl Code {
    /// The address of a character.
    fn character(&mut self, data: Value, position: Value, width_bytes: i64) -> Value {
        let offset = if width_bytes == 1 { position } else { self.binary_const(BinaryOp::Shl, position, 2) };
        self.add_bytes(data, offset)
    }

    /// A bound of a slice, from 0 to the length.
    fn clipped(&mut self, bound: Value, length: Value) -> Value {
        match self.known_int(bound) {
            Some(0) => return bound,
            Some(1..) => return self.binary(BinaryOp::Smin, bound, length),
            Some(_) | None => {}
        }
        let from_end = self.binary(BinaryOp::Iadd, bound, length);
        let zero = self.int64(0);
        let from_end = self.binary(BinaryOp::Smax, from_end, zero);
        let is_negative = self.compare_const(IntCompare::Slt, bound, 0);
        let from_start = self.select(is_negative, from_end, bound);
        self.binary(BinaryOp::Smin, from_start, length)
    }
}
