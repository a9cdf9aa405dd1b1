"""The evidence table and the matrix: every sentence has its rows, every row its publication and grade."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import nutrigap
from nutrigap.errors import TableError
from nutrigap.evidence import GRADES, cell, citation, evidence, grade_word, matrix
from nutrigap.tables import sources
from nutrigap.units import nutrients, read_table
from test_wording import avoided

PACKAGE = Path(nutrigap.__file__).parent
CORE = [nutrient.id for nutrient in nutrients() if nutrient.role == "core"]
ROWS = list(evidence().values())
CELLS = list(matrix().values())
# Words of WORDING that no sentence about twitching may join: "this explains your twitching".
JOINED = re.compile(r"\b(?:you|your|explains?|deficien\w*|causes?d? by)\b", re.I)


def test_ids_are_unique_and_none_is_lost():
    ids = [row["id"] for row in read_table("evidence.csv")]
    assert len(ids) == len(set(ids)) == len(evidence()) == 53
    assert {"E35b", "E37b", "E42b", "E42c"} <= set(ids)
    assert all(re.fullmatch(r"E\d\d[bc]?", id_) for id_ in ids)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_is_whole(row):
    assert row.grade in GRADES and row.finding.endswith(".") and row.source.title and row.source.key == row.id
    assert row.nutrient in {*CORE, "caffeine", "alcohol", "medicine", "water_sodium", "thiamin", "context"}
    assert row.direction in {"deficit", "excess", "either", "context"}
    assert row.level in {"serum", "intake", "supplement_dose", "exposure", "context"}
    assert row.twitch in {"direct", "indirect", "reported", "opposite", "none", "context"}
    assert row.access in {"full", "excerpt", "abstract", "secondary", "search"}
    assert re.fullmatch(r"(?:(?:19|20)\d\d)?", row.source.year)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_one_clean_address_a_publication(row):
    for text in (row.source.address, *re.findall(r"\bhttps?:\S*", " ".join(row.more))):
        assert re.fullmatch(r"(?:https?://[\w.-]+/[\w./?&=#%()-]+)?", text), text
    for other in row.more:
        assert other == other.strip() and len(re.findall("https?://", other)) <= 1
        assert not other.startswith("http")  # a publication, not a bare address


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_findings_are_calm(row):
    for text in (row.finding, row.population, row.note):
        assert not avoided(text) and "!" not in text
    assert not re.search(r"\byour?\b", row.finding, re.I)


def test_what_is_said_of_one_publication_twice_is_the_same():
    """The NHS page, the vitamin B6 opinion and the vitamin D opinion are in the list of sources as well."""
    known = {(source.address, source.year) for source in sources().values()}
    shared = {
        id_: (evidence()[id_].source.address, evidence()[id_].source.year) for id_ in ("E30", "E41", "E61", "E63")
    }
    assert not {id_: pair for id_, pair in shared.items() if pair not in known}


def test_no_address_without_its_year_beside_it():
    """A digital object identifier of EFSA holds the year of its opinion."""
    for row in ROWS:
        found = re.search(r"efsa\.(\d{4})\.", row.source.address)
        assert found is None or found[1] == row.source.year


# --- figures, each as its publication gives it


@pytest.mark.parametrize(
    ("id_", "figures"),
    [
        ("E13", "-0.18 -0.84 0.49"),  # Garrison 2020, summary of findings
        ("E20", "5.1 % 27.6 % 13 adults 200 mg"),  # Heaney 1988
        ("E21", "0.889 0.0964"),
        ("E24", "3,400 2,600 3,500"),  # NASEM 2019, EFSA 2016
        ("E30", "100 µg 4,000 IU"),  # 4,000 / 40
        ("E40", "100 mg 200 mg"),  # IOM 1998: 200 / 2
        ("E41", "12 mg 50 mg"),  # EFSA 2023: 50 / 4 = 12.5
        ("E42b", "238 79 12 mg"),
        ("E43", "172 103 117 116 2.9 1.6"),  # Dalton 1987
        ("E60", "70 %"),
    ],
)
def test_figures(id_, figures):
    for figure in re.findall(r"-?[\d.,]*\d(?: (?:%|mg|µg|IU|adults))?", figures):
        assert figure in evidence()[id_].finding


def test_conversions_within_a_row():
    """Molar masses: magnesium 24.305, calcium 40.078 g/mol."""
    for id_, molar_mass in (("E02", 24.305), ("E14", 40.078), ("E18", 40.078)):
        found = re.search(r"([\d.]+) mg/dL, ([\d.]+) mmol/L", evidence()[id_].finding)
        assert found and float(found[1]) * 10 / molar_mass == pytest.approx(float(found[2]), abs=0.015)


# --- the matrix


def test_twelve_cells_all_filled():
    assert [(one.nutrient, one.direction) for one in CELLS] == [(n, d) for n in CORE for d in ("deficit", "excess")]
    assert all(all(row.values()) for row in read_table("matrix.csv"))


@pytest.mark.parametrize("one", CELLS, ids=lambda one: f"{one.nutrient}-{one.direction}")
def test_a_cell_rests_on_rows(one):
    known = evidence()
    assert set(one.evidence) <= set(known)
    assert set(one.blood.evidence) | set(one.intake.evidence) <= set(one.evidence)
    assert {row.id for row in ROWS if (row.nutrient, row.direction) == (one.nutrient, one.direction)} <= set(
        one.evidence
    )
    assert {known[id_].nutrient for id_ in one.evidence} == {one.nutrient}
    for said in (one.blood, one.intake):
        assert said.grade in {known[id_].grade for id_ in said.evidence}
    assert (one.grade, one.twitch) in {(known[id_].grade, known[id_].twitch) for id_ in one.blood.evidence}


@pytest.mark.parametrize("one", CELLS, ids=lambda one: f"{one.nutrient}-{one.direction}")
def test_what_is_printed_is_calm(one):
    for text in (one.blood.text, one.intake.text):
        assert not avoided(text) and not JOINED.search(text) and "!" not in text
        assert text.endswith(".") and text[0].isupper()


WEAKER = "High blood levels make muscles weaker, not twitchier"


def test_words_follow_grade_and_link():
    """A and direct: "established cause"; B: "linked with"; C: "single reports" or "rare"; opposite: "weaker"."""
    for one in CELLS:
        name = next(n.called for n in nutrients() if n.id == one.nutrient)
        established = f"Low blood {name} is an established cause of muscle twitching or spasm"
        assert (established in one.blood.text) == ((one.grade, one.twitch) == ("A", "direct"))
        assert one.blood.text.startswith(WEAKER) == (one.twitch == "opposite")
        assert ("linked with" in one.blood.text) == (one.grade == "B" and one.twitch == "indirect")
        assert bool(re.search("single reports|rare", one.blood.text)) == (
            one.grade == "C" or (one.grade, one.twitch) == ("A", "direct")  # "low intake rarely leads there by itself"
        )


def test_which_cells_are_direct_and_which_opposite():
    """Muscles twitch with low blood magnesium and calcium; they weaken with high Mg, Ca, K and, through Ca, D."""
    assert {(c.nutrient, c.direction) for c in CELLS if c.twitch == "direct"} == {
        ("magnesium", "deficit"), ("calcium", "deficit"),
    }  # fmt: skip
    assert {(c.nutrient, c.direction) for c in CELLS if c.twitch == "opposite"} == {
        ("magnesium", "excess"), ("calcium", "excess"), ("potassium", "excess"), ("vitamin_d", "excess"),
    }  # fmt: skip


def test_what_the_package_names_exists():
    """Ids of rows stand in the rules, in code or in a table."""
    files = [*PACKAGE.rglob("*.py"), *(PACKAGE / "data").glob("rule*.csv")]
    named = {id_ for path in files for id_ in re.findall(r"\bE\d\d[bc]?\b", path.read_text(encoding="utf-8"))}
    assert "E15" in named and named <= set(evidence())


# --- what is asked of them


def test_citation():
    assert citation(evidence()["E37"]) == "MHRA Drug Safety Update (2022)"
    assert citation(evidence()["E27"]) == "FDA consumer update (2017) (read through a secondary source)"
    assert citation(evidence()["E65"]) == (
        "Limited literature search for this project (no publication: what a search did not find)"
    )
    assert citation(evidence()["E02"]) == "CMDT Quick Medical Dx: Hypomagnesemia"  # its year is not known


def test_grade_word():
    assert grade_word("A").startswith("authorities") and len({grade_word(grade) for grade in "ABCD"}) == 4
    with pytest.raises(TableError, match='no grade "E"; known: A, B, C, D'):
        grade_word("E")


def test_cell():
    assert cell("vitamin_b6", "excess").blood.evidence == ("E40", "E42", "E43", "E44")
    with pytest.raises(TableError, match='no evidence on "vitamin_b3", did you mean "vitamin_b6"'):
        cell("vitamin_b3", "excess")
    with pytest.raises(TableError, match=r'no evidence on "defict", did you mean "deficit".; known: deficit, excess'):
        cell("calcium", "defict")


def test_tables_are_read_only_when_asked_for():
    code = (
        "from nutrigap import evidence as e\n"
        "assert not e.evidence.cache_info().currsize and not e.matrix.cache_info().currsize\n"
        "e.cell('calcium', 'deficit')\n"
        "assert not e.evidence.cache_info().currsize\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
