//! Reads instructions.

use super::super::lexer::Token;
use super::draft::Draft;
use super::tokens::{Read, Reader, machine_type};
use crate::{
    BinaryOp, Block, CheckedAxis, Constant, ConvertOp, Definition, FloatCompare, Inst, InstData, InstKind,
    IntCompare, MachineType, RuntimeFunction, TernaryOp, UnaryOp, Value,
};

impl Reader {
    pub(super) fn instruction(&mut self, draft: &mut Draft, block: Block) -> Read<()> {
        let place = self.at;
        let inst = draft.function.insts.next_id();
        let results = self.result_list(draft, inst)?.into_iter().collect();
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
        let kind = self.operands(form, ty.unwrap_or(MachineType::I64))?;
        if !form.takes_condition() || !self.eat_word("when") {
            return Ok(kind);
        }
        Ok(InstKind::When { condition: self.id()?, access: Box::new(kind) })
    }

    fn operands(&mut self, form: Form, ty: MachineType) -> Read<InstKind> {
        match form {
            Form::IntConst => Ok(InstKind::Const(Constant::Int(ty, self.number("an integer")?))),
            Form::FloatConst => Ok(InstKind::Const(self.float(ty == MachineType::F32)?)),
            Form::Unary(op) => Ok(InstKind::Unary(op, self.id()?)),
            Form::Binary(op) => Ok(InstKind::Binary(op, self.id()?, self.next_value()?)),
            Form::Ternary(op) => {
                Ok(InstKind::Ternary(op, self.id()?, self.next_value()?, self.next_value()?))
            }
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
            Form::Data => self.data(),
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
            Form::ErrorIs => Ok(InstKind::ErrorIs(self.id()?)),
            Form::Catch => Ok(InstKind::Catch),
        }
    }

    /// Bytes as hexadecimal digits in quotes.
    fn data(&mut self) -> Read<InstKind> {
        let Token::Text(digits) = self.peek().clone() else { return self.expected("bytes in quotes") };
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok().filter(|_| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        let Some(bytes) = bytes else { return self.expected("two hexadecimal digits a byte") };
        self.advance();
        Ok(InstKind::Data(bytes.into()))
    }

    fn next_value(&mut self) -> Read<Value> {
        self.sign(',')?;
        self.id()
    }

    /// A float; without a type behind the name it is an `f64`.
    pub(super) fn float(&mut self, is_f32: bool) -> Read<Constant> {
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
            return constant.map_err(|_| self.error("an f32 has 32 bits"));
        } else if is_f32 {
            let narrow: f32 = self.number("a float")?;
            return Ok(Constant::F32(narrow.to_bits()));
        } else {
            self.number("a float")?
        };
        Ok(if is_f32 { Constant::F32((wide as f32).to_bits()) } else { Constant::F64(wide.to_bits()) })
    }

    /// `v1 + 8,` with the comma.
    fn address(&mut self) -> Read<(Value, i32)> {
        let place = self.place()?;
        self.sign(',')?;
        Ok(place)
    }

    /// An address and what is added to it.
    pub(super) fn place(&mut self) -> Read<(Value, i32)> {
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
        Ok((address, offset))
    }

    fn check_bounds(&mut self) -> Read<InstKind> {
        let (index, length) = (self.id()?, self.next_value()?);
        self.sign(',')?;
        let sequence = CheckedAxis::ALL.iter().find(|axis| self.eat_word(axis.name()));
        let axis = match sequence {
            Some(sequence) => sequence.number(),
            None => {
                self.word("axis")?;
                self.number("the number of the axis")?
            }
        };
        let wrap = self.eat_sign(',');
        if wrap {
            self.word("wrap")?;
        }
        Ok(InstKind::CheckBounds { index, length, axis, wrap })
    }
}

/// What stands behind the name of an instruction.
#[derive(Clone, Copy)]
enum Form {
    IntConst,
    FloatConst,
    Unary(UnaryOp),
    Binary(BinaryOp),
    Ternary(TernaryOp),
    IntCompare,
    FloatCompare,
    Select,
    Convert(ConvertOp),
    PtrAdd,
    Load,
    Store,
    SlotAddress,
    Data,
    CheckBounds,
    Check,
    Call,
    CallRuntime,
    FunctionAddress,
    Safepoint,
    CheckStack,
    ErrorIs,
    Catch,
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
            "data" => Self::Data,
            "check_bounds" => Self::CheckBounds,
            "check" => Self::Check,
            "call" => Self::Call,
            "call_runtime" => Self::CallRuntime,
            "function_address" => Self::FunctionAddress,
            "safepoint" => Self::Safepoint,
            "check_stack" => Self::CheckStack,
            "error_is" => Self::ErrorIs,
            "catch" => Self::Catch,
            other => {
                let unary = || UnaryOp::by_name(other).map(Self::Unary);
                let binary = || BinaryOp::by_name(other).map(Self::Binary);
                let ternary = || TernaryOp::by_name(other).map(Self::Ternary);
                let convert = || ConvertOp::by_name(other).map(Self::Convert);
                return unary().or_else(binary).or_else(ternary).or_else(convert);
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

    fn takes_condition(self) -> bool {
        matches!(self, Self::Load | Self::Store | Self::CheckBounds)
    }

    fn needs_type(self) -> bool {
        matches!(self, Self::Load | Self::Convert(_))
    }
}
