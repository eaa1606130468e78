//! Unwind tables: checking one, and telling the unwinder about it.
//!
//! libgcc reads a registered table whenever anything in the process unwinds (a panic, a backtrace), newer versions
//! already while registering it, and trusts every byte. So the records are walked here first: their lengths, the
//! links from frame descriptions to their common parts, the encodings, and that each description covers code of this
//! image and no other. The instructions inside the records are not checked; they run only when somebody unwinds
//! through the loaded code itself.
//!
//! Only the forms that code generators write for such objects are accepted: no augmentation (absolute addresses, what
//! Cranelift writes), or `zR` with absolute or 32-bit relative addresses.
#![allow(unsafe_code)] // The unwinder's registration functions are foreign.

use std::ops::Range;

use crate::error::LoadError;

/// How a record spells addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// 64 bits, absolute: `DW_EH_PE_absptr`.
    Absolute,
    /// 32 bits, signed, relative to where it stands: `DW_EH_PE_pcrel | DW_EH_PE_sdata4`.
    Relative,
}

/// Checks a relocated table that will lie at `address`, and says whether there is anything to register: a table
/// without frame descriptions is none.
pub(crate) fn check(bytes: &[u8], address: u64, text: &Range<u64>) -> Result<bool, LoadError> {
    let mut commons: Vec<(usize, Encoding)> = Vec::new();
    let mut has_descriptions = false;
    let mut reader = Reader { bytes, position: 0 };
    while reader.position < bytes.len() {
        let start = reader.position;
        let mut record = reader.record()?;
        if record.bytes.len() == record.position {
            // The terminator: the unwinder would not see what follows.
            return if reader.position == bytes.len() {
                Ok(has_descriptions)
            } else {
                Err(record.fault("there is something behind the terminator"))
            };
        }
        let link_position = record.position;
        let link = record.u32()?;
        if link == 0 {
            commons.push((start, record.common()?));
            continue;
        }
        let common = link_position.checked_sub(link as usize);
        let encoding = commons.iter().find(|(position, _)| Some(*position) == common);
        let encoding = encoding.ok_or_else(|| record.fault("a frame description without its common part"))?.1;
        record.description(encoding, address, text)?;
        has_descriptions = true;
    }
    Ok(has_descriptions)
}

/// Reads numbers of a table from its start up to the end of `bytes`.
struct Reader<'table> {
    bytes: &'table [u8],
    position: usize,
}

impl<'table> Reader<'table> {
    fn fault(&self, reason: &'static str) -> LoadError {
        LoadError::UnwindTable { offset: self.position, reason }
    }

    /// Steps over a record and returns a reader that ends with it, at its first byte behind the length.
    fn record(&mut self) -> Result<Reader<'table>, LoadError> {
        let length = self.u32()?;
        if length == u32::MAX {
            return Err(self.fault("64-bit lengths are not supported"));
        }
        let start = self.position;
        self.take(length as usize)?;
        Ok(Reader { bytes: &self.bytes[..self.position], position: start })
    }

    /// Reads a common part behind its link.
    fn common(&mut self) -> Result<Encoding, LoadError> {
        let version = self.byte()?;
        if version != 1 && version != 3 {
            return Err(self.fault("unknown version"));
        }
        let is_augmented = match self.augmentation()? {
            b"" => false,
            b"zR" => true,
            _ => return Err(self.fault("unknown augmentation")),
        };
        self.leb128()?; // Code alignment.
        self.leb128()?; // Data alignment.
        if version == 1 { self.byte().map(drop) } else { self.leb128() }?; // Return address register.
        if is_augmented { self.augmented_encoding() } else { Ok(Encoding::Absolute) }
    }

    fn augmentation(&mut self) -> Result<&'table [u8], LoadError> {
        let rest = &self.bytes[self.position..];
        let length = rest.iter().position(|&byte| byte == 0);
        let length = length.ok_or_else(|| self.fault("the augmentation does not end"))?;
        self.take(length + 1)?;
        Ok(&rest[..length])
    }

    fn augmented_encoding(&mut self) -> Result<Encoding, LoadError> {
        if self.byte()? != 1 {
            return Err(self.fault("unknown augmentation"));
        }
        match self.byte()? {
            0x00 => Ok(Encoding::Absolute),
            0x1b => Ok(Encoding::Relative),
            _ => Err(self.fault("unknown pointer encoding")),
        }
    }

    /// Reads a frame description behind its link.
    fn description(
        &mut self,
        encoding: Encoding,
        table_address: u64,
        text: &Range<u64>,
    ) -> Result<(), LoadError> {
        let place = table_address.wrapping_add(self.position as u64);
        let (start, length) = match encoding {
            Encoding::Absolute => (self.u64()?, self.u64()?),
            Encoding::Relative => {
                let distance = i64::from(self.u32()?.cast_signed());
                (place.wrapping_add_signed(distance), u64::from(self.u32()?))
            }
        };
        let end = start.checked_add(length).ok_or_else(|| self.fault("a function without an end"))?;
        if length == 0 || start < text.start || end > text.end {
            return Err(self.fault("a frame description for code outside the image"));
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<&'table [u8], LoadError> {
        let rest = &self.bytes[self.position..];
        let taken = rest.get(..length).ok_or_else(|| self.fault("the record is cut short"))?;
        self.position += length;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, LoadError> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u32(&mut self) -> Result<u32, LoadError> {
        self.take(4).map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")))
    }

    fn u64(&mut self) -> Result<u64, LoadError> {
        self.take(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    /// Steps over a number of any length, signed or not.
    fn leb128(&mut self) -> Result<(), LoadError> {
        while self.byte()? & 0x80 != 0 {}
        Ok(())
    }
}

unsafe extern "C" {
    /// Tells libgcc about a table that ends with a record of length zero; it keeps the pointer.
    fn __register_frame(table: *const u8);
    /// Makes libgcc forget a table.
    fn __deregister_frame(table: *const u8);
}

/// A table that the unwinder knows, until this is dropped.
#[derive(Debug)]
pub(crate) struct Registration {
    table: *const u8,
}

// SAFETY: the pointer is only handed to libgcc, whose registry is global and guards itself.
unsafe impl Send for Registration {}
// SAFETY: as above; nothing can be done with a shared registration.
unsafe impl Sync for Registration {}

impl Registration {
    /// Registers a table.
    ///
    /// # Safety
    /// The table passed [`check`], is followed by four zero bytes, and stays mapped and unchanged until the
    /// registration is dropped.
    pub(crate) unsafe fn new(table: *const u8) -> Self {
        // SAFETY: by our own contract.
        unsafe { __register_frame(table) };
        Self { table }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: registered by `new`, still mapped, and forgotten nowhere else.
        unsafe { __deregister_frame(self.table) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ADDRESS: u64 = 0x5000;
    const TEXT: Range<u64> = 0x1000..0x2000;

    fn record(contents: &[u8]) -> Vec<u8> {
        let mut bytes = (contents.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(contents);
        bytes
    }

    /// A common part as Cranelift writes it.
    fn plain_common() -> Vec<u8> {
        record(&[0, 0, 0, 0, 1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1, 0, 0])
    }

    fn relative_common() -> Vec<u8> {
        record(&[0, 0, 0, 0, 1, b'z', b'R', 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8])
    }

    /// A description with absolute addresses that links to a record `back` bytes before its own link.
    fn description(back: u32, start: u64, length: u64) -> Vec<u8> {
        let mut contents = back.to_le_bytes().to_vec();
        contents.extend(start.to_le_bytes());
        contents.extend(length.to_le_bytes());
        contents.extend([0x41, 0x0e, 16, 0]);
        record(&contents)
    }

    fn verdict(table: &[u8]) -> Result<bool, &'static str> {
        check(table, ADDRESS, &TEXT).map_err(|error| match error {
            LoadError::UnwindTable { reason, .. } => reason,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn tables_without_descriptions_are_not_registered() {
        assert_eq!(verdict(&[]), Ok(false));
        assert_eq!(verdict(&[0; 4]), Ok(false));
        assert_eq!(verdict(&plain_common()), Ok(false));
    }

    #[test]
    fn plain_descriptions() {
        let common = plain_common();
        let link = common.len() as u32 + 4;
        let table = [common, description(link, 0x1000, 0x1000), vec![0; 4]].concat();
        assert_eq!(verdict(&table), Ok(true));
        assert_eq!(verdict(&table[..table.len() - 4]), Ok(true), "the terminator may be missing");
        let behind = [&table[..], &[1]].concat();
        assert_eq!(verdict(&behind), Err("there is something behind the terminator"));
    }

    #[test]
    fn relative_descriptions() {
        let common = relative_common();
        let link = common.len() as u32 + 4;
        let place = ADDRESS as i32 + common.len() as i32 + 8;
        let mut contents = link.to_le_bytes().to_vec();
        contents.extend((0x1800 - place).to_le_bytes());
        contents.extend(0x800_u32.to_le_bytes());
        let table = [common, record(&contents)].concat();
        assert_eq!(verdict(&table), Ok(true));
        assert!(check(&table, ADDRESS + 1, &TEXT).is_err(), "one byte beyond the text");
    }

    #[test]
    fn descriptions_of_foreign_code() {
        let outside = Err("a frame description for code outside the image");
        for (start, length) in [(0xfff, 2), (0x1000, 0x1001), (0x2000, 1), (0x1000, 0), (0, 0)] {
            let table = [plain_common(), description(24, start, length)].concat();
            assert_eq!(verdict(&table), outside, "{start:x} {length:x}");
        }
        let endless = [plain_common(), description(24, 0x1000, u64::MAX)].concat();
        assert_eq!(verdict(&endless), Err("a function without an end"));
    }

    #[test]
    fn broken_links() {
        for link in [1, 4, 20, 23, 25, 28, u32::MAX] {
            let table = [plain_common(), description(link, 0x1000, 1)].concat();
            assert_eq!(verdict(&table), Err("a frame description without its common part"), "{link}");
        }
        let only = description(4, 0x1000, 1);
        assert_eq!(verdict(&only), Err("a frame description without its common part"));
    }

    #[test]
    fn unknown_forms() {
        let changed = |position: usize, byte: u8| {
            let mut common = relative_common();
            common[position] = byte;
            verdict(&common)
        };
        assert_eq!(changed(8, 2), Err("unknown version"));
        assert_eq!(changed(9, b'y'), Err("unknown augmentation"));
        assert_eq!(changed(10, b'P'), Err("unknown augmentation"));
        assert_eq!(changed(15, 2), Err("unknown augmentation"));
        assert_eq!(changed(16, 0x9b), Err("unknown pointer encoding"));
        assert_eq!(verdict(&[0xff; 12]), Err("64-bit lengths are not supported"));
        assert_eq!(verdict(&record(&[0, 0, 0, 0, 1, b'z', b'R'])), Err("the augmentation does not end"));
    }

    #[test]
    fn every_cut_is_noticed() {
        let table = [plain_common(), description(24, 0x1000, 1)].concat();
        for length in 0..table.len() {
            let is_whole = length == 0 || length == plain_common().len();
            assert_eq!(verdict(&table[..length]).is_ok(), is_whole, "cut to {length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes: Vec<u8>, start in 0..3_usize) {
            let table = [&plain_common()[..], &relative_common()].concat();
            let kept = [0, plain_common().len(), table.len()][start];
            let _ = verdict(&[&table[..kept], &bytes].concat());
        }
    }
}
