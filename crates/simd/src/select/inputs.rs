//! What stays the same in the loop: addresses, values in all lanes, constants; and the numbers of the iterations.
//!
//! Addresses and floats arrive in registers, as many as there are for that; integers that have to be in all lanes are read from words, and constants stand behind the code.

use super::{Selector, Steady, Turn};
use crate::Level;
use crate::code::{ARGUMENTS, Class, FLOAT_ARGUMENTS, Part};
use crate::opcodes;
use hotloop_mir::{BinaryOp, Inst, MachineType, Value, VectorArgument, VectorInput};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    /// Lets as much as possible arrive in registers. Gives the registers of the count, and of what is left of the whole loop where that is asked for.
    pub(super) fn arguments(&mut self, stream: Option<Inst>) -> Option<(VReg, Option<VReg>)> {
        let left = stream.map(|_| VectorInput::Left {
            variable: self.plan.vector.variable,
            limit: self.plan.whole_limit(self.function),
        });
        let (addresses, splats) = (self.addresses(), self.splats());
        let is_float = |value: &Value| self.function.value_type(*value).is_float();
        let (floats, integers): (Vec<Value>, Vec<Value>) = splats.into_iter().partition(is_float);
        let room = ARGUMENTS.len() - 1 - usize::from(left.is_some());
        let needs_words = !self.plan.vector.accumulators.is_empty()
            || self.plan.has_checks
            || self.plan.counts_in_lanes
            || !integers.is_empty()
            || !self.plan.callees.is_empty()
            || addresses.len() > room
            || floats.len() > FLOAT_ARGUMENTS;
        let room = room - usize::from(needs_words);

        self.arguments.push(VectorArgument::Count);
        self.arguments.extend(left.map(VectorArgument::Input));
        self.arguments.extend(needs_words.then_some(VectorArgument::Words));
        let addresses = addresses.into_iter().take(room).map(VectorInput::Address);
        let floats = floats.into_iter().take(FLOAT_ARGUMENTS).map(VectorInput::Splat);
        let general = self.arguments.len() + addresses.len();
        self.arguments.extend(addresses.chain(floats).map(VectorArgument::Input));

        let class = |number: usize| if number < general { Class::General } else { Class::Vector };
        let vregs: Vec<VReg> =
            (0..self.arguments.len()).map(|number| self.code.vreg(class(number))).collect();
        self.code.arguments(&vregs);
        let mut left = None;
        for (argument, vreg) in self.arguments.clone().into_iter().zip(&vregs) {
            match argument {
                VectorArgument::Count => {}
                VectorArgument::Words => self.words = *vreg,
                VectorArgument::Input(VectorInput::Left { .. }) => left = Some(*vreg),
                VectorArgument::Input(input) => {
                    self.arrived(input, *vreg);
                }
            }
        }
        Some((vregs[0], left))
    }

    /// Notes an input that has arrived; puts a float into all lanes.
    fn arrived(&mut self, input: VectorInput, vreg: VReg) {
        let known = match input {
            VectorInput::Splat(value) => {
                let code = opcodes::broadcast(self.level, self.function.value_type(value).size_bytes());
                self.vector(code, vec![Part::UseOf(vreg, 16)])
            }
            VectorInput::Address(_)
            | VectorInput::Left { .. }
            | VectorInput::Bits(_)
            | VectorInput::Interrupt
            | VectorInput::Function(_) => vreg,
        };
        self.known.insert(input, known);
    }

    /// The addresses of the elements, in the order of the loop.
    fn addresses(&self) -> Vec<Value> {
        let mut addresses = Vec::new();
        for inst in self.plan.lanes.iter().filter(|inst| !self.plan.uniform_loads.contains(*inst)) {
            if let Some(place) = self.plan.place(self.function, *inst)
                && !addresses.contains(&place.base)
            {
                addresses.push(place.base);
            }
        }
        addresses
    }

    /// The values that the caller knows, and that have to be in all lanes.
    fn splats(&self) -> Vec<Value> {
        let is_uniform = |inst: &&Inst| self.plan.uniform_loads.contains(*inst);
        let loaded =
            self.plan.lanes.iter().filter(is_uniform).map(|inst| self.function.insts[*inst].results[0]);
        let is_constant = |value: &Value| {
            self.function.constant(*value).is_some() && self.function.value_type(*value) != MachineType::I1
        };
        loaded.chain(self.plan.splats.iter().copied().filter(|value| !is_constant(value))).collect()
    }

    /// Puts all that stays the same into registers.
    pub(super) fn load_inputs(&mut self) -> Option<()> {
        for address in self.addresses() {
            self.address(address);
        }
        for callee in &self.plan.callees {
            self.load_callee(*callee);
        }
        for inst in &self.plan.lanes {
            if self.plan.uniform_loads.contains(inst) {
                self.splat(self.function.insts[*inst].results[0])?;
            }
        }
        for value in &self.plan.splats {
            self.splat(*value)?;
        }
        if self.plan.counts_in_lanes {
            self.count_in_lanes()?;
        }
        Some(())
    }

    /// The number of the word of a new input. The first word is the count.
    pub(super) fn input(&mut self, input: VectorInput) -> usize {
        self.inputs.push(input);
        self.inputs.len()
    }

    fn address(&mut self, value: Value) -> VReg {
        let input = VectorInput::Address(value);
        if let Some(known) = self.known.get(&input) {
            return *known;
        }
        let number = self.input(input);
        let vreg = self.load_word(number);
        self.known.insert(input, vreg);
        vreg
    }

    pub(super) fn splat(&mut self, value: Value) -> Option<VReg> {
        let ty = self.function.value_type(value);
        if let Some(constant) = self.function.constant(value).filter(|_| ty != MachineType::I1) {
            return Some(self.repeated(constant.bits(), ty.size_bytes()));
        }
        let input = VectorInput::Splat(value);
        if let Some(known) = self.known.get(&input) {
            return Some(*known);
        }
        // Who asks on the way for what was not named before finds no words, perhaps.
        if self.words == VReg::invalid() {
            return None;
        }
        let number = self.input(input);
        let vreg = match (ty, self.level) {
            (MachineType::I1, Level::Avx512) => {
                let vreg = self.code.vreg(Class::Mask);
                let word = self.word(number);
                self.code.op(Code::VEX_Kmovq_kr_km64, vec![Part::Def(vreg), word]);
                vreg
            }
            // All bits or none.
            (MachineType::I1, Level::Avx2) => self.broadcast(number, 8),
            _ => self.broadcast(number, ty.size_bytes()),
        };
        self.known.insert(input, vreg);
        Some(vreg)
    }

    /// A word, or its low bytes, in all lanes.
    fn broadcast(&mut self, number: usize, size_bytes: u32) -> VReg {
        let word = self.word(number);
        self.vector(opcodes::broadcast(self.level, size_bytes), vec![word])
    }

    /// A constant in all lanes of its size.
    pub(super) fn repeated(&mut self, bits: u64, size_bytes: u32) -> VReg {
        let width = 8 * size_bytes;
        let low = if width == 64 { bits } else { bits & ((1 << width) - 1) };
        self.bits((0..64).step_by(width as usize).fold(0, |all, at| all | low << at))
    }

    /// 64 bits over and over.
    pub(super) fn bits(&mut self, bits: u64) -> VReg {
        let input = VectorInput::Bits(bits);
        if let Some(known) = self.known.get(&input) {
            return *known;
        }
        if self.has_begun {
            self.late.push(Steady::Bits(bits));
        }
        let constant = self.code.constants(&[bits]);
        let vreg = self.vector(opcodes::broadcast(self.level, 8), vec![constant]);
        // What is read on the way is known there alone.
        if !self.has_begun {
            self.known.insert(input, vreg);
        }
        vreg
    }

    /// A constant that was asked for before.
    pub(super) fn steady(&mut self, constant: &Steady) -> Option<()> {
        match constant {
            Steady::Bits(bits) => {
                self.bits(*bits);
            }
            Steady::Numbers(numbers, lane_bytes) => {
                self.numbers_in_lanes(numbers.clone(), *lane_bytes)?;
            }
            Steady::Mask(bits) => {
                self.mask_of_bits(*bits);
            }
        }
        Some(())
    }

    /// The register of a constant, once it is known; else notes that it is wanted.
    fn known_constant(&mut self, constant: &Steady) -> Option<VReg> {
        let known = self.known_constants.get(constant).copied();
        if known.is_none() && self.has_begun {
            self.late.push(constant.clone());
        }
        known
    }

    fn keep_constant(&mut self, constant: Steady, vreg: VReg) -> VReg {
        if !self.has_begun {
            self.known_constants.insert(constant, vreg);
        }
        vreg
    }

    /// A number for each lane of so many bytes, or sixteen bytes over and over.
    pub(super) fn numbers_in_lanes(&mut self, numbers: Vec<u8>, lane_bytes: u32) -> Option<VReg> {
        let constant = Steady::Numbers(numbers, lane_bytes);
        if let Some(known) = self.known_constant(&constant) {
            return Some(known);
        }
        let Steady::Numbers(numbers, _) = &constant else { return None };
        let count = if lane_bytes == 1 { 16 } else { self.level.vector_bytes() / lane_bytes };
        let mut bytes = numbers.clone();
        bytes.resize(count.max(8) as usize, 0);
        let words = bytes
            .chunks(8)
            .map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        let memory = self.code.constants(&words.collect::<Vec<u64>>());
        let code = match lane_bytes {
            1 => opcodes::broadcast_part(self.level),
            _ => opcodes::widen(self.level, false, 1, lane_bytes, self.level.vector_bytes())?.0,
        };
        let vreg = self.vector(code, vec![memory]);
        Some(self.keep_constant(constant, vreg))
    }

    /// A mask that stays the same.
    pub(super) fn mask_of_bits(&mut self, bits: u64) -> VReg {
        let constant = Steady::Mask(bits);
        if let Some(known) = self.known_constant(&constant) {
            return known;
        }
        let (memory, vreg) = (self.code.constants(&[bits]), self.code.vreg(Class::Mask));
        self.code.op(Code::VEX_Kmovq_kr_km64, vec![Part::Def(vreg), memory]);
        self.keep_constant(constant, vreg)
    }

    /// Puts the numbers of the first iterations into lanes.
    fn count_in_lanes(&mut self) -> Option<()> {
        let variable = self.plan.vector.variable;
        let number = self.input(VectorInput::Splat(variable));
        let start = self.broadcast(number, 8);
        let lanes = u64::from(self.lane_count());
        let iteration = |lane: u64| if self.groups.is_mirrored { lanes - 1 - lane } else { lane };
        let numbers = (0..lanes).fold(0, |word, lane| word | iteration(lane) << (8 * lane));
        let (code, _) = opcodes::widen(self.level, false, 1, 8, self.level.vector_bytes())?;
        let numbers = self.code.constants(&[numbers]);
        let steps = self.vector(code, vec![numbers]);
        let add = self.count_on()?;
        self.first_numbers = self.vector(add, vec![Part::Use(start), Part::Use(steps)]);
        Some(())
    }

    /// What brings a number to that of a later iteration.
    fn count_on(&self) -> Option<Code> {
        let op = if self.plan.vector.goes_down { BinaryOp::Isub } else { BinaryOp::Iadd };
        opcodes::binary(self.level, op, MachineType::I64)
    }

    /// The numbers of a vector's iterations.
    pub(super) fn numbers_of(&mut self, turn: Turn) -> Option<VReg> {
        let add = self.count_on()?;
        let first = match self.numbers.get(&turn.index) {
            Some(known) => *known,
            None => {
                let index = self.in_all_lanes(turn.index);
                let first = self.vector(add, vec![Part::Use(self.first_numbers), Part::Use(index)]);
                self.numbers.insert(turn.index, first);
                first
            }
        };
        if turn.before == 0 {
            return Some(first);
        }
        let before = self.bits(turn.before as u64);
        Some(self.vector(add, vec![Part::Use(first), Part::Use(before)]))
    }

    /// A general register in all lanes of 64 bits.
    fn in_all_lanes(&mut self, general: VReg) -> VReg {
        match self.level {
            Level::Avx512 => self.vector(Code::EVEX_Vpbroadcastq_zmm_k1z_r64, vec![Part::Use(general)]),
            Level::Avx2 => {
                let low = self.code.vreg(Class::Vector);
                self.code.op(Code::VEX_Vmovq_xmm_rm64, vec![Part::DefOf(low, 16), Part::Use(general)]);
                self.vector(Code::VEX_Vpbroadcastq_ymm_xmmm64, vec![Part::UseOf(low, 16)])
            }
        }
    }
}
