"""Kernels in Hotloop against the same ones in C and Numba: verified, timed in turns in one process, told as ratios.

    python benches/kernels.py                                    # the kernels of benches/kernels, all peers, all sizes
    python benches/kernels.py --quick --kernels sieve,crc32 --sizes L1,L2 --peers c,numba,hotloop
    python benches/kernels.py --set FOLDER --json record.json --svg record.svg
    python benches/kernels.py --cpu native,x86-64-v3,x86-64-v2   # the same once for each, one behind the other

A set is a folder with `specs.py` and the kernels' files, in it or in a folder `kernels` of it. All peers of a kernel are built and verified, then called in
turns on the same arrays, so that a busy machine slows them alike: only ratios within a run count. Kernels that run on one thread are
timed in its processor time, parallel ones in wall time. At size L1 a sample of short calls is a loop in compiled code.
"""

import os

for _name, _value in {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}.items():
    os.environ.setdefault(_name, _value)

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

import kernel_picture
import kernel_tables
import machine
from kernel_peers import PEERS, Kernel, Skipped
from kernel_results import differs, digest, error_of, outcome

OWN_SET = Path(__file__).resolve().parent / "kernels"
SIZES = ("L1", "L2", "DRAM")
DEFAULT_PEERS = "c,c-fast,numba,numba-fast,hotloop,hotloop-fast,hotloop-unchecked,numpy"
QUICK = {"rounds": 7, "sample_ns": 150_000}
THOROUGH = {"rounds": 21, "sample_ns": 600_000}
MOST_CALLS = 1 << 20
# Calls that take longer are made from Python one by one: what that costs no longer counts, and no compiler can see that calls repeat each other.
LONG_CALL_NS = 50_000


def kernels_of(folder):
    """The kernels of a set, in the order of its specs."""
    folder = Path(folder).resolve()
    found = importlib.util.spec_from_file_location(f"specs_of_{folder.name}", folder / "specs.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    sources = folder / "kernels" if (folder / "kernels").is_dir() else folder
    return [Kernel(spec, sources) for spec in module.SPECS]


class Timed:
    """One peer's calls of one kernel on given arguments."""

    def __init__(self, built, arguments, clock):
        self.clock, self.inner, self.work = clock, 1, 1.0
        self.built, self.arguments = built, arguments
        self.function = built.once(arguments)
        self.function()
        self.call_ns = max(1, min(self._time(1), self._time(1)))

    def prepare(self, is_short, sample_ns, slowdown):
        """Decides what a sample is; short calls are made in compiled code where the peer has any."""
        if is_short and self.built.many is not None:
            self._call_inside(self.built, self.arguments, sample_ns, slowdown)
        else:
            self.inner = max(1, int(sample_ns / self.call_ns))
            self._do_more(slowdown)

    def _call_inside(self, built, arguments, sample_ns, slowdown):
        """Finds how many calls inside of compiled code make a sample."""
        count = 8
        while True:
            self.function = built.many(count, arguments)
            self.function()
            spent = min(self._time(1), self._time(1))
            if spent >= sample_ns / 2 or count >= MOST_CALLS:
                break
            count = min(MOST_CALLS, int(count * max(2, min(16, 1.2 * sample_ns / max(spent, 1)))))
        if slowdown > 1:
            self.function = built.many(round(count * slowdown), arguments)
        self.work = float(count)

    def _do_more(self, slowdown):
        """Makes a sample of more calls than are counted."""
        if slowdown > 1:
            counted = max(self.inner, 10)
            self.inner, self.work = round(counted * slowdown), counted / round(counted * slowdown)

    def _time(self, calls):
        function, clock = self.function, self.clock
        start = clock()
        for _ in range(calls):
            function()
        return clock() - start

    def sample(self):
        """Nanoseconds a call."""
        return self._time(self.inner) / self.inner / self.work


def statistics_of(samples):
    ordered = np.sort(samples)
    return {"p50": float(np.median(ordered)), "min": float(ordered[0]), "p95": float(np.quantile(ordered, 0.95)), "n": len(samples)}


def time_in_turns(kernel, size, built, arguments, options):
    """Nanoseconds a call of each peer, and how they compare with C's in the same round."""
    clock = time.perf_counter_ns if kernel.spec.par else time.thread_time_ns
    slowdown = lambda name: options.seed_slowdown if name.startswith("hotloop") else 1.0
    timed = {name: Timed(one, arguments, clock) for name, one in built.items()}
    is_short = size == "L1" and min(one.call_ns for one in timed.values()) < LONG_CALL_NS
    for name, one in timed.items():
        one.prepare(is_short, options.sample_ns, slowdown(name))
    samples = {name: [] for name in timed}
    names = list(timed)
    gc.disable()
    for turn in range(options.rounds if size != "DRAM" else max(5, options.rounds // 2)):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            samples[name].append(timed[name].sample())
    gc.enable()
    ns = {name: statistics_of(spent) for name, spent in samples.items()}
    to_c = {}
    if "c" in samples:
        to_c = {name: statistics_of(np.array(spent) / np.array(samples["c"])) for name, spent in samples.items() if name != "c"}
    return ns, to_c


def verify(kernel, size, built, arguments, entry):
    """The peers whose results are right; notes those of the others, how far off each is, and a digest of its bits."""
    spec = kernel.spec
    reference_call = spec.numpy or built["c"].call
    reference = outcome(spec, reference_call, arguments)
    right, errors, bits = {}, {}, {}
    for name, one in built.items():
        try:
            found = outcome(spec, one.call, arguments)
            why = differs(spec, found, reference, is_fast="fast" in name)
        except Exception as error:
            why = f"{type(error).__name__}: {str(error)[:200]}"
        if why:
            entry["wrong"].setdefault(name, {})[size] = why
            print(f"WRONG: {spec.name} {size} {name}: {why}", flush=True)
            continue
        right[name], errors[name], bits[name] = one, error_of(spec, found, reference), digest(found)
    return right, errors, bits


def build_all(kernel, names, arguments, folder, entry):
    built = {}
    for name in names:
        try:
            built[name] = PEERS[name].build(kernel, outcome_arguments(kernel, arguments), folder)
            entry["compile_ms"][name] = built[name].compile_ms
        except Skipped as why:
            entry["skipped"][name] = str(why)
        except Exception as error:
            entry["skipped"][name] = f"{type(error).__name__}: {str(error)[:300]}"
            print(f"NOT BUILT: {kernel.spec.name} {name}: {entry['skipped'][name]}", flush=True)
    return built


def outcome_arguments(kernel, arguments):
    return [argument.copy() if at in kernel.spec.outs else argument for at, argument in enumerate(arguments)]


def measure_kernel(kernel, names, folder, options):
    spec = kernel.spec
    entry = {"vec": spec.vec, "par": spec.par, "compile_ms": {}, "skipped": {}, "wrong": {}, "sizes": {}}
    small = spec.make(np.random.default_rng(7), **spec.sizes["L1"])
    built = build_all(kernel, names, small, folder, entry)
    for size in options.sizes:
        arguments = spec.make(np.random.default_rng(11), **spec.sizes[size])
        right, errors, bits = verify(kernel, size, built, arguments, entry)
        found = {"parameters": spec.sizes[size], "elements": spec.elems(arguments) if spec.elems else 1, "error": errors, "bits": bits}
        entry["sizes"][size] = found
        if not options.verify_only and right:
            found["memory_kib"] = {name: machine.peak_of(one.once(arguments)) for name, one in right.items()} if options.memory else {}
            found["ns"], found["to_c"] = time_in_turns(kernel, size, right, arguments, options)
            print(kernel_tables.row(spec.name, size, found, names), flush=True)
    if options.verify_only:
        print(f"{spec.name:<20} {'wrong: ' + ', '.join(entry['wrong']) if entry['wrong'] else 'right'} {entry['skipped'] or ''}", flush=True)
    return entry


def measure(options):
    """The record of a run."""
    names = [name for name in options.peers if PEERS[name].is_available()]
    missing = [name for name in options.peers if name not in names]
    if missing:
        print(f"not here: {', '.join(missing)}")
    kernels = [kernel for folder in options.set for kernel in kernels_of(folder)]
    if options.kernels:
        unknown = set(options.kernels) - {kernel.spec.name for kernel in kernels}
        if unknown:
            sys.exit(f"no kernels {', '.join(sorted(unknown))}")
        kernels = [kernel for kernel in kernels if kernel.spec.name in options.kernels]
    record = {"meta": machine.description(), "peers": names, "seed_slowdown": options.seed_slowdown, "kernels": {}}
    if not options.verify_only:
        print(kernel_tables.head(names), flush=True)
    with tempfile.TemporaryDirectory(prefix="kernels-") as scratch:
        for kernel in kernels:
            record["kernels"][kernel.spec.name] = measure_kernel(kernel, names, Path(scratch), options)
            save(record, options)
    record["meta"]["load_after"] = machine.load()
    return record


def measure_levels(options):
    """A run for each processor level in a process of its own: the first is the record, the others stand beside it."""
    record = None
    with tempfile.TemporaryDirectory(prefix="levels-") as scratch:
        for level in options.cpu:
            part = Path(scratch) / f"{level}.json"
            words = [word for word in sys.argv[1:] if not word.startswith("--cpu=")]
            for name in ("--cpu", "--json", "--svg"):
                if name in words:
                    del words[words.index(name) : words.index(name) + 2]
            print(f"HOTLOOP_CPU={level}", flush=True)
            environment = {**os.environ, "HOTLOOP_CPU": level} if level != "native" else {k: v for k, v in os.environ.items() if k != "HOTLOOP_CPU"}
            subprocess.run([sys.executable, __file__, *words, "--json", part], env=environment, check=True)
            found = json.loads(part.read_text())
            record = record or {**found, "level": level, "levels": {}}
            record["levels"][level] = found["kernels"]
    return record


def save(record, options):
    if options.json:
        Path(options.json).write_text(json.dumps(record, indent=1) + "\n")


def read_options(words):
    words_of = lambda text: [word for word in text.split(",") if word]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", help="a folder of kernels; may be given more than once")
    parser.add_argument("--kernels", type=words_of, default=[], help="their names; else all")
    parser.add_argument("--sizes", type=words_of, default=list(SIZES))
    parser.add_argument("--peers", type=words_of, default=words_of(DEFAULT_PEERS))
    parser.add_argument("--cpu", type=words_of, default=[], help="values of HOTLOOP_CPU, for a run each")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter samples")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--verify-only", action="store_true")
    parser.add_argument("--memory", action="store_true", help="also how far a call's memory grows")
    parser.add_argument("--stat", default="p50", choices=["p50", "min"], help="what the tables at the end compare")
    parser.add_argument("--seed-slowdown", type=float, default=1.0, help="let Hotloop do that many times the work that is counted: to test the gate")
    parser.add_argument("--json", default="", help="where the record goes")
    parser.add_argument("--svg", default="", help="where the picture goes")
    parser.add_argument("--show", default="", help="show a record instead of measuring")
    options = parser.parse_args(words)
    options.set = options.set or [OWN_SET]
    pace = QUICK if options.quick else THOROUGH
    options.sample_ns = pace["sample_ns"]
    options.rounds = options.rounds or pace["rounds"]
    unknown = [name for name in options.peers if name not in PEERS]
    if unknown:
        parser.error(f"no peers {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return options


def main():
    warnings.simplefilter("ignore")
    options = read_options(sys.argv[1:])
    if options.show:
        record = json.loads(Path(options.show).read_text())
    else:
        record = measure_levels(options) if options.cpu else measure(options)
        save(record, options)
    if not options.verify_only:
        print(kernel_tables.summary(record, options.stat))
    if options.svg:
        Path(options.svg).write_text(kernel_picture.picture(record, options.stat))
    is_wrong = any(entry["wrong"] for entry in record["kernels"].values())
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
