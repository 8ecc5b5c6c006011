"""A few messages at a time: what happens to those that are decided and wait for their turn."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from recovery.clock import SystemClock
from recovery.db import reading, table, writing
from recovery.dispatch.brakes import REST
from recovery.dispatch.fuse import BUSY, PATIENCE
from recovery.dispatch.shift import Shift
from recovery.engine import Delivery, Engine
from recovery.errors import SendFailure
from recovery.intake import pauses, people
from recovery.intake.pauses import Scope
from recovery.intake.suppress import suppress
from recovery.message import Channel
from recovery.models import Breaker, Coupon, OfferBudget
from tests.support.campaigns import a_campaign
from tests.support.command import command
from tests.support.house import House
from tests.support.senders import Meanwhile, Scripted, post, refusal
from tests.support.shop import BEYOND_LEASE

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
LAST = "A-1006"


def settle_for(house: House, **settings: Any) -> None:
    house.engine.settings = house.engine.settings.model_copy(update=settings)


def breakers(house: House) -> list[Any]:
    with reading(house.engine.database) as connection:
        return list(connection.execute(select(table(Breaker))))


def pays(house: House) -> None:
    house.pays(LAST)


def is_suppressed(house: House) -> None:
    with writing(house.engine.database) as connection:
        suppress(connection, "email", f"{LAST}@example.com", "stop", "operator", house.now)


def is_erased(house: House) -> None:
    with writing(house.engine.database) as connection:
        person = people.find(connection, f"{LAST.lower()}@example.com")
        people.erase(connection, person, house.now)


def meanwhile(house: House, event: Callable[[House], None]) -> Scripted:
    """Six orders, one sending thread: when its first call is made, two messages are `sending`,
    four wait, and `event` happens."""
    email = Scripted(Channel.EMAIL)
    settle_for(house, concurrency=1)
    house.has(a_campaign())
    house.orders(6)
    first = Meanwhile(email, lambda _: event(house))
    house.engine.senders = {Channel.EMAIL: first, Channel.SMS: Scripted(Channel.SMS)}
    return email


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (pays, "cancelled paid"),
        (is_suppressed, "skipped suppressed"),
        (is_erased, "cancelled erased"),
    ],
)
def test_what_ends_a_journey_stops_a_message_that_waits(
    house: House, event: Callable[[House], None], state: str
):
    email = meanwhile(house, event)
    assert house.run().touches.sent == 5
    assert LAST not in {message.trace.order for message in email.got}
    assert house.states(LAST) == {"reminder": state}
    assert {touch["state"] for touch in house.touches()} == {"sent", state.split()[0]}


@pytest.mark.parametrize(
    ("scope", "name", "left"),
    [
        (Scope.ALL, "", ("planned", None)),
        (Scope.CHANNEL, "email", ("planned", None)),
        (Scope.CAMPAIGN, "winback", ("planned", None)),
    ],
)
def test_a_brake_stops_all_that_waits(
    house: House, scope: Scope, name: str, left: tuple[str, str | None]
):
    def is_paused(house: House) -> None:
        with writing(house.engine.database) as connection:
            pauses.hold(connection, scope, name, house.now)

    email = meanwhile(house, is_paused)
    house.run()
    assert len(email.got) == 2  # they were on their way
    touches = house.touches()
    assert Counter((t["state"], t["reason"]) for t in touches) == {("sent", None): 2, left: 4}
    assert [t["attempts"] for t in touches] == [1, 1, 0, 0, 0, 0]
    with writing(house.engine.database) as connection:
        pauses.release(connection, scope, name)
    house.run()  # at the same moment: what waited is due
    assert set(email.times.values()) == {1}
    assert len(email.got) == 6


def test_a_killed_run_leaves_a_few_of_unknown_fate_and_every_coupon_as_it_was(house: House):
    house.has(OFFER)
    house.orders(10, email_consent="marketing", amount="10.00")
    at = house.now.isoformat()
    dies = {"RECOVERY_CRASH_AT": "C2", "RECOVERY_CONCURRENCY": "2"}
    assert command(house, "run", "--at", at, **dies)[0] == -signal.SIGKILL
    assert Counter(t["state"] for t in house.touches()) == {"sending": 4, "claimed": 6}
    promised = {coupon["touch_id"]: coupon["code"] for coupon in house.rows(Coupon)}
    (budget,) = house.rows(OfferBudget)
    house.clock.advance(BEYOND_LEASE)
    email = Scripted(Channel.EMAIL)
    house.engine.senders = post(email)
    result = house.run()
    assert (result.released, result.touches.sent, result.touches.unknown) == (6, 6, 4)
    assert Counter(t["state"] for t in house.touches()) == {"unknown": 4, "sent": 6}
    assert {c["touch_id"]: c["code"] for c in house.rows(Coupon)} == promised
    assert house.rows(OfferBudget) == [budget]
    assert all(promised[message.trace.touch_id] in message.text for message in email.got)


def test_a_hint_that_waited_gets_a_lease_of_the_present(house: House):
    """Under the wall clock a dispatch of an hour ago leases from now on."""
    clock, leases = SystemClock(), []
    house.clock.advance_to(clock.now() - timedelta(hours=2))
    house.has(a_campaign())
    house.orders(3)
    house.run(lambda engine, now: Delivery())
    working = Engine(house.engine.settings, clock)
    working.senders = post(
        Scripted(Channel.EMAIL, lambda _: leases.extend(t["lease_until"] for t in house.touches()))
    )
    working.dispatch(clock.now() - timedelta(hours=1))
    working.close()
    assert len(leases) == 9
    assert all(lease is None or lease > clock.now() for lease in leases)
    assert any(leases)


def test_a_storm_of_refusals_rests_its_channel_and_no_other(house: House):
    """Twenty in a row are no chance. Whoever was not called for has lost no attempt."""
    settle_for(house, concurrency=1)
    house.has(BOTH)
    house.orders(60, phone="+49 30 901820", sms_consent="transactional")
    email, sms = Scripted(Channel.EMAIL, refusal(SendFailure.TEMPORARY)), Scripted(Channel.SMS)
    house.engine.senders = post(email, sms)
    result = house.run()
    assert len(sms.got) == result.touches.sent == 60
    assert len(email.got) == PATIENCE[BUSY]
    (breaker,) = breakers(house)
    told = (breaker.kind, breaker.channel, breaker.until)
    assert told == ("busy", "email", house.now + REST[BUSY])
    assert any(refused.startswith("email") for refused in result.refused)
    mails = [touch for touch in house.touches() if touch["channel"] == "email"]
    assert Counter(touch["attempts"] for touch in mails) == {
        1: len(email.got),
        0: 60 - len(email.got),
    }
    assert {touch["state"] for touch in mails} == {"planned"}
    house.engine.senders = post(recovered := Scripted(Channel.EMAIL))
    house.run()
    assert recovered.got == []  # it rests
    house.clock.advance(timedelta(minutes=2))
    house.run()
    assert len(recovered.got) == 60
    assert breakers(house) == []


def test_a_refused_account_is_told_until_it_works_again(house: House):
    settle_for(house, concurrency=1)
    house.has(a_campaign())
    house.orders(12)
    email = Scripted(Channel.EMAIL, refusal(SendFailure.ACCOUNT, "unauthorized"))
    house.engine.senders = post(email)
    assert any("unauthorized" in refused for refused in house.run().refused)
    assert len(email.got) == 1  # nor was what was in hand behind it
    assert {(t["state"], t["due_at"]) for t in house.touches()} == {("planned", house.now)}
    (breaker,) = breakers(house)
    assert (breaker.kind, breaker.sender) == ("account", "email:scripted")
    assert "unauthorized" in command(house, "doctor")[1]
    house.engine.senders = post(Scripted(Channel.EMAIL))
    assert house.run().touches.sent == 12  # at the same moment: whoever mended the key waits not
    assert breakers(house) == []


def test_a_run_claims_no_more_than_its_ceiling(house: House):
    from workers.courier import in_process

    settle_for(house, batch=2, max_per_run=5)
    house.has(a_campaign())
    house.orders(12)
    house.engine.senders = post(email := Scripted(Channel.EMAIL))
    for courier, sent in ((None, 5), (in_process, 10), (in_process, 12)):
        rehearsed = house.run(dry_run=True).touches.sent
        done = house.run(courier).touches.sent
        assert rehearsed == done
        assert len(email.got) == sent


def test_a_stop_in_the_middle_of_a_transaction_locks_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    """As a worker is stopped: by an exception that strikes between any two instructions."""

    def work(shift: Shift) -> None:
        left = shift.database.connect().execution_options(recovery_writes=True)
        left.begin()
        left.execute(select(table(Breaker)))
        raise KeyboardInterrupt

    monkeypatch.setattr(Shift, "work", work)
    house.has(a_campaign())
    house.orders(1)
    with pytest.raises(KeyboardInterrupt):
        house.run()
    assert breakers(house) == []  # and the file can be read and written by the next
