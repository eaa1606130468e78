//! Turns object bytes into executable memory.
//!
//! This crate knows nothing about Cranelift, the runtime or the cache: it sees bytes and a [`SymbolResolver`].
//!
//! An object is a relocatable ELF64 file for this machine. Its sections go into one mapping, in the order
//! executable, read-only, writable; relocations are applied while all of it is writable and nothing is executable,
//! then the protections are set for good. No page is ever writable and executable at once. Unwind tables are
//! registered, so that backtraces pass through loaded code, and everything is undone when the [`Image`] is dropped.
//!
//! The bytes may come from a damaged file: every offset is checked, all writing goes through slices of the mapping,
//! and whatever is not understood (a relocation, a section, a symbol without an address) is a [`LoadError`], never
//! skipped. What *cannot* be checked is what the instructions do. Calling a loaded function is an `unsafe` act of the
//! caller, who must know where the bytes come from.
//!
//! Objects that need each other are [`place`]d first, which fixes their addresses, and then
//! [linked](Placed::link). For a single object there is [`load`], for one of another machine [`place_for`].
//!
//! ```
//! # #[cfg(target_arch = "x86_64")] {
//! # use object::write::{Object, Symbol, SymbolSection};
//! # use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope};
//! # let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
//! # let text = object.section_id(object::write::StandardSection::Text);
//! // mov eax, 42; ret
//! let code = [0xb8, 42, 0, 0, 0, 0xc3];
//! # object.append_section_data(text, &code, 16);
//! # let name = b"answer".to_vec();
//! # object.add_symbol(Symbol {
//! #     name, value: 0, size: 6, kind: SymbolKind::Text, scope: SymbolScope::Dynamic, weak: false,
//! #     section: SymbolSection::Section(text), flags: SymbolFlags::None,
//! # });
//! # let object = object.write().unwrap();
//! // `object` holds these bytes as the function `answer`, and imports nothing.
//! let image = hotloop_loader::load(&object, &|_: &str| None)?;
//! let answer = image.symbol("answer").expect("the object defines it");
//! // SAFETY: the bytes above follow the C calling convention, and `image` lives until after the call.
//! let answer: extern "C" fn() -> i32 = unsafe { std::mem::transmute(answer) };
//! assert_eq!(answer(), 42);
//! # }
//! # Ok::<(), hotloop_loader::LoadError>(())
//! ```

mod architecture;
mod error;
mod image;
mod instruction_cache;
mod layout;
mod mapping;
mod object_file;
mod perf;
mod relocation;
mod symbols;
mod unwind;

pub use architecture::Architecture;
pub use error::{LoadError, RelocationFault, SectionFault, SymbolFault};
pub use image::{Image, Placed, SymbolResolver, load, place, place_for};
pub use perf::perf_map_line;
pub use symbols::{Symbol, SymbolKind};
