"""The global hold-out: one draw a quarter over all campaigns, before any of them draws."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product
from math import prod
from typing import Any

from hypothesis import given as over
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from recovery.campaign.loader import parse_campaign, parse_defaults
from recovery.db import reading, table, writing
from recovery.draws import global_salt, slot
from recovery.markets.rates import Rates
from recovery.models import Customer, Enrolment, Touch
from recovery.planner.arms import draw, drawer
from recovery.planner.enrol import _layers, enrol
from tests.support.campaigns import a_campaign
from tests.support.ledger import T0, Ledger

NO_RATES = Rates(T0.date(), "no rates", {})
enrolments, touches, customers = table(Enrolment), table(Touch), table(Customer)


def plan(
    database: Engine, *texts: str, share: str = "30%", now: datetime = T0
) -> dict[str, dict[str, int]]:
    shared = parse_defaults(f"global_holdout: {share}\n")
    campaigns = [parse_campaign(text, "x.yaml", shared) for text in texts]
    with writing(database) as connection:
        return enrol(connection, campaigns, now, NO_RATES).enrolled


def given(database: Engine, count: int, **fields: Any) -> None:
    with writing(database) as connection:
        for _ in range(count):
            Ledger(connection).order(**fields)


def enrolled(database: Engine) -> list[Any]:
    found = select(enrolments, customers.c.key).join(
        customers, customers.c.id == enrolments.c.customer_id
    )
    with reading(database) as connection:
        return list(connection.execute(found.order_by(enrolments.c.id)))


def test_the_held_out_are_enrolled_with_their_layer_and_hear_nothing(database: Engine) -> None:
    given(database, 60)
    counted = plan(database, a_campaign(holdout="20%"))["winback"]
    rows = enrolled(database)
    for row in rows:
        held = slot(global_salt(T0), row.key) < 3000
        arm = draw("winback", row.key, 2000, {"plain": 10_000})
        assert row.layer == ("global" if held else None)
        assert (row.holdout, row.sequence) == (held or arm.holdout, arm.sequence)
    arms = Counter(
        "global_holdout" if row.layer else "holdout" if row.holdout else "plain" for row in rows
    )
    assert counted == arms
    assert len(counted) == 3
    with reading(database) as connection:
        states = connection.execute(
            select(enrolments.c.holdout, touches.c.state)
            .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
            .distinct()
        )
        assert set(states) == {(True, "withheld"), (False, "planned")}


def test_a_customer_has_one_layer_in_all_campaigns_of_a_quarter(database: Engine) -> None:
    first = a_campaign("one", trigger="{on: unpaid}")
    other = a_campaign("two", trigger="{on: payment_failed}", holdout="40%")
    with writing(database) as connection:
        ledger = Ledger(connection)
        for _ in range(40):
            customer = ledger.customer()
            ledger.order(customer_id=customer)
            ledger.order(customer_id=customer, status="failed")
    plan(database, first)
    plan(database, other, now=T0 + timedelta(days=20))
    layers: dict[int, set[str | None]] = {}
    for row in enrolled(database):
        layers.setdefault(row.customer_id, set()).add(row.layer)
    assert len(layers) == 40
    assert {frozenset(one) for one in layers.values()} == {frozenset({"global"}), frozenset({None})}


def test_without_a_share_nobody_is_held_out_globally(database: Engine) -> None:
    given(database, 20)
    assert plan(database, a_campaign(), share="0%") == {"winback": {"plain": 20}}
    assert {row.layer for row in enrolled(database)} == {None}


MOMENTS = st.datetimes(
    datetime(2026, 10, 1), datetime(2026, 12, 31, 23, 59), timezones=st.just(UTC)
)


@over(st.lists(MOMENTS, min_size=2, max_size=4), st.integers(1, 9_999))
def test_the_draw_is_the_same_at_every_moment_of_a_quarter(
    moments: list[datetime], share: int
) -> None:
    keys = [f"shop:c{n}" for n in range(200)]
    assert len({tuple(_layers(share, at, keys)) for at in moments}) == 1


def test_a_new_quarter_draws_anew_and_a_larger_share_keeps_whom_it_has() -> None:
    keys = [f"shop:c{n}" for n in range(20_000)]
    before, after = T0, datetime(2027, 1, 1, tzinfo=UTC)
    held = [set(_held(share, at, keys)) for share, at in ((500, before), (1000, before))]
    assert held[0] < held[1]
    again = set(_held(500, after, keys))
    assert abs(len(held[0]) - 1_000) < 4 * 31  # four standard deviations of a binomial
    assert abs(len(again & held[0]) - 50) < 4 * 7, "one in twenty of them again, by chance"


def test_the_layer_and_the_campaigns_own_draws_are_strangers() -> None:
    keys = [f"shop:~{n * 2654435761:032x}" for n in range(100_000)]
    arms = drawer("winback", 1000, [{"plain": 7000, "other": 3000}])(keys, [0] * len(keys))
    layers = _layers(500, T0, keys)
    seen = Counter(
        (bool(layer), arm.holdout, arm.sequence) for layer, arm in zip(layers, arms, strict=True)
    )
    shares = [
        {True: 0.05, False: 0.95},
        {True: 0.1, False: 0.9},
        {"plain": 0.7, "other": 0.3},
    ]
    chi2 = 0.0
    for cell in product(*shares):
        expected = len(keys) * prod(share[drawn] for share, drawn in zip(shares, cell, strict=True))
        chi2 += (seen[cell] - expected) ** 2 / expected
    assert chi2 < 29.88  # 7 degrees of freedom, p = 0.0001


def _held(share: int, at: datetime, keys: list[str]) -> list[str]:
    return [key for key, layer in zip(keys, _layers(share, at, keys), strict=True) if layer]
