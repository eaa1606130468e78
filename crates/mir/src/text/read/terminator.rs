//! Reads terminators.

use super::draft::Draft;
use super::tokens::{Read, Reader};
use crate::{Block, BlockCall, ParFor, Reduction, ReductionOp, Terminator};

impl Reader {
    /// Reads the block's terminator if one stands here.
    pub(super) fn terminator(&mut self, draft: &mut Draft, block: Block) -> Read<bool> {
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
            TerminatorForm::RaiseAgain => Ok(Terminator::RaiseAgain(self.id()?)),
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
        let mut chunks = None;
        if self.eat_sign(',') {
            self.word("chunks")?;
            chunks = Some(self.id()?);
        }
        while self.eat_sign(',') {
            self.word("reduce")?;
            let op = self.named("a reduction", ReductionOp::by_name)?;
            reductions.push(Reduction { op, initial: self.id()? });
        }
        Ok(Terminator::ParFor(ParFor { count, body, chunks, reductions, exit }))
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
    RaiseAgain,
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
            "raise_again" => Self::RaiseAgain,
            "par_for" => Self::ParFor,
            "par_yield" => Self::ParYield,
            "unreachable" => Self::Unreachable,
            _ => return None,
        })
    }
}
