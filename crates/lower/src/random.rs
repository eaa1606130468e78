//! Random numbers: calls of the runtime.

use crate::lowering::Lowering;
use crate::values::{Operand, item_type};
use hotloop_hir::{Draw, Expr, Stream};
use hotloop_mir::{InstKind, RuntimeFunction};
use hotloop_types::Type;

impl Lowering<'_> {
    /// What a generator is asked for.
    pub(crate) fn random(&mut self, expr: &Expr, stream: Stream, draw: Draw, arguments: &[Expr]) -> Operand {
        if draw == Draw::Shuffle {
            return self.shuffle(expr, stream, &arguments[0]);
        }
        let mut values: Vec<_> = arguments.iter().map(|argument| self.scalar(argument)).collect();
        self.code.set_span(expr.span);
        let which = self.code.int64(stream as i64);
        let function = match draw {
            Draw::Float => RuntimeFunction::RandomFloat,
            Draw::Bits => RuntimeFunction::RandomBits,
            Draw::Below => RuntimeFunction::RandomBelow,
            Draw::Distribution(distribution) => {
                values.insert(0, self.code.int64(distribution as i64));
                values.resize_with(4, || self.code.float(hotloop_mir::MachineType::F64, 0.0));
                RuntimeFunction::RandomDraw
            }
            Draw::Seed | Draw::SeedAnew => {
                let is_known = i64::from(draw == Draw::Seed);
                values.resize_with(1, || self.code.int64(0));
                values.push(self.code.int64(is_known));
                values.insert(0, which);
                self.code.effect(InstKind::CallRuntime {
                    function: RuntimeFunction::RandomSeed,
                    arguments: values,
                });
                return Operand::Nothing;
            }
            Draw::Shuffle => unreachable!("seen above"),
        };
        if !matches!(draw, Draw::Distribution(_)) {
            values.insert(0, which);
        }
        Operand::Scalar(self.code.call_runtime(function, values))
    }

    fn shuffle(&mut self, expr: &Expr, stream: Stream, sequence: &Expr) -> Operand {
        let operand = self.expr(sequence);
        self.code.set_span(expr.span);
        let mut arguments = match &sequence.ty {
            Type::Array(ty) => {
                let size = self.code.int64(ty.dtype.size_bytes() as i64);
                let array = operand.array();
                vec![array.data, array.shape[0], array.strides[0], size]
            }
            list => {
                let size_bytes = crate::list::item_bytes(item_type(list));
                let size = self.code.int64(size_bytes);
                let (first, length) =
                    (self.code.list_items(operand.list()), self.list_length(operand.list()));
                vec![first, length, size, size]
            }
        };
        arguments.insert(0, self.code.int64(stream as i64));
        self.code.effect(InstKind::CallRuntime { function: RuntimeFunction::RandomShuffle, arguments });
        self.drop_temporary(&operand);
        Operand::Nothing
    }
}
