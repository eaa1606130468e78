"""The tables of the kernel benchmarks, in Markdown."""

import math
import statistics

SIZES = ("L1", "L2", "DRAM")
SHARE_LIMIT = 1.10


def head(names):
    others = [name for name in names if name != "c"]
    columns = ["kernel".ljust(18), "size", "gcc, ns an element", *(f"{name} / gcc" for name in others)]
    return "| " + " | ".join(columns) + " |\n|" + "---|" * len(columns)


def row(name, size, found, names):
    ns, elements = found["ns"], found["elements"]
    base = ns.get("c")
    cells = [f"{base['p50'] / elements:.4g}" if base else "-"]
    for other in [name for name in names if name != "c"]:
        cells.append(f"{ns[other]['p50'] / base['p50']:.2f}" if base and other in ns else "-")
    return f"| {name:<18} | {size} | " + " | ".join(cells) + " |"


def ratio(entry, size, one, other, stat):
    """How many times as long one peer takes as the other; `None` where one of them is not there."""
    ns = entry["sizes"].get(size, {}).get("ns", {})
    return ns[one][stat] / ns[other][stat] if one in ns and other in ns else None


def mean_ratio(kernels, size, one, other, stat):
    """The geometric mean over the kernels, with their number."""
    ratios = [found for entry in kernels.values() if (found := ratio(entry, size, one, other, stat))]
    return (math.exp(statistics.fmean(map(math.log, ratios))), len(ratios)) if ratios else (None, 0)


def summary(record, stat="p50"):
    """All that a record says at the end."""
    parts = [machine_of(record), means(record, stat), levels(record, stat), slow(record, stat), compile_times(record)]
    return "\n" + "\n\n".join(part for part in parts if part) + "\n"


def machine_of(record):
    meta = record["meta"]
    versions = ", ".join(f"{name} {version}" for name, version in meta["versions"].items() if version)
    caches = ", ".join(f"{name} {size}" for name, size in meta["caches"].items())
    return (
        f"{meta['cores']} cores of {meta['cpu']} (family {meta['family']}, model {meta['model']}; {', '.join(meta['flags'])}), {caches}, {meta['memory_mib']} MiB, "
        f"{meta['system']}; Python {meta['python']}, {versions}; {meta['gcc']}; commit {meta['commit']}, HOTLOOP_CPU={meta['hotloop_cpu']}; "
        f"load {meta['load'][0]} at the start, {meta.get('load_after', meta['load'])[0]} at the end; {meta['date']}"
    )


MEANS = (
    ("hotloop / numba", "hotloop", "numba"),
    ("hotloop / gcc", "hotloop", "c"),
    ("numba / gcc", "numba", "c"),
    ("hotloop-fast / numba-fast", "hotloop-fast", "numba-fast"),
    ("hotloop-fast / gcc -ffast-math", "hotloop-fast", "c-fast"),
    ("checked / unchecked", "hotloop", "hotloop-unchecked"),
)


def means(record, stat):
    lines = ["| geometric mean | " + " | ".join(SIZES) + " | kernels |", "|---|" + "---|" * (len(SIZES) + 1)]
    for title, one, other in MEANS:
        found = [mean_ratio(record["kernels"], size, one, other, stat) for size in SIZES]
        if any(count for _, count in found):
            cells = [f"{mean:.2f}" if mean else "-" for mean, _ in found]
            lines.append(f"| {title} | {' | '.join(cells)} | {max(count for _, count in found)} |")
    return "\n".join(lines)


def levels(record, stat):
    """Hotloop over Numba with each `HOTLOOP_CPU`."""
    if "levels" not in record:
        return ""
    names = list(record["levels"])
    lines = ["| hotloop / numba | size | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for kernel in record["kernels"]:
        for size in SIZES:
            found = [ratio(record["levels"][level].get(kernel, {"sizes": {}}), size, "hotloop", "numba", stat) for level in names]
            if any(found):
                lines.append(f"| {kernel} | {size} | " + " | ".join(f"{value:.2f}" if value else "-" for value in found) + " |")
    for base in ("numba", "c"):
        for size in SIZES:
            found = [mean_ratio(record["levels"][level], size, "hotloop", base, stat)[0] for level in names]
            if any(found):
                lines.append(f"| **mean over {base}** | {size} | " + " | ".join(f"**{value:.2f}**" if value else "-" for value in found) + " |")
    return "\n".join(lines)


def slow(record, stat):
    """The kernels that take longer than Numba allows."""
    lines = []
    for one, other in (("hotloop", "numba"), ("hotloop-fast", "numba-fast")):
        for name, entry in record["kernels"].items():
            found = {size: ratio(entry, size, one, other, stat) for size in SIZES}
            slow = [f"{size} {value:.2f}" for size, value in found.items() if value and value > SHARE_LIMIT]
            if slow:
                lines.append(f"- {name}, {one} / {other}: {', '.join(slow)}")
    return f"Above {SHARE_LIMIT:.2f} of Numba:\n" + "\n".join(lines) if lines else ""


def compile_times(record):
    """Milliseconds of processor time to compile a kernel, without the cache."""
    lines = ["| compile, ms | median | maximum |", "|---|---|---|"]
    for name in record["peers"]:
        times = {kernel: statistics.median(entry["compile_ms"][name]) for kernel, entry in record["kernels"].items() if entry["compile_ms"].get(name)}
        if times:
            slowest = max(times, key=times.get)
            lines.append(f"| {name} | {statistics.median(times.values()):.1f} | {times[slowest]:.1f} ({slowest}) |")
    return "\n".join(lines) if len(lines) > 2 else ""
