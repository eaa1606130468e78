"""What the runtime does for the prelude, as NumPy would do it. Kernels that are compiled never see this file."""

import numpy as np


def _most_threads():
    return 1


def _set_threads(n):
    pass


def _chunk_size():
    return 0


def _set_chunk_size(n):
    pass


def _sort_elements(x):
    x.sort(kind="stable")


def _order_elements(x, places):
    places[...] = np.argsort(x, kind="stable")


def _random_seed(seed=None):
    np.random.seed(seed)


def _random_float():
    return np.random.random()


def _random_word():
    return np.random.mtrand._rand._bit_generator.random_raw()


def _random_below(limit):
    return np.random.randint(limit)


def _random_normal():
    return np.random.standard_normal()


def _multiply_matrices(a, b, out):
    np.matmul(a, b, out=out)


def _new_generator(seed=None):
    return np.random.default_rng(seed)


def _next_word(rng):
    return rng.integers(0, 2**64, dtype=np.uint64)


def _next_half_word(rng):
    return rng.integers(0, 2**32, dtype=np.uint32)


def _next_float(rng):
    return rng.random()


def _next_normal(rng):
    return rng.standard_normal()


def _next_exponential(rng):
    return rng.standard_exponential()


def _next_short_normal(rng):
    return rng.standard_normal(dtype=np.float32)


def _next_short_exponential(rng):
    return rng.standard_exponential(dtype=np.float32)
