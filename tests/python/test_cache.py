"""Code kept on disk: found by the next process, made anew when what it means has changed."""

import os
import subprocess
import sys

KERNEL = """from hotloop import njit
{helper_import}
FACTOR = {factor}

@njit(cache=True)
def f(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += helper(x[i]) * FACTOR
    return total
"""

HELPER = """from hotloop import njit

@njit
def helper(x):
    return x + {added}
"""

MAIN = """import numpy as np
import kernel
print(kernel.f(np.arange(4.0)), *kernel.f.stats[1:])
"""


def run(folder, cache, factor=2, added=1, head=""):
    (folder / "kernel.py").write_text(head + KERNEL.format(helper_import="from helper import helper", factor=factor))
    (folder / "helper.py").write_text(HELPER.format(added=added))
    (folder / "main.py").write_text(MAIN)
    environment = {**os.environ, "HOTLOOP_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run([sys.executable, "main.py"], cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    value, hits, misses = result.stdout.split()
    return float(value), int(hits), int(misses), result.stderr


def test_the_second_process_finds_the_code(tmp_path):
    cache = tmp_path / "cache"
    assert run(tmp_path, cache) == (20.0, 0, 1, "")
    assert run(tmp_path, cache) == (20.0, 1, 0, "")
    # Text that means the same.
    assert run(tmp_path, cache, head="# a comment\n\n") == (20.0, 1, 0, "")
    # A global, and a constant in a kernel of another file that is called.
    assert run(tmp_path, cache, factor=3) == (30.0, 0, 1, "")
    assert run(tmp_path, cache, added=2) == (28.0, 0, 1, "")
    assert run(tmp_path, cache) == (20.0, 1, 0, "")


def test_lines_are_right_after_a_hit(tmp_path):
    program = "import kernel\ntry:\n    kernel.f([1][0:1] and __import__('numpy').zeros(2), 5)\nexcept IndexError as e:\n    print(e.__traceback__.tb_next.tb_lineno)\n"
    kernel = "from hotloop import njit\n\n@njit(cache=True)\ndef f(x, i):\n    return x[i]\n"
    environment = {**os.environ, "HOTLOOP_CACHE_DIR": str(tmp_path / "cache")}
    for blank, line in ((0, 5), (3, 8), (3, 8)):
        (tmp_path / "kernel.py").write_text("\n" * blank + kernel)
        (tmp_path / "main.py").write_text(program)
        result = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.stdout == f"{line}\n", result.stderr


def test_a_folder_that_cannot_be_used_is_one_warning(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    value, hits, misses, messages = run(tmp_path, blocked / "cache")
    assert (value, hits, misses) == (20.0, 0, 1)
    assert messages.count("CacheWarning") == 1


def test_a_damaged_entry_is_one_warning(tmp_path):
    cache = tmp_path / "cache"
    assert run(tmp_path, cache) == (20.0, 0, 1, "")
    for entry in cache.glob("*.code"):
        entry.write_bytes(entry.read_bytes()[:-1])
    value, hits, misses, messages = run(tmp_path, cache)
    assert (value, hits, misses) == (20.0, 0, 1)
    assert messages.count("CacheWarning: the cache entry ") == 1 and "cut short" in messages
    # At the line that called the kernel.
    assert "main.py:3: CacheWarning" in messages
    assert run(tmp_path, cache) == (20.0, 1, 0, "")
