"""From a sample to the situation the dispatcher would be in: the same values, nobody's touch."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from recovery.campaign.schema import Campaign, Offer, OfferKind, Status, Step, TriggerOn
from recovery.dispatch.situation import OrderFacts, Situation
from recovery.facts import Consent
from recovery.incentives.issue import Grant
from recovery.incentives.offer import Terms, coupon_code
from recovery.markets import Market, MarketRules
from recovery.message import MessageClass
from recovery.models import EnrolmentState
from recovery.money import Money, digits, round_half_up
from recovery.preview.samples import Item, Sample, Samples
from recovery.reasons import FailureReason

NOBODYS = 0  # touches, orders and customers begin at 1
NUMBER = "10482"
EMAIL, PHONE = "customer@example.com", "+12025550143"  # reserved for examples
SECRET = "sample orders: opens nothing"  # noqa: S105 - links signed with it are nobody's
_ITEMS = [Item(price=Decimal(89)), Item(price=Decimal(19), quantity=2)]
_UNTOLD = Decimal(127)  # dollars, of an order whose goods nobody tells
_GIFT = "Tote bag"  # a campaign says it in one language, too


@dataclass(frozen=True, slots=True)
class Place:
    """Where the customer is, and which language they read (BCP 47)."""

    market: Market
    rules: MarketRules
    locale: str


def situation(
    campaign: Campaign,
    step: Step,
    place: Place,
    message_class: MessageClass | None,
    order: OrderFacts,
    now: datetime,
    variant: str = "",
) -> Situation:
    """One touch that goes out now; no row stands behind it."""
    return Situation(
        NOBODYS,
        NOBODYS,
        campaign,
        Status.ACTIVE,
        "",  # of no sequence: a step that several share is shown once
        step,
        MessageClass.MARKETING if step.offer else message_class,
        now,  # planned
        0,  # nobody has refused it
        enrolment_state=EnrolmentState.ACTIVE,
        window_ends_at=now + campaign.goal.paid_within,
        order=order,
        consent=Consent.MARKETING,
        suppressed=False,
        clicked=frozenset(),
        sent=(),
        task_claimed=False,
        zones=(order.timezone,),
        issued=(),
        rules=place.rules,
        variant=variant,
    )


def order(
    campaign: Campaign, step: Step, place: Place, sample: Sample, samples: Samples, now: datetime
) -> OrderFacts:
    """The sample as an order of this market, placed as long ago as the campaign waits."""
    market, person = place.market, samples.person(step.template, place.locale)
    given = _ITEMS if sample.items is None else sample.items
    prices = [_price(item.price, market.currency, samples) for item in given]
    names = [item.name or person.goods[n % len(person.goods)] for n, item in enumerate(given)]
    total = sum(price.minor * item.quantity for price, item in zip(prices, given, strict=True))
    amount = Money(total, market.currency)
    return OrderFacts(
        id=NOBODYS,
        customer_id=NOBODYS,
        source="sample",
        number=NUMBER,
        status=campaign.trigger.status,
        placed_at=now - campaign.trigger.after - step.after,
        amount=amount if given else _price(_UNTOLD, market.currency, samples),
        country=market.country,
        locale=place.locale,
        timezone=market.timezone,
        customer_type="new",
        name=person.customer if sample.customer is None else sample.customer or None,
        email=EMAIL,
        phone=PHONE,
        payment_method="card",
        failure_reason=_failure(campaign, sample),
        failure_code=None,
        expires_at=now + sample.expires if sample.expires else None,
        items=tuple(
            {"name": name, "quantity": item.quantity, "minor": price.minor}
            for name, item, price in zip(names, given, prices, strict=True)
        ),
    )


def grant(
    campaign: Campaign, step: Step, order: OrderFacts, sample: Sample, now: datetime
) -> Grant | None:
    """The coupon that the message shows: the campaign's own, or one of the sample's kind."""
    if step.offer is None or sample.offer == "none":
        return None
    own = campaign.offers[step.offer]
    offer = own if sample.offer is None else _invented(OfferKind(sample.offer), own, order)
    code = coupon_code(SECRET, campaign.campaign, step.step, offer.kind)
    return Grant(Terms(step.offer, offer, now + offer.valid, None), code)


def fits(sample: Sample, campaign: Campaign, step: Step, country: str) -> bool:
    """Whether an order like that can meet this step at all."""
    if sample.market is not None and country not in sample.market:
        return False
    if sample.offer is not None and step.offer is None:
        return False
    if sample.offer == "none" and step.without_offer == "skip":
        return False
    return sample.failure is None or _meets(campaign, sample.failure)


def _meets(campaign: Campaign, reason: FailureReason) -> bool:
    """Vouchers wait, or are over; any other reason comes of a payment that failed."""
    voucher = reason in (FailureReason.VOUCHER_PENDING, FailureReason.VOUCHER_EXPIRED)
    wanted = TriggerOn.AWAITING if voucher else TriggerOn.PAYMENT_FAILED
    named = [segment.failure for segment in campaign.segments]
    admitted = any(failures is None or reason.value in failures for failures in named)
    return campaign.trigger.on is wanted and admitted


def _failure(campaign: Campaign, sample: Sample) -> str | None:
    """What the sample says, else the first reason the campaign is meant for."""
    if sample.failure is not None:
        return sample.failure.value
    if campaign.trigger.on is not TriggerOn.PAYMENT_FAILED:
        return None
    named = (reason for segment in campaign.segments for reason in segment.failure or ())
    known = (reason for reason in named if reason in set(FailureReason))
    return next(known, FailureReason.UNKNOWN.value)


def _price(dollars: Decimal, currency: str, samples: Samples) -> Money:
    """As many of the currency as look like so many dollars."""
    return Money(
        round_half_up(dollars * samples.worth(currency) * 10 ** digits(currency)), currency
    )


def _invented(kind: OfferKind, own: Offer, order: OrderFacts) -> Offer:
    """An offer of `kind` on the terms of the campaign's own."""
    fields: dict[str, Any] = {"kind": kind, "valid": own.valid, "min_order": own.min_order}
    if kind is OfferKind.PERCENT:
        fields["percent"] = 1000
    if kind is OfferKind.FIXED:
        fields["amount"] = order.amount.percent(500)
    if kind is OfferKind.GIFT:
        fields["gift"] = _GIFT
    if kind in (OfferKind.GIFT, OfferKind.FREE_SHIPPING):
        fields["worth"] = order.amount.percent(500)
    return Offer(**fields)
