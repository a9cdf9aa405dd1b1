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
KINDS = ("medicine", "condition", "symptom")
_MONTHS_OF = {"d": 12 / 365.25, "w": 84 / 365.25, "m": 1.0, "y": 12.0}
# Patterns are strings: re compiles one when it is first needed, and most reports have no answers to read.
_FOR = r"(?i)[\s,(]+(?:for|since)?\s*(\d{1,4}(?:\.\d+)?)\s*(days?|weeks?|wks?|months?|mo|mos|years?|yrs?|y)\)?\s*$"
# "No pain": what is not so. Whatever else stands beside it, an answer is taken as told, for an alarm too many does less
# harm than one too few.
_NOT = r"(?:no|not|never|without|neither|nor)\b"
# "Stopped omeprazole", "my mother has coeliac disease": not so now, or of somebody else. Shown, but no rule uses it.
_NO_LONGER = (
    r"(?:stopped|quit|former|formerly|past|used to(?: take)?|off)\b|.*(?<!not )(?<!never )"
    r"\b(?:stopped|ruled out|no longer|not any more|in the past|in (?:the |my )?family)$"
)
_OF_OTHERS = (
    r"(?:my )?(?:mother|father|sister|brother|grandmother|grandfather|aunt|uncle|parents?|husband|wife)"
    r"(?: also)? (?:has|have|had|with)\b(?!.*\b(?:i|me|my)\b)"
)
_NOTHING = (
    r"(?:none|no|nope|nothing|keine|n a)(?: at all| of (?:these|them|those))?"
    r"|no (?:known )?(?:medicines?|medications?|drugs?|conditions?|illness(?:es)?|diseases?|symptoms?|complaints?)"
)
# What stands between two answers, and between two of which a denial holds for both ("no tingling or numbness").
_AND, _OR = r"(?i)[,+&]|\b(?:and|but|with|plus|just|only)\b|(?=\b(?:no|without)\b)", r"(?i)/|\bn?or\b"
_DOSE = r"(?i)\b\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|ug|ml|iu)\b"
TWITCHES = ("twitching", "eyelid")
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


def kind_of(answer: Answer, asked: str) -> str:
    """What kind an answer is: that of its id, else the one that was asked for."""
    return known_answers()[answer.id].kind if answer.id else asked


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

    Doses ("omeprazole 20 mg") are passed over: no rule depends on them. What was so in the past or is so of somebody
    else has no id.
    """
    whole = " ".join(str(text).split())
    said, months = whole, None
    if lasting := re.search(_FOR, said):
        months = float(lasting[1]) * _MONTHS_OF[lasting[2][0].lower()]
        said = said[: lasting.start()]
    words = _plain(re.sub(_DOSE, " ", said))
    known = next(
        (id_ for one in _kinds(kind) for said in (words, _core(words)) if (id_ := _by_word(one).get(said))), None
    )
    if known is None and not _is_past(kind, words) and not _is_denied(kind, words):
        known = _within(kind, words)
    return Answer(known or "", whole, months)


def _kinds(kind: str) -> list[str]:
    """The kind that was asked for, then the others: nitrous oxide is a condition, and may be told as a medicine."""
    return [kind, *(other for other in KINDS if other != kind)]


def _core(words: str) -> str:
    """The words without those around them that change nothing."""
    return " ".join(word for word in words.split() if word not in lexicon("answer_around"))


def _is_past(kind: str, words: str) -> bool:
    """Whether an answer is no longer so (a medicine that was stopped), or is so of somebody else.

    A symptom that has gone is still told, and so is a condition of the past: both may matter now.
    """
    return bool(re.match(_OF_OTHERS, words) or (kind == "medicine" and re.match(_NO_LONGER, words)))


def _is_denied(kind: str, words: str) -> bool:
    """Whether words deny an answer and hold nothing else: "not able to breathe" is told."""
    denied = re.match(rf"(?:i |i have |i do |have |had |{_NOT} )*{_NOT}(.*)", words)
    if denied is None:
        return kind == "condition" and words.endswith(" ruled out")
    left = [word for word in denied[1].split() if word not in lexicon("answer_around")]
    core = [word for word in left if word not in lexicon("answer_trouble")]
    if core == left and lexicon("answer_function") & set(core):
        return False
    about = [word for word in core if word not in lexicon("body_part") | lexicon("symptom_filler") | {"muscle"}]
    return any(" ".join(some) in _by_word(kind) for some in (left, core, about))


def _within(kind: str, words: str) -> str:
    """The id of an answer whose words stand within others: the most urgent, then the longest; "" where none does.

    The words of a symptom may stand in any order: "weak left arm, suddenly".
    """
    known, said, padded = known_answers(), set(words.split()), f" {words} "
    if kind == "symptom":
        within = [word for word in _by_word(kind) if said.issuperset(word.split())]
    else:
        within = [word for word in _by_word(kind) if f" {word} " in padded and word not in lexicon("not_alone")]
    hits = [(known[id_].urgency, len(word), id_) for word in within for id_ in [_by_word(kind)[word]]]
    hits.sort(key=lambda hit: (hit[0] == "now", hit[0] == "soon", *hit[1:]))
    return hits[-1][2] if hits else ""


def answers(kind: str, given: Iterable[str | Answer] | str) -> tuple[Answer, ...]:
    """All that was answered of a kind (``medicine``, ``condition``, ``symptom``), each once.

    A text may hold several, between semicolons, line ends, commas and "and": a part that is not known is not hidden by
    one that is. What a person denies ("no pain") is no answer, and ``none`` is that of somebody with nothing to tell.
    """
    texts = re.split(r"[;\n]", given) if isinstance(given, str) else given
    found: list[Answer] = []
    for one in texts:
        if isinstance(one, Answer):
            found.append(one)
        elif one is not None and _plain(str(one)) and not re.fullmatch(_NOTHING, _plain(str(one))):
            found += _parts(kind, str(one))
    return tuple({(one.id or _plain(one.text)): one for one in found}.values())


def _parts(kind: str, text: str) -> list[Answer]:
    """The answers of a text, each part by itself."""
    if _plain(re.sub(_FOR, "", text)) in _by_word(kind):
        return [answer(kind, text)]
    found: list[Answer] = []
    places: set[str] = set()
    for group in re.split(_AND, _joined(kind, text)):
        denying = False
        for piece in re.split(_OR, group):
            words = _plain(re.sub(_DOSE, " ", piece))
            denying = denying or _is_denied(kind, words)
            denied = denying and (_is_denied(kind, words) or _core(words) in _by_word(kind))
            told = [] if denied or _says_nothing(words) else [answer(kind, piece)]
            if all(one.id in ("", *TWITCHES) for one in told):  # where it tingles, nothing twitches
                places |= {word[:3] for word in words.split() if word in lexicon("body_part")}  # an eyelid is an eye
            found += told
    twitches = any(one.id in TWITCHES for one in found)
    if twitches and len(places) >= PLACES:
        found.append(Answer("several_places", " ".join(text.split())))
    return found


def _joined(kind: str, text: str) -> str:
    """The text with known words that hold an "and" in their plain form, so that nothing parts them."""
    for word, id_ in _by_word(kind).items():
        if " and " in word:
            text = re.sub(word.replace(" and ", r"\s*(?:and|&|n|'n')\s*"), _plain(id_), text, flags=re.I)
    return text


def _says_nothing(words: str) -> bool:
    """Whether a part is but a place or filling: "calf", "I have"."""
    nothing = lexicon("body_part") | lexicon("symptom_filler") | lexicon("answer_around")
    return all(word in nothing or re.fullmatch(_NOT, word) for word in words.split())


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
