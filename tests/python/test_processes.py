"""Kernels in other processes and on other threads: pickled, forked, spawned, called at once."""

import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from hotloop import njit, prange

TABLE = np.array([1.0, 10.0, 100.0])


@njit
def weighted(x, factor=2.0):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * TABLE[i % 3]
    return total * factor


@njit(parallel=True)
def in_parallel(x):
    total = 0.0
    for i in prange(x.shape[0]):
        total += np.sqrt(x[i])
    return total


def call(numbers):
    return weighted(numbers), os.getpid()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(method):
    arrays = [np.full(5, float(k)) for k in range(8)]
    expected = [weighted(array) for array in arrays]
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert list(pool.map(weighted, arrays, timeout=120)) == expected
        assert [value for value, _ in pool.map(call, arrays, timeout=120)] == expected


def test_threads():
    numbers = np.arange(1000.0)
    expected = weighted(numbers)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(weighted, [numbers] * 200)) == {expected}


def test_threads_compile_once():
    for _ in range(20):
        made = njit(lambda x: x * 2 + 1)
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
        assert made.stats.cache_misses <= 1 and len(made.signatures) == 1


def test_forked_children_run_parallel_code():
    numbers = np.arange(200000.0)
    expected = in_parallel(numbers)
    for _ in range(10):
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
