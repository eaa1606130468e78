//! Items of lists as values that are compared, sorted and looked for.

use crate::heap::{Heap, Stop};
use crate::layout::{LIST_ITEM_BYTES, LIST_ITEMS, LIST_LENGTH};
use crate::shape::{Shape, read_bytes};
use std::cmp::Ordering;

/// What the items of a list are, where an operation has to understand them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Truth values.
    Bool,
    /// Signed integers of the item's size.
    Signed,
    /// Unsigned integers of the item's size.
    Unsigned,
    /// float32 or float64, by the item's size.
    Float,
    /// Strings.
    Str,
}

/// An item.
#[derive(Clone, Debug)]
enum Item {
    Int(i128),
    Float(f64),
    Str(Vec<u32>),
    /// The items of a tuple or list.
    Many(Vec<Item>),
}

/// The value of a shape at a place.
fn item_at<H: Heap>(heap: &H, shape: &Shape, place: u64) -> Result<Item, H::Fault> {
    let number = |kind, size: u8| -> Result<Item, H::Fault> {
        let bytes = heap.bytes(place, u64::from(size))?;
        let word = bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        Ok(Item::number(kind, word, u64::from(size)))
    };
    match shape {
        Shape::Bool => number(ItemKind::Bool, 1),
        Shape::Signed(size) => number(ItemKind::Signed, *size),
        Shape::Unsigned(size) => number(ItemKind::Unsigned, *size),
        Shape::Float(size) => number(ItemKind::Float, *size),
        Shape::Str => {
            let text = crate::perform::read_str(heap, heap.load(place + 8)?, heap.load(place + 16)?)?;
            Ok(Item::Str(text))
        }
        Shape::Bytes => {
            let bytes = read_bytes(heap, heap.load(place + 8)?, heap.load(place + 16)?)?;
            Ok(Item::Str(bytes.iter().map(|byte| u32::from(*byte)).collect()))
        }
        Shape::Tuple { items: parts, .. } => {
            let mut items = Vec::with_capacity(parts.len());
            let mut at = place;
            for part in parts {
                items.push(item_at(heap, part, at)?);
                at += 8 * part.value_count();
            }
            Ok(Item::Many(items))
        }
        Shape::List(item) => Ok(Item::Many(read_shaped(heap, heap.load(place)?, item)?)),
        Shape::None | Shape::Complex(_) | Shape::Range | Shape::Optional(_) => {
            unreachable!("inference sorts by what has an order")
        }
    }
}

impl ItemKind {
    const ALL: [Self; 5] = [Self::Bool, Self::Signed, Self::Unsigned, Self::Float, Self::Str];

    fn by_number(number: u64) -> Self {
        Self::ALL.into_iter().find(|kind| *kind as u64 == number).expect("compiled code names kinds of items")
    }
}

impl Item {
    /// A number from its low bytes.
    fn number(kind: ItemKind, word: u64, size_bytes: u64) -> Self {
        let unused = 64 - 8 * size_bytes.min(8) as u32;
        match kind {
            ItemKind::Bool => Self::Int(i128::from(word & 1)),
            ItemKind::Signed => Self::Int(i128::from((word << unused).cast_signed() >> unused)),
            ItemKind::Unsigned => Self::Int(i128::from(word << unused >> unused)),
            ItemKind::Float if size_bytes == 4 => Self::Float(f64::from(f32::from_bits(word as u32))),
            ItemKind::Float => Self::Float(f64::from_bits(word)),
            ItemKind::Str => unreachable!("a string is no number"),
        }
    }

    /// The order by value; nothing is said of nan.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Str(a), Self::Str(b)) => Some(a.cmp(b)),
            // No int64 is lost among the floats that matter here: equal integers stay equal.
            (Self::Int(a), Self::Float(b)) => int_with_float(*a, *b),
            (Self::Float(a), Self::Int(b)) => int_with_float(*b, *a).map(Ordering::reverse),
            (Self::Many(a), Self::Many(b)) => match a.iter().zip(b).find(|(a, b)| !a.is(b)) {
                Some((a, b)) => a.order(b),
                None => Some(a.len().cmp(&b.len())),
            },
            (Self::Str(_) | Self::Many(_), _) | (_, Self::Str(_) | Self::Many(_)) => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }
}

/// By value, as Python compares.
fn int_with_float(integer: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.abs() >= 1e30 {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = float.trunc();
    Some(integer.cmp(&(whole as i128)).then(0.0_f64.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal)))
}

fn read<H: Heap>(heap: &H, list: u64, kind: ItemKind) -> Result<Vec<Item>, H::Fault> {
    let size = heap.load(list + LIST_ITEM_BYTES)? as u8;
    let shape = match kind {
        ItemKind::Bool => Shape::Bool,
        ItemKind::Signed => Shape::Signed(size),
        ItemKind::Unsigned => Shape::Unsigned(size),
        ItemKind::Float => Shape::Float(size),
        ItemKind::Str => Shape::Str,
    };
    read_shaped(heap, list, &shape)
}

/// What the items of a list begin with.
fn read_shaped<H: Heap>(heap: &H, list: u64, shape: &Shape) -> Result<Vec<Item>, H::Fault> {
    let (length, size) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEM_BYTES)?);
    let first = heap.load(list + LIST_ITEMS)?;
    (0..length).map(|position| item_at(heap, shape, first + position * size)).collect()
}

/// What is looked for: of a number its kind and its eight bytes.
pub(crate) enum Wanted {
    Number(u64, u64),
    Str(Vec<u32>),
}

impl Wanted {
    fn item(self) -> Item {
        match self {
            Self::Number(kind, word) => Item::number(ItemKind::by_number(kind), word, 8),
            Self::Str(text) => Item::Str(text),
        }
    }
}

/// The positions of equal items.
pub(crate) fn positions<H: Heap>(
    heap: &H,
    list: u64,
    kind: u64,
    wanted: Wanted,
) -> Result<Vec<u64>, H::Fault> {
    let (items, wanted) = (read(heap, list, ItemKind::by_number(kind))?, wanted.item());
    Ok((0..).zip(items).filter(|(_, item)| item.is(&wanted)).map(|(position, _)| position).collect())
}

/// The order of two lists: that of the first items that differ, or of the lengths.
pub(crate) fn order<H: Heap>(heap: &H, left: u64, right: u64, kind: u64) -> Result<i64, H::Fault> {
    let kind = ItemKind::by_number(kind);
    let (left, right) = (read(heap, left, kind)?, read(heap, right, kind)?);
    let differing = left.iter().zip(&right).find(|(a, b)| !a.is(b));
    Ok(match differing.map(|(a, b)| a.order(b)) {
        Some(Some(order)) => order as i64,
        Some(None) => 2,
        None => left.len().cmp(&right.len()) as i64,
    })
}

/// The position of the smallest or largest item; the first of equal ones.
pub(crate) fn extreme<H: Heap>(heap: &H, list: u64, kind: u64, is_largest: bool) -> Result<u64, H::Fault> {
    let items = read(heap, list, ItemKind::by_number(kind))?;
    let better = if is_largest { Ordering::Greater } else { Ordering::Less };
    let mut best = 0;
    for position in 1..items.len() {
        if items[position].order(&items[best]) == Some(better) {
            best = position;
        }
    }
    Ok(best as u64)
}

/// An order of all items: nan goes behind everything.
fn total(a: &Item, b: &Item) -> Ordering {
    match (a, b) {
        (Item::Float(a), Item::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
        (Item::Many(a), Item::Many(b)) => {
            let differing = a.iter().zip(b).map(|(a, b)| total(a, b)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => a.order(b).unwrap_or(Ordering::Equal),
    }
}

/// Sorts by what the items begin with; equal ones keep their order.
pub(crate) fn sort<H: Heap>(
    heap: &mut H,
    list: u64,
    shape: &Shape,
    reverse: bool,
) -> Result<(), Stop<H::Fault>> {
    let items = read_shaped(heap, list, shape)?;
    let mut places: Vec<usize> = (0..items.len()).collect();
    places.sort_by(|a, b| {
        let order = total(&items[*a], &items[*b]);
        if reverse { order.reverse() } else { order }
    });
    let size = heap.load(list + LIST_ITEM_BYTES)? as usize;
    if places.is_empty() {
        return Ok(());
    }
    let first = heap.load(list + LIST_ITEMS)?;
    let old = heap.bytes(first, (places.len() * size) as u64)?;
    let sorted: Vec<u8> = places.iter().flat_map(|place| &old[place * size..][..size]).copied().collect();
    heap.write(first, &sorted)?;
    Ok(())
}
