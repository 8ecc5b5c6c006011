"""The shop's checkout: which codes it takes, and what they take off."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from recovery.campaign.schema import Offer, OfferKind
from recovery.db import reading, table
from recovery.engine import Engine
from recovery.facts import OrderSnapshot
from recovery.incentives.redeem import offer_as_enrolled
from recovery.models import CampaignVersion, Coupon, Enrolment
from recovery.money import Money

coupons, enrolments, versions = table(Coupon), table(Enrolment), table(CampaignVersion)


class Promise(NamedTuple):
    """What a code stands for, by the campaign file under which its customer entered."""

    name: str
    offer: Offer
    until: datetime


class Checkout:
    """Takes codes for as long as they count, whoever brings them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._withdrawn: set[str] = set()
        self._promise = lru_cache(maxsize=10_000)(self._looked_up)

    def withdraw(self, offer: str) -> None:
        """From now on no code of `offer` is taken any more, whatever was promised."""
        self._withdrawn.add(offer)

    def is_void(self, code: str) -> bool:
        """Whether a code was taken back before its time."""
        promise = self._promise(code)
        return promise is not None and promise.name in self._withdrawn

    def worth(
        self, order: OrderSnapshot, code: str | None, now: datetime
    ) -> tuple[float, str | None]:
        """What a code takes off, as a share of the order, and its kind; (0, None) of none."""
        offer = self._offer(order, code, now) if code else None
        if offer is None:
            return 0.0, None
        return self._off(offer, order, now).minor / order.amount.minor, offer.kind

    def charge(self, order: OrderSnapshot, code: str, now: datetime) -> Money | None:
        """What `order` costs with `code`; None when the code does not count."""
        offer = self._offer(order, code, now)
        return None if offer is None else order.amount - self._off(offer, order, now)

    def _offer(self, order: OrderSnapshot, code: str, now: datetime) -> Offer | None:
        promise = self._promise(code)
        if promise is None or promise.until <= now or promise.name in self._withdrawn:
            return None
        least = promise.offer.min_order
        if least is not None:
            least = self._engine.rates(now).convert(least, order.amount.currency)
            if least is None or order.amount.minor < least.minor:
                return None
        return promise.offer

    def _looked_up(self, code: str) -> Promise | None:
        found = (
            select(coupons.c.offer, coupons.c.expires_at, versions.c.source, versions.c.file)
            .join_from(coupons, enrolments, enrolments.c.id == coupons.c.enrolment_id)
            .join(versions, versions.c.id == enrolments.c.version_id)
            .where(coupons.c.code == code)
        )
        with reading(self._engine.database) as connection:
            row = connection.execute(found).first()
        offer = row and offer_as_enrolled(row.source, row.file, row.offer)
        return Promise(row.offer, offer, row.expires_at) if row and offer else None

    def _off(self, offer: Offer, order: OrderSnapshot, now: datetime) -> Money:
        nothing = Money(0, order.amount.currency)
        shipping = order.shipping or nothing
        match offer.kind:
            case OfferKind.PERCENT if offer.percent is not None:
                return (order.amount - shipping).percent(offer.percent)
            case OfferKind.FREE_SHIPPING:
                return shipping
            case OfferKind.FIXED if offer.amount is not None:
                off = (
                    self._engine.rates(now).convert(offer.amount, order.amount.currency) or nothing
                )
                return min(off, order.amount, key=lambda money: money.minor)
            case _:
                return nothing
