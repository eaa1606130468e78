//! Operations on strings, bytes and lists: those of the table, and the way to all others.

use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::values::{Lifetime, ListOperand, Operand, scalar_dtype};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Expr, ObjectExpr};
use hotloop_mir::{
    ConvertOp, InstKind, IntCompare, MachineType, RegionKind, RuntimeFunction, Slot, SlotData, Value,
};
use hotloop_objects::{Form, Operation};
use hotloop_types::Type;

impl Lowering<'_> {
    /// An operation on objects.
    pub(crate) fn object(&mut self, expr: &Expr, object: &ObjectExpr) -> Operand {
        match object {
            ObjectExpr::Str(text) => self.constant_str(text),
            ObjectExpr::Bytes(bytes) => self.constant_text(bytes.to_vec(), bytes.len()),
            ObjectExpr::Length(value) | ObjectExpr::LiveLength(value) => self.length(value),
            ObjectExpr::Item { sequence, index } if matches!(sequence.ty, Type::List(_)) => {
                self.list_item(expr, sequence, index)
            }
            ObjectExpr::Item { sequence, index } => self.text_item(expr, sequence, index),
            ObjectExpr::Part { text, start, stop } => self.text_part(expr, text, start, stop.as_ref()),
            ObjectExpr::Perform { operation, arguments } => self.perform(expr, *operation, arguments),
            ObjectExpr::Number { text, base } => self.number_of_text(expr, text, base.as_ref()),
            ObjectExpr::Order(left, right) => self.text_order(expr, left, right),
            ObjectExpr::List(items) => self.new_list(expr, items),
            ObjectExpr::EmptyList(capacity) => self.empty_list(expr, capacity),
            ObjectExpr::Append { list, item } => self.append(expr, list, item),
            ObjectExpr::Pop(list) => self.pop(expr, list),
            ObjectExpr::SetItem { list, index, item } => self.set_item(expr, list, index, item),
            ObjectExpr::Checked { condition, error: (class, message), value } => {
                let condition = self.scalar(condition);
                self.code.set_span(expr.span);
                self.code.check(condition, *class, message);
                self.expr(value)
            }
            ObjectExpr::Code(text) => self.first_code(text),
            ObjectExpr::Same(left, right) => self.same_list(left, right),
            ObjectExpr::CaughtWord { caught, question, position } => {
                self.caught_word(expr, *caught, *question, *position)
            }
            ObjectExpr::CaughtText { caught, form } => self.caught_text(expr, *caught, *form),
            ObjectExpr::Text(texts) => self.text(expr, texts),
            ObjectExpr::Print { texts, flush } => self.print(expr, texts, flush),
        }
    }

    fn perform(&mut self, expr: &Expr, operation: Operation, arguments: &[Expr]) -> Operand {
        let operands = self.exprs(arguments);
        self.code.set_span(expr.span);
        let words: Vec<Value> = (operands.iter().zip(arguments))
            .flat_map(|(operand, argument)| self.words(operand, &argument.ty))
            .collect();
        let address = self.word_slot(&words, 0);
        let result = self.call_object(operation, address, words.len());
        let operand = match operation.result() {
            Form::Str | Form::Bytes => self.new_text_of(result),
            Form::List => {
                let owner = self.code.convert(ConvertOp::Bitcast, result, MachineType::Ptr);
                self.code.hold(owner, Holder::Temporary);
                Operand::List(ListOperand { owner, lifetime: Lifetime::Temporary })
            }
            Form::Bool => Operand::Scalar(self.code.compare_const(IntCompare::Ne, result, 0)),
            Form::Word => Operand::Scalar(result),
            Form::Float => Operand::Scalar(self.code.convert(ConvertOp::Bitcast, result, MachineType::F64)),
            Form::Nothing => Operand::Nothing,
        };
        for argument in &operands {
            self.drop_temporary(argument);
        }
        operand
    }

    /// The number that a string is.
    fn number_of_text(&mut self, expr: &Expr, text: &Expr, base: Option<&Expr>) -> Operand {
        let operand = self.expr(text);
        let base = base.map(|base| self.scalar(base));
        self.code.set_span(expr.span);
        let mut words = self.words(&operand, &text.ty);
        words.extend(base);
        let count = words.len();
        // The word behind is the address of the word behind that, where the number goes.
        let address = self.word_slot(&words, 2);
        let offset = self.code.int64(8 * (count as i64 + 1));
        let place = self.code.add_bytes(address, offset);
        let region = self.code.region(RegionKind::Stack);
        self.code.store(place, address, 8 * count as i32, region);
        let (operation, ty) = match base {
            Some(_) => (Operation::IntOfStr, MachineType::I64),
            None => (Operation::FloatOfStr, MachineType::F64),
        };
        let is_number = self.call_object(operation, address, count + 1);
        let is_number = self.code.compare_const(IntCompare::Ne, is_number, 0);
        let (holds, fails) = (self.code.new_block(), self.code.new_block());
        self.code.branch(is_number, holds, fails);
        let holdings = self.code.holdings.clone();
        self.code.start(fails);
        self.raise_no_number(&operand, base);
        self.code.holdings = holdings;
        self.code.start(holds);
        let value = self.code.load(ty, address, 8 * (count as i32 + 1), region);
        self.drop_temporary(&operand);
        Operand::Scalar(value)
    }

    /// Raises that a string is no number, in CPython's words.
    fn raise_no_number(&mut self, text: &Operand, base: Option<Value>) {
        let mut message = match base {
            None => self.constant_str("could not convert string to float: "),
            Some(base) => {
                let start = self.constant_str("invalid literal for int() with base ");
                let base = self.made_str(Operation::StrOfInt, vec![base]);
                let message = self.joined_str(&start, &base);
                let colon = self.constant_str(": ");
                self.joined_str(&message, &colon)
            }
        };
        let words = self.words(text, &Type::Str);
        let shown = self.made_str(Operation::Repr, words);
        message = self.joined_str(&message, &shown);
        self.raise_text(ExceptionClass::ValueError.into(), message);
    }

    /// The string that an operation makes of words.
    fn made_str(&mut self, operation: Operation, words: Vec<Value>) -> Operand {
        let address = self.word_slot(&words, 0);
        let result = self.call_object(operation, address, words.len());
        self.new_text_of(result)
    }

    /// The string in a block that an operation gave as a word.
    pub(crate) fn new_text_of(&mut self, result: Value) -> Operand {
        let owner = self.code.convert(ConvertOp::Bitcast, result, MachineType::Ptr);
        self.new_text(owner)
    }

    fn joined_str(&mut self, left: &Operand, right: &Operand) -> Operand {
        let mut words = self.words(left, &Type::Str);
        words.extend(self.words(right, &Type::Str));
        self.made_str(Operation::Concat, words)
    }

    /// A value as words of an operation.
    pub(crate) fn words(&mut self, operand: &Operand, ty: &Type) -> Vec<Value> {
        match operand {
            Operand::Scalar(value) => vec![self.word(*value, scalar_dtype(ty))],
            Operand::Text(text) => vec![text.data, text.length],
            Operand::List(list) => vec![list.owner],
            Operand::Optional(..)
            | Operand::Complex(_)
            | Operand::Array(_)
            | Operand::Tuple(_)
            | Operand::Nothing => {
                panic!("HIR: no operation takes {ty}")
            }
        }
    }

    /// Writes words to a slot of the frame, which has room for more.
    pub(crate) fn word_slot(&mut self, words: &[Value], more: usize) -> Value {
        let slot = self.slot_of_words(8 * (words.len() + more).max(1) as u32);
        let address = self.code.value(InstKind::SlotAddress(slot));
        let region = self.code.region(RegionKind::Stack);
        for (position, word) in words.iter().enumerate() {
            self.code.store(*word, address, 8 * position as i32, region);
        }
        address
    }

    /// The slot for the words of operations: one for all of a function, since they are read at once.
    fn slot_of_words(&mut self, size_bytes: u32) -> Slot {
        let slot =
            *self.word_slot.get_or_insert_with(|| self.code.function.slots.push(SlotData { size_bytes }));
        let data = &mut self.code.function.slots[slot];
        data.size_bytes = data.size_bytes.max(size_bytes);
        slot
    }

    pub(crate) fn call_object(&mut self, operation: Operation, address: Value, count: usize) -> Value {
        let (number, count) = (self.code.int64(operation as i64), self.code.int64(count as i64));
        self.code.call_runtime(RuntimeFunction::Object, vec![number, address, count])
    }
}
