//! What was generated, for people: CLIF before Cranelift optimises it, and the machine code in assembly.

use crate::object::Unit;
use crate::{CodegenError, Target};
use cranelift_codegen::Context;
use cranelift_frontend::FunctionBuilderContext;
use hotloop_diagnostics::Span;
use hotloop_mir::{Module, VectorCode};
use std::fmt::Write as _;

/// The CLIF of a module, as Cranelift gets it.
///
/// # Errors
/// As [`compile`](crate::compile).
pub fn clif_text(module: &Module, target: &Target) -> Result<String, CodegenError> {
    let vectors =
        |name: &str, code: &VectorCode| Ok(format!("; {name}: {} bytes of machine code\n", code.bytes.len()));
    render(module, target, |_, context| Ok(context.func.display().to_string()), vectors)
}

/// The machine code of a module. Code of loops in wide vectors says where it comes from, as `place` spells a place in the source.
///
/// # Errors
/// As [`compile`](crate::compile).
pub fn disassembly(
    module: &Module,
    target: &Target,
    place: &dyn Fn(Span) -> String,
) -> Result<String, CodegenError> {
    let capstone = target.isa().to_capstone().map_err(|error| CodegenError::Target(error.to_string()))?;
    let vectors = |name: &str, code: &VectorCode| {
        let insts = capstone.disasm_all(&code.bytes[..code.code_bytes], 0);
        let insts = insts.map_err(|error| CodegenError::Target(error.to_string()))?;
        let mut text = format!("{name}: ; {} bytes\n", code.bytes.len());
        let mut runs = code.places.iter().peekable();
        let mut told = String::new();
        for inst in insts.iter() {
            let mut begun = None;
            while let Some((_, span)) = runs.next_if(|(at, _)| u64::from(*at) <= inst.address()) {
                begun = Some(*span);
            }
            if let Some(place) =
                begun.filter(|span| *span != Span::NONE).map(place).filter(|place| *place != told)
            {
                let _ = writeln!(text, "  ; {place}");
                told = place;
            }
            let (mnemonic, operands) =
                (inst.mnemonic().unwrap_or_default(), inst.op_str().unwrap_or_default());
            let _ = writeln!(text, "  {mnemonic} {operands}");
        }
        let constants_at = code.code_bytes.next_multiple_of(8);
        let constants = code.bytes.get(constants_at..).unwrap_or_default().chunks_exact(8);
        for (number, bits) in constants.enumerate() {
            let bits = bits.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte));
            let _ = writeln!(text, "  ; {:#x}: {bits:#018x}", constants_at + 8 * number);
        }
        Ok(text)
    };
    let code = |name: &str, context: &mut Context| {
        let error = |message: String| CodegenError::Function { function: name.to_owned(), message };
        let isa = &**target.isa();
        context
            .compile(isa, &mut Default::default())
            .map_err(|failure| error(format!("{:?}", failure.inner)))?;
        let code = context.compiled_code().expect("it was compiled");
        let text = code
            .disassemble(Some(&context.func.params), &capstone)
            .map_err(|failure| error(failure.to_string()))?;
        Ok(format!("{name}: ; {} bytes\n{text}", code.buffer.data().len()))
    };
    render(module, target, code, vectors)
}

/// Translates every function and shows it by `show`, names instead of numbers; code for wide vectors by `show_vectors`.
fn render(
    module: &Module,
    target: &Target,
    mut show: impl FnMut(&str, &mut Context) -> Result<String, CodegenError>,
    show_vectors: impl Fn(&str, &VectorCode) -> Result<String, CodegenError>,
) -> Result<String, CodegenError> {
    let mut unit = Unit::new(module, target)?;
    let mut context = Context::new();
    let mut scratch = FunctionBuilderContext::new();
    let mut texts = Vec::new();
    for function in &module.functions {
        unit.translate(function, &mut context.func, &mut scratch)?;
        texts.push(show(&function.name, &mut context)?);
        context.clear();
    }
    for function in module.functions.iter().filter(|function| crate::object::is_export(function)) {
        unit.translate_entry(function, &mut context.func, &mut scratch)?;
        texts.push(show(&format!("{}{}", function.name, crate::ENTRY_SUFFIX), &mut context)?);
        context.clear();
    }
    if unit.translate_interrupt(&mut context.func, &mut scratch)?.is_some() {
        texts.push(show(crate::interrupt::SYMBOL, &mut context)?);
    }
    for (name, code) in &unit.wide_loops {
        texts.push(show_vectors(name, code)?);
    }
    let imports = unit.import_comment();
    let texts: Vec<String> =
        texts.iter().map(|text| with_names(text, |kind, id| unit.symbol(kind, id))).collect();
    Ok(imports + &texts.join("\n"))
}

/// Replaces `u0:3`, Cranelift's number of function 3, and `u1:0`, that of data object 0, by `%` and the symbol.
fn with_names(text: &str, symbol: impl Fn(u32, u32) -> Option<String>) -> String {
    let mut named = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('u') {
        let starts_word = !rest[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let found = starts_word.then(|| read_number(&rest[at..])).flatten();
        let (before, after) = rest.split_at(at);
        named.push_str(before);
        match found.and_then(|(kind, id, length)| Some((symbol(kind, id)?, length))) {
            Some((name, length)) => {
                named.push('%');
                named.push_str(&name);
                rest = &after[length..];
            }
            None => {
                named.push('u');
                rest = &after[1..];
            }
        }
    }
    named + rest
}

/// Reads `u<kind>:<id>` at the start of a text; the numbers and the length.
fn read_number(text: &str) -> Option<(u32, u32, usize)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let kind = &text[1..];
    let kind = &kind[..digits(kind)];
    let id = text[1 + kind.len()..].strip_prefix(':')?;
    let id = &id[..digits(id)];
    Some((kind.parse().ok()?, id.parse().ok()?, 2 + kind.len() + id.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_names_and_words_stay() {
        let symbol = |kind, id| (kind < 2).then(|| format!("f{kind}_{id}"));
        assert_eq!(with_names("fn0 = u0:12 sig0; u1:0", symbol), "fn0 = %f0_12 sig0; %f1_0");
        for same in ["udiv u0 u: u0: umin_u0:1 u7:1", "", "u"] {
            assert_eq!(with_names(same, symbol), same);
        }
    }
}
