//! Asks CPython: runs `tests/oracle/run.py` over test programs and reads the cases it wrote.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value as Json;

use crate::answer::{Answer, Exception, Value, Within};

/// The cases of one test program.
#[derive(Debug)]
pub struct Program {
    /// The program's name: its file without folder and extension.
    pub name: String,
    /// The file that holds the kernels.
    pub source: PathBuf,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One call and what CPython made of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kernel.
    pub function: String,
    /// Its arguments.
    pub arguments: Vec<Input>,
    /// What came of it.
    pub answer: Answer,
    /// The arguments as the call left them.
    pub after: Vec<Value>,
    /// What was printed.
    pub printed: String,
    /// How far floats may be off, absolutely.
    pub within: Option<Within>,
    /// That the program is not accepted: a code, and a piece of the message.
    pub refused: Option<String>,
    /// Whether the ways to run it may be as far off from each other.
    pub is_approximate: bool,
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Input {
    /// An array with its layout in memory.
    Array(ArrayInput),
    /// Anything else.
    Value(Value),
}

/// An array as a view into a block of bytes.
#[derive(Clone, Debug)]
pub struct ArrayInput {
    /// NumPy's name of the elements' type.
    pub dtype: String,
    /// The length along each axis.
    pub shape: Vec<usize>,
    /// The distance in bytes along each axis.
    pub strides: Vec<isize>,
    /// Where in the block the first element is.
    pub offset: usize,
    /// The block.
    pub data: Vec<u8>,
    /// Whether it may be written to.
    pub writable: bool,
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the root")
}

/// Runs the programs under CPython with NumPy and returns their cases.
///
/// The interpreter is that of `HOTLOOP_VENV_PYTHON`, which `cargo xtask test` sets; by hand, `python3` with NumPy.
///
/// # Panics
/// Panics when CPython cannot run them: without the oracle there is nothing to test.
pub fn ask(programs: &[PathBuf], scratch: &Path) -> Vec<Program> {
    let python = interpreter();
    let mut command = Command::new(&python);
    command.arg(root().join("tests/oracle/run.py")).arg(scratch).args(programs);
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    assert!(
        output.status.success(),
        "the oracle failed; it needs NumPy, which `cargo xtask test` installs:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    programs.iter().map(|program| read(program, scratch)).collect()
}

fn interpreter() -> OsString {
    std::env::var_os("HOTLOOP_VENV_PYTHON").unwrap_or_else(|| "python3".into())
}

/// A running CPython that is asked about one program after the other, for tests that make their programs as they go.
#[derive(Debug)]
pub struct Server {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts CPython; see [`ask`] for which one.
    ///
    /// # Panics
    /// Panics when it cannot be started.
    pub fn start() -> Self {
        let python = interpreter();
        let mut command = Command::new(&python);
        command.arg(root().join("tests/oracle/serve.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
        let questions = process.stdin.take().expect("the process has a pipe in");
        let answers = BufReader::new(process.stdout.take().expect("the process has a pipe out"));
        Self { process, questions, answers }
    }

    /// What CPython makes of a program.
    ///
    /// # Errors
    /// CPython ended: it cannot run the program, and said why on its standard error.
    pub fn ask(&mut self, program: &Path) -> Result<Program, String> {
        let mut answer = String::new();
        let asked = writeln!(self.questions, "{}", program.display());
        asked.and_then(|()| self.answers.read_line(&mut answer)).map_err(|error| error.to_string())?;
        if answer.is_empty() {
            *self = Self::start();
            return Err("CPython cannot run the program".to_owned());
        }
        Ok(parse(&program_name(program), &answer))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and there is nobody to tell.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn program_name(program: &Path) -> String {
    program.file_stem().expect("a program is a file").to_string_lossy().into_owned()
}

fn read(program: &Path, scratch: &Path) -> Program {
    read_program(&scratch.join(program_name(program)).with_extension("json"))
}

/// The cases that the oracle wrote to a file.
///
/// # Panics
/// Panics when there is no such file.
pub fn read_program(path: &Path) -> Program {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(&program_name(path), &text)
}

fn parse(name: &str, text: &str) -> Program {
    let json: Json = serde_json::from_str(text).expect("the oracle writes JSON");
    Program {
        name: name.to_owned(),
        source: PathBuf::from(string(&json["source"])),
        cases: list(&json["cases"], case),
    }
}

fn case(json: &Json) -> Case {
    Case {
        function: string(&json["function"]),
        arguments: list(&json["arguments"], input),
        answer: answer(&json["result"]),
        after: list(&json["after"], value),
        printed: string(&json["printed"]),
        within: within(&json["within"], &json["units"]),
        refused: json["refused"].as_str().map(str::to_owned),
        is_approximate: json["approximate"].as_bool().unwrap_or(false),
    }
}

fn input(json: &Json) -> Input {
    if string(&json["kind"]) != "array" {
        return Input::Value(value(json));
    }
    Input::Array(ArrayInput {
        dtype: string(&json["dtype"]),
        shape: list(&json["shape"], size),
        strides: list(&json["strides"], |stride| stride.as_i64().expect("a stride") as isize),
        offset: size(&json["offset"]),
        data: bytes(&json["data"]),
        writable: json["writable"].as_bool().expect("a flag"),
    })
}

fn answer(json: &Json) -> Answer {
    if string(&json["kind"]) != "exception" {
        return Answer::Value(value(json));
    }
    let text = |field: &str| json[field].as_str().map(str::to_owned);
    let line = json["line"].as_u64().map(|line| u32::try_from(line).expect("a line"));
    Answer::Exception(Exception {
        class: string(&json["class"]),
        line,
        arguments: text("arguments"),
        message: text("message"),
    })
}

fn value(json: &Json) -> Value {
    let (dtype, data) = (|| string(&json["dtype"]), || bytes(&json["data"]));
    match string(&json["kind"]).as_str() {
        "none" => Value::None,
        "scalar" => Value::Scalar { dtype: dtype(), data: data() },
        "array" => Value::Array { dtype: dtype(), shape: list(&json["shape"], size), data: data() },
        "tuple" => Value::Tuple(list(&json["items"], value)),
        "list" => Value::List(list(&json["items"], value)),
        "str" => Value::Str(string(&json["text"])),
        "bytes" => Value::Bytes(data()),
        other => panic!("the oracle wrote a value of kind {other}"),
    }
}

fn list<T>(json: &Json, read: impl FnMut(&Json) -> T) -> Vec<T> {
    json.as_array().expect("a list").iter().map(read).collect()
}

fn string(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("the oracle wrote {json} for a text")).to_owned()
}

fn size(json: &Json) -> usize {
    usize::try_from(json.as_u64().expect("a size")).expect("a size fits")
}

fn bytes(json: &Json) -> Vec<u8> {
    let digits = string(json);
    let pairs =
        digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hexadecimal digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits")).collect()
}

/// How far floats of a case may be off.
fn within(absolute: &serde_json::Value, units: &serde_json::Value) -> Option<Within> {
    let absolute = absolute.as_f64().map(Within::Absolute);
    absolute.or_else(|| units.as_f64().map(Within::Units))
}
