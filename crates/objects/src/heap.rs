//! What the operations ask of memory.

/// What a block holds, so that its last reference can be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing that has to be released.
    Plain,
    /// A list: its items are released with it.
    List,
    /// The frame of a generator: the references that it holds are released with it.
    Frame,
}

/// The most bytes that are asked for, and that a message about them names: what a signed word holds.
pub(crate) const MOST_BYTES: u64 = i64::MAX as u64;

/// Why an operation did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<Fault> {
    /// There is no memory for so many bytes, which are at most as many as a signed word counts.
    OutOfMemory(u64),
    /// Memory was used wrongly: a mistake of the compiler. Only a memory that checks its uses knows.
    Fault(Fault),
}

impl<Fault> From<Fault> for Stop<Fault> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Memory with reference-counted blocks.
pub trait Heap {
    /// A wrong use of memory.
    type Fault;

    /// A new block with one reference; its bytes start [`HEADER_BYTES`](crate::layout::HEADER_BYTES) behind the address that is returned.
    fn allocate(&mut self, size_bytes: u64, contents: Contents) -> Result<u64, Stop<Self::Fault>>;

    /// Adds a reference to a block; null is left alone.
    fn retain(&mut self, block: u64) -> Result<(), Self::Fault>;

    /// Takes a reference from a block; with the last one it is freed, and what it holds is released. Null is left alone.
    fn release(&mut self, block: u64) -> Result<(), Self::Fault>;

    /// Reads bytes.
    fn bytes(&self, address: u64, size_bytes: u64) -> Result<&[u8], Self::Fault>;

    /// Writes bytes.
    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Self::Fault>;

    /// Copies bytes between places that may overlap.
    fn copy(&mut self, from: u64, to: u64, size_bytes: u64) -> Result<(), Self::Fault>;

    /// Reads a word.
    fn load(&self, address: u64) -> Result<u64, Self::Fault> {
        let bytes = self.bytes(address, 8)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    /// Writes a word.
    fn store(&mut self, address: u64, word: u64) -> Result<(), Self::Fault> {
        self.write(address, &word.to_le_bytes())
    }
}
