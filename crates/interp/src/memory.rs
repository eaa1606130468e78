//! Memory at virtual addresses, where every access is checked.
//!
//! The high half of an address is the number of an allocation, the low half an offset in it. Numbers are never used
//! again, so a stale address is recognised for ever, and arithmetic cannot lead from one allocation into another.

use crate::Scalar;
use crate::evaluate::{bits, from_bits};
use hotloop_mir::MachineType;
use hotloop_objects::{Contents, Heap, Stop, release_contents};
use std::fmt;

/// The elements of a reference-counted block start so many bytes behind it.
pub const BLOCK_HEADER_BYTES: u64 = 64;

/// The bits of an address that are the offset.
const OFFSET_BITS: u32 = 32;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;

/// What fresh memory holds, so that reading it before writing is noticed.
const UNINITIALISED: u8 = 0xCB;

/// A use of memory that compiled code must not make: a mistake of the compiler, not of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No allocation holds all the bytes.
    OutOfBounds {
        /// The address of the first byte.
        address: u64,
        /// How many bytes.
        size_bytes: u64,
    },
    /// The allocation was freed.
    Freed {
        /// The address of the first byte.
        address: u64,
    },
    /// The allocation may only be read.
    ReadOnly {
        /// The address of the first byte.
        address: u64,
    },
    /// The address is not that of a reference-counted block.
    NotABlock {
        /// The address.
        address: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds { address, size_bytes } => {
                write!(f, "{size_bytes} bytes at {address:#x} are outside of all memory")
            }
            Self::Freed { address } => write!(f, "the memory at {address:#x} was freed"),
            Self::ReadOnly { address } => write!(f, "the memory at {address:#x} may only be read"),
            Self::NotABlock { address } => write!(f, "{address:#x} is no reference-counted block"),
        }
    }
}

impl std::error::Error for Fault {}

/// There is no room for another allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// What an allocation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Placed by the host, or the slot of a frame.
    Plain { is_read_only: bool },
    /// A block with a reference count; its bytes start behind the header.
    Block { references: u64, contents: Contents },
    /// Freed.
    Freed,
}

#[derive(Debug)]
struct Allocation {
    kind: Kind,
    bytes: Vec<u8>,
}

/// The memory of an interpreter: what the host placed, frames, and reference-counted blocks.
///
/// ```
/// use hotloop_interp::{Memory, Scalar};
/// use hotloop_mir::MachineType;
///
/// let mut memory = Memory::new();
/// let address = memory.place(&[1, 0, 0, 0, 2, 0, 0, 0]);
/// assert_eq!(memory.load(address + 4, MachineType::I32), Ok(Scalar::int(MachineType::I32, 2)));
/// assert!(memory.load(address + 8, MachineType::I32).is_err());
/// ```
#[derive(Debug)]
pub struct Memory {
    allocations: Vec<Allocation>,
    live_blocks: usize,
    used_bytes: u64,
    limit_bytes: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// Empty memory that holds up to 1 GiB.
    pub fn new() -> Self {
        Self::with_limit(1 << 30)
    }

    /// Empty memory that holds so many bytes: what does not fit is a `MemoryError`.
    pub fn with_limit(limit_bytes: u64) -> Self {
        // The first allocation is that of the null address: nothing.
        let null = Allocation { kind: Kind::Plain { is_read_only: true }, bytes: Vec::new() };
        Self { allocations: vec![null], live_blocks: 0, used_bytes: 0, limit_bytes }
    }

    /// How many reference-counted blocks are live.
    pub fn live_blocks(&self) -> usize {
        self.live_blocks
    }

    /// Places bytes that may be read and written; aligned to 64 bytes and more.
    ///
    /// # Panics
    /// Panics when they do not fit 4 GiB.
    pub fn place(&mut self, bytes: &[u8]) -> u64 {
        self.place_plain(bytes, false)
    }

    /// Places bytes that may only be read.
    ///
    /// # Panics
    /// As [`place`](Self::place).
    pub fn place_read_only(&mut self, bytes: &[u8]) -> u64 {
        self.place_plain(bytes, true)
    }

    fn place_plain(&mut self, bytes: &[u8], is_read_only: bool) -> u64 {
        assert!(bytes.len() as u64 <= OFFSET_MASK, "an allocation is smaller than 4 GiB");
        self.add(Kind::Plain { is_read_only }, bytes.to_vec()) << OFFSET_BITS
    }

    /// Adds an allocation; returns its number.
    fn add(&mut self, kind: Kind, bytes: Vec<u8>) -> u64 {
        self.used_bytes += bytes.len() as u64;
        self.allocations.push(Allocation { kind, bytes });
        self.allocations.len() as u64 - 1
    }

    /// Places uninitialised bytes, to be taken away again by [`free`](Self::free): a frame's slot.
    pub(crate) fn place_uninitialised(&mut self, size_bytes: u32) -> u64 {
        self.place(&vec![UNINITIALISED; size_bytes as usize])
    }

    /// Frees a plain allocation.
    pub(crate) fn free(&mut self, address: u64) {
        let allocation = &mut self.allocations[(address >> OFFSET_BITS) as usize];
        self.used_bytes -= allocation.bytes.len() as u64;
        *allocation = Allocation { kind: Kind::Freed, bytes: Vec::new() };
    }

    /// Allocates a block with a reference count of 1, zeroed or not; returns its address. Its bytes start
    /// [`BLOCK_HEADER_BYTES`] behind.
    pub fn allocate(&mut self, size_bytes: u64, is_zeroed: bool) -> Result<u64, OutOfMemory> {
        self.allocate_object(size_bytes, is_zeroed, Contents::Plain)
    }

    fn allocate_object(
        &mut self,
        size_bytes: u64,
        is_zeroed: bool,
        contents: Contents,
    ) -> Result<u64, OutOfMemory> {
        let fits = size_bytes <= OFFSET_MASK - BLOCK_HEADER_BYTES
            && self.used_bytes + size_bytes <= self.limit_bytes;
        if !fits {
            return Err(OutOfMemory);
        }
        let fill = if is_zeroed { 0 } else { UNINITIALISED };
        self.live_blocks += 1;
        let kind = Kind::Block { references: 1, contents };
        Ok(self.add(kind, vec![fill; size_bytes as usize]) << OFFSET_BITS)
    }

    /// Adds a reference to a block; null is left alone.
    pub fn retain(&mut self, block: u64) -> Result<(), Fault> {
        if let Some((references, ..)) = self.block(block)? {
            *references += 1;
        }
        Ok(())
    }

    /// Takes a reference from a block and frees it with the last one; null is left alone.
    pub fn release(&mut self, block: u64) -> Result<(), Fault> {
        let Some((references, contents, size_bytes)) = self.block(block)? else { return Ok(()) };
        *references -= 1;
        if *references == 0 {
            release_contents(self, block, contents)?;
            self.allocations[(block >> OFFSET_BITS) as usize] =
                Allocation { kind: Kind::Freed, bytes: Vec::new() };
            self.live_blocks -= 1;
            self.used_bytes -= size_bytes;
        }
        Ok(())
    }

    /// The number of references to a block.
    pub fn references(&mut self, block: u64) -> Result<u64, Fault> {
        Ok(self.block(block)?.map_or(0, |(references, ..)| *references))
    }

    /// The count, the contents and the size of a block; `None` for null.
    fn block(&mut self, address: u64) -> Result<Option<(&mut u64, Contents, u64)>, Fault> {
        if address == 0 {
            return Ok(None);
        }
        let found = self.allocations.get_mut((address >> OFFSET_BITS) as usize);
        match found.filter(|_| address & OFFSET_MASK == 0) {
            Some(Allocation { kind: Kind::Block { references, contents }, bytes }) => {
                Ok(Some((references, *contents, bytes.len() as u64)))
            }
            Some(Allocation { kind: Kind::Freed, .. }) => Err(Fault::Freed { address }),
            Some(Allocation { kind: Kind::Plain { .. }, .. }) | None => Err(Fault::NotABlock { address }),
        }
    }

    /// Reads bytes.
    pub fn bytes(&self, address: u64, size_bytes: u64) -> Result<&[u8], Fault> {
        let allocation = self.allocation(address, size_bytes)?;
        let range = range_in(allocation, address, size_bytes)?;
        Ok(&allocation.bytes[range])
    }

    /// Writes bytes.
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Fault> {
        let size_bytes = bytes.len() as u64;
        let range = range_in(self.allocation(address, size_bytes)?, address, size_bytes)?;
        let allocation = &mut self.allocations[(address >> OFFSET_BITS) as usize];
        if allocation.kind == (Kind::Plain { is_read_only: true }) {
            return Err(Fault::ReadOnly { address });
        }
        allocation.bytes[range].copy_from_slice(bytes);
        Ok(())
    }

    fn allocation(&self, address: u64, size_bytes: u64) -> Result<&Allocation, Fault> {
        match self.allocations.get((address >> OFFSET_BITS) as usize) {
            Some(Allocation { kind: Kind::Freed, .. }) => Err(Fault::Freed { address }),
            Some(allocation) => Ok(allocation),
            None => Err(Fault::OutOfBounds { address, size_bytes }),
        }
    }

    /// Reads a value of a machine type.
    pub fn load(&self, address: u64, ty: MachineType) -> Result<Scalar, Fault> {
        let mut word = [0; 8];
        let bytes = self.bytes(address, u64::from(ty.size_bytes()))?;
        word[..bytes.len()].copy_from_slice(bytes);
        Ok(from_bits(ty, u64::from_le_bytes(word)))
    }

    /// Writes a value of a machine type.
    pub fn store(&mut self, address: u64, value: Scalar) -> Result<(), Fault> {
        let size_bytes = value.ty().size_bytes() as usize;
        self.write(address, &bits(value).to_le_bytes()[..size_bytes])
    }

    /// How far an address lies behind the start of its allocation.
    pub(crate) fn offset(address: u64) -> u64 {
        address & OFFSET_MASK
    }

    /// The number of the allocation that an address points into.
    pub(crate) fn allocation_number(address: u64) -> u64 {
        address >> OFFSET_BITS
    }
}

impl Heap for Memory {
    type Fault = Fault;

    fn allocate(&mut self, size_bytes: u64, contents: Contents) -> Result<u64, Stop<Fault>> {
        self.allocate_object(size_bytes, false, contents).map_err(|OutOfMemory| Stop::OutOfMemory(size_bytes))
    }

    fn retain(&mut self, block: u64) -> Result<(), Fault> {
        Memory::retain(self, block)
    }

    fn release(&mut self, block: u64) -> Result<(), Fault> {
        Memory::release(self, block)
    }

    fn bytes(&self, address: u64, size_bytes: u64) -> Result<&[u8], Fault> {
        Memory::bytes(self, address, size_bytes)
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Fault> {
        Memory::write(self, address, bytes)
    }

    fn copy(&mut self, from: u64, to: u64, size_bytes: u64) -> Result<(), Fault> {
        let bytes = Memory::bytes(self, from, size_bytes)?.to_vec();
        Memory::write(self, to, &bytes)
    }
}

/// Where the bytes lie in their allocation.
fn range_in(allocation: &Allocation, address: u64, size_bytes: u64) -> Result<std::ops::Range<usize>, Fault> {
    let outside = Fault::OutOfBounds { address, size_bytes };
    let header = if matches!(allocation.kind, Kind::Block { .. }) { BLOCK_HEADER_BYTES } else { 0 };
    let start = (address & OFFSET_MASK).checked_sub(header).ok_or(outside)?;
    let end = start + size_bytes;
    if end > allocation.bytes.len() as u64 { Err(outside) } else { Ok(start as usize..end as usize) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotloop_objects::{Operation, perform};

    #[test]
    fn a_block_lives_as_long_as_its_references() {
        let mut memory = Memory::new();
        let block = memory.allocate(16, true).unwrap();
        let data = block + BLOCK_HEADER_BYTES;
        memory.store(data + 8, Scalar::f64(1.5)).unwrap();
        memory.retain(block).unwrap();
        memory.release(block).unwrap();
        assert_eq!(memory.load(data + 8, MachineType::F64), Ok(Scalar::f64(1.5)));
        assert_eq!((memory.references(block), memory.live_blocks()), (Ok(1), 1));
        memory.release(block).unwrap();
        assert_eq!(memory.live_blocks(), 0);
        assert_eq!(memory.load(data, MachineType::I8), Err(Fault::Freed { address: data }));
        assert_eq!(memory.release(block), Err(Fault::Freed { address: block }));
        assert_eq!(memory.release(0), Ok(()));
        let other = memory.allocate(16, true).unwrap();
        assert_ne!(other, block);
    }

    #[test]
    fn accesses_outside_are_faults() {
        let mut memory = Memory::with_limit(100);
        let block = memory.allocate(8, false).unwrap();
        let data = block + BLOCK_HEADER_BYTES;
        let outside = |address| Err(Fault::OutOfBounds { address, size_bytes: 8 });
        for address in [0, data + 1, data - 1, data + 8, block, u64::MAX - 8, 77 << OFFSET_BITS] {
            assert_eq!(memory.load(address, MachineType::I64), outside(address));
        }
        assert_eq!(memory.load(data, MachineType::I8), Ok(Scalar::int(MachineType::I8, 0xCB)));
        let constant = memory.place_read_only(&[1]);
        assert_eq!(memory.write(constant, &[2]), Err(Fault::ReadOnly { address: constant }));
        assert_eq!(memory.retain(constant), Err(Fault::NotABlock { address: constant }));
        assert_eq!(memory.retain(block + 8), Err(Fault::NotABlock { address: block + 8 }));
        assert_eq!(memory.allocate(92, false), Err(OutOfMemory));
        assert!(memory.allocate(91, false).is_ok());
    }

    #[test]
    fn strings_that_no_memory_holds_are_refused_by_their_size() {
        let mut memory = Memory::with_limit(100);
        let text = memory.allocate(8, true).unwrap() + BLOCK_HEADER_BYTES;
        let mut stop = |operation, words: &[u64]| perform(&mut memory, operation, words);
        let too_large = |size_bytes| Err(Stop::OutOfMemory(size_bytes));
        assert_eq!(stop(Operation::Repeat, &[text, 2, 1 << 50]), too_large(1 << 53));
        assert_eq!(stop(Operation::Repeat, &[text, 2, i64::MAX as u64]), too_large(i64::MAX as u64));
        for operation in [Operation::Center, Operation::LJust, Operation::RJust] {
            assert_eq!(stop(operation, &[text, 2, 1 << 50, text, 1]), too_large(1 << 52));
            assert!(stop(operation, &[text, 2, i64::MIN as u64, text, 1]).is_ok());
        }
        assert_eq!(stop(Operation::ZFill, &[text, 2, 1 << 50]), too_large(1 << 52));
        // Sizes that some memory might hold, but this one does not.
        assert_eq!(stop(Operation::Repeat, &[text, 2, 1 << 36]), too_large(1 << 39));
        assert_eq!(stop(Operation::ZFill, &[text, 2, 1 << 37]), too_large(1 << 39));
        memory.write(text, &[9, 0, 0, 0]).unwrap();
        let words = [text, 2, 1 << 37];
        assert_eq!(perform(&mut memory, Operation::ExpandTabs, &words), too_large(1 << 39));
    }
}
