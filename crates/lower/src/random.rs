//! Random numbers: calls of the runtime.
//!
//! A `numpy.random.Generator` is two words: the block that keeps it alive, null where the caller does, and the address of NumPy's `bitgen_t`, which
//! lies in that block or is a Python object's. The runtime takes the address.

use crate::lowering::Lowering;
use crate::values::{Operand, item_type};
use hotloop_hir::{Draw, Expr, GeneratorRequest, Stream};
use hotloop_mir::{InstKind, RuntimeFunction, Value};
use hotloop_objects::layout::HEADER_BYTES;
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

    /// What a generator that is a value is asked for.
    pub(crate) fn of_generator(
        &mut self,
        expr: &Expr,
        request: GeneratorRequest,
        arguments: &[Expr],
    ) -> Operand {
        let (function, more) = match request {
            GeneratorRequest::New | GeneratorRequest::NewAnew => {
                let seed = arguments.first().map(|seed| self.scalar(seed));
                return self.new_generator(expr, seed);
            }
            GeneratorRequest::Word => (RuntimeFunction::GeneratorWord, None),
            GeneratorRequest::HalfWord => (RuntimeFunction::GeneratorHalfWord, None),
            GeneratorRequest::Float => (RuntimeFunction::GeneratorFloat, None),
            GeneratorRequest::Ziggurat(which) => (RuntimeFunction::GeneratorZiggurat, Some(which as i64)),
        };
        let generator = self.expr(&arguments[0]);
        self.code.set_span(expr.span);
        let mut values = vec![generator.items()[1].scalar()];
        values.extend(more.map(|number| self.code.int64(number)));
        let drawn = self.code.call_runtime(function, values);
        self.drop_temporary(&generator);
        Operand::Scalar(drawn)
    }

    fn new_generator(&mut self, expr: &Expr, seed: Option<Value>) -> Operand {
        self.code.set_span(expr.span);
        let is_known = self.code.int64(i64::from(seed.is_some()));
        let seed = seed.unwrap_or_else(|| self.code.int64(0));
        let block = self.code.call_runtime(RuntimeFunction::NewGenerator, vec![seed, is_known]);
        let header = self.code.int64(HEADER_BYTES as i64);
        let address = self.code.add_bytes(block, header);
        self.temporary(&expr.ty, vec![block, address])
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
