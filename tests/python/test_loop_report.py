"""What a kernel says about its loops."""

import math
import os
import platform
import subprocess
import sys

import numpy as np
from hotloop import njit


def test_loops_are_reported_for_each_signature_compiled():
    @njit
    def scaled(x, factor):
        for i in range(x.shape[0]):
            x[i] *= factor

    assert list(scaled.loop_report()) == [] and str(scaled.loop_report()) == ""
    scaled(np.ones(4), 2.0)
    (loop,) = scaled.loop_report()
    assert loop.source == "for i in range(x.shape[0]):"
    assert loop.function == "scaled" and loop.file == __file__
    assert loop.vector_bits in (128, 256, 512) and loop.lanes == loop.vector_bits // 64
    assert loop.reason is None and loop.checks_in_vectors == 0 and loop.allocations == []
    assert loop.condition is None
    scaled(np.ones(4, np.float32), np.float32(2.0))
    assert len(scaled.loop_report()) == 2
    assert len(scaled.loop_report(("float64[:]", "float64"))) == 1


def test_a_loop_one_by_one_names_the_line_that_is_to_blame():
    @njit
    def gammas(x):
        for i in range(x.shape[0]):
            x[i] = math.gamma(x[i])

    gammas(np.ones(4))
    report = gammas.loop_report()
    (loop,) = report
    assert loop.reason == "it does little but call a function" and loop.reason_line == loop.line + 1
    assert loop.calls == [("hl_gamma", loop.line + 1)]
    assert f"one by one: it does little but call a function (line {loop.line + 1})" in str(report)


def test_what_is_asked_in_front_of_a_loop_is_said():
    @njit
    def added(x, y):
        for i in range(x.shape[0]):
            x[i] += y[i]

    added(np.ones(4), np.ones(4))
    (loop,) = added.loop_report()
    assert loop.condition == "its arrays do not overlap and its indices are in bounds"
    assert f"if {loop.condition} (asked in front of it)" in str(added.loop_report())


def test_an_operation_that_vectors_do_not_have_is_named():
    @njit
    def sevenths(x):
        for i in range(x.shape[0]):
            x[i] = x[i] // 7

    sevenths(np.ones(4, np.int64))
    (loop,) = sevenths.loop_report()
    assert "not `//` of integers of 64 bits" in loop.reason and loop.reason_line == loop.line + 1


def test_code_for_a_processor_that_is_not_here_is_not_called(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import hotloop\n@hotloop.njit\ndef f(x):\n    return x\nf(1)\n")
    elsewhere = "x86-64-v2" if platform.machine() in ("aarch64", "arm64") else "aarch64"
    environment = dict(os.environ, HOTLOOP_CPU=elsewhere)
    result = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True)
    last = result.stderr.splitlines()[-1]
    assert result.returncode == 1 and "HotloopError" in last and "this machine's processor cannot run it" in last, result.stderr


def test_a_processor_that_is_not_known_is_an_error_that_names_those_that_are(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import hotloop\n@hotloop.njit\ndef f(x):\n    return x\nf(1)\n")
    for name in ("x86-64", "z80"):
        environment = dict(os.environ, HOTLOOP_CPU=name)
        result = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True)
        last = result.stderr.splitlines()[-1]
        assert result.returncode == 1 and "HotloopError" in last, result.stderr
        for part in (f"`{name}`", "x86-64-v2 (SSE4.2)", "x86-64-v3 (AVX2)", "HOTLOOP_CPU"):
            assert part in last
