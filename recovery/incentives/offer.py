"""What an offer is, what it may cost, and whether this customer may have it now. Pure."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recovery.campaign.schema import Offer, OfferKind, Period
from recovery.markets.rates import Rates
from recovery.models import CouponState
from recovery.money import Money


@dataclass(frozen=True, slots=True)
class Issued:
    """A coupon the customer already has."""

    enrolment_id: int
    touch_id: int
    offer: str
    code: str
    issued_at: datetime
    expires_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Terms:
    """An offer ready to be made: until when, and what to reserve (None: no budget is kept)."""

    name: str
    offer: Offer
    expires_at: datetime
    worth: Money | None
    code: str | None = None  # of a coupon this very touch already has


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the offer has to stay out of this message."""

    reason: str


def terms(
    name: str,
    offer: Offer,
    amount: Money,
    held: Sequence[Issued],
    place: tuple[int, int],
    now: datetime,
    rates: Rates,
) -> Terms | Refusal:
    """What may be offered on an order of `amount`; `place` is (enrolment id, touch id).

    An offer made before in the same enrolment keeps its expiry and costs nothing more: a deadline
    that moves is a lie; once used it is over. `once_per_customer` counts every other enrolment's
    coupons of that name.
    """
    enrolment, touch = place
    same = [coupon for coupon in held if coupon.offer == name]
    for coupon in same:
        if coupon.touch_id == touch and coupon.state == CouponState.RESERVED:
            if coupon.expires_at <= now:
                return Refusal("offer_over")
            return Terms(name, offer, coupon.expires_at, None, coupon.code)
    earlier = [coupon for coupon in same if coupon.enrolment_id == enrolment]
    if earlier:
        ends = min(coupon.expires_at for coupon in earlier)
        used = any(coupon.state == CouponState.REDEEMED for coupon in earlier)
        over = used or ends <= now
        return Refusal("offer_over") if over else Terms(name, offer, ends, None)
    if _had_it(offer, same, now):
        return Refusal("offer_once_per_customer")
    if not _large_enough(offer, amount, rates):
        return Refusal("offer_minimum_order")
    if offer.budget is None:
        return Terms(name, offer, now + offer.valid, None)
    worth = _worth(offer, amount, rates, offer.budget.amount.currency)
    if worth is None:
        return Refusal("offer_no_rate")
    return Terms(name, offer, now + offer.valid, worth)


def period_key(per: Period, now: datetime) -> str:
    """The name of the budget period that `now` (UTC) lies in: `2026-11`, `2026-W47` …"""
    if per is Period.DAY:
        return f"{now:%Y-%m-%d}"
    if per is Period.WEEK:
        return f"{now:%G-W%V}"
    return f"{now:%Y-%m}" if per is Period.MONTH else "ever"


def coupon_code(secret: str, *identity: str) -> str:
    """A code nobody can guess and a rerun makes again: 60 bits of HMAC-SHA256, base 32."""
    digest = hmac.digest(secret.encode(), "\x1f".join(("coupon", *identity)).encode(), "sha256")
    letters = base64.b32encode(digest)[:12].decode()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _had_it(offer: Offer, same: Sequence[Issued], now: datetime) -> bool:
    span = offer.once_per_customer
    return span is not None and any(coupon.issued_at > now - span for coupon in same)


def _large_enough(offer: Offer, amount: Money, rates: Rates) -> bool:
    if offer.min_order is None:
        return True
    bound = rates.threshold(offer.min_order, amount.currency)
    return bound is not None and amount.minor >= bound.minor


def _worth(offer: Offer, amount: Money, rates: Rates, currency: str) -> Money | None:
    """The most it can cost, in the budget's currency; None when no rate is known."""
    if offer.kind is OfferKind.PERCENT and offer.percent is not None:
        return rates.convert(amount.percent(offer.percent), currency)
    price = offer.amount if offer.kind is OfferKind.FIXED else offer.worth
    return Money(0, currency) if price is None else rates.convert(price, currency)
