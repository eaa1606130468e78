//! `docs/generated/numpy.md`: the functions of NumPy that kernels may call, as the table of intrinsics and the files of the prelude have them.

use crate::failure::{Context, Result};
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
# Functions of NumPy in kernels

A parameter in *italics* has to be known when the kernel is compiled. What stands without parameters is built in, and takes those of NumPy that decide
nothing about memory; the others are written in Hotloop's own language, below `crates/prelude/kernels`. A function that is also a method has an **m**.
Written by `cargo xtask gen`.
";

/// What NumPy offers and programs use, by what it is for.
const WANTED: &[(&str, &str)] = &[
    (
        "Creation",
        "array asarray ascontiguousarray asfortranarray copy zeros ones empty full zeros_like ones_like empty_like full_like arange linspace logspace eye identity diag \
         diagflat tri tril triu vander meshgrid indices tril_indices triu_indices diag_indices fill_diagonal geomspace atleast_1d atleast_2d atleast_3d",
    ),
    (
        "Arrangement",
        "reshape ravel transpose swapaxes moveaxis concatenate stack vstack hstack dstack column_stack append insert delete repeat tile roll rot90 flip fliplr flipud \
         broadcast_to broadcast_arrays expand_dims squeeze split array_split hsplit vsplit pad resize where select choose",
    ),
    (
        "Reductions and statistics",
        "sum prod mean average std var min max amin amax ptp argmin argmax any all cumsum cumprod median percentile quantile count_nonzero bincount histogram \
         digitize corrcoef cov nansum nanprod nanmean nanstd nanvar nanmin nanmax nanargmin nanargmax nanmedian nancumsum nancumprod",
    ),
    (
        "Sorting and searching",
        "sort argsort lexsort partition argpartition searchsorted unique nonzero argwhere flatnonzero take take_along_axis extract compress put place copyto \
         unravel_index ravel_multi_index",
    ),
    (
        "Mathematics",
        "dot vdot inner outer matmul kron cross trace diagonal clip round around diff ediff1d nan_to_num real imag angle interp trapezoid \
         gradient convolve correlate polyval sinc i0 hanning hamming blackman bartlett kaiser unwrap",
    ),
    (
        "Comparison",
        "allclose isclose array_equal array_equiv isin union1d intersect1d setdiff1d setxor1d iscomplexobj isreal \
         isneginf isposinf isscalar result_type promote_types",
    ),
    ("Types", "finfo iinfo dtype ndarray"),
    (
        "Linear algebra",
        "linalg.norm linalg.solve linalg.inv linalg.det linalg.eig linalg.eigh linalg.svd linalg.qr linalg.cholesky linalg.lstsq",
    ),
    (
        "Random numbers",
        "random.seed random.rand random.randn random.random random.randint random.uniform random.normal random.choice random.shuffle random.permutation",
    ),
    (
        "Generators of random numbers",
        "random.default_rng random.Generator random.Generator.random random.Generator.integers random.Generator.uniform random.Generator.normal random.Generator.standard_normal \
         random.Generator.exponential random.Generator.standard_exponential random.Generator.gamma random.Generator.standard_gamma random.Generator.beta \
         random.Generator.chisquare random.Generator.noncentral_chisquare random.Generator.f random.Generator.noncentral_f random.Generator.standard_cauchy \
         random.Generator.standard_t random.Generator.vonmises random.Generator.pareto random.Generator.weibull random.Generator.power random.Generator.laplace \
         random.Generator.gumbel random.Generator.logistic random.Generator.lognormal random.Generator.rayleigh random.Generator.wald random.Generator.triangular \
         random.Generator.poisson random.Generator.binomial random.Generator.negative_binomial random.Generator.geometric random.Generator.zipf random.Generator.logseries \
         random.Generator.hypergeometric random.Generator.multinomial random.Generator.dirichlet random.Generator.multivariate_normal random.Generator.shuffle \
         random.Generator.permutation random.Generator.permuted random.Generator.choice random.Generator.bytes",
    ),
    ("Methods", "ndarray.tolist ndarray.sort ndarray.partition"),
];

/// A function that is there.
struct Found {
    parameters: Option<String>,
    is_method: bool,
}

pub(crate) fn make(workspace: &Workspace) -> Result<String> {
    let mut found = BTreeMap::new();
    let table = workspace.root.join("crates/intrinsics/src/table.rs");
    built_in(&std::fs::read_to_string(&table).context(table.display())?, &mut found);
    prelude(&workspace.root.join("crates/prelude/kernels"), "", &mut found)?;
    found.retain(|name, _| !name.starts_with("hotloop."));
    let mut page = HEAD.to_owned();
    for (title, names) in WANTED {
        let names: Vec<&str> = names.split_whitespace().collect();
        let present = names.iter().filter(|name| found.contains_key(**name)).count();
        let _ = writeln!(
            page,
            "\n## {title} ({present} of {})\n\n| function | parameters |\n|---|---|",
            names.len()
        );
        for name in names {
            let row = found.remove(name);
            let _ = writeln!(page, "| {} | {} |", shown_name(name, row.as_ref()), shown(row));
        }
    }
    let _ = writeln!(page, "\n## Others ({})\n\n| function | parameters |\n|---|---|", found.len());
    for (name, row) in found {
        let _ = writeln!(page, "| {} | {} |", shown_name(&name, Some(&row)), shown(Some(row)));
    }
    Ok(page)
}

fn shown_name(name: &str, row: Option<&Found>) -> String {
    let name = if name.starts_with("ndarray.") { format!("`{name}`") } else { format!("`np.{name}`") };
    if row.is_some_and(|row| row.is_method) { name + " **m**" } else { name }
}

fn shown(row: Option<Found>) -> String {
    match row {
        None => "missing".to_owned(),
        Some(row) => row.parameters.unwrap_or_default(),
    }
}

/// The paths of NumPy in the table of intrinsics.
fn built_in(table: &str, found: &mut BTreeMap<String, Found>) {
    for line in table.lines().filter(|line| line.contains("] ") && line.ends_with("\";")) {
        let paths = line.split(']').next().unwrap_or_default();
        let names = paths.split('"').filter_map(|part| part.strip_prefix("numpy."));
        for name in names {
            found.insert(name.to_owned(), Found { parameters: None, is_method: false });
        }
    }
}

/// The functions of the files of a folder.
fn prelude(folder: &Path, module: &str, found: &mut BTreeMap<String, Found>) -> Result {
    for entry in std::fs::read_dir(folder).context(folder.display())? {
        let path = entry.context(folder.display())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('_') {
            prelude(&path, &format!("{module}{name}."), found)?;
        } else if name.ends_with(".py") && !module.is_empty() {
            let text = std::fs::read_to_string(&path).context(path.display())?;
            functions(&text, module, found);
        }
    }
    Ok(())
}

fn functions(text: &str, module: &str, found: &mut BTreeMap<String, Found>) {
    let module = module.strip_prefix("numpy.").unwrap_or(module);
    let mut is_method = false;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("def ")
            && let Some((name, rest)) = head.split_once('(')
            && !name.starts_with('_')
        {
            let parameters = rest.rsplit_once(')').map_or(rest, |(parameters, _)| parameters);
            let parameters = parameters.split(", ").filter(|parameter| !parameter.is_empty());
            // A method of a class is a function whose first parameter is the object.
            let parameters = parameters.skip(usize::from(module.ends_with("Generator.")));
            let parameters: Vec<String> = parameters.map(shown_parameter).collect();
            let row = Found { parameters: Some(parameters.join(", ")), is_method };
            found.insert(format!("{module}{name}"), row);
        }
        is_method = line == "@method" || is_method && line.starts_with('@');
    }
}

fn shown_parameter(parameter: &str) -> String {
    match parameter.split_once(": literal") {
        Some((name, default)) => format!("*{name}*{}", default.replace(" = ", "=")),
        None => parameter.replace('*', "\\*"),
    }
}
