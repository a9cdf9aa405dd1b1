"""Who the report is for: profile files and tables of people."""

from __future__ import annotations

import pytest

from nutrigap.errors import PersonError, TableError
from nutrigap.profile import find_profile, person_of, read_people, read_profile


def test_profile_is_read(tmp_path):
    path = tmp_path / "me.toml"
    path.write_text('age = 34\nsex = "female"\nlife_stage = "pregnant"\n', encoding="utf-8")
    person = person_of(read_profile(path))
    assert (person.age, person.sex, person.life_stage) == (34, "female", "pregnant")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"age 34", "no profile"),
        (b"agee = 34", 'did you mean "age"'),
        (b'measures = "metric"', 'there are no "metric" measures'),
        (b"\xff\xfe\x00", "no profile"),
        (b"age = " + b"9" * 5000, "no profile"),
        (b"age = " + b"[" * 5000, "no profile"),
    ],
)
def test_profile_that_is_none(tmp_path, content, told):
    path = tmp_path / "me.toml"
    path.write_bytes(content)
    with pytest.raises(TableError, match=told):
        read_profile(path)


def test_profile_that_is_missing(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_profile(tmp_path / "none.toml")


def test_profile_beside_the_diary(tmp_path):
    (tmp_path / "nutrigap.toml").write_text("age = 50\n", encoding="utf-8")
    assert find_profile(str(tmp_path / "diary.csv"), None) == {"age": "50"}
    assert find_profile("-", None) == {}
    other = tmp_path / "other.toml"
    other.write_text("age = 60\n", encoding="utf-8")
    assert find_profile(str(tmp_path / "diary.csv"), str(other)) == {"age": "60"}
    assert find_profile(f"{'x' * 5000}/diary.csv", None) == {}


@pytest.mark.parametrize("age", ["abc", "-1", "131", "nan", "inf", "1e400", "9" * 400 + "mo", "9" * 5000 + "mo", "[1]"])
def test_no_age(age):
    with pytest.raises(PersonError, match=r"age"):
        person_of({"age": age})


def test_blank_is_not_told():
    person = person_of({"age": "", "sex": "", "life_stage": "", "references": ""})
    assert (person.age, person.sex, person.life_stage, person.references) == (None, None, "none", "us")


def test_people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("\ufeffSex, Person ,age,life_stage\nfemale,Ann,7mo,\n\nm,Bob,70,none\n,Cy\n", encoding="utf-8")
    people = read_people(path)
    assert list(people) == ["Ann", "Bob", "Cy"]
    assert people["Ann"].age == pytest.approx(7 / 12, abs=1e-12)
    assert (people["Ann"].sex, people["Bob"].sex, people["Cy"].sex) == ("female", "male", None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", ":1: no column person"),
        ("name,age\nAnn,3\n", ":1: no column person"),
        ("person,age\nAnn,3\nAnn,4\n", ":3: person: \"Ann\" stands twice"),
        ("person,age\nAnn,3\nBob,old\n", ':3: "old" is no age'),
        ("person,age,life_stage\nAnn,60,pregnant\n", ":2: no reference values exist"),
        ("person,age\n" + "x" * 200_000 + ",3\n", "cannot be read"),
    ],
)  # fmt: skip
def test_people_with_faults(tmp_path, content, told):
    path = tmp_path / "people.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_people(path)
    assert told in str(caught.value)
