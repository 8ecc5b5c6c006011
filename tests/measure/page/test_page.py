"""The page: complete by itself, true to the report, and the same in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from sqlalchemy import Engine

from recovery import measure
from recovery.campaign.experiments import Decision, Rule
from recovery.db import reading, writing
from recovery.errors import UsageError
from recovery.measure.costs import Costs
from recovery.measure.course import Course, course
from recovery.measure.judging import Verdict
from recovery.measure.page import page, write_page
from recovery.measure.report import Report, report
from recovery.measure.wording import LANGUAGES, Wording, signed
from tests.support import reported
from tests.support.ledger import Ledger

ROOM = Path(measure.__path__[0])
WORDS = (ROOM / "words.yaml", ROOM / "page" / "words.yaml")


@pytest.fixture
def measured(database: Engine) -> tuple[Report, Course]:
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
        at = Ledger.at(200)
        return report(connection, at, Costs()), course(connection, at, "UTC")


def text_of(html: str) -> str:
    class Text(HTMLParser):
        found = ""

        def handle_data(self, data: str) -> None:
            self.found += data + " "

    reader = Text()
    reader.feed(html)
    return " ".join(reader.found.split())


def test_the_page_says_what_the_report_says(measured: tuple[Report, Course]) -> None:
    text = text_of(page(measured[0], "en", measured[1]))
    assert "1 of 2 sequences shown to bring orders back" in text
    assert "Brings back 20.0 more of every 100" in text
    assert "+3.4 to +36.6" in text
    assert "80.0%" in text
    assert "About 42 " in text
    assert "+42 +7 … +77" in text
    assert "€16,700.00" in text  # 167 orders of 100 €, the 168th was in yen
    assert "¥10,000" in text
    assert "no hold-out" in text
    assert "210 e-mail" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched_and_nothing_runs(measured: tuple[Report, Course], lang: str) -> None:
    html = page(measured[0], lang, measured[1])
    assert f'<html lang="{lang}">' in html
    assert not re.search(r"<script|<link|<img|@import|https?://|javascript:", html)
    assert not re.search(r"url\((?!#)", html)


def test_names_are_escaped(measured: tuple[Report, Course]) -> None:
    html = page(*measured[:1])
    assert "<b>big</b>" not in html
    assert "&lt;b&gt;big&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("told", "headline"),
    [
        ({"a": (300, 900), "b": (190, 900)}, "1 of 2 sequences shown to bring orders back"),
        ({"a": (60, 900), "b": (190, 900)}, "1 of 2 sequences shown to lose orders"),
        (
            {"a": (60, 900), "b": (300, 900)},
            "1 of 2 sequences shown to bring orders back, 1 to lose them",
        ),
        ({"a": (190, 900)}, "No sequence is settled yet"),
    ],
)
def test_the_headline_counts_what_is_known(told: dict[str, tuple[int, int]], headline: str) -> None:
    html = page(reported.report(reported.segment(told, (180, 900))))
    assert f"<h1>{headline}</h1>" in html


def test_what_was_decided_is_not_called_unsettled() -> None:
    decision = Decision(rule=Rule.FIXED, customers=1_000)
    rows = reported.segment({"a": (190, 900)}, (180, 900), decision=decision)
    assert rows[0].verdict is Verdict.FINAL
    assert "<h1>No sequence shown to bring orders back</h1>" in page(reported.report(rows))


def test_an_empty_report_is_a_page_too() -> None:
    assert "Nothing has been measured yet" in text_of(page(Report(reported.NOW, ())))


def test_the_page_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    found = reported.report(reported.segment({"plain": (800, 1000)}, (600, 1000)))
    written = write_page(found, tmp_path / "new" / "report.html", "zh-CN")
    assert written.is_absolute()
    assert "20.0" in written.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", WORDS, ids=lambda file: file.parent.name)
def test_both_languages_say_the_same_things(file: Path) -> None:
    words = yaml.safe_load(file.read_text(encoding="utf-8"))
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


def test_every_picture_is_well_formed_and_has_a_name(measured: tuple[Report, Course]) -> None:
    pictures = re.findall(r"<svg.*?</svg>", page(measured[0], "en", measured[1]), re.S)
    assert len(pictures) > 20
    for picture in pictures:
        svg = ElementTree.fromstring(picture)  # noqa: S314
        assert svg.get("aria-label") or svg.get("aria-hidden") == "true" or "touches" in picture
