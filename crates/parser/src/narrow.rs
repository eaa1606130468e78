//! Refuses what the grammar accepts for the sake of its simplicity: targets, parameters, arguments, patterns, and the two
//! meanings of parentheses behind `with`.

use crate::tree::Builder;
use hotloop_ast::{
    Argument, BinaryOp, ExceptHandler, Expr, ExprKind, Identifier, Number, Parameter, ParameterKind,
    Parameters, Pattern, PatternKind, Stmt, StmtKind, WithItem,
};
use hotloop_diagnostics::{Code, Diagnostic, Span};

pub(crate) static INVALID_TARGET: Code = Code::new("HL0106", "something that cannot be assigned to");
pub(crate) static INVALID_PARAMETERS: Code = Code::new("HL0112", "parameters in an impossible order");
pub(crate) static INVALID_ARGUMENTS: Code = Code::new("HL0113", "arguments in an impossible order");
pub(crate) static INVALID_PATTERN: Code = Code::new("HL0114", "a pattern that `match` does not know");
pub(crate) static INVALID_TRY: Code = Code::new("HL0115", "a `try` whose parts do not fit together");

/// A parameter, or a mark between parameters.
#[derive(Clone, Debug)]
pub(crate) enum RawParameter {
    Plain { name: Identifier, annotation: Option<Expr>, default: Option<Expr> },
    Variadic { name: Identifier, annotation: Option<Expr> },
    Keywords { name: Identifier, annotation: Option<Expr> },
    Star { place: Span },
    Slash { place: Span },
}

/// An argument, before it is known whether it stands alone.
#[derive(Clone, Debug)]
pub(crate) enum RawArgument {
    Plain(Argument),
    /// A generator expression without parentheses of its own.
    Generator(Expr),
}

/// What stands between the parentheses behind `with`.
#[derive(Clone, Debug)]
pub(crate) enum RawWithItem {
    /// An expression: a context manager, or an element of a tuple.
    Plain(Expr),
    /// `context as target`.
    Item(WithItem),
}

/// An argument of a class pattern, or an entry of a mapping pattern.
#[derive(Clone, Debug)]
pub(crate) enum RawPattern {
    Positional(Pattern),
    Keyword(Identifier, Pattern),
    Pair(Expr, Pattern),
    Rest(Identifier),
}

/// Where a target stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TargetUse {
    /// `=`, `for`, `as`: also tuples, lists and stars.
    Assign,
    /// `del`: also tuples and lists.
    Delete,
    /// `+=`, `:`: one place alone.
    Single(&'static str),
}

// Targets.
impl Builder<'_> {
    pub(crate) fn target(&self, target: Expr) -> Expr {
        self.check_target(&target, TargetUse::Assign);
        target
    }

    pub(crate) fn with_item(&self, context: Expr, target: Option<Expr>) -> WithItem {
        WithItem { context, target }
    }

    pub(crate) fn assign(&self, first: Expr, mut rest: Vec<Expr>) -> StmtKind {
        let value = rest.pop().expect("an assignment has a value");
        rest.insert(0, first);
        rest.iter().for_each(|target| self.check_target(target, TargetUse::Assign));
        StmtKind::Assign { targets: rest, value }
    }

    pub(crate) fn augmented(&self, target: Expr, op: BinaryOp, value: Expr) -> StmtKind {
        self.check_target(&target, TargetUse::Single("be changed in place"));
        StmtKind::AugAssign { target, op, value }
    }

    pub(crate) fn annotated(&self, target: Expr, annotation: Expr, value: Option<Expr>) -> StmtKind {
        self.check_target(&target, TargetUse::Single("carry an annotation"));
        StmtKind::AnnAssign { target, annotation, value }
    }

    pub(crate) fn delete(&self, targets: Vec<Expr>) -> StmtKind {
        targets.iter().for_each(|target| self.check_target(target, TargetUse::Delete));
        StmtKind::Delete(targets)
    }

    fn check_target(&self, target: &Expr, how: TargetUse) {
        match (&target.kind, how) {
            (ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }, _) => {}
            (ExprKind::Tuple(items) | ExprKind::List(items), TargetUse::Assign | TargetUse::Delete) => {
                items.iter().for_each(|item| self.check_target(item, how));
            }
            (ExprKind::Starred(value), TargetUse::Assign) if !matches!(value.kind, ExprKind::Starred(_)) => {
                self.check_target(value, how);
            }
            (kind, how) => self.report_target(kind, target.span, how),
        }
    }

    fn report_target(&self, kind: &ExprKind, span: Span, how: TargetUse) {
        let what = kind.describe();
        let message = match how {
            TargetUse::Assign => format!("{what} cannot be assigned to"),
            TargetUse::Delete => format!("{what} cannot be deleted"),
            TargetUse::Single(verb) => format!("{what} cannot {verb}"),
        };
        let help = match (kind, how) {
            (ExprKind::Tuple(_) | ExprKind::List(_), _) => "write one statement for each element",
            (_, TargetUse::Assign) => {
                "a target is a name, an attribute, an element, or a tuple of these; `==` compares"
            }
            (_, TargetUse::Delete | TargetUse::Single(_)) => "only a name, an attribute or an element can",
        };
        self.report(Diagnostic::error(&INVALID_TARGET, message, span).with_help(help));
    }
}

// Parentheses behind `with`.
impl Builder<'_> {
    /// Items, if all of them could be; else the elements of one tuple, or one expression in parentheses.
    pub(crate) fn with_items(
        &self,
        items: Vec<RawWithItem>,
        comma: bool,
        start: u32,
        end: u32,
    ) -> Vec<WithItem> {
        let is_value = |item: &RawWithItem| match item {
            RawWithItem::Plain(expr) => matches!(expr.kind, ExprKind::Starred(_) | ExprKind::Walrus { .. }),
            RawWithItem::Item(_) => false,
        };
        if !items.iter().any(is_value) {
            return items.into_iter().map(RawWithItem::into_item).collect();
        }
        let mut values = Vec::new();
        for item in items {
            match item {
                RawWithItem::Plain(expr) => values.push(expr),
                RawWithItem::Item(item) => {
                    let message = "`as` cannot stand beside a star or `:=`";
                    self.report(Diagnostic::error(&INVALID_TARGET, message, item.context.span));
                    values.push(item.context);
                }
            }
        }
        let is_tuple = comma || values.len() > 1;
        let context = match values.pop() {
            Some(value) if !is_tuple && !matches!(value.kind, ExprKind::Starred(_)) => value,
            Some(value) => {
                if !is_tuple {
                    let message = "a starred expression cannot stand alone in parentheses";
                    self.report(Diagnostic::error(&INVALID_TARGET, message, value.span));
                }
                values.push(value);
                self.expr(ExprKind::Tuple(values), start, end)
            }
            None => self.expr(ExprKind::Tuple(values), start, end),
        };
        vec![WithItem { context, target: None }]
    }
}

impl RawWithItem {
    fn into_item(self) -> WithItem {
        match self {
            Self::Plain(context) => WithItem { context, target: None },
            Self::Item(item) => item,
        }
    }
}

// Parameters.
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
        match parameter {
            RawParameter::Plain { name, annotation, default } => self.plain(name, annotation, default),
            RawParameter::Variadic { name, annotation } => {
                self.mark_star(name.span);
                self.push(ParameterKind::Variadic, name, annotation, None);
            }
            RawParameter::Keywords { name, annotation } => {
                if self.keywords {
                    self.report("there can be one `**` parameter only", name.span);
                }
                self.check_bare_star();
                self.keywords = true;
                self.push(ParameterKind::VariadicKeyword, name, annotation, None);
            }
            RawParameter::Star { place } => {
                self.mark_star(place);
                self.bare_star = Some(place);
            }
            RawParameter::Slash { place } => self.mark_slash(place),
        }
    }

    fn plain(&mut self, name: Identifier, annotation: Option<Expr>, default: Option<Expr>) {
        if self.keywords {
            self.report("no parameter can follow the `**` parameter", name.span);
        }
        if self.default && default.is_none() && !self.star {
            self.report("a parameter without a default follows one with a default", name.span);
        }
        self.default |= default.is_some();
        self.bare_star = None;
        let kind = if self.star { ParameterKind::KeywordOnly } else { ParameterKind::Ordinary };
        self.push(kind, name, annotation, default);
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
    ) {
        self.items.push(Parameter { kind, name, annotation, default });
    }

    fn finish(mut self) -> Parameters {
        self.check_bare_star();
        Parameters { items: self.items }
    }
}

// Arguments.
impl Builder<'_> {
    /// `name=value`; a name in parentheses is none.
    pub(crate) fn keyword_argument(&self, start: u32, name: Expr, value: Expr) -> RawArgument {
        let span = name.span;
        let name = match name.kind {
            ExprKind::Name(name) if start == span.start => name,
            kind => {
                let message = format!("{} cannot name an argument", kind.describe());
                self.report(
                    Diagnostic::error(&INVALID_ARGUMENTS, message, span)
                        .with_help("write `==` to compare, or `:=` in parentheses to assign"),
                );
                hotloop_ast::Name::from("")
            }
        };
        RawArgument::Plain(Argument::Keyword { name: Identifier { name, span }, value })
    }

    pub(crate) fn arguments(&self, raw: Vec<RawArgument>) -> Vec<Argument> {
        let is_alone = raw.len() == 1;
        let (mut keyword, mut keywords) = (false, false);
        let mut arguments = Vec::with_capacity(raw.len());
        for argument in raw {
            let argument = match argument {
                RawArgument::Plain(argument) => argument,
                RawArgument::Generator(generator) => {
                    if !is_alone {
                        let message = "a generator expression among other arguments needs parentheses";
                        self.report(
                            Diagnostic::error(&INVALID_ARGUMENTS, message, generator.span)
                                .with_help("put parentheses around it"),
                        );
                    }
                    Argument::Positional(generator)
                }
            };
            match &argument {
                Argument::Positional(value) if keywords => {
                    self.report_argument("a positional argument follows `**`", value.span);
                }
                Argument::Positional(value) if keyword => {
                    self.report_argument("a positional argument follows a keyword argument", value.span);
                }
                Argument::Unpack(value) if keywords => self.report_argument("`*` follows `**`", value.span),
                Argument::Positional(_) | Argument::Unpack(_) => {}
                Argument::Keyword { .. } => keyword = true,
                Argument::UnpackKeywords(_) => keywords = true,
            }
            arguments.push(argument);
        }
        arguments
    }

    fn report_argument(&self, message: &str, span: Span) {
        self.report(
            Diagnostic::error(&INVALID_ARGUMENTS, message, span)
                .with_help("positional arguments come first, then keyword arguments, then `**`"),
        );
    }

    pub(crate) fn call(&self, function: Expr, arguments: Vec<Argument>, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Call { function: Box::new(function), arguments }, start, end)
    }
}

// `try`.
impl Builder<'_> {
    pub(crate) fn try_statement(
        &self,
        body: Vec<Stmt>,
        handlers: Vec<(bool, ExceptHandler)>,
        otherwise: Vec<Stmt>,
        finally: Vec<Stmt>,
    ) -> StmtKind {
        let is_star = handlers.first().is_some_and(|(is_star, _)| *is_star);
        if let Some((_, handler)) = handlers.iter().find(|(star, _)| *star != is_star) {
            let message = "one `try` cannot have both `except` and `except*`";
            self.report(Diagnostic::error(&INVALID_TRY, message, handler.span));
        }
        let handlers = handlers.into_iter().map(|(_, handler)| handler).collect();
        StmtKind::Try { is_star, body, handlers, otherwise, finally }
    }
}

// Patterns.
impl Builder<'_> {
    fn pattern(&self, kind: PatternKind, start: u32, end: u32) -> Pattern {
        Pattern { kind, span: self.span(start, end) }
    }

    fn report_pattern(&self, message: &str, span: Span) {
        self.report(Diagnostic::error(&INVALID_PATTERN, message, span));
    }

    pub(crate) fn value_pattern(&self, value: Expr, start: u32, end: u32) -> Pattern {
        self.pattern(PatternKind::Value(value), start, end)
    }

    /// `_`, a name that is bound, or a dotted name that is compared.
    pub(crate) fn name_pattern(&self, name: Expr, start: u32, end: u32) -> Pattern {
        let kind = match name.kind {
            ExprKind::Name(name) if &*name == "_" => PatternKind::Wildcard,
            ExprKind::Name(bound) => PatternKind::Capture(Identifier { name: bound, span: name.span }),
            kind => PatternKind::Value(Expr::new(kind, name.span)),
        };
        self.pattern(kind, start, end)
    }

    pub(crate) fn star_pattern(&self, name: Identifier, start: u32, end: u32) -> Pattern {
        let name = Some(name).filter(|name| &*name.name != "_");
        self.pattern(PatternKind::Star(name), start, end)
    }

    pub(crate) fn as_pattern(&self, pattern: Pattern, name: Identifier, start: u32, end: u32) -> Pattern {
        if &*name.name == "_" {
            self.report_pattern("`_` matches without binding, so it cannot stand behind `as`", name.span);
        }
        self.pattern(PatternKind::As { pattern: Box::new(pattern), name }, start, end)
    }

    pub(crate) fn or_pattern(&self, first: Pattern, mut rest: Vec<Pattern>, start: u32, end: u32) -> Pattern {
        rest.insert(0, first);
        self.pattern(PatternKind::Or(rest), start, end)
    }

    pub(crate) fn sequence_pattern(&self, items: Vec<Pattern>, start: u32, end: u32) -> Pattern {
        self.pattern(PatternKind::Sequence(items), start, end)
    }

    pub(crate) fn complex_literal(
        &self,
        real: Expr,
        op: BinaryOp,
        imaginary: Expr,
        start: u32,
        end: u32,
    ) -> Expr {
        if !matches!(imaginary.kind, ExprKind::Number(Number::Imaginary(_))) {
            self.report_pattern("the second part of a complex number ends in `j`", imaginary.span);
        }
        let unsigned = match &real.kind {
            ExprKind::Unary { operand, .. } => &operand.kind,
            kind => kind,
        };
        if matches!(unsigned, ExprKind::Number(Number::Imaginary(_))) {
            self.report_pattern("the first part of a complex number is real", real.span);
        }
        self.expr(ExprKind::Binary { first: Box::new(real), rest: vec![(op, imaginary)] }, start, end)
    }

    pub(crate) fn class_pattern(
        &self,
        class: Expr,
        arguments: Vec<RawPattern>,
        start: u32,
        end: u32,
    ) -> Pattern {
        let (mut positional, mut keywords) = (Vec::new(), Vec::new());
        for argument in arguments {
            match argument {
                RawPattern::Positional(pattern) => {
                    if !keywords.is_empty() {
                        self.report_pattern("a positional pattern follows a keyword pattern", pattern.span);
                    }
                    positional.push(pattern);
                }
                RawPattern::Keyword(name, pattern) => keywords.push((name, pattern)),
                RawPattern::Pair(..) | RawPattern::Rest(_) => {
                    unreachable!("the grammar keeps them to mappings")
                }
            }
        }
        self.pattern(PatternKind::Class { class, positional, keywords }, start, end)
    }

    pub(crate) fn mapping_pattern(&self, entries: Vec<RawPattern>, start: u32, end: u32) -> Pattern {
        let (mut items, mut rest) = (Vec::new(), None::<Identifier>);
        for entry in entries {
            if let Some(name) = &rest {
                self.report_pattern("nothing can follow the `**` of a mapping pattern", name.span);
            }
            match entry {
                RawPattern::Pair(key, pattern) => {
                    if matches!(key.kind, ExprKind::Name(_)) {
                        self.report_pattern("a key is a literal or a dotted name", key.span);
                    }
                    items.push((key, pattern));
                }
                RawPattern::Rest(name) => {
                    if &*name.name == "_" {
                        self.report_pattern(
                            "`**_` is not needed: a mapping pattern ignores other keys",
                            name.span,
                        );
                    }
                    rest = Some(name);
                }
                RawPattern::Positional(_) | RawPattern::Keyword(..) => {
                    unreachable!("the grammar keeps them to classes");
                }
            }
        }
        self.pattern(PatternKind::Mapping { items, rest }, start, end)
    }
}
