"""The HTML report: numbers are those of the JSON, sentences those of the text, and it loads and runs nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import nutrigap as ng
from nutrigap import cli
from nutrigap.choices import COLUMNS
from nutrigap.profile import find_profile, person_of
from nutrigap.report import charts
from nutrigap.report.head import remarks
from nutrigap.report.saved import as_csv, paste

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "data" / "examples"
STORIES = ("vegan_woman", "man_with_tablets", "pregnant_woman")
WEEK = EXAMPLES / "week.csv"
LARGEST = 200_000
VOID = {"meta", "path", "line", "rect"}


class Page(HTMLParser):
    """Tags with their attributes, texts with the way of tags to them, rows of tables by label, the embedded JSON."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.data = ""
        self.out: set[str] = set()
        self._out = False
        self._way: list[str] = []
        self._table = ""
        self.feed(text)
        assert self._way == [], self._way

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._table = str(dict(attrs)["aria-label"])
            self.tables[self._table] = []
        if tag == "tr":
            self._out = dict(attrs).get("class") == "out"
            self.tables[self._table].append([])
        if tag in ("td", "th"):
            self.tables[self._table][-1].append("")
        if tag not in VOID:
            self._way.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._way.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._way[-1:] == ["script"]:
            self.data += data
        elif data.strip() and "style" not in self._way:
            self.texts.append((tuple(self._way), " ".join(data.split())))
            if self._way[-1] in ("td", "th"):
                self.tables[self._table][-1][-1] = data
            if self._way[-1] == "th" and self._out:
                self.out.add(data)

    def all(self, tag: str) -> list[str]:
        """The whole texts within a tag."""
        return [text for way, text in self.texts if tag in way]


@pytest.fixture(scope="module", params=STORIES)
def report(request):
    folder = EXAMPLES / request.param
    symptoms = folder / "symptoms.csv"
    person = person_of(find_profile(str(folder / "diary.csv"), None))
    return ng.analyze(
        ng.read_diary(folder / "diary.csv"), person, symptoms=symptoms if symptoms.exists() else None, compare="efsa"
    )


@pytest.fixture(scope="module")
def page(report):
    return Page(report.to_html())


# --- numbers


def number(text):
    """The first number of a text, and half a unit of its last digit: so far may the full number lie from it."""
    found = re.search(r"\d[\d,]*(?:\.(\d+))?", text)
    assert found, text
    return float(found[0].replace(",", "")), 0.5 * 10 ** -len(found[1] or "") * (1 + 1e-6)


def close(text, value):
    shown, half = number(text)
    return abs(shown - value) <= half


def share_shown(text, share):
    said = text.split(", ")[1]
    return 0 < share < 0.005 if said == "under 1 %" else close(said, 100 * share)


def test_json_is_embedded_whole(report, page):
    """To six digits, which is what the numbers of food tables are good for; candidates only of lines in doubt."""

    def same(one, other):
        if isinstance(one, float) and not isinstance(other, str):
            return math.isclose(one, other, rel_tol=6e-6, abs_tol=1e-12)
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(same, one, other))
        return one == other

    whole = json.loads(json.dumps(report.to_dict()))
    for line in whole["lines"]:
        for one in (line, *line["parts"]):
            if one["status"] == "counted":
                one["match"]["candidates"] = []
    assert same(whole, json.loads(page.data))
    assert any(line["match"]["candidates"] for line in whole["lines"])


def test_numbers_of_the_page_are_those_of_the_json(report, page):
    found = {one["name"]: one for one in report.to_dict()["nutrients"]}
    heads = [text for way, text in page.texts if way[-2:] == ("h3", "span") and way[-4] == "div"]
    shown = [text for text in heads if any(text.startswith(f"{name} ") for name in found)]
    assert len(shown) == 6
    for text in shown:
        name = next(name for name in found if text.startswith(f"{name} "))
        assert close(text.removeprefix(name), found[name]["intake"]["mean"]) and text.endswith(found[name]["unit"])
    rows = {row[0].split(",")[0]: row for row in page.tables["Amounts per day by where they come from"][1:]}
    assert len(rows) == 6
    for name, row in rows.items():
        sources = found[name]["intake"]["by_source"]
        for cell, value in zip(row[1:], (*sources.values(), found[name]["intake"]["mean"]), strict=True):
            assert cell == "within food" if value is None else close(cell, value), (name, cell, value)
    head, *days = page.tables["Amounts day by day"]
    for d, row in enumerate(days):
        for column, cell in zip(head[1:], row[1:], strict=True):
            day = found[column.split(",")[0]]["days"][d]
            assert day["date"] in row[0] and close(cell, day["best"])
        assert (row[0] in page.out) == (row[0].split()[1] in report.to_dict()["period"]["incomplete_days"])


def test_confidence_and_bounds_are_those_of_the_json(report, page):
    core = report.to_dict()["nutrients"][:6]
    texts = [text for way, text in page.texts if way[-1] == "p" and text.startswith("Low to high ")]
    for one, text in zip(core, texts, strict=True):
        low, high = re.match(r"Low to high ([\d,.]+) - ([\d,.]+|no end);", text).groups()
        assert close(low, one["intake"]["low"])
        assert high == "no end" if one["intake"]["high"] is None else close(high, one["intake"]["high"])
        told = one["reference"]
        shown = [
            float(each.replace(",", "")) for each in re.findall(r"[\d,.]*\d", text.split(";", 1)[1].split(". ")[0])
        ]
        values = [told["ear"], told["rda"]] if told["ear"] is not None else [told["ai"]]
        assert shown == [value for value in (*values, told["ul"]) if value is not None]
        assert ("supplements only" in text) == (told["ul_scope"] == "supplement_only")
        confidence = one["adequacy"]["confidence"]
        said = re.search(r"Confidence (over |under )?(\d+) % that usual intake (is below|meets|reaches)", text)
        assert (said is None) == (confidence is None)
        if said is None:
            continue
        low = one["adequacy"]["status"] == "likely_low"
        assert (said[3] == "is below") == low
        held = 1 - confidence if low else confidence
        assert close(said[2], 100 * held) if said[1] is None else held > 0.99 if said[1] == "over " else held < 0.01
        end = re.search(r"\((over |under )?(\d+) % at the low end", text)
        if end is not None:
            worst = one["adequacy"]["confidence_low"]
            assert close(end[2], 100 * worst) if end[1] is None else worst > 0.99 if end[1] == "over " else worst < 0.01


def test_top_foods_are_those_of_the_json(report, page):
    items = [text for way, text in page.texts if way[-2:] == ("li", "span")]
    said = list(itertools.pairwise(items))
    for one in report.to_dict()["nutrients"][:6]:
        for food in one["contributors"][:5]:
            brings = [text for name, text in said if name.startswith(food["food"][:40])]
            assert any(close(text, food["amount"]) and share_shown(text, food["share"]) for text in brings), food


def test_places_of_a_band_are_in_proportion():
    """Mean 50 and a need of 100 on a scale of 112: half as far from the start."""
    figure = str(charts.band(40, 50, 60, [charts.Mark("EAR", 100.0, "need")], "x", words=["EAR 100"]))
    mean, need = (
        float(re.search(r'class="mean" d="M([\d.]+)', figure)[1]),
        float(re.search(r'need" x1="([\d.]+)', figure)[1]),
    )
    start, left = float(re.search(r'axis" x1="([\d.]+)', figure)[1]), float(re.search(r'range" x="([\d.]+)', figure)[1])
    assert (mean - start) / (need - start) == pytest.approx(0.5, abs=0.001)
    assert (left - start) / (need - start) == pytest.approx(0.4, abs=0.001)
    assert "open" not in figure and "open" in str(charts.band(40, 50, math.inf, [], "x", words=[]))


def test_columns_of_days_are_in_proportion():
    days = [
        charts.Day("a", 10, 10, 10, True),
        charts.Day("b", 20, 20, 20, True),
        charts.Day("c", 5, 5, math.inf, False),
    ]
    figure = str(charts.by_day(days, None, "x"))
    heights = [float(text) for text in re.findall(r'height="([\d.]+)"', figure)]
    assert heights[0] / heights[1] == pytest.approx(0.5, abs=0.01) and figure.count('"day out"') == 1


def test_a_level_off_the_scale_has_no_place_and_an_unknown_day_no_column():
    far = charts.Mark("UL", 100.0, "level")
    figure = str(charts.band(1, 1, 1, [charts.Mark("EAR", 2.0, "need"), far], "x", words=["EAR 2", "UL 100"]))
    assert "UL 100 →" in figure and 'class="level"' not in figure
    days = [
        charts.Day("a", 0, math.nan, math.inf, True),
        charts.Day("b", 0, 0, 0, True),
        charts.Day("c", 2, 2, 2, True),
    ]
    figure = str(charts.by_day(days, charts.Mark("AI", 3.0, "enough"), "x"))
    assert figure.count("<rect") == 2 and 'class="enough"' in figure and figure.count('class="open"') == 1


def test_a_long_log_says_what_it_leaves_out(tmp_path):
    start, path = dt.date(2026, 1, 1), tmp_path / "d.csv"
    rows = [f"{start + dt.timedelta(days=d)},rice,{100 + d} g" for d in range(100) for _ in range(11)]
    path.write_text("\n".join(["date,food,amount", *rows]) + "\n", encoding="utf-8")
    text = ng.analyze(path, ng.Person(age=40, sex="female")).to_html()
    page, words = Page(text), " ".join(text for _, text in Page(text).texts)
    assert len(page.tables["Amounts day by day"]) == 63 and words.count("The last 62 of 100 days are shown.") == 2
    assert "All lines" not in page.tables and "The 1,100 lines are too many for a page" in words
    found = json.loads(page.data)
    assert found["lines"] == [] and len(found["nutrients"][0]["days"]) == 100 and len(text) < 400_000


# --- what stands on it


def test_sentences_are_those_of_the_text(report, page):
    words = " ".join(" ".join(text for _, text in page.texts).split())
    for flag in report.said:
        name = next((one.nutrient.name for one in report.core if flag.text.startswith(f"{one.nutrient.name}: ")), "")
        assert flag.text.removeprefix(f"{name}: " if name else "") in words, flag.rule
    assert report.to_dict()["disclaimer"] in words and report.diary.sha256 in words
    assert page.all("h2") == [
        "In short", "The six nutrients, per day", "With and without supplements", "Day by day", "Where it comes from",
        "Foods that would change it most", "About muscle twitching", "Lines to check", "Method and limits", "Sources",
        "To make it again",
    ]  # fmt: skip
    assert "Beside EFSA" in page.all("h3")


def test_the_answer_card_is_short(page):
    """Answers, and at most three sentences: the last one tells of the lines."""
    heads = [k for k, (way, _) in enumerate(page.texts) if way[-1] == "h2"]
    card = [text for way, text in page.texts[heads[0] : heads[1]] if way[-2:] == ("section", "p")]
    assert len(card) <= 3
    assert re.fullmatch(r"\d+ of \d+ lines counted( \(\d+ on a guess\))?, \d+ left out\.", card[-1])


def test_a_row_pasted_settles_the_line(report, page, tmp_path):
    """Put below the first line that the page tells, every row makes its lines counted, as they were guessed."""
    head, *rows = [text for way, text in page.texts if way[-1] == "code"]
    assert len(rows) >= 3
    path = tmp_path / "my-foods.csv"
    path.write_text("\n".join([head, *dict.fromkeys(rows)]) + "\n", encoding="utf-8")
    settled = ng.analyze(report.diary, report.person, choices=path)
    doubt = [k for k, entry in enumerate(report.entries) if entry.status != "counted" and paste(report, entry)]
    assert len(doubt) >= len(rows) and all(settled.entries[k].status == "counted" for k in doubt)
    for k, (before, after) in enumerate(zip(report.entries, settled.entries, strict=True)):
        assert before.row == after.row, before.line.food
        if before.grams is not None:
            assert after.grams.best == pytest.approx(before.grams.best, rel=1e-3), (k, before.line.food)


def test_page_loads_and_runs_nothing(report, page):
    text = report.to_html()
    policy = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert {attrs.get("type") for tag, attrs in page.tags if tag == "script"} == {"application/json"}
    assert not {"link", "img", "iframe", "object", "form", "base", "a"} & {tag for tag, _ in page.tags}
    assert not any(
        name.startswith("on") or name in ("src", "href", "style") for _, attrs in page.tags for name in attrs
    )
    assert not re.search(r"url\(|@import|javascript:", text)


@pytest.mark.parametrize("name", STORIES)
def test_a_week_is_small(name, monkeypatch):
    monkeypatch.chdir(EXAMPLES / name)
    symptoms = "symptoms.csv" if Path("symptoms.csv").exists() else None
    text = ng.analyze("diary.csv", person_of(find_profile("diary.csv", None)), symptoms=symptoms).to_html()
    assert len(text.encode()) <= LARGEST


def test_unknown_mean_is_not_drawn():
    foods = ng.load_foods(pd.DataFrame({"food": ["house bar"], "calcium_mg": [40.0]}), "usda")
    rows = [f"2026-01-0{day},{food}" for day in (5, 6, 7) for food in ("house bar,60 g", "banana,1 medium")]
    diary = ng.read_diary(io.StringIO("\n".join(["date,food,amount", *rows])))
    report = ng.analyze(diary, ng.Person(age=34, sex="female"), foods=foods)
    assert math.isnan(report.summary.loc["magnesium", "best"]) and report.summary.loc["magnesium", "low"] > 0
    for text in (report.to_html(), report._repr_html_()):
        figures = [figure for figure in re.findall(r"<svg.*?</svg>", text) if "Magnesium" in figure]
        assert len(figures) == 2 and all("nan" not in figure and "inf" not in figure for figure in figures)
        assert 'class="mean"' not in figures[0] and 'class="range"' in figures[0] and 'class="open"' in figures[0]
        assert "not known over 3 days" in figures[1] and figures[1].count('class="whisker"') == 3


def test_page_is_readable_without_eyes(page):
    figures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(figures) >= 12 and all(attrs["role"] == "img" and attrs["aria-label"] for attrs in figures)
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.tags if tag == "th")
    assert dict(page.tags)["html"] == {"lang": "en"}


def test_a_row_is_offered_only_where_it_settles_the_line(tmp_path):
    """Each alone, read from a file as the person would have it read."""
    path, file = tmp_path / "d.csv", tmp_path / "my-foods.csv"
    odd = (
        "roast chicken,1 breast", "roast chicken,1 leg", "brocolli,few florets", "gravy,", "cheese,", "crisps,few",
        "chips,1", "flat white,1", "pizza,1", "coffee,2 mugs", "walnuts,2 handfuls", "qqzx wvvk,1", "salad,", "salad,1",
        "nutritional yeast,1 tbsp", "beans on toast,1", "rice,1 cup uncooked", "chickpea salad,1 bowl",
        "magnesium citrate 400 mg,1 tablet", "chicken pad thai,1", "cookies,", "cookies,1",
    )  # fmt: skip
    path.write_text("date,food,amount\n" + "".join(f"2026-03-01,{one}\n" for one in odd), encoding="utf-8")
    report, offered = ng.analyze(path, ng.Person(age=40, sex="female")), 0
    for k, entry in enumerate(report.entries):
        row = paste(report, entry) if entry.status != "counted" else None
        if row:
            file.write_text(f"{','.join(COLUMNS)}\n{as_csv(row)}\n", encoding="utf-8")
            after = ng.analyze(path, report.person, choices=file).entries[k]
            assert after.status == "counted", (entry.line.food, row, after.problem)
            offered += 1
    assert offered >= 5
    rows = [text for way, text in Page(report.to_html()).texts if way[-1] == "code"]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")  # all of them together, as the page offers them
    ng.analyze(path, report.person, choices=file)


def test_the_profile_that_was_found_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week.csv").write_bytes(WEEK.read_bytes())
    told = "age = 34\nsex = 'female'\nmedicines = ['omeprazole 2 years']\nweight_kg = 61.5\n"
    (tmp_path / "nutrigap.toml").write_text(told, encoding="utf-8")
    assert cli.run(["report", "week.csv", "-q", "-o", "report.html"]) == 0
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "nutrigap report week.csv -q -o report.html --profile nutrigap.toml" in page.all("dd")
    assert "weight 61.5 kg; medicines: omeprazole 2 years" in page.all("dd")
    person = json.loads(page.data)["person"]
    assert (person["weight_kg"], person["medicines"], person["symptoms"]) == (61.5, ["omeprazole 2 years"], None)


def test_unknown_is_nowhere_nothing(tmp_path):
    """A multivitamin without a label, and a day of which nothing could be read."""
    path = tmp_path / "d.csv"
    lines = [
        "date,food,amount",
        *(f"2026-03-0{day},rice,200 g" for day in (1, 2, 3)),
        "2026-03-02,multivitamin,1 tablet",
    ]
    path.write_text(
        "\n".join([*lines, "2026-03-04,qqzx wvvk,1", "2026-03-02,magnesium 100 mg,1"]) + "\n", encoding="utf-8"
    )
    report = ng.analyze(path, ng.Person(age=40, sex="female"))
    page = Page(report.to_html())
    rows = {row[0].split(",")[0]: row for row in page.tables["Amounts per day by where they come from"][1:]}
    assert (
        rows["Vitamin B12"][3] == "unknown"
        and rows["Magnesium"][3].endswith("+")
        and rows["Magnesium"][4].endswith("+")
    )
    days = {row[0].split()[1]: row[1:] for row in page.tables["Amounts day by day"][1:]}
    assert set(days["2026-03-04"]) == {"?"} and days["2026-03-02"][0].endswith("+")
    by_source = {one["id"]: one["intake"]["by_source"] for one in report.to_dict()["nutrients"]}
    assert by_source["vitamin_b12"]["supplement"] is None and by_source["magnesium"]["supplement"] == pytest.approx(
        100 / 3
    )
    assert math.isnan(report.summary.loc["vitamin_b12", "supplement"])


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title></style><b>bold</b>", "{{ 7 * 7 }}",
    "=HYPERLINK(1)", "rice \u202egnp\u202c \u200f\u2066x\u2069", "w" * 10_000, "</script><svg onload=alert(1)>",
    "magnesium 100 mg <b>x</b>\x1b[31m", "line\u2028break\x85here",
)  # fmt: skip


def test_hostile_diary_stays_text(tmp_path):
    start = dt.date(2026, 4, 1)
    path = tmp_path / "<b>hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["date", "food", "amount"])
        for d, text in enumerate(HOSTILE):
            rows.writerow([start + dt.timedelta(days=d), text, "1 cup"])
            rows.writerow([start + dt.timedelta(days=d), "rice", "100 g"])
    person = ng.Person(age=40, sex="female", symptoms=list(HOSTILE), medicines=list(HOSTILE))
    text = ng.analyze(path, person).to_html()
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "article", "header", "h1", "h2", "h3", "p", "section",
        "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "footer", "div", "span", "svg", "rect", "line",
        "path", "text", "ul", "li", "details", "summary", "code", "strong", "script",
    }  # fmt: skip
    assert "{{ 7 * 7 }}" in " ".join(text for _, text in page.texts)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert [tag for tag, _ in page.tags].count("script") == 1 and json.loads(page.data)["schema"] == "nutrigap/report"


def test_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week.csv").write_bytes(WEEK.read_bytes())
    assert cli.run(["report", "week.csv", "--age", "34", "--sex", "female", "-q", "-o", "report.html"]) == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "nutrigap report week.csv --age 34 --sex female -q -o report.html" in Page(text).all("dd")
    assert "woman of 34" in text


def test_a_notebook_shows_the_answer_and_the_six(report):
    text = report._repr_html_()
    cell, page = Page(text), Page(report.to_html())
    assert cell.all("dd") == page.all("dd")[: len(cell.all("dd"))] and len(cell.all("article")) == len(
        page.all("article")
    )
    told = " ".join(text for _, text in cell.texts)
    assert all(" ".join(said.split()) in told for said in remarks(report))
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    chosen = [one.strip() for rule in re.findall(r"([^{}]+)\{", style) for one in rule.split(",")]
    assert all(one.startswith(".nutrigap") for one in chosen)  # nothing else in the notebook changes its looks
    assert not {"script", "link", "img"} & {tag for tag, _ in cell.tags}


def test_of_nothing_and_of_several(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(
        "date,person,food,amount\n2026-03-01,Ann,qqzx wvvk,1\n2026-03-01,Bob,rice,100 g\n", encoding="utf-8"
    )
    out = tmp_path / "r.html"
    assert cli.run(["report", str(path), "-q", "-o", str(out)]) == 0
    page = Page(out.read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.tags].count("main") == 2
