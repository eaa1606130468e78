//! Prints functions and modules. Any function can be printed, also one that the verifier refuses.

use super::lexer::is_symbol;
use crate::{
    Block, BlockCall, BlockData, CheckedAxis, Constant, ErrorArgument, ErrorClass, ErrorValue, FloatFlags,
    Function, InstData, InstKind, MachineType, Module, RegionKind, Stride, Terminator, Value, VectorLoop,
};
use hotloop_diagnostics::Span;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, function) in self.functions.iter().enumerate() {
            if position != 0 {
                writeln!(f)?;
            }
            function.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { function: self, spans: f.alternate(), f };
        printer.head()?;
        printer.tables()?;
        for (position, block) in self.layout.iter().enumerate() {
            printer.block(*block, position == 0)?;
        }
        printer.f.write_str("}\n")
    }
}

impl Display for Terminator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_terminator(f, self)
    }
}

impl Display for InstKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_inst(f, self)
    }
}

struct Printer<'a, 'f> {
    function: &'a Function,
    spans: bool,
    f: &'a mut Formatter<'f>,
}

impl Printer<'_, '_> {
    fn head(&mut self) -> fmt::Result {
        let function = self.function;
        write!(self.f, "fn {}", SymbolName(&function.name))?;
        let entry = function.layout.first().and_then(|entry| function.blocks.get(*entry));
        self.f.write_char('(')?;
        self.parameters(entry.map_or(&[], |entry| &entry.parameters))?;
        self.f.write_char(')')?;
        write_results(self.f, &function.results)?;
        write!(self.f, " {}", function.phase.name())?;
        self.float_flags(function.float_flags)?;
        if function.is_parallel_body {
            self.f.write_str(" parallel_body")?;
        }
        self.span(function.span)?;
        self.f.write_str(" {\n")
    }

    fn float_flags(&mut self, flags: FloatFlags) -> fmt::Result {
        if flags == FloatFlags::FAST {
            return self.f.write_str(" fast");
        }
        let single = FloatFlags::NAMES.iter().filter(|(_, flag)| *flag != FloatFlags::FAST);
        for (name, _) in single.filter(|(_, flag)| flags.contains(*flag)) {
            write!(self.f, " {name}")?;
        }
        Ok(())
    }

    fn parameters(&mut self, parameters: &[Value]) -> fmt::Result {
        for (position, parameter) in parameters.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            let ty = self.function.values.get(*parameter).map_or(MachineType::I64, |data| data.ty);
            write!(self.f, "{separator}{parameter}: {ty}")?;
        }
        Ok(())
    }

    fn tables(&mut self) -> fmt::Result {
        let function = self.function;
        for (region, data) in function.regions.iter() {
            writeln!(self.f, "    {region} = {}", RegionName(data.kind))?;
        }
        for (slot, data) in function.slots.iter() {
            writeln!(self.f, "    {slot} = {} bytes", data.size_bytes)?;
        }
        for (error, data) in function.errors.iter() {
            write!(self.f, "    {error} = ")?;
            write_class(self.f, &data.class)?;
            write_arguments(self.f, &data.arguments)?;
            self.f.write_char('\n')?;
        }
        for (callee, data) in function.callees.iter() {
            write!(self.f, "    {callee} = {}({})", SymbolName(&data.symbol), List(&data.parameters))?;
            write_results(self.f, &data.results)?;
            if data.is_placeless {
                self.f.write_str(" placeless")?;
            }
            self.f.write_char('\n')?;
        }
        Ok(())
    }

    fn block(&mut self, block: Block, is_entry: bool) -> fmt::Result {
        write!(self.f, "{block}")?;
        let Some(data) = self.function.blocks.get(block) else { return self.f.write_str(":\n") };
        if !is_entry && !data.parameters.is_empty() {
            self.f.write_char('(')?;
            self.parameters(&data.parameters)?;
            self.f.write_char(')')?;
        }
        if data.is_cold {
            self.f.write_str(" cold")?;
        }
        if let Some(target) = data.unwind {
            write!(self.f, " unwind {target}")?;
        }
        if let Some(vector) = &data.vector {
            write_vector(self.f, vector)?;
        }
        self.f.write_str(":\n")?;
        self.instructions(data)?;
        self.f.write_str("    ")?;
        write_terminator(self.f, &data.terminator)?;
        self.span(data.terminator_span)?;
        self.f.write_char('\n')
    }

    fn instructions(&mut self, block: &BlockData) -> fmt::Result {
        for inst in &block.insts {
            self.f.write_str("    ")?;
            match self.function.insts.get(*inst) {
                Some(data) => self.instruction(data)?,
                None => write!(self.f, "; no {inst}")?,
            }
            self.f.write_char('\n')?;
        }
        Ok(())
    }

    fn instruction(&mut self, data: &InstData) -> fmt::Result {
        for (position, result) in data.results.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(self.f, "{separator}{result}")?;
            let type_of = |value| self.function.values.get(value).map(|data| data.ty);
            let implied = data.kind.result_type(position, type_of, &self.function.callees);
            match type_of(*result) {
                Some(ty) if implied != Some(ty) => write!(self.f, ": {ty}")?,
                _ => {}
            }
        }
        if !data.results.is_empty() {
            self.f.write_str(" = ")?;
        }
        write_inst(self.f, &data.kind)?;
        self.span(data.span)
    }

    fn span(&mut self, span: Span) -> fmt::Result {
        if !self.spans || span == Span::NONE {
            return Ok(());
        }
        match span.file.number() {
            0 => write!(self.f, " @{}..{}", span.start, span.end),
            file => write!(self.f, " @{file}:{}..{}", span.start, span.end),
        }
    }
}

/// A class of the program is written with its bases.
fn write_class(f: &mut impl Write, class: &ErrorClass) -> fmt::Result {
    let class = match class {
        ErrorClass::Builtin(class) => return f.write_str(class.python_name()),
        ErrorClass::User(class) => class,
    };
    let own_text = if class.own_text { " own_text" } else { "" };
    write!(f, "class {}{own_text} (", Quoted(&class.identity))?;
    for (position, base) in class.bases.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { ", " })?;
        write_class(f, base)?;
    }
    f.write_char(')')
}

/// A message alone needs no parentheses; `""` stands for no arguments.
fn write_arguments(f: &mut impl Write, arguments: &[ErrorArgument]) -> fmt::Result {
    match arguments {
        [] => f.write_str(" \"\""),
        [ErrorArgument::Message(message)] if !message.is_empty() => write!(f, " {}", Quoted(message)),
        several => write_argument_list(f, several),
    }
}

fn write_argument_list(f: &mut impl Write, arguments: &[ErrorArgument]) -> fmt::Result {
    f.write_char('(')?;
    for (position, argument) in arguments.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { ", " })?;
        match argument {
            ErrorArgument::Constant(value) => write_error_value(f, value)?,
            ErrorArgument::Message(message) => write!(f, "message {}", Quoted(message))?,
            ErrorArgument::Word(dtype, position) => write!(f, "{dtype} {{{position}}}")?,
            ErrorArgument::Text(position) => write!(f, "text {{{position}}}")?,
            ErrorArgument::Tuple(items) => write_argument_list(f, items)?,
        }
    }
    f.write_char(')')
}

fn write_error_value(f: &mut impl Write, value: &ErrorValue) -> fmt::Result {
    match value {
        ErrorValue::None => f.write_str("none"),
        ErrorValue::Bool(value) => write!(f, "{value}"),
        ErrorValue::Int(value) => write!(f, "{value}"),
        ErrorValue::Float(bits) => write_constant(f, Constant::F64(*bits)),
        ErrorValue::Complex(real, imag) => {
            f.write_str("complex ")?;
            write_constant(f, Constant::F64(*real))?;
            f.write_char(' ')?;
            write_constant(f, Constant::F64(*imag))
        }
        ErrorValue::Str(text) => write!(f, "{}", Quoted(text)),
        ErrorValue::Tuple(items) => {
            let items: Vec<_> = items.iter().cloned().map(ErrorArgument::Constant).collect();
            write_argument_list(f, &items)
        }
    }
}

fn write_results(f: &mut impl Write, results: &[MachineType]) -> fmt::Result {
    match results {
        [] => Ok(()),
        [single] => write!(f, " -> {single}"),
        several => write!(f, " -> ({})", List(several)),
    }
}

fn write_inst(f: &mut impl Write, kind: &InstKind) -> fmt::Result {
    match kind {
        InstKind::Const(constant) => write_constant(f, *constant),
        InstKind::Unary(op, value) => write!(f, "{op} {value}"),
        InstKind::Binary(op, a, b) => write!(f, "{op} {a}, {b}"),
        InstKind::Ternary(op, a, b, c) => write!(f, "{op} {a}, {b}, {c}"),
        InstKind::IntCompare(op, a, b) => write!(f, "icmp {op} {a}, {b}"),
        InstKind::FloatCompare(op, a, b) => write!(f, "fcmp {op} {a}, {b}"),
        InstKind::Select { condition, then, otherwise } => {
            write!(f, "select {condition}, {then}, {otherwise}")
        }
        InstKind::Convert(op, value, to) => write!(f, "{op}.{to} {value}"),
        InstKind::PtrAdd { base, offset } => write!(f, "ptr_add {base}, {offset}"),
        InstKind::Load { ty, address, offset, region } => {
            write!(f, "load.{ty} {address}{}, {region}", Offset(*offset))
        }
        InstKind::Store { value, address, offset, region } => {
            write!(f, "store {value}, {address}{}, {region}", Offset(*offset))
        }
        InstKind::When { condition, access } => {
            write_inst(f, access)?;
            write!(f, " when {condition}")
        }
        InstKind::SlotAddress(slot) => write!(f, "slot_address {slot}"),
        InstKind::Data(bytes) => {
            f.write_str("data \"")?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            f.write_char('"')
        }
        InstKind::CheckBounds { index, length, axis, wrap } => {
            let wrap = if *wrap { ", wrap" } else { "" };
            match CheckedAxis::by_number(*axis) {
                Some(sequence) => write!(f, "check_bounds {index}, {length}, {}{wrap}", sequence.name()),
                None => write!(f, "check_bounds {index}, {length}, axis {axis}{wrap}"),
            }
        }
        InstKind::Check { condition, error } => write!(f, "check {condition}, {error}"),
        InstKind::Call { callee, arguments } => write!(f, "call {callee}({})", List(arguments)),
        InstKind::CallRuntime { function, arguments } => {
            write!(f, "call_runtime {}({})", function.symbol(), List(arguments))
        }
        InstKind::FunctionAddress(callee) => write!(f, "function_address {callee}"),
        InstKind::Safepoint => f.write_str("safepoint"),
        InstKind::CheckStack => f.write_str("check_stack"),
        InstKind::ErrorIs(error) => write!(f, "error_is {error}"),
        InstKind::Catch => f.write_str("catch"),
    }
}

/// `i64` and `f64` are not written.
fn write_constant(f: &mut impl Write, constant: Constant) -> fmt::Result {
    match constant {
        Constant::Int(MachineType::I64, value) => write!(f, "iconst {value}"),
        Constant::Int(ty, value) => write!(f, "iconst.{ty} {value}"),
        Constant::F32(bits) if f32::from_bits(bits).is_nan() => write!(f, "fconst.f32 nan {bits:#x}"),
        Constant::F32(bits) => write!(f, "fconst.f32 {:?}", f32::from_bits(bits)),
        Constant::F64(bits) if f64::from_bits(bits).is_nan() => write!(f, "fconst nan {bits:#x}"),
        Constant::F64(bits) => write!(f, "fconst {:?}", f64::from_bits(bits)),
    }
}

fn write_terminator(f: &mut impl Write, terminator: &Terminator) -> fmt::Result {
    match terminator {
        Terminator::Jump(call) => write!(f, "jump {}", Target(call)),
        Terminator::Branch { condition, then, otherwise } => {
            write!(f, "branch {condition}, {}, {}", Target(then), Target(otherwise))
        }
        Terminator::Return(values) if values.is_empty() => f.write_str("return"),
        Terminator::Return(values) => write!(f, "return {}", List(values)),
        Terminator::Raise { error, payload } if payload.is_empty() => write!(f, "raise {error}"),
        Terminator::Raise { error, payload } => write!(f, "raise {error}({})", List(payload)),
        Terminator::Reraise => f.write_str("reraise"),
        Terminator::RaiseAgain(error) => write!(f, "raise_again {error}"),
        Terminator::ParFor(region) => {
            write!(f, "par_for {}, body {}, exit {}", region.count, region.body, region.exit)?;
            if let Some(chunks) = region.chunks {
                write!(f, ", chunks {chunks}")?;
            }
            for reduction in &region.reductions {
                write!(f, ", reduce {} {}", reduction.op, reduction.initial)?;
            }
            Ok(())
        }
        Terminator::ParYield(values) if values.is_empty() => f.write_str("par_yield"),
        Terminator::ParYield(values) => write!(f, "par_yield {}", List(values)),
        Terminator::Unreachable => f.write_str("unreachable"),
    }
}

fn write_vector(f: &mut Formatter<'_>, vector: &VectorLoop) -> fmt::Result {
    let side = if vector.goes_down { "above" } else { "below" };
    write!(f, " vector {} {side} {}", vector.variable, vector.limit)?;
    if let Some(condition) = vector.condition {
        write!(f, " when {condition}")?;
    }
    for accumulator in &vector.accumulators {
        write!(f, ", reduce {} {}", accumulator.op, accumulator.parameter)?;
    }
    for Stride { address, step_bytes, base, offset } in &vector.strides {
        write!(f, ", stride {address} by {step_bytes}")?;
        if (address, *offset) != (base, 0) {
            write!(f, " from {base}{}", Offset(*offset))?;
        }
    }
    Ok(())
}

/// Items with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, item) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{item}")?;
        }
        Ok(())
    }
}

struct Target<'a>(&'a BlockCall);

impl Display for Target<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.arguments.as_slice() {
            [] => write!(f, "{}", self.0.block),
            arguments => write!(f, "{}({})", self.0.block, List(arguments)),
        }
    }
}

struct Offset(i32);

impl Display for Offset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            offset if offset < 0 => write!(f, " - {}", offset.unsigned_abs()),
            offset => write!(f, " + {offset}"),
        }
    }
}

struct RegionName(RegionKind);

impl Display for RegionName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            RegionKind::Descriptor => f.write_str("descriptor"),
            RegionKind::Argument(number) => write!(f, "argument {number}"),
            RegionKind::Allocation(number) => write!(f, "allocation {number}"),
            RegionKind::Stack => f.write_str("stack"),
            RegionKind::Unknown => f.write_str("unknown"),
            RegionKind::Text => f.write_str("text"),
            RegionKind::List => f.write_str("list"),
            RegionKind::Items => f.write_str("items"),
            RegionKind::Frame(word) => write!(f, "frame {word}"),
        }
    }
}

struct SymbolName<'a>(&'a str);

impl Display for SymbolName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain =
            self.0.chars().all(is_symbol) && !self.0.starts_with(|first: char| first.is_ascii_digit());
        if plain && !self.0.is_empty() { write!(f, "@{}", self.0) } else { write!(f, "@{}", Quoted(self.0)) }
    }
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                control if control.is_control() => write!(f, "\\u{{{:x}}}", u32::from(control))?,
                plain => f.write_char(plain)?,
            }
        }
        f.write_char('"')
    }
}
