"""What is doubtful about a message, one fault at a time; the shipped ones have none of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recovery.i18n import ENGLISH
from recovery.links import Links
from recovery.markets import load_markets
from recovery.message import EmailMessage, SmsMessage
from recovery.preview.checks import CLIPPED, LARGE, Finding, Markup, findings
from recovery.preview.orders import EMAIL
from recovery.problems import Place
from tests.support.previews import NOON, one, studio

STUDIO = studio()


def found(message: EmailMessage | SmsMessage, market: str = "DE", **at: Any) -> list[Finding]:
    rules = load_markets().rules(market)
    now = at.get("now", NOON)
    links = at.get("links", STUDIO.renderer.links)
    return list(findings(message, STUDIO.settings, links, rules, now))


def codes(message: EmailMessage | SmsMessage, market: str = "DE", **at: Any) -> list[str]:
    return [one.code for one in found(message, market, **at)]


def email(step: str = "gift", **changes: Any) -> EmailMessage:
    message = one(step, "DE").message
    assert isinstance(message, EmailMessage)
    return replace(message, **changes)


def text(body: str) -> SmsMessage:
    message = one("text", "DE").message
    assert isinstance(message, SmsMessage)
    return replace(message, body=body)


def linked(href: str) -> EmailMessage:
    whole = email()
    return replace(whole, html=whole.html.replace("</body>", f'<a href="{href}">x</a></body>'))


def test_a_shipped_message_has_nothing_doubtful() -> None:
    assert codes(email()) == codes(email("mail")) == []


def test_advertising_needs_both_headers() -> None:
    whole = email()
    assert codes(replace(whole, headers={})) == ["CR151"]
    only = {"List-Unsubscribe": whole.headers["List-Unsubscribe"]}
    assert codes(replace(whole, headers=only)) == ["CR151"]
    assert codes(email("mail", headers={})) == []


def test_the_unsubscribe_link_has_to_work() -> None:
    (forged,) = found(email(), links=Links("another secret", "http://localhost:8000"))
    assert (forged.code, forged.parameters) == ("CR152", {"why": "forged"})
    assert codes(email(), now=NOON + timedelta(days=400)) == ["CR152"]


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_letter_itself_shows_it_too(part: str) -> None:
    whole = email()
    link = whole.headers["List-Unsubscribe"].strip("<>")
    without = getattr(whole, part).replace(link, "https://shop.example/")
    assert codes(replace(whole, **{part: without})) == ["CR153"]


@pytest.mark.parametrize("href", ["", "#", "/basket", "javascript:alert(1)", "www.shop.example"])
def test_a_link_has_to_lead_somewhere(href: str) -> None:
    assert codes(linked(href)) == ["CR154"]


def test_a_link_stays_with_the_shop() -> None:
    assert codes(linked("https://evil.example/pay")) == ["CR155"]
    assert codes(linked("https://notshop.example/pay")) == ["CR155"]
    for good in ("https://shop.example/a", "https://www.shop.example/a", "mailto:a@shop.example"):
        assert codes(linked(good)) == []


@pytest.mark.parametrize("value", [EMAIL, "customer%40example.com", "SCHNEIDER"])
def test_no_person_in_a_link(value: str) -> None:
    assert codes(linked(f"https://shop.example/?who={value}")) == ["CR156"]


def test_a_letter_that_gmail_would_cut() -> None:
    whole = email()
    for size, told in ((LARGE - 1, []), (LARGE, ["CR157"]), (CLIPPED + 1, ["CR157"])):
        filled = whole.html + "x" * (size - len(whole.html.encode()))
        assert codes(replace(whole, html=filled)) == told


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("x" * 60, []),
        ("x" * 61, ["CR158"]),
        ("订" * 30, []),
        ("订" * 31, ["CR158"]),
        ("a " * 13, []),
        ("a " * 14, ["CR158"]),
    ],
)
def test_a_long_subject(subject: str, told: list[str]) -> None:
    assert codes(email("mail", subject=subject)) == told


def test_a_letter_without_text() -> None:
    assert codes(email("mail", text=" \n")) == ["CR159"]


def test_a_picture_without_words() -> None:
    whole = email("mail")
    for image, told in (('<img src="a.png">', ["CR160"]), ('<img src="a.png" alt="">', [])):
        assert codes(replace(whole, html=whole.html.replace("</body>", f"{image}</body>"))) == told


def test_a_link_where_no_sms_may_have_one() -> None:
    assert codes(text("Pay: https://shop.example/x"), "MY") == ["CR161"]
    assert codes(text("Please pay your order"), "MY") == []
    assert codes(text("Pay: https://shop.example/x"), "DE") == []


def test_a_single_letter_that_costs_more() -> None:
    (told,) = found(text("x" * 100 + "ł"))
    assert told.parameters == {"letters": "ł (U+0142)", "parts": 2, "least": 1}
    assert codes(text("x" * 60 + "ł")) == []  # one segment all the same


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("x" * 160, []),
        ("x" * 161, ["CR163"]),
        ("支付订单请打开链接" * 14, []),
        ("支付订单请打开链接" * 15, ["CR163"]),
    ],
)
def test_more_than_a_segment(body: str, told: list[str]) -> None:
    assert codes(text(body)) == told


def test_a_finding_is_a_problem_for_the_checker() -> None:
    told = Finding("CR163", {"parts": 2, "units": 161}).problem(
        "templates/m/de/sms.txt", Place(1, 1, 2)
    )
    assert (told.file, told.line, told.severity) == ("templates/m/de/sms.txt", 1, "warning")
    assert told.message_in(ENGLISH) == "the SMS costs 2 segments (161 units)"


def test_the_preheader_is_what_is_hidden_first() -> None:
    html = '<div style="display: none">Soon <b>over</b> &amp; out</div><div>Hello</div><p>x</p>'
    assert Markup.of(html).preheader == "Soon over & out"
    assert Markup.of("<div>Hello</div>").preheader == ""
