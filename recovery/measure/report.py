"""The report: the rate of each sequence, and its lift against the hold-out of its own segment.

Recovery rate = enrolled orders paid within the goal window after enrolment ÷ enrolled orders
whose window is over. Everyone enrolled counts, sent to or not (intention to treat).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from recovery.measure import counts, stats
from recovery.measure.costs import Costs
from recovery.measure.counts import Arm, Counts
from recovery.measure.holdouts import drawing
from recovery.measure.stats import Interval, Proportion
from recovery.message import Channel
from recovery.money import Money


class Verdict(StrEnum):
    """What may be said about a sequence today."""

    UNKNOWN = "unknown"  # no hold-out: what would have been paid anyway is not known
    UNDRAWN = "undrawn"  # there is a hold-out, and nobody has been drawn into it yet
    COLLECTING = "collecting"  # too few orders for a word
    OPEN = "open"  # the interval holds zero: not settled
    LIFT = "lift"
    HARM = "harm"


@dataclass(frozen=True, slots=True)
class Lift:
    """Rate of a sequence minus rate of its hold-out; None while one of them has no rate."""

    absolute: float | None
    interval: Interval | None
    enough_data: bool
    control: Proportion  # the hold-out it is compared with


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency's money: net = recovered − incentives − messages − refunded."""

    recovered: Money
    incentives: Money
    messages: Money
    refunded: Money

    @property
    def net(self) -> Money:
        """What is left."""
        return self.recovered - self.incentives - self.messages - self.refunded


@dataclass(frozen=True, slots=True)
class Row:
    """One arm. `lift` is None for a hold-out, and for a sequence whose segment has none."""

    arm: Arm
    enrolled: int
    mature: Proportion  # recovered, of those whose window is over
    interval: Interval | None
    lift: Lift | None
    touches: Mapping[str, int]
    money: tuple[Balance, ...]  # by currency
    draws: bool = False  # whether its campaign holds out a share; asked where nobody is held out

    @property
    def rate(self) -> float | None:
        """Recovery rate; None while no window is over."""
        return self.mature.rate if self.mature.total else None

    @property
    def verdict(self) -> Verdict:
        """What may be said about this sequence."""
        if self.lift is None:
            return Verdict.UNDRAWN if self.draws else Verdict.UNKNOWN
        if not self.lift.enough_data or self.lift.interval is None:
            return Verdict.COLLECTING
        if 0.0 in self.lift.interval:
            return Verdict.OPEN
        return Verdict.LIFT if self.lift.interval.low > 0 else Verdict.HARM


@dataclass(frozen=True, slots=True)
class Report:
    """Every arm at one instant; sequences by name, each segment's hold-out after them."""

    at: datetime
    rows: tuple[Row, ...]

    def payload(self) -> dict[str, Any]:
        """The JSON of `recovery report --json`: rates to four places, money in major units."""
        return {
            "at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "sequences": [_row(row) for row in self.rows],
        }


def report(
    connection: Connection, now: datetime, costs: Costs, campaign: str | None = None
) -> Report:
    """Count and compare, as of `now`; of one `campaign` or of all."""
    found = counts.count(connection, now, campaign)
    ordered = sorted(found, key=lambda arm: (arm.campaign, arm.segment, arm.holdout, arm.sequence))
    controls = {arm[:2]: _seen(found[arm]) for arm in found if arm.holdout}
    alone = any(not arm.holdout and arm[:2] not in controls for arm in found)
    draws = drawing(connection, now) if alone else frozenset()
    rows = (
        _measure(arm, found[arm], controls.get(arm[:2]), costs, draws=arm.campaign in draws)
        for arm in ordered
    )
    return Report(now, tuple(rows))


def _seen(counted: Counts) -> Proportion:
    return Proportion(counted.recovered, counted.mature)


def _measure(
    arm: Arm, counted: Counts, control: Proportion | None, costs: Costs, *, draws: bool
) -> Row:
    seen = _seen(counted)
    return Row(
        arm=arm,
        enrolled=counted.enrolled,
        mature=seen,
        interval=stats.wilson(seen.count, seen.total).interval if seen.total else None,
        lift=None if arm.holdout or control is None else _lift(seen, control),
        touches={channel: counted.touches.get(channel, 0) for channel in Channel},
        money=_balances(counted, costs),
        draws=draws,
    )


def _lift(seen: Proportion, control: Proportion) -> Lift:
    if not seen.total or not control.total:
        return Lift(None, None, enough_data=False, control=control)
    lift = stats.newcombe(seen.count, seen.total, control.count, control.total)
    return Lift(lift.diff, lift.interval, stats.enough(seen, control), control)


def _balances(counted: Counts, costs: Costs) -> tuple[Balance, ...]:
    """A message billed in another currency than the orders makes a row of its own."""
    messages: dict[str, int] = {}
    for channel, units in counted.units.items():
        if (price := costs.of(Channel(channel))) and units:
            bill = price.times(units)
            messages[bill.currency] = messages.get(bill.currency, 0) + bill.minor
    return tuple(
        Balance(
            recovered=Money(counted.money[currency].recovered, currency),
            incentives=Money(counted.money[currency].incentives, currency),
            messages=Money(messages.get(currency, 0), currency),
            refunded=Money(counted.money[currency].refunded, currency),
        )
        for currency in sorted({*counted.money, *messages})
    )


def _row(row: Row) -> dict[str, Any]:
    return {
        **row.arm._asdict(),
        "enrolled": row.enrolled,
        "open": row.enrolled - row.mature.total,
        "mature": row.mature.total,
        "recovered": row.mature.count,
        "recovery_rate": {"value": _rounded(row.rate), "ci95": _bounds(row.interval)},
        "lift": None
        if row.lift is None
        else {
            "against": "holdout",
            "absolute": _rounded(row.lift.absolute),
            "ci95": _bounds(row.lift.interval),
            "enough_data": row.lift.enough_data,
        },
        "touches": dict(row.touches),
        "money": [_balance(balance) for balance in row.money],
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


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _bounds(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 4), round(interval.high, 4)]
