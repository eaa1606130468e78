//! Turns the syntax tree of a function into typed, resolved HIR, for given types of its arguments.
//!
//! This crate knows nothing about MIR, files or Python objects. What lies outside the function it asks an [`Environment`] (what does a name
//! mean?) and [`Callees`] (which specialisation does this call reach?). What a kernel may not contain becomes a diagnostic that names the
//! construct, the types involved and a way out.
//!
//! Each assignment makes a new version of its local, so a variable may change its type. Where ways meet, the versions of locals that may
//! still be read are joined, in the type that holds both; the types at the heads of loops are found by repetition.
//!
//! ```
//! use hotloop_ast::{BinaryOp, Expr, ExprKind, FunctionDef, Identifier, Number, Parameter, ParameterKind, Parameters, Stmt, StmtKind};
//! use hotloop_diagnostics::Span;
//! use hotloop_infer::{EmptyEnvironment, NoCallees, infer};
//!
//! // def halved(x): return x / 2
//! let identifier = |name: &str| Identifier { name: name.into(), span: Span::NONE };
//! let expr = |kind| Expr::new(kind, Span::NONE);
//! let half = ExprKind::binary(BinaryOp::Div, expr(ExprKind::Name("x".into())), expr(ExprKind::Number(Number::int(2))));
//! let parameter =
//!     Parameter { kind: ParameterKind::Ordinary, name: identifier("x"), annotation: None, default: None, span: Span::NONE };
//! let function = FunctionDef {
//!     is_async: false,
//!     decorators: Vec::new(),
//!     name: identifier("halved"),
//!     type_parameters: Vec::new(),
//!     parameters: Parameters { items: vec![parameter] },
//!     returns: None,
//!     body: vec![Stmt { kind: StmtKind::Return(Some(expr(half))), span: Span::NONE }],
//!     span: Span::NONE,
//! };
//!
//! let signature = "(int64,)".parse().unwrap();
//! let typed = infer(&function, &signature, Default::default(), &EmptyEnvironment, &mut NoCallees).unwrap();
//! assert_eq!(typed.result.to_string(), "float64");
//! ```

mod arguments;
mod array_displays;
mod array_methods;
mod array_reductions;
mod arrays;
mod assign;
mod bindings;
mod bytes;
mod call;
mod caught;
mod chosen;
mod chunks;
mod class_scope;
mod classes;
mod complex_call;
mod comprehensions;
mod conditions;
mod constant_arrays;
mod constant_fold;
mod constants;
mod consume;
mod conversion;
mod decorators;
mod elementwise;
mod environment;
mod expression;
mod extensions;
mod extremes;
mod flat;
mod formatting;
mod function;
mod functions;
mod fusion;
mod generators;
mod guarded;
mod host_calls;
mod inner;
mod intrinsic_call;
mod iteration;
mod kernel_call;
mod kernel_ufuncs;
mod library;
mod list_methods;
mod lists;
mod liveness;
mod locals;
mod loops;
mod math_call;
mod memo;
mod mixed_lists;
mod module_scope;
mod names;
mod narrowing;
mod never;
mod numbers;
mod operator_functions;
mod operators;
mod output;
mod parallel;
mod patterns;
mod python_rules;
mod raise;
mod random;
mod reads;
mod rearranged;
mod reductions;
mod select;
mod sequences;
mod signature_source;
mod slices;
mod spread;
mod statement;
mod strings;
mod subscript;
mod templates;
mod tuples;
mod type_facts;
mod type_tests;
mod ufuncs;
mod undefined;
mod views;

pub use arguments::{BindError, Slot, bind};
pub use class_scope::{TEXT_MEMBERS, is_operator_method};
pub use constant_fold::constant_in;
pub use decorators::{Decoration, read_decorators};
pub use environment::{
    Answer, Asked, AskedArgument, CalleeError, Callees, EmptyEnvironment, Environment, ExtendedFunction,
    FrozenValue, FunctionHandle, Global, HostFunction, Literal, NamedTuple, NoCallees, ParameterInfo,
    Question, builtin_attribute, is_known_module,
};
pub use function::{Unfinished, infer, infer_round};
pub use inner::{InnerFunction, inner_functions, lambda_as_function, variables_of};
pub use module_scope::{Meaning, ModuleScope, Wrapped};
pub use python_rules::{refused_at_top_level, refused_by_python};
pub use select::{Selected, select_signature};
pub use undefined::undefined_names;
