//! Reads functions and modules: a recursive descent over tokens, then the types that only other instructions tell.

use super::lexer::{Placed, Token, tokens};
use super::{MAX_ID, ParseError};
use crate::{
    BinaryOp, Block, BlockCall, BlockData, CalleeData, Constant, ConvertOp, Definition, ErrorData,
    ExceptionClass, FloatCompare, FloatFlags, Function, Inst, InstData, InstKind, IntCompare, MachineType,
    Module, ParFor, Phase, Reduction, ReductionOp, RegionData, RegionKind, RuntimeFunction, SlotData,
    Terminator, UnaryOp, Value, ValueData,
};
use hotloop_diagnostics::{FileId, Span};
use hotloop_index::{Id, IdMap, IdSet, parse_id};

pub(super) fn module(text: &str) -> Result<Module, ParseError> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0 };
    let mut functions = vec![reader.function()?];
    while reader.peek() != &Token::End {
        functions.push(reader.function()?);
    }
    Ok(Module { functions })
}

pub(super) fn single_function(text: &str) -> Result<Function, ParseError> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0 };
    let function = reader.function()?;
    match reader.peek() {
        Token::End => Ok(function),
        other => Err(reader.error(format!("one function was expected, then found {other}"))),
    }
}

/// The tokens and how far they are read.
struct Reader {
    tokens: Vec<Placed>,
    at: usize,
}

type Read<T> = Result<T, ParseError>;

// Tokens.
impl Reader {
    fn placed(&self) -> &Placed {
        &self.tokens[self.at]
    }

    fn peek(&self) -> &Token {
        &self.placed().token
    }

    /// Goes on to the next token; the last one stays.
    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn error(&self, message: impl Into<String>) -> ParseError {
        self.placed().error(message)
    }

    fn expected<T>(&self, what: &str) -> Read<T> {
        Err(self.error(format!("expected {what}, found {}", self.peek())))
    }

    fn eat_sign(&mut self, sign: char) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    fn sign(&mut self, sign: char) -> Read<()> {
        if self.eat_sign(sign) { Ok(()) } else { self.expected(&format!("`{sign}`")) }
    }

    fn peek_word(&self) -> &str {
        if let Token::Word(word) = self.peek() { word } else { "" }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == word;
        if found {
            self.advance();
        }
        found
    }

    fn word(&mut self, word: &str) -> Read<()> {
        if self.eat_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    /// A word that means something, found by `meaning`.
    fn named<T>(&mut self, what: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        match meaning(self.peek_word()) {
            Some(value) => {
                self.advance();
                Ok(value)
            }
            None => self.expected(what),
        }
    }

    fn id<I: Id>(&mut self) -> Read<I> {
        let id: I = self.named(&format!("`{}0` or another number", I::PREFIX), |word| parse_id(word).ok())?;
        if id.index() > MAX_ID {
            self.at -= 1;
            return Err(self.error(format!("an id has at most the number {MAX_ID}")));
        }
        Ok(id)
    }

    fn peek_id<I: Id>(&self) -> Option<I> {
        parse_id(self.peek_word()).ok()
    }

    fn ty(&mut self) -> Read<MachineType> {
        self.named("a type", machine_type)
    }

    fn symbol(&mut self) -> Read<String> {
        let Token::Symbol(name) = self.peek() else { return self.expected("a symbol such as `@name`") };
        let name = name.clone();
        self.advance();
        Ok(name)
    }

    fn number<T: std::str::FromStr>(&mut self, what: &str) -> Read<T> {
        let Token::Number(digits) = self.peek() else { return self.expected(what) };
        let Ok(number) = digits.parse() else { return self.expected(what) };
        self.advance();
        Ok(number)
    }

    fn bits(&mut self) -> Read<u64> {
        const WHAT: &str = "the bits of the nan, such as `0x7ff8000000000000`";
        let Token::Number(digits) = self.peek() else { return self.expected(WHAT) };
        match digits.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            Some(bits) => {
                self.advance();
                Ok(bits)
            }
            None => self.expected(WHAT),
        }
    }

    fn span(&mut self) -> Span {
        let Token::Span(file, start, end) = *self.peek() else { return Span::NONE };
        self.advance();
        Span::new(FileId::from_number(file), start, end)
    }

    /// What stands between commas, behind an opening parenthesis, up to the closing one.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        while !self.eat_sign(')') {
            if !items.is_empty() {
                self.sign(',')?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn values_in_parentheses(&mut self) -> Read<Vec<Value>> {
        self.sign('(')?;
        self.list(Self::id)
    }

    /// Values with commas between them, perhaps none.
    fn bare_values(&mut self) -> Read<Vec<Value>> {
        let mut values = Vec::new();
        if self.peek_id::<Value>().is_some() {
            values.push(self.id()?);
            while self.eat_sign(',') {
                values.push(self.id()?);
            }
        }
        Ok(values)
    }
}

/// A function as far as it is read.
struct Draft {
    function: Function,
    parameters: Vec<(Value, MachineType)>,
    /// Where each instruction stands in the text, for messages.
    places: IdMap<Inst, usize>,
    types: Types,
    labelled: IdSet<Block>,
}

/// The types of the values that the text defines.
#[derive(Default)]
struct Types {
    defined: IdMap<Value, Option<(Definition, Option<MachineType>)>>,
}

impl Types {
    /// Makes room for a value that is named.
    fn mention(&mut self, value: Value) {
        while self.defined.len() <= value.index() {
            self.defined.push(None);
        }
    }

    /// Notes a definition; false if there is one already.
    fn define(&mut self, value: Value, definition: Definition, ty: Option<MachineType>) -> bool {
        self.mention(value);
        self.defined[value].replace((definition, ty)).is_none()
    }

    /// The type of a value; one that is used but nowhere defined counts as an `i64`.
    fn of(&self, value: Value) -> Option<MachineType> {
        match self.defined.get(value) {
            Some(Some((_, ty))) => *ty,
            Some(None) | None => Some(MachineType::I64),
        }
    }
}

// Functions and blocks.
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
                self.table_row(&mut function.regions, |reader| {
                    Ok(RegionData { kind: reader.region_kind()? })
                })?;
            } else if self.peek_id::<crate::Slot>().is_some() {
                self.table_row(&mut function.slots, Self::slot)?;
            } else if self.peek_id::<crate::ErrorId>().is_some() {
                self.table_row(&mut function.errors, Self::error_data)?;
            } else if self.peek_id::<crate::Callee>().is_some() {
                self.table_row(&mut function.callees, Self::callee)?;
            } else {
                return self.expected("a block such as `bb0:`, or a region, slot, error or callee");
            }
        }
        Ok(())
    }

    /// A row `id = data`; rows stand in the order of their numbers.
    fn table_row<I: Id + std::fmt::Display, T>(
        &mut self,
        table: &mut IdMap<I, T>,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<()> {
        if self.peek_id::<I>() != Some(table.next_id()) {
            return self.expected(&format!("`{}`: rows stand in order", table.next_id()));
        }
        self.advance();
        self.sign('=')?;
        let row = read(self)?;
        table.push(row);
        Ok(())
    }

    fn region_kind(&mut self) -> Read<RegionKind> {
        let numbered = |reader: &mut Self| reader.number("the number of the array");
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
            _ => None,
        })
    }

    fn slot(&mut self) -> Read<SlotData> {
        let size_bytes = self.number("the size of the slot")?;
        self.word("bytes")?;
        Ok(SlotData { size_bytes })
    }

    fn error_data(&mut self) -> Read<ErrorData> {
        let class = self.named("an exception class", ExceptionClass::by_name)?;
        let Token::Text(message) = self.peek() else { return self.expected("the message in quotes") };
        let message = message.clone();
        self.advance();
        Ok(ErrorData { class, message })
    }

    fn callee(&mut self) -> Read<CalleeData> {
        let symbol = self.symbol()?;
        self.sign('(')?;
        Ok(CalleeData { symbol, parameters: self.list(Self::ty)?, results: self.results()? })
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
        if self.eat_word("unwind") {
            draft.function.blocks[block].unwind = Some(self.id()?);
        }
        self.sign(':')?;
        while !self.terminator(draft, block)? {
            self.instruction(draft, block)?;
        }
        Ok(())
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

// Instructions.
impl Reader {
    fn instruction(&mut self, draft: &mut Draft, block: Block) -> Read<()> {
        let place = self.at;
        let inst = draft.function.insts.next_id();
        let results = self.result_list(draft, inst)?;
        let kind = self.kind()?;
        kind.for_each_operand(|value| draft.types.mention(value));
        let span = self.span();
        draft.function.insts.push(InstData { kind, results, span });
        draft.places.push(place);
        draft.function.blocks[block].insts.push(inst);
        Ok(())
    }

    /// `v1, v2: i64 =`, or nothing.
    fn result_list(&mut self, draft: &mut Draft, inst: Inst) -> Read<Vec<Value>> {
        let mut results = Vec::new();
        if self.peek_id::<Value>().is_none() {
            return Ok(results);
        }
        loop {
            let value = self.id()?;
            let ty = if self.eat_sign(':') { Some(self.ty()?) } else { None };
            if !draft.types.define(value, Definition::Result(inst, results.len() as u32), ty) {
                return Err(self.error(format!("{value} is defined a second time")));
            }
            results.push(value);
            if !self.eat_sign(',') {
                self.sign('=')?;
                return Ok(results);
            }
        }
    }

    fn kind(&mut self) -> Read<InstKind> {
        let word = self.peek_word().to_owned();
        let (name, suffix) = match word.split_once('.') {
            Some((name, suffix)) => (name, Some(suffix)),
            None => (word.as_str(), None),
        };
        let Some(form) = Form::by_name(name) else { return self.expected("an instruction") };
        let ty = match suffix {
            Some(suffix) => match machine_type(suffix).filter(|ty| form.takes_type(*ty)) {
                Some(ty) => Some(ty),
                None => return self.expected("an instruction"),
            },
            None => None,
        };
        if ty.is_none() && form.needs_type() {
            return self.expected(&format!("a type behind the name, as in `{name}.f64`"));
        }
        self.advance();
        self.operands(form, ty.unwrap_or(MachineType::I64))
    }

    fn operands(&mut self, form: Form, ty: MachineType) -> Read<InstKind> {
        match form {
            Form::IntConst => Ok(InstKind::Const(Constant::Int(ty, self.number("an integer")?))),
            Form::FloatConst => self.float_constant(ty),
            Form::Unary(op) => Ok(InstKind::Unary(op, self.id()?)),
            Form::Binary(op) => Ok(InstKind::Binary(op, self.id()?, self.next_value()?)),
            Form::IntCompare => {
                let op = self.named("a comparison", IntCompare::by_name)?;
                Ok(InstKind::IntCompare(op, self.id()?, self.next_value()?))
            }
            Form::FloatCompare => {
                let op = self.named("a comparison", FloatCompare::by_name)?;
                Ok(InstKind::FloatCompare(op, self.id()?, self.next_value()?))
            }
            Form::Select => {
                let (condition, then) = (self.id()?, self.next_value()?);
                Ok(InstKind::Select { condition, then, otherwise: self.next_value()? })
            }
            Form::Convert(op) => Ok(InstKind::Convert(op, self.id()?, ty)),
            Form::PtrAdd => Ok(InstKind::PtrAdd { base: self.id()?, offset: self.next_value()? }),
            Form::Load => {
                let (address, offset) = self.address()?;
                Ok(InstKind::Load { ty, address, offset, region: self.id()? })
            }
            Form::Store => {
                let value = self.id()?;
                self.sign(',')?;
                let (address, offset) = self.address()?;
                Ok(InstKind::Store { value, address, offset, region: self.id()? })
            }
            Form::SlotAddress => Ok(InstKind::SlotAddress(self.id()?)),
            Form::CheckBounds => self.check_bounds(),
            Form::Check => {
                let condition = self.id()?;
                self.sign(',')?;
                Ok(InstKind::Check { condition, error: self.id()? })
            }
            Form::Call => Ok(InstKind::Call { callee: self.id()?, arguments: self.values_in_parentheses()? }),
            Form::CallRuntime => {
                let function = self.named("a runtime function", RuntimeFunction::by_symbol)?;
                Ok(InstKind::CallRuntime { function, arguments: self.values_in_parentheses()? })
            }
            Form::FunctionAddress => Ok(InstKind::FunctionAddress(self.id()?)),
            Form::Safepoint => Ok(InstKind::Safepoint),
            Form::CheckStack => Ok(InstKind::CheckStack),
        }
    }

    fn next_value(&mut self) -> Read<Value> {
        self.sign(',')?;
        self.id()
    }

    /// A float; without a type behind the name it is an `f64`.
    fn float_constant(&mut self, ty: MachineType) -> Read<InstKind> {
        let is_f32 = ty == MachineType::F32;
        let negative = *self.peek() == Token::Sign('-');
        if negative {
            self.advance();
        }
        let sign = if negative { -1.0 } else { 1.0 };
        let wide = if self.eat_word("inf") {
            sign * f64::INFINITY
        } else if !negative && self.eat_word("nan") {
            let bits = self.bits()?;
            let narrow = u32::try_from(bits).map(Constant::F32);
            let constant = if is_f32 { narrow } else { Ok(Constant::F64(bits)) };
            return constant.map(InstKind::Const).map_err(|_| self.error("an f32 has 32 bits"));
        } else if is_f32 {
            let narrow: f32 = self.number("a float")?;
            return Ok(InstKind::Const(Constant::F32(narrow.to_bits())));
        } else {
            self.number("a float")?
        };
        let constant =
            if is_f32 { Constant::F32((wide as f32).to_bits()) } else { Constant::F64(wide.to_bits()) };
        Ok(InstKind::Const(constant))
    }

    /// `v1 + 8,` with the comma.
    fn address(&mut self) -> Read<(Value, i32)> {
        let address = self.id()?;
        let negative = *self.peek() == Token::Sign('-');
        let offset = if negative || *self.peek() == Token::Sign('+') {
            self.advance();
            let bytes: i64 = self.number("an offset in bytes")?;
            let signed = if negative { bytes.wrapping_neg() } else { bytes };
            i32::try_from(signed).map_err(|_| self.error("an offset has 32 bits"))?
        } else {
            0
        };
        self.sign(',')?;
        Ok((address, offset))
    }

    fn check_bounds(&mut self) -> Read<InstKind> {
        let (index, length) = (self.id()?, self.next_value()?);
        self.sign(',')?;
        self.word("axis")?;
        let axis = self.number("the number of the axis")?;
        let wrap = self.eat_sign(',');
        if wrap {
            self.word("wrap")?;
        }
        Ok(InstKind::CheckBounds { index, length, axis, wrap })
    }
}

// Terminators.
impl Reader {
    /// Reads the block's terminator if one stands here.
    fn terminator(&mut self, draft: &mut Draft, block: Block) -> Read<bool> {
        let Some(form) = TerminatorForm::by_name(self.peek_word()) else { return Ok(false) };
        self.advance();
        let terminator = self.terminator_operands(form)?;
        terminator.for_each_operand(|value| draft.types.mention(value));
        let data = &mut draft.function.blocks[block];
        data.terminator = terminator;
        data.terminator_span = self.span();
        Ok(true)
    }

    fn terminator_operands(&mut self, form: TerminatorForm) -> Read<Terminator> {
        match form {
            TerminatorForm::Jump => Ok(Terminator::Jump(self.target()?)),
            TerminatorForm::Branch => {
                let condition = self.id()?;
                self.sign(',')?;
                let then = self.target()?;
                self.sign(',')?;
                Ok(Terminator::Branch { condition, then, otherwise: self.target()? })
            }
            TerminatorForm::Return => Ok(Terminator::Return(self.bare_values()?)),
            TerminatorForm::Raise => {
                let error = self.id()?;
                let payload = if self.eat_sign('(') { self.list(Self::id)? } else { Vec::new() };
                Ok(Terminator::Raise { error, payload })
            }
            TerminatorForm::Reraise => Ok(Terminator::Reraise),
            TerminatorForm::ParFor => self.par_for(),
            TerminatorForm::ParYield => Ok(Terminator::ParYield(self.bare_values()?)),
            TerminatorForm::Unreachable => Ok(Terminator::Unreachable),
        }
    }

    fn target(&mut self) -> Read<BlockCall> {
        let block = self.id()?;
        let arguments = if self.eat_sign('(') { self.list(Self::id)? } else { Vec::new() };
        Ok(BlockCall::new(block, arguments))
    }

    fn par_for(&mut self) -> Read<Terminator> {
        let count = self.id()?;
        self.sign(',')?;
        self.word("body")?;
        let body = self.id()?;
        self.sign(',')?;
        self.word("exit")?;
        let exit = self.id()?;
        let mut reductions = Vec::new();
        while self.eat_sign(',') {
            self.word("reduce")?;
            let op = self.named("a reduction", ReductionOp::by_name)?;
            reductions.push(Reduction { op, initial: self.id()? });
        }
        Ok(Terminator::ParFor(ParFor { count, body, reductions, exit }))
    }

    /// Finds the types of results from their instructions, as often as that tells something new: a definition may stand
    /// behind its use.
    fn infer_types(&mut self, draft: &mut Draft) -> Read<()> {
        let mut open: Vec<(Inst, usize)> = Vec::new();
        for (inst, data) in draft.function.insts.iter() {
            open.extend((0..data.results.len()).map(|position| (inst, position)));
        }
        open.retain(|(inst, position)| {
            draft.types.of(draft.function.insts[*inst].results[*position]).is_none()
        });
        loop {
            let before = open.len();
            open.retain(|(inst, position)| {
                let data = &draft.function.insts[*inst];
                if draft.types.of(data.results[*position]).is_some() {
                    return false;
                }
                let ty =
                    data.kind.result_type(*position, |value| draft.types.of(value), &draft.function.callees);
                if let Some((_, known)) = &mut draft.types.defined[data.results[*position]] {
                    *known = ty;
                }
                ty.is_none()
            });
            let Some((inst, position)) = open.first() else { return Ok(()) };
            if open.len() == before {
                let value = draft.function.insts[*inst].results[*position];
                self.at = draft.places[*inst];
                return Err(
                    self.error(format!("nothing tells the type of {value}; write `{value}: <type> =`"))
                );
            }
        }
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
        });
    }
}

/// Sets up the table of values. A number that the text does not define gets an instruction that stands in no block.
fn fill_gaps(draft: Draft) -> Function {
    let Draft { mut function, types, .. } = draft;
    for (value, defined) in types.defined.iter() {
        let data = match defined {
            Some((definition, ty)) => {
                ValueData { ty: ty.expect("types were inferred"), definition: *definition }
            }
            None => {
                let kind = InstKind::Const(Constant::Int(MachineType::I64, 0));
                let inst = function.insts.push(InstData { kind, results: vec![value], span: Span::NONE });
                ValueData { ty: MachineType::I64, definition: Definition::Result(inst, 0) }
            }
        };
        function.values.push(data);
    }
    function
}

fn machine_type(name: &str) -> Option<MachineType> {
    MachineType::ALL.iter().copied().find(|ty| ty.name() == name)
}

/// What stands behind the name of an instruction.
#[derive(Clone, Copy)]
enum Form {
    IntConst,
    FloatConst,
    Unary(UnaryOp),
    Binary(BinaryOp),
    IntCompare,
    FloatCompare,
    Select,
    Convert(ConvertOp),
    PtrAdd,
    Load,
    Store,
    SlotAddress,
    CheckBounds,
    Check,
    Call,
    CallRuntime,
    FunctionAddress,
    Safepoint,
    CheckStack,
}

impl Form {
    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "iconst" => Self::IntConst,
            "fconst" => Self::FloatConst,
            "icmp" => Self::IntCompare,
            "fcmp" => Self::FloatCompare,
            "select" => Self::Select,
            "ptr_add" => Self::PtrAdd,
            "load" => Self::Load,
            "store" => Self::Store,
            "slot_address" => Self::SlotAddress,
            "check_bounds" => Self::CheckBounds,
            "check" => Self::Check,
            "call" => Self::Call,
            "call_runtime" => Self::CallRuntime,
            "function_address" => Self::FunctionAddress,
            "safepoint" => Self::Safepoint,
            "check_stack" => Self::CheckStack,
            other => {
                let unary = || UnaryOp::by_name(other).map(Self::Unary);
                let binary = || BinaryOp::by_name(other).map(Self::Binary);
                let convert = || ConvertOp::by_name(other).map(Self::Convert);
                return unary().or_else(binary).or_else(convert);
            }
        })
    }

    fn takes_type(self, ty: MachineType) -> bool {
        match self {
            Self::IntConst | Self::Load | Self::Convert(_) => true,
            Self::FloatConst => ty.is_float(),
            _ => false,
        }
    }

    fn needs_type(self) -> bool {
        matches!(self, Self::Load | Self::Convert(_))
    }
}

/// The names of terminators.
#[derive(Clone, Copy)]
enum TerminatorForm {
    Jump,
    Branch,
    Return,
    Raise,
    Reraise,
    ParFor,
    ParYield,
    Unreachable,
}

impl TerminatorForm {
    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "jump" => Self::Jump,
            "branch" => Self::Branch,
            "return" => Self::Return,
            "raise" => Self::Raise,
            "reraise" => Self::Reraise,
            "par_for" => Self::ParFor,
            "par_yield" => Self::ParYield,
            "unreachable" => Self::Unreachable,
            _ => return None,
        })
    }
}
