"""Kernels in other processes and on other threads: pickled, forked, spawned, called at once.

`HOTLOOP_PROCESS_ROUNDS` sets how many functions are called by many threads at once, `HOTLOOP_PROCESS_CHILDREN` how many children are forked, and `HOTLOOP_PROCESS_CALLS` how many calls
are made in search of leaks.
"""

import concurrent.futures
import gc
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from hotloop import _hotloop, njit, prange

ROUNDS = int(os.environ.get("HOTLOOP_PROCESS_ROUNDS", "40"))
CHILDREN = int(os.environ.get("HOTLOOP_PROCESS_CHILDREN", "20"))
CALLS = int(os.environ.get("HOTLOOP_PROCESS_CALLS", "100000"))
TABLE = np.array([1.0, 10.0, 100.0])


@njit
def weighted(x, factor=2.0):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * TABLE[i % 3]
    return total * factor


@njit(cache=True)
def kept(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * TABLE[i % 3]
    return total


@njit(parallel=True)
def in_parallel(x):
    total = 0.0
    for i in prange(x.shape[0]):
        total += np.sqrt(x[i])
    return total


def call(kernel, numbers):
    """What the kernel gives, in which process, and how often the process has compiled it so far, or found it in the cache."""
    value = kernel(numbers)
    return value, os.getpid(), kernel.stats.cache_misses, kernel.stats.cache_hits


def forked(function, arguments):
    with concurrent.futures.ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(pool.map(function, *zip(*arguments), timeout=300))


def spawned(function, arguments):
    with concurrent.futures.ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(function, *zip(*arguments), timeout=300))


def by_joblib(function, arguments):
    joblib = pytest.importorskip("joblib", reason="joblib is not installed")
    return joblib.Parallel(n_jobs=4, backend="loky")(joblib.delayed(function)(*each) for each in arguments)


def by_dask(function, arguments):
    distributed = pytest.importorskip("distributed", reason="Dask's distributed is not installed")
    with (
        distributed.LocalCluster(n_workers=4, threads_per_worker=2, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        return client.gather([client.submit(function, *each, pure=False) for each in arguments])


POOLS = [forked, spawned, by_joblib, by_dask]


@pytest.mark.parametrize("run", POOLS)
def test_a_process_compiles_once(run):
    arrays = [np.full(5, float(k)) for k in range(24)]
    results = run(call, [(weighted, array) for array in arrays])
    assert [value for value, *_ in results] == [weighted.py_func(array) for array in arrays]
    assert os.getpid() not in {process for _, process, *_ in results}
    assert max(misses for _, _, misses, _ in results) == 1


@pytest.mark.parametrize("run", POOLS)
def test_no_process_compiles_what_is_in_the_shared_cache(run):
    kept(np.ones(2))
    before = kept.stats
    arrays = [np.full(5, float(k)) for k in range(24)]
    results = run(call, [(kept, array) for array in arrays])
    assert [value for value, *_ in results] == [kept.py_func(array) for array in arrays]
    if run is forked:
        # A forked child has the code of its parent.
        assert {facts[2:] for facts in results} == {before[1:][::-1]}
    else:
        assert {facts[2:] for facts in results} == {(0, 1)}


def make_closure(scale):
    @njit
    def scaled(x):
        return x * scale + TABLE[1]

    return scaled


PROGRAM = """
import pickle, sys
kernel = pickle.load(open(sys.argv[1], "rb"))
print(kernel(2.0), kernel.stats.cache_misses)
"""


def in_a_new_process(kernel, folder):
    """What a new process makes of a pickled kernel, called with 2.0."""
    cloudpickle = pytest.importorskip("cloudpickle", reason="cloudpickle is not installed")
    (folder / "kernel").write_bytes(cloudpickle.dumps(kernel))
    run = subprocess.run([sys.executable, "-c", PROGRAM, folder / "kernel"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_closures_are_pickled_with_what_they_captured(tmp_path):
    cloudpickle = pytest.importorskip("cloudpickle", reason="cloudpickle is not installed")
    cloudpickle.register_pickle_by_value(sys.modules[make_closure.__module__])
    try:
        assert in_a_new_process(make_closure(3.0), tmp_path) == ["16.0", "1"]
        assert in_a_new_process(make_closure(4.0), tmp_path) == ["18.0", "1"]
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[make_closure.__module__])


def test_pickles_carry_the_text_of_functions(tmp_path):
    """The process that reads them has no file of that name, or another one."""
    cloudpickle = pytest.importorskip("cloudpickle", reason="cloudpickle is not installed")
    file = tmp_path / "program.py"
    names = {"__name__": "__main__"}
    file.write_text("from hotloop import njit\n\n@njit\ndef f(x):\n    return x + 40\n")
    exec(compile(file.read_text(), str(file), "exec"), names)
    assert names["f"](2.0) == 42.0
    here = cloudpickle.dumps(names["f"])
    file.write_text("# Another text.\nfrom hotloop import njit\n\n@njit\ndef f(x):\n    return x + 50\n")
    assert pickle.loads(here)(2.0) == 42.0
    file.write_text("from hotloop import njit\n\n@njit\ndef f(x):\n    return x + 40\n")
    f = pickle.loads(here)
    file.unlink()
    # The text was read before the file went.
    assert in_a_new_process(f, tmp_path)[0] == "42.0"


def test_threads():
    numbers = np.arange(1000.0)
    expected = weighted(numbers)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(weighted, [numbers] * 200)) == {expected}


def test_threads_compile_once():
    for _ in range(ROUNDS):
        made = njit(lambda x: x * 2 + TABLE.shape[0] - 2)
        start, results = threading.Barrier(16), []

        def work(made=made, start=start, results=results):
            start.wait()
            results.append(made(20))

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [41] * 16
        assert made.stats.cache_misses == 1 and len(made.signatures) == 1


def test_forked_children_run_parallel_code():
    numbers = np.arange(200000.0)
    expected = in_parallel(numbers)
    for _ in range(CHILDREN):
        child = os.fork()
        if child == 0:
            os._exit(0 if in_parallel(numbers) == expected else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_a_shared_cache_is_filled_once(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import numpy as np\nfrom hotloop import njit\n@njit(cache=True)\ndef f(x):\n    return x.sum()\nprint(f(np.arange(4.0)), f.stats.cache_hits, f.stats.cache_misses)\n"
    )
    environment = {**os.environ, "HOTLOOP_CACHE_DIR": str(tmp_path / "cache")}
    run = lambda: subprocess.run([sys.executable, program], capture_output=True, text=True, env=environment, check=True).stdout.split()
    assert run() == ["6.0", "0", "1"]
    assert [run() for _ in range(3)] == [["6.0", "1", "0"]] * 3


@njit
def checked(x, i):
    copy = x + 1.0
    if i % 3 == 0:
        raise ValueError("a third", i)
    return copy


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="this system does not tell how much memory a process has")
def test_calls_that_raise_leave_no_memory_behind():
    numbers = np.arange(50.0)

    def run(count):
        raised = 0
        for i in range(count):
            try:
                checked(numbers, i)
            except ValueError:
                raised += 1
        gc.collect()
        return raised

    run(20_000)
    before = _hotloop.live_allocations(), resident_bytes()
    assert run(CALLS) == -(-CALLS // 3)
    assert _hotloop.live_allocations() == before[0]
    assert resident_bytes() - before[1] < 1 << 20
