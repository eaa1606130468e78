//! What a function tells of itself so that races are found: each iteration of a parallel loop, and each use of memory, with its place.
//!
//! Before: `v1 = load.f64 v0`    After: `hl_race_access(v0, 8, ..); v1 = load.f64 v0`
//!
//! Iterations are told while they are lowered, when the loop's counter is at hand; accesses behind that, instruction by instruction. Descriptors, the frame
//! and the characters of strings are never written while others read them. What is chosen by the number of the thread is no other thread's, and the parts of
//! arrays that chunks update are theirs.

use crate::lowering::Lowering;
use hotloop_diagnostics::Span;
use hotloop_hir::{Races, Stmt, StmtKind};
use hotloop_mir::{
    BinaryOp, Block, Constant, Function, InstKind, MachineType, RegionKind, RuntimeFunction, Value,
};
use hotloop_objects::Element;
use hotloop_races::Place;
use rustc_hash::{FxHashMap, FxHashSet};

/// As many indices of an element are told.
const MOST_INDICES: usize = 3;

impl Lowering<'_> {
    /// Tells that an iteration of a parallel loop begins.
    pub(crate) fn tell_iteration(&mut self, index: Value, statement: &Stmt) {
        if self.source.races == Races::Unchecked {
            return;
        }
        let words = place_words(self.source.races, statement.span);
        let mut arguments = vec![index];
        arguments.extend(words.map(|word| self.code.int64(word)));
        self.code.effect(InstKind::CallRuntime { function: RuntimeFunction::RaceIteration, arguments });
    }

    /// Whether a serial loop is a part of the source's parallel loop, whose iterations are cut into chunks.
    pub(crate) fn is_in_chunks(&self, statement: &Stmt) -> bool {
        self.parallel_place == Some(statement.span)
    }
}

/// Whether the iterations of a parallel loop are chunks of those of the source, which a loop in its body runs.
pub(crate) fn has_chunks(parallel: Span, body: &[Stmt]) -> bool {
    body.iter().any(|inner| inner.span == parallel && matches!(inner.kind, StmtKind::ForRange { .. }))
}

/// The words of a place, as far as the function has one.
fn place_words(races: Races, span: Span) -> [i64; 2] {
    match races {
        Races::Told => Place { file: span.file.number(), start: span.start, end: span.end }.words(),
        Races::Unchecked | Races::ToldOfCaller => Place::NONE.words(),
    }
}

/// Puts what is told in front of all accesses and calls of a function.
pub(crate) fn tell_accesses(function: &mut Function, races: Races, chunk_numbers: &[Value]) {
    if races == Races::Unchecked {
        return;
    }
    let origins = origins(function);
    for block in function.layout.clone() {
        for inst in std::mem::take(&mut function.blocks[block].insts) {
            let (kind, span) = (function.insts[inst].kind.clone(), function.insts[inst].span);
            let words = place_words(races, span);
            let mut teller = Teller { function, chunk_numbers, origins: &origins, block, span, words };
            match kind {
                InstKind::Load { ty, address, offset, region } => {
                    teller.element((address, offset), ty, region, false);
                }
                InstKind::Store { value, address, offset, region } => {
                    let ty = teller.function.value_type(value);
                    teller.element((address, offset), ty, region, true);
                }
                InstKind::Call { .. } if races == Races::Told => teller.call(),
                InstKind::CallRuntime { function, arguments } => teller.runtime(function, &arguments),
                _ => {}
            }
            function.blocks[block].insts.push(inst);
        }
    }
}

/// Appends to a block what is told of its next instruction.
struct Teller<'f> {
    function: &'f mut Function,
    chunk_numbers: &'f [Value],
    origins: &'f FxHashMap<Value, Value>,
    block: Block,
    span: Span,
    /// The place.
    words: [i64; 2],
}

impl Teller<'_> {
    fn value(&mut self, kind: InstKind) -> Value {
        let inst = self.function.append_inst(self.block, kind, self.span);
        self.function.insts[inst].results[0]
    }

    fn int(&mut self, value: i64) -> Value {
        self.value(InstKind::Const(Constant::Int(MachineType::I64, value)))
    }

    fn tell(&mut self, function: RuntimeFunction, arguments: Vec<Value>) {
        self.function.append_inst(self.block, InstKind::CallRuntime { function, arguments }, self.span);
    }

    fn call(&mut self) {
        let words = self.words.map(|word| self.int(word));
        self.tell(RuntimeFunction::RaceCall, words.to_vec());
    }

    /// A load or store.
    fn element(
        &mut self,
        (address, offset): (Value, i32),
        ty: MachineType,
        region: hotloop_mir::Region,
        is_write: bool,
    ) {
        match self.function.regions[region].kind {
            RegionKind::Descriptor | RegionKind::Stack | RegionKind::Text | RegionKind::Frame(_) => return,
            RegionKind::Argument(_)
            | RegionKind::Allocation(_)
            | RegionKind::Unknown
            | RegionKind::List
            | RegionKind::Items => {}
        }
        let found = element_of(self.function, address, self.chunk_numbers, self.origins);
        if found.is_private {
            return;
        }
        let address = match offset {
            0 => address,
            offset => {
                let offset = self.int(i64::from(offset));
                self.value(InstKind::PtrAdd { base: address, offset })
            }
        };
        let size = self.int(i64::from(ty.size_bytes()));
        self.access(address, size, is_write, found.indices.as_deref().unwrap_or_default());
    }

    fn access(&mut self, address: Value, size: Value, is_write: bool, indices: &[Value]) {
        let how = self.int(2 * indices.len() as i64 + i64::from(is_write));
        let mut arguments = vec![address, size, how];
        arguments.extend(self.words.map(|word| self.int(word)));
        arguments.extend(indices);
        while arguments.len() < RuntimeFunction::RaceAccess.parameters().len() {
            arguments.push(how);
        }
        self.tell(RuntimeFunction::RaceAccess, arguments);
    }

    /// What the runtime does to the elements of arrays on its own.
    fn runtime(&mut self, function: RuntimeFunction, arguments: &[Value]) {
        match (function, arguments) {
            (RuntimeFunction::SortElements, [address, count, element]) => {
                self.elements(*address, *count, *element, true);
            }
            (RuntimeFunction::OrderElements, [address, count, element, positions]) => {
                self.elements(*address, *count, *element, false);
                self.items(*positions, *count, 8, true);
            }
            (RuntimeFunction::RandomShuffle, [_, address, count, step, _]) => {
                let size = self.value(InstKind::Binary(BinaryOp::Imul, *count, *step));
                self.access(*address, size, true, &[]);
            }
            // Room for items moves them all.
            (RuntimeFunction::GrowList, [list, _]) => {
                let size = self.int(8);
                self.access(*list, size, true, &[]);
            }
            _ => {}
        }
    }

    fn elements(&mut self, address: Value, count: Value, element: Value, is_write: bool) {
        let Some(Constant::Int(_, number)) = self.function.constant(element) else { return };
        let Some(element) = Element::by_number(number as u64) else { return };
        self.items(address, count, element.size_bytes() as i64, is_write);
    }

    /// So many items of that size, one behind the other.
    fn items(&mut self, address: Value, count: Value, size_bytes: i64, is_write: bool) {
        let each = self.int(size_bytes);
        let size = self.value(InstKind::Binary(BinaryOp::Imul, count, each));
        self.access(address, size, is_write, &[]);
    }
}

/// What an address says of itself.
struct ElementOf {
    /// The indices of the element in its array, where they can be seen.
    indices: Option<Vec<Value>>,
    /// Whether the number of the thread, or that of a chunk, decides which element it is.
    is_private: bool,
}

/// Looks at how an address was made: the data of an array, and for each axis an index times a stride.
fn element_of(
    function: &Function,
    address: Value,
    chunk_numbers: &[Value],
    origins: &FxHashMap<Value, Value>,
) -> ElementOf {
    let (mut indices, mut is_private, mut is_seen) = (Vec::new(), false, true);
    let origin = |value: Value| origins.get(&value).copied().unwrap_or(value);
    let mut rest = origin(address);
    while let Some(InstKind::PtrAdd { base, offset }) = defining(function, rest) {
        is_private |= is_chosen_by_number(function, *offset, chunk_numbers);
        match defining(function, *offset) {
            // The header of a block.
            Some(InstKind::Const(_)) => {}
            Some(InstKind::CheckBounds { .. }) => indices.push(*offset),
            Some(InstKind::Binary(BinaryOp::Imul | BinaryOp::Shl, index, _)) => {
                match defining(function, *index) {
                    // Where a slice begins, which is no index.
                    Some(InstKind::Binary(BinaryOp::Smin | BinaryOp::Smax, ..) | InstKind::Select { .. }) => {
                        is_seen = false;
                    }
                    _ => indices.push(*index),
                }
            }
            _ => is_seen = false,
        }
        rest = origin(*base);
    }
    indices.reverse();
    let is_whole = is_seen && indices.len() <= MOST_INDICES;
    ElementOf { indices: is_whole.then_some(indices), is_private }
}

/// What the parameters of blocks are that are always the same value, such as an array that a loop updates in place and passes on to its next iteration.
///
/// As sparse conditional constant propagation finds constants: all parameters are thought to be the same as what is passed first, until something else is passed (Wegman and Zadeck 1991).
fn origins(function: &Function) -> FxHashMap<Value, Value> {
    let mut passed = Vec::new();
    for block in &function.layout {
        for call in function.blocks[*block].terminator.jumps() {
            let parameters = function.blocks[call.block].parameters.iter().copied();
            passed.extend(parameters.zip(call.arguments.iter().copied()));
        }
    }
    let is_parameter: FxHashSet<Value> = passed.iter().map(|(parameter, _)| *parameter).collect();
    let mut origins: FxHashMap<Value, Value> = FxHashMap::default();
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        for (parameter, argument) in &passed {
            let known = origins.get(parameter).copied();
            let given = if is_parameter.contains(argument) {
                origins.get(argument).copied()
            } else {
                Some(*argument)
            };
            let met = match (known, given) {
                (known, None) => known,
                (None, given) => given,
                (Some(known), Some(given)) if known == given || known == *parameter => Some(known),
                (Some(_), Some(_)) => Some(*parameter),
            };
            if met != known {
                is_changed = true;
                origins.extend(met.map(|origin| (*parameter, origin)));
            }
        }
    }
    origins
}

fn defining(function: &Function, value: Value) -> Option<&InstKind> {
    Some(&function.insts[function.defining_inst(value)?].kind)
}

/// Whether a value is computed from the number of the thread, or from one of these.
pub(crate) fn is_chosen_by_number(function: &Function, value: Value, numbers: &[Value]) -> bool {
    /// Longer computations are not looked through.
    const MOST: usize = 100;
    let (mut work, mut seen) = (vec![value], 0);
    while let Some(value) = work.pop() {
        seen += 1;
        if numbers.contains(&value) {
            return true;
        }
        match defining(function, value) {
            Some(InstKind::CallRuntime { function: RuntimeFunction::Threads, .. }) => return true,
            Some(InstKind::Load { .. } | InstKind::Call { .. } | InstKind::CallRuntime { .. }) | None => {}
            Some(kind) if seen < MOST => kind.for_each_operand(|operand| work.push(operand)),
            Some(_) => {}
        }
    }
    false
}
