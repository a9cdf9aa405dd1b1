"""The command for many people's diaries: parse, call ``cohort``, show how far it is and what came of it."""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

import click

from nutrigap.cli_options import (
    AuthorityOption,
    choices_option,
    foods_option,
    foods_table,
    measures_option,
    quiet_option,
    recipes_option,
)

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

SHOWN_AFTER = 1.0  # seconds of work without a word


@click.command()
@click.argument("diaries", metavar="DIARIES")
@click.option("-o", "--output", metavar="FOLDER", required=True, help="Folder for the results.")
@click.option("--people", metavar="FILE", help="Table of people (person,age,sex,life_stage,weight, ...).")
@choices_option
@recipes_option
@measures_option
@foods_option
@click.option("--date-format", metavar="FORMAT", help="How dates are written, e.g. %d/%m/%Y; never guessed.")
@click.option("--nutrients", metavar="IDS", help="Which ones, e.g. magnesium,calcium [default: the six and energy].")
@click.option("--references", cls=AuthorityOption, help="Whose reference values [default: us].")
@click.option(
    "--level",
    type=click.FloatRange(0.5, 1.0, min_open=True, max_open=True),
    default=0.85,
    show_default=True,
    help="Confidence at which a verdict is given.",
)
@click.option("--no-readings", is_flag=True, help="Totals and means only; reading each person takes most of the time.")
@click.option("--chunk", type=click.IntRange(1), metavar="LINES", help="Lines held in memory at a time.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes; several need dask.")
@click.option("--scheduler", metavar="ADDRESS", help="A running dask cluster, e.g. tcp://host:8786.")
@click.option("--overwrite", is_flag=True, help="Replace the results of another run in FOLDER.")
@quiet_option
def cohort(
    diaries: str, output: str, people: str | None, choices: str | None, recipes: str | None, measures: str | None,
    tables: tuple[str, ...], date_format: str | None, nutrients: str | None, references: str | None, level: float,
    no_readings: bool, chunk: int | None, workers: int, scheduler: str | None, overwrite: bool, quiet: bool,
) -> None:  # fmt: skip
    """Totals of every person and day in DIARIES, with bounds; a run that was broken off goes on where it stood.

    DIARIES is a CSV or Parquet file or a folder of them, with the columns person,date,food,amount (as written) or
    person,date,food_id,grams.
    """
    from nutrigap.cohorts import CHUNK, USUAL_NUTRIENTS
    from nutrigap.cohorts import cohort as add_up
    from nutrigap.readings import Method

    gc.enable()  # a cohort takes longer than a report, for which it is off
    names = tuple(name.strip() for name in nutrients.split(",")) if nutrients else USUAL_NUTRIENTS
    with _Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        run = add_up(
            diaries, output, people=people, foods=foods_table(tables) if tables else None, choices=choices,
            recipes=recipes, measures=measures, date_format=date_format, names=names, references=references or "us",
            method=Method(level=level), readings=not no_readings, chunk=chunk or CHUNK, workers=workers,
            scheduler=scheduler, overwrite=overwrite, progress=progress,
        )  # fmt: skip
    if not quiet:
        click.echo(run, err=True)


class _Progress:
    """A bar on the terminal for work that takes longer than a moment."""

    def __init__(self, *, shown: bool) -> None:
        self.shown, self.start = shown, time.monotonic()
        self.done = 0
        self.bar: ProgressBar[int] | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()

    def __call__(self, more: int, whole: int) -> None:
        """Note lines that are done, of so many in all; 0 where nobody knows."""
        self.done += more
        if not self.shown or time.monotonic() - self.start < SHOWN_AFTER:
            return
        if self.bar is None:
            self.bar = click.progressbar(length=whole or None, label="lines", show_pos=True, file=sys.stderr)
            more = self.done
        self.bar.update(more)
