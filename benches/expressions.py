"""Array expressions: against the same loop written by hand, and with a fresh result against Numba where it is installed.

Run it with a release build of the package: python benches/expressions.py
All that is compared runs in turns in one process, in thread CPU time; the minimum of many rounds counts, and only the ratio.
"""

import importlib.util
import time

import numpy as np


def expression(a, b, c, d, out):
    out[:] = ((a * b + c - d) * a + b * 2.0 - c / 3.0) * d + 1.5


def by_hand(a, b, c, d, out):
    for i in range(out.shape[0]):
        out[i] = ((a[i] * b[i] + c[i] - d[i]) * a[i] + b[i] * 2.0 - c[i] / 3.0) * d[i] + 1.5


def fresh_expression(a, b, c, d):
    return ((a * b + c - d) * a + b * 2.0 - c / 3.0) * d + 1.5


def fresh_by_hand(a, b, c, d):
    out = np.empty(a.shape[0])
    for i in range(out.shape[0]):
        out[i] = ((a[i] * b[i] + c[i] - d[i]) * a[i] + b[i] * 2.0 - c[i] / 3.0) * d[i] + 1.5
    return out


def short(a, b, c, d):
    return a * b + c - d


def in_turns(functions, arguments, calls, rounds):
    """The least nanoseconds a call of each function took."""
    least = [float("inf")] * len(functions)
    for _ in range(rounds):
        for at, function in enumerate(functions):
            start = time.thread_time_ns()
            for _ in range(calls):
                function(*arguments)
            least[at] = min(least[at], (time.thread_time_ns() - start) / calls)
    return least


def show(title, names, functions, arguments, calls, rounds=60):
    for function in functions:
        function(*arguments)
    one, other = in_turns(functions, arguments, calls, rounds)
    print(f"{title:<44}{names[0]:>11}{one:>13.0f}{names[1]:>10}{other:>13.0f}{one / other:>8.2f}", flush=True)


def main():
    from hotloop import njit

    size = 1_000_000
    arrays = [np.random.default_rng(at).random(size) for at in range(4)]
    print(f"{'ns a call':<44}{'':>47}{'ratio':>8}")
    names = ("expression", "by hand")
    pair = [njit(expression), njit(by_hand)]
    show("ten operations, 1,000,000, into an array", names, pair, [*arrays, np.empty(size)], 2)
    show("ten operations, 1,000,000, a fresh result", names, [njit(fresh_expression), njit(fresh_by_hand)], arrays, 2)
    if importlib.util.find_spec("numba"):
        import numba

        for size in (768, 18_000, 5_000_000):
            arrays = [np.random.default_rng(at).random(size) for at in range(4)]
            calls = max(1, min(3_000, 2_000_000 // size))
            pair = [njit(short), numba.njit(short)]
            show(f"a*b + c - d, {size:,}, a fresh result", ("hotloop", "numba"), pair, arrays, calls)


if __name__ == "__main__":
    main()
