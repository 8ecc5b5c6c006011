"""What we ask Twilio about lost messages, and what we make of its answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from recovery.connectors.base import Answer, Wanted
from recovery.connectors.twilio.lookup import TwilioLookup
from recovery.connectors.twilio.send import Twilio
from recovery.errors import ConnectorError, SendFailure
from recovery.facts import EventKind
from recovery.links import Links
from tests.support.messages import an_sms
from tests.support.providers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SERVICE_SID,
    Fault,
    Providers,
    Refuse,
)
from tests.support.taken import Fate

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LINKS = Links("a secret of the tests", "https://pay.example")
ANA, BEN, CEM = "+4915112345678", "+4915112345679", "+4915112345670"


@pytest.fixture(autouse=True)
def noon(providers: Providers) -> None:
    providers.at = NOW


@pytest.fixture
def lookup(providers: Providers) -> Iterator[TwilioLookup]:
    asking = TwilioLookup(ACCOUNT_SID, AUTH_TOKEN, base_url=providers.url, read_seconds=0.3)
    yield asking
    asking.close()


def sent(providers: Providers, *touches: int, to: str = ANA, links: Links = LINKS) -> None:
    public = "https://pay.example"
    sender = Twilio(
        ACCOUNT_SID, AUTH_TOKEN, public, messaging_service_sid=SERVICE_SID, base_url=providers.url
    )
    for touch in touches:
        url = links.pay(touch, 7, NOW - timedelta(days=1))  # old links still name their touch
        sender.send(an_sms(touch, to=to, body=f"Hola: {url} STOP"))
    sender.close()


def find(lookup: TwilioLookup, *touches: int, to: str = ANA, at: datetime = NOW) -> Answer:
    return lookup.find([Wanted(touch, to, at) for touch in touches], LINKS.touch_in)


def test_a_message_is_found_by_its_link(lookup: TwilioLookup, providers: Providers) -> None:
    sent(providers, 41, 42)
    answer = find(lookup, 42, 43)
    assert answer.searched == {42, 43}
    assert list(answer.found) == [42]
    found = answer.found[42]
    assert found.provider_id == providers.taken[1].provider_id
    assert (found.state, found.code) == (EventKind.ACCEPTED, None)


@pytest.mark.parametrize(
    ("fate", "state", "code"),
    [
        (Fate.DELIVERED, EventKind.DELIVERED, None),
        (Fate.FAILED, EventKind.FAILED, "30003"),
        (Fate.BOUNCED, EventKind.BOUNCED, "30006"),
        (Fate.DROPPED, EventKind.DROPPED, None),
        (Fate.DEFERRED, EventKind.ACCEPTED, None),
    ],
)
def test_the_list_says_what_became_of_it(
    lookup: TwilioLookup, providers: Providers, fate: Fate, state: EventKind, code: str | None
) -> None:
    sent(providers, 42)
    providers.settle(fate)
    found = find(lookup, 42).found[42]
    assert (found.state, found.code) == (state, code)


def test_a_forged_link_proves_nothing(lookup: TwilioLookup, providers: Providers) -> None:
    sent(providers, 42, links=Links("another secret", "https://pay.example"))
    assert find(lookup, 42) == Answer()  # and that message may be anything


def test_a_text_without_a_link_may_be_the_one(lookup: TwilioLookup, providers: Providers) -> None:
    """Templates need not have a link: such a touch was not proven to be absent."""
    sent(providers, 41)
    providers.keep("twilio", "SM" + "0" * 32, "42", ANA, {"Body": "Your order is waiting."})
    answer = find(lookup, 41, 42)
    assert list(answer.found) == [41]
    assert answer.searched == {41}


def test_an_unsubscribe_link_names_its_touch(lookup: TwilioLookup, providers: Providers) -> None:
    link = LINKS.unsubscribe(42, 7, "sms", NOW + timedelta(days=9))
    providers.keep("twilio", "SM" + "0" * 32, "42", ANA, {"Body": f"Stop: {link}"})
    assert list(find(lookup, 42).found) == [42]


def test_an_older_databases_touch_is_not_ours(lookup: TwilioLookup, providers: Providers) -> None:
    providers.at = NOW - timedelta(days=20)
    sent(providers, 42)
    assert (dict(find(lookup, 42).found), find(lookup, 42).searched) == ({}, {42})


def test_records_that_come_late_are_missed_first(
    lookup: TwilioLookup, providers: Providers
) -> None:
    providers.sight.lag = 2
    sent(providers, 42)
    assert [42 in find(lookup, 42).found for _ in range(3)] == [False, False, True]


def test_every_page_is_read(lookup: TwilioLookup, providers: Providers) -> None:
    sent(providers, *range(1, 251))
    before = providers.requests
    assert list(find(lookup, 3).found) == [3]  # the oldest but two: on the last page
    assert providers.requests - before == 3


def test_pages_of_long_ago_are_left_alone(lookup: TwilioLookup, providers: Providers) -> None:
    providers.at = NOW - timedelta(days=3)
    sent(providers, *range(1, 351))
    providers.at = NOW
    before = providers.requests
    assert find(lookup, 999).searched == {999}
    assert providers.requests - before == 1


def test_a_list_without_end_leaves_doubt(lookup: TwilioLookup, providers: Providers) -> None:
    sent(providers, *range(1, 502))
    assert find(lookup, 999).searched == frozenset()
    answer = find(lookup, 501)
    assert 501 in answer.found  # what was seen is proof all the same
    assert answer.searched == {501}


def test_texts_that_are_not_kept_leave_doubt(lookup: TwilioLookup, providers: Providers) -> None:
    providers.keeps_text = False
    sent(providers, 42)
    answer = find(lookup, 42)
    assert (dict(answer.found), answer.searched) == ({}, frozenset())


def test_answers_of_customers_are_none_of_ours(lookup: TwilioLookup, providers: Providers) -> None:
    url = LINKS.pay(42, 7, NOW)
    quoted = {"sid": "SM" + "9" * 32, "body": f"what is {url}?", "direction": "inbound"}
    providers.fail(Refuse(200, {"messages": [quoted], "next_page_uri": None}), of="look-sms")
    answer = find(lookup, 42)
    assert (dict(answer.found), answer.searched) == ({}, {42})


def three(providers: Providers) -> list[Wanted]:
    """Three touches of three people, all sent."""
    people = {1: ANA, 2: BEN, 3: CEM}
    for touch, to in people.items():
        sent(providers, touch, to=to)
    return [Wanted(touch, to, NOW) for touch, to in people.items()]


@pytest.mark.parametrize(
    "fault", [Fault.BUSY, Refuse(200, b"<html>"), Refuse(200, {"messages": None})]
)
def test_who_is_busy_is_left_in_peace(
    lookup: TwilioLookup, providers: Providers, fault: Fault | Refuse
) -> None:
    wanted = three(providers)
    providers.fail(Fault.NONE, fault, of="look")
    answer = lookup.find(wanted, LINKS.touch_in)
    assert (set(answer.found), answer.searched) == ({1}, {1})
    assert set(lookup.find(wanted, LINKS.touch_in).found) == {1, 2, 3}


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.HANG, Fault.BAD_GATEWAY]
)
def test_trouble_with_one_number_does_not_stop_the_others(
    lookup: TwilioLookup, providers: Providers, fault: Fault
) -> None:
    wanted = three(providers)
    providers.fail(Fault.NONE, fault, of="look")
    answer = lookup.find(wanted, LINKS.touch_in)
    assert (set(answer.found), answer.searched) == ({1, 3}, {1, 3})
    before = providers.requests
    providers.fail(*[fault] * 9, of="look")
    assert lookup.find([*wanted, *wanted], LINKS.touch_in) == Answer()
    assert providers.requests - before == 3


def test_a_number_that_twilio_does_not_take_concerns_only_itself(
    lookup: TwilioLookup, providers: Providers
) -> None:
    sent(providers, 2, to=BEN)
    wanted = [Wanted(1, "odd", NOW), Wanted(2, BEN, NOW)]
    answer = lookup.find(wanted, LINKS.touch_in)
    assert (set(answer.found), answer.searched) == ({2}, {2})


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_wrong_token_is_the_accounts_trouble(
    lookup: TwilioLookup, providers: Providers, status: int
) -> None:
    providers.fail(Refuse(status, {"code": 20003, "message": AUTH_TOKEN}), of="look")
    with pytest.raises(ConnectorError) as caught:
        find(lookup, 42)
    assert caught.value.failure is SendFailure.ACCOUNT
    assert AUTH_TOKEN not in str(caught.value)
