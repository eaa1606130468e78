//! Reads an ELF object into what the loader needs: sections, symbols, relocations. Nothing is believed unchecked.
//!
//! Only what is understood completely is accepted: an unknown section type could hold relocations or constructors, and
//! leaving those out would make code that runs and is wrong.

use object::LittleEndian;
use object::elf;
use object::read::elf::{FileHeader, Rela, SectionHeader, SectionTable, Sym};

use crate::architecture::Architecture;
use crate::error::{LoadError, RelocationFault, SectionFault, SymbolFault};
use crate::relocation::RelocationKind;

type Header = elf::FileHeader64<LittleEndian>;
type Sections<'data> = SectionTable<'data, Header>;
type SectionEntry = elf::SectionHeader64<LittleEndian>;
type SymbolEntry = elf::Sym64<LittleEndian>;
type SymbolEntries<'data> = object::read::elf::SymbolTable<'data, Header>;

/// The largest alignment given to a section: the smallest page of any machine.
const MAX_ALIGNMENT: u64 = 4096;

/// In which part of the image a section goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Executable.
    Text,
    /// Read-only.
    Constants,
    /// Writable.
    Data,
}

/// A section that goes into memory.
#[derive(Debug)]
pub(crate) struct Section<'data> {
    pub(crate) name: &'data str,
    pub(crate) part: Part,
    /// What it starts with; the rest up to `size` is zeros.
    pub(crate) data: &'data [u8],
    pub(crate) size: u64,
    /// A power of two.
    pub(crate) alignment: u64,
}

impl Section<'_> {
    /// Whether this is the table the unwinder reads.
    pub(crate) fn is_unwind_table(&self) -> bool {
        self.name == ".eh_frame"
    }
}

/// Where a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    /// In a section that goes into memory: its position in [`ObjectFile::sections`], and the offset there.
    Here { section: usize, offset: u64 },
    /// In another image.
    Elsewhere,
    /// Nowhere in memory: the null symbol, file names, symbols of debug sections.
    Nowhere,
}

/// An entry of the symbol table, at its own position.
#[derive(Debug)]
pub(crate) struct ObjectSymbol<'data> {
    pub(crate) name: &'data str,
    pub(crate) definition: Definition,
    pub(crate) size: u64,
}

/// A change to make in a section.
#[derive(Debug)]
pub(crate) struct Relocation {
    /// The position in [`ObjectFile::sections`].
    pub(crate) section: usize,
    pub(crate) offset: u64,
    pub(crate) kind: RelocationKind,
    /// The position in [`ObjectFile::symbols`]; never one that is [nowhere](Definition::Nowhere).
    pub(crate) symbol: usize,
    pub(crate) addend: i64,
}

/// An object, read.
#[derive(Debug)]
pub(crate) struct ObjectFile<'data> {
    pub(crate) sections: Vec<Section<'data>>,
    pub(crate) symbols: Vec<ObjectSymbol<'data>>,
    pub(crate) relocations: Vec<Relocation>,
}

impl<'data> ObjectFile<'data> {
    /// Reads an object for one machine.
    pub(crate) fn parse(architecture: Architecture, bytes: &'data [u8]) -> Result<Self, LoadError> {
        let header = check_header(architecture, bytes)?;
        let table = header.sections(LittleEndian, bytes).map_err(LoadError::malformed("section table"))?;
        let reader = Reader { architecture, bytes, table };
        let (sections, positions) = reader.sections()?;
        let symbols = reader.symbols(&sections, &positions)?;
        let relocations = reader.relocations(&sections, &positions, &symbols)?;
        Ok(Self { sections, symbols, relocations })
    }
}

/// The file's header, if it is an object for this machine. What does not fit is told apart here: `object` would only
/// say that it is unsupported.
fn check_header(architecture: Architecture, bytes: &[u8]) -> Result<&Header, LoadError> {
    let ident = bytes.first_chunk::<16>().ok_or(LoadError::NotElf64)?;
    if ident[..4] != elf::ELFMAG || ident[4] != elf::ELFCLASS64.0 {
        return Err(LoadError::NotElf64);
    }
    if ident[5] == elf::ELFDATA2MSB.0 {
        return Err(LoadError::OtherEndianness);
    }
    let header = Header::parse(bytes).map_err(LoadError::malformed("header"))?;
    let machine = header.e_machine(LittleEndian);
    if machine != architecture.machine() {
        return Err(LoadError::OtherArchitecture { machine: machine.0 });
    }
    let file_type = header.e_type(LittleEndian);
    if file_type != elf::ET_REL {
        return Err(LoadError::NotRelocatable { file_type: file_type.0 });
    }
    Ok(header)
}

/// The positions of sections in [`ObjectFile::sections`] by their number in the file; `None` for those that stay out
/// of memory.
type Positions = Vec<Option<usize>>;

/// Reads the tables of one file.
struct Reader<'data> {
    architecture: Architecture,
    bytes: &'data [u8],
    table: Sections<'data>,
}

impl<'data> Reader<'data> {
    fn sections(&self) -> Result<(Vec<Section<'data>>, Positions), LoadError> {
        let mut sections = Vec::new();
        let mut positions = Vec::with_capacity(self.table.len());
        for header in self.table.iter() {
            let section = self.section(header)?;
            positions.push(section.is_some().then_some(sections.len()));
            sections.extend(section);
        }
        Ok((sections, positions))
    }

    /// The section, or `None` when it stays out of memory.
    fn section(&self, header: &'data SectionEntry) -> Result<Option<Section<'data>>, LoadError> {
        let name = self.section_name(header)?;
        let refuse = |fault| LoadError::Section { section: name.to_owned(), fault };
        let section_type = header.sh_type(LittleEndian);
        let unknown_type = refuse(SectionFault::UnknownType { section_type: section_type.0 });
        let flags = header.sh_flags(LittleEndian).0;
        if flags & elf::SHF_ALLOC.0 == 0 {
            return if is_harmless(section_type) { Ok(None) } else { Err(unknown_type) };
        }
        let part = part(flags).map_err(refuse)?;
        if !is_loadable(self.architecture, section_type, part) {
            return Err(unknown_type);
        }
        let alignment = header.sh_addralign(LittleEndian).max(1);
        if !alignment.is_power_of_two() || alignment > MAX_ALIGNMENT {
            return Err(refuse(SectionFault::Alignment { alignment }));
        }
        let data = header.data(LittleEndian, self.bytes).map_err(LoadError::malformed("section table"))?;
        Ok(Some(Section { name, part, data, size: header.sh_size(LittleEndian), alignment }))
    }

    fn section_name(&self, header: &'data SectionEntry) -> Result<&'data str, LoadError> {
        let name = self.table.section_name(LittleEndian, header);
        let name = name.map_err(LoadError::malformed("section table"))?;
        std::str::from_utf8(name).map_err(|_| LoadError::Malformed {
            table: "section table",
            detail: "a section's name is not UTF-8".to_owned(),
        })
    }

    fn symbols(
        &self,
        sections: &[Section<'data>],
        positions: &Positions,
    ) -> Result<Vec<ObjectSymbol<'data>>, LoadError> {
        let table = self.table.symbols(LittleEndian, self.bytes, elf::SHT_SYMTAB);
        let table = table.map_err(LoadError::malformed("symbol table"))?;
        table.iter().map(|entry| symbol(sections, positions, &table, entry)).collect()
    }

    fn relocations(
        &self,
        sections: &[Section<'data>],
        positions: &Positions,
        symbols: &[ObjectSymbol<'data>],
    ) -> Result<Vec<Relocation>, LoadError> {
        let mut relocations = Vec::new();
        for header in self.table.iter() {
            let Some(position) = relocated_section(header, positions)? else { continue };
            let section = &sections[position];
            let Some((entries, _)) =
                header.rela(LittleEndian, self.bytes).map_err(LoadError::malformed("relocation table"))?
            else {
                let fault = SectionFault::ImplicitAddends;
                return Err(LoadError::Section { section: section.name.to_owned(), fault });
            };
            relocations.reserve(entries.len());
            for entry in entries {
                relocations.push(self.relocation(position, section, entry, symbols)?);
            }
        }
        Ok(relocations)
    }

    fn relocation(
        &self,
        position: usize,
        section: &Section<'data>,
        entry: &elf::Rela64<LittleEndian>,
        symbols: &[ObjectSymbol<'data>],
    ) -> Result<Relocation, LoadError> {
        let offset = entry.r_offset(LittleEndian);
        let refuse = |fault| LoadError::Relocation { section: section.name.to_owned(), offset, fault };
        let number = entry.r_type(LittleEndian, false);
        let kind = RelocationKind::from_elf(self.architecture, number)
            .ok_or_else(|| refuse(RelocationFault::UnknownType { relocation_type: number.0 }))?;
        if !fits_section(offset, kind.width_bytes() as u64, section.size) {
            return Err(refuse(RelocationFault::OutsideSection));
        }
        let index = entry.r_sym(LittleEndian, false);
        let symbol = index as usize;
        if symbols.get(symbol).is_none_or(|symbol| symbol.definition == Definition::Nowhere) {
            return Err(refuse(RelocationFault::NoSymbol { index }));
        }
        Ok(Relocation { section: position, offset, kind, symbol, addend: entry.r_addend(LittleEndian) })
    }
}

/// Whether a section that does not ask for memory can be left out without losing meaning.
fn is_harmless(section_type: elf::SectionType) -> bool {
    matches!(
        section_type,
        elf::SHT_NULL
            | elf::SHT_PROGBITS
            | elf::SHT_NOBITS
            | elf::SHT_NOTE
            | elf::SHT_SYMTAB
            | elf::SHT_STRTAB
            | elf::SHT_RELA
            | elf::SHT_REL
    )
}

/// Whether a section that asks for memory has contents that are plain bytes, or plain zeros.
fn is_loadable(architecture: Architecture, section_type: elf::SectionType, part: Part) -> bool {
    match section_type {
        elf::SHT_PROGBITS => true,
        elf::SHT_NOBITS => part != Part::Text,
        elf::SHT_X86_64_UNWIND => architecture == Architecture::X86_64 && part == Part::Constants,
        _ => false,
    }
}

fn part(flags: u64) -> Result<Part, SectionFault> {
    let is_set = |flag: elf::SectionFlags| flags & flag.0 != 0;
    if is_set(elf::SHF_TLS) {
        return Err(SectionFault::ThreadLocal);
    }
    if is_set(elf::SHF_COMPRESSED) {
        return Err(SectionFault::Compressed);
    }
    match (is_set(elf::SHF_EXECINSTR), is_set(elf::SHF_WRITE)) {
        (true, true) => Err(SectionFault::WritableAndExecutable),
        (true, false) => Ok(Part::Text),
        (false, true) => Ok(Part::Data),
        (false, false) => Ok(Part::Constants),
    }
}

/// The position of the section whose relocations this section holds, if it goes into memory.
fn relocated_section(header: &SectionEntry, positions: &Positions) -> Result<Option<usize>, LoadError> {
    if !matches!(header.sh_type(LittleEndian), elf::SHT_RELA | elf::SHT_REL) {
        return Ok(None);
    }
    let target = header.sh_info(LittleEndian) as usize;
    positions.get(target).copied().ok_or_else(|| LoadError::Malformed {
        table: "relocation table",
        detail: format!("it belongs to section {target}, which does not exist"),
    })
}

fn symbol<'data>(
    sections: &[Section<'data>],
    positions: &Positions,
    table: &SymbolEntries<'data>,
    entry: &'data SymbolEntry,
) -> Result<ObjectSymbol<'data>, LoadError> {
    let bytes = entry.name(LittleEndian, table.strings()).map_err(LoadError::malformed("symbol table"))?;
    let refuse = |fault| LoadError::Symbol { symbol: String::from_utf8_lossy(bytes).into_owned(), fault };
    let name = std::str::from_utf8(bytes).map_err(|_| refuse(SymbolFault::Name))?;
    let definition = definition(sections, positions, entry).map_err(refuse)?;
    // The name of a section symbol, if it has one, names the section.
    let name = if entry.st_type() == elf::STT_SECTION { "" } else { name };
    Ok(ObjectSymbol { name, definition, size: entry.st_size(LittleEndian) })
}

fn definition(
    sections: &[Section<'_>],
    positions: &Positions,
    entry: &SymbolEntry,
) -> Result<Definition, SymbolFault> {
    match entry.st_type() {
        elf::STT_FILE => return Ok(Definition::Nowhere),
        elf::STT_TLS => return Err(SymbolFault::ThreadLocal),
        elf::STT_COMMON => return Err(SymbolFault::Common),
        elf::STT_NOTYPE | elf::STT_OBJECT | elf::STT_FUNC | elf::STT_SECTION => {}
        _ => return Err(SymbolFault::Unknown),
    }
    match entry.st_shndx(LittleEndian) {
        // The null symbol at the head of the table has no name.
        elf::SHN_UNDEF if entry.st_name(LittleEndian) == 0 => Ok(Definition::Nowhere),
        elf::SHN_UNDEF => Ok(Definition::Elsewhere),
        elf::SHN_ABS => Err(SymbolFault::Absolute),
        elf::SHN_COMMON => Err(SymbolFault::Common),
        section => match positions.get(usize::from(section.0)) {
            Some(&Some(position)) => in_section(position, &sections[position], entry),
            Some(None) => Ok(Definition::Nowhere),
            None => Err(SymbolFault::Unknown),
        },
    }
}

fn in_section(
    position: usize,
    section: &Section<'_>,
    entry: &SymbolEntry,
) -> Result<Definition, SymbolFault> {
    let (offset, size) = (entry.st_value(LittleEndian), entry.st_size(LittleEndian));
    if fits_section(offset, size, section.size) {
        Ok(Definition::Here { section: position, offset })
    } else {
        Err(SymbolFault::OutsideSection)
    }
}

fn fits_section(offset: u64, length: u64, section_size: u64) -> bool {
    offset.checked_add(length).is_some_and(|end| end <= section_size)
}
