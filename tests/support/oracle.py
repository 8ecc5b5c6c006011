"""What a report must say, worked out row by row from the definitions, without SQL.

A unit is a customer's first enrolment in a segment of a campaign, unless its order turns out to
have been paid before. In the window: later than the enrolment, not later than its end.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from math import log, prod, sqrt
from statistics import NormalDist
from typing import Any

from recovery.models import Click, Enrolment, Order, Touch
from tests.support.histories import DESIGNS, Shop, steps

Z = NormalDist().inv_cdf(0.975)
GONE = ("sent", "delivered", "bounced")
HOURS = timedelta(hours=1)
CREDITED = {"email": 120 * HOURS, "sms": 24 * HOURS}
FIRST = HOURS  # when any message of a segment is due the soonest


@dataclass
class Unit:
    """A customer's first enrolment, and when anything and the enrolled order were paid."""

    row: Any
    order: Any
    mature: bool
    converted_at: datetime | None
    paid_at: datetime | None
    reversed: bool


@dataclass
class Oracle:
    """A history as it was known at `now`."""

    shop: Shop
    now: datetime
    refunds: timedelta = timedelta(days=30)
    orders: dict[int, Any] = field(init=False)
    bought: dict[int, list[Any]] = field(init=False)  # orders by customer
    written: dict[int, list[Any]] = field(init=False)  # touches by enrolment
    clicks: dict[int, list[Any]] = field(init=False)  # of people, by touch

    def __post_init__(self) -> None:
        self.orders = {one.id: one for one in self.shop.all(Order)}
        self.bought = by("customer_id", self.orders.values())
        self.written = by("enrolment_id", self.shop.all(Touch))
        self.clicks = by("touch_id", (one for one in self.shop.all(Click) if not one.machine))

    def inside(self, row: Any, at: datetime | None) -> bool:
        """Paid in the window of an enrolment, as far as is known."""
        return at is not None and row.enrolled_at < at <= row.window_ends_at and at <= self.now

    @cached_property
    def enrolled(self) -> dict[tuple[str, str | None], list[Any]]:
        """All enrolments by arm: segment, and sequence or None for the hold-out."""
        found = defaultdict(list)
        for row in self.shop.all(Enrolment):
            if row.enrolled_at <= self.now and row.layer is None:
                found[row.segment, None if row.holdout else row.sequence].append(row)
        return found

    @cached_property
    def units(self) -> dict[tuple[str, str | None], list[Unit]]:
        """Units by arm."""
        found, seen = defaultdict(list), set()
        for row in sorted(self.shop.all(Enrolment), key=lambda one: (one.enrolled_at, one.id)):
            order = self.orders[row.order_id]
            void = order.paid_at is not None and order.paid_at <= row.enrolled_at
            name = (row.customer_id, row.segment)
            if row.enrolled_at > self.now or row.layer or void or name in seen:
                continue
            seen.add(name)
            found[row.segment, None if row.holdout else row.sequence].append(self._unit(row, order))
        return found

    def _unit(self, row: Any, order: Any) -> Unit:
        theirs = [order, *self.bought[row.customer_id]]
        times = [one.paid_at for one in theirs if self.inside(row, one.paid_at)]
        own = order.paid_at if self.inside(row, order.paid_at) else None
        back = order.refunded_at
        gone = own and back and back <= self.now and back <= row.window_ends_at + self.refunds
        mature = row.window_ends_at <= self.now
        return Unit(row, order, mature, min(times, default=None), own, bool(gone))

    def mature(self, arm: tuple[str, str | None]) -> list[Unit]:
        """Units whose window is over."""
        return [one for one in self.units[arm] if one.mature]

    # -- orders and customers --------------------------------------------------------------------

    def of_orders(self, arm: tuple[str, str | None]) -> dict[str, Any]:
        """Order-level counts, and the rate with customers as clusters."""
        rows = self.enrolled[arm]
        old = [row for row in rows if row.window_ends_at <= self.now]
        paid = [row for row in old if self.inside(row, self.orders[row.order_id].paid_at)]
        counts = {"enrolled": len(rows), "open": len(rows) - len(old), "mature": len(old)}
        return counts | {"recovered": len(paid), "recovery_rate": self._clustered(old, paid)}

    def _clustered(self, old: list[Any], paid: list[Any]) -> dict[str, Any]:
        m, d = (Counter(row.customer_id for row in rows) for rows in (paid, old))
        rate, worth = len(paid) / len(old), 1.0
        if 1 < len(d) < len(old) and 0 < rate < 1:
            spread = sum((m[one] - rate * d[one]) ** 2 for one in d) / (len(d) - 1)
            variance = spread / len(d) / (len(old) / len(d)) ** 2
            worth = max(1.0, variance / (rate * (1 - rate) / len(old)))
        return {"value": rate, "ci95": wilson(len(paid) / worth, len(old) / worth)}

    def of_customers(self, arm: tuple[str, str | None]) -> dict[str, Any]:
        """Customer-level counts and rates."""
        units, old = self.units[arm], self.mature(arm)
        n, converted = len(old), [one for one in old if one.converted_at]
        recovered, back = sum(bool(u.paid_at) for u in old), sum(u.reversed for u in old)
        early = sum(one.converted_at - one.row.enrolled_at <= FIRST for one in converted)
        return {
            "enrolled": len(units),
            "mature": n,
            "pending": len(units) - n,
            "matured_share": n / len(units),
            "converted": len(converted),
            "recovered": recovered,
            "reversed": back,
            "conversion_rate": rated(len(converted), n),
            "same_order_rate": rated(recovered, n),
            "net_of_reversal_rate": rated(recovered - back, n),
            "converted_before_first_touch": early,
            "triggered": {
                "customers": n - early,
                "converted": len(converted) - early,
                "conversion_rate": rated(len(converted) - early, n - early),
            },
        }

    def lift(self, arm: tuple[str, str | None]) -> dict[str, Any]:
        """Within each version, put together by the treated of each; 5,000 customers planned."""
        pairs = []
        for version in self.shop.known:
            sides = [
                [one for one in self.mature(side) if one.row.version_id == version]
                for side in (arm, (arm[0], None))
            ]
            if all(sides):
                counts = [sum(bool(one.converted_at) for one in side) for side in sides]
                pairs.append((counts[0], len(sides[0]), counts[1], len(sides[1])))
        return together(pairs, sequences=len(DESIGNS[0][2][arm[0]]))

    # -- what was sent ---------------------------------------------------------------------------

    def touches(self, arm: tuple[str, str | None]) -> Counter[str]:
        """Sent messages of everyone enrolled, by channel."""
        return Counter(one.channel for row in self.enrolled[arm] for one in self.left(row))

    def left(self, row: Any) -> list[Any]:
        """Touches of an enrolment that left us."""
        touches = self.written.get(row.id, [])
        return [one for one in touches if one.state in GONE and one.tried_at <= self.now]

    def credits(self, arm: tuple[str, str | None], rule: str) -> Counter[str]:
        """One credit for each recovered order."""
        pick: Callable[..., Any] = min if rule == "first_touch" else max
        found: Counter[str] = Counter()
        for unit in self.mature(arm):
            if unit.paid_at:
                chances = list(self._chances(unit, rule))
                found[pick(chances)[2] if chances else "organic"] += 1
        return found

    def _chances(self, unit: Unit, rule: str) -> Iterable[tuple[datetime, int, str]]:
        for touch in self.written.get(unit.row.id, []):
            if touch.state in ("sent", "delivered") and touch.channel in CREDITED:
                clicks = [click.at for click in self.clicks.get(touch.id, [])]
                for at in clicks if rule == "last_click" else [touch.tried_at]:
                    if at < unit.paid_at <= at + CREDITED[touch.channel]:
                        yield at, touch.id, touch.step

    def stages(self, arm: tuple[str, str | None]) -> list[dict[str, Any]]:
        """Each step of the newest version: how far it came, and who paid until the next one."""
        newest = self.shop.known.index(max(one.row.version_id for one in self.units[arm]))
        return [self._stage(arm, step) for step, _, _ in steps(newest, str(arm[1]))]

    def _stage(self, arm: tuple[str, str | None], step: str) -> dict[str, Any]:
        units = self.mature(arm)
        planned = [t for u in units for t in self.written.get(u.row.id, []) if t.step == step]
        left = [t.state for u in units for t in self.left(u.row) if t.step == step]
        clicked = {
            touch.enrolment_id
            for touch in planned
            if any(click.at <= self.now for click in self.clicks.get(touch.id, []))
        }
        treated, held = (self._between(side, arm, step) for side in (arm, (arm[0], None)))
        return {
            "step": step,
            "planned": len(planned),
            "sent": len(left),
            "delivered": left.count("delivered"),
            "bounced": left.count("bounced"),
            "clicked": len(clicked),
            "still_unpaid": treated[1],
            "converted": treated[0],
            "hazard": rated(*treated),
            "holdout_hazard": rated(*held),
        }

    def _between(
        self, side: tuple[str, str | None], arm: tuple[str, str | None], step: str
    ) -> tuple[int, int]:
        paid = left = 0
        versions = {one.row.version_id for one in self.units[arm]}
        for unit in self.mature(side):
            if unit.row.version_id not in versions:
                continue
            plan = steps(self.shop.known.index(unit.row.version_id), str(arm[1]))
            begin = next(after for name, _, after in plan if name == step)
            end = min((after for _, _, after in plan if after > begin), default=10**6)
            took = took_of(unit)
            left += took is None or took > begin * HOURS
            paid += took is not None and begin * HOURS < took <= end * HOURS
        return paid, left

    # -- time ------------------------------------------------------------------------------------

    def curve(self, arm: tuple[str, str | None], horizon: float) -> tuple[float, dict[float, Any]]:
        """Kaplan and Meier: mean hours unpaid, and share paid and people watched by hour."""
        watched = []
        for unit in self.units[arm]:
            took = took_of(unit)
            end = unit.row.window_ends_at if unit.mature else self.now
            watched.append((took or end - unit.row.enrolled_at, took is not None))
        times = sorted({span for span, paid in watched if paid and span <= horizon * HOURS})
        at_risk = {t: sum(span >= t for span, _ in watched) for t in times}
        factors = {t: 1 - sum(w == (t, True) for w in watched) / at_risk[t] for t in times}

        def unpaid(t: timedelta) -> float:
            return prod(factor for at, factor in factors.items() if at <= t)

        ends = [timedelta(0), *times, horizon * HOURS]
        area = sum(unpaid(a) * ((b - a) / HOURS) for a, b in pairwise(ends))
        marks = [*(float(h) for h in (1, 6, 24, 48, 72, 168) if h < horizon), horizon]
        people = {m: sum(span >= m * HOURS for span, _ in watched) for m in marks}
        return area, {m: (1 - unpaid(m * HOURS), people[m]) for m in marks}


def by(column: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by one of their columns."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def took_of(unit: Unit) -> timedelta | None:
    """From enrolment until converted."""
    return unit.converted_at - unit.row.enrolled_at if unit.converted_at else None


def rated(count: int, total: int) -> dict[str, Any]:
    """A share with Wilson's interval."""
    if not total:
        return {"value": None, "ci95": None}
    return {"value": count / total, "ci95": wilson(count, total)}


def wilson(count: float, total: float, z: float = Z) -> list[float]:
    """E. B. Wilson, 1927."""
    p, shrink = count / total, 1 + z * z / total
    middle = (p + z * z / (2 * total)) / shrink
    reach = z / shrink * sqrt(p * (1 - p) / total + z * z / (4 * total**2))
    return [middle - reach, middle + reach]


def together(pairs: list[tuple[int, int, int, int]], sequences: int) -> dict[str, Any]:
    """Difference by strata of (converted, treated, converted, held out), at every look."""
    treated, total = sum(p[1] for p in pairs), sum(p[1] + p[3] for p in pairs)
    est = sum(nt / treated * (kt / nt - kc / nc) for kt, nt, kc, nc in pairs)
    se = sqrt(
        sum(
            (nt / treated) ** 2 * (kt / nt * (1 - kt / nt) / nt + kc / nc * (1 - kc / nc) / nc)
            for kt, nt, kc, nc in pairs
        )
    )
    alpha = 0.05 / sequences
    rho2 = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / 5_000
    n = total
    wide = 2 * (n * rho2 + 1) / (n**2 * rho2) * log(sqrt(n * rho2 + 1) / alpha)
    reach = se * sqrt(n) * sqrt(wide)
    once = NormalDist().inv_cdf(1 - alpha / 2) * se
    cells = [sum(p[0] for p in pairs), sum(p[2] for p in pairs)]
    cells += [treated - cells[0], sum(p[3] for p in pairs) - cells[1]]
    return {
        "absolute": est,
        "ci95": [est - reach, est + reach],
        "one_look_ci95": [est - once, est + once],
        "incremental_conversions": est * treated,
        "relative": sum(p[0] for p in pairs) / sum(p[1] * p[2] / p[3] for p in pairs) - 1,
        "enough_data": min(cells) >= 10,
    }
