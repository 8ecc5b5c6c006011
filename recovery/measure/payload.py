"""The JSON of a report: rates to four places, money in major units as text."""

from datetime import UTC, timedelta
from math import isfinite
from typing import Any

from recovery.draws import SLOTS
from recovery.measure.across import Everything, Offers
from recovery.measure.cash import Cash
from recovery.measure.comparing import Early
from recovery.measure.evidence.tallies import Tally
from recovery.measure.journey import Hazard, recovery
from recovery.measure.judging import Health
from recovery.measure.lift import Lift
from recovery.measure.owners import owners
from recovery.measure.report import Balance, Report, Row
from recovery.measure.stats import Effect, Interval, Proportion, wilson
from recovery.money import digits

HOUR = timedelta(hours=1)


def payload(report: Report) -> dict[str, Any]:
    """The document of `recovery report --json`."""
    return {
        "at": report.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "sequences": [row_of(row) for row in report.rows],
        "owners": [one.payload() for one in owners(report)],
        "steps": [step.payload() for step in report.steps],
        "global_holdout": None if report.everything is None else _everything(report.everything),
        "no_incentive": None if report.offers is None else _offers(report.offers),
    }


def row_of(row: Row) -> dict[str, Any]:
    """One arm."""
    return {
        **row.arm._asdict(),
        "owner": row.owner,
        "enrolled": row.enrolled,
        "open": row.enrolled - row.mature.total,
        "mature": row.mature.total,
        "recovered": row.mature.count,
        "recovery_rate": {"value": _rounded(row.rate), "ci95": _bounds(row.interval)},
        "lift": None if row.lift is None else lift_of(row.lift, "holdout"),
        "verdict": None if row.arm.holdout else row.verdict.value,
        "outcome": row.outcome.value if row.outcome and not row.arm.holdout else None,
        "decision": {
            "rule": row.decision.rule.value,
            "customers": row.decision.customers,
            "smallest_lift": row.decision.smallest_lift / 10_000,
        },
        "customers": _people(row.people) | _early(row.early),
        "health": _health(row.health),
        "credited_not_caused": _credits(row),
        "stages": [_stage(stage) for stage in row.stages],
        "time_to_recovery": _curve(row),
        "touches": dict(row.touches),
        "money": [_balance(balance) for balance in row.money],
        "customer_money": [_cash(cash, row) for cash in row.cash],
    }


def _everything(found: Everything) -> dict[str, Any]:
    """All campaigns against nothing, over the quarters."""
    return {
        "share": found.share,
        "verdict": found.verdict.value,
        "srm_p": found.srm_p,
        "lift": None if found.lift is None else lift_of(found.lift, "global holdout"),
        "quarters": [
            {
                "quarter": one.name,
                "share": None if one.share is None else one.share / SLOTS,
                "reached": _side(one.reached),
                "held_out": _side(one.held_out),
            }
            for one in found.quarters
        ],
    }


def _side(seen: Proportion) -> dict[str, Any]:
    return {"mature": seen.total, "converted": seen.count, "conversion_rate": rate(seen)}


def _offers(found: Offers) -> dict[str, Any]:
    """Differences for each active customer: with offers less without."""
    return {
        "measured": found.measured,
        "active_customers": {"with_offers": found.active[0], "without": found.active[1]},
        "abandonments": None if found.abandonments is None else _effect(found.abandonments, 0),
        "net_value": [
            {"currency": currency, **_effect(effect, digits(currency))}
            for currency, effect in found.net
        ],
    }


def _effect(effect: Effect, shift: int) -> dict[str, Any]:
    """A difference of means; money is told in major units."""
    ends = [None if end is None else end / 10**shift for end in (effect.lo, effect.hi)]
    return {
        "difference": None if effect.est is None else _rounded(effect.est / 10**shift),
        "ci95": None if None in ends else [_rounded(end) for end in ends],
    }


def rate(seen: Proportion) -> dict[str, Any]:
    """A share with its Wilson interval; null of nobody."""
    if not seen.total:
        return {"value": None, "ci95": None}
    return {"value": _rounded(seen.rate), "ci95": _bounds(wilson(seen.count, seen.total).interval)}


def lift_of(lift: Lift, against: str) -> dict[str, Any]:
    """A difference, and the name of what it is measured against."""
    smallest = lift.smallest
    return {
        "against": against,
        "absolute": _rounded(lift.absolute),
        "ci95": _bounds(lift.interval),
        "enough_data": lift.enough_data,
        "one_look_ci95": _bounds(lift.one_look),
        "valid": "at every look" if lift.rule.value == "anytime" else "at one look",
        "p": _rounded(lift.p),
        "relative": _rounded(lift.relative),
        "relative_ci95": _bounds(lift.relative_interval),
        "incremental_conversions": _rounded(lift.incremental, 2),
        "incremental_ci95": _bounds(lift.incremental_interval, 2),
        "smallest_visible": None
        if smallest is None
        else {"absolute": _rounded(smallest.mde_abs), "ratio": _rounded(smallest.mde_rr)},
    }


def _people(people: Tally) -> dict[str, Any]:
    mature = people.mature
    return {
        "enrolled": people.enrolled,
        "mature": mature,
        "pending": people.enrolled - mature,
        "matured_share": _rounded(mature / people.enrolled) if people.enrolled else None,
        "converted": people.converted,
        "recovered": people.recovered,
        "reversed": people.reversed,
        "conversion_rate": rate(Proportion(people.converted, mature)),
        "same_order_rate": rate(Proportion(people.recovered, mature)),
        "net_of_reversal_rate": rate(Proportion(people.recovered - people.reversed, mature)),
    }


def _early(early: Early) -> dict[str, Any]:
    """Who converted before any message was due, and the others; null where nobody knows when."""
    told, later = early.before.total > 0, early.triggered
    return {
        "converted_before_first_touch": early.before.count if told else None,
        "triggered": {
            "customers": later.total,
            "converted": later.count,
            "conversion_rate": rate(later),
        }
        if told
        else None,
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "srm_p": health.srm_p,
        "srm": health.mismatched,
        "paid_before_first_touch_p": health.early_p,
        "uneven_before_first_touch": health.uneven,
        "contaminated": health.contaminated,
        "held_out": health.held_out,
    }


def _credits(row: Row) -> dict[str, Any]:
    """Each recovered order has one credit; the rest is organic."""
    return {
        rule.value: dict(sorted(steps.items()))
        | {"organic": row.people.recovered - sum(steps.values())}
        for rule, steps in row.credits.items()
    }


def _stage(stage: Hazard) -> dict[str, Any]:
    reach = stage.reach
    return {
        "step": stage.step,
        "channel": stage.channel,
        "after_hours": _rounded(stage.after / HOUR, 2),
        "planned": reach.planned,
        "sent": reach.sent,
        "delivered": reach.delivered,
        "bounced": reach.bounced,
        "clicked": reach.clicked,
        "still_unpaid": stage.treated.total,
        "converted": stage.treated.count,
        "hazard": rate(stage.treated),
        "holdout_hazard": None if stage.control is None else rate(stage.control),
    }


def _curve(row: Row) -> dict[str, Any] | None:
    found = None if row.window is None else recovery(row.people.curve, row.window / HOUR)
    if found is None:
        return None
    return {
        "unpaid_hours": _rounded(found.unpaid_hours),
        "points": [
            {
                "hours": _rounded(point.hours, 2),
                "share": _rounded(point.share),
                "ci95": [_rounded(point.low), _rounded(point.high)],
                "at_risk": point.at_risk,
            }
            for point in found.points
        ],
    }


def _balance(balance: Balance) -> dict[str, str]:
    return {
        "currency": balance.net.currency,
        "recovered": str(balance.recovered),
        "incentive_cost": str(balance.incentives),
        "message_cost": str(balance.messages),
        "refunded": str(balance.refunded),
        "net": str(balance.net),
    }


def _cash(cash: Cash, row: Row) -> dict[str, Any]:
    """The waterfall; amounts that can't be known are null."""
    purse = cash.purse

    def money(minor: int | float | None) -> str | None:
        return None if minor is None else str(cash.money(round(minor)))

    interval = cash.interval
    return {
        "currency": cash.currency,
        "customers": purse.units,
        "payers": purse.payers,
        "list": money(purse.list),
        "discount": money(purse.discount),
        "paid": money(cash.paid),
        "shipping_subsidy": money(purse.subsidy),
        "refunds": money(purse.refunds),
        "leaked_coupons": money(purse.leaked),
        "message_cost": money(cash.messages),
        "net": money(cash.net),
        "net_per_customer": money(cash.per_customer),
        "organic": money(cash.organic),
        "incremental_net": money(cash.incremental),
        "incremental_net_per_customer": money(cash.incremental_per_customer),
        "incremental_ci95": interval and [money(interval.low), money(interval.high)],
        "capped_at": money(cash.cap),
        "cost_per_incremental_order": money(cash.per_order),
        "cost_of_holdout": money(cash.holdout),
    }


def _rounded(value: float | None, places: int = 4) -> float | None:
    return None if value is None or not isfinite(value) else round(value, places)


def _bounds(interval: Interval | None, places: int = 4) -> list[float | None] | None:
    if interval is None:
        return None
    return [_rounded(interval.low, places), _rounded(interval.high, places)]
