//! Vector loops: several iterations at once, each instruction for all of them before the next one.
//!
//! That is the most that a mark allows, so a mark that is wrong shows: what a later iteration must see of an earlier one is not there yet.
//! The last iteration, at least, is left to the loop as it stands, and so is everything from iterations on of which one fails a check. A loop of several blocks: see `nest`.

use crate::frame::Frame;
use crate::interpreter::Interpreter;
use crate::outcome::{Outcome, Stop, TrapKind};
use crate::{Scalar, evaluate};
use hotloop_mir::{Accumulator, Block, Inst, InstKind, Terminator, Value, VectorLoop, may_stop_lanes};
use std::collections::HashMap;

/// What one of the iterations that run at once knows: the parameters and the results of the block.
type Lane = HashMap<Value, Scalar>;

impl<'p> Interpreter<'p> {
    /// Runs as many iterations of a marked block as may run so many at once, and sets the block's parameters for the next one.
    pub(crate) fn vector_iterations(&mut self, frame: &mut Frame<'p>, block: Block) -> Result<(), Outcome> {
        let function = frame.function;
        let (data, count) = (&function.blocks[block], self.options.vector_lanes);
        let Some(vector) = data.vector.as_ref().filter(|_| count > 1) else { return Ok(()) };
        if !data.terminator.targets().contains(&block) {
            return self.nest_iterations(frame, block, vector);
        }
        let place = |stop: Stop| stop.at(&function.name, || format!("{block}"), data.terminator_span);
        let mut lanes = Lanes::new(frame, block, vector, count).map_err(place)?;
        while lanes.is_allowed && lanes.are_enough_left() {
            lanes.begin();
            if !self.work_of_lanes(frame, block, &mut lanes)? {
                break;
            }
            lanes.end(frame).map_err(place)?;
        }
        lanes.finish(frame);
        Ok(())
    }

    /// Runs the instructions of iterations that run at once; gives whether all of their checks hold. Where there are checks, stores come last, and where one fails not at all.
    fn work_of_lanes(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        lanes: &mut Lanes<'p>,
    ) -> Result<bool, Outcome> {
        let function = frame.function;
        let is_store = |inst: &&Inst| matches!(function.insts[**inst].kind.access(), InstKind::Store { .. });
        let insts = &function.blocks[block].insts;
        let are_late = insts.iter().any(|inst| may_stop_lanes(function, *inst));
        let first = insts.iter().filter(|inst| !(are_late && is_store(inst)));
        let last = insts.iter().filter(|inst| are_late && is_store(inst));
        for inst in first.chain(last) {
            for lane in &mut lanes.lanes {
                self.burn_fuel()?;
                let place = |stop: Stop| {
                    stop.at(&function.name, || data_text(function, *inst), function.insts[*inst].span)
                };
                if let InstKind::Check { condition, .. } = function.insts[*inst].kind {
                    let holds = match lane.get(&condition) {
                        Some(known) => *known,
                        None => frame.get(condition).map_err(place)?,
                    };
                    if evaluate::bits(holds) == 0 {
                        return Ok(false);
                    }
                    continue;
                }
                self.inst_of_lane(frame, lane, *inst).map_err(place)?;
            }
            let span = function.insts[*inst].span;
            lanes
                .check_stride(function.insts[*inst].kind.access())
                .map_err(|stop| stop.at(&function.name, || data_text(function, *inst), span))?;
        }
        Ok(true)
    }

    fn inst_of_lane(&mut self, frame: &mut Frame<'p>, lane: &mut Lane, inst: Inst) -> Result<(), Stop> {
        let data = &frame.function.insts[inst];
        data.kind.for_each_operand(|value| {
            if let Some(scalar) = lane.get(&value) {
                frame.set(value, *scalar);
            }
        });
        self.inst(frame, inst, &data.kind)?;
        for result in data.results.iter() {
            lane.insert(*result, frame.get(*result)?);
        }
        Ok(())
    }
}

fn data_text(function: &hotloop_mir::Function, inst: Inst) -> String {
    function.insts[inst].kind.to_string()
}

/// The iterations that run at once.
struct Lanes<'p> {
    vector: &'p VectorLoop,
    is_allowed: bool,
    /// The variable of the first iteration of all.
    first: i64,
    /// The variable of the first of them.
    start: i64,
    limit: i64,
    lanes: Vec<Lane>,
    /// What the accumulators were before.
    before: Vec<Scalar>,
    /// What each accumulator gets from the end of an iteration.
    collected: Vec<Value>,
}

impl<'p> Lanes<'p> {
    fn new(frame: &Frame<'p>, block: Block, vector: &'p VectorLoop, count: usize) -> Result<Self, Stop> {
        let is_allowed = match vector.condition {
            Some(condition) => frame.int(condition)? != 0,
            None => true,
        };
        let data = &frame.function.blocks[block];
        let call = match &data.terminator {
            Terminator::Branch { then, .. } if then.block == block => then,
            Terminator::Branch { otherwise, .. } => otherwise,
            other => unreachable!("V26: a vector loop ends in a branch, not in {other}"),
        };
        let argument = |parameter: Value| {
            let position = data.parameters.iter().position(|other| *other == parameter);
            call.arguments[position.expect("V26: an accumulator is a parameter")]
        };
        let mut lane = Lane::new();
        let mut before = Vec::new();
        for accumulator in &vector.accumulators {
            before.push(frame.get(accumulator.parameter)?);
            let ty = frame.function.value_type(accumulator.parameter);
            lane.insert(accumulator.parameter, accumulator.op.identity(ty));
        }
        let first = frame.int(vector.variable)?;
        Ok(Self {
            vector,
            is_allowed,
            first,
            start: first,
            limit: frame.int(vector.limit)?,
            lanes: vec![lane; count],
            before,
            collected: vector
                .accumulators
                .iter()
                .map(|accumulator| argument(accumulator.parameter))
                .collect(),
        })
    }

    /// Whether the iterations that would run at once are before the last one.
    fn are_enough_left(&self) -> bool {
        let is_before_limit =
            |end: i64| if self.vector.goes_down { end > self.limit } else { end < self.limit };
        self.start.checked_add(self.turn()).is_some_and(is_before_limit)
    }

    /// By what the variable grows while they run.
    fn turn(&self) -> i64 {
        self.vector.step() * self.lanes.len() as i64
    }

    fn begin(&mut self) {
        for (number, lane) in (0..).zip(&mut self.lanes) {
            lane.insert(self.vector.variable, Scalar::i64(self.start + self.vector.step() * number));
        }
    }

    /// Whether the address of a load or store moves from iteration to iteration as the mark says.
    fn check_stride(&self, kind: &InstKind) -> Result<(), Stop> {
        let (InstKind::Load { address, .. } | InstKind::Store { address, .. }) = kind else { return Ok(()) };
        let Some(stride) = self.vector.stride_of(*address) else { return Ok(()) };
        let bits = |lane: &Lane, value: Value| lane.get(&value).map(|known| evaluate::bits(*known));
        let step = i64::from(stride.step_bytes) as u64;
        let is_like = |pair: &[Lane]| {
            let [a, b] = [0, 1].map(|lane| bits(&pair[lane], *address));
            a.zip(b).is_some_and(|(a, b)| b.wrapping_sub(a) == step)
        };
        let distance = bits(&self.lanes[0], *address).zip(bits(&self.lanes[0], stride.base));
        let is_behind = distance
            .is_some_and(|(address, base)| address.wrapping_sub(base) == i64::from(stride.offset) as u64);
        if is_behind && self.lanes.windows(2).all(is_like) {
            return Ok(());
        }
        Err(Stop::Trap(TrapKind::Stride(*address)))
    }

    fn end(&mut self, frame: &Frame<'p>) -> Result<(), Stop> {
        self.start += self.turn();
        for lane in &mut self.lanes {
            for (accumulator, next) in self.vector.accumulators.iter().zip(&self.collected) {
                let next = lane.get(next).copied().map_or_else(|| frame.get(*next), Ok)?;
                lane.insert(accumulator.parameter, next);
            }
        }
        Ok(())
    }

    /// Sets the parameters for the iteration behind those that ran; for the first one, if zeros of different sign are in doubt.
    fn finish(&self, frame: &mut Frame<'p>) {
        let accumulators = self.vector.accumulators.iter();
        let is_in_doubt = accumulators.clone().any(|accumulator| self.is_in_doubt(accumulator));
        let next = if is_in_doubt { self.first } else { self.start };
        frame.set(self.vector.variable, Scalar::i64(next));
        for (accumulator, before) in accumulators.zip(&self.before) {
            let mut total = *before;
            for lane in self.lanes.iter().filter(|_| !is_in_doubt) {
                total = evaluate::reduce(accumulator.op, total, lane[&accumulator.parameter]);
            }
            frame.set(accumulator.parameter, total);
        }
    }

    /// Whether the least or greatest floats of iterations are zeros of different sign.
    fn is_in_doubt(&self, accumulator: &Accumulator) -> bool {
        let found = self.lanes.iter().map(|lane| evaluate::bits(lane[&accumulator.parameter]));
        let ty = self.lanes[0][&accumulator.parameter].ty();
        let negative = 1 << (8 * ty.size_bytes() - 1);
        let zeros: Vec<u64> = found.filter(|bits| [0, negative].contains(bits)).collect();
        accumulator.op.is_float_extreme() && zeros.iter().any(|bits| *bits != zeros[0])
    }
}
