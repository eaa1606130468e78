//! Turns MIR into the bytes of a relocatable object.
//!
//! This crate knows nothing about HIR, the passes or the loader: it takes a verified module in its last phase and gives
//! bytes. It is the one owner of Cranelift; no type of Cranelift shows in its interface.
//!
//! # The object
//! - `.text` has only PC-relative relocations, so the same bytes serve the loader, the cache and an ahead-of-time build.
//! - One table in `.data` holds the address of everything outside: runtime functions, functions of other objects, and
//!   `hl_self`, the address by which the loader names this image. Each is an absolute relocation to an undefined symbol.
//! - The module's first function is exported twice: under its name, with the calling convention of `hotloop-abi`, and under
//!   the name followed by [`ENTRY_SUFFIX`], as a `HostEntry`. All other functions are local symbols.
//! - Every place that can raise has a number, its position in [`CompiledObject::sites`], which the code writes to the error state.
//!
//! ```
//! use hotloop_codegen::{compile, Options, Target};
//! use hotloop_mir::{BinaryOp, Builder, Function, MachineType, Module, Phase, Terminator};
//!
//! let mut function = Function::new("double", &[MachineType::I64], &[MachineType::I64]);
//! let x = function.parameters()[0];
//! let mut builder = Builder::at_entry(&mut function);
//! let sum = builder.binary(BinaryOp::Iadd, x, x);
//! builder.terminate(Terminator::Return(vec![sum]));
//! function.phase = Phase::Outlined;
//!
//! let target = Target::from_name("x86-64-v2")?;
//! let object = compile(Module { functions: vec![function] }, &target, &Options { verify: true })?;
//! assert!(object.bytes.starts_with(b"\x7fELF"));
//! assert!(object.imports.is_empty() && object.sites.is_empty());
//! # Ok::<(), hotloop_codegen::CodegenError>(())
//! ```

mod callback;
mod entry;
mod error;
mod function;
mod imports;
mod interrupt;
mod large;
mod machine_code;
mod object;
mod sites;
mod target;
mod text;

pub use callback::{CallbackForm, callback};
pub use error::CodegenError;
pub use hotloop_mir::BOUNDS_MESSAGE;
pub use object::{BuiltLoop, CompiledObject, ENTRY_SUFFIX, Obstacle, Options, Vectors, compile, obstacle};
pub use sites::{RECURSION_MESSAGE, Site};
pub use target::Target;
pub use text::{clif_text, disassembly};
