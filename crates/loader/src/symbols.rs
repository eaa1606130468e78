//! The names an image defines.

use crate::error::{LoadError, SymbolFault};
use crate::mapping::Mapping;

/// In which part of the image a symbol lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// Executable memory: a function.
    Function,
    /// Read-only memory: a constant.
    Constant,
    /// Writable memory.
    Data,
}

/// A name that an image defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'image> {
    /// The name, as it stands in the object.
    pub name: &'image str,
    /// Where it lies. Valid as long as the image lives.
    pub address: *const u8,
    /// How long it is, if the object says so; else 0.
    pub size_bytes: usize,
    /// In which part of the image.
    pub kind: SymbolKind,
}

/// A name with its place relative to the start of the mapping.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(crate) name: Box<str>,
    pub(crate) offset: usize,
    pub(crate) size_bytes: usize,
    pub(crate) kind: SymbolKind,
}

/// All names of an image, each of them once.
#[derive(Debug)]
pub(crate) struct SymbolTable {
    /// In the order of the names.
    placements: Box<[Placement]>,
}

impl SymbolTable {
    pub(crate) fn new(mut placements: Vec<Placement>) -> Result<Self, LoadError> {
        placements.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = placements.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let symbol = pair[0].name.to_string();
            return Err(LoadError::Symbol { symbol, fault: SymbolFault::Duplicate });
        }
        Ok(Self { placements: placements.into_boxed_slice() })
    }

    /// The address of a name, given the mapping it is in.
    pub(crate) fn find(&self, mapping: &Mapping, name: &str) -> Option<*const u8> {
        let position = self.placements.binary_search_by(|placement| (*placement.name).cmp(name)).ok()?;
        Some(mapping.address(self.placements[position].offset))
    }

    /// All of them, in the order of their names.
    pub(crate) fn iter(&self, mapping: &Mapping) -> impl Iterator<Item = Symbol<'_>> {
        self.placements.iter().map(|placement| Symbol {
            name: &placement.name,
            address: mapping.address(placement.offset),
            size_bytes: placement.size_bytes,
            kind: placement.kind,
        })
    }
}
