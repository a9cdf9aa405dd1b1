"""Saved corrections: what a phrase stands for, what its measures weigh, and the file that they stand in."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path

import pytest

import nutrigap as ng
from nutrigap.choices import Choice, phrase_key, read_choices
from nutrigap.cli import run
from nutrigap.diary import Line
from nutrigap.entries import Entry, Kitchen
from nutrigap.errors import TableError
from nutrigap.report.saved import save_choices
from nutrigap.resolve import resolve, resolve_line

FOODS = ng.load_foods()
WEEK = Path(__file__).parent.parent / "data" / "examples" / "week.csv"
CUP = 236.5882365  # a US cup [ml]


def line(food: str, amount: str = "", unit: str = "") -> Line:
    return Line(2, datetime.date(2026, 3, 2), "", food, amount, unit, "", "", "", "", "", {}, None)


def found(food: str, amount: str = "", unit: str = "", choices: dict[str, Choice] | None = None) -> Entry:
    return resolve_line(line(food, amount, unit), Kitchen(FOODS, choices or {}))


def grams(entry: Entry) -> float:
    assert entry.grams is not None, entry.problem
    return entry.grams.best


def choices_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my-foods.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_choices_say_what_a_phrase_is_and_what_its_units_weigh(tmp_path: Path) -> None:
    path = choices_file(
        tmp_path,
        "phrase,food_id,unit,grams,kind,note\n"
        "My Porridge,sr:09040,,,,\n"
        "my porridge,,bowl,310,food,\n"
        'my porridge,,"tbsp, heaped",17,,\n'
        "my porridge,,,300,,one\n"
        "walk,sr:09040,,,,a bar of that name\n"
        "Sunny Drops,,,,Supplement,\n",
    )
    choices = read_choices(path)
    for amount, grams in (("2 bowls", 620), ("2 Tablespoons, heaped", 34), ("2", 600), ("50 g", 50)):
        entry = found("my PORRIDGE", amount, choices=choices)
        assert entry.row is not None
        assert (FOODS.ids[entry.row], entry.match.method, entry.status) == ("sr:09040", "choice", "counted")
        assert entry.grams is not None
        assert entry.grams.best == grams
    assert found("my porridge", "50 g").match.method != "choice"
    assert found("2 bowls my porridge", choices=choices).grams == found("my porridge", "2 bowls", choices=choices).grams
    assert found("walk", "10 g", choices=choices).kind == "food"
    assert found("sunny drops", "2", choices=choices).kind == "supplement"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phrase,food_id\nmy oats,sr:99999\n", ":2: .*sr:99999"),
        ("phrase,food_id\na,sr:09040\n\nmy oats,nonsense\n", ":4: .*nonsense"),
    ],
)
def test_a_choice_of_an_unknown_food_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    choices = read_choices(choices_file(tmp_path, text))
    diary = ng.read_diary(io.StringIO("date,food,amount\n2026-03-02,banana,1\n"))
    with pytest.raises(TableError, match="my-foods.csv" + said):
        resolve(diary, FOODS, choices)
    with pytest.raises(TableError, match="my-foods.csv" + said):
        found("my oats", "1", choices=choices)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("food,id\nx,y\n", ":1: no column food_id and phrase"),
        ("", "cannot be read as a file of choices .the file is empty"),
        ("phrase,food_id,unit,grams\nx,,cup,\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,,cup,-3\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,,cup,nan\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,,cup,inf\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,sr:09040,cup,20\ny,,cup,many\n", ":3: grams"),
        ("phrase,food_id,kind\nx,sr:09040,meal\n", ":2: kind"),
        ("phrase,food_id,unit,grams\nx,,cup,8 oz\n", ":2: grams: .*fl oz"),
        ("phrase,food_id,unit,grams\nx,,cup,2-3 g\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,,cup,100 kcal\n", ":2: grams"),
        ("phrase,food_id,unit,grams\nx,,inch,57.58\n", ":2: unit: .*length"),
        ('phrase,food_id,unit,grams\nx,,"12"" pizza",691\n', ":2: unit: .*length"),
        ("phrase,food_id,unit,grams\nx,,in,57.58\n", ":2: unit: .*length"),
        ("phrase,food_id,unit,grams\n*,,cm,20\n", ":2: unit: .*length"),
        ("phrase,food_id,unit,grams\nx,,cup,20\nx,,cups,30\n", ":3: unit: .*twice"),
        ("phrase,food_id,unit,grams\nx,,cup,20\nx,,cup,20 ml\n", ":3: unit: .*twice"),
        ("phrase,food_id\nx,sr:09040\nX,sr:11457\n", ":3: food_id: .*sr:09040 in .*:2"),
        ("phrase,food_id\nmy oats, cooked,sr:09040\n", ":2: 3 cells below a header of 2"),
        ('phrase,food_id\n"my oats,sr:09040\n', ":2: .*never closed"),
        ("phrase,food_id\n!,sr:09040\n", ":2: phrase"),
        ("phrase,food_id,unit,grams\n*,sr:09040,,\n", ":2: phrase: .*all foods"),
        ("phrase,food_id,unit,grams\n*,,,300\n", ":2: phrase: .*all foods"),
        ("phrase,food_id,unit,grams\n,sr:09040,cup,300\n", ":2: phrase: .*all foods"),
    ],
)
def test_faults_of_a_file_of_choices_name_the_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_choices(choices_file(tmp_path, text))


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(TableError, match="file of choices"):
        read_choices("my\0foods.csv")


def test_a_file_of_choices_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nowhere\.csv"):
        read_choices(tmp_path / "nowhere.csv")


def test_a_saved_food_is_a_food_whatever_its_name_looks_like() -> None:
    milk = Choice("fndds:11111000")
    entry = found("calcium", "1 cup", choices={"calcium": milk})
    assert (entry.kind, entry.status) == ("food", "counted")


def test_a_phrase_saved_as_no_food_changes_no_total() -> None:
    for food in ("zumba", "2 zumba"):
        entry = found(food, choices={"zumba": Choice("", "other")})
        assert (entry.kind, entry.status, entry.missing, entry.open) == ("other", "left_out", frozenset(), frozenset())


# ------------------------------------------------------------------------------ one's own measures


# FNDDS: a cup of milk weighs 244 g, of water 240 g; SR: a cup of spinach 30 g; bread by the slice 28 g.
@pytest.mark.parametrize(
    ("rows", "food", "amount", "weight", "source"),
    [
        ("milk,,cup,250 ml", "milk", "2 cups", 2 * 250 * 244 / CUP, "density"),
        ("milk,,cup,0.25 l", "milk", "2 cups", 2 * 250 * 244 / CUP, "density"),
        ('milk,,mug,"0,3 l"', "milk", "1 mug", 300 * 244 / CUP, "density"),
        ("milk,,mug,2 cups", "milk", "1 mug", 2 * 244, "density"),
        ("milk,,mug,8 fl oz", "milk", "1 mug", 244, "density"),
        ("milk,,mug,250 g", "milk", "1 mug", 250, "portion"),
        ("bread,,slice,45 g", "bread", "2 slices", 90, "portion"),
        ("bread,,slice,45", "bread", "2 slices", 90, "portion"),
        ("bread,,slice,45", "2 slices bread", "", 90, "portion"),
        ("bread,,slice,45", "rye bread", "2 slices", None, ""),
        # of all foods, and what is told of the phrase goes before it
        ("*,,cup,250 ml", "milk", "1 cup", 250 * 244 / CUP, "density"),
        (",,cup,250 ml", "milk", "1 cup", 250 * 244 / CUP, "density"),
        ("*,,glass,300 ml", "fndds:94000010", "1 glass", 300 * 240 / CUP, "density"),
        ("*,,cup,250 ml", "sr:11457", "2 cups, chopped", 500 * 30 / CUP, "density"),
        ("*,,cup,250 ml\nmilk,,cup,200 ml", "milk", "1 cup", 200 * 244 / CUP, "density"),
        ("*,,cup,250 ml\nmilk,,cup,201 g", "milk", "1 cup", 201, "portion"),
        ("*,,cup,201 g\nmilk,,cup,250 ml", "milk", "1 cup", 250 * 244 / CUP, "density"),
        ("*,,cup,250 ml", "milk", "100 ml", 100 * 244 / CUP, "density"),
        ("*,,cup,250 ml", "milk", "1 cup (200 g)", 200, "mass"),
        # another measure than the one told: "heaping" is no cup of 250 ml
        ("*,,tbsp,20 ml", "sr:11457", "2 tbsp, heaped", None, ""),
    ],
)
def test_measures_of_ones_own(
    tmp_path: Path, rows: str, food: str, amount: str, weight: float | None, source: str
) -> None:
    choices = read_choices(choices_file(tmp_path, f"phrase,food_id,unit,grams\n{rows}\n"))
    entry = found(food, amount, choices=choices)
    if weight is None:  # nothing but what the line is without
        assert entry == found(food, amount)
    else:
        assert grams(entry) == pytest.approx(weight, rel=1e-12)
        assert entry.grams is not None
        assert entry.grams.source == source


def test_the_ends_of_a_range_are_in_ones_own_measure(tmp_path: Path) -> None:
    choices = read_choices(choices_file(tmp_path, "phrase,food_id,unit,grams\n*,,cup,250 ml\n"))
    entry = found("milk", "1-2 cups", choices=choices)
    assert entry.grams is not None
    assert (entry.grams.low, entry.grams.best, entry.grams.high) == pytest.approx(
        tuple(n * 250 * 244 / CUP for n in (1, 1.5, 2))
    )


def test_a_volume_of_a_food_without_density_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    """FNDDS has a banana of 126 g and slices, mashed by the cup; a Snickers bar (SR) comes by the bar alone."""
    row = next(r for r in range(len(FOODS)) if [p.name for p in FOODS.portions(r)] == ["bar"])
    choices = read_choices(choices_file(tmp_path, "phrase,food_id,unit,grams\n*,,bar,30 ml\n"))
    entry = found(FOODS.ids[row], "2 bars", choices=choices)
    assert grams(entry) == 2 * FOODS.portions(row)[0].grams
    assert entry.status == "flagged"
    assert 'your own "bars" is not used' in entry.problem


def test_what_one_weighs_is_taken_where_no_amount_is_told(tmp_path: Path) -> None:
    choices = read_choices(choices_file(tmp_path, "phrase,food_id,unit,grams\nbanana,,,130\n"))
    entry = found("banana", choices=choices)
    assert (grams(entry), entry.status) == (130, "flagged")
    assert grams(found("banana", "2", choices=choices)) == 260


@pytest.mark.parametrize("phrase", ["豆腐", "молоко 2%", "Smørrebrød", "crème brûlée", "=cmd apple"])
def test_phrases_of_any_script_can_be_chosen(tmp_path: Path, phrase: str) -> None:
    choices = read_choices(choices_file(tmp_path, f"phrase,food_id\n{phrase},sr:09040\n"))
    entry = found(phrase.upper(), "50 g", choices=choices)
    assert (entry.match.method, grams(entry)) == ("choice", 50)
    assert phrase_key(f"'{phrase}") == phrase_key(phrase) != phrase_key("кефир 2%")


def test_what_an_amount_says_is_not_there_is_heeded_with_a_choice_too() -> None:
    entry = found("eggs", "2 (no yolk)", choices={"egg": Choice("fndds:31101010")})
    assert entry.status == "flagged"
    assert '"no yolk" was not taken into account' in entry.problem


def test_all_faults_of_a_file_are_told_together(tmp_path: Path) -> None:
    path = choices_file(tmp_path, "phrase,food_id,unit,grams,kind\nx,,cup,many,\ny,,,,meal\nz,,cup,-1,\n")
    with pytest.raises(TableError) as caught:
        read_choices(path)
    assert [message.split(": ")[:2] for message in caught.value.messages] == [
        [f"{path}:2", "grams"], [f"{path}:3", "kind"], [f"{path}:4", "grams"],
    ]  # fmt: skip


def test_every_unknown_food_of_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = choices_file(tmp_path, "phrase,food_id\na,sr:99999\nb,sr:09040\nc,recipe:soup\nd,sr:09040+sr:11457\n")
    assert run(["check", str(WEEK), "--choices", str(path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [one.partition("my-foods.csv")[2][:11] for one in told] == [":2: food_id", ":4: food_id", ":5: food_id"]
    assert "--recipes" in told[1] and "recipe:" in told[2]


@pytest.mark.parametrize(
    ("encoding", "separator", "end"), [("cp1252", ";", "\r\n"), ("utf-8-sig", ";", "\n"), ("utf-16", "\t", "\r\n")]
)
def test_a_file_as_a_spreadsheet_saves_it(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    rows = [["Phrase", "Food_ID", "Unit", "Grams"], ["crème", "sr:09040", "", ""], ["crème", "", "cup", "250 ml"]]
    path = tmp_path / "my-foods.csv"
    path.write_bytes(end.join(separator.join(row) for row in rows).encode(encoding))
    assert read_choices(path) == {"creme": Choice("sr:09040", "", {}, f"{path}:2", {"cup": 250.0})}


# ------------------------------------------------------------------------------ the file as it is written


PHRASES = """date,food,amount
2026-03-01,banana,1 large
2026-03-01,2 eggs,
2026-03-01,eggs,2 (no yolk)
2026-03-01,eggs,3
2026-03-02,bread,3-4 slices
2026-03-02,bread,2 slices (60 g)
2026-03-02,milk,8 fl oz
2026-03-02,coffee without milk,1 cup
2026-03-03,spinach,"1 cup, chopped"
2026-03-03,magnesium oxide 400 mg,1
2026-03-03,vitamin D3 2000 IU,1 softgel
2026-03-03,magnesium,200 mg
2026-03-03,Acme calcium 500 mg tablets,2
2026-03-03,multivitamin,1 tablet
2026-03-04,gym,45 min
2026-03-04,sr:09040,1 medium
2026-03-04,fndds:63107010,5 kg
2026-03-04,7 up,1 can
2026-03-04,豆腐,100 g
2026-03-04,zorblax qwrt,1 plate
2026-03-04,pasta,2 oz dry
2026-03-04,pumpkin seeds,1 tbsp
"""


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries count the same, on the same guesses."""
    ends = [() if entry.grams is None else entry.grams[:3] for entry in (one, other)]
    facts = [(e.kind, e.status, e.row, e.doses, e.open, e.missing, e.problem) for e in (one, other)]
    return facts[0] == facts[1] and ends[0] == pytest.approx(ends[1], rel=1e-8)


@pytest.mark.parametrize("text", [PHRASES, WEEK.read_text(encoding="utf-8")])
def test_a_saved_file_that_nobody_edited_changes_nothing(tmp_path: Path, text: str) -> None:
    diary = ng.read_diary(io.StringIO(text))
    path = tmp_path / "my-foods.csv"
    report = ng.analyze(diary)
    assert save_choices(report, path) > 10
    after = resolve(diary, FOODS, read_choices(path))
    changed = [one.line.food for one, other in zip(report.entries, after, strict=True) if not same(one, other)]
    assert changed == []


def edit(path: Path, phrase: str, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    (mine,) = [row for row in rows if row["phrase"] == phrase]
    mine |= cells
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert run([*arguments, "--format", "json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["lines"]
    return found


def test_one_row_edited_changes_that_phrase_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Black coffee is made tea by its row (SR 14355), and its cup 250 g; nothing else is touched."""
    path = str(tmp_path / "my-foods.csv")
    assert run(["match", str(WEEK), "--save", path]) == 0
    capsys.readouterr()
    before = lines_of(capsys, "match", str(WEEK))
    edit(Path(path), "black coffee", food_id="sr:14355", unit="cup", grams="250 g")
    after = lines_of(capsys, "match", str(WEEK), "--choices", path)
    untouched = ("status", "food", "problem")
    for one, other in zip(before, after, strict=True):
        if one["text"] == "black coffee":
            assert other["food"] == {"id": "sr:14355", "description": FOODS.names[FOODS.row("sr:14355")]}
            assert other["grams"] in (250, 375, 500)
        else:
            assert [one[name] for name in untouched] == [other[name] for name in untouched]
            assert (one["grams"] or 0) == pytest.approx(other["grams"] or 0, rel=1e-8)
    assert lines_of(capsys, "report", str(WEEK), "--choices", path) == after


def test_phrases_with_their_amounts_are_one_row(tmp_path: Path) -> None:
    text = "date,food,amount\n2026-03-01,2 bananas,\n2026-03-01,banana 150 g,\n2026-03-01,banana,1 medium\n"
    path = tmp_path / "my-foods.csv"
    assert save_choices(ng.analyze(ng.read_diary(io.StringIO(text))), path) == 1
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_what_stands_in_a_file_is_kept(tmp_path: Path) -> None:
    path = choices_file(tmp_path, "mine;Phrase;Food_id\nfor me;bananas;sr:09040\n")
    report = ng.analyze(ng.read_diary(io.StringIO("date,food,amount\n2026-03-01,banana,1\n2026-03-01,milk,1 cup\n")))
    assert save_choices(report, path) == 1
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {"mine": "for me", "phrase": "bananas", "food_id": "sr:09040"} | dict.fromkeys(
        ["unit", "grams", "kind", "note"], ""
    )
    assert (rows[1]["phrase"], rows[1]["mine"], rows[1]["unit"], rows[1]["grams"]) == ("milk", "", "cup", "244")


def test_a_faulty_file_is_not_written_over(tmp_path: Path) -> None:
    path = choices_file(tmp_path, "phrase,food_id\nmy oats, cooked,sr:09040\n")
    before = path.read_bytes()
    with pytest.raises(TableError, match=":2: 3 cells"):
        save_choices(ng.analyze(WEEK), path)
    assert path.read_bytes() == before


# food, how it is found, state: candidates are listed whatever came of the line
@pytest.mark.parametrize(
    ("food", "amount", "method", "state"),
    [
        ("milk", "1 cup", "exact", "counted"), ("sr:09040", "100 g", "code", "counted"),
        ("fndds:63107010", "", "code", "flagged"), ("banana", "0", None, "left_out"),
        ("milk", "1 bathtub", None, "left_out"),
        ("baked beans", "", None, "flagged"), ("my milk", "1 cup", "choice", "counted"),
    ],
)  # fmt: skip
def test_five_candidates_are_listed_in_every_state(food: str, amount: str, method: str | None, state: str) -> None:
    text = f'date,food,amount\n2026-03-01,{food},"{amount}"\n'
    choices = {"my milk": Choice("fndds:11100000")}
    (one,) = ng.analyze(ng.read_diary(io.StringIO(text)), choices=choices).to_dict()["lines"]
    assert one["status"] == state
    assert method is None or one["match"]["method"] == method
    assert len(one["match"]["candidates"]) == 5


def test_candidates_are_listed_for_a_line_that_cannot_be_used() -> None:
    text = "date,food,amount\n2026-03-01,milk,1 cup\n03/04/2026,banana,1\n"
    last = ng.analyze(ng.read_diary(io.StringIO(text))).to_dict()["lines"][1]
    assert (last["status"], len(last["match"]["candidates"])) == ("left_out", 5)


def test_no_length_is_saved_as_a_measure(tmp_path: Path) -> None:
    """FNDDS 58106210: a medium pizza (11-12") is 691 g, a small one (8-10") 480 g; 57.58 g an inch would make 518 g."""
    path = tmp_path / "my-foods.csv"
    save_choices(ng.analyze(ng.read_diary(io.StringIO("date,food,amount\n2026-03-01,pizza,12 inch\n"))), path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["phrase"], row["unit"], row["grams"]) for row in rows] == [("pizza", "", "")]
    assert grams(found("pizza", "12 inch", choices=read_choices(path))) == 691


@pytest.mark.parametrize(
    ("rows", "food", "amount", "weight", "size"),
    [
        ("bread,,slice,45", "bread", "2 thick slices", 90, "thick"),
        ("bread,,slice,45", "bread", "1 extra thick slice", 45, "extra thick"),
        ("bread,,slice,45\nbread,,thick slice,60", "bread", "2 thick slices", 120, ""),
        ("*,,glass,300 ml", "milk", "2 large glasses", 600 * 244 / CUP, "large"),
        ("milk,,glass,310 g", "milk", "2 large glasses", 620, "large"),
        ("*,,glass,300 ml\n*,,large glass,400 ml", "milk", "1 large glass", 400 * 244 / CUP, ""),
    ],
)
def test_a_size_of_ones_own_measure_is_a_guess(
    tmp_path: Path, rows: str, food: str, amount: str, weight: float, size: str
) -> None:
    entry = found(food, amount, choices=read_choices(choices_file(tmp_path, f"phrase,food_id,unit,grams\n{rows}\n")))
    assert grams(entry) == pytest.approx(weight, rel=1e-12)
    assert (f'"{size}" is not told apart from your own' in entry.problem) == bool(size)
    assert not size or entry.status == "flagged"
