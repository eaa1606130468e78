//! The engine: what an embedder holds. It knows functions, compiles them on demand, and keeps what it compiled.

use crate::cache_fault::{CacheFault, CacheFaults};
use crate::choices::{Choices, Chooser, MadeChoice};
use crate::entry::{CODE, CodeEntry, MEMO, Memo, encode, read_entries, read_entry, read_memo};
use crate::exception::Place;
use crate::host::{Host, Hosts};
use crate::image::{BySymbol, Compiled, Unit, load_new};
use crate::interpret::Lowered;
use crate::module::Modules;
use crate::program::{FunctionSource, Program};
use crate::session::{
    Kept, NOTHING_PARALLEL, Places, Product, Session, Specialisation, choose_parameters, code_key,
};
use crate::structure::Structures;
use crate::timings::{Stage, Timings};
use crate::{Failure, Kernel};
use hotloop_cache::{Cache, CacheConfig, EntryKind, Key, KeyBuilder};
use hotloop_codegen::Target;
use hotloop_diagnostics::Remark;
use hotloop_hir::Options;
use hotloop_infer::FunctionHandle;
use hotloop_runtime::Interrupter;
use hotloop_types::{Dtype, FloatFlags, Layout, Signature, Type};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes the arrays may have that are constants of a function which the cache keeps.
const MAX_CACHED_ARRAY_BYTES: usize = 1 << 20;

/// What the whole engine compiles with. Part of every key.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) verify: bool,
    pub(crate) optimise: bool,
    pub(crate) boundscheck: Option<bool>,
    pub(crate) float_flags: Option<FloatFlags>,
    pub(crate) race_check: bool,
    pub(crate) shares_few: bool,
    /// Why the code cannot run on this machine, if it is for another one.
    pub(crate) cannot_run: Option<String>,
    /// The key of all of the above that changes code, and of the compiler's version.
    pub(crate) key: Key,
}

impl Settings {
    /// A function's own options, with what the engine says for all.
    pub(crate) fn apply(&self, options: Options) -> Options {
        Options {
            boundscheck: self.boundscheck.unwrap_or(options.boundscheck),
            float_flags: self.float_flags.unwrap_or(options.float_flags),
            shares_few: self.shares_few,
            ..options
        }
    }
}

/// Which functions are kept on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheUse {
    /// None.
    Never,
    /// Those that ask for it, with `cache=True`. The default.
    #[default]
    Marked,
    /// All.
    Always,
}

/// Makes an [`Engine`]. Every setting has a default.
#[derive(Clone)]
#[must_use]
pub struct EngineBuilder {
    cache_folder: Option<PathBuf>,
    cache_use: CacheUse,
    cpu: Option<String>,
    threads: u32,
    verify: bool,
    optimise: bool,
    boundscheck: Option<bool>,
    float_flags: Option<FloatFlags>,
    race_check: bool,
    shares_few: bool,
    chooser: Option<Arc<dyn Chooser>>,
    host: Option<Arc<dyn Host>>,
}

impl std::fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("cache_folder", &self.cache_folder)
            .field("cache_use", &self.cache_use)
            .field("cpu", &self.cpu)
            .field("threads", &self.threads)
            .field("has_chooser", &self.chooser.is_some())
            .finish_non_exhaustive()
    }
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            cache_folder: hotloop_cache::default_folder(),
            cache_use: CacheUse::default(),
            cpu: std::env::var("HOTLOOP_CPU").ok(),
            threads: 0,
            verify: cfg!(debug_assertions),
            optimise: true,
            boundscheck: None,
            float_flags: None,
            race_check: is_set(std::env::var_os("HOTLOOP_RACE_CHECK")),
            shares_few: false,
            chooser: None,
            host: None,
        }
    }
}

impl EngineBuilder {
    /// Where compiled code is kept. Default: `HOTLOOP_CACHE_DIR`, else the user's cache folder.
    pub fn cache_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { cache_folder: Some(folder.into()), ..self }
    }

    /// Which functions are kept on disk. Default: those that ask for it.
    pub fn cache_use(self, cache_use: CacheUse) -> Self {
        Self { cache_use, ..self }
    }

    /// The processor to compile for, such as `x86-64-v3`. Default: `HOTLOOP_CPU`, else this machine's.
    pub fn cpu(self, name: impl Into<String>) -> Self {
        Self { cpu: Some(name.into()), ..self }
    }

    /// The threads a call may use, the calling one included. Default: `HOTLOOP_NUM_THREADS`, else all cores; so is 0.
    pub fn threads(self, threads: u32) -> Self {
        Self { threads, ..self }
    }

    /// Whether every stage's output is checked, for tests. Default: in debug builds.
    pub fn verify(self, verify: bool) -> Self {
        Self { verify, ..self }
    }

    /// Whether the passes run. Off for comparison and debugging. Default: on.
    pub fn optimise(self, optimise: bool) -> Self {
        Self { optimise, ..self }
    }

    /// Whether indices are checked, whatever functions say. Default: as they say.
    pub fn boundscheck(self, boundscheck: bool) -> Self {
        Self { boundscheck: Some(boundscheck), ..self }
    }

    /// What may be assumed of floats, whatever functions say. Default: as they say.
    pub fn float_flags(self, flags: FloatFlags) -> Self {
        Self { float_flags: Some(flags), ..self }
    }

    /// Whether code tells of each access to memory and calls fail in which iterations of a parallel loop conflict ([`Failure::Raced`]). Such calls run on one thread, and take 10 to 100
    /// times as long. Default: off, unless `HOTLOOP_RACE_CHECK` is set to something else than 0.
    pub fn race_check(self, race_check: bool) -> Self {
        Self { race_check, ..self }
    }

    /// Whether loops share out their work however few iterations they have, as they always do where races are looked for. For tests: such loops show little otherwise. Default: off.
    #[doc(hidden)]
    pub fn share_few_iterations(self, shares_few: bool) -> Self {
        Self { shares_few, ..self }
    }

    /// Who chooses implementations of functions, methods and attributes by the types of calls. Default: nobody.
    pub fn chooser(self, chooser: Arc<dyn Chooser>) -> Self {
        Self { chooser: Some(chooser), ..self }
    }

    /// Who has the functions of the host program that kernels call. Default: nobody.
    pub fn host(self, host: Arc<dyn Host>) -> Self {
        Self { host: Some(host), ..self }
    }

    /// The engine.
    ///
    /// # Errors
    /// The processor is not known or cannot run here. A cache that cannot be used is no error: see [`Engine::cache_fault`].
    pub fn build(self) -> Result<Engine, Failure> {
        let target = match self.cpu.as_deref() {
            None | Some("" | "native") => Target::host(),
            Some(name) => Target::from_name(name),
        }
        .map_err(|error| Failure::Processor(error.to_string()))?;
        let wide_vectors = hotloop_simd::Level::of_features(|name| target.has_feature(name));
        let target = target.with_wide_vectors(wide_vectors.map(hotloop_simd::Level::vectors));
        let key = self.settings_key(&target);
        let named = self.cpu.as_deref().filter(|name| !matches!(*name, "" | "native"));
        let cannot_run = named.filter(|_| !target.runs_here()).map(|name| {
            format!("code for `{name}` can be looked at here, but this machine's processor cannot run it")
        });
        let cache_faults = CacheFaults::default();
        let cache = match (&self.cache_folder, self.cache_use) {
            // Places in the code are those of this process.
            _ if self.race_check => None,
            (_, CacheUse::Never) | (None, _) => None,
            (Some(folder), _) => Cache::open(CacheConfig::new(folder))
                .map_err(|error| cache_faults.note(CacheFault::NotKept(error)))
                .ok(),
        };
        let settings = Settings {
            target,
            verify: self.verify,
            optimise: self.optimise,
            boundscheck: self.boundscheck,
            float_flags: self.float_flags,
            race_check: self.race_check,
            shares_few: self.shares_few || self.race_check,
            cannot_run,
            key,
        };
        let hosts = Hosts::new(self.host);
        let mut state = State::default();
        state.program.chooser = self.chooser;
        let state = Mutex::new(state);
        let shared = Shared {
            settings,
            cache,
            cache_use: self.cache_use,
            cache_faults,
            threads: self.threads,
            interrupter: Interrupter::new(),
            hosts,
            state,
        };
        Ok(Engine { shared: Arc::new(shared) })
    }

    fn settings_key(&self, target: &Target) -> Key {
        let mut builder = KeyBuilder::new("hotloop 2026 settings");
        builder.text("version", env!("CARGO_PKG_VERSION"));
        builder.text("sources", env!("HOTLOOP_SOURCES"));
        builder.text("target", &target.cache_key());
        builder.number("optimise", u64::from(self.optimise));
        builder.number("race check", u64::from(self.race_check));
        builder.number("shares few", u64::from(self.shares_few));
        builder.text("boundscheck", &format!("{:?}", self.boundscheck));
        builder.text("float flags", &format!("{:?}", self.float_flags));
        builder.finish()
    }
}

/// Whether an environment variable asks for something.
fn is_set(variable: Option<std::ffi::OsString>) -> bool {
    variable.is_some_and(|value| !value.is_empty() && value != "0")
}

/// Compiles and keeps functions. Cheap to clone; all clones are one engine, and any thread may use it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) settings: Settings,
    cache: Option<Cache>,
    cache_use: CacheUse,
    cache_faults: CacheFaults,
    pub(crate) threads: u32,
    pub(crate) interrupter: Interrupter,
    hosts: Hosts,
    state: Mutex<State>,
}

/// What grows while the engine is used.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) program: Program,
    pub(crate) modules: Modules,
    structures: Structures,
    compiled: FxHashMap<Specialisation, Arc<Compiled>>,
    by_symbol: BySymbol,
}

/// A compiled function with how it came to be.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// The function.
    pub compiled: Arc<Compiled>,
    /// How long each stage took that ran; empty if the function was in memory already.
    pub timings: Timings,
    /// Whether it came from the cache on disk.
    pub from_cache: bool,
    /// What the passes say about it; nothing if it came from memory or the cache.
    pub remarks: Vec<Remark>,
    /// How many functions were compiled for it, itself included: what it calls may be in memory or the cache already.
    pub compiled_functions: usize,
}

impl Engine {
    /// An engine with default settings.
    ///
    /// # Errors
    /// As [`EngineBuilder::build`].
    pub fn new() -> Result<Self, Failure> {
        Self::builder().build()
    }

    /// Settings for an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// What the user should hear of a compilation: of each function that has `parallel=True` and in which nothing runs in parallel, with its place.
    pub fn warnings_of(&self, compilation: &Compilation) -> Vec<String> {
        let in_vain: Vec<&Remark> =
            compilation.remarks.iter().filter(|remark| remark.pass == NOTHING_PARALLEL).collect();
        if in_vain.is_empty() {
            return Vec::new();
        }
        let sources = &self.state().program.sources;
        let shown = |remark: &&Remark| {
            let file = sources.file(remark.span.file).name();
            format!("{file}:{}: {}", sources.location(remark.span).line, remark.message)
        };
        in_vain.iter().map(shown).collect()
    }

    /// Stops the calls that are under way, with `KeyboardInterrupt`; can be asked from any thread.
    pub fn interrupter(&self) -> &Interrupter {
        &self.shared.interrupter
    }

    /// What went wrong with the cache on disk: to be asked for after compiling, until there is nothing more, and shown as a warning. An engine tells the first
    /// fault of each kind, and that once; everything works without the cache.
    pub fn cache_fault(&self) -> Option<CacheFault> {
        self.shared.cache_faults.take()
    }

    /// The cache, if one is in use.
    pub fn cache(&self) -> Option<&Cache> {
        self.shared.cache.as_ref()
    }

    /// A function of a Python file. The file is read now and parsed when it is needed: not for a call whose code is in the cache.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load_function(&self, path: &Path, name: &str) -> Result<Kernel, Failure> {
        Kernel::from_file(self.clone(), path, name)
    }

    /// A function of a Python source in memory; `file_name` is for messages.
    ///
    /// # Errors
    /// The source has errors, or no such function.
    pub fn function(&self, file_name: &str, source: &str, name: &str) -> Result<Kernel, Failure> {
        let mut state = self.state();
        let handle = Modules::add_source(&mut state, file_name, source, None)?.function(&state, name)?;
        drop(state);
        Ok(Kernel::from_handle(self.clone(), handle))
    }

    /// Adds a function that was captured elsewhere, with its environment.
    pub fn add_function(
        &self,
        make: impl FnOnce(&mut hotloop_diagnostics::SourceMap, FunctionHandle) -> FunctionSource,
    ) -> Kernel {
        let mut state = self.state();
        let handle = state.program.next_handle();
        let function = make(&mut state.program.sources, handle);
        let handle = state.program.add(function);
        drop(state);
        Kernel::from_handle(self.clone(), handle)
    }

    /// What grows while the engine is used. A panic elsewhere leaves it whole: every change is one insertion.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    /// The type of a function as a value.
    pub(crate) fn function_type(&self, function: FunctionHandle) -> Type {
        let mut state = self.state();
        let State { program, structures, .. } = &mut *state;
        Type::Function(Arc::new(structures.function_type(program, function)))
    }

    /// The specialisation that a call with these argument types reaches.
    pub(crate) fn specialisation(
        state: &State,
        function: FunctionHandle,
        arguments: &[Type],
    ) -> Result<Specialisation, Failure> {
        let source = state.program.function(function);
        let is_declared = !source.signatures.is_empty();
        match choose_parameters(&source.signatures, arguments) {
            Some(_) if !is_declared && source.definition.parameters.items.len() != arguments.len() => {
                Err(wrong_count(source, arguments.len()))
            }
            Some(parameters) => Ok((function, parameters)),
            None => Err(no_signature(source, arguments)),
        }
    }

    /// Does work that may ask which functions are meant, as often as it has new questions; these are answered while the engine is not locked.
    fn answering<T>(
        &self,
        mut work: impl FnMut(&mut State, &mut Choices) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut choices = Choices::default();
        loop {
            let mut state = self.state();
            let outcome = work(&mut state, &mut choices);
            let chooser = state.program.chooser.clone();
            drop(state);
            let open = choices.take_open();
            let (false, Some(chooser)) = (open.is_empty(), chooser) else { return outcome };
            for question in open {
                let choice = chooser.choose(self, &question)?;
                choices.add(question, choice);
            }
        }
    }

    /// Compiles a function for arguments of these types, or finds it compiled.
    pub(crate) fn compile(
        &self,
        function: FunctionHandle,
        arguments: &[Type],
    ) -> Result<Compilation, Failure> {
        self.answering(|state, choices| self.compile_with(state, choices, function, arguments))
    }

    fn compile_with(
        &self,
        state: &mut State,
        choices: &mut Choices,
        function: FunctionHandle,
        arguments: &[Type],
    ) -> Result<Compilation, Failure> {
        let specialisation = Self::specialisation(state, function, arguments)?;
        if let Some(compiled) = state.compiled.get(&specialisation) {
            let compiled = Arc::clone(compiled);
            return Ok(Compilation {
                compiled,
                timings: Timings::default(),
                from_cache: false,
                remarks: Vec::new(),
                compiled_functions: 0,
            });
        }
        let mut timings = Timings::default();
        let cache = self.cache_for(state.program.function(function));
        if let Some(cache) = cache
            && let Some(compiled) =
                self.load_from_cache(cache, (state, choices), &specialisation, &mut timings)?
        {
            return Ok(Compilation {
                compiled,
                timings,
                from_cache: true,
                remarks: Vec::new(),
                compiled_functions: 0,
            });
        }
        self.compile_anew((state, choices), &specialisation, cache, &mut timings)
    }

    /// The cache, if this function is to be kept there.
    fn cache_for(&self, source: &FunctionSource) -> Option<&Cache> {
        let wanted = match self.shared.cache_use {
            CacheUse::Never => false,
            CacheUse::Marked => source.cache,
            CacheUse::Always => true,
        };
        self.shared.cache.as_ref().filter(|_| wanted)
    }

    fn compile_anew(
        &self,
        (state, choices): (&mut State, &mut Choices),
        specialisation: &Specialisation,
        cache: Option<&Cache>,
        timings: &mut Timings,
    ) -> Result<Compilation, Failure> {
        let State { program, structures, compiled, by_symbol, .. } = state;
        let mut session = Session::new(program, structures, &self.shared.settings, choices);
        let faults = &self.shared.cache_faults;
        let kept = |key: &Key, symbol: &str| match cache {
            // What is in memory may not be on disk, where the next process looks for it.
            Some(cache) => {
                let unit = read_entry(cache, key, faults)?.into_unit(Vec::new())?;
                Some(Kept::OnDisk(Box::new(unit)))
            }
            None => by_symbol.contains_key(symbol).then_some(Kept::InMemory),
        };
        let (products, stored) = session.compile(specialisation, &kept)?;
        let compiled_functions = products.len();
        for stage in [Stage::Infer, Stage::Lower, Stage::Optimise, Stage::Codegen] {
            session.timings.of(stage).into_iter().for_each(|time| timings.add(stage, time));
        }
        timings.add_passes(session.timings.passes());
        let are_arrays_small = structures.of(program, specialisation.0).array_bytes <= MAX_CACHED_ARRAY_BYTES;
        match cache {
            Some(cache) if are_arrays_small => timings.measure(Stage::Store, || self.store(cache, &products)),
            Some(_) => {
                let function = program.function(specialisation.0).name().to_owned();
                self.shared.cache_faults.note(CacheFault::LargeArrays { function });
            }
            None => {}
        }
        let mut remarks = Vec::new();
        let mut specialisations = Vec::new();
        let mut units = Vec::with_capacity(products.len() + stored.len());
        for product in products {
            remarks.extend(product.remarks);
            specialisations.push(product.specialisation);
            units.push(product.unit);
        }
        units.extend(stored);
        let loaded = timings.measure(Stage::Load, || load_new(units, by_symbol, &self.shared.hosts))?;
        for (specialisation, function) in specialisations.into_iter().zip(loaded) {
            if let Some(function) = function {
                compiled.insert(specialisation, function);
            }
        }
        let key = code_key(program, structures, &self.shared.settings, specialisation);
        let symbol = crate::session::symbol_of(program.function(specialisation.0).name(), &key);
        let function = by_symbol.get(&symbol).cloned().expect("the root was linked or known");
        compiled.insert(specialisation.clone(), Arc::clone(&function));
        Ok(Compilation {
            compiled: function,
            timings: std::mem::take(timings),
            from_cache: false,
            remarks,
            compiled_functions,
        })
    }

    /// Writes what was compiled to the cache. What cannot be written is compiled again next time.
    fn store(&self, cache: &Cache, products: &[Product]) {
        for product in products {
            let Some(bytes) = encode(&product.entry) else { continue };
            self.put(cache, CODE, &product.key, &bytes);
        }
    }

    fn put(&self, cache: &Cache, kind: EntryKind, key: &Key, bytes: &[u8]) {
        if let Err(error) = cache.put(kind, key, bytes) {
            self.shared.cache_faults.note(CacheFault::NotKept(error));
        }
    }

    fn load_from_cache(
        &self,
        cache: &Cache,
        (state, choices): (&mut State, &mut Choices),
        specialisation: &Specialisation,
        timings: &mut Timings,
    ) -> Result<Option<Arc<Compiled>>, Failure> {
        let key = timings.measure(Stage::Key, || {
            code_key(&state.program, &mut state.structures, &self.shared.settings, specialisation)
        });
        let entries = timings.measure(Stage::Cache, || read_entries(cache, key, &self.shared.cache_faults));
        let Some(entries) = entries else { return Ok(None) };
        for (_, entry) in &entries {
            let State { program, structures, .. } = &mut *state;
            match choices.are_as_kept(program, structures, &entry.choices) {
                Some(true) => {}
                Some(false) => return Ok(None),
                None => return Err(Failure::internal("functions are yet to be chosen")),
            }
        }
        Ok(self.load_entries((cache, &key), (state, choices), entries, specialisation, timings))
    }

    /// Loads code of the cache, which is known to be current.
    fn load_entries(
        &self,
        (cache, key): (&Cache, &Key),
        (state, choices): (&mut State, &Choices),
        entries: Vec<(Key, CodeEntry)>,
        specialisation: &Specialisation,
        timings: &mut Timings,
    ) -> Option<Arc<Compiled>> {
        let closure = state.structures.of(&state.program, specialisation.0).closure.clone();
        for function in &closure {
            state.structures.of(&state.program, *function);
        }
        // A callee's sites count functions of its own closure, which starts at the callee.
        let units: Option<Vec<Unit>> = entries
            .into_iter()
            .map(|(_, entry)| {
                let State { program, structures, .. } = &mut *state;
                let closure = closure_of(program, (structures, choices), &entry)?;
                let mut places = Places::new(&state.program, &closure);
                let found =
                    entry.sites.iter().map(|site| site.token.and_then(|token| places.place(token))).collect();
                entry.into_unit(found)
            })
            .collect();
        let function = self.link_cached(state, (cache, key), units?, timings)?;
        state.compiled.insert(specialisation.clone(), Arc::clone(&function));
        Some(function)
    }

    /// Loads units from the cache, the root first; those that are in memory already are used as they are.
    fn link_cached(
        &self,
        state: &mut State,
        (cache, key): (&Cache, &Key),
        units: Vec<Unit>,
        timings: &mut Timings,
    ) -> Option<Arc<Compiled>> {
        let root = units.first()?.symbol.clone();
        // What was made for another machine or version has another key; whatever else fails here is a damaged entry, and is compiled again.
        let loaded =
            timings.measure(Stage::Load, || load_new(units, &mut state.by_symbol, &self.shared.hosts));
        if let Err(failure) = loaded {
            let (entry, reason) = (cache.entry_path(CODE, key), failure.to_string());
            self.shared.cache_faults.note(CacheFault::Damaged { entry, reason });
            return None;
        }
        state.by_symbol.get(&root).cloned()
    }

    /// Looks for the code of a function of a file that has not been parsed.
    pub(crate) fn compile_by_memo(&self, memo_key: &Key, timings: &mut Timings) -> Option<Arc<Compiled>> {
        let cache = self.shared.cache.as_ref()?;
        let start = std::time::Instant::now();
        let found = self.units_by_memo(cache, memo_key);
        timings.add(Stage::Cache, start.elapsed());
        let (root, units) = found?;
        self.link_cached(&mut self.state(), (cache, &root), units, timings)
    }

    /// The code entry that a memo leads to, with all that it needs.
    fn units_by_memo(&self, cache: &Cache, memo_key: &Key) -> Option<(Key, Vec<Unit>)> {
        let faults = &self.shared.cache_faults;
        let memo = read_memo(cache, memo_key, faults)?;
        let is_current = |(path, key): &(String, [u8; 32])| {
            std::fs::read(path).is_ok_and(|bytes| Key::of_bytes(&bytes).as_bytes() == key)
        };
        if !memo.files.iter().all(is_current) {
            return None;
        }
        let mut places: FxHashMap<[u8; 32], Vec<Option<Place>>> = memo.places.into_iter().collect();
        let root = Key::from_bytes(memo.root);
        let entries = read_entries(cache, root, faults)?.into_iter();
        let units = entries.map(|(key, entry)| entry.into_unit(places.remove(key.as_bytes())?));
        Some((root, units.collect::<Option<_>>()?))
    }

    /// Notes for the next process how this file's bytes lead to the code.
    pub(crate) fn store_memo(&self, memo_key: &Key, function: FunctionHandle, arguments: &[Type]) {
        let mut state = self.state();
        let Some(cache) = self.cache_for(state.program.function(function)) else { return };
        let Ok(specialisation) = Self::specialisation(&state, function, arguments) else { return };
        let State { program, structures, modules, .. } = &mut *state;
        let root = code_key(program, structures, &self.shared.settings, &specialisation);
        let Some(entries) = read_entries(cache, root, &self.shared.cache_faults) else { return };
        if entries.iter().any(|(_, entry)| !entry.choices.is_empty()) {
            // A memo leads to code without asking what is chosen now.
            return;
        }
        let closure = structures.of(program, function).closure.clone();
        let files = modules.files_of(program, &closure);
        let mut places = Vec::new();
        for (key, entry) in entries {
            let Some(closure) = closure_of(program, (structures, &Choices::default()), &entry) else {
                return;
            };
            let mut finder = Places::new(program, &closure);
            let found =
                entry.sites.iter().map(|site| site.token.and_then(|token| finder.place(token))).collect();
            places.push((*key.as_bytes(), found));
        }
        let memo = Memo { root: *root.as_bytes(), files, places };
        if let Some(bytes) = encode(&memo) {
            self.put(cache, MEMO, memo_key, &bytes);
        }
    }

    /// Whether what the engine compiles may be called.
    ///
    /// # Errors
    /// It is for a processor that this machine has not.
    pub(crate) fn check_runs_here(&self) -> Result<(), Failure> {
        self.shared.settings.cannot_run.clone().map_or(Ok(()), |reason| Err(Failure::Processor(reason)))
    }

    /// What a session makes of a function for arguments of these types.
    pub(crate) fn in_session<T>(
        &self,
        function: FunctionHandle,
        arguments: &[Type],
        make: impl Fn(&mut Session<'_>, &Specialisation) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.answering(|state, choices| {
            let specialisation = Self::specialisation(state, function, arguments)?;
            let State { program, structures, .. } = state;
            make(&mut Session::new(program, structures, &self.shared.settings, choices), &specialisation)
        })
    }

    /// A function and all it calls as MIR of the first phase: for the interpreter.
    pub(crate) fn lowered(&self, function: FunctionHandle, arguments: &[Type]) -> Result<Lowered, Failure> {
        self.in_session(function, arguments, |session, specialisation| {
            let modules = session.front(specialisation)?;
            let functions = modules.into_iter().flat_map(|module| module.functions).collect();
            let parameters = specialisation.1.clone();
            Ok(Lowered { parameters, result: session.result().clone(), functions })
        })
    }
}

/// The functions whose text an entry's raising sites may lie in.
fn closure_of(
    program: &Program,
    (structures, choices): (&mut Structures, &Choices),
    entry: &CodeEntry,
) -> Option<Vec<FunctionHandle>> {
    if entry.structure == CodeEntry::NO_TEXT {
        return Some(Vec::new());
    }
    let function = structures.with_key(&Key::from_bytes(entry.structure))?;
    let signature: Signature = entry.signature.parse().ok()?;
    let questions = entry.choices.iter().filter_map(MadeChoice::question);
    let chosen = questions.filter_map(|question| choices.function(&question)).collect();
    structures.closure_for(program, function, (&signature.parameters, chosen), &Structures::function_of)
}

pub(crate) fn wrong_count(source: &FunctionSource, given: usize) -> Failure {
    let parameters = source.parameters();
    let names: Vec<String> = parameters.iter().map(|parameter| parameter.name.to_string()).collect();
    let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
    let least = if required < names.len() { format!("{required} to ") } else { String::new() };
    let arguments = if names.len() == 1 { "argument" } else { "arguments" };
    let were = if given == 1 { "was" } else { "were" };
    let (count, names) = (names.len(), names.join(", "));
    let name = source.name();
    Failure::Arguments(format!(
        "`{name}` takes {least}{count} {arguments} ({names}), and {given} {were} given"
    ))
}

fn no_signature(source: &FunctionSource, arguments: &[Type]) -> Failure {
    let types: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let declared: Vec<String> = source.signatures.iter().map(|one| format!("  {one}")).collect();
    let mut message = format!(
        "`{}` is declared for other arguments than ({}); its signatures are\n{}\n",
        source.name(),
        types.join(", "),
        declared.join("\n")
    );
    let difference = match source.signatures.as_slice() {
        [only] => first_difference(source, &only.parameters, arguments),
        _ => None,
    };
    message.push_str(&difference.unwrap_or_else(|| {
        format!(
            "add ({}) to its signatures, or leave them out: then it is compiled for what it is called with",
            types.join(", ")
        )
    }));
    Failure::Arguments(message)
}

/// What keeps arguments from fitting the one declared signature, and what to do about it.
fn first_difference(source: &FunctionSource, parameters: &[Type], arguments: &[Type]) -> Option<String> {
    if parameters.len() != arguments.len() {
        return Some(format!("it takes {} arguments, not {}", parameters.len(), arguments.len()));
    }
    let fits = |(argument, parameter): (&Type, &Type)| {
        let declared = Signature { parameters: vec![parameter.clone()], result: None };
        choose_parameters(&[declared], std::slice::from_ref(argument)).is_some()
    };
    let at = arguments.iter().zip(parameters).position(|pair| !fits(pair))?;
    let (argument, parameter) = (&arguments[at], &parameters[at]);
    let name = source.parameters().get(at).map_or("x".into(), |parameter| parameter.name.clone());
    let way = way_to_fit(&name, argument, parameter);
    let way = way.unwrap_or_else(|| "pass what is declared".to_owned());
    Some(format!(
        "argument {} (`{name}`) is {argument}, where {parameter} is declared: {way}, or add a signature for it",
        at + 1
    ))
}

/// How an argument can be made one of the declared type.
fn way_to_fit(name: &str, argument: &Type, parameter: &Type) -> Option<String> {
    let Type::Array(wanted) = parameter else { return None };
    let dtype = if wanted.dtype == Dtype::Bool { "bool_" } else { wanted.dtype.name() };
    let Type::Array(given) = argument else {
        let is_filled = matches!(argument, Type::List(_) | Type::Tuple(_));
        return is_filled.then(|| format!("pass `np.array({name}, dtype=np.{dtype})`"));
    };
    Some(if given.ndim != wanted.ndim {
        let dimensions = if wanted.ndim == 1 { "dimension" } else { "dimensions" };
        format!("pass an array of {} {dimensions}", wanted.ndim)
    } else if given.dtype != wanted.dtype {
        format!("pass `{name}.astype(np.{dtype})`")
    } else if given.readonly && !wanted.readonly {
        format!("it is read-only; pass `{name}.copy()`")
    } else {
        let function = if wanted.layout == Layout::F { "asfortranarray" } else { "ascontiguousarray" };
        format!("pass `np.{function}({name})`")
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
