"""The picture of small parallel loops: their time on several threads over that on one, by the number of iterations, as SVG."""

import html
import math

COLOURS = ("#1a5fb4", "#b9770e", "#26a269", "#a51d2d", "#613583")
LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 60, 60, 620, 260, 130, 40
LEAST, MOST = 0.4, 2.0
TICKS = (0.5, 0.7, 1.0, 1.1, 1.5, 2.0)
LIMIT = 1.1


def picture(rows):
    """A line a kernel; both scales are logarithmic, and below 1 several threads are faster."""
    counts = [row["count"] for row in rows]
    most = max(counts)
    width, height = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(14, 24, "Time on several threads over that on one, by the number of iterations", size=15),
        _text(14, 42, f"a call from Python included; the goal is to stay below {LIMIT}", colour="#555555"),
    ]
    for value in TICKS:
        y = _down(value)
        colour = "#a51d2d" if value == LIMIT else "#333333" if value == 1 else "#dddddd"
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="{colour}"/>')
        parts.append(_text(LEFT - 8, y + 4, value, anchor="end"))
    for power in range(int(math.log10(most)) + 1):
        x = _across(10**power, most)
        parts.append(_text(x, TOP + HEIGHT + 18, f"{10**power:,}", anchor="middle", colour="#555555"))
    for at, kernel in enumerate(dict.fromkeys(row["kernel"] for row in rows)):
        own = [row for row in rows if row["kernel"] == kernel]
        points = " ".join(f"{_across(row['count'], most):.1f},{_down(row['ratio']):.1f}" for row in own)
        colour = COLOURS[at % len(COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(_text(LEFT + WIDTH + 12, TOP + 14 + 16 * at, kernel, size=11, colour=colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _across(count, most):
    return LEFT + WIDTH * math.log(count) / math.log(most)


def _down(ratio):
    """Where a ratio stands on the scale; beyond its ends at the end."""
    share = math.log(min(MOST, max(LEAST, ratio)) / LEAST) / math.log(MOST / LEAST)
    return TOP + HEIGHT * (1 - share)


def _text(x, y, text, anchor="start", size=10, colour="#111111"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{html.escape(str(text))}</text>'
