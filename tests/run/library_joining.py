"""Arrays of NumPy put together and repeated."""

import numpy as np
from hotloop import njit


@njit
def concatenated(x, y):
    return np.concatenate((x, y)), np.concatenate((x, y, x), axis=-1), np.concatenate((x, y), axis=None), np.append(x, y), np.append(x, y, axis=0), np.concatenate((x, y), dtype=np.complex128)


@njit
def of_lists(x, n):
    parts = [x * i for i in range(n)]
    return np.concatenate(parts), np.stack(parts), np.vstack(parts), np.hstack(parts)


@njit
def along_second(x, y):
    return np.concatenate((x, y), axis=1), np.stack((x, y), axis=1), np.dstack((x, y))


@njit
def stacked(x, y):
    return np.stack((x, y)), np.stack((x, y), axis=-1), np.vstack((x, y)), np.hstack((x, y)), np.dstack((x, y)), np.column_stack((x, y))


@njit
def into(x, out):
    np.concatenate((x, x), out=out)
    return out


@njit
def appended(x, value):
    return np.append(x, value), np.append(x, [value, value]), np.append(value, value)


@njit
def repeated(x, n):
    return np.repeat(x, n), x.repeat(n, axis=0), np.repeat(x, n, axis=-1), np.repeat(3.5, n)


@njit
def repeated_by(x, counts):
    return np.repeat(x, counts, axis=0), x.repeat(counts, 0)


@njit
def tiled(x, n):
    return np.tile(x, n), np.tile(x, (2, n)), np.tile(x, (2, 1, n)), np.tile(n, 3)


@njit
def rolled(x, n):
    return np.roll(x, n), np.roll(x, n, axis=0), np.roll(x, -n, axis=-1)


def arrays(shape):
    for dtype in ("?", "i1", "f4", "c16"):
        x = (np.arange(np.prod(shape)).reshape(shape) % 7).astype(dtype)
        yield np.asfortranarray(x) if dtype == "f4" else x[::-1] if dtype == "i1" else x


OTHERS = {(3,): np.array([1.5, 2.5, 3.5], np.float32), (2, 3): np.ones((2, 3), np.uint8), (2, 2, 2): np.ones((2, 2, 2))}
CASES = []
for shape, other in OTHERS.items():
    for x in arrays(shape):
        CASES.append(("concatenated", [x, other]))
        CASES.append(("stacked" if x.ndim == 1 else "along_second", [x, other]))
        CASES.append(("of_lists", [x, 3]))
        CASES.append(("repeated", [x, 2]))
        CASES.append(("tiled", [x, 2]))
        CASES.append(("rolled", [x, 4]))
CASES += [("stacked", [np.ones((2, 2)), np.zeros((2, 2))]), ("of_lists", [np.ones(2), 0])]
CASES += [("concatenated", [np.ones((2, 3)), np.ones((3, 2))]), ("stacked", [np.ones(2), np.ones(3)]), ("concatenated", [np.ones(0), np.arange(3)])]
CASES += [("into", [np.arange(3), np.zeros(6)]), ("into", [np.arange(3), np.zeros(5)])]
CASES += [("appended", [np.arange(3), 1]), ("appended", [np.arange(3), 1.5]), ("appended", [np.ones((2, 2)), 2])]
CASES += [("repeated", [np.arange(3), 0]), ("repeated", [np.arange(3), -1])]
CASES += [("repeated_by", [np.arange(3), np.array([2, 0, 1])]), ("repeated_by", [np.eye(2), np.array([2])]), ("repeated_by", [np.arange(3), np.array([1, 2])]), ("repeated_by", [np.arange(2), np.array([1, -2])])]
CASES += [("tiled", [np.arange(3), 0]), ("rolled", [np.zeros((2, 0)), 3]), ("rolled", [np.arange(5), -12])]
