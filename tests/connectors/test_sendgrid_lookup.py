"""What we ask SendGrid about lost messages, and what we make of its answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from recovery.connectors.base import Answer, Wanted
from recovery.connectors.questions import MOST
from recovery.connectors.sendgrid.lookup import SendGridLookup
from recovery.connectors.sendgrid.send import SendGrid
from recovery.errors import ConnectorError, SendFailure
from recovery.facts import EventKind
from tests.support.messages import an_email
from tests.support.providers import API_KEY, Fault, Providers, Refuse
from tests.support.specs import question_faults
from tests.support.taken import Fate

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TO = "ana@example.com"


@pytest.fixture(autouse=True)
def noon(providers: Providers) -> None:
    providers.at = NOW


@pytest.fixture
def lookup(providers: Providers) -> Iterator[SendGridLookup]:
    asking = SendGridLookup(API_KEY, providers.url, read_seconds=0.3)
    yield asking
    asking.close()


def sent(providers: Providers, *touches: int, to: str = TO) -> None:
    sender = SendGrid(API_KEY, providers.url)
    for touch in touches:
        sender.send(an_email(touch, to=to))
    sender.close()


def find(lookup: SendGridLookup, *touches: int, to: str = TO, at: datetime = NOW) -> Answer:
    return lookup.find([Wanted(touch, to, at) for touch in touches], lambda _: None)


@pytest.fixture(params=["activity", "logs"])
def source(request: pytest.FixtureRequest, providers: Providers) -> str:
    """Each way to find a message is enough by itself."""
    providers.activity, providers.logs = request.param == "activity", request.param == "logs"
    return str(request.param)


def test_a_message_is_found_by_its_touch(
    source: str, lookup: SendGridLookup, providers: Providers
) -> None:
    sent(providers, 41, 42)
    answer = find(lookup, 42, 43)
    assert answer.searched == {42, 43}
    assert list(answer.found) == [42]
    found = answer.found[42]
    assert (found.provider_id, found.state, found.code) == ("fake-2", EventKind.ACCEPTED, None)


@pytest.mark.parametrize(
    ("fate", "state"),
    [
        (Fate.DELIVERED, EventKind.DELIVERED),
        (Fate.BOUNCED, EventKind.BOUNCED),
        (Fate.BLOCKED, EventKind.BLOCKED),
        (Fate.DROPPED, EventKind.DROPPED),
        (Fate.COMPLAINED, EventKind.DELIVERED),
    ],
)
def test_the_records_say_what_became_of_it(
    source: str, lookup: SendGridLookup, providers: Providers, fate: Fate, state: EventKind
) -> None:
    sent(providers, 42)
    providers.settle(fate)
    assert find(lookup, 42).found[42].state is state


def test_email_logs_say_why_it_bounced(lookup: SendGridLookup, providers: Providers) -> None:
    providers.activity = False
    sent(providers, 42)
    providers.settle(Fate.BOUNCED)
    assert find(lookup, 42).found[42].code == "5.1.1"


def test_a_mail_that_still_waits_was_accepted(
    source: str, lookup: SendGridLookup, providers: Providers
) -> None:
    sent(providers, 42)
    providers.settle(Fate.DEFERRED)
    assert find(lookup, 42).found[42].state in (EventKind.ACCEPTED, EventKind.DEFERRED)


def test_records_that_come_late_are_missed_first(
    lookup: SendGridLookup, providers: Providers
) -> None:
    providers.sight.lag = 4
    sent(providers, 42)
    answers = [find(lookup, 42) for _ in range(3)]
    assert [42 in answer.found for answer in answers] == [False, False, True]
    assert [42 in answer.searched for answer in answers] == [True, True, True]


def test_another_databases_touch_is_not_ours(
    source: str, lookup: SendGridLookup, providers: Providers
) -> None:
    """The same touch id, a month ago or of somebody else."""
    providers.at = NOW - timedelta(days=20)
    sent(providers, 42)
    providers.at = NOW
    sent(providers, 42, to="ben@example.com")
    answer = find(lookup, 42)
    assert (dict(answer.found), answer.searched) == ({}, {42})


def test_clocks_may_differ_a_little(
    source: str, lookup: SendGridLookup, providers: Providers
) -> None:
    providers.at = NOW - timedelta(minutes=9)
    sent(providers, 42)
    assert 42 in find(lookup, 42).found


@pytest.mark.parametrize("to", ["o'brien@example.com", "Ana@example.com", "ana@bücher.example"])
def test_addresses_of_every_kind_can_be_asked_about(
    source: str, lookup: SendGridLookup, providers: Providers, to: str
) -> None:
    sent(providers, 42, to=to)
    assert 42 in find(lookup, 42, to=to).found
    assert [one for one in providers.complaints if "syntax" in one] == []


def test_capitals_that_sendgrid_forgot_are_forgiven(
    source: str, lookup: SendGridLookup, providers: Providers
) -> None:
    sent(providers, 42, to="ana@example.com")
    assert 42 in find(lookup, 42, to="Ana@example.com").found


def test_one_question_covers_all_touches_of_an_address(
    lookup: SendGridLookup, providers: Providers
) -> None:
    providers.activity = False
    sent(providers, 1, 2, 3)
    before = providers.requests
    assert len(find(lookup, 1, 2, 3).found) == 3
    assert providers.requests - before == 1 + 1 + 3  # Email Activity refuses, the list, each mail
    providers.at = NOW + timedelta(hours=1)
    sent(providers, 4, 5)
    before = providers.requests
    assert len(find(lookup, 1, 2, 3).found) == 3
    assert providers.requests - before == 5  # later mails stay closed


def test_a_mail_that_cannot_be_opened_leaves_doubt(
    lookup: SendGridLookup, providers: Providers
) -> None:
    providers.activity = False
    sent(providers, 41, 42)
    listing = [Fault.NONE, Fault.NONE]  # Email Activity refuses, the list
    providers.fail(*listing, Refuse(404, {"errors": []}), of="look")
    answer = find(lookup, 43)
    assert (dict(answer.found), answer.searched) == ({}, frozenset())


def test_a_list_that_goes_on_leaves_doubt(lookup: SendGridLookup, providers: Providers) -> None:
    providers.activity = False
    sent(providers, *range(1, 101))
    assert find(lookup, 500).searched == frozenset()


def three(providers: Providers) -> list[Wanted]:
    """Three touches of three people, all sent."""
    people = {1: TO, 2: "ben@example.com", 3: "cem@example.com"}
    for touch, to in people.items():
        sent(providers, touch, to=to)
    return [Wanted(touch, to, NOW) for touch, to in people.items()]


@pytest.mark.parametrize(
    "fault",
    [Fault.BUSY, Refuse(200, b"<html>"), Refuse(200, [1]), Refuse(200, {"messages": "odd"})],
)
def test_who_is_busy_is_left_in_peace(
    source: str, lookup: SendGridLookup, providers: Providers, fault: Fault | Refuse
) -> None:
    wanted = three(providers)
    asked = 1 if source == "activity" else 3  # refused by Email Activity, the list, the mail
    providers.fail(*[Fault.NONE] * asked, fault, of="look")
    before = providers.requests
    answer = lookup.find(wanted, lambda _: None)
    assert (set(answer.found), answer.searched) == ({1}, {1})
    assert providers.requests - before == asked + 1
    assert set(lookup.find(wanted, lambda _: None).found) == {1, 2, 3}


TROUBLES = [Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.HANG, Fault.BAD_GATEWAY]


@pytest.mark.parametrize("fault", TROUBLES)
def test_one_question_in_trouble_does_not_stop_the_others(
    source: str, lookup: SendGridLookup, providers: Providers, fault: Fault
) -> None:
    wanted = three(providers)
    asked = 1 if source == "activity" else 3
    providers.fail(*[Fault.NONE] * asked, fault, of="look")
    answer = lookup.find(wanted, lambda _: None)
    assert (set(answer.found), answer.searched) == ({1, 3}, {1, 3})


@pytest.mark.parametrize("fault", TROUBLES)
def test_a_provider_in_trouble_is_left_in_peace(
    lookup: SendGridLookup, providers: Providers, fault: Fault
) -> None:
    wanted = three(providers)
    before = providers.requests
    providers.fail(*[fault] * 9, of="look")
    answer = lookup.find([*wanted, *wanted], lambda _: None)
    assert answer == Answer()
    assert providers.requests - before == 3


def test_nobody_is_asked_without_end(lookup: SendGridLookup, providers: Providers) -> None:
    providers.sight.lag = 10**6
    answer = find(lookup, *range(1, MOST + 50))
    assert len(answer.searched) == providers.requests == MOST


@pytest.mark.parametrize("status", [401, 402, 405, 302])
def test_a_wrong_key_is_the_accounts_trouble(
    lookup: SendGridLookup, providers: Providers, status: int
) -> None:
    providers.fail(Refuse(status, {"errors": [{"message": API_KEY}]}), of="look")
    with pytest.raises(ConnectorError) as caught:
        find(lookup, 42)
    assert caught.value.failure is SendFailure.ACCOUNT
    assert API_KEY not in str(caught.value)


def test_a_key_that_may_read_nothing_says_so(lookup: SendGridLookup, providers: Providers) -> None:
    providers.activity = providers.logs = False
    with pytest.raises(ConnectorError, match="403 to a look-up: may this key read") as caught:
        find(lookup, 42)
    assert caught.value.failure is SendFailure.ACCOUNT


def test_email_activity_alone_is_enough_when_it_shows_nothing(
    lookup: SendGridLookup, providers: Providers
) -> None:
    providers.logs = False
    assert find(lookup, 42).searched == {42}


def test_an_activity_that_shows_nothing_at_all_is_not_trusted(
    lookup: SendGridLookup, providers: Providers
) -> None:
    """As for regional subusers: 200 and an empty list, whatever was sent."""
    sent(providers, 42)
    providers.fail(Refuse(200, {"messages": []}), of="look")
    assert 42 in find(lookup, 42).found


def test_nothing_wanted_asks_nothing_of_email_activity(
    lookup: SendGridLookup, providers: Providers
) -> None:
    assert find(lookup) == Answer()
    assert providers.requests == 0


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("sendgrid_logs", {"query": "to_email = 'a@b.c'", "limit": 100}),
        ("sendgrid_logs", {"query": "x", "limit": 0}),
        ("sendgrid_activity", {"query": "unique_args['rc_touch']=1", "limit": 100}),
        ("sendgrid_activity", {"limit": 100}),
        ("twilio_list", {"To": "0151", "PageSize": 100}),
        ("twilio_list", {"To": "+4915112345678", "PageSize": 100, "DateSent>": "2026-11-22"}),
    ],
)
def test_the_specifications_would_notice(kind: str, asked: dict[str, object]) -> None:
    assert question_faults(kind, asked) != []
