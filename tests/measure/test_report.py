"""The report against stories whose numbers can be worked out on paper."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from recovery.db import reading, table, writing
from recovery.measure.costs import Costs, Price
from recovery.measure.report import Report, Verdict, report
from recovery.measure.wording import LANGUAGES, Wording
from recovery.models import CampaignVersion
from tests.support.ledger import Ledger

COSTS = Costs(email=Price(Decimal("0.01"), "EUR"), sms=Price(Decimal("0.07"), "EUR"))


def measured(database: Engine, hours: float, costs: Costs = COSTS) -> Report:
    with reading(database) as connection:
        return report(connection, Ledger.at(hours), costs)


def payload(database: Engine, hours: float, costs: Costs = COSTS) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = measured(database, hours, costs).payload()["sequences"]
    return found


def test_the_goal_window_is_open_on_the_left_and_closed_on_the_right(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for paid in (0, 0.001, 168, 168.001, None):
            ledger.enrolment(ledger.order(paid=paid))
    (row,) = payload(database, 600)
    assert (row["enrolled"], row["mature"], row["open"], row["recovered"]) == (5, 5, 0, 2)
    assert row["recovery_rate"]["value"] == 0.4


def test_a_window_is_over_at_its_last_instant_and_not_before(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid=2))
    assert payload(database, 167.999)[0]["mature"] == 0
    assert payload(database, 168)[0]["recovered"] == 1


def test_a_young_cohort_has_no_rate_even_when_it_has_paid(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(paid=2))
        ledger.touch(enrolment)
    (row,) = payload(database, 10)
    assert (row["enrolled"], row["open"], row["mature"], row["recovered"]) == (1, 1, 0, 0)
    assert row["recovery_rate"] == {"value": None, "ci95": None}
    assert row["touches"] == {"email": 1, "sms": 0, "task": 0}
    assert row["money"] == []


def test_nothing_after_now_is_seen(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(paid=2, refunded_at=ledger.at(300)))
        ledger.touch(enrolment, at=1)
        ledger.touch(enrolment, at=250)
        ledger.enrolment(ledger.order(), at=250)
    (row,) = payload(database, 200)
    assert (row["enrolled"], row["recovered"], row["touches"]["email"]) == (1, 1, 1)
    assert row["money"][0]["refunded"] == "0.00"


def test_only_what_left_us_is_a_touch(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order())
        for state in ("sent", "delivered", "bounced", "skipped", "unknown", "failed", "planned"):
            ledger.touch(enrolment, state=state)
        ledger.touch(enrolment, channel="sms", segments=3)
        ledger.touch(enrolment, channel="task")
    (row,) = payload(database, 168)
    assert row["touches"] == {"email": 3, "sms": 1, "task": 1}
    assert row["money"] == [
        {
            "currency": "EUR",
            "recovered": "0.00",
            "incentive_cost": "0.00",
            "message_cost": "0.24",  # three mails at 0.01, one SMS of three segments at 0.07
            "refunded": "0.00",
            "net": "-0.24",
        }
    ]


def test_currencies_are_never_added_together(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        first = ledger.enrolment(ledger.order(paid=5))
        ledger.enrolment(ledger.order(paid=5, currency="JPY", amount_minor=1250))
        ledger.touch(first)
    in_dollars = Costs(email=Price(Decimal("0.0079"), "USD"))
    (row,) = payload(database, 200, in_dollars)
    assert [(m["currency"], m["recovered"], m["message_cost"], m["net"]) for m in row["money"]] == [
        ("EUR", "100.00", "0.00", "100.00"),
        ("JPY", "1250", "0", "1250"),
        ("USD", "0.00", "0.01", "-0.01"),
    ]


def test_a_refund_is_taken_off_and_the_order_stays_recovered(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(paid=5, status="refunded", refunded_at=ledger.at(190))
        ledger.enrolment(order)
    (row,) = payload(database, 200)
    (money,) = row["money"]
    assert row["recovered"] == 1
    assert (money["recovered"], money["refunded"], money["net"]) == ("100.00", "100.00", "0.00")


def test_a_discount_is_taken_off_once_however_the_shop_tells_the_amount(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        # 100 € order, 10 % coupon; one shop goes on saying 100, the other says the 90 it was paid
        for segment, told in (("full", 10_000), ("reduced", 9_000)):
            order = ledger.order(paid=5, amount_minor=told)
            enrolment = ledger.enrolment(order, segment=segment, amount_minor=10_000)
            ledger.coupon(
                enrolment,
                ledger.touch(enrolment),
                state="redeemed",
                redeemed_at=ledger.at(5),
                redeemed_order_id=order,
                cost_minor=1_000,
            )
    for row in payload(database, 200, Costs()):
        (money,) = row["money"]
        assert (money["recovered"], money["incentive_cost"], money["net"]) == (
            "100.00",
            "10.00",
            "90.00",
        ), row["segment"]


def test_a_leaked_code_is_charged_to_the_sequence_that_issued_it(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        issuer = ledger.enrolment(ledger.order())
        stranger = ledger.order(paid=5, currency="USD", amount_minor=4_000)
        ledger.coupon(
            issuer,
            ledger.touch(issuer),
            state="redeemed",
            redeemed_at=ledger.at(5),
            redeemed_order_id=stranger,
            cost_minor=400,
        )
    (row,) = payload(database, 200, Costs())
    (money,) = row["money"]
    assert (money["currency"], money["recovered"], money["net"]) == ("USD", "0.00", "-4.00")


def cohort(ledger: Ledger, size: int, paid: int, **values: Any) -> None:
    for number in range(size):
        ledger.enrolment(ledger.order(paid=5 if number < paid else None), **values)


def test_a_sequence_is_compared_with_the_holdout_of_its_own_segment(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        cohort(ledger, 70, 56, segment="a", sequence="offer")
        cohort(ledger, 80, 48, segment="a", sequence="offer", holdout=True)
        cohort(ledger, 30, 3, segment="b", sequence="offer", holdout=True)
    treated, control, other = payload(database, 200)
    assert (treated["sequence"], treated["holdout"]) == ("offer", False)
    lift = treated["lift"]
    assert (lift["against"], lift["absolute"], lift["enough_data"]) == ("holdout", 0.2, True)
    assert lift["one_look_ci95"] == [0.0524, 0.3339]  # Newcombe 1998, example a
    assert lift["valid"] == "at every look"
    assert lift["ci95"] == [-0.213, 0.613]  # the sequence, planned for 5,000: far from settled
    assert treated["verdict"] == "inconclusive"
    assert (control["sequence"], control["holdout"], control["lift"]) == (None, True, None)
    assert (other["segment"], other["enrolled"]) == ("b", 30)


def test_one_holdout_serves_every_sequence_of_an_experiment(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for sequence in ("plain", "offer"):
            cohort(ledger, 20, 5, sequence=sequence)
            cohort(ledger, 10, 1, sequence=sequence, holdout=True)
    rows = payload(database, 200)
    assert [(row["sequence"], row["enrolled"]) for row in rows] == [
        ("offer", 20),
        ("plain", 20),
        (None, 20),
    ]
    assert {row["lift"]["absolute"] for row in rows[:2]} == {0.15}
    assert not any(row["lift"]["enough_data"] for row in rows[:2])


def test_without_a_holdout_the_lift_is_not_known(database: Engine) -> None:
    with writing(database) as connection:
        cohort(Ledger(connection), 30, 15)
    (row,) = measured(database, 200).rows
    assert row.lift is None
    assert row.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("holdout", "verdict"), [("10%", Verdict.UNDRAWN), ("0%", Verdict.UNKNOWN)]
)
def test_a_holdout_that_is_still_empty_is_another_thing_than_none(
    database: Engine, holdout: str, verdict: Verdict
) -> None:
    text = f"""
campaign: card-declined
status: active
trigger: {{on: payment_failed, after: 30m}}
goal: {{paid_within: 7d}}
holdout: {holdout}
segments:
  - {{segment: everyone, sequence: plain}}
sequences:
  plain:
    - {{step: reminder, after: 0m, email: payment-failed}}
"""
    with writing(database) as connection:
        cohort(Ledger(connection), 30, 15)
        connection.execute(update(table(CampaignVersion)).values(source=text))
    (row,) = measured(database, 200).rows
    assert row.lift is None
    assert row.verdict is verdict
    said = {Wording.of(lang).verdict(row) for lang in LANGUAGES}
    assert len(said) == 2
    assert any(("no hold-out" in one) == (verdict is Verdict.UNKNOWN) for one in said)


def test_a_holdout_from_the_defaults_counts_and_a_newer_file_too(database: Engine) -> None:
    text = """
campaign: card-declined
status: active
trigger: {on: payment_failed, after: 30m}
goal: {paid_within: 7d}
segments:
  - {segment: everyone, sequence: plain}
sequences:
  plain:
    - {step: reminder, after: 0m, email: payment-failed}
"""
    with writing(database) as connection:
        ledger = Ledger(connection)
        cohort(ledger, 30, 15)
        given = {"source": text, "defaults": "holdout: 20%\n"}
        connection.execute(update(table(CampaignVersion)).values(given))
    assert [row.verdict for row in measured(database, 200).rows] == [Verdict.UNDRAWN]
    newer = {"digest": "later", "file": "x.yaml", "first_used_at": Ledger.at(100)}
    with writing(database) as connection:
        row = {"campaign": "card-declined", "source": text, "defaults": ""} | newer
        connection.execute(insert(table(CampaignVersion)).values(row))
    assert [row.verdict for row in measured(database, 200).rows] == [Verdict.UNKNOWN]


def test_verdicts_follow_the_interval(database: Engine) -> None:
    paid_by_segment = {"lift": 80, "harm": 10, "inconclusive": 46, "collecting": 81}
    with writing(database) as connection:
        ledger = Ledger(connection)
        for segment, paid in paid_by_segment.items():
            cohort(ledger, 90, paid, segment=segment)
            cohort(ledger, 90, 45, segment=segment, holdout=True)
    verdicts = {row.arm.segment: row.verdict for row in measured(database, 200).rows[::2]}
    assert verdicts == {name: Verdict(name) for name in paid_by_segment}


def test_one_campaign_can_be_asked_for(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(), campaign="unpaid")
        ledger.enrolment(ledger.order(), campaign="card-declined")
    with reading(database) as connection:
        (row,) = report(connection, Ledger.at(1), COSTS, campaign="unpaid").rows
    assert row.arm.campaign == "unpaid"


def test_an_empty_database_makes_an_empty_report(database: Engine) -> None:
    assert measured(database, 1).payload() == {
        "at": "2026-11-01T10:00:00Z",
        "sequences": [],
        "owners": [],
        "steps": [],
        "global_holdout": None,
        "no_incentive": None,
    }
