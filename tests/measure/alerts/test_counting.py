"""The alerts' SELECTs against a recount by hand: random histories, plain loops, equal numbers."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from recovery.db import reading, table, writing
from recovery.measure.alerts.journeys import recoveries
from recovery.measure.alerts.messages import refusing, unanswered, undelivered, withdrawn
from recovery.measure.alerts.payments import Payments, payments
from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Series
from recovery.models import Breaker, Consent
from tests.support.ledger import Ledger

HOUR = timedelta(hours=1)
NOW = 240.0
SETTLE = 2
DAILY = Periods(Ledger.at(NOW - SETTLE), 24 * HOUR, 1, 6)
Told = Counter[tuple[Any, ...]]


def numbers(found: list[Series]) -> Told:
    told: Told = Counter()
    for series in found:
        for period, cell in series.cells.items():
            told[series.kind, series.subject, series.context, period, "of"] += cell.total
            told[series.kind, series.subject, series.context, period] += cell.count
    return +told


def period_of(hours: float, end: float, count: int) -> int | None:
    """Which day before `end` an hour lies in; the end itself in none, a beginning in its own."""
    for number in range(count):
        if end - 24 * (number + 1) <= hours < end - 24 * number:
            return number
    return None


def test_an_instant_lies_in_one_period(database: Engine) -> None:
    end = NOW - SETTLE
    second = 1 / 3600
    with writing(database) as connection:
        ledger = Ledger(connection)
        for hours in (end, end - second, end - 24, end - 24 - second, end - 144, end - 145):
            ledger.order(placed=hours)
    with reading(database) as connection:
        (arrivals, *_) = payments(connection, DAILY, HOUR).arrivals.values()
    assert {place: cell.total for place, cell in arrivals.cells.items()} == {0: 2, 1: 1, 5: 1}


@pytest.mark.parametrize("seed", [1, 2])
def test_failed_and_attempted_payments(database: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    failures, arrivals = Counter(), Counter()
    with writing(database) as connection:
        ledger = Ledger(connection)
        for _ in range(300):
            placed = random.uniform(60, NOW)
            market, method = random.choice(("DE", "US")), random.choice(("card", None))
            provider = random.choice(("stripe", "adyen", None))
            reason = random.choice(("expired_card", "not_a_failure", "test_mode", None, None))
            status = random.choice(("pending", "failed", "cart"))
            after_fail = random.choice((None, 0, 1, SETTLE, SETTLE + 1))
            after_pay = random.choice((None, 0.5, SETTLE, SETTLE + 2))
            ledger.order(
                placed=placed,
                paid=None if after_pay is None else placed + after_pay,
                status=status,
                country=market,
                payment_method=method,
                failure_source=provider,
                failure_reason=reason,
                failed_at=None if after_fail is None else ledger.at(placed + after_fail),
            )
            day = period_of(placed, NOW - SETTLE, 6)
            if day is None or status == "cart" or reason == "test_mode":
                continue
            soon = after_fail is not None and after_fail <= SETTLE
            failed = soon or (after_fail is None and reason == "expired_card")
            attempted = failed or (after_pay is not None and after_pay <= SETTLE)
            for part in (("all", None), ("market", market), ("method", method)):
                if part != ("method", None):
                    arrivals[part, day] += 1
                    failures[part, day] += failed
                    failures[part, day, "of"] += attempted
            for one in ("stripe", "adyen"):
                failures[("provider", one), day] += failed and provider == one
                failures[("provider", one), day, "of"] += attempted
    with reading(database) as connection:
        found: Payments = payments(connection, DAILY, SETTLE * HOUR)
    counted: Told = Counter()
    for subject, series in found.failures.items():
        for day, cell in series.cells.items():
            counted[subject, day] += cell.count
            counted[subject, day, "of"] += cell.total
    assert +counted == +failures
    orders = {(s, d): c.total for s, one in found.arrivals.items() for d, c in one.cells.items()}
    assert orders == dict(arrivals)


@pytest.mark.parametrize("seed", [1, 2])
def test_orders_that_came_back(database: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    periods = Periods(Ledger.at(NOW), 24 * HOUR, 2, 6)
    told: Told = Counter()
    with writing(database) as connection:
        ledger = Ledger(connection)
        for _ in range(200):
            window = random.choice((48, 72))
            at = random.choice((NOW - window - 24, NOW - window, random.uniform(0, NOW)))
            paid = random.choice((None, at, at + 1, at + window, at + window + 1))
            holdout, sequence = random.random() < 0.3, random.choice(("plain", "offer"))
            order = ledger.order(placed=at - 1, paid=paid)
            ledger.enrolment(order, at=at, window=window, sequence=sequence, holdout=holdout)
            day = period_of(at + window, NOW, 6)
            if day is None:
                continue
            whose = "card-declined · everyone"
            subject = ("holdout", whose) if holdout else ("sequence", f"{whose} · {sequence}")
            key = ("recovery", subject, f"{window // 24}d", day)
            told[key] += paid is not None and at < paid <= at + window
            told[(*key, "of")] += 1
    with reading(database) as connection:
        assert numbers(recoveries(connection, periods)) == +told
    assert len(+told) > 40


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_lost_and_people_who_leave(database: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    week = Periods(Ledger.at(NOW), 24 * HOUR, 3, 5)
    lost, sent = Counter(), Counter()
    left: dict[tuple[str, bool], set[str]] = {}
    with writing(database) as connection:
        ledger = Ledger(connection)
        for number in range(120):
            enrolment = ledger.enrolment(ledger.order(email=f"Kim{number}@Example.com"))
            address = random.choice((f"Kim{number}@Example.com", f"lee{number}@example.com"))
            channel = random.choice(("email", "email", "sms", "task"))
            address = "+4930901820" + str(number) if channel == "sms" else address
            recipient = address if address[:3] != "Kim" else random.choice((address, None))
            said = random.choice((None, "unsubscribed touch 1", "complained sendgrid x", "stop x"))
            source = random.choice(("provider", "sms", "unsubscribe-link", "operator", "order"))
            heard = random.uniform(NOW - 150, NOW + 5)
            if said is not None:
                connection.execute(
                    insert(table(Consent)).values(
                        channel=channel,
                        address=address.lower(),
                        level=random.choice(("none", "none", "marketing")),
                        at=ledger.at(heard),
                        source=source,
                        evidence=said,
                    )
                )
            level = connection.execute(
                table(Consent).select().where(table(Consent).c.address == address.lower())
            ).one_or_none()
            for _ in range(random.randrange(1, 3)):
                at, state = random.uniform(NOW - 150, NOW), random.choice(STATES)
                ledger.touch(enrolment, at=at, channel=channel, state=state, recipient=recipient)
                day = period_of(at, NOW, 5)
                if day is None or channel == "task" or state in ("skipped", "unknown"):
                    continue
                lost[channel, day, "of"] += 1
                lost[channel, day] += state in ("bounced", "failed")
                if day >= 3 or state in ("bounced", "failed"):
                    continue
                sent[channel] += 1
                own = source in ("provider", "sms", "unsubscribe-link")
                if said and own and level and level.level == "none" and at <= heard <= NOW:
                    left.setdefault((channel, said.startswith("compl")), set()).add(address)
    with reading(database) as connection:
        mail = undelivered(connection, week)
        people = withdrawn(connection, week, Ledger.at(NOW))
    counted: Told = Counter()
    for series in mail:
        for day, cell in series.cells.items():
            counted[series.subject.name, day] += cell.count
            counted[series.subject.name, day, "of"] += cell.total
    assert +counted == +lost
    told = {(one.subject.name, one.kind.value): (one.last.count, one.last.total) for one in people}
    expected = {
        ("email", "complaints"): (len(left.get(("email", True), ())), sent["email"]),
        ("email", "optouts"): (len(left.get(("email", False), ())), sent["email"]),
        ("sms", "optouts"): (len(left.get(("sms", False), ())), sent["sms"]),
    }
    assert told == expected
    assert any(count for count, _ in told.values())


STATES = ("sent", "delivered", "delivered", "bounced", "failed", "skipped", "unknown")


def test_what_is_stuck(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order())
        for at in (NOW - 30, NOW - 2, NOW - 0.5):
            ledger.touch(enrolment, at=at, state="unknown")
        for sender, kind, since, open_ in (
            ("sendgrid", "account", NOW - 0.1, True),
            ("twilio", "busy", NOW - 0.5, True),
            ("smtp", "silent", NOW - 3, True),
            ("outbox", "account", NOW - 3, False),
        ):
            connection.execute(
                insert(table(Breaker)).values(
                    sender=sender,
                    channel="sms" if sender == "twilio" else "email",
                    kind=kind,
                    reason=f"{sender} says no",
                    since=ledger.at(since),
                    until=ledger.at(NOW + 1),
                    open=open_,
                )
            )
    with reading(database) as connection:
        (stuck,) = unanswered(connection, Ledger.at(NOW))
        refused = refusing(connection, Ledger.at(NOW))
    assert (stuck.channel, stuck.count, stuck.since) == ("email", 2, Ledger.at(NOW - 30))
    assert [one.why for one in refused] == ["sendgrid says no", "smtp says no"]
