"""What a call from Python costs besides the kernel's own work: nanoseconds a call, beside Numba where it is installed.

Run it with a release build of the package: python benches/dispatch.py
The loop around the calls is taken away; the minimum over many rounds counts, and of two compilers in one process the ratio.
"""

import importlib.util
import timeit

import numpy as np


def kernels(njit):
    return {
        "none": njit(lambda: 1),
        "scalars": njit(lambda a, b, c: a),
        "default": njit(default),
        "arrays": njit(lambda x, y: 0.0),
        "returned": njit(lambda x: x),
        "made": njit(made),
        "pair": njit(lambda p: p[0]),
    }


def default(a, b=2, c=3):
    return a


def made(n):
    return np.empty(n)


CALLS = [
    ("no argument", "f()", "none"),
    ("3 scalars", "f(1.5, 2, 2.5)", "scalars"),
    ("3 scalars by keyword", "f(a=1.5, b=2, c=2.5)", "scalars"),
    ("2 defaults", "f(1)", "default"),
    ("2 arrays", "f(x, y)", "arrays"),
    ("a tuple", "f(p)", "pair"),
    ("array in and out", "f(x)", "returned"),
    ("array made", "f(8)", "made"),
]


def best(statement, names, rounds=40, calls=20_000):
    """The least nanoseconds a statement took."""
    return min(timeit.repeat(statement, globals=names, repeat=rounds, number=calls)) / calls * 1e9


def main():
    compilers = [name for name in ("hotloop", "numba") if importlib.util.find_spec(name)]
    built = {name: kernels(importlib.import_module(name).njit) for name in compilers}
    arguments = {"x": np.ones(8), "y": np.ones(8), "p": (1.5, 2)}
    print(f"{'ns a call':<22}" + "".join(f"{name:>10}" for name in compilers))
    loop = best("pass", {})
    for title, statement, kernel in CALLS:
        row = []
        for name in compilers:
            names = {"f": built[name][kernel], **arguments}
            eval(statement, names)
            row.append(best(statement, names) - loop)
        print(f"{title:<22}" + "".join(f"{time:>10.1f}" for time in row))


if __name__ == "__main__":
    main()
