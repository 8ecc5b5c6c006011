"""What a campaign cannot mean: each mistake by itself, at its place, and no false alarm."""

import re
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from recovery.campaign.parsing import read_campaign
from recovery.markets import load_markets
from recovery.meaning import Voices, sensible
from recovery.problems import Problem, Severity
from recovery.template.catalog import Catalog
from tests.support.campaigns import EVERYONE, a_campaign

ROOT = Path(__file__).parents[2]
VOICES = Voices(Catalog(ROOT / "templates"))
REMINDER = "{step: reminder, after: 0m, email: payment-failed}"
FAILED = "{on: payment_failed}"


def whole(heads: list[str]) -> list[str]:
    return [f"{{{head}, sequence: plain}}" for head in heads]


def found(text: str) -> tuple[Problem, ...]:
    reading = read_campaign(text, "winback.yaml")
    assert reading.loaded is not None, reading.problems
    return sensible(reading, VOICES, load_markets()).problems


def codes(text: str) -> list[str]:
    return [one.code for one in found(text)]


def test_the_contracts_example_has_nothing_wrong() -> None:
    page = (ROOT / "docs/campaign-file.md").read_text("utf-8")
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.S))
    assert {one.severity for one in found(example)} <= {Severity.NOTE}


@pytest.mark.parametrize("file", sorted((ROOT / "campaigns").glob("[!d]*.yaml")), ids=str)
def test_shipped_campaigns_mean_what_they_say(file: Path) -> None:
    assert {one.severity for one in found(file.read_text("utf-8"))} <= {Severity.NOTE}


SEGMENTS = {
    "the general one first": (
        [
            "segment: all",
            "segment: big, amount: {from: 200 USD}",
        ],
        ["CR060"],
    ),
    "two that together leave nothing": (
        [
            "segment: us, market: US",
            "segment: gb, market: GB",
            "segment: both, market: [US, GB], customer: vip",
        ],
        ["CR060"],
    ),
    "a smaller range after a larger": (
        [
            "segment: all, amount: {from: 50 USD}",
            "segment: big, amount: {from: 200 USD, below: 300 USD}",
        ],
        ["CR060"],
    ),
    "the special one first": (
        ["segment: big, amount: {from: 200 USD}", "segment: everyone"],
        [],
    ),
    "another market": (
        [
            "segment: us, market: US",
            "segment: gb, market: GB",
        ],
        [],
    ),
    "another currency, which nobody can compare here": (
        [
            "segment: all, amount: {from: 1 EUR}",
            "segment: big, amount: {from: 200 USD}",
        ],
        [],
    ),
    "amounts that cross": (
        [
            "segment: nordic, market: [NO, SE, DE], amount: {from: 100 EUR, below: 400 EUR}",
            "segment: europe, market: [DE, FR], amount: {from: 50 EUR, below: 200 EUR}",
        ],
        ["CR061"],
    ),
    "amounts that meet": (
        [
            "segment: low, amount: {below: 100 EUR}",
            "segment: high, amount: {from: 100 EUR}",
        ],
        [],
    ),
    "amounts of other customers": (
        [
            "segment: vips, customer: vip, amount: {from: 100 EUR}",
            "segment: rest, amount: {from: 50 EUR, below: 200 EUR}",
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", SEGMENTS)
def test_segments(case: str) -> None:
    heads, wanted = SEGMENTS[case]
    text = a_campaign(segments=whole(heads))
    told = [one for one in found(text) if one.code != "CR070"]
    assert [one.code for one in told] == wanted
    lines = [number for number, line in enumerate(text.split("\n"), 1) if "segment: " in line]
    for one in told:
        assert one.line == lines[-1]
        assert {other.place.line for other in one.related} == set(lines[:-1])


def test_what_crosses_is_said() -> None:
    text = a_campaign(segments=whole(SEGMENTS["amounts that cross"][0]))
    told = next(one for one in found(text) if one.code == "CR061")
    assert "100.00 EUR - 200.00 EUR" in told.message


def test_reasons_where_nothing_failed() -> None:
    segments = ["{segment: it, failure: [expired_card], sequence: plain}"]
    assert codes(a_campaign(segments=segments)) == ["CR062"]
    assert codes(a_campaign(segments=segments, trigger=FAILED)) == []


def test_reasons_about_which_nobody_is_written_to() -> None:
    segments = ["{segment: it, failure: [expired_card, stolen_card], sequence: plain}"]
    (told,) = found(a_campaign(segments=segments, trigger=FAILED))
    assert (told.code, told.parameters["given"]) == ("CR063", "stolen_card")
    assert told.column == len("  - {segment: it, failure: [expired_card, ") + 1


STEPS = {
    "after the goal window": ("{step: late, after: 8d, sms: payment-failed}", ["CR064"]),
    "at its very end": ("{step: late, after: 7d, sms: payment-failed}", ["CR064"]),
    "just inside": ("{step: late, after: 6d23h, sms: payment-failed}", []),
    "clicked and not clicked": (
        "{step: x, after: 1d, sms: payment-failed, if: {clicked: reminder, not_clicked: reminder}}",
        ["CR065"],
    ),
    "no such market": (
        "{step: x, after: 1d, sms: payment-failed, if: {market: [JP]}}",
        ["CR065"],
    ),
    "no such amounts": (
        "{step: x, after: 1d, sms: payment-failed, if: {amount: {from: 500 USD}}}",
        ["CR065"],
    ),
    "no such customers": (
        "{step: x, after: 1d, sms: payment-failed, if: {customer: vip}}",
        ["CR065"],
    ),
    "what can be": (
        "{step: x, after: 1d, sms: payment-failed, if: {market: [US], amount: {from: 80 USD}}}",
        [],
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_steps_that_can_never_be_sent(case: str) -> None:
    step, wanted = STEPS[case]
    segment = (
        "{segment: some, market: [US, GB], customer: [new, guest], "
        "amount: {from: 50 USD, below: 400 USD}, sequence: plain}"
    )
    text = a_campaign(segments=[segment], sequences={"plain": [REMINDER, step]}, trigger=FAILED)
    assert codes(text) == wanted


def test_what_nobody_uses_is_noted() -> None:
    text = a_campaign(
        sequences={"plain": [REMINDER], "other": [REMINDER]},
        offers="{ten: {kind: percent, percent: 10%, valid: 3d}}",
    )
    told = found(text)
    assert [(one.code, one.severity, one.parameters["given"]) for one in told] == [
        ("CR066", Severity.NOTE, "ten"),
        ("CR066", Severity.NOTE, "other"),
    ]


def test_an_offer_that_outlives_the_goal() -> None:
    step = "{step: last, after: 1d, email: last-call, offer: ten}"
    for valid, wanted in (("8d", ["CR067"]), ("7d", [])):
        offers = f"{{ten: {{kind: percent, percent: 10%, valid: {valid}}}}}"
        assert codes(a_campaign(sequences={"plain": [step]}, offers=offers)) == wanted


def test_guests_who_would_hear_nothing() -> None:
    text = "{step: text, after: 0m, sms: payment-failed}"
    guests = "{segment: guests, customer: [guest, new], sequence: plain}"
    assert codes(a_campaign(segments=[guests], sequences={"plain": [text]})) == ["CR068"]
    assert codes(a_campaign(segments=[guests], sequences={"plain": [REMINDER, text]})) == []
    # Nobody is left out of an open segment, guests neither.
    assert codes(a_campaign(sequences={"plain": [text]})) == ["CR068"]
    vips = REMINDER.replace("}", ", if: {customer: vip}}")
    assert codes(a_campaign(sequences={"plain": [vips, text]})) == ["CR068"]
    # A person's call is an answer, and guests may have gone another way before.
    call = "{step: call, after: 0m, task: call-customer}"
    assert codes(a_campaign(sequences={"plain": [call]})) == []
    others = ["{segment: guests, customer: guest, sequence: mail}", EVERYONE]
    assert codes(a_campaign(segments=others, sequences={"mail": [REMINDER], "plain": [text]})) == []


def test_an_offer_in_a_service_message_stops_the_campaign() -> None:
    offers = "{ten: {kind: percent, percent: 10%, valid: 3d}}"
    step = "{step: last, after: 1d, email: payment-failed, offer: ten}"
    text = a_campaign(sequences={"plain": [step]}, offers=offers)
    (told,) = found(text)
    assert (told.code, told.severity) == ("CR069", Severity.ERROR)
    assert "ten" in text.split("\n")[told.line - 1][told.column - 1 :]
    reading = sensible(read_campaign(text, "x.yaml"), VOICES, load_markets())
    assert reading.loaded is None


def test_languages_that_lack_are_noted_once_a_template(tmp_path: Path) -> None:
    """Polish is written nowhere, Japanese elsewhere: customers of both read the fallback."""
    templates = tmp_path / "templates"
    copytree(ROOT / "templates", templates)
    rmtree(templates / "payment-failed/ja")
    segment = "{segment: some, market: [PL, DE, JP], sequence: plain}"
    steps = [REMINDER, "{step: again, after: 1d, sms: payment-failed, if: {market: [DE, JP]}}"]
    text = a_campaign(segments=[segment], sequences={"plain": steps}, trigger=FAILED)
    assert lacking(text, templates) == [("CR070", "JP, PL")]
    everybody = a_campaign(sequences={"plain": [REMINDER]}, trigger=FAILED)
    assert lacking(everybody, templates) == [], "nobody named a market"


def lacking(text: str, templates: Path) -> list[tuple[str, object]]:
    reading = sensible(read_campaign(text, "x.yaml"), Voices(Catalog(templates)), load_markets())
    return [(one.code, one.parameters["markets"]) for one in reading.problems]


def test_a_second_notice_where_one_is_a_service() -> None:
    again = "{step: again, after: 1d, email: unpaid-reminder}"
    text = a_campaign(
        segments=["{segment: some, market: [DE, US], sequence: plain}"],
        sequences={"plain": [REMINDER, again]},
    )
    (told,) = found(text)
    assert (told.code, told.severity, told.parameters["markets"]) == (
        "CR071",
        Severity.WARNING,
        "DE",
    )
    other = again.replace("email: unpaid-reminder", "sms: payment-failed")
    assert codes(text.replace(again, other)) == [], "each channel has its own count"
    assert codes(
        text.replace("trigger: {on: unpaid}", "trigger: {on: cart}").replace(again, other)
    ) == ["CR071"], "but a basket has one in all"


def test_what_earlier_segments_take_is_left_out() -> None:
    segments = [
        "{segment: once, market: [DE, FR, IT, ES, NL, PL, SE], sequence: one}",
        "{segment: all, sequence: plain}",
    ]
    steps = {"one": [REMINDER], "plain": [REMINDER, "{step: b, after: 1d, email: unpaid-reminder}"]}
    told = [
        one for one in found(a_campaign(segments=segments, sequences=steps)) if one.code == "CR071"
    ]
    assert told == []


def test_a_thousand_segments_are_judged() -> None:
    segments = [
        f"{{segment: s{n}, market: [US, GB], customer: [new], "
        f"amount: {{from: {n}.00 USD, below: {n + 1}.00 USD}}, sequence: plain}}"
        for n in range(1, 1001)
    ]
    assert codes(a_campaign(segments=segments)) == []
    assert codes(a_campaign(segments=[*segments, segments[500].replace("s501", "again")])) == [
        "CR060"
    ]
