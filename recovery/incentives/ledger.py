"""The list of coupons for the shop: each code with its terms, as the customer was told them."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from recovery.campaign.schema import Offer
from recovery.db import among, table
from recovery.incentives.redeem import offer_as_enrolled
from recovery.models import (
    CampaignVersion,
    Coupon,
    CouponState,
    Customer,
    Enrolment,
    Order,
    Touch,
)
from recovery.money import Money

coupons, touches, enrolments = table(Coupon), table(Touch), table(Enrolment)
orders, customers, versions = table(Order), table(Customer), table(CampaignVersion)
redeeming = orders.alias("redeeming")


@dataclass(frozen=True, slots=True)
class Entry:
    """One coupon. Amounts are major units as text, `percent` too (`10`, `12.5`); times in UTC.

    Terms are None where the kind has none, and all of them when the text of the campaign can't be
    read any more.
    """

    code: str
    kind: str
    percent: str | None
    amount: str | None
    currency: str | None  # of `amount`
    gift: str | None
    min_order: str | None
    min_order_currency: str | None
    source: str
    order_id: str
    customer_id: str | None  # None for a guest
    campaign: str
    step: str
    offer: str
    issued_at: datetime
    expires_at: datetime
    state: str
    redeemed_at: datetime | None
    redeemed_order_id: str | None
    cost: str | None
    cost_currency: str | None

    def payload(self) -> dict[str, Any]:
        """The entry as `recovery coupons --json` shows it."""
        return asdict(self)


_TOLD = (
    "code",
    "kind",
    "campaign",
    "offer",
    "state",
    "issued_at",
    "expires_at",
    "redeemed_at",
    "cost_minor",
)
COLUMNS = tuple(field.name for field in fields(Entry))


def listed(
    connection: Connection,
    *,
    state: CouponState | None = CouponState.ISSUED,
    since: datetime | None = None,
    campaign: str | None = None,
) -> list[Entry]:
    """Coupons in `state` (None: in any), made at `since` or later, the oldest first."""
    statement = _entries().order_by(coupons.c.issued_at, coupons.c.id)
    if state is not None:
        statement = statement.where(coupons.c.state == state.value)
    if since is not None:
        statement = statement.where(coupons.c.issued_at >= since)
    if campaign is not None:
        statement = statement.where(coupons.c.campaign == campaign)
    rows = connection.execute(statement).all()
    texts = _texts(connection, {row.version_id for row in rows})
    return [_entry(row, texts[row.version_id]) for row in rows]


def _entries() -> Select[tuple[Any, ...]]:
    return (
        select(
            *(coupons.c[name] for name in _TOLD),
            touches.c.step,
            enrolments.c.version_id,
            orders.c.source,
            orders.c.external_id.label("order_id"),
            customers.c.external_id.label("customer_id"),
            redeeming.c.external_id.label("redeemed_order_id"),
            redeeming.c.currency.label("cost_currency"),
        )
        .join(touches, touches.c.id == coupons.c.touch_id)
        .join(enrolments, enrolments.c.id == coupons.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(customers, customers.c.id == coupons.c.customer_id)
        .outerjoin(redeeming, redeeming.c.id == coupons.c.redeemed_order_id)
    )


def _texts(connection: Connection, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Text and file of the campaign versions, each read once."""
    if not ids:
        return {}
    query = select(versions.c.id, versions.c.source, versions.c.file)
    rows = connection.execute(query.where(among(connection, versions.c.id, ids)))
    return {row.id: (row.source, row.file) for row in rows}


def _entry(row: Row[Any], text: tuple[str, str]) -> Entry:
    known = dict(row._mapping)
    del known["version_id"]
    minor = known.pop("cost_minor")
    if minor is None:
        known |= {"cost": None, "cost_currency": None}
    else:
        known["cost"] = str(Money(minor, row.cost_currency))
    return Entry(**(known | _terms(offer_as_enrolled(*text, row.offer))))


def _terms(offer: Offer | None) -> dict[str, str | None]:
    amount = offer.amount if offer is not None else None
    least = offer.min_order if offer is not None else None
    percent = offer.percent if offer is not None else None
    return {
        "percent": f"{percent / 100:g}" if percent is not None else None,
        "amount": str(amount) if amount is not None else None,
        "currency": amount.currency if amount is not None else None,
        "gift": offer.gift if offer is not None else None,
        "min_order": str(least) if least is not None else None,
        "min_order_currency": least.currency if least is not None else None,
    }
