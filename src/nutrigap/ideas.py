"""Foods that would close a gap: what the person eats already, and common foods, by a usual portion.

Only foods, never a supplement or a dose. The common foods are rows of ``data/common_foods.csv``, each with a portion
of the food table itself. Liver and other organ meats are left out altogether: a portion of liver holds more vitamin A
than a pregnant person should have, and vitamin A is in none of the tables here, so that no limit could be kept. So
are Brazil nuts (selenium), seaweed (iodine; what it has of B12 does not count) and rice drinks, for the same reason.

Spinach and its kin are no idea for calcium: of the calcium in spinach 5.1 % was absorbed, of that in milk 27.6 %
(Heaney, Weaver & Recker 1988, Am J Clin Nutr 47:707).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.intake import Intake
from nutrigap.person import Person
from nutrigap.readings import Reading
from nutrigap.references import Reference, reference
from nutrigap.tables import FloatArray, FoodTable
from nutrigap.units import nutrient_index, nutrients, read_table
from nutrigap.words import plain, singular

# Of the reference: a portion that brings less is no source; one that brings this much more is worth a word. Below 5 %
# of a daily value is "a little", from 10 % on "a good source" (21 CFR 101.54; FDA guide to the label).
LITTLE, NOTICEABLE = 0.05, 0.10
MUCH_SODIUM_MG = 460.0  # a fifth of the daily value of 2300 mg, which is "high" on a US label
# A portion must bring at least as large a share of the reference as of a day's energy: an index of nutritional
# quality of 1 (Hansen, Wyse & Sorenson 1979).
DAY_KCAL = 2000.0
ON_THE_LABEL = "added by the maker: compare the label"
# A food of the log stands before one that closes up to a tenth more; what the maker of a food added counts by two
# thirds, for the next brand may have less of it, or none.
EATEN_COUNTS, ADDED_COUNTS = 1.1, 2 / 3
# With medicines that keep potassium no more of it than in an ordinary portion: above this it is "high" in renal diets
# (National Kidney Foundation).
RENAL_POTASSIUM_MG = 200.0
NO_IDEAS = ("eating_disorder", "kidney_disease")  # what to eat is then for a professional to say
POTASSIUM_CARE = {
    "medicine": ("ace_inhibitor", "arb", "potassium_sparing"),
}
DIETS = ("vegan", "vegetarian", "pescatarian", "omnivore")  # each may eat what those before it may
ADULT_YEARS, CHOKING_YEARS, WHOLE_MILK_YEARS = 18.0, 5.0, 2.0

# What follows is looked for in names that ``plain_words`` has made of words between single blanks.
# Foods of which the oxalate leaves little calcium to absorb.
OXALATE = (
    " spinach", " chard ", " beet greens", " rhubarb", " amaranth", " sorrel ", " purslane", " taro leaves",
    " cassava leaves",
)  # fmt: skip
# What is said in common_foods.csv by ``not_for``, told by the name for foods of the log that are not in it.
_NOT_FOR = {
    "calcium": OXALATE,
    "vitamin_b12": (" seaweed", " spirulina", " nori ", " algae", " kelp ", " chlorella", " laver "),
    "pregnant": (
        " sushi", " sashimi", " smoked", " swordfish", " shark", " marlin", " king mackerel", " tilefish", " halibut",
        " brie ", " camembert", " feta ", " blue cheese", " cheese blue", " cheese goat", " soft cheese",
        " queso fresco", " sprouts",
    ),
    "under_18": (" swordfish", " shark", " marlin", " king mackerel", " tilefish", " halibut", " energy drink"),
    "under_5": (
        " nut ", " nuts ", " almond", " cashew", " hazelnut", " peanut", " pecan", " pistachio", " walnut", " chestnut",
        " macadamia", " seed ", " seeds ", " popcorn", " grapes ",
    ),
    "under_2": (" lowfat", " low fat", " skim", " nonfat", " reduced fat", " fat free"),
    "celiac_disease": (
        " wheat", " bread", " barley", " rye ", " bulgur", " couscous", " cereal", " granola", " muesli", " oat",
        " pasta", " noodle", " macaroni", " spaghetti", " lasagna", " ravioli", " dumpling", " sandwich", " cracker",
        " muffin", " bagel", " biscuit", " pancake", " waffle", " roll", " bun ", " burrito", " flour", " pie ",
        " soup", " gravy", " meatless", " veggie",
    ),
}  # fmt: skip
_ANIMAL = {
    "meat": (
        " meat ", " meats ", "meatball", " beef", " pork", " ham ", " bacon", " lamb", " veal", " chicken", " turkey",
        " poultry", " duck", " sausage", " frank", " lard ", " gelatin", " broth", " venison", " rabbit", " goat ",
    ),
    "fish": (
        "fish", " salmon", " tuna", " sardine", " anchov", " mackerel", " herring", " trout", " cod ", " shrimp",
        " crab", " clam", " oyster", " mussel", " scallop", " squid", " octopus",
    ),
    "egg or milk": (
        " egg ", " eggs ", "omelet", " milk", " cheese", " yogurt", " butter", " cream", " whey", " casein", " honey ",
        "mayonnaise",
    ),
}  # fmt: skip
# Neither milk nor butter.
_OF_PLANTS = tuple(
    f" {plant} {what}"
    for what in ("milk", "yogurt", "cheese", "butter", "bean")
    for plant in ("soy", "almond", "oat", "rice", "coconut", "cashew", "hemp", "dairy", "peanut", "nut", "butter")
)
_EXCLUDED_BY_DIET = {
    "vegan": ("meat", "fish", "egg or milk"), "vegetarian": ("meat", "fish"), "pescatarian": ("meat",),
}  # fmt: skip
# Groups of the food table that are no idea, however much of a nutrient they bring.
_NO_IDEA = (
    " candy", " cookies", " cakes", " doughnuts", " ice cream", " pudding", " gelatin", " soft drinks",
    " energy drinks", " fruit drinks", " diet ", " coffee", " tea ", " beer", " wine", " liquor", " water ", " butter ",
    " margarine", " cream", " mayonnaise", " dressing", " condiments", " dips", " sugars", " sugar substitutes",
    " higher sugar", " jams", " baby", " formula", " human milk", " powders", " nutritional beverages", " bars ",
    " liver", " cold cuts", " deli ", " bacon", " frankfurter", " sausage", " luncheon", " chips", " snack", " pizza",
    " burgers", " nachos", " fried", " fries", " sweets", " fast foods", " restaurant", " spices", " fats and oils",
)  # fmt: skip
# Names likewise, also in a table without such groups.
NO_FOOD = (
    " liver ", " livers ", " liverwurst", " giblet", " brain", " sweetbread", " pate ", " formula", " human milk",
    " breast milk", " supplement", " multivitamin", " tablet", " capsule", " protein powder", " powder mix",
    " energy drink", " beer ", " wine ", " liquor", " whisky", " vodka", " brazil nut",
)  # fmt: skip
_UNSAID = ("NFS", "NS as to", "no added fat", "fat added", "raw", "from ")


def plain_words(name: str) -> str:
    """A name as words between single blanks, one before and one behind: " cheese blue "."""
    return f" {' '.join(re.findall('[a-z0-9]+', plain(name)))} "


def _says(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


# Nutrient -> what to reach, and the upper level of the total.
Targets = dict[str, tuple[float | None, float | None]]


class CommonFood(NamedTuple):
    """A row of ``data/common_foods.csv``: an everyday food with a usual portion [g].

    ``diet`` is the strictest that allows it; ``added`` names the nutrients that the maker adds; ``not_for`` nutrients,
    life stages, ages and conditions for which it is no idea; ``words`` further words by which a person may dislike it.
    """

    food_id: str
    name: str
    group: str
    diet: str
    portion: str
    grams: float
    added: frozenset[str]
    not_for: frozenset[str]
    words: str
    note: str


class Idea(NamedTuple):
    """A portion of a food that would close a part of a gap.

    Attributes
    ----------
    nutrient : str
        The nutrient's id.
    food_id, name : str
        Code of the food table, and the everyday name.
    portion : str
        In words: "half a cup, cooked".
    grams : float
        [g]
    amount : float
        Of the nutrient in the portion, in its canonical unit.
    share : float
        Of the gap between the mean of the log and the RDA, AI or EAR (the first that is set) that it closes, 0 to 1.
    energy_kcal : float or None
        [kcal], None where the table does not know it.
    eaten : bool
        Whether the log has it.
    also : tuple of (nutrient id, amount)
        Other core nutrients that it brings noticeably, and sodium if it brings much.
    note : str
        What to look for when buying it; mostly empty.
    """

    nutrient: str
    food_id: str
    name: str
    portion: str
    grams: float
    amount: float
    share: float
    energy_kcal: float | None
    eaten: bool
    also: tuple[tuple[str, float], ...]
    note: str = ""


class _Candidate(NamedTuple):
    row: int
    food: CommonFood
    eaten: bool


@cache
def common_foods() -> tuple[CommonFood, ...]:
    """The common foods, by kind."""
    return tuple(_common_food(**row) for row in read_table("common_foods.csv"))


def _common_food(*, grams: str, added: str, not_for: str, **texts: str) -> CommonFood:
    return CommonFood(grams=float(grams), added=frozenset(added.split()), not_for=frozenset(not_for.split()), **texts)


def suggest(
    intake: Intake, readings: Sequence[Reading], person: Person, foods: FoodTable, *, most: int = 3
) -> tuple[Idea, ...]:
    """Foods that would close the gaps of a log, best first, at most one of a kind for each nutrient.

    Parameters
    ----------
    intake : Intake
    readings : sequence of Reading
        Those that look low: which these are is the caller's to say. One without a reference, or whose best mean
        reaches it, gets no ideas.
    person : Person
        Diet, dislikes, age, life stage, conditions and medicines are respected.
    foods : FoodTable
        The table of the intake's rows. Common foods that it lacks are no ideas.
    most : int
        Ideas for each nutrient.

    Returns
    -------
    tuple of Idea
        In the order of the readings. None for infants under 12 months, nor with an eating disorder or kidney
        disease: what to eat is then for a professional to say.

    Raises
    ------
    PersonError
        No reference row covers the person.

    Notes
    -----
    A food stands by the share of the gap that a portion closes (all that close it whole are equal), where a food of
    the log counts for a tenth more, and what the maker added by two thirds; then by its energy. A food whose amount
    is not known is no candidate. None is given with which the best mean of a nutrient would pass an upper level for
    the total; where a food's value is not known there, the upper end of its food group stands in for it.
    """
    wanted = [one for one in readings if one.reference is not None and np.isfinite(one.best)]
    months = person.age_months
    if not wanted or (months is not None and months < 12) or person.tells("condition", *NO_IDEAS):
        return ()
    candidates = _candidates(intake, person, foods)
    if not candidates:
        return ()
    table = _Portions.of(candidates, foods)
    targets = _targets(person)
    within = _within_limits(table, intake, targets)
    if any(person.tells(kind, *ids) for kind, ids in POTASSIUM_CARE.items()):
        within &= table.amounts[:, nutrient_index()["potassium"]] <= RENAL_POTASSIUM_MG  # unknown: no candidate
    ideas: list[Idea] = []
    for one in wanted:
        if one.nutrient.id == "potassium" and any(person.tells(kind, *ids) for kind, ids in POTASSIUM_CARE.items()):
            continue
        ideas += _best(one, table, targets, within, person, most)
    return tuple(ideas)


# --- which foods


def _candidates(intake: Intake, person: Person, foods: FoodTable) -> list[_Candidate]:
    """Common foods and foods of the log that the person may and would eat, each row of the table once."""
    portions: dict[int, list[float]] = {}
    for entry in intake.entries:
        if entry.kind == "food" and entry.row is not None and entry.status != "left_out" and entry.grams is not None:
            portions.setdefault(entry.row, []).append(entry.grams.best)
    common = {food.food_id: food for food in common_foods()}
    rows = {food_id: row for row, food_id in enumerate(foods.ids) if food_id in common}
    known = {rows[food_id]: food for food_id, food in common.items() if food_id in rows}
    kinds: dict[int, CommonFood] = {}
    for row, food in known.items():
        kinds.setdefault(int(foods.group[row]), food)
    found = [_Candidate(row, _as_eaten(food, portions.get(row, ())), row in portions) for row, food in known.items()]
    for row, grams in portions.items():
        if row not in known and (eaten := _of_the_log(row, grams, kinds, foods)) is not None:
            found.append(_Candidate(row, eaten, True))
    avoided, dislikes = _avoided(person), [wish for text in person.dislikes for wish in _wishes(text)]
    allowed = DIETS[: DIETS.index(person.diet or "omnivore") + 1]
    small = _younger(person, CHOKING_YEARS)
    return [
        one._replace(food=_halved(one.food)) if small else one
        for one in found
        if one.food.diet in allowed
        and not avoided & one.food.not_for
        and not (dislikes and _disliked(one.food, dislikes))
    ]


def _as_eaten(food: CommonFood, grams: Sequence[float]) -> CommonFood:
    """A common food by the person's own mean portion where that is smaller, down to half of the usual one.

    Not where it is larger: an idea comes on top of what is eaten already.
    """
    own = max(sum(grams) / len(grams), food.grams / 2) if grams else food.grams
    return food if own > 0.75 * food.grams else food._replace(grams=own, portion=f"{own:.0f} g, as in the log")


def _of_the_log(row: int, grams: Sequence[float], kinds: dict[int, CommonFood], foods: FoodTable) -> CommonFood | None:
    """A food of the log that is none of the common ones, as if it were; None where it is no idea for anybody.

    Its diet is what its name and the common foods of its group allow; where no common food is of its group, it is
    taken to be for omnivores.
    """
    name, group = foods.names[row], int(foods.group[row])
    words = plain_words(name)
    animal = words
    for plant in _OF_PLANTS:
        animal = animal.replace(plant, " ")
    parts = [part for part, what in _ANIMAL.items() if _says(animal, what)]
    alcohol = foods.values[row, nutrient_index()["alcohol"]]
    usual = foods.default_portion_grams(row)
    portion = min(sum(grams) / len(grams), usual or np.inf)
    if alcohol > 0 or portion <= 0 or _says(words, NO_FOOD) or _says(plain_words(foods.groups[group]), _NO_IDEA):
        return None
    like = kinds.get(group)
    allowed = [diet for diet, but in _EXCLUDED_BY_DIET.items() if not set(but) & set(parts)]
    not_for = {what for what, named in _NOT_FOR.items() if _says(words, named)}
    if " raw " in words and parts:
        not_for.add("pregnant")
    if " butter " in words:
        not_for.discard("under_5")
    strictest = [diet for diet in allowed if like is not None and DIETS.index(diet) >= DIETS.index(like.diet)]
    return CommonFood(
        food_id=foods.ids[row],
        name=_short(name),
        group=like.group if like is not None else foods.groups[group] if len(foods.groups) > 1 else foods.ids[row],
        diet=strictest[0] if strictest else "omnivore",
        portion=f"{portion:.0f} g",
        grams=portion,
        added=frozenset(),
        not_for=frozenset(not_for),
        words=like.words if like is not None else "",
        note="",
    )


def _halved(food: CommonFood) -> CommonFood:
    """Half a portion, for a small child."""
    return food._replace(grams=food.grams / 2, portion=f"{food.grams / 2:.0f} g")


def _short(name: str) -> str:
    """The table's name without what no one says at table: "Fish, salmon, NFS" is "fish, salmon"."""
    spoken = ", ".join([part for part in name.split(", ") if not part.startswith(_UNSAID)][:3]) or name
    return spoken[:1].lower() + spoken[1:]


def _younger(person: Person, years: float) -> bool:
    return person.age is not None and float(person.age) < years


def _avoided(person: Person) -> set[str]:
    """What of ``not_for`` holds for the person whatever the nutrient."""
    ages = {"under_18": ADULT_YEARS, "under_5": CHOKING_YEARS, "under_2": WHOLE_MILK_YEARS}
    avoided = {name for name, years in ages.items() if _younger(person, years)}
    return avoided | {person.life_stage} | {one.id for one in person.told("condition") if one.id}


def _stems(text: str) -> frozenset[str]:
    return frozenset(singular(word) for word in re.findall(r"[a-z]+", plain(text)))


_FILLERS = frozenset(["food", "product", "any", "all", "no", "kind", "of", "the", "to", "allergic", "allergy", "my"])


def _wishes(text: str) -> list[frozenset[str]]:
    """The words of each food that a dislike names: "nuts and fish" is two, and "soy milk" no milk."""
    text = re.sub(r"\b(soya?|almond|oat|plant) milk", r"\1 drink", text)
    return [named for part in re.split(r"\band\b|\bor\b|[/&+]", text) if (named := _stems(part) - _FILLERS)]


def _disliked(food: CommonFood, dislikes: Sequence[frozenset[str]]) -> bool:
    """Whether a food is one that is not to be suggested: "fish" is salmon too, "blue cheese" is not all cheese."""
    words = _stems(f"{food.name} {food.words}")
    return any(named <= words or named == _stems(food.group) for named in dislikes)


# --- what they bring


class _Portions(NamedTuple):
    """Candidates with what a portion brings: (candidates × nutrients) arrays in canonical units, NaN = not known.

    ``high`` has the upper end of the food group where a value is not known, NaN where the table has none.
    """

    foods: list[_Candidate]
    amounts: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, candidates: list[_Candidate], foods: FoodTable) -> _Portions:
        rows = np.array([one.row for one in candidates], dtype=np.int64)
        share = np.array([one.food.grams for one in candidates])[:, None] / 100
        per_100_g = foods.values[rows]
        stand_in = np.where(np.isnan(per_100_g), foods.imputation.high[foods.group[rows]], per_100_g)
        return cls(candidates, per_100_g * share, stand_in * share)


def _aim(reference: Reference) -> float | None:
    """What a gap is measured against: RDA, else AI, else EAR."""
    return reference.rda or reference.ai or reference.ear


def _targets(person: Person) -> Targets:
    """Of each core nutrient what to reach, and the upper level of the total; the stricter of the possible persons'."""
    targets: Targets = {}
    for nutrient in nutrients():
        if nutrient.role == "core":
            rows = [row for who in person.possible() if (row := reference(who, nutrient.id)) is not None]
            aims = [aim for row in rows if (aim := _aim(row)) is not None]
            limits = [row.ul for row in rows if row.ul is not None and row.ul_scope == "total"]
            targets[nutrient.id] = max(aims, default=None), min(limits, default=None)
    return targets


def _within_limits(table: _Portions, intake: Intake, targets: Targets) -> NDArray[np.bool_]:
    """Candidates that bring no best mean above an upper level of the total, (candidates,).

    Of a nutrient that a user's own table does not have at all nothing can be said, and the food stays.
    """
    within = np.ones(len(table.foods), dtype=bool)
    for name, (_, limit) in targets.items():
        if limit is not None:
            i = nutrient_index()[name]
            within &= ~(intake.mean.best[i] + table.high[:, i] > limit)
    return within


def _best(
    reading: Reading,
    table: _Portions,
    targets: Targets,
    within: NDArray[np.bool_],
    person: Person,
    most: int,
) -> list[Idea]:
    """The ideas for one nutrient, one of each kind of food."""
    assert reading.reference is not None
    name, columns = reading.nutrient.id, nutrient_index()
    aim = _aim(reading.reference)
    if aim is None or aim <= reading.best:
        return []
    amounts, energy = table.amounts[:, columns[name]], table.amounts[:, columns["energy"]]
    counted = np.nan_to_num(amounts)
    source = within & (counted >= LITTLE * aim) & ~(energy / DAY_KCAL > counted / aim)
    if name == "vitamin_b12" and person.diet == "vegan":  # plants bring none that is not added
        source &= table.amounts[:, columns["vitamin_b12_added"]] >= counted / 2
    share = counted / (aim - reading.best)
    eaten = np.array([one.eaten for one in table.foods])
    added = np.array([name in one.food.added for one in table.foods])
    weight = np.where(eaten, EATEN_COUNTS, 1.0) * np.where(added, ADDED_COUNTS, 1.0)
    standing = np.minimum(share * weight, 1.0)
    order = np.lexsort((np.nan_to_num(energy, nan=np.inf), ~eaten, -np.round(standing, 6)))
    ideas: list[Idea] = []
    kinds: set[str] = set()
    for k in order[source[order]]:
        food = table.foods[k].food
        if name in food.not_for or food.group in kinds:
            continue
        kinds.add(food.group)
        kcal = float(energy[k])
        note = food.note or (ON_THE_LABEL if added[k] else "")
        ideas.append(
            Idea(
                nutrient=name, food_id=food.food_id, name=food.name, portion=food.portion, grams=food.grams,
                amount=float(amounts[k]), share=min(float(share[k]), 1.0),
                energy_kcal=kcal if np.isfinite(kcal) else None, eaten=bool(eaten[k]),
                also=_also(table.amounts[k], food.not_for | {name}, targets), note=note,
            )
        )  # fmt: skip
        if len(ideas) == most:
            break
    return ideas


def _also(amounts: FloatArray, but: frozenset[str], targets: Targets) -> tuple[tuple[str, float], ...]:
    """What else a portion brings noticeably, ``but`` what it is asked for and what it is no source of."""
    columns = nutrient_index()
    least = {other: NOTICEABLE * aim for other, (aim, _) in targets.items() if aim is not None and other not in but}
    least["sodium"] = MUCH_SODIUM_MG
    return tuple(
        (other, float(amounts[columns[other]])) for other, low in least.items() if amounts[columns[other]] >= low
    )
