"""The world of the kit: the real engine's decisions, at the hours of the customer's own day."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from recovery.db import table
from recovery.models import Decision
from recovery.testing import KitError, World
from tests.support.campaigns import a_campaign
from tests.support.kit import Opener

decisions = table(Decision)


def test_a_reminder_waits_for_the_morning(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(
        market="DE",
        amount="120.00 EUR",
        reason="expired_card",
        customer="returning",
        at="2026-11-22T23:10+01:00",
        sequence="offer",
    )
    world.advance("3d")
    assert [m.step for m in world.messages_to(order)] == ["reminder", "offer"]
    assert world.messages_to(order)[0].local_time.hour == 8
    order.pays()
    with world.silence(order):
        world.advance("2d")
    assert order.state == "recovered"


def test_the_world_begins_with_the_first_order(opened: Opener) -> None:
    world = opened()
    assert world.now == datetime(2026, 1, 12, 9, tzinfo=UTC)
    world.an_unpaid_order(at="2025-03-01T12:00:00Z")
    assert world.now == datetime(2025, 3, 1, 12, tzinfo=UTC)
    world.an_unpaid_order(at="2025-03-02T12:00:00Z")
    assert world.now == datetime(2025, 3, 2, 12, tzinfo=UTC), "a later order is awaited"
    late = world.an_unpaid_order(at="2025-03-01T18:00:00Z", reason="expired_card", market="US")
    assert world.now == datetime(2025, 3, 2, 12, tzinfo=UTC), "what is over is told late"
    world.advance("12h")
    assert late.steps == ["reminder"]


@pytest.mark.parametrize(
    ("placed", "sent"),
    [
        ("2026-03-28T23:10+01:00", "2026-03-29T06:00:00Z"),  # spring forward that night
        ("2026-10-24T23:10+02:00", "2026-10-25T07:00:00Z"),  # back again
        ("2026-10-25T23:10+01:00", "2026-10-26T07:00:00Z"),
    ],
)
def test_eight_in_the_morning_is_eight_whatever_the_clocks_do(
    opened: Opener, placed: str, sent: str
) -> None:
    world = opened()
    order = world.an_unpaid_order(market="DE", reason="expired_card", at=placed)
    world.advance("12h")
    (message,) = order.messages
    assert message.at == datetime.fromisoformat(sent)
    assert (message.local_time.hour, message.local_time.minute) == (8, 0)


def test_the_customers_zone_counts_not_the_markets(opened: Opener) -> None:
    world = opened(start="2026-06-01T07:00:00Z")
    order = world.an_unpaid_order(
        market="US", reason="expired_card", timezone="America/Los_Angeles"
    )
    world.advance("1d")
    assert order.messages[0].local_time.tzname() == "PDT"
    assert order.messages[0].local_time.hour == 8


def journal(world: World) -> list[tuple[object, ...]]:
    """What was decided. Channels work side by side: within an instant no order is promised."""
    columns = ("at", "enrolment_id", "touch_id", "verdict", "reason", "detail")
    told = world.ask(select(*(decisions.c[name] for name in columns)))
    return sorted((tuple(row) for row in told), key=repr)


def lived(world: World, *, every_run: bool) -> list[tuple[object, ...]]:
    """The same life with a run every two hours; `every_run`: the empty ones are made, too."""

    def goes_by(hours: int) -> None:
        for _ in range(hours // 2 if every_run else 1):
            world._news = world._news or every_run  # as if somebody had always done something
            world.advance(timedelta(hours=2 if every_run else hours), "2h")

    first = world.an_unpaid_order(reason="expired_card", sequence="offer")
    second = world.an_unpaid_order(reason="do_not_honor", sequence="plain", market="US")
    goes_by(14)
    again = world.an_unpaid_order(reason="expired_card", customer_id=second.customer_id)
    goes_by(24)
    with world.provider_down("sms", "unknown"), world.provider_down("email"):
        goes_by(20)
    first.fails_again("insufficient_funds")
    goes_by(20)
    world.click(second.messages[0])
    first.pays()
    goes_by(24 * 4)
    assert again.state == "active", "who was in the campaign already enters when that is over"
    return journal(world)


def test_jumping_from_due_to_due_decides_what_every_single_run_would(opened: Opener) -> None:
    jumped = lived(opened(a_long_campaign()), every_run=False)
    assert jumped == lived(opened(a_long_campaign()), every_run=True)
    told = {str(one[3]) for one in jumped}
    assert {"exhausted", "recovered", "sent", "unknown", "snooze", "temporary"} <= told


def a_long_campaign() -> str:
    return a_campaign(
        "declined",
        trigger="{on: payment_failed, after: 30m, not_after: 9d}",
        goal="{paid_within: 5d}",
        segments=["{segment: everyone, sequence: {plain: 50%, offer: 50%}}"],
        sequences={
            "plain": [
                "{step: reminder, after: 0m, email: payment-failed}",
                "{step: text, after: 1d18h, sms: payment-failed}",
                "{step: call, after: 3d, task: call-customer, to: desk}",
            ],
            "offer": [
                "{step: reminder, after: 0m, email: payment-failed}",
                "{step: offer, after: 2d, email: last-call, offer: ten}",
            ],
        },
        offers="{ten: {kind: percent, percent: 10%, valid: 24h, budget: 500 EUR per month}}",
        limits="{quiet: 21:00-08:00, min_gap: 12h}",
    )


def test_cron_runs_on_its_own_minutes(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card", at="2026-01-12T09:02:00Z")
    world.advance("29m", every="15m")
    assert order.state is None
    world.advance("14m", every="15m")
    assert [message.at.minute for message in order.messages] == [45]


def test_time_only_goes_forward(opened: Opener) -> None:
    world = opened()
    with pytest.raises(KitError, match="does not run backwards"):
        world.advance_to("2026-01-12T08:59:00Z")
    with pytest.raises(KitError, match="'3 dayz' is no span; write 30m"):
        world.advance("3 dayz")
    with pytest.raises(KitError, match="longer than nothing"):
        world.advance("1d", every="0m")


def test_silence_that_is_broken_says_by_what_and_why(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card")
    with pytest.raises(AssertionError) as told, world.silence():
        world.advance("2h")
    assert "there was reminder at 2026-01-12 10:30:00+01:00" in str(told.value)
    assert f"order {order.number}: failed, 100.00 EUR, DE, new" in str(told.value)
    with pytest.raises(AssertionError, match=r"got \['reminder'\], not \[\]"):
        order.assert_steps()
    order.assert_steps("reminder")


def test_why_not_is_the_engines_own_word(opened: Opener) -> None:
    world = opened()
    paid = world.an_unpaid_order()
    silent = world.an_unpaid_order(reason="expired_card", email_consent="none")
    fraud = world.an_unpaid_order(reason="fraud_suspected")
    world.advance("2h")
    assert "it waits for payment_failed; the order is pending" in world.why_not(paid)
    assert "[no_consent]" in world.why_not(silent)
    assert "[do_not_contact]" in world.why_not(fraud)
    assert "skipped" not in world.explain(paid)


def test_the_same_test_is_the_same_life(opened: Opener) -> None:
    def story() -> tuple[str, list[object]]:
        world = opened()
        order = world.an_unpaid_order(reason="expired_card", sequence="offer")
        world.advance("3d")
        return world.explain(), [order.customer_id, order.messages]

    assert story() == story()


def test_a_person_takes_over(opened: Opener) -> None:
    steps = ["{step: call, after: 1h, task: call-customer, to: desk}"]
    world = opened(a_campaign(sequences={"plain": steps}))
    cheap = world.an_unpaid_order(amount="40.00 EUR")
    dear = world.an_unpaid_order(amount="900.00 GBP", market="GB")
    assert world.tasks() == []
    world.advance("2h")
    assert [task.order for task in world.tasks()] == [dear.number, cheap.number]
    dear.pays()
    assert [task.order for task in world.tasks()] == [cheap.number]
