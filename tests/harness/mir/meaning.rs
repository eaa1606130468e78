//! Whether a function means the same before and after a pass: the interpreter runs both on sample arguments.
//!
//! Each parameter takes a few values of its type; an address leads to a block of 64-bit words. Results, exceptions, the
//! blocks as the call left them, and the number of live allocations must be equal. Where the function itself does what
//! compiled code must not do (a division that no check protects), or does not end, a pass may do anything.

use hotloop_interp::{Interpreter, Options, Outcome, Scalar};
use hotloop_mir::{MachineType, Module};

/// Words in the block that an address leads to, and the value of each: a plausible length and a valid offset.
const WORDS: usize = 512;
const WORD: i64 = 3;
/// More samples would only repeat what fewer show.
const MOST_SAMPLES: usize = 256;
const FUEL: u64 = 400_000;

/// What can be seen of a call.
#[derive(Debug, PartialEq)]
struct Observed {
    result: Result<Vec<Scalar>, String>,
    memory: Vec<Vec<u8>>,
    live_blocks: usize,
}

/// Compares on samples, and on the arguments in `lines`; an error names those on which the meanings differ.
pub(crate) fn compare(before: &Module, after: &Module, lines: &[&str]) -> Result<(), String> {
    let function = &before.functions[0];
    // A pass gives only what it made; what the function still calls is as it was.
    let callees = before.functions[1..].iter().cloned();
    let after = &Module { functions: after.functions.iter().cloned().chain(callees).collect() };
    let types: Vec<MachineType> =
        function.parameters().iter().map(|value| function.value_type(*value)).collect();
    let written = lines.iter().map(|line| parse(line, &types)).collect::<Result<Vec<_>, String>>()?;
    for arguments in written.into_iter().chain(samples(&types).into_iter().take(MOST_SAMPLES)) {
        let Some(expected) = observe(before, &arguments) else { continue };
        let found = observe(after, &arguments);
        if found.as_ref() != Some(&expected) {
            return Err(format!(
                "on {arguments:?} the function gave {expected:?}, and gives {found:?}\n{after}"
            ));
        }
    }
    Ok(())
}

/// Runs the first function; `None` when what it does has no meaning or no end.
fn observe(module: &Module, arguments: &[Scalar]) -> Option<Observed> {
    let options = Options { fuel: Some(FUEL), ..Options::default() };
    let mut interpreter = Interpreter::with_options(module, options);
    let block: Vec<u8> = WORD.to_le_bytes().repeat(WORDS);
    let mut placed = Vec::new();
    let mut place = |argument: &Scalar| {
        if argument.ty() != MachineType::Ptr {
            return *argument;
        }
        placed.push(interpreter.memory_mut().place(&block));
        Scalar::ptr(placed[placed.len() - 1])
    };
    let arguments: Vec<Scalar> = arguments.iter().map(&mut place).collect();
    let result = match interpreter.call(&module.functions[0].name, &arguments) {
        Ok(results) => Ok(results),
        Err(Outcome::Raised(exception)) => Err(format!("{exception} {:?}", exception.payload)),
        Err(Outcome::Trap(_) | Outcome::OutOfFuel) => return None,
    };
    let memory = interpreter.memory();
    let contents =
        |address: &u64| memory.bytes(*address, block.len() as u64).expect("the block was placed").to_vec();
    Some(Observed {
        result,
        memory: placed.iter().map(contents).collect(),
        live_blocks: memory.live_blocks(),
    })
}

/// The arguments in a line, of these types.
fn parse(line: &str, types: &[MachineType]) -> Result<Vec<Scalar>, String> {
    let words = line.split(',').map(str::trim).filter(|word| !word.is_empty());
    let scalar = |(word, ty): (&str, &MachineType)| match ty {
        MachineType::F64 => word.parse().map(Scalar::f64).map_err(|error| format!("{word}: {error}")),
        ty => word.parse().map(|value| Scalar::Int(*ty, value)).map_err(|error| format!("{word}: {error}")),
    };
    words.zip(types).map(scalar).collect()
}

/// Every combination of a few values of each type.
fn samples(types: &[MachineType]) -> Vec<Vec<Scalar>> {
    types.iter().fold(vec![Vec::new()], |combinations, ty| {
        let with_each = |rest: &Vec<Scalar>| -> Vec<Vec<Scalar>> {
            values(*ty).into_iter().map(|value| [rest.as_slice(), &[value]].concat()).collect()
        };
        combinations.iter().flat_map(with_each).collect()
    })
}

fn values(ty: MachineType) -> Vec<Scalar> {
    let ints = |values: &[i64]| values.iter().map(|value| Scalar::Int(ty, *value)).collect();
    match ty {
        MachineType::I1 => ints(&[0, 1]),
        MachineType::I8 | MachineType::I16 | MachineType::I32 | MachineType::I64 => ints(&[5, 0, 1, -2, 70]),
        MachineType::F32 => [0.5, -0.0, f32::NAN].map(Scalar::f32).to_vec(),
        MachineType::F64 => [0.5, -0.0, 1e16].map(Scalar::f64).to_vec(),
        // The address itself is made when the function is called.
        MachineType::Ptr => vec![Scalar::ptr(0)],
    }
}
