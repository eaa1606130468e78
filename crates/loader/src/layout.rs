//! Where each section goes in the mapping.
//!
//! ```text
//! 0            text_end            constants_end              length
//! | executable ... | read-only, unwind table ... | writable, zeros ... |
//! ```
//! Each part starts at a page, so that it can be protected by itself.

use std::ops::Range;

use crate::error::LoadError;
use crate::object_file::{Part, Section};
use crate::symbols::SymbolKind;

/// The most an image may take. All distances inside an image then fit the 32 bits of an x86-64 relocation.
const MAX_IMAGE_BYTES: u64 = 1 << 30;

/// What libgcc's unwinder wants behind the table: a record of length zero. Cranelift writes none.
const UNWIND_TERMINATOR_BYTES: u64 = 4;

/// The places of all sections.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The place of each section in the mapping, its zeros included.
    pub(crate) sections: Vec<Range<usize>>,
    /// How many bytes instructions take.
    pub(crate) text_bytes: usize,
    /// The end of the executable pages.
    pub(crate) text_end: usize,
    /// The end of the read-only pages.
    pub(crate) constants_end: usize,
    /// The end of it all.
    pub(crate) length: usize,
}

impl Layout {
    /// Gives each section its place.
    pub(crate) fn new(sections: &[Section<'_>], page_bytes: usize) -> Result<Self, LoadError> {
        let mut places = vec![0..0; sections.len()];
        let mut cursor = Cursor { end: 0 };
        cursor.place_part(Part::Text, sections, &mut places)?;
        let text_bytes = cursor.end_bytes();
        let text_end = cursor.align(page_bytes as u64)?;
        cursor.place_part(Part::Constants, sections, &mut places)?;
        let constants_end = cursor.align(page_bytes as u64)?;
        cursor.place_part(Part::Data, sections, &mut places)?;
        let length = cursor.align(page_bytes as u64)?;
        Ok(Self { sections: places, text_bytes, text_end, constants_end, length })
    }
}

/// The end of what was placed so far: at most [`MAX_IMAGE_BYTES`].
struct Cursor {
    end: u64,
}

impl Cursor {
    fn place_part(
        &mut self,
        part: Part,
        sections: &[Section<'_>],
        places: &mut [Range<usize>],
    ) -> Result<(), LoadError> {
        for (section, place) in sections.iter().zip(places).filter(|(section, _)| section.part == part) {
            let start = self.align(section.alignment)?;
            *place = start..self.advance(section.size)?;
            if section.is_unwind_table() {
                self.advance(UNWIND_TERMINATOR_BYTES)?;
            }
        }
        Ok(())
    }

    fn align(&mut self, alignment: u64) -> Result<usize, LoadError> {
        self.end = self.end.checked_next_multiple_of(alignment).ok_or(LoadError::TooLarge)?;
        self.check()
    }

    fn advance(&mut self, bytes: u64) -> Result<usize, LoadError> {
        self.end = self.end.checked_add(bytes).ok_or(LoadError::TooLarge)?;
        self.check()
    }

    fn check(&self) -> Result<usize, LoadError> {
        if self.end > MAX_IMAGE_BYTES { Err(LoadError::TooLarge) } else { Ok(self.end_bytes()) }
    }

    fn end_bytes(&self) -> usize {
        usize::try_from(self.end).expect("the limit of an image fits the address space")
    }
}

impl From<Part> for SymbolKind {
    fn from(part: Part) -> Self {
        match part {
            Part::Text => Self::Function,
            Part::Constants => Self::Constant,
            Part::Data => Self::Data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &'static str, part: Part, size: u64, alignment: u64) -> Section<'static> {
        Section { name, part, data: &[], size, alignment }
    }

    #[test]
    fn parts_are_in_order_and_on_pages_of_their_own() {
        let sections = [
            section(".data", Part::Data, 16, 8),
            section(".rodata", Part::Constants, 5, 1),
            section(".text", Part::Text, 0x65, 1),
            section(".eh_frame", Part::Constants, 0x60, 8),
            section(".text.cold", Part::Text, 7, 16),
            section(".bss", Part::Data, 0x1234, 64),
        ];
        let layout = Layout::new(&sections, 4096).unwrap();
        assert_eq!(layout.sections[2], 0..0x65);
        assert_eq!(layout.sections[4], 0x70..0x77);
        assert_eq!((layout.text_bytes, layout.text_end), (0x77, 0x1000));
        assert_eq!(layout.sections[1], 0x1000..0x1005);
        assert_eq!(layout.sections[3], 0x1008..0x1068);
        assert_eq!(layout.constants_end, 0x2000);
        assert_eq!(layout.sections[0], 0x2000..0x2010);
        assert_eq!(layout.sections[5], 0x2040..0x3274);
        assert_eq!(layout.length, 0x4000);
    }

    #[test]
    fn parts_that_are_missing_take_nothing() {
        let layout = Layout::new(&[section(".data", Part::Data, 1, 1)], 0x10000).unwrap();
        assert_eq!((layout.text_end, layout.constants_end, layout.length), (0, 0, 0x10000));
        assert_eq!(Layout::new(&[], 4096).unwrap().length, 0);
    }

    #[test]
    fn the_terminator_has_room_at_the_end_of_a_page() {
        let layout = Layout::new(&[section(".eh_frame", Part::Constants, 4096, 8)], 4096).unwrap();
        assert_eq!(layout.constants_end, 8192);
        let both = [section(".eh_frame", Part::Constants, 24, 1), section(".rodata", Part::Constants, 1, 1)];
        assert_eq!(Layout::new(&both, 4096).unwrap().sections[1], 28..29);
    }

    #[test]
    fn sizes_cannot_overflow() {
        for size in [MAX_IMAGE_BYTES + 1, u64::MAX, u64::MAX - 4095] {
            let huge = [section(".data", Part::Data, size, 4096)];
            assert!(matches!(Layout::new(&huge, 4096), Err(LoadError::TooLarge)), "{size}");
            let many = [section(".text", Part::Text, 1, 1), section(".bss", Part::Data, size, 4096)];
            assert!(matches!(Layout::new(&many, 4096), Err(LoadError::TooLarge)), "{size}");
        }
    }
}
