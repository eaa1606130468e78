"""Loops on several threads: how much faster than on one, beside Numba on its two pools of threads, and from how many iterations on they are never slower.

    python benches/parallel.py [--quick] [--kernels NAME,..] [--trip-counts] [--load] [--json FILE]

Every peer runs in a process of its own, since Numba cannot change its pool; the processes measure in turns, on the same data. Times are medians of rounds in nanoseconds of wall
time. `--trip-counts` compares small loops with the same loops on one thread, from 1 to a million iterations, and prints what a region without work costs. `--load` keeps all
processors busy with other processes meanwhile.
"""

import argparse
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

PEERS = {"hotloop": ("hotloop", None), "numba-omp": ("numba", "omp"), "numba-workqueue": ("numba", "workqueue")}

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
SHORT = ("short_map", "short_sum", "short_rows")


def serve(package):
    """Compiles kernels and times them as the parent asks, a line each way."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "parallel_kernels.py")
        with open(path, "w") as file:
            file.write(KERNELS.replace("{package}", package))
        serve_kernels(runpy.run_path(path))


def serve_kernels(scope):
    compiled = {}
    arrays = {}
    for line in sys.stdin:
        name, is_parallel, rows, columns, length, seconds = json.loads(line)
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
        print(json.dumps(statistics.median(times)), flush=True)


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
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else math.nan

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
    print("| kernel | size | one thread, ms | speed-up | " + " | ".join(f"over {peer}" for peer in peers if peer != "hotloop") + " |")
    print("|---|---|---|---|" + "---|" * (len(peers) - 1))
    ratios = {peer: [] for peer in peers}
    for row in rows:
        own = row["hotloop parallel"]
        cells = [f"{row['hotloop'] / 1e6:.3g}", f"{row['hotloop'] / own:.2f}"]
        for peer in peers:
            if peer != "hotloop":
                ratio = own / row[f"{peer} parallel"]
                ratios[peer].append(ratio)
                cells.append(f"{ratio:.2f}")
        print(f"| {row['kernel']} | {row['size']} | " + " | ".join(cells) + " |")
    for peer, found in ratios.items():
        known = [ratio for ratio in found if not math.isnan(ratio)]
        if known:
            print(f"geometric mean over {peer}: {math.exp(statistics.fmean(map(math.log, known))):.2f}")


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
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    rounds, seconds = (3, 0.05) if options.quick else (7, 0.2)
    peers = {name: Peer(name) for name in options.peers.split(",")}
    busy = [multiprocessing.Process(target=burn, args=(0,), daemon=True) for _ in range(os.cpu_count() if options.load else 0)]
    for process in busy:
        process.start()
    record = {}
    if options.trip_counts:
        for name, peer in peers.items():
            empty = [peer.time("nothing", on, 1, 1, 1, seconds) for on in (False, True)]
            print(f"{name}: a call without a region {empty[0]:.0f} ns, with an empty one {empty[1]:.0f} ns")
        record["trip counts"] = rows = trip_counts(peers["hotloop"], rounds, seconds / 4)
        print("| kernel | iterations | one thread, ns | several over one |\n|---|---|---|---|")
        for row in rows:
            print(f"| {row['kernel']} | {row['count']} | {row['serial']:.0f} | {row['ratio']:.2f} |")
    else:
        record["speed-ups"] = rows = speed_ups(peers, options.kernels.split(","), rounds, seconds)
        show_speed_ups(rows, peers)
    for process in busy:
        process.terminate()
    for peer in peers.values():
        peer.close()
    if options.json:
        with open(options.json, "w") as file:
            json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
