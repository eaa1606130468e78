//! Arrays of the host in the interpreter's memory, in the layout of `hotloop_abi`.

use crate::memory::{BLOCK_HEADER_BYTES, Fault, Memory, OutOfMemory};
use crate::{Scalar, evaluate};
use hotloop_abi::array_words;
use hotloop_mir::MachineType;

/// The fields of an array, as a descriptor holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayDescriptor {
    /// The reference-counted block that holds the elements, or 0 for borrowed memory.
    pub owner: u64,
    /// The address of the first element.
    pub data: u64,
    /// The lengths in elements.
    pub shape: Vec<i64>,
    /// The steps in bytes.
    pub strides: Vec<i64>,
}

/// The strides of an array whose last index moves fastest.
pub fn contiguous_strides(shape: &[i64], element_bytes: i64) -> Vec<i64> {
    let mut strides = vec![element_bytes; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides
}

impl ArrayDescriptor {
    /// Places an array's bytes, in C order, as borrowed memory.
    ///
    /// # Panics
    /// As [`Memory::place`].
    pub fn place(memory: &mut Memory, bytes: &[u8], shape: &[i64], element_bytes: i64) -> Self {
        let data = memory.place(bytes);
        Self { owner: 0, data, shape: shape.to_vec(), strides: contiguous_strides(shape, element_bytes) }
    }

    /// Places an array's bytes, in C order, in a block of their own with a reference count of 1.
    pub fn place_owned(
        memory: &mut Memory,
        bytes: &[u8],
        shape: &[i64],
        element_bytes: i64,
    ) -> Result<Self, OutOfMemory> {
        let owner = memory.allocate(bytes.len() as u64, false)?;
        let data = owner + BLOCK_HEADER_BYTES;
        memory.write(data, bytes).expect("the block has room for its bytes");
        Ok(Self { owner, data, shape: shape.to_vec(), strides: contiguous_strides(shape, element_bytes) })
    }

    /// The words of the descriptor: owner, data, lengths, strides.
    pub fn words(&self) -> Vec<u64> {
        let dimensions = self.shape.iter().chain(&self.strides).map(|word| *word as u64);
        [self.owner, self.data].into_iter().chain(dimensions).collect()
    }

    /// Places the descriptor itself, which nobody may write; a function takes its address as the argument.
    ///
    /// # Panics
    /// As [`Memory::place`].
    pub fn place_words(&self, memory: &mut Memory) -> Scalar {
        let bytes: Vec<u8> = self.words().into_iter().flat_map(u64::to_le_bytes).collect();
        Scalar::ptr(memory.place_read_only(&bytes))
    }

    /// The descriptor that a function gave as results, from the scalars of its words.
    ///
    /// # Panics
    /// Panics unless there are as many words as an array of some number of dimensions has.
    pub fn from_results(words: &[Scalar]) -> Self {
        let ndim = (words.len() - 2) / 2;
        assert_eq!(words.len(), array_words(ndim), "two words, then two for each dimension");
        let words: Vec<i64> = words.iter().map(|word| evaluate::bits(*word) as i64).collect();
        Self {
            owner: words[0] as u64,
            data: words[1] as u64,
            shape: words[2..2 + ndim].to_vec(),
            strides: words[2 + ndim..].to_vec(),
        }
    }

    /// Reads the descriptor of an array of `ndim` dimensions from memory.
    pub fn load(memory: &Memory, address: u64, ndim: usize) -> Result<Self, Fault> {
        let words: Result<Vec<Scalar>, Fault> = (0..array_words(ndim) as u64)
            .map(|word| memory.load(address + 8 * word, MachineType::I64))
            .collect();
        Ok(Self::from_results(&words?))
    }

    /// The elements' bytes, in C order.
    pub fn read(&self, memory: &Memory, element_bytes: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.visit(0, self.data, &mut |address| {
            bytes.extend_from_slice(memory.bytes(address, element_bytes)?);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// The elements, in C order.
    pub fn read_scalars(&self, memory: &Memory, ty: MachineType) -> Result<Vec<Scalar>, Fault> {
        let mut scalars = Vec::new();
        self.visit(0, self.data, &mut |address| {
            scalars.push(memory.load(address, ty)?);
            Ok(())
        })?;
        Ok(scalars)
    }

    /// Calls `element` with the address of each element, in C order.
    fn visit(
        &self,
        axis: usize,
        address: u64,
        element: &mut impl FnMut(u64) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if axis == self.shape.len() {
            return element(address);
        }
        for index in 0..self.shape[axis] {
            let offset = index.wrapping_mul(self.strides[axis]);
            self.visit(axis + 1, address.wrapping_add_signed(offset), element)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_reads_back_in_c_order_whatever_its_strides() {
        let mut memory = Memory::new();
        let array = ArrayDescriptor::place(&mut memory, &[1, 2, 3, 4, 5, 6], &[2, 3], 1);
        assert_eq!(array.strides, [3, 1]);
        assert_eq!(array.read(&memory, 1), Ok(vec![1, 2, 3, 4, 5, 6]));
        let transposed = ArrayDescriptor {
            shape: vec![3, 2],
            strides: vec![-1, 3],
            data: array.data + 2,
            ..array.clone()
        };
        assert_eq!(transposed.read(&memory, 1), Ok(vec![3, 6, 2, 5, 1, 4]));
        let address = transposed.place_words(&mut memory);
        let words = memory.load(evaluate::bits(address), MachineType::I64);
        assert_eq!(words, Ok(Scalar::i64(0)));
        assert_eq!(ArrayDescriptor::load(&memory, evaluate::bits(address), 2), Ok(transposed));
        assert_eq!(contiguous_strides(&[2, 0, 4], 8), [32, 32, 8]);
    }
}
