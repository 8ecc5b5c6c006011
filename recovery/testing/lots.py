"""Luck by choice: a customer whose draw falls where the test wants it.

The draw is a pure function of campaign and customer and stays as it is; what is chosen is who the
customer is. So the engine draws as in production, and the test knows what it will draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, select

from recovery.campaign.schema import Campaign, Segment, Status
from recovery.connectors.table_file.columns import did_you_mean
from recovery.db import rehearsing, table
from recovery.draws import NO_INCENTIVE, global_salt, slot
from recovery.facts import OrderSnapshot
from recovery.intake.columns import customer_key
from recovery.intake.orders import take
from recovery.models import Order
from recovery.planner.arms import draw
from recovery.planner.segment import in_audience
from recovery.simulate.rig import Rig
from recovery.testing.errors import KitError

__tracebackhide__ = True  # a mistake is shown where the test makes it
TRIES = 100_000
_QUARTER = timedelta(days=92)  # the global hold-out is drawn anew by then
orders = table(Order)

Fit = tuple[Campaign, Segment]  # where an order would go


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a draw should fall; None: wherever it falls."""

    held_out: bool | None = False
    sequence: str | None = None

    def __str__(self) -> str:
        """As a test would word it."""
        sequence = f", sequence={self.sequence!r}" if self.sequence else ""
        return f"held_out={self.held_out}{sequence}"


class Lots:
    """The draws of this engine's campaigns."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        loaded = (one.campaign for one in rig.programme().loaded)
        self._campaigns = [one for one in loaded if one.status is Status.ACTIVE]

    def choose(
        self, wish: Wish, first: OrderSnapshot, other: Callable[[int], OrderSnapshot] | None
    ) -> OrderSnapshot:
        """`first`, or the first of `other(0)`, `other(1)` … who is drawn as wished, now.

        Without `other` it has to be `first`. KitError says why there is nobody.
        """
        first = other(0) if other else first
        fits = self._fits(first) if wish.held_out or wish.sequence else []
        _check(wish, fits, first)
        for number in range(TRIES if other else 1):
            order = other(number) if other else first
            if self._suits(customer_key(order), wish, fits):
                return order
        if other is None:
            raise KitError(self._unlucky(wish, first))
        raise KitError(
            f"of {TRIES:,} customers none is drawn as wished ({wish}) in all of "
            f"{_named(fits)}; test one at a time: @pytest.mark.recovery(campaign=…)"
        )

    def _fits(self, order: OrderSnapshot) -> list[Fit]:
        """The campaigns that would take the order, each with the segment; by the planner's own
        conditions, in a transaction that is rolled back."""
        settings, now = self._rig.settings, self._rig.clock.now()
        rates, found = self._rig.rates(now), []
        with rehearsing(self._rig.database) as connection:
            take(connection, [order], settings.vip, now, settings.rates_file)
            mine = orders.c.external_id == order.order_id
            for one in self._campaigns:
                audiences = [in_audience(s, rates, [order.amount.currency]) for s in one.segments]
                which = case(*((clause, place) for place, clause in enumerate(audiences)))
                place = connection.execute(select(which).where(mine)).scalar_one()
                if one.trigger.status == order.status and place is not None:
                    found.append((one, one.segments[place]))
        return found

    def _suits(self, key: str, wish: Wish, fits: Sequence[Fit]) -> bool:
        if wish.held_out is False and self._is_left_out(key):
            return False
        if wish.held_out and not all(_is_held(one, key) for one, _ in fits if one.holdout):
            return False
        return wish.sequence is None or all(
            draw(one.campaign, key, 0, segment.sequence).sequence == wish.sequence
            for one, segment in fits
            if wish.sequence in segment.sequence
        )

    def _is_left_out(self, key: str) -> bool:
        """Whether any lot keeps something from this customer: a message, or an offer."""
        now = self._rig.clock.now()
        salts = global_salt(now), global_salt(now + _QUARTER)
        return any(
            _is_held(one, key)
            or (one.no_incentive and slot(NO_INCENTIVE, key) < one.no_incentive)
            or (one.global_holdout and any(slot(s, key) < one.global_holdout for s in salts))
            for one in self._campaigns
        )

    def _unlucky(self, wish: Wish, order: OrderSnapshot) -> str:
        who = f"customer_id {order.customer_id!r}" if order.customer_id else f"guest {order.email}"
        drawn = f"is drawn to other sequences than {wish.sequence!r}"
        if wish.held_out:
            drawn = "is not drawn into the hold-out"
        elif wish.held_out is False and self._is_left_out(customer_key(order)):
            drawn = "is drawn into a hold-out"
        return (
            f"{who} {drawn}, in the tests as in production; leave it out, and the kit chooses a "
            "customer who fits, or say held_out=True or sequence=… as the draw falls"
        )


def _check(wish: Wish, fits: Sequence[Fit], order: OrderSnapshot) -> None:
    what = (
        f"a {order.status} order from {order.country} over {order.amount} {order.amount.currency}"
    )
    if wish.held_out and not any(one.holdout for one, _ in fits):
        raise KitError(
            f"{what} cannot be held out: of the campaigns that take it ({_named(fits)}) none has a "
            "hold-out; write `holdout: 10%` into the campaign file"
        )
    known = sorted({name for _, segment in fits for name in segment.sequence})
    if wish.sequence is not None and wish.sequence not in known:
        raise KitError(
            f"{what} is not led to a sequence {wish.sequence!r}{did_you_mean(wish.sequence, known)}"
            f"; it goes to {_named(fits)}, which leads to {', '.join(known) or 'none'}"
        )


def _is_held(campaign: Campaign, key: str) -> bool:
    return draw(campaign.campaign, key, campaign.holdout, campaign.segments[0].sequence).holdout


def _named(fits: Sequence[Fit]) -> str:
    return ", ".join(f"{one.campaign}/{segment.segment}" for one, segment in fits) or "no campaign"
