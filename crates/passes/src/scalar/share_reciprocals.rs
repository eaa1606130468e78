//! Divides once where several numbers are divided by one, where the function's float flags allow it.
//!
//! Before: `v4 = fdiv v1, v3; v5 = fdiv v2, v3`    After: `v6 = fdiv 1.0, v3; v4 = fmul v1, v6; v5 = fmul v2, v6`
//!
//! A division takes as long as several products. Several numbers are those of a block, and those of the iterations of a loop that does not change the divisor: then the reciprocal is computed in front
//! of the outermost such loop, since a division has no effect and may be computed where the loop would not come to it. The reciprocal of a constant is a constant. The flag is `arcp`. One walk over the
//! divisions. Preserves the control-flow graph.

use crate::analysis::{Loop, LoopData, LoopForest};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    BinaryOp, Block, Builder, Constant, ControlFlow, Dominators, FloatFlags, Function, Inst, InstKind,
    MachineType, Value,
};
use rustc_hash::FxHashMap;

/// Divides once where several numbers are divided by one. The head of its file says how.
pub struct ShareReciprocals;

impl MirPass for ShareReciprocals {
    fn name(&self) -> &'static str {
        "share-reciprocals"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let divides = |block: &&Block| {
            function.blocks[**block].insts.iter().any(|inst| division(function, *inst).is_some())
        };
        let blocks: Vec<Block> = function.layout.iter().filter(divides).copied().collect();
        if blocks.is_empty() || !function.float_flags.contains(FloatFlags::ARCP) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut ahead = FxHashMap::default();
        for block in blocks {
            let spans = share_in(function, &control_flow, &forest, block, &mut ahead);
            context.remarks.extend(spans.into_iter().map(|span| {
                let message = "this division is a product with a reciprocal".to_owned();
                Remark { pass: self.name(), span, message, cause: None }
            }));
        }
    }
}

/// The dividend and the divisor, if an instruction divides.
fn division(function: &Function, inst: Inst) -> Option<(Value, Value)> {
    match function.insts[inst].kind {
        InstKind::Binary(BinaryOp::Fdiv, dividend, divisor) => Some((dividend, divisor)),
        _ => None,
    }
}

/// Makes the divisions of a block products, where that pays; gives their places.
fn share_in(
    function: &mut Function,
    control_flow: &ControlFlow,
    forest: &LoopForest,
    block: Block,
    ahead: &mut FxHashMap<(Block, Value), Value>,
) -> Vec<Span> {
    let insts = std::mem::take(&mut function.blocks[block].insts);
    let mut counts: FxHashMap<Value, usize> = FxHashMap::default();
    for (_, divisor) in insts.iter().filter_map(|inst| division(function, *inst)) {
        *counts.entry(divisor).or_default() += 1;
    }
    let mut here: FxHashMap<Value, Value> = FxHashMap::default();
    let mut spans = Vec::new();
    for inst in &insts {
        if let Some((dividend, divisor)) = division(function, *inst) {
            let span = function.insts[*inst].span;
            let constant = function.constant(divisor);
            let reciprocal = if let Some(constant) = constant {
                inverse(constant)
                    .map(|constant| Builder::at(function, block).value(InstKind::Const(constant)))
            } else if let Some(preheader) =
                place_ahead(function, control_flow, forest, &insts, block, divisor)
            {
                let make = || write_reciprocal(function, preheader, divisor, span);
                Some(*ahead.entry((preheader, divisor)).or_insert_with(make))
            } else if counts[&divisor] > 1 {
                Some(*here.entry(divisor).or_insert_with(|| write_reciprocal(function, block, divisor, span)))
            } else {
                None
            };
            if let Some(reciprocal) = reciprocal {
                function.insts[*inst].kind = InstKind::Binary(BinaryOp::Fmul, dividend, reciprocal);
                spans.push(span);
            }
        }
        function.blocks[block].insts.push(*inst);
    }
    spans
}

/// In front of the outermost loop around a block that does not change the divisor.
fn place_ahead(
    function: &Function,
    control_flow: &ControlFlow,
    forest: &LoopForest,
    insts: &[Inst],
    block: Block,
    divisor: Value,
) -> Option<Block> {
    if function.defining_inst(divisor).is_some_and(|inst| insts.contains(&inst)) {
        return None;
    }
    let parent = |data: &Loop| forest.loops[*data].parent;
    let around = std::iter::successors(forest.innermost(block), parent).map(|data| &forest.loops[data]);
    let is_usable = |data: &&LoopData| !data.is_parallel && data.is_outside(function, divisor);
    around.take_while(is_usable).map_while(|data| data.preheader(function, control_flow)).last()
}

/// Divides 1 by a value at the end of a block.
fn write_reciprocal(function: &mut Function, block: Block, divisor: Value, span: Span) -> Value {
    let one = match function.value_type(divisor) {
        MachineType::F32 => Constant::f32(1.0),
        _ => Constant::f64(1.0),
    };
    let mut builder = Builder::at(function, block);
    builder.set_span(span);
    let one = builder.value(InstKind::Const(one));
    builder.binary(BinaryOp::Fdiv, one, divisor)
}

/// The reciprocal of a constant, if it is a normal number.
fn inverse(constant: Constant) -> Option<Constant> {
    match constant {
        Constant::F32(bits) => {
            let inverse = f32::from_bits(bits).recip();
            inverse.is_normal().then(|| Constant::f32(inverse))
        }
        Constant::F64(bits) => {
            let inverse = f64::from_bits(bits).recip();
            inverse.is_normal().then(|| Constant::f64(inverse))
        }
        Constant::Int(..) => None,
    }
}
