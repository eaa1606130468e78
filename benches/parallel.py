"""Loops on several threads: how much faster than on one, beside C with OpenMP and Numba on its two pools of threads, and from how many iterations on they are never slower.

    python benches/parallel.py [--quick] [--kernels NAME,..] [--trip-counts [--plot FILE]] [--load] [--json FILE]

Every peer runs in a process of its own, since Numba cannot change its pool; the processes measure in turns, on the same data. Times are medians of rounds in nanoseconds of wall
time. `--trip-counts` compares small loops with the same loops on one thread, from 1 to a million iterations, and prints what a region without work costs; `--plot` draws that.
`--load` measures first on an idle machine and then with other processes that keep all processors busy, and checks each time that the results are those of one thread.
"""

import argparse
import ctypes
import json
import math
import multiprocessing
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from parallel_picture import picture

PEERS = {"hotloop": ("hotloop", None), "numba-omp": ("numba", "omp"), "numba-workqueue": ("numba", "workqueue"), "c": ("c", None)}

KERNELS = """
import numpy as np
from {package} import njit, prange

def balanced(a, out):
    for i in prange(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += np.sqrt(a[i, j])
        out[i] = total

def triangular(a, out):
    for i in prange(a.shape[0]):
        total = 0.0
        for j in range(i):
            total += a[i, j] * a[j, i]
        out[i] = total

def escape(a, out):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            x = a[i, j] * 3.0 - 2.0
            y = a[j, i] * 2.0 - 1.0
            u = 0.0
            v = 0.0
            n = 0
            while n < 60 and u * u + v * v < 4.0:
                u, v = u * u - v * v + x, 2.0 * u * v + y
                n += 1
            out[i] += n

def scalar_sum(a, out):
    total = 0.0
    rows, columns = a.shape
    for i in prange(rows * columns):
        total += a[i // columns, i % columns] * 0.5
    out[0] = total

def array_sum(a, out):
    total = np.zeros(a.shape[1])
    for i in prange(a.shape[0]):
        total += a[i]
    out[0] = total[0]

def nested(a, out):
    for i in prange(a.shape[0]):
        for j in prange(a.shape[1]):
            a[i, j] = 1.0 / (1.0 + a[i, j] * a[i, j])

def expression(a, out):
    a[:] = a * 0.5 + np.sqrt(a) - a * a * 0.25

def stencil(a, out):
    b = np.empty_like(a)
    rows, columns = a.shape
    for i in prange(1, rows - 1):
        for j in range(1, columns - 1):
            b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    out[0] = b[1, 1]

def nothing(a, out):
    for i in prange(0):
        out[i] = 0.0

def short_map(a, out):
    for i in prange(out.shape[0]):
        out[i] = out[i] * 0.5 + 1.0

def short_sum(a, out):
    total = 0.0
    for i in prange(out.shape[0]):
        total += out[i]
    return total

def short_rows(a, out):
    for i in prange(out.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += a[0, j]
        out[i] = total

def short_best(a, out):
    best = -1.0
    where = -1
    for i in prange(out.shape[0]):
        if out[i] > best:
            best = out[i]
            where = i
    return where

def short_counts(a, out):
    counts = np.zeros(16, np.int64)
    for i in prange(out.shape[0]):
        counts[i & 15] += 1
    return counts[3]
"""

# The same in C. Sums that C may not reorder are in order there, too.
C_KERNELS = """
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define FOR _Pragma("omp parallel for num_threads(threads) schedule(guided)")
#define KERNEL(name) void name(double *restrict a, double *restrict out, long rows, long columns, int threads)

KERNEL(balanced) {
    FOR for (long i = 0; i < rows; i++) {
        double total = 0.0;
        for (long j = 0; j < columns; j++) total += sqrt(a[i * columns + j]);
        out[i] = total;
    }
}
KERNEL(triangular) {
    FOR for (long i = 0; i < rows; i++) {
        double total = 0.0;
        for (long j = 0; j < i; j++) total += a[i * columns + j] * a[j * columns + i];
        out[i] = total;
    }
}
KERNEL(escape) {
    FOR for (long i = 0; i < rows; i++) {
        for (long j = 0; j < columns; j++) {
            double x = a[i * columns + j] * 3.0 - 2.0, y = a[j * columns + i] * 2.0 - 1.0, u = 0.0, v = 0.0;
            long n = 0;
            while (n < 60 && u * u + v * v < 4.0) {
                double next = u * u - v * v + x;
                v = 2.0 * u * v + y;
                u = next;
                n++;
            }
            out[i] += n;
        }
    }
}
KERNEL(scalar_sum) {
    double total = 0.0;
    _Pragma("omp parallel for num_threads(threads) reduction(+:total)")
    for (long i = 0; i < rows * columns; i++) total += a[i] * 0.5;
    out[0] = total;
}
KERNEL(array_sum) {
    double *total = calloc(columns, sizeof(double));
    _Pragma("omp parallel for num_threads(threads) reduction(+:total[:columns])")
    for (long i = 0; i < rows; i++) {
        for (long j = 0; j < columns; j++) total[j] += a[i * columns + j];
    }
    out[0] = total[0];
    free(total);
}
KERNEL(nested) {
    FOR for (long i = 0; i < rows; i++) {
        for (long j = 0; j < columns; j++) a[i * columns + j] = 1.0 / (1.0 + a[i * columns + j] * a[i * columns + j]);
    }
}
KERNEL(expression) {
    FOR for (long i = 0; i < rows * columns; i++) a[i] = a[i] * 0.5 + sqrt(a[i]) - a[i] * a[i] * 0.25;
}
KERNEL(stencil) {
    double *b = malloc(rows * columns * sizeof(double));
    FOR for (long i = 1; i < rows - 1; i++) {
        for (long j = 1; j < columns - 1; j++) {
            double *p = a + i * columns + j;
            b[i * columns + j] = 0.2 * (p[0] + p[-columns] + p[columns] + p[-1] + p[1]);
        }
    }
    out[0] = b[columns + 1];
    free(b);
}
"""

# Rows and columns where the work is in the computation, and where it is in memory.
SIZES = {
    "balanced": [(2000, 500), (4000, 5000)],
    "triangular": [(1200, 1200), None],
    "escape": [(400, 400), None],
    "scalar_sum": [(1000, 1000), (4000, 5000)],
    "array_sum": [(4000, 200), (20000, 1000)],
    "nested": [(500, 1000), (4000, 5000)],
    "expression": [(500, 1000), (4000, 5000)],
    "stencil": [(700, 700), (4000, 5000)],
}
TRIP_COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 262144, 1000000]
SHORT = ("short_map", "short_sum", "short_rows", "short_best", "short_counts")
# So often is a loaded kernel checked.
CHECKS = 20


def serve(package):
    """Compiles kernels and times them as the parent asks, a line each way."""
    with tempfile.TemporaryDirectory() as folder:
        if package == "c":
            return serve_kernels({"njit": in_c(folder), **{name: name for name in SIZES}})
        path = os.path.join(folder, "parallel_kernels.py")
        with open(path, "w") as file:
            file.write(KERNELS.replace("{package}", package))
        serve_kernels(runpy.run_path(path))


def in_c(folder):
    """What makes callable kernels of the names of those in C."""
    source, library = os.path.join(folder, "kernels.c"), os.path.join(folder, "kernels.so")
    with open(source, "w") as file:
        file.write(C_KERNELS)
    subprocess.run(["gcc", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", source, "-o", library, "-lm"], check=True)
    loaded = ctypes.CDLL(library)

    def decorate(parallel, error_model):
        def kernel(name):
            function = loaded[name]
            threads = os.cpu_count() if parallel else 1
            address = lambda array: ctypes.c_void_p(array.ctypes.data)
            return lambda a, out: function(address(a), address(out), ctypes.c_long(a.shape[0]), ctypes.c_long(a.shape[1]), threads)

        return kernel

    return decorate


def serve_kernels(scope):
    compiled = {}
    arrays = {}
    for line in sys.stdin:
        name, is_parallel, rows, columns, length, seconds = json.loads(line)
        if seconds is None:
            print(json.dumps(is_right(compiled[name, False], compiled[name, True], *arrays[rows, columns, length])), flush=True)
            continue
        kernel = compiled.get((name, is_parallel))
        if kernel is None:
            decorate = scope["njit"](parallel=is_parallel, error_model="numpy")
            kernel = compiled[name, is_parallel] = decorate(scope[name])
        key = (rows, columns, length)
        if key not in arrays:
            arrays.clear()
            arrays[key] = np.random.default_rng(1).random((rows, columns)), np.zeros(length)
        a, out = arrays[key]
        kernel(a, out)
        times = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 3:
            calls = 1 if rows * columns + length > 20000 else 50
            start = time.perf_counter_ns()
            for _ in range(calls):
                kernel(a, out)
            times.append((time.perf_counter_ns() - start) / calls)
        print(json.dumps([statistics.median(times), statistics.fmean(times)]), flush=True)


def is_right(serial, parallel, a, out):
    """Whether a kernel leaves on several threads what it leaves on one, but for the rounding of sums."""
    want = a.copy(), np.zeros_like(out)
    serial(*want)
    for _ in range(CHECKS):
        found = a.copy(), np.zeros_like(out)
        parallel(*found)
        if not all(np.allclose(x, y, rtol=1e-9, atol=0.0) for x, y in zip(found, want)):
            return False
    return True


class Peer:
    """A process that measures."""

    def __init__(self, name):
        package, layer = PEERS[name]
        environment = dict(os.environ)
        if layer:
            environment["NUMBA_THREADING_LAYER"] = layer
        command = [sys.executable, os.path.abspath(__file__), "--serve", package]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )

    def time(self, *question):
        """The median."""
        return self.ask(*question)[0]

    def ask(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else [math.nan, math.nan]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def burn(_):
    while True:
        pass


def speed_ups(peers, names, rounds, seconds):
    """A row for each kernel and size: time on one thread, what several gain, and how that compares."""
    rows = []
    for name in names:
        for place, size in zip(("compute", "memory"), SIZES[name], strict=True):
            if size is None:
                continue
            times = {}
            for _ in range(rounds):
                for peer in peers:
                    for is_parallel in (False, True):
                        found = peers[peer].time(name, is_parallel, *size, size[0], seconds)
                        times.setdefault((peer, is_parallel), []).append(found)
            medians = {key: statistics.median(found) for key, found in times.items()}
            rows.append({"kernel": name, "size": place, **{f"{peer}{' parallel' if on else ''}": value for (peer, on), value in medians.items()}})
    return rows


def show_speed_ups(rows, peers):
    others = [peer for peer in peers if peer != "hotloop"]
    columns = [*(f"over {peer}" for peer in others), *(f"speed-up of {peer}" for peer in others)]
    print("| kernel | size | one thread, ms | speed-up | " + " | ".join(columns) + " |")
    print("|---|---|---|---|" + "---|" * len(columns))
    ratios = {peer: [] for peer in peers}
    for row in rows:
        own = row["hotloop parallel"]
        cells = [f"{row['hotloop'] / 1e6:.3g}", f"{row['hotloop'] / own:.2f}"]
        for peer in others:
            ratio = own / row[f"{peer} parallel"]
            ratios[peer].append(ratio)
            cells.append(f"{ratio:.2f}")
        cells += [f"{row[peer] / row[f'{peer} parallel']:.2f}" for peer in others]
        print(f"| {row['kernel']} | {row['size']} | " + " | ".join(cells) + " |")
    for peer, found in ratios.items():
        known = [ratio for ratio in found if not math.isnan(ratio)]
        if known:
            print(f"geometric mean over {peer}: {math.exp(statistics.fmean(map(math.log, known))):.2f}")


def measure_load(peers, names, rounds, seconds):
    """Mean times of one thread and of several, idle and loaded, and whether the results are right: a loaded processor takes time away in slices, of which a median shows nothing."""
    rows = []

    def times(name, size):
        found = {name: [] for name in peers}
        for _ in range(rounds):
            for known, peer in peers.items():
                found[known].append([peer.ask(name, on, *size, size[0], seconds)[1] for on in (False, True)])
        return {known: [statistics.median(column) for column in zip(*pairs)] for known, pairs in found.items()}

    for name in names:
        size = SIZES[name][0]
        idle = times(name, size)
        busy = [multiprocessing.Process(target=burn, args=(0,), daemon=True) for _ in range(os.cpu_count())]
        for process in busy:
            process.start()
        loaded = times(name, size)
        right = {known: peer.ask(name, True, *size, size[0], None) for known, peer in peers.items()}
        for process in busy:
            process.terminate()
            process.join()
        rows += [{"kernel": name, "peer": known, "idle": idle[known], "loaded": loaded[known], "right": right[known]} for known in peers]
    return rows


def show_load(rows):
    print("| kernel | | idle: one thread, ms | several | loaded: one thread | several | several, loaded over idle | loaded, several over one | right |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        (one, several), (slow_one, slow_several) = row["idle"], row["loaded"]
        times = " | ".join(f"{time / 1e6:.3g}" for time in (one, several, slow_one, slow_several))
        print(f"| {row['kernel']} | {row['peer']} | {times} | {slow_several / several:.2f} | {slow_several / slow_one:.2f} | {'yes' if row['right'] is True else 'NO'} |")


def trip_counts(peer, rounds, seconds):
    """What several threads cost over one, at each number of iterations."""
    rows = []
    for name in SHORT:
        for count in TRIP_COUNTS:
            pairs = []
            for _ in range(rounds):
                serial = peer.time(name, False, 1, 10, count, seconds)
                pairs.append((serial, peer.time(name, True, 1, 10, count, seconds)))
            serial = statistics.median(pair[0] for pair in pairs)
            rows.append({"kernel": name, "count": count, "serial": serial, "ratio": statistics.median(b / a for a, b in pairs)})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kernels", default=",".join(SIZES))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--trip-counts", action="store_true")
    parser.add_argument("--plot")
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    rounds, seconds = (3, 0.05) if options.quick else (7, 0.2)
    peers = {name: Peer(name) for name in options.peers.split(",")}
    record = {}
    if options.trip_counts:
        for name, peer in peers.items():
            empty = [peer.time("nothing", on, 1, 1, 1, seconds) for on in (False, True)]
            print(f"{name}: a call without a region {empty[0]:.0f} ns, with an empty one {empty[1]:.0f} ns")
        record["trip counts"] = rows = trip_counts(peers["hotloop"], rounds, seconds / 4)
        print("| kernel | iterations | one thread, ns | several over one |\n|---|---|---|---|")
        for row in rows:
            print(f"| {row['kernel']} | {row['count']} | {row['serial']:.0f} | {row['ratio']:.2f} |")
        if options.plot:
            with open(options.plot, "w") as file:
                file.write(picture(rows))
    elif options.load:
        record["load"] = rows = measure_load(peers, options.kernels.split(","), rounds, 4 * seconds)
        show_load(rows)
    else:
        record["speed-ups"] = rows = speed_ups(peers, options.kernels.split(","), rounds, seconds)
        show_speed_ups(rows, peers)
    for peer in peers.values():
        peer.close()
    if options.json:
        with open(options.json, "w") as file:
            json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
