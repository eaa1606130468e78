//! An object on its way into memory: placed, then linked.
//!
//! Placing copies the sections into a mapping and fixes every address the object defines. Linking asks the resolver
//! for the names the object imports, applies the relocations, protects the memory and registers the unwind table.
//! Between the two, objects that import from each other can learn each other's addresses.
#![allow(unsafe_code)] // Hands the unwind table over to the unwinder.

use std::ops::Range;

use crate::architecture::Architecture;
use crate::error::{LoadError, RelocationFault};
use crate::instruction_cache;
use crate::layout::Layout;
use crate::mapping::{Mapping, WritableMapping, page_bytes};
use crate::object_file::{Definition, ObjectFile, Relocation};
use crate::relocation::Refusal;
use crate::symbols::{Placement, Symbol, SymbolTable};
use crate::unwind::{self, Registration};

/// Gives addresses to the names an object imports: runtime functions, functions of other images, the host's data.
///
/// Any closure from a name to an address is one.
pub trait SymbolResolver {
    /// The address of a name, or `None` when it is unknown; loading then fails and lists all such names.
    fn resolve(&self, name: &str) -> Option<*const u8>;
}

impl<F: Fn(&str) -> Option<*const u8>> SymbolResolver for F {
    fn resolve(&self, name: &str) -> Option<*const u8> {
        self(name)
    }
}

/// Loads an object: [`place`] and [`Placed::link`] in one.
///
/// # Errors
/// The object is broken, for another machine, holds something unknown, or imports an unknown name.
pub fn load(object: &[u8], resolver: &dyn SymbolResolver) -> Result<Image, LoadError> {
    place(object)?.link(resolver)
}

/// Reads an object and gives its sections their places in memory.
///
/// # Errors
/// The object is broken, for another machine, or holds something unknown.
pub fn place(object: &[u8]) -> Result<Placed<'_>, LoadError> {
    let host = Architecture::host().ok_or(LoadError::OtherArchitecture { machine: 0 })?;
    place_for(host, object)
}

/// [`place`] for the machine that is named: what it gives can be linked and looked at anywhere, and be moved by whole pages to where that machine or an
/// emulator of it reads it, since only imports are written as addresses. Where the machine is another than this one, nothing of it may be called here.
///
/// # Errors
/// The object is broken, for another machine than that, or holds something unknown.
pub fn place_for(architecture: Architecture, object: &[u8]) -> Result<Placed<'_>, LoadError> {
    let object = ObjectFile::parse(architecture, object)?;
    let layout = Layout::new(&object.sections, page_bytes())?;
    let symbols = SymbolTable::new(placements(&object, &layout))?;
    let mut memory = WritableMapping::new(layout.length).map_err(memory_error("map memory"))?;
    for (section, place) in object.sections.iter().zip(&layout.sections) {
        memory.bytes()[place.clone()][..section.data.len()].copy_from_slice(section.data);
    }
    Ok(Placed { object, layout, symbols, memory })
}

/// The named symbols that the object defines.
fn placements(object: &ObjectFile<'_>, layout: &Layout) -> Vec<Placement> {
    let named = object.symbols.iter().filter(|symbol| !symbol.name.is_empty());
    named
        .filter_map(|symbol| {
            let Definition::Here { section, offset } = symbol.definition else { return None };
            Some(Placement {
                name: symbol.name.into(),
                offset: layout.sections[section].start + offset as usize,
                size_bytes: symbol.size as usize,
                kind: object.sections[section].part.into(),
            })
        })
        .collect()
}

fn memory_error(action: &'static str) -> impl FnOnce(std::io::Error) -> LoadError {
    move |source| LoadError::Memory { action, source }
}

/// An object whose addresses are fixed and whose imports are not yet known. Nothing of it can be executed.
#[derive(Debug)]
pub struct Placed<'object> {
    object: ObjectFile<'object>,
    layout: Layout,
    symbols: SymbolTable,
    memory: WritableMapping,
}

impl Placed<'_> {
    /// The address that a name of this object will have. It must not be used before the object is linked.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<*const u8> {
        self.symbols.find(self.memory.mapping(), name)
    }

    /// The names this object imports, in the order of its symbol table.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        let imported = |definition| definition == Definition::Elsewhere;
        self.object.symbols.iter().filter(move |symbol| imported(symbol.definition)).map(|symbol| symbol.name)
    }

    /// Connects the object with what it imports and makes it executable.
    ///
    /// The resolver is asked once for each name that a relocation refers to. The caller keeps what is behind the
    /// addresses alive for as long as loaded code may use it.
    ///
    /// # Errors
    /// A name is unknown, something is out of reach, or the unwind table is broken.
    pub fn link(mut self, resolver: &dyn SymbolResolver) -> Result<Image, LoadError> {
        let addresses = self.addresses(resolver)?;
        for relocation in &self.object.relocations {
            relocate(&self.object, &self.layout, &mut self.memory, relocation, addresses[relocation.symbol])?;
        }
        let tables = self.unwind_tables()?;
        instruction_cache::publish(&self.memory.bytes()[..self.layout.text_bytes]);
        let mapping = self.memory.protect(self.layout.text_end, self.layout.constants_end);
        let mapping = mapping.map_err(memory_error("protect memory"))?;
        let registrations = tables.into_iter().map(|offset| {
            // SAFETY: checked by `unwind_tables`; the layout leaves zeros behind the table, in read-only memory that
            // the image unmaps after dropping its registrations.
            unsafe { Registration::new(mapping.address(offset)) }
        });
        let registrations = registrations.collect();
        let text = 0..self.layout.text_bytes;
        Ok(Image { _registrations: registrations, mapping, symbols: self.symbols, text })
    }

    /// The address of every symbol that a relocation refers to; zero for the others.
    fn addresses(&self, resolver: &dyn SymbolResolver) -> Result<Vec<u64>, LoadError> {
        let mut needed = vec![false; self.object.symbols.len()];
        for relocation in &self.object.relocations {
            needed[relocation.symbol] = true;
        }
        let mut unknown = Vec::new();
        let mut addresses = Vec::with_capacity(needed.len());
        for (symbol, needed) in self.object.symbols.iter().zip(needed) {
            let address = match symbol.definition {
                Definition::Here { section, offset } => {
                    Some(self.address(self.layout.sections[section].start) + offset)
                }
                Definition::Elsewhere if needed => resolver.resolve(symbol.name).map(expose),
                Definition::Elsewhere | Definition::Nowhere => Some(0),
            };
            if address.is_none() {
                unknown.push(symbol.name.to_owned());
            }
            addresses.push(address.unwrap_or(0));
        }
        if unknown.is_empty() { Ok(addresses) } else { Err(LoadError::Unresolved { names: unknown }) }
    }

    /// The offsets of the unwind tables to register, all of them checked.
    fn unwind_tables(&mut self) -> Result<Vec<usize>, LoadError> {
        let text = self.address(0)..self.address(self.layout.text_bytes);
        let mut offsets = Vec::new();
        for (section, place) in self.object.sections.iter().zip(&self.layout.sections) {
            if section.is_unwind_table() {
                let address = expose(self.memory.mapping().address(place.start));
                if unwind::check(&self.memory.bytes()[place.clone()], address, &text)? {
                    offsets.push(place.start);
                }
            }
        }
        Ok(offsets)
    }

    fn address(&self, offset: usize) -> u64 {
        expose(self.memory.mapping().address(offset))
    }
}

/// An address as a number, to be written where machine code will read it.
fn expose(pointer: *const u8) -> u64 {
    pointer.expose_provenance() as u64
}

fn relocate(
    object: &ObjectFile<'_>,
    layout: &Layout,
    memory: &mut WritableMapping,
    relocation: &Relocation,
    symbol_address: u64,
) -> Result<(), LoadError> {
    // The reader has checked that the field lies inside its section.
    let start = layout.sections[relocation.section].start + relocation.offset as usize;
    let place = expose(memory.mapping().address(start));
    let target = symbol_address.wrapping_add_signed(relocation.addend);
    let field = &mut memory.bytes()[start..start + relocation.kind.width_bytes()];
    relocation.kind.apply(field, place, target).map_err(|refusal| {
        let symbol = object.symbols[relocation.symbol].name.to_owned();
        let section = object.sections[relocation.section].name.to_owned();
        let fault = match refusal {
            Refusal::OutOfReach => RelocationFault::OutOfReach { symbol },
            Refusal::Misaligned => RelocationFault::Misaligned { symbol },
            Refusal::OtherInstruction => RelocationFault::OtherInstruction,
        };
        LoadError::Relocation { section, offset: relocation.offset, fault }
    })
}

/// An object in executable memory.
///
/// Dropping it unmaps the memory: whoever keeps an address of it, in another image's data or on the stack of a call that
/// has not returned, must keep the image too.
#[derive(Debug)]
pub struct Image {
    // Before the mapping, so that it is dropped first.
    _registrations: Box<[Registration]>,
    mapping: Mapping,
    symbols: SymbolTable,
    /// Offsets in the mapping.
    text: Range<usize>,
}

impl Image {
    /// The address of a name that the object defines.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<*const u8> {
        self.symbols.find(&self.mapping, name)
    }

    /// All names that the object defines, in alphabetical order.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.symbols.iter(&self.mapping)
    }

    /// The addresses of the object's instructions: tells whether a return address belongs to this image.
    #[must_use]
    pub fn text_range(&self) -> Range<*const u8> {
        self.mapping.address(self.text.start)..self.mapping.address(self.text.end)
    }

    /// How much memory the image takes, in whole pages.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.mapping.length()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Emitted by Cranelift: see `tests/fixtures/README.md`.
    const AARCH64_OBJECT: &[u8] = include_bytes!("../tests/fixtures/aarch64.o");

    const TABLE_OFFSET: usize = 0x30;
    const CALL_OFFSET: usize = 0x2c;
    const CONSTANT_OFFSET: usize = 0x8;
    const SCRATCH_OFFSET: usize = 0x54;

    fn resolver(name: &str) -> Option<*const u8> {
        match name {
            "host_add" => Some(std::ptr::without_provenance(0x1111_2222_3333_4444)),
            "host_counter" => Some(std::ptr::without_provenance(0x5555_6666_7777_8888)),
            _ => None,
        }
    }

    fn word(image: &Image, offset: usize) -> u32 {
        assert!(offset + 4 <= image.text.end && offset.is_multiple_of(4));
        // SAFETY: inside the text, which is readable, and aligned.
        unsafe { image.mapping.address(offset).cast::<u32>().read() }
    }

    /// What `adrp` and the `add` behind it compute, as a processor would.
    fn page_and_low12(image: &Image, offset: usize) -> usize {
        let (adrp, add) = (word(image, offset), word(image, offset + 4));
        let field = (adrp >> 5 & 0x7_ffff) << 2 | adrp >> 29 & 3;
        let pages = ((field << 11).cast_signed() >> 11) as isize;
        let page = image.mapping.address(offset).addr() & !0xfff;
        page.wrapping_add_signed(pages << 12) + (add >> 10 & 0xfff) as usize
    }

    /// The other architecture's object goes through the same code, up to running it.
    #[test]
    fn an_aarch64_object_is_linked() {
        let image = place_for(Architecture::Aarch64, AARCH64_OBJECT).unwrap().link(&resolver).unwrap();
        let address = |name: &str| image.symbol(name).unwrap().addr();
        assert_eq!(page_and_low12(&image, CONSTANT_OFFSET), address("primes"));
        assert_eq!(page_and_low12(&image, TABLE_OFFSET), address("import_table"));
        assert_eq!(page_and_low12(&image, SCRATCH_OFFSET), address("scratch"));
        let words = (word(&image, CALL_OFFSET) << 6).cast_signed() >> 6;
        let callee = image.mapping.address(CALL_OFFSET).addr().wrapping_add_signed(words as isize * 4);
        assert_eq!(callee, address("prime_at"));
        let table = image.symbol("import_table").unwrap().cast::<[u64; 2]>();
        // SAFETY: the image defines 16 bytes there, aligned to 8.
        assert_eq!(unsafe { table.read() }, [0x1111_2222_3333_4444, 0x5555_6666_7777_8888]);
    }

    #[test]
    fn every_flipped_bit_of_an_aarch64_object() {
        let mut object = AARCH64_OBJECT.to_vec();
        for bit in 0..object.len() * 8 {
            object[bit / 8] ^= 1 << (bit % 8);
            let _ = place_for(Architecture::Aarch64, &object).and_then(|placed| placed.link(&resolver));
            object[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
