"""The report's figures as inline SVG: small functions of the same numbers as the JSON.

Every figure is one picture to a screen reader, with all that it shows in words in its ``aria-label``. Colours are
classes of the page's style, and nothing is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from markupsafe import Markup, escape

from nutrigap.report.marks import Mark, above, scale

WIDTH = 360.0
EDGE = 6.0
SIGN, APART = 6.6, 6.0
"""Width of a sign of the widest common font, and what parts two words on one side of a band."""


class Day(NamedTuple):
    """One day's amount: label, amount with its ends (infinite where nothing bounds it), whether it is in the mean."""

    label: str
    low: float
    best: float
    high: float
    counts: bool


def band(low: float, mean: float, high: float, marks: Sequence[Mark], label: str, *, words: Sequence[str]) -> Markup:
    """The mean between its bounds on one line, with the marks that it is held against.

    Parameters
    ----------
    low, mean, high : float
        ``high`` may be infinite: the bar then runs off the edge. An unknown mean (NaN) is not drawn.
    marks : sequence of Mark
    label : str
        All of it in words.
    words : sequence of str
        The text at each mark.
    """
    end_of_scale = scale((low, mean, high), marks)
    x = partial(_place, scale=end_of_scale)
    parts = [f'<line class="axis" x1="{EDGE}" y1="34" x2="{WIDTH - EDGE}" y2="34"/>']
    end = WIDTH if math.isinf(high) else x(high)
    parts.append(f'<rect class="range" x="{x(low):.1f}" y="26" width="{max(end - x(low), 2):.1f}" height="16" rx="3"/>')
    if math.isinf(high):
        parts.append(f'<path class="open" d="M{WIDTH - 14:.0f} 27l7 7-7 7"/>')
    free = {True: 0.0, False: 0.0}  # from where on there is room above and below
    for mark, text, up in sorted(zip(marks, words, above(marks), strict=True), key=lambda one: one[0].value):
        at = x(mark.value)
        if mark.value > end_of_scale:  # an arrow: the edge is not its place
            text += " →"
        else:
            parts.append(f'<line class="{mark.kind}" x1="{at:.1f}" y1="20" x2="{at:.1f}" y2="48"/>')
        left = max(_left(at, text), free[up])
        free[up] = left + SIGN * len(text) + APART
        anchor = f'x="{at:.1f}" text-anchor="{_anchor(at)}"' if left == _left(at, text) else f'x="{left:.1f}"'
        parts.append(f'<text {anchor} y="{14 if up else 60}">{escape(text)}</text>')
    if math.isfinite(mean):
        parts.append(f'<path class="mean" d="M{x(mean):.1f} 22l6 12-6 12-6-12z"/>')
    return _figure(parts, 66, label)


def _place(value: float, scale: float) -> float:
    """Where a number stands on a band; what lies off the scale stands at its edge."""
    return EDGE + (WIDTH - 2 * EDGE) * min(max(value / scale, 0.0), 1.0)


def _anchor(at: float) -> str:
    return "start" if at < WIDTH * 0.15 else "end" if at > WIDTH * 0.8 else "middle"


def _left(at: float, text: str) -> float:
    """Where the words at a place begin."""
    return at - SIGN * len(text) * {"start": 0.0, "middle": 0.5, "end": 1.0}[_anchor(at)]


def by_day(days: Sequence[Day], line: Mark | None, label: str) -> Markup:
    """A column a day, with a whisker from low to high; days out of the mean are outlines, unknown amounts no column.

    Parameters
    ----------
    days : sequence of Day
    line : Mark or None
        The need or the AI that the days are held against.
    label : str
        All of it in words.
    """
    tall, wide = 44.0, WIDTH / max(len(days), 7)
    finite = [value for day in days for value in (day.low, day.best, day.high) if math.isfinite(value)]
    most = max([*finite, line.value if line is not None else 0.0, 1e-9])
    parts = []
    for k, day in enumerate(days):
        left = k * wide + wide * 0.15
        kind = "day" if day.counts else "day out"
        if math.isfinite(day.best):
            height = tall * day.best / most
            parts.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{tall - height + 2:.1f}" width="{wide * 0.7:.1f}" '
                f'height="{max(height, 0.5):.1f}"/>'
            )
        top = 0.0 if not math.isfinite(day.high) else tall - tall * day.high / most
        bottom = tall - tall * day.low / most
        if bottom - top > 1:
            middle = left + wide * 0.35
            parts.append(
                f'<line class="whisker" x1="{middle:.1f}" y1="{top + 2:.1f}" x2="{middle:.1f}" y2="{bottom + 2:.1f}"/>'
            )
        if math.isinf(day.high):  # an arrow: nothing bounds it
            parts.append(f'<path class="open" d="M{left + wide * 0.35 - 4:.1f} 7l4-5 4 5"/>')
    if line is not None:
        y = tall - tall * line.value / most + 2
        parts.append(f'<line class="{line.kind}" x1="0" y1="{y:.1f}" x2="{len(days) * wide:.1f}" y2="{y:.1f}"/>')
    return _figure(parts, tall + 4, label)


def share(part: float, label: str) -> Markup:
    """A bar of a share of a whole."""
    wide = 100.0 * min(max(part, 0.0), 1.0)
    body = f'<rect class="part" width="{wide:.0f}" height="8"/>'
    return Markup(f'<svg class="share" viewBox="0 0 100 8" role="img" aria-label="{escape(label)}">{body}</svg>')


def _figure(parts: Sequence[str], tall: float, label: str) -> Markup:
    """The parts as one picture with a name."""
    return Markup(
        f'<svg viewBox="0 0 {WIDTH:.0f} {tall:.0f}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
