"""What a kernel tells of itself: how often it was called, how long its code took to make, and how long calls take."""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pytest

from hotloop import float64, int64, njit


@njit
def summed(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sqrt(x[i])
    return total


def test_calls_are_counted():
    double = njit(lambda x: 2 * x)
    assert double.stats.calls == 0
    for number in range(7):
        double(number)
    double(x=0.5)
    with pytest.raises(TypeError):
        double()
    with pytest.raises(TypeError):
        double(object())
    assert double.stats.calls == 8


def test_compile_times_are_kept_by_signature():
    double = njit(lambda x: 2 * x)
    double(1)
    double(0.5)
    double(2)
    times = double.stats.compile_times
    assert set(times) == {(int64,), (float64,)}
    assert all(0 < seconds < 60 for seconds in times.values())
    assert (double.stats.cache_hits, double.stats.cache_misses) == (0, 2)
    assert tuple(double.stats) == (None, 0, 2)


def test_latencies_are_measured_where_that_is_asked_for():
    numbers = np.ones(200_000)
    summed(numbers)
    assert summed.stats.latency is None
    summed.record_latency()
    assert summed.stats.latency.count == 0
    own = []
    for _ in range(100):
        begin = time.perf_counter_ns()
        summed(numbers)
        own.append(time.perf_counter_ns() - begin)
    latency = summed.stats.latency
    assert latency.count == 100
    assert latency.p50_ns <= latency.p90_ns <= latency.p99_ns <= latency.p999_ns <= latency.longest_ns
    assert 0.8 * min(own) < latency.p50_ns < 1.2 * statistics.median(own)
    assert latency.longest_ns < 1.2 * max(own)
    summed.record_latency(False)
    summed(numbers)
    assert summed.stats.latency is None


def test_calls_that_raise_are_measured_too():
    first = njit(lambda x: x[0])
    assert first(np.ones(1)) == 1.0
    first.record_latency()
    for _ in range(10):
        with pytest.raises(IndexError):
            first(np.ones(0))
    assert first.stats.latency.count == 10


def test_the_environment_asks_for_latencies(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("from hotloop import njit\n@njit\ndef f(x):\n    return x\nf(1); f(2)\nprint(f.stats.latency.count)\n")
    run = subprocess.run([sys.executable, program], capture_output=True, text=True, env={**os.environ, "HOTLOOP_LATENCY": "1"}, check=True)
    assert run.stdout.split() == ["2"]
