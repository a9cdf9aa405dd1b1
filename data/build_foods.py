"""The embedded food table: FNDDS 2021-2023 (tier 1) and SR28 restricted to SR Legacy (tier 2)."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from build_releases import ReleaseError, Releases, column, number

NUTRIENTS_CSV = Path(__file__).resolve().parents[1] / "src" / "nutrigap" / "data" / "nutrients.csv"

EDITIONS = (
    "USDA FNDDS 2021-2023 (human milk: FNDDS 2019-2020)",
    "USDA SR28 with the revision of May 2016, foods of SR Legacy 2018",
)
HUMAN_MILK = 11000000  # FNDDS 2021-2023 lists it without nutrient values
INGREDIENT_CATEGORY = 9999
INGREDIENT_NAME = re.compile(r"as ingredient|for use", re.IGNORECASE)
DEFAULT_PORTION = "Quantity not specified"
FDC_BASE = 2705383  # FoodData Central numbers the foods with portions in the order of their codes, from here
DISTRIBUTION_NOTE = re.compile(r"\s*\(Includes foods for USDA's Food Distribution Program\)$")

LEADING_AMOUNT = re.compile(r"(?:(\d+)\s+)?(\d+)/(\d+)\s+(?=\S)|(\d+(?:\.\d+)?)\s+(?=\S)")
PACKAGE_SIZE = re.compile(r"(?:fl )?oz (?:package|container|can|bottle|carton|bag)\b")

# columns of the May-2016 file, with its own spelling; it has no caffeine, alcohol or added B12
COLUMNS_2016 = {
    "magnesium": "Magnesium_(mg)",
    "calcium": "Calcium_(mg)",
    "potassium": "Potassium_(mg)",
    "vitamin_d": "Vit_D_µg",
    "vitamin_b12": "Vit_B12_(µg)",
    "vitamin_b6": "Vit_B6_(mg)",
    "energy": "Energ_Kcal",
    "water": "Water_(g)",
    "sodium": "Sodium_(mg)",
    "thiamin": "Thiamin_(mg)",
}
VITAMIN_D_IU = "324"
IU_PER_MICROGRAM = 40.0  # vitamin D only


@dataclass(frozen=True)
class Column:
    """A column of the food table: our nutrient and what the releases call it."""

    id: str
    unit: str
    sr_number: str
    fndds_header: str


@dataclass(frozen=True)
class Food:
    """One food: ``values`` per 100 g edible in the order of ``nutrients.csv``, NaN where not known.

    ``refuse`` [%] and ``default_grams`` [g] are NaN where the release gives none; ``portions`` are pairs of a
    name and the grams of one of it; ``fdc`` 0 means none.
    """

    id: str
    name: str
    also: str
    fdc: int
    group: str
    survey: bool
    refuse: float
    default_grams: float
    values: Sequence[float]
    portions: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Facts:
    """What the manifest says beside the files themselves: rows read, kept and left out, and the releases."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    changed_2016: dict[str, int] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)


def nutrient_columns() -> list[Column]:
    """The columns of the food table, in their order."""
    with NUTRIENTS_CSV.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return [Column(row["id"], row["unit"], row["sr_number"], row["fndds_header"]) for row in rows]


def one_of(text: str, grams: float) -> tuple[str, float]:
    """Name and grams of one of what an FNDDS portion text says: ``("3 oz", 85)`` gives ``("oz", 28.33)``.

    A text without a leading amount stays as it is ("Guideline amount per sandwich", '1" wedge'), and so does
    one whose number is the size of a package ("5 oz package").
    """
    match = LEADING_AMOUNT.match(text)
    if match is None:
        return text, grams
    whole, above, below, decimal = match.groups()
    amount = float(decimal) if decimal else float(whole or 0) + float(above) / float(below)
    name = text[match.end() :]
    if amount != 1 and PACKAGE_SIZE.match(name):
        return text, grams
    return name, grams / amount


# ---------------------------------------------------------------------------------------------- tier 1


def fndds_foods(releases: Releases, facts: Facts) -> tuple[list[Food], list[str]]:
    """FNDDS foods in the order of their codes, and the WWEIA categories in the order of their numbers.

    Of category 9999 only names that say "as ingredient" or "for use" are dropped: wheat germ, oats and cocoa
    are filed there too.
    """
    header, rows = releases.sheet("fndds_foods", "Food code")
    category = column(header, "WWEIA Category number")
    description = column(header, "WWEIA Category description")
    also = column(header, "Additional food description")
    values = _fndds_values(releases)
    portions, defaults, counts = _fndds_portions(releases)
    fdc = {code: FDC_BASE + rank for rank, code in enumerate(sorted(portions))}

    foods: list[Food] = []
    groups: dict[int, str] = {}
    for row in sorted(rows, key=lambda cells: _code(cells[0])):
        code, name = _code(row[0]), str(row[1]).strip()
        if _code(row[category]) == INGREDIENT_CATEGORY and INGREDIENT_NAME.search(name):
            counts["foods_dropped"] += 1
            counts["portion_rows_of_dropped_foods"] += len(portions.get(code, ())) + (code in defaults)
            continue
        groups[_code(row[category])] = f"FNDDS: {str(row[description]).strip()}"
        foods.append(
            Food(
                id=f"fndds:{code}",
                name=name,
                also=str(row[also]).strip(),
                fdc=fdc.get(code, 0),
                group=groups[_code(row[category])],
                survey=True,
                refuse=np.nan,
                default_grams=defaults.get(code, 0.0) or np.nan,  # human milk's 0 g means "none"
                values=values[code],
                portions=portions.get(code, []),
            )
        )
    counts |= {"foods_in_release": len(rows), "foods": len(foods)}
    counts["portions"] = sum(len(food.portions) for food in foods)
    facts.counts["fndds"] = dict(counts)
    return foods, [groups[number] for number in sorted(groups)]


def _code(cell: object) -> int:
    return round(number(cell))


def _fndds_values(releases: Releases) -> dict[int, list[float]]:
    values: dict[int, list[float]] = {}
    for key in ("fndds_values_2019", "fndds_values"):
        header, rows = releases.sheet(key, "Food code")
        places = [column(header, wanted.fndds_header) for wanted in nutrient_columns()]
        values |= {
            _code(row[0]): [number(row[place]) for place in places]
            for row in rows
            if key == "fndds_values" or _code(row[0]) == HUMAN_MILK
        }
    return values


def _fndds_portions(
    releases: Releases,
) -> tuple[dict[int, list[tuple[str, float]]], dict[int, float], Counter[str]]:
    header, rows = releases.sheet("fndds_portions", "Food code")
    order, text = column(header, "Seq num"), column(header, "Portion description")
    weight = column(header, "Portion weight (g)")
    portions: dict[int, list[tuple[str, float]]] = {}
    defaults: dict[int, float] = {}
    counts: Counter[str] = Counter(portion_rows_in_release=len(rows))
    for row in sorted(rows, key=lambda cells: (_code(cells[0]), _code(cells[order]))):
        code, name, grams = _code(row[0]), str(row[text]).strip(), number(row[weight])
        portions.setdefault(code, [])
        if name == DEFAULT_PORTION:
            defaults[code] = grams
            counts["portion_rows_as_default_grams"] += 1
        elif grams > 0:
            portions[code].append(one_of(name, grams))
            counts["portion_rows_without_leading_amount"] += portions[code][-1][0] == name
        else:
            counts["portion_rows_without_grams"] += 1
    return portions, defaults, counts


# ---------------------------------------------------------------------------------------------- tier 2


def sr_foods(releases: Releases, facts: Facts) -> tuple[list[Food], list[str]]:
    """SR28 foods kept in SR Legacy, in the order of their NDB numbers, and the food groups by their codes."""
    group_names = {row[0]: f"SR: {row[1]}" for row in releases.ascii_rows("sr_groups")}
    described = {row[0]: row for row in releases.ascii_rows("sr_foods")}
    legacy_rows = releases.table("legacy_numbers")
    names = {row["fdc_id"]: row["description"] for row in releases.table("legacy_foods")}
    fdc = {row["NDB_number"].zfill(5): row["fdc_id"] for row in legacy_rows}
    kept = sorted(described.keys() & fdc.keys())
    values = _sr_values(releases, kept, facts)
    portions, counts = _sr_portions(releases, {fdc[ndb] for ndb in kept})

    foods = []
    for ndb in kept:
        row = described[ndb]
        name, removed = DISTRIBUTION_NOTE.subn("", names[fdc[ndb]].strip())
        counts["names_without_distribution_note"] += removed
        foods.append(
            Food(
                id=f"sr:{ndb}",
                name=name,
                also=row[4].strip(),
                fdc=int(fdc[ndb]),
                group=group_names[row[1]],
                survey=row[6] == "Y",
                refuse=number(row[8]),
                default_grams=np.nan,
                values=values[ndb],
                portions=portions[fdc[ndb]],
            )
        )
    counts |= {
        "foods_in_sr28": len(described),
        "foods_in_sr_legacy": len(legacy_rows),
        "foods": len(foods),
        "portions": sum(len(food.portions) for food in foods),
    }
    facts.counts["sr"] = dict(counts)
    used = {food.group for food in foods}
    return foods, [name for _, name in sorted(group_names.items()) if name in used]


def _sr_values(releases: Releases, kept: Sequence[str], facts: Facts) -> dict[str, list[float]]:
    columns = nutrient_columns()
    place = {wanted.sr_number: i for i, wanted in enumerate(columns)}
    values = {ndb: [np.nan] * len(columns) for ndb in kept}
    in_iu: dict[str, float] = {}
    for ndb, nutrient, amount, *_ in releases.ascii_rows("sr_values"):
        if ndb in values and nutrient in place:
            values[ndb][place[nutrient]] = number(amount)
        elif nutrient == VITAMIN_D_IU and ndb in values:
            in_iu[ndb] = number(amount)
    vitamin_d = [wanted.id for wanted in columns].index("vitamin_d")
    only_iu = [ndb for ndb in in_iu if np.isnan(values[ndb][vitamin_d])]
    for ndb in only_iu:
        values[ndb][vitamin_d] = in_iu[ndb] / IU_PER_MICROGRAM
    facts.changed_2016["vitamin_d_from_iu"] = len(only_iu)
    _overlay_2016(releases, values, facts)
    return values


def _overlay_2016(releases: Releases, values: dict[str, list[float]], facts: Facts) -> None:
    """Take the May-2016 value where it differs; a blank there does not erase what the full release knows."""
    header, rows = releases.sheet("sr_2016", "NDB_No")
    places = {wanted.id: i for i, wanted in enumerate(nutrient_columns())}
    changed: dict[str, int] = dict.fromkeys(COLUMNS_2016, 0)
    foods: set[str] = set()
    added = blank = 0
    for row in rows:
        ndb = str(row[0]).zfill(5)
        if ndb not in values:
            continue
        for nutrient, name in COLUMNS_2016.items():
            old, new = values[ndb][places[nutrient]], number(row[column(header, name)])
            if np.isnan(new):
                blank += not np.isnan(old)
            elif new != old:
                added += np.isnan(old)
                changed[nutrient] += 1
                foods.add(ndb)
                values[ndb][places[nutrient]] = new
    summary = {"foods": len(foods), "values_added": int(added), "values_not_erased": int(blank)}
    facts.changed_2016.update(changed | summary)


def _sr_portions(releases: Releases, kept: set[str]) -> tuple[defaultdict[str, list[tuple[str, float]]], Counter[str]]:
    rows = releases.table("legacy_portions")
    portions: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    counts: Counter[str] = Counter(portion_rows_in_release=len(rows))
    for row in sorted(rows, key=lambda cells: (int(cells["fdc_id"]), int(cells["seq_num"]))):
        amount, grams = number(row["amount"]), number(row["gram_weight"])
        if row["fdc_id"] not in kept:
            counts["portion_rows_of_foods_not_in_sr28"] += 1
        elif not amount > 0:
            counts["portion_rows_with_amount_0"] += 1
        elif not grams > 0:
            counts["portion_rows_without_grams"] += 1
        else:
            portions[row["fdc_id"]].append((row["modifier"].strip(), grams / amount))
    return portions, counts


# ---------------------------------------------------------------------------------------------- files


def build_foods(releases: Releases, out: Path) -> Facts:
    """Write the food table into ``out / "foods"``, and return what the manifest has to say about it.

    Parameters
    ----------
    releases : Releases
        The official releases.
    out : Path
        The folder of the packaged data; ``foods`` is made in it.

    Raises
    ------
    ReleaseError
        A release does not look as published.
    """
    facts = Facts()
    tier1, groups1 = fndds_foods(releases, facts)
    tier2, groups2 = sr_foods(releases, facts)
    foods, groups = tier1 + tier2, groups1 + groups2
    if len(set(groups)) != len(groups):
        raise ReleaseError("two food groups have the same description")
    folder = out / "foods"
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "ids.txt", [food.id for food in foods])
    write_lines(folder / "names.txt", [food.name for food in foods])
    write_lines(folder / "also.txt", [food.also for food in foods])
    write_lines(folder / "groups.txt", groups)
    write_lines(folder / "portion_names.txt", [name for food in foods for name, _ in food.portions])
    row_of_group = {name: i for i, name in enumerate(groups)}
    grams = [grams for food in foods for _, grams in food.portions]
    offsets = np.cumsum([0] + [len(food.portions) for food in foods])
    arrays = {
        "values": np.array([food.values for food in foods], dtype="<f8"),
        "fdc": np.array([food.fdc for food in foods], dtype="<i4"),
        "group": np.array([row_of_group[food.group] for food in foods], dtype="<i2"),
        "survey": np.array([food.survey for food in foods], dtype=np.bool_),
        "refuse": np.array([food.refuse for food in foods], dtype="<f8"),
        "default_grams": np.array([food.default_grams for food in foods], dtype="<f8"),
        "portion_offsets": offsets.astype("<i4"),
        "portion_grams": np.array(grams, dtype="<f8"),
    }
    for name, array in arrays.items():
        write_array(folder / f"{name}.npy", array)
    return facts


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write one line per item, LF at each end, so that item i stands on line i + 1."""
    if any("\n" in line or "\r" in line for line in lines):
        raise ReleaseError(f"a text for {path.name} holds a line break")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """Write a ``.npy`` file of format version 1.0, C order: the same bytes on every machine."""
    with path.open("wb") as stream:
        np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
