"""What all campaigns cause together, and what offers do to those who would have paid at once."""

from typing import Any

from sqlalchemy import Engine, update

from recovery.db import reading, table, writing
from recovery.measure.costs import Costs
from recovery.measure.report import report
from recovery.models import CampaignVersion, Customer, Order
from tests.support.ledger import Ledger

TEXT = """
campaign: card-declined
status: active
trigger: {on: payment_failed}
goal: {paid_within: 7d}
segments: [{segment: everyone, sequence: plain}]
sequences: {plain: [{step: reminder, after: 0m, email: payment-failed}]}
"""


def told(database: Engine, hours: float) -> dict[str, Any]:
    with reading(database) as connection:
        return report(connection, Ledger.at(hours), Costs()).payload()


def shared(ledger: Ledger, defaults: str) -> None:
    ledger.version()
    values = {"source": TEXT, "defaults": defaults, "first_used_at": ledger.at(-1000)}
    ledger.connection.execute(update(table(CampaignVersion)).values(values))


def test_who_is_held_out_of_everything_is_compared_with_all_others(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "global_holdout: 20%\n")
        for number in range(100):
            ledger.enrolment(
                ledger.order(paid=5 if number % 4 == 0 else None),
                holdout=number < 20,
                layer="global" if number < 20 else None,
            )
    found = told(database, 200)
    whole = found["global_holdout"]
    assert (whole["share"], whole["verdict"]) == (0.2, "collecting")
    (quarter,) = whole["quarters"]
    assert quarter["quarter"] == "2026Q4"
    assert [quarter[side]["mature"] for side in ("reached", "held_out")] == [80, 20]
    assert [quarter[side]["converted"] for side in ("reached", "held_out")] == [20, 5]
    assert whole["lift"]["absolute"] == 0.0
    (row,) = found["sequences"]  # held out globally is not held out of this segment
    assert (row["holdout"], row["enrolled"], row["customers"]["enrolled"]) == (False, 80, 80)


def test_a_customer_counts_once_a_quarter_whatever_the_campaigns(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "global_holdout: 20%\n")
        first = ledger.order()
        owner = connection.execute(table(Customer).select()).one().id
        ledger.enrolment(first, holdout=True, layer="global", state="exhausted")
        again = ledger.order(paid=60, customer_id=owner)
        ledger.enrolment(again, at=50, campaign="other", holdout=True, layer="global")
        january = ledger.order(paid=24 * 70, customer_id=owner)
        ledger.enrolment(january, at=24 * 65, holdout=True, layer="global")
    held = [one["held_out"] for one in told(database, 24 * 90)["global_holdout"]["quarters"]]
    assert [(one["mature"], one["converted"]) for one in held] == [(1, 1), (1, 1)]


def test_after_a_void_enrolment_the_next_one_counts(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "global_holdout: 20%\n")
        void = ledger.order(paid=-2)
        owner = connection.execute(table(Customer).select()).one().id
        ledger.enrolment(void, holdout=True, layer="global", state="exited", reason="paid_before")
        again = ledger.order(paid=60, customer_id=owner)
        ledger.enrolment(again, at=50, holdout=True, layer="global")
    (quarter,) = told(database, 24 * 20)["global_holdout"]["quarters"]
    assert (quarter["held_out"]["mature"], quarter["held_out"]["converted"]) == (1, 1)


def drawn_by(
    ledger: Ledger, defaults: str, *, at: float, people: int, held: int, paid: int
) -> None:
    """A version under which so many entered; of both sides every `paid`-th pays."""
    version = ledger.version(TEXT, at=at)
    values = {"source": TEXT, "defaults": defaults}
    versions = table(CampaignVersion)
    ledger.connection.execute(update(versions).where(versions.c.id == version).values(values))
    for number in range(people):
        mine = number < held
        when = at + 5 if number % paid == 0 else None
        order = ledger.order(placed=at, paid=when)
        ledger.enrolment(order, at=at + 1, holdout=mine, layer="global" if mine else None)


def test_who_entered_before_anything_was_drawn_is_on_no_side(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        drawn_by(ledger, "", at=0, people=300, held=0, paid=2)
        drawn_by(ledger, "global_holdout: 20%\n", at=200, people=100, held=20, paid=4)
    whole = told(database, 500)["global_holdout"]
    (quarter,) = whole["quarters"]
    assert [quarter[side]["mature"] for side in ("reached", "held_out")] == [80, 20]
    assert (whole["lift"]["absolute"], whole["srm_p"], whole["verdict"]) == (0, 1, "collecting")


def test_another_share_in_one_quarter_is_another_stratum(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        drawn_by(ledger, "global_holdout: 10%\n", at=0, people=400, held=40, paid=20)
        drawn_by(ledger, "global_holdout: 50%\n", at=200, people=400, held=200, paid=4)
    whole = told(database, 500)["global_holdout"]
    found = [(one["share"], one["held_out"]["mature"]) for one in whole["quarters"]]
    assert found == [(0.1, 40), (0.5, 200)]
    assert (whole["lift"]["absolute"], whole["srm_p"], whole["verdict"]) == (0, 1, "inconclusive")


def shop(ledger: Ledger, *, offered: int, apart: int, paid_at_once: bool) -> None:
    """Customers with slots on both sides of a draw of 10 %; of three with offers one abandons."""
    for number in range(offered + apart):
        slot = 5_000 if number < offered else 500
        values: dict[str, Any] = {"paid": 1} if paid_at_once else {}
        order = ledger.order(placed=0, **values)
        customer = _customer(ledger, order)
        ledger.connection.execute(
            update(table(Customer)).where(table(Customer).c.id == customer).values(slot=slot)
        )
        if number < offered and number % 3 == 0:
            lost = ledger.order(placed=2, customer_id=customer)
            ledger.enrolment(lost, at=3)


def _customer(ledger: Ledger, order: int) -> int:
    orders = table(Order)
    row = ledger.connection.execute(orders.select().where(orders.c.id == order)).one()
    return int(row.customer_id)


def test_offers_that_teach_to_abandon_show_in_those_who_never_get_any(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "no_incentive: 10%\n")
        shop(ledger, offered=30, apart=10, paid_at_once=True)
    offers = told(database, 200)["no_incentive"]
    assert offers["measured"] is True
    assert offers["active_customers"] == {"with_offers": 30, "without": 10}
    assert offers["abandonments"]["difference"] == 0.3333
    (net,) = offers["net_value"]
    assert (net["currency"], net["difference"]) == ("EUR", 0.0)


def test_a_feed_of_unpaid_orders_cannot_show_it(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "no_incentive: 10%\n")
        shop(ledger, offered=30, apart=10, paid_at_once=False)
    offers = told(database, 200)["no_incentive"]
    assert offers["measured"] is False
    assert (offers["abandonments"], offers["net_value"]) == (None, [])


def test_what_is_not_drawn_is_not_reported(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "")
        ledger.enrolment(ledger.order(paid=3))
    found = told(database, 200)
    assert (found["global_holdout"], found["no_incentive"]) == (None, None)


def test_a_gift_costs_what_free_shipping_costs(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "no_incentive: 10%\n")
        shop(ledger, offered=30, apart=10, paid_at_once=True)
        order = ledger.order(placed=2, paid=30)
        connection.execute(
            update(table(Customer)).where(table(Customer).c.slot.is_(None)).values(slot=5_000)
        )
        enrolment = ledger.enrolment(order, at=3)
        ledger.coupon(
            enrolment,
            ledger.touch(enrolment),
            kind="gift",
            state="redeemed",
            redeemed_at=ledger.at(30),
            redeemed_order_id=order,
            cost_minor=3_100,
        )
    (net,) = told(database, 200)["no_incentive"]["net_value"]
    assert net["difference"] == -1.0  # 31 customers left 100.00 each, less the gift's 31.00


def test_an_older_report_knows_no_later_payment(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        shared(ledger, "no_incentive: 10%\n")
        for _ in range(10):
            ledger.order(placed=0, paid=50)
    assert told(database, 40)["no_incentive"]["measured"] is False
    assert told(database, 60)["no_incentive"]["measured"] is True
