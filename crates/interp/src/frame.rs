//! One activation of a function: its values, its slots, and which memory it reached through which region.

use crate::memory::Memory;
use crate::outcome::{Exception, Stop, TrapKind};
use crate::{Scalar, evaluate};
use hotloop_index::IdMap;
use hotloop_mir::{Block, Function, Region, RegionKind, Slot, Value};
use std::collections::HashMap;

pub(crate) struct Frame<'p> {
    pub(crate) function: &'p Function,
    values: IdMap<Value, Option<Scalar>>,
    slots: IdMap<Slot, Option<u64>>,
    /// The error that led to the current unwind block, until it is caught.
    pub(crate) in_flight: Option<Box<Exception>>,
    /// For every allocation that was accessed, the first region of each kind through which it was.
    regions: HashMap<u64, Vec<Region>>,
}

impl<'p> Frame<'p> {
    pub(crate) fn new(function: &'p Function) -> Self {
        let values = function.values.ids().map(|_| None).collect();
        let slots = function.slots.ids().map(|_| None).collect();
        Self { function, values, slots, in_flight: None, regions: HashMap::new() }
    }

    pub(crate) fn get(&self, value: Value) -> Result<Scalar, Stop> {
        self.values[value].ok_or(Stop::Trap(TrapKind::Undefined(value)))
    }

    pub(crate) fn get_all(&self, values: &[Value]) -> Result<Vec<Scalar>, Stop> {
        values.iter().map(|value| self.get(*value)).collect()
    }

    /// An integer, truth value or address.
    pub(crate) fn int(&self, value: Value) -> Result<i64, Stop> {
        Ok(evaluate::signed(self.get(value)?))
    }

    pub(crate) fn address(&self, value: Value) -> Result<u64, Stop> {
        Ok(self.int(value)? as u64)
    }

    pub(crate) fn set(&mut self, value: Value, scalar: Scalar) {
        self.values[value] = Some(scalar);
    }

    /// Sets a block's parameters.
    pub(crate) fn enter(&mut self, block: Block, arguments: impl IntoIterator<Item = Scalar>) {
        let parameters = &self.function.blocks[block].parameters;
        for (parameter, argument) in parameters.iter().zip(arguments) {
            self.values[*parameter] = Some(argument);
        }
    }

    /// The address of a slot, which gets its memory at the first time.
    pub(crate) fn slot(&mut self, slot: Slot, memory: &mut Memory) -> u64 {
        let size_bytes = self.function.slots[slot].size_bytes;
        *self.slots[slot].get_or_insert_with(|| memory.place_uninitialised(size_bytes))
    }

    /// Gives back the memory of the slots.
    pub(crate) fn leave(self, memory: &mut Memory) {
        for address in self.slots.values().copied().flatten() {
            memory.free(address);
        }
    }

    /// Checks that memory is not used by way of regions that claim not to overlap. An allocation counts as a whole.
    pub(crate) fn access(&mut self, address: u64, region: Region, is_store: bool) -> Result<(), Stop> {
        let kind = |region: Region| self.function.regions[region].kind;
        if is_store && kind(region) == RegionKind::Descriptor {
            return Err(Stop::Trap(TrapKind::DescriptorWritten));
        }
        let seen = self.regions.entry(Memory::allocation_number(address)).or_default();
        if seen.contains(&region) {
            return Ok(());
        }
        // The words of a generator's frame are regions of their own.
        if let RegionKind::Frame(word) = kind(region) {
            return if Memory::offset(address) == 8 * u64::from(word) {
                Ok(())
            } else {
                let message = format!("{region} leads to {address:#x}, which is another word");
                Err(Stop::Trap(TrapKind::Regions(message)))
            };
        }
        if let Some(other) = seen.iter().find(|other| !kind(**other).may_alias(kind(region))) {
            let message = format!("{region} and {other} both lead to {address:#x}, yet never overlap");
            return Err(Stop::Trap(TrapKind::Regions(message)));
        }
        seen.push(region);
        Ok(())
    }
}

/// Whether these are arguments that the function takes.
pub(crate) fn takes(function: &Function, values: &[Scalar]) -> bool {
    let parameters = function.parameters();
    values.len() == parameters.len()
        && values
            .iter()
            .zip(parameters)
            .all(|(value, parameter)| value.is_canonical() && value.ty() == function.value_type(*parameter))
}
