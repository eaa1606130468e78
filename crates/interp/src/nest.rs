//! Vector loops of several blocks: several iterations at once, an instruction of each in turn.
//!
//! Iterations that go the same way are at the same instruction, so what one stores is there before another loads what it should not have seen; those that go other ways wait for nobody.
//! But for stores: nobody stores before all are about to. An error ends all of them: nothing was stored before, and the loop as it stands raises it in order.

use crate::Scalar;
use crate::frame::Frame;
use crate::interpreter::Interpreter;
use crate::outcome::{Outcome, Stop};
use hotloop_mir::{Block, BlockCall, InstKind, Terminator, Value, VectorLoop};
use std::collections::HashMap;

/// One of the iterations that run at once.
struct Lane {
    block: Block,
    /// The number of its next instruction; the terminator is behind the last one.
    at: usize,
    values: HashMap<Value, Scalar>,
    is_done: bool,
    has_stored: bool,
}

impl<'p> Interpreter<'p> {
    /// Runs as many iterations as may run so many at once, and sets the variable for the next one.
    pub(crate) fn nest_iterations(
        &mut self,
        frame: &mut Frame<'p>,
        header: Block,
        vector: &'p VectorLoop,
    ) -> Result<(), Outcome> {
        let function = frame.function;
        let count = self.options.vector_lanes as i64;
        let span = function.blocks[header].terminator_span;
        let place = |stop: Stop| stop.at(&function.name, || format!("{header}"), span);
        let is_allowed = match vector.condition {
            Some(condition) => frame.int(condition).map_err(place)? != 0,
            None => true,
        };
        let mut start = frame.int(vector.variable).map_err(place)?;
        let limit = frame.int(vector.limit).map_err(place)?;
        while is_allowed && start.checked_add(count).is_some_and(|end| end < limit) {
            let mut lanes: Vec<Lane> = (start..start + count)
                .map(|index| {
                    let values = [(vector.variable, Scalar::i64(index))].into_iter().collect();
                    Lane { block: header, at: 0, values, is_done: false, has_stored: false }
                })
                .collect();
            if !self.run_lanes(frame, header, &mut lanes)? {
                break;
            }
            start += count;
        }
        frame.set(vector.variable, Scalar::i64(start));
        Ok(())
    }

    /// Runs all of them to the end; whether no error ended them.
    fn run_lanes(
        &mut self,
        frame: &mut Frame<'p>,
        header: Block,
        lanes: &mut [Lane],
    ) -> Result<bool, Outcome> {
        while lanes.iter().any(|lane| !lane.is_done) {
            let all_store =
                lanes.iter().all(|lane| lane.is_done || lane.has_stored || lane.is_about_to_store(frame));
            for lane in lanes.iter_mut().filter(|lane| !lane.is_done) {
                self.burn_fuel()?;
                if lane.is_about_to_store(frame) && !all_store {
                    continue;
                }
                let span = frame.function.blocks[lane.block].terminator_span;
                let name = &frame.function.name;
                match self.step(frame, header, lane) {
                    Ok(()) => {}
                    Err(stop) => match stop.at(name, || "an iteration in lanes".to_owned(), span) {
                        Outcome::Raised(_) => return Ok(false),
                        other => return Err(other),
                    },
                }
            }
        }
        Ok(true)
    }

    /// Runs the next instruction of one.
    fn step(&mut self, frame: &mut Frame<'p>, header: Block, lane: &mut Lane) -> Result<(), Stop> {
        let function = frame.function;
        let data = &function.blocks[lane.block];
        let Some(inst) = data.insts.get(lane.at).copied() else {
            return lane.leave(frame, &data.terminator, header);
        };
        lane.has_stored |= lane.is_about_to_store(frame);
        lane.at += 1;
        function.insts[inst].kind.for_each_operand(|value| lane.show(frame, value));
        self.inst(frame, inst, &function.insts[inst].kind)?;
        for result in function.insts[inst].results.iter() {
            lane.values.insert(*result, frame.get(*result)?);
        }
        Ok(())
    }
}

impl Lane {
    fn is_about_to_store(&self, frame: &Frame<'_>) -> bool {
        let insts = &frame.function.blocks[self.block].insts;
        insts
            .get(self.at)
            .is_some_and(|inst| matches!(frame.function.insts[*inst].kind, InstKind::Store { .. }))
    }

    /// Lets the frame have the value that this one has.
    fn show(&self, frame: &mut Frame<'_>, value: Value) {
        if let Some(scalar) = self.values.get(&value) {
            frame.set(value, *scalar);
        }
    }

    /// Goes where the terminator says. The loop's own way back ends the iteration.
    fn leave(&mut self, frame: &mut Frame<'_>, terminator: &Terminator, header: Block) -> Result<(), Stop> {
        if terminator.targets().contains(&header) {
            self.is_done = true;
            return Ok(());
        }
        terminator.for_each_operand(|value| self.show(frame, value));
        let call = match terminator {
            Terminator::Jump(call) => call,
            Terminator::Branch { condition, then, otherwise } => {
                if frame.int(*condition)? != 0 {
                    then
                } else {
                    otherwise
                }
            }
            other => unreachable!("a vector loop has jumps and branches, not {other}"),
        };
        self.enter(frame, call)
    }

    fn enter(&mut self, frame: &mut Frame<'_>, call: &BlockCall) -> Result<(), Stop> {
        let arguments = frame.get_all(&call.arguments)?;
        let parameters = &frame.function.blocks[call.block].parameters;
        self.values.extend(parameters.iter().copied().zip(arguments));
        (self.block, self.at) = (call.block, 0);
        Ok(())
    }
}
