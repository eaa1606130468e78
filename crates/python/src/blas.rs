//! The BLAS that NumPy multiplies matrices with, so that compiled code does it with the same one.
//!
//! NumPy's extension module is linked to a BLAS, which is loaded with it; the dynamic loader finds its routines behind the module. Where that has none that is known by
//! its name, SciPy's list of routines is taken, if SciPy's is imported already: importing it would take longer than all compilations of most programs.
#![allow(unsafe_code)] // Asks the dynamic loader, and reads capsules.

use hotloop_runtime::{Blas, BlasIntegers, set_blas};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use std::ffi::c_void;

/// The routines, in the order of [`Blas::gemm`].
const ROUTINES: [&str; 4] = ["sgemm", "dgemm", "cgemm", "zgemm"];

/// Gives the runtime a BLAS, if there is one. `HOTLOOP_BLAS=0` leaves all to Hotloop's own library, `HOTLOOP_BLAS=scipy` asks for SciPy's only.
pub(crate) fn find(py: Python<'_>) {
    let found = match std::env::var("HOTLOOP_BLAS").as_deref() {
        Ok("0") => None,
        Ok("scipy") => scipys(py),
        Ok(_) | Err(_) => numpys(py).or_else(|| scipys(py)),
    };
    if let Some(blas) = found {
        // SAFETY: they are routines of those names in libraries that are never unloaded, since Python unloads no extension module.
        unsafe { set_blas(blas) };
    }
}

/// The routines behind NumPy's extension module.
#[cfg(unix)]
fn numpys(py: Python<'_>) -> Option<Blas> {
    use std::ffi::CString;

    /// How builds of a BLAS name their routines: in front of and behind the name, and the integers that those take.
    const NAMES: [(&str, &str, BlasIntegers); 4] = [
        ("scipy_", "_64_", BlasIntegers::Bits64),
        ("", "_64_", BlasIntegers::Bits64),
        ("scipy_", "_", BlasIntegers::Bits32),
        ("", "_", BlasIntegers::Bits32),
    ];
    let module =
        py.import("numpy._core._multiarray_umath").or_else(|_| py.import("numpy.core._multiarray_umath"));
    let path: String = module.ok()?.getattr("__file__").ok()?.extract().ok()?;
    let path = CString::new(path).ok()?;
    // SAFETY: the library is loaded, or nothing happens.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
    if library.is_null() {
        return None;
    }
    NAMES.into_iter().find_map(|(before, behind, integers)| {
        let address = |routine: &str| -> Option<*const c_void> {
            let name = CString::new(format!("{before}{routine}{behind}")).ok()?;
            // SAFETY: the library stays loaded; its dependencies are searched, too.
            let address = unsafe { libc::dlsym(library, name.as_ptr()) };
            (!address.is_null()).then_some(address.cast_const())
        };
        let gemm = ROUTINES.map(address);
        gemm.iter().any(Option::is_some).then_some(Blas { integers, gemm })
    })
}

/// There is no way to ask for what a loaded module depends on.
#[cfg(not(unix))]
fn numpys(_py: Python<'_>) -> Option<Blas> {
    None
}

/// The routines that SciPy publishes for Cython, if that part of it is imported.
fn scipys(py: Python<'_>) -> Option<Blas> {
    let modules = py.import("sys").ok()?.getattr("modules").ok()?;
    let module = modules.get_item("scipy.linalg.cython_blas").ok()?;
    let table = module.getattr("__pyx_capi__").ok()?.cast_into::<PyDict>().ok()?;
    let address = |routine: &str| -> Option<*const c_void> {
        let capsule = table.get_item(routine).ok()??.cast_into::<PyCapsule>().ok()?;
        let name = capsule.name().ok()??;
        // SAFETY: the name is the capsule's own.
        let name = unsafe { name.as_cstr() };
        let has_c_integers = name.to_str().is_ok_and(|signature| signature.contains("int *"));
        has_c_integers.then(|| capsule.pointer_checked(Some(name)).ok().map(|it| it.as_ptr().cast_const()))?
    };
    let gemm = ROUTINES.map(address);
    gemm.iter().any(Option::is_some).then_some(Blas { integers: BlasIntegers::Bits32, gemm })
}
