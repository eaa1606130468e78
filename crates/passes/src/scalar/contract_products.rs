//! Makes a product and the sum that takes it one instruction, where the function's float flags allow it.
//!
//! Before: `v3 = fmul v1, v2; v5 = fadd v3, v4`    After: `v5 = fmadd v1, v2, v4`
//!
//! One rounding and one instruction less, and a shorter way from the factors to the sum; but a longer one from the third value, since a sum alone takes less time. So a sum that a loop carries, as in
//! `s = s + x * y`, stays: it would wait longer in every iteration. How late values are known is counted from what loops carry; a product that is known before the third value
//! stays. The product is used once, and stands in the block of the sum: an invariant one is not computed in the loop again. One walk in reverse postorder. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_diagnostics::Remark;
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, ControlFlow, FloatFlags, Function, Inst, InstKind, Terminator, TernaryOp, UnaryOp, Value,
};
use rustc_hash::FxHashSet;

/// Makes a product and the sum that takes it one instruction. The head of its file says how.
pub struct ContractProducts;

impl MirPass for ContractProducts {
    fn name(&self) -> &'static str {
        "contract-products"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        if !function.float_flags.contains(FloatFlags::CONTRACT) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let mut contraction = Contraction {
            uses: count_uses(function),
            arrivals: SideMap::with_len(None, function.values.len()),
            products: FxHashSet::default(),
            gone: FxHashSet::default(),
        };
        let mut first = None;
        for block in control_flow.reverse_postorder() {
            contraction.enter(function, &control_flow, *block);
            for inst in function.blocks[*block].insts.clone() {
                if let Some(kind) = contraction.contracted(function, inst) {
                    first = first.or(Some(function.insts[inst].span));
                    function.insts[inst].kind = kind;
                }
                contraction.note_arrival(function, inst);
            }
            let Contraction { gone, .. } = &contraction;
            function.blocks[*block].insts.retain(|inst| !gone.contains(inst));
        }
        if let Some(span) = first {
            let message = match contraction.gone.len() {
                1 => "a product is part of the sum that takes it".to_owned(),
                count => format!("{count} products are part of the sums that take them"),
            };
            context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
        }
    }
}

/// How often values are used.
fn count_uses(function: &Function) -> SideMap<Value, u32> {
    let mut uses = SideMap::with_len(0, function.values.len());
    for block in &function.layout {
        for inst in &function.blocks[*block].insts {
            function.insts[*inst].kind.for_each_operand(|value| uses[value] += 1);
        }
        function.blocks[*block].terminator.for_each_operand(|value| uses[value] += 1);
    }
    uses
}

/// How long behind what a loop carries a value is known, in cycles; `None` if it does not depend on that.
type Arrival = Option<u32>;

/// What a product takes, and what a sum takes.
const PRODUCT: u32 = 4;
const SUM: u32 = 3;

struct Contraction {
    uses: SideMap<Value, u32>,
    arrivals: SideMap<Value, Arrival>,
    /// The products of the block.
    products: FxHashSet<Value>,
    /// The products that are part of others now.
    gone: FxHashSet<Inst>,
}

/// A product that can be part of a sum.
struct Product {
    inst: Inst,
    factors: [Value; 2],
    arrival: Arrival,
}

impl Contraction {
    /// Notes when a block's parameters are known: at once what a loop carries, else when the last is that is passed.
    fn enter(&mut self, function: &Function, control_flow: &ControlFlow, block: Block) {
        self.products.clear();
        let position = control_flow.position(block);
        let predecessors = control_flow.predecessors(block);
        let is_header = predecessors.iter().any(|from| control_flow.position(*from) >= position);
        for (number, parameter) in function.blocks[block].parameters.iter().enumerate() {
            let is_float = function.value_type(*parameter).is_float();
            self.arrivals[*parameter] = match is_header {
                true => is_float.then_some(0),
                false => {
                    predecessors.iter().filter_map(|from| self.passed(function, *from, block, number)).max()
                }
            };
        }
    }

    /// When the last of the values is known that one block passes to another.
    fn passed(&self, function: &Function, from: Block, to: Block, number: usize) -> Arrival {
        let terminator: &Terminator = &function.blocks[from].terminator;
        let jumps = terminator.jumps().into_iter().filter(|call| call.block == to);
        jumps.filter_map(|call| self.arrivals[*call.arguments.get(number)?]).max()
    }

    /// The sum with the product that it takes, if they may be one instruction.
    fn contracted(&mut self, function: &Function, inst: Inst) -> Option<InstKind> {
        let InstKind::Binary(op @ (BinaryOp::Fadd | BinaryOp::Fsub), a, b) = function.insts[inst].kind else {
            return None;
        };
        let ways = [(a, b), (b, a)].map(|(product, third)| {
            let product = self.product(function, product)?;
            // By then the sum alone is known.
            (product.arrival > self.arrivals[third] || self.arrivals[third].is_none())
                .then_some((product, third))
        });
        let (is_first, (product, third)) = match ways {
            [Some(first), Some(second)] if second.0.arrival > first.0.arrival => (false, second),
            [Some(first), _] => (true, first),
            [None, Some(second)] => (false, second),
            [None, None] => return None,
        };
        let op = match (op, is_first) {
            (BinaryOp::Fadd, _) => TernaryOp::Fmadd,
            (_, true) => TernaryOp::Fmsub,
            (_, false) => TernaryOp::Fnmadd,
        };
        self.gone.insert(product.inst);
        Some(InstKind::Ternary(op, product.factors[0], product.factors[1], third))
    }

    /// The product that a value is, if it is used once and computed in this block.
    fn product(&self, function: &Function, value: Value) -> Option<Product> {
        if self.uses[value] != 1 || !self.products.contains(&value) {
            return None;
        }
        let inst = function.defining_inst(value)?;
        let InstKind::Binary(BinaryOp::Fmul, x, y) = function.insts[inst].kind else { return None };
        Some(Product { inst, factors: [x, y], arrival: self.arrivals[value] })
    }

    fn note_arrival(&mut self, function: &Function, inst: Inst) {
        let data = &function.insts[inst];
        let mut last = None;
        data.kind.for_each_operand(|value| last = last.max(self.arrivals[value]));
        let arrival = last.map(|last: u32| last.saturating_add(cycles(&data.kind)));
        if let InstKind::Binary(BinaryOp::Fmul, ..) = data.kind {
            self.products.extend(data.results.iter());
        }
        for result in data.results.iter() {
            self.arrivals[*result] = arrival;
        }
    }
}

/// About how long an instruction takes.
fn cycles(kind: &InstKind) -> u32 {
    match kind {
        InstKind::Ternary(..) | InstKind::Binary(BinaryOp::Fmul, ..) | InstKind::Convert(..) => PRODUCT,
        InstKind::Binary(BinaryOp::Fadd | BinaryOp::Fsub, ..) => SUM,
        InstKind::Binary(BinaryOp::Fdiv, ..) | InstKind::Unary(UnaryOp::Fsqrt, _) => 4 * PRODUCT,
        InstKind::Call { .. } | InstKind::CallRuntime { .. } => 10 * PRODUCT,
        _ => 1,
    }
}
