"""Twenty-one enrolments on paper, whose every number was worked out by hand.

Of 13 treated and 8 held out: one paid exactly as its window closed and one 3.6 seconds later, one
before any message, one got its money back, one was cancelled, one in each arm bought something else
instead, one was never written to, one came back, three are still young; in two currencies.
"""

from decimal import Decimal
from typing import Any

from recovery.measure.costs import Costs, Price
from recovery.models import Order
from tests.support.notebook import Notebook

TEXT = """
campaign: card-declined
status: active
trigger: {on: payment_failed}
goal: {paid_within: 7d}
holdout: 40%
segments: [{segment: everyone, sequence: plain}]
sequences:
  plain:
    - {step: first, after: 1h, email: payment-failed}
    - {step: second, after: 24h, sms: payment-failed}
    - {step: third, after: 72h, email: payment-failed}
"""
STEPS = (("first", 1, "email"), ("second", 24, "sms"), ("third", 72, "email"))
STATES = {"s": "sent", "x": "skipped"}
CENT, SEVEN = Decimal("0.01"), Decimal("0.07")
COSTS = Costs(
    email=Price(CENT, "EUR"),
    sms=Price(SEVEN, "EUR"),
    markets={"email:US": Price(CENT, "USD"), "sms:US": Price(SEVEN, "USD")},
)
AS_OF = 600  # hours


class Story(Notebook):
    """One line an enrolment."""

    def enrol(self, at: float, minor: int, sends: str = "", **order: Any) -> tuple[int, int, list]:
        """`sends` has a letter a step: s sent, x skipped, - nothing. Enrolment, order, touches."""
        holdout = order.pop("holdout", False)
        dollars = order.get("currency") == "USD"
        values = {"placed": at - 1, "amount_minor": minor, "phone": None}
        values["country"] = "US" if dollars else "DE"
        number = self.order(**(values | order))
        state = "recovered" if "paid" in order else "exhausted"
        enrolment = self.enrolment(number, at=at, holdout=holdout, amount_minor=minor, state=state)
        touches = [
            self.touch(enrolment, at=at + after, step=step, channel=channel, state=STATES[mark])
            for (step, after, channel), mark in zip(STEPS, sends, strict=False)
            if mark != "-"
        ]
        return enrolment, number, touches

    def used(self, enrolment: int, touch: int, order: int, kind: str, cost: int) -> None:
        """The code of a touch was used on an order."""
        self.coupon(
            enrolment,
            touch,
            kind=kind,
            cost_minor=cost,
            state="redeemed",
            redeemed_at=self._row(Order, order).paid_at,
            redeemed_order_id=order,
        )

    def again(self, order: int, **values: Any) -> int:
        """Another order of the same customer."""
        return self.order(customer_id=self.customer_of(order), **values)


def twenty_one() -> Story:
    """Written down."""
    story = Story()
    story.version(TEXT)
    _treated(story)
    _young_or_back(story)
    _held_out(story)
    return story


def _treated(story: Story) -> None:
    story.enrol(0, 10_000, paid=0.5)
    story.enrol(0, 8_000, "s", paid=3)
    enrolment, order, touches = story.enrol(10, 6_000, "ss", paid=60, amount_minor=5_400)
    story.used(enrolment, touches[0], order, "percent", 600)
    enrolment, order, touches = story.enrol(20, 9_000, "sss", paid=100, currency="USD")
    story.used(enrolment, touches[2], order, "free_shipping", 500)
    story.enrol(20, 5_000, "sxs", paid=188)
    story.enrol(20, 5_000, "s-s", paid=188.001)
    story.enrol(30, 7_000, "s", paid=40, status="refunded", refunded_at=story.at(200))
    story.enrol(30, 12_000, "ss", status="cancelled")
    enrolment, order, touches = story.enrol(40, 4_000, "s")
    story.used(
        enrolment, touches[0], story.again(order, paid=50, amount_minor=3_800), "percent", 200
    )
    story.enrol(40, 3_000, "x")


def _young_or_back(story: Story) -> None:
    second = 2  # the customer who paid after three hours
    back = story.again(second, placed=299, paid=310, amount_minor=2_000)
    story.touch(story.enrolment(back, at=300), at=301, step="first")
    story.enrol(450, 15_000, "s", paid=452)
    story.enrol(450, 6_000, "s")


def _held_out(story: Story) -> None:
    story.enrol(0, 10_000, paid=0.7, holdout=True)
    story.enrol(5, 8_000, paid=70, holdout=True)
    story.enrol(10, 6_000, holdout=True)
    story.enrol(20, 9_000, currency="USD", holdout=True)
    story.enrol(20, 5_000, holdout=True)
    _, order, _ = story.enrol(30, 7_000, holdout=True)
    story.again(order, paid=45, amount_minor=6_500)
    story.enrol(30, 4_000, holdout=True)
    story.enrol(460, 5_000, paid=465, holdout=True)
