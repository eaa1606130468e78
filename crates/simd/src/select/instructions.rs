//! The instructions of a loop, each on one vector.

use super::{Lanes, Selector, Turn, Work, is_shift};
use crate::Level;
use crate::code::{Class, Part};
use crate::opcodes;
use hotloop_diagnostics::Span;
use hotloop_mir::{BinaryOp, Constant, Inst, InstKind, MachineType, Value};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    /// One vector of iterations: gives what the accumulators are behind it. What is stored is left for later where there are checks.
    pub(super) fn iterations(
        &mut self,
        turn: Turn,
        accumulators: &[VReg],
        work: &mut Work,
    ) -> Option<Vec<VReg>> {
        let mut lanes = Lanes::default();
        for (accumulator, vreg) in self.plan.vector.accumulators.iter().zip(accumulators) {
            lanes.insert(accumulator.parameter, *vreg);
        }
        if self.plan.counts_in_lanes {
            lanes.insert(self.plan.vector.variable, self.numbers_of(turn)?);
        }
        for inst in &self.plan.lanes {
            let is_part =
                self.fusions.loads.contains(inst) && turn.mask.is_none() || self.fusions.gone.contains(inst);
            if !self.plan.uniform_loads.contains(inst) && !is_part {
                self.code.place = self.function.insts[*inst].span;
                self.selected = Some(*inst);
                self.inst(turn, &mut lanes, *inst, work)?;
            }
        }
        self.code.place = Span::NONE;
        self.selected = None;
        self.plan.collected.iter().map(|value| self.lane(&lanes, *value)).collect()
    }

    pub(super) fn lane(&mut self, lanes: &Lanes, value: Value) -> Option<VReg> {
        match lanes.get(&value) {
            Some(known) => Some(*known),
            None => self.splat(value),
        }
    }

    /// The bytes of what counts of a vector with elements of that size.
    pub(super) fn part_bytes(&self, size_bytes: u32) -> u32 {
        self.lane_count() * size_bytes
    }

    fn inst(&mut self, turn: Turn, lanes: &mut Lanes, inst: Inst, work: &mut Work) -> Option<()> {
        let data = &self.function.insts[inst];
        let ty = |value: Value| self.function.value_type(value);
        let result = match &data.kind {
            InstKind::Load { .. } if lanes.contains_key(&data.results[0]) => return Some(()),
            InstKind::Load { .. } if self.groups.contains(inst) => return self.load_group(turn, lanes, inst),
            InstKind::Load { ty, .. } => {
                let vreg = self.load(turn, inst, *ty)?;
                if *ty == MachineType::I1 { self.truth_of_bytes(data.results[0], vreg)? } else { vreg }
            }
            InstKind::Store { value, .. } => {
                let stored = match ty(*value) {
                    MachineType::I1 => self.bytes_of_truth(lanes, *value)?,
                    _ => self.lane(lanes, *value)?,
                };
                return self.store_in_order(turn, inst, stored, work);
            }
            InstKind::When { condition, access } => match &**access {
                InstKind::Load { ty, .. } => {
                    let mask = self.mask_of(turn, lanes, *condition, ty.size_bytes())?;
                    self.load_under(turn, inst, *ty, mask)?
                }
                InstKind::Store { value, .. } => {
                    let stored = match ty(*value) {
                        MachineType::I1 => self.bytes_of_truth(lanes, *value)?,
                        _ => self.lane(lanes, *value)?,
                    };
                    let mask = self.mask_of(turn, lanes, *condition, ty(*value).size_bytes())?;
                    return self.store_in_order(Turn { mask: Some(mask), ..turn }, inst, stored, work);
                }
                InstKind::CheckBounds { index, .. } => self.lane(lanes, *index)?,
                _ => return None,
            },
            InstKind::Check { condition, .. } => {
                let holds = self.truth_in_lanes_of(lanes, *condition, self.plan.lane_bytes)?;
                work.checks.push(holds);
                return Some(());
            }
            InstKind::CheckBounds { index, .. } => self.lane(lanes, *index)?,
            InstKind::Unary(op, value) => {
                let (ty, x) = (ty(*value), self.lane(lanes, *value)?);
                self.note_truth(data.results[0], &[*value]);
                self.unary(*op, ty, x)?
            }
            InstKind::Binary(op, a, b) if is_shift(*op) => {
                let x = self.lane(lanes, *a)?;
                match self.function.constant(*b).and_then(Constant::as_int) {
                    Some(count) => self.shift(*op, ty(*a), x, count)?,
                    None => {
                        let counts = self.lane(lanes, *b)?;
                        let code = opcodes::shift_by_vector(self.level, *op, ty(*a))?;
                        self.vector(code, vec![Part::Use(x), Part::Use(counts)])
                    }
                }
            }
            InstKind::Binary(op, a, b) if ty(*a) == MachineType::I1 => {
                let bytes = self.note_truth(data.results[0], &[*a, *b]);
                let [x, y] = [*a, *b].map(|value| self.truth_in_lanes_of(lanes, value, bytes));
                self.truth_bits(*op, x?, y?)?
            }
            InstKind::Binary(op, a, b) => match self.fusions.quotients.get(&inst).copied() {
                Some(quotient) => self.quotient(lanes, quotient)?,
                None => self.binary(turn, lanes, *op, [*a, *b])?,
            },
            InstKind::Ternary(op, a, b, c) => self.with_product(turn, lanes, *op, [*a, *b, *c])?,
            InstKind::IntCompare(op, a, b) if ty(*a) == MachineType::I1 => {
                let bytes = self.note_truth(data.results[0], &[*a, *b]);
                let [x, y] = [*a, *b].map(|value| self.truth_in_lanes_of(lanes, value, bytes));
                self.truth_compare(*op, x?, y?)?
            }
            InstKind::IntCompare(op, a, b) => {
                let (ty, x, y) = (ty(*a), self.lane(lanes, *a)?, self.lane(lanes, *b)?);
                self.truth_bytes.insert(data.results[0], ty.size_bytes());
                self.int_compare(*op, ty, x, y)?
            }
            InstKind::FloatCompare(op, a, b) => {
                let ty = ty(*a);
                let (code, how) = opcodes::float_compare(self.level, *op, ty)?;
                let (x, y) = (self.lane(lanes, *a)?, self.lane(lanes, *b)?);
                self.truth_bytes.insert(data.results[0], ty.size_bytes());
                self.truth(code, vec![Part::Use(x), Part::Use(y), Part::Byte(how)])
            }
            InstKind::Select { .. } if self.function.written_out(inst).is_some() => {
                let written = self.function.written_out(inst)?;
                if written.is_conditional(self.function) {
                    work.checks.push(self.truth_in_lanes_of(
                        lanes,
                        written.condition,
                        self.plan.lane_bytes,
                    )?);
                }
                self.lane(lanes, written.value)?
            }
            InstKind::Select { condition, then, otherwise } if ty(*then) == MachineType::I1 => {
                let bytes = self.note_truth(data.results[0], &[*condition, *then, *otherwise]);
                let [mask, then, otherwise] =
                    [*condition, *then, *otherwise].map(|value| self.truth_in_lanes_of(lanes, value, bytes));
                self.select_truth(mask?, then?, otherwise?)
            }
            InstKind::Select { .. } if self.fusions.extremes.contains_key(&inst) => {
                let (op, first, second) = self.fusions.extremes[&inst];
                let ty = ty(first);
                let (first, second) = (self.lane(lanes, first)?, self.lane(lanes, second)?);
                self.extreme(op, ty, first, second)?
            }
            InstKind::Select { condition, then, otherwise } => {
                let bytes = ty(*then).size_bytes();
                let mask = self.truth_in_lanes_of(lanes, *condition, bytes)?;
                let (then, otherwise) = (self.lane(lanes, *then)?, self.lane(lanes, *otherwise)?);
                self.blend(bytes, mask, then, otherwise)
            }
            InstKind::Convert(op, value, to) => self.convert(turn, lanes, *op, *value, *to)?,
            InstKind::CallRuntime { function, arguments } => {
                self.call_lanes(turn, lanes, *function, arguments)?
            }
            _ => return None,
        };
        lanes.insert(data.results[0], result);
        Some(())
    }

    /// A vector from memory, of the lanes that are there.
    fn load(&mut self, turn: Turn, inst: Inst, ty: MachineType) -> Option<VReg> {
        let bytes = self.part_bytes(ty.size_bytes());
        let code = opcodes::load(self.level, ty.size_bytes(), bytes, turn.mask.is_some());
        let memory = self.element(turn, inst)?;
        let vreg = self.code.vreg(Class::Vector);
        self.code.masked(code, vec![Part::DefOf(vreg, bytes.max(16)), memory], turn.mask, true);
        Some(vreg)
    }

    /// The same of the lanes of a mask, and 0 in the others.
    fn load_under(&mut self, turn: Turn, inst: Inst, ty: MachineType, mask: VReg) -> Option<VReg> {
        let vreg = match self.level {
            Level::Avx512 => self.load(Turn { mask: Some(mask), ..turn }, inst, ty)?,
            Level::Avx2 => {
                let bytes = self.part_bytes(ty.size_bytes());
                let code = opcodes::load_under(ty.size_bytes(), bytes)?;
                let memory = self.element(turn, inst)?;
                self.part(bytes, code, vec![Part::UseOf(mask, bytes), memory])
            }
        };
        if ty == MachineType::I1 {
            self.truth_of_bytes(self.function.insts[inst].results[0], vreg)
        } else {
            Some(vreg)
        }
    }

    /// The lanes that are there and in which a condition holds, for elements of that size.
    fn mask_of(&mut self, turn: Turn, lanes: &Lanes, condition: Value, size_bytes: u32) -> Option<VReg> {
        let mask = self.truth_in_lanes_of(lanes, condition, size_bytes)?;
        let are_exact = turn.mask.is_none() && self.part_bytes(size_bytes) >= 16;
        if self.level == Level::Avx2 || are_exact {
            return Some(mask);
        }
        // The bits above those of the lanes, which may be anything, become 0.
        let code = opcodes::and_of_masks(self.lane_count());
        Some(self.truth(code, vec![Part::Use(mask), Part::Use(turn.mask.unwrap_or(mask))]))
    }

    /// Stores, or leaves it for later where there are checks.
    fn store_in_order(&mut self, turn: Turn, inst: Inst, stored: VReg, work: &mut Work) -> Option<()> {
        if self.plan.has_checks {
            work.stores.push((turn, inst, stored));
            return Some(());
        }
        self.store(turn, inst, stored)
    }

    /// The memory of a load or store whose elements lie one behind the other.
    pub(super) fn element(&mut self, turn: Turn, inst: Inst) -> Option<Part> {
        let place = self.plan.place(self.function, inst)?;
        self.memory_of(turn, &place)
    }

    /// The memory of an operand that is taken from there.
    pub(super) fn in_memory(&mut self, turn: Turn, value: Value) -> Option<Part> {
        let load = self.function.defining_inst(value)?;
        if self.fusions.loads.contains(&load) && turn.mask.is_none() {
            self.element(turn, load)
        } else {
            None
        }
    }

    /// The stores that are left.
    pub(super) fn stores(&mut self, work: &Work) -> Option<()> {
        work.stores.iter().try_for_each(|(turn, inst, stored)| self.store(*turn, *inst, *stored))
    }

    fn store(&mut self, turn: Turn, inst: Inst, stored: VReg) -> Option<()> {
        if self.groups.contains(inst) {
            return self.store_of_group(turn, inst, stored);
        }
        let InstKind::Store { value, .. } = self.function.insts[inst].kind.access() else { return None };
        let size_bytes = self.function.value_type(*value).size_bytes();
        let bytes = self.part_bytes(size_bytes);
        if let (Level::Avx2, Some(mask)) = (self.level, turn.mask) {
            let code = opcodes::store_under(size_bytes, bytes)?;
            let memory = self.element(turn, inst)?;
            self.code.op(code, vec![memory, Part::UseOf(mask, bytes), Part::UseOf(stored, bytes)]);
            return Some(());
        }
        let code = match self.streaming {
            Some(store) if store == inst => Code::EVEX_Vmovntdq_m512_zmm,
            Some(_) | None => opcodes::store(self.level, size_bytes, bytes, turn.mask.is_some()),
        };
        let memory = self.element(turn, inst)?;
        self.code.masked(code, vec![memory, Part::UseOf(stored, bytes.max(16))], turn.mask, false);
        Some(())
    }

    /// Tests whether all checks hold in the lanes that are there; gives the jump for when one does not.
    pub(super) fn test_checks(&mut self, checks: &[VReg], mask: Option<VReg>) -> Option<Code> {
        let and = match self.level {
            Level::Avx512 => Code::VEX_Kandq_kr_kr_kr,
            Level::Avx2 => opcodes::bits(self.level, BinaryOp::And)?,
        };
        let (first, others) = checks.split_first()?;
        let mut all = *first;
        for check in others {
            all = self.truth(and, vec![Part::Use(all), Part::Use(*check)]);
        }
        match (self.level, mask) {
            (Level::Avx512, Some(mask)) => {
                // The complement of the first, and the second.
                let failed = self.truth(Code::VEX_Kandnq_kr_kr_kr, vec![Part::Use(all), Part::Use(mask)]);
                self.code.op(Code::VEX_Kortestq_kr_kr, vec![Part::Use(failed), Part::Use(failed)]);
                Some(Code::Jne_rel32_64)
            }
            (Level::Avx512, None) => {
                let code = opcodes::test_masks(self.lane_count());
                self.code.op(code, vec![Part::Use(all), Part::Use(all)]);
                Some(Code::Jae_rel32_64)
            }
            (Level::Avx2, _) => {
                let ones = self.bits(u64::MAX);
                self.code.op(Code::VEX_Vptest_ymm_ymmm256, vec![Part::Use(all), Part::Use(ones)]);
                Some(Code::Jae_rel32_64)
            }
        }
    }
}
