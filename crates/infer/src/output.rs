//! Functions of elements that write their results to an array which is given: `np.add(x, y, out=z, where=mask)`.

use crate::call::Arguments;
use crate::function::{Inference, Reported, Typed};
use crate::rearranged::rearranged;
use crate::ufuncs::is_lifted;
use crate::views::is_same_kind;
use hotloop_ast as ast;
use hotloop_ast::Argument;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Broadcast, Elementwise, Expr, Rearrangement};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{ArrayType, Dtype, Type};

static OUTPUT: Code = Code::new("HL0330", "a result does not go into the array that is given for it");

/// How many operands a function of elements has; `None` of any other function.
pub(crate) fn operand_count(intrinsic: Intrinsic) -> Option<usize> {
    match intrinsic.typing() {
        Typing::Operator => Some(match intrinsic {
            Intrinsic::OperatorNeg | Intrinsic::OperatorPos | Intrinsic::OperatorInvert => 1,
            _ => 2,
        }),
        Typing::Elements => match intrinsic {
            Intrinsic::Where => None,
            Intrinsic::Clip => Some(3),
            Intrinsic::Square
            | Intrinsic::Sign
            | Intrinsic::Signbit
            | Intrinsic::Reciprocal
            | Intrinsic::Spacing
            | Intrinsic::LogicalNot => Some(1),
            _ => Some(2),
        },
        Typing::LogBase => Some(1),
        Typing::FloatFloat | Typing::Gcd | Typing::Ldexp | Typing::Hypot => Some(2),
        _ if is_lifted(intrinsic, Family::Numpy) => Some(1),
        _ => None,
    }
}

/// Whether a call of a function of so many elements names an array for the results.
pub(crate) fn has_output(count: usize, arguments: &Arguments<'_>) -> bool {
    arguments.positional.len() == count + 1
        || arguments.keywords.iter().any(|(name, _)| matches!(&*name.name, "out" | "where"))
}

impl Inference<'_> {
    /// The call of a function of so many elements, whose result is written to the array that is given, which is the value. `call` is the same without it.
    pub(crate) fn call_with_output(
        &mut self,
        count: usize,
        arguments: &Arguments<'_>,
        span: Span,
        call: &dyn Fn(&mut Self, &Arguments<'_>) -> Typed,
    ) -> Typed {
        let keyword = |wanted: &str| {
            let found = arguments.keywords.iter().find(|(name, _)| &*name.name == wanted);
            found.map(|(_, value)| *value)
        };
        let positional = arguments.positional.get(count).copied();
        let mut number = 0;
        let rest: Vec<Argument> = arguments
            .given
            .iter()
            .filter(|argument| match argument {
                Argument::Positional(_) => {
                    number += 1;
                    number <= count
                }
                Argument::Keyword { name, .. } => !matches!(&*name.name, "out" | "where"),
                Argument::Unpack(_) | Argument::UnpackKeywords(_) => true,
            })
            .cloned()
            .collect();
        let Some(out) = positional.or(keyword("out")) else {
            return Err(self.report_output("without `out` there is nothing where `where` is false", span));
        };
        let mask = keyword("where");
        self.in_block(span, |this| this.written_to(&rest, (out, mask), span, call))
    }

    fn written_to(
        &mut self,
        arguments: &[Argument],
        (out, mask): (&ast::Expr, Option<&ast::Expr>),
        span: Span,
        call: &dyn Fn(&mut Self, &Arguments<'_>) -> Typed,
    ) -> Typed {
        let sorted = self.arguments(arguments)?;
        let result = call(self, &sorted)?;
        let computed = match &result.ty {
            Type::Array(computed) => computed.dtype,
            Type::Scalar(dtype) => *dtype,
            _ => return Err(self.report_output("the result is no array of numbers", span)),
        };
        // `out` names what is written, and is evaluated like any operand before it; that of an expression would be lost.
        let target = self.value(out)?;
        let target = match target.ty {
            Type::Tuple(ref items) if items.len() == 1 => {
                crate::tuples::items(&target, items).next().expect("one")
            }
            Type::None => return Ok(result),
            _ => target,
        };
        let Type::Array(ty) = target.ty else {
            let note = "The argument \"out\" must be an array if it is provided".to_owned();
            let diagnostic = output_error("`out` is no array", out.span).with_note(note);
            return Err(self.report(diagnostic));
        };
        if !is_same_kind(computed, ty.dtype) {
            let message = format!("a result of {computed} does not go into an array of {}", ty.dtype);
            return Err(self.report_output(&message, out.span));
        }
        let target = self.kept(target, "out");
        let mask = match mask {
            Some(mask) => self.broadcast_mask(mask, &target, ty, span)?,
            None => None,
        };
        self.store_elements((target.clone(), mask), result, out.span, span)?;
        Ok(target)
    }

    /// The mask in the shape of what is written; `None` if it is true.
    fn broadcast_mask(
        &mut self,
        mask: &ast::Expr,
        target: &Expr,
        ty: ArrayType,
        span: Span,
    ) -> Typed<Option<Elementwise>> {
        let value = self.value(mask)?;
        match value.ty {
            Type::Array(own) if own.dtype == Dtype::Bool && own.ndim > 0 && own.ndim <= ty.ndim => {
                let lengths =
                    (0..usize::from(ty.ndim)).map(|axis| crate::arrays::length(target, ty, axis, span));
                let shape = Rearrangement::Broadcast(lengths.collect());
                let broadcast = rearranged(value, Dtype::Bool, shape, span);
                let broadcast = self.kept(broadcast, "where");
                let version = self.new_temporary("mask", Type::BOOL, span);
                let body = self.version(version, span);
                let operands = vec![(version, broadcast)];
                Ok(Some(Elementwise { operands, broadcast: Broadcast::Of(version), body }))
            }
            _ if crate::statement::constant_truth(&value) == Some(true) => Ok(None),
            _ => {
                let message = "`where` is an array of truth values that can be broadcast to the result";
                Err(self.report_output(message, mask.span))
            }
        }
    }

    fn report_output(&mut self, message: &str, span: Span) -> Reported {
        self.report(output_error(message, span))
    }
}

fn output_error(message: &str, span: Span) -> Diagnostic {
    let help = "give an array of the result's shape and of a dtype that holds it, as `out`";
    Diagnostic::error(&OUTPUT, message, span).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_elements_have_operands() {
        assert_eq!(operand_count(Intrinsic::OperatorAdd), Some(2));
        assert_eq!(operand_count(Intrinsic::Sqrt), Some(1));
        assert_eq!(operand_count(Intrinsic::Len), None);
    }
}
