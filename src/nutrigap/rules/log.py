"""What the sentences must know of a diary and its person, gathered once a report."""

from __future__ import annotations

from nutrigap.intake import SUPPLEMENT, Intake
from nutrigap.person import Person
from nutrigap.supplements import salt_written
from nutrigap.units import nutrient_index, nutrients
from nutrigap.wording import ADULT_MONTHS, Log, Taken

SCANT_KCAL = 800.0  # mean energy a day, less than a very-low-energy diet for adults: such a log has gaps


def log_of(intake: Intake, person: Person) -> Log:
    """What the sentences must know of the diary."""
    return Log(
        days=intake.days,
        assumed=person.assumed,
        food=intake.has_food,
        doses=_doses(intake),
        months=person.age_months,
        references=person.references,
        scant=_is_scant(intake, person),
        unread=any("energy" in entry.missing for entry in intake.entries),
    )


def _doses(intake: Intake) -> dict[str, Taken]:
    """Nutrient id -> what supplements bring, for those that bring any."""
    days = (intake.daily_by_source.best[intake.complete][:, :, SUPPLEMENT] > 0).sum(axis=0)
    low, best, high = intake.mean_dose
    found = {}
    for nutrient in nutrients():
        i = nutrient_index()[nutrient.id]
        if best[i] > 0:
            salt = all(
                salt_written(entry.line.food) != ""
                for entry in intake.entries
                if nutrient.id in entry.doses and entry.doses[nutrient.id].low < entry.doses[nutrient.id].best
            )
            found[nutrient.id] = Taken(int(days[i]), float(low[i]), float(best[i]), float(high[i]), salt)
    return found


def _is_scant(intake: Intake, person: Person) -> bool:
    """Whether an adult's log holds next to no energy; unknown where a food's energy is."""
    if (person.age_months is not None and person.age_months < ADULT_MONTHS) or not intake.days:
        return False
    i = nutrient_index()["energy"]
    foods = [row for row, one in enumerate(intake.entries) if one.kind == "food" and one.status != "left_out"]
    return bool(foods) and bool(intake.known[foods, i].all()) and float(intake.mean.best[i]) < SCANT_KCAL
