"""Words of a dose line: "2 x magnesium citrate 400 mg" as a list of numbers with units, names, salts and counts.

Every word has one kind, from the tables: ``lexicon.csv`` (roles ``dose…``), ``nutrients.csv`` and ``products.csv``. A
few rules then join words that belong together ("3 times a day"). What a list means is the matter of ``supplements``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from nutrigap.quantities import parse_number, tidy
from nutrigap.units import nutrients, read_table
from nutrigap.words import meanings, plain, singular

# Patterns that only dose lines need are strings: re compiles one when it is first used.
# "b12", "d3", "b 12 500 mcg": the digits behind such a letter belong to the name
_NAME_DIGITS = r"(?<=[^\W\d_])\d{1,12}|(?<=\b[bdkq][ -])\d{1,2}(?![\d.,]\d|\d)"
_NUMBER = (
    r"(?:[1-9]\d{0,2}(?:[ ,]\d{3})+(?![\d])|\d{1,3} +[1-9]/[2-8](?![\d/])|(?<![\d/])[1-9]/[2-8](?![\d/])"
    r"|\d{1,12}(?:[.,]\d{1,12})?|(?<!\w)[.,]\d{1,12})"
)
_ITEM = (
    rf"(?P<schedule>(?<![\w.,/-])[0-4]-[0-4]-[0-4](?:-[0-4])?(?![\w-]))|(?P<digits>{_NAME_DIGITS})"
    rf"|(?:(?P<first>{_NUMBER})\s*(?:-|to\b)\s*)?(?P<number>{_NUMBER})|(?P<word>[^\W\d_]+)|(?P<mark>[^\w\s])"
)
_PART = re.compile(r"[^\W\d_]+|\d+")
_DOTTED = r"\b[a-z](?:\.\s?[a-z])+\b\.?"
_THREE_DECIMALS = r"[1-9]\d{0,2}\.\d{3}"
# German names are written in one word
_JOINED = re.compile(r"\b(magnesium|calcium|kalzium|kalium)(?=[a-z]{4})")
_PER_TIME = r"/\s*(day|week|month|tag)\b"
# "(16% elemental)" says what the compound holds, not that the dose is that of the mineral.
_SHARE_OF_COMPOUND = r"\d+(?:[.,]\d+)?\s*% elemental(?: \w+)?"
_BETWEEN = r"(?<=\d)\s*x\s*(?=\d)"
_MARKS = dict.fromkeys("+&;,|", "break") | {
    "(": "open", "[": "open", ")": "close", "]": "close", "/": "slash", "@": "each", "*": "by", "%": "filler",
    "=": "filler",
}  # fmt: skip

# As many tablets as are taken at once; more of them may be drops taken or a pack, from PACK on it is the pack.
MOST_PIECES = 6
PACK = 30

# Words next to each other that mean one thing: their kinds, the kind they make, and which of them holds the number.
RULES: tuple[tuple[tuple[str, ...], str, int], ...] = (
    (("number", "by", "daily"), "often", 0),  # 3 times a day
    (("number", "by", "rare"), "rare", 2),  # 2 x weekly
    (("by", "number", "daily"), "often", 1),  # x 2 daily
    (("number", "daily"), "often", 0),  # 2 a day
    (("number", "rare"), "rare", 1),
    (("often", "daily"), "often", 0),  # twice daily
    (("often", "rare"), "rare", 1),  # once a week
    (("by", "daily"), "filler", 0),
    (("number", "by"), "times", 0),  # 2 x 200 mg
    (("by", "number"), "times", 1),  # 200 mg x 2
    (("per", "number", "piece"), "share", 1),  # per 2 capsules
    (("slash", "number", "piece"), "share", 1),
    (("per", "piece"), "share", 1),
    (("slash", "piece"), "share", 1),  # 400 IU/drop
    (("per", "number", "ml"), "share of ml", 1),  # per 5 ml
    (("slash", "number", "ml"), "share of ml", 1),
    (("per", "ml"), "share of ml", 1),
    (("slash", "ml"), "share of ml", 1),
    (("number", "ml"), "volume", 0),
    (("number", "piece"), "pieces", 0),  # 2 tablets
)


class Token(NamedTuple):
    """A word, or some that belong together, of a dose line.

    ``kind`` is one of

    - ``mass`` (``means`` its unit), ``percent`` (of the daily values of ``means``), ``number``, ``volume`` [ml];
    - ``nutrient`` (``means`` its id), ``salt`` (``means`` the form), ``hydrate``, ``product`` (``means`` its name);
    - ``pieces`` (a number of tablets), ``piece`` (the word alone), ``times`` and ``by`` (x), ``each``;
    - ``often`` (how many times a day), ``share`` (the dose is that of so many pieces), ``share of ml``, ``per``;
    - ``daily``, ``rare`` (taken less often than daily), ``own`` (the mass is the mineral's), ``compound``;
    - ``open``, ``close``, ``break``, ``slash``, ``scoop``, ``filler``, ``taken`` (filler of amounts only);
    - ``strange`` (a word of no table).

    ``low``, ``best``, ``high`` are the number with the ends of a range: nan where it can be read in two ways.
    """

    kind: str
    text: str
    means: str = ""
    low: float = 1.0
    best: float = 1.0
    high: float = 1.0


class Product(NamedTuple):
    """A kind of product: ``when`` is ``dose`` (a food unless a dose or tablet is told) or ``alone`` or ""."""

    name: str
    carries: frozenset[str]
    when: str


class _Item(NamedTuple):
    """A number, word or mark of a text; ``glued`` to the one before it when no space stands between."""

    kind: str
    text: str
    glued: bool
    values: tuple[float, float, float] = (1.0, 1.0, 1.0)


@cache
def _product_rows() -> tuple[tuple[str, dict[str, str]], ...]:
    """Every name of a product with its row of ``products.csv``."""
    return tuple((name, row) for row in read_table("products.csv") for name in row["words"].split("; "))


@cache
def products() -> dict[str, Product]:
    """Product by name, for those that do not merely stand for a nutrient."""
    return {
        name: Product(name, frozenset(row["carries"].split()), row["when"])
        for name, row in _product_rows()
        if not row["stands_for"]
    }


@cache
def _names() -> dict[str, str]:
    """Nutrient id by name; symbols such as K are told apart by what stands beside them."""
    named = {word: n.id for n in nutrients() if n.role == "core" for word in (plain(n.name), *n.words)}
    named |= {name: nutrient.replace(" ", "_") for name, nutrient in meanings("dose_name").items()}
    return {name: nutrient for name, nutrient in named.items() if name not in meanings("dose_symbol")}


def _cut(name: str) -> tuple[str, ...]:
    """A name of the tables in the parts that texts are cut into: ``vitamin b12`` is vitamin, b, 12."""
    parts = name.split() if name.replace(" ", "").isalpha() else _PART.findall(name)
    return tuple(singular(part) if part[-1] == "s" else part for part in parts)


def _first(name: str) -> str:
    """The first part of a name of the tables."""
    first, _, rest = name.partition(" ")
    return first if rest and first.isalpha() and first[-1] != "s" else _cut(name)[0]


@cache
def _telling() -> dict[str, list[str]]:
    """First part of a name -> all names that begin with it: what a dose line can name."""
    found: dict[str, list[str]] = {}
    for name in (*_names(), *meanings("dose_same"), *meanings("dose_symbol"), *(row[0] for row in _product_rows())):
        found.setdefault(_first(name), []).append(name)
    return found


def names_nothing(food: str) -> bool:
    """Whether a text holds no name of a nutrient or product: most foods are told by one look at their words."""
    parts = [singular(part) for part in _PART.findall(_JOINED.sub(r"\1 ", plain(food).replace("'", "")))]
    first = _telling().keys() & set(parts)
    if not first:
        return True
    text = f" {' '.join(parts)} "
    return not any(f" {' '.join(_cut(name))} " in text for part in first for name in _telling()[part])


# Role of the lexicon -> the kind of its words; a word of a later role is no longer one of an earlier.
ROLES = {
    "dose_taken": "taken", "dose": "filler", "dose_per": "per", "dose_each": "each", "dose_by": "by",
    "dose_own": "own", "dose_as": "as",
    "dose_hydrate": "hydrate", "dose_form": "piece", "dose_daily": "daily", "dose_rare": "rare",
    "dose_symbol": "symbol", "dose_salt": "salt", "dose_compound": "compound", "dose_value": "value of",
    "dose_ml": "ml", "dose_scoop": "scoop", "number": "number", "dose_times": "often",
}  # fmt: skip


@cache
def _entries() -> dict[str, list[tuple[str, str, str]]]:
    """First part of a phrase -> the phrases with their kind and meaning, in the order of the tables: later ones win."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    listed = [(word, kind, meant) for role, kind in ROLES.items() for word, meant in meanings(role).items()]
    listed += [(name, "nutrient", nutrient) for name, nutrient in _names().items()]
    for name, row in _product_rows():
        if row["when"] != "alone":
            listed.append((name, "same", row["stands_for"]) if row["stands_for"] else (name, "product", name))
    listed += [(name, "same", meant) for name, meant in meanings("dose_same").items()]
    for entry in listed:
        found.setdefault(_first(entry[0]), []).append(entry)
    return found


@lru_cache(maxsize=4096)
def _phrases(first: str) -> list[tuple[tuple[str, ...], Token | str]]:
    """The phrases that begin with a word, the longest first: a token, or other words where one is short for them."""
    found: dict[tuple[str, ...], Token | str] = {}
    for name, kind, meant in _entries().get(first, ()):
        value = parse_number(meant) if kind in ("number", "often") else 1.0
        if name not in ("a", "an") or kind != "number":
            found[_cut(name)] = meant if kind == "same" else Token(kind, name, meant, value, value, value)
    return sorted(found.items(), key=lambda entry: -len(entry[0]))


def _value(text: str) -> float:
    """The number that a text is: nan for ``1.000``, which is one or a thousand."""
    if re.fullmatch(_THREE_DECIMALS, text):
        return math.nan
    if "/" in text:
        whole, _, share = text.rpartition(" ")
        over, _, under = share.partition("/")
        return float(whole or 0) + float(over) / float(under)
    if re.fullmatch(r"[1-9]\d{0,2}(?:[ ,]\d{3})+", text):  # "2,000 IU": nobody writes a dose to three decimals
        return float(text.replace(",", "").replace(" ", ""))
    return float(text.replace(",", "."))


def _items(text: str) -> list[_Item]:
    """The numbers, words and marks of a text in plain spelling."""
    text = plain(tidy(text)).replace("μg", "mcg").replace("and a half", " 1/2").replace("'", "")
    text = re.sub(_SHARE_OF_COMPOUND, " ", text)
    text = re.sub(_BETWEEN, " x ", re.sub(_PER_TIME, r" a \1", text))
    text = _JOINED.sub(r"\1 ", re.sub(_DOTTED, lambda found: re.sub(r"[.\s]", "", found[0]) + " ", text))
    items: list[_Item] = []
    end = -1
    for found in re.finditer(_ITEM, text):
        glued, end = found.start() == end, found.end()
        if found["schedule"]:  # "1-0-1": morning, noon, evening
            total = float(sum(int(digit) for digit in found[0].split("-")))
            items.append(_Item("schedule", found[0], glued, (total, total, total)))
        elif number := found["number"] or found["digits"]:
            ends = sorted((_value(found["first"] or number), _value(number)))
            values = (ends[0], math.nan if math.isnan(sum(ends)) else (ends[0] + ends[1]) / 2, ends[1])
            items.append(_Item("number", found[0] if found["first"] else number, glued, values))
        elif found["word"] or found[0] in _MARKS:  # other marks, such as the hyphen of "bis-glycinate", tell nothing
            items.append(_Item("word" if found["word"] else "mark", singular(found[0]), glued))
    return items


def _longest(items: Sequence[_Item], at: int) -> tuple[int, Token | str] | None:
    """The longest phrase that stands at a place, as its length and its meaning."""
    for parts, meant in _phrases(items[at].text):
        here = items[at : at + len(parts)]
        if tuple(item.text for item in here) != parts:
            continue
        last = here[-1]
        # "vitamin b 6 tablets" is six tablets, "vitamin b6 tablets" is not
        if len(parts) > 1 and last.kind == "number" and not last.glued and _counted(last, items[at + len(parts) :]):
            continue
        return len(parts), meant
    return None


def _counted(number: _Item, after: Sequence[_Item]) -> bool:
    """Whether what stands behind a number makes it a count or a dose: a tablet, an x, a unit."""
    if not after or after[0].text in meanings("dose_unit"):
        return bool(after)
    few = number.values[2] <= MOST_PIECES
    return few and (after[0].text in meanings("dose_form") or after[0].text in meanings("dose_by"))


def _matched(items: Sequence[_Item]) -> Iterator[Token]:
    """Every item as a token, phrases and numbers with units as one."""
    at = 0
    while at < len(items):
        item = items[at]
        if (amount := _with_unit(items, at)) is not None:
            length, token = amount
            yield token
            at += length
        elif found := _longest(items, at):
            length, meant = found
            at += length
            if isinstance(meant, Token):
                yield meant
            else:
                yield from _matched(_items(meant))
        else:
            at += 1
            if item.kind == "mark":
                yield Token(_MARKS[item.text], item.text)
            elif item.kind == "word":
                yield Token("strange", item.text)
            else:
                yield Token("often" if item.kind == "schedule" else "number", item.text, "", *item.values)


def _with_unit(items: Sequence[_Item], at: int) -> tuple[int, Token] | None:
    """The dose at a place with its length in items: a number with a unit ("400 mg", "50k IU") or "100 %"."""
    item = items[at]
    unit = items[at + 1].text if item.kind == "number" and at + 1 < len(items) else ""
    values, length = item.values, 2
    if unit == "k" and items[at + 1].glued:  # "50k IU"
        values = (values[0] * 1000, values[1] * 1000, values[2] * 1000)
        unit = items[at + 2].text if at + 2 < len(items) else ""
        if meanings("dose_unit").get(unit) != "IU":
            return 2, Token("number", f"{item.text}k", "", *values)
        length = 3
    if unit == "%":
        return 2, Token("percent", item.text, "", *values)
    if unit == "international" and items[at + 2 : at + 3] and items[at + 2].text == "unit":
        return 3, Token("mass", item.text, "IU", *values)
    if unit == "unit" and values[1] < 100:
        return None
    meant = meanings("dose_unit").get(unit)
    return (length, Token("mass", item.text, meant, *values)) if meant else None


def _joined(tokens: list[Token]) -> list[Token]:
    """Tokens that belong together as one, by the rules and for percents with the values they are of."""
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        for kinds, made, holder in RULES:
            here = tokens[at : at + len(kinds)]
            if tuple(token.kind for token in here) == kinds:
                text = " ".join(token.text for token in here) if made == "rare" else here[holder].text
                done.append(here[holder]._replace(kind=made, text=here[-1].text if made == "pieces" else text))
                at += len(kinds)
                break
        else:
            token = tokens[at]
            if token.kind != "value of":
                done.append(token)
            elif percents := [i for i, one in enumerate(done) if one.kind == "percent"]:
                done[percents[-1]] = done[percents[-1]]._replace(means=token.means)
            at += 1
    return done


def _inherited(tokens: list[Token]) -> list[Token]:
    """The numbers of "1000/500 mg", all with the unit that only the last one has."""
    for at in range(len(tokens) - 3, -1, -1):
        number, slash, mass = tokens[at : at + 3]
        if (number.kind, slash.text, mass.kind) == ("number", "/", "mass"):
            tokens[at] = number._replace(kind="mass", means=mass.means)
    return tokens


@lru_cache(maxsize=4096)
def _cell(text: str) -> tuple[Token, ...]:
    return tuple(_inherited(_joined(_with_salt(list(_matched(_items(text)))))))


def _with_salt(tokens: list[Token]) -> list[Token]:
    """Tokens in which "as" and "from" tell that the dose is the mineral's only before a salt: "as citrate"."""
    for at, token in enumerate(tokens):
        if token.kind == "as":
            after = (t.kind for t in tokens[at + 1 :] if t.kind not in _BEFORE_A_SALT or t.text in ("and", "und"))
            tokens[at] = token._replace(kind="own" if next(after, "") == "salt" else "filler")
    return tokens


# "as buffered magnesium citrate"
_BEFORE_A_SALT = frozenset(["filler", "nutrient", "symbol", "hydrate"])


def read_cells(food: str, amount: str) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The tokens of the two cells of a line, ``food`` with symbols such as K told apart.

    Parameters
    ----------
    food : str
        What the line names, perhaps with its dose.
    amount : str
        The amount with its unit.
    """
    named, told = _cell(food), _cell(amount)
    if any(token.kind == "symbol" for token in named):
        named = tuple(_symbol(named, at, told) if t.kind == "symbol" else t for at, t in enumerate(named))
    # words such as "after lunch" are no part of a name
    return tuple(t._replace(kind="strange") if t.kind == "taken" else t for t in named), told


def _symbol(named: Sequence[Token], at: int, told: Sequence[Token]) -> Token:
    """What a symbol stands for: a mineral or vitamin where its dose or salt stands beside it, else a word as any."""
    symbol = named[at]
    units = {"IU", "µg"} if symbol.text == "d" else {"mg", "g", "mmol", "mEq"}
    before = named[at - 1] if at else None
    after = next((token for token in (*named[at + 1 :], *told) if token.kind != "filler"), None)
    others = {token.means for token in named if token.kind == "nutrient"}
    if symbol.text == "k" and "vitamin_d" in others:
        return symbol._replace(kind="filler")  # vitamin D3 + K
    names = [token for token in named if token.kind in ("symbol", "product", "nutrient")]
    listed = len(names) > 1 and any(token.kind == "mass" and token.means in units for token in (*named, *told))
    fits = any(t is not None and t.kind == "mass" and t.means in units for t in (before, after))
    beside = after is not None and after.kind in ("salt", "number", "percent")
    if fits or beside or listed or (symbol.text == "d" and others):  # "calcium 600 + D", "Ca/Mg 500/250 mg"
        return symbol._replace(kind="nutrient", means=symbol.means.replace(" ", "_"))
    return symbol._replace(kind="strange")


def of_kind(tokens: Sequence[Token], *kinds: str) -> list[Token]:
    """The tokens of some kinds, in order."""
    return [token for token in tokens if token.kind in kinds]


def amounts_of(tokens: Sequence[Token]) -> list[Token]:
    """The doses among some tokens; numbers without a unit only where nothing has one."""
    found = of_kind(tokens, "mass") or of_kind(tokens, "percent")
    return found or [token for token in of_kind(tokens, "number") if token.best > MOST_PIECES]


def strange_words(tokens: Sequence[Token]) -> list[str]:
    """The words that are neither name, salt, form nor dose: a brand, or the words of a food."""
    return [token.text for token in of_kind(tokens, "strange")]


def telling(tokens: Sequence[Token]) -> bool:
    """Whether a tablet or a dose smaller than grams is told."""
    return any(
        token.kind in ("piece", "pieces", "share") or (token.kind == "mass" and not token.means.startswith("g"))
        for token in tokens
    )


def named_products(tokens: Sequence[Token]) -> list[Product]:
    """The products that a line names; a word such as "vitamins" is one only where nothing else is named."""
    found = [products()[token.means] for token in tokens if token.kind == "product"]
    if found or any(token.kind == "nutrient" for token in tokens):
        return found
    return [
        products()[token.text] for token in tokens if token.text in products() and token.kind not in ("strange", "each")
    ]


def named_nutrients(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Ids of the nutrients that a line names, in its order."""
    return tuple(dict.fromkeys(token.means for token in tokens if token.kind == "nutrient"))


def salt_written(food: str) -> str:
    """The form of a salt as a line writes it: "glycinate" of "magnesium glycinate 400 mg", "" where it names none."""
    return next((t.text if t.text.isalpha() else t.means for t in _cell(food) if t.kind == "salt"), "")
