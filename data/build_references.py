"""Reference intakes of every authority, their sources, the spread of requirements and of days.

The release is one table of all authorities; what is chosen, joined and left out here is told in ``README.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from build_releases import ReleaseError

CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
UNITS = {"mg/day": "mg", "ug/day": "µg"}

AUTHORITIES = {"US_CA_NASEM": "us", "EFSA": "efsa", "NORDIC_NNR2023": "nordic"}
KINDS = {"AVERAGE_REQUIREMENT": "ear", "RECOMMENDED": "rda", "AI": "ai", "UL": "ul"}
LIFE_STAGES = {"general": "none", "pregnancy": "pregnant", "lactation": "lactating"}
# Rows of pregnancy and lactation without a first age [months]. The US reports say "18 years or younger"; below 10
# years there is no row. The Nordic tables print one row without an age, whose values are those of grown women (its
# calcium AR of 800 mg is below the 980 mg of girls), and upper levels for adults: nothing is carried over to girls.
YOUNGEST_MONTHS = {"us": "120", "nordic": "216"}

# Beginning of the release's name of a document -> key of its source
DOCUMENTS = {
    "IOM 1997": "iom1997",
    "IOM 1998": "iom1998",
    "IOM 2011": "iom2011",
    "NASEM 2019": "nasem2019",
    "EFSA NDA 2015, DRVs for magnesium": "efsa2015mg",
    "EFSA NDA 2015, DRVs for calcium": "efsa2015ca",
    "EFSA NDA 2015, DRVs for cobalamin": "efsa2015b12",
    "EFSA NDA 2016, DRVs for potassium": "efsa2016k",
    "EFSA NDA 2016, DRVs for vitamin D": "efsa2016d",
    "EFSA NDA 2016, DRVs for vitamin B6": "efsa2016b6",
    "EFSA NDA 2005/2006": "efsa2005k",
    "EFSA NDA 2012, UL of calcium": "efsa2012ca",
    "EFSA NDA 2023, UL for vitamin D": "efsa2023",
    "EFSA NDA 2023, UL for vitamin B6": "efsa2023b6",
    "SCF 2000": "scf2000",
    "SCF 2001": "scf2001",
    "Blomhoff et al. 2023": "nnr2023",
    "NNR2023 Table 21": "nnr2023",
}
# The document of 2023 took over what that of 2018 had set for infants.
INFANT_LIMITS = "infants: EFSA 2018"
# Why EFSA set no upper level, in the form the US reports have ("ND": not determined). The row of 3-9 years has a
# value from 4 years on (a row of its own), so its blank part is that of 3 years.
REASONS = {
    "insufficient data (<4 y)": "ND - insufficient data (below 4 years)",
    "250 mg only from 4 y (48 months); see UL rows": "ND - insufficient data (below 4 years)",
    "no adequate data (<18 y)": "ND - no adequate data (below 18 years)",
    "none - no adverse effects defined": "ND - no adverse effects defined",
    "none - no adequate data": "ND - no adequate data",
}
LABELS = {"4-9 y (UL band only)": "4-9 y", "all": ">=18 y"}
# What a reader of a value should know, by authority, nutrient and kind; "" stands for any nutrient
NOTES = {
    ("efsa", "vitamin_d", "ai"): "assumes that hardly any vitamin D is made in the skin",
    ("nordic", "", "ul"): "UL taken over from EFSA, for adults",
    ("nordic", "magnesium", "ai"): "NNR 2023 also gives a provisional AR of 0.8 x AI; it is not used",
    ("nordic", "potassium", "ai"): "NNR 2023 also gives a provisional AR of 0.8 x AI; it is not used",
    ("nordic", "vitamin_b12", "ai"): "NNR 2023 also gives a provisional AR of 0.8 x AI; it is not used",
}
WITHOUT_AGE = "printed without an age; used from 18 years on"

NAP = "National Academies Press"
FSRG = "USDA Agricultural Research Service, Food Surveys Research Group"
NDL = "USDA Agricultural Research Service, Nutrient Data Laboratory"
FSRG_PAGE = "https://www.ars.usda.gov/nea/bhnrc/fsrg"
NDL_PAGE = "https://www.ars.usda.gov/nea/bhnrc/mafcl"

SOURCES = (
    ("beaton1979", "Sources of variance in 24-hour dietary recall data: implications for nutrition study design and "
     "interpretation", "American Journal of Clinical Nutrition 32(12):2546-2559", "1979",
     "https://doi.org/10.1093/ajcn/32.12.2546"),
    ("black2000",
     "Critical evaluation of energy intake using the Goldberg cut-off for energy intake:basal metabolic rate",
     "International Journal of Obesity 24(9):1119-1130", "2000", "https://doi.org/10.1038/sj.ijo.0801376"),
    ("calcium_absorption2017",
     "Comparing sources for absorbable calcium (table 1), with the absorption index of Weaver and others",
     "Current Osteoporosis Reports 15(3):214-221", "2017", "https://doi.org/10.1007/s11914-017-0368-x"),
    ("cfr101_9", "Nutrition labeling of food: Reference Daily Intakes of adults, 21 CFR 101.9(c)(8)(iv)",
     "U.S. Food and Drug Administration", "2016",
     "https://www.ecfr.gov/current/title-21/chapter-I/subchapter-B/part-101/subpart-A/section-101.9"),
    ("efsa2005k",
     "Opinion on the tolerable upper intake level of potassium (2005), in: Tolerable upper intake levels "
     "for vitamins and minerals", "European Food Safety Authority", "2006", ""),
    ("efsa2012ca", "Scientific opinion on the tolerable upper intake level of calcium", "EFSA Journal 10(7):2814",
     "2012", "https://doi.org/10.2903/j.efsa.2012.2814"),
    ("efsa2015b12", "Scientific opinion on dietary reference values for cobalamin (vitamin B12)",
     "EFSA Journal 13(7):4150", "2015", "https://doi.org/10.2903/j.efsa.2015.4150"),
    ("efsa2015ca", "Scientific opinion on dietary reference values for calcium", "EFSA Journal 13(5):4101", "2015",
     "https://doi.org/10.2903/j.efsa.2015.4101"),
    ("efsa2015mg", "Scientific opinion on dietary reference values for magnesium", "EFSA Journal 13(7):4186", "2015",
     "https://doi.org/10.2903/j.efsa.2015.4186"),
    ("efsa2016b6", "Dietary reference values for vitamin B6", "EFSA Journal 14(6):4485", "2016",
     "https://doi.org/10.2903/j.efsa.2016.4485"),
    ("efsa2016d", "Dietary reference values for vitamin D", "EFSA Journal 14(10):4547", "2016",
     "https://doi.org/10.2903/j.efsa.2016.4547"),
    ("efsa2016k", "Dietary reference values for potassium", "EFSA Journal 14(10):4592", "2016",
     "https://doi.org/10.2903/j.efsa.2016.4592"),
    ("efsa2018d", "Update of the tolerable upper intake level for vitamin D for infants", "EFSA Journal 16(8):5365",
     "2018", "https://doi.org/10.2903/j.efsa.2018.5365"),
    ("efsa2023",
     "Scientific opinion on the tolerable upper intake level for vitamin D, including the derivation of a "
     "conversion factor for calcidiol monohydrate", "EFSA Journal 21(8):8145", "2023",
     "https://doi.org/10.2903/j.efsa.2023.8145"),
    ("efsa2023b6", "Scientific opinion on the tolerable upper intake level for vitamin B6", "EFSA Journal 21(5):8006",
     "2023", "https://doi.org/10.2903/j.efsa.2023.8006"),
    ("eu1169_2011",
     "Regulation (EU) No 1169/2011 on the provision of food information to consumers, Annex XIII, part A: "
     "nutrient reference values", "European Parliament and Council", "2011",
     "https://eur-lex.europa.eu/eli/reg/2011/1169/oj"),
    ("fndds2019", "Food and Nutrient Database for Dietary Studies 2019-2020", FSRG, "2022", FSRG_PAGE),
    ("fndds2021", "Food and Nutrient Database for Dietary Studies 2021-2023", FSRG, "2024", FSRG_PAGE),
    ("iom1997", "Dietary Reference Intakes for Calcium, Phosphorus, Magnesium, Vitamin D, and Fluoride", NAP, "1997",
     "https://doi.org/10.17226/5776"),
    ("iom1998", "Dietary Reference Intakes for Thiamin, Riboflavin, Niacin, Vitamin B6, Folate, Vitamin B12, "
     "Pantothenic Acid, Biotin, and Choline", NAP, "1998", "https://doi.org/10.17226/6015"),
    ("iom2000", "Dietary Reference Intakes: Applications in Dietary Assessment", NAP, "2000",
     "https://doi.org/10.17226/9956"),
    ("iom2006", "Dietary Reference Intakes: The Essential Guide to Nutrient Requirements", NAP, "2006",
     "https://doi.org/10.17226/11537"),
    ("iom2011", "Dietary Reference Intakes for Calcium and Vitamin D", NAP, "2011", "https://doi.org/10.17226/13050"),
    ("iupac2021", "Standard atomic weights of the elements 2021 (IUPAC Technical Report)",
     "Pure and Applied Chemistry 94(5):573-600", "2022", "https://doi.org/10.1515/pac-2019-0603"),
    ("mifflin1990", "A new predictive equation for resting energy expenditure in healthy individuals",
     "American Journal of Clinical Nutrition 51(2):241-247", "1990", "https://doi.org/10.1093/ajcn/51.2.241"),
    ("nasem2019", "Dietary Reference Intakes for Sodium and Potassium", NAP, "2019",
     "https://www.ncbi.nlm.nih.gov/books/NBK545430/"),
    ("nhanes2007", "National Health and Nutrition Examination Survey 2007-2012, two 24-hour recalls a person "
     "(within-person SD derived for this project)", "CDC National Center for Health Statistics", "2014",
     "https://wwwn.cdc.gov/nchs/nhanes/"),
    ("nhs2023", "Twitching eyes and muscles (page reviewed 30 October 2023)",
     "National Health Service (United Kingdom)", "2023", "https://www.nhs.uk/conditions/twitching-eyes-and-muscles/"),
    ("nnr2023", "Nordic Nutrition Recommendations 2023: integrating environmental aspects (Nord 2023:003)",
     "Nordic Council of Ministers", "2023", "https://doi.org/10.6027/nord2023-003"),
    ("passarelli2022", "Estimating national and subnational nutrient intake distributions of global diets",
     "American Journal of Clinical Nutrition 116(2):551-560", "2022", "https://doi.org/10.1093/ajcn/nqac108"),
    ("scf2000", "Opinion of the Scientific Committee on Food on the tolerable upper intake level of vitamin B12 "
     "(2000), in: Tolerable upper intake levels for vitamins and minerals", "European Food Safety Authority", "2006",
     ""),
    ("scf2001",
     "Opinion of the Scientific Committee on Food on the tolerable upper intake level of magnesium (2001), "
     "in: Tolerable upper intake levels for vitamins and minerals", "European Food Safety Authority", "2006", ""),
    ("sr28", "USDA National Nutrient Database for Standard Reference, Release 28", NDL, "2015", NDL_PAGE),
    ("sr28_2016",
     "USDA National Nutrient Database for Standard Reference, Release 28, abbreviated file, revised May 2016", NDL,
     "2016", NDL_PAGE),
    ("srlegacy2018", "FoodData Central: SR Legacy, April 2018", NDL, "2018", "https://fdc.nal.usda.gov/"),
    ("tga2022", "Safety advisory: vitamin B6 in supplements and peripheral neuropathy",
     "Therapeutic Goods Administration (Australia)", "2022", "https://www.tga.gov.au/node/335051"),
)  # fmt: skip

REQUIREMENT_CV = (
    ("authority", "nutrient", "cv_percent", "basis", "source", "note"),
    ("us", "magnesium", "10", "stated", "iom2000", "p. 54: SD of requirement 26.5 mg is 10 % of the EAR of 265 mg"),
    ("us", "calcium", "", "implied", "iom2011", "(RDA - EAR) / (2 EAR) of the row; the report states no CV"),
    ("us", "vitamin_d", "", "implied", "iom2011", "(RDA - EAR) / (2 EAR) of the row; the report states no CV"),
    ("us", "vitamin_b12", "10", "stated", "iom2006", "Appendix H"),
    ("us", "vitamin_b6", "10", "stated", "iom2006", "Appendix H"),
    ("efsa", "calcium", "", "implied", "efsa2015ca", "(PRI - AR) / (2 AR) of the row; the opinion states no CV"),
    ("efsa", "vitamin_b6", "10", "stated", "efsa2016b6", "abstract: PRIs assume a CV of 10 %"),
    ("nordic", "calcium", "", "implied", "nnr2023", "(RI - AR) / (2 AR) of the row"),
    ("nordic", "vitamin_d", "", "implied", "nnr2023", "(RI - AR) / (2 AR) of the row"),
    ("nordic", "vitamin_b6", "10", "stated", "efsa2016b6",
     "EFSA's CV; the rounded AR and RI of adults imply 7 to 12 %"),
)  # fmt: skip


REFERENCE_HEADER = (
    "authority", "nutrient", "kind", "value", "unit", "sex", "life_stage", "age_label", "age_min_months",
    "age_max_months", "intake_scope", "status", "source", "year", "verification", "provisional", "note",
)  # fmt: skip


class ReferenceRow(NamedTuple):
    """A row of ``references.csv``, its columns as `REFERENCE_HEADER` names them."""

    authority: str
    nutrient: str
    kind: str
    value: str
    unit: str
    sex: str
    life_stage: str
    age_label: str
    first_month: str
    end_month: str
    scope: str
    status: str
    source: str
    year: str
    verification: str
    provisional: str
    note: str


# Cells in which the compiled summary tables differ from the chapter of the report that sets the value: the
# chapter decides. IOM 2011, p. 362: 1,100 mg/day for pregnant and for lactating adolescents, as for all of 14-18.
CHAPTER_DECIDES = {
    ("us", "calcium", "ear", "pregnant", "14-18 y"): ("1000", "1100"),
    ("us", "calcium", "ear", "lactating", "14-18 y"): ("1000", "1100"),
}


def reference_rows(release: Sequence[dict[str, str]]) -> list[tuple[str, ...]]:
    """Reference intakes of the six nutrients, header first: half-open ages in months, blank end = no upper end.

    A UL that the authority did not set keeps its row: the reason as status, a blank value, scope "none".

    Raises
    ------
    ReleaseError
        A row is neither one value nor a reason for none, or its document is not known.
    """
    wanted = [
        reference_row(row)
        for row in release
        if row["authority"] in AUTHORITIES and row["nutrient"] in CORE and row["kind"] in KINDS
    ]
    return [REFERENCE_HEADER, *value_before_blank(wanted)]


def reference_row(row: dict[str, str]) -> ReferenceRow:
    """One row of the release in our words."""
    authority, nutrient, kind = AUTHORITIES[row["authority"]], row["nutrient"], KINDS[row["kind"]]
    life_stage, value = LIFE_STAGES[row["life_stage"]], row["value_min"]
    status = REASONS.get(row["status"], row["status"])
    if value != row["value_max"] or row["period"] or (value == "") != status.startswith("ND"):
        raise ReleaseError(f"reference row is neither one value nor a reason for none: {row}")
    cell = (authority, nutrient, kind, life_stage, row["age_label"])
    printed, decided = CHAPTER_DECIDES.get(cell, (value, value))
    if value != printed:
        raise ReleaseError(f"a correction no longer meets the value it corrects: {row}")
    source, year = _document(row)
    first = row["age_min_months"]
    notes = [NOTES.get((authority, nutrient, kind)) or NOTES.get((authority, "", kind), "")]
    if first == "" and life_stage != "none":
        first = YOUNGEST_MONTHS.get(authority, "")
        notes.append(WITHOUT_AGE if row["age_label"] == "all" else "")
    if first == "":
        raise ReleaseError(f"reference row without a first age: {row}")
    provisional = "provisional" in f"{row['local_term']} {row['status']} {row['note']}".lower()
    return ReferenceRow(
        authority, nutrient, kind, decided, UNITS[row["unit"]], row["sex"], life_stage,
        LABELS.get(row["age_label"], row["age_label"]), first, row["age_max_months_excl"],
        row["intake_scope"] or "none", status, source, year, row["verification_class"],
        "yes" if provisional else "", "; ".join(note for note in notes if note),
    )  # fmt: skip


def _document(row: dict[str, str]) -> tuple[str, str]:
    """Key of the source that set the value, and its year."""
    name, end = row["source_document"], row["age_max_months_excl"]
    if INFANT_LIMITS in name and end and int(end) <= 12:
        return "efsa2018d", "2018"
    for beginning, key in DOCUMENTS.items():
        if name.startswith(beginning):
            return key, row["source_year"]
    raise ReleaseError(f"reference row of an unknown document: {row}")


def value_before_blank(rows: Sequence[ReferenceRow]) -> list[ReferenceRow]:
    """The rows, with every blank one cut off where a row of the same kind and people gives a value.

    The bands of upper levels are not those of requirements, so that the release has blanks over values (EFSA
    magnesium, 4-9 years). Of a blank that lies wholly under values nothing is left.
    """
    kept = []
    for row in rows:
        values = [
            other
            for other in rows
            if other.value
            and (other.authority, other.nutrient, other.kind, other.life_stage)
            == (row.authority, row.nutrient, row.kind, row.life_stage)
            and (other.sex == row.sex or "both" in (other.sex, row.sex))
            and int(other.first_month) < float(row.end_month or "inf")
            and int(row.first_month) < float(other.end_month or "inf")
        ]
        if row.value or not values:
            kept.append(row)
            continue
        start = min(int(other.first_month) for other in values)
        if float(row.end_month or "inf") > max(float(other.end_month or "inf") for other in values):
            raise ReleaseError(f"a blank reference row goes on after the values that cut it: {row}")
        if int(row.first_month) < start:
            kept.append(row._replace(end_month=str(start)))
    return kept


WITHIN_PERSON_HEADER = (
    "nutrient", "sex", "age_min_months", "age_max_months", "sd", "cv", "cv_lognormal", "n", "mean", "ratio", "unit",
    "source",
)  # fmt: skip


def within_person_rows(release: Sequence[dict[str, str]]) -> list[tuple[str, ...]]:
    """Day-to-day SD of intake from food in the age groups of the reference intakes; CVs in percent.

    ``mean`` is the mean of the group, ``ratio`` the variance within persons over that between them.
    """
    rows: list[tuple[str, ...]] = [WITHIN_PERSON_HEADER]
    for row in release:
        if not row["note"].startswith("DRI group") or row["nutrient"] not in CORE:
            continue
        if not row["source"].startswith("NHANES 2007-2012"):
            raise ReleaseError(f"unexpected source of a within-person SD: {row['source']}")
        rows.append(
            (row["nutrient"], row["sex"], row["age_min_months"], row["age_max_months_excl"], row["sd_within"],
             row["cv_within_percent"], row["cv_within_lognormal_percent"], row["n"], row["implied_mean"],
             row["var_ratio_within_between"], UNITS[row["unit"]], "nhanes2007")
        )  # fmt: skip
    return rows
