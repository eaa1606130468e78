//! Builds the nodes of the tree for the grammar's actions.
//!
//! An action cannot fail: what it finds wrong it reports, and goes on with a tree of the right shape.

use crate::fault::Fault;
use crate::literal::{Reading, StringToken, read_number, read_text};
use crate::operators;
use crate::token::TokenKind;
use crate::version::PythonVersion;
use hotloop_ast::{
    Alias, BinaryOp, BoolOp, ClassDef, CompareOp, Comprehension, Conversion, ExceptHandler, Expr, ExprKind,
    FormatPart, FunctionDef, Identifier, Name, Parameters, Stmt, StmtKind, UnaryOp,
};
use hotloop_diagnostics::{Code, Diagnostic, FileId, Span};
use std::cell::RefCell;

pub(crate) static INVALID_STRING: Code = Code::new("HL0111", "string literals that do not fit together");

/// What the actions know: the text, and where to report.
pub(crate) struct Builder<'t> {
    text: &'t str,
    file: FileId,
    pub(crate) version: PythonVersion,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

/// An operand with its place, parentheses included.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) expr: Expr,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A part of an f-string before it is known whether the string is raw.
#[derive(Clone, Debug)]
pub(crate) enum RawFormatPart {
    /// Text at a place.
    Text(u32, u32),
    /// A replacement field.
    Field {
        value: Box<Expr>,
        debug_text: Option<String>,
        conversion: Option<Conversion>,
        format: Option<Vec<RawFormatPart>>,
        span: Span,
    },
}

impl<'t> Builder<'t> {
    pub(crate) fn new(text: &'t str, file: FileId, version: PythonVersion) -> Self {
        Self { text, file, version, diagnostics: RefCell::new(Vec::new()) }
    }

    /// Takes what was reported since the last call.
    pub(crate) fn take_diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.take()
    }

    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn text_at(&self, start: u32, end: u32) -> &'t str {
        &self.text[start as usize..end as usize]
    }

    pub(crate) fn stmt(&self, kind: StmtKind, start: u32, end: u32) -> Stmt {
        Stmt { kind, span: self.span(start, end) }
    }

    pub(crate) fn expr(&self, kind: ExprKind, start: u32, end: u32) -> Expr {
        Expr::new(kind, self.span(start, end))
    }
}

// Names and simple expressions.
impl Builder<'_> {
    pub(crate) fn identifier(&self, start: u32, end: u32) -> Identifier {
        Identifier { name: Name::from(self.text_at(start, end)), span: self.span(start, end) }
    }

    /// A dotted name, without the spaces that may stand around its dots.
    pub(crate) fn dotted(&self, start: u32, end: u32) -> Identifier {
        let text = self.text_at(start, end);
        let is_part = |character: char| character == '.' || !(character.is_whitespace() || character == '\\');
        let name = match text.chars().all(is_part) {
            true => Name::from(text),
            false => Name::from(text.chars().filter(|character| is_part(*character)).collect::<String>()),
        };
        Identifier { name, span: self.span(start, end) }
    }

    pub(crate) fn name(&self, identifier: Identifier) -> Expr {
        Expr::new(ExprKind::Name(identifier.name), identifier.span)
    }

    pub(crate) fn number(&self, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Number(read_number(self.text_at(start, end))), start, end)
    }

    pub(crate) fn starred(&self, value: Expr, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Starred(Box::new(value)), start, end)
    }

    pub(crate) fn walrus(&self, target: Identifier, value: Expr, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Walrus { target, value: Box::new(value) }, start, end)
    }

    pub(crate) fn attribute(&self, value: Expr, name: Identifier, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Attribute { value: Box::new(value), name }, start, end)
    }

    pub(crate) fn subscript(&self, value: Expr, index: Expr, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Subscript { value: Box::new(value), index: Box::new(index) }, start, end)
    }

    /// An index alone; `x[*a]` means a tuple all the same.
    pub(crate) fn single_index(&self, item: Expr) -> Expr {
        let span = item.span;
        match item.kind {
            ExprKind::Starred(_) => Expr::new(ExprKind::Tuple(vec![item]), span),
            _ => item,
        }
    }

    pub(crate) fn slice(
        &self,
        lower: Option<Expr>,
        upper: Option<Expr>,
        step: Option<Expr>,
        start: u32,
        end: u32,
    ) -> Expr {
        let [lower, upper, step] = [lower, upper, step].map(|bound| bound.map(Box::new));
        self.expr(ExprKind::Slice { lower, upper, step }, start, end)
    }
}

// Operators.
impl Builder<'_> {
    pub(crate) fn unary(&self, op: UnaryOp, operand: Expr, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Unary { op, operand: Box::new(operand) }, start, end)
    }

    pub(crate) fn power(&self, base: Expr, exponent: Expr, start: u32, end: u32) -> Expr {
        let kind = ExprKind::Binary { first: Box::new(base), rest: vec![(BinaryOp::Pow, exponent)] };
        self.expr(kind, start, end)
    }

    pub(crate) fn operation(&self, first: Operand, rest: Vec<(BinaryOp, Operand)>) -> Expr {
        operators::group(first, rest, self.file)
    }

    pub(crate) fn comparison(&self, first: Expr, rest: Vec<(CompareOp, Expr)>, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Compare { first: Box::new(first), rest }, start, end)
    }

    pub(crate) fn bool_chain(
        &self,
        op: BoolOp,
        first: Expr,
        mut rest: Vec<Expr>,
        start: u32,
        end: u32,
    ) -> Expr {
        rest.insert(0, first);
        self.expr(ExprKind::BoolChain { op, operands: rest }, start, end)
    }

    pub(crate) fn conditional(
        &self,
        condition: Expr,
        then: Expr,
        otherwise: Expr,
        start: u32,
        end: u32,
    ) -> Expr {
        let [condition, then, otherwise] = [condition, then, otherwise].map(Box::new);
        self.expr(ExprKind::Conditional { condition, then, otherwise }, start, end)
    }

    pub(crate) fn generator(&self, element: Expr, clauses: Vec<Comprehension>, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Generator { element: Box::new(element), clauses }, start, end)
    }

    pub(crate) fn set_comprehension(
        &self,
        element: Expr,
        clauses: Vec<Comprehension>,
        start: u32,
        end: u32,
    ) -> Expr {
        self.expr(ExprKind::SetComprehension { element: Box::new(element), clauses }, start, end)
    }

    pub(crate) fn dict_comprehension(
        &self,
        key: Expr,
        value: Expr,
        clauses: Vec<Comprehension>,
        start: u32,
        end: u32,
    ) -> Expr {
        let kind = ExprKind::DictComprehension { key: Box::new(key), value: Box::new(value), clauses };
        self.expr(kind, start, end)
    }
}

// Statements that need no narrowing.
impl Builder<'_> {
    pub(crate) fn function(&self, function: FunctionDef) -> StmtKind {
        StmtKind::Function(Box::new(function))
    }

    pub(crate) fn class(&self, class: ClassDef) -> StmtKind {
        StmtKind::Class(Box::new(class))
    }

    pub(crate) fn alias(&self, name: Identifier, alias: Option<Identifier>) -> Alias {
        let span = alias.as_ref().map_or(name.span, |alias| name.span.to(alias.span));
        Alias { name, alias, span }
    }

    pub(crate) fn handler(
        &self,
        is_star: bool,
        kind: Option<Expr>,
        name: Option<Identifier>,
        body: Vec<Stmt>,
        start: u32,
        end: u32,
    ) -> (bool, ExceptHandler) {
        (is_star, ExceptHandler { kind, name, body, span: self.span(start, end) })
    }

    pub(crate) fn lambda(
        &self,
        parameters: Vec<crate::narrow::RawParameter>,
        body: Expr,
        start: u32,
        end: u32,
    ) -> Expr {
        let parameters: Box<Parameters> = Box::new(self.parameters(parameters));
        self.expr(ExprKind::Lambda { parameters, body: Box::new(body) }, start, end)
    }
}

// Strings.
impl Builder<'_> {
    /// A replacement field; `debug` runs from behind its brace to behind its `=`.
    pub(crate) fn field(
        &self,
        value: Expr,
        debug: Option<(u32, u32)>,
        conversion: Option<Identifier>,
        format: Option<Vec<RawFormatPart>>,
        span: Span,
    ) -> RawFormatPart {
        if matches!(value.kind, ExprKind::Starred(_)) {
            self.since(12, "a star alone in an f-string's field", value.span);
        }
        let debug_text = debug.map(|(start, end)| {
            let rest = self.text_at(end, span.end);
            without_comments(self.text_at(start, end + blank_length(rest) as u32))
        });
        let conversion = conversion.and_then(|name| self.conversion(&name));
        RawFormatPart::Field { value: Box::new(value), debug_text, conversion, format, span }
    }

    /// The name behind `!`, which must follow at once.
    pub(crate) fn conversion_name(&self, end: u32, name: Identifier) -> Identifier {
        if name.span.start != end {
            let message = "the conversion of an f-string stands right behind its `!`";
            self.report(
                Diagnostic::error(&INVALID_STRING, message, name.span)
                    .with_help("remove the space between them"),
            );
        }
        name
    }

    fn conversion(&self, name: &Identifier) -> Option<Conversion> {
        match &*name.name {
            "s" => Some(Conversion::Str),
            "r" => Some(Conversion::Repr),
            "a" => Some(Conversion::Ascii),
            other => {
                let message = format!("`!{other}` is no conversion of an f-string");
                self.report(
                    Diagnostic::error(&INVALID_STRING, message, name.span)
                        .with_help("use `!s`, `!r` or `!a`"),
                );
                None
            }
        }
    }

    /// Joins adjacent literals.
    pub(crate) fn strings(
        &self,
        parts: Vec<(u32, u32, Option<Vec<RawFormatPart>>)>,
        start: u32,
        end: u32,
    ) -> Expr {
        let mut joined = Joined::default();
        for (start, end, fields) in parts {
            let token = StringToken::new(self.text_at(start, end), start);
            joined.kinds.note(&token, fields.is_some());
            match fields {
                Some(_) if token.is_template => self.since(14, "a template string", self.span(start, end)),
                Some(_) => self.check_old_format(start, end),
                None => {}
            }
            match fields {
                Some(fields) => self.format_parts(fields, token.is_raw, true, &mut joined.parts),
                None => {
                    let how =
                        Reading { is_raw: token.is_raw, is_bytes: token.is_bytes, doubles_braces: false };
                    self.append_text(token.body, token.offset, how, &mut joined.parts);
                }
            }
        }
        if let Some(message) = joined.kinds.conflict() {
            self.report(
                Diagnostic::error(&INVALID_STRING, message, self.span(start, end))
                    .with_help("join them with `+` after converting one of them"),
            );
        }
        self.expr(joined.into_kind(), start, end)
    }

    fn format_parts(
        &self,
        raw: Vec<RawFormatPart>,
        is_raw: bool,
        doubles_braces: bool,
        parts: &mut Vec<FormatPart>,
    ) {
        for part in raw {
            match part {
                RawFormatPart::Text(start, end) => {
                    let how = Reading { is_raw, is_bytes: false, doubles_braces };
                    self.append_text(self.text_at(start, end), start, how, parts);
                }
                RawFormatPart::Field { value, debug_text, conversion, format, span } => {
                    let format = format.map(|raw| {
                        let mut parts = Vec::new();
                        self.format_parts(raw, is_raw, false, &mut parts);
                        parts
                    });
                    parts.push(FormatPart::Field { value, debug_text, conversion, format, span });
                }
            }
        }
    }

    /// Adds text to the last part, or as a new one.
    fn append_text(&self, text: &str, offset: u32, how: Reading, parts: &mut Vec<FormatPart>) {
        let mut faults: Vec<Fault> = Vec::new();
        read_text(text, offset, how, parts, &mut faults);
        faults.iter().for_each(|fault| self.report(fault.diagnose(self.file)));
    }
}

/// Adjacent literals on their way to one.
#[derive(Default)]
struct Joined {
    kinds: StringKinds,
    parts: Vec<FormatPart>,
}

/// Which kinds of literals stand side by side.
#[derive(Default)]
struct StringKinds {
    bytes: bool,
    text: bool,
    format: bool,
    template: bool,
}

impl StringKinds {
    fn note(&mut self, token: &StringToken<'_>, is_format: bool) {
        self.bytes |= token.is_bytes;
        self.template |= is_format && token.is_template;
        self.format |= is_format && !token.is_template;
        self.text |= !is_format && !token.is_bytes;
    }

    fn conflict(&self) -> Option<&'static str> {
        if self.bytes && (self.text || self.format || self.template) {
            Some("a bytes literal and a string cannot stand side by side")
        } else if self.template && (self.text || self.format) {
            Some("a template string and another string cannot stand side by side")
        } else {
            None
        }
    }
}

/// The code points of a part without fields.
fn code_points(part: &FormatPart) -> Vec<u32> {
    match part {
        FormatPart::Text(text) => text.chars().map(u32::from).collect(),
        FormatPart::Surrogate(half) => vec![u32::from(*half)],
        FormatPart::Field { .. } => Vec::new(),
    }
}

/// The length of the spaces, line ends and comments at the start of a text.
fn blank_length(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest[rest.find('\n').unwrap_or(rest.len())..].trim_start();
    }
    text.len() - rest.len()
}

/// The text of a field without its comments.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for comment in crate::tokens(text).iter().filter(|token| token.kind == TokenKind::Comment) {
        kept.push_str(&text[at..comment.start as usize]);
        at = comment.end as usize;
    }
    kept.push_str(&text[at..]);
    kept
}

impl Joined {
    fn into_kind(self) -> ExprKind {
        if self.kinds.template {
            return ExprKind::TemplateString(self.parts);
        }
        if self.kinds.format {
            return ExprKind::FormatString(self.parts);
        }
        if self.parts.len() > 1 {
            return ExprKind::SurrogateStr(self.parts.iter().flat_map(code_points).collect());
        }
        let text = match self.parts.into_iter().next() {
            Some(FormatPart::Text(text)) => text,
            Some(FormatPart::Surrogate(half)) => return ExprKind::SurrogateStr(vec![u32::from(half)]),
            Some(FormatPart::Field { .. }) | None => String::new(),
        };
        if self.kinds.bytes {
            ExprKind::Bytes(text.chars().map(|character| character as u8).collect())
        } else {
            ExprKind::Str(text)
        }
    }
}
