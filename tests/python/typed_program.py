"""A program for type checkers: what is wrong here has to be found, and nothing else. See `test_typing.py`."""

import numpy as np
from numpy.typing import NDArray

import hotloop
from hotloop import float64, guvectorize, jit, njit, prange, stencil, types, vectorize


@njit
def weighted(x: NDArray[np.float64], factor: float = 2.0) -> float:
    return float(x.sum()) * factor


@njit(parallel=True, cache=True, fastmath={"reassoc", "contract"})
def summed(x: NDArray[np.float64]) -> float:
    total = 0.0
    for i in prange(x.shape[0]):
        total += x[i]
    return total


@njit("float64(float64, float64)", error_model="numpy")
def divided(a: float, b: float) -> float:
    return a / b


@jit(float64(float64), nopython=True)
def same(a: float) -> float:
    return a


class Model:
    @njit
    def method(self, a: int) -> int:
        return a


@vectorize(["float64(float64)"], target="parallel")
def root(a: float) -> float:
    return a**0.5


@guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")
def copied(a: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    out[:] = a


@stencil
def mean(a: NDArray[np.float64]) -> float:
    return 0.5 * (a[-1] + a[1])


ones = np.ones(3)
reveal_type(weighted(ones))  # reveals: float
reveal_type(weighted.py_func)  # reveals: def (x: numpy.ndarray[tuple[Any, ...], numpy.dtype[numpy.float64]], factor: float =) -> float
summed(ones, 3)  # error
weighted(ones, factor="2")  # error
weighted(ones, scale=2.0)  # error
reveal_type(divided(1, 2))  # reveals: float
reveal_type(same(1.0))  # reveals: float
reveal_type(Model().method(1))  # reveals: int
Model().method("1")  # error
reveal_type(root)  # reveals: numpy.ufunc
reveal_type(weighted.stats.calls)  # reveals: int
weighted.no_such_method()  # error
njit(parallel="yes")  # error
njit(error_model="c")  # error
hotloop.set_num_threads("two")  # error
kind: types.Type = float64
