"""The page: whole, without script, its pictures the same numbers as its tables."""

import re
from html.parser import HTMLParser

import pytest

from recovery.forecast.outlook import Outlook
from recovery.forecast.page import page
from recovery.forecast.sections import sections
from recovery.forecast.words import Tongue
from recovery.foresight import foresee
from recovery.i18n import LANGUAGES
from tests.support.house import House
from tests.support.worlds import a_world


@pytest.fixture
def plan(small_house: House) -> Outlook:
    a_world(small_house, 3)
    return foresee(small_house.engine)


class Tags(HTMLParser):
    """Every tag that is opened, and those left open."""

    VOID = frozenset({"meta", "br", "rect", "line", "i/"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_stands_alone(plan: Outlook, lang: str) -> None:
    html = page(plan, Tongue(lang))
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert "script" not in tags.seen
    assert not re.search(r"(src|href)=|https?://|url\((?!#)", html)
    assert f'lang="{lang}"' in html
    assert "prefers-color-scheme: dark" in html


def test_bars_and_tables_say_the_same(plan: Outlook) -> None:
    t = Tongue("en")
    (days,) = (one for one in sections(plan, t) if one.key == "days")
    for day, row, bar in zip(plan.days, days.rows, days.bars, strict=True):
        assert [*row[2:]] == [t.number(size) for size in bar.values()]
        assert sum(bar.values()) == sum(sum(sent.values()) for sent in day.campaigns.values())
    html = page(plan, t)
    widths = [float(one) for one in re.findall(r'class="email" x="0.00%" width="([\d.]+)%', html)]
    assert max(widths) <= 100
    assert len(widths) == sum(1 for bar in days.bars if bar.get("email"))


def test_every_chapter_is_there_once(plan: Outlook) -> None:
    html, told = page(plan, Tongue("en")), sections(plan, Tongue("en"))
    assert {"entries", "stays", "flight", "days", "skipped", "costs"} <= {one.key for one in told}
    assert re.findall(r'<section id="(\w+)"', html) == [one.key for one in told]


def test_what_customers_write_is_no_html(small_house: House) -> None:
    small_house.has("campaign: a\nstatus: <b>bold</b>\n")
    small_house.an_unpaid_order()
    html = page(foresee(small_house.engine), Tongue("en"))
    assert "<b>bold</b>" not in html
    assert "&lt;b&gt;bold" in html
