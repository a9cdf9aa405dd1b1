"""The HTML report in a real browser: nothing asked for, nothing said, nothing wider than the page, two printed sheets.

Needs Chromium with its driver and selenium (``pip install .[browser]``; Debian: ``apt-get install chromium-driver``);
it is skipped without them, and with NUTRIGAP_BROWSER=1 their absence is a failure.
"""

from __future__ import annotations

import base64
import csv
import os
import re
import shutil
from pathlib import Path

import pytest

import nutrigap as ng
from nutrigap.profile import find_profile, person_of

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "data" / "examples"
STORIES = ("vegan_woman", "man_with_tablets", "pregnant_woman")
WIDTHS = (320, 390, 800, 1280)
MODES = ("light", "dark")
MUST = bool(os.environ.get("NUTRIGAP_BROWSER"))


@pytest.fixture(scope="module")
def browser():
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    try:
        from selenium import webdriver
    except ImportError:
        missing.append("selenium")
    if missing:
        (pytest.fail if MUST else pytest.skip)(f"no {', '.join(missing)}: nothing was tried in a browser")
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (
        "headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", "disable-dev-shm-usage", "no-first-run",
        "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(shutil.which("chromedriver"))))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name in STORIES:
        diary = EXAMPLES / name / "diary.csv"
        symptoms = diary.with_name("symptoms.csv")
        person = person_of(find_profile(str(diary), None))
        ng.analyze(diary, person, symptoms=symptoms if symptoms.exists() else None).to_html(folder / f"{name}.html")
    return folder


def opened(browser, path, width=1280, mode="light"):
    """Opens a page, and gives the addresses that were asked for besides its own."""
    browser.get_log("performance"), browser.get_log("browser")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = [{"name": "prefers-color-scheme", "value": mode}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen", "features": scheme})
    browser.get(path.as_uri())
    log = " ".join(entry["message"] for entry in browser.get_log("performance"))
    asked = re.findall(r'"method":"Network.requestWillBeSent".*?"url":"([^"]+)"', log)
    return [address for address in asked if address != path.as_uri()]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", STORIES)
def test_page_at_every_width_and_in_both_modes(browser, pages, name, width, mode):
    assert opened(browser, pages / f"{name}.html", width, mode) == []
    assert browser.get_log("browser") == []
    wide = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1] == width
    out = browser.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && !e.closest('svg')"
        " && !e.closest('details') && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.outerHTML)"
    )
    assert out == []
    assert _contrasts(browser) >= 4.5


def _contrasts(browser):
    """The least contrast of a text with what is behind it, by the formula of WCAG 2."""
    return browser.execute_script(
        """
        const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const parse = text => text.match(/[\\d.]+/g).map(Number);
        const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
          if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
        let least = 21;
        for (const e of document.querySelectorAll('main *')) {
          if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
          if (e.tagName === 'SCRIPT' || !e.getClientRects().length) continue;
          const style = getComputedStyle(e);
          const ink = parse(e.closest('svg') ? style.fill : style.color);
          const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x);
          least = Math.min(least, (a + 0.05) / (b + 0.05));
        }
        return least;
        """
    )


@pytest.mark.parametrize("name", STORIES)
def test_every_figure_and_table_has_a_name(browser, pages, name):
    opened(browser, pages / f"{name}.html")
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    figures = [named for role, named in roles if role in ("image", "img")]
    assert len(figures) >= 12 and all(figures)
    assert all(named for role, named in roles if role == "table")
    assert sum(role == "heading" for role, _ in roles) > 10


@pytest.mark.parametrize("name", STORIES)
def test_printed_on_two_sheets(browser, pages, name):
    opened(browser, pages / f"{name}.html")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    told = {"preferCSSPageSize": True, "printBackground": True}
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", told)["data"])
    assert [int(count) for count in re.findall(rb"/Count (\d+)", pdf)] == [2]


def test_words_of_a_band_never_meet(browser, tmp_path):
    """A dose far above needs and a level that lie side by side: EFSA's vitamin B6."""
    path = tmp_path / "diary.csv"
    rows = [f"2026-04-0{day},{line}" for day in (1, 2, 3) for line in ("rice,200 g", "vitamin B6 150 mg,1 tablet")]
    path.write_text("\n".join(["date,food,amount", *rows]) + "\n", encoding="utf-8")
    for references in ("us", "efsa", "nordic"):
        ng.analyze(path, ng.Person(age=40, sex="female", references=references)).to_html(tmp_path / "r.html")
        opened(browser, tmp_path / "r.html")
        met = browser.execute_script(
            """
            const found = [];
            for (const svg of document.querySelectorAll('svg')) {
              const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
              for (const [a, x] of boxes) for (const [b, y] of boxes)
                if (a < b && x.left < y.right && y.left < x.right && x.top < y.bottom && y.top < x.bottom)
                  found.push([a, b]);
            }
            return found;
            """
        )
        assert met == []


HOSTILE = (
    "<script>document.title='x'</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(1)", "rice \u202egnp\u202c",
    "w" * 10_000, "</script><svg onload=alert(1)>", "</title></style><b>bold</b>",
)  # fmt: skip


def test_hostile_diary_is_text(browser, tmp_path):
    path = tmp_path / "diary.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["date", "food", "amount"])
        rows.writerows(["2026-04-01", text, "1 cup"] for text in (*HOSTILE, "rice"))
    ng.analyze(path, ng.Person(age=40, sex="female", symptoms=list(HOSTILE))).to_html(tmp_path / "r.html")
    assert opened(browser, tmp_path / "r.html", 390) == [] and browser.get_log("browser") == []
    assert browser.title == "What this food diary can and cannot say"
    assert browser.execute_script("return document.querySelectorAll('img, b, main script:not([type])').length") == 0
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert "<script>document.title" in browser.find_element("tag name", "body").get_attribute("textContent")
