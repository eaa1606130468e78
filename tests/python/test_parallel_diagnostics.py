"""What is said of parallel loops: which are shared out, what an iteration takes, what iterations may share, and that nothing is parallel."""

import warnings

import numpy as np
import pytest

from hotloop import errors, njit, prange


@njit(parallel=True)
def rows(a, keys):
    out = np.zeros(a.shape[0])
    total = 0.0
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            out[i] += a[i, j]
        total += a[i, 0]
    for i in prange(a.shape[0]):
        out[keys[i]] = a[i, 0]
    return out, total


@njit(parallel=True)
def in_vain(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i]
    return total


@njit
def serial(x):
    total = 0.0
    for i in prange(x.shape[0]):
        total += x[i]
    return total


def said(capsys, kernel, **options):
    kernel.parallel_diagnostics(**options)
    return capsys.readouterr().out


def test_loops_are_listed_with_what_becomes_of_them(capsys):
    rows(np.ones((4, 3)), np.arange(4))
    first = said(capsys, rows)
    assert first.startswith("rows: 2 of 3 loops are shared out among threads\n")
    assert first.count("    shared out among threads") == 2
    assert "in order, within an iteration of the loop in line" in first
    assert "grain" not in first
    second = said(capsys, rows, level=2)
    assert "grain: an iteration takes about" in second and "reductions are made in up to 64 chunks" in second
    assert second.count("elements are written here that iterations may share") == 1
    assert "one by one" in said(capsys, rows, level=3) or "in vectors" in said(capsys, rows, level=3)
    assert said(capsys, rows, level=4) == f"{rows.loop_report()}\n"
    with pytest.raises(ValueError, match="level must be from 1 to 4, not 5"):
        rows.parallel_diagnostics(level=5)


def test_only_what_may_be_shared_is_told():
    rows(np.ones((4, 3)), np.arange(4))
    shared = [facts.shared for facts in rows.loop_report()]
    assert [len(one) for one in shared] == [0, 0, 1]
    assert shared[2][0][0] == "written"


def test_a_function_without_the_option_says_so(capsys):
    serial(np.ones(3))
    assert "in order: the function has no `parallel=True`" in said(capsys, serial)


def test_nothing_parallel_is_warned_of_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        in_vain(np.ones(3))
        in_vain(np.ones(4))
        rows(np.ones((2, 2), np.float32), np.arange(2))
        serial(np.ones(3, np.float32))
    assert [one.category for one in caught] == [errors.NumbaPerformanceWarning]
    assert "`in_vain` has `parallel=True`, but nothing in it runs in parallel" in str(caught[0].message)
    assert "test_parallel_diagnostics.py:" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_functions_of_numpy_that_share_their_work_are_told(capsys):
    @njit(parallel=True)
    def extreme(x):
        return x.max()

    @njit
    def extreme_in_order(x):
        return x.max()

    x = np.arange(5.0)
    assert extreme(x) == extreme_in_order(x) == 4.0
    assert extreme.loop_report().library == ["numpy.max"] and extreme_in_order.loop_report().library == []
    assert "numpy.max shares its work among threads" in said(capsys, extreme)
    (form,), (other,) = extreme.inspect_llvm().values(), extreme_in_order.inspect_llvm().values()
    assert "@do_scheduling numpy.max" in form and "@do_scheduling" not in other


def test_the_middle_form_says_what_is_shared_out(capsys):
    rows(np.ones((2, 3)), np.array([1, 0]))
    serial(np.ones(3))
    form, other = rows.inspect_llvm(rows.signatures[0]), serial.inspect_llvm(serial.signatures[0])
    lines = [line for line in form.splitlines() if line.startswith("; @do_scheduling")]
    assert [line.rpartition("  ")[2] for line in lines][:1] == ["for i in prange(a.shape[0]):"]
    assert "@do_scheduling" not in other
    diagnostics = rows.get_metadata(rows.signatures[0])["parfor_diagnostics"]
    assert diagnostics.count_parfors() == len(lines)
    diagnostics.dump()
    assert capsys.readouterr().out == said(capsys, rows, signature=rows.signatures[0])


def test_the_middle_form_says_where_lists_are_made():
    @njit
    def collected(n):
        return [i for i in range(n)]

    collected(3)
    (form,) = collected.inspect_llvm().values()
    assert form.startswith("; allocate list: 1 times")
