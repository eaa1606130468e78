//! The functions of NumPy, and a few of Python's, that are written in Hotloop's own language: their sources, by the paths under which kernels call them.
//!
//! A function of `kernels/numpy/NAME.py` is one of NumPy's module `numpy`; `kernels/numpy/linalg/` holds those of `numpy.linalg`, and
//! `kernels/ndarray/` methods of arrays that are no functions of the same meaning, `kernels/numpy/random/Generator/` methods of
//! `numpy.random.Generator`, `kernels/random/` functions of Python's `random`, and
//! `kernels/float/` methods of floats. One whose name begins with an underscore is a helper, which only
//! the prelude's own functions see; each such name exists once. The decorator `@method` says that a function is a method of arrays, too.
//!
//! Each file is also valid Python: CPython runs the same text over NumPy, and so tells what a kernel that calls it should give. A parameter with
//! the annotation `literal` has to be known when the kernel is compiled, which compiles the function for that very value.
//!
//! This crate knows nothing about how the functions are compiled.
//!
//! ```
//! use hotloop_prelude::{find, is_module};
//!
//! let mean = find("numpy.mean").expect("NumPy has it");
//! assert!(mean.text.starts_with("def mean(a"));
//! assert!(mean.is_method);
//! assert!(is_module("numpy") && !is_module("pandas"));
//! assert_eq!(find("numpy.frobnicate"), None);
//! ```

/// A function of the prelude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Where kernels find it, such as `numpy.mean`; for a helper its name alone.
    pub path: &'static str,
    /// The file, below `kernels`.
    pub file: &'static str,
    /// The line of the file in which `text` begins, counted from 1.
    pub first_line: u32,
    /// Its definition, without decorators.
    pub text: &'static str,
    /// Whether arrays have it as a method.
    pub is_method: bool,
}

/// All functions, in the order of their paths. A function's place in this table is its number.
pub const FUNCTIONS: &[Function] = include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The number of the function at that path.
pub fn number(path: &str) -> Option<usize> {
    FUNCTIONS.binary_search_by(|function| function.path.cmp(path)).ok()
}

/// The function at that path.
pub fn find(path: &str) -> Option<&'static Function> {
    number(path).map(|number| &FUNCTIONS[number])
}

/// The method of arrays of that name.
pub fn find_method(name: &str) -> Option<&'static Function> {
    find(&format!("ndarray.{name}"))
        .or_else(|| find(&format!("numpy.{name}")).filter(|function| function.is_method))
}

/// The method of `numpy.random.Generator` of that name.
pub fn find_generator_method(name: &str) -> Option<&'static Function> {
    find(&format!("{GENERATOR}.{name}"))
}

/// The names of the methods of `numpy.random.Generator`.
pub fn generator_methods() -> impl Iterator<Item = &'static str> {
    let names = FUNCTIONS.iter().filter_map(|function| function.path.strip_prefix(GENERATOR));
    names.filter_map(|name| name.strip_prefix('.'))
}

/// The class whose methods take a generator first.
const GENERATOR: &str = "numpy.random.Generator";

/// Whether functions of a module of that name are here.
pub fn is_module(path: &str) -> bool {
    let is_within =
        |function: &Function| function.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    path.starts_with("numpy") && FUNCTIONS.iter().any(is_within)
}

/// The names of the functions of a module.
pub fn names_of(module: &str) -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().filter_map(move |function| {
        let (owner, name) = function.path.rsplit_once('.')?;
        (owner == module).then_some(name)
    })
}

/// The names of the methods of arrays.
pub fn methods() -> impl Iterator<Item = &'static str> {
    let is_method = |function: &&Function| function.is_method || function.path.starts_with("ndarray.");
    FUNCTIONS.iter().filter(is_method).map(Function::name)
}

impl Function {
    /// What a name in the text of this function means: a helper, or a function of the same file.
    pub fn named(&self, name: &str) -> Option<&'static Function> {
        if name.starts_with('_') {
            return find(name);
        }
        let (folders, _) = self.file.rsplit_once('/')?;
        let module = folders.replace('/', ".");
        find(&format!("{module}.{name}")).filter(|function| function.file == self.file)
    }

    /// Its name in its file.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_in_order_and_texts_are_definitions() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.path < b.path));
        for function in FUNCTIONS {
            assert!(function.text.starts_with(&format!("def {}(", function.name())), "{}", function.path);
            assert_eq!(find(function.path), Some(function));
        }
    }

    #[test]
    fn names_are_those_of_a_module_or_of_methods() {
        assert!(names_of("numpy").any(|name| name == "cumsum"));
        assert!(names_of("numpy").all(|name| name != "norm"));
        assert!(methods().any(|name| name == "tolist") && methods().any(|name| name == "sum"));
    }

    #[test]
    fn helpers_are_seen_within_the_prelude_only() {
        assert_eq!(find("numpy._pairwise"), None);
        let sum = find("numpy.sum").expect("NumPy has it");
        assert_eq!(sum.named("_pairwise").map(|function| function.path), Some("_pairwise"));
        assert_eq!(sum.named("mean"), find("numpy.mean"));
    }
}
