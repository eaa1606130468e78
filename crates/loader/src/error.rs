//! Why an object cannot be loaded.

use std::fmt;
use std::io;

/// The object cannot be loaded. Nothing of it stays in memory.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are not a 64-bit ELF file.
    NotElf64,
    /// The object is for a machine of the other byte order.
    OtherEndianness,
    /// The object is for another kind of machine.
    OtherArchitecture {
        /// The machine's number in the ELF header.
        machine: u16,
    },
    /// The file is ELF, but a program or a library instead of a relocatable object.
    NotRelocatable {
        /// The file type's number in the ELF header.
        file_type: u16,
    },
    /// A table of the file is broken.
    Malformed {
        /// Which one.
        table: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A section cannot be loaded.
    Section {
        /// Its name.
        section: String,
        /// What is wrong with it.
        fault: SectionFault,
    },
    /// A symbol cannot be given an address.
    Symbol {
        /// Its name.
        symbol: String,
        /// What is wrong with it.
        fault: SymbolFault,
    },
    /// A relocation cannot be applied.
    Relocation {
        /// The section that was to be changed.
        section: String,
        /// Where in this section.
        offset: u64,
        /// What is wrong with it.
        fault: RelocationFault,
    },
    /// The resolver does not know these names.
    Unresolved {
        /// In the order in which the object's symbol table lists them.
        names: Vec<String>,
    },
    /// The unwind table (`.eh_frame`) would confuse the unwinder.
    UnwindTable {
        /// Where in the section.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The sections together take more memory than an image may have.
    TooLarge,
    /// The operating system gave no memory, or refused its protection.
    Memory {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a section cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SectionFault {
    /// Its type is not known here, so that leaving it out or loading it could both be wrong.
    UnknownType {
        /// The number in the section's header.
        section_type: u32,
    },
    /// It asks to be writable and executable.
    WritableAndExecutable,
    /// It holds thread-local data.
    ThreadLocal,
    /// It is compressed.
    Compressed,
    /// Its alignment is not a power of two, or larger than a page.
    Alignment {
        /// The alignment asked for.
        alignment: u64,
    },
    /// Its relocations have no addends of their own (`SHT_REL`).
    ImplicitAddends,
}

/// Why a symbol cannot be given an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolFault {
    /// It is a common symbol: space that only a linker can give.
    Common,
    /// It is thread-local.
    ThreadLocal,
    /// Its type or its section number is not known here.
    Unknown,
    /// It has a fixed address.
    Absolute,
    /// It reaches beyond the end of its section.
    OutsideSection,
    /// Another symbol has the same name.
    Duplicate,
    /// Its name is not UTF-8.
    Name,
}

/// Why a relocation cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelocationFault {
    /// Its type is not known here.
    UnknownType {
        /// The number in the relocation.
        relocation_type: u32,
    },
    /// It would change bytes outside its section.
    OutsideSection,
    /// It names no symbol of the table, or one that is not in memory.
    NoSymbol {
        /// The number of the symbol.
        index: u32,
    },
    /// The symbol is too far away.
    OutOfReach {
        /// The symbol's name.
        symbol: String,
    },
    /// The symbol's address is not a multiple of the instruction size.
    Misaligned {
        /// The symbol's name.
        symbol: String,
    },
    /// The instruction to be changed is not one of the kind the relocation is for.
    OtherInstruction,
}

impl LoadError {
    /// For `map_err` on what `object` found to be wrong with a table.
    pub(crate) fn malformed(table: &'static str) -> impl Fn(object::read::Error) -> Self {
        move |error| Self::Malformed { table, detail: error.to_string() }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotElf64 => f.write_str("the bytes are not a 64-bit ELF object"),
            Self::OtherEndianness => f.write_str("the object is for a machine of the other byte order"),
            Self::OtherArchitecture { machine } => {
                write!(f, "the object is for another kind of machine (ELF number {machine})")
            }
            Self::NotRelocatable { file_type } => {
                write!(f, "the ELF file is not a relocatable object (type {file_type})")
            }
            Self::Malformed { table, detail } => write!(f, "the object's {table} is broken: {detail}"),
            Self::Section { section, fault } => write!(f, "cannot load section `{section}`: {fault}"),
            Self::Symbol { symbol, fault } => write!(f, "cannot place symbol `{symbol}`: {fault}"),
            Self::Relocation { section, offset, fault } => {
                write!(f, "cannot relocate `{section}` at {offset:#x}: {fault}")
            }
            Self::Unresolved { names } => write!(f, "unresolved: `{}`", names.join("`, `")),
            Self::UnwindTable { offset, reason } => write!(f, "broken unwind table at {offset:#x}: {reason}"),
            Self::TooLarge => f.write_str("the object takes too much memory when loaded"),
            Self::Memory { action, source } => write!(f, "cannot {action}: {source}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Memory { source, .. } => Some(source),
            Self::NotElf64
            | Self::OtherEndianness
            | Self::OtherArchitecture { .. }
            | Self::NotRelocatable { .. }
            | Self::Malformed { .. }
            | Self::Section { .. }
            | Self::Symbol { .. }
            | Self::Relocation { .. }
            | Self::Unresolved { .. }
            | Self::UnwindTable { .. }
            | Self::TooLarge => None,
        }
    }
}

impl fmt::Display for SectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType { section_type } => write!(f, "unknown section type {section_type:#x}"),
            Self::WritableAndExecutable => f.write_str("it is writable and executable"),
            Self::ThreadLocal => f.write_str("thread-local data is not supported"),
            Self::Compressed => f.write_str("it is compressed"),
            Self::Alignment { alignment } => write!(f, "its alignment {alignment} is not supported"),
            Self::ImplicitAddends => f.write_str("its relocations have implicit addends"),
        }
    }
}

impl fmt::Display for SymbolFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Common => "common symbols are not supported",
            Self::ThreadLocal => "thread-local symbols are not supported",
            Self::Unknown => "unknown kind of symbol",
            Self::Absolute => "absolute symbols are not supported",
            Self::OutsideSection => "it reaches beyond the end of its section",
            Self::Duplicate => "the name is defined twice",
            Self::Name => "the name is not UTF-8",
        })
    }
}

impl fmt::Display for RelocationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType { relocation_type } => write!(f, "unknown relocation type {relocation_type}"),
            Self::OutsideSection => f.write_str("the place is outside the section"),
            Self::NoSymbol { index } => write!(f, "symbol number {index} is not in memory"),
            Self::OutOfReach { symbol } => write!(f, "`{symbol}` is too far away"),
            Self::Misaligned { symbol } => write!(f, "`{symbol}` is not aligned to an instruction"),
            Self::OtherInstruction => f.write_str("there is another instruction than expected"),
        }
    }
}
