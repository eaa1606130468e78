"""Functions that the interpreter runs: because the decorator says so, or because it allows it and they cannot be compiled."""

import pickle
import warnings

import numpy as np
import pytest

from hotloop import errors, int64, jit, njit, types


@jit(forceobj=True)
def described(x, *, unit="m"):
    """Describes."""
    return {"value": x, "unit": unit}


@jit(nopython=False)
def compiled(x):
    return x * 2


@jit(nopython=False)
def interpreted(x):
    return {"value": x}


def test_the_interpreter_runs_it():
    assert described(3) == {"value": 3, "unit": "m"}
    assert described(2**70, unit="s") == {"value": 2**70, "unit": "s"}
    assert described.__name__ == "described" and described.__doc__ == "Describes."
    assert described.nopython_signatures == [] and len(described.signatures) == len(described.overloads) == 2
    assert described.targetoptions == {"forceobj": True}
    assert pickle.loads(pickle.dumps(described)) is described


def test_declared_signatures_are_noted():
    noted = jit("int64(int64)", forceobj=True)(lambda x: [x])
    assert noted.signatures == [(int64,)] and noted(3) == [3] and noted("a") == ["a"]


def test_what_can_be_compiled_is():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compiled(4) == 8
    assert compiled.nopython_signatures == [int64(int64)]


def test_what_cannot_is_run_after_one_warning():
    with pytest.warns(errors.ObjectModeWarning, match="HL03") as caught:
        assert interpreted(1) == {"value": 1}
        assert interpreted(2) == {"value": 2}
    assert len(caught) == 1 and caught[0].filename == __file__
    assert interpreted.nopython_signatures == [] and len(interpreted.signatures) == 1


def test_exceptions_of_the_function_are_no_reason_to_run_it_again():
    calls = np.zeros(1, np.int64)

    @jit(nopython=False)
    def failing(calls):
        calls[0] += 1
        raise ValueError("once")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="once"):
            failing(calls)
    assert calls[0] == 1


def test_arguments_that_no_kernel_takes():
    with pytest.warns(errors.ObjectModeWarning):
        assert jit(nopython=False)(lambda items: len(items))({1: 2}) == 1


def test_without_permission_there_is_none():
    with pytest.raises(errors.UnsupportedError):
        njit(lambda x: {"value": x})(1)


def test_methods():
    class Holder:
        factor = 3

        @jit(forceobj=True)
        def scaled(self, x):
            return self.factor * x

    assert Holder().scaled(4) == 12


def test_signatures_may_name_any_type():
    length = jit("int64(pyobject)", forceobj=True)(lambda items: len(items))
    assert length([1, 2]) == 2
    assert length.stats == (None, 0, 0)
    assert length.signatures == [(types.pyobject,)] and length.overloads[length.signatures[0]].objectmode
    sliced = jit((types.pyobject, types.int64), forceobj=True)(lambda text, n: text[:n])
    assert sliced("hotloop", 3) == "hot" and sliced.signatures == [(types.pyobject, types.int64)]
