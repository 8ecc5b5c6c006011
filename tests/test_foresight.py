"""What the plan foretells is what then happens: the run, and two weeks of runs after it."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from recovery.forecast.outlook import Outlook
from recovery.foresight import foresee
from recovery.measure.runs import RunResult
from recovery.models import Coupon
from tests.support.house import House
from tests.support.worlds import A_SLIP, WAITING, a_crowd, a_world

EVERY = timedelta(hours=6)
SEEDS = range(5)


def now_of(result: RunResult) -> dict[str, Any]:
    """A run's numbers as the plan tells them."""
    done = result.touches
    return {
        "enrolled": result.enrolled,
        "sent": done.sent,
        "tasks": done.tasks,
        "skipped": dict(done.skipped),
        "snoozed": dict(done.snoozed),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_run_does_what_the_plan_said(house: House, seed: int) -> None:
    a_world(house, seed)
    before = house.dump()
    plan = foresee(house.engine, EVERY)
    assert house.dump() == before
    told = plan.now()
    assert told == now_of(house.run(dry_run=True))
    assert told == now_of(house.run())
    assert house.dump() != before


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_days_are_those_that_come_when_nobody_pays(house: House, seed: int) -> None:
    a_world(house, seed)
    plan = foresee(house.engine, EVERY)
    house.run()
    the_days_pass(house, plan)
    assert by_day(plan) == seen(house, plan)


@pytest.mark.parametrize("most", [None, 40])
def test_offers_go_round_as_far_as_they_do(house: House, most: int | None) -> None:
    a_crowd(house, 7)
    house.engine.settings = house.engine.settings.model_copy(
        update={"max_per_run": most, "batch": 20}
    )
    plan = foresee(house.engine, EVERY)
    assert plan.now() == now_of(house.run())
    the_days_pass(house, plan)
    assert by_day(plan) == seen(house, plan)
    coupons = Counter(row["offer"] for row in house.rows(Coupon))
    assert {one.offer: one.coupons for one in plan.offers} == coupons
    assert all(one.refused and one.dry_on == plan.at.date() for one in plan.offers)


def the_days_pass(house: House, plan: Outlook) -> None:
    """Run after run. Active campaigns end: who is in them goes on, nobody follows."""
    for file in house.folder.glob("*.yaml"):
        text = file.read_text("utf-8")
        if text == A_SLIP:  # its last good text goes on
            text = WAITING
        file.write_text(text.replace("status: active", "status: ended"), "utf-8")
    while house.now + EVERY < plan.until:
        house.clock.advance(EVERY)
        house.run()


def by_day(plan: Outlook) -> Counter[tuple[date, str, str]]:
    return Counter(
        {
            (day.day, campaign, channel.value): count
            for day in plan.days
            for campaign, sent in day.campaigns.items()
            for channel, count in sent.items()
        }
    )


def seen(house: House, plan: Outlook) -> Counter[tuple[date, str, str]]:
    return Counter(
        (touch["tried_at"].date(), touch["campaign"], touch["channel"])
        for touch in house.touches()
        if touch["state"] == "sent" and plan.at <= touch["tried_at"] < plan.until
    )
