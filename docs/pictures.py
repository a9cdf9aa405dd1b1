"""Take the pictures of the pages anew: the top of an HTML report, and the figure of ``Report.plot``.

    python docs/pictures.py

Needs Chromium (Debian: ``apt-get install chromium``) and the extra ``plot``. Each picture keeps in itself the top of
the report that it shows, as text; the tests hold that against the report of today.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, PngImagePlugin

import nutrigap as ng
from nutrigap.profile import person_of, read_profile

DOCS = Path(__file__).resolve().parent
EXAMPLE = DOCS.parent / "data" / "examples" / "vegan_woman"
REPORT, FIGURE = DOCS / "_static" / "report.png", DOCS / "_static" / "figure.png"
WINDOW = (1000, 842)
"""Pixels of the page that are shown."""
SHARP, COLOURS = 130, 128
"""Pixels an inch of the figure, and the colours kept of both."""
SHOWN = "shown"
"""The name under which a picture keeps what it shows."""


def shown() -> str:
    """The top of the example's report: the answer in short, and the table."""
    return (EXAMPLE / "report.txt").read_text(encoding="utf-8").partition("\nREADING\n")[0]


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours, with what it shows as text."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt(SHOWN, shown())
    few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(path, "PNG", optimize=True, pnginfo=info)
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size / 1000:.0f} kB")


def photograph(page: Path, picture: Path) -> None:
    """The top of an HTML page as Chromium shows it."""
    browser = shutil.which("chromium")
    if browser is None:
        raise SystemExit("there is no chromium; on Debian: apt-get install chromium")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={page.parent / 'browser'}", f"--window-size={WINDOW[0]},{WINDOW[1]}"]
    subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True, timeout=120)


def main() -> None:
    """Take both."""
    person = person_of(read_profile(EXAMPLE / "nutrigap.toml"))
    report = ng.analyze(EXAMPLE / "diary.csv", person)
    with tempfile.TemporaryDirectory() as folder:
        page, taken = Path(folder) / "report.html", Path(folder) / "report.png"
        report.to_html(page)
        photograph(page, taken)
        keep(Image.open(taken), REPORT)
    drawn = io.BytesIO()
    report.plot().savefig(drawn, format="png", dpi=SHARP)
    keep(Image.open(drawn), FIGURE)


if __name__ == "__main__":
    main()
