"""`numpy.random` in kernels: by whatever name, with a state of its own."""

import subprocess
import sys

import numpy as np
import numpy.random
import numpy.random as nr
from numpy.random import rand, seed

from hotloop import njit


@njit
def drawn(start, n):
    seed(start)
    return rand(), nr.randn(), numpy.random.randint(0, n, 3), np.random.normal(1.0, 2.0, (2, 2))


@njit
def go_on():
    return np.random.random()


def test_functions_are_known_by_all_their_names():
    found = drawn(42, 10)
    np.random.seed(42)
    expected = np.random.rand(), np.random.randn(), np.random.randint(0, 10, 3), np.random.normal(1.0, 2.0, (2, 2))
    assert found[:2] == expected[:2]
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(found[2:], expected[2:]))


def test_the_state_is_neither_numpys_nor_lost_between_calls():
    np.random.seed(7)
    expected = np.random.random(), np.random.random(), np.random.random()
    np.random.seed(7)
    drawn(7, 5)
    assert np.random.random() == expected[0]

    @njit
    def begin(start):
        np.random.seed(start)
        return np.random.random()

    assert (begin(7), go_on(), go_on()) == expected


def test_numpy_loads_the_module_only_for_those_who_use_it(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    subprocess.run([sys.executable, program], check=True)


PROGRAM = """
import sys
import numpy as np
from hotloop import njit

@njit
def root(x):
    return np.sqrt(x)

before = "numpy.random" in sys.modules
assert root(4.0) == 2.0
assert ("numpy.random" in sys.modules) == before
"""
