//! Lists: made, read, written, grown and shortened in place.
//!
//! The list is one address; its length, its capacity and where its items lie are loaded from there each time, so that a change made
//! under one name is seen under all. The passes hoist these loads out of loops that change no list.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::values::{Lifetime, ListOperand, Operand, flat_types, has_owners, item_type};
use hotloop_abi::ExceptionClass;
use hotloop_hir::Expr;
use hotloop_mir::{
    BinaryOp, CheckedAxis, InstKind, IntCompare, MachineType, RegionKind, RuntimeFunction, Value,
};
use hotloop_objects::layout::{LIST_CAPACITY, LIST_ITEMS, LIST_LENGTH, MOST_OWNER_WORDS};
use hotloop_types::Type;

/// How an item lies in memory.
struct ItemLayout {
    /// The machine values, with their places in bytes.
    parts: Vec<(MachineType, i32)>,
    size_bytes: i64,
    /// Which words hold references.
    owners: i64,
}

impl ItemLayout {
    fn of(ty: &Type) -> Self {
        let mut types = Vec::new();
        flat_types(ty, &mut types);
        if let [only] = types[..] {
            let owners = i64::from(has_owners(ty));
            return Self { parts: vec![(only, 0)], size_bytes: i64::from(only.size_bytes()), owners };
        }
        let mut is_owner = Vec::new();
        owner_words(ty, &mut is_owner);
        assert!(
            is_owner.iter().rposition(|is| *is).is_none_or(|last| last < MOST_OWNER_WORDS),
            "HIR: {ty} is too large an item"
        );
        let owners = is_owner
            .iter()
            .enumerate()
            .filter(|(_, is)| **is)
            .fold(0_i64, |bits, (word, _)| bits | 1 << word);
        let parts: Vec<_> = types.into_iter().zip((0..).step_by(8)).collect();
        Self { size_bytes: 8 * parts.len() as i64, parts, owners }
    }
}

/// How many bytes an item of a list takes.
pub(crate) fn item_bytes(ty: &Type) -> i64 {
    ItemLayout::of(ty).size_bytes
}

/// For each machine value of a type, whether it is a reference.
fn owner_words(ty: &Type, words: &mut Vec<bool>) {
    if let Type::Optional(value) = ty {
        words.push(false);
        return owner_words(value, words);
    }
    if let Type::Tuple(_) | Type::Function(_) = ty {
        return ty.parts().iter().for_each(|part| owner_words(part, words));
    }
    let start = words.len();
    let mut types = Vec::new();
    flat_types(ty, &mut types);
    words.resize(start + types.len(), false);
    if has_owners(ty) {
        // The owner is the first part of every object.
        words[start] = true;
    }
}

impl Lowering<'_> {
    /// A new list of items.
    pub(crate) fn new_list(&mut self, expr: &Expr, items: &[Expr]) -> Operand {
        let operands = self.exprs(items);
        self.code.set_span(expr.span);
        Operand::List(self.list_of(item_type(&expr.ty), &operands))
    }

    /// A new list of these values.
    pub(crate) fn list_of(&mut self, item: &Type, operands: &[Operand]) -> ListOperand {
        let layout = ItemLayout::of(item);
        let count = self.code.int64(operands.len() as i64);
        let list = self.allocate_list(&layout, count);
        if operands.is_empty() {
            return list;
        }
        let first = self.code.list_items(list);
        for (position, operand) in operands.iter().enumerate() {
            let offset = self.code.int64(position as i64 * layout.size_bytes);
            let address = self.code.add_bytes(first, offset);
            self.store_item(&layout, operand, address);
        }
        self.code.set_list_length(list, count);
        list
    }

    /// A new empty list with room.
    pub(crate) fn empty_list(&mut self, expr: &Expr, capacity: &Expr) -> Operand {
        let capacity = self.scalar(capacity);
        self.code.set_span(expr.span);
        Operand::List(self.allocate_list(&ItemLayout::of(item_type(&expr.ty)), capacity))
    }

    fn allocate_list(&mut self, layout: &ItemLayout, capacity: Value) -> ListOperand {
        let (size, owners) = (self.code.int64(layout.size_bytes), self.code.int64(layout.owners));
        let owner = self.code.call_runtime(RuntimeFunction::NewList, vec![size, owners, capacity]);
        self.code.hold(owner, Holder::Temporary);
        ListOperand { owner, lifetime: Lifetime::Temporary }
    }

    /// Writes an item with a reference for each of its objects.
    fn store_item(&mut self, layout: &ItemLayout, item: &Operand, address: Value) {
        self.give_references(item);
        let region = self.code.region(RegionKind::Items);
        let mut values = Vec::new();
        item.flatten(&mut values);
        for (value, (_, offset)) in values.into_iter().zip(&layout.parts) {
            self.code.store(value, address, *offset, region);
        }
    }

    /// Reads an item, whose objects the list keeps alive.
    fn load_item(&mut self, layout: &ItemLayout, address: Value) -> Vec<Value> {
        let region = self.code.region(RegionKind::Items);
        layout.parts.iter().map(|(ty, offset)| self.code.load(*ty, address, *offset, region)).collect()
    }

    /// An item of a list, with references of its own: the list may lose it.
    pub(crate) fn list_item(&mut self, expr: &Expr, list: &Expr, index: &Expr) -> Operand {
        let operand = self.expr(list);
        let index = self.scalar(index);
        self.code.set_span(expr.span);
        let layout = ItemLayout::of(&expr.ty);
        let address = self.item_address(&layout, operand.list(), index);
        let values = self.load_item(&layout, address);
        let item = self.temporary(&expr.ty, values);
        item.for_each_owner(&mut |owner, _| self.code.retain(owner));
        self.drop_temporary(&operand);
        item
    }

    /// Puts an item in the place of another.
    pub(crate) fn set_item(&mut self, expr: &Expr, list: &Expr, index: &Expr, item: &Expr) -> Operand {
        let layout = ItemLayout::of(&item.ty);
        let new = self.expr(item);
        let operand = self.expr(list);
        let index = self.scalar(index);
        self.code.set_span(expr.span);
        let address = self.item_address(&layout, operand.list(), index);
        let old = if layout.owners == 0 { Vec::new() } else { self.load_item(&layout, address) };
        self.store_item(&layout, &new, address);
        // The old item goes last: its end must not be seen in the list.
        for (word, value) in old.into_iter().enumerate() {
            if layout.owners >> word & 1 == 1 {
                self.code.release(value);
            }
        }
        self.drop_temporary(&operand);
        Operand::Nothing
    }

    /// Appends an item: in place where there is room.
    pub(crate) fn append(&mut self, expr: &Expr, list: &Expr, item: &Expr) -> Operand {
        let layout = ItemLayout::of(&item.ty);
        let operand = self.expr(list);
        let new = self.expr(item);
        self.code.set_span(expr.span);
        let list = operand.list();
        let length = self.list_length(list);
        let region = self.code.region(RegionKind::List);
        let capacity = self.code.load(MachineType::I64, list.owner, LIST_CAPACITY as i32, region);
        let longer = self.code.binary_const(BinaryOp::Iadd, length, 1);
        let (full, room) = (self.code.new_block(), self.code.new_block());
        let has_room = self.code.compare(IntCompare::Slt, length, capacity);
        self.code.branch(has_room, room, full);
        self.code.start(full);
        let arguments = vec![list.owner, longer];
        self.code.effect(InstKind::CallRuntime { function: RuntimeFunction::GrowList, arguments });
        self.code.jump(room, Vec::new());
        self.code.start(room);
        let items = self.code.list_items(list);
        let offset = self.code.item_offset(length, layout.size_bytes);
        let address = self.code.add_bytes(items, offset);
        self.store_item(&layout, &new, address);
        self.code.set_list_length(list, longer);
        self.drop_temporary(&operand);
        Operand::Nothing
    }

    /// Takes the last item out.
    pub(crate) fn pop(&mut self, expr: &Expr, list: &Expr) -> Operand {
        let operand = self.expr(list);
        self.code.set_span(expr.span);
        let list = operand.list();
        let layout = ItemLayout::of(&expr.ty);
        let length = self.list_length(list);
        let has_item = self.code.compare_const(IntCompare::Sgt, length, 0);
        self.code.check(has_item, ExceptionClass::IndexError, "pop from empty list");
        let shorter = self.code.binary_const(BinaryOp::Iadd, length, -1);
        let items = self.code.list_items(list);
        let offset = self.code.item_offset(shorter, layout.size_bytes);
        let address = self.code.add_bytes(items, offset);
        let values = self.load_item(&layout, address);
        self.code.set_list_length(list, shorter);
        let item = self.temporary(&expr.ty, values);
        self.drop_temporary(&operand);
        item
    }

    /// The number of items.
    pub(crate) fn list_length(&mut self, list: ListOperand) -> Value {
        let region = self.code.region(RegionKind::List);
        let length = self.code.load(MachineType::I64, list.owner, LIST_LENGTH as i32, region);
        self.lengths.insert(length);
        length
    }

    fn item_address(&mut self, layout: &ItemLayout, list: ListOperand, index: Value) -> Value {
        let length = self.list_length(list);
        let position = self.checked_item(index, length, CheckedAxis::List);
        let items = self.code.list_items(list);
        let offset = self.code.item_offset(position, layout.size_bytes);
        self.code.add_bytes(items, offset)
    }

    /// The position of an item, counted from the start; raises as CPython does, whatever the function's options say.
    pub(crate) fn checked_item(&mut self, index: Value, length: Value, axis: CheckedAxis) -> Value {
        let wrap = self.code.known_int(index).is_none_or(|index| index < 0);
        self.code.value(InstKind::CheckBounds { index, length, axis: axis.number(), wrap })
    }

    /// Whether two lists are one.
    pub(crate) fn same_list(&mut self, left: &Expr, right: &Expr) -> Operand {
        let (first, second) = (self.expr(left), self.expr(right));
        let is_same = self.code.compare(IntCompare::Eq, first.list().owner, second.list().owner);
        self.drop_temporary(&second);
        self.drop_temporary(&first);
        Operand::Scalar(is_same)
    }
}

impl Code {
    /// Where the items lie.
    pub(crate) fn list_items(&mut self, list: ListOperand) -> Value {
        let region = self.region(RegionKind::List);
        self.load(MachineType::Ptr, list.owner, LIST_ITEMS as i32, region)
    }

    fn set_list_length(&mut self, list: ListOperand, length: Value) {
        let region = self.region(RegionKind::List);
        self.store(length, list.owner, LIST_LENGTH as i32, region);
    }

    fn item_offset(&mut self, position: Value, size_bytes: i64) -> Value {
        let size = self.int64(size_bytes);
        self.scaled_index(position, size)
    }
}
