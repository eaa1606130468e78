//! Blocks, the ways between them, and the ways out.

use super::{Lane, Reading, Selector, State, Turn};
use crate::code::{Class, Machine, Memory, Part};
use hotloop_mir::{
    Block as MirBlock, BlockCall, DivergentLoop, IntCompare, Shape, Terminator, Value, VectorInput,
};
use iced_x86::Code;
use regalloc2::{Block, VReg};

impl Selector<'_> {
    pub(super) fn label(&mut self) -> Block {
        self.code.blocks.push(Default::default());
        Block::new(self.code.blocks.len() - 1)
    }

    pub(super) fn begin(&mut self, label: Block) {
        self.order.push(label);
        self.current = label;
        self.code.begin(label);
    }

    pub(super) fn jump(&mut self, to: Block, arguments: Vec<VReg>) {
        self.code.end(self.current, Machine::Jump(to), arguments);
    }

    pub(super) fn branch(&mut self, code: Code, then: Block, otherwise: Block) {
        self.code.end(self.current, Machine::Branch { code, then, otherwise }, Vec::new());
    }

    pub(super) fn general_parameter(&mut self, label: Block) -> VReg {
        let vreg = self.code.vreg(Class::General);
        self.code.blocks[label.index()].parameters.push(vreg);
        vreg
    }

    /// Leaves the function if the flags say so, with the number of iterations that are done; goes on in a new block else.
    pub(super) fn leave_if(&mut self, code: Code, done: VReg) {
        let (leaves, goes_on) = (self.label(), self.label());
        self.branch(code, leaves, goes_on);
        // What is rare stands behind everything else.
        self.rare.push(leaves);
        self.code.begin(leaves);
        self.code.end(leaves, Machine::Jump(self.exit), vec![done]);
        self.begin(goes_on);
    }

    /// Leaves the function if somebody wants to interrupt.
    pub(super) fn poll(&mut self, done: VReg) {
        let base = self.read(VectorInput::Interrupt, Reading::Single);
        let flag = self.code.vreg(Class::General);
        let memory = Part::Memory(Memory { base, index: None, scale: 1, displacement: 0 });
        self.code.op(Code::Movsxd_r64_rm32, vec![Part::Def(flag), memory]);
        self.code.op(Code::Test_rm64_r64, vec![Part::Use(flag), Part::Use(flag)]);
        self.leave_if(Code::Jne_rel32_64, done);
    }

    pub(super) fn terminator(&mut self, turn: &mut Turn, block: MirBlock) -> Option<()> {
        match &self.function.blocks[block].terminator {
            Terminator::Jump(call) => self.edge(turn, block, call),
            Terminator::Branch { condition, then, otherwise } => {
                if self.plan.shape_in(self.function, *condition, block) != Shape::Same {
                    return self.leave_by_lanes(turn, block, *condition, then, otherwise);
                }
                let code = match turn.lanes.get(condition).cloned() {
                    Some(Lane::Compare(op, a, b)) => {
                        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(a), Part::Use(b)]);
                        jump_if(op)
                    }
                    _ => {
                        let truth = self.single(turn, *condition)?;
                        self.code.op(Code::Test_rm64_r64, vec![Part::Use(truth), Part::Use(truth)]);
                        Code::Jne_rel32_64
                    }
                };
                let [to_then, to_otherwise] = [(); 2].map(|()| self.label());
                self.branch(code, to_then, to_otherwise);
                self.begin(to_otherwise);
                self.edge(turn, block, otherwise)?;
                self.begin(to_then);
                self.edge(turn, block, then)
            }
            _ => None,
        }
    }

    /// Ends the current block with a jump along an edge of the loop.
    pub(super) fn edge(&mut self, turn: &mut Turn, from: MirBlock, call: &BlockCall) -> Option<()> {
        let leaves = self.plan.divergent_loop(from).filter(|data| !data.blocks.contains(&call.block));
        if let Some(divergent) = leaves {
            if call.block != divergent.exit {
                return None;
            }
            let state = turn.states.get(&from)?.clone();
            let handed = self.hand_on(turn, divergent, call, &state, &state.alive)?;
            self.jump(turn.labels[&call.block], handed.into_iter().flatten().collect());
            return Some(());
        }
        let mut arguments = Vec::new();
        let parameters = self.function.blocks[call.block].parameters.clone();
        for (parameter, argument) in parameters.iter().zip(&call.arguments) {
            if !self.plan.needed_values.contains(parameter) {
                continue;
            }
            match self.plan.shape(self.function, *parameter) {
                Shape::Same => arguments.push(self.single(turn, *argument)?),
                Shape::Step(_) => return None,
                Shape::Lanes => arguments.extend(self.vectors(turn, *argument)?),
            }
        }
        if let Some(divergent) = self.plan.divergent_loop(call.block) {
            let state = match self.plan.divergent_loop(from) {
                Some(_) => turn.states.get(&from)?.clone(),
                None => {
                    let nothing = self.read(VectorInput::Bits(0), Reading::Splat);
                    let handed = self.parameters(divergent.exit).len() + divergent.kept.len();
                    State {
                        alive: vec![turn.mask.unwrap_or(self.all); turn.vectors],
                        handed: vec![vec![nothing; turn.vectors]; handed],
                    }
                }
            };
            if self.headers.contains(&call.block) {
                arguments.extend(&state.alive);
                arguments.extend(state.handed.iter().flatten());
            } else {
                turn.states.insert(call.block, state);
            }
        }
        self.jump(turn.labels[&call.block], arguments);
        Some(())
    }

    /// What is handed on to the exit of a loop, with the arguments of some lanes.
    pub(super) fn hand_on(
        &mut self,
        turn: &mut Turn,
        divergent: &DivergentLoop,
        call: &BlockCall,
        state: &State,
        lanes: &[VReg],
    ) -> Option<Vec<Vec<VReg>>> {
        let parameters = self.function.blocks[call.block].parameters.clone();
        let needed = parameters
            .iter()
            .zip(&call.arguments)
            .filter(|(parameter, _)| self.plan.needed_values.contains(parameter))
            .map(|(_, argument)| *argument);
        let needed: Vec<Value> = needed.chain(divergent.kept.iter().copied()).collect();
        let mut handed = Vec::new();
        for (argument, before) in needed.into_iter().zip(&state.handed) {
            let new = self.vectors(turn, argument)?;
            let triples = lanes.iter().zip(new).zip(before);
            handed.push(triples.map(|((mask, new), before)| self.blend(*mask, new, *before)).collect());
        }
        Some(handed)
    }

    /// A branch by which some lanes leave a loop.
    pub(super) fn leave_by_lanes(
        &mut self,
        turn: &mut Turn,
        block: MirBlock,
        condition: Value,
        then: &BlockCall,
        otherwise: &BlockCall,
    ) -> Option<()> {
        let divergent = self.plan.divergent_loop(block)?;
        let state = turn.states.get(&block)?.clone();
        let truth = self.masks(turn, condition)?;
        let leaves_then = !divergent.blocks.contains(&then.block);
        let (out, on) = if leaves_then { (then, otherwise) } else { (otherwise, then) };
        if out.block != divergent.exit {
            return None;
        }
        let mut leaving = Vec::new();
        let mut staying = Vec::new();
        for (alive, truth) in state.alive.iter().zip(truth) {
            let with = self.mask(Code::VEX_Kandq_kr_kr_kr, truth, *alive);
            // The complement of the first, and the second.
            let without = self.mask(Code::VEX_Kandnq_kr_kr_kr, truth, *alive);
            leaving.push(if leaves_then { with } else { without });
            staying.push(if leaves_then { without } else { with });
        }
        let handed = self.hand_on(turn, divergent, out, &state, &leaving)?;
        let mut any = staying[0];
        for other in &staying[1..] {
            any = self.mask(Code::VEX_Korq_kr_kr_kr, any, *other);
        }
        self.code.op(Code::VEX_Kortestq_kr_kr, vec![Part::Use(any), Part::Use(any)]);
        let [all_left, some_stay] = [(); 2].map(|()| self.label());
        self.branch(Code::Je_rel32_64, all_left, some_stay);
        self.begin(all_left);
        self.jump(turn.labels[&out.block], handed.iter().flatten().copied().collect());
        self.begin(some_stay);
        turn.states.insert(block, State { alive: staying, handed });
        let outside = !divergent.blocks.contains(&on.block);
        if outside { None } else { self.edge(turn, block, on) }
    }
}

fn jump_if(op: IntCompare) -> Code {
    match op {
        IntCompare::Eq => Code::Je_rel32_64,
        IntCompare::Ne => Code::Jne_rel32_64,
        IntCompare::Slt => Code::Jl_rel32_64,
        IntCompare::Sle => Code::Jle_rel32_64,
        IntCompare::Sgt => Code::Jg_rel32_64,
        IntCompare::Sge => Code::Jge_rel32_64,
        IntCompare::Ult => Code::Jb_rel32_64,
        IntCompare::Ule => Code::Jbe_rel32_64,
        IntCompare::Ugt => Code::Ja_rel32_64,
        IntCompare::Uge => Code::Jae_rel32_64,
    }
}
