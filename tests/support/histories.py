"""Random histories of a shop: customers who come back, pay late, early or exactly on a boundary,
with codes of their own or a friend's, in three currencies, under two versions of a campaign."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from recovery.measure.costs import Costs, Price
from recovery.models import Coupon, Enrolment, Order
from tests.support.notebook import Notebook

AS_OF = 1_500  # hours
CHANGED = 500  # when the second version began
TICK = timedelta(microseconds=1).total_seconds() / 3600
TEXT = """
campaign: card-declined
status: active
trigger: {on: payment_failed}
goal: {paid_within: %s}
holdout: %s
segments:
  - {segment: dear, amount: {from: 100 EUR}, sequence: plain}
  - {segment: everyone, sequence: {plain: %s, offer: %s}}
sequences:
  plain:
    - {step: reminder, after: 1h, email: payment-failed}
    - {step: nudge, after: %s, sms: payment-failed}
  offer:
    - {step: reminder, after: 2h, email: payment-failed}
    - {step: call, after: 20h, task: call-customer, to: customer-service}
    - {step: code, after: 2d, email: last-call, offer: ten}
offers: {ten: {kind: percent, percent: 10%%, valid: 72h, budget: 500 EUR per month}}
"""
DESIGNS = (  # window in hours, share held out, shares by segment, hours of each step
    (168, 0.3, {"dear": {"plain": 1.0}, "everyone": {"plain": 0.5, "offer": 0.5}}, 24),
    (72, 0.5, {"dear": {"plain": 1.0}, "everyone": {"plain": 0.2, "offer": 0.8}}, 30),
)
TEXTS = (
    TEXT % ("7d", "30%", "50%", "50%", "24h"),
    TEXT % ("3d", "50%", "20%", "80%", "30h"),
)
COUNTRIES = {"EUR": "DE", "USD": "US", "JPY": "JP"}
COSTS = Costs(
    email=Price(Decimal("0.0079"), "EUR"),
    sms=Price(Decimal("0.0833"), "EUR"),
    markets={
        "email:US": Price(Decimal("0.0011"), "USD"),
        "sms:US": Price(Decimal("0.0079"), "USD"),
        "sms:JP": Price(Decimal("9.5"), "JPY"),
    },
)


def steps(version: int, sequence: str) -> tuple[tuple[str, str, int], ...]:
    """Step, channel and hours, as the texts have them."""
    if sequence == "plain":
        return ("reminder", "email", 1), ("nudge", "sms", DESIGNS[version][3])
    return ("reminder", "email", 2), ("call", "task", 20), ("code", "email", 48)


class Shop(Notebook):
    """One history; everything random comes from `lot`."""

    lot: Random
    known: tuple[int, int]

    def begin(self, seed: int) -> None:
        self.lot = Random(seed)  # noqa: S311 - the same history every time
        versions = [self.version(TEXTS[0], at=-1), self.version(TEXTS[1], at=CHANGED)]
        self.known = (versions[0], versions[1])

    def person(self) -> None:
        """A customer with one to three enrolments, and orders beside them."""
        lot, customer, at = self.lot, self.customer(), self.lot.uniform(0, 900)
        currency = lot.choice(("EUR", "EUR", "EUR", "USD", "JPY"))
        for _ in range(lot.choice((1, 1, 1, 2, 3))):
            at = self._enrolled(customer, at, currency) + lot.choice((1e-6, 20, 200))
        for _ in range(lot.choice((0, 0, 1, 2))):
            others = lot.choice((currency, currency, "USD"))
            self._bought(customer, others, lot.uniform(-50, at + 100))

    def _enrolled(self, customer: int, at: float, currency: str) -> float:
        lot, version = self.lot, int(at >= CHANGED)
        window, held, shares, _ = DESIGNS[version]
        amount = lot.randrange(500, 30_000)
        segment = "dear" if amount >= 10_000 else "everyone"
        sequence = lot.choices(list(shares[segment]), list(shares[segment].values()))[0]
        holdout = lot.random() < held
        layer = "global" if lot.random() < 0.05 else None
        paid = self._paid(at, window, 0.3 if holdout else 0.5)
        order = self._bought(customer, currency, at, amount=amount, paid=paid)
        paid_before = paid is not None and paid <= at
        enrolment = self.enrolment(
            order,
            at=at,
            window=window,
            holdout=holdout or layer is not None,
            layer=layer,
            amount_minor=amount,
            segment=segment,
            sequence=sequence,
            version_id=self.known[version],
            state="exited",
            reason=lot.choice(("paid_before", "cancelled")) if paid_before else None,
        )
        for step, channel, after in steps(version, sequence):
            self._message(enrolment, step, channel, at, after)
        return at + window

    def _paid(self, at: float, window: float, rate: float) -> float | None:
        """When: mostly inside the window or never, sometimes on an edge."""
        lot = self.lot
        if lot.random() < 0.15:
            edges = (at - 3, at, at + TICK, at + 1, at + window, at + window + TICK, at + 300)
            return lot.choice(edges)
        return at + lot.expovariate(1 / 45) if lot.random() < rate else None

    def _bought(
        self,
        customer: int,
        currency: str,
        at: float,
        *,
        amount: int | None = None,
        paid: float | None = None,
    ) -> int:
        lot = self.lot
        if amount is None:
            amount, paid = lot.randrange(500, 20_000), lot.choice((None, at, at + 1))
        values: dict[str, Any] = {}
        if paid is not None and lot.random() < 0.2:
            back = lot.choice((5, 100, 720, 900))
            values = {"refunded_at": self.at(paid + back), "status": "refunded"}
        elif paid is None:
            values = {"status": lot.choice(("pending", "cancelled"))}
        return self.order(
            placed=at - 1,
            paid=paid,
            customer_id=customer,
            amount_minor=amount,
            currency=currency,
            country=COUNTRIES[currency] if lot.random() < 0.9 else "US",
            phone=None,
            **values,
        )

    def _message(self, enrolment: int, step: str, channel: str, at: float, after: float) -> None:
        lot, held = self.lot, self._row(Enrolment, enrolment).holdout
        gone = ("sent", "delivered", "delivered", "delivered", "bounced")
        stayed = ("skipped", "cancelled", "failed", "unknown", "planned")
        state = "withheld" if held else lot.choice(gone * 2 + stayed)
        when = at + after + lot.choice((0, 0, 0, 9.5))
        if lot.random() < 0.1 and not held:
            when = at + 60  # two of an enrolment at one instant
        touch = self.touch(
            enrolment,
            at=when,
            step=step,
            channel=channel,
            state=state,
            segments=lot.choice((None, 1, 2)) if channel == "sms" else None,
        )
        if state in gone:
            for _ in range(lot.choice((0, 1, 1, 2))):
                self.click(touch, at=when + lot.expovariate(1 / 6), machine=lot.random() < 0.3)
        if step == "code" and state in gone:
            self._code(enrolment, touch)

    def _code(self, enrolment: int, touch: int) -> None:
        """Unused, or used on the enrolled order, another of the same customer, or a friend's."""
        lot, row = self.lot, self._row(Enrolment, enrolment)
        free = {one.redeemed_order_id for one in self.codes()}
        paid = [o for o in self.all(Order) if o.paid_at and o.id not in free]
        mine = [o for o in paid if o.customer_id == row.customer_id]
        pool = lot.choice(([], mine, [o for o in paid if o.id == row.order_id], paid[-20:]))
        if not pool:
            self.coupon(enrolment, touch, kind="percent")
            return
        used = lot.choice(pool)
        kind = lot.choice(("percent", "fixed", "free_shipping", "gift"))
        cost = lot.choice((used.amount_minor // 9, 300, 0, None))
        if kind in ("percent", "fixed") and cost and lot.random() < 0.5:
            used.amount_minor -= cost  # this shop tells what was paid
        self.coupon(
            enrolment,
            touch,
            kind=kind,
            cost_minor=cost,
            state="redeemed",
            redeemed_at=used.paid_at,
            redeemed_order_id=used.id,
        )

    def codes(self) -> list[Any]:
        return self.all(Coupon)


def history(seed: int, people: int = 200, *, shared: bool = False) -> Shop:
    """So many people; with `shared`, two accounts have one address, of which one is held out."""
    shop = Shop()
    shop.begin(seed)
    for _ in range(people):
        shop.person()
    if shared:
        held = next(one for one in shop.all(Enrolment) if one.holdout and not one.layer)
        for other in shop.all(Enrolment):
            if other.customer_id != held.customer_id and not other.holdout:
                address = shop._row(Order, held.order_id).email
                shop._row(Order, other.order_id).email = address.upper()
    return shop
