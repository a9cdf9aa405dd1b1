"""Run the notebooks of this folder from top to bottom and keep what they show, the same on every machine.

After ``.venv/bin/pip install -e ".[dev,notebooks]"`` run ``.venv/bin/python notebooks/run.py``, or with the names of
some notebooks behind it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def run(path: Path) -> None:
    """Execute one notebook in its folder and write it back; a cell that fails or warns ends it."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number:02}", nbformat.from_dict({})
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise SystemExit(f"{path.name}, cell {number}: {output['text']}")
    nbformat.validate(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    chosen = sys.argv[1:]
    for notebook_path in sorted(HERE.glob("*.ipynb")):
        if not chosen or notebook_path.stem in chosen or notebook_path.name in chosen:
            run(notebook_path)
            print(f"{notebook_path.name}: {notebook_path.stat().st_size / 1000:.0f} kB")
