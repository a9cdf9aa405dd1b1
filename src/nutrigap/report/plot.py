"""The report as one figure: the six nutrients, each from 0 on a scale of its own, in the unit it is told in.

It is made without pyplot, so that no window is opened and no setting changed. It is drawn and saved by matplotlib's own
defaults, whatever style is in use, and nothing is told by colour alone.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from nutrigap.errors import MissingPackage
from nutrigap.readings import Reading
from nutrigap.report.cells import BOUNDS, ENOUGH, LEGEND_AI, NEED, NO_LEVEL, bounds, looks, sign_of
from nutrigap.report.head import assumed, caveats, opening, title
from nutrigap.report.marks import Doses, Mark, above, doses, marks, scale
from nutrigap.report.model import Report
from nutrigap.report.wrap import wrap
from nutrigap.wording import amount
from nutrigap.words import count

try:
    from matplotlib import style
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import PlaceHolderLayoutEngine
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text
    from PIL import Image  # comes with matplotlib
except ModuleNotFoundError as error:
    if error.name != "matplotlib":
        raise
    raise MissingPackage("matplotlib", "drawing a figure") from None

INK, SOFT, FAINT, RANGE, PAPER = "#1a1a1a", "#555555", "#b5b5b5", "#8fb6d9", "#ffffff"
FONT = "DejaVu Sans"
"""Comes with matplotlib, and has the signs of the verdicts."""
SIZE, SMALL = 9.5, 7.8
"""Of text, in points."""
DPI, SHARP, COLOURS = 100, 150, 32
"""Pixels an inch as a notebook shows it and as it keeps it, and the colours it keeps."""
COLUMNS = 108
"""Of small text across the figure."""

# Lengths in inches.
WIDTH, EDGE, LEFT, RIGHT = 7.6, 0.15, 1.35, 1.85
"""Of the figure, its edge, and the room for names and for verdicts."""
ROW, LANE, LINE, GAP = 0.68, 0.42, 0.165, 0.12
"""Heights of a nutrient, of its supplements below it, of a line of small text, and what parts these."""
BAND, TICK, WORD = 0.075, 0.13, 0.155
"""From the middle of a row: how far its band and its marks reach, and where their words begin."""

CLEAR = 0.1
"""Between two words on one side of a band, at the least."""

STYLES: dict[str, tuple[str | tuple[int, tuple[float, ...]], float]] = {
    "need": ("-", 1.5),
    "enough": ((0, (2.2, 1.3)), 1.5),
    "level": ("-", 3.6),
}
"""Kind of a mark -> its dashes and its width [pt]: told apart without colour, as on the page."""

PLAIN = ("default", {"svg.hashsalt": "nutrigap"})
"""What it is drawn and saved by: the same report is the same file."""
DATED = {"pdf": "CreationDate", "svg": "Date", "svgz": "Date"}
"""Form -> where such a file tells when it was made; this one does not."""


class Drawing(Figure):
    """A figure that shows itself in a notebook, also where pyplot was never loaded.

    Attributes
    ----------
    told : tuple of str
        What it shows, in words: the head, and a line a nutrient.
    """

    told: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "\n".join(self.told)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **kwargs: Any) -> None:
        """Save it as matplotlib does, by its defaults whatever style is in use, and the same at any time."""
        form = kwargs.get("format") or (Path(fname).suffix[1:] if isinstance(fname, str | os.PathLike) else "")
        if dated := DATED.get(form.lower()):
            kwargs["metadata"] = {dated: None, **(kwargs.get("metadata") or {})}
        with style.context(PLAIN):
            super().savefig(fname, transparent=transparent, **kwargs)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        drawn, kept = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", dpi=SHARP)
        # a notebook keeps its pictures: in few colours they are a third as large
        few = Image.open(drawn).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
        few.save(kept, "PNG", optimize=True)
        wide, tall = self.get_size_inches() * DPI
        return kept.getvalue(), {"width": round(wide), "height": round(tall)}


def figure(report: Report) -> Figure:
    """The six nutrients with their bounds and what they are held against.

    Parameters
    ----------
    report : Report

    Returns
    -------
    matplotlib.figure.Figure
        One pair of axes a nutrient, labelled with its id: x is the amount per day in the nutrient's unit, y in inches
        from the middle of the band.
    """
    with style.context(PLAIN):
        return _drawn(report)


def _drawn(report: Report) -> Drawing:
    said = [title(report), *filter(None, [assumed(report.person)]), *opening(report), *caveats(report)]
    head = [line for text in said for line in wrap(text, width=COLUMNS)]
    rows = [(reading, doses(report, reading)) for reading in report.core] if report.intake.days else []
    key = list(_key(report)) if rows else []
    body = sum(ROW + (LANE if found else 0) for _, found in rows) + (GAP * 2 if rows else 0)
    top = EDGE + len(head) * LINE
    height = top + body + sum(len(lines) for _, lines in key) * LINE + EDGE
    placed = PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=False)  # all stands where it belongs
    drawing = Drawing(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER, edgecolor=PAPER, layout=placed)
    drawing.told = (*said, *(_in_words(reading, looks(reading, report)) for reading, _ in rows))
    page = _axes(drawing, "text", 0, WIDTH, 0, height)
    page.set(xlim=(0, WIDTH), ylim=(0, height))
    for k, line in enumerate(head):
        _write(page, EDGE, height - EDGE - (k + 0.5) * LINE, line, strong=not k)
    y = height - top - GAP
    for reading, found in rows:
        tall = ROW + (LANE if found else 0)
        y -= tall
        _row(_axes(drawing, reading.nutrient.id, LEFT, WIDTH - LEFT - RIGHT, y, tall), reading, found)
        _beside(page, y + tall - ROW / 2, reading, looks(reading, report))
        if found:
            none = ": none" if not found.high > 0 else ""
            _write(page, LEFT - 0.12, y + LANE / 2 + 0.08, f"supplements{none}", right=True)
    y -= GAP
    for kind, lines in key:
        _sample(page, EDGE + 0.14, y - LINE / 2, kind)
        for line in lines:
            y -= LINE
            _write(page, EDGE + 0.4, y + LINE / 2, line)
    return drawing


def _axes(drawing: Figure, label: str, x: float, wide: float, y: float, tall: float) -> Axes:
    """Bare axes at a place in inches."""
    width, height = drawing.get_size_inches()
    axes = drawing.add_axes((x / width, y / height, wide / width, tall / height), label=label)
    axes.set_axis_off()
    return axes


def _write(axes: Axes, x: float, y: float, text: str, *, strong: bool = False, right: bool = False) -> None:
    axes.text(
        x, y, text, ha="right" if right else "left", va="center", color=INK if strong else SOFT, family=FONT,
        fontsize=SIZE if strong else SMALL, fontweight="bold" if strong else "normal", parse_math=False,
    )  # fmt: skip


def _beside(page: Axes, y: float, reading: Reading, verdict: str) -> None:
    """Name and unit on the left of a row, verdict and numbers on its right."""
    right = WIDTH - RIGHT + 0.15
    _write(page, LEFT - 0.12, y + LINE / 2, reading.nutrient.name, strong=True, right=True)
    _write(page, LEFT - 0.12, y - LINE / 2, f"{reading.nutrient.unit} a day", right=True)
    _write(page, right, y + LINE / 2, f"{sign_of(verdict)} {verdict}", strong=True)
    _write(page, right, y - LINE / 2, _numbers(reading))


def _numbers(reading: Reading) -> str:
    return f"{amount(reading, reading.best)} {reading.nutrient.unit} ({bounds(reading)})"


def _in_words(reading: Reading, verdict: str) -> str:
    against = "".join(f", {mark.text}" for mark in marks(reading))
    return f"{reading.nutrient.name}: {_numbers(reading)} a day{against}: {verdict}"


def _row(axes: Axes, reading: Reading, found: Doses | None) -> None:
    """A nutrient's band, with its supplements below it on the same scale."""
    against = marks(reading)
    far = scale((reading.low, reading.best, reading.high), against)
    if found:
        far = max(far, scale((found.low, found.best, found.high), [found.level]))
    axes.set(xlim=(0, far), ylim=(-ROW / 2 - (LANE if found else 0), ROW / 2))
    _band(axes, 0.0, (reading.low, reading.best, reading.high))
    sides: dict[bool, list[Text]] = {True: [], False: []}
    for mark, up in sorted(zip(against, above(against), strict=True), key=lambda one: one[0].value):
        sides[up].append(_mark(axes, 0.0, mark, mark.text, up=up))
    for words in sides.values():
        _part(axes, words)
    if found:
        y = -ROW / 2 - LANE / 2 + 0.08
        if found.high > 0:
            _band(axes, y, (found.low, found.best, found.high))
        else:
            axes.plot([0, far], [y, y], color=FAINT, linewidth=0.8, zorder=1)
        _mark(axes, y, found.level, found.text, up=False)


def _band(axes: Axes, y: float, ends: tuple[float, float, float]) -> None:
    """The mean, where it is known, between its bounds; without an upper end the band runs off the edge."""
    low, mean, high = ends
    far = axes.get_xlim()[1]
    axes.plot([0, far], [y, y], color=FAINT, linewidth=0.8, zorder=1)
    end = min(high, far)
    axes.add_patch(Rectangle((low, y - BAND), end - low, 2 * BAND, facecolor=RANGE, linewidth=0, zorder=2))
    if math.isinf(high):
        axes.plot([far], [y], marker=5, markersize=9, color=INK, clip_on=False, zorder=3)
    if not math.isfinite(mean):
        return
    axes.plot(
        [mean], [y], marker="D", markersize=6.5, color=INK, markeredgecolor=PAPER, markeredgewidth=0.8, zorder=4,
        label="mean", clip_on=False,
    )  # fmt: skip


def _mark(axes: Axes, y: float, mark: Mark, text: str, *, up: bool) -> Text:
    """A mark with its words; a level beyond the scale is words with an arrow at its edge."""
    far = axes.get_xlim()[1]
    at = min(mark.value / far, 1.0)
    if mark.value <= far:
        dashes, width = STYLES[mark.kind]
        axes.plot(
            [mark.value] * 2, [y - TICK, y + TICK], linestyle=dashes, linewidth=width, color=INK, zorder=3,
            label=mark.name, solid_capstyle="butt",
        )  # fmt: skip
    else:
        text += " →"
    return axes.text(
        at * far, y + (WORD if up else -WORD), text, ha="left" if at < 0.12 else "right" if at > 0.85 else "center",
        va="bottom" if up else "top", color=INK, family=FONT, fontsize=SMALL,
    )  # fmt: skip


def _part(axes: Axes, words: list[Text]) -> None:
    """Words on one side of a band, from left to right: where two would meet, the right one gives way, or else both."""
    far = axes.get_xlim()[1]
    from_pixels = axes.transData.inverted()
    gap = CLEAR / (axes.get_position().width * WIDTH) * far
    for left, right in pairwise(words):
        one, two = (text.get_window_extent().transformed(from_pixels) for text in (left, right))
        over = max(one.x1 + gap - two.x0, 0.0)
        room = min(over, max(far - two.x1, 0.0))
        right.set_x(right.get_position()[0] + room)
        left.set_x(left.get_position()[0] - (over - room))


def _key(report: Report) -> Iterator[tuple[str, list[str]]]:
    """What the parts of the figure mean, those that it holds."""
    targets = [reading.reference for reading in report.core if reading.reference is not None]
    tested = next((target for target in targets if target.ear is not None), None)
    words = {"ear": tested.ear_term, "rda": tested.rda_term} if tested else {}
    enough = [ENOUGH.format(**words)] if any(target.rda is not None for target in targets) else []
    if any(target.ear is None and target.ai is not None for target in targets):
        enough.append(LEGEND_AI)
    said = {
        "mean": f"Mean of {count(report.intake.days, 'day')}. Every row begins at 0 and has a scale of its own.",
        "range": BOUNDS,
        "need": NEED.format(**words) if tested else "",
        "enough": " ".join(enough),
        "level": f"UL: upper level, for long use; an arrow: it is further on; without one, {NO_LEVEL}",
    }
    for kind, text in said.items():
        if text:
            yield kind, wrap(text, width=COLUMNS - 4)


def _sample(page: Axes, x: float, y: float, kind: str) -> None:
    """How a part of the figure looks, beside what it means."""
    if kind == "mean":
        page.plot([x], [y], marker="D", markersize=6.5, color=INK, markeredgecolor=PAPER)
    elif kind == "range":
        page.add_patch(Rectangle((x - 0.12, y - 0.045), 0.24, 0.09, facecolor=RANGE, linewidth=0))
    else:
        dashes, width = STYLES[kind]
        page.plot([x, x], [y - 0.065, y + 0.065], linestyle=dashes, linewidth=width, color=INK, solid_capstyle="butt")
