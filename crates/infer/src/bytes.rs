//! Bytes: what strings have of operators and methods, done on strings whose characters are the bytes.

use crate::call::Arguments;
use crate::function::{Inference, Typed};
use crate::sequences::perform;
use crate::strings::{checked, int64, str_constant};
use hotloop_ast::Identifier;
use hotloop_diagnostics::Span;
use hotloop_hir::Expr;
use hotloop_objects::{Default, Operation, Parameter, STR_METHODS};
use hotloop_types::{Dtype, Type};

/// The methods of bytes that mean what those of strings mean: no case and no white space is looked at, and no list is made.
pub(crate) const METHODS: &[&str] = &[
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "startswith",
    "endswith",
    "replace",
    "removeprefix",
    "removesuffix",
    "strip",
    "lstrip",
    "rstrip",
    "center",
    "ljust",
    "rjust",
    "zfill",
];

/// A string whose characters are the bytes.
pub(crate) fn as_text(bytes: Expr, span: Span) -> Expr {
    perform(Operation::StrOfBytes, vec![bytes], Type::Str, span)
}

/// Bytes that are the characters of a string, of which none is above 255.
pub(crate) fn as_bytes(text: Expr, span: Span) -> Expr {
    perform(Operation::BytesOfStr, vec![text], Type::Bytes, span)
}

impl Inference<'_> {
    /// `bytes.name(arguments)`.
    pub(crate) fn bytes_method(
        &mut self,
        bytes: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let has_arguments = !arguments.positional.is_empty() || !arguments.keywords.is_empty();
        if &*name.name == "decode" && !has_arguments {
            return self.with_let(bytes, "bytes", span, |_, bytes| {
                let fits = perform(Operation::IsUtf8, vec![bytes.clone()], Type::BOOL, span);
                let bytes = checked(fits, "the bytes are no UTF-8", bytes, span);
                Ok(perform(Operation::Decode, vec![bytes], Type::Str, span))
            });
        }
        let is_known = METHODS.contains(&&*name.name) && (has_arguments || !name.name.ends_with("strip"));
        let method = STR_METHODS.iter().find(|method| is_known && method.name == &*name.name);
        let Some(method) = method else { return Err(self.report_method(&bytes, name)) };
        let names: Vec<&str> = method.parameters.iter().map(|parameter| parameter.name).collect();
        let is_required = |parameter: &&Parameter| parameter.default == Default::Required;
        let required = method.parameters.iter().filter(is_required).count();
        let placed = self.place_arguments(method.name, &names, required, arguments, span)?;
        let mut passed = vec![as_text(bytes, span)];
        for (parameter, given) in method.parameters.iter().zip(placed) {
            let Some(given) = given else {
                passed.push(match parameter.default {
                    Default::Int(value) => int64(value, span),
                    Default::Str(text) => str_constant(text.to_owned(), span),
                    Default::Required => unreachable!("required arguments were placed"),
                });
                continue;
            };
            let value = self.expression(given)?;
            passed.push(match &value.ty {
                Type::Bytes if parameter.is_str => as_text(value, span),
                Type::Scalar(dtype) if !parameter.is_str && !dtype.is_float() && !dtype.is_complex() => {
                    crate::conversion::to_dtype(value, Dtype::Int64)
                }
                _ => {
                    let wanted = if parameter.is_str { "bytes" } else { "an integer" };
                    return Err(self.report_method_argument(method.name, parameter.name, &value, wanted));
                }
            });
        }
        let result = self.checked_method(method, passed, span)?;
        Ok(if result.ty == Type::Str { as_bytes(result, span) } else { result })
    }

    /// `text.encode()`.
    pub(crate) fn encode(&mut self, text: Expr, span: Span) -> Typed {
        self.with_let(text, "text", span, |_, text| {
            let fits = perform(Operation::IsEncodable, vec![text.clone()], Type::BOOL, span);
            let text = checked(fits, "half of a surrogate pair cannot be encoded", text, span);
            Ok(perform(Operation::Encode, vec![text], Type::Bytes, span))
        })
    }
}
