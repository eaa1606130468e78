//! One compilation: a function and whatever it calls, from inference to linked code.
//!
//! Inference of the root asks for specialisations of the functions it calls; they are inferred on the way, each once. Then all are lowered, optimised and compiled (at once,
//! on all cores), and linked together.

use crate::choices::{Choices, MadeChoice};
use crate::compile_threads;
use crate::engine::Settings;
use crate::entry::{ArgumentEntry, ClassEntry, CodeEntry, SiteEntry};
use crate::exception::Place;
use crate::image::Unit;
use crate::library::Origin;
use crate::program::Program;
use crate::structure::Structures;
use crate::timings::{Stage, Timings};
use crate::{Failure, Refusal};
use hotloop_ast::Name;
use hotloop_cache::{Key, KeyBuilder};
use hotloop_codegen::{CompiledObject, Options, Target};
use hotloop_diagnostics::{Code, Diagnostic, Remark, Span};
use hotloop_hir as hir;
use hotloop_infer::{
    Answer, CalleeError, Callees, FrozenValue, FunctionHandle, ParameterInfo, Question, Selected, Unfinished,
    select_signature,
};
use hotloop_mir as mir;
use hotloop_passes::Optimiser;
use hotloop_runtime::RaisingSite;
use hotloop_types::{FunctionType, GeneratorType, Signature, Type};
use rustc_hash::FxHashMap;
use std::time::{Duration, Instant};

/// Remarks about elements that iterations of a parallel loop may share.
pub(crate) const SHARED_ELEMENTS: &str = "shared-elements";
/// Remarks about functions in which nothing runs in parallel that were to.
pub(crate) const NOTHING_PARALLEL: &str = "nothing-parallel";

static RETURNS_FUNCTION: Code = Code::new("HL0265", "a kernel returns a function to its caller outside");

static RETURNS_GENERATOR: Code =
    Code::new("HL0326", "a kernel gives a generator of another one to its caller outside");

/// A function with the types of its parameters.
pub(crate) type Specialisation = (FunctionHandle, Vec<Type>);

/// The key under which a specialisation's code is kept, for these settings.
pub(crate) fn code_key(
    program: &Program,
    structures: &mut Structures,
    settings: &Settings,
    (function, parameters): &Specialisation,
) -> Key {
    let mut builder = KeyBuilder::new("hotloop 2026 code");
    builder.key("settings", &settings.key);
    builder.key("structure", &structures.of(program, *function).key);
    builder.number("parameters", parameters.len() as u64);
    for parameter in parameters {
        builder.text("parameter", &format!("{parameter:#}"));
    }
    builder.finish()
}

/// The symbol of a specialisation: readable, and as unique as its key.
pub(crate) fn symbol_of(name: &str, key: &Key) -> String {
    let digits = key.to_string();
    format!("{name}.{}", &digits[..20])
}

/// The types for which a function is specialised when it is called with arguments of these types: those of one of its declared signatures, or the
/// types themselves. Of equally good signatures the first counts.
pub(crate) fn choose_parameters(signatures: &[Signature], arguments: &[Type]) -> Option<Vec<Type>> {
    if signatures.is_empty() {
        return Some(arguments.to_vec());
    }
    let position = match select_signature(signatures, arguments) {
        Selected::One(position) => position,
        Selected::Ambiguous(positions) => positions[0],
        Selected::None => return None,
    };
    Some(signatures[position].parameters.clone())
}

/// A compilation under way.
pub(crate) struct Session<'a> {
    program: &'a mut Program,
    structures: &'a mut Structures,
    settings: &'a Settings,
    choices: &'a mut Choices,
    /// What is inferred or being inferred, in the order in which it was asked for.
    specialisations: Vec<Inferred>,
    positions: FxHashMap<Specialisation, usize>,
    /// Those whose `lowest` may say that they depend on an assumed result.
    dependent: Vec<usize>,
    /// What is being inferred, outermost first.
    stack: Vec<usize>,
    /// The functions that were used as values, by the keys in their types.
    values: FxHashMap<u128, FunctionHandle>,
    /// Rounds of inference made again.
    rounds: usize,
    pub(crate) timings: Timings,
}

/// Calls between functions that are inferred inside one another: beyond this, inference refuses rather than use up the stack.
const MAX_DEPTH: usize = 100;

/// Rounds of inference in one compilation in which the result of a recursive function was found to be another than assumed.
const MAX_ROUNDS: usize = 1000;
/// The same for one function: its result is widened at most through a few types of numbers.
const MAX_ROUNDS_OF_ONE: usize = 12;

struct Inferred {
    specialisation: Specialisation,
    key: Key,
    symbol: String,
    state: Progress,
    /// The result that recursive calls are taken to have, once anything is known of it.
    assumed: Option<Type>,
    /// Whether this round asked for the result of a recursive call.
    is_asked: bool,
    /// The outermost place on the stack of inference whose assumed result this one was inferred with; beyond the stack if it depends on none.
    lowest: usize,
    /// What was asked about calls in it.
    questions: Vec<Question>,
}

/// What [`Inferred::lowest`] is if nothing was assumed.
const INDEPENDENT: usize = usize::MAX;

/// How far the inference of a specialisation is.
enum Progress {
    /// It is being inferred.
    Underway,
    /// It was inferred.
    Done(Box<hir::Function>),
    /// It waits for the result of a function that is being inferred; what it returns itself, as far as that is known.
    Waiting(Option<Type>),
    /// It was inferred with a result of another function that has changed since.
    Outdated,
    /// It has errors.
    Failed(Vec<Diagnostic>),
}

impl Inferred {
    /// The HIR of a specialisation that the root needs.
    fn hir(&self) -> &hir::Function {
        match &self.state {
            Progress::Done(hir) => hir,
            Progress::Underway | Progress::Failed(_) | Progress::Waiting(_) | Progress::Outdated => {
                unreachable!("the root would have failed, too")
            }
        }
    }

    fn into_hir(self) -> hir::Function {
        match self.state {
            Progress::Done(hir) => *hir,
            Progress::Underway | Progress::Failed(_) | Progress::Waiting(_) | Progress::Outdated => {
                unreachable!("the root would have failed, too")
            }
        }
    }

    /// Keeps of the HIR what is asked for behind lowering: large functions need the memory.
    fn forget_body(&mut self) {
        if let Progress::Done(hir) = &mut self.state {
            hir.body = Vec::new();
            hir.versions = Default::default();
        }
    }
}

/// A specialisation compiled to bytes.
pub(crate) struct Product {
    pub(crate) specialisation: Specialisation,
    pub(crate) key: Key,
    pub(crate) unit: Unit,
    /// What the cache keeps of it.
    pub(crate) entry: CodeEntry,
    /// What the passes say about it.
    pub(crate) remarks: Vec<Remark>,
}

/// Where the code of a specialisation is kept.
pub(crate) enum Kept {
    /// It was loaded.
    InMemory,
    /// It was read from the cache.
    OnDisk(Box<Unit>),
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        program: &'a mut Program,
        structures: &'a mut Structures,
        settings: &'a Settings,
        choices: &'a mut Choices,
    ) -> Self {
        Self {
            program,
            structures,
            settings,
            choices,
            specialisations: Vec::new(),
            positions: FxHashMap::default(),
            dependent: Vec::new(),
            stack: Vec::new(),
            values: FxHashMap::default(),
            rounds: 0,
            timings: Timings::default(),
        }
    }

    /// Compiles a specialisation and all it calls; its own product is the first.
    /// What all callers copied is not compiled on its own. What the library has compiled already, `kept` finds: that comes as units, unless it is in memory.
    pub(crate) fn compile(
        &mut self,
        root: &Specialisation,
        kept: &dyn Fn(&Key, &str) -> Option<Kept>,
    ) -> Result<(Vec<Product>, Vec<Unit>), Failure> {
        let lowered = self.front(root)?;
        let bodies = bodies_to_copy(&lowered);
        let has_regions: Vec<bool> = lowered.iter().map(has_regions).collect();
        let mut lowered: Vec<Option<mir::Module>> = lowered.into_iter().map(Some).collect();
        let settings = self.settings;
        let symbols = self.specialisations.iter().map(|inferred| inferred.symbol.clone());
        let by_symbol: FxHashMap<String, usize> = symbols.zip(0..).collect();
        let mut unreached = vec![true; self.specialisations.len()];
        unreached[0] = false;
        let mut reached = vec![0];
        let (mut products, mut stored) = (Vec::new(), Vec::new());
        while !reached.is_empty() {
            let (mut wanted, mut called) = (Vec::new(), Vec::new());
            for position in reached {
                match self.kept(position, kept) {
                    Some(Kept::InMemory) => {}
                    Some(Kept::OnDisk(unit)) => {
                        called.extend(unit.imports.iter().cloned());
                        stored.push(*unit);
                    }
                    None => wanted.push(position),
                }
            }
            let taken = wanted.iter().map(|position| lowered[*position].take());
            let modules: Vec<mir::Module> =
                taken.map(|module| module.expect("each is reached once")).collect();
            let compiled: Vec<Result<Compilation, Failure>> =
                compile_threads::map(modules, |module| compile_one(module, &bodies, settings));
            for (position, compilation) in wanted.into_iter().zip(compiled) {
                let mut product = self.product(position, compilation?, &by_symbol);
                product.remarks.extend(self.nothing_parallel(position, &has_regions, &by_symbol));
                called.extend(product.unit.imports.iter().cloned());
                products.push(product);
            }
            // What all callers have copied is called by none.
            let new = called.iter().map(|symbol| GeneratorType::specialisation_of(symbol));
            let positions = new.filter_map(|symbol| by_symbol.get(symbol).copied());
            reached = positions.filter(|at| std::mem::replace(&mut unreached[*at], false)).collect();
        }
        Ok((products, stored))
    }

    /// Says so where a function of the program is to run in parallel, and nothing in it does, nor in what it asks of the library.
    fn nothing_parallel(
        &self,
        position: usize,
        has_regions: &[bool],
        by_symbol: &FxHashMap<String, usize>,
    ) -> Option<Remark> {
        let hir = self.specialisations[position].hir();
        let is_of_library =
            |at: usize| self.program.origin(self.specialisations[at].specialisation.0).is_some();
        if !hir.options.parallel || is_of_library(position) {
            return None;
        }
        let (mut seen, mut work) = (vec![false; has_regions.len()], vec![position]);
        while let Some(at) = work.pop() {
            if has_regions[at] {
                return None;
            }
            let callees = self.specialisations[at].hir().callees.values();
            let called = callees.map(|callee| GeneratorType::specialisation_of(&callee.symbol));
            let new = called.filter_map(|symbol| by_symbol.get(symbol).copied());
            let is_part =
                |at: usize| is_of_library(at) || self.specialisations[at].hir().options.is_part_of_caller;
            work.extend(new.filter(|at| is_part(*at) && !std::mem::replace(&mut seen[*at], true)));
        }
        Some(Remark {
            pass: NOTHING_PARALLEL,
            span: hir.span,
            message: format!(
                "`{}` has `parallel=True`, but nothing in it runs in parallel: it has no loop over `prange` and no array expression",
                hir.name
            ),
            cause: None,
        })
    }

    /// What was asked about calls in a specialisation and all that it calls, in an order that depends on these alone.
    fn questions_of(&self, position: usize, by_symbol: &FxHashMap<String, usize>) -> Vec<Question> {
        let (mut reached, mut at) = (vec![position], 0);
        let mut questions = Vec::new();
        while let Some(next) = reached.get(at).copied() {
            let inferred = &self.specialisations[next];
            for question in &inferred.questions {
                if !questions.contains(question) {
                    questions.push(question.clone());
                }
            }
            for callee in inferred.hir().callees.values() {
                let called = by_symbol.get(GeneratorType::specialisation_of(&callee.symbol));
                reached.extend(called.copied().filter(|called| !reached.contains(called)));
            }
            at += 1;
        }
        questions
    }

    /// Where the code of a specialisation is kept, if it is one of the library.
    fn kept(&self, position: usize, kept: &dyn Fn(&Key, &str) -> Option<Kept>) -> Option<Kept> {
        let inferred = &self.specialisations[position];
        self.program.origin(inferred.specialisation.0)?;
        kept(&inferred.key, &inferred.symbol)
    }

    /// A specialisation with its types.
    pub(crate) fn typed(&mut self, root: &Specialisation) -> Result<hir::Function, Failure> {
        self.infer_all(root)?;
        Ok(self.specialisations.swap_remove(0).into_hir())
    }

    /// A specialisation behind the passes.
    pub(crate) fn optimised(&mut self, root: &Specialisation) -> Result<hotloop_passes::Optimised, Failure> {
        let mut lowered = self.front(root)?;
        let bodies = bodies_to_copy(&lowered);
        optimise(lowered.swap_remove(0), &bodies, self.settings)
    }

    /// A specialisation behind the passes, with remarks about its parallel loops that nobody else needs, and what it calls of the library that works on several threads.
    pub(crate) fn explained(
        &mut self,
        root: &Specialisation,
    ) -> Result<(hotloop_passes::Optimised, Vec<&'static str>), Failure> {
        let mut lowered = self.front(root)?;
        let sharing = self.sharing_library(&lowered);
        let bodies = bodies_to_copy(&lowered);
        let functions = lowered.iter().flat_map(|module| &module.functions);
        let shared = functions.flat_map(hotloop_lower::shared_elements).map(|shared| Remark {
            pass: SHARED_ELEMENTS,
            span: shared.region,
            message: if shared.is_write { "written" } else { "read" }.to_owned(),
            cause: Some(shared.access),
        });
        let shared: Vec<Remark> = shared.collect();
        let mut optimised = optimise(lowered.swap_remove(0), &bodies, self.settings)?;
        optimised.remarks.extend(shared);
        Ok((optimised, sharing))
    }

    /// The functions of the library that the program's own functions call and that share their work among threads, or call such.
    fn sharing_library(&self, lowered: &[mir::Module]) -> Vec<&'static str> {
        let origin = |position: usize| {
            self.program.origin(self.specialisations[position].specialisation.0).map(Origin::path)
        };
        let calls = |module: &mir::Module, symbols: &[&str]| {
            let mut callees = module.functions.iter().flat_map(|function| function.callees.iter());
            callees.any(|(_, callee)| symbols.contains(&callee.symbol.as_str()))
        };
        let mut sharing = vec![false; lowered.len()];
        loop {
            let marked = || lowered.iter().zip(&sharing).filter(|(_, is_sharing)| **is_sharing);
            let symbols: Vec<&str> = marked()
                .flat_map(|(module, _)| &module.functions)
                .map(|function| function.name.as_str())
                .collect();
            let is_new = |(position, module): &(usize, &mir::Module)| {
                let is_of_library = !sharing[*position] && origin(*position).is_some();
                is_of_library && (has_regions(module) || calls(module, &symbols))
            };
            let new: Vec<usize> = lowered.iter().enumerate().filter(is_new).map(|(at, _)| at).collect();
            if new.is_empty() {
                break;
            }
            new.into_iter().for_each(|position| sharing[position] = true);
        }
        let is_called = |position: usize| {
            let symbols: Vec<&str> =
                lowered[position].functions.iter().map(|function| function.name.as_str()).collect();
            let own = (0..lowered.len()).filter(|other| origin(*other).is_none());
            own.into_iter().any(|other| calls(&lowered[other], &symbols))
        };
        let called = (0..lowered.len()).filter(|position| sharing[*position] && is_called(*position));
        let mut paths: Vec<&'static str> = called.filter_map(origin).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Infers all that a specialisation needs, itself first.
    fn infer_all(&mut self, root: &Specialisation) -> Result<(), Failure> {
        let start = Instant::now();
        let outcome = self.infer(root);
        self.timings.add(Stage::Infer, start.elapsed());
        let outcome = outcome.and_then(|position| self.check_result(position));
        if let Err(diagnostics) = outcome {
            return Err(Failure::Refused(Refusal::new(diagnostics, &self.program.sources)));
        }
        self.keep_needed();
        self.mark_recursive();
        Ok(())
    }

    /// All that a specialisation needs, lowered, itself first; a module each.
    pub(crate) fn front(&mut self, root: &Specialisation) -> Result<Vec<mir::Module>, Failure> {
        self.infer_all(root)?;
        let start = Instant::now();
        let program = &*self.program;
        let lower = |inferred: &mut Inferred| {
            let mut functions = hotloop_lower::lower_all(inferred.hir());
            inferred.forget_body();
            if program.origin(inferred.specialisation.0).is_some() {
                functions.iter_mut().for_each(without_places);
            }
            mir::Module { functions }
        };
        let lowered: Vec<mir::Module> = self.specialisations.iter_mut().map(lower).collect();
        self.timings.add(Stage::Lower, start.elapsed());
        if self.settings.verify {
            lowered
                .iter()
                .flat_map(|module| &module.functions)
                .try_for_each(|function| verify("lower", function))?;
        }
        Ok(lowered)
    }

    /// What is called from outside returns no function: there is nothing outside that could be one.
    fn check_result(&self, position: usize) -> Result<(), Vec<Diagnostic>> {
        let hir = self.specialisations[position].hir();
        if hir.yields.as_ref().unwrap_or(&hir.result).has_generator() {
            return Err(vec![returns_generator(hir)]);
        }
        if !hir.yields.as_ref().unwrap_or(&hir.result).has_function() {
            return Ok(());
        }
        let message = format!("`{}` returns {}, which only other kernels can use", hir.name, hir.result);
        let diagnostic = Diagnostic::error(&RETURNS_FUNCTION, message, hir.span)
            .with_help("call the function in the kernel, and return what it gives");
        Err(vec![diagnostic])
    }

    /// The type of the root's result, once [`front`](Self::front) succeeded.
    pub(crate) fn result(&self) -> &Type {
        &self.specialisations[0].hir().result
    }

    /// Infers a specialisation, unless it has been.
    fn infer(&mut self, specialisation: &Specialisation) -> Result<usize, Vec<Diagnostic>> {
        let position = match self.positions.get(specialisation) {
            Some(position) => *position,
            None => self.enter(specialisation),
        };
        match &self.specialisations[position].state {
            Progress::Failed(diagnostics) => return Err(diagnostics.clone()),
            Progress::Underway | Progress::Done(_) | Progress::Waiting(_) => return Ok(position),
            Progress::Outdated => {}
        }
        let depth = self.stack.len();
        self.stack.push(position);
        let state = self.infer_until_settled(position, depth);
        self.stack.pop();
        let outcome = match &state {
            Progress::Failed(diagnostics) => Err(diagnostics.clone()),
            Progress::Underway | Progress::Done(_) | Progress::Waiting(_) | Progress::Outdated => {
                Ok(position)
            }
        };
        self.specialisations[position].state = state;
        self.settle(position, depth);
        outcome
    }

    /// Makes room for a specialisation that is yet to be inferred.
    fn enter(&mut self, specialisation: &Specialisation) -> usize {
        let key = code_key(self.program, self.structures, self.settings, specialisation);
        let symbol = symbol_of(self.program.function(specialisation.0).name(), &key);
        self.positions.insert(specialisation.clone(), self.specialisations.len());
        self.specialisations.push(Inferred {
            specialisation: specialisation.clone(),
            key,
            symbol,
            state: Progress::Outdated,
            assumed: None,
            is_asked: false,
            lowest: INDEPENDENT,
            questions: Vec::new(),
        });
        self.specialisations.len() - 1
    }

    /// Infers it as often as its result differs from what its recursive calls were taken to give.
    fn infer_until_settled(&mut self, position: usize, depth: usize) -> Progress {
        self.specialisations[position].assumed = None;
        for _ in 0..MAX_ROUNDS_OF_ONE {
            let outcome = self.infer_once(position);
            let inferred = &self.specialisations[position];
            let found = match outcome {
                Ok(hir) if !inferred.is_asked || inferred.assumed.as_ref() == Some(&hir.result) => {
                    return Progress::Done(Box::new(hir));
                }
                Ok(hir) => hir.result,
                Err(Unfinished::Refused(diagnostics)) => return Progress::Failed(diagnostics),
                Err(Unfinished::Awaiting { so_far, call }) => {
                    let is_news = inferred.is_asked && so_far.is_some() && so_far != inferred.assumed;
                    match so_far {
                        Some(found) if is_news => found,
                        so_far if inferred.lowest < depth => return Progress::Waiting(so_far),
                        _ => return Progress::Failed(vec![Unfinished::never_known(call)]),
                    }
                }
            };
            self.rounds += 1;
            if self.rounds > MAX_ROUNDS {
                break;
            }
            self.specialisations[position].assumed = Some(found);
            self.outdate(depth);
        }
        let function = self.program.function(self.specialisations[position].specialisation.0);
        Progress::Failed(vec![Unfinished::never_settled(function.definition.name.span)])
    }

    fn infer_once(&mut self, position: usize) -> Result<hir::Function, Unfinished> {
        let inferred = &mut self.specialisations[position];
        inferred.state = Progress::Underway;
        inferred.is_asked = false;
        inferred.lowest = INDEPENDENT;
        let (symbol, (handle, parameters)) = (inferred.symbol.clone(), inferred.specialisation.clone());
        let source = self.program.function(handle);
        let result = declared_result(source, &parameters);
        let signature = Signature { parameters, result };
        let (definition, environment) = (source.definition.clone(), source.environment.clone());
        let options = self.settings.apply(source.options);
        let hir = hotloop_infer::infer_round(&definition, &signature, options, &*environment, self)?;
        let races = match (self.settings.race_check, self.program.origin(handle)) {
            (false, _) => hir::Races::Unchecked,
            (true, None) => hir::Races::Told,
            (true, Some(_)) => hir::Races::ToldOfCaller,
        };
        Ok(hir::Function { symbol, races, ..hir })
    }

    /// What was inferred with the result assumed at that depth of the stack, or further out, has to be inferred again.
    fn outdate(&mut self, depth: usize) {
        for position in &self.dependent {
            let inferred = &mut self.specialisations[*position];
            let is_over = matches!(inferred.state, Progress::Done(_) | Progress::Waiting(_));
            if is_over && inferred.lowest != INDEPENDENT && inferred.lowest >= depth {
                inferred.state = Progress::Outdated;
            }
        }
    }

    /// Once a specialisation is inferred, its caller depends on what it depends on; if that is nothing further out, all that depends on it is final.
    fn settle(&mut self, position: usize, depth: usize) {
        let lowest = self.specialisations[position].lowest;
        if lowest < depth {
            self.depend(lowest);
            return;
        }
        self.dependent.retain(|position| {
            let inferred = &mut self.specialisations[*position];
            if inferred.lowest >= depth && !matches!(inferred.state, Progress::Underway) {
                inferred.lowest = INDEPENDENT;
            }
            inferred.lowest != INDEPENDENT
        });
    }

    /// Notes that what is being inferred depends on the assumed result of what stands there on the stack.
    fn depend(&mut self, depth: usize) {
        if let Some(current) = self.stack.last() {
            let lowest = &mut self.specialisations[*current].lowest;
            if *lowest == INDEPENDENT && depth != INDEPENDENT {
                self.dependent.push(*current);
            }
            *lowest = depth.min(*lowest);
        }
    }

    /// The result of a specialisation, as far as it is known.
    fn result_of(&mut self, position: usize, declared: Option<Type>) -> Result<Type, CalleeError> {
        match &self.specialisations[position].state {
            Progress::Done(hir) => {
                let (result, lowest) = (hir.result.clone(), self.specialisations[position].lowest);
                self.depend(lowest);
                Ok(result)
            }
            Progress::Waiting(so_far) => {
                let (so_far, lowest) = (so_far.clone(), self.specialisations[position].lowest);
                self.depend(lowest);
                so_far.ok_or(CalleeError::Awaited)
            }
            Progress::Failed(diagnostics) => Err(CalleeError::Failed(diagnostics.clone())),
            Progress::Underway | Progress::Outdated => {
                if let Some(declared) = declared {
                    return Ok(declared);
                }
                let depth = self.stack.iter().position(|active| *active == position);
                self.depend(depth.expect("what is being inferred is on the stack"));
                let inferred = &mut self.specialisations[position];
                inferred.is_asked = true;
                inferred.assumed.clone().ok_or(CalleeError::Awaited)
            }
        }
    }

    /// Keeps what the root needs, itself first. Inference may have asked for more on the way to the final types of a loop.
    fn keep_needed(&mut self) {
        let by_symbol: FxHashMap<&str, usize> =
            self.specialisations.iter().enumerate().map(|(at, one)| (one.symbol.as_str(), at)).collect();
        let mut needed = vec![0];
        let mut is_needed = vec![false; self.specialisations.len()];
        is_needed[0] = true;
        let mut at = 0;
        while at < needed.len() {
            for callee in self.specialisations[needed[at]].hir().callees.values() {
                // A function of the host is none of the program's.
                let symbol = GeneratorType::specialisation_of(&callee.symbol);
                let Some(position) = by_symbol.get(symbol).copied() else { continue };
                if !std::mem::replace(&mut is_needed[position], true) {
                    needed.push(position);
                }
            }
            at += 1;
        }
        let mut all: Vec<Option<Inferred>> = self.specialisations.drain(..).map(Some).collect();
        self.specialisations =
            needed.into_iter().map(|at| all[at].take().expect("each is needed once")).collect();
        self.positions.clear();
    }

    /// Marks the functions that can reach themselves through calls: they check the stack.
    fn mark_recursive(&mut self) {
        let positions: FxHashMap<&str, usize> =
            self.specialisations.iter().enumerate().map(|(at, one)| (one.symbol.as_str(), at)).collect();
        let position_of = |symbol: &str| positions.get(GeneratorType::specialisation_of(symbol)).copied();
        let callees: Vec<Vec<usize>> = self
            .specialisations
            .iter()
            .map(|one| one.hir().callees.values().filter_map(|callee| position_of(&callee.symbol)).collect())
            .collect();
        for (position, inferred) in self.specialisations.iter_mut().enumerate() {
            let mut reached = vec![false; callees.len()];
            let mut work = callees[position].clone();
            while let Some(next) = work.pop() {
                if !std::mem::replace(&mut reached[next], true) {
                    work.extend(&callees[next]);
                }
            }
            if let Progress::Done(hir) = &mut inferred.state {
                hir.is_recursive = reached[position];
            }
        }
    }

    /// Puts together what is kept of a compiled specialisation.
    fn product(
        &mut self,
        position: usize,
        compilation: Compilation,
        by_symbol: &FxHashMap<String, usize>,
    ) -> Product {
        self.timings.add(Stage::Optimise, compilation.optimise_time);
        self.timings.add_passes(&compilation.pass_times);
        self.timings.add(Stage::Codegen, compilation.codegen_time);
        let inferred = &self.specialisations[position];
        let (handle, parameters) = &inferred.specialisation;
        let values = &self.values;
        let named = |structures: &Structures, ty: &FunctionType| {
            values.get(&ty.key).copied().or_else(|| structures.function_of(ty))
        };
        let is_library = self.program.origin(*handle).is_some();
        let questions = self.questions_of(position, by_symbol);
        let choices: Option<Vec<MadeChoice>> = questions
            .iter()
            .map(|question| self.choices.made(self.program, self.structures, question))
            .collect();
        let choices = choices.expect("code was made with all questions answered");
        let chosen = questions.iter().filter_map(|question| self.choices.function(question)).collect();
        let closure = match is_library {
            true => Vec::new(),
            false => self
                .structures
                .closure_for(self.program, *handle, (parameters, chosen), &named)
                .expect("functions that were passed are known"),
        };
        let hir = inferred.hir();
        let signature = Signature { parameters: parameters.clone(), result: Some(hir.result.clone()) };
        let object = compilation.object;
        let mut places = Places::new(self.program, &closure);
        let mut sites = Vec::with_capacity(object.sites.len());
        let mut site_places = Vec::with_capacity(object.sites.len());
        let mut kept = Vec::with_capacity(object.sites.len());
        for site in &object.sites {
            let token = places.token(site.span);
            sites.push(RaisingSite {
                class: Some(site.class.clone()),
                arguments: site.arguments.clone(),
                payload_words: site.payload_words,
            });
            site_places.push(token.and_then(|token| places.place(token)));
            let arguments = site.arguments.iter().map(ArgumentEntry::from).collect();
            let (class, payload_words) = (Some(ClassEntry::from(&site.class)), site.payload_words);
            kept.push(SiteEntry { class, arguments, payload_words, token });
        }
        let key_of = |symbol: &String| {
            let symbol = GeneratorType::specialisation_of(symbol);
            let callee = &self.specialisations[*by_symbol.get(symbol)?];
            Some((symbol.to_owned(), *callee.key.as_bytes()))
        };
        let mut imports: Vec<(String, [u8; 32])> = object.imports.iter().filter_map(key_of).collect();
        imports.sort_unstable();
        imports.dedup();
        let unit = Unit {
            symbol: inferred.symbol.clone(),
            signature: signature.clone(),
            object: object.bytes.clone(),
            sites,
            places: site_places,
            imports: imports.iter().map(|(symbol, _)| symbol.clone()).collect(),
        };
        let entry = CodeEntry {
            symbol: inferred.symbol.clone(),
            signature: format!("{signature:#}"),
            structure: match is_library {
                true => CodeEntry::NO_TEXT,
                false => *self.structures.of(self.program, *handle).key.as_bytes(),
            },
            object: object.bytes,
            sites: kept,
            imports,
            choices,
        };
        let remarks = compilation.remarks;
        Product { specialisation: inferred.specialisation.clone(), key: inferred.key, unit, entry, remarks }
    }
}

/// A function of the library stands nowhere in the user's sources: whoever calls it is the place of its errors.
fn without_places(function: &mut mir::Function) {
    function.insts.values_mut().for_each(|inst| inst.span = Span::NONE);
    function.blocks.values_mut().for_each(|block| block.terminator_span = Span::NONE);
}

/// Says that a generator would leave the kernel that made it.
fn returns_generator(hir: &hir::Function) -> Diagnostic {
    let message = format!("`{}` gives a generator that another kernel made to its caller outside", hir.name);
    Diagnostic::error(&RETURNS_GENERATOR, message, hir.span)
        .with_help("call the function with the `yield` from Python, or give back a list of its items")
}

/// The result that a function declares for parameters of these types.
fn declared_result(source: &crate::FunctionSource, parameters: &[Type]) -> Option<Type> {
    let declared = source.signatures.iter().find(|signature| signature.parameters == parameters);
    declared.and_then(|signature| signature.result.clone())
}

impl Callees for Session<'_> {
    fn symbol(&self) -> String {
        let current = *self.stack.last().expect("something is being inferred");
        self.specialisations[current].symbol.clone()
    }

    fn parameters(&mut self, function: FunctionHandle) -> Vec<ParameterInfo> {
        self.program.parameters(function)
    }

    fn library(&mut self, path: &'static str, is_shared: bool) -> Option<FunctionHandle> {
        // What several threads do on purpose is no race of the program's.
        self.program.library_function(path, is_shared && !self.settings.race_check)
    }

    fn library_path(&self, function: FunctionHandle) -> Option<&'static str> {
        self.program.origin(function).map(Origin::path)
    }

    fn is_in_library(&self) -> bool {
        let current = self.stack.last().map(|current| self.specialisations[*current].specialisation.0);
        current.is_some_and(|current| self.program.origin(current).is_some())
    }

    fn extends(&self, member: &str) -> bool {
        self.program.extends(member) && !self.is_in_library()
    }

    fn choose(&mut self, question: &Question) -> Answer {
        if let Some(current) = self.stack.last() {
            let asked = &mut self.specialisations[*current].questions;
            if !asked.contains(question) {
                asked.push(question.clone());
            }
        }
        self.choices.answer(question)
    }

    fn with_constants(
        &mut self,
        function: FunctionHandle,
        constants: Vec<(Name, FrozenValue)>,
    ) -> FunctionHandle {
        self.program.with_constants(function, constants)
    }

    fn local_type(&self, name: &str) -> Option<Type> {
        let current = self.specialisations[*self.stack.last()?].specialisation.0;
        let locals = self.program.function(current).locals.iter();
        locals.rev().find(|(local, _)| &**local == name).map(|(_, ty)| ty.clone())
    }

    fn captures(&self, function: FunctionHandle) -> Vec<Name> {
        self.program.function(function).environment.captures().to_vec()
    }

    fn inner(&self, span: Span) -> Option<FunctionHandle> {
        let current = self.specialisations[*self.stack.last()?].specialisation.0;
        let inner = self.program.nesting(current).inner.iter();
        inner.copied().find(|inner| self.program.function(*inner).definition.span == span)
    }

    fn is_inner(&self, function: FunctionHandle) -> bool {
        let Some(current) = self.stack.last() else { return false };
        self.program.nesting(self.specialisations[*current].specialisation.0).inner.contains(&function)
    }

    fn function_type(&mut self, function: FunctionHandle) -> FunctionType {
        let ty = self.structures.function_type(self.program, function);
        self.values.insert(ty.key, function);
        ty
    }

    fn function_of(&self, ty: &FunctionType) -> Option<FunctionHandle> {
        // Of several functions that mean the same, that one whose text was read here.
        self.values.get(&ty.key).copied().or_else(|| self.structures.function_of(ty))
    }

    fn specialize(
        &mut self,
        function: FunctionHandle,
        arguments: &[Type],
        _call: Span,
    ) -> Result<hir::CalleeData, CalleeError> {
        let source = self.program.function(function);
        let Some(parameters) = choose_parameters(&source.signatures, arguments) else {
            return Err(CalleeError::NoSignature(source.signatures.clone()));
        };
        let declared = declared_result(source, &parameters);
        let name = source.name().to_owned();
        let specialisation = (function, parameters);
        if self.stack.len() >= MAX_DEPTH {
            let mut callers = self.stack.iter().map(|at| self.specialisations[*at].specialisation.0);
            let is_recursive = callers.any(|caller| caller == function);
            return Err(if is_recursive { CalleeError::Endless } else { CalleeError::TooDeep(MAX_DEPTH) });
        }
        let position = self.infer(&specialisation).map_err(CalleeError::Failed)?;
        let result = self.result_of(position, declared)?;
        let symbol = self.specialisations[position].symbol.clone();
        let never_returns =
            matches!(&self.specialisations[position].state, Progress::Done(hir) if hir.never_returns);
        let is_placeless = self.program.origin(function).is_some();
        Ok(hir::CalleeData {
            name,
            symbol,
            parameters: specialisation.1,
            result,
            never_returns,
            is_placeless,
        })
    }
}

/// One function through optimiser and code generator.
struct Compilation {
    object: CompiledObject,
    remarks: Vec<Remark>,
    pass_times: Vec<(&'static str, Duration)>,
    optimise_time: Duration,
    codegen_time: Duration,
}

/// Whether something in a module runs in parallel.
fn has_regions(module: &mir::Module) -> bool {
    let is_region = |block: &mir::Block, function: &mir::Function| {
        matches!(function.blocks[*block].terminator, mir::Terminator::ParFor(_))
    };
    let has_region =
        |function: &mir::Function| function.layout.iter().any(|block| is_region(block, function));
    module.functions.iter().any(has_region)
}

/// The functions that callers may copy, by their symbols. One that can reach itself keeps its stack check only if it is not copied.
fn bodies_to_copy(modules: &[mir::Module]) -> FxHashMap<String, mir::Function> {
    let functions = modules.iter().flat_map(|module| &module.functions);
    let copied = functions.filter(|function| !checks_stack(function) && hotloop_passes::is_copied(function));
    copied.map(|function| (function.name.clone(), function.clone())).collect()
}

fn compile_one(
    lowered: mir::Module,
    bodies: &FxHashMap<String, mir::Function>,
    settings: &Settings,
) -> Result<Compilation, Failure> {
    let start = Instant::now();
    let optimised = optimise(lowered, bodies, settings)?;
    let optimise_time = start.elapsed();
    let start = Instant::now();
    let object = generate(optimised.module, &settings.target, settings.verify)?;
    let mut remarks = optimised.remarks;
    remarks.extend(object.remarks.iter().cloned());
    let pass_times = optimised.times;
    Ok(Compilation { object, remarks, pass_times, optimise_time, codegen_time: start.elapsed() })
}

pub(crate) fn generate(
    module: mir::Module,
    target: &Target,
    verify: bool,
) -> Result<CompiledObject, Failure> {
    hotloop_codegen::compile(module, target, &Options { verify }).map_err(Failure::internal)
}

/// Runs the passes on each function of a module.
fn optimise(
    lowered: mir::Module,
    bodies: &FxHashMap<String, mir::Function>,
    settings: &Settings,
) -> Result<hotloop_passes::Optimised, Failure> {
    let mut functions = Vec::new();
    let mut remarks = Vec::new();
    let mut times = Vec::new();
    for function in lowered.functions {
        let optimised = optimise_one(function, bodies, settings)?;
        functions.extend(optimised.module.functions);
        remarks.extend(optimised.remarks);
        optimised.times.iter().for_each(|(pass, time)| hotloop_passes::add_time(&mut times, pass, *time));
    }
    Ok(hotloop_passes::Optimised { module: mir::Module { functions }, remarks, times })
}

/// Runs the passes; with verification, checks the function after each.
fn optimise_one(
    lowered: mir::Function,
    bodies: &FxHashMap<String, mir::Function>,
    settings: &Settings,
) -> Result<hotloop_passes::Optimised, Failure> {
    let fault = std::sync::Mutex::new(None);
    let observer = |pass: &'static str, function: &mir::Function| {
        let mut fault = fault.lock().expect("no panic while it is held");
        if fault.is_none() {
            *fault = verify(pass, function).err();
        }
    };
    let callee_body = |symbol: &str| bodies.get(symbol);
    let mut optimiser = Optimiser::new().with_callees(&callee_body);
    if settings.verify {
        optimiser = optimiser.with_observer(&observer);
    }
    if !settings.optimise {
        optimiser = optimiser.without_optimisation();
    }
    let optimised = optimiser.run(lowered);
    let fault = fault.lock().expect("no panic while it was held").take();
    match fault {
        Some(failure) => Err(failure),
        None => Ok(optimised),
    }
}

fn checks_stack(function: &mir::Function) -> bool {
    let entry = &function.blocks[function.entry()];
    entry.insts.iter().any(|inst| function.insts[*inst].kind == mir::InstKind::CheckStack)
}

fn verify(stage: &str, function: &mir::Function) -> Result<(), Failure> {
    mir::verify::verify(function).map_err(|violations| {
        let listed: Vec<String> = violations.iter().map(ToString::to_string).collect();
        Failure::internal(format_args!("after {stage}: {}\n{function}", listed.join("; ")))
    })
}

/// Translates between spans, tokens of functions, and places.
pub(crate) struct Places<'a> {
    program: &'a Program,
    closure: &'a [FunctionHandle],
    /// The tokens of each function of the closure, once they were asked for.
    tokens: Vec<Option<Vec<(u32, u32)>>>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(program: &'a Program, closure: &'a [FunctionHandle]) -> Self {
        Self { program, closure, tokens: vec![None; closure.len()] }
    }

    fn tokens(&mut self, function: usize) -> &[(u32, u32)] {
        let source = self.program.function(self.closure[function]);
        let (program, span) = (self.program, source.definition.span);
        self.tokens[function].get_or_insert_with(|| {
            hotloop_parser::significant_tokens(program.sources.file(span.file).text(), span.start, span.end)
        })
    }

    /// The function of the closure that holds a span, and the token at its start.
    fn token(&mut self, span: Span) -> Option<(u32, u32)> {
        let holds = |handle: &FunctionHandle| self.program.function(*handle).definition.span.contains(span);
        // Of a function and one within it, the inner one is meant.
        let holding = self.closure.iter().enumerate().filter(|(_, handle)| holds(handle));
        let length = |handle: &FunctionHandle| self.program.function(*handle).definition.span;
        let (function, _) = holding.min_by_key(|(_, handle)| length(handle).end - length(handle).start)?;
        let at = self.tokens(function).partition_point(|(_, end)| *end <= span.start);
        Some((function as u32, at as u32))
    }

    /// The place of a token.
    pub(crate) fn place(&mut self, (function, token): (u32, u32)) -> Option<Place> {
        let source = self.program.function(*self.closure.get(function as usize)?);
        let (start, end) = *self.tokens(function as usize).get(token as usize)?;
        let span = Span::new(source.file, start, end);
        let location = self.program.sources.location(span);
        Some(Place {
            file: self.program.sources.file(source.file).name().to_owned(),
            line: location.line,
            column: location.column,
            function: source.name().to_owned(),
        })
    }
}
