"""The picture of a record: how long Hotloop and Numba take, in multiples of gcc's time, as SVG."""

import html
import math

from kernel_tables import SIZES, mean_ratio, ratio

PEERS = (("numba", "#b9770e"), ("hotloop", "#1a5fb4"))
LEFT, TOP, ROW, WIDTH, GAP = 150, 92, 13, 250, 40
LEAST, MOST = 1 / 8, 8
TICKS = ((1 / 8, "1/8"), (1 / 4, "1/4"), (1 / 2, "1/2"), (1, "1"), (2, "2"), (4, "4"), (8, "8"))


def picture(record, stat="p50"):
    """One panel a size, one row a kernel, one dot a peer; the scale is logarithmic, and left is faster."""
    kernels = list(record["kernels"])
    sizes = [size for size in SIZES if any(size in entry["sizes"] for entry in record["kernels"].values())]
    height = TOP + ROW * (len(kernels) + 2) + 40
    width = LEFT + len(sizes) * (WIDTH + GAP)
    parts = [*_frame(record, width, height), *_names(kernels)]
    for at, size in enumerate(sizes):
        parts += _panel(record, kernels, size, LEFT + at * (WIDTH + GAP), height, stat)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame(record, width, height):
    meta = record["meta"]
    told = f"{meta['cores']} cores, {meta['cpu']}; Python {meta['python']}, Numba {meta['versions'].get('numba')}, {meta['gcc']}; {meta['date'][:10]}"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(14, 22, "Time over gcc -O3 -march=native: left of 1 is faster", size=15),
        _text(14, 40, told, colour="#555555"),
        *(_dot(24 + 90 * at, 58, colour) + _text(34 + 90 * at, 62, name) for at, (name, colour) in enumerate(PEERS)),
    ]


def _names(kernels):
    rows = [*kernels, "", "geometric mean"]
    return [_text(LEFT - 12, _height(at) + 4, name, anchor="end") for at, name in enumerate(rows) if name]


def _panel(record, kernels, size, left, height, stat):
    bottom = height - 34
    parts = [_text(left + WIDTH / 2, TOP - 16, size, anchor="middle", size=12)]
    for value, label in TICKS:
        x = left + _across(value)
        colour = "#333333" if value == 1 else "#dddddd"
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"/>')
        parts.append(_text(x, bottom + 14, label, anchor="middle", colour="#555555"))
    for at, kernel in enumerate(kernels):
        values = [(ratio(record["kernels"][kernel], size, name, "c", stat), colour) for name, colour in PEERS]
        parts += _row(left, at, values)
    values = [(mean_ratio(record["kernels"], size, name, "c", stat)[0], colour) for name, colour in PEERS]
    return parts + _row(left, len(kernels) + 1, values)


def _row(left, at, values):
    there = [(left + _across(value), colour) for value, colour in values if value]
    line = []
    if len(there) == 2:
        line = [f'<line x1="{there[0][0]:.1f}" y1="{_height(at)}" x2="{there[1][0]:.1f}" y2="{_height(at)}" stroke="#bbbbbb"/>']
    return line + [_dot(x, _height(at), colour) for x, colour in there]


def _across(value):
    """Where a ratio stands on the scale; beyond its ends at the end."""
    share = math.log(value / LEAST) / math.log(MOST / LEAST)
    return WIDTH * min(1.0, max(0.0, share))


def _height(at):
    return TOP + ROW * at


def _dot(x, y, colour):
    return f'<circle cx="{x:.1f}" cy="{y}" r="3.5" fill="{colour}"/>'


def _text(x, y, text, anchor="start", size=10, colour="#111111"):
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{html.escape(str(text))}</text>'
