//! The cases with the answers of the peers, and how a kernel answers.

use hotloop_driver::{Argument, Dtype, Failure, Kernel, Number, Value};
use hotloop_tests::oracle::root;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// All cases.
pub(crate) struct Table {
    /// A file with a kernel for each operator.
    pub(crate) source: PathBuf,
    /// The operators with dtypes.
    pub(crate) groups: Vec<Group>,
}

/// An operator with dtypes.
pub(crate) struct Group {
    /// The operator's name in Python's module `operator`.
    pub(crate) operator: String,
    /// The dtypes of the operands.
    pub(crate) dtypes: Vec<Dtype>,
    /// The dtype of Numba's result, or `refused`.
    pub(crate) result: String,
    /// The cases.
    pub(crate) cases: Vec<Case>,
}

/// An operator with values, and what the peers make of it, as `operators.py` writes answers.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) operands: Vec<Number>,
    pub(crate) numpy: String,
    pub(crate) numba: String,
    pub(crate) python: String,
}

/// What a kernel gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// As `operators.py` writes answers; `eTypeError` where the kernel is refused.
    pub(crate) text: String,
    /// The dtype of the result, if there is one.
    pub(crate) ty: Option<String>,
}

impl Table {
    /// Asks the peers about one in `step` groups.
    pub(crate) fn ask(step: usize) -> Self {
        // Each test has a table of its own.
        static TABLES: AtomicU32 = AtomicU32::new(0);
        let number = TABLES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("hotloop-operators-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written to");
        let path = folder.join("cases.json");
        let python = std::env::var_os("HOTLOOP_VENV_PYTHON").unwrap_or_else(|| "python3".into());
        let script = root().join("tests/oracle/operators.py");
        let status = Command::new(python)
            .arg(script)
            .arg("cases")
            .arg(&path)
            .arg(step.to_string())
            .status()
            .expect("Python runs");
        assert!(status.success(), "the oracle failed; it needs NumPy, which `cargo xtask test` installs");
        let text = std::fs::read_to_string(&path).expect("the oracle wrote it");
        let json: serde_json::Value = serde_json::from_str(&text).expect("the oracle writes JSON");
        let source = folder.join("operators.py");
        std::fs::write(&source, string(&json["source"])).expect("the folder can be written to");
        Self { source, groups: array(&json["groups"]).iter().map(Group::read).collect() }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let folder = self.source.parent().expect("it lies in a folder of its own");
        std::fs::remove_dir_all(folder).expect("the folder was made for this");
    }
}

impl Group {
    fn read(json: &serde_json::Value) -> Self {
        let dtype = |name: &serde_json::Value| Dtype::by_name(string(name)).expect("a dtype");
        let dtypes: Vec<Dtype> = array(&json["dtypes"]).iter().map(dtype).collect();
        let cases = array(&json["cases"]).iter().map(|case| Case::read(case, &dtypes)).collect();
        Self {
            operator: string(&json["operator"]).to_owned(),
            result: string(&json["result"]).to_owned(),
            dtypes,
            cases,
        }
    }

    /// The name of its kernel.
    pub(crate) fn function(&self) -> String {
        format!("op_{}", self.operator)
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} {:?}", self.operator, self.dtypes)
    }
}

impl Case {
    fn read(json: &serde_json::Value, dtypes: &[Dtype]) -> Self {
        let operands = array(&json[0]).iter().zip(dtypes);
        let peer = |position: usize| string(&json[1][position]).to_owned();
        Self {
            operands: operands
                .map(|(value, dtype)| Number::from_bytes(*dtype, &bytes(string(value))))
                .collect(),
            numpy: peer(0),
            numba: peer(1),
            python: peer(2),
        }
    }

    /// What the kernel makes of it.
    pub(crate) fn run(&self, kernel: &Kernel) -> Outcome {
        let arguments: Vec<Argument<'_>> =
            self.operands.iter().map(|number| Argument::Number(*number)).collect();
        match kernel.call(&arguments) {
            Ok(Value::Number(number)) => {
                Outcome { text: written(number), ty: Some(number.dtype().name().to_owned()) }
            }
            Ok(other) => panic!("an operator gave {other:?}"),
            Err(Failure::Raised(raised)) => Outcome { text: format!("e{}", raised.class.name()), ty: None },
            Err(_) => Outcome { text: "eTypeError".to_owned(), ty: None },
        }
    }
}

/// A number as `operators.py` writes it.
pub(crate) fn written(number: Number) -> String {
    match number {
        Number::Bool(value) => format!("b{}", u8::from(value)),
        Number::Int(_, value) => format!("i{value}"),
        Number::UInt(_, value) => format!("i{value}"),
        Number::Float(_, value) => format!("f{}", float(value)),
        Number::Complex(_, real, imag) => format!("c{}{}", float(real), float(imag)),
    }
}

fn float(value: f64) -> String {
    if value.is_nan() { "nan,".to_owned() } else { format!("{:016x},", value.to_bits()) }
}

fn string(json: &serde_json::Value) -> &str {
    json.as_str().expect("the oracle writes a string here")
}

fn array(json: &serde_json::Value) -> &[serde_json::Value] {
    json.as_array().expect("the oracle writes a list here")
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits")).collect()
}
