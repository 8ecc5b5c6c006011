"""What we know about one person, as a document for that person: in words, amounts and times.

Article 15 of the GDPR asks for a copy that one can understand: so no numbers of rows, no codes
without their meaning, money in major units. `MEANINGS` says what each part is.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from recovery.db import table
from recovery.i18n import mark
from recovery.intake.mentions import mentions
from recovery.intake.people import Person, order_numbers
from recovery.models import (
    Click,
    Consent,
    Coupon,
    Customer,
    Decision,
    Enrolment,
    InboxItem,
    Order,
    Suppression,
    Task,
    Touch,
)
from recovery.money import Money
from recovery.reasons import why_unpaid

customers, orders, enrolments = table(Customer), table(Order), table(Enrolment)
touches, decisions, clicks, coupons = table(Touch), table(Decision), table(Click), table(Coupon)
tasks, consents, suppressions = table(Task), table(Consent), table(Suppression)
inbox = table(InboxItem)

MEANINGS = {
    "customers": mark("Who you are to us, and what the shop last said that you agreed to"),
    "orders": mark("Your orders, as the shop told us"),
    "enrolments": mark("The campaigns that your unpaid orders were in"),
    "messages": mark("Messages to you: sent, planned, or left out and why"),
    "clicks": mark("When links in our messages to you were opened; a machine is a mail scanner"),
    "coupons": mark("Vouchers that were made for you"),
    "tasks": mark("What our colleagues were asked to do about your orders"),
    "journal": mark("What was decided about your orders, and what we learned, in order"),
    "consents": mark("What you agreed to or took back, when, and where we know it from"),
    "suppressions": mark("Addresses of yours that get nothing more"),
    "inbox": mark("What we keep of what came in about you"),
}
Rows = list[dict[str, Any]]


def document(connection: Connection, person: Person) -> dict[str, Rows]:
    """Everything we hold about a person, part by part (`MEANINGS`); the oldest comes first.

    Times are aware, amounts decimal text beside their currency; what is unknown is None.
    """
    mine = enrolments.c.customer_id.in_(person.customers)
    journeys = _rows(connection, enrolments, mine)
    ids = [row.id for row in journeys]
    told = _rows(connection, orders, orders.c.customer_id.in_(person.customers))
    steps = _rows(connection, touches, touches.c.enrolment_id.in_(ids))
    # An order that is somebody else's by now is named, and not shown.
    once = _rows(connection, orders, orders.c.id.in_({row.order_id for row in journeys}))
    theirs = {row.id: row.external_id for row in once}
    of = {row.id: {"order": theirs[row.order_id], "campaign": row.campaign} for row in journeys}
    step = {row.id: of[row.enrolment_id] | {"step": row.step} for row in steps}

    def hanging(source: Any) -> Sequence[Row[Any]]:
        return _rows(connection, source, source.c.enrolment_id.in_(ids))

    opened = _rows(connection, clicks, clicks.c.touch_id.in_(step))
    given = _rows(connection, consents, consents.c.address.in_(person.addresses))
    banned = _rows(connection, suppressions, suppressions.c.address.in_(person.addresses))
    events = mentions(connection, person.addresses, order_numbers(connection, person))
    people = _rows(connection, customers, customers.c.id.in_(person.customers))
    return {
        "customers": [_customer(row) for row in people],
        "orders": [_order(row) for row in told],
        "enrolments": [of[row.id] | _enrolment(row) for row in journeys],
        "messages": [step[row.id] | _message(row) for row in steps],
        "clicks": [step[row.touch_id] | _picked(row, "at", "machine") for row in opened],
        "coupons": [of[row.enrolment_id] | _coupon(row) for row in hanging(coupons)],
        "tasks": [step[row.touch_id] | _task(row) for row in hanging(tasks)],
        "journal": [
            (step.get(row.touch_id) or of[row.enrolment_id])
            | _picked(row, "at", "verdict", "reason", "detail")
            for row in hanging(decisions)
        ],
        "consents": [
            _picked(row, "channel", "address", "level", "at", "source", "evidence") for row in given
        ],
        "suppressions": [
            _picked(row, "channel", "address", "reason", "source", "at") for row in banned
        ],
        "inbox": [_event(row) for row in _rows(connection, inbox, inbox.c.id.in_(events))],
    }


def _rows(connection: Connection, source: Any, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return connection.execute(select(source).where(which).order_by(source.c.id)).all()


def _picked(row: Row[Any], *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _money(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None or currency is None else str(Money(minor, currency))


def _customer(row: Row[Any]) -> dict[str, Any]:
    names = ("email_consent", "email_consent_at", "sms_consent", "sms_consent_at")
    return {"shop": row.source, "customer_id": row.external_id} | _picked(row, *names)


def _order(row: Row[Any]) -> dict[str, Any]:
    """The fields of an import, with what they led to."""
    plain = _picked(row, "email", "phone", "name", "country", "locale", "timezone")
    state = _picked(row, "status", "placed_at", "updated_at", "failed_at", "paid_at", "refunded_at")
    paying = _picked(row, "payment_method", "failure_source", "failure_code", "payment_url")
    rest = _picked(row, "expires_at", "email_consent", "sms_consent", "discount_code")
    return {
        "shop": row.source,
        "order": row.external_id,
        **state,
        "amount": _money(row.amount_minor, row.currency),
        "currency": row.currency,
        **plain,
        "customer_type": row.customer_type,
        **paying,
        "why_unpaid": why_unpaid(row.status, row.failure_reason),
        **rest,
        "shipping_amount": _money(row.shipping_minor, row.currency),
        "items": [_item(item, row.currency) for item in row.items or ()],
    }


def _item(item: Mapping[str, Any], currency: str) -> dict[str, Any]:
    price = _money(item.get("minor"), currency)
    return {"name": item["name"], "quantity": item.get("quantity", 1), "price": price}


def _enrolment(row: Row[Any]) -> dict[str, Any]:
    names = ("segment", "sequence", "state", "reason", "enrolled_at", "window_ends_at", "ended_at")
    return _picked(row, *names) | {"gets_messages": not row.holdout}


def _message(row: Row[Any]) -> dict[str, Any]:
    names = ("channel", "variant", "state", "reason", "planned_at", "due_at")
    sent = {"to": row.recipient, "handed_over_at": row.tried_at, "provider": row.provider}
    return _picked(row, *names) | sent | {"provider_number": row.provider_id}


def _coupon(row: Row[Any]) -> dict[str, Any]:
    return _picked(row, "code", "kind", "state", "issued_at", "expires_at", "redeemed_at")


def _task(row: Row[Any]) -> dict[str, Any]:
    who = _picked(row, "team", "template", "state", "due_at", "claimed_by", "claimed_at")
    return who | _picked(row, "closed_at", "outcome", "note")


def _event(row: Row[Any]) -> dict[str, Any]:
    try:
        said = json.loads(row.body)
    except (ValueError, RecursionError):
        said = row.body
    return _picked(row, "source", "received_at", "applied_at") | {"said": said}
