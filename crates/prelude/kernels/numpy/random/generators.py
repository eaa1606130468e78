"""How kernels make generators of random numbers."""

import numpy as np

from ...machine import _new_generator


def default_rng(seed=None):
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return _new_generator()
    if seed < 0:
        raise ValueError("expected non-negative integer")
    return _new_generator(seed)
