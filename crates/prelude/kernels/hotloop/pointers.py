"""Arrays over the memory behind the pointers that functions of C are called with. In a kernel such a pointer is an array of one dimension without an end."""

import numpy as np


def carray(ptr, shape, dtype=None):
    return _elements_behind(ptr, _count_of_shape(shape), dtype).reshape(shape)


def farray(ptr, shape, dtype=None):
    if isinstance(shape, tuple):
        return _elements_behind(ptr, _count_of_shape(shape), dtype).reshape(shape[::-1]).T
    return _elements_behind(ptr, shape, dtype)


def _count_of_shape(shape):
    if isinstance(shape, tuple):
        count = 1
        for length in shape:
            count *= length
        return count
    return shape


def _elements_behind(ptr, count, dtype):
    if count < 0:
        raise ValueError("negative dimensions are not allowed")
    if dtype is None:
        return ptr[:count]
    return ptr[: count * np.empty(0, dtype).itemsize // ptr.itemsize].view(dtype)
