"""The shop's checkout: which codes it takes, and what they take off."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from recovery.campaign.schema import Offer, OfferKind
from recovery.db import reading, table
from recovery.facts import OrderSnapshot
from recovery.models import Coupon
from recovery.money import Money
from recovery.simulate.rig import Rig

coupons = table(Coupon)


class Promise(NamedTuple):
    """What a code stands for."""

    offer: Offer
    until: datetime


class Checkout:
    """Takes codes for as long as they count."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._offers: dict[tuple[str, str], Offer] = {}
        self._promise = lru_cache(maxsize=10_000)(self._looked_up)

    def worth(
        self, order: OrderSnapshot, code: str | None, now: datetime
    ) -> tuple[float, str | None]:
        """What a code takes off, as a share of the order, and its kind; (0, None) of none."""
        promise = self._promise(code) if code else None
        if promise is None or promise.until <= now:
            return 0.0, None
        return self._off(promise.offer, order, now).minor / order.amount.minor, promise.offer.kind

    def charge(self, order: OrderSnapshot, code: str, now: datetime) -> Money | None:
        """What `order` costs with `code`; None when the code does not count."""
        promise = self._promise(code)
        if promise is None or promise.until <= now:
            return None
        return order.amount - self._off(promise.offer, order, now)

    def _looked_up(self, code: str) -> Promise | None:
        with reading(self._rig.database) as connection:
            names = (coupons.c.campaign, coupons.c.offer, coupons.c.expires_at)
            found = connection.execute(select(*names).where(coupons.c.code == code)).first()
        if found is None:
            return None
        offer = self._known().get((found.campaign, found.offer))
        return None if offer is None else Promise(offer, found.expires_at)

    def _known(self) -> dict[tuple[str, str], Offer]:
        """Every offer that ever stood in a campaign: what was promised is kept."""
        for one in self._rig.programme().loaded:
            campaign = one.campaign
            self._offers |= {(campaign.campaign, k): offer for k, offer in campaign.offers.items()}
        return self._offers

    def _off(self, offer: Offer, order: OrderSnapshot, now: datetime) -> Money:
        nothing = Money(0, order.amount.currency)
        shipping = order.shipping or nothing
        match offer.kind:
            case OfferKind.PERCENT if offer.percent is not None:
                return (order.amount - shipping).percent(offer.percent)
            case OfferKind.FREE_SHIPPING:
                return shipping
            case OfferKind.FIXED if offer.amount is not None:
                off = self._rig.rates(now).convert(offer.amount, order.amount.currency) or nothing
                return min(off, order.amount, key=lambda money: money.minor)
            case _:
                return nothing
