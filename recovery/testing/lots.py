"""Luck by choice: a customer whose draw falls where the test wants it.

The draw is a pure function of campaign and customer and stays as it is; what is chosen is who the
customer is. So the engine draws as in production, and the test knows what it will draw.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.campaign.schema import Campaign, Status
from recovery.connectors.table_file.columns import did_you_mean
from recovery.draws import NO_INCENTIVE, global_salt, slot
from recovery.facts import OrderSnapshot
from recovery.intake.columns import customer_key
from recovery.planner.arms import draw
from recovery.testing.errors import KitError

TRIES = 100_000
_QUARTER = timedelta(days=92)  # the global hold-out is drawn anew by then


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a draw should fall; None: wherever it falls."""

    held_out: bool | None = False
    sequence: str | None = None


class Lots:
    """The draws of these campaigns."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        self._campaigns = [one for one in campaigns if one.status is Status.ACTIVE]

    def choose(
        self, wish: Wish, at: datetime, who: Callable[[int], OrderSnapshot | None]
    ) -> OrderSnapshot:
        """The first of `who(0)`, `who(1)` … whose draws at `at` are as wished; None ends the list.

        KitError says why there is none.
        """
        first = who(0)
        assert first is not None  # noqa: S101 - there is always somebody
        mine = [one for one in self._campaigns if one.trigger.status == first.status]
        self._check(wish, mine, first)
        for number in range(TRIES):
            order = who(number)
            if order is None:
                raise KitError(self._unlucky(wish, first))
            if self._fits(customer_key(order), wish, mine, at):
                return order
        raise KitError(
            f"no customer was found who is drawn as wished ({wish}) in every segment of "
            f"{_named(mine)}; name the campaign to test with @pytest.mark.recovery(campaign=…)"
        )

    def _check(self, wish: Wish, mine: Sequence[Campaign], order: OrderSnapshot) -> None:
        if wish.held_out and not any(one.holdout for one in mine):
            raise KitError(
                f"nobody can be held out: no campaign for {order.status} orders has a hold-out "
                f"(campaigns: {_named(mine)}); write `holdout: 10%` into the campaign file"
            )
        known = sorted({name for one in mine for shares in _shares(one) for name in shares})
        if wish.sequence is not None and wish.sequence not in known:
            near = did_you_mean(wish.sequence, known)
            raise KitError(
                f"no segment that takes {order.status} orders leads to a sequence "
                f"{wish.sequence!r}{near}; there are: {', '.join(known) or 'none'}"
            )

    def _fits(self, key: str, wish: Wish, mine: Sequence[Campaign], at: datetime) -> bool:
        if wish.held_out is False and self._is_left_out(key, at):
            return False
        if wish.held_out and not all(_is_held(one, key) for one in mine if one.holdout):
            return False
        return wish.sequence is None or all(
            draw(one.campaign, key, 0, shares).sequence == wish.sequence
            for one in mine
            for shares in _shares(one)
            if wish.sequence in shares
        )

    def _is_left_out(self, key: str, at: datetime) -> bool:
        """Whether any lot keeps something from this customer: a message, or an offer."""
        salts = global_salt(at), global_salt(at + _QUARTER)
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
        elif wish.held_out is False and self._is_left_out(customer_key(order), order.placed_at):
            drawn = "is drawn into a hold-out"
        return (
            f"{who} {drawn}, in the tests as in production; leave it out, and the kit chooses a "
            "customer who fits, or say held_out=True or sequence=… as the draw falls"
        )


def _shares(campaign: Campaign) -> Iterator[dict[str, int]]:
    return (dict(segment.sequence) for segment in campaign.segments)


def _is_held(campaign: Campaign, key: str) -> bool:
    shares = next(_shares(campaign))
    return draw(campaign.campaign, key, campaign.holdout, shares).holdout


def _named(campaigns: Sequence[Campaign]) -> str:
    return ", ".join(one.campaign for one in campaigns) or "none"
