"""What people answer about diet, medicines, conditions and symptoms, in their own words.

Nothing here is ever inferred, and nothing that was told is dropped: only what is denied outright ("no weakness in my
legs") is no answer, for an alarm too many does less harm than one too few. The words that answers are known by are rows
of ``data/answers.csv``; an answer in other words is kept as it was written, and a report says that it did not know it.
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
_BEFORE = r"(?:for|since|started|began|over|about|nearly|almost|more than|at least|the|past|last) "
_FOR = (
    rf"(?i)(?<!every)[\s,(-]+(?:(?:{_BEFORE})*(?P<number>\d{{1,4}}(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|"
    rf"eleven|twelve)|(?:{_BEFORE})+an?)\+?\s*"
    r"(?P<unit>days?|weeks?|wks?|months?|mo|mos|years?|yrs?|y)(?: ago| now| on and off)?\)?\s*$"
)
_DOSE = r"(?i)\b\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|ug|ml|iu)\b"
# One form of what is said in many: what cannot be done, and contractions of what is not so.
_ONE_FORM = (
    (r"\b(?:can|could|won) ?(?:not|n ?t|t)\b|\b(?:unable to|not able to|no longer able to|can no longer)\b", "cant"),
    (r"\b(do|does|did|is|are|was|were|have|has|had)n ?t\b", r"\1 not"),
    (r"\bi (?:ve|m)\b", "i have"),
)
# "No pain": what is not so.
_NOT = r"(?:no|not|never|without|neither|nor)\b"
_CHECKED = r"(?i)\s*[:?=]\s*(?:no|none|never|n)\W*$"  # "chest pain: no"
_DENIED_LIST = r"(?i)^\W*(?:i have |i had )?(?:no|without|never|neither)\b[^;]*,[^;]*\bn?or\b"
_TROUBLE_WITH = r"(?i)\b(problems?|trouble|difficulty|difficulties|issues) (?:with|in)\b"
_NOT_WITHOUT = r"(?i)(\b(?:never|not|hardly|cannot|cant)\b|n[’']t\b)(.*?)\bwithout\b"  # "never without pain"
# "Stopped omeprazole", "my mother has coeliac disease": not so now, or of somebody else. Shown, but no rule uses it.
_NO_LONGER = (
    r"(?:i )?(?:have |had )?(?:stopped|quit|came off|former|formerly|past|used to|off|no longer|do not take|not taking|"
    r"switched from|changed from|allergic to)\b"
    r"|.*(?<!not )(?<!never )\b(?:stopped|ruled out|no longer|not any ?more|in the past|until)"
    r"(?: in)?(?: \w+| last year)?$"
)
_OF_OTHERS = (
    r"(?:my )?(?:mother|mum|mom|father|dad|sister|brother|grandmother|grandma|gran|nan|grandfather|grandpa|aunt|uncle|"
    r"son|daughter|parents?|husband|wife|partner|friend|cat|dog)s?\b(?!.*\b(?:i|me|my|noticed|says|said|saw|sees|thinks)\b)"
    r"|.*\b(?:family history|in (?:the |my )?family)\b"
)
_NOTHING = (
    r"(?:none|no|nope|nothing|keine|n a)(?: at all| of (?:these|them|those))?"
    r"|no (?:known )?(?:medicines?|medications?|drugs?|conditions?|illness(?:es)?|diseases?|symptoms?|complaints?)"
)
# What stands between two answers, and between two of which a denial holds for both ("no tingling or numbness").
_AND = (
    r"(?i),(?! *(?:i |but |have )*(?:stopped|no longer|not any))|(?<!\d)\+|&"
    r"|\b(?:(?<!on )and|but|with|plus|just|only)\b|(?=\b(?:no|without)\b(?! (?:more|longer)\b))"
)
_OR = r"(?i)/|\bn?or\b"
_GENERIC = "diuretic"  # the class of a water tablet counts more than that it is one
_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# Long, without a number; "since March" may be long, so it counts as such.
_LONG = r"\b(?:weeks|months|years?|ages|since (?!yesterday|today|this|last night|\w+day\b))"
_OVER = r"\b(?:over|more than|longer than) (?:2|two) weeks\b"
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


def _said(text: str) -> str:
    """Plain words, with one form for what is said in many: "couldn't breathe", "I am unable to breathe"."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text)).split())
    for pattern, form in _ONE_FORM:
        words = re.sub(pattern, form, words)
    return " ".join(re.sub(r" s\b", "s", words).split())


def answer(kind: str, text: str) -> Answer:
    """One answer in words: ``omeprazole 18 months``, ``tingling``, ``kidney disease``.

    Doses ("omeprazole 20 mg") are passed over: no rule depends on them. What was so in the past or is so of somebody
    else has no id.
    """
    whole = " ".join(str(text).split())
    said, months = _lasting(whole)
    words = _said(re.sub(_DOSE, " ", said))
    forms = (_said(whole), words, _core(words))
    known = next((id_ for one in _kinds(kind) for form in forms if (id_ := _by_word(one).get(form))), None)
    if known is None and not _is_past(kind, words) and not _is_denied(kind, words):
        known = _within(kind, words)
    return Answer(known or "", whole, months)


def _lasting(text: str) -> tuple[str, float | None]:
    """A text without how long it has been so, and that [months]: ``omeprazole 18 months``, ``for two years``."""
    found = re.search(_FOR, text)
    if found is None:
        return text, None
    number = (found["number"] or "one").lower()
    count = _TO_TWELVE.index(number) + 1 if number in _TO_TWELVE else float(number)
    return text[: found.start()], count * _MONTHS_OF[found["unit"][0].lower()]


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
    around, known = lexicon("answer_around"), _by_word(kind)
    if {*words.split()} & lexicon("answer_fine"):  # "breathing is fine"
        said = _core(" ".join(word for word in words.split() if word not in lexicon("answer_fine")))
        return said in known and not re.search(_NOT, words)
    denied = re.match(rf"(?:(?:{'|'.join(around)}) )*{_NOT}(.*)", words)
    if denied is None:
        return kind == "condition" and words.endswith(" ruled out")
    left = [word for word in denied[1].split() if word not in around and not re.fullmatch(_NOT, word)]
    core = [word for word in left if word not in lexicon("answer_trouble")]
    if core == left and lexicon("answer_function") & set(core):
        return False
    about = [word for word in core if word not in lexicon("body_part") | lexicon("symptom_filler") | {"muscle"}]
    return any(" ".join(some) in known for some in (denied[1].split(), left, core, about))


def _within(kind: str, words: str) -> str:
    """The id of an answer whose words stand within others: the most urgent, then the longest; "" where none does.

    The words of a symptom may stand in any order and in the plural: "weak left arm, suddenly".
    """
    known, padded = known_answers(), f" {words} "
    said = {*words.split(), *(word.removesuffix("s") for word in words.split())}
    if kind == "symptom":
        within = [word for word in _by_word(kind) if said.issuperset(word.split())]
    else:
        within = [word for word in _by_word(kind) if f" {word} " in padded and word not in lexicon("not_alone")]
    hits = [(known[id_].urgency, len(word), id_) for word in within for id_ in [_by_word(kind)[word]]]
    hits.sort(key=lambda hit: (hit[0] == "now", hit[0] == "soon", hit[2] != _GENERIC, *hit[1:]))
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
    """The answers of a text, each part by itself; a text of which nothing is left, and that denies nothing, is one."""
    if {_said(text), _said(_lasting(text)[0])} & {*_by_word(kind)}:
        return [answer(kind, text)]
    if re.search(_CHECKED, text):
        text = f"no {re.sub(_CHECKED, '', text)}"
    found: list[Answer] = []
    places: set[str] = set()
    pieces = _pieces(kind, text)
    for piece, denied in pieces:
        if not denied:
            found.append(answer(kind, piece))
            if found[-1].id in ("", *TWITCHES):  # where it tingles, nothing twitches
                places |= {w[:3] for w in _said(piece).split() if w in lexicon("body_part")}  # an eyelid is an eye
    twitches = [one for one in found if one.id in TWITCHES]
    if twitches and len(places) >= PLACES:
        found.append(Answer("several_places", " ".join(text.split())))
    if any(re.search(_OVER if one.months else _LONG, _said(one.text)) for one in twitches):
        found.append(Answer("over_two_weeks", " ".join(text.split())))
    return found or ([] if any(denied for _, denied in pieces) else [Answer("", " ".join(text.split()))])


def _pieces(kind: str, text: str) -> list[tuple[str, bool]]:
    """The parts of a text, and whether each is denied; a part that is but a place goes with the one before."""
    text = re.sub(_TROUBLE_WITH, r"\1", text)
    text = re.sub(_NOT_WITHOUT, r"\1\2 with", re.sub(r"(?i)^\W*no\s*[-:.]\s*", "", _joined(kind, text)))
    if re.search(_DENIED_LIST, text):
        text = text.replace(",", " or ")
    pieces: list[tuple[str, bool]] = []
    for group in re.split(_AND, text):
        denying = False
        for piece in re.split(_OR, group):
            words = _said(re.sub(_DOSE, " ", piece))
            itself = _is_denied(kind, words)
            denying = denying or itself
            if not _says_nothing(words):
                goes_on = denying and _core(words) in _by_word(kind) and "cant" not in words.split()
                pieces.append((piece, itself or goes_on))
            elif {*words.split()} & lexicon("answer_fine"):
                pieces.append((piece, True))  # "otherwise fine"
            elif pieces and not pieces[-1][1]:
                pieces[-1] = (f"{pieces[-1][0]} {piece}", False)
    return pieces


def _joined(kind: str, text: str) -> str:
    """The text with known words that hold an "and" in their plain form, so that nothing parts them."""
    for word, id_ in _by_word(kind).items():
        if " and " in word:
            text = re.sub(word.replace(" and ", r"\s*(?:and|&|n|'n')\s*"), _plain(id_), text, flags=re.I)
    return text


def _says_nothing(words: str) -> bool:
    """Whether a part is but a place or filling: "calf", "I have"."""
    nothing = lexicon("body_part") | lexicon("symptom_filler") | lexicon("answer_around") | lexicon("answer_fine")
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
