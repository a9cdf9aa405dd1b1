"""From the readings of a diary to what is said: one small function a rule, its words in ``data/rule_texts.csv``.

``data/rules.csv`` says what each rule looks at and when it fires. A flag of the JSON and a sentence of the text never
differ: both are the rule's text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nutrigap.rules import habits, nutrients, people, record, twitching
from nutrigap.rules.model import LEVELS, NO_GRADE, Case, Flag, Text, say, texts

DISCLAIMER = (
    "nutrigap adds up a food diary. It does not know your blood levels or your health, and it does not diagnose or "
    "treat anything. Please talk to a health professional about symptoms, medicines and supplements."
)
Rule = Callable[[Case], Iterator[Flag]]
# Every rule with its function, in the order in which a report of several sections prints them.
RULES: dict[str, Rule] = {
    "R30": people.r30,
    "U1": nutrients.above,
    "L1": nutrients.low,
    "W2": nutrients.below_ai,
    "R07": nutrients.r07,
    "R15": nutrients.r15,
    "C1": nutrients.authorities_differ,
    "R03": nutrients.r03,
    "S1": nutrients.s1,
    "R04": nutrients.r04,
    "R12": nutrients.r12,
    "R13": nutrients.r13,
    "R14": nutrients.r14,
    "R21": nutrients.r21,
    "R01": nutrients.r01,
    "R02": nutrients.r02,
    "B1": nutrients.b1,
    "R08": people.r08,
    "R09": people.r09,
    "R10": people.r10,
    "R16": people.r16,
    "R24": people.r24,
    "T1": twitching.twitching,
    "R06": habits.r06,
    "R05": habits.r05,
    "R17": habits.r17,
    "R19": habits.r19,
    "T4": twitching.pointing,
    "R20": record.r20,
    "R22": record.r22,
    "Q1": record.q1,
    "R11": habits.r11,
    "R18": habits.r18,
    "R23": people.r23,
}


def judge(case: Case) -> tuple[Flag, ...]:
    """Everything that is said of a diary, in the order of ``RULES``: flags, and what is only shown (level "")."""
    return tuple(flag for rule in RULES.values() for flag in rule(case))


def by_level(said: tuple[Flag, ...]) -> tuple[Flag, ...]:
    """The flags alone, the weightiest level first."""
    return tuple(sorted((flag for flag in said if flag.level), key=lambda flag: LEVELS.index(flag.level)))


__all__ = ["DISCLAIMER", "LEVELS", "NO_GRADE", "RULES", "Case", "Flag", "Text", "by_level", "judge", "say", "texts"]
