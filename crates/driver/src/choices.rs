//! Implementations that the embedding program chooses by the types of a call.
//!
//! A compilation may ask which function is meant ([`Question`]). Whoever answers may run any program, and may give the engine new functions, so nobody answers while the engine
//! is locked: what has no answer yet is noted, the compilation is given up, the questions are answered, and the compilation begins again with the answers. How often
//! that happens is bounded by how deeply chosen functions call others: all questions that can be reached are asked at once.
//!
//! What was chosen is kept with the code in the cache. Before such code is used, the same questions are asked again, and the functions chosen now must be the ones
//! that were chosen then, by their structural keys.

use crate::program::Program;
use crate::structure::Structures;
use crate::{Engine, Failure};
use hotloop_infer::{Answer, Asked, AskedArgument, FunctionHandle, Literal, Question};
use hotloop_types::{Signature, Type};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Who chooses implementations: given to an engine by [`EngineBuilder::chooser`](crate::EngineBuilder::chooser).
///
/// A function is asked for if its callers' environments say that it is [`Global::Extended`](hotloop_infer::Global::Extended); methods and attributes are asked for by their names.
pub trait Chooser: Send + Sync {
    /// Whether there may be implementations of methods or attributes of that name. Asked often and while the engine is locked: it must be quick, and not use the engine.
    fn extends(&self, member: &str) -> bool;

    /// The function for a call with arguments of these types. The engine is not locked, so that functions can be added and compiled. Asked again for each compilation,
    /// and the answer should then be the same function.
    ///
    /// # Errors
    /// Nothing can be said: the compilation fails with this.
    fn choose(&self, engine: &Engine, question: &Question) -> Result<Choice, Failure>;
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// A function, which takes the arguments of the call.
    Function(FunctionHandle),
    /// No function is for these types.
    None {
        /// What was tried, and what came of it, for the message; empty if nothing was there to be tried.
        tried: Vec<String>,
    },
}

/// The choices of one compilation.
#[derive(Default)]
pub(crate) struct Choices {
    made: FxHashMap<Question, Choice>,
    open: Vec<Question>,
}

impl Choices {
    /// The answer to a question; one that is new is noted.
    pub(crate) fn answer(&mut self, question: &Question) -> Answer {
        match self.made.get(question) {
            Some(Choice::Function(handle)) => Answer::Function(*handle),
            Some(Choice::None { tried }) => Answer::None { tried: tried.clone() },
            None => {
                if !self.open.contains(question) {
                    self.open.push(question.clone());
                }
                Answer::Later
            }
        }
    }

    /// The questions that were asked and have no answer.
    pub(crate) fn take_open(&mut self) -> Vec<Question> {
        std::mem::take(&mut self.open)
    }

    pub(crate) fn add(&mut self, question: Question, choice: Choice) {
        self.made.insert(question, choice);
    }

    /// The function that a question leads to, as it is kept; `None` if the question is open.
    pub(crate) fn made(
        &self,
        program: &Program,
        structures: &mut Structures,
        question: &Question,
    ) -> Option<MadeChoice> {
        let function = match self.made.get(question)? {
            Choice::Function(handle) => Some(*structures.of(program, *handle).key.as_bytes()),
            Choice::None { .. } => None,
        };
        Some(MadeChoice { question: question.into(), function })
    }

    /// The function chosen for a question.
    pub(crate) fn function(&self, question: &Question) -> Option<FunctionHandle> {
        match self.made.get(question)? {
            Choice::Function(handle) => Some(*handle),
            Choice::None { .. } => None,
        }
    }

    /// Whether what was chosen for code of the cache is what is chosen now; `None` while questions are open, which are noted.
    pub(crate) fn are_as_kept(
        &mut self,
        program: &Program,
        structures: &mut Structures,
        kept: &[MadeChoice],
    ) -> Option<bool> {
        let mut is_same = true;
        for choice in kept {
            let Some(question) = choice.question.read() else { return Some(false) };
            if self.answer(&question) == Answer::Later {
                continue;
            }
            is_same &= self.made(program, structures, &question).as_ref() == Some(choice);
        }
        if self.open.is_empty() { Some(is_same) } else { None }
    }
}

/// A choice as it is kept: the question, and the structural key of the function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MadeChoice {
    question: KeptQuestion,
    function: Option<[u8; 32]>,
}

impl MadeChoice {
    /// The question, if it can be read.
    pub(crate) fn question(&self) -> Option<Question> {
        self.question.read()
    }
}

/// A [`Question`] as it is kept: types are texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptQuestion {
    kind: u8,
    name: String,
    /// A signature of the arguments' types.
    types: String,
    arguments: Vec<(Option<String>, Option<KeptLiteral>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum KeptLiteral {
    Bool(bool),
    Int(i64),
    Str(String),
}

impl From<&Question> for KeptQuestion {
    fn from(question: &Question) -> Self {
        let (kind, name) = match &question.asked {
            Asked::Function(name) => (0, name),
            Asked::Method(name) => (1, name),
            Asked::Attribute(name) => (2, name),
        };
        let parameters: Vec<Type> = question.arguments.iter().map(|argument| argument.ty.clone()).collect();
        let literal = |literal: &Literal| match literal {
            Literal::Bool(value) => KeptLiteral::Bool(*value),
            Literal::Int(value) => KeptLiteral::Int(*value),
            Literal::Str(text) => KeptLiteral::Str(text.clone()),
        };
        let arguments = question.arguments.iter();
        Self {
            kind,
            name: name.clone(),
            types: format!("{:#}", Signature { parameters, result: None }),
            arguments: arguments
                .map(|argument| (argument.name.clone(), argument.literal.as_ref().map(literal)))
                .collect(),
        }
    }
}

impl KeptQuestion {
    fn read(&self) -> Option<Question> {
        let asked = match self.kind {
            0 => Asked::Function(self.name.clone()),
            1 => Asked::Method(self.name.clone()),
            2 => Asked::Attribute(self.name.clone()),
            _ => return None,
        };
        let types: Signature = self.types.parse().ok()?;
        let literal = |literal: &KeptLiteral| match literal {
            KeptLiteral::Bool(value) => Literal::Bool(*value),
            KeptLiteral::Int(value) => Literal::Int(*value),
            KeptLiteral::Str(text) => Literal::Str(text.clone()),
        };
        let arguments = self.arguments.iter().zip(types.parameters);
        let arguments = arguments.map(|((name, value), ty)| AskedArgument {
            name: name.clone(),
            ty,
            literal: value.as_ref().map(literal),
        });
        let arguments: Vec<_> = arguments.collect();
        (arguments.len() == self.arguments.len()).then_some(Question { asked, arguments })
    }
}
