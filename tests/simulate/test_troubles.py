"""What each incident does, asked of the incidents alone."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.markets.hours import opens_at
from recovery.simulate.chance import Chance
from recovery.simulate.scenarios.incident import Incident, Trouble
from recovery.simulate.troubles import Troubles

START = datetime(2026, 10, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def troubles(*told: dict[str, str]) -> Troubles:
    return Troubles([Incident.model_validate(one) for one in told], START)


def test_cards_are_refused_from_the_first_instant_of_an_outage_to_its_last() -> None:
    down = troubles({"incident": "payments_down", "at": "1d", "lasts": "6h", "market": "US"})
    instants = (START + DAY - HOUR / 60, START + DAY, START + DAY + 6 * HOUR)
    assert [down.down(at, "US") for at in instants] == [None, START + DAY + 6 * HOUR, None]
    assert down.down(START + DAY, "DE") is None
    assert down.stopped(START + DAY, "US") is not None
    assert down.stopped(START + DAY, "DE") is None


def test_some_come_back_after_an_outage_and_some_never() -> None:
    down = troubles({"incident": "payments_down", "at": "1d", "lasts": "6h"})
    ends = START + DAY + 6 * HOUR
    tries = [down.pays(START + DAY + HOUR, "US", Chance("who", n)) for n in range(2_000)]
    back = [at for at in tries if at is not None]
    assert all(at > ends for at in back)
    assert 0.6 < len(back) / len(tries) < 0.7
    assert down.pays(ends, "US", Chance("who", 1)) == ends


def test_who_comes_back_into_the_next_outage_has_to_come_again() -> None:
    days = [{"incident": "payments_down", "at": at, "lasts": "2d"} for at in ("1d", "3d")]
    down, once = troubles(*days), troubles(days[0])
    people = [Chance("who", n) for n in range(200)]
    pairs = [(once.pays(START + DAY, "US", p), down.pays(START + DAY, "US", p)) for p in people]
    assert [first is None for first, _ in pairs] == [second is None for _, second in pairs]
    assert all(second > START + 5 * DAY for _, second in pairs if second is not None)


def test_payments_are_told_late_while_webhooks_are() -> None:
    late = troubles({"incident": "webhooks_late", "at": "1d", "lasts": "1d", "late": "7h"})
    assert late.told(START + DAY) == START + DAY + 7 * HOUR
    assert late.told(START + 2 * DAY) == START + 2 * DAY


def test_a_provider_refuses_its_own_customers_and_nobody_else() -> None:
    blocked = troubles({"incident": "mail_blocked", "at": "0d", "share": "40%"})
    refused = {
        n: sum(blocked.blocks(START, "US", f"{n}@example.com", Chance(n, m)) for m in range(20))
        for n in range(1_000)
    }
    theirs = [count for count in refused.values() if count]
    assert 0.35 < len(theirs) / len(refused) < 0.45
    assert 0.87 < sum(theirs) / (20 * len(theirs)) < 0.93


@pytest.mark.parametrize(("hour", "open_"), [(9, False), (10, True), (15, True), (16, False)])
def test_a_changed_rule_leaves_its_hours_only(hour: int, open_: bool) -> None:
    changed = troubles(
        {"incident": "rule_changed", "at": "1d", "market": "DE", "hours": "10:00-16:00"}
    )
    at = datetime(2026, 10, 6, hour - 2, tzinfo=UTC)  # summer time
    (window,) = changed.windows(at, "DE")
    assert (opens_at(at, window, ("Europe/Berlin",)) is None) is open_
    assert list(changed.windows(at - DAY, "DE")) == []
    assert list(changed.windows(at, "FR")) == []


@pytest.mark.parametrize(("at", "announced"), [("6d", 2 * DAY), ("3d", timedelta(0))])
def test_a_rule_is_announced_before_it_holds_but_not_before_the_story(
    at: str, announced: timedelta
) -> None:
    rule = {"incident": "rule_changed", "at": at, "hours": "10:00-16:00", "announced": "4d"}
    changed = troubles(rule)
    ((one, _, _),) = changed.of(Trouble.RULE_CHANGED)
    assert changed.announced(one) == START + announced
