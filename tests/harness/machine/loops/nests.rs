//! Loops within the loop: some count to a limit, some are left when something holds, and the elements in them lie at the index, at the inner counter, or at both.

use super::Maker;
use hotloop_interp::Scalar;
use hotloop_mir::{BinaryOp, BlockCall, Builder, InstKind, IntCompare, MachineType, Terminator, Value};

impl Maker<'_, '_> {
    /// A loop that carries a value; what it ends with is a value from then on.
    pub(super) fn inner_loop(&mut self) {
        let is_left_early = self.choices.once_in(2);
        let count = self.choices.of(&[3, 1, 2, 7]);
        let first = self.value(InstKind::Const(Scalar::i64(0)));
        let one = self.value(InstKind::Const(Scalar::i64(1)));
        let limit = self.value(InstKind::Const(Scalar::i64(count)));
        let initial = self.pick();
        let [header, rest, behind] = [(); 3].map(|()| self.function.add_block());
        let counter = self.function.add_parameter(header, MachineType::I64);
        let carried = self.function.add_parameter(header, self.main);
        let result = self.function.add_parameter(behind, self.main);
        Builder::at(&mut self.function, self.block).jump(header, &[first, initial]);
        self.block = header;
        let outer = self.counter.replace(counter);
        self.values.push(carried);
        self.some_steps();
        let known_behind = self.values.len();
        let known_truths = self.truths.len();
        if is_left_early {
            let condition = self.truth();
            let out = self.pick();
            Builder::at(&mut self.function, self.block).terminate(Terminator::Branch {
                condition,
                then: BlockCall::new(behind, vec![out]),
                otherwise: BlockCall::new(rest, vec![]),
            });
        } else {
            Builder::at(&mut self.function, self.block).jump(rest, &[]);
        }
        self.block = rest;
        self.some_steps();
        let next_value = self.gather(carried);
        let next = self.value(InstKind::Binary(BinaryOp::Iadd, counter, one));
        if self.choices.once_in(2) {
            Builder::at(&mut self.function, self.block).effect(InstKind::Safepoint);
        }
        let goes_on = self.value(InstKind::IntCompare(IntCompare::Slt, next, limit));
        Builder::at(&mut self.function, self.block).terminate(Terminator::Branch {
            condition: goes_on,
            then: BlockCall::new(header, vec![next, next_value]),
            otherwise: BlockCall::new(behind, vec![next_value]),
        });
        self.block = behind;
        self.counter = outer;
        // What the first part computes is known behind the loop.
        self.values.truncate(known_behind);
        self.truths.truncate(known_truths);
        if !self.choices.once_in(3) {
            let kept = self.values.iter().position(|value| *value == carried).unwrap_or_default();
            self.values.truncate(kept.max(1));
            self.truths.clear();
        }
        self.values.push(result);
    }

    fn some_steps(&mut self) {
        for _ in 0..1 + self.choices.below(3) {
            self.step();
        }
    }

    /// What a loop carries, and something else, in one.
    fn gather(&mut self, carried: Value) -> Value {
        let floats = [BinaryOp::Fadd, BinaryOp::Fmul, BinaryOp::Fsub];
        let integers = [BinaryOp::Iadd, BinaryOp::Xor, BinaryOp::Isub, BinaryOp::Smin];
        let op = if self.main.is_float() { self.choices.of(&floats) } else { self.choices.of(&integers) };
        let other = self.pick();
        self.value(InstKind::Binary(op, carried, other))
    }
}
