"""The auditor judges each message by the rules alone, whatever the engine thought."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.facts import Consent
from recovery.markets import load_markets
from recovery.message import Channel, MessageClass
from recovery.simulate.audit import Auditor
from recovery.simulate.people import Person
from recovery.simulate.post import Letter
from recovery.simulate.scenarios.incident import Incident
from recovery.simulate.troubles import Troubles

START = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday
NOON = START + timedelta(hours=17)  # in New York, and the middle of the day everywhere there
SERVICE, MARKETING = MessageClass.SERVICE, MessageClass.MARKETING
KIM = Person(
    country="US",
    id="C1",
    name="Kim",
    email="kim@example.com",
    phone="+12125550101",
    timezone="America/New_York",
    email_consent=Consent.TRANSACTIONAL,
    sms_consent=Consent.MARKETING,
    region="NY",
)


def auditor(*told: dict[str, str]) -> Auditor:
    incidents = [Incident.model_validate(one) for one in told]
    return Auditor(load_markets(), Troubles(incidents, START))


def letter(
    channel: Channel = Channel.EMAIL, kind: MessageClass = SERVICE, at: datetime = NOON
) -> Letter:
    return Letter(channel, 1, "unpaid", "reminder", "20001", at, "kim", kind, None, 1)


@pytest.mark.parametrize(
    ("channel", "kind", "consent", "breaches"),
    [
        (Channel.EMAIL, SERVICE, Consent.TRANSACTIONAL, 0),
        (Channel.EMAIL, SERVICE, Consent.NONE, 1),
        (Channel.EMAIL, MARKETING, Consent.TRANSACTIONAL, 1),
        (Channel.EMAIL, MARKETING, Consent.MARKETING, 0),
        (Channel.SMS, MARKETING, Consent.TRANSACTIONAL, 1),
        (Channel.SMS, MARKETING, Consent.MARKETING, 0),
    ],
)
def test_consent_is_asked_for_each_channel_and_kind(
    channel: Channel, kind: MessageClass, consent: Consent, breaches: int
) -> None:
    person = replace(KIM, email_consent=consent, sms_consent=consent)
    found = auditor()
    assert found.look(letter(channel, kind), person) == breaches
    assert found.breaches == ({"consent": 1} if breaches else {})


def test_who_has_left_a_channel_hears_no_more_on_it() -> None:
    found = auditor()
    found.opted_out(KIM, Channel.SMS)
    assert found.look(letter(Channel.SMS, MARKETING), KIM) == 1
    assert found.look(letter(Channel.EMAIL), KIM) == 0
    assert found.examples == {"opted_out": "20001"}


@pytest.mark.parametrize(
    ("region", "zone"), [("TX", "America/Chicago"), ("NY", "America/New_York")]
)
def test_the_hours_of_a_region_are_its_own(region: str, zone: str) -> None:
    person = replace(KIM, region=region, timezone=zone)
    window = load_markets().rules("US").window(Channel.SMS, MARKETING, region)
    assert window is not None
    span = window.week[0]
    assert span is not None
    found = auditor()
    midnight = datetime(2026, 10, 5, tzinfo=ZoneInfo(zone))
    opens, closes = (midnight + timedelta(minutes=minute) for minute in span)
    for at, breaches in ((opens, 0), (opens - timedelta(minutes=1), 1), (closes, 1)):
        told = letter(Channel.SMS, MARKETING, at.astimezone(UTC))
        assert found.look(told, person) == breaches


def test_a_changed_rule_counts_from_its_first_instant_for_all_messages() -> None:
    rule = {"incident": "rule_changed", "at": "1d", "market": "US", "hours": "14:00-15:00"}
    found = auditor(rule)
    assert found.look(letter(at=NOON), KIM) == 0
    assert found.look(letter(at=NOON + timedelta(days=1)), KIM) == 1
    assert found.look(letter(at=NOON + timedelta(days=1, hours=1, minutes=30)), KIM) == 0
    assert found.look(letter(at=NOON + timedelta(days=1)), replace(KIM, country="GB")) == 0
    assert found.breaches == {"hours": 1}
