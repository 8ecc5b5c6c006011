"""Claiming: every due touch once, whoever asks; and what a dead worker leaves behind."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text, update

from recovery.db import reading, table, writing
from recovery.dispatch.claim import LEASE, Swept, claim, due_count, in_flight, pick, sweep
from recovery.message import Channel
from recovery.models import Touch
from tests.support.ledger import T0, Ledger

touches = table(Touch)
EVERY = list(Channel)


def planned(database: Engine, count: int, **values: Any) -> list[int]:
    """Touches that are due, one after the other; returns their ids in that order."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order())
        rows = [
            {
                "enrolment_id": enrolment,
                "step": f"s{number}",
                "channel": "email",
                "state": "planned",
                "planned_at": T0,
                "due_at": T0 - timedelta(seconds=count - number),
                "attempts": 0,
                **values,
            }
            for number in range(count)
        ]
        connection.execute(insert(touches), rows)
        found = select(touches.c.id).where(touches.c.enrolment_id == enrolment)
        return list(connection.execute(found.order_by(touches.c.id)).scalars())


def states(database: Engine) -> dict[int, tuple[str, Any, Any]]:
    with reading(database) as connection:
        found = select(touches.c.id, touches.c.state, touches.c.reason, touches.c.claim)
        return {row[0]: tuple(row[1:]) for row in connection.execute(found)}


def take(database: Engine, limit: int, token: str, channels: list[Channel] = EVERY) -> list[int]:
    """Pick and claim, as a worker does."""
    with writing(database) as connection:
        got = pick(connection, T0, limit, channels)
        claim(connection, got, token, T0)
    return got


def test_four_workers_claim_two_thousand_touches_each_once(database: Engine):
    ids = planned(database, 2_000)
    start = Barrier(4)

    def work(token: str) -> list[int]:
        mine: list[int] = []
        start.wait()
        while True:
            got = take(database, 50, token)
            if not got:
                return mine
            mine += got

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, "abcd"))
    assert Counter(touch for share in shares for touch in share) == Counter(ids)
    held = states(database)
    for token, share in zip("abcd", shares, strict=True):
        assert all(held[touch] == ("claimed", None, token) for touch in share)


def test_the_longest_due_come_first_and_no_more_than_asked(database: Engine):
    ids = planned(database, 10)
    with writing(database) as connection:
        connection.execute(
            update(touches).where(touches.c.id == ids[9]).values(due_at=T0 - timedelta(days=1))
        )
    assert take(database, 3, "a") == [ids[9], ids[0], ids[1]]


def test_only_what_is_due_and_planned_on_an_open_channel(database: Engine):
    (due,) = planned(database, 1, due_at=T0)
    planned(database, 1, due_at=T0 + timedelta(microseconds=1))
    (text,) = planned(database, 1, channel="sms", due_at=T0)
    for state in ("withheld", "claimed", "sending", "sent", "skipped", "cancelled", "unknown"):
        planned(database, 1, state=state)
    with writing(database) as connection:
        assert due_count(connection, T0) == 2
        assert in_flight(connection) == 2
    assert take(database, 99, "a", [Channel.EMAIL, Channel.TASK]) == [due]
    assert take(database, 99, "a") == [text]
    assert take(database, 99, "a") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_one_picks_another_passes_by(database: Engine):
    """Picked touches are still planned: the lock is what makes them ours."""
    ids = planned(database, 4)
    with writing(database) as ours, writing(database) as theirs:
        assert pick(ours, T0, 2, EVERY) == ids[:2]
        assert pick(theirs, T0, 99, EVERY) == ids[2:]


def test_a_claim_comes_back_after_its_lease_and_a_send_becomes_unknown(database: Engine):
    claimed, sending, done = (planned(database, 1)[0] for _ in range(3))
    take(database, 99, "a")
    with writing(database) as connection:
        for touch, state in ((sending, "sending"), (done, "sent")):
            connection.execute(update(touches).where(touches.c.id == touch).values(state=state))
        assert sweep(connection, T0 + LEASE - timedelta(microseconds=1)) == Swept(0, 0)
        assert sweep(connection, T0 + LEASE) == Swept(released=1, unknown=1)
        assert sweep(connection, T0 + LEASE) == Swept(0, 0)
    assert states(database) == {
        claimed: ("planned", None, None),
        sending: ("unknown", "worker_gone", "a"),
        done: ("sent", None, "a"),
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_that_was_stopped_in_a_transaction_stops_no_sweep(database: Engine):
    held, free = planned(database, 2, state="sending", lease_until=T0)
    with writing(database) as asleep:
        asleep.execute(update(touches).where(touches.c.id == held).values(reason="about to"))
        with writing(database) as connection:
            assert sweep(connection, T0) == Swept(0, unknown=1)
    assert states(database)[free][0] == "unknown"
    assert states(database)[held][0] == "sending"
    with writing(database) as connection:
        assert sweep(connection, T0) == Swept(0, unknown=1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_sleeps_in_a_transaction_that_writes_is_put_out_by_the_database(database: Engine):
    asked = text("SHOW idle_in_transaction_session_timeout")
    with writing(database) as connection:
        assert connection.execute(asked).scalar_one() == "1min"
    with reading(database) as connection:
        assert connection.execute(asked).scalar_one() == "0"
