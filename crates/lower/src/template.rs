//! Texts of several pieces: one call for all of them.
//!
//! What an operation would make is made by that call, without a string of its own, from the words that the operation takes. Only where a later
//! piece may change a list that it shows, it is made in its turn.

use crate::lowering::Lowering;
use crate::values::Operand;
use hotloop_hir::{Expr, ExprKind, ObjectExpr};
use hotloop_mir::{ConvertOp, InstKind, MachineType, RuntimeFunction, Value};
use hotloop_objects::{Form, Operation, Template};

/// The pieces of a text, lowered.
#[derive(Default)]
struct Pieces {
    template: Template,
    words: Vec<Value>,
    /// What the words are of.
    operands: Vec<Operand>,
}

impl Lowering<'_> {
    /// Strings one behind the other, as a new one.
    pub(crate) fn text(&mut self, expr: &Expr, texts: &[Expr]) -> Operand {
        let pieces = self.pieces(texts);
        self.code.set_span(expr.span);
        let mut words = self.template_words(&pieces.template);
        words.extend(&pieces.words);
        let address = self.word_slot(&words, 0);
        let made = self.call_object(Operation::Text, address, words.len());
        let made = self.new_text_of(made);
        pieces.operands.iter().for_each(|operand| self.drop_temporary(operand));
        made
    }

    /// Prints strings one behind the other.
    pub(crate) fn print(&mut self, expr: &Expr, texts: &[Expr], flush: &Expr) -> Operand {
        let pieces = self.pieces(texts);
        let flush = self.scalar(flush);
        self.code.set_span(expr.span);
        let flush = self.code.convert(ConvertOp::ZeroExtend, flush, MachineType::I64);
        let mut arguments = self.template_words(&pieces.template);
        arguments.push(match pieces.words.is_empty() {
            true => self.code.int(MachineType::Ptr, 0),
            false => self.word_slot(&pieces.words, 0),
        });
        arguments.push(flush);
        self.code.effect(InstKind::CallRuntime { function: RuntimeFunction::Print, arguments });
        pieces.operands.iter().for_each(|operand| self.drop_temporary(operand));
        Operand::Nothing
    }

    /// The address and the length of a template.
    fn template_words(&mut self, template: &Template) -> Vec<Value> {
        let bytes: Vec<u8> = template.codes().iter().flat_map(|code| code.to_le_bytes()).collect();
        let data = self.code.value(InstKind::Data(bytes.into()));
        vec![data, self.code.int64(template.codes().len() as i64)]
    }

    fn pieces(&mut self, texts: &[Expr]) -> Pieces {
        let mut pieces = Pieces::default();
        for (position, text) in texts.iter().enumerate() {
            let ExprKind::Object(object) = &text.kind else {
                self.piece(text, &mut pieces);
                continue;
            };
            match &**object {
                ObjectExpr::Str(text) => pieces.template.push_str(text),
                ObjectExpr::Perform { operation, arguments }
                    if operation.makes_str() && *operation != Operation::Concat =>
                {
                    let shows_list = operation.arguments().contains(&Form::List);
                    if shows_list && texts[position + 1..].iter().any(Expr::may_change_lists) {
                        self.piece(text, &mut pieces);
                        continue;
                    }
                    pieces.template.push_operation(*operation);
                    arguments.iter().for_each(|argument| self.piece_words(argument, &mut pieces));
                }
                _ => self.piece(text, &mut pieces),
            }
        }
        pieces
    }

    /// A string that is there already.
    fn piece(&mut self, text: &Expr, pieces: &mut Pieces) {
        pieces.template.push_operand();
        self.piece_words(text, pieces);
    }

    fn piece_words(&mut self, value: &Expr, pieces: &mut Pieces) {
        let operand = self.expr(value);
        pieces.words.extend(self.words(&operand, &value.ty));
        pieces.operands.push(operand);
    }
}
