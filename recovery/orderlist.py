"""The list of orders as people analyse it by hand: each with what is known of it, and its journey.

Filters mean what they mean in a campaign's segments. Rows come one by one, however many there are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from recovery.campaign.schema import Audience
from recovery.db import table
from recovery.facts import UNPAID
from recovery.intake.pseudonyms import Pseudonyms
from recovery.markets.rates import Rates
from recovery.measure.evidence.letters import SENT
from recovery.models import Customer, Enrolment, Order, Touch, TouchState
from recovery.money import Money
from recovery.planner.segment import in_audience

orders, customers = table(Order), table(Customer)
enrolments, touches = table(Enrolment), table(Touch)

NO_CAMPAIGN = "none"
# The columns that `recovery import` reads come first, under its names.
_PLAIN = (
    *("status", "placed_at", "updated_at", "country", "region", "email", "phone", "customer_type"),
    *("name", "locale", "timezone", "payment_method", "failure_code", "failure_source"),
    *("expires_at", "email_consent", "sms_consent", "discount_code"),
)
COLUMNS = (
    *("order_id", "status", "placed_at", "updated_at", "amount", "currency", "country", "region"),
    *("email", "phone", "customer_id", "customer_type", "name", "locale", "timezone"),
    *("payment_method", "failure_code", "failure_source", "expires_at"),
    *("email_consent", "sms_consent", "discount_code", "items"),
    *("source", "unpaid_since", "hours_unpaid", "reason"),
    *("campaign", "segment", "sequence", "holdout", "journey", "messages", "next_message_at"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders are asked for."""

    audience: Audience
    unpaid: bool = True
    since: datetime | None = None  # placed then or later
    campaign: str | None = None  # in it; NO_CAMPAIGN: in none


def count(connection: Connection, wanted: Wanted, rates: Rates) -> int:
    """How many orders `listed` yields without a limit."""
    found = select(func.count()).select_from(_joined()).where(*_where(connection, wanted, rates))
    return int(connection.execute(found).scalar_one())


def listed(
    connection: Connection,
    wanted: Wanted,
    rates: Rates,
    now: datetime,
    limit: int | None = None,
    names: Pseudonyms | None = None,
) -> Iterator[dict[str, Any]]:
    """The orders as mappings by COLUMNS, the longest unpaid first; under pseudonyms if `names`."""
    found = _question().where(*_where(connection, wanted, rates))
    found = found.order_by(orders.c.unpaid_since, orders.c.id).limit(limit)
    for row in connection.execute(found, execution_options={"yield_per": 500}):
        told = _told(row, now)
        yield told if names is None else told | _renamed(told, names)


def cell(value: Any) -> Any:
    """A value of a row as a table file has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if value else None
    return value


def _newest() -> ColumnElement[Any]:
    theirs = enrolments.alias("theirs")
    return select(func.max(theirs.c.id)).where(theirs.c.order_id == orders.c.id).scalar_subquery()


def _joined() -> Any:
    mine = and_(enrolments.c.order_id == orders.c.id, enrolments.c.id == _newest())
    return orders.join(customers, customers.c.id == orders.c.customer_id).outerjoin(
        enrolments, mine
    )


def _question() -> Select[Any]:
    e, t = enrolments.c, touches.c
    mine = t.enrolment_id == e.id
    sent = select(func.count()).where(mine, t.state.in_(SENT)).scalar_subquery()
    due = select(func.min(t.due_at)).where(mine, t.state == TouchState.PLANNED).scalar_subquery()
    o = orders.c
    return select(
        *(o[name] for name in _PLAIN),
        *(o.external_id, o.amount_minor, o.currency, o["items"], o.source, o.unpaid_since),
        *(o.failure_reason, customers.c.external_id.label("customer")),
        *(e.campaign, e.segment, e.sequence, e.holdout, e.state.label("journey")),
        *(sent.label("sent"), due.label("due")),
    ).select_from(_joined())


def _where(connection: Connection, wanted: Wanted, rates: Rates) -> Sequence[ColumnElement[bool]]:
    currencies: Sequence[str] = ()
    if wanted.audience.amount is not None:
        currencies = connection.execute(select(orders.c.currency).distinct()).scalars().all()
    clauses = [in_audience(wanted.audience, rates, currencies)]
    if wanted.unpaid:
        clauses.append(orders.c.status.in_(sorted(UNPAID)))
    if wanted.since is not None:
        clauses.append(orders.c.placed_at >= wanted.since)
    if wanted.campaign == NO_CAMPAIGN:
        clauses.append(enrolments.c.id.is_(None))
    elif wanted.campaign is not None:
        clauses.append(enrolments.c.campaign == wanted.campaign)
    return clauses


def _told(row: Row[Any], now: datetime) -> dict[str, Any]:
    money = Money(row.amount_minor, row.currency)
    waits = row.status in UNPAID
    told = {name: getattr(row, name) for name in _PLAIN} | {
        "order_id": row.external_id,
        "amount": str(money),
        "currency": row.currency,
        "customer_id": row.customer,
        "items": [_item(one, row.currency) for one in row._mapping["items"] or ()],
        "source": row.source,
        "unpaid_since": row.unpaid_since if waits else None,
        "hours_unpaid": _hours(row.unpaid_since, now) if waits else None,
        "reason": row.failure_reason,
        "campaign": row.campaign,
        "segment": row.segment,
        "sequence": row.sequence,
        "holdout": row.holdout,
        "journey": row.journey,
        "messages": row.sent if row.campaign else 0,
        "next_message_at": row.due,
    }
    return {name: told[name] for name in COLUMNS}


def _hours(since: datetime, now: datetime) -> float:
    return round((now - since).total_seconds() / 3600, 1)


def _item(one: Mapping[str, Any], currency: str) -> dict[str, Any]:
    price = str(Money(one["minor"], currency))
    return {"name": one["name"], "quantity": one["quantity"], "price": price}


def _renamed(told: Mapping[str, Any], names: Pseudonyms) -> dict[str, Any]:
    """What tells a person or an order, under other names."""
    person = told["customer_id"] or told["email"] or told["phone"] or ""
    email, phone = told["email"], told["phone"]
    return {
        "order_id": names.order_id(told["order_id"]),
        "customer_id": told["customer_id"] and names.customer_id(told["customer_id"]),
        "email": email and names.email(email),
        "phone": phone and names.phone(phone, told["country"]),
        "name": told["name"] and names.name(person),
    }
