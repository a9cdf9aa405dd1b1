"""What people answer about diet, medicines, conditions and symptoms, in their own words.

Nothing here is ever inferred. The words that answers are known by are rows of ``data/answers.csv``; an answer in other
words is kept as it was written, and a report says that it did not know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from nutrigap.errors import PersonError, did_you_mean
from nutrigap.units import read_table
from nutrigap.words import lexicon, plain

NONE = "none"  # the answer of somebody who takes no medicine, has no condition, no symptom
_MONTHS_OF = {"d": 12 / 365.25, "w": 84 / 365.25, "m": 1.0, "y": 12.0}
# Patterns are strings: re compiles one when it is first needed, and most reports have no answers to read.
_FOR = r"(?i)[\s,(]+(?:for|since)?\s*(\d{1,4}(?:\.\d+)?)\s*(days?|weeks?|wks?|months?|mo|mos|years?|yrs?|y)\)?\s*$"
# "No pain", "stopped omeprazole": what is not so, or no longer.
_DENIED = (
    r"(?:i\s+)?(?:do\s+)?(?:no|not|never|without|stopped|quit|former|formerly|past|used to(?: take)?)\b"
    r"(?: have| had| any)*\s*(.*)"
)
_NO_LONGER = r"\b(?:stopped|ruled out|no longer|not any more|in the past|in (?:the )?family)$"
_OF_OTHERS = r"(?:my )?(?:mother|father|sister|brother|grandmother|grandfather|aunt|uncle|parents?)\b"
_TRAILING = r"\s*(?:at all|so far|yet|today|lately|now)$"
# What stands between two symptoms, and between two of which a denial holds for both ("no tingling or numbness").
_AND, _OR = r"(?i)[,+&]|\b(?:and|but|with|plus|just|only)\b", r"(?i)/|\bn?or\b"
PLACES = 2  # parts of the body from which twitching is in several places


class Known(NamedTuple):
    """An answer that rules know: a row of ``data/answers.csv``.

    ``urgency`` of a symptom or condition is ``now``, ``soon`` or "". ``caps`` are the nutrients of which a diary cannot
    show that intake is enough.
    """

    kind: str
    id: str
    label: str
    words: tuple[str, ...]
    urgency: str
    caps: tuple[str, ...]
    rule: str


class Answer(NamedTuple):
    """A medicine, condition or symptom as told: its id ("" if no rule knows it), the text, for how many months."""

    id: str
    text: str
    months: float | None = None

    @property
    def label(self) -> str:
        """How a report names it."""
        return known_answers()[self.id].label if self.id else self.text


@cache
def known_answers() -> dict[str, Known]:
    """Every answer that rules know, by id."""
    return {
        row["id"]: Known(
            row["kind"], row["id"], row["label"], tuple(row["words"].split("; ")), row["urgency"],
            tuple(row["caps"].split()), row["rule"],
        )
        for row in read_table("answers.csv")
    }  # fmt: skip


@cache
def _by_word(kind: str) -> dict[str, str]:
    found = {}
    for known in known_answers().values():
        if known.kind == kind:
            found.update(dict.fromkeys((_plain(known.id), *known.words), known.id))
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text).replace("'", "")).split())


def answer(kind: str, text: str) -> Answer:
    """One answer in words: ``omeprazole 18 months``, ``tingling``, ``kidney disease``.

    Doses ("omeprazole 20 mg") are passed over: no rule depends on them.
    """
    whole = " ".join(str(text).split())
    said, months = whole, None
    if lasting := re.search(_FOR, said):
        months = float(lasting[1]) * _MONTHS_OF[lasting[2][0].lower()]
        said = said[: lasting.start()]
    words = _plain(re.sub(r"\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|ug)\b", " ", said))
    if _is_denied(kind, words):
        return Answer("", whole, months)
    return Answer(_by_word(kind).get(words) or _within(kind, words), whole, months)


def _is_denied(kind: str, words: str) -> bool:
    """Whether words deny an answer. Of a symptom only its very words are denied: "not able to breathe" is told."""
    if re.search(_NO_LONGER, words) or re.match(_OF_OTHERS, words):
        return True
    denied = re.match(_DENIED, words)
    if denied is None:
        return False
    return kind != "symptom" or re.sub(_TRAILING, "", denied[1]) in _by_word(kind)


def _within(kind: str, words: str) -> str:
    """The id of an answer whose words stand within others: the most urgent, then the longest; "" where none does.

    A condition is looked for only by several words together: a kidney stone is no kidney disease.
    """
    known, padded = known_answers(), f" {words} "
    hits = [
        (known[id_].urgency == "now", known[id_].urgency == "soon", len(word), id_)
        for word, id_ in _by_word(kind).items()
        if f" {word} " in padded and (kind != "condition" or " " in word)
    ]
    return max(hits)[3] if hits else ""


def answers(kind: str, given: Iterable[str | Answer] | str) -> tuple[Answer, ...]:
    """All that was answered of a kind (``medicine``, ``condition``, ``symptom``), each once.

    A text may hold several, between semicolons or line ends; of symptoms also between commas and "and". What a person
    denies ("no pain") is no answer, and ``none`` is the answer of somebody who has nothing to tell.
    """
    texts = re.split(r"[;\n]", given) if isinstance(given, str) else given
    found: list[Answer] = []
    for one in texts:
        if isinstance(one, Answer):
            found.append(one)
        elif one is not None and _plain(str(one)) not in ("", NONE, "keine", "nothing"):
            found += _signs(str(one)) if kind == "symptom" else [answer(kind, str(one))]
    return tuple({(one.id or _plain(one.text)): one for one in found}.values())


def _signs(text: str) -> list[Answer]:
    """The symptoms of a text: each part by itself, so that a part that is not known is not hidden by one that is."""
    whole = answer("symptom", text)
    if whole.id and _plain(text) in _by_word("symptom"):
        return [whole]
    found: list[Answer] = []
    places: set[str] = set()
    for group in re.split(_AND, text):
        denying = False
        for piece in re.split(_OR, group):
            denying = denying or _is_denied("symptom", _plain(piece))
            _take(piece, found, places, denying=denying)
    twitches = any(one.id in ("twitching", "eyelid") for one in found)
    if twitches and len(places) >= PLACES:
        found.append(Answer("several_places", " ".join(text.split())))
    return found


def _take(piece: str, found: list[Answer], places: set[str], *, denying: bool) -> None:
    """One part of what was told; ``denying`` where it goes on with what is denied: "no tingling or numbness"."""
    words = set(_plain(piece).split())
    places |= words & lexicon("body_part")
    if not words or words <= lexicon("body_part") | lexicon("symptom_filler"):
        return  # "calf, thigh and arm": where, not what
    if denying and (_is_denied("symptom", _plain(piece)) or _plain(piece) in _by_word("symptom")):
        return
    one = answer("symptom", piece)
    if one.id or not _is_denied("symptom", _plain(piece)):
        found.append(one)


def one_of(kind: str, text: str | None) -> str | None:
    """The id of an answer of which there can be only one (``diet``, ``sun``); None where nothing was told.

    Raises
    ------
    PersonError
        The text is none of the known ones.
    """
    if text is None or not str(text).strip():
        return None
    known = _by_word(kind)
    found = known.get(_plain(str(text)))
    if found is None:
        ids = sorted(set(known.values()))
        raise PersonError(f'unknown {kind} "{text}"{did_you_mean(str(text), ids)}; known: {", ".join(ids)}')
    return found
