//! The order of parameters, and the kinds that `/` and `*` give them.

use crate::tree::Builder;
use hotloop_ast::{Expr, Identifier, Parameter, ParameterKind, Parameters};
use hotloop_diagnostics::{Code, Diagnostic, Span};

pub(crate) static INVALID_PARAMETERS: Code = Code::new("HL0112", "parameters in an impossible order");

/// A parameter, or a mark between parameters, at its place.
#[derive(Clone, Debug)]
pub(crate) struct RawParameter {
    pub(crate) kind: RawParameterKind,
    pub(crate) place: Span,
}

/// What a parameter or a mark is.
#[derive(Clone, Debug)]
pub(crate) enum RawParameterKind {
    Plain { name: Identifier, annotation: Option<Expr>, default: Option<Expr> },
    Variadic { name: Identifier, annotation: Option<Expr> },
    Keywords { name: Identifier, annotation: Option<Expr> },
    Star,
    Slash,
}

impl Builder<'_> {
    pub(crate) fn parameters(&self, raw: Vec<RawParameter>) -> Parameters {
        let mut order = ParameterOrder::new(self);
        raw.into_iter().for_each(|parameter| order.add(parameter));
        order.finish()
    }
}

/// What was seen of a list of parameters.
struct ParameterOrder<'b, 't> {
    builder: &'b Builder<'t>,
    items: Vec<Parameter>,
    slash: bool,
    /// `*` or `*args`.
    star: bool,
    /// A bare `*` that still needs a parameter behind it.
    bare_star: Option<Span>,
    /// `**kwargs`.
    keywords: bool,
    default: bool,
}

impl<'b, 't> ParameterOrder<'b, 't> {
    fn new(builder: &'b Builder<'t>) -> Self {
        Self {
            builder,
            items: Vec::new(),
            slash: false,
            star: false,
            bare_star: None,
            keywords: false,
            default: false,
        }
    }

    fn report(&self, message: &str, span: Span) {
        self.builder.report(Diagnostic::error(&INVALID_PARAMETERS, message, span).with_help(
            "the order is: positional, `/`, ordinary, `*args` or `*`, keyword-only, `**kwargs`; defaults come last",
        ));
    }

    fn add(&mut self, parameter: RawParameter) {
        let place = parameter.place;
        match parameter.kind {
            RawParameterKind::Plain { name, annotation, default } => {
                self.plain(name, annotation, default, place);
            }
            RawParameterKind::Variadic { name, annotation } => {
                self.mark_star(name.span);
                self.push(ParameterKind::Variadic, name, annotation, None, place);
            }
            RawParameterKind::Keywords { name, annotation } => {
                if self.keywords {
                    self.report("there can be one `**` parameter only", name.span);
                }
                self.check_bare_star();
                self.keywords = true;
                self.push(ParameterKind::VariadicKeyword, name, annotation, None, place);
            }
            RawParameterKind::Star => {
                self.mark_star(place);
                self.bare_star = Some(place);
            }
            RawParameterKind::Slash => self.mark_slash(place),
        }
    }

    fn plain(&mut self, name: Identifier, annotation: Option<Expr>, default: Option<Expr>, place: Span) {
        if self.keywords {
            self.report("no parameter can follow the `**` parameter", name.span);
        }
        if self.default && default.is_none() && !self.star {
            self.report("a parameter without a default follows one with a default", name.span);
        }
        self.default |= default.is_some();
        self.bare_star = None;
        let kind = if self.star { ParameterKind::KeywordOnly } else { ParameterKind::Ordinary };
        self.push(kind, name, annotation, default, place);
    }

    fn mark_star(&mut self, place: Span) {
        if self.star {
            self.report("there can be one `*` only", place);
        }
        if self.keywords {
            self.report("no parameter can follow the `**` parameter", place);
        }
        self.star = true;
    }

    fn mark_slash(&mut self, place: Span) {
        if self.slash {
            self.report("there can be one `/` only", place);
        }
        if self.star || self.keywords {
            self.report("`/` stands before `*`", place);
        }
        if self.items.is_empty() {
            self.report("at least one parameter stands before `/`", place);
        }
        self.slash = true;
        for item in &mut self.items {
            if item.kind == ParameterKind::Ordinary {
                item.kind = ParameterKind::PositionalOnly;
            }
        }
    }

    fn check_bare_star(&mut self) {
        if let Some(place) = self.bare_star.take() {
            self.report("named parameters must follow a bare `*`", place);
        }
    }

    fn push(
        &mut self,
        kind: ParameterKind,
        name: Identifier,
        annotation: Option<Expr>,
        default: Option<Expr>,
        span: Span,
    ) {
        self.items.push(Parameter { kind, name, annotation, default, span });
    }

    fn finish(mut self) -> Parameters {
        self.check_bare_star();
        Parameters { items: self.items }
    }
}
