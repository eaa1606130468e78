"""What the runtime does for the prelude, as NumPy would do it. Kernels that are compiled never see this file."""

import numpy as np


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
