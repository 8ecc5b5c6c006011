"""The page in a real browser, where there is one: nothing sticks out of a telephone."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from recovery.measure.page import write_page
from tests.support import reported

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# A window can't be as narrow as a telephone, but a frame in it can.
FRAME = """<!doctype html><iframe src="{page}" style="width:{width}px;height:800px"></iframe>
<p id="told"></p><script>onload = () => {{
  const shown = document.querySelector("iframe").contentDocument.documentElement;
  told.textContent = `${{shown.scrollWidth}} in ${{shown.clientWidth}}`;
}}</script>"""
LONG = "a-sequence-with-a-name-that-does-not-want-to-end-anywhere-at-all"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to look with")
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_telephone_scrolls_down_only(tmp_path: Path, lang: str) -> None:
    stage = reported.stage(LONG, 20, *reported.two(60, 660, 8, 160))
    cash = [reported.purse("BRL", organic=40_000, sold=123_456_700)]
    told = {"a": (330, 900), LONG: (300, 900), "c": (320, 900)}
    rows = reported.segment(told, (180, 900), cash=cash, stages=[stage], campaign=LONG * 2)
    page = write_page(reported.report(rows), tmp_path / "r.html", lang, reported.course(rows))
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(page=page.as_uri(), width=375), encoding="utf-8")
    words = "--headless --no-sandbox --disable-gpu --allow-file-access-from-files --dump-dom"
    seen = subprocess.run(
        [str(CHROMIUM), *words.split(), f"--user-data-dir={tmp_path / 'chromium'}", frame.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (found,) = re.findall(r'id="told">(\d+) in (\d+)', seen.stdout)
    wide, room = map(int, found)
    assert 300 < room <= 375
    assert wide <= room
