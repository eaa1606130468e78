//! Shows what each stage makes of a function.

use crate::typed_source::typed_source;
use crate::{Failure, Kernel};
use hotloop_diagnostics::Span;
use hotloop_types::Type;
use std::fmt::Write as _;

/// A form that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The tokens of the function's definition.
    Tokens,
    /// The tree, as source.
    Ast,
    /// The source, with the types of its variables.
    Types,
    /// The typed tree.
    Hir,
    /// The middle IR as lowering makes it.
    Mir,
    /// The middle IR after the passes.
    MirOptimised,
    /// Cranelift's IR.
    Clif,
    /// Machine code.
    Assembly,
    /// The object file.
    Object,
}

impl Form {
    /// All forms with the names that `hotloop emit` takes, in the order of the stages.
    pub const ALL: &[(&'static str, Self)] = &[
        ("tokens", Self::Tokens),
        ("ast", Self::Ast),
        ("types", Self::Types),
        ("hir", Self::Hir),
        ("mir", Self::Mir),
        ("mir-opt", Self::MirOptimised),
        ("clif", Self::Clif),
        ("asm", Self::Assembly),
        ("object", Self::Object),
    ];

    /// Whether the form depends on the types of the arguments.
    pub fn needs_types(self) -> bool {
        !matches!(self, Self::Tokens | Self::Ast)
    }
}

impl Kernel {
    /// A form of the function for arguments of these types: text, or the bytes of the object file. Without types, those of its first declared signature.
    ///
    /// # Errors
    /// The function cannot be compiled, or types are needed and neither given nor declared.
    pub fn emit(&self, form: Form, types: Option<&[Type]>) -> Result<Vec<u8>, Failure> {
        let handle = self.handle()?;
        let engine = self.engine();
        if !form.needs_types() {
            return Ok(self.emit_untyped(handle, form).into_bytes());
        }
        let types = self.types_or_declared(types)?;
        let optimised = || engine.in_session(handle, &types, |session, root| session.optimised(root));
        let target = &engine.shared.settings.target;
        let internal = |error: hotloop_codegen::CodegenError| Failure::internal(error);
        Ok(match form {
            Form::Tokens | Form::Ast => unreachable!("forms without types were shown above"),
            Form::Types => {
                let typed = engine.in_session(handle, &types, |session, root| session.typed(root))?;
                let program = &engine.state().program;
                let definition = program.function(handle).definition.span;
                typed_source(&typed, definition, &program.sources).into_bytes()
            }
            Form::Hir => engine
                .in_session(handle, &types, |session, root| session.typed(root))?
                .to_string()
                .into_bytes(),
            Form::Mir => engine.in_session(handle, &types, |session, root| session.front(root))?[0]
                .to_string()
                .into_bytes(),
            Form::MirOptimised => {
                let optimised = optimised()?;
                let mut text = optimised.module.to_string();
                for remark in &optimised.remarks {
                    let _ = writeln!(text, "; {}: {}", remark.pass, remark.message);
                }
                text.into_bytes()
            }
            Form::Clif => {
                hotloop_codegen::clif_text(&optimised()?.module, target).map_err(internal)?.into_bytes()
            }
            Form::Assembly => {
                let module = optimised()?.module;
                let state = engine.state();
                let place = |span: Span| {
                    let sources = &state.program.sources;
                    format!("{}:{}", sources.file(span.file).name(), sources.location(span).line)
                };
                hotloop_codegen::disassembly(&module, target, &place).map_err(internal)?.into_bytes()
            }
            Form::Object => {
                let options = hotloop_codegen::Options { verify: engine.shared.settings.verify };
                hotloop_codegen::compile(optimised()?.module, target, &options).map_err(internal)?.bytes
            }
        })
    }

    /// The types given, or else those of the first declared signature.
    pub(crate) fn types_or_declared(&self, types: Option<&[Type]>) -> Result<Vec<Type>, Failure> {
        match (types, self.signatures()?.first()) {
            (Some(types), _) => Ok(types.to_vec()),
            (None, Some(signature)) => Ok(signature.parameters.clone()),
            (None, None) => {
                let message = "the function declares no signature: say the types of its arguments, such as \"float64[:], int64\" (on the command line: --types)";
                Err(Failure::Arguments(message.to_owned()))
            }
        }
    }

    fn emit_untyped(&self, handle: hotloop_infer::FunctionHandle, form: Form) -> String {
        let state = self.engine().state();
        let source = state.program.function(handle);
        let span = source.definition.span;
        match form {
            Form::Ast => source.definition.to_string(),
            _ => {
                let text = state.program.sources.file(source.file).text();
                let definition = &text[span.start as usize..span.end as usize];
                let mut shown = String::new();
                for token in hotloop_parser::tokens(definition) {
                    let spelled = &definition[token.start as usize..token.end as usize];
                    let _ = writeln!(
                        shown,
                        "{:>5}..{:<5} {:<14} {spelled:?}",
                        token.start,
                        token.end,
                        token.kind.to_string()
                    );
                }
                shown
            }
        }
    }
}
