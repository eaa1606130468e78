"""Packages on PyPI that are written for Numba, unchanged under `python -m hotloop`: what of them compiles, and whether results are Numba's.

Run it in an environment that has the packages, Numba and Hotloop:

    pip install numba-stats numbagg quantecon stumpy resampy pynndescent
    python benches/packages.py [--alone] [--write docs/generated/packages.md] [PACKAGE...]

Each package is loaded with all its modules, and each line of its program below runs by itself, once under Numba and once under Hotloop, in processes of their own. A kernel counts as compiled if it was,
or if a compiled kernel calls it; as refused if a line failed in it; the others no line has reached.
"""

import argparse
import concurrent.futures
import dis
import gc
import importlib
import importlib.metadata
import inspect
import json
import os
import pathlib
import pkgutil
import re
import subprocess
import sys
import warnings

DATA = """
import numpy as np
random = np.random.default_rng(7)
x = random.normal(size=300); y = random.normal(size=300); table = random.normal(size=(6, 50)); positive = np.abs(x) + 0.1
holes = np.where(random.random((6, 50)) < 0.2, np.nan, table); labels = random.integers(0, 4, 50)
"""

# Distributions of numba-stats: their functions, where these are asked, and the parameters.
ALL = "pdf logpdf cdf ppf"
DISTRIBUTIONS = {
    "argus": ("pdf logpdf cdf", "np.linspace(0.1, 0.9, 50)", "1.5, 1.0, 0.5"),
    "binom": ("pmf logpmf cdf", "np.arange(9.0)", "np.full(9, 8.0), 0.3"),
    "chi2": (ALL, "positive", "3.0, 0.0, 1.0"),
    "cmsshape": ("pdf logpdf cdf", "x", "0.5, 0.1, 0.2"),
    "cpoisson": ("cdf", "positive", "2.5"),
    "cruijff": ("density", "x", "0.1, 0.2, 0.0, 1.0, 1.5"),
    "crystalball": (ALL, "x", "1.0, 2.0, 0.0, 1.0"),
    "crystalball_ex": (ALL, "x", "1.0, 2.0, 1.0, 1.5, 3.0, 1.2, 0.0"),
    "expon": (ALL, "positive", "0.0, 1.5"),
    "exponnorm": ("pdf logpdf cdf", "x", "1.5, 0.0, 1.0"),
    "gamma": (ALL, "positive", "2.0, 0.0, 1.0"),
    "hypatia2": ("density integral", "x", "-1.5, 0.5, 0.1, 1.0, 2.0, 1.0, 2.0, 0.0, 1.0"),
    "laplace": (ALL, "x", "0.0, 1.0"),
    "lognorm": (ALL, "positive", "0.5, 0.0, 1.0"),
    "ncx2": (ALL, "positive", "3.0, 1.5, 0.0, 1.0"),
    "norm": (ALL, "x", "0.1, 1.2"),
    "novosibirsk": (ALL, "x", "0.2, 0.0, 1.0"),
    "poisson": ("pmf logpmf cdf", "np.arange(20)", "4.5"),
    "qgaussian": (ALL, "x", "1.5, 0.0, 1.0"),
    "skewnorm": ("pdf logpdf cdf", "x", "1.5, 0.0, 1.0"),
    "t": (ALL, "x", "3.0, 0.0, 1.0"),
    "truncexpon": (ALL, "positive", "0.0, 2.0, 0.0, 1.0"),
    "truncexponnorm": ("pdf logpdf cdf", "x", "-1.0, 2.0, 1.5, 0.0, 1.0"),
    "truncnorm": (ALL, "x", "-1.0, 1.0, 0.0, 1.0"),
    "tsallis": ("pdf cdf", "positive", "1.0, 5.0, 3.0"),
    "uniform": (ALL, "x", "-1.0, 2.0"),
    "voigt": ("pdf", "x", "0.5, 0.0, 1.0"),
}
DRAWN = "chi2 expon exponnorm gamma laplace lognorm ncx2 norm novosibirsk poisson qgaussian skewnorm t truncexpon truncnorm uniform".split()

# Distances of pynndescent, with what follows the two points.
PLAIN = (
    "euclidean squared_euclidean manhattan chebyshev canberra cosine alternative_cosine direct_cosine dot alternative_dot inner_product correlation bray_curtis "
    "spearmanr tsss true_angular hellinger alternative_hellinger jensen_shannon_divergence symmetric_kl_divergence wasserstein_1d circular_kantorovich"
)
DISTANCES = {
    **dict.fromkeys(PLAIN.split(), ""),
    "minkowski": ", 3.0",
    "standardised_euclidean": ", np.ones(50)",
    "weighted_minkowski": ", np.ones(50), 3.0",
    "mahalanobis": ", np.eye(50)",
    "kantorovich": ", np.abs(np.subtract.outer(np.arange(50.0), np.arange(50.0)))",
    "sinkhorn": ", np.abs(np.subtract.outer(np.arange(50.0), np.arange(50.0)))",
}
BINARY = "jaccard alternative_jaccard dice matching kulsinski rogers_tanimoto russellrao sokal_sneath sokal_michener yule".split()
SPARSE_PLAIN = (
    "euclidean squared_euclidean manhattan chebyshev canberra bray_curtis jaccard alternative_jaccard dice sokal_sneath cosine alternative_cosine dot alternative_dot hellinger "
    "alternative_hellinger jensen_shannon_divergence symmetric_kl_divergence wasserstein_1d sum diff mul kantorovich"
)
SPARSE_DISTANCES = {
    **dict.fromkeys(SPARSE_PLAIN.split(), ""),
    "minkowski": ", 3.0",
    **dict.fromkeys("hamming matching kulsinski rogers_tanimoto russellrao sokal_michener correlation".split(), ", 20"),
}

PROGRAMS = {
    "numba-stats": [
        *(
            f"numba_stats.{distribution}.{function}({'np.linspace(0.01, 0.99, 50)' if function == 'ppf' else points}, {parameters})"
            for distribution, (functions, points, parameters) in DISTRIBUTIONS.items()
            for function in functions.split()
        ),
        *(
            f"numba_stats.{distribution}.rvs({parameters}, size=10, random_state=1)"
            for distribution, (_, _, parameters) in DISTRIBUTIONS.items()
            if distribution in DRAWN
        ),
        "numba_stats.binom.rvs(8, 0.3, size=10, random_state=1)",
        *(f"numba_stats.bernstein.{name}(np.linspace(0, 1, 20), np.array([1.0, 2.0, 3.0]), 0.0, 1.0)" for name in ("density", "integral")),
    ],
    "numbagg": [
        *(
            f"numbagg.{name}(holes, axis=1)"
            for name in "allnan anynan nancount nansum nanmean nanvar nanstd nanargmax nanargmin nanmax nanmin nanmedian bfill ffill".split()
        ),
        "numbagg.nanquantile(holes, [0.25, 0.5], axis=1)",
        "numbagg.nancorrmatrix(holes)",
        *(f"numbagg.move_{name}(holes, window=5, min_count=2)" for name in "mean sum std var".split()),
        *(f"numbagg.move_{name}(holes, holes[::-1].copy(), window=5, min_count=2)" for name in "cov corr".split()),
        *(f"numbagg.move_exp_{name}(holes, alpha=0.3)" for name in "nanmean nansum nanvar nanstd nancount".split()),
        *(f"numbagg.move_exp_{name}(holes, holes[::-1].copy(), alpha=0.3)" for name in "nancov nancorr".split()),
        *(
            f"numbagg.group_{name}(holes, labels, axis=1)"
            for name in "nanmean nansum nanall nanany nanargmax nanargmin nancount nanfirst nanlast nanmax nanmin nanprod nanstd nanvar nansum_of_squares".split()
        ),
    ],
    "quantecon": [
        "quantecon.MarkovChain([[0.9, 0.1], [0.4, 0.6]]).simulate(50, init=0, random_state=1)",
        "quantecon.MarkovChain([[0.9, 0.1], [0.4, 0.6]]).stationary_distributions",
        "quantecon.markov.rouwenhorst(5, 0.9, 0.1).P",
        "quantecon.markov.tauchen(5, 0.9, 0.1).P",
        "quantecon.gini_coefficient(positive)",
        "quantecon.lorenz_curve(positive)",
        "quantecon.gridtools.cartesian([np.arange(3), np.arange(4)])",
        "quantecon.gridtools.mlinspace([0, 0], [1, 2], [3, 4])",
        "quantecon.gridtools.simplex_grid(3, 4)",
        "quantecon.quad.qnwnorm(5)",
        "quantecon.quad.qnwlege(5, 0.0, 1.0)",
        "quantecon.optimize.brent_max(square, -1.0, 2.0)[:2]",
        "quantecon.optimize.root_finding.bisect(line, -3.0, 1.0)",
        "quantecon.optimize.root_finding.newton(line, 0.5, slope)",
        "quantecon.optimize.nelder_mead(bowl, np.array([1.0, 2.0])).x.round(3)",
        "quantecon.optimize.linprog_simplex(np.array([1.0, 1.0]), A_ub=np.array([[1.0, 2.0]]), b_ub=np.array([4.0])).x",
        "quantecon.game_theory.lemke_howson(quantecon.game_theory.NormalFormGame([[[3, 3], [0, 4]], [[4, 0], [1, 1]]]))",
        "list(quantecon.game_theory.support_enumeration(quantecon.game_theory.NormalFormGame([[[3, 2], [0, 0]], [[0, 0], [2, 3]]])))",
        "quantecon.random.probvec(3, 4, random_state=1)",
        "quantecon.random.sample_without_replacement(10, 4, random_state=1)",
        "quantecon.util.array.searchsorted(np.arange(5.0), 2.5)",
        "quantecon.util.combinatorics.comb_jit(10, 3)",
        "quantecon.LinearStateSpace(np.eye(2) * 0.5, np.ones((2, 1)), np.eye(2), mu_0=np.ones(2)).simulate(5, random_state=1)",
        "quantecon.lqcontrol.LQ(np.eye(1), np.eye(1), np.eye(1) * 0.9, np.eye(1), beta=0.95).stationary_values()[0]",
        "quantecon.markov.DiscreteDP(np.array([[5.0, 10.0], [-1.0, 2.0]]), np.array([[[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.3, 0.7]]]), 0.95).solve(method='policy_iteration').v",
        "quantecon.markov.DiscreteDP(np.array([[5.0, 10.0], [-1.0, 2.0]]), np.array([[[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.3, 0.7]]]), 0.95).solve(method='value_iteration').v",
    ],
    "stumpy": [
        "stumpy.stump(x, 20)[:, 0].astype(float)",
        "stumpy.aamp(x, 20)[:, 0].astype(float)",
        "stumpy.mstump(table, 8)[0]",
        "stumpy.maamp(table, 8)[0]",
        "stumpy.mass(x[:20], y)",
        "stumpy.match(x[:20], y, max_distance=6.0)",
        "stumpy.mpdist(x[:60], y[:60], 10)",
        "stumpy.aampdist(x[:60], y[:60], 10)",
        "stumpy.stamp.stamp(x[:60], x[:60], 10)[:, 0].astype(float)",
        "stumpy.snippets(x[:120], 30, 2)[1]",
        "stumpy.core.rolling_isconstant(x, 10)",
        "stumpy.core._rolling_nanstd_1d(x, 10)",
        "stumpy.core.welford_nanvar(x, 10)",
        "np.asarray(stumpy.allc(stumpy.stump(x, 20)[:, 2].astype(np.int64), stumpy.stump(x, 20)[:, 3].astype(np.int64))[1])",
        "stumpy.fluss(stumpy.stump(x, 20)[:, 1].astype(np.int64), 20, 2)[0]",
        "stumpy.stumpi(x, 20, egress=False).P_",
    ],
    "resampy": [
        "resampy.resample(x, 100, 150)",
        "resampy.resample(x, 100, 80, filter='kaiser_fast')",
        "resampy.resample(table, 100, 130, axis=1)",
        "resampy.resample(x, 100, 150, parallel=True)",
        "resampy.resample_nu(x, 100.0, np.linspace(0, 2.9, 50))",
    ],
    "pynndescent": [
        *(
            f"pynndescent.distances.{name}(np.abs(table[0]), np.abs(table[1]){more})"
            for name, more in DISTANCES.items()
        ),
        *(f"pynndescent.distances.{name}(labels > 1, labels > 2)" for name in BINARY),
        *(f"pynndescent.distances.bit_{name}(labels.astype(np.uint8), labels[::-1].astype(np.uint8))" for name in ("hamming", "jaccard")),
        "pynndescent.distances.haversine(table[0, :2], table[1, :2])",
        "pynndescent.distances.hamming(labels, labels[::-1].copy())",
        *(
            f"pynndescent.sparse.sparse_{name}(np.array([1, 4, 7, 9]), positive[:4].astype(np.float32), np.array([0, 4, 9, 11, 12]), positive[4:9].astype(np.float32){more})"
            for name, more in SPARSE_DISTANCES.items()
        ),
        "pynndescent.utils.tau_rand_int(np.array([1, 2, 3], np.int64))",
        "pynndescent.utils.norm(table[0].astype(np.float32))",
        "pynndescent.NNDescent(random.normal(size=(200, 8)).astype(np.float32), n_neighbors=5, random_state=1).neighbor_graph[0].shape",
    ],
}

# Why lines give something else than under Numba, where that is known, by a pattern for them.
DIFFERENCES = {
    r"numba_stats\.(chi2|gamma|qgaussian|t)\.rvs": "Hotloop draws the numbers that NumPy draws from the same seed, Numba makes others from it for the gamma distribution and what it makes of that",
}

MODULES = {"numba-stats": "numba_stats"}

# What the lines of a package need besides the data.
PREPARATIONS = {
    "quantecon": """
import numba, quantecon.gridtools, quantecon.lqcontrol
square = numba.njit(lambda z: -((z - 0.5) ** 2))
line = numba.njit(lambda z: z**3 + 1.0)
slope = numba.njit(lambda z: 3 * z**2)
bowl = numba.njit(lambda z: -((z[0] - 1.0) ** 2 + (z[1] + 0.5) ** 2))
""",
    "stumpy": """
import stumpy.stamp
""",
}


def summary(value):
    """A result as data that can be compared."""
    import numpy as np

    if isinstance(value, (list, tuple)):
        return [summary(item) for item in value]
    if isinstance(value, np.ndarray) or np.isscalar(value):
        array = np.asarray(value)
        if array.dtype.kind in "biufc":
            return [str(array.dtype), list(array.shape), array.astype(complex).ravel().view(float).tolist()[:4000]]
    return [type(value).__name__]


# The places of functions whose loops were compiled as parts of ufuncs.
in_ufuncs = set()


def note_ufuncs():
    """Notes which functions get loops: these are kernels that only the ufunc keeps."""
    from hotloop import _ufunc

    compile_loop = _ufunc._Elements._compile

    def noted(self, *arguments):
        made = compile_loop(self, *arguments)
        in_ufuncs.add((self.function.__code__.co_filename, self.function.__code__.co_firstlineno))
        return made

    _ufunc._Elements._compile = noted


def child(package):
    """Loads a package and runs its lines; prints what came of them."""
    warnings.simplefilter("ignore")
    if "hotloop" in sys.modules:
        note_ufuncs()
    name = MODULES.get(package, package)
    names = {name: importlib.import_module(name)}
    not_loaded = {}
    for module in pkgutil.walk_packages(names[name].__path__, f"{name}."):
        if re.search(r"\.tests?(\.|$)|gpu|ray", module.name):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:
            not_loaded[module.name] = f"{type(error).__name__}: {error}"
    exec(DATA, names)
    source = PREPARATIONS.get(package, "")
    file = f"<preparation of {package}>"
    import linecache

    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)
    outcomes = {}
    for line in PROGRAMS[package]:
        try:
            outcomes[line] = {"result": summary(eval(line, names))}
        except Exception as error:
            outcomes[line] = {"error": f"{type(error).__name__}: {error}"}
    print("\n" + json.dumps({"lines": outcomes, "not_loaded": not_loaded, "kernels": kernels_of(name)}))


def kernels_of(name):
    """Each kernel of a package, with its place: whether it was compiled for a call, and which kernels it names."""
    hotloop = sys.modules.get("hotloop")
    if hotloop is None:
        return []
    found = {}
    for value in gc.get_objects():
        if not isinstance(value, hotloop.Dispatcher):
            continue
        function = value.py_func
        if (function.__module__ or "").partition(".")[0] == name:
            code = function.__code__
            if code.co_filename.startswith("<"):
                continue
            known = found.setdefault((code.co_filename, code.co_firstlineno), {"name": f"{function.__module__}.{function.__qualname__}", "compiled": False, "calls": set()})
            known["compiled"] |= bool(hotloop._hotloop.signatures(value)) or (code.co_filename, code.co_firstlineno) in in_ufuncs
            known["calls"] |= callees(function)
    return [
        {"file": file, "line": line, "last": last_line(file, line), "name": known["name"], "compiled": known["compiled"], "calls": sorted(known["calls"])}
        for (file, line), known in sorted(found.items())
    ]


def callees(function):
    """The places of the kernels that a function names."""
    try:
        variables = inspect.getclosurevars(function)
    except (TypeError, ValueError):
        return set()
    named = {**variables.globals, **variables.nonlocals}
    for instruction in dis.get_instructions(function):
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            for module in list(named.values()):
                if inspect.ismodule(module) and hasattr(module, instruction.argval):
                    named[f"{module.__name__}.{instruction.argval}"] = getattr(module, instruction.argval)
    places = set()
    for value in named.values():
        code = getattr(getattr(value, "py_func", None) or getattr(getattr(value, "__hotloop_kernel__", None), "py_func", None), "__code__", None)
        if code is not None:
            places.add((code.co_filename, code.co_firstlineno))
    return places


def last_line(file, line):
    try:
        lines = pathlib.Path(file).read_text().splitlines(True)
        return line + len(inspect.getblock(lines[line - 1 :])) - 1
    except (OSError, IndexError, SyntaxError):
        return line


def run(package, with_hotloop):
    command = [sys.executable, *(["-m", "hotloop"] if with_hotloop else []), __file__, "--child", package]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    if ended.returncode != 0:
        raise SystemExit(f"{package} could not be loaded {'under Hotloop' if with_hotloop else 'under Numba'}:\n{ended.stderr[-3000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def agree(one, other):
    """Whether two results are the same, as far as order and rounding of sums allow."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(agree, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other) or abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))
    return one == other


def reason_for(line):
    """What follows a line that gives another result."""
    return next((f": {reason}" for pattern, reason in DIFFERENCES.items() if re.match(pattern, line)), "")


def cause(message):
    """The head of a message, and the place that it names."""
    head = re.sub(r"\s+", " ", message.split("\n")[0])[:150]
    places = re.findall(r"--> (\S+?):(\d+)", message)
    return head, [(file, int(line)) for file, line in places]


def judge(package, is_compared):
    if is_compared:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            numba, hotloop = pool.map(run, [package] * 2, [False, True])
    else:
        hotloop = run(package, True)
        numba = {"lines": {line: {} for line in PROGRAMS[package]}, "not_loaded": {}}
    kernels = {(kernel["file"], kernel["line"]): kernel for kernel in hotloop["kernels"]}
    compiled = {place for place, kernel in kernels.items() if kernel["compiled"]}
    todo = list(compiled)
    while todo:
        for place in map(tuple, kernels[todo.pop()]["calls"]):
            if place in kernels and place not in compiled:
                compiled.add(place)
                todo.append(place)
    lines = {"same": 0, "refused": 0, "different": [], "fails under Numba": 0}
    reasons, refused = {}, set()
    for line, outcome in hotloop["lines"].items():
        theirs = numba["lines"][line]
        if "error" in theirs:
            lines["fails under Numba"] += 1
        elif "error" in outcome:
            lines["refused"] += 1
            head, places = cause(outcome["error"])
            reasons.setdefault(head, []).append(line)
            for file, number in places:
                refused |= {place for place, kernel in kernels.items() if place[0] == file and place[1] <= number <= kernel["last"]}
        elif not is_compared or agree(outcome["result"], theirs["result"]):
            lines["same"] += 1
        else:
            lines["different"].append(line)
    refused -= compiled
    return {
        "package": package,
        "version": importlib.metadata.version(package),
        "kernels": len(kernels),
        "compiled": len(compiled),
        "refused": len(refused),
        "not reached": len(kernels) - len(compiled) - len(refused),
        "lines": lines,
        "reasons": reasons,
        "not loaded": {module: reason for module, reason in hotloop["not_loaded"].items() if module not in numba["not_loaded"]},
    }


def page(verdicts, is_compared):
    lines_run = "lines as under Numba" if is_compared else "lines that run"
    compared = "each compared with what Numba gives" if is_compared else "whose results were not compared"
    lines = [
        "# Packages that are written for Numba",
        "",
        "Made by `benches/packages.py`: each package as it is on PyPI, under `python -m hotloop`. The lines are calls of the package,",
        f"{compared}. A kernel counts as compiled if it was, or if a compiled kernel calls it; as refused if a line failed in it; the others no line has reached.",
        "",
        f"| package | version | kernels | compiled | refused | not reached | {lines_run} | refused | different |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        cells = [verdict[key] for key in ("package", "version", "kernels", "compiled", "refused", "not reached")]
        told = verdict["lines"]
        cells += [told["same"], told["refused"], len(told["different"])]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    for verdict in verdicts:
        notes = [f"- `{module}` is not loaded: {reason}" for module, reason in verdict["not loaded"].items()]
        notes += [f"- {reason} ({', '.join(f'`{line}`' for line in where)})" for reason, where in sorted(verdict["reasons"].items())]
        notes += [f"- another result: `{line}`{reason_for(line)}" for line in verdict["lines"]["different"]]
        if verdict["lines"]["fails under Numba"]:
            notes.append(f"- {verdict['lines']['fails under Numba']} lines fail under Numba itself and are not counted")
        if notes:
            lines += ["", f"## {verdict['package']}", "", *notes]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--child")
    parser.add_argument("--write")
    parser.add_argument("--alone", action="store_true", help="Hotloop alone: whether lines run, not what they give")
    parser.add_argument("packages", nargs="*")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child)
        return
    verdicts = []
    for package in arguments.packages or PROGRAMS:
        verdicts.append(judge(package, not arguments.alone))
        print(json.dumps(verdicts[-1]), flush=True)
    text = page(verdicts, not arguments.alone)
    print(text)
    if arguments.write:
        pathlib.Path(arguments.write).write_text(text)


if __name__ == "__main__":
    os.environ.setdefault("NUMBA_WARNINGS", "0")
    main()
