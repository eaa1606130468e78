//! Reads signatures as decorators write them: strings of the signature language, or expressions such as `nb.float64(nb.float64[:, ::1])`.
//!
//! An expression is written out in the signature language, each name as what its import stands for, and read from there.

use crate::module_scope::{Meaning, ModuleScope};
use hotloop_ast::{Argument, Expr, ExprKind, Number};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_types::{Signature, SignatureError, Type, parse_signatures};

static SIGNATURE: Code = Code::new("HL0218", "a signature cannot be read");

/// How deep types nest in practice is two or three.
const MAX_DEPTH: u32 = 32;

pub(crate) struct SignatureSource<'a> {
    pub(crate) scope: &'a ModuleScope,
}

impl SignatureSource<'_> {
    /// A signature, or a list or tuple of signatures.
    pub(crate) fn signatures(&self, value: &Expr) -> Result<Vec<(Signature, Span)>, Box<Diagnostic>> {
        match &value.kind {
            ExprKind::List(items) => {
                let lists: Result<Vec<_>, _> = items.iter().map(|item| self.one(item)).collect();
                Ok(lists?.into_iter().flatten().collect())
            }
            // A tuple of strings or calls is a list of signatures; a tuple of types is one signature.
            ExprKind::Tuple(items)
                if !items.is_empty()
                    && items
                        .iter()
                        .all(|item| matches!(item.kind, ExprKind::Str(_) | ExprKind::Call { .. })) =>
            {
                let lists: Result<Vec<_>, _> = items.iter().map(|item| self.one(item)).collect();
                Ok(lists?.into_iter().flatten().collect())
            }
            _ => self.one(value),
        }
    }

    /// One type.
    pub(crate) fn ty(&self, value: &Expr) -> Result<Type, Box<Diagnostic>> {
        let text = match self.scope.constant(value) {
            Some(crate::FrozenValue::Str(text)) => text,
            _ => {
                let mut text = String::new();
                self.write(value, &mut text, 0)?;
                text
            }
        };
        text.parse().map_err(|error| wrong(&text, &error, value.span))
    }

    fn one(&self, value: &Expr) -> Result<Vec<(Signature, Span)>, Box<Diagnostic>> {
        let text = match &value.kind {
            ExprKind::Str(text) => text.clone(),
            ExprKind::Name(name) => match self.scope.constant(value) {
                Some(crate::FrozenValue::Str(text)) => text,
                _ => {
                    return Err(unreadable(
                        format!("`{name}` is no signature that can be read from the source"),
                        value.span,
                    ));
                }
            },
            _ => {
                let mut text = String::new();
                self.write(value, &mut text, 0)?;
                text
            }
        };
        let signatures = parse_signatures(&text).map_err(|error| wrong(&text, &error, value.span))?;
        Ok(signatures.into_iter().map(|signature| (signature, value.span)).collect())
    }

    fn write(&self, value: &Expr, text: &mut String, depth: u32) -> Result<(), Box<Diagnostic>> {
        if depth > MAX_DEPTH {
            return Err(unreadable("types are nested too deeply".into(), value.span));
        }
        match &value.kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } => text.push_str(&self.name(value)?),
            ExprKind::None => text.push_str("none"),
            ExprKind::Bool(on) => text.push_str(if *on { "True" } else { "False" }),
            ExprKind::Number(Number::Int { digits, radix: 10 }) => text.push_str(digits),
            ExprKind::Str(word) => {
                text.push('"');
                text.push_str(word);
                text.push('"');
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                text.push('(');
                self.write_all(items, text, depth)?;
                text.push(')');
            }
            ExprKind::Call { function, arguments } => {
                self.write(function, text, depth + 1)?;
                text.push('(');
                for (position, argument) in arguments.iter().enumerate() {
                    text.push_str(if position > 0 { ", " } else { "" });
                    self.write_argument(argument, text, depth)?;
                }
                text.push(')');
            }
            ExprKind::Subscript { value, index } => {
                self.write(value, text, depth + 1)?;
                text.push('[');
                match &index.kind {
                    ExprKind::Tuple(axes) => self.write_all(axes, text, depth)?,
                    _ => self.write(index, text, depth + 1)?,
                }
                text.push(']');
            }
            ExprKind::Slice { lower: None, upper: None, step } => {
                text.push(':');
                if let Some(step) = step {
                    text.push(':');
                    self.write(step, text, depth + 1)?;
                }
            }
            _ => {
                return Err(unreadable(
                    format!("{} cannot be part of a signature", value.kind.describe()),
                    value.span,
                ));
            }
        }
        Ok(())
    }

    fn write_all(&self, items: &[Expr], text: &mut String, depth: u32) -> Result<(), Box<Diagnostic>> {
        for (position, item) in items.iter().enumerate() {
            text.push_str(if position > 0 { ", " } else { "" });
            self.write(item, text, depth + 1)?;
        }
        Ok(())
    }

    fn write_argument(
        &self,
        argument: &Argument,
        text: &mut String,
        depth: u32,
    ) -> Result<(), Box<Diagnostic>> {
        match argument {
            Argument::Positional(value) => self.write(value, text, depth + 1),
            Argument::Keyword { name, value } => {
                text.push_str(&name.name);
                text.push('=');
                self.write(value, text, depth + 1)
            }
            Argument::Unpack(value) | Argument::UnpackKeywords(value) => {
                Err(unreadable("unpacked arguments cannot be part of a signature".into(), value.span))
            }
        }
    }

    /// The name of a type as the signature language knows it, whatever the import called it.
    fn name(&self, value: &Expr) -> Result<String, Box<Diagnostic>> {
        let found = match &value.kind {
            ExprKind::Name(name) => match self.scope.meaning(name) {
                Some(Meaning::Imported { module, name }) if is_type_module(module) => Some(name.to_string()),
                // `int`, `float` and `bool` need no import.
                None => Some(name.to_string()),
                Some(Meaning::Alias(crate::Global::Item(hotloop_intrinsics::Item::Dtype(dtype)))) => {
                    Some(dtype.to_string())
                }
                Some(_) => None,
            },
            ExprKind::Attribute { value, name } => self.names_types(value).then(|| name.name.to_string()),
            _ => None,
        };
        found.ok_or_else(|| unreadable("this is no type that can be read from the source".into(), value.span))
    }

    /// Whether an expression is a module whose attributes are types: `nb`, `nb.types`, `types`, `np`.
    fn names_types(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Name(name) => match self.scope.meaning(name) {
                Some(Meaning::Module(module)) => is_type_module(module),
                Some(Meaning::Imported { module, name }) => is_type_module(module) && &**name == "types",
                _ => false,
            },
            ExprKind::Attribute { value, name } => &*name.name == "types" && self.names_types(value),
            _ => false,
        }
    }
}

fn is_type_module(module: &str) -> bool {
    matches!(module, "hotloop" | "hotloop.types" | "numba.types" | "numba.core.types" | "numpy")
}

fn unreadable(message: String, span: Span) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error(&SIGNATURE, message, span);
    Box::new(diagnostic.with_help("write the signature as a string, such as \"float64(float64[:], int64)\""))
}

fn wrong(text: &str, error: &SignatureError, span: Span) -> Box<Diagnostic> {
    let message = format!("the signature `{text}` cannot be read: {error}");
    let diagnostic = Diagnostic::error(&SIGNATURE, message, span);
    Box::new(diagnostic.with_help("a signature looks like \"float64(float64[:, ::1], int64)\""))
}
