//! An embedding program that chooses implementations of methods and attributes by the types of a call.

use hotloop_driver::{
    ArrayView, Asked, CacheUse, Choice, Chooser, Engine, Failure, Literal, Question, Type, Value,
};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Knows a method `middle` of arrays, and an attribute `twice` of numbers.
#[derive(Default)]
struct Middles {
    asked: AtomicUsize,
    /// What the middle of a row is.
    row: Mutex<&'static str>,
}

impl Chooser for Middles {
    fn extends(&self, member: &str) -> bool {
        matches!(member, "middle" | "twice")
    }

    fn choose(&self, engine: &Engine, question: &Question) -> Result<Choice, Failure> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let function = |source: &str| {
            // The engine is not locked: functions can be added, and even compiled.
            let kernel = engine.function("chosen.py", source, "chosen")?;
            Ok(Choice::Function(kernel.handle()?))
        };
        let first = &question.arguments[0];
        match (&question.asked, &first.ty) {
            (Asked::Method(_), Type::Array(ty)) if ty.ndim == 1 => {
                function(*self.row.lock().expect("no panic"))
            }
            (Asked::Method(_), Type::Array(ty)) if ty.ndim == 2 => match &question.arguments[1].literal {
                Some(Literal::Str(axis)) if axis == "rows" => {
                    function("def chosen(x, axis):\n    return x[x.shape[0] // 2].middle()\n")
                }
                _ => Ok(Choice::None { tried: vec!["a matrix has a middle of its rows".to_owned()] }),
            },
            (Asked::Attribute(_), Type::Scalar(_)) => function("def chosen(x):\n    return x + x\n"),
            _ => Ok(Choice::None { tried: Vec::new() }),
        }
    }
}

const ROW: &str = "def chosen(x):\n    return x[x.shape[0] // 2]\n";
const SOURCE: &str = "
def middle_of(x):
    return x.middle('rows').twice

def wrong(x):
    return x.middle('columns')

def other(x):
    return x.middle
";

#[test]
fn implementations_are_chosen_by_types_and_known_values() {
    let chooser = Arc::new(Middles { row: Mutex::new(ROW), ..Middles::default() });
    let engine = Engine::builder().verify(true).chooser(chooser.clone()).build().expect("an engine");
    let kernel = engine.function("middles.py", SOURCE, "middle_of").expect("a function");
    let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let matrix = || ArrayView::new(&numbers, &[2, 3]);
    assert_eq!(kernel.call_f64(&[matrix().into()]).unwrap_or_else(|failure| panic!("{failure}")), 10.0);
    // `x.middle("rows")`, then what that calls, then `.twice`.
    assert_eq!(chooser.asked.load(Ordering::Relaxed), 3);
    assert!(matches!(kernel.interpret(&[matrix().into()]), Ok(Value::Number(_))));

    let wrong = engine.function("middles.py", SOURCE, "wrong").expect("a function");
    let Err(Failure::Refused(refusal)) = wrong.call(&[matrix().into()]) else { panic!("it is refused") };
    assert_eq!(refusal.diagnostics[0].code.name(), "HL0285");
    let text = refusal.to_string();
    assert!(text.contains("middles.py:6:12"), "{text}");
    assert!(text.contains("a matrix has a middle of its rows"), "{text}");

    // Where nothing was tried, what is built in says what is wrong.
    let other = engine.function("middles.py", SOURCE, "other").expect("a function");
    let Err(Failure::Refused(refusal)) = other.call(&[matrix().into()]) else { panic!("it is refused") };
    assert_eq!(refusal.diagnostics[0].code.name(), "HL0210");
}

#[test]
fn code_of_the_cache_is_used_only_with_the_same_choices() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("choosers");
    let _ = std::fs::remove_dir_all(&folder);
    let run = |row: &'static str| {
        let chooser = Arc::new(Middles { row: Mutex::new(row), ..Middles::default() });
        let builder = Engine::builder().cache_folder(&folder).cache_use(CacheUse::Always).chooser(chooser);
        let engine = builder.build().expect("an engine");
        let kernel = engine.function("middles.py", SOURCE, "middle_of").expect("a function");
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let arguments = [ArrayView::new(&numbers, &[2, 3]).into()];
        let compilation = kernel.compile_for(&arguments).unwrap_or_else(|failure| panic!("{failure}"));
        let value = kernel.call_compiled(&compilation.compiled, &arguments);
        let value = value.unwrap_or_else(|failure| panic!("{failure}")).as_f64().expect("a float");
        (value, compilation.from_cache)
    };
    assert_eq!(run(ROW), (10.0, false));
    assert_eq!(run(ROW), (10.0, true));
    let last = "def chosen(x):\n    return x[-1]\n";
    assert_eq!(run(last), (12.0, false));
    assert_eq!(run(last), (12.0, true));
    assert_eq!(run(ROW), (10.0, false));
}
