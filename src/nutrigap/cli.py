"""The command line: parse, call the library, turn its exceptions into exit codes."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypedDict, Unpack

import click

from nutrigap import __version__
from nutrigap.cli_cohort import cohort
from nutrigap.cli_options import (
    AuthorityOption,
    Command,
    choices_option,
    foods_option,
    foods_table,
    measures_option,
    quiet_option,
    recipes_option,
    together,
)
from nutrigap.errors import (
    DiaryError,
    FoodTableError,
    MissingPackage,
    NutrigapError,
    Problem,
    TableError,
    did_you_mean,
)
from nutrigap.words import count

if TYPE_CHECKING:
    from nutrigap.choices import Choice
    from nutrigap.diary import Diary
    from nutrigap.entries import Entry
    from nutrigap.person import Person
    from nutrigap.readings import Method
    from nutrigap.recipes import Recipe
    from nutrigap.report import Report
    from nutrigap.symptoms import SymptomLog

OK, ASKED, USAGE, UNREADABLE, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 70, 130
ENDINGS = {
    ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".md": "md", ".txt": "text", ".xlsx": "xlsx",
}  # fmt: skip
SHEET_ENDINGS = {".html": "html", ".htm": "html", ".md": "md"}
FAIL_ON: dict[str, Callable[[Report], bool]] = {
    "low": lambda report: any(r.adequacy is not None and r.adequacy.status == "likely_low" for r in report.core),
    "over": lambda report: any(r.excess is not None and r.excess.status == "above_ul" for r in report.core),
    "unmatched": lambda report: report.count("left_out") > 0,
}
ALIKE = 2  # so many problems of one kind are told one by one; of more, the first and the lines of the others

diary_argument = click.argument("diary", metavar="DIARY")
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Every problem by itself, also those that are alike."
)
output_option = click.option("-o", "--output", metavar="FILE", help="Write here instead of to the terminal.")


class _LayoutOption(click.Option):
    """The option whose help lists the layouts, which are looked up only when help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from nutrigap.diary import LAYOUTS

        self.help = f"Layout of the file: auto, {', '.join(layout.name for layout in LAYOUTS)}."
        return super().get_help_record(ctx)


diary_options = together(
    click.option("--from", "start", metavar="DATE", help="First day to count (YYYY-MM-DD)."),
    click.option("--to", "end", metavar="DATE", help="Last day to count (YYYY-MM-DD)."),
    click.option("--date-format", metavar="FORMAT", help="How dates are written, e.g. %d/%m/%Y; never guessed."),
    click.option("--input", "layout", cls=_LayoutOption, metavar="LAYOUT", default="auto", show_default=True),
)


def _several(name: str, what: str) -> Callable[[Command], Command]:
    """An option that may be given more than once."""
    return click.option(f"--{name}", f"{name}s", metavar="TEXT", multiple=True, help=f"{what}; may be given again.")


person_options = together(
    click.option("--age", metavar="AGE", help="Age in years (34) or months (7mo)."),
    click.option("--sex", metavar="SEX", help="female or male."),
    click.option("--pregnant", is_flag=True, help="Use the values for pregnancy."),
    click.option("--lactating", is_flag=True, help="Use the values for lactation."),
    click.option("--weight", "weight_kg", metavar="KG", help="Body weight, for the energy of the log."),
    click.option("--height", "height_cm", metavar="CM", help="Body height, for the energy of the log."),
    click.option("--diet", metavar="DIET", help="omnivore, pescatarian, vegetarian or vegan."),
    click.option("--months-on-diet", metavar="MONTHS", help="For how many months."),
    click.option("--sun", metavar="SUN", help="regular (summer sun on bare skin) or little."),
    _several("medicine", 'A medicine taken ("omeprazole 18 months")'),
    _several("condition", 'A condition ("kidney disease")'),
    _several("symptom", 'A symptom ("tingling"), or "none"'),
    _several("dislike", "A food that is not to be suggested"),
    click.option(
        "--profile", metavar="FILE", help="All of these from a TOML file [default: nutrigap.toml beside the diary]."
    ),
    click.option("--references", cls=AuthorityOption, help="Whose reference values [default: us]."),
)  # fmt: skip
kitchen_options = together(choices_option, recipes_option, measures_option, foods_option)
judging_options = together(
    click.option(
        "--people",
        metavar="FILE",
        help="Table of people (person,age,sex,life_stage, ...) for a diary with a person column.",
    ),
    click.option("--symptoms", "symptom_log", metavar="FILE", help="A log of symptoms (date,kind,count)."),
    click.option("--incomplete", metavar="DATE", multiple=True, help="A day that is not whole; may be given again."),
    click.option("--compare", cls=AuthorityOption, multiple=True, help="Show another authority's readings as well."),
    click.option(
        "--level", type=click.FloatRange(0.5, 1.0, min_open=True, max_open=True), default=0.85, show_default=True,
        help="Confidence at which a verdict is given.",
    ),
    click.option("--own-sd", is_flag=True, help="Use the log's own variation from 14 days on, drawn to the table's."),
    click.option("--prior", is_flag=True, help="Show a probability with the population as prior beside the test."),
    click.option("--weigh-weekdays", is_flag=True, help="Weight Monday-Thursday and Friday-Sunday as 4 to 3."),
    click.option("--consecutive", is_flag=True, help="Count days in a row as fewer independent ones."),
)  # fmt: skip


class Told(TypedDict):
    """What the options about a person tell."""

    age: str | None
    sex: str | None
    pregnant: bool
    lactating: bool
    weight_kg: str | None
    height_cm: str | None
    diet: str | None
    months_on_diet: str | None
    sun: str | None
    medicines: tuple[str, ...]
    conditions: tuple[str, ...]
    symptoms: tuple[str, ...]
    dislikes: tuple[str, ...]
    profile: str | None
    references: str | None


class Asked(Told):
    """What the options of a command tell that reads and judges a diary."""

    start: str | None
    end: str | None
    date_format: str | None
    layout: str
    choices: str | None
    recipes: str | None
    measures: str | None
    tables: tuple[str, ...]
    people: str | None
    symptom_log: str | None
    incomplete: tuple[str, ...]
    compare: tuple[str, ...]
    level: float
    own_sd: bool
    prior: bool
    weigh_weekdays: bool
    consecutive: bool


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """What a food diary can and cannot say about magnesium, calcium, potassium, vitamin D, B12 and B6."""


@cli.command()
@diary_argument
@diary_options
@person_options
@judging_options
@kitchen_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "json", "csv", "md", "xlsx"]),
    help="Form of the report [default: by the ending of -o, else text]; xlsx is an Excel workbook (extra excel).",
)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(sorted(FAIL_ON)),
    multiple=True,
    help="Exit with 1 if a nutrient is likely low, one is over its limit, or a line was left out.",
)
@quiet_option
@verbose_option
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in text.",
)
def report(
    diary: str, form: str | None, output: str | None, fail_on: tuple[str, ...], quiet: bool, verbose: bool, color: str,
    **asked: Unpack[Asked],
) -> None:  # fmt: skip
    """Totals, comparison with the reference intakes, and a reading, for one DIARY ("-" is standard input)."""
    form = form or _form_of(output, ENDINGS, "text")
    into = output is not None and _is_folder(output)
    if into and form not in ("text", "csv"):
        raise click.UsageError(
            f"-o {output} is a folder, into which CSV tables are written; leave --format {form} away"
        )
    if form == "xlsx" and output is None:
        raise click.UsageError("a workbook is no text for a terminal; name a file: -o report.xlsx")
    reports = _reports(diary, output, asked, quiet=quiet, verbose=verbose)
    if into and output is not None:
        _write_folders(reports, Path(output))
    elif form == "xlsx" and output is not None:
        _write_workbook(reports, Path(output))
    else:
        colored = output is None and (color == "always" or (color == "auto" and _terminal()))
        _deliver(_render(reports, form, colored, plain=output is None), output, form)
    if any(FAIL_ON[asked_for](one) for asked_for in fail_on for one in reports):
        raise SystemExit(ASKED)


@cli.command()
@diary_argument
@diary_options
@person_options
@judging_options
@kitchen_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html"]),
    help="Form of the page [default: by the ending of -o, else md].",
)
@output_option
@quiet_option
@verbose_option
def sheet(diary: str, form: str | None, output: str | None, quiet: bool, verbose: bool, **asked: Unpack[Asked]) -> None:
    """One page for a doctor: what DIARY holds, products and doses, what was told; no interpretation."""
    from nutrigap.report.sheet import render

    if output is not None and _is_folder(output):
        raise click.UsageError(f"-o {output} is a folder; name a file such as {Path(output) / 'sheet.html'}")
    form = form or _form_of(output, SHEET_ENDINGS, "md")
    reports = _reports(diary, output, asked, quiet=quiet, verbose=verbose)
    _deliver(render(reports, form), output, form)


@cli.command()
@diary_argument
@diary_options
@choices_option
@recipes_option
@measures_option
@foods_option
@verbose_option
def check(
    diary: str, start: str | None, end: str | None, date_format: str | None, layout: str, choices: str | None,
    recipes: str | None, measures: str | None, tables: tuple[str, ...], verbose: bool,
) -> None:  # fmt: skip
    """All problems of DIARY at once, with the fix for each; nothing is computed. Exit 1 if there are any."""
    from nutrigap.resolve import resolve

    read = _read(diary, start, end, date_format, layout)
    dishes = _recipes(recipes)
    entries = resolve(read, foods_table(tables), _choices(choices), dishes, measures=_measures(measures, diary))
    found = list(read.problems)
    for entry in (piece for line in entries for piece in line.pieces):
        if entry.status == "left_out" and (entry.missing or entry.open) and entry.line.problem is None:
            found.append(Problem(entry.line.number, "", f"{entry.line.food}: {entry.problem}", entry.fix))
    _say_problems(found, read.path, verbose=verbose, to_stderr=False)
    for note in read.notes:
        _say(f"{read.path}: note: {note}")
    for line, name in _near_recipes(entries, dishes or {}):
        _say(f'{read.path}:{line}: food: no recipe of that name; did you mean "{name}"?')
    guesses = sum(entry.status == "flagged" for entry in entries)
    rest = f"; {count(guesses, 'line')} on a guess: nutrigap match {read.path}" if guesses else ""
    _say(f"{read.path}: {count(len(read.lines), 'line')}, {count(len(found), 'problem')}{rest}")
    if found:
        raise SystemExit(ASKED)


@cli.command()
@diary_argument
@diary_options
@choices_option
@recipes_option
@measures_option
@foods_option
@quiet_option
@click.option(
    "--save",
    metavar="FILE",
    help="Write every phrase with its food to FILE, to be corrected and used with --choices.",
)
@click.option(
    "--review",
    "asked",
    is_flag=True,
    help="Go over what is in doubt, phrase by phrase, and keep the answers with --save.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Form of the list.",
)
@output_option
def match(
    diary: str, start: str | None, end: str | None, date_format: str | None, layout: str, choices: str | None,
    recipes: str | None, measures: str | None, tables: tuple[str, ...], quiet: bool, save: str | None, asked: bool,
    form: str, output: str | None,
) -> None:  # fmt: skip
    """For every line of DIARY: phrase, food, grams, how sure that is, and the other candidates."""
    from nutrigap.analysis import assemble
    from nutrigap.person import Person
    from nutrigap.report.matches import as_csv, as_json, as_text
    from nutrigap.report.saved import save_choices

    if asked and save is None:
        raise click.UsageError("--review needs a file for the answers: --save my-foods.csv")
    _refuse_to_overwrite(output, diary, choices, recipes, *tables)
    _refuse_to_overwrite(save, diary, recipes, output, *tables)
    read = _read(diary, start, end, date_format, layout)
    if not quiet:
        _say_problems(read.problems, read.path, verbose=False, to_stderr=True)
    if asked and choices is None and save is not None and Path(save).is_file():
        choices = save  # what was answered before is not asked again
    saved, dishes = _choices(choices), _recipes(recipes)
    found = assemble(read, Person(), foods_table(tables), saved, dishes, _measures(measures, diary))
    talk = asked and _may_ask()
    if asked and not talk:
        _say("--review: there is no terminal to ask at; every phrase is written to the file instead", to_stderr=True)
    if talk and save is not None:
        _review(found, save, saved or {}, dishes or {})
    if output is not None or not talk:
        render = {"text": as_text, "json": as_json, "csv": as_csv}[form]
        _deliver(render(found), output, form)
    if save is not None and not talk:
        added = save_choices(found, Path(save))
        _say(f"{save}: {count(added, 'phrase')} added; edit food_id, then use --choices {save}", to_stderr=True)


@cli.command()
@click.argument("query", nargs=-1)
@click.option("--rich-in", metavar="NUTRIENT", help="Rank by the amount in a usual portion.")
@click.option("--all", "everything", is_flag=True, help="With --rich-in: every food of the table, not common ones.")
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="How many foods.")
@foods_option
def foods(query: tuple[str, ...], rich_in: str | None, everything: bool, limit: int, tables: tuple[str, ...]) -> None:
    """Search the food table for QUERY, words or a code; the id shown can stand in a diary's food column."""
    from nutrigap.report.listings import found_foods, rich_foods

    phrase = " ".join(query)
    if rich_in is None and not phrase:
        raise click.UsageError("give words to search for, or --rich-in NUTRIENT")
    table = foods_table(tables)
    for note in table.notes:
        _say(f"note: {note}", to_stderr=True)
    if rich_in is not None:
        found = rich_foods(rich_in, phrase, limit, table, everything=everything)
    else:
        found = found_foods(phrase, limit, table)
    _deliver(found, None, "text")


@cli.command()
@person_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Form of the table.",
)
def targets(form: str, **told: Unpack[Told]) -> None:
    """The reference values used for a person, each with its source."""
    from nutrigap.report.listings import target_table

    _deliver(target_table(_person("-", told), form), None, form)


@cli.command()
@click.argument("nutrient")
def evidence(nutrient: str) -> None:
    """What is known of NUTRIENT (or caffeine, medicine, thiamin) and twitching, with grade and source."""
    from nutrigap.report.listings import evidence_on

    _deliver(evidence_on(nutrient), None, "text")


@cli.command()
def sources() -> None:
    """Every table shipped: edition, rows, licence, sha256."""
    from nutrigap.report.listings import shipped_tables

    _deliver(shipped_tables(), None, "text")


cli.add_command(cohort)


# --- what the commands share


def _person(diary: str, told: Told | Asked) -> Person:
    from nutrigap.profile import PERSON_KEYS, find_profile, person_of

    if told["pregnant"] and told["lactating"]:
        raise click.UsageError(
            "--pregnant and --lactating exclude each other; the values for lactation hold after birth"
        )
    entries = {name: text for name, text in find_profile(diary, told["profile"]).items() if name in PERSON_KEYS}
    stage = "pregnant" if told["pregnant"] else "lactating" if told["lactating"] else None
    given = {name: value for name, value in told.items() if name in PERSON_KEYS} | {"life_stage": stage}
    texts = {name: "; ".join(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return person_of({**entries, **{name: str(text) for name, text in texts.items() if text}})


def _measures(given: str | None, diary: str, profile: str | None = None) -> str | None:
    """Whose pints: as the option says, else the profile that was named or lies beside the diary."""
    from nutrigap.profile import find_profile

    return given or find_profile(diary, profile).get("measures")


def _read(diary: str, start: str | None, end: str | None, date_format: str | None, layout: str) -> Diary:
    from nutrigap.diary import LAYOUTS, read_diary
    from nutrigap.diary.dates import format_fault

    known = ["auto", *(one.name for one in LAYOUTS)]
    if layout not in known:
        raise click.UsageError(
            f'--input: there is no layout "{layout}"{did_you_mean(layout, known)}; known: {", ".join(known)}'
        )
    fault = format_fault(date_format) if date_format is not None else None
    if fault is not None:
        raise click.UsageError(f"--date-format: {fault.what}; {fault.fix}")
    first, last = _day(start, "--from"), _day(end, "--to")
    try:
        read = read_diary(diary, date_format=date_format, layout=layout)
    except MissingPackage as error:  # for the exit code it is a diary that cannot be read
        _say(str(error), to_stderr=True)
        raise SystemExit(UNREADABLE) from None
    if first is None and last is None:
        return read
    kept = read.between(first, last)
    if not any(line.date for line in kept.lines):
        raise click.UsageError(f"no line of {read.path} lies between {first or 'the start'} and {last or 'the end'}")
    return kept


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f'{option}: "{text}" is no date; write YYYY-MM-DD') from None


def _reports(diary: str, output: str | None, asked: Asked, *, quiet: bool, verbose: bool) -> list[Report]:
    """One report a person, after the messages about the input."""
    from nutrigap.analysis import analyze
    from nutrigap.profile import PROFILE_NAME, read_people

    who = _person(diary, asked)
    people = asked["people"]
    beside = str(Path(diary).parent / PROFILE_NAME) if diary != "-" else None
    inputs = (diary, asked["profile"], beside, people, asked["choices"], asked["recipes"], asked["symptom_log"])
    _refuse_to_overwrite(output, *inputs, *asked["tables"])
    days = [day for text in asked["incomplete"] if (day := _day(text, "--incomplete")) is not None]
    read = _read(diary, asked["start"], asked["end"], asked["date_format"], asked["layout"])
    if not quiet:
        _say_problems(read.problems, read.path, verbose=verbose, to_stderr=True)
        if len(read.people()) > 1 and not people:
            _say(f"{read.path}: all people share one profile; give each their own with --people", to_stderr=True)
    spoken = _measures(asked["measures"], diary, asked["profile"])
    saved, dishes, foods = _choices(asked["choices"]), _recipes(asked["recipes"]), foods_table(asked["tables"])
    known = read_people(Path(people)) if people else {}
    names = read.people()
    strangers = [name for name in names if name not in known]
    if people and names == [""]:
        raise click.UsageError(f"--people {people}: {read.path} has no person column to look up")
    if people and strangers:
        hint = did_you_mean(strangers[0], known)
        raise click.UsageError(f'{people}: no row for "{strangers[0]}", who is in {read.path}{hint}; add it')
    if asked["symptom_log"] and len(names) > 1:
        raise click.UsageError(f"--symptoms: {read.path} holds {len(names)} people, and a symptom log is one person's")
    return [
        analyze(
            read.for_person(name), known.get(name, who), foods=foods, choices=saved, recipes=dishes, measures=spoken,
            symptoms=_symptoms(asked["symptom_log"], asked["date_format"]), incomplete=days, compare=asked["compare"],
            method=_method(asked),
        )
        for name in names
    ]  # fmt: skip


def _symptoms(path: str | None, date_format: str | None) -> SymptomLog | None:
    if path is None:
        return None
    from nutrigap.symptoms import read_symptoms

    return read_symptoms(path, date_format=date_format)


def _method(asked: Asked) -> Method:
    from nutrigap.readings import Method

    return Method(
        level=asked["level"], own_sd=asked["own_sd"], prior=asked["prior"], weekdays=asked["weigh_weekdays"],
        consecutive=asked["consecutive"],
    )  # fmt: skip


def _render(reports: Sequence[Report], form: str, colored: bool, *, plain: bool) -> str:
    if form == "json":
        from nutrigap.report import json

        return "".join(json.render(one, indent=1 if len(reports) == 1 else None) for one in reports)
    if form == "csv":
        from nutrigap.report import csv

        return csv.summary(reports)
    if form == "md":
        return "\n".join(one.to_markdown() for one in reports)
    if form == "html":
        from nutrigap.report.page import render

        return render(reports, _command_line())
    ascii_only = plain and not _speaks_utf8()
    return ("\n" + "=" * 80 + "\n\n").join(one.to_text(color=colored, ascii_only=ascii_only) for one in reports)


def _command_line() -> str:
    """The command as given, with the profile that was found beside the diary."""
    context = click.get_current_context()
    given, diary = context.obj or "", str(context.params["diary"])
    from nutrigap.profile import beside

    found = beside(diary) if given and not context.params["profile"] else None
    return f"{given} {shlex.join(['--profile', str(found)])}" if found else given


def _write_workbook(reports: Sequence[Report], path: Path) -> None:
    from nutrigap.report.files import write_bytes
    from nutrigap.report.xlsx import render

    write_bytes(path, render(reports))


def _write_folders(reports: Sequence[Report], folder: Path) -> None:
    taken: set[str] = set()
    for one in reports:
        plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in one.name) or "person"
        names = (f"{plain}{end}" for end in ("", *(f"_{number}" for number in range(2, len(reports) + 1))))
        name = next(name for name in names if name.casefold() not in taken)  # "a/b" and "a_b" are two people
        taken.add(name.casefold())
        for path in one.to_csv(folder if len(reports) == 1 else folder / name):
            _say(str(path), to_stderr=True)


def _form_of(output: str | None, endings: dict[str, str], default: str) -> str:
    if output is None or _is_folder(output):
        return default
    ending = Path(output).suffix.lower()
    folder = ", a folder/" if endings is ENDINGS else ""
    if ending not in endings:
        raise click.UsageError(
            f'-o {output}: the ending "{ending}" names no form; use one of {", ".join(endings)}{folder}, or --format'
        )
    return endings[ending]


def _refuse_to_overwrite(output: str | None, *inputs: str | None) -> None:
    """A slip of the hand must not cost a diary: no output stands where an input is."""
    for given in inputs:
        if output is not None and given not in (None, "-") and Path(output).resolve() == Path(str(given)).resolve():
            raise click.UsageError(
                f"{output} is an input of this command and would be overwritten; choose another name"
            )


def _is_folder(output: str) -> bool:
    try:
        return output.endswith(("/", os.sep)) or Path(output).is_dir()
    except OSError:  # a name that cannot be: writing there will tell why
        return False


def _choices(path: str | None) -> dict[str, Choice] | None:
    from nutrigap.choices import read_choices

    return read_choices(path) if path is not None else None


def _recipes(path: str | None) -> dict[str, Recipe] | None:
    from nutrigap.recipes import read_recipes

    return read_recipes(path) if path is not None else None


def _near_recipes(entries: Sequence[Entry], recipes: dict[str, Recipe]) -> Iterator[tuple[int, str]]:
    """Lines whose food is nearly a recipe's name, each with that name."""
    from nutrigap.recipes import near_recipe

    for entry in entries:
        near = near_recipe(recipes, entry.line.food) if entry.match.method != "recipe" else None
        if near is not None:
            yield entry.line.number, near.name


def _may_ask() -> bool:
    """Whether there is someone to ask: standard input and the messages are a terminal, and no build runs this."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


def _review(found: Report, save: str, choices: dict[str, Choice], recipes: dict[str, Recipe]) -> None:
    """Ask about what is in doubt; the answers are saved, also when the asking is broken off."""
    from nutrigap.report.review import review
    from nutrigap.report.saved import Row, save_choices

    decided: dict[str, Row] = {}

    def ask(prompt: str) -> str:
        return str(click.prompt(prompt, default="", show_default=False, prompt_suffix="", err=True))

    def say(text: str) -> None:
        _say(text, to_stderr=True)

    try:
        outcome = review(found, ask, say, decided, choices=choices, recipes=recipes)
    finally:
        if decided:
            save_choices(found, Path(save), decided)
            _say("", to_stderr=True)
            _say(f"{save}: {count(len(decided), 'phrase')} decided; use --choices {save}", to_stderr=True)
    _say(f"{outcome.skipped} skipped, {outcome.left} not looked at", to_stderr=True)


def _deliver(text: str, output: str | None, form: str) -> None:
    """To a file or to standard output, in UTF-8; text for people is plain ASCII where the terminal knows no more."""
    if output is not None:
        from nutrigap.report.files import write_text

        write_text(Path(output), text)
    elif text.isascii() or _speaks_utf8():
        click.echo(text, nl=False, color=True)  # whether it holds colours was decided by --color, not by click
    elif form == "text":
        from nutrigap.report.wrap import in_ascii

        click.echo(in_ascii(text), nl=False, color=True)
    else:
        click.echo(text.encode("utf-8"), nl=False)


def _say(text: str, *, to_stderr: bool = False) -> None:
    """A message on a line of its own, with nothing in it that a terminal would obey."""
    from nutrigap.report.wrap import in_ascii
    from nutrigap.words import printable

    stream = sys.stderr if to_stderr else sys.stdout
    shown = printable(text)
    click.echo(shown if _speaks_utf8(stream) else in_ascii(shown), err=to_stderr)


def _show(error: click.ClickException) -> None:
    """A usage error in the manner of click; what it quotes may come from a diary."""
    import io

    shown = io.StringIO()
    error.show(file=shown)
    for line in shown.getvalue().splitlines():
        _say(line, to_stderr=True)


def _say_problems(problems: Sequence[Problem], path: str, *, verbose: bool, to_stderr: bool) -> None:
    """Problems in line order; of many that are alike the first, with the lines of the others."""
    from nutrigap.report.wrap import ranges

    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda one: one.line or 0):
        kind = (problem.column, _unquoted(problem.what), _unquoted(problem.fix))
        alike.setdefault(kind if not verbose else (*kind[:2], str(len(alike))), []).append(problem)
    for group in alike.values():
        for problem in group if len(group) <= ALIKE else group[:1]:
            _say(problem.text(path), to_stderr=to_stderr)
        if len(group) > ALIKE:
            rest = [problem.line for problem in group[1:] if problem.line is not None]
            more = count(len(group) - 1, "more line")
            _say(f"{path}: and {more} like line {group[0].line}: {ranges(rest)}", to_stderr=to_stderr)


def _unquoted(text: str) -> str:
    """A message without what it quotes: two that differ only in that are of one kind."""
    return " ".join(text.split('"')[::2])


def _terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _speaks_utf8(stream: TextIO | None = None) -> bool:
    """Whether every character can be written; a stream without encoding is a text in memory."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "") == "utf8"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; no exception leaves this function."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if any("\0" in argument for argument in given):
            raise click.UsageError("an argument holds a NUL character, which no name of a file has")
        cli.main(args=given, prog_name="nutrigap", standalone_mode=False, obj=shlex.join(["nutrigap", *given]))
    except click.exceptions.Exit as done:
        return done.exit_code
    except SystemExit as done:
        return int(done.code or OK)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # the reader has gone; nothing is left to flush
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return OK
    except click.ClickException as error:
        _show(error)
        return USAGE
    except DiaryError as error:
        _say_problems(error.problems, error.path, verbose="-v" in given or "--verbose" in given, to_stderr=True)
        return UNREADABLE
    except FoodTableError as error:
        _say_problems(error.problems, error.path, verbose="-v" in given or "--verbose" in given, to_stderr=True)
        return USAGE
    except TableError as error:
        for message in error.messages:
            _say(f"nutrigap: {message}", to_stderr=True)
        return USAGE
    except NutrigapError as error:
        _say(f"nutrigap: {error}", to_stderr=True)
        return USAGE
    except OSError as error:  # a file that vanished, a full disk: told, and no fault of the program
        _say(f"nutrigap: {error.filename or 'a file'}: {error.strerror or error}", to_stderr=True)
        return USAGE
    except Exception as error:
        if "NUTRIGAP_DEBUG" in os.environ:
            raise
        what = f"{type(error).__name__}: {error}"
        _say(
            f"nutrigap: internal error ({what}); please report it, with NUTRIGAP_DEBUG=1 for the details",
            to_stderr=True,
        )
        return INTERNAL
    return OK


def main() -> None:
    """Entry point of the ``nutrigap`` command."""
    # sums over small arrays need no threads, and starting them takes as long as the report itself
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # one report is over before a collection could free anything; it would only slow the start
    code = run()
    gc.freeze()  # nor is anything gained by collecting at exit
    sys.exit(code)
