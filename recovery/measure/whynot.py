"""Why an order is in no campaign, as far as the campaign files and the order can tell. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from recovery.campaign.schema import Audience, Campaign, Status, TriggerOn
from recovery.facts import UNPAID, OrderStatus
from recovery.i18n import here, mark
from recovery.money import Money

WAITS_FOR = {
    TriggerOn.UNPAID: OrderStatus.PENDING,
    TriggerOn.PAYMENT_FAILED: OrderStatus.FAILED,
    TriggerOn.AWAITING: OrderStatus.AWAITING,
    TriggerOn.CART: OrderStatus.CART,
}


@dataclass(frozen=True, slots=True)
class Unenrolled:
    """What a campaign may ask of an order."""

    status: OrderStatus
    unpaid_since: datetime
    country: str
    amount: Money
    customer_type: str
    failures: frozenset[str]  # reason and code


def why_not(order: Unenrolled, campaigns: Sequence[Campaign], now: datetime) -> Iterator[str]:
    """One sentence a campaign, the highest priority first; one in all when nothing is unpaid."""
    if order.status not in UNPAID:
        yield here("the order is {status}; there is nothing to bring back", status=order.status)
        return
    for campaign in sorted(campaigns, key=lambda one: (-one.priority, one.campaign)):
        yield f"{campaign.campaign}: {_objection(order, campaign, now) or here(_NOTHING_AGAINST)}"
    if not campaigns:
        yield here("there is no campaign")


_NOTHING_AGAINST = mark(
    "nothing against it; a run will take it, unless another campaign comes first "
    "or the customer is in this one already"
)


def _objection(order: Unenrolled, campaign: Campaign, now: datetime) -> str | None:
    trigger, unpaid_for = campaign.trigger, now - order.unpaid_since
    if campaign.status is not Status.ACTIVE:
        return here("the campaign is {status}", status=campaign.status)
    if WAITS_FOR[trigger.on] is not order.status:
        return here("it waits for {on}; the order is {status}", on=trigger.on, status=order.status)
    if unpaid_for < trigger.after:
        return here(
            "too early; its turn comes {value} UTC",
            value=f"{order.unpaid_since + trigger.after:%Y-%m-%d %H:%M}",
        )
    if trigger.not_after is not None and unpaid_for > trigger.not_after:
        last = order.unpaid_since + trigger.not_after
        return here(
            "too late; it took orders like this until {last} UTC", last=f"{last:%Y-%m-%d %H:%M}"
        )
    misfits = [f"{segment.segment} ({_misfit(order, segment)})" for segment in campaign.segments]
    if all(_misfit(order, segment) for segment in campaign.segments):
        return here("no segment fits: {misfits}", misfits=", ".join(misfits))
    return None


def _misfit(order: Unenrolled, audience: Audience) -> str | None:
    """The first condition that fails. Amounts in another currency are not judged here."""
    if audience.market is not None and order.country not in audience.market:
        return here("market {country} is not among them", country=order.country)
    if audience.customer is not None and order.customer_type not in audience.customer:
        return here("not for {customer_type} customers", customer_type=order.customer_type)
    if audience.failure is not None and not order.failures & set(audience.failure):
        return here("another reason of failure")
    if (amount := audience.amount) is not None:
        low, high = amount.from_, amount.below
        if low and low.currency == order.amount.currency and order.amount.minor < low.minor:
            return here("the amount is below {low} {currency}", low=low, currency=low.currency)
        if high and high.currency == order.amount.currency and order.amount.minor >= high.minor:
            return here(
                "the amount is not below {high} {currency}", high=high, currency=high.currency
            )
    return None
