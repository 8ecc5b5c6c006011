"""What the plan foretells is what then happens: the run, and two weeks of runs after it."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from recovery.db import writing
from recovery.errors import Locked
from recovery.forecast.outlook import Outlook
from recovery.foresight import foresee
from recovery.intake.pauses import Scope, hold, release
from recovery.lock import run_lock
from recovery.measure.runs import RunResult
from recovery.message import Channel
from recovery.models import Coupon, Enrolment
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.worlds import a_crowd, a_world

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
    known = len(house.rows(Enrolment))
    the_days_pass(house, plan)
    assert by_day(plan) == seen(house, plan)
    assert plan.later == len(house.rows(Enrolment)) - known > 0


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


AFTER_AN_OUTAGE = a_campaign(
    "outage",
    sequences={
        "plain": [
            "{step: mail, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 2h, sms: unpaid-reminder}",
            "{step: call, after: 4h, task: call-customer, if: {not_clicked: mail}}",
            "{step: again, after: 5h, email: unpaid-reminder, if: {not_clicked: mail}}",
        ]
    },
    limits="{min_gap: 12h, per_customer: 2 per week}",
)


@pytest.mark.parametrize("batch", [20, 45, 500])
def test_what_waited_is_decided_in_the_same_batches(house: House, batch: int) -> None:
    """Within a batch an earlier step has not gone out yet; after it, it has."""
    house.has(AFTER_AN_OUTAGE)
    for number in range(40):
        wants = {"email_consent": "marketing", "sms_consent": "marketing"}
        house.an_unpaid_order(phone=f"+49 30 90182{number:03}", **wants)
    brakes = [(Scope.CHANNEL, channel) for channel in Channel]
    with writing(house.engine.database) as connection:
        for scope, name in brakes:
            hold(connection, scope, name, house.now)
    house.run()
    house.clock.advance(timedelta(hours=10))
    with writing(house.engine.database) as connection:
        for scope, name in brakes:
            release(connection, scope, name)
    house.engine.settings = house.engine.settings.model_copy(update={"batch": batch})
    plan = foresee(house.engine, EVERY)
    assert plan.now() == now_of(house.run())
    the_days_pass(house, plan)
    assert by_day(plan) == seen(house, plan)


def test_a_run_at_work_is_not_disturbed(small_house: House) -> None:
    small_house.has(a_campaign())
    engine = small_house.engine
    with (
        run_lock(engine.database, engine.settings.var_dir / "run.lock"),
        pytest.raises(Locked, match="holds"),
    ):
        foresee(engine)


def the_days_pass(house: House, plan: Outlook) -> None:
    """Run after run; nobody pays and nobody new comes."""
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
