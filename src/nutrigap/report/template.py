"""HTML out of the templates beside this module: everything is escaped but what was made as markup."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nutrigap.words import printable


def _shown(value: object) -> object:
    """A text without what no page shows: signs that turn the direction of reading, or that a terminal obeys."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def fill(name: str, /, **values: object) -> str:
    """A template with its values, ending in a newline."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        finalize=_shown, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return f"{pages.get_template(name).render(**values).rstrip()}\n"
