//! The operators on aarch64: what the compiled kernel gives here, its code for that machine gives in an emulator, to the bit.

use crate::emulated::{Emulated, Way};
use crate::peers::{Case, Group, Outcome, written};
use hotloop_driver::{CacheUse, Dtype, Engine, ErrorClass, Form, Kernel, Number, Type};
use std::path::Path;

/// The table's kernels for aarch64.
pub(crate) struct Arm<'a> {
    engine: Engine,
    guest: &'a Path,
}

impl<'a> Arm<'a> {
    /// `guest` is the program for the emulator.
    pub(crate) fn new(guest: &'a Path) -> Self {
        let builder = Engine::builder().cache_use(CacheUse::Never).cpu("aarch64");
        Self { engine: builder.build().expect("an engine for aarch64"), guest }
    }

    /// A group's kernel in the emulator; `None` where it is refused, or needs a part of the runtime that is not there.
    pub(crate) fn load(&self, source: &Path, group: &Group) -> Option<Emulated> {
        let kernel = self.engine.load_function(source, &group.function()).expect("the functions are there");
        let types: Vec<Type> = group.dtypes.iter().map(|dtype| Type::Scalar(*dtype)).collect();
        let object = kernel.emit(Form::Object, Some(&types)).ok()?;
        Emulated::new(&[&object], self.guest).ok()
    }
}

/// What differs from what the kernel gives here, if anything does.
pub(crate) fn difference(machine: &Emulated, kernel: &Kernel, group: &Group, case: &Case) -> Option<String> {
    let here = case.run(kernel);
    let words: Vec<u64> = case
        .operands
        .iter()
        .zip(&group.dtypes)
        .flat_map(|(number, dtype)| number.words(*dtype).collect::<Vec<_>>())
        .collect();
    let ty = here.ty.as_deref().and_then(Dtype::by_name);
    let count = if ty.is_some_and(Dtype::is_complex) { 2 } else { 1 };
    let text = match machine.call(Way::default(), &words, count, &[]) {
        Ok((Ok(results), _)) => match ty {
            Some(ty) => written(number_of(ty, &results)),
            None => format!("{results:x?}"),
        },
        Ok((Err(error), _)) => {
            let class = hotloop_driver::ExceptionClass::by_number(error.class);
            format!("e{}", class.map_or_else(String::new, |class| ErrorClass::from(class).name().to_owned()))
        }
        Err(message) => message,
    };
    let Outcome { text: expected, .. } = here;
    let operands = &case.operands;
    (text != expected).then(|| format!("{} {operands:?} gives {text}, here {expected}", group.describe()))
}

/// The number that words hold.
fn number_of(ty: Dtype, words: &[u64]) -> Number {
    let size = ty.size_bytes() as usize / words.len();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes().into_iter().take(size)).collect();
    Number::from_bytes(ty, &bytes)
}
