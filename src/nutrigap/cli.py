"""The command line: parse, call the library, turn its exceptions into exit codes."""

from __future__ import annotations

import datetime as dt
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from nutrigap.errors import DiaryError, NutrigapError

if TYPE_CHECKING:
    from nutrigap.diary import Diary
    from nutrigap.references import Person
    from nutrigap.report import Report

OK, ASKED, USAGE, UNREADABLE, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 70, 130
ENDINGS = {".json": "json", ".csv": "csv", ".md": "md", ".txt": "text"}
FAIL_ON: dict[str, Callable[[Report], bool]] = {
    "low": lambda report: any(r.adequacy is not None and r.adequacy.status == "likely_low" for r in report.core),
    "over": lambda report: any(r.excess is not None and r.excess.status == "above_ul" for r in report.core),
    "unmatched": lambda report: report.count("left_out") > 0,
}
Command = TypeVar("Command", bound=Callable[..., None])

diary_argument = click.argument("diary", metavar="DIARY")
choices_option = click.option("--choices", metavar="FILE", help="Saved corrections (my-foods.csv).")
output_option = click.option("-o", "--output", metavar="FILE", help="Write here instead of to the terminal.")


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order in which they are listed."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


diary_options = _together(
    click.option("--from", "start", metavar="DATE", help="First day to count (YYYY-MM-DD)."),
    click.option("--to", "end", metavar="DATE", help="Last day to count (YYYY-MM-DD)."),
    click.option("--date-format", metavar="FORMAT", help="How dates are written, e.g. %d/%m/%Y; never guessed."),
    click.option(
        "--input",
        "layout",
        metavar="LAYOUT",
        default="auto",
        show_default=True,
        help="Layout of the file: auto or plain.",
    ),
)
person_options = _together(
    click.option("--age", metavar="AGE", help="Age in years (34) or months (7mo)."),
    click.option("--sex", metavar="SEX", help="female or male."),
    click.option("--pregnant", is_flag=True, help="Use the values for pregnancy."),
    click.option("--lactating", is_flag=True, help="Use the values for lactation."),
    click.option("--profile", metavar="FILE", help="Age, sex and life stage from a TOML file [default: nutrigap.toml beside the diary]."),
    click.option("--references", type=click.Choice(["us"]), help="Whose reference values [default: us]."),
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nutrigap", message="%(prog)s %(version)s")
def cli() -> None:
    """What a food diary can and cannot say about magnesium, calcium, potassium, vitamin D, B12 and B6."""


@cli.command()
@diary_argument
@diary_options
@person_options
@click.option(
    "--people",
    metavar="FILE",
    help="Table of people (person,age,sex,life_stage) for a diary with a person column.",
)
@choices_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "md"]),
    help="Form of the report [default: by the ending of -o, else text].",
)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(sorted(FAIL_ON)),
    multiple=True,
    help="Exit with 1 if a nutrient is likely low, one is over its limit, or a line was left out.",
)
@click.option("-q", "--quiet", is_flag=True, help="No messages about the input on stderr.")
@click.option("-v", "--verbose", is_flag=True, help="Every problem of the input on stderr, not only a count.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in text.",
)
def report(
    diary: str, start: str | None, end: str | None, date_format: str | None, layout: str,
    age: str | None, sex: str | None, pregnant: bool, lactating: bool, profile: str | None, references: str | None,
    people: str | None, choices: str | None, form: str | None, output: str | None, fail_on: tuple[str, ...],
    quiet: bool, verbose: bool, color: str,
) -> None:  # fmt: skip
    """Totals, comparison with the reference intakes, and a reading, for one DIARY ("-" is standard input)."""
    who = _person(diary, age, sex, pregnant, lactating, profile, references)
    form = form or _form_of(output)
    read = _read(diary, start, end, date_format, layout)
    if not quiet:
        _tell_problems(read, verbose)
    reports = list(_reports(read, who, people, choices))
    if output is not None and _is_folder(output):
        _write_folders(reports, Path(output))
    else:
        colored = output is None and (color == "always" or (color == "auto" and _terminal()))
        _deliver(_render(reports, form, colored, plain=output is None), output)
    if any(FAIL_ON[asked](one) for asked in fail_on for one in reports):
        raise SystemExit(ASKED)


@cli.command()
@diary_argument
@diary_options
@choices_option
def check(
    diary: str, start: str | None, end: str | None, date_format: str | None, layout: str, choices: str | None
) -> None:
    """All problems of DIARY at once, with the fix for each; nothing is computed. Exit 1 if there are any."""
    from nutrigap.errors import Problem
    from nutrigap.resolve import read_choices, resolve
    from nutrigap.tables import load_foods

    read = _read(diary, start, end, date_format, layout)
    entries = resolve(read, load_foods(), read_choices(choices) if choices else None)
    found = list(read.problems)
    for entry in entries:
        if entry.status == "left_out" and (entry.missing or entry.open) and entry.line.problem is None:
            found.append(Problem(entry.line.number, "", f"{entry.line.food}: {entry.problem}", entry.fix))
    for problem in sorted(found, key=lambda one: one.line or 0):
        click.echo(problem.text(read.path))
    for note in read.notes:
        click.echo(f"{read.path}: note: {note}")
    click.echo(f"{read.path}: {len(read.lines)} lines, {_count(len(found), 'problem')}")
    if found:
        raise SystemExit(ASKED)


@cli.command()
@diary_argument
@diary_options
@choices_option
@click.option(
    "--save",
    metavar="FILE",
    help="Write every phrase with its food to FILE, to be corrected and used with --choices.",
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
    save: str | None, form: str, output: str | None,
) -> None:  # fmt: skip
    """For every line of DIARY: phrase, food, grams, how sure that is, and the other candidates."""
    from nutrigap.analysis import analyze
    from nutrigap.report.matches import as_csv, as_json, as_text, save_choices

    found = analyze(_read(diary, start, end, date_format, layout), choices=choices)
    render = {"text": as_text, "json": as_json, "csv": as_csv}[form]
    _deliver(render(found), output)
    if save is not None:
        added = save_choices(found, Path(save))
        click.echo(f"{save}: {_count(added, 'phrase')} added; edit food_id, then use --choices {save}", err=True)


@cli.command()
@click.argument("query", nargs=-1)
@click.option("--rich-in", metavar="NUTRIENT", help="Rank by the amount in a usual portion.")
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="How many foods.")
def foods(query: tuple[str, ...], rich_in: str | None, limit: int) -> None:
    """Search the food table for QUERY; the id behind a name can stand in a diary's food column."""
    from nutrigap.report.listings import found_foods, rich_foods

    phrase = " ".join(query)
    if rich_in is None and not phrase:
        raise click.UsageError("give words to search for, or --rich-in NUTRIENT")
    click.echo(rich_foods(rich_in, phrase, limit) if rich_in is not None else found_foods(phrase, limit), nl=False)


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
def targets(
    age: str | None,
    sex: str | None,
    pregnant: bool,
    lactating: bool,
    profile: str | None,
    references: str | None,
    form: str,
) -> None:
    """The reference values used for a person, each with its source."""
    from nutrigap.report.listings import target_table

    who = _person("-", age, sex, pregnant, lactating, profile, references)
    click.echo(target_table(who, form), nl=False)


@cli.command()
def sources() -> None:
    """Every table shipped: edition, rows, licence, sha256."""
    from nutrigap.report.listings import shipped_tables

    click.echo(shipped_tables(), nl=False)


# --- what the commands share


def _person(
    diary: str,
    age: str | None,
    sex: str | None,
    pregnant: bool,
    lactating: bool,
    profile: str | None,
    references: str | None,
) -> Person:
    from nutrigap.profile import find_profile, person_of

    if pregnant and lactating:
        raise click.UsageError(
            "--pregnant and --lactating exclude each other; the values for lactation hold after birth"
        )
    entries = find_profile(diary, profile)
    stage = "pregnant" if pregnant else "lactating" if lactating else None
    given = {"age": age, "sex": sex, "life_stage": stage, "references": references}
    return person_of({**entries, **{name: value for name, value in given.items() if value is not None}})


def _read(diary: str, start: str | None, end: str | None, date_format: str | None, layout: str) -> Diary:
    from nutrigap.diary import read_diary

    first, last = _day(start, "--from"), _day(end, "--to")
    read = read_diary(diary, date_format=date_format, layout=layout)
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


def _reports(read: Diary, who: Person, people: str | None, choices: str | None) -> Iterator[Report]:
    """One report a person."""
    from nutrigap.analysis import analyze
    from nutrigap.profile import read_people
    from nutrigap.resolve import read_choices

    saved = read_choices(choices) if choices else None
    known = read_people(Path(people)) if people else {}
    names = read.people()
    strangers = [name for name in names if name not in known]
    if known and names == [""]:
        raise click.UsageError(f"--people {people}: {read.path} has no person column to look up")
    if known and strangers:
        raise click.UsageError(f'{people}: no row for "{strangers[0]}", who is in {read.path}; add it')
    for name in names:
        yield analyze(read.for_person(name), known.get(name, who), choices=saved)


def _render(reports: Sequence[Report], form: str, colored: bool, *, plain: bool) -> str:
    if form == "json":
        from nutrigap.report import json

        return "".join(json.render(one, indent=1 if len(reports) == 1 else None) for one in reports)
    if form == "csv":
        from nutrigap.report import csv

        return csv.summary(reports)
    if form == "md":
        return "\n".join(one.to_markdown() for one in reports)
    ascii_only = plain and not _speaks_utf8()
    return ("\n" + "=" * 80 + "\n\n").join(one.to_text(color=colored, ascii_only=ascii_only) for one in reports)


def _write_folders(reports: Sequence[Report], folder: Path) -> None:
    for one in reports:
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in one.name) or "person"
        for path in one.to_csv(folder if len(reports) == 1 else folder / safe):
            click.echo(str(path), err=True)


def _form_of(output: str | None) -> str:
    if output is None or _is_folder(output):
        return "text"
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        raise click.UsageError(
            f'-o {output}: the ending "{ending}" names no form; use one of {", ".join(ENDINGS)}, a folder/, or --format'
        )
    return ENDINGS[ending]


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _deliver(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    from nutrigap.report.files import write_text

    write_text(Path(output), text)


def _tell_problems(read: Diary, verbose: bool) -> None:
    if verbose:
        for problem in read.problems:
            click.echo(problem.text(read.path), err=True)
    elif read.problems:
        click.echo(f"{read.path}: {_count(len(read.problems), 'problem')}; see nutrigap check {read.path}", err=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "") == "utf8"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; no exception leaves this function."""
    try:
        cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="nutrigap",
            standalone_mode=False,
        )
    except click.exceptions.Exit as done:
        return done.exit_code
    except SystemExit as done:
        return int(done.code or OK)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - the reader has gone; nothing is left to flush
        return OK
    except click.ClickException as error:
        error.show()
        return USAGE
    except DiaryError as error:
        click.echo(str(error), err=True)
        return UNREADABLE
    except NutrigapError as error:
        click.echo(f"nutrigap: {error}", err=True)
        return USAGE
    except Exception as error:
        if "NUTRIGAP_DEBUG" in os.environ:
            raise
        click.echo(
            f"nutrigap: internal error ({type(error).__name__}: {error}); please report it, with NUTRIGAP_DEBUG=1 for the details",
            err=True,
        )
        return INTERNAL
    return OK


def main() -> None:
    """Entry point of the ``nutrigap`` command."""
    gc.disable()  # one report is over before a collection could free anything; it would only slow the start
    code = run()
    gc.freeze()  # nor is anything gained by collecting at exit
    sys.exit(code)
