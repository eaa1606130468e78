//! NumPy's functions of elements: each on every dtype and edge values, on arrays and on numbers, against NumPy.
//!
//! `tests/oracle/ufuncs.py` makes the calls and asks NumPy. The dtype of each result and the class of each exception must be NumPy's, and the values equal to the
//! bit, or as near as [`classes`] says of the function. The test command looks at one group of calls in [`STEP`]; `cargo xtask ufuncs` at all.

#[path = "../run/call.rs"]
mod call;
mod classes;

use call::Way;
use classes::class_of;
use hotloop_tests::answer::{Answer, Value};
use hotloop_tests::oracle::{Case, Input, Program, read_program, root};
use std::collections::BTreeMap;
use std::process::Command;

/// Of how many groups of calls the test command looks at one.
const STEP: usize = 41;

#[test]
fn every_function_of_elements_is_numpys() {
    let is_full = std::env::var_os("HOTLOOP_UFUNCS_FULL").is_some();
    let folder = std::env::temp_dir().join(format!("hotloop-ufuncs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written to");
    let program = ask(&folder.join("ufuncs.json"), if is_full { 1 } else { STEP });
    let mut tally = Tally::default();
    for calls in program.cases.chunk_by(|a, b| a.function == b.function) {
        // What was compiled is let go with the engine.
        let ways = Way::all();
        let way = &ways[1];
        let kernel = way.load(&program.source, &calls[0].function).expect("the functions are there");
        calls.iter().for_each(|case| tally.judge(case, way.call(&kernel, case)));
    }
    std::fs::remove_dir_all(folder).expect("the folder was made for this");
    println!("{}", tally.summary());
    assert!(tally.wrong.is_empty(), "differences:\n{}", tally.first_wrong());
}

fn ask(path: &std::path::Path, step: usize) -> Program {
    let python = std::env::var_os("HOTLOOP_VENV_PYTHON").unwrap_or_else(|| "python3".into());
    let script = root().join("tests/oracle/ufuncs.py");
    let status = Command::new(python).arg(script).arg(path).arg(step.to_string()).status();
    let status = status.expect("Python runs");
    assert!(status.success(), "the oracle failed; it needs NumPy, which `cargo xtask test` installs");
    read_program(path)
}

/// What was seen so far.
#[derive(Default)]
struct Tally {
    count: usize,
    numbers: usize,
    /// What differs, by function and types.
    wrong: BTreeMap<String, Vec<String>>,
}

impl Tally {
    fn judge(&mut self, case: &Case, observed: Result<call::Observed, String>) {
        self.count += 1;
        let class = class_of(&case.function);
        let difference = match (&case.answer, observed) {
            // What can be seen from the types is an error of the compiler.
            (Answer::Exception(expected), Err(_)) if expected.class == "TypeError" => None,
            (Answer::Exception(expected), Err(refused))
                if expected.class == "OverflowError" && refused.contains("[HL0280]") =>
            {
                None
            }
            (_, Err(refused)) => Some(refused.lines().next().unwrap_or_default().to_owned()),
            (Answer::Exception(expected), Ok(observed)) => match observed.answer {
                Answer::Exception(actual) if actual.class == expected.class => None,
                other => Some(format!("expected {}, got {other:?}", expected.class)),
            },
            (_, Ok(observed)) if observed.after != case.after || !observed.printed.is_empty() => {
                Some("changes an operand or prints".to_owned())
            }
            (Answer::Value(expected), Ok(observed)) => match &observed.answer {
                Answer::Value(actual) => class.compare(expected, actual, &mut self.numbers).err(),
                Answer::Exception(raised) => Some(format!("raised {}", raised.class)),
            },
        };
        if let Some(difference) = difference {
            let types: Vec<String> = case.arguments.iter().map(described).collect();
            let place = format!("{}({})", case.function, types.join(", "));
            self.wrong.entry(place).or_default().push(format!("{difference} {:?}", shown(&case.arguments)));
        }
    }

    fn first_wrong(&self) -> String {
        let limit = std::env::var("HOTLOOP_UFUNCS_SHOWN").ok().and_then(|text| text.parse().ok());
        let line = |(place, found): (&String, &Vec<String>)| {
            let mut text = format!("{place}: {} times, {}", found.len(), found[0]);
            text.truncate(text.floor_char_boundary(400));
            text + "\n"
        };
        self.wrong.iter().take(limit.unwrap_or(60)).map(line).collect()
    }

    fn summary(&self) -> String {
        format!(
            "{} calls with {} results, {} kinds of calls differ",
            self.count,
            self.numbers,
            self.wrong.len()
        )
    }
}

/// The type of an argument.
fn described(input: &Input) -> String {
    match input {
        Input::Array(array) => format!("{}[{}]", array.dtype, array.shape.len()),
        Input::Value(Value::Scalar { dtype, .. }) => dtype.clone(),
        Input::Value(other) => format!("{other:?}"),
    }
}

/// The numbers among the arguments.
fn shown(inputs: &[Input]) -> Vec<String> {
    let number = |input: &Input| match input {
        Input::Value(Value::Scalar { dtype, data }) => Some(classes::shown(dtype, data)),
        Input::Array(_) | Input::Value(_) => None,
    };
    inputs.iter().filter_map(number).collect()
}
