"""The executor against a sender that answers as the test says: one result for each message."""

from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest

from recovery.db import writing
from recovery.dispatch.claim import LEASE, sweep
from recovery.dispatch.record import BACK_OFF
from recovery.errors import SendFailure
from recovery.message import Channel, EmailMessage
from recovery.models import Coupon, Decision, OfferBudget, Touch
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post, refusal

OFFER = a_campaign(
    sequences={"plain": ["{step: reminder, after: 0m, email: last-call, offer: gift}"]},
    offers="{gift: {kind: percent, percent: 10%, valid: 72h, budget: 100 EUR per month}}",
)
BOTH = a_campaign(
    sequences={
        "plain": [
            "{step: mail, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 0m, sms: unpaid-reminder}",
        ]
    }
)


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


def with_email(house: House, *answers: Any) -> Scripted:
    email = Scripted(Channel.EMAIL, *answers)
    house.engine.senders = post(email)
    return email


def test_a_receipt_is_written_down_with_the_message(house: House):
    house.has(a_campaign())
    house.an_unpaid_order()
    email = with_email(house)
    result = house.run()
    touch = only(house.rows(Touch))
    assert (touch["state"], touch["provider"], touch["attempts"]) == ("sent", "scripted", 1)
    assert touch["provider_id"] == f"id-{touch['id']}"
    assert (touch["tried_at"], touch["lease_until"]) == (house.now, None)
    assert house.journal() == [("send", None), ("sent", "scripted")]
    assert result.touches.sent == 1
    assert email.times == {touch["id"]: 1}


def test_sending_is_committed_before_the_provider_is_called(house: House):
    seen: list[str] = []

    def look(message: Any) -> None:
        seen.append(only(house.rows(Touch))["state"])

    house.has(a_campaign())
    house.an_unpaid_order()
    with_email(house, look)
    house.run()
    assert seen == ["sending"]


@pytest.mark.parametrize(
    ("kind", "state", "verdict"),
    [
        (SendFailure.TEMPORARY, "planned", "temporary"),
        (SendFailure.PERMANENT, "failed", "failed"),
        (SendFailure.ACCOUNT, "planned", "account"),
        (SendFailure.UNKNOWN, "unknown", "unknown"),
    ],
)
def test_each_kind_of_failure(house: House, kind: SendFailure, state: str, verdict: str):
    house.has(a_campaign())
    house.an_unpaid_order()
    email = with_email(house, refusal(kind, "x42"), None)
    result = house.run()
    touch = only(house.rows(Touch))
    assert (touch["state"], touch["reason"]) == (state, "x42")
    assert house.journal() == [("send", None), (verdict, "x42")]
    entry = house.rows(Decision)[-1]
    assert entry["detail"] == "the provider said x42"
    waited = kind is SendFailure.TEMPORARY
    assert touch["due_at"] == (house.now + BACK_OFF[0] if waited else touch["planned_at"])
    done = result.touches
    assert (done.sent, done.failed, done.unknown) == (
        0,
        int(kind is SendFailure.PERMANENT),
        int(kind is SendFailure.UNKNOWN),
    )
    house.advance(days=2)
    # What may have been accepted is never tried again, what certainly was not is.
    again = kind in (SendFailure.TEMPORARY, SendFailure.ACCOUNT)
    assert len(email.got) == 1 + again
    assert only(house.rows(Touch))["state"] == ("sent" if again else state)


def test_waits_grow_and_the_provider_may_ask_for_a_longer_one(house: House):
    house.has(a_campaign())
    house.an_unpaid_order()
    asks = refusal(SendFailure.TEMPORARY, retry_after=timedelta(hours=2))
    with_email(house, refusal(SendFailure.TEMPORARY), asks, refusal(SendFailure.TEMPORARY))
    waits = []
    for _ in range(7):
        house.run()
        due = only(house.rows(Touch))["due_at"]
        waits.append(due - house.now)
        house.clock.advance_to(due)
    first, _, *rest = BACK_OFF
    assert waits == [first, timedelta(hours=2), *rest, rest[-1], rest[-1]]


def test_a_coupon_that_never_arrived_gives_its_money_back(house: House):
    house.has(OFFER)
    house.an_unpaid_order(email_consent="marketing")
    with_email(house, refusal(SendFailure.PERMANENT))
    house.run()
    assert only(house.rows(Coupon))["state"] == "withdrawn"
    assert only(house.rows(OfferBudget))["reserved_minor"] == 0


@pytest.mark.parametrize("kind", [SendFailure.UNKNOWN, SendFailure.TEMPORARY])
def test_a_coupon_that_may_arrive_keeps_its_money_and_its_code(house: House, kind: SendFailure):
    house.has(OFFER)
    house.an_unpaid_order(email_consent="marketing")
    email = with_email(house, refusal(kind), None)
    house.run()
    reserved = only(house.rows(Coupon))
    assert (reserved["state"], only(house.rows(OfferBudget))["reserved_minor"]) == (
        "reserved",
        1000,
    )
    house.advance(hours=6)
    after = only(house.rows(Coupon))
    assert (after["code"], after["expires_at"]) == (reserved["code"], reserved["expires_at"])
    assert only(house.rows(OfferBudget))["reserved_minor"] == 1000
    assert all(reserved["code"] in message.text for message in email.got)


def test_a_refused_account_closes_its_channel_and_leaves_the_touches_due(house: House):
    house.has(BOTH)
    house.engine.settings = house.engine.settings.model_copy(update={"batch": 4, "concurrency": 1})
    for number in range(20):
        phone = f"+49 30 9018{number:02}0"
        house.an_unpaid_order(phone=phone, sms_consent="transactional")
    email = Scripted(Channel.EMAIL, refusal(SendFailure.ACCOUNT, "unauthorized"))
    sms = Scripted(Channel.SMS)
    house.engine.senders = post(email, sms)
    result = house.run()
    assert len(email.got) < 20  # it was not asked for every one of them
    assert len(sms.got) == 20
    assert any("unauthorized" in refused for refused in result.refused)
    mails = [touch for touch in house.rows(Touch) if touch["channel"] == "email"]
    assert {(touch["state"], touch["due_at"]) for touch in mails} == {("planned", house.now)}
    house.engine.senders = post(Scripted(Channel.EMAIL), sms)
    assert house.run().touches.sent == 20
    assert len(sms.got) == 20


def test_a_bug_in_a_sender_is_an_unknown_and_stops_nobody_else(house: House):
    house.has(a_campaign())
    for _ in range(5):
        house.an_unpaid_order()
    with_email(house, RuntimeError("a bug"), None)
    result = house.run()
    assert (result.touches.sent, result.touches.unknown) == (4, 1)
    assert sorted(touch["state"] for touch in house.rows(Touch)) == ["sent"] * 4 + ["unknown"]


def test_slow_calls_run_side_by_side(house: House):
    """Four calls wait for each other: one after the other they would wait for ever."""
    together = Barrier(4, timeout=120)

    def slow(message: Any) -> None:
        together.wait()

    house.has(a_campaign())
    house.engine.settings = house.engine.settings.model_copy(update={"concurrency": 4})
    for _ in range(8):
        house.an_unpaid_order()
    with_email(house, slow)
    assert house.run().touches.sent == 8


def test_a_slow_call_does_not_stop_the_others(house: House):
    """The first call ends only when the last message of the second batch has been sent."""
    last = Event()

    def first_or_last(message: EmailMessage) -> None:
        if message.trace.order == "A-1001":
            assert last.wait(20)
        if message.trace.order == "A-1006":
            last.set()

    house.has(a_campaign())
    house.engine.settings = house.engine.settings.model_copy(update={"batch": 3, "concurrency": 2})
    for _ in range(6):
        house.an_unpaid_order()
    with_email(house, first_or_last)
    assert house.run().touches.sent == 6


def test_nothing_is_sent_twice_when_run_again(house: House):
    house.has(BOTH)
    for number in range(10):
        house.an_unpaid_order(phone=f"+49 30 9018{number:02}0", sms_consent="transactional")
    email = with_email(house)
    house.run()
    house.run()
    house.advance(days=3)
    assert len(email.got) == 10
    assert set(email.times.values()) == {1}


def test_an_answer_that_comes_after_the_lease_still_counts(house: House):
    """Somebody swept meanwhile: the receipt is the provider's own evidence."""

    def swept_meanwhile(message: Any) -> None:
        with writing(house.engine.database) as connection:
            assert sweep(connection, house.now + LEASE).unknown == 1

    house.has(a_campaign())
    house.an_unpaid_order()
    with_email(house, swept_meanwhile)
    house.run()
    touch = only(house.rows(Touch))
    assert (touch["state"], touch["reason"]) == ("sent", None)
    assert house.journal() == [("send", None), ("unknown", "worker_gone"), ("sent", "scripted")]
