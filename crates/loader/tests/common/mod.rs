//! Builds objects by hand for the tests of this crate.
#![allow(dead_code)] // Each test binary uses a part of it.

use object::write::{Object, Relocation, SectionId, StandardSection, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf,
};

/// Emitted by Cranelift: see `tests/fixtures/README.md`.
pub(crate) const CRANELIFT_OBJECT: &[u8] = include_bytes!("../fixtures/x86_64.o");
pub(crate) const CRANELIFT_AARCH64_OBJECT: &[u8] = include_bytes!("../fixtures/aarch64.o");

/// A resolver that knows nothing.
pub(crate) fn no_imports(_: &str) -> Option<*const u8> {
    None
}

/// An object in the making.
pub(crate) struct Builder {
    pub(crate) object: Object<'static>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::for_machine(Architecture::X86_64, Endianness::Little)
    }

    pub(crate) fn for_machine(architecture: Architecture, endianness: Endianness) -> Self {
        Self { object: Object::new(BinaryFormat::Elf, architecture, endianness) }
    }

    pub(crate) fn standard(&mut self, section: StandardSection) -> SectionId {
        self.object.section_id(section)
    }

    /// A section with any name.
    pub(crate) fn section(&mut self, name: &str, kind: SectionKind, data: &[u8]) -> SectionId {
        let section = self.object.add_section(Vec::new(), name.into(), kind);
        self.object.append_section_data(section, data, 8);
        section
    }

    /// Adds bytes to a section under a name.
    pub(crate) fn define(&mut self, section: StandardSection, name: &str, bytes: &[u8]) -> SymbolId {
        let section = self.standard(section);
        let offset = self.object.append_section_data(section, bytes, 16);
        self.symbol(name, section, offset, bytes.len() as u64)
    }

    /// Adds a function.
    pub(crate) fn function(&mut self, name: &str, code: &[u8]) -> SymbolId {
        self.define(StandardSection::Text, name, code)
    }

    /// Names a place.
    pub(crate) fn symbol(&mut self, name: &str, section: SectionId, value: u64, size: u64) -> SymbolId {
        self.any_symbol(name, value, size, SymbolKind::Text, SymbolSection::Section(section))
    }

    /// Names something that another image defines.
    pub(crate) fn import(&mut self, name: &str) -> SymbolId {
        self.any_symbol(name, 0, 0, SymbolKind::Unknown, SymbolSection::Undefined)
    }

    pub(crate) fn any_symbol(
        &mut self,
        name: &str,
        value: u64,
        size: u64,
        kind: SymbolKind,
        section: SymbolSection,
    ) -> SymbolId {
        self.object.add_symbol(Symbol {
            name: name.into(),
            value,
            size,
            kind,
            scope: SymbolScope::Dynamic,
            weak: false,
            section,
            flags: SymbolFlags::None,
        })
    }

    /// Adds a relocation at an offset of a section.
    pub(crate) fn relocate(
        &mut self,
        section: StandardSection,
        offset: u64,
        relocation_type: elf::RelocationType,
        symbol: SymbolId,
        addend: i64,
    ) {
        let section = self.standard(section);
        let flags = RelocationFlags::Elf { r_type: relocation_type };
        self.object.add_relocation(section, Relocation { offset, symbol, addend, flags }).unwrap();
    }

    /// Where a symbol starts in its section.
    pub(crate) fn offset_of(&self, symbol: SymbolId) -> u64 {
        self.object.symbol(symbol).value
    }

    /// The finished object.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.object.write().unwrap()
    }
}
