"""Fuses, breakers and ceilings: what a provider in trouble, a pause or a bad day must not burn."""

from collections import Counter
from datetime import timedelta
from threading import Event, get_ident
from typing import Any

import pytest
from dramatiq.middleware import Shutdown
from dramatiq.middleware.threading import raise_thread_exception
from sqlalchemy import select

from recovery import telemetry
from recovery.db import reading, table, writing
from recovery.dispatch import ceiling
from recovery.dispatch.brakes import REST
from recovery.dispatch.fuse import PATIENCE, SILENT, Fuse
from recovery.dispatch.record import BACK_OFF
from recovery.engine import Delivery, Engine
from recovery.errors import SendFailure
from recovery.intake import pauses
from recovery.intake.pauses import Scope
from recovery.message import Channel, Receipt
from recovery.models import Breaker
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post, refusal

BOTH = a_campaign(
    sequences={
        "plain": [
            "{step: text, after: 0m, sms: unpaid-reminder}",
            "{step: mail, after: 0m, email: unpaid-reminder}",
        ]
    }
)
REFUSED = refusal(SendFailure.ACCOUNT, "unauthorized")
SILENCE = refusal(SendFailure.UNKNOWN, "500")
LATER = refusal(SendFailure.TEMPORARY, "429")


@pytest.fixture
def house(small_house: House) -> House:
    """One sending thread, so that what is tried can be counted."""
    settle_for(small_house, concurrency=1)
    small_house.has(a_campaign())
    return small_house


def settle_for(house: House, **settings: Any) -> None:
    house.engine.settings = house.engine.settings.model_copy(update=settings)


def with_email(house: House, *answers: Any) -> Scripted:
    email = Scripted(Channel.EMAIL, *answers)
    house.engine.senders = post(email)
    return email


def states(house: House) -> Counter[str]:
    return Counter(touch["state"] for touch in house.touches())


def breakers(house: House) -> list[Any]:
    with reading(house.engine.database) as connection:
        return list(connection.execute(select(table(Breaker))))


def planned(house: House) -> None:
    """Enrolled, and nobody sends."""
    house.run(lambda engine, now: Delivery())


def test_each_run_tries_a_refused_account_with_one_message(house: House):
    house.orders(30)
    for _ in range(3):
        email = with_email(house, REFUSED)
        assert house.run().refused == ["email: the provider said unauthorized"]
        assert len(email.got) == 1
    assert {touch["attempts"] for touch in house.touches()} == {0}
    with_email(house, LATER)
    house.run()
    waits = {touch["due_at"] - house.now for touch in house.touches()}
    assert waits == {timedelta(0), BACK_OFF[0]}  # the account's refusals count for nobody
    email = with_email(house)
    house.clock.advance(timedelta(minutes=2))
    assert house.run().touches.sent == 30
    assert breakers(house) == []


def test_a_run_that_was_refused_tries_nobody_again(house: House):
    """Its later dispatches, in whichever process, leave the channel alone."""
    house.orders(9)
    email = with_email(house, REFUSED)

    def often(engine: Engine, now: Any) -> Delivery:
        return Delivery([engine.dispatch(now) for _ in range(4)])

    assert house.run(often).refused
    assert len(email.got) == 1


def test_what_workers_found_between_two_runs_is_told_by_the_next_one(house: House):
    house.orders(3)
    planned(house)
    with_email(house, REFUSED)
    house.clock.advance(timedelta(minutes=1))
    with telemetry.bound(run="of a worker"):
        house.engine.dispatch(house.now)
    house.clock.advance(timedelta(minutes=1))
    result = house.run(lambda engine, now: Delivery(hinted=3))
    assert result.refused == ["email: the provider said unauthorized"]
    again = house.run(lambda engine, now: Delivery(hinted=3))
    assert again.refused == []  # nobody has asked since


@pytest.mark.parametrize("together", [30, 3])
def test_a_provider_that_answers_nobody_burns_a_few(house: House, together: int):
    """Whether all are due at once, or three in each dispatch: failures in a row add up."""
    house.orders(30)
    planned(house)
    email = with_email(house, SILENCE)
    for _ in range(12):
        house.engine.dispatch(house.now, most=together)
    assert states(house) == {"unknown": PATIENCE[SILENT], "planned": 30 - PATIENCE[SILENT]}
    (breaker,) = breakers(house)
    assert (breaker.kind, breaker.open) == (SILENT, True)
    house.clock.advance(REST[SILENT])
    house.run()
    assert len(email.got) == PATIENCE[SILENT] + 1  # one shows that nothing has changed
    house.clock.advance(REST[SILENT])
    with_email(house)
    result = house.run()
    assert (result.touches.sent, result.refused) == (30 - PATIENCE[SILENT] - 1, [])
    assert breakers(house) == []
    assert result.unanswered["open"] == PATIENCE[SILENT] + 1
    assert result.unanswered["next_look"] is not None


def test_an_answer_about_one_message_shows_that_the_provider_works():
    fuse = Fuse(SILENT, PATIENCE[SILENT] - 1)
    fuse.learn(refusal(SendFailure.PERMANENT))
    fuse.learn(SILENCE)
    assert not fuse.blown
    tried = Fuse(trial=True)
    tried.learn(Receipt("x", "1"))
    tried.learn(SILENCE)
    assert not tried.blown
    tried = Fuse(trial=True)
    tried.learn(LATER)
    assert tried.blown


def test_what_may_have_gone_out_counts_against_the_cap(house: House):
    house.has(a_campaign(limits="{per_customer: 1 per week, min_gap: 0m}"))
    house.has(
        a_campaign(
            "declined",
            trigger="{on: payment_failed}",
            limits="{per_customer: 1 per week, min_gap: 0m}",
        )
    )
    who = {"customer_id": "C", "email": "c@example.com"}
    house.an_unpaid_order(**who)
    with_email(house, SILENCE)
    house.run()
    house.a_declined_order(**who)
    email = with_email(house)
    result = house.run()
    assert email.got == []
    assert result.touches.skipped == {"too_late_after_customer_cap": 1}


def test_a_ceiling_holds_over_all_dispatches_of_a_run(house: House):
    house.orders(40)
    settle_for(house, batch=2, max_per_run=7)
    email = with_email(house)

    def often(engine: Engine, now: Any) -> Delivery:
        return Delivery([engine.dispatch(now, batches=2) for _ in range(6)])

    assert house.run(dry_run=True).touches.sent == 7
    result = house.run(often)
    assert len(email.got) == result.touches.sent == 7
    assert any("RECOVERY_MAX_PER_RUN" in said for said in result.warnings)
    assert house.run(often).touches.sent == 7


def test_a_ceiling_is_taken_from_in_the_database(house: House):
    with writing(house.engine.database) as connection:
        ceiling.grant(connection, "r", 5, house.now)
        ceiling.take(connection, "r", 3)
        assert ceiling.left(connection, "r") == 2
        assert ceiling.left(connection, "another") is None
        ceiling.grant(connection, "next", 1, house.now + ceiling.KEPT + timedelta(seconds=1))
        assert ceiling.left(connection, "r") is None


def test_a_channel_that_hangs_holds_no_other(house: House):
    """The first SMS is answered only when the last e-mail has left."""
    house.has(BOTH)
    settle_for(house, concurrency=4, batch=10)
    house.orders(30, phone="+49 30 901820", sms_consent="transactional")
    mails_are_out = Event()
    email = Scripted(Channel.EMAIL, lambda _: mails_are_out.set() if len(email.got) == 30 else None)
    sms = Scripted(
        Channel.SMS, lambda _: None if mails_are_out.wait(60) else pytest.fail("starved")
    )
    house.engine.senders = post(email, sms)
    assert house.run().touches.sent == 60


@pytest.mark.parametrize("by_file", [True, False])
def test_a_pause_ends_no_message(house: House, by_file: bool):
    """Neither one whose last moment is less than an hour away."""
    house.has(a_campaign(limits="{max_late: 50m}"))
    house.orders(5)
    planned(house)
    email = with_email(house)
    if by_file:
        house.has(a_campaign(limits="{max_late: 50m}", status="paused"))
    else:
        with writing(house.engine.database) as connection:
            pauses.hold(connection, Scope.CAMPAIGN, "winback", house.now, "wrong prices")
    result = house.run()
    assert (states(house), email.got, result.touches.skipped) == ({"planned": 5}, [], {})
    assert any("wrong prices" in said for said in result.warnings) is not by_file
    house.clock.advance(timedelta(minutes=40))
    house.run()
    with writing(house.engine.database) as connection:
        pauses.release(connection, Scope.CAMPAIGN, "winback")
    house.has(a_campaign(limits="{max_late: 50m}"))
    assert house.run().touches.sent == 5  # at once


def test_a_worker_that_is_told_to_stop_loses_no_answer(house: House):
    """Told while it reads an answer: the exception comes right after the answer was handed over."""
    house.orders(12)
    planned(house)
    working = get_ident()

    def stopped(message: Any) -> None:
        if len(email.got) == 5:
            raise_thread_exception(working, Shutdown)

    email = with_email(house, stopped)
    with pytest.raises(Shutdown):
        house.engine.dispatch(house.now)
    sent = {touch["id"] for touch in house.touches() if touch["state"] == "sent"}
    assert sent == set(email.times)
    assert states(house) == {"sent": len(email.got), "planned": 12 - len(email.got)}
    with_email(house)
    assert house.run().touches.sent == 12 - len(sent)
