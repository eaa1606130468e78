"""How many threads a call may use."""

from ..machine import _most_threads, _set_threads


def set_num_threads(n):
    most = _most_threads()
    if n < 1 or n > most:
        raise ValueError(f"the number of threads must be between 1 and {most}, not {n}")
    _set_threads(n)
