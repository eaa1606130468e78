//! Loads and stores of elements that do not lie one behind the other: every second to every fourth of an array, or backwards.
//!
//! What a vector of iterations takes of `a[2 * i]` and `a[2 * i + 1]` lies in one piece of memory: two vectors, which are loaded as they are, and of which each load gets its elements by shuffling. So
//! it is with stores, if all elements of the piece are stored; else those between are masked out. Loads and stores of one such piece are a group.
//!
//! With AVX-512 one instruction takes elements of 2 to 8 bytes from anywhere in two registers. Bytes, and with AVX2 all elements, are shuffled in parts of 128 bits: first whole parts are put beside each other so
//! that each finds what it needs in its own column, then bytes within them.
//!
//! A piece is never longer than to the next iteration's element. That of the last iteration may have none: where something lies behind its element, or in front of it on the way down, it is done under a mask, or not
//! here (with AVX2). So nothing is touched that lies outside of the array.
//! Where all elements of a loop lie backwards, the lanes do so, too, and nothing is shuffled.

use super::{Lanes, Selector, Turn};
use crate::Level;
use crate::code::{Class, Memory, Part};
use crate::opcodes;
use hotloop_mir::{
    BinaryOp, ElementPlace, Function, Inst, InstKind, MachineType, Value, VectorInput, VectorPlan,
};
use iced_x86::Code;
use regalloc2::VReg;
use rustc_hash::FxHashMap;

/// The bytes of the parts of a vector in which bytes are shuffled.
const PART_BYTES: u32 = 16;

/// Which accesses belong together.
#[derive(Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    of: FxHashMap<Inst, usize>,
    /// Whether lanes hold later iterations in front of earlier ones.
    pub(super) is_mirrored: bool,
}

/// Loads, or stores, of one piece of memory.
#[derive(Clone)]
struct Group {
    base: Value,
    /// Where the piece of the first iteration begins.
    first: i32,
    step_bytes: i32,
    size_bytes: u32,
    /// With the numbers of their elements in the piece of an iteration.
    members: Vec<(Inst, u32)>,
    /// The number of its first access among all of the loop.
    start: usize,
    is_store: bool,
}

/// A load or store of the loop.
struct Access {
    inst: Inst,
    place: ElementPlace,
    is_store: bool,
}

impl Access {
    /// Whether elements of two accesses can be the same.
    fn meets(&self, other: &Self) -> bool {
        let (a, b) = (&self.place, &other.place);
        let distance = (a.offset - b.offset).rem_euclid(a.step_bytes);
        (a.base, a.step_bytes) == (b.base, b.step_bytes)
            && (distance < b.size_bytes as i32 || a.step_bytes.abs() - distance < a.size_bytes as i32)
    }
}

impl Group {
    /// Adds an access if it is of the same piece, and nothing between stands against it.
    fn take(&mut self, accesses: &[Access], number: usize) -> bool {
        let Access { inst, place, is_store } = &accesses[number];
        let is_like = (place.base, place.step_bytes, place.size_bytes, *is_store)
            == (self.base, self.step_bytes, self.size_bytes, self.is_store);
        let size = self.size_bytes as i32;
        let length = self.step_bytes.abs();
        let taken = |access: &Access| self.members.iter().any(|(member, _)| *member == access.inst);
        let stands_against = |access: &Access| match self.is_store {
            false => access.is_store && access.meets(&accesses[number]),
            true => accesses[self.start..number].iter().any(|earlier| {
                taken(earlier)
                    && (!taken(access) && earlier.meets(access) || earlier.meets(&accesses[number]))
            }),
        };
        let offsets = self.members.iter().map(|(_, element)| self.first + *element as i32 * size);
        let (low, high) = offsets
            .fold((place.offset, place.offset), |(low, high), offset| (low.min(offset), high.max(offset)));
        if !is_like
            || high - low + size > length
            || (place.offset - self.first) % size != 0
            || accesses[self.start..number].iter().any(stands_against)
        {
            return false;
        }
        // What lies between the elements of two iterations is in front of the later ones.
        let first = if self.step_bytes > 0 { low } else { high + size - length };
        let moved = (self.first - first) / size;
        for (_, element) in &mut self.members {
            *element = (*element as i32 + moved) as u32;
        }
        self.members.push((*inst, ((place.offset - first) / size) as u32));
        self.first = first;
        true
    }

    /// How many elements of a piece lie between what is loaded in an iteration and in the next.
    fn gap(&self) -> u32 {
        let elements = self.members.iter().map(|(_, element)| *element);
        match (self.is_store, self.step_bytes > 0) {
            (true, _) => 0,
            (false, true) => elements.map(|element| self.stride() - 1 - element).min().unwrap_or(0),
            (false, false) => elements.min().unwrap_or(0),
        }
    }

    /// The elements from one iteration to the next.
    fn stride(&self) -> u32 {
        self.step_bytes.unsigned_abs() / self.size_bytes
    }
}

impl Groups {
    /// Finds them; `None` if an access is of elements too far from each other.
    pub(super) fn find(function: &Function, plan: &VectorPlan<'_>) -> Option<Self> {
        let accesses = plan.lanes.iter().filter(|inst| !plan.uniform_loads.contains(inst));
        let access = |inst: &Inst| {
            let is_store = matches!(function.insts[*inst].kind.access(), InstKind::Store { .. });
            Some(Access { inst: *inst, place: plan.place(function, *inst)?, is_store })
        };
        let accesses: Vec<Access> = accesses.filter_map(access).collect();
        let mut groups = Self {
            is_mirrored: !accesses.is_empty() && accesses.iter().all(|access| access.place.step_bytes < 0),
            ..Self::default()
        };
        for (number, access) in accesses.iter().enumerate() {
            let ElementPlace { base, offset, step_bytes, size_bytes } = access.place;
            if !groups.is_apart(&access.place) {
                continue;
            }
            let length = step_bytes.unsigned_abs();
            let is_known = length % size_bytes == 0
                && (1..=hotloop_mir::VectorLoop::MOST_STRIDE).contains(&(length / size_bytes));
            if !is_known || function.insts[access.inst].kind.condition().is_some() {
                return None;
            }
            let found = groups.all.iter_mut().position(|group| group.take(&accesses, number));
            let found = found.unwrap_or_else(|| {
                let first = if step_bytes > 0 { offset } else { offset + size_bytes as i32 - length as i32 };
                let element = ((offset - first) / size_bytes as i32) as u32;
                let members = vec![(access.inst, element)];
                let is_store = access.is_store;
                groups.all.push(Group {
                    base,
                    first,
                    step_bytes,
                    size_bytes,
                    members,
                    start: number,
                    is_store,
                });
                groups.all.len() - 1
            });
            groups.of.insert(access.inst, found);
        }
        Some(groups)
    }

    /// Whether elements do not lie one behind the other in the order of the lanes.
    fn is_apart(&self, place: &ElementPlace) -> bool {
        let step = if self.is_mirrored { -place.step_bytes } else { place.step_bytes };
        step != place.size_bytes as i32
    }

    /// Whether a whole vector may not be the last one: there is nothing known behind what it would load.
    pub(super) fn have_gaps(&self) -> bool {
        self.all.iter().any(|group| group.gap() > 0)
    }

    /// Whether an access is one of a group.
    pub(super) fn contains(&self, inst: Inst) -> bool {
        self.of.contains_key(&inst)
    }
}

/// Which element of a piece of memory is where.
#[derive(Clone, Copy)]
struct Layout {
    lanes: u32,
    stride: u32,
    is_reversed: bool,
}

impl Layout {
    fn turned(&self, lane: u32) -> u32 {
        if self.is_reversed { self.lanes - 1 - lane } else { lane }
    }

    /// The element of a lane, in the order of memory: which run of as many as there are lanes, and where in that.
    fn element(&self, lane: u32, member: u32) -> (usize, u32) {
        let element = self.turned(lane) * self.stride + member;
        ((element / self.lanes) as usize, element % self.lanes)
    }

    /// The lane of an element, and the number of its member.
    fn lane(&self, run: usize, element: u32) -> (u32, u32) {
        let element = run as u32 * self.lanes + element;
        (self.turned(element / self.stride), element % self.stride)
    }
}

/// What a shuffle takes: for each place the number of a source and an element of it, if it matters.
type Picks = Vec<Option<(usize, u32)>>;

impl Selector<'_> {
    fn group(&self, inst: Inst) -> Option<Group> {
        self.groups.of.get(&inst).map(|group| self.groups.all[*group].clone())
    }

    fn layout(&self, group: &Group) -> Layout {
        let is_reversed = (group.step_bytes < 0) != self.groups.is_mirrored;
        Layout { lanes: self.lane_count(), stride: group.stride(), is_reversed }
    }

    /// Loads all of a group, if the load is one of a group and not there yet.
    pub(super) fn load_group(&mut self, turn: Turn, lanes: &mut Lanes, load: Inst) -> Option<()> {
        let group = self.group(load)?;
        let layout = self.layout(&group);
        let wanted = |number: usize| {
            let picks = |member: &(Inst, u32)| {
                (0..layout.lanes).any(|lane| layout.element(lane, member.1).0 == number)
            };
            group.members.iter().any(picks)
        };
        let mut parts = Vec::new();
        for number in 0..group.stride() as usize {
            parts.push(if wanted(number) { Some(self.load_part(turn, &group, number)?) } else { None });
        }
        let columns =
            if self.takes_elements(group.size_bytes) { None } else { Some(self.columns(&group, &parts)?) };
        for (inst, member) in &group.members {
            let loaded = match &columns {
                None => {
                    let picks: Picks =
                        (0..layout.lanes).map(|lane| Some(layout.element(lane, *member))).collect();
                    self.elements(group.size_bytes, &parts, &picks)?
                }
                Some(columns) => {
                    let layout = self.layout_of_column(&group);
                    let picks: Picks =
                        (0..layout.lanes).map(|lane| Some(layout.element(lane, *member))).collect();
                    self.within_parts(group.size_bytes, columns, &picks)?
                }
            };
            let data = &self.function.insts[*inst];
            let result = data.results[0];
            let is_truth = self.function.value_type(result) == MachineType::I1;
            let loaded = if is_truth { self.truth_of_bytes(result, loaded)? } else { loaded };
            lanes.insert(result, loaded);
        }
        Some(())
    }

    /// Stores all of a group, once the last of its values is there.
    pub(super) fn store_of_group(&mut self, turn: Turn, store: Inst, stored: VReg) -> Option<()> {
        let group = self.group(store)?;
        self.pending.push((store, stored));
        let mut values: Vec<Option<VReg>> = vec![None; group.stride() as usize];
        for (inst, member) in &group.members {
            let (_, value) = self.pending.iter().find(|(pending, _)| pending == inst).copied().unzip();
            if value.is_none() {
                return Some(());
            }
            values[*member as usize] = value;
        }
        self.pending.retain(|(inst, _)| !group.members.iter().any(|(member, _)| member == inst));
        let layout = self.layout(&group);
        let columns = if self.takes_elements(group.size_bytes) {
            None
        } else {
            Some(self.filled_columns(&group, &values)?)
        };
        for number in 0..group.stride() as usize {
            let part = match &columns {
                None => {
                    let pick = |element: u32| {
                        let (lane, member) = layout.lane(number, element);
                        values[member as usize].map(|_| (member as usize, lane))
                    };
                    let picks: Picks = (0..layout.lanes).map(pick).collect();
                    self.elements(group.size_bytes, &values, &picks)?
                }
                Some(columns) => self.part_of_columns(&group, columns, number)?,
            };
            self.store_part(turn, &group, number, part)?;
        }
        Some(())
    }

    // Pieces of memory.

    fn load_part(&mut self, turn: Turn, group: &Group, number: usize) -> Option<VReg> {
        let bytes = self.part_bytes(group.size_bytes);
        let mask = self.mask_of_part(turn, group, number)?;
        let code = opcodes::load(self.level, group.size_bytes, bytes, mask.is_some());
        let memory = self.memory_of_part(turn, group, number)?;
        let vreg = self.code.vreg(Class::Vector);
        self.code.masked(code, vec![Part::DefOf(vreg, bytes.max(16)), memory], mask, true);
        Some(vreg)
    }

    fn store_part(&mut self, turn: Turn, group: &Group, number: usize, part: VReg) -> Option<()> {
        let bytes = self.part_bytes(group.size_bytes);
        let mut mask = self.mask_of_part(turn, group, number)?;
        if group.members.len() < group.stride() as usize {
            if self.level == Level::Avx2 {
                return None;
            }
            let layout = self.layout(group);
            let is_there = |element: u32| {
                let (_, member) = layout.lane(number, element);
                group.members.iter().any(|(_, known)| *known == member)
            };
            let bits =
                (0..layout.lanes).filter(|element| is_there(*element)).fold(0, |bits, at| bits | 1_u64 << at);
            let between = self.mask_of_bits(bits);
            mask = Some(match mask {
                Some(mask) => self.truth(Code::VEX_Kandq_kr_kr_kr, vec![Part::Use(mask), Part::Use(between)]),
                None => between,
            });
        }
        let code = opcodes::store(self.level, group.size_bytes, bytes, mask.is_some());
        let memory = self.memory_of_part(turn, group, number)?;
        self.code.masked(code, vec![memory, Part::UseOf(part, bytes.max(16))], mask, false);
        Some(())
    }

    fn memory_of_part(&mut self, turn: Turn, group: &Group, number: usize) -> Option<Part> {
        let ahead = self.part_bytes(group.size_bytes) as i32 * number as i32;
        let place = ElementPlace {
            base: group.base,
            offset: group.first.checked_add(ahead)?,
            step_bytes: group.step_bytes,
            size_bytes: group.size_bytes,
        };
        self.memory_of(turn, &place)
    }

    /// The memory that begins with the element of the first lane, or, where they lie backwards, of the last.
    pub(super) fn memory_of(&mut self, turn: Turn, place: &ElementPlace) -> Option<Part> {
        let step = place.step_bytes;
        let last = if step < 0 { self.lane_count() as i32 - 1 } else { 0 };
        let displacement = step.checked_mul(turn.before + last)?.checked_add(place.offset)?;
        let scale = [8, 4, 2, 1].into_iter().find(|scale| step % scale == 0)?;
        let index = self.index_times(turn.index, step / scale);
        let base = self.known[&VectorInput::Address(place.base)];
        Some(Part::Memory(Memory { base, index: Some(index), scale: scale as u32, displacement }))
    }

    /// A multiple of an index.
    fn index_times(&mut self, index: VReg, factor: i32) -> VReg {
        if factor == 1 {
            return index;
        }
        if let Some(known) = self.multiples.get(&(index, factor)) {
            return *known;
        }
        let vreg = self.code.vreg(Class::General);
        let parts = vec![Part::Def(vreg), Part::Use(index), Part::Immediate(factor)];
        self.code.op(Code::Imul_r64_rm64_imm32, parts);
        self.multiples.insert((index, factor), vreg);
        vreg
    }

    /// Which elements of a part belong to lanes that are there; `None` if all do.
    fn mask_of_part(&mut self, turn: Turn, group: &Group, number: usize) -> Option<Option<VReg>> {
        let Some((left, ones)) = turn.left.zip(self.ones) else { return Some(None) };
        let gap = group.gap() as i32;
        let key = (turn.index, group.stride(), number, group.step_bytes < 0, gap);
        if let Some(known) = self.part_masks.get(&key) {
            return Some(Some(*known));
        }
        let lanes = self.lane_count() as i32;
        let (stride, before) = (group.stride() as i32, lanes * number as i32);
        // Backwards it is the last lanes' elements that lie in front and are not there.
        let [product, bits] = [(); 2].map(|()| self.code.vreg(Class::General));
        let is_backwards = group.step_bytes < 0;
        let factor = if is_backwards { -stride } else { stride };
        self.code.op(
            Code::Imul_r64_rm64_imm32,
            vec![Part::Def(product), Part::Use(left), Part::Immediate(factor)],
        );
        let constant = if is_backwards { lanes * stride - before + gap } else { -before - gap };
        let count = self.offset(product, constant);
        let count = self.limited(count, lanes);
        self.code.op(Code::VEX_Bzhi_r64_rm64_r64, vec![Part::Def(bits), Part::Use(ones), Part::Use(count)]);
        let mask = self.mask_of_low_bits(bits, is_backwards);
        self.part_masks.insert(key, mask);
        Some(Some(mask))
    }

    /// The lanes of a vector that are not there.
    pub(super) fn missing_lanes(&mut self, left: VReg) -> VReg {
        let lanes = self.lane_count() as i32;
        let negative = self.code.vreg(Class::General);
        self.code.op(Code::Neg_rm64, vec![Part::Change(left, negative)]);
        let missing = self.offset(negative, lanes);
        self.limited(missing, lanes)
    }

    /// A number that is not below 0 and not above another one.
    pub(super) fn limited(&mut self, number: VReg, most: i32) -> VReg {
        let bounds = [(0, Code::Cmovl_r64_rm64), (most, Code::Cmovg_r64_rm64)];
        bounds.into_iter().fold(number, |number, (bound, code)| {
            let limit = self.constant(bound);
            let vreg = self.code.vreg(Class::General);
            self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(number), Part::Immediate(bound)]);
            self.code.op(code, vec![Part::Change(number, vreg), Part::Use(limit)]);
            vreg
        })
    }

    /// A mask of the bits of a general register, or of those that are not set there.
    pub(super) fn mask_of_low_bits(&mut self, bits: VReg, is_opposite: bool) -> VReg {
        let bits = if is_opposite {
            let opposite = self.code.vreg(Class::General);
            self.code.op(Code::Not_rm64, vec![Part::Change(bits, opposite)]);
            opposite
        } else {
            bits
        };
        let mask = self.code.vreg(Class::Mask);
        let code = opcodes::mask_of_general(self.lane_count());
        let bits = if self.lane_count() == 64 { Part::Use(bits) } else { Part::UseOf(bits, 4) };
        self.code.op(code, vec![Part::Def(mask), bits]);
        mask
    }

    // Shuffles.

    /// Whether one instruction takes elements of that size from anywhere.
    fn takes_elements(&self, size_bytes: u32) -> bool {
        self.level == Level::Avx512 && size_bytes >= 2
    }

    /// Elements of registers in another order, with AVX-512. What is not picked does not matter.
    fn elements(&mut self, size_bytes: u32, sources: &[Option<VReg>], picks: &Picks) -> Option<VReg> {
        let count = self.level.vector_bytes() / size_bytes;
        let mut used: Vec<usize> = picks.iter().flatten().map(|(source, _)| *source).collect();
        used.sort_unstable();
        used.dedup();
        let (first, others) = used.split_first()?;
        let mut made = sources[*first]?;
        let stays =
            |(at, pick): (usize, &Option<(usize, u32)>)| pick.is_none_or(|(_, element)| element == at as u32);
        if others.is_empty() {
            if picks.iter().enumerate().all(stays) {
                return Some(made);
            }
            let numbers = picks.iter().map(|pick| pick.map_or(0, |(_, element)| element as u8)).collect();
            let numbers = self.numbers_in_lanes(numbers, size_bytes)?;
            return Some(
                self.vector(opcodes::permute(size_bytes), vec![Part::Use(numbers), Part::Use(made)]),
            );
        }
        for (position, other) in others.iter().enumerate() {
            // What has been taken is in its place.
            let number = |(at, pick): (usize, &Option<(usize, u32)>)| match pick {
                Some((source, element)) if source == other => (count + element) as u8,
                Some((source, element)) if source == first && position == 0 => *element as u8,
                _ => at as u8,
            };
            let numbers = picks.iter().enumerate().map(number).collect();
            let numbers = self.numbers_in_lanes(numbers, size_bytes)?;
            let vreg = self.code.vreg(Class::Vector);
            let parts = vec![Part::Change(made, vreg), Part::Use(numbers), Part::Use(sources[*other]?)];
            self.code.op(opcodes::permute_two(size_bytes), parts);
            made = vreg;
        }
        Some(made)
    }

    /// The elements of a part of 128 bits, or of less where a vector has less, and how many parts there are.
    fn shape_of_parts(&self, group: &Group) -> (u32, u32) {
        let bytes = self.part_bytes(group.size_bytes);
        (bytes.min(PART_BYTES) / group.size_bytes, bytes.div_ceil(PART_BYTES))
    }

    fn layout_of_column(&self, group: &Group) -> Layout {
        Layout { lanes: self.shape_of_parts(group).0, ..self.layout(group) }
    }

    /// Which part of memory is in which place of a column.
    fn layout_of_parts(&self, group: &Group) -> Layout {
        Layout { lanes: self.shape_of_parts(group).1, ..self.layout(group) }
    }

    /// Parts of 128 bits so that each stands where its elements go: `stride` registers.
    fn columns(&mut self, group: &Group, loaded: &[Option<VReg>]) -> Option<Vec<Option<VReg>>> {
        let layout = self.layout_of_parts(group);
        let column = |number: u32| -> Vec<(usize, u32)> {
            (0..layout.lanes).map(|lane| layout.element(lane, number)).collect()
        };
        let columns: Vec<_> = (0..group.stride()).map(column).collect();
        let is_there = |picks: &[(usize, u32)]| picks.iter().all(|(source, _)| loaded[*source].is_some());
        columns
            .into_iter()
            .map(|picks| if is_there(&picks) { self.parts(loaded, &picks).map(Some) } else { Some(None) })
            .collect()
    }

    /// A register as it lies in memory, of columns.
    fn part_of_columns(&mut self, group: &Group, columns: &[Option<VReg>], number: usize) -> Option<VReg> {
        let layout = self.layout_of_parts(group);
        let pick = |element: u32| {
            let (lane, column) = layout.lane(number, element);
            (column as usize, lane)
        };
        let picks: Vec<_> = (0..layout.lanes).map(pick).collect();
        self.parts(columns, &picks)
    }

    /// Parts of 128 bits of registers beside each other.
    fn parts(&mut self, sources: &[Option<VReg>], picks: &[(usize, u32)]) -> Option<VReg> {
        match picks {
            [(source, _)] => sources[*source],
            [(a, 0), (b, 1)] if a == b => sources[*a],
            [(a, low), (b, high)] if self.level == Level::Avx2 => {
                let how = low | (2 + high) << 4;
                let parts = vec![Part::Use(sources[*a]?), Part::Use(sources[*b]?), Part::Byte(how as u8)];
                Some(self.vector(Code::VEX_Vperm2i128_ymm_ymm_ymmm256_imm8, parts))
            }
            _ => {
                let words = picks
                    .iter()
                    .flat_map(|(source, part)| [0, 1].map(|word| Some((*source, 2 * part + word))));
                self.elements(8, sources, &words.collect())
            }
        }
    }

    /// The columns that hold what is stored.
    fn filled_columns(&mut self, group: &Group, values: &[Option<VReg>]) -> Option<Vec<Option<VReg>>> {
        let layout = self.layout_of_column(group);
        (0..group.stride() as usize)
            .map(|number| {
                let pick = |element: u32| {
                    let (lane, member) = layout.lane(number, element);
                    values[member as usize].map(|_| (member as usize, lane))
                };
                let picks: Picks = (0..layout.lanes).map(pick).collect();
                self.within_parts(group.size_bytes, values, &picks).map(Some)
            })
            .collect()
    }

    /// Elements in another order within each part of 128 bits, from several registers.
    fn within_parts(&mut self, size_bytes: u32, sources: &[Option<VReg>], picks: &Picks) -> Option<VReg> {
        if let Some(made) = self.by_one_shuffle(size_bytes, sources, picks)? {
            return Some(made);
        }
        let mut made = None;
        for (number, source) in sources.iter().enumerate() {
            if !picks.iter().flatten().any(|(source, _)| *source == number) {
                continue;
            }
            let mut bytes = vec![0x80; PART_BYTES as usize];
            for (at, pick) in picks.iter().enumerate() {
                if let Some((_, element)) = pick.filter(|(source, _)| *source == number) {
                    for byte in 0..size_bytes {
                        bytes[at * size_bytes as usize + byte as usize] = (element * size_bytes + byte) as u8;
                    }
                }
            }
            let bytes = self.numbers_in_lanes(bytes, 1)?;
            let parts = vec![Part::Use((*source)?), Part::Use(bytes)];
            let shuffled = self.vector(opcodes::shuffle_bytes(self.level), parts);
            made = Some(match made {
                Some(known) => self.bitwise(BinaryOp::Or, known, shuffled)?,
                None => shuffled,
            });
        }
        made
    }

    /// The same by one instruction of AVX2, where there is one for it; `None` if a source is missing.
    fn by_one_shuffle(
        &mut self,
        size_bytes: u32,
        sources: &[Option<VReg>],
        picks: &Picks,
    ) -> Option<Option<VReg>> {
        if self.level != Level::Avx2 || picks.len() as u32 * size_bytes != PART_BYTES {
            return Some(None);
        }
        let (code, [a, b], how) = match (size_bytes, picks.as_slice()) {
            (8, [Some((a, low)), Some((b, high))]) => {
                (Code::VEX_Vshufpd_ymm_ymm_ymmm256_imm8, [*a, *b], (low | high << 1) * 5)
            }
            (4, [Some((a, 0)), Some((b, 0)), Some((c, 1)), Some((d, 1))]) if a == c && b == d => {
                let parts = vec![Part::Use(sources[*a]?), Part::Use(sources[*b]?)];
                return Some(Some(self.vector(Code::VEX_Vunpcklps_ymm_ymm_ymmm256, parts)));
            }
            (4, [Some((a, 2)), Some((b, 2)), Some((c, 3)), Some((d, 3))]) if a == c && b == d => {
                let parts = vec![Part::Use(sources[*a]?), Part::Use(sources[*b]?)];
                return Some(Some(self.vector(Code::VEX_Vunpckhps_ymm_ymm_ymmm256, parts)));
            }
            (4, [Some((a, w)), Some((c, x)), Some((b, y)), Some((d, z))]) if a == c && b == d => {
                (Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8, [*a, *b], w | x << 2 | y << 4 | z << 6)
            }
            _ => return Some(None),
        };
        let parts = vec![Part::Use(sources[a]?), Part::Use(sources[b]?), Part::Byte(how as u8)];
        Some(Some(self.vector(code, parts)))
    }
}
