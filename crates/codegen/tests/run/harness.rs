//! Compiles, loads and calls a module.

use hotloop_abi::{Context, ErrorState, HostEntry, Status};
use hotloop_codegen::{ENTRY_SUFFIX, Options, Site, Target, compile};
use hotloop_loader::{Image, load};
use hotloop_mir::{Builder, Function, MachineType, Module, Phase, Terminator, Value};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

/// What `hl_self` is in these tests.
pub(crate) const IMAGE: u64 = 0x5e1f_5e1f_0000;

/// A loaded module.
pub(crate) struct Machine {
    image: Image,
    entry: HostEntry,
    result_count: usize,
    pub(crate) sites: Vec<Site>,
    pub(crate) imports: Vec<String>,
    pub(crate) interrupt: AtomicU32,
    pub(crate) stack_limit: u64,
}

/// The machine's own processor, and the least that is supported: both must run everything.
pub(crate) fn targets() -> &'static [Target] {
    static TARGETS: OnceLock<Vec<Target>> = OnceLock::new();
    TARGETS.get_or_init(|| vec![Target::host().unwrap(), Target::from_name("x86-64-v2").unwrap()])
}

impl Machine {
    /// Compiles a module for `target` and loads it; names are looked up in `symbols`.
    pub(crate) fn with_symbols(module: &Module, target: &Target, symbols: &[(&str, usize)]) -> Self {
        let object = compile(module.clone(), target, &Options { verify: true })
            .unwrap_or_else(|error| panic!("{error}"));
        let resolver = |name: &str| {
            let known = symbols.iter().find(|(known, _)| *known == name);
            let address =
                if name == "hl_self" { Some(IMAGE as usize) } else { known.map(|(_, address)| *address) };
            address.map(|address| address as *const u8)
        };
        let image = load(&object.bytes, &resolver).unwrap();
        let first = &module.functions[0];
        let entry = image.symbol(&format!("{}{ENTRY_SUFFIX}", first.name)).expect("an entry");
        // SAFETY: codegen promises that this symbol is a `HostEntry`.
        let entry: HostEntry = unsafe { std::mem::transmute(entry) };
        Self {
            image,
            entry,
            result_count: first.results.len(),
            sites: object.sites,
            imports: object.imports,
            interrupt: AtomicU32::new(0),
            stack_limit: 0,
        }
    }

    /// Calls the module's first function.
    pub(crate) fn call(&self, arguments: &[u64]) -> Result<Vec<u64>, ErrorState> {
        let mut context = Context {
            stack_limit: self.stack_limit,
            interrupt: &self.interrupt,
            thread_index: 0,
            in_parallel: 0,
            error: ErrorState::default(),
            host: std::ptr::null_mut(),
        };
        let mut results = vec![0xdead_beef_dead_beef; self.result_count];
        // SAFETY: the arguments are as many as the function has, and what they point to outlives the call.
        let status = unsafe { (self.entry)(&mut context, arguments.as_ptr(), results.as_mut_ptr()) };
        match status {
            Status::OK => Ok(results),
            Status::RAISED => {
                assert_eq!(
                    results,
                    vec![0xdead_beef_dead_beef; self.result_count],
                    "results of a call that raised"
                );
                Err(context.error)
            }
            other => panic!("status {other:?}"),
        }
    }

    /// Calls the first function, which has one result.
    pub(crate) fn value(&self, arguments: &[u64]) -> u64 {
        self.call(arguments).unwrap_or_else(|error| panic!("raised {error:?}"))[0]
    }

    /// The address of an exported function.
    pub(crate) fn symbol(&self, name: &str) -> usize {
        self.image.symbol(name).expect("an exported symbol") as usize
    }
}

/// A function built by `build`, which returns its results.
pub(crate) fn function(
    parameters: &[MachineType],
    results: &[MachineType],
    build: impl FnOnce(&mut Builder<'_>, &[Value]) -> Vec<Value>,
) -> Function {
    let mut function = Function::new("test", parameters, results);
    let values = function.parameters().to_vec();
    let mut builder = Builder::at_entry(&mut function);
    let returned = build(&mut builder, &values);
    builder.terminate(Terminator::Return(returned));
    function.phase = Phase::Outlined;
    function
}

/// The function alone in a module.
pub(crate) fn module(function: Function) -> Module {
    Module { functions: vec![function] }
}

/// The function on every target.
pub(crate) fn machines(function: Function) -> Vec<Machine> {
    let module = module(function);
    targets().iter().map(|target| Machine::with_symbols(&module, target, &[])).collect()
}

/// The bits of a type that count; all others of a result must be zero.
pub(crate) fn mask(ty: MachineType) -> u64 {
    u64::MAX >> (64 - ty.bits())
}
