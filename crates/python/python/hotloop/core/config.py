"""Settings under Numba's names, read from the environment: `HOTLOOP_NAME`, or else `NUMBA_NAME`.

`DISABLE_JIT` can be set while the program runs, too. What is not listed here has no meaning for Hotloop, and no attribute.
"""

import os as _os
import sys as _sys


def _read(name, default=""):
    return _os.environ.get(f"HOTLOOP_{name}", _os.environ.get(f"NUMBA_{name}", default))


DISABLE_JIT = int(_read("DISABLE_JIT") not in ("", "0"))
CACHE_DIR = _read("CACHE_DIR")
CPU_NAME = _read("CPU") or None
NUMBA_DEFAULT_NUM_THREADS = max(1, len(_os.sched_getaffinity(0)) if hasattr(_os, "sched_getaffinity") else _os.cpu_count() or 1)
NUMBA_NUM_THREADS = int(_read("NUM_THREADS") or NUMBA_DEFAULT_NUM_THREADS)
THREADING_LAYER = _read("THREADING_LAYER") or "default"
IS_WIN32 = _sys.platform.startswith("win")
IS_OSX = _sys.platform.startswith("darwin")
IS_32BITS = False
MACHINE_BITS = 64
PYVERSION = _sys.version_info[:2]
