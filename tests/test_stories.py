"""The three worked stories: each report and sheet as a person approved it, and what it must and must not say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import nutrigap as ng
from nutrigap.profile import find_profile, person_of
from nutrigap.report import Report

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "data" / "examples"
STORIES = ("vegan_woman", "man_with_tablets", "pregnant_woman")
UPDATE = "NUTRIGAP_UPDATE_SNAPSHOTS"


def story(name: str) -> Report:
    folder = EXAMPLES / name
    diary = ng.read_diary(folder / "diary.csv")
    symptoms = folder / "symptoms.csv"
    told = find_profile(str(folder / "diary.csv"), None)
    return ng.analyze(diary, person_of(told), symptoms=symptoms if symptoms.exists() else None)


def shown(report: Report, form: str) -> str:
    """The text without the place of the diary, which is another one in every clone."""
    text = report.to_text() if form == "report.txt" else report.to_sheet(form="md")
    return text.replace(report.diary.path, "diary.csv")


@pytest.mark.parametrize("form", ["report.txt", "sheet.md"])
@pytest.mark.parametrize("name", STORIES)
def test_story(name: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As read aloud and approved by a person: set NUTRIGAP_UPDATE_SNAPSHOTS=1 to write it anew, and read it again."""
    monkeypatch.chdir(EXAMPLES / name)
    found = ng.analyze(
        ng.read_diary("diary.csv"),
        person_of({key: value for key, value in find_profile("diary.csv", None).items() if key != "measures"}),
        symptoms="symptoms.csv" if Path("symptoms.csv").exists() else None,
    )
    text, path = shown(found, form), EXAMPLES / name / form
    if os.environ.get(UPDATE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_vegan_woman_is_told_of_sources_and_not_of_herself() -> None:
    report = story("vegan_woman")
    text = flat(report.to_text())
    # whether her nutritional yeast was fortified only the label tells, so that the total has no upper end
    assert report.statuses()["vitamin_b12"] == "undetermined"
    assert [flag.level for flag in report.flag("R03")] == ["watch"]
    assert "whether they still hold is a question for a blood test" in text  # 30 months on the diet
    eaten = {idea.nutrient for idea in report.ideas}
    assert {"vitamin_b12", "vitamin_d", "calcium"} <= eaten
    assert not re.search(r"salmon|milk, |cheese|egg|yogurt, plain", " ".join(idea.name for idea in report.ideas))
    assert not [idea for idea in report.ideas if idea.nutrient == "calcium" and "spinach" in idea.name]


def test_the_man_with_tablets_is_sent_to_a_doctor_first() -> None:
    report = story("man_with_tablets")
    text = report.to_text()
    assert text.index("please let a doctor look") < text.index("IN SHORT")
    (b6,) = report.flag("R07")
    # two tablets with 50 mg of B6 together on each of the six days that count
    assert b6.level == "talk" and "50.00 mg of it from supplements (B-complex)" in b6.text
    assert "nergy" in b6.text  # the energy drinks are in the stack
    # the acid blocker caps magnesium, and of B12 only what is bound to food: the B-complex brings it unbound
    assert (report.statuses()["magnesium"], report.statuses()["vitamin_b12"]) == ("undetermined", "likely_adequate")
    assert [str(day.date) for day in report.record.incomplete] == ["2026-09-10"]
    assert {flag.rule for flag in report.found} >= {"R05", "R06", "R08", "R30"}


def test_the_pregnant_woman_gets_the_values_of_pregnancy() -> None:
    report = story("pregnant_woman")
    targets = {reading.nutrient.id: reading.reference for reading in report.core}
    assert targets["magnesium"] is not None and targets["magnesium"].ear == 290  # IOM 1997, pregnancy 19-30 years
    text = flat(report.to_text())
    assert "In pregnancy a dietitian or doctor is a better guide than this report." in text
    assert not re.search(r"sardine|liver|smoked|raw |brie|sushi", " ".join(idea.name for idea in report.ideas), re.I)
