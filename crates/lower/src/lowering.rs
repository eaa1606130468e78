//! One function from entry to end: parameters in, results out, and what the versions of its locals are.

use crate::code::Code;
use crate::generator::Frame;
use crate::liveness::{LiveSet, Liveness};
use crate::loops::LoopFrame;
use crate::ownership::Holder;
use crate::values::{
    ArrayOperand, Lifetime, ListOperand, Operand, TextOperand, flat_types, has_owners, parameter_types,
};
use hotloop_abi::{ExceptionClass, array_words};
use hotloop_diagnostics::Span;
use hotloop_hir as hir;
use hotloop_hir::{Caught, Version};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir as mir;
use hotloop_mir::{Inst, MachineType, RegionKind, Slot, Terminator, Value};
use hotloop_types::{ArrayType, Type};
use std::rc::Rc;

/// The lowering of one function.
pub(crate) struct Lowering<'a> {
    /// What is lowered.
    pub(crate) source: &'a hir::Function,
    /// What is built.
    pub(crate) code: Code,
    /// Which versions of arrays are still needed where.
    pub(crate) liveness: Liveness,
    /// The versions that the loops around the current point need again in their next iterations.
    pub(crate) needed_again: LiveSet,
    /// The loops around the current point, the innermost last.
    pub(crate) loops: Vec<LoopFrame>,
    /// The place of the parallel loop around the current point, if its iterations are chunks of those of the source.
    pub(crate) parallel_place: Option<Span>,
    /// How many arrays the function makes, so far.
    pub(crate) allocation_count: u32,
    /// The stack check at the entry, until a call of the function by itself gave it a place.
    pub(crate) stack_check: Option<Inst>,
    /// What a division by zero does here.
    pub(crate) error_model: hir::ErrorModel,
    /// As what the array operation around shares its work among threads.
    pub(crate) part: hir::ParallelPart,
    /// Values that are never negative: lengths of arrays.
    pub(crate) lengths: IdSet<Value>,
    /// Whole arrays that bodies of computations read, whose indices have been checked.
    pub(crate) checked: IdSet<Version>,
    /// The frame, in the function that goes on with a generator.
    pub(crate) generator: Option<Frame>,
    /// The errors that handlers around have caught, by their number.
    pub(crate) caught: Vec<(Caught, (Value, Value))>,
    /// Where the words of operations on objects go, once there was one.
    pub(crate) word_slot: Option<Slot>,
    bindings: SideMap<Version, Option<Binding>>,
}

/// What a version is.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// Its value.
    pub(crate) operand: Operand,
    /// An `i1`: whether it is assigned. Absent where it always is.
    pub(crate) assigned: Option<Value>,
}

impl<'a> Lowering<'a> {
    /// Before the first statement.
    pub(crate) fn new(source: &'a hir::Function) -> Self {
        let mut parameters = Vec::new();
        for version in &source.parameters {
            parameter_types(&source.versions[*version].ty, &mut parameters);
        }
        let mut results = Vec::new();
        flat_types(&source.result, &mut results);
        let mut function = mir::Function::new(source.symbol.clone(), &parameters, &results);
        function.float_flags = source.options.float_flags;
        function.span = source.span;
        Self {
            source,
            code: Code::new(function),
            liveness: Liveness::new(source),
            needed_again: LiveSet::new(),
            loops: Vec::new(),
            parallel_place: None,
            allocation_count: 0,
            stack_check: None,
            error_model: source.options.error_model,
            part: hir::ParallelPart::Numpy,
            lengths: IdSet::new(),
            checked: IdSet::new(),
            generator: None,
            caught: Vec::new(),
            word_slot: None,
            bindings: SideMap::with_len(None, source.versions.len()),
        }
    }

    /// From the entry to the return at the end.
    pub(crate) fn run(mut self) -> mir::Function {
        if self.source.is_recursive {
            self.stack_check = Some(self.code.check_stack());
            // A recursion without loops can run for hours, too.
            self.code.safepoint();
        }
        self.bind_parameters();
        self.statements(&self.source.body);
        if self.code.is_reachable() {
            assert_eq!(self.source.result, Type::None, "HIR: {} ends without a result", self.source.name);
            self.return_operand(&Operand::Nothing);
        }
        self.code.finish(self.source.races)
    }

    /// The type of a version.
    pub(crate) fn version_type(&self, version: Version) -> &'a Type {
        &self.source.versions[version].ty
    }

    /// What a version is.
    pub(crate) fn binding(&self, version: Version) -> &Binding {
        self.bindings[version]
            .as_ref()
            .unwrap_or_else(|| panic!("HIR: {} is used before it is assigned", self.describe(version)))
    }

    /// Says what a version is from now on.
    pub(crate) fn bind(&mut self, version: Version, binding: Binding) {
        if !self.code.holdings.current.is_empty() {
            let (local, block) = (self.source.versions[version].local, self.code.block());
            self.code.holdings.set_current(local, Some((version, &binding)), block);
        }
        self.bindings[version] = Some(binding);
    }

    /// Makes versions stand for other values for a while; gives what undoes it.
    pub(crate) fn rebind(
        &mut self,
        bindings: impl Iterator<Item = (Version, Binding)>,
    ) -> Vec<(Version, Binding)> {
        let mut replaced = Vec::new();
        for (version, binding) in bindings {
            let old = self.bindings[version].replace(binding);
            replaced.extend(old.map(|old| (version, old)));
        }
        replaced
    }

    /// Assigns a version.
    pub(crate) fn assign(&mut self, version: Version, operand: Operand) {
        let assigned = self.source.versions[version].maybe_unassigned.then(|| self.code.boolean(true));
        self.bind(version, Binding { operand, assigned });
    }

    /// A version with its variable's name, for messages about contradictions.
    pub(crate) fn describe(&self, version: Version) -> String {
        format!("{version} of `{}` in {}", self.variable_name(version), self.source.name)
    }

    fn variable_name(&self, version: Version) -> &'a str {
        &self.source.locals[self.source.versions[version].local].name
    }

    /// Reads a version; raises where it is not assigned.
    pub(crate) fn read_version(&mut self, version: Version) -> Operand {
        let Binding { operand, assigned } = self.binding(version).clone();
        if let Some(assigned) = assigned {
            let name = self.variable_name(version);
            let message =
                format!("cannot access local variable '{name}' where it is not associated with a value");
            self.code.check(assigned, ExceptionClass::UnboundLocalError, &message);
        }
        operand
    }

    /// Makes `holder` keep the arrays of an operand alive: takes the references of temporaries, adds one for each array borrowed from a version, and
    /// leaves alone what the caller keeps. The result reads as borrowed.
    pub(crate) fn keep(&mut self, operand: &Operand, holder: Holder) -> Operand {
        operand.map_lifetimes(&mut |owner, lifetime| {
            match lifetime {
                Lifetime::Caller => return lifetime,
                Lifetime::Borrowed => {
                    self.code.retain(owner);
                    self.code.hold(owner, holder);
                }
                Lifetime::Temporary => self.code.holdings.take_temporary(owner, holder),
            }
            Lifetime::Borrowed
        })
    }

    /// Releases the references that a value itself holds: nobody takes it.
    pub(crate) fn drop_temporary(&mut self, operand: &Operand) {
        operand.for_each_owner(&mut |owner, lifetime| {
            if lifetime == Lifetime::Temporary {
                self.code.holdings.forget_one(owner, Some(Holder::Temporary));
                self.code.release(owner);
            }
        });
    }

    /// Returns a value: each of its arrays takes a reference to the caller, all others are released.
    pub(crate) fn return_operand(&mut self, operand: &Operand) {
        operand.for_each_owner(&mut |owner, lifetime| {
            let is_moved = match lifetime {
                Lifetime::Caller => false,
                Lifetime::Borrowed => self.code.holdings.forget_one(owner, None),
                Lifetime::Temporary => self.code.holdings.forget_one(owner, Some(Holder::Temporary)),
            };
            if !is_moved {
                self.code.retain(owner);
            }
        });
        self.code.holdings.leave_tries(0);
        self.code.release_where(|_| true);
        let mut results = Vec::new();
        operand.flatten(&mut results);
        self.code.terminate(Terminator::Return(results));
    }

    pub(crate) fn bind_parameters(&mut self) {
        let parameters = self.code.function.parameters().to_vec();
        let mut position = 0;
        for version in &self.source.parameters {
            let operand = self.parameter(self.version_type(*version), &parameters, &mut position);
            self.assign(*version, operand);
        }
    }

    fn parameter(&mut self, ty: &Type, parameters: &[Value], position: &mut usize) -> Operand {
        match ty {
            Type::Scalar(dtype) if dtype.is_complex() => {
                Operand::Complex([(); 2].map(|()| next_parameter(parameters, position)))
            }
            Type::Scalar(_) => Operand::Scalar(next_parameter(parameters, position)),
            Type::Array(array) => {
                let number = *position as u32;
                let descriptor = next_parameter(parameters, position);
                self.array_parameter(*array, descriptor, number)
            }
            Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
                let items: Vec<Operand> =
                    ty.parts().iter().map(|item| self.parameter(item, parameters, position)).collect();
                Operand::tuple(items)
            }
            Type::Optional(value) => {
                let is_present = next_parameter(parameters, position);
                // Where there is none, the descriptors of its arrays hold zeros.
                Operand::Optional(is_present, Rc::new(self.parameter(value, parameters, position)))
            }
            Type::Range => {
                Operand::tuple((0..3).map(|_| Operand::Scalar(next_parameter(parameters, position))))
            }
            Type::Str | Type::Bytes => {
                let mut next = || next_parameter(parameters, position);
                let (owner, data, length) = (next(), next(), next());
                self.lengths.insert(length);
                Operand::Text(TextOperand { owner, data, length, lifetime: Lifetime::Caller })
            }
            Type::List(_) | Type::Generator(_) => {
                let owner = next_parameter(parameters, position);
                Operand::List(ListOperand { owner, lifetime: Lifetime::Caller })
            }
            Type::RandomGenerator => {
                let mut words = [(); 2].map(|()| next_parameter(parameters, position)).into_iter();
                self.code.unflatten(ty, &mut words, Lifetime::Caller)
            }
            Type::None | Type::Dtype(_) | Type::Undefined => Operand::Nothing,
        }
    }

    /// Reads an array's descriptor.
    fn array_parameter(&mut self, ty: ArrayType, descriptor: Value, number: u32) -> Operand {
        let memory = self.code.region(RegionKind::Descriptor);
        let region = self.code.region(RegionKind::Argument(number));
        let ndim = usize::from(ty.ndim);
        let unit = crate::values::unit_axis(ty);
        let mut words = Vec::with_capacity(array_words(ndim));
        for word in 0..array_words(ndim) {
            let machine = if word < 2 { MachineType::Ptr } else { MachineType::I64 };
            let is_unit_stride = unit.is_some_and(|axis| word == 2 + ndim + axis);
            words.push(if is_unit_stride {
                self.code.int64(i64::from(ty.dtype.size_bytes()))
            } else {
                self.code.load(machine, descriptor, 8 * word as i32, memory)
            });
        }
        for length in &words[2..2 + ndim] {
            self.lengths.insert(*length);
        }
        Operand::Array(Rc::new(ArrayOperand {
            owner: words[0],
            data: words[1],
            shape: words[2..2 + ndim].to_vec(),
            strides: words[2 + ndim..].to_vec(),
            region,
            lifetime: Lifetime::Caller,
            descriptor: Some(descriptor),
        }))
    }
}

fn next_parameter(parameters: &[Value], position: &mut usize) -> Value {
    *position += 1;
    parameters[*position - 1]
}

/// Whether a version keeps objects alive that the liveness knows about: all but parameters.
pub(crate) fn is_tracked(function: &hir::Function, version: Version) -> bool {
    has_owners(&function.versions[version].ty) && !function.parameters.contains(&version)
}
