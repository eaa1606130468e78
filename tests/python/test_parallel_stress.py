"""Parallel loops where processes fork, end, and call from many threads: no signal, no hang, no wrong result.

`HOTLOOP_PARALLEL_CHILDREN` and `HOTLOOP_PARALLEL_EXITS` set how many children are forked and how many interpreters end within a region.
"""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from hotloop import njit, prange

CHILDREN = int(os.environ.get("HOTLOOP_PARALLEL_CHILDREN", "20"))
EXITS = int(os.environ.get("HOTLOOP_PARALLEL_EXITS", "20"))
HOSTS = 8


@njit(parallel=True, nogil=True)
def total(n, work):
    result = 0
    for i in prange(n):
        part = 0
        for j in range(work):
            part += (i * j) & 7
        result += part
    return result


@njit(parallel=True, nogil=True)
def failing(n, first):
    out = np.zeros(n)
    for i in prange(n):
        row = np.zeros(100)
        for j in prange(100):
            row[j] = i * j
        if i >= first:
            raise IndexError("iteration", i)
        out[i] = row.sum()
    return out


def expected(n, work):
    return int(((np.arange(n)[:, None] * np.arange(work)) & 7).sum())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forked_children_have_threads_of_their_own():
    want = expected(2000, 200)
    assert total(2000, 200) == want
    for number in range(CHILDREN):
        child = os.fork()
        if child == 0:
            # A child must not go on with the tests, whatever happens.
            try:
                right = total(2000, 200) == want
                try:
                    failing(500, number)
                except IndexError as error:
                    right &= error.args == ("iteration", number)
                os._exit(0 if right else 1)
            except BaseException:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        assert status == 0, f"child {number}: {status}"
    assert total(2000, 200) == want


def test_many_threads_call_at_once():
    want = expected(3000, 100)
    wrong = []

    def call(host):
        for number in range(30):
            if total(3000, 100) != want:
                wrong.append((host, number))
            try:
                failing(300, number + host)
                wrong.append((host, number, "no error"))
            except IndexError as error:
                if error.args != ("iteration", number + host):
                    wrong.append((host, number, error.args))

    threads = [threading.Thread(target=call, args=(host,)) for host in range(HOSTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
        assert not thread.is_alive()
    assert wrong == []


ENDING = """
import sys, threading, time
from hotloop import njit, prange

@njit("int64(int64, int64)", parallel=True, nogil=True)
def total(n, work):
    result = 0
    for i in prange(n):
        part = 0
        for j in range(work):
            part += (i * j) & 7
        result += part
    return result

for _ in range({threads}):
    threading.Thread(target=total, args=(1 << 40, 1000), daemon=True).start()
time.sleep({delay})
{end}
"""


def test_an_interpreter_may_end_while_workers_run(tmp_path):
    ends = ["sys.exit(3)", "import os; os._exit(3)", "raise SystemExit(3)", "threading.stack_size(); sys.exit(3)"]
    for number in range(EXITS):
        program = tmp_path / "ending.py"
        delay = 0.001 * (number % 40)
        program.write_text(ENDING.format(threads=1 + number % 3, delay=delay, end=ends[number % len(ends)]))
        ended = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120)
        assert ended.returncode == 3, f"{number}: {ended.returncode}\n{ended.stderr}"
