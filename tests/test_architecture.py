"""Modules import only from their left, and heavy libraries only where they are asked for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import nutrigap

ROOT = Path(nutrigap.__file__).parent
EXAMPLE = Path(__file__).parent.parent / "data" / "examples" / "week.csv"

# From left to right: the design's order, with words (spelling brought to one form) beside units, and with readings
# and wording (each nutrient's reading, and its sentences) between the tests and the rules.
ORDER = (
    "errors", "units", "words", "reprs", "answers", "person", "tables", "diary", "foodtables", "quantities",
    "splitting", "amounts", "phrases", "index", "spelling", "matching", "doses", "dose_amounts", "supplements",
    "sidetable", "choices", "recipes", "entries", "several", "resolve", "totals", "sparse", "intake",
    "references", "distributions", "assessment", "sensitivity", "energy", "population", "readings", "record",
    "exposures", "evidence", "symptoms", "ideas", "wording", "rules", "report", "analysis", "frames", "profile",
    "cohorts", "cli_options", "cli_cohort", "cli",
)  # fmt: skip
# Library -> modules that may import it; under TYPE_CHECKING it is free, for a type costs nothing.
ONLY_IN = {
    "pint": {"units"},
    "pandas": {"frames", "report.frames", "population.frames"},
    "click": {"cli", "cli_cohort", "cli_options"},
    "scipy": {"sparse"},
    "pyarrow": {"cohorts.columns", "cohorts.inputs", "cohorts.people", "cohorts.store"},
    "dask": set(),
    "distributed": {"cohorts.run"},
    "filelock": {"cohorts.folder"},
    "duckdb": set(),
    "polars": set(),
    "matplotlib": {"report.plot"},
    "PIL": {"report.plot"},
    "python_calamine": {"diary.sheet"},
    "jinja2": {"report.template"},
    "markupsafe": {"report.template", "report.page", "report.charts"},
    "xlsxwriter": {"report.xlsx"},
}
HEAVY = {"pandas", "pint", "scipy", "pyarrow", "distributed", "filelock", "matplotlib", "PIL", "jinja2", "markupsafe"}


class _Imports(ast.NodeVisitor):
    """Imported names of a module, each with whether it is only a type and whether it is at module level."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bool, bool]] = []
        self.types = 0
        self.depth = 0

    def visit_If(self, node: ast.If) -> None:
        typing = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        self.types += typing
        for child in node.body:
            self.visit(child)
        self.types -= typing
        for child in node.orelse:
            self.visit(child)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    def visit_Import(self, node: ast.Import) -> None:
        self.found += [(alias.name, self.types > 0, self.depth == 0) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "relative import"
        for alias in node.names:
            name = f"{node.module}.{alias.name}" if node.module == "nutrigap" else str(node.module)
            self.found.append((name, self.types > 0, self.depth == 0))


def _modules() -> dict[str, list[tuple[str, bool, bool]]]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        visitor = _Imports()
        visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
        found[name] = visitor.found
    return found


MODULES = _modules()


def test_every_module_has_its_place():
    assert {name.partition(".")[0] for name in MODULES} == {*ORDER, "__init__"}


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])
def test_imports_only_from_the_left(module):
    place = ORDER.index(module.partition(".")[0])
    for name, only_type, _ in MODULES[module]:
        if not name.startswith("nutrigap.") or only_type:
            continue
        part = name.split(".")[1]
        if part in ORDER:
            inside = part == module.partition(".")[0]
            assert inside or ORDER.index(part) < place, f"{module} imports {name}, which stands to its right"


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_library_is_imported_only_where_it_may_be(library):
    users = {
        module
        for module, imports in MODULES.items()
        for name, only_type, _ in imports
        if name.partition(".")[0] == library and not only_type
    }
    assert users <= ONLY_IN[library]


def test_a_number_gets_its_noun_at_one_place():
    assert [path.name for path in ROOT.rglob("*.py") if "} {noun}s" in path.read_text(encoding="utf-8")] == ["words.py"]


def test_package_parts_do_not_import_what_holds_them_together():
    """report.model is the object; its forms import it, and it imports them only when one is asked for."""
    at_top = [name for name, only_type, top in MODULES["report.model"] if top and not only_type]
    assert not [name for name in at_top if name.startswith("nutrigap.report")]


def _loaded(code: str) -> set[str]:
    """Top-level modules that are loaded after the code has run in a fresh interpreter."""
    script = f"{code}\nimport sys, json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_of_the_package_loads_next_to_nothing():
    loaded = _loaded("import nutrigap")
    assert not loaded & {*HEAVY, "numpy", "click"}


def test_text_report_loads_nothing_heavy():
    loaded = _loaded(f"from nutrigap import cli\nassert cli.run(['report', {str(EXAMPLE)!r}]) == 0")
    assert "numpy" in loaded and "click" in loaded  # the list is that of the run
    assert not loaded & {*HEAVY, "python_calamine", "importlib.metadata"}


def test_a_frame_loads_pandas_only_when_asked_for():
    start = f"import nutrigap as ng\nreport = ng.analyze({str(EXAMPLE)!r}, ng.Person(age=34, sex='female'))"
    assert "pandas" not in _loaded(start)
    assert "pandas" in _loaded(f"{start}\nreport.summary")


def test_a_figure_loads_matplotlib_only_when_asked_for():
    start = f"import nutrigap as ng\nreport = ng.analyze({str(EXAMPLE)!r}, ng.Person(age=34, sex='female'))"
    assert "matplotlib" not in _loaded(f"{start}\nreport._repr_html_()")
    assert "matplotlib" in _loaded(f"{start}\nreport.plot()")


def test_usual_intakes_need_numpy_only():
    assert not _loaded("import nutrigap\nnutrigap.population.usual_intake") & HEAVY


def test_public_names_are_there():
    for name in nutrigap.__all__:
        assert getattr(nutrigap, name).__name__.removeprefix("nutrigap.") == name
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        _ = nutrigap.nothing_of_ours
