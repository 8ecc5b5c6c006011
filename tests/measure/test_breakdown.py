"""Slices against plain loops over the same rows, on both databases."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from recovery.db import reading, table, writing
from recovery.markets.rates import load_rates
from recovery.measure.breakdown import Breakdown, Merchant, breakdown
from recovery.measure.evidence.slices import Part
from recovery.measure.evidence.units import Question
from recovery.measure.formats.cuts import Slices
from recovery.measure.stats import newcombe
from recovery.models import CampaignVersion
from tests.support.ledger import Ledger

TEXT = """
campaign: card-declined
status: active
owner: growth-team
trigger: {on: payment_failed, after: 30m}
goal: {paid_within: 7d}
decision: fixed
holdout: 40%
segments:
  - {segment: everyone, sequence: plain}
sequences:
  plain:
    - {step: reminder, after: 0m, email: payment-failed}
"""
ZONE = "Asia/Kathmandu"
RATES = load_rates(date(2026, 11, 20))
NOW = 500.25  # hours; the last week is young
WINDOW = 168.0


@dataclass
class Told:
    """One enrolment as the story has it; times in hours."""

    customer: int
    at: float
    paid: float | None
    country: str
    amount: int
    currency: str
    reason: str | None
    holdout: bool

    def converted(self, story: "list[Told]") -> float | None:
        """When the customer first paid anything in the window."""
        paid = (one.paid for one in story if one.customer == self.customer and one.paid is not None)
        return min((p for p in paid if self.at < p <= self.at + WINDOW and p <= NOW), default=None)

    @property
    def is_mature(self) -> bool:
        return self.at + WINDOW <= NOW

    @property
    def is_recovered(self) -> bool:
        return self.is_mature and self.paid is not None and self.at < self.paid <= self.at + WINDOW


def write(database: Engine, size: int = 400, **altered: Any) -> list[Told]:
    """Random orders; every fifth customer comes back for another one."""
    dice, story, customer = Random(7), [], 0  # noqa: S311
    with writing(database) as connection:
        ledger = Ledger(connection)
        for number in range(size):
            again = number % 5 == 4
            customer = customer if again else ledger.customer()
            one = Told(
                customer=customer,
                at=story[-1].at + 171 if again else dice.randrange(0, 400 * 60) / 60,
                paid=None,
                country=dice.choice(["DE", "US", "JP"]),
                amount=dice.choice([1_999, 2_000, 4_999, 12_000, 900_000]),
                currency=dice.choice(["EUR", "USD", "JPY", "CLP"]),
                reason=dice.choice(["expired_card", "insufficient_funds", None]),
                holdout=story[-1].holdout if again else dice.random() < 0.4,
            )
            if dice.random() < (0.3 if one.holdout else 0.5):
                one.paid = one.at + dice.randrange(1, 180 * 60) / 60 + 1 / 7200
            order = ledger.order(
                placed=one.at - 1,
                paid=one.paid,
                customer_id=one.customer,
                country=one.country,
                amount_minor=one.amount,
                currency=one.currency,
                failure_reason=one.reason,
                phone=None,
            )
            ledger.enrolment(order, at=one.at, holdout=one.holdout, state="exhausted")
            story.append(one)
        connection.execute(update(table(CampaignVersion)).values(source=TEXT, **altered))
    return story


def cut(database: Engine, *by: str, zone: str = ZONE, owner: str | None = None) -> Breakdown:
    parts, merchant = [Part(one) for one in by], Merchant(zone, "EUR", RATES)
    with reading(database) as connection:
        return breakdown(connection, Question(Ledger.at(NOW)), parts, merchant, owner)


def week(hours: float) -> str:
    return f"{Ledger.at(hours).astimezone(ZoneInfo(ZONE)):%G-W%V}"


def month(hours: float) -> str:
    return f"{Ledger.at(hours).astimezone(ZoneInfo(ZONE)):%Y-%m}"


def band(one: Told) -> str | None:
    """How a person would do it: worth in euros, exactly, against round numbers."""
    rate = RATES.rate(one.currency, "EUR")
    if rate is None:
        return None
    worth = one.amount * rate / (1 if one.currency in ("JPY", "CLP") else 100)
    for low, high in ((0, 20), (20, 50), (50, 100), (100, 200), (200, 500)):
        if worth < high:
            return f"{low}-{high} EUR"
    return "500+ EUR"


READ = {
    "market": lambda one: one.country,
    "currency": lambda one: one.currency,
    "failure": lambda one: one.reason,
    "customer": lambda one: "guest",
    "amount": band,
    "week": lambda one: week(one.at),
    "month": lambda one: month(one.at),
    "quarter": lambda one: "2026-Q4",
    "method": lambda one: None,
    "provider": lambda one: None,
}


def expected(story: Iterable[Told], *by: str) -> dict[Any, list[int]]:
    """Orders enrolled, mature, recovered; customers enrolled, mature, converted."""
    everything, seen = list(story), set()
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * 6)
    for one in everything:
        if one.at > NOW:
            continue
        sums = found[one.holdout, *(READ[part](one) for part in by)]
        first = one.customer not in seen
        seen.add(one.customer)
        converted = one.is_mature and one.converted(everything) is not None
        flags = (True, one.is_mature, one.is_recovered)
        flags += (first, first and one.is_mature, first and converted)
        for place, flag in enumerate(flags):
            sums[place] += flag
    return dict(found)


def counted(found: Breakdown) -> dict[Any, list[int]]:
    return {
        (one.arm.holdout, *found.names(one.key).values()): [
            one.enrolled,
            one.mature.total,
            one.mature.count,
            one.people.enrolled,
            one.people.mature,
            one.people.converted,
        ]
        for one in found.cuts
    }


@pytest.mark.parametrize(
    "by",
    [
        *((part.value,) for part in Part),
        ("market", "week"),
        ("amount", "currency", "failure", "month"),
    ],
)
def test_slices_hold_what_a_plain_loop_finds(database: Engine, by: tuple[str, ...]) -> None:
    story = write(database, 150)
    assert counted(cut(database, *by)) == expected(story, *by)


def test_a_lift_is_that_of_the_slice_and_holds_at_every_look(database: Engine) -> None:
    sums = expected(write(database), "market")
    for one in Slices(cut(database, "market")).payload()["slices"]:
        if one["holdout"]:
            assert one["lift"] is None
            continue
        treated, control = (sums[held, one["market"]] for held in (False, True))
        cells = treated[5], treated[4], control[5], control[4]
        lift = one["lift"]
        assert lift["absolute"] == pytest.approx(
            cells[0] / cells[1] - cells[2] / cells[3], abs=1e-4
        )
        plain = newcombe(*cells)
        assert lift["one_look_ci95"] == pytest.approx([plain.lo, plain.hi], abs=1e-4)
        assert lift["valid"] == "at every look"  # though the campaign said `fixed`
        assert lift["ci95"][0] < plain.lo
        assert "verdict" not in one


def survival(people: list[tuple[float, bool]], horizon: float) -> float:
    """Kaplan–Meier, one person at a time."""
    unpaid = 1.0
    for hours in sorted({hours for hours, paid in people if paid and hours <= horizon}):
        at_risk = sum(other >= hours for other, _ in people)
        unpaid *= 1 - sum(paid and other == hours for other, paid in people) / at_risk
    return 1 - unpaid


def test_a_young_period_is_estimated_without_a_forecast(database: Engine) -> None:
    story, seen, people = write(database), set(), defaultdict(list)
    for one in story:
        if one.customer in seen or one.at > NOW:
            continue
        seen.add(one.customer)
        paid = one.converted(story)
        watched = min(NOW, one.at + WINDOW) if paid is None else paid
        people[one.holdout, week(one.at)].append((round(watched - one.at, 9), paid is not None))
    found = cut(database, "week")
    young = [one for one in found.cuts if one.mature.total < one.enrolled]
    assert len([one for one in young if one.forecast]) >= 2
    for one in found.cuts:
        if one not in young or not one.people.mature:
            assert one.forecast is None
            continue
        assert one.forecast is not None
        (name,) = found.names(one.key).values()
        by_hand = survival(people[one.arm.holdout, name], WINDOW)
        assert one.forecast.share == pytest.approx(by_hand, abs=2e-3)


def test_where_nobody_has_paid_an_estimate_has_no_interval(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for at in (NOW - WINDOW - 1, NOW - WINDOW + 1):
            ledger.enrolment(ledger.order(placed=at - 1), at=at)
        connection.execute(update(table(CampaignVersion)).values(source=TEXT))
    (row,) = Slices(cut(database, "week")).payload()["slices"]
    assert (row["enrolled"], row["mature"]) == (2, 1)
    assert row["censored_estimate"]["share"] == 0.0
    assert row["censored_estimate"]["ci95"] is None


def test_a_method_is_the_messages_own_work_so_it_has_no_lift(database: Engine) -> None:
    write(database, 60)
    assert {one.lift for one in cut(database, "method", "market").cuts} == {None}


def test_where_the_draw_went_wrong_no_slice_has_a_lift(database: Engine) -> None:
    story = write(database)
    with writing(database) as connection:
        wrong = TEXT.replace("40%", "5%")
        connection.execute(update(table(CampaignVersion)).values(source=wrong))
    found = cut(database, "market")
    assert counted(found) == expected(story, "market")
    assert {one.lift for one in found.cuts} == {None}


def test_a_period_begins_at_the_merchants_midnight(database: Engine) -> None:
    midnight = datetime(2026, 11, 9, tzinfo=ZoneInfo(ZONE))  # a Monday
    with writing(database) as connection:
        ledger = Ledger(connection)
        for shift in (-1, 0):
            at = midnight + timedelta(microseconds=shift)
            enrolment = {"enrolled_at": at, "window_ends_at": at + timedelta(days=7)}
            ledger.enrolment(ledger.order(placed=0), **enrolment)
    assert [one.name for one in cut(database, "week").periods] == ["2026-W45", "2026-W46"]
    assert [one.name for one in cut(database, "week", zone="UTC").periods] == ["2026-W45"]


def test_an_owner_sees_only_what_is_hers(database: Engine) -> None:
    story = write(database, 40)
    assert counted(cut(database, "market", owner="growth-team")) == expected(story, "market")
    assert {one.owner for one in cut(database, "market").cuts} == {"growth-team"}
