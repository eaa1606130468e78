//! Reads functions and modules: a recursive descent over tokens, then the types that only other instructions tell.

mod draft;
mod inst;
mod terminator;
mod tokens;

use super::ParseError;
use super::lexer::Token;
use crate::{
    Accumulator, Block, BlockData, CalleeData, Constant, Definition, ErrorArgument, ErrorClass, ErrorData,
    ErrorValue, ExceptionClass, FloatFlags, Function, MachineType, Module, Phase, ReductionOp, RegionData,
    RegionKind, SlotData, Stride, Terminator, Value, VectorLoop,
};
use draft::{Draft, Types, fill_gaps};
use hotloop_diagnostics::Span;
use hotloop_index::{Id, IdMap, IdSet};
use hotloop_types::Dtype;
use tokens::{Read, Reader};

pub(super) fn module(text: &str) -> Result<Module, ParseError> {
    let mut reader = Reader::new(text)?;
    let mut functions = vec![reader.function()?];
    while reader.peek() != &Token::End {
        functions.push(reader.function()?);
    }
    Ok(Module { functions })
}

pub(super) fn single_function(text: &str) -> Result<Function, ParseError> {
    let mut reader = Reader::new(text)?;
    let function = reader.function()?;
    match reader.peek() {
        Token::End => Ok(function),
        other => Err(reader.error(format!("one function was expected, then found {other}"))),
    }
}

impl Reader {
    fn function(&mut self) -> Read<Function> {
        self.word("fn")?;
        let mut draft = self.head()?;
        self.sign('{')?;
        self.tables(&mut draft.function)?;
        while !self.eat_sign('}') {
            self.block(&mut draft)?;
        }
        if draft.function.layout.is_empty() && !draft.parameters.is_empty() {
            self.at -= 1;
            return self.expected("the entry block that takes the parameters");
        }
        self.infer_types(&mut draft)?;
        Ok(fill_gaps(draft))
    }

    fn head(&mut self) -> Read<Draft> {
        let mut function = Function::new(self.symbol()?, &[], &[]);
        (function.layout, function.blocks) = (Vec::new(), IdMap::new());
        self.sign('(')?;
        let parameters = self.list(Self::parameter)?;
        function.results = self.results()?;
        if let Some(phase) = Phase::by_name(self.peek_word()) {
            function.phase = phase;
            self.advance();
        }
        while let Some(flag) = FloatFlags::by_name(self.peek_word()) {
            function.float_flags = function.float_flags.with(flag);
            self.advance();
        }
        function.is_parallel_body = self.eat_word("parallel_body");
        function.span = self.span();
        let (places, types, labelled) = (IdMap::new(), Types::default(), IdSet::new());
        Ok(Draft { function, parameters, places, types, labelled })
    }

    fn parameter(&mut self) -> Read<(Value, MachineType)> {
        let value = self.id()?;
        self.sign(':')?;
        Ok((value, self.ty()?))
    }

    fn results(&mut self) -> Read<Vec<MachineType>> {
        if *self.peek() != Token::Arrow {
            return Ok(Vec::new());
        }
        self.advance();
        if self.eat_sign('(') { self.list(Self::ty) } else { Ok(vec![self.ty()?]) }
    }

    fn tables(&mut self, function: &mut Function) -> Read<()> {
        while self.peek_id::<Block>().is_none() && *self.peek() != Token::Sign('}') {
            if self.peek_id::<crate::Region>().is_some() {
                let kind = self.table_row(function.regions.next_id(), Self::region_kind)?;
                function.regions.push(RegionData { kind });
            } else if self.peek_id::<crate::Slot>().is_some() {
                let slot = self.table_row(function.slots.next_id(), Self::slot)?;
                function.slots.push(slot);
            } else if self.peek_id::<crate::ErrorId>().is_some() {
                let error = self.table_row(function.errors.next_id(), Self::error_data)?;
                function.errors.push(error);
            } else if self.peek_id::<crate::Callee>().is_some() {
                let callee = self.table_row(function.callees.next_id(), Self::callee)?;
                function.callees.push(callee);
            } else {
                return self.expected("a block such as `bb0:`, or a region, slot, error or callee");
            }
        }
        Ok(())
    }

    /// A row `id = data`; rows stand in the order of their numbers.
    fn table_row<I: Id + std::fmt::Display, T>(
        &mut self,
        next: I,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        if self.peek_id::<I>() != Some(next) {
            return self.expected(&format!("`{next}`: rows stand in order"));
        }
        self.advance();
        self.sign('=')?;
        read(self)
    }

    fn region_kind(&mut self) -> Read<RegionKind> {
        let numbered = |reader: &mut Self| reader.number("the number of the array");
        if self.eat_word("frame") {
            return Ok(RegionKind::Frame(self.number("the number of the word")?));
        }
        if self.eat_word("argument") {
            return Ok(RegionKind::Argument(numbered(self)?));
        }
        if self.eat_word("allocation") {
            return Ok(RegionKind::Allocation(numbered(self)?));
        }
        self.named("a kind of region", |word| match word {
            "descriptor" => Some(RegionKind::Descriptor),
            "stack" => Some(RegionKind::Stack),
            "unknown" => Some(RegionKind::Unknown),
            "text" => Some(RegionKind::Text),
            "list" => Some(RegionKind::List),
            "items" => Some(RegionKind::Items),
            _ => None,
        })
    }

    fn slot(&mut self) -> Read<SlotData> {
        let size_bytes = self.number("the size of the slot")?;
        self.word("bytes")?;
        Ok(SlotData { size_bytes })
    }

    fn error_data(&mut self) -> Read<ErrorData> {
        let class = self.error_class()?;
        if self.eat_sign('(') {
            return Ok(ErrorData { class, arguments: self.list(Self::error_argument)? });
        }
        let message = self.quoted("the message in quotes, or arguments in parentheses")?;
        Ok(ErrorData { class, arguments: ErrorArgument::message(&message) })
    }

    fn error_class(&mut self) -> Read<ErrorClass> {
        if !self.eat_word("class") {
            return Ok(self.named("an exception class", ExceptionClass::by_name)?.into());
        }
        let identity = self.quoted("the identity of the class in quotes")?;
        let own_text = self.eat_word("own_text");
        self.sign('(')?;
        Ok(ErrorClass::user(identity, self.list(Self::error_class)?).with_own_text(own_text))
    }

    fn error_argument(&mut self) -> Read<ErrorArgument> {
        if self.eat_sign('(') {
            return Ok(ErrorArgument::Tuple(self.list(Self::error_argument)?));
        }
        if self.eat_word("message") {
            return Ok(ErrorArgument::Message(self.quoted("the message in quotes")?));
        }
        if self.eat_word("text") {
            return Ok(ErrorArgument::Text(self.position("the number of a string")?));
        }
        if let Some(dtype) = Dtype::by_name(self.peek_word()) {
            self.advance();
            return Ok(ErrorArgument::Word(dtype, self.position("the number of a word")?));
        }
        Ok(ErrorArgument::Constant(self.error_value()?))
    }

    fn position(&mut self, what: &'static str) -> Read<u32> {
        self.sign('{')?;
        let position = self.number(what)?;
        self.sign('}')?;
        Ok(position)
    }

    fn error_value(&mut self) -> Read<ErrorValue> {
        const WHAT: &str = "an argument of the exception";
        match self.peek().clone() {
            Token::Text(_) => Ok(ErrorValue::Str(self.quoted(WHAT)?)),
            Token::Number(_) => Ok(ErrorValue::Int(self.number(WHAT)?)),
            _ if self.eat_word("fconst") => Ok(ErrorValue::Float(self.float_bits(WHAT)?)),
            _ if self.eat_word("complex") => {
                let mut part = || {
                    if self.eat_word("fconst") { self.float_bits(WHAT) } else { self.expected(WHAT) }
                };
                Ok(ErrorValue::Complex(part()?, part()?))
            }
            _ => self.named(WHAT, |word| match word {
                "none" => Some(ErrorValue::None),
                "true" => Some(ErrorValue::Bool(true)),
                "false" => Some(ErrorValue::Bool(false)),
                _ => None,
            }),
        }
    }

    fn float_bits(&mut self, what: &str) -> Read<u64> {
        match self.float(false)? {
            Constant::F64(bits) => Ok(bits),
            Constant::F32(_) | Constant::Int(..) => self.expected(what),
        }
    }

    fn callee(&mut self) -> Read<CalleeData> {
        let symbol = self.symbol()?;
        self.sign('(')?;
        let (parameters, results) = (self.list(Self::ty)?, self.results()?);
        Ok(CalleeData { symbol, parameters, results, is_placeless: self.eat_word("placeless") })
    }

    fn block(&mut self, draft: &mut Draft) -> Read<()> {
        let block: Block = self.id()?;
        if !draft.labelled.insert(block) {
            self.at -= 1;
            return Err(self.error(format!("{block} stands here a second time")));
        }
        mention_block(&mut draft.function, block);
        let parameters = if draft.function.layout.is_empty() {
            draft.parameters.clone()
        } else if self.eat_sign('(') {
            self.list(Self::parameter)?
        } else {
            Vec::new()
        };
        draft.function.layout.push(block);
        self.define_parameters(draft, block, &parameters)?;
        draft.function.blocks[block].is_cold = self.eat_word("cold");
        if self.eat_word("unwind") {
            draft.function.blocks[block].unwind = Some(self.id()?);
        }
        if self.eat_word("vector") {
            let vector = self.vector_loop()?;
            vector.for_each_value(|value| draft.types.mention(value));
            draft.function.blocks[block].vector = Some(vector);
        }
        self.sign(':')?;
        while !self.terminator(draft, block)? {
            self.instruction(draft, block)?;
        }
        Ok(())
    }

    fn vector_loop(&mut self) -> Read<VectorLoop> {
        let variable = self.id()?;
        let goes_down = self.eat_word("above");
        if !goes_down {
            self.word("below")?;
        }
        let limit = self.id()?;
        let condition = if self.eat_word("when") { Some(self.id()?) } else { None };
        let (mut accumulators, mut strides) = (Vec::new(), Vec::new());
        while self.eat_sign(',') {
            if self.eat_word("stride") {
                strides.push(self.stride()?);
                continue;
            }
            self.word("reduce")?;
            let op = self.named("a reduction", ReductionOp::by_name)?;
            accumulators.push(Accumulator { op, parameter: self.id()? });
        }
        Ok(VectorLoop { variable, goes_down, limit, condition, accumulators, strides })
    }

    fn stride(&mut self) -> Read<Stride> {
        let address = self.id()?;
        self.word("by")?;
        let step_bytes = self.number("a number of bytes")?;
        let (base, offset) = if self.eat_word("from") { self.place()? } else { (address, 0) };
        Ok(Stride { address, step_bytes, base, offset })
    }

    fn define_parameters(
        &mut self,
        draft: &mut Draft,
        block: Block,
        parameters: &[(Value, MachineType)],
    ) -> Read<()> {
        for (position, (value, ty)) in parameters.iter().enumerate() {
            let definition = Definition::Parameter(block, position as u32);
            if !draft.types.define(*value, definition, Some(*ty)) {
                return Err(self.error(format!("{value} is defined a second time")));
            }
            draft.function.blocks[block].parameters.push(*value);
        }
        Ok(())
    }
}

/// Makes sure that a block is in the table.
fn mention_block(function: &mut Function, block: Block) {
    while function.blocks.len() <= block.index() {
        function.blocks.push(BlockData {
            parameters: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
            terminator_span: Span::NONE,
            unwind: None,
            is_cold: false,
            vector: None,
        });
    }
}
