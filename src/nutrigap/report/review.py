"""Going over the phrases that rest on a guess or were left out, one by one, with the person who wrote them.

The conversation is made of two functions that are handed in, one that asks and one that says: a terminal, or a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from nutrigap.amounts import is_length
from nutrigap.choices import RECIPE, Choice, phrase_key
from nutrigap.entries import Entry
from nutrigap.errors import AmountError, UnknownFood
from nutrigap.matching import Candidate, candidates, search
from nutrigap.recipes import Recipe
from nutrigap.report.matches import taken_for
from nutrigap.report.model import Report
from nutrigap.report.saved import Row, Spoken, blank, spoken, unit_of
from nutrigap.report.wrap import ranges
from nutrigap.sidetable import read_weight

Ask = Callable[[str], str]
Say = Callable[[str], None]

HELP = (
    "Enter keeps what it was taken for; a number chooses; words search again (a food id or recipe:NAME will do too); "
    "g 45 tells the grams (or g 250 ml) of one; s skips; n: no food; q saves what was decided and ends."
)
MOST_LINES = 4


class Question(NamedTuple):
    """A phrase to be asked about, with the first of its lines that is in doubt."""

    said: Spoken
    entry: Entry


class Outcome(NamedTuple):
    """What came of a review: the rows decided, by phrase, and how many phrases were skipped or not come to."""

    decided: dict[str, Row]
    skipped: int
    left: int


def doubtful(report: Report, choices: Mapping[str, Choice]) -> list[Question]:
    """The distinct phrases that rest on a guess or were left out, in the order of the diary.

    No question is what was left out and changes no total, nor a guess on a phrase that was decided before.
    """
    found = []
    for one in spoken(report):
        choice = choices.get(phrase_key(one.phrase))
        decided = choice is not None and bool(choice.food_id or choice.kind)
        entry = next((entry for entry in one.entries if _is_doubtful(entry, decided=decided)), None)
        if entry is not None:
            found.append(Question(one, entry))
    return found


def _is_doubtful(entry: Entry, *, decided: bool) -> bool:
    if entry.status == "flagged":
        return not decided
    return entry.status == "left_out" and bool(entry.missing or entry.open)


def review(
    report: Report,
    ask: Ask,
    say: Say,
    decided: dict[str, Row],
    *,
    choices: Mapping[str, Choice],
    recipes: Mapping[str, Recipe],
) -> Outcome:
    """Ask about each doubtful phrase; what is decided stands in ``decided`` at once, so that nothing is lost.

    Parameters
    ----------
    report : Report
    ask : function of a prompt
        Gives back what was typed.
    say : function of a line
    decided : dict
        Phrase -> row for the file of choices; filled here.
    choices : mapping
        What was decided before.
    recipes : mapping
        The recipes that a phrase may be said to stand for.
    """
    questions = doubtful(report, choices)
    skipped = 0
    if questions:
        say(HELP)
    for number, question in enumerate(questions, 1):
        say("")
        say(f"[{number} of {len(questions)}] {question.said.phrase}")
        answer = _Talk(report, question, say, recipes).put(ask)
        if answer == "q":
            return Outcome(decided, skipped, len(questions) - number + 1)
        if isinstance(answer, str):
            skipped += 1
        else:
            decided[phrase_key(question.said.phrase)] = answer
    return Outcome(decided, skipped, 0)


class _Talk:
    """One phrase: what is known of it, and what the answers make of that."""

    def __init__(self, report: Report, question: Question, say: Say, recipes: Mapping[str, Recipe]) -> None:
        self.report, self.say, self.recipes = report, say, recipes
        self.said, self.entry = question
        self.row = blank(self.said.phrase)
        self.offers: tuple[Candidate, ...] = candidates(report.foods, self.entry.match)

    def put(self, ask: Ask) -> Row | str:
        """Ask until there is an answer: the row, or "q" or "s"."""
        self._show()
        while True:
            typed = ask("> ").strip()
            if typed in ("q", "s"):
                return typed
            if typed == "?":
                self.say(HELP)
            elif typed == "n":
                return self.row | {"kind": "other", "note": "no food"}
            elif not typed:
                return self._keep()
            elif weight := re.fullmatch(r"g\s+(.*\d.*)", typed):
                self._weigh(weight[1])
            elif typed.isdecimal():
                if 1 <= int(typed) <= len(self.offers):
                    return self._food(self.offers[int(typed) - 1].row)
                self.say(f"  there is no number {typed}")
            elif (found := self._other(typed)) is not None:
                return found

    def _show(self) -> None:
        lines = ranges([entry.line.number for entry in self.said.entries], MOST_LINES)
        self.say(f"  {lines}: {self.entry.problem}")
        self.say(f"  taken for {taken_for(self.report, self.entry)}")
        self._show_offers()

    def _keep(self) -> Row | str:
        """What it was taken for, or the grams alone; nothing was decided where there is neither."""
        if self.entry.kind == "supplement" and self.entry.doses:
            return self.row | {"kind": "supplement", "note": "a supplement"}
        if self.entry.row is not None:
            return self._food(self.entry.row)
        return self.row if self.row["grams"] else "s"

    def _food(self, row: int) -> Row:
        foods = self.report.foods
        return self.row | {"food_id": foods.ids[row], "kind": "food", "note": foods.names[row]}

    def _weigh(self, text: str) -> None:
        """Note what one of the measure written weighs or holds."""
        try:
            number, unit = read_weight(text)
        except AmountError as error:
            self.say(f"  {error}")
            return
        measure = unit_of(self.entry, self.report)
        if is_length(measure):
            self.say(f'  "{measure}" is a length: one of it weighs nothing for itself; write grams in the diary')
            return
        self.row |= {"unit": measure, "grams": f"{number:.9g}" + (" ml" if unit == "ml" else "")}
        self.say(f"  one{f' {measure}' if measure else ''} of it: {number:g} {unit}; Enter or a number for the food")

    def _other(self, typed: str) -> Row | None:
        """A food id, a recipe, or words to search for: these give new offers and no answer yet."""
        if typed.lower().startswith(RECIPE):
            recipe = self.recipes.get(phrase_key(typed[len(RECIPE) :]))
            if recipe is not None:
                return self.row | {"food_id": f"{RECIPE}{recipe.name}", "kind": "food", "note": "a recipe"}
            self.say(f"  there is no recipe of that name{'' if self.recipes else '; give the file with --recipes'}")
            return None
        if ":" in typed:
            try:
                return self._food(self.report.foods.row(typed))
            except UnknownFood as error:
                self.say(f"  {error}")
                return None
        found = search(self.report.foods, typed)
        if found:
            self.offers = found[:5]
            self._show_offers()
        else:
            self.say("  no food has these words")
        return None

    def _show_offers(self) -> None:
        for number, offer in enumerate(self.offers, 1):
            self.say(f"  {number}  {self.report.foods.names[offer.row]}  ({self.report.foods.ids[offer.row]})")
