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
from matplotlib import style
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

NAMES = (*STORIES, *PEOPLE, "unmeasured", "b6_tablets")


def story(name: str) -> ng.Report:
    diary = EXAMPLES / name / "diary.csv"
    return ng.analyze(diary, person_of(find_profile(str(diary), None)))


def unmeasured() -> ng.Report:
    """Three days with a food of which a table tells calcium only: the mean of the others is not known."""
    foods = ng.load_foods(pd.DataFrame({"food": ["house bar"], "calcium_mg": [40.0]}), "usda")
    rows = [f"2026-01-0{day},{food}" for day in (5, 6, 7) for food in ("house bar,60 g", "banana,1 medium")]
    diary = ng.read_diary(io.StringIO("\n".join(["date,food,amount", *rows])))
    return ng.analyze(diary, ng.Person(age=34, sex="female"), foods=foods)


def b6_tablets() -> ng.Report:
    """150 mg of vitamin B6 a day: EFSA's average requirement of 1.3 mg and its level of 12 mg stand close together."""
    rows = [f"2026-01-0{day},{food}" for day in (5, 6, 7) for food in ("vitamin B6 150 mg tablet,1", "bread,2 slices")]
    diary = ng.read_diary(io.StringIO("\n".join(["date,food,amount", *rows])))
    return ng.analyze(diary, ng.Person(age=34, sex="female", references="efsa"))


def reports() -> dict[str, ng.Report]:
    of_people = {name: ng.analyze(WEEK, person) for name, person in PEOPLE.items()}
    return (
        {name: story(name) for name in STORIES} | of_people | {"unmeasured": unmeasured(), "b6_tablets": b6_tablets()}
    )


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


# Styles that differ most from the defaults, and settings that no artist of ours sets by itself.
STYLES = ("classic", "dark_background", "ggplot", "grayscale", "seaborn-v0_8-poster", "Solarize_Light2")
SETTINGS = (
    {"text.color": "white", "figure.facecolor": "black", "font.size": 30, "font.family": ["serif"], "axes.grid": True},
    {"lines.marker": "o", "lines.linestyle": ":", "lines.color": "r", "lines.markersize": 20, "axes.facecolor": "r"},
    {"axes.prop_cycle": matplotlib.cycler(marker=["s", "x"]), "figure.autolayout": True},
    {"font.weight": "bold", "font.style": "italic", "path.sketch": (1, 100, 2)},
    {"savefig.bbox": "tight", "savefig.facecolor": "black", "savefig.dpi": 50, "text.hinting": "none"},
    {"savefig.transparent": True, "savefig.format": "svg", "text.antialiased": False},
)


def saved(figure: Figure) -> bytes:
    kept = io.BytesIO()
    figure.savefig(kept)
    return kept.getvalue()


@pytest.fixture(scope="module")
def unstyled(drawn) -> bytes:
    return saved(drawn["woman"][1])


@pytest.mark.parametrize("used", [*STYLES, *SETTINGS], ids=lambda used: used if isinstance(used, str) else min(used))
def test_style_in_use_changes_nothing(drawn, unstyled, used):
    assert not isinstance(used, str) or used in style.available
    report, plain = drawn["woman"]
    with style.context(used):
        assert saved(report.plot()) == unstyled
        assert saved(plain) == unstyled
    assert Image.open(io.BytesIO(unstyled)).size == tuple(np.floor(plain.get_size_inches() * plot.DPI))


def test_making_and_saving_a_figure_changes_no_setting(drawn):
    with matplotlib.rc_context({"font.size": 30, "backend": "svg", "svg.hashsalt": "mine"}):
        before = dict(matplotlib.rcParams)
        saved(drawn["woman"][0].plot())
        assert dict(matplotlib.rcParams) == before
    script = f"import sys, nutrigap as ng; ng.analyze({str(WEEK)!r}).plot(); print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False" and "Warning" not in done.stderr


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_the_same_report_is_the_same_file(drawn, form, tmp_path, monkeypatch):
    report, figure = drawn["woman"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")  # what matplotlib takes for the time of now
    figure.savefig(tmp_path / f"a.{form}")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    report.plot().savefig(str(tmp_path / f"b.{form}"), metadata={"Title": "mine"})
    report.plot().savefig(str(tmp_path / f"c.{form}"))
    kept = [(tmp_path / f"{name}.{form}").read_bytes() for name in "abc"]
    assert kept[0] == kept[2] and b"mine" in kept[1]
    stream = io.BytesIO()
    figure.savefig(stream, format=form)
    assert stream.getvalue() == kept[0]


def made(rows: str, person: ng.Person) -> ng.Report:
    return ng.analyze(ng.read_diary(io.StringIO(rows)), person)


def test_a_figure_tells_what_bears_on_its_totals_and_on_whom():
    """By the same sentences as the report, which a figure may be parted from."""
    day = "{0},bread,8 slices,{1}\n{0},whole milk,4 cups,{1}\n{0},chicken breast,300 g,{1}\n{0},xyzzyqq,1,{1}\n"
    head = "date,food,amount,note\n"
    note = "incomplete day"
    some = made(
        head + "".join(day.format(f"2026-09-{d:02}", note if d == 10 else "") for d in range(7, 12)),
        ng.Person(age=30, sex="female", life_stage="pregnant"),
    )
    every = made(
        head + "".join(day.format(f"2026-09-{d:02}", note) for d in range(7, 10)), ng.Person(age=40, sex="male")
    )
    for report, wanted in (
        (
            some,
            (
                "In pregnancy a dietitian or doctor is a better guide than this report.",
                "Not in the mean, because marked or found as incomplete: 2026-09-10.",
                "15 of 20 lines counted (10 on a guess), 5 left out.",
                "hold no weekend day; usual intake may differ.",
            ),
        ),
        (every, ("Every day is marked as incomplete; they are counted all the same, and every total is too low.",)),
        (
            made("date,food,amount\n2026-09-07,vitamin D3 2000 IU,1\n", ng.Person(age=5, sex="male")),
            (
                "Only supplements could be counted: the totals say nothing about the whole diet.",
                "For children a dietitian or doctor is a better guide than this report.",
            ),
        ),
    ):
        figure = report.plot()
        paper = " ".join(words_of(axes_of(figure)["text"]))
        said = " ".join(report.to_text().split())
        for sentence in wanted:
            assert sentence in paper and sentence in repr(figure), sentence
            assert sentence.removesuffix(".") in said
    sure = made("date,food,amount\n2026-09-07,banana,100 g\n", ng.Person(age=40, sex="male"))
    assert sure.count("counted") == 1 and "counted" not in repr(sure.plot())


@pytest.mark.parametrize("right", [False, True], ids=["left", "right"])
def test_words_of_near_marks_give_way(right):
    """At the right edge both move, for the verdict stands beyond it."""
    axes = plot._axes(plot.Drawing(figsize=(plot.WIDTH, 1)), "row", plot.LEFT, 4.4, 0, 1)
    axes.set(xlim=(0, 100), ylim=(-0.5, 0.5))
    at = (93.0, 99.0) if right else (1.0, 8.0)
    words = [plot._mark(axes, 0, plot.Mark("EAR", value, "need"), f"EAR {value}", up=True) for value in at]
    one, two = (word.get_window_extent() for word in words)
    assert one.x1 > two.x0
    plot._part(axes, words)
    one, two = (word.get_window_extent() for word in words)
    inch = axes.get_figure().dpi
    assert (two.x0 - one.x1) / inch == pytest.approx(plot.CLEAR)
    assert axes.bbox.x0 <= one.x0 and two.x1 <= axes.bbox.x1 + 0.5


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
    with pytest.raises(ng.MissingPackage, match=r"pip install matplotlib$") as caught:
        report.plot()
    assert isinstance(caught.value, ImportError) and caught.value.name == "matplotlib"


def test_a_matplotlib_that_is_broken_is_not_called_missing(monkeypatch):
    report = ng.analyze(WEEK)
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "nutrigap.report.plot", raising=False)
    with pytest.raises(ModuleNotFoundError, match="PIL"):
        report.plot()
