"""Options that several commands of the command line share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from nutrigap.tables import FoodTable

Command = TypeVar("Command", bound=Callable[..., None])

choices_option = click.option("--choices", metavar="FILE", help="Saved corrections (my-foods.csv).")
measures_option = click.option(
    "--measures",
    type=click.Choice(["us", "imperial"]),
    help="Whose pints and fluid ounces [default: from the profile, else us].",
)
recipes_option = click.option("--recipes", metavar="FILE", help="Your own dishes (recipe,servings,food,amount).")
foods_option = click.option(
    "--foods",
    "tables",
    metavar="NAME|PATH",
    multiple=True,
    help="Food table: usda (the default), a CSV or Excel table, a download; give it twice to use both.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No messages about the input on stderr.")


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order in which they are listed."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


class AuthorityOption(click.Option):
    """An option whose choices are the authorities of the tables, which are read only when it is used."""

    def type_cast_value(self, ctx: click.Context, value: object) -> object:
        """The value, if it is one of them."""
        from nutrigap.person import authorities

        self.type = click.Choice(list(authorities()))
        return super().type_cast_value(ctx, value)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line of the help, with their names."""
        from nutrigap.person import authorities

        self.type = click.Choice(list(authorities()))
        return super().get_help_record(ctx)


def foods_table(tables: Sequence[str]) -> FoodTable:
    """The packaged food table, or those that --foods names."""
    if not tables:
        from nutrigap.tables import load_foods

        return load_foods()
    from nutrigap import foodtables

    return foodtables.load_foods(*tables)
