"""What no log may hold does not get into one, however it is dressed up; what helps stays."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.links import Links
from recovery.telemetry.redaction import Redactor

WHERE = "@shop.example"
KIM = "kim" + WHERE
PHONE = "+4915112345678"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LINK = Links("key", "https://pay.shop.example").pay(12, 34, NOW)
TOKEN = LINK.rpartition("/")[2]
redact = Redactor(["p@ss w/rd", "SG.top-secret"]).text


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (KIM, "kim"),
        (f"Kim <{KIM}>", "kim@"),
        (f"['{KIM}', 'bo{WHERE}']", "bo@"),
        ("kim%40shop.example", "kim"),
        ("kim&#64;shop.example", "kim"),
        ("kim＠shop.example", "kim"),
        (r"{\"email\": \"kim\u0040shop.example\"}", "kim"),
        ("o'hara+tag" + WHERE, "hara"),
        ('"kim b"' + WHERE, "kim"),
        ("用户@例子.广告", "用户"),
        ("kim@[192.0.2.1]", "kim"),
        ("bounce+kim=home.example" + WHERE, "kim"),
        ("a@b@shop.example", "b@"),
        ("kim@@shop.example", "kim"),
        (PHONE, "151"),
        ("+49 (151) 123-45678", "123"),
        ("0049 151 12345678", "151"),
        ("(212) 555-0199", "555"),
        ("01.23.45.67.89", "23.45"),
        ("whatsapp:+4915112345678", "151"),
        ("%2B4915112345678", "151"),
        ("phone4915112345678", "151"),
        ("４９１５１１２３４５６７８", "１５１"),
        (LINK, TOKEN),
        (TOKEN, TOKEN),
        (LINK.replace("/", "%2F"), TOKEN),
        (f"/unsubscribe/{TOKEN[:20]}", TOKEN[:20]),
        ("Authorization: Bearer abcdefghij", "abcdefghij"),
        ("SG.abcdefghijk.lmnopqrstuv", "abcdefghijk"),
        ("p@ss w/rd", "p@ss"),
        ("postgresql://u:p%40ss%20w%2Frd@db/x", "p%40ss"),
        (json.dumps({"password": "p@ss w/rd"}), "p@ss"),
    ],
)
def test_it_is_blotted_out(said: str, hidden: str) -> None:
    assert hidden in said
    assert hidden not in redact(said)
    assert hidden not in redact(f"before {said}, after")


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-22T09:00:00.123456+00:00",
        "at 2026-11-22 09:00:00 UTC",
        "10.1.22.133:5432 and 192.168.100.200",
        "SM0123456789abcdef0123456789abcdef",
        "550e8400-e29b-41d4-a716-446655440000",
        "lost redis://:***@cache:6379/0",
        "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "route=/pay/{token} status=404",
        "500 touches, 12345678 rows",
    ],
)
def test_what_an_operator_needs_stays(said: str) -> None:
    assert redact(said) == said


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_whatever_is_passed(
    log_format: str, level: int, capsys: pytest.CaptureFixture[str]
) -> None:
    class Order:
        def __str__(self) -> str:
            return f"order of {KIM}"

    class Broken:
        def __str__(self) -> str:
            raise ValueError(KIM)

    telemetry.configure("debug", ["SG.top-secret"], log_format)
    log = logging.getLogger("recovery.odd")
    log.log(level, "to %s", KIM)
    log.log(level, "to %s", {"email": [KIM, {"deep": (PHONE, Order())}]})
    log.log(level, "number %d", KIM)  # an argument that does not fit
    log.log(level, Order())
    log.log(level, "broken %s", Broken())
    log.log(level, "%s", KIM.encode())
    fields = {"to": KIM, "phone": int(PHONE), "order": Order(), KIM: 1, "odd": Broken()}
    fields |= {"deep": [[[[[[[[KIM]]]]]]]], "raw": KIM.encode(), "link": LINK}
    telemetry.event("odd", "told", level=level, **fields)
    with telemetry.bound(run=KIM):
        telemetry.event("odd", KIM, level=level)
    for name in ("", "somebody.else", "dramatiq.worker", "uvicorn.error"):
        logging.getLogger(name).error("lost %s by SG.top-secret", KIM)
    said = capsys.readouterr().err
    assert said.count("told") == 1
    for hidden in ("kim", "15112345678", TOKEN, "top-secret", "Traceback"):
        assert hidden not in said


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_is_kept_without_what_it_quotes(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("info", ["SG.top-secret"], log_format)
    try:
        try:
            raise KeyError(KIM)
        except KeyError as error:
            raise RuntimeError(f"no {PHONE} for SG.top-secret at {LINK}") from error
    except RuntimeError:
        logging.getLogger("recovery.web").exception("failed")
    said = capsys.readouterr().err
    assert "RuntimeError" in said and "KeyError" in said and "test_redaction.py" in said
    for hidden in (KIM, PHONE, "top-secret", TOKEN):
        assert hidden not in said


def test_a_bug_is_kept_without_addresses(tmp_path: Path) -> None:
    telemetry.keep_traceback(ValueError(f"{KIM} {PHONE}"), tmp_path / "log")
    kept = (tmp_path / "log").read_text("utf-8")
    assert "<e-mail> <phone>" in kept


@given(st.text(), st.text())
def test_an_address_between_anything(before: str, after: str) -> None:
    assert KIM not in redact(f"{before} {KIM} {after}")


@given(st.integers(1, 5).map(lambda touch: Links("key", "https://x").pay(touch, touch, NOW)))
def test_every_link_of_ours(link: str) -> None:
    assert link.rpartition("/")[2] not in redact(link)


@pytest.mark.parametrize("unit", ["a", "1", "1 ", "a@", "+1-", '"', "/pay/", "A-", "a1"])
def test_hostile_lengths_cost_no_more_than_their_length(unit: str) -> None:
    watch = Stopwatch()
    redact(unit * (100_000 // len(unit)))
    assert watch.seconds() < 5
