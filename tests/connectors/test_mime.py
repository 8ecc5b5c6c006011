"""What we write by hand, read back by the standard library."""

from datetime import datetime
from email import policy
from email.message import EmailMessage as Parsed
from email.parser import BytesParser

import pytest

from recovery.connectors.mime import ascii_address, email_bytes
from tests.support.messages import AT, UNSUBSCRIBE, an_email


def read(data: bytes) -> Parsed:
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, Parsed)
    assert not message.defects
    return message


def body(parsed: Parsed, kind: str) -> str:
    part = parsed.get_body((kind,))
    assert part is not None and not part.defects
    return str(part.get_content()).replace("\r\n", "\n")


def test_headers_come_back_as_they_were_meant() -> None:
    parsed = read(email_bytes(an_email()))
    sender, to = parsed["From"].addresses[0], parsed["To"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Blumen & Töpfe", "shop@example.com")
    assert (to.display_name, to.addr_spec) == ("Ana Núñez", "ana@example.com")
    assert parsed["Reply-To"] == "help@example.com"
    assert parsed["Subject"] == "Deine Bestellung wartet – 19,99 €"
    assert parsed["Date"].datetime == AT
    assert parsed["Message-ID"] == "<touch.17.20261122090000@example.com>"
    assert {name: parsed[name] for name in UNSUBSCRIBE} == UNSUBSCRIBE


def test_a_mail_says_which_touch_it_is() -> None:
    parsed = read(email_bytes(an_email()))
    road = [parsed[f"X-Recovery-{name}"] for name in ("Touch", "Campaign", "Step", "Order")]
    assert road == ["17", "card-declined", "reminder", "SO-17"]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "no line end at all",
        "a long line " * 40,
        "Größe = 3 €\n.dot\n..\nFrom me\ntrailing space \nlast",
        "訂單等待付款，請在二十四小時內完成。\n" * 30,
        "👩‍👩‍👧 emoji",
        "windows\r\nand mac\rline ends",
    ],
)
def test_texts_survive_the_journey(text: str) -> None:
    parsed = read(email_bytes(an_email(text=text, html=f"<p>{text}</p>")))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    assert body(parsed, "plain") == lines
    assert body(parsed, "html").startswith("<p>")
    assert parsed.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "subject",
    [
        "Über 20 %",
        "お支払いが完了していません。ご注文をお待ちしています" * 4,
        "=?utf-8?q?trick?=",
        "x" * 500,
    ],
)
def test_subjects_survive_the_journey(subject: str) -> None:
    assert read(email_bytes(an_email(subject=subject)))["Subject"] == subject


@pytest.mark.parametrize("name", ['Ann "Doc" O\\Neil, Jr.; <x@y>', "山田 太郎", "O'Brien =?x?="])
def test_names_survive_the_journey(name: str) -> None:
    to = read(email_bytes(an_email(to_name=name)))["To"].addresses
    assert [(a.display_name, a.addr_spec) for a in to] == [(name, "ana@example.com")]


@pytest.mark.parametrize("evil", ["Ann\r\nBcc: all@example.com", "Ann\nBcc: all@example.com"])
def test_a_line_break_starts_no_header(evil: str) -> None:
    message = an_email(to_name=evil, sender_name=evil, subject=evil, headers={"X-Note": evil})
    parsed = read(email_bytes(message))
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == parsed["X-Note"] == "Ann Bcc: all@example.com"


def test_every_byte_is_ascii_and_no_line_is_too_long() -> None:
    data = email_bytes(an_email(text="ä" * 5000, subject="ü" * 300, to_name="ö" * 300))
    lines = data.split(b"\r\n")
    assert data.isascii() and b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 76


def test_domains_become_what_dns_knows() -> None:
    assert ascii_address("ana@bücher.example") == "ana@xn--bcher-kva.example"
    assert ascii_address("ana@example.com") == "ana@example.com"


def test_two_moments_give_two_message_ids() -> None:
    later = datetime(2027, 1, 1, tzinfo=AT.tzinfo)
    ids = {read(email_bytes(an_email(at=at)))["Message-ID"] for at in (AT, later)}
    assert len(ids) == 2


def test_an_address_beyond_ascii_stays_itself() -> None:
    assert "To: zoë@example.com\r\n".encode() in email_bytes(
        an_email(to="zoë@example.com", to_name=None)
    )
