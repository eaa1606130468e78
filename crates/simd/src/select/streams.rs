//! The second main loop of long loops that write an array without reading it: its stores pass the caches by (decision 0057).

use super::{Blocks, Selector, Start, Turn, Work};
use crate::Level;
use crate::code::{Class, Part};
use hotloop_mir::{Inst, InstKind, Region, RegionKind, Value, VectorInput};
use iced_x86::Code;
use regalloc2::VReg;

/// A loop that writes more than so many bytes one behind the other does not find them in a cache afterwards.
const LONG_BYTES: u32 = 32 << 20;

impl Selector<'_> {
    /// A store whose elements the loop does not read, in an array that has been there before, if that is all that the loop does.
    pub(super) fn stream_candidate(&self) -> Option<Inst> {
        let is_long = self.plan.whole_limit(self.function) != self.plan.vector.limit;
        let collects = !self.plan.vector.accumulators.is_empty();
        let is_plain = self.plan.vector.strides.is_empty() && !self.plan.vector.goes_down;
        if self.level != Level::Avx512 || !is_long || !is_plain || collects || self.plan.has_checks {
            return None;
        }
        let kinds = self.plan.lanes.iter().map(|inst| (*inst, &self.function.insts[*inst].kind));
        let is_read = |wanted: Region| {
            let mut kinds = kinds.clone();
            kinds.any(|(_, kind)| matches!(kind.access(), InstKind::Load { region, .. } if *region == wanted))
        };
        let mut stores = kinds.clone().filter_map(|(inst, kind)| match kind {
            InstKind::Store { value, region, .. } => Some((inst, *value, *region)),
            _ => None,
        });
        let streams = |(_, value, region): &(Inst, Value, Region)| {
            let is_argument = matches!(self.function.regions[*region].kind, RegionKind::Argument(_));
            let size_bytes = self.function.value_type(*value).size_bytes();
            is_argument && !is_read(*region) && size_bytes == self.plan.lane_bytes
        };
        stores.find(streams).map(|(inst, ..)| inst)
    }

    /// Compares what is left of the whole loop with what is too much for the caches.
    pub(super) fn compare_with_long(&mut self, left: VReg, store: Inst) {
        let many = LONG_BYTES / self.stored_bytes(store);
        self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(left), Part::Immediate(many as i32)]);
    }

    fn stored_bytes(&self, store: Inst) -> u32 {
        let InstKind::Store { value, .. } = self.function.insts[store].kind else { return 1 };
        self.function.value_type(value).size_bytes()
    }

    /// The loop for a store that passes the caches by, where elements are aligned to their size.
    pub(super) fn stream_loop(
        &mut self,
        blocks: &Blocks,
        start: &Start,
        store: Inst,
        unroll: usize,
    ) -> Option<()> {
        let lanes = self.lane_count() as i32;
        let (last, zero, ones) = (start.last, start.zero, start.ones?);
        self.begin(blocks.is_aligned);
        let first = self.first_element(store)?;
        let below = self.stored_bytes(store) as i32 - 1;
        self.code.op(Code::Test_rm64_imm32, vec![Part::Use(first), Part::Immediate(below)]);
        self.branch(blocks.is_aligned, Code::Je_rel32_64, blocks.align, blocks.not_aligned);
        self.begin(blocks.not_aligned);
        self.end(blocks.not_aligned, blocks.decide, Vec::new());

        self.begin(blocks.align);
        let before = self.before_alignment(first);
        let mask = self.mask_of_left(ones, before);
        let mut work = Work::default();
        let turn = Turn { index: zero, before: 0, mask: Some(mask), left: Some(before) };
        self.iterations(turn, &[], &mut work)?;
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(before), Part::Use(last)]);
        self.branch(blocks.align, Code::Jg_rel32_64, blocks.skip_stream, blocks.to_stream);
        self.begin(blocks.to_stream);
        self.jump(blocks.to_stream, blocks.stream, before, &[]);

        self.begin(blocks.stream);
        let (index, _) = self.parameters(blocks.stream, &[]);
        self.streaming = Some(store);
        for number in 0..unroll {
            let turn = Turn { index, before: lanes * number as i32, mask: None, left: None };
            self.iterations(turn, &[], &mut work)?;
        }
        self.streaming = None;
        let next = self.offset(index, lanes * unroll as i32);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(last)]);
        self.branch(blocks.stream, Code::Jle_rel32_64, blocks.again_stream, blocks.behind_stream);
        self.begin(blocks.behind_stream);
        self.code.op(Code::Sfence, Vec::new());
        self.jump(blocks.behind_stream, blocks.head_of_rest, next, &[]);
        self.begin(blocks.skip_stream);
        self.jump(blocks.skip_stream, blocks.head_of_rest, before, &[]);
        self.begin(blocks.again_stream);
        self.jump(blocks.again_stream, blocks.stream, next, &[]);
        Some(())
    }

    /// The address of the first element that a store writes.
    fn first_element(&mut self, store: Inst) -> Option<VReg> {
        let InstKind::Store { address, offset, .. } = self.function.insts[store].kind else { return None };
        Some(self.offset(self.known[&VectorInput::Address(address)], offset))
    }

    /// How many iterations there are before one whose element is aligned to a vector.
    fn before_alignment(&mut self, first: VReg) -> VReg {
        let shift = self.plan.lane_bytes.trailing_zeros() as u8;
        let [back, whole, before] = [(); 3].map(|()| self.code.vreg(Class::General));
        self.code.op(Code::Neg_rm64, vec![Part::Change(first, back)]);
        self.code.op(Code::Shr_rm64_imm8, vec![Part::Change(back, whole), Part::Byte(shift)]);
        let lanes = self.lane_count() as i32;
        self.code.op(Code::And_rm64_imm32, vec![Part::Change(whole, before), Part::Immediate(lanes - 1)]);
        before
    }
}
