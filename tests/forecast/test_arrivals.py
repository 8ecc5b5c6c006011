"""Orders that enter later: what the plan says of them is what the runs then do."""

from collections import Counter
from datetime import date, timedelta

from recovery.db import writing
from recovery.forecast.outlook import Outlook
from recovery.foresight import foresee
from recovery.intake.pauses import Scope, hold
from recovery.models import Enrolment
from tests.support.campaigns import a_campaign
from tests.support.house import House

Entering = Counter[tuple[date, str]]

HOUR = timedelta(hours=1)
TWO = {
    "plain": [
        "{step: reminder, after: 0m, email: unpaid-reminder}",
        "{step: again, after: 36h, email: unpaid-reminder}",
    ]
}


def placed(house: House, ago: timedelta, **fields: str) -> str:
    at = (house.now - ago).isoformat()
    return house.an_unpaid_order(placed_at=at, email_consent="marketing", **fields)


def entering(plan: Outlook) -> Entering:
    """All who enter, those of now on the first day."""
    found = Counter(
        {(day.day, name): count for day in plan.days for name, count in day.enter.items()}
    )
    for one in plan.campaigns:
        found[plan.at.date(), one.name] += one.entering
    return +found


def lived(house: House, plan: Outlook, every: timedelta) -> tuple[Entering, int]:
    """Who entered and how many messages went out, after the runs of all those days."""
    house.run()
    while house.now + every < plan.until:
        house.clock.advance(every)
        house.run()
    rows = house.rows(Enrolment)
    days = Counter((row["enrolled_at"].date(), row["campaign"]) for row in rows)
    return days, sum(touch["state"] == "sent" for touch in house.touches())


def agrees(house: House, every: timedelta = timedelta(hours=7)) -> Outlook:
    plan = foresee(house.engine, every)
    assert (entering(plan), sum(plan.tally.sent.values())) == lived(house, plan, every)
    return plan


def test_who_is_too_young_enters_when_old_enough(house: House) -> None:
    house.has(a_campaign(trigger="{on: unpaid, after: 30h, not_after: 31h}", sequences=TWO))
    for hours in (1, 2, 3, 29, 30, 31, 32):
        placed(house, timedelta(hours=hours))
    plan = agrees(house, HOUR)
    assert (plan.entering, plan.later) == (2, 4)
    assert [one.later for one in plan.campaigns] == [4]
    assert sum(plan.tally.sent.values()) == 12


def test_runs_too_far_apart_miss_some(house: House) -> None:
    house.has(a_campaign(trigger="{on: unpaid, after: 2h, not_after: 4h}", sequences=TWO))
    for minutes in range(0, 300, 25):
        placed(house, timedelta(minutes=minutes))
    plan = agrees(house, timedelta(hours=5))
    assert (plan.entering, plan.later) == (5, 0)


def test_who_is_behind_another_order_enters_when_that_is_over(house: House) -> None:
    house.has(a_campaign(sequences=TWO, goal="{paid_within: 3d}"))
    for days in (3, 2, 1):
        placed(house, timedelta(days=days), customer_id="C-often")
    placed(house, timedelta(0), customer_id="C-once")
    plan = agrees(house)
    assert (plan.entering, plan.later) == (2, 2)
    assert len(entering(plan)) == 3


def test_one_campaign_takes_what_waits_for_another(house: House) -> None:
    high = a_campaign("high", trigger="{on: unpaid, after: 2d}", priority=9, sequences=TWO)
    low = a_campaign("low", trigger="{on: unpaid, after: 3d}", priority=1, sequences=TWO)
    late = a_campaign("late", trigger="{on: unpaid, after: 20d}", sequences=TWO)
    draft = a_campaign("draft", trigger="{on: unpaid, after: 2h}", status="draft", sequences=TWO)
    house.has(high, low, late, draft)
    for hours in range(0, 80, 9):
        placed(house, timedelta(hours=hours), customer_id=f"C-{hours % 4}")
    plan = agrees(house)
    assert {one.name: one.later for one in plan.campaigns if one.later} == {"high": 2, "low": 4}


def test_an_order_that_expires_first_never_enters(house: House) -> None:
    house.has(a_campaign(trigger="{on: unpaid, after: 10h}", sequences=TWO))
    for hours in (5, 9, 15):
        placed(house, HOUR, expires_at=(house.now + timedelta(hours=hours)).isoformat())
    assert agrees(house, HOUR).later == 1


def test_a_campaign_that_is_held_takes_nobody_later(small_house: House) -> None:
    small_house.has(a_campaign(trigger="{on: unpaid, after: 10h}", sequences=TWO))
    placed(small_house, HOUR)
    assert foresee(small_house.engine, HOUR).later == 1
    with writing(small_house.engine.database) as connection:
        hold(connection, Scope.CAMPAIGN, "winback", small_house.now)
    assert foresee(small_house.engine, HOUR).later == 0
