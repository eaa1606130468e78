"""Values of functions to 64 bits, for the measure of accuracy: requests from standard input, answers to standard output.

A request is a line `name count arity`, then `arity` blocks of `count` float64. The answer is two blocks: the values rounded to float64, and what these lack, in units of their last place. They are
computed in x87's extended precision by the C library, whose error there is about 2^-11 of a float64's last place.
"""

import sys

import numpy as np

RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "pow": "power"}


def erf(x):
    """2 / sqrt(pi) times the sum of x (-x^2)^n / (n! (2n + 1)), or for large x one less a continued fraction; in extended precision."""
    scale = np.longdouble("1.128379167095512573896158903121545171688")
    size = np.abs(x)
    small = np.minimum(size, 2.0).astype(np.longdouble)
    square = small * small
    # Kummer's form has no signs that alternate: exp(-x^2) times the sum of 2^n x^(2n + 1) / (1 * 3 * .. * (2n + 1)).
    term, total = small.copy(), small.copy()
    for n in range(1, 90):
        term = term * 2 * square / (2 * n + 1)
        total = total + term
    near = scale * np.exp(-square) * total
    large = np.clip(size, 2.0, 10.0).astype(np.longdouble)
    fraction = np.zeros_like(large)
    for n in range(120, 0, -1):
        fraction = np.longdouble(n) / 2 / (large + fraction)
    far = 1 - np.exp(-large * large) / (large + fraction) * scale / 2
    return np.where(np.isnan(x), x, np.copysign(np.where(size < 2.0, near, far), x))


def main():
    source, target = sys.stdin.buffer, sys.stdout.buffer
    np.seterr(all="ignore")
    while line := source.readline():
        name, count, arity = line.decode().split()
        count = int(count)
        arguments = [np.frombuffer(source.read(8 * count), np.float64).astype(np.longdouble) for _ in range(int(arity))]
        function = erf if name == "erf" else getattr(np, RENAMED.get(name, name))
        exact = function(*arguments)
        high = exact.astype(np.float64)
        low = np.where(np.isfinite(high), (exact - high.astype(np.longdouble)) / np.spacing(np.minimum(np.abs(high), 1.5e308)).astype(np.longdouble), 0).astype(np.float64)
        target.write(high.tobytes())
        target.write(low.tobytes())
        target.flush()


if __name__ == "__main__":
    main()
