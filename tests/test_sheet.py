"""The clinician sheet: its numbers are those of the JSON, its two forms say the same, and it interprets nothing."""

from __future__ import annotations

import csv
import datetime as dt
import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import nutrigap as ng
from nutrigap import cli
from nutrigap.report.sheet import contents, render

WEEK = Path(__file__).parent.parent / "data" / "examples" / "week.csv"
CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
VERDICTS = (
    "low", "lower", "high", "higher", "covered", "covers", "adequate", "inadequate", "deficient", "deficiency",
    "insufficient", "sufficient", "enough", "short", "shortage", "lack", "lacks", "excess", "excessive", "toxic",
    "overdose", "dangerous", "danger", "safe", "risk", "likely", "probably", "very", "too", "should", "recommend",
    "recommended", "advise", "advice", "consider", "suggests", "normal", "abnormal", "verdict", "watch", "above",
    "below", "try", "eat", "avoid", "reduce", "increase", "gap",
)  # fmt: skip


# --- diaries


def _write(path: Path, rows: list[tuple[str, ...]], head: str = "date,meal,food,amount") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head.split(","))
        writer.writerows(rows)
    return path


def _day(first: dt.date, d: int) -> str:
    return (first + dt.timedelta(d)).isoformat()


APRIL = dt.date(2026, 4, 1)


def _man_rows(days: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for d in range(days):
        day = _day(APRIL, d)
        rows += [
            (day, "breakfast", "whole wheat bread", "2-4 slices"), (day, "breakfast", "black coffee", "2 cups"),
            (day, "breakfast", "B complex (vitamin B6 50 mg, vitamin B12 100 µg)", "1 tablet"),
            (day, "lunch", "chicken breast", "150 g"), (day, "lunch", "white rice, cooked", "250 g"),
            (day, "snack", "energy drink", "500 ml"), (day, "dinner", "potato, baked", "250 g"),
            (day, "dinner", "beer", "330 ml"), (day, "dinner", "beef stew", "300 g"),
        ]  # fmt: skip
        if d % 2 == 0:
            rows.append((day, "evening", "magnesium (as citrate) 200 mg", "1 tablet"))
        if d == 3:
            rows.append((day, "evening", "omeprazole 20 mg", "1"))
            rows.append((day, "evening", "black liquorice", "40 g"))
            rows.append((day, "evening", "salt substitute", "1 tsp"))
            rows.append((day, "evening", "grandmother's zzyzx surprise", "1 bowl"))
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sheets")


@pytest.fixture(scope="module")
def man(folder):
    rows = [(_day(APRIL, d), "twitching", str(d), "") for d in range(12)]
    rows += [(_day(APRIL, d), "sleep", "", "6.5") for d in range(12)]
    log = _write(folder / "symptoms.csv", rows, "date,kind,count,value")
    person = ng.Person(
        age=55, sex="male", weight_kg=82, height_cm=178, medicines=["omeprazole 2 years"], symptoms=["tingling"],
        conditions=[], diet="omnivore", sun="little",
    )  # fmt: skip
    return ng.analyze(_write(folder / "man.csv", _man_rows(10)), person, symptoms=log)


@pytest.fixture(scope="module")
def week():
    return ng.analyze(WEEK, ng.Person(age=34, sex="female"))


@pytest.fixture(scope="module")
def open_man(folder):
    """The same with a multivitamin whose label is not told: its nutrients have no upper end."""
    rows = [*_man_rows(10), (_day(APRIL, 5), "evening", "multivitamin", "1 tablet")]
    return ng.analyze(_write(folder / "open.csv", rows), ng.Person(age=55, sex="male", references="efsa"))


@pytest.fixture(scope="module")
def pills(folder):
    rows = [(_day(APRIL, d), "", "multivitamin", "1 tablet") for d in range(4)]
    return ng.analyze(_write(folder / "pills.csv", rows))


@pytest.fixture(params=["week", "man", "open_man", "pills"])
def report(request):
    return request.getfixturevalue(request.param)


# --- a page as it is read


class _Page(HTMLParser):
    """Texts of a page: tables as rows of cells, definitions, and everything else, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.fields: dict[str, str] = {}
        self.texts: list[str] = []
        self._inside: list[str] = []
        self._label = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("meta", "link", "img", "br"):
            return
        self._inside.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        if not data.strip() or "style" in self._inside or "title" in self._inside:
            return
        self.texts.append(data)
        inside = self._inside[-1]
        if inside in ("th", "td"):
            self.tables[-1][-1][-1] += data
        elif inside == "dt":
            self._label = data
        elif inside == "dd":
            self.fields[self._label] = data


def _shown(text: str) -> str:
    """Text of Markdown without its backslashes."""
    return re.sub(r"\\(.)", r"\1", text)


def _markdown_texts(text: str) -> list[str]:
    """The texts of a page in Markdown, in order."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("| "):
            found += [_shown(cell) for cell in re.split(r"(?<!\\)(?:\\\\)*\|", line.strip("| ").replace(" | ", "|"))]
        elif match := re.fullmatch(r"- \*\*(.+?)\*\*: (.*)", line):
            found += [_shown(match[1]), _shown(match[2])]
        elif line and not line.startswith("|---"):
            found.append(_shown(re.sub(r"^#+ |^\*\*|\*\*$", "", line)))
    return found


def _table(page: _Page, head: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has this head, by the heads."""
    rows = next(rows for rows in page.tables if rows[0][0] == head)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _is(shown: str, value: float | None) -> bool:
    """Whether a number is shown as it is, rounded to the decimals that are shown."""
    if shown == "unknown":
        return value is None
    number = shown.replace(",", "")
    decimals = len(number.partition(".")[2])
    return value is not None and abs(float(number) - value) <= 0.5 * 10**-decimals + 1e-9


def _is_percent(shown: str, share: float | None) -> bool:
    shown = shown.removesuffix(" %")
    if shown in ("unknown", ">99", "<1"):
        return {"unknown": share is None, ">99": (share or 0) > 0.99, "<1": (share or 0) < 0.01}[shown]
    return _is(shown, None if share is None else share * 100)


# --- the numbers


def test_nutrients_are_those_of_the_json(report):
    page, told = _Page(report.to_sheet()), report.to_dict()
    rows = _table(page, "Per day")
    assert len(rows) == 6
    for row, id_ in zip(rows, CORE, strict=True):
        one = next(one for one in told["nutrients"] if one["id"] == id_)
        intake, target, found = one["intake"], one["reference"], one["adequacy"]
        assert row["Per day"] == f"{one['name']}, {one['unit']}"
        low, _, high = row["Range"].partition("-")
        assert _is(low, intake["low"])
        if low != "unknown":
            assert high == "no end" if intake["high"] is None else _is(high, intake["high"])
        assert (
            row["Mean"] == "unknown"
            if not intake["mean"] and intake["high"] is None
            else _is(row["Mean"], intake["mean"])
        )
        for column, source in (("Food", "food"), ("Fortified", "fortified"), ("Supplement", "supplement")):
            shown = row[column].partition(" [")[0]
            assert shown == "unknown" or _is(shown, intake["by_source"][source]), (id_, column)
        values = dict(re.findall(r"(\w+) ([\d.,]+)(?:, |$)", row[next(head for head in row if head.startswith("Ref"))]))
        kinds = [*(target["terms"] or ()), "AI"]
        expected = dict(zip(kinds, (target["ear"], target["rda"], target["ai"]), strict=True))
        assert {kind: float(value.replace(",", "")) for kind, value in values.items()} == {
            kind: value for kind, value in expected.items() if value is not None
        }
        assert row["UL"] == "none set" if target["ul"] is None else _is(row["UL"].split()[0], target["ul"])
        food = any(line["kind"] == "food" and line["status"] != "left_out" for line in told["lines"])
        assert _is_percent(row["Coverage"], one["coverage"]) if food else row["Coverage"] == "unknown"
        best, _, ends = row["Confidence"].removesuffix("]").partition(" [")
        if not food:
            assert (best, row["SD × 1.25"], row["SD × 1.5"]) == ("unknown",) * 3
            continue
        assert _is_percent(best, found["confidence"])
        if ends:
            at_low, _, at_high = ends.partition("-")
            assert _is_percent(at_low, found["confidence_low"])
            assert _is_percent(at_high, found["confidence_high"])
        stress = {one["what"]: one["confidence"] for one in one["sensitivity"]}
        assert _is_percent(row["SD × 1.25"], stress["sd_1.25"])
        assert _is_percent(row["SD × 1.5"], stress["sd_1.5"])


def test_units_and_scope_of_levels(week, open_man):
    rows = _table(_Page(week.to_sheet()), "Per day")
    # NASEM: 350 mg of supplementary magnesium (1997), 2,500 mg calcium, 100 µg vitamin D (2011), 100 mg B6 (1998)
    levels = ["350 supplements", "2,500 total", "none set", "100 total", "none set", "100 total"]
    assert [row["UL"] for row in rows] == levels
    assert rows[0]["Reference, US 1997-2019"] == "EAR 265, RDA 320"
    assert [row["Test, 7 days"] for row in rows] == ["EAR, z", "EAR, z", "AI, z", "EAR, gamma", "EAR, gamma", "EAR, z"]
    # EFSA 2023: 12 mg B6
    assert _table(_Page(open_man.to_sheet()), "Per day")[5]["UL"] == "12 total"


def test_log_is_that_of_the_json(report):
    fields, told = _Page(report.to_sheet()).fields, report.to_dict()
    lines, days = told["inputs"]["diary"], told["period"]
    assert fields["Lines"] == (
        f"{lines['counted']} counted, {lines['flagged']} counted on a guess, {lines['left_out']} left out"
    )
    energy = next(one["intake"] for one in told["nutrients"] if one["id"] == "energy")
    mean = fields["Energy"].partition(" ")[0]
    assert _is(mean, energy["mean"])
    logged = {line["date"] for line in told["lines"]}
    assert fields["Days"].startswith(f"{len(logged)} logged, {days['days']} in the mean")
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    counts = {name: int(n) for name, n in re.findall(r"([A-Z]\w\w) (\d+)", fields["Days"])}
    assert [counts.get(name, 0) for name in names] == told["record"]["weekdays"]


def test_energy_over_basal_rate(man, week):
    shown, told = _Page(man.to_sheet()).fields["Energy / BMR"], man.to_dict()["record"]["energy"]
    numbers = re.fullmatch(
        r"([\d.]+) \(Goldberg limits ([\d.]+) to ([\d.]+) for 10 days; BMR ([\d,]+) kcal by Mifflin\)", shown
    )
    assert numbers is not None
    assert _is(numbers[1], told["ratio"]) and _is(numbers[2], told["lower"]) and _is(numbers[3], told["upper"])
    assert _is(numbers[4], 10 * 82 + 6.25 * 178 - 5 * 55 + 5)  # Mifflin 1990, men
    assert _Page(week.to_sheet()).fields["Energy / BMR"] == "unknown (weight, height not told)"


def test_caffeine_and_alcohol_are_those_of_the_json(man, week):
    for one in (man, week):
        fields, told = _Page(one.to_sheet()).fields, one.to_dict()["exposures"]
        mean = re.match(r"([\d.,]+)(?: \[([\d.,]+)-([\d.,]+)\])? mg a day; at most ([\d,]+)", fields["Caffeine"])
        assert mean is not None
        assert _is(mean[1], told["caffeine"]["best"]) and _is(mean[4], told["caffeine"]["largest_sitting"]["best"])
        assert mean[2] is None or (_is(mean[2], told["caffeine"]["low"]) and _is(mean[3], told["caffeine"]["high"]))
        drinks = re.match(r"([\d.]+)(?: \[.*?\])? g a day, on (\d+) of", fields["Alcohol"])
        assert drinks is not None
        assert _is(drinks[1], told["alcohol"]["best"]) and int(drinks[2]) == told["alcohol"]["days"]


def test_products_with_dose_and_days(man, week):
    # 1000 IU of vitamin D are 25 µg; the example has them on four of seven days
    with WEEK.open(encoding="utf-8") as stream:
        taken = [row["date"] for row in csv.DictReader(stream) if "vitamin D3" in row["food"]]
    row = next(row for row in _table(_Page(week.to_sheet()), "Product") if "D3" in row["Product"])
    assert (row["Days logged"], row["First day"], row["Last day"]) == (f"{len(taken)} of 7", taken[0], taken[-1])
    assert _is(row["D, µg"], 1000 * 0.025 * len(taken) / 7)
    rows = {row["Product"]: row for row in _table(_Page(man.to_sheet()), "Product")}
    complex_, tablet = (next(row for name, row in rows.items() if name.startswith(word)) for word in ("B c", "magn"))
    assert (complex_["Days logged"], complex_["First day"], complex_["Last day"]) == (
        "10 of 10",
        "2026-04-01",
        "2026-04-10",
    )
    assert complex_["B6, mg"].startswith("50.00") and complex_["B12, µg"].startswith("100.0")
    assert complex_["Magnesium, mg"] == "-"
    assert (tablet["Days logged"], tablet["Magnesium, mg"]) == ("5 of 10", "100")  # 200 mg every other day
    assert "energy drink" in rows and rows["energy drink"]["Kind"] == "fortified"
    told = {one["name"]: one for one in man.to_dict()["exposures"]["vitamin_b6"]["products"]}
    assert told
    for name, one in told.items():
        shown = next(row for label, row in rows.items() if name.startswith(label.removesuffix("…")))
        assert _is(shown["B6, mg"].partition(" [")[0], one["best"])


def test_symptom_days_stand_beside_that_days_intake(man):
    rows = {row["Day"]: row for row in _table(_Page(man.to_sheet()), "Day")}
    assert len(rows) == 12
    told = {one["id"]: {day["date"]: day["best"] for day in one["days"]} for one in man.to_dict()["nutrients"]}
    columns = {
        "Magnesium, mg": "magnesium", "Calcium, mg": "calcium", "Potassium, mg": "potassium", "D, µg": "vitamin_d",
        "B12, µg": "vitamin_b12", "B6, mg": "vitamin_b6", "Caffeine, mg": "caffeine", "Alcohol, g": "alcohol",
    }  # fmt: skip
    for d in range(12):
        row = rows[_day(APRIL, d)]
        assert row["Symptom log"] == f"twitching {d}, sleep 6.5 hours"
        for column, id_ in columns.items():
            assert _is(row[column].removesuffix("+"), told[id_].get(row["Day"])), (row["Day"], column)
    assert rows[_day(APRIL, 11)]["Magnesium, mg"] == "unknown"  # no diary on that day


def test_a_symptom_is_shown_by_its_name(folder):
    log = _write(folder / "chest.csv", [("2026-04-01", "chest pain", "1")], "date,kind,count")
    diary = _write(folder / "one.csv", [("2026-04-01", "lunch", "white rice, cooked", "250 g")])
    report = ng.analyze(diary, ng.Person(age=40, sex="male"), symptoms=log)
    page = _Page(report.to_sheet())
    assert _table(page, "Day")[0]["Symptom log"] == "chest pain 1"
    assert any(text.startswith("chest pain: times a day.") for text in page.texts)
    assert "chest" in report.to_sheet(form="md") and "chest\\_pain" not in report.to_sheet(form="md")


def test_what_was_told_and_what_was_not(man, week):
    fields = _Page(man.to_sheet()).fields
    assert fields["Medicines told"] == "omeprazole 2 years (acid-lowering medicine (PPI))"
    assert fields["Medicines logged"].startswith("acid-lowering medicine (PPI) (line ")
    assert (fields["Conditions"], fields["Symptoms"]) == ("none", "tingling")
    assert fields["Diet"] == "omnivore, for how long: not told"
    assert (fields["Sun"], fields["Weight"], fields["Height"]) == ("little sun", "82 kg", "178 cm")
    assert fields["Liquorice"] == "black liquorice (on 1 of 10 days, 2026-04-04); at most 40 g on a day (2026-04-04)"
    assert fields["Salt substitute"].startswith("salt substitute (on 1 of 10 days, 2026-04-04)")
    silent = _Page(week.to_sheet()).fields
    for label in ("Medicines told", "Conditions", "Symptoms", "Symptom log", "Diet", "Sun", "Weight", "Height"):
        assert silent[label] == "not told"


def test_unknown_is_written_and_never_nothing(pills, open_man):
    for row in _table(_Page(pills.to_sheet()), "Per day"):
        assert row["Mean"] == row["Food"] == row["Supplement"] == "unknown"
    for row in _table(_Page(pills.to_sheet()), "Product"):
        assert {row[column] for column in list(row)[5:]} == {"unknown"}
    assert _Page(pills.to_sheet()).fields["Energy"] == "unknown"
    rows = _table(_Page(open_man.to_sheet()), "Per day")
    assert rows[1]["Supplement"] == "unknown" and rows[1]["Range"].endswith("-no end")  # calcium: the multivitamin's
    assert rows[0]["Supplement"] == "100 [100-no end]"  # 200 mg of magnesium on five of ten days, and what it adds


def test_lines_that_widen_a_total_are_named(week, man):
    assert _Page(week.to_sheet()).fields["Widens a total"].startswith("line 31: Aunt Rosa's kitchen-sink casserole")
    named = _Page(man.to_sheet()).fields["Widens a total"]
    assert "grandmother's zzyzx surprise 1 bowl" in named and "salt substitute 1 tsp" in named


def test_no_cell_is_blank(report):
    for section in contents(report).sections:
        assert all(label.strip() and text.strip() for label, text in section.fields)
        if section.table is not None:
            assert all(cell.strip() for row in section.table.rows for cell in row)
            assert {len(row) for row in section.table.rows} == {len(section.table.head)}


# --- the words


def test_both_forms_say_the_same(report):
    page = _Page(report.to_sheet())
    assert _markdown_texts(report.to_sheet(form="md")) == page.texts


def test_nothing_is_interpreted(report):
    text = report.to_sheet(form="md")
    own = text.replace("acid-lowering medicine", "")  # the name of a class of medicines
    own = own.replace("no food in the tables is close enough", "")  # why a line could not be read
    words = set(re.findall(r"[a-z]+", own.lower()))
    assert words.isdisjoint(VERDICTS), words & set(VERDICTS)
    for flag in report.found:
        assert flag.text not in text
    for idea in report.ideas:
        assert idea.portion not in text or idea.name not in text
    assert text.count("Tests are left to the clinician.") == 1
    assert "it does not diagnose or treat anything" in text


def test_page_is_self_contained_and_in_order(report):
    text = report.to_sheet()
    page = _Page(text)
    tags = [tag for tag, _ in page.tags]
    assert text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n")
    assert not {"script", "link", "img", "iframe", "object", "form", "base", "a"} & set(tags)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:|\son\w+=", text)
    policy = {attrs.get("http-equiv"): attrs.get("content") for tag, attrs in page.tags if tag == "meta"}
    assert policy["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert dict(page.tags)["html"] == {"lang": "en"} and "<title>" in text
    assert tags.count("h1") == 1 and tags.count("h2") == len(contents(report).sections)
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.tags if tag == "th")
    assert not any("style" in attrs for _, attrs in page.tags)
    assert "@page { size: A4" in text and "prefers-color-scheme: dark" in text


# --- what a diary may hold


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title></style><b>bold</b>", "{{ 7 * 7 }}",
    "{% include 'x' %}", "vitamin B6 9 mg \u202egnp\u202c \u200f\u2066x\u2069", "a|b\\|c *d* [e](javascript:f) `g`",
    "&lt;i&gt; &amp;", "w" * 3000, "vitamin D3 <b>1000 IU</b>\x1b[31m\x00", "line\u2028break\x85here",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(folder):
    rows = [(_day(APRIL, d), text[:40], text, "1 tablet") for d, text in enumerate(HOSTILE)]
    rows += [(_day(APRIL, d), "lunch", "rice, 100 g", "1") for d in range(len(HOSTILE))]
    kinds = [(_day(APRIL, d), text[:300].replace("\x00", ""), "3") for d, text in enumerate(HOSTILE)]
    log = _write(folder / "hostile symptoms.csv", kinds, "date,kind,count")
    person = ng.Person(medicines=list(HOSTILE), conditions=list(HOSTILE), symptoms=list(HOSTILE), age=40, sex="female")
    return ng.analyze(_write(folder / "<b>hostile.csv", rows), person, symptoms=log)


def test_hostile_text_stays_text(hostile):
    text = hostile.to_sheet()
    page = _Page(text)
    known = {
        "html", "head", "meta", "title", "style", "body", "main", "article", "header", "h1", "p", "section", "h2", "dl",
        "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "footer",
    }  # fmt: skip
    assert {tag for tag, _ in page.tags} == known
    assert not any(name.startswith("on") or name in ("src", "href") for _, attrs in page.tags for name in attrs)
    assert "&lt;script&gt;" in text and "49" not in page.fields["Medicines told"]
    assert all(c.isprintable() or c == "\n" for c in text)
    assert max(len(one) for one in page.texts) < 1500
    assert _markdown_texts(hostile.to_sheet(form="md")) == page.texts
    lines = hostile.to_sheet(form="md").splitlines()
    assert not any(re.search(r"(?<!\\)[<`\[]", line) for line in lines)


def test_one_page_holds_so_much_and_says_what_it_leaves_out(folder):
    days, kinds = 60, 30
    rows = [(_day(APRIL, d), "lunch", "white rice, cooked", "250 g") for d in range(days)]
    rows += [
        (_day(APRIL, d), "", f"brand {chr(97 + d % 26)}{d} vitamin B6 {d + 1} mg", "1 tablet") for d in range(kinds)
    ]
    rows += [(_day(APRIL, d), "dinner", f"qqzx{d} wvvk{d}", "1 bowl") for d in range(20)]
    log = _write(folder / "long.csv", [(_day(APRIL, d), "twitching", "2") for d in range(days)], "date,kind,count")
    person = ng.Person(age=40, sex="male", medicines=[f"thing {n} of mine" for n in range(20)])
    many = ng.analyze(_write(folder / "many.csv", rows), person, symptoms=log)
    page = _Page(many.to_sheet())
    products, symptoms = _table(page, "Product"), _table(page, "Day")
    assert len(products) == 8 and f"Not shown: {kinds - 8} more products of the log." in page.texts
    assert len(symptoms) == 14 and symptoms[-1]["Day"] == _day(APRIL, days - 1)
    assert any(f"Not shown: {days - 14} earlier days of the symptom log." in text for text in page.texts)
    assert page.fields["Medicines told"].endswith("; and 16 more medicines")
    assert sum(len(rows) for rows in page.tables) + 2 * len(page.fields) < 75  # lines of a printed page


def test_several_people_have_a_page_each(week, man):
    text = render([week, man], "html")
    assert text.count("<article>") == text.count("</article>") == 2 and text.count("<!DOCTYPE html>") == 1
    assert "article + article { border: 0; break-before: page; }" in text
    assert render([week, man], "md").count("# Food log for a clinician\n") == 2


def test_each_person_of_a_diary_is_named(folder):
    rows = [(_day(APRIL, d), who, "rice", "100 g") for d in range(3) for who in ("Ann", "<Bob>")]
    diary = ng.read_diary(_write(folder / "people.csv", rows, "date,person,food,amount"))
    reports = [ng.analyze(diary.for_person(who), ng.Person(age=40, sex="male")) for who in diary.people()]
    text = render(reports, "html")
    assert "Ann: man of 40" in text and "&lt;Bob&gt;: man of 40" in text


def test_days_left_out_stand_with_their_reason(folder):
    report = ng.analyze(
        _write(folder / "out.csv", _man_rows(6)), ng.Person(age=55, sex="male"), incomplete=["2026-04-02"]
    )
    fields = _Page(report.to_sheet()).fields
    assert fields["Days"].startswith("6 logged, 5 in the mean")
    assert fields["Days left out"] == "2026-04-02 (marked as incomplete)"


# --- files, forms, what is loaded


def test_written_to_a_file(week, tmp_path):
    text = week.to_sheet(tmp_path / "sheet.md", form="md")
    assert (tmp_path / "sheet.md").read_text(encoding="utf-8") == text
    with pytest.raises(ValueError, match="known: html, md"):
        week.to_sheet(form="pdf")


def test_from_the_command_line(tmp_path, capsys):
    out = tmp_path / "sheet.html"
    assert cli.run(["sheet", str(WEEK), "--age", "34", "--sex", "female", "-q", "-o", str(out)]) == 0
    assert "woman of 34" in html.unescape(out.read_text(encoding="utf-8"))
    assert cli.run(["sheet", str(WEEK), "-q"]) == 0
    assert capsys.readouterr().out.startswith("# Food log for a clinician")


@pytest.mark.parametrize(("arguments", "loads"), [("report", False), ("sheet", False), ("sheet --format html", True)])
def test_the_template_engine_is_loaded_for_html_alone(arguments, loads):
    script = (
        "import json, sys\nfrom nutrigap import cli\n"
        f"assert cli.run([*{arguments.split()!r}, {str(WEEK)!r}, '-q']) == 0\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    assert ("jinja2" in json.loads(done.stdout.splitlines()[-1])) is loads
