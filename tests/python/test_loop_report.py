"""What a kernel says about its loops."""

import math

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
