"""The page: complete by itself, true to the report, and the same in both languages."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.errors import UsageError
from recovery.measure.costs import Costs
from recovery.measure.page import Axis, page, write_page
from recovery.measure.report import Report, report
from recovery.measure.wording import LANGUAGES, Wording, signed
from tests.support.ledger import Ledger

WORDS = Path(__file__).parents[2] / "recovery" / "measure" / "words.yaml"


@pytest.fixture
def measured(database: Engine) -> Report:
    """A lift with money in two currencies, and a segment without a hold-out."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        for size, paid, holdout in ((210, 168, False), (240, 144, True)):
            for number in range(size):
                currency = "JPY" if number == 0 else "EUR"
                paid_at = 5 if number < paid else None  # nobody shares a telephone
                order = ledger.order(paid=paid_at, currency=currency, phone=None)
                enrolment = ledger.enrolment(order, segment="<b>big</b>", holdout=holdout)
                if not holdout:
                    ledger.touch(enrolment)
        ledger.enrolment(ledger.order(), segment="young", campaign="unpaid")
    with reading(database) as connection:
        return report(connection, Ledger.at(200), Costs())


def text_of(html: str) -> str:
    class Text(HTMLParser):
        found = ""

        def handle_data(self, data: str) -> None:
            self.found += data

    reader = Text()
    reader.feed(html)
    return " ".join(reader.found.split())


def test_the_page_says_what_the_report_says(measured: Report) -> None:
    text = text_of(page(measured))
    assert "1 of 2 sequences shown to bring orders back" in text
    assert "brings back 20.0 more of every 100 (95 %: +3.4 to +36.6)" in text
    assert "80.0%" in text
    assert "About 42 of them would not have been paid without this sequence" in text
    assert "€16,700.00" in text  # 167 orders of 100 €, the 168th was in yen
    assert "¥10,000" in text
    assert "lift unknown: no hold-out" in text
    assert "210 e-mail" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched_and_nothing_runs(measured: Report, lang: str) -> None:
    html = page(measured, lang)
    assert f'<html lang="{lang}">' in html
    assert not re.search(r"<script|<link|<img|@import|https?://|javascript:", html)
    assert not re.search(r"url\((?!#)", html)


def test_names_are_escaped(measured: Report) -> None:
    html = page(measured)
    assert "<b>big</b>" not in html
    assert "&lt;b&gt;big&lt;/b&gt;" in html


def test_every_picture_stands_where_its_number_says(measured: Report) -> None:
    pictures = re.findall(r"<svg.*?</svg>", page(measured), re.S)
    rates = next(p for p in pictures if 'aria-label="plain: 80.0%' in p)
    svg = ElementTree.fromstring(rates)  # noqa: S314
    axis = Axis.over([0.54, 0.66, 0.74, 0.85])  # both intervals: 0 to 100 % in steps of 25
    (dot,) = svg.iter("circle")
    assert (dot.get("cx"), axis.at(0.8)) == ("80.00%", "80.00%")
    (control,) = (line for line in svg.iter("line") if line.get("class") == "control-line")
    assert control.get("x1") == "60.00%"
    for picture in pictures:
        ElementTree.fromstring(picture)  # noqa: S314


def test_an_axis_is_round_and_holds_everything() -> None:
    axis = Axis.over([-0.034, 0.13])
    assert [round(tick, 3) for tick in axis.ticks] == [-0.05, 0.0, 0.05, 0.1, 0.15]
    assert (axis.at(-0.05), axis.at(0.15)) == ("0.00%", "100.00%")
    assert Axis.over([]).at(0.0) == "0.00%"


def test_an_empty_report_is_a_page_too() -> None:
    text = text_of(page(Report(datetime(2026, 11, 22, 9, tzinfo=UTC), ())))
    assert "Nothing has been measured yet" in text


def test_the_page_is_written_where_it_was_asked_for(measured: Report, tmp_path: Path) -> None:
    written = write_page(measured, tmp_path / "new" / "report.html", "zh-CN")
    assert written.is_absolute()
    assert "每 100 单多挽回 20.0 单" in written.read_text(encoding="utf-8")


def test_both_languages_say_the_same_things() -> None:
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    assert set(words) == set(LANGUAGES)
    places = {
        lang: {key: set(re.findall(r"{(\w+)}", text)) for key, text in phrases.items()}
        for lang, phrases in words.items()
    }
    assert places["en"] == places["zh-CN"]


def test_a_language_we_do_not_speak_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="languages: en, zh-CN"):
        Wording.of("tlh")


def test_points_have_a_sign_and_zero_has_none() -> None:
    assert [signed(x) for x in (0.063, -0.003, 0.0, -0.0001)] == ["+6.3", "−0.3", "0.0", "0.0"]
