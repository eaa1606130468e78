"""What a record says about the machine, and how far memory grows in a call."""

import datetime
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = ("numpy", "numba", "llvmlite", "hotloop")
TELLING_FLAGS = ("sse4_2", "avx", "avx2", "fma", "bmi2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512ifma", "avx512vbmi")


def description():
    """Hardware and versions."""
    cpu = {}
    for line in _read("/proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        cpu.setdefault(key.strip(), value.strip())
    flags = cpu.get("flags", "").split()
    return {
        "date": datetime.datetime.now().isoformat(timespec="seconds"),
        "cpu": cpu.get("model name", platform.processor()),
        "family": cpu.get("cpu family"),
        "model": cpu.get("model"),
        "cores": os.cpu_count(),
        "flags": [flag for flag in TELLING_FLAGS if flag in flags],
        "caches": _caches(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: _version(package) for package in PACKAGES},
        "gcc": _first_line("gcc", "--version"),
        "commit": _first_line("git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"),
        "hotloop_cpu": os.environ.get("HOTLOOP_CPU", "native"),
        "load": load(),
    }


def load():
    """How many programs ran on average in the last minute, five and fifteen minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def peak_of(call):
    """How many KiB a call takes at most beyond what was there before; `None` where the system does not say."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        call()
        return max(0, _status("VmHWM") - before)
    except OSError:
        call()
        return None


def _status(name):
    for line in _read("/proc/self/status").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise OSError(f"no {name}")


def _caches():
    sizes = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = _read(folder / "type").strip()
        if kind != "Instruction":
            sizes[f"L{_read(folder / 'level').strip()}"] = _read(folder / "size").strip()
    return sizes


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return _module_version(package)


def _module_version(package):
    """That of a package that was not installed but lies on the path."""
    try:
        return getattr(__import__(package), "__version__", None)
    except ImportError:
        return None


def _first_line(*command):
    try:
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        return lines[0] if lines else None
    except OSError:
        return None


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""
