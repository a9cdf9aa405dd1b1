"""The figure: its artists hold the numbers of the report, every word is on the paper and on no other."""

from __future__ import annotations

import io
import itertools
import json
import struct
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageColor

import nutrigap as ng
from nutrigap.profile import find_profile, person_of
from nutrigap.references import terms
from nutrigap.report import plot

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
WEEK = EXAMPLES / "week.csv"
STORIES = ("vegan_woman", "man_with_tablets", "pregnant_woman")
CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
PEOPLE = {
    "woman": ng.Person(age=34, sex="female"),
    "unknown": ng.Person(),
    "infant": ng.Person(age="8mo", sex="male"),
    "child": ng.Person(age=5, sex="female", references="efsa"),
    "pregnant": ng.Person(age=30, life_stage="pregnant", references="nordic"),
    "without": ng.Person(age=13, life_stage="pregnant", references="efsa"),
    "old": ng.Person(age=80, sex="male"),
}

NAMES = (*STORIES, *PEOPLE, "unmeasured")


def story(name: str) -> ng.Report:
    diary = EXAMPLES / name / "diary.csv"
    return ng.analyze(diary, person_of(find_profile(str(diary), None)))


def unmeasured() -> ng.Report:
    """Three days with a food of which a table tells calcium only: the mean of the others is not known."""
    foods = ng.load_foods(pd.DataFrame({"food": ["house bar"], "calcium_mg": [40.0]}), "usda")
    rows = [f"2026-01-0{day},{food}" for day in (5, 6, 7) for food in ("house bar,60 g", "banana,1 medium")]
    diary = ng.read_diary(io.StringIO("\n".join(["date,food,amount", *rows])))
    return ng.analyze(diary, ng.Person(age=34, sex="female"), foods=foods)


def reports() -> dict[str, ng.Report]:
    of_people = {name: ng.analyze(WEEK, person) for name, person in PEOPLE.items()}
    return {name: story(name) for name in STORIES} | of_people | {"unmeasured": unmeasured()}


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[ng.Report, Figure]]:
    return {name: (report, report.plot()) for name, report in reports().items()}


def axes_of(figure: Figure) -> dict[str, Axes]:
    return {str(axes.get_label()): axes for axes in figure.axes}


def words_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def lines_at(axes: Axes, label: str) -> list[np.ndarray]:
    return [line.get_xydata() for line in axes.lines if line.get_label() == label]


@pytest.mark.parametrize("name", NAMES)
def test_artists_hold_the_numbers_of_the_json(drawn, name):
    report, figure = drawn[name]
    axes = axes_of(figure)
    assert [label for label in axes if label != "text"] == list(CORE)
    words = terms(report.person.references)
    for found in json.loads(report.to_json())["nutrients"][: len(CORE)]:
        one, intake, target = axes[found["id"]], found["intake"], found["reference"]
        end = one.get_xlim()[1]
        assert one.get_xlim()[0] == 0
        means = lines_at(one, "mean")
        rest = [line for line in means if line[0, 1] != 0]
        total = [line.tolist() for line in means if line[0, 1] == 0]
        assert total == ([] if intake["mean"] is None else [[[pytest.approx(intake["mean"]), 0.0]]])
        band = next(patch for patch in one.patches if isinstance(patch, Rectangle))
        assert band.get_x() == pytest.approx(intake["low"])
        high = end if intake["high"] is None else intake["high"]
        assert band.get_x() + band.get_width() == pytest.approx(high)
        arrows = [line for line in one.lines if line.get_marker() == 5]
        assert len(arrows) == (intake["high"] is None)
        if target["ul_scope"] not in ("total", "none"):
            assert len(rest) == (intake["by_source"]["supplement"] > 0)
            assert all(line[0, 0] == pytest.approx(intake["by_source"]["supplement"]) for line in rest)
        else:
            assert not rest
        expected = {words["ear_term"]: target["ear"], words["rda_term"]: target["rda"], "UL": target["ul"]}
        if target["rda"] is None:
            expected["AI"] = target["ai"]
        for term, value in expected.items():
            said = [text for text in words_of(one) if text.startswith(f"{term} ")]
            assert len(said) == (value is not None), (found["id"], term)
            if value is None:
                assert not lines_at(one, term)
                continue
            assert said[0].split()[1].strip(",") == f"{value:,.10g}"
            if "→" in said[0]:
                assert term == "UL" and value > end and not lines_at(one, term)
            else:
                (mark,) = lines_at(one, term)
                assert mark[:, 0].tolist() == pytest.approx([value, value])


@pytest.mark.parametrize("name", NAMES)
def test_words_are_those_of_the_report_with_their_unit(drawn, name):
    report, figure = drawn[name]
    said = words_of(axes_of(figure)["text"])
    assert said[0] in report.to_text().splitlines()[1].strip() or said[0].startswith(report.to_text().splitlines()[1])
    table = {line.split("  ")[0]: line for line in report.to_text().splitlines() if " mg " in line or " µg " in line}
    for reading in report.core:
        at = said.index(reading.nutrient.name)
        assert said[at + 1] == f"{reading.nutrient.unit} a day"
        verdict, numbers = said[at + 2 : at + 4]
        row = table[reading.nutrient.name]
        assert row.endswith(verdict[2:]) and verdict[0] in "●○▲△▼"
        mean, bounds = numbers.removesuffix(")").split(" (")
        assert mean in row and (bounds in row)
        (told,) = (line for line in repr(figure).splitlines() if line.startswith(f"{reading.nutrient.name}: "))
        assert numbers in told and told.endswith(f": {verdict[2:]}")


def test_level_that_counts_supplements_only_is_not_held_against_food(drawn):
    for name, kept in (("woman", "supplements: none"), ("man_with_tablets", "supplements")):
        figure = drawn[name][1]
        magnesium = axes_of(figure)["magnesium"]
        (level,) = lines_at(magnesium, "UL")
        (need,) = lines_at(magnesium, "EAR")
        assert level[:, 1].max() < need[:, 1].min()
        assert "UL 350, supplements only" in words_of(magnesium)
        assert kept in words_of(axes_of(figure)["text"])
    assert "UL 250, without food's own" in words_of(axes_of(drawn["child"][1])["magnesium"])


@pytest.mark.parametrize("name", NAMES)
def test_no_word_is_cut_off_or_lies_on_another(drawn, name):
    figure = drawn[name][1]
    canvas = FigureCanvasAgg(figure).get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(canvas)) for axes in figure.axes for text in axes.texts]
    assert len(boxes) > 20
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        apart = a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart, (one, two)


def test_style_in_use_changes_nothing_and_nothing_is_changed(drawn):
    before = dict(matplotlib.rcParams)
    plain = drawn["woman"][1]
    with matplotlib.rc_context({"text.color": "white", "figure.facecolor": "black", "font.size": 30, "lines.color": "r",
                                "font.family": ["serif"], "figure.autolayout": True, "axes.facecolor": "r",
                                "axes.grid": True, "lines.markersize": 20}):  # fmt: skip
        styled = drawn["woman"][0].plot()
        assert styled._repr_png_() == plain._repr_png_()
    assert dict(matplotlib.rcParams) == before
    script = f"import sys, nutrigap as ng; ng.analyze({str(WEEK)!r}).plot(); print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False" and "UserWarning" not in done.stderr


def test_it_shows_itself_in_a_notebook_and_can_be_kept(drawn, tmp_path):
    data, shown = drawn["woman"][1]._repr_png_()
    assert data.startswith(b"\x89PNG") and len(data) < 50_000
    wide, tall = struct.unpack(">II", data[16:24])
    assert wide / shown["width"] == pytest.approx(1.5, abs=0.01)
    assert wide / tall == pytest.approx(shown["width"] / shown["height"], rel=0.01)
    kept = [colour for _, colour in Image.open(io.BytesIO(data)).convert("RGB").getcolors()]
    for wanted in map(ImageColor.getrgb, (plot.INK, plot.RANGE, plot.PAPER)):
        assert min(np.abs(np.subtract(kept, wanted)).max(axis=1)) <= 2
    for form in ("pdf", "svg", "png"):
        drawn["woman"][1].savefig(tmp_path / f"report.{form}")
        assert (tmp_path / f"report.{form}").stat().st_size > 1000


def test_a_name_in_the_diary_is_text_and_no_formula():
    name = r"$\frac{1}$ <b>Ann</b>"
    diary = io.StringIO(f"date,person,food,amount\n2026-01-05,{name},banana,1\n")
    figure = ng.analyze(ng.read_diary(diary)).plot()
    assert words_of(axes_of(figure)["text"])[0].startswith(name)
    assert figure._repr_png_()[0]


def test_nothing_counted_draws_no_band():
    figure = ng.analyze(ng.read_diary(io.StringIO("date,food,amount\n2026-01-05,xyzzyqq,1\n"))).plot()
    assert [axes.get_label() for axes in figure.axes] == ["text"]
    assert any("No line could be counted" in text for text in words_of(figure.axes[0]))


def test_without_matplotlib_the_error_says_how_to_get_it(monkeypatch):
    report = ng.analyze(WEEK)
    for module in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "nutrigap.report.plot", raising=False)
    with pytest.raises(ImportError, match=r'pip install "nutrigap\[plot\]"'):
        report.plot()
