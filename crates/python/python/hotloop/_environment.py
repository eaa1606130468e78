"""Numba's environment variables, under Hotloop's names for the compiler, which reads its own when it starts."""

import os as _os

_SAME = ("NUM_THREADS", "CACHE_DIR")

for _name in _SAME:
    if f"NUMBA_{_name}" in _os.environ:
        _os.environ.setdefault(f"HOTLOOP_{_name}", _os.environ[f"NUMBA_{_name}"])

# Numba's other names are those of LLVM, which say nothing here.
if _os.environ.get("NUMBA_CPU_NAME") == "generic":
    _os.environ.setdefault("HOTLOOP_CPU", "x86-64-v2")
