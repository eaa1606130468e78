"""What the Python package costs, held against what is promised, beside Numba where it is installed: loading it, a first kernel, and calls.

Run it with a release build of the package: python benches/package.py
Processes: the minimum over many fresh interpreters, in turns. Calls: the minimum over many rounds, the loop around them taken away; of two compilers in one run the ratio.
"""

import _thread
import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile

import dispatch
import numpy as np

IMPORT = """
import time
import numpy
start = time.perf_counter()
import {package}
print((time.perf_counter() - start) * 1e3)
"""

KERNEL = """
import numpy
from {package} import njit

@njit(cache={cache})
def total(x):
    result = 0.0
    for i in range(x.shape[0]):
        result += x[i] * x[i]
    return result

assert total(numpy.ones(8)) == 8.0
"""

# Nanoseconds a call may take, by the names in `dispatch.CALLS`.
CALL_LIMITS = {
    "no argument": 25,
    "3 scalars": 60,
    "2 arrays": 80,
    "3 scalars by keyword": 100,
    "2 defaults": 100,
    "array in and out": 250,
    "array made": 250,
}


class Process:
    """A fresh interpreter that ran a program: what it printed, its processor time, and the most memory it had."""

    def __init__(self, program, environment):
        child = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, env=environment)
        self.output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{program} ended with {child.returncode}")
        self.cpu_ms = (usage.ru_utime + usage.ru_stime) * 1e3
        self.peak_mb = usage.ru_maxrss * 1024 / 1e6


def startup(compilers, rounds):
    """The least of each figure over many rounds, by compiler and name."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOTLOOP_CACHE_DIR": f"{folder}/hotloop", "NUMBA_CACHE_DIR": f"{folder}/numba"}
        programs = {("numpy", "import"): "import numpy\n"}
        for package in compilers:
            programs[package, "import"] = IMPORT.format(package=package)
            programs[package, "first"] = KERNEL.format(package=package, cache=False)
            programs[package, "cached"] = KERNEL.format(package=package, cache=True)
        runs = {}
        for (package, kind), text in programs.items():
            path = f"{folder}/{package}_{kind}.py"
            with open(path, "w") as file:
                file.write(text)
            # Bytecode, the cache, and the files' pages are there.
            Process(path, environment)
            runs[package, kind] = path, []
        for _ in range(rounds):
            for path, made in runs.values():
                made.append(Process(path, environment))
    least = {key: {name: min(getattr(run, name) for run in made) for name in ("cpu_ms", "peak_mb")} for key, (_, made) in runs.items()}
    base = least["numpy", "import"]
    figures = {}
    for package in compilers:
        figures[package] = {
            "import, ms over numpy": min(float(run.output) for run in runs[package, "import"][1]),
            "first result, ms of CPU over numpy": least[package, "first"]["cpu_ms"] - base["cpu_ms"],
            "the same, code in the cache": least[package, "cached"]["cpu_ms"] - base["cpu_ms"],
            "peak of a first kernel, MB": least[package, "first"]["peak_mb"],
            "the same over numpy": least[package, "first"]["peak_mb"] - base["peak_mb"],
        }
    return figures


STARTUP_LIMITS = {
    "import, ms over numpy": 30,
    "first result, ms of CPU over numpy": 50,
    "the same, code in the cache": 35,
    "peak of a first kernel, MB": 60,
}


def calls(compilers, rounds):
    """Nanoseconds a call, by compiler and name; and of CPython's cheapest function of C."""
    built = {name: dispatch.kernels(importlib.import_module(name).njit) for name in compilers}
    arguments = {"x": np.ones(8), "y": np.ones(8), "p": (1.5, 2)}
    loop = dispatch.best("pass", {}, rounds)
    figures = {name: {} for name in compilers}
    for title, statement, kernel in dispatch.CALLS:
        for name in compilers:
            names = {"f": built[name][kernel], **arguments}
            eval(statement, names)
            figures[name][title] = dispatch.best(statement, names, rounds) - loop
    # What no function of C is called in less.
    figures["C"] = {"no argument": dispatch.best("f()", {"f": _thread.get_ident}, rounds) - loop}
    if "hotloop" in compilers:
        kernel = built["hotloop"]["none"]
        kernel.record_latency()
        figures["hotloop"]["no argument, its latency recorded"] = dispatch.best("f()", {"f": kernel}, rounds) - loop
        kernel.record_latency(False)
    return figures


def show(figures, limits):
    """Prints a table; the names of what takes more than it may."""
    missed = []
    compilers = list(figures)
    print(f"{'':<38}" + "".join(f"{name:>10}" for name in compilers) + f"{'ratio':>8}{'limit':>8}")
    for title, own in figures[compilers[0]].items():
        row = [figures[name].get(title) for name in compilers]
        cells = "".join(f"{value:>10.1f}" if value is not None else f"{'':>10}" for value in row)
        ratio = f"{row[0] / row[1]:>8.2f}" if len(row) > 1 and row[1] else f"{'':>8}"
        limit = limits.get(title)
        is_missed = limit is not None and own > limit
        missed += [title] * is_missed
        print(f"{title:<38}{cells}{ratio}{limit if limit is not None else '':>8}{'  missed' if is_missed else ''}")
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    compilers = [name for name in ("hotloop", "numba") if importlib.util.find_spec(name)]
    missed = show(startup(compilers, rounds), STARTUP_LIMITS)
    print()
    own = calls(compilers, 2 * rounds)
    limits = {**CALL_LIMITS, "no argument, its latency recorded": own["hotloop"]["no argument"] + 20}
    missed += show(own, {title: round(limit, 1) for title, limit in limits.items()})
    if missed:
        sys.exit(f"more than promised: {', '.join(missed)}")


if __name__ == "__main__":
    main()
