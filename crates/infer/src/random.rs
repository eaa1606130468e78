//! The module `random`: the checks that CPython makes of arguments, and what is drawn from the generator then. And the few numbers that the
//! prelude makes all others of `numpy.random` of.

use crate::call::Arguments;
use crate::conditions::{scalar_compare, short_circuit};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::sequences::{length_of, sequence_item};
use crate::strings::{checked, checked_as, int64};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::BoolOp;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{
    ArrayAttribute, BinaryOp, CompareOp, Constant, Distribution, Draw, Expr, ExprKind, GeneratorRequest,
    Stream, UnaryOp, Ziggurat,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{Dtype, DtypeKind, Type};

static SEED: Code =
    Code::new("HL0342", "the generator of random numbers is seeded with something that is no integer");
static POPULATION: Code =
    Code::new("HL0343", "something random is chosen from, or shuffled, that a kernel cannot choose from");

impl Inference<'_> {
    /// A function of `random`.
    pub(crate) fn random_call(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let of = |this: &mut Self, distribution, names: &[&str], defaults: &[Option<f64>]| {
            this.distribution(distribution, (name, names, defaults), arguments, span)
        };
        let ziggurat = |this: &mut Self, which| {
            let request = GeneratorRequest::Ziggurat(which);
            this.of_generator(name, request, Type::FLOAT64, arguments, span)
        };
        let normal: &[&str] = &["mu", "sigma"];
        let standard: &[Option<f64>] = &[Some(0.0), Some(1.0)];
        let required: &[Option<f64>] = &[None, None];
        match intrinsic {
            Intrinsic::RandomFloat => {
                self.place_arguments(name, &[], 0, arguments, span)?;
                Ok(drawn(Draw::Float, Vec::new(), Type::FLOAT64, span))
            }
            Intrinsic::RandomSeed => self.seed(name, Stream::Python, arguments, span),
            Intrinsic::NumpyRandomFloat => {
                self.place_arguments(name, &[], 0, arguments, span)?;
                Ok(drawn_from(Stream::Numpy, Draw::Float, Vec::new(), Type::FLOAT64, span))
            }
            Intrinsic::NumpyRandomSeed => self.seed(name, Stream::Numpy, arguments, span),
            Intrinsic::NumpyRandomWord => {
                self.place_arguments(name, &[], 0, arguments, span)?;
                let count = vec![int64(32, span)];
                Ok(drawn_from(Stream::Numpy, Draw::Bits, count, Type::Scalar(Dtype::UInt64), span))
            }
            Intrinsic::NumpyRandomBelow => {
                let placed = self.place_arguments(name, &["high"], 1, arguments, span)?;
                let limit = self.random_integer(name, placed[0].expect("it is required"))?;
                Ok(drawn_from(Stream::Numpy, Draw::Below, vec![limit], Type::INT64, span))
            }
            Intrinsic::NumpyRandomNormal => {
                self.place_arguments(name, &[], 0, arguments, span)?;
                let draw = Draw::Distribution(Distribution::Polar);
                Ok(drawn_from(Stream::Numpy, draw, Vec::new(), Type::FLOAT64, span))
            }
            Intrinsic::NewGenerator => self.new_generator(name, arguments, span),
            Intrinsic::GeneratorWord => {
                let ty = Type::Scalar(Dtype::UInt64);
                self.of_generator(name, GeneratorRequest::Word, ty, arguments, span)
            }
            Intrinsic::GeneratorHalfWord => {
                let ty = Type::Scalar(Dtype::UInt32);
                self.of_generator(name, GeneratorRequest::HalfWord, ty, arguments, span)
            }
            Intrinsic::GeneratorFloat => {
                self.of_generator(name, GeneratorRequest::Float, Type::FLOAT64, arguments, span)
            }
            Intrinsic::GeneratorNormal => ziggurat(self, Ziggurat::Normal),
            Intrinsic::GeneratorExponential => ziggurat(self, Ziggurat::Exponential),
            Intrinsic::GeneratorShortNormal => ziggurat(self, Ziggurat::ShortNormal),
            Intrinsic::GeneratorShortExponential => ziggurat(self, Ziggurat::ShortExponential),
            Intrinsic::RandomBits => self.random_bits(name, arguments, span),
            Intrinsic::RandomRange => self.random_range(name, arguments, span),
            Intrinsic::RandomInteger => {
                let placed = self.place_arguments(name, &["a", "b"], 2, arguments, span)?;
                let low = self.random_integer(name, placed[0].expect("it is required"))?;
                let high = self.random_integer(name, placed[1].expect("it is required"))?;
                self.between(low, high, CompareOp::Le, "randint", span)
            }
            Intrinsic::RandomChoice => self.choice(name, arguments, span),
            Intrinsic::RandomShuffle => self.shuffle(name, arguments, span),
            Intrinsic::RandomUniform => of(self, Distribution::Uniform, &["a", "b"], required),
            Intrinsic::RandomTriangular => self.triangular(name, arguments, span),
            Intrinsic::RandomNormal => of(self, Distribution::Normal, normal, standard),
            Intrinsic::RandomGauss => of(self, Distribution::Gauss, normal, standard),
            Intrinsic::RandomLogNormal => of(self, Distribution::LogNormal, normal, standard),
            Intrinsic::RandomExponential => of(self, Distribution::Exponential, &["lambd"], &[Some(1.0)]),
            Intrinsic::RandomVonMises => of(self, Distribution::VonMises, &["mu", "kappa"], required),
            Intrinsic::RandomGamma => of(self, Distribution::Gamma, &["alpha", "beta"], required),
            Intrinsic::RandomBeta => of(self, Distribution::Beta, &["alpha", "beta"], required),
            Intrinsic::RandomPareto => of(self, Distribution::Pareto, &["alpha"], &[None]),
            Intrinsic::RandomWeibull => of(self, Distribution::Weibull, &["alpha", "beta"], required),
            other => unreachable!("{other:?} draws no random numbers"),
        }
    }

    /// A new generator, for the prelude: from an integer, or from the system.
    fn new_generator(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["seed"], 0, arguments, span)?;
        let (request, arguments) = match placed[0] {
            Some(seed) => {
                let (value, dtype) = self.real_argument(name, seed)?;
                if dtype.is_float() {
                    return Err(self.report_argument(name, &value, "an integer"));
                }
                (GeneratorRequest::New, vec![to_dtype(value, Dtype::UInt64)])
            }
            None => (GeneratorRequest::NewAnew, Vec::new()),
        };
        Ok(Expr::new(ExprKind::Generator { request, arguments }, Type::RandomGenerator, span))
    }

    /// Something of a generator, for the prelude.
    fn of_generator(
        &mut self,
        name: &str,
        request: GeneratorRequest,
        ty: Type,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let placed = self.place_arguments(name, &["generator"], 1, arguments, span)?;
        let generator = self.expression(placed[0].expect("it is required"))?;
        if generator.ty != Type::RandomGenerator {
            return Err(self.report_argument(name, &generator, "a `numpy.random.Generator`"));
        }
        Ok(Expr::new(ExprKind::Generator { request, arguments: vec![generator] }, ty, span))
    }

    /// A number of a distribution whose parameters are floats.
    fn distribution(
        &mut self,
        distribution: Distribution,
        (name, names, defaults): (&str, &[&str], &[Option<f64>]),
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let required = defaults.iter().filter(|default| default.is_none()).count();
        let placed = self.place_arguments(name, names, required, arguments, span)?;
        let mut parameters = Vec::with_capacity(names.len());
        for (given, default) in placed.into_iter().zip(defaults) {
            parameters.push(match given {
                Some(given) => self.random_float(name, given)?,
                None => float(default.expect("required arguments were placed"), span),
            });
        }
        self.drawn_of(distribution, parameters, span)
    }

    /// A number of a distribution; CPython's errors come first.
    fn drawn_of(&mut self, distribution: Distribution, parameters: Vec<Expr>, span: Span) -> Typed {
        let draw = Draw::Distribution(distribution);
        let finish = move |parameters: Vec<Expr>| Ok(drawn(draw, parameters, Type::FLOAT64, span));
        let is_zero_wrong = |value: Expr| {
            let is_right = float_compare(CompareOp::Ne, value.clone(), 0.0, span);
            checked_as(ExceptionClass::ZeroDivisionError, is_right, "division by zero", value, span)
        };
        match distribution {
            Distribution::Exponential | Distribution::Pareto => {
                let [only] = <[Expr; 1]>::try_from(parameters).expect("it has one parameter");
                self.with_let(only, "parameter", span, |_, only| finish(vec![is_zero_wrong(only)]))
            }
            Distribution::Weibull => {
                let [scale, shape] = <[Expr; 2]>::try_from(parameters).expect("it has two parameters");
                self.with_let(scale, "scale", span, |this, scale| {
                    this.with_let(shape, "shape", span, |_, shape| finish(vec![scale, is_zero_wrong(shape)]))
                })
            }
            Distribution::Gamma | Distribution::Beta => {
                let [first, second] = <[Expr; 2]>::try_from(parameters).expect("it has two parameters");
                self.with_let(first, "alpha", span, |this, first| {
                    this.with_let(second, "beta", span, |_, second| {
                        let above = |value: &Expr| float_compare(CompareOp::Gt, value.clone(), 0.0, span);
                        let fit = short_circuit(BoolOp::And, above(&first), above(&second));
                        let message = "gammavariate: alpha and beta must be > 0.0";
                        finish(vec![checked(fit, message, first, span), second])
                    })
                })
            }
            Distribution::Uniform
            | Distribution::Triangular
            | Distribution::SymmetricTriangular
            | Distribution::Normal
            | Distribution::Gauss
            | Distribution::LogNormal
            | Distribution::VonMises => finish(parameters),
            Distribution::Polar => unreachable!("it is no function of `random`"),
        }
    }

    /// `random.triangular(low, high, mode)`.
    fn triangular(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["low", "high", "mode"], 0, arguments, span)?;
        let mut parameters = Vec::with_capacity(3);
        for (given, default) in placed.iter().zip([0.0, 1.0]) {
            parameters.push(match given {
                Some(given) => self.random_float(name, given)?,
                None => float(default, span),
            });
        }
        let distribution = match placed[2] {
            Some(mode) if mode.kind != ast::ExprKind::None => {
                parameters.push(self.random_float(name, mode)?);
                Distribution::Triangular
            }
            _ => Distribution::SymmetricTriangular,
        };
        self.drawn_of(distribution, parameters, span)
    }

    /// `random.seed(a)`, or the same of NumPy's stream.
    fn seed(&mut self, name: &str, stream: Stream, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["a"], 0, arguments, span)?;
        let unknown = || drawn_from(stream, Draw::SeedAnew, Vec::new(), Type::None, span);
        let seeded = |magnitude| drawn_from(stream, Draw::Seed, vec![magnitude], Type::None, span);
        let Some(given) = placed[0] else { return Ok(unknown()) };
        let value = self.expression(given)?;
        let Some(dtype) = value.ty.as_scalar().filter(|dtype| !dtype.is_float() && !dtype.is_complex())
        else {
            if value.ty == Type::None {
                return self.with_let(value, "seed", span, |_, _| Ok(unknown()));
            }
            let message = format!("the seed is an integer in a kernel, not {}", value.ty);
            let diagnostic = Diagnostic::error(&SEED, message, given.span)
                .with_primary(format!("this is {}", value.ty))
                .with_help("give an integer, or nothing for a seed from the system");
            return Err(self.report(diagnostic));
        };
        if dtype.kind() != DtypeKind::Signed {
            return Ok(seeded(to_dtype(value, Dtype::UInt64)));
        }
        self.with_let(to_dtype(value, Dtype::Int64), "seed", span, |_, value| {
            let negated = ExprKind::Unary(UnaryOp::Neg, Box::new(value.clone()));
            let kind = ExprKind::Conditional {
                condition: Box::new(integer_compare(CompareOp::Lt, value.clone(), int64(0, span), span)),
                then: Box::new(Expr::new(negated, Type::INT64, span)),
                otherwise: Box::new(value),
            };
            Ok(seeded(to_dtype(Expr::new(kind, Type::INT64, span), Dtype::UInt64)))
        })
    }

    /// `random.getrandbits(k)`.
    fn random_bits(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["k"], 1, arguments, span)?;
        let count = self.random_integer(name, placed[0].expect("it is required"))?;
        self.with_let(count, "count", span, |_, count| {
            let is_low = integer_compare(CompareOp::Ge, count.clone(), int64(0, span), span);
            let message = "number of bits must be non-negative";
            let fits = integer_compare(CompareOp::Le, count.clone(), int64(64, span), span);
            let too_many = "a kernel has integers of at most 64 bits";
            let count = checked_as(ExceptionClass::OverflowError, fits, too_many, count, span);
            let count = checked(is_low, message, count, span);
            Ok(drawn(Draw::Bits, vec![count], Type::Scalar(Dtype::UInt64), span))
        })
    }

    /// `random.randrange(start, stop, step)`.
    fn random_range(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["start", "stop", "step"], 1, arguments, span)?;
        let first = self.random_integer(name, placed[0].expect("it is required"))?;
        let message = "empty range for randrange()";
        let Some(stop) = placed[1] else {
            return self.between(int64(0, span), first, CompareOp::Lt, "randrange", span);
        };
        let stop = self.random_integer(name, stop)?;
        let Some(step) = placed[2] else {
            return self.between(first, stop, CompareOp::Lt, "randrange", span);
        };
        let step = self.random_integer(name, step)?;
        let [start, stop, step] = [first, stop, step].map(Box::new);
        let range = Expr::new(ExprKind::Range { start, stop, step }, Type::Range, span);
        self.chosen_of_range(range, (ExceptionClass::ValueError, message), span)
    }

    /// An integer from the first to before the second, or to the second itself.
    fn between(&mut self, low: Expr, high: Expr, order: CompareOp, function: &str, span: Span) -> Typed {
        self.with_let(low, "low", span, |this, low| {
            this.with_let(high, "high", span, |this, high| {
                let fits = integer_compare(order, low.clone(), high.clone(), span);
                let binary = |op, left, right| {
                    let (left, right) = (Box::new(left), Box::new(right));
                    Expr::new(ExprKind::Binary { op, left, right }, Type::INT64, span)
                };
                let width = binary(BinaryOp::Sub, high.clone(), low.clone());
                // A width that wraps to 0 means all integers there are.
                let width = match order {
                    CompareOp::Le => binary(BinaryOp::Add, width, int64(1, span)),
                    _ => width,
                };
                let known = |text: String| Value::Str(text, span);
                let parts = [
                    known(format!("empty range in {function}(")),
                    low.clone().into(),
                    known(", ".to_owned()),
                    high.into(),
                    known(")".to_owned()),
                ];
                let width = this.checked_telling(ExceptionClass::ValueError, &fits, &parts, &width)?;
                Ok(binary(BinaryOp::Add, low, below(width, span)))
            })
        })
    }

    /// `random.choice(population)`.
    fn choice(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["seq"], 1, arguments, span)?;
        let population = self.expression(placed[0].expect("it is required"))?;
        let empty = (ExceptionClass::IndexError, "Cannot choose from an empty sequence");
        if population.ty.is_undefined() {
            return Err(Reported);
        }
        match population.ty.clone() {
            Type::Range => self.chosen_of_range(population, empty, span),
            Type::Str | Type::Bytes | Type::List(_) => {
                self.with_let(population, "population", span, |this, population| {
                    let position = this.position_in(length_of(population.clone(), span), empty, span)?;
                    Ok(sequence_item(population, position, span))
                })
            }
            Type::Tuple(items) if items.windows(2).all(|pair| pair[0] == pair[1]) => {
                let length = int64(items.len() as i64, span);
                let position = self.position_in(length, empty, span)?;
                let Some(item) = items.first().cloned() else {
                    return Err(self.report_population(name, &population));
                };
                let (tuple, index) = (Box::new(population), Box::new(position));
                Ok(Expr::new(ExprKind::TupleElement { tuple, index }, item, span))
            }
            Type::Array(ty) if ty.ndim == 1 => {
                self.with_let(population, "population", span, |this, population| {
                    let lengths = Type::tuple([Type::INT64]);
                    let shape = ExprKind::ArrayAttribute(Box::new(population.clone()), ArrayAttribute::Shape);
                    let shape = Box::new(Expr::new(shape, lengths, span));
                    let length = Expr::new(ExprKind::TupleItem(shape, 0), Type::INT64, span);
                    let position = this.position_in(length, empty, span)?;
                    let kind = ExprKind::Element { array: Box::new(population), indices: vec![position] };
                    Ok(Expr::new(kind, Type::Scalar(ty.dtype), span))
                })
            }
            Type::Array(_)
            | Type::Tuple(_)
            | Type::Scalar(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined => Err(self.report_population(name, &population)),
        }
    }

    fn chosen_of_range(&mut self, range: Expr, empty: (ExceptionClass, &'static str), span: Span) -> Typed {
        self.with_let(range, "range", span, |this, range| {
            let length = Expr::new(ExprKind::RangeLength(Box::new(range.clone())), Type::INT64, span);
            let index = Box::new(this.position_in(length, empty, span)?);
            Ok(Expr::new(ExprKind::RangeElement { range: Box::new(range), index }, Type::INT64, span))
        })
    }

    /// A position in a sequence of that length.
    fn position_in(&mut self, length: Expr, empty: (ExceptionClass, &'static str), span: Span) -> Typed {
        self.with_let(length, "length", span, |_, length| {
            let has_any = integer_compare(CompareOp::Gt, length.clone(), int64(0, span), span);
            Ok(below(checked_as(empty.0, has_any, empty.1, length, span), span))
        })
    }

    /// `random.shuffle(x)`.
    fn shuffle(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        let sequence = self.expression(placed[0].expect("it is required"))?;
        let can_be_shuffled = match &sequence.ty {
            Type::List(item) if item.is_undefined() => return Err(Reported),
            Type::List(_) => {
                self.check_change(&sequence, sequence.span)?;
                true
            }
            Type::Array(ty) => ty.ndim == 1 && !ty.readonly,
            Type::Scalar(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Range
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Str
            | Type::Bytes
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined => false,
        };
        if !can_be_shuffled {
            return Err(self.report_population(name, &sequence));
        }
        Ok(drawn(Draw::Shuffle, vec![sequence], Type::None, span))
    }

    fn report_population(&mut self, name: &str, value: &Expr) -> Reported {
        let message = format!("`{name}` does not accept {} in a kernel", value.ty);
        let diagnostic = Diagnostic::error(&POPULATION, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help("give a list or an array of one dimension; `choice` takes a range, a string, and a tuple of one type too");
        self.report(diagnostic)
    }

    fn random_float(&mut self, name: &str, argument: &ast::Expr) -> Typed {
        let (value, _) = self.real_argument(name, argument)?;
        Ok(to_dtype(value, Dtype::Float64))
    }

    fn random_integer(&mut self, name: &str, argument: &ast::Expr) -> Typed {
        let (value, dtype) = self.real_argument(name, argument)?;
        if dtype.is_float() {
            return Err(self.report_argument(name, &value, "an integer"));
        }
        Ok(to_dtype(value, Dtype::Int64))
    }
}

fn float(value: f64, span: Span) -> Expr {
    constant(Constant::Float(value), Type::FLOAT64, span)
}

/// Something of the generator of Python's module.
fn drawn(draw: Draw, arguments: Vec<Expr>, ty: Type, span: Span) -> Expr {
    drawn_from(Stream::Python, draw, arguments, ty, span)
}

fn drawn_from(stream: Stream, draw: Draw, arguments: Vec<Expr>, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Random { stream, draw, arguments }, ty, span)
}

/// An int64 that is less than a count.
fn below(count: Expr, span: Span) -> Expr {
    drawn(Draw::Below, vec![count], Type::INT64, span)
}

fn integer_compare(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    scalar_compare(op, left, right, span).expect("both are integers")
}

fn float_compare(op: CompareOp, left: Expr, right: f64, span: Span) -> Expr {
    scalar_compare(op, left, float(right, span), span).expect("both are floats")
}
