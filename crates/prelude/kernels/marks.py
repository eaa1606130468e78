"""What the files of the prelude say of their functions, for CPython: nothing."""

literal = None
# Whether what is called shares its work among threads.
shared = False
prange = range


def method(function):
    return function
