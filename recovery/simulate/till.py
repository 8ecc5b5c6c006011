"""The shop's till: what a discount code takes off an order. A shop knows the codes it accepts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from recovery.campaign.schema import Offer, OfferKind
from recovery.db import reading, table
from recovery.engine import Engine
from recovery.models import Coupon
from recovery.money import Money

coupons = table(Coupon)


class Till:
    """Takes codes as long as they count."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._offers: Mapping[str, Mapping[str, Offer]] = {
            one.campaign.campaign: one.campaign.offers for one in engine.programme().loaded
        }

    def charge(self, row: Mapping[str, Any], code: str, now: datetime) -> Money | None:
        """What the order in `row` costs with `code`; None when the code does not count."""
        with reading(self._engine.database) as connection:
            found = connection.execute(
                select(coupons.c.campaign, coupons.c.offer).where(
                    coupons.c.code == code, coupons.c.expires_at > now
                )
            ).first()
        if found is None:
            return None
        offer = self._offers[found.campaign][found.offer]
        amount = Money.parse(row["amount"], row["currency"])
        shipping = Money.parse(row["shipping_amount"], row["currency"])
        return amount - self._off(offer, amount, shipping, now)

    def _off(self, offer: Offer, amount: Money, shipping: Money, now: datetime) -> Money:
        nothing = Money(0, amount.currency)
        match offer.kind:
            case OfferKind.PERCENT if offer.percent is not None:
                return (amount - shipping).percent(offer.percent)
            case OfferKind.FREE_SHIPPING:
                return shipping
            case OfferKind.FIXED if offer.amount is not None:
                return self._engine.rates(now).convert(offer.amount, amount.currency) or nothing
            case _:
                return nothing
