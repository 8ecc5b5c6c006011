"""A file with mistakes: the meaning of what could be read is judged, and only of that."""

from pathlib import Path

import pytest

from recovery.campaign.parsing import read_campaign
from recovery.lawful import lawful
from recovery.markets import load_markets
from recovery.meaning import Voices, sensible
from recovery.problems import Problem
from recovery.template.catalog import Catalog

ROOT = Path(__file__).parents[2]
SAMPLE = (ROOT / "tests/campaign/sample.yaml").read_text(encoding="utf-8")
CATALOG = Catalog(ROOT / "templates")
Edit = tuple[str, str]
LATE = ("after: 20h, sms", "after: 9d, sms")
NEVER = (
    "    market: [US, GB, DE, NO]",
    "    market: [US]\n    customer: [vip]\n    amount: {from: 300 USD}",
)
SERVICE = ("email: last-call", "email: payment-failed")


def problems(*edits: Edit) -> list[Problem]:
    text = SAMPLE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    markets = load_markets()
    reading = lawful(read_campaign(text, "x.yaml"), CATALOG, markets)
    return list(sensible(reading, Voices(CATALOG), markets).problems)


BEFORE = {(one.code, one.message) for one in problems()}


def told(*edits: Edit) -> set[tuple[str, int]]:
    """Codes and lines of what the edits brought about."""
    found = [one for one in problems(*edits) if (one.code, one.message) not in BEFORE]
    return {(one.code, one.line) for one in found}


def test_each_is_told_of_a_right_file() -> None:
    assert told(LATE, NEVER) == {("CR064", 25), ("CR060", 16)}
    assert told(SERVICE) == {("CR069", 26)}


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        (("status: active", "status: activ"), ("CR022", 4)),
        (("status: active", "status：active"), ("CR002", 4)),
        (("holdout: 10%", "holdout: 0.1"), ("CR033", 9)),
        (("[vip, returning]", "[vip, returning"), ("CR012", 14)),
        (("sequences:", "sequnces:"), ("CR020", 22)),
        (("segments:", "segmnts:"), ("CR020", 10)),
        (("{step: nudge, after", "{step: nudge, afetr"), ("CR020", 25)),
        (("valid: 72h, budget: 500", "valid: 72, budget: 500"), ("CR030", 33)),
        (("{step: call, after: 4h", "{step: call, after: 4"), ("CR030", 31)),
    ],
)
def test_a_mistake_elsewhere_hides_nothing(slip: Edit, expected: tuple[str, int]) -> None:
    edits = (NEVER, slip, LATE) if "nudge" not in slip[0] else (LATE, NEVER, slip)
    if slip[0] == "{step: nudge, after":
        edits = (NEVER, ("{step: nudge, after: 20h", "{step: nudge, afetr: 9d"))
    assert told(*edits) == {expected, ("CR064", 25), ("CR060", 16)}


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        (("from: 200 USD", "from: 200"), ("CR031", 13)),  # the segment that takes all
        (("paid_within: 7d", "paid_within: 72"), ("CR030", 8)),  # the goal that is too short
        (("sequence: personal", "sequence: persnal"), ("CR041", 15)),  # nothing uses `personal`
        (("offer: free-shipping, if", "offer: free-shiping, if"), ("CR042", 26)),
        (("market: [US, GB]", "market: [XQ]"), ("CR038", 12)),
    ],
)
def test_nothing_is_told_that_follows(slip: Edit, expected: tuple[str, int]) -> None:
    also = {("CR060", 16)} if slip[0].startswith("from") else set()
    spoilt = {"from: 200 USD": NEVER, "paid_within: 7d": LATE}
    edits = (slip, spoilt[slip[0]]) if slip[0] in spoilt else (slip,)
    assert told(*edits) == {expected} - also


def test_places_are_those_of_the_file_behind_a_gap() -> None:
    broken = ("    amount: {from: 200 USD} ", "    amount: {from: 200} ")
    stolen = ("[insufficient_funds, do", "[stolen_card, do")
    (one,) = [one for one in problems(broken, stolen) if one.code == "CR063"]
    assert (one.line, one.column, one.road) == (18, 15, "segments[1].failure")


def test_a_broken_file_stays_broken() -> None:
    reading = read_campaign(SAMPLE.replace("status: active", "status: activ"), "x.yaml")
    assert reading.part and reading.part.campaign.status == "active"
    assert sensible(reading, Voices(CATALOG), load_markets()).loaded is None


def test_of_nothing_but_mistakes_nothing_is_judged() -> None:
    assert read_campaign("hello", "x.yaml").part is None
    assert read_campaign("segments: [{segment: a b}]", "x.yaml").part is None
