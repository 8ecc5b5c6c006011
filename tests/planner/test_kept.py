"""Who comes back: the group of the first time stays, whatever the shares are by now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from recovery.campaign.loader import parse_campaign, parse_defaults
from recovery.db import reading, table, writing
from recovery.draws import global_salt, slot
from recovery.markets.rates import Rates
from recovery.models import Customer, Enrolment, EnrolmentState, Touch
from recovery.planner.arms import draw
from recovery.planner.enrol import enrol
from tests.support.campaigns import a_campaign
from tests.support.ledger import T0, Ledger

NO_RATES = Rates(T0.date(), "no rates", {})
PEOPLE = 60
enrolments, customers, touches = table(Enrolment), table(Customer), table(Touch)
AB = {"plain": ["{step: a, after: 0m, email: a}"], "other": ["{step: b, after: 1h, email: b}"]}


def people(database: Engine) -> list[int]:
    with writing(database) as connection:
        return [Ledger(connection).customer() for _ in range(PEOPLE)]


def come(database: Engine, who: Iterable[int], **fields: Any) -> None:
    """Everybody places an order and has nothing live any more."""
    with writing(database) as connection:
        over = update(enrolments).values(state=EnrolmentState.EXHAUSTED)
        connection.execute(over)
        for customer in who:
            Ledger(connection).order(customer_id=customer, **fields)


def plan(database: Engine, text: str, globally: str = "0%", now: datetime = T0) -> None:
    shared = parse_defaults(f"global_holdout: {globally}\n")
    with writing(database) as connection:
        enrol(connection, [parse_campaign(text, "x.yaml", shared)], now, NO_RATES)


def split(holdout: str, plain: str, other: str, **fields: Any) -> str:
    shares = f"{{plain: {plain}, other: {other}}}"
    segment = f"{{segment: all, sequence: {shares}}}"
    return a_campaign(holdout=holdout, segments=[segment], sequences=AB, **fields)


def journeys(database: Engine) -> dict[int, list[Any]]:
    """Customer → enrolments, the oldest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = select(enrolments, customers.c.key).join(
        customers, customers.c.id == enrolments.c.customer_id
    )
    with reading(database) as connection:
        for row in connection.execute(rows.order_by(enrolments.c.id)):
            found[row.customer_id].append(row)
    return found


def test_shares_that_change_move_nobody_who_was_drawn(database: Engine) -> None:
    who = people(database)
    come(database, who)
    plan(database, split("20%", "50%", "50%"))
    come(database, who)
    plan(database, split("60%", "10%", "90%"))
    for first, second in journeys(database).values():
        assert (second.sequence, second.holdout) == (first.sequence, first.holdout)
    firsts = [one for one, _ in journeys(database).values()]
    assert {one.sequence for one in firsts} == {"plain", "other"}
    assert {one.holdout for one in firsts} == {True, False}


def test_touches_follow_the_group_that_was_kept(database: Engine) -> None:
    who = people(database)
    come(database, who)
    plan(database, split("20%", "50%", "50%"))
    come(database, who)
    plan(database, split("60%", "10%", "90%"))
    rows = select(enrolments.c.sequence, enrolments.c.holdout, touches.c.step, touches.c.state)
    with reading(database) as connection:
        found = connection.execute(rows.join(touches, touches.c.enrolment_id == enrolments.c.id))
        for sequence, held, step, state in found:
            assert step == {"plain": "a", "other": "b"}[sequence]
            assert state == ("withheld" if held else "planned")


def test_newcomers_are_drawn_by_the_new_shares(database: Engine) -> None:
    come(database, people(database))
    plan(database, split("20%", "50%", "50%"))
    fresh = people(database)
    come(database, fresh)
    plan(database, split("60%", "10%", "90%"))
    found = journeys(database)
    for customer in fresh:
        (one,) = found[customer]
        arm = draw("winback", one.key, 6000, {"plain": 1000, "other": 9000})
        assert (one.sequence, one.holdout) == (arm.sequence, arm.holdout)


def test_a_group_without_a_share_lets_its_customers_go(database: Engine) -> None:
    who = people(database)
    come(database, who)
    plan(database, split("50%", "50%", "50%"))
    come(database, who)
    segment = "{segment: all, sequence: other}"
    plan(database, a_campaign(segments=[segment], sequences={"other": AB["other"]}))
    groups = {(second.sequence, second.holdout) for _, second in journeys(database).values()}
    assert groups == {("other", False)}


def test_another_segment_and_another_campaign_draw_for_themselves(database: Engine) -> None:
    who = people(database)
    come(database, who, country="DE")
    plan(database, a_campaign(holdout="50%", segments=[_market("DE"), _market("FR")]))
    come(database, who, country="FR")
    plan(database, a_campaign(holdout="10%", segments=[_market("DE"), _market("FR")]))
    come(database, who, country="DE")
    plan(database, a_campaign("two", holdout="10%", segments=[_market("DE")]))
    for first, second, third in journeys(database).values():
        assert first.holdout == draw("winback", first.key, 5000, {"plain": 10_000}).holdout
        assert second.holdout == draw("winback", first.key, 1000, {"plain": 10_000}).holdout
        assert third.holdout == draw("two", first.key, 1000, {"plain": 10_000}).holdout


@pytest.mark.parametrize("after", ["60%", "5%"])
def test_a_quarter_keeps_whom_it_held_out_and_whom_it_reached(database: Engine, after: str) -> None:
    who = people(database)
    come(database, who)
    plan(database, a_campaign(), globally="30%")
    come(database, who)
    plan(database, a_campaign("two"), globally=after, now=T0 + timedelta(days=40))
    layers = [(first.layer, second.layer) for first, second in journeys(database).values()]
    assert set(layers) == {("global", "global"), (None, None)}


def test_a_new_quarter_and_no_share_at_all_let_go(database: Engine) -> None:
    who, january = people(database), datetime(2027, 1, 1, tzinfo=UTC)
    come(database, who)
    plan(database, a_campaign(), globally="60%")
    come(database, who)
    plan(database, a_campaign(), globally="0%", now=T0 + timedelta(days=20))
    come(database, who)
    plan(database, a_campaign(), globally="20%", now=january)
    for first, second, third in journeys(database).values():
        assert (first.layer, first.holdout) in {("global", True), (None, False)}
        assert (second.layer, second.holdout) == (None, False)
        assert (third.layer == "global") == (slot(global_salt(january), third.key) < 2000)


def test_who_was_held_out_of_everything_is_drawn_when_the_campaign_first_may(
    database: Engine,
) -> None:
    """Nobody saw in which of the campaign's groups they would have been."""
    who, january = people(database), datetime(2027, 1, 1, tzinfo=UTC)
    come(database, who)
    plan(database, split("10%", "50%", "50%"), globally="100%")
    come(database, who)
    plan(database, split("60%", "10%", "90%"), now=january)
    for _, second in journeys(database).values():
        arm = draw("winback", second.key, 6000, {"plain": 1000, "other": 9000})
        assert (second.sequence, second.holdout) == (arm.sequence, arm.holdout)


def _market(country: str) -> str:
    return f"{{segment: {country.lower()}, market: [{country}], sequence: plain}}"
