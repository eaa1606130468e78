"""Products of matrices: by the BLAS that NumPy uses where the package finds it, by Hotloop's own library otherwise; within NumPy's rounding either way."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hotloop import njit

SIZES = [(1, 1, 1), (1, 5, 1), (2, 3, 4), (4, 4, 4), (17, 1, 9), (8, 70, 3), (30, 7, 55), (65, 64, 63)]
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]


@njit
def product(a, b):
    return a @ b


def numbers(shape, dtype, seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape)
    if np.issubdtype(dtype, np.complexfloating):
        values = values + 1j * rng.standard_normal(shape)
    return values.astype(dtype)


def layouts(a):
    """The matrix as it is, and in memory of other arrangements: Fortran's, with gaps, reversed, as part of a larger one, and read-only."""
    wide = np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)
    frozen = a.copy()
    frozen.flags.writeable = False
    rows, columns = a.shape
    return [a, np.asfortranarray(a), wide[::2, ::2], a[::-1].copy()[::-1], a[:, ::-1].copy()[:, ::-1], np.vstack([a, a])[:rows], np.hstack([a, a])[:, :columns], np.hstack([a.T, a.T])[:, :rows].T, frozen]


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_all_arrangements(sizes, dtype):
    rows, inner, columns = sizes
    a, b = numbers((rows, inner), dtype, 1), numbers((inner, columns), dtype, 2)
    exact = a.astype(np.clongdouble) @ b.astype(np.clongdouble)
    bound = 4 * (inner + 2) * np.finfo(dtype).eps * (np.abs(a).astype(np.longdouble) @ np.abs(b).astype(np.longdouble))
    for left in layouts(a):
        for right in layouts(b):
            result = product(left, right)
            assert result.dtype == dtype and result.shape == (rows, columns) and result.flags.c_contiguous
            assert (np.abs(result - exact) <= bound).all()


def test_repeated_rows_and_nothing():
    row = np.arange(8.0)
    repeated = np.broadcast_to(row, (8, 8))
    assert (product(repeated, repeated) == repeated @ repeated).all()
    for sizes in ((0, 8, 8), (8, 0, 8), (8, 8, 0)):
        a, b = np.ones(sizes[:2]), np.ones(sizes[1:])
        assert (product(a, b) == a @ b).all() and product(a, b).shape == (sizes[0], sizes[2])


def test_several_threads_at_once():
    a, b = numbers((60, 60), np.float64, 3), numbers((60, 60), np.float64, 4)
    expected = product(a, b)
    wrong = []

    def run():
        for _ in range(50):
            if not (product(a, b) == expected).all():
                wrong.append(1)

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong


@pytest.mark.parametrize("setting", ["0", "1", "scipy"])
def test_each_library(setting, tmp_path):
    """Another process, since the library is chosen once: integers are exact in every order of the sums."""
    program = (
        "import numpy as np\n"
        f"if {setting == 'scipy'}:\n"
        "    import scipy.linalg.cython_blas\n"
        "import hotloop\n"
        "@hotloop.njit\n"
        "def product(a, b):\n"
        "    return a @ b\n"
        "for dtype in (np.float32, np.float64, np.complex64, np.complex128):\n"
        "    a = (np.arange(35 * 20) % 11 - 5).reshape(35, 20).astype(dtype)\n"
        "    b = (np.arange(20 * 50) % 7 - 3).reshape(20, 50).astype(dtype)\n"
        "    assert (product(a, b) == a @ b).all()\n"
        "    assert (product(b.T, a.T) == b.T @ a.T).all()\n"
    )
    if setting == "scipy":
        pytest.importorskip("scipy")
    environment = {**os.environ, "HOTLOOP_BLAS": setting}
    path = tmp_path / "program.py"
    path.write_text(program)
    outcome = subprocess.run([sys.executable, path], env=environment, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
