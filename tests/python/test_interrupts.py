"""Ctrl-C, threads and fork: what happens around a kernel while it runs."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from hotloop import njit, prange

PROGRAM = """
import os, signal, sys, threading, time
import numpy as np
from hotloop import njit, prange

@njit(nogil={nogil})
def serial(x):
    i = 0
    while x[0] == 0.0:
        i += 1
    return i

@njit(parallel=True, nogil={nogil})
def parallel(x):
    sum = 0
    for i in prange(1_000_000_000_000):
        if x[0] == 0.0:
            sum += i & 3
    return sum

kernel = {kernel}
kernel.compile("(float64[::1],)")
sent = 0.0

def send():
    global sent
    time.sleep(0.3)
    sent = time.perf_counter()
    os.kill(os.getpid(), signal.SIGINT)

{sender}
try:
    kernel(np.zeros(1))
except KeyboardInterrupt:
    arrived = time.perf_counter()
    print(arrived - float(sys.stdin.readline()) if not sent else arrived - sent)
"""

RECURSION = """
import os, signal, sys, time
from hotloop import njit

@njit("int64(int64)")
def calls(n):
    return n if n < 2 else calls(n - 1) + calls(n - 2)

{sender}
try:
    calls(90)
except KeyboardInterrupt:
    print(time.perf_counter() - float(sys.stdin.readline()))
"""

# With the GIL held no other thread of the process can send, so another process does.
FROM_OUTSIDE = """
import subprocess
code = "import os, signal, sys, time; time.sleep(0.5); print(time.perf_counter(), flush=True); os.kill(%d, signal.SIGINT)" % os.getpid()
sender = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
sys.stdin = sender.stdout
"""


@pytest.mark.parametrize("kernel", ["serial", "parallel"])
@pytest.mark.parametrize("nogil", [False, True])
def test_ctrl_c_ends_an_endless_loop(kernel, nogil):
    program = PROGRAM.format(kernel=kernel, nogil=nogil, sender=FROM_OUTSIDE)
    result = subprocess.run([sys.executable, "-c", register(program)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) < 0.1


def test_ctrl_c_ends_a_recursion_without_loops():
    program = RECURSION.format(sender=FROM_OUTSIDE)
    result = subprocess.run([sys.executable, "-c", register(program)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) < 0.1


def register(program):
    """The program, as one that registers its own text before it runs."""
    return textwrap.dedent(
        f"""
        import linecache
        text = {program!r}
        linecache.cache["<program>"] = (len(text), None, text.splitlines(True), "<program>")
        exec(compile(text, "<program>", "exec"))
        """
    )


@njit
def spin(count):
    sum = 0.0
    for i in range(count):
        sum += 1.0 / (i + 1.0)
    return sum


@njit(nogil=True)
def spin_without_gil(count):
    return spin(count)


def spins_in(seconds):
    """How many iterations take about that long."""
    count = 10_000_000
    spin(count)
    start = time.perf_counter()
    spin(count)
    return int(count * seconds / (time.perf_counter() - start))


def test_a_handler_that_raises_something_else():

    class Enough(Exception):
        pass

    def handler(number, frame):
        raise Enough("now")

    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Enough, match="now"):
            spin(10**15)
    finally:
        signal.signal(signal.SIGALRM, old)


def test_a_handler_that_calls_a_kernel_and_lets_go_on():
    count = spins_in(0.5)
    expected = spin(count)
    calls = []

    def handler(number, frame):
        calls.append(spin(3))

    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert spin(count) == expected
        assert calls == [spin(3)]
    finally:
        signal.signal(signal.SIGALRM, old)


def ticks_during(kernel, count):
    """How often another thread wakes up while a kernel runs."""
    ticks, over = [], threading.Event()

    def tick():
        while not over.wait(0.005):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    time.sleep(0.02)
    before = len(ticks)
    kernel(count)
    during = len(ticks) - before
    over.set()
    thread.join()
    return during


def test_other_threads_run_only_without_the_gil():
    spin_without_gil(1)
    count = spins_in(0.4)
    # A thread that waits for the GIL wakes up a few times around the call, not during it.
    assert ticks_during(spin, count) < 8 < ticks_during(spin_without_gil, count)


def test_many_threads_call_a_new_kernel_at_once():
    for _ in range(5):

        @njit
        def total(x):
            sum = 0.0
            for i in range(x.shape[0]):
                sum += x[i]
            return sum

        start = threading.Barrier(8)
        results, errors = [], []

        def work():
            try:
                start.wait()
                results.append(total(np.arange(1000.0)))
                results.append(total(np.arange(1000)))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not errors and results == [499500.0] * 16
        assert len(total.signatures) == 2


@njit(parallel=True)
def parallel_sum(x):
    sum = 0.0
    for i in prange(x.shape[0]):
        sum += x[i]
    return sum


def test_parallel_kernels_work_in_a_forked_child():
    x = np.arange(100_000.0)
    expected = parallel_sum(x)
    for _ in range(10):
        child = os.fork()
        if child == 0:
            os._exit(0 if parallel_sum(x) == expected else 1)
        _, status = os.waitpid(child, 0)
        assert status == 0
    assert parallel_sum(x) == expected


def test_exit_while_a_kernel_runs_without_the_gil():
    program = register(
        """
import threading, time
import numpy as np
from hotloop import njit

@njit(nogil=True)
def wait(x):
    i = 0
    while x[0] == 0.0:
        i += 1
    return i

wait.compile("(float64[::1],)")
threading.Thread(target=wait, args=(np.zeros(1),), daemon=True).start()
time.sleep(0.1)
"""
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
