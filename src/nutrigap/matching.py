"""Which food a phrase means: codes, exact names, and a search over the words of all names.

A search is sums over the postings of ``index`` in numpy: the words that are shared, less the words of the name that
nobody asked for, by how much they change the food, less what the name says of head, preparation and absence that
the phrase contradicts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.index import (
    COST,
    FURTHER,
    GAIN,
    GENERAL,
    NAMES,
    OPEN,
    RAW_BUT_EATEN_COOKED,
    load_index,
    load_names,
    load_spelling,
)
from nutrigap.phrases import ABSENT, FAMILIES, states, terms, translated
from nutrigap.spelling import corrected, is_known
from nutrigap.tables import FloatArray, FoodTable, SmallIntArray
from nutrigap.units import nutrients
from nutrigap.words import key, lexicon, meanings, negation, words

# A name that answers a phrase among much else is none of it: "citrate" is no gelatin dessert with citrate.
LEAST_SCORE = 0.3
# Bands of confidence: counted without a question, counted with one, refused.
ACCEPT = 0.975
FLAG = 0.45
# What a word with two meanings scores at most: it is taken for one of them, and that is said.
UNSURE = 0.79

NEUTRAL = lexicon("search_neutral")
HEAD_MISSED = 0.15
FURTHER_WEIGHT, BY_KIND = 0.9, 0.6
GENERAL_BONUS, OPEN_BONUS = 0.03, 0.005
# What stands behind "with" or "in" says less about which food it is.
BEHIND_LINK = 0.6
NUMBER_WEIGHT = 0.5
# A name that says the contrary of what was asked; what is not there weighs less than what is.
CONTRARY, BY_ABSENCE = 0.2, 0.3
SAME_WORD = 0.03
# A food that lacks what is not to be there takes the place of the common name's only if it fits as well as this.
INSTEAD = 0.88
# Up to this cost a food is prepared as was asked for.
SAME_WAY = 0.015
RAW_COST = 0.1
PER_EDIT, SURE_LENGTH = 0.06, 6
CANDIDATES = 5
# Below this a guess is refused that leaves unanswered a dish or a food which the phrase names.
DOUBTFUL = 0.8
# A further name answers the word of a dish only where so much of the phrase is answered.
NEARLY_WHOLE = 0.85
# A dish that is mostly what it is named after: chickpeas are a fair guess for a chickpea salad.
MOSTLY_THAT = frozenset(["salad"])
# Words that name no food of their own.
SILENT_ROLES = ("search_quality", "search_usual", "search_costless", "search_unasked")
# Candidates that a tie is looked for among; a lead of less than this is none.
WIDE = 20
NEAR_TIE = 0.005
# A fifth, and the share of an average portion below which nothing matters.
DIFFERS, TRACE = 0.2, 0.1
# Confidence of a match: logistic in the score, the share of the phrase that is answered, and whether that is all of it;
# fitted to the labelled phrases that were tuned on (docs/method.md).
BASE, BY_SCORE, BY_COVERED, BY_WHOLE = -1.9, 1.5, 2.6, 1.7
WHOLLY = 0.97
# A longer phrase is not looked through for the common names within it.
LONGEST_WITHIN = 8
# Phrases of at most so many words are made of the names by the build.
LONGEST_PLAIN = 4
# Their words stand in so many names (a slip of the table is no word), and they score so high.
PLAIN_WORDS, PLAINLY = 2, 0.95
# Names that share less of the phrase than this are not worth a look.
LEAST_SHARED = 0.2
# Foods as eaten (FNDDS) before SR, and of SR those first that the surveys use: they lack no value.
SECOND_TIER, UNSURVEYED = 0.02, 0.04
# How a food was asked for (rows: not told, then FAMILIES) x how a name says it is prepared (the same) -> cost.
PREPARED = np.array([
    [0.00, 0.00, 0.01, 0.02, 0.02, 0.06],
    [0.10, 0.00, 0.30, 0.30, 0.30, 0.30],
    [0.03, 0.30, 0.00, 0.01, 0.02, 0.05],
    [0.04, 0.30, 0.01, 0.00, 0.08, 0.12],
    [0.04, 0.30, 0.02, 0.08, 0.00, 0.10],
    [0.05, 0.30, 0.03, 0.12, 0.12, 0.00],
])  # fmt: skip


RAW = 1 << FAMILIES.index("raw")


class Candidate(NamedTuple):
    """A food that a phrase may mean, with a score from 0 to 1; ``covered`` is the share of the phrase it answers."""

    row: int
    score: float
    covered: float = 1.0


class Match(NamedTuple):
    """The food chosen for a phrase: ``row`` is None when none is good enough; ``candidates`` gives the others.

    Attributes
    ----------
    row : int or None
    method : str
        ``code``, ``exact``, ``choice``, ``search`` or ``none``.
    score : float
        Of the search; 1 for the other methods.
    phrase : str
        What was looked for.
    ignored : str
        What the phrase says is not there, where the name of the food does not say so too ("without milk").
    confidence : float
        How often such a match is right, or differs in no nutrient that is followed by more than a fifth.
    rival : int or None
        A food that fits nearly as well and differs in a nutrient by more than a fifth.
    covered : float
        Share of the phrase that the food answers.
    """

    row: int | None
    method: str
    score: float
    phrase: str = ""
    ignored: str = ""
    confidence: float = 1.0
    rival: int | None = None
    covered: float = 1.0

    @property
    def sure(self) -> bool:
        """Whether the food may be counted without a question."""
        return self.row is not None and self.confidence >= ACCEPT and self.rival is None and not self.ignored


class Asked(NamedTuple):
    """A phrase taken apart.

    Attributes
    ----------
    words : tuple of (word, factor)
        What the food is, in the words of the tables, each with the share of its weight that it counts.
    head : str
        The word that names the food, "" for none.
    absent : frozenset of str
        What the phrase says is not there.
    prepared : int
        How the food is prepared, as ``phrases.states`` gives it.
    methods : frozenset of str
        The words that say so.
    edits : int
        Letters that were taken for slips.
    form : str
        The whole phrase as it was understood: slips corrected, every word in the words of the tables.
    """

    words: tuple[tuple[str, float], ...]
    head: str
    absent: frozenset[str]
    prepared: int
    methods: frozenset[str]
    edits: int
    form: str


@lru_cache(maxsize=4096)
def ask(foods: FoodTable, phrase: str) -> Asked:
    """What a phrase asks for, in the words of a table."""
    index = load_index(foods)
    said = negation(phrase)
    typed = words(said.kept if said.said else phrase)
    edits = 0
    spelled: list[str] = []
    for word in typed:
        if index.count(word) or is_known(load_spelling(foods), word):
            spelled.append(word)
            continue
        meant, away = corrected(load_spelling(foods), word, index.count)
        spelled += meant or (word,)
        edits += away + (away > 0 and len(word) < SURE_LENGTH)  # of a short word one slip says as little as two
    found = translated(spelled)
    methods, links = meanings("search_state"), lexicon("search_link")
    adjectives = lexicon("search_quality") | lexicon("search_usual") | lexicon("search_costless")
    place = next((i for i, word in enumerate(found) if i and word in links), len(found))
    uneaten = lexicon("amount_inedible")  # "banana with peel" is a banana; what the peel weighs, the amount knows
    asked: dict[str, float] = {}
    head = ""
    for i, word in enumerate(found):
        if word in methods or word in NEUTRAL or word in links or "/" in word or (i > place and word in uneaten):
            continue
        factor = (NUMBER_WEIGHT if word[0].isdigit() else 1.0) * (1.0 if i < place else BEHIND_LINK)
        asked.setdefault(word, factor)
        if i < place and not word[0].isdigit() and (word not in adjectives or not head):
            head = word
    text = " ".join(found)
    return Asked(
        tuple(asked.items()), head, said.absent, states(text), frozenset(w for w in found if w in methods), edits, text
    )


class _Ready(NamedTuple):
    """What a search needs beside the index, worked out once: the cost of each food before anything is asked."""

    cost: FloatArray
    prior: FloatArray
    general: FloatArray


@cache
def _ready(foods: FoodTable) -> _Ready:
    index, size = load_index(foods), len(foods)
    tier = np.where(np.arange(size) < foods.first_tier, 0.0, np.where(foods.survey, SECOND_TIER, UNSURVEYED))
    general = np.where(index.flags & GENERAL, GENERAL_BONUS, np.where(index.flags & OPEN, OPEN_BONUS, 0.0))
    return _Ready(index.cost + tier, tier, general)


@cache
def _prepared_cost(asked: int) -> FloatArray:
    """Cost of every way in which a name can say that a food is prepared (bits), for one that was asked for (bits).

    Of several ways the best stands.
    """
    kinds = [i + 1 for i in range(len(FAMILIES)) if asked >> i & 1] or [0]
    best = PREPARED[kinds].min(axis=0).tolist()
    cost = [best[0]]
    for bits in range(1, 1 << len(FAMILIES)):
        cost.append(min(best[i + 1] for i in range(len(FAMILIES)) if bits >> i & 1))
    return np.array(cost)


def find_exact(foods: FoodTable, phrase: str) -> int | None:
    """Row of the food whose name or common name is the phrase, but for case, plurals and punctuation; else None."""
    return load_names(foods).find(key(phrase))


@lru_cache(maxsize=4096)
def search(foods: FoodTable, phrase: str, *, limit: int = CANDIDATES) -> tuple[Candidate, ...]:
    """The foods whose names fit a phrase best, best first.

    Parameters
    ----------
    foods : FoodTable
    phrase : str
        What a person wrote, without the amount.
    limit : int
        How many candidates to return.

    Returns
    -------
    tuple of Candidate
        Scores from 0 to 1: the share of the phrase that the name has, by the weight of the words (rare words tell
        more), less what the words of the name cost that nobody asked for.
    """
    asked = ask(foods, phrase)
    tally = _tally(foods, asked)
    if not tally.total:
        return ()
    found = np.flatnonzero(tally.shared > LEAST_SHARED * tally.total)
    covered = tally.shared[found] / tally.total
    score = tally.agreed[found] / tally.told - _costs(foods, asked, tally, found) - PER_EDIT * asked.edits
    score = np.round(score, 9)  # so that equal sums are equal in whatever order they were added
    if score.size > limit:  # only what can be among the best is put in order
        near = score >= np.partition(score, -limit)[-limit]
        found, score, covered = found[near], score[near], covered[near]
    best = np.argsort(-score, kind="stable")[:limit]
    return tuple(
        Candidate(int(found[i]), float(min(1.0, max(0.0, score[i]))), float(min(1.0, covered[i]))) for i in best
    )


class _Tally(NamedTuple):
    """What each food shares with a phrase, out of ``total``; with what is absent besides (``agreed`` out of ``told``).

    ``cost`` is what its name says that nobody asked for; ``named`` tells whether the head of the phrase names it.
    """

    shared: FloatArray
    total: float
    agreed: FloatArray
    told: float
    cost: FloatArray
    named: NDArray[np.bool_]


def _tally(foods: FoodTable, asked: Asked) -> _Tally:
    index, size = load_index(foods), len(foods)
    shared, cost = np.zeros(size), _ready(foods).cost.copy()
    kinds, weights = meanings("search_kind"), dict[str, float]()
    for word, factor in asked.words:
        span = index.postings(word)
        rows, parts = index.rows[span], index.parts[span]
        # rare words tell more: inverse document frequency; a word no food has weighs as the rarest
        weight = weights[word] = factor * math.log1p(size / max(1, len(rows)))
        if factor == BEHIND_LINK:  # "pancakes with syrup" are no syrup
            rows, parts = rows[parts < NAMES], parts[parts < NAMES]
        shared[rows] += np.where(parts % NAMES == FURTHER, FURTHER_WEIGHT * weight, weight)
        cost[rows] -= GAIN[parts % NAMES]
        cost[index.rows[index.postings(ABSENT + word)]] += CONTRARY
        if word in kinds:  # "beef pho" is the soup with meat
            others = index.rows[index.postings(kinds[word])]
            shared[others[~_among(rows, size)[others]]] += BY_KIND * weight
            cost[index.rows[index.postings(ABSENT + kinds[word])]] += CONTRARY
    span = index.postings(asked.head)
    named = _among(index.rows[span][index.parts[span] >= NAMES], size)
    for row, inside in _names_inside(foods, asked):  # "weetabix with banana": a common name stands for all its words
        shared[row] = max(shared[row], sum(weights.get(word, 0.0) for word in inside))
        cost[row] = min(cost[row], 0.0)
        named[row] |= asked.head in inside
    total = sum(weights.values())
    told, agreed = total, shared.copy()
    for word in asked.absent:
        span = index.postings(ABSENT + word)
        rows = index.rows[span]
        if len(rows):
            weight = BY_ABSENCE * math.log1p(size / len(rows))
            told += weight
            agreed[rows] += weight
            cost[rows] -= COST[index.parts[span] % NAMES]
        span = index.postings(word)
        cost[index.rows[span][index.parts[span] % NAMES != FURTHER]] += CONTRARY
    return _Tally(shared, total, agreed, told, cost, named)


def _names_inside(foods: FoodTable, asked: Asked) -> list[tuple[int, tuple[str, ...]]]:
    """Foods whose name or common name stands within a phrase, each with its words: the longest names only."""
    names, said = load_names(foods), tuple(asked.form.split())
    found: list[tuple[int, tuple[str, ...]]] = []
    if len(said) > LONGEST_WITHIN:
        return found
    for length in range(len(said) - 1, 0, -1):
        for start in range(len(said) - length + 1):
            inside = said[start : start + length]
            row = names.find(" ".join(inside))
            if row is not None and not any(set(inside) <= set(longer) for _, longer in found):
                found.append((row, inside))
    return found


def _costs(foods: FoodTable, asked: Asked, tally: _Tally, found: NDArray[np.intp]) -> FloatArray:
    """What speaks against each of the foods found: words nobody asked for, another preparation, another head."""
    index, ready, size = load_index(foods), _ready(foods), len(foods)
    cost = tally.cost[found]
    plainly = cost - ready.prior[found] < 1e-9
    for word in asked.methods:
        cost -= np.where(_among(index.rows[index.postings(word)], size)[found], SAME_WORD, 0.0)
    cost += _prepared_cost(asked.prepared)[index.prepared[found]]
    if not asked.prepared:
        cost += np.where(index.flags[found] & RAW_BUT_EATEN_COOKED, RAW_COST, 0.0)
    if asked.head:
        cost += np.where(tally.named[found], 0.0, HEAD_MISSED)
    costs: FloatArray = cost - np.where(plainly, ready.general[found], 0.0)
    return costs


def _among(rows: SmallIntArray, size: int) -> NDArray[np.bool_]:
    """Whether each of ``size`` foods is one of some rows."""
    among = np.zeros(size, dtype=bool)
    among[rows] = True
    return among


def find_food(foods: FoodTable, phrase: str) -> Match:
    """The food that a phrase means, if one is good enough; a word with two meanings ("pepper") is never sure."""
    exact = find_exact(foods, phrase)
    found = Match(exact, "exact", 1.0, phrase) if exact is not None else _find_near(foods, phrase)
    if found.row is not None and key(phrase) in meanings("search_no_food"):
        return Match(None, "none", found.score, phrase, "", 0.0, None, found.covered)
    if found.row is not None and key(phrase) in lexicon("search_ambiguous"):
        return found._replace(method="search", confidence=min(found.confidence, UNSURE))
    return found


def _find_near(foods: FoodTable, phrase: str) -> Match:
    asked = ask(foods, phrase)
    if not asked.words:
        return Match(None, "none", 0.0, "" if asked.absent else phrase, negation(phrase).said, 0.0)
    row = _known(foods, asked)
    found = search(foods, phrase, limit=WIDE) if row is None or asked.absent else ()
    instead = found and found[0].score > INSTEAD and _lacks(foods, found[0].row, asked)
    if row is not None and (_lacks(foods, row, asked) or not instead):
        found = (Candidate(row, 1.0 - PER_EDIT * asked.edits),)
    if not found:
        return Match(None, "none", 0.0, phrase, "", 0.0)
    best = found[0]
    sure = confidence(best)
    if sure < FLAG or best.score < LEAST_SCORE or (sure < ACCEPT and _is_another(foods, best, sure, asked)):
        return Match(None, "none", best.score, phrase, "", sure, None, best.covered)
    raw = asked.prepared == RAW and not load_index(foods).prepared[best.row] & RAW
    if asked.edits > 1 or raw:  # "raw rice" is not what is known of rice
        sure = min(sure, UNSURE)
    ignored = "" if _lacks(foods, best.row, asked) else negation(phrase).said
    return Match(best.row, "search", best.score, phrase, ignored, sure, _rival(foods, found), best.covered)


def _is_another(foods: FoodTable, best: Candidate, sure: float, asked: Asked) -> bool:
    """Whether a guess is plainly another food than the phrase names: nobody would take it for that.

    "Thai curry" is no soup and "lasagne dinner" is no baby food, where the tables know the thing itself; "fish pie" is
    no pie without fish, and a curry nothing without a curry in its name.
    """
    index = load_index(foods)
    name, form = frozenset(terms(foods.names[best.row])), frozenset(asked.form.split())
    silent = frozenset[str]().union(*map(lexicon, SILENT_ROLES))
    if (made := _made_of(foods.names[best.row], form)) is not None:
        shared = [word for word, _ in asked.words if word in name and word not in silent]
        if shared and all(_stands_without(foods, word, made) for word in shared):
            return True
    if sure >= DOUBTFUL:
        return False
    inside = {word for row, words_of in _names_inside(foods, asked) if row == best.row for word in words_of}
    told = name | inside | MOSTLY_THAT
    untold = [word for word, factor in asked.words if factor == 1.0 and word not in told]
    dishes = lexicon("search_dish") | lexicon("search_filled") | lexicon("search_meal")
    for word in untold:
        if meanings("search_kind").get(word) in name:
            continue
        also = best.row in index.rows[index.postings(word)]  # by a further name
        if word in dishes and not (also and best.covered >= NEARLY_WHOLE):
            return True
        # of a product ("pop tart") the rest is a flavor
        if not also and len(inside) < 2 and word not in silent and load_names(foods).find(word) is not None:
            return True
    return False


def _made_of(name: str, form: Set[str]) -> str | None:
    """The word of a name that makes another food of what stands beside it (soup, biscuit, baby food), if unasked."""
    if not form.isdisjoint(lexicon("search_for_babies")):
        form = form | lexicon("search_for_babies")
    first = [word for part in name.split(",")[:2] for word in terms(part)]
    return next((word for word in first if word in lexicon("search_made_of") and word not in form), None)


def _stands_without(foods: FoodTable, word: str, made: str) -> bool:
    """Whether a word also names a food as eaten that is not made into another thing: there are plain lentils."""
    index = load_index(foods)
    span = index.postings(word)
    named = index.rows[span][(index.parts[span] >= NAMES) & (index.rows[span] < foods.first_tier)]
    return bool(np.setdiff1d(named, index.rows[index.postings(made)]).size)


def _known(foods: FoodTable, asked: Asked) -> int | None:
    """The food whose name or common name is what is asked for, spelled as the tables do; else None.

    How it is prepared may be told besides: "cooked spaghetti" is spaghetti, "raw spaghetti" is not.
    """
    index, names = load_index(foods), load_names(foods)
    row = names.find(asked.form)
    if row is None and last_first(asked.form):  # "banana mashed" is mashed banana
        row = names.find(last_first(asked.form))
    if row is not None:
        return row
    linked = not lexicon("search_link").union(lexicon("search_costless"), ["and"]).isdisjoint(asked.form.split())
    row = None if linked else names.find(" ".join(word for word, _ in asked.words))
    if row is None or _prepared_cost(asked.prepared)[index.prepared[row]] > SAME_WAY:
        return None
    return row


def plain_names(foods: FoodTable) -> dict[str, int]:
    """Everyday phrases made of the names, with the foods that the search is sure of: "banana", "brown rice".

    Each is the first part of a name, or the second and the first ("Rice, brown" is "brown rice"). The build adds them
    to the names, so that such a phrase need not be searched for.
    """
    found: dict[str, int] = {}
    known, index = load_names(foods), load_index(foods)
    for row, name in enumerate(foods.names[: foods.first_tier]):
        first, second = ([word for word in words(part) if word not in NEUTRAL] for part in (*name.split(","), "")[:2])
        for phrase in (" ".join(first), " ".join(second + first)):
            said = phrase.split()
            if not 0 < len(said) <= LONGEST_PLAIN or phrase in found or known.find(phrase) is not None:
                continue
            if phrase[0].isdigit() or min(index.count(word) for word in terms(phrase)) < PLAIN_WORDS:
                continue
            match = find_food(foods, phrase)
            if match.sure and match.row == row and match.score >= PLAINLY:
                found[phrase] = row
    return found


def last_first(form: str) -> str:
    """A phrase whose last word tells how the food is cut, kept or cooked, with that word first; else ""."""
    rest, _, last = form.rpartition(" ")
    tells = last in lexicon("search_quality") or last in meanings("search_state") or last in lexicon("search_unasked")
    return f"{last} {rest}" if rest and tells else ""


def _lacks(foods: FoodTable, row: int, asked: Asked) -> bool:
    """Whether the name of a food says of everything that is asked to be absent that it is."""
    return asked.absent <= negation(foods.names[row]).absent


def _rival(foods: FoodTable, found: Sequence[Candidate]) -> int | None:
    """The best of the foods that fit nearly as well as the first and differ from it; None for a food in general.

    Of the other tier of the table none is a rival: which tier stands first is settled.
    """
    best = found[0]
    if load_index(foods).flags[best.row] & (GENERAL | OPEN):
        return None
    own_tier = best.row < foods.first_tier
    near = (
        one.row for one in found[1:] if best.score - one.score < NEAR_TIE and (one.row < foods.first_tier) == own_tier
    )
    return next((row for row in near if differs(foods, best.row, row)), None)


def differs(foods: FoodTable, row: int, other: int) -> bool:
    """Whether a usual amount of two foods differs by more than a fifth in one of the six nutrients.

    Not by traces: what is less than a tenth of what a portion of food brings on average makes no difference.
    """
    core = [i for i, nutrient in enumerate(nutrients()) if nutrient.role == "core"]
    one, two = foods.values[row, core], foods.values[other, core]
    apart = np.abs(one - two)
    trace = np.nan_to_num(TRACE * foods.left_out_portion.mean[core])
    return bool(((apart > DIFFERS * np.fmax(one, two)) & (apart > trace)).any())


def confidence(found: Candidate) -> float:
    """How often a first candidate with such a score and such a share of the phrase answered is right."""
    whole = found.covered >= WHOLLY
    raw = BASE + BY_SCORE * found.score + BY_COVERED * found.covered + BY_WHOLE * whole
    return 1.0 / (1.0 + math.exp(-raw))


def candidates(foods: FoodTable, match: Match, limit: int = CANDIDATES) -> tuple[Candidate, ...]:
    """The foods that the phrase of a match may mean, the chosen one first, then the closest."""
    found = search(foods, match.phrase, limit=max(limit, CANDIDATES)) if match.phrase else ()
    if match.row is None:
        return found[:limit]
    others = tuple(candidate for candidate in found if candidate.row != match.row)
    return (Candidate(match.row, match.score), *others)[:limit]
