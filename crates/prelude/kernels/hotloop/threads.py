"""How many threads a call may use, and how they share parallel loops."""

from ..machine import _chunk_size, _most_threads, _set_chunk_size, _set_threads


def set_num_threads(n):
    most = _most_threads()
    if n < 1 or n > most:
        raise ValueError(f"the number of threads must be between 1 and {most}, not {n}")
    _set_threads(n)


def set_parallel_chunksize(n):
    before = _chunk_size()
    if n < 0:
        raise ValueError(f"chunksize must be greater than or equal to zero, not {n}")
    _set_chunk_size(n)
    return before
