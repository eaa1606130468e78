"""The kernels of `benches/kernels` give what their C twins give, and what the benchmarks say about a record is what stands in it."""

import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

BENCHES = Path(__file__).resolve().parents[2] / "benches"
sys.path.insert(0, str(BENCHES))

import kernel_peers
import kernel_picture
import kernel_results
import kernel_tables
import kernels as runner
import machine

KERNELS = runner.kernels_of(BENCHES / "kernels")


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.spec.name)
def test_a_kernel_gives_what_its_twin_gives(kernel, tmp_path):
    spec = kernel.spec
    arguments = spec.make(np.random.default_rng(3), **spec.sizes["L1"])
    copies = lambda: [argument.copy() if at in spec.outs else argument for at, argument in enumerate(arguments)]
    names = ["hotloop", "hotloop-unchecked"] + ["hotloop-fast"] * spec.fp
    twin = kernel_results.outcome(spec, kernel_peers.PEERS["c"].build(kernel, copies(), tmp_path).call, arguments)
    for name in names:
        built = kernel_peers.PEERS[name].build(kernel, copies(), tmp_path)
        found = kernel_results.outcome(spec, built.call, arguments)
        assert kernel_results.differs(spec, found, twin, is_fast="fast" in name) is None, name
        if built.compile_ms:
            built.many(3, arguments)()


def test_every_kernel_has_a_spec_and_a_twin():
    files = {path.stem for path in (BENCHES / "kernels").glob("*.py")} - {"specs"}
    assert {kernel.spec.name for kernel in KERNELS} == files == {path.stem for path in (BENCHES / "kernels").glob("*.c")}
    assert len(files) >= 20


def record():
    """One kernel, which takes Hotloop twice and Numba half of gcc's time."""
    ns = {"c": {"p50": 100.0, "min": 90.0, "p95": 110.0}, "numba": {"p50": 50.0, "min": 45.0, "p95": 60.0}, "hotloop": {"p50": 200.0, "min": 180.0, "p95": 220.0}}
    entry = {"compile_ms": {"hotloop": [3.0, 2.0, 2.5], "c": [40.0]}, "wrong": {}, "sizes": {"L1": {"elements": 10, "ns": ns}}}
    meta = {"cores": 2, "cpu": "a processor <fast>", "family": 6, "model": 7, "flags": ["avx2"], "caches": {"L1": "48K"}, "memory_mib": 1, "system": "Linux",
            "python": "3.11", "versions": {"numba": "0.68", "hotloop": None}, "gcc": "gcc 12", "commit": "abc", "hotloop_cpu": "native", "load": [1, 1, 1],
            "date": "2026-11-27T00:00:00"}
    return {"meta": meta, "peers": ["c", "numba", "hotloop"], "kernels": {"sieve": entry}}


def test_the_tables_say_how_many_times_as_long_each_takes():
    row = kernel_tables.row("sieve", "L1", record()["kernels"]["sieve"]["sizes"]["L1"], ["c", "numba", "hotloop"])
    assert re.split(r" *\| *", row)[1:-1] == ["sieve", "L1", "10", "0.50", "2.00"]
    told = kernel_tables.summary(record())
    assert "| hotloop / numba | 4.00 | - | - | 1 |" in told
    assert "- sieve, hotloop / numba: L1 4.00" in told
    assert "| hotloop | 2.5 | 2.5 (sieve) |" in told
    assert "a processor <fast>" in told and "numba 0.68" in told and "hotloop None" not in told


def test_a_run_for_each_level_is_shown_beside_the_others():
    levels = {**record(), "levels": {"native": record()["kernels"], "x86-64-v2": record()["kernels"]}}
    assert "| sieve | L1 | 4.00 | 4.00 |" in kernel_tables.summary(levels)


def test_the_picture_is_an_svg_with_a_dot_for_each_peer():
    root = ElementTree.fromstring(kernel_picture.picture(record()))
    dots = [node for node in root.iter() if node.tag.endswith("circle")]
    # In the legend, for the kernel and for the mean.
    assert len(dots) == 6
    assert any("a processor <fast>" in (node.text or "") for node in root.iter())


def test_results_that_differ_are_told():
    spec = SimpleNamespace(outs=(1,), ret="f8", tol=1e-9, fast_tol=None)
    right = (1.0, [np.array([1.0, 2.0])])
    assert kernel_results.differs(spec, right, right, is_fast=False) is None
    assert kernel_results.differs(spec, (1.0, [np.array([1.0, 2.1])]), right, is_fast=False).startswith("argument 1: 1 of 2 differ")
    assert kernel_results.differs(spec, (np.nan, right[1]), right, is_fast=False).startswith("the result: 1 of 1 differ")
    assert kernel_results.error_of(spec, (1.0, [np.array([1.0, 1.0])]), right) == 0.5
    assert kernel_results.digest(right) != kernel_results.digest((-1.0, right[1]))


def test_a_call_is_asked_for_the_memory_that_it_takes():
    grown = machine.peak_of(lambda: np.ones(1 << 20).sum())
    if grown is None:
        pytest.skip("the system does not say")
    assert grown >= 7000


def test_more_work_than_is_counted_takes_longer():
    clock = iter(range(0, 10**9, 10))
    calls = []
    built = SimpleNamespace(once=lambda arguments: lambda: calls.append(1), many=None)
    timed = runner.Timed(built, [], lambda: next(clock))
    timed.prepare(is_short=False, sample_ns=1000, slowdown=1.3)
    calls.clear()
    timed.sample()
    assert timed.inner == len(calls) == 130
    assert timed.inner * timed.work == pytest.approx(100)
