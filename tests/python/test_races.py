"""`HOTLOOP_RACE_CHECK=1`: iterations of a parallel loop that use one element are named, from Python and over Python's own arrays."""

import os
import subprocess
import sys
import textwrap

PROGRAM = """
import numpy as np
import hotloop
from hotloop import get_num_threads, get_thread_id, njit, prange


@njit(parallel=True)
def shifted(x, y):
    for i in prange(x.shape[0] - 1):
        y[i] = x[i + 1]
    return y


@njit(parallel=True)
def by_thread(x):
    part = np.zeros(get_num_threads())
    for i in prange(x.shape[0]):
        part[get_thread_id()] += x[i]
    return part.sum()


@njit(parallel=True)
def counted(x):
    counts = np.zeros(4)
    for i in prange(x.shape[0]):
        counts[i % 4] += x[i]
    return counts


@njit(parallel=True)
def raising(x):
    for i in prange(x.shape[0]):
        x[0] = i
        if i == 7:
            raise ValueError("seven")


@njit(parallel=True)
def passed_on(x):
    for i in prange(x.shape[0]):
        yielded = np.sort(x[:2])
        x[i] = yielded[0]
"""


def run(body, race_check="1"):
    text = PROGRAM + textwrap.dedent(body)
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"hotloop_races_{os.getpid()}.py")
    with open(path, "w") as file:
        file.write(text)
    try:
        environment = {**os.environ, "HOTLOOP_RACE_CHECK": race_check}
        done = subprocess.run([sys.executable, path], env=environment, capture_output=True, text=True, timeout=120)
    finally:
        os.remove(path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_arrays_that_are_the_same_memory_conflict():
    body = """
    x = np.arange(10.0)
    print(shifted(x, np.empty(10))[:9].sum())
    try:
        shifted(x, x)
    except hotloop.errors.RaceError as error:
        print(error)
    """
    clean, message = run(body).split("\n", 1)
    assert clean == "45.0"
    assert message.startswith("error[HL0345]: iteration 1 of a parallel loop writes the same element that iteration 0 reads")
    assert "element [1]" in message and "for i in prange(x.shape[0] - 1):" in message and "y[i] = x[i + 1]" in message


def test_what_threads_and_chunks_have_for_themselves_does_not():
    assert run("print(by_thread(np.ones(1000)), counted(np.ones(1000)))") == "1000.0 [250. 250. 250. 250.]\n"


def test_a_race_counts_more_than_what_the_kernel_raises():
    body = """
    for x in (np.zeros(10), np.zeros(1)):
        try:
            raising(x)
            print("nothing")
        except hotloop.errors.RaceError as error:
            print(str(error).splitlines()[0])
    """
    assert run(body) == "error[HL0345]: iterations 0 and 1 of a parallel loop write the same element\nnothing\n"


def test_functions_of_the_library_count_where_they_are_called():
    body = """
    try:
        passed_on(np.arange(5.0))
    except hotloop.errors.RaceError as error:
        print(error)
    """
    message = run(body)
    assert message.startswith("error[HL0345]: iteration 0 of a parallel loop writes")
    assert "np.sort(x[:2])" in message


def test_without_it_nothing_is_looked_for():
    assert run("print(shifted(np.arange(3.0), np.empty(3))[0]); raising(np.zeros(3)); x = np.arange(3.0); shifted(x, x)", "0") == "1.0\n"
