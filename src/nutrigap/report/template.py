"""HTML out of the templates beside this module: everything is escaped but what was made as markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nutrigap.words import printable


def _shown(value: object) -> object:
    """A text without what no page shows: signs that turn the direction of reading, or that a terminal obeys."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _pages() -> Environment:
    """The templates, each compiled once."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        finalize=_shown, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def fill(name: str, /, **values: object) -> str:
    """A template with its values, ending in a newline."""
    return f"{_pages().get_template(name).render(**values).rstrip()}\n"
