# SPDX-License-Identifier: LGPL-2.1-or-later

"""Bars and lines on a logarithmic or linear scale, as SVG."""

import math
from html import escape

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 50, 60
COLOURS = {"kernel": "#555555", "bound": "#1a7f37", "ordinary": "#0969da", "direct": "#8250df",
           "lxcfs": "#cf222e", "lxcfs7": "#8f1a24", "floor_no_open": "#a3cfab", "floor_keep_cache": "#a5c8f0",
           "floor_direct_io": "#d3c0f0", "floor_getattr": "#e0b060", "floor_preads": "#c09080"}


class Scale:
    """From values to heights in the picture."""

    def __init__(self, values, logarithmic):
        self.logarithmic = logarithmic
        if logarithmic:
            self.low = math.floor(math.log10(min(values)))
            self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        else:
            step = 10 ** math.floor(math.log10(max(values)))
            self.low, self.high = 0, math.ceil(max(values) / step) * step

    def at(self, value):
        value = math.log10(value) if self.logarithmic else value
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def ticks(self):
        if self.logarithmic:
            return [10.0 ** power for power in range(self.low, self.high + 1)]
        return [self.high * i / 5 for i in range(6)]


def text(x, y, words, anchor="middle", size=12, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" {extra}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour, width=1.0):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"/>')


def number(value):
    return f"{value:g}" if value < 10000 else f"{value / 1000:g}k"


def frame(title, unit, scale):
    parts = [text(LEFT, 24, title, "start", 15, 'font-weight="bold"'), text(LEFT - 60, TOP - 12, unit, "start", 11)]
    for tick in scale.ticks():
        parts.append(line(LEFT, scale.at(tick), WIDTH - RIGHT, scale.at(tick), "#dddddd"))
        parts.append(text(LEFT - 8, scale.at(tick) + 4, number(tick), "end", 11))
    return parts


def legend(names):
    parts = []
    for i, name in enumerate(names):
        y = TOP + 10 + i * 20
        parts.append(f'<rect x="{WIDTH - RIGHT + 20}" y="{y - 10}" width="12" height="12" fill="{COLOURS[name]}"/>')
        parts.append(text(WIDTH - RIGHT + 38, y, name, "start", 12))
    return parts


def picture(parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def bars(title, unit, groups, names, values):
    """values[name][i] belongs to groups[i]; None is left out."""
    known = [value for name in names for value in values[name] if value]
    scale = Scale(known, True)
    parts = frame(title, unit, scale) + legend(names)
    room = (WIDTH - LEFT - RIGHT) / len(groups)
    width = room * 0.85 / len(names)
    for g, group in enumerate(groups):
        start = LEFT + g * room + room * 0.075
        parts.append(text(start + room * 0.425, HEIGHT - BOTTOM + 20, group))
        for n, name in enumerate(names):
            if values[name][g]:
                top = scale.at(values[name][g])
                parts.append(f'<rect x="{start + n * width:.1f}" y="{top:.1f}" width="{width - 1:.1f}" '
                             f'height="{HEIGHT - BOTTOM - top:.1f}" fill="{COLOURS[name]}"/>')
                parts.append(text(start + (n + 0.5) * width, top - 3, f"{values[name][g]:.3g}", size=8))
    return picture(parts)


def lines(title, unit, axis, names, values, logarithmic=True):
    """axis: (name, the places, evenly spread); values as for bars."""
    scale = Scale([value for name in names for value in values[name] if value], logarithmic)
    parts = frame(title, unit, scale) + legend(names)
    what, places = axis
    step = (WIDTH - LEFT - RIGHT - 60) / max(1, len(places) - 1)
    xs = [LEFT + 30 + i * step for i in range(len(places))]
    parts += [text(x, HEIGHT - BOTTOM + 20, f"{place:,}") for x, place in zip(xs, places)]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 42, what))
    for name in names:
        points = [(x, scale.at(value)) for x, value in zip(xs, values[name]) if value]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[name]}"/>' for x, y in points]
    return picture(parts)
