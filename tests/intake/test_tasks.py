"""Work for people: the dearest first, one owner each, and the loser is told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.errors import Exit, UsageError
from recovery.intake import tasks
from recovery.intake.tasks import Outcome, Taken, Work
from recovery.models import Decision
from recovery.money import Money
from tests.support.ledger import Ledger

NOW = Ledger.at(10)
PER_EURO = {"EUR": 1, "USD": 2}


def worth(money: Money) -> Money | None:
    rate = PER_EURO.get(money.currency)
    return Money(money.minor // rate, "EUR") if rate else None


def add(
    database: Engine, *, due: float = 1, task: dict[str, Any] | None = None, **order: Any
) -> int:
    with writing(database) as connection:
        ledger = Ledger(connection)
        number = ledger.order(**order)
        enrolment = ledger.enrolment(number)
        touch = ledger.touch(enrolment, channel="task")
        return ledger.task(enrolment, touch, number, due=due, **(task or {}))


def listed(database: Engine, **options: Any) -> list[Work]:
    with reading(database) as connection:
        return tasks.waiting(connection, NOW, worth, **options)


def claim(database: Engine, task_id: int, name: str) -> None:
    with writing(database) as connection:
        tasks.claim(connection, task_id, name, NOW)


def test_the_dearest_comes_first_and_the_oldest_of_equals(database: Engine) -> None:
    young = add(database, due=5, amount_minor=10_000)
    old = add(database, due=2, amount_minor=10_000)
    dollars = add(database, amount_minor=30_000, currency="USD")  # worth 150 EUR
    no_rate = add(database, amount_minor=99_999_999, currency="XOF")
    assert [work.id for work in listed(database)] == [dollars, old, young, no_rate]


def test_what_is_not_due_yet_is_shown_only_when_asked_for(database: Engine) -> None:
    due, later = add(database, due=10), add(database, due=10.001)
    closed = add(database, task={"state": "closed"})
    assert [work.id for work in listed(database)] == [due]
    assert {work.id for work in listed(database, everything=True)} == {due, later}
    assert closed not in {due, later}


def test_a_task_says_whom_to_call_about_what_and_why(database: Engine) -> None:
    add(
        database,
        external_id="W-7",
        status="failed",
        failure_reason="expired_card",
        items=[{"name": "Teapot", "quantity": 2, "minor": 5_000}],
    )
    (work,) = listed(database)
    told = work.payload()
    assert told["order"] == "W-7"
    assert told["phone"] == "+4930901820"
    assert told["items"] == ["2 × Teapot"]
    assert "expired" in told["why"]
    assert told["customer_time"] == "2026-11-01T20:00+01:00"
    assert (told["amount"], told["worth"]) == ("100.00", {"amount": "100.00", "currency": "EUR"})


def test_the_second_to_claim_is_told_who_was_first(database: Engine) -> None:
    task = add(database)
    claim(database, task, "Anna")
    with pytest.raises(Taken, match=rf"Anna has task {task} since 2026-11-01 19:00 UTC") as refused:
        claim(database, task, "Ben")
    assert (refused.value.by, refused.value.exit_code) == ("Anna", Exit.PARTIAL)
    claim(database, task, "Anna")  # whose it is already may say so again
    assert [work.claimed_by for work in listed(database)] == ["Anna"]


def test_of_many_at_once_exactly_one_gets_it(database: Engine) -> None:
    task = add(database)

    def outcome(name: str) -> bool:
        try:
            claim(database, task, name)
        except Taken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(outcome, [f"agent {number}" for number in range(8)]))
    assert won.count(True) == 1


def test_a_released_task_is_free_again_but_only_its_owner_releases_it(database: Engine) -> None:
    task = add(database)
    claim(database, task, "Anna")
    with writing(database) as connection, pytest.raises(Taken, match="Anna has task"):
        tasks.release(connection, task, "Ben", NOW)
    with writing(database) as connection:
        tasks.release(connection, task, "Anna", NOW)
    claim(database, task, "Ben")
    with reading(database) as connection:
        assert tasks.look(connection, task, NOW, worth).claimed_by == "Ben"


def test_closing_keeps_the_outcome_and_happens_once(database: Engine) -> None:
    task = add(database)
    claim(database, task, "Anna")
    with writing(database) as connection, pytest.raises(Taken, match="Anna has task"):
        tasks.close(connection, task, Outcome.REACHED, NOW, name="Ben")
    with writing(database) as connection:
        tasks.close(connection, task, Outcome.PROMISED, NOW, note="pays on Friday", name="Anna")
    with writing(database) as connection, pytest.raises(Taken, match="closed already"):
        tasks.close(connection, task, Outcome.OTHER, NOW)
    with reading(database) as connection:
        closed = tasks.look(connection, task, NOW, worth)
    assert (closed.state, closed.outcome, closed.note) == ("closed", "promised", "pays on Friday")
    assert listed(database) == []


def test_the_journal_knows_every_move(database: Engine) -> None:
    task = add(database)
    claim(database, task, "Anna")
    with writing(database) as connection:
        tasks.release(connection, task, "Anna", NOW)
        tasks.close(connection, task, Outcome.NO_ANSWER, NOW, note="three times")
    journal = table(Decision)
    columns = (journal.c.verdict, journal.c.reason, journal.c.detail)
    with reading(database) as connection:
        entries = connection.execute(select(*columns).order_by(journal.c.id)).all()
    assert [tuple(entry) for entry in entries] == [
        ("task_claimed", "Anna", None),
        ("task_released", "Anna", None),
        ("task_closed", "no_answer", "three times"),
    ]


def test_a_task_that_is_not_there_is_a_usage_error(database: Engine) -> None:
    for act in (
        lambda connection: tasks.claim(connection, 404, "Anna", NOW),
        lambda connection: tasks.release(connection, 404, "Anna", NOW),
        lambda connection: tasks.close(connection, 404, Outcome.OTHER, NOW),
        lambda connection: tasks.look(connection, 404, NOW, worth),
    ):
        with writing(database) as connection, pytest.raises(UsageError, match="no task 404"):
            act(connection)
