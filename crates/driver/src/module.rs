//! Python files: which functions they hold, and what their global names mean from the text alone.
//!
//! A file that another one imports from is loaded with it when it stands beside it. Nothing of it is executed.

use crate::engine::State;
use crate::program::{FunctionSource, Program};
use crate::{Failure, Refusal};
use hotloop_ast::{Expr, ExprKind, FunctionDef, Module, Name};
use hotloop_cache::Key;
use hotloop_diagnostics::{Diagnostic, FileId, SourceMap};
use hotloop_infer::{
    Decoration, Environment, FunctionHandle, Global, Meaning, ModuleScope, builtin_attribute,
    read_decorators, refused_at_top_level, refused_by_python,
};
use hotloop_parser::{Selection, decode, parse_module};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The largest source that is read, in bytes.
const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// The files that an engine has parsed.
#[derive(Default)]
pub(crate) struct Modules {
    modules: Vec<Loaded>,
}

/// A parsed file.
struct Loaded {
    path: Option<PathBuf>,
    /// The key of the text.
    key: Key,
    file: FileId,
    scope: Arc<ModuleScope>,
    /// The functions, by their position in the module.
    functions: Vec<(Name, FunctionHandle)>,
    /// Those that a decorator makes kernels, or should.
    kernels: Vec<FunctionHandle>,
    /// Those of them that are ufuncs.
    ufuncs: Vec<FunctionHandle>,
    diagnostics: Vec<Diagnostic>,
    /// What is wrong with the decorators of a function.
    refused: FxHashMap<FunctionHandle, Vec<Diagnostic>>,
}

impl Loaded {
    /// What the functions of the file mean in a kernel: those without a decorator are not compiled, unless the file decorates none at all, as
    /// sources that are written to be embedded may do.
    fn meanings(&self) -> Vec<Global> {
        let meaning = |(name, handle): &(Name, FunctionHandle)| {
            if self.ufuncs.contains(handle) {
                return Global::Ufunc(*handle);
            }
            if self.kernels.is_empty() || self.kernels.contains(handle) {
                return Global::Function(*handle);
            }
            let help = format!(
                "decorate `{name}` with `@njit`, or with `@register_jitable` if it is to stay a Python function elsewhere"
            );
            Global::Unsupported {
                what: "a Python function that is not compiled".to_owned(),
                help: Some(help),
            }
        };
        self.functions.iter().map(meaning).collect()
    }
}

/// A parsed file, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModuleId(usize);

/// Reads a source file.
pub(crate) fn read_source(path: &Path) -> Result<String, Failure> {
    let name = path.display().to_string();
    let fail = |reason: String| Failure::File { path: name.clone(), reason };
    let length = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if length > MAX_SOURCE_BYTES {
        return Err(fail(format!("it has {length} bytes; a source has at most {MAX_SOURCE_BYTES}")));
    }
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    decode(bytes).map_err(|undecodable| {
        let mut sources = SourceMap::new();
        let file = sources.add(name.as_str(), undecodable.text.as_str());
        Failure::Refused(Refusal::new(vec![undecodable.diagnose(file)], &sources))
    })
}

impl Modules {
    /// Parses a source, and the files it imports from.
    pub(crate) fn add_source(
        state: &mut State,
        name: &str,
        text: &str,
        path: Option<&Path>,
    ) -> Result<ModuleId, Failure> {
        let State { program, modules, .. } = state;
        Ok(modules.load(program, name, text, path))
    }

    fn load(&mut self, program: &mut Program, name: &str, text: &str, path: Option<&Path>) -> ModuleId {
        let file = program.sources.add(name, text);
        let parsed = parse_module(&program.sources, file, Selection::Kernels);
        let scope = Arc::new(ModuleScope::new(&parsed.module));
        let environment = Arc::new(ModuleEnvironment::default());
        let mut loaded = Loaded {
            path: path.map(Path::to_owned),
            key: Key::of_bytes(text.as_bytes()),
            file,
            scope: Arc::clone(&scope),
            functions: Vec::new(),
            kernels: Vec::new(),
            ufuncs: Vec::new(),
            diagnostics: parsed.diagnostics,
            refused: FxHashMap::default(),
        };
        loaded.diagnostics.extend(refused_at_top_level(&parsed.module));
        add_functions(program, &parsed.module, &environment, &mut loaded);
        let id = ModuleId(self.modules.len());
        self.modules.push(loaded);
        let names = self.resolve(program, id, &scope);
        assert!(environment.names.set(names).is_ok(), "each environment is filled once");
        id
    }

    /// What every name of a module means; loads the files that it imports from.
    fn resolve(&mut self, program: &mut Program, id: ModuleId, scope: &ModuleScope) -> Names {
        let meanings = self.modules[id.0].meanings();
        let mut names = Names::default();
        for (name, meaning) in scope.iter() {
            let is_known = matches!(scope.plain_global(name), Some(Global::Module(_)));
            if let Meaning::Module(module) = meaning
                && !is_known
                && let Some(imported) = self.beside(program, id, module)
            {
                names.add_module(module, self.members(program, imported));
                names.globals.insert(name.clone(), Global::Module(module.to_string()));
                continue;
            }
            let function = |position: usize| meanings[position].clone();
            let global = scope.global(name, function, |module, name| self.import(program, id, module, name));
            let file = program.sources.file(self.modules[id.0].file).name();
            let global = global.map(|global| global.defined_in(file));
            names.globals.extend(global.map(|global| (name.clone(), global)));
        }
        names
    }

    /// What the names of a loaded file mean to one that imports it. A name that it imports itself is found there only if it is known to all.
    fn members(&self, program: &Program, id: ModuleId) -> Vec<(Name, Global)> {
        let loaded = &self.modules[id.0];
        let meanings = loaded.meanings();
        let names = loaded.scope.iter().map(|(name, _)| name);
        let member = |name: &Name| {
            let global = loaded.scope.global(name, |position| meanings[position].clone(), |_, _| None)?;
            Some((name.clone(), global.defined_in(program.sources.file(loaded.file).name())))
        };
        names.filter_map(member).collect()
    }

    /// What `name` of another file means.
    fn import(&mut self, program: &mut Program, from: ModuleId, module: &str, name: &str) -> Option<Global> {
        let id = self.beside(program, from, module)?;
        let loaded = &self.modules[id.0];
        let meanings = loaded.meanings();
        // A name that the other file imports itself is found there only if it is known to all.
        let global = loaded.scope.global(name, |position| meanings[position].clone(), |_, _| None)?;
        Some(global.defined_in(program.sources.file(loaded.file).name()))
    }

    /// The file that a module's name stands for, seen from another file: loaded if there is one.
    fn beside(&mut self, program: &mut Program, from: ModuleId, module: &str) -> Option<ModuleId> {
        let path = module_path(self.modules[from.0].path.as_deref()?, module)?;
        let known = self.modules.iter().position(|loaded| loaded.path.as_ref() == Some(&path)).map(ModuleId);
        match known {
            Some(id) => Some(id),
            None => {
                let text = read_source(&path).ok()?;
                Some(self.load(program, &path.display().to_string(), &text, Some(&path)))
            }
        }
    }

    /// The files other than the root's that hold functions of a closure, with the keys of their texts.
    pub(crate) fn files_of(&self, program: &Program, closure: &[FunctionHandle]) -> Vec<(String, [u8; 32])> {
        let root = program.function(closure[0]).file;
        self.modules
            .iter()
            .filter(|loaded| loaded.file != root)
            .filter_map(|loaded| Some((loaded.path.as_ref()?.display().to_string(), *loaded.key.as_bytes())))
            .collect()
    }
}

impl ModuleId {
    /// A function of the module.
    pub(crate) fn function(self, state: &State, name: &str) -> Result<FunctionHandle, Failure> {
        let loaded = &state.modules.modules[self.0];
        let refuse = |diagnostics: &Vec<Diagnostic>| {
            Failure::Refused(Refusal::new(diagnostics.clone(), &state.program.sources))
        };
        // Of two functions of one name, the later one counts.
        let found = loaded.functions.iter().rev().find(|(known, _)| &**known == name);
        match found {
            Some((_, handle)) => match loaded.refused.get(handle) {
                Some(diagnostics) => Err(refuse(diagnostics)),
                None => Ok(*handle),
            },
            None if !loaded.diagnostics.is_empty() => Err(refuse(&loaded.diagnostics)),
            None => {
                let known = loaded.functions.iter().map(|(known, _)| known.to_string()).collect();
                Err(Failure::NoFunction { name: name.to_owned(), known })
            }
        }
    }

    /// The functions of the module that a decorator makes kernels, in order.
    pub(crate) fn kernels(self, state: &State) -> Vec<FunctionHandle> {
        state.modules.modules[self.0].kernels.clone()
    }

    /// What is wrong with the text of the module and the decorators in it.
    pub(crate) fn diagnostics(self, state: &State) -> Vec<Diagnostic> {
        let loaded = &state.modules.modules[self.0];
        let of_decorators = loaded.functions.iter().filter_map(|(_, handle)| loaded.refused.get(handle));
        loaded.diagnostics.iter().chain(of_decorators.flatten()).cloned().collect()
    }
}

/// The file that a module's name stands for, seen from the file that imports it; only a file that exists.
fn module_path(from: &Path, module: &str) -> Option<PathBuf> {
    let name = module.trim_start_matches('.');
    let levels = module.len() - name.len();
    let mut folder = from.parent()?.to_owned();
    for _ in 1..levels {
        folder = folder.parent()?.to_owned();
    }
    let path = folder.join(name.replace('.', "/"));
    [path.with_extension("py"), path.join("__init__.py")].into_iter().find(|path| path.is_file())
}

fn add_functions(
    program: &mut Program,
    module: &Module,
    environment: &Arc<ModuleEnvironment>,
    loaded: &mut Loaded,
) {
    let functions = module.functions();
    for definition in &functions {
        add_function(program, definition, environment, loaded);
    }
    // Wrapped functions are numbered behind those of the module.
    let scope = Arc::clone(&loaded.scope);
    for wrapped in scope.wrapped() {
        let mut definition = functions[wrapped.function].clone();
        definition.decorators = vec![wrapped.decorator.clone()];
        add_function(program, &definition, environment, loaded);
        let (name, _) = loaded.functions.last_mut().expect("it was added");
        *name = wrapped.name.clone();
    }
}

fn add_function(
    program: &mut Program,
    definition: &FunctionDef,
    environment: &Arc<ModuleEnvironment>,
    loaded: &mut Loaded,
) {
    let decoration = read_decorators(definition, &loaded.scope);
    let (decoration, is_kernel, mut refused) = match decoration {
        Ok(Some(decoration)) => (decoration, true, Vec::new()),
        Ok(None) => (Decoration::default(), false, Vec::new()),
        Err(diagnostics) => (Decoration::default(), true, diagnostics),
    };
    let is_ufunc = decoration.is_ufunc;
    let file = program.sources.file(loaded.file).name().to_owned();
    let handle = program.add(FunctionSource {
        definition: Arc::new(definition.clone()),
        file: loaded.file,
        environment: Arc::clone(environment) as Arc<dyn Environment + Send + Sync>,
        signatures: decoration.signatures.into_iter().map(|(signature, _)| signature).collect(),
        options: decoration.options,
        locals: decoration.locals,
        cache: decoration.cache,
        defaults: defaults(definition, &loaded.scope, &loaded.functions)
            .into_iter()
            .map(|default| default.map(|default| default.defined_in(&file)))
            .collect(),
    });
    refused.extend(refused_by_python(definition));
    if !refused.is_empty() {
        loaded.refused.insert(handle, refused);
    }
    if is_kernel {
        loaded.kernels.push(handle);
    }
    if is_ufunc {
        loaded.ufuncs.push(handle);
    }
    loaded.functions.push((definition.name.name.clone(), handle));
}

/// What a function's defaults are, as far as the text tells it. `known` are the functions defined before it.
fn defaults(
    definition: &FunctionDef,
    scope: &ModuleScope,
    known: &[(Name, FunctionHandle)],
) -> Vec<Option<Global>> {
    let computed =
        || Global::Unsupported { what: "computed when the module is loaded".to_owned(), help: None };
    let function = |position: usize| match known.get(position) {
        Some((_, handle)) => Global::Function(*handle),
        None => computed(),
    };
    let value = |default: &Expr| match (scope.constant(default), &default.kind) {
        (Some(value), _) => Global::Constant(value),
        (None, ExprKind::Name(name)) => {
            let global = scope.global(name, function, |_, _| None);
            global.or_else(|| builtin_attribute("builtins", name)).unwrap_or_else(computed)
        }
        (None, ExprKind::Attribute { value, name }) => {
            let ExprKind::Name(module) = &value.kind else { return computed() };
            match scope.plain_global(module) {
                Some(Global::Module(module)) => {
                    builtin_attribute(&module, &name.name).unwrap_or_else(computed)
                }
                _ => computed(),
            }
        }
        _ => computed(),
    };
    definition.parameters.items.iter().map(|parameter| parameter.default.as_ref().map(value)).collect()
}

/// The names of a file. Filled when the files it imports from are loaded.
#[derive(Default)]
struct ModuleEnvironment {
    names: OnceLock<Names>,
}

#[derive(Default)]
struct Names {
    globals: FxHashMap<Name, Global>,
    /// What other files hold, by module and name.
    members: FxHashMap<(String, Name), Global>,
}

impl Names {
    fn add_module(&mut self, module: &str, members: Vec<(Name, Global)>) {
        self.members.extend(members.into_iter().map(|(name, global)| ((module.to_owned(), name), global)));
    }
}

impl Environment for ModuleEnvironment {
    fn global(&self, name: &str) -> Option<Global> {
        self.names.get()?.globals.get(name).cloned()
    }

    fn attribute(&self, module: &str, name: &str) -> Option<Global> {
        let member = || self.names.get()?.members.get(&(module.to_owned(), name.into())).cloned();
        builtin_attribute(module, name).or_else(member)
    }
}
