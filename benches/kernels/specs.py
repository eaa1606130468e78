"""One `Spec` for each kernel of this folder: how its arguments are made at three sizes, and what it writes and returns.

A kernel is a plain Python file and a C twin of the same name, written with the same loops. The sizes are those of the caches: "L1" fits the first
level, "L2" the second or third, "DRAM" none of them, unless the work grows faster than the memory.
C takes an array as a pointer and its dimensions, a number by value.
"""

import dataclasses
import typing
import zlib

import numpy as np


@dataclasses.dataclass
class Spec:
    """What is measured of one kernel."""

    name: str
    sizes: dict
    """The parameters of `make`, by the size's label."""
    make: typing.Callable
    """Makes the arguments, from a random generator and the parameters."""
    outs: tuple = ()
    """The positions of the arguments that the kernel writes."""
    ret: typing.Optional[str] = None
    """What it returns: "f8", "i8", "u8" (an unsigned integer of 64 bits) or nothing."""
    numpy: typing.Optional[typing.Callable] = None
    """The same by NumPy, to verify results; without one the C twin verifies the others."""
    fp: bool = True
    """Whether there are floats, for which `fastmath` may change something."""
    par: bool = False
    """Whether it uses `prange`."""
    tol: float = 1e-9
    """The relative error that counts as equal."""
    vec: str = "yes"
    """Whether it can run in vectors: "yes", "fast" (if sums may be reordered), "math" (if functions have vectors), "hard" or "no"."""
    elems: typing.Optional[typing.Callable] = None
    """How many elements of work the arguments are, for nanoseconds an element."""
    fast_tol: typing.Optional[float] = None
    """The same as `tol` under `fastmath`."""
    src: str = ""
    """The name of the Python file and its function, if that is another one."""

    def __post_init__(self):
        self.src = self.src or self.name


def vector_sizes(bytes_an_element, dram_mib=192):
    """Numbers of elements that take about 30 KB, 700 KB and `dram_mib`."""
    return {
        "L1": {"n": 30 * 1024 // bytes_an_element // 8 * 8},
        "L2": {"n": 700 * 1024 // bytes_an_element // 8 * 8},
        "DRAM": {"n": dram_mib * 1024 * 1024 // bytes_an_element},
    }


def sizes(small, middle, large):
    return {"L1": {"n": small}, "L2": {"n": middle}, "DRAM": {"n": large}}


def bytes_of(rng, *shape):
    return rng.integers(0, 256, shape).astype(np.uint8)


def _blend(a, b, weight, out):
    out[:] = (a.astype(np.int64) * weight + b.astype(np.int64) * (256 - weight)) >> 8


def _threshold(image, level, out):
    out[:] = np.where(image > level, 255, 0)


def _grey(image, out):
    out[:] = (image.astype(np.int64) @ np.array([77, 150, 29])) >> 8


def _erode(image, out):
    rows = np.minimum(np.minimum(image[:-2], image[1:-1]), image[2:])
    out[1:-1, 1:-1] = np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])


def _normalise(image, mean, scale, out):
    out[:] = (image - mean) * scale


def _floyd_warshall(lengths, dist):
    dist[:] = lengths
    for k in range(lengths.shape[0]):
        np.minimum(dist, dist[:, k : k + 1] + dist[k], out=dist)


def _graph(rng, n):
    lengths = 1.0 + 99.0 * rng.random((n, n))
    np.fill_diagonal(lengths, 0.0)
    return [lengths, np.zeros((n, n))]


def _triangle(rng, n):
    matrix = np.tril(rng.random((n, n)) / n)
    np.fill_diagonal(matrix, 1.0 + rng.random(n))
    return [matrix, rng.random(n), np.zeros(n)]


def _transpose(a, out):
    out[:] = a.T


def _points(rng, n, k, d=4):
    return [rng.random((n, d)), rng.random((k, d)), np.zeros(n, np.int64), np.zeros((k, d)), np.zeros(k, np.int64)]


def _sorted(source, x, *_):
    x[:] = np.sort(source)


def _runs(source, x):
    whole = source.shape[0] // 32 * 32
    x[:whole] = np.sort(source[:whole].reshape(-1, 32), axis=1).ravel()
    x[whole:] = np.sort(source[whole:])


def _column_sums(a, out):
    np.sum(a, axis=0, out=out)


def _complex_product(x, y, out):
    out[:] = x * y + x


def _complex(rng, n):
    return rng.random(n) + 1j * rng.random(n)


def _crc_table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1)
    return table.astype(np.uint32)


def _heat(a, rate, out):
    inner = a[1:-1, 1:-1, 1:-1]
    around = a[:-2, 1:-1, 1:-1] + a[2:, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1] + a[1:-1, 2:, 1:-1] + a[1:-1, 1:-1, :-2] + a[1:-1, 1:-1, 2:]
    out[1:-1, 1:-1, 1:-1] = inner + rate * (around - 6.0 * inner)


def _softmax(a, out):
    np.exp(a - a.max(axis=1, keepdims=True), out=out)
    out /= out.sum(axis=1, keepdims=True)


def _weighted(bins, weights, sums):
    sums[:] = np.bincount(bins, weights, minlength=sums.shape[0])


def _clip_gather(values, places, low, high, out):
    np.clip(values[places], low, high, out=out)


def _tridiagonal(rng, n):
    return [rng.random(n), 2.5 + rng.random(n), rng.random(n), rng.random(n), np.zeros(n), np.zeros(n)]


def size_of(position):
    return lambda arguments: arguments[position].size


def rows_of(position, power=1):
    return lambda arguments: arguments[position].shape[0] ** power


def product_of(one, other):
    return lambda arguments: arguments[one].shape[0] * arguments[other].shape[0]


SPECS = [
    Spec("blend_u8", sizes(96, 480, 6000), lambda g, n: [bytes_of(g, n, n), bytes_of(g, n, n), 77, np.zeros((n, n), np.uint8)], outs=(3,),
         numpy=_blend, fp=False, elems=size_of(0)),
    Spec("threshold_u8", sizes(120, 580, 8000), lambda g, n: [bytes_of(g, n, n), 128, np.zeros((n, n), np.uint8)], outs=(2,), numpy=_threshold, fp=False,
         elems=size_of(0)),
    Spec("grey_u8", sizes(86, 420, 5000), lambda g, n: [bytes_of(g, n, n, 3), np.zeros((n, n), np.uint8)], outs=(1,), numpy=_grey, fp=False,
         elems=size_of(1)),
    Spec("erode_u8", sizes(120, 580, 6000), lambda g, n: [bytes_of(g, n, n), np.zeros((n, n), np.uint8)], outs=(1,), numpy=_erode, fp=False, elems=size_of(0)),
    Spec("normalise_u8", vector_sizes(5, 96), lambda g, n: [bytes_of(g, n), 127.5, 1 / 128, np.zeros(n, np.float32)], outs=(3,), numpy=_normalise, tol=1e-6,
         elems=size_of(0)),
    Spec("wave1d", vector_sizes(24), lambda g, n: [g.random(n), g.random(n), 0.3, np.zeros(n)], outs=(3,), elems=size_of(0)),
    Spec("sobel", sizes(60, 290, 4000), lambda g, n: [g.random((n, n)).astype(np.float32), np.zeros((n, n), np.float32)], outs=(1,), tol=1e-5, fast_tol=1e-3,
         elems=size_of(0)),
    Spec("heat3d", sizes(12, 34, 220), lambda g, n: [g.random((n, n, n)), 0.1, np.zeros((n, n, n))], outs=(2,), numpy=_heat, elems=size_of(0)),
    Spec("blocked_matmul", sizes(36, 160, 500), lambda g, n: [g.random((n, n)), g.random((n, n)), np.zeros((n, n))], outs=(2,),
         numpy=lambda a, b, out: np.matmul(a, b, out=out), elems=rows_of(0, 3)),
    Spec("blocked_transpose", sizes(44, 210, 3500), lambda g, n: [g.random((n, n)), np.zeros((n, n))], outs=(1,), numpy=_transpose, vec="no", elems=size_of(0)),
    Spec("lower_solve", sizes(60, 290, 3500), _triangle, outs=(2,), numpy=None, vec="fast", elems=lambda a: a[0].size // 2),
    Spec("floyd_warshall", sizes(32, 120, 400), _graph, outs=(1,), numpy=_floyd_warshall, elems=rows_of(0, 3)),
    Spec("kmeans_step", {"L1": {"n": 500, "k": 8}, "L2": {"n": 12000, "k": 8}, "DRAM": {"n": 1000000, "k": 8}}, _points, outs=(2, 3, 4), ret="f8", vec="hard",
         elems=product_of(0, 1), fast_tol=1e-6),
    Spec("nbody", sizes(100, 500, 2000), lambda g, n: [g.random((n, 3)), g.random(n), np.zeros((n, 3))], outs=(2,), vec="fast", elems=rows_of(0, 2), tol=1e-8,
         fast_tol=1e-6),
    Spec("pair_forces", sizes(200, 1000, 3000), lambda g, n: [g.random(n).astype(np.float32), g.random(n).astype(np.float32), np.zeros(n, np.float32)],
         outs=(2,), vec="fast", elems=rows_of(0, 2), tol=1e-5, fast_tol=1e-3),
    Spec("julia", sizes(40, 100, 300), lambda g, n: [-0.8, 0.156, 200, np.zeros((n, n), np.int32)], outs=(3,), vec="hard", elems=size_of(3), tol=2e-3,
         fast_tol=5e-2),
    Spec("sieve", sizes(20000, 500000, 20000000), lambda g, n: [np.zeros(n, np.uint8)], outs=(0,), ret="i8", fp=False, vec="no", elems=size_of(0)),
    Spec("insertion_sort", sizes(1600, 40000, 1000000), lambda g, n: [g.random(n), np.zeros(n)], outs=(1,), numpy=_runs, fp=False, vec="no", elems=size_of(0)),
    Spec("quick_sort", sizes(1600, 40000, 500000), lambda g, n: [g.random(n), np.zeros(n), np.zeros(128, np.int64)], outs=(1,), numpy=_sorted, fp=False,
         vec="no", elems=size_of(0)),
    Spec("heap_sort", sizes(1600, 40000, 500000), lambda g, n: [g.random(n), np.zeros(n)], outs=(1,), numpy=_sorted, fp=False, vec="no", elems=size_of(0)),
    Spec("fnv1a", sizes(20000, 500000, 30000000), lambda g, n: [bytes_of(g, n)], ret="u8", fp=False, vec="no", elems=size_of(0)),
    Spec("four_hashes", vector_sizes(8, 128), lambda g, n: [g.integers(0, 2**63, n, dtype=np.uint64)], ret="u8", fp=False, vec="no", elems=size_of(0)),
    Spec("column_sums", sizes(60, 290, 3000), lambda g, n: [g.random((n, n)), np.zeros(n)], outs=(1,), numpy=_column_sums, vec="hard", elems=size_of(0)),
    Spec("complex_product", vector_sizes(48), lambda g, n: [_complex(g, n), _complex(g, n), np.zeros(n, np.complex128)], outs=(2,), numpy=_complex_product,
         elems=size_of(0)),
    Spec("crc32", sizes(20000, 500000, 20000000), lambda g, n: [_crc_table(), bytes_of(g, n)], ret="i8",
         numpy=lambda table, data: zlib.crc32(data.tobytes()), fp=False, vec="no", elems=size_of(1)),
    Spec("longest_common", sizes(60, 400, 4000), lambda g, n: [g.integers(97, 101, n).astype(np.uint8), g.integers(97, 101, n).astype(np.uint8),
         np.zeros(n + 1, np.int64)], outs=(2,), ret="i8", fp=False, vec="no", elems=product_of(0, 1)),
    Spec("knapsack", {"L1": {"n": 20, "capacity": 1000}, "L2": {"n": 60, "capacity": 20000}, "DRAM": {"n": 60, "capacity": 1000000}},
         lambda g, n, capacity: [g.integers(1, capacity // 8, n), g.integers(1, 1000, n), np.zeros(capacity + 1, np.int64)], outs=(2,), ret="i8", fp=False,
         vec="hard", elems=product_of(0, 2)),
    Spec("ray_sphere", vector_sizes(32), lambda g, n: [g.random((n, 3)) - 0.5, 1.0, 2.0, 3.0, 2.0, np.zeros(n)], outs=(5,), vec="hard", elems=size_of(5),
         tol=1e-7, fast_tol=1e-4),
    Spec("rk4", sizes(100, 2000, 50000), lambda g, n: [n, 1e-4], ret="f8", vec="no", elems=lambda a: a[0], tol=1e-6, fast_tol=1e-3),
    Spec("biquad", vector_sizes(16), lambda g, n: [g.random(n), 0.2, 0.4, 0.2, -0.6, 0.4, np.zeros(n)], outs=(6,), vec="no", elems=size_of(0), fast_tol=1e-6),
    Spec("argmax", vector_sizes(8), lambda g, n: [g.random(n)], ret="i8", numpy=lambda x: int(np.argmax(x)), fp=False, vec="hard", elems=size_of(0)),
    Spec("masked_sum", vector_sizes(9), lambda g, n: [g.random(n), g.random(n) < 0.5], ret="f8", numpy=lambda x, mask: float(np.sum(x[mask])), vec="fast",
         elems=size_of(0)),
    Spec("weighted_histogram", {"L1": {"n": 2000, "k": 256}, "L2": {"n": 50000, "k": 1024}, "DRAM": {"n": 10000000, "k": 4096}},
         lambda g, n, k: [g.integers(0, k, n).astype(np.int32), g.random(n), np.zeros(k)], outs=(2,), numpy=_weighted, vec="no", elems=size_of(0)),
    Spec("tridiagonal", vector_sizes(48), _tridiagonal, outs=(4, 5), vec="no", elems=size_of(1), fast_tol=1e-6),
    Spec("softmax_rows", sizes(44, 210, 3000), lambda g, n: [g.random((n, n)) * 8, np.zeros((n, n))], outs=(1,), numpy=_softmax, vec="math", elems=size_of(0)),
    Spec("autocorrelation", {"L1": {"n": 2000, "k": 8}, "L2": {"n": 40000, "k": 8}, "DRAM": {"n": 10000000, "k": 8}},
         lambda g, n, k: [g.random(n), np.zeros(k)], outs=(1,), vec="fast", elems=product_of(0, 1)),
    Spec("collatz", sizes(60, 1000, 50000), lambda g, n: [n], ret="i8", fp=False, vec="no", elems=lambda a: a[0]),
    Spec("clip_gather", {"L1": {"n": 1400}, "L2": {"n": 35000}, "DRAM": {"n": 8000000}},
         lambda g, n: [g.random(n), g.integers(0, n, n).astype(np.int32), 0.2, 0.8, np.zeros(n)], outs=(4,), numpy=_clip_gather, vec="hard", elems=size_of(1)),
]
BY_NAME = {spec.name: spec for spec in SPECS}
