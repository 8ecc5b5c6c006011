"""The money of a report, worked out row by row: of orders, and of customers."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from recovery.measure.costs import Costs
from recovery.message import Channel
from recovery.models import Coupon
from tests.support.oracle import Oracle, Unit

Arm = tuple[str, str | None]
OFF_THE_PRICE = ("percent", "fixed")
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}


@dataclass
class Purse:
    """Minor units of one currency."""

    customers: int = 0
    payers: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    messages: Decimal = Decimal(0)

    @property
    def message_cost(self) -> int:
        return half_up(self.messages)

    @property
    def net(self) -> int:
        """What customers paid, less everything it cost."""
        p = self.parts
        return (
            p["paid"]
            - p["shipping_subsidy"]
            - p["refunds"]
            - p["leaked_coupons"]
            - (self.message_cost)
        )


@dataclass
class Till:
    """An oracle's eye for money."""

    oracle: Oracle
    costs: Costs
    codes: list[Any] = field(init=False)  # that were redeemed, and whose cost is known
    used_on: dict[int, Any] = field(init=False)  # codes by order

    def __post_init__(self) -> None:
        self.codes = [
            one
            for one in self.oracle.shop.all(Coupon)
            if one.state == "redeemed"
            and one.redeemed_at <= self.oracle.now
            and one.cost_minor is not None
        ]
        self.used_on = {one.redeemed_order_id: one for one in self.codes}

    def purses(self, arm: Arm, version: int | None = None) -> dict[str, Purse]:
        """By currency of the customers' first enrolled orders; messages by that of their bill."""
        found: defaultdict[str, Purse] = defaultdict(Purse)
        for unit in self.oracle.mature(arm):
            if version is None or unit.row.version_id == version:
                purse = found[unit.row.currency]
                paid = self._unit(unit, purse.parts)
                purse.customers, purse.payers = purse.customers + 1, purse.payers + paid
                for currency, minor in self._bills([unit.row]).items():
                    found[currency].messages += minor
        return dict(found)

    def _unit(self, unit: Unit, parts: Counter[str]) -> bool:
        """Add what one customer left; whether anything was paid."""
        row, orders = unit.row, {unit.order.id: unit.order}
        orders |= {one.id: one for one in self.oracle.bought[row.customer_id]}
        bought = [o for o in orders.values() if self.oracle.inside(row, o.paid_at)]
        same = [one for one in bought if one.currency == row.currency]
        for order in same:
            parts.update(self._order(row, order))
        for code in self.codes:
            order = self.oracle.orders[code.redeemed_order_id]
            leaked = code.enrolment_id == row.id and order not in bought
            if leaked and order.currency == row.currency:
                parts["leaked_coupons"] += code.cost_minor
        return bool(same)

    def _order(self, row: Any, order: Any) -> dict[str, int]:
        code = self.used_on.get(order.id)
        ours = code is not None and code.enrolment_id == row.id
        cost = code.cost_minor if code else 0
        cut = cost if ours and code.kind in OFF_THE_PRICE else 0
        given = cost if ours and code.kind not in OFF_THE_PRICE else 0
        # A friend's code is charged to the friend: here the order counts in full. One that the
        # same customer got at another enrolment is simply less paid.
        strange = code is not None and code.customer_id != row.customer_id
        off = 0
        if ours or strange:
            told_off = max(0, min(row.amount_minor - order.amount_minor, cost))
            full = cost if code.kind in OFF_THE_PRICE else 0
            off = told_off if order.id == row.order_id else full
        listed = order.amount_minor + off
        back, end = order.refunded_at, row.window_ends_at + self.oracle.refunds
        gone = back is not None and back <= self.oracle.now and back <= end
        return {
            "list": listed,
            "discount": cut,
            "paid": listed - cut,
            "shipping_subsidy": given,
            "refunds": listed - cut if gone else 0,
        }

    def _bills(self, rows: list[Any]) -> dict[str, Decimal]:
        """What the messages of enrolments cost, exact, in minor units by currency."""
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            for touch in self.oracle.left(row):
                country = self.oracle.orders[row.order_id].country
                price = self.costs.of(Channel(touch.channel), country)
                parts = (touch.segments or 1) if touch.channel == "sms" else 1
                if price:
                    found[price.currency] += price.each * parts * 10 ** DIGITS[price.currency]
        return found

    def waterfall(self, arm: Arm) -> dict[str, dict[str, Any]]:
        """Every line in minor units, by currency."""
        return {
            currency: self._lines(arm, currency, purse)
            for currency, purse in self.purses(arm).items()
        }

    def _lines(self, arm: Arm, currency: str, purse: Purse) -> dict[str, Any]:
        names = ("list", "discount", "paid", "shipping_subsidy", "refunds", "leaked_coupons")
        lines: dict[str, Any] = {name: purse.parts[name] for name in names}
        lines |= {"customers": purse.customers, "payers": purse.payers}
        lines |= {"message_cost": purse.message_cost, "net": purse.net, "organic": None}
        lines |= {"incremental_net": None, "cost_of_holdout": None}
        if arm[1] is not None and (organic := self._organic(arm, currency)) is not None:
            gained = purse.net - organic[0]
            lines |= {"organic": organic[0], "incremental_net": gained}
            if purse.customers:
                worth = Decimal(gained * organic[1]) / purse.customers
                lines["cost_of_holdout"] = half_up(worth)
        return lines

    def _organic(self, arm: Arm, currency: str) -> tuple[int, int] | None:
        """What as many of the hold-out left, within each version; and how many were held out."""
        total, held_out = 0.0, 0
        for version in self.oracle.shop.known:
            treated, held = (
                self.purses(side, version).get(currency, Purse()) for side in (arm, (arm[0], None))
            )
            if treated.customers and not held.customers:
                return None
            if held.customers:
                total += held.net / held.customers * treated.customers
                held_out += held.customers
        return half_up(Decimal(repr(total))), held_out

    def of_orders(self, arm: Arm) -> dict[str, dict[str, int]]:
        """Orders whose window is over, by currency: what `recovered` of them paid before a discount
        of ours, less incentives, messages and everything that went back."""
        old = {r.id: r for r in self.oracle.enrolled[arm] if r.window_ends_at <= self.oracle.now}
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in old.values():
            order = self.oracle.orders[row.order_id]
            if self.oracle.inside(row, order.paid_at):
                back = order.refunded_at is not None and order.refunded_at <= self.oracle.now
                found[order.currency]["recovered"] += order.amount_minor
                found[order.currency]["refunded"] += order.amount_minor * back
        for code in self.codes:
            if (row := old.get(code.enrolment_id)) and code.cost_minor:
                order = self.oracle.orders[code.redeemed_order_id]
                money = found[order.currency]
                money["incentive_cost"] += code.cost_minor
                if order.id == row.order_id and self.oracle.inside(row, order.paid_at):
                    off = min(row.amount_minor - order.amount_minor, code.cost_minor)
                    money["recovered"] += max(0, off)
        for currency, minor in self._bills(list(old.values())).items():
            found[currency]["message_cost"] = half_up(minor)
        for money in found.values():
            spent = money["incentive_cost"] + money["message_cost"] + money["refunded"]
            money["net"] = money["recovered"] - spent
        return {currency: dict(money) for currency, money in found.items()}


def half_up(value: Decimal) -> int:
    """To a whole minor unit."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
