#!/usr/bin/env python
"""A file that holds a bit of everything, for tests that cut it."""
from __future__ import annotations

import numpy as np
from numba import (
    njit,  # the decorator
    prange,
)

LIMIT: int = 1_000
TABLE = {"a": [1, 2.5e-3, 0xFF], **{}, "ü": (None, True, ...)}


@njit("float64(float64[:])", cache=True)
def l2_norm(x):
    r'''The \length of a vector.'''
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5


class Model(object, metaclass=type):
    count: int = 0

    @property
    def name(self, /, *args: int, key=lambda a, *b: a if b else ~a, **rest) -> str:
        global LIMIT
        if (n := len(args)) > 1 and not n % 2 or key is not None:
            return f"{n!r:>{LIMIT}} {self.count=} {{}} {'nested' f"{1}"}"
        elif n < 0 <= 1 != 2:
            del rest["x"], args
        else:
            raise ValueError(b"bytes\x00", "\N{BULLET}\u00e4\
continued") from None
        try:
            yield from (x for x in args if x if x > 1)
        except (TypeError, KeyError) as error:
            assert error, "no"
        except Exception:
            pass
        finally:
            yield

    async def run(self):
        async with self as a, self as (b, *c):
            async for x in a:
                await x[1:2, ::3, ...]
        with (
            open("a") as f,
            open("b"),
        ):
            print(f, end="")


match TABLE:
    case {"a": [1, *_], **rest} if rest:
        x = rest
    case Model(count=0 | -1) | str() as y:
        type Alias[T: int] = list[T]
    case _:
        while True:
            break
        else:
            x @= y
if __name__ == "__main__":
	print(l2_norm(np.ones(3)));	x = \
	    [i ** 2 for i, in zip(range(3)) if i]
