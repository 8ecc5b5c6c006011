"""The whole story of one order, in time order: what happened, what was decided, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.campaign.schema import Campaign
from recovery.db import table
from recovery.errors import UsageError
from recovery.facts import OrderStatus
from recovery.i18n import say, spoken
from recovery.measure import chapters
from recovery.measure.chapters import Event
from recovery.measure.plain import masked
from recovery.measure.whynot import Unenrolled, why_not
from recovery.models import Enrolment, Order
from recovery.money import Money
from recovery.reasons import why_unpaid

orders, enrolments = table(Order), table(Enrolment)


@dataclass(frozen=True, slots=True)
class Story:
    """One order and its events. Contact data is masked: a story is read over shoulders."""

    order: dict[str, Any]
    events: list[Event] = field(default_factory=list)

    def payload(self) -> dict[str, Any]:
        """The JSON of `recovery explain --json`."""
        return {"order": self.order, "events": [event.payload() for event in self.events]}


def explain(
    connection: Connection,
    order: str,
    source: str | None,
    now: datetime,
    campaigns: Sequence[Campaign] = (),
) -> Story:
    """Tell the story of the shop's order `order` up to `now`, and what is planned next.

    With `campaigns`, an order that was never enrolled is told why. Raises UsageError when there
    is no such order (naming ids near to it), or several sources have one and `source` is None.
    """
    row = _find(connection, order, source)
    journeys = connection.execute(
        select(enrolments)
        .where(enrolments.c.order_id == row.id, enrolments.c.enrolled_at <= now)
        .order_by(enrolments.c.enrolled_at, enrolments.c.id)
    ).all()
    events = [*chapters.of_order(row), *chapters.of_journeys(connection, row, journeys)]
    told = [event for event in events if event.at <= now or event.ahead]
    if not journeys:
        told += _never_enrolled(row, campaigns, now)
    return Story(_card(row), sorted(told, key=lambda event: (event.at, event.rank)))


def _find(connection: Connection, order: str, source: str | None) -> Row[Any]:
    statement = select(orders).where(orders.c.external_id == order).order_by(orders.c.source)
    if source is not None:
        statement = statement.where(orders.c.source == source)
    found = connection.execute(statement).all()
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(row.source for row in found)
        raise UsageError(
            say(
                "several sources have an order {order}; add --source (one of {names})",
                order=f"{order!r}",
                names=names,
            )
        )
    near = _near(connection, order)
    hint = say("; did you mean {names}?", names=" or ".join(near)) if near else ""
    where = say(" from source '{source}'", source=source) if source is not None else ""
    raise UsageError(
        say("there is no order {order}{where}{hint}", order=f"{order!r}", where=where, hint=hint)
    )


def _near(connection: Connection, order: str) -> list[str]:
    """Known ids most like it, among those that start like it (or any, in a small shop)."""
    for start in (order[: (len(order) + 1) // 2], ""):
        like = orders.c.external_id.startswith(start, autoescape=True)
        ids = connection.execute(select(orders.c.external_id).where(like).limit(1000)).scalars()
        if near := get_close_matches(order, set(ids), 3):
            return sorted(near)
    return []


def _never_enrolled(row: Row[Any], campaigns: Sequence[Campaign], now: datetime) -> Iterator[Event]:
    asked = Unenrolled(
        status=OrderStatus(row.status),
        unpaid_since=row.unpaid_since,
        country=row.country,
        amount=Money(row.amount_minor, row.currency),
        customer_type=row.customer_type,
        failures=frozenset(filter(None, (row.failure_reason, row.failure_code))),
    )
    for sentence in why_not(asked, campaigns, now):
        yield Event(now, "not_enrolled", sentence)


def _card(row: Row[Any]) -> dict[str, Any]:
    return {
        "order": row.external_id,
        "source": row.source,
        "status": row.status,
        "placed_at": _utc(row.placed_at),
        "amount": str(Money(row.amount_minor, row.currency)),
        "currency": row.currency,
        "country": row.country,
        "customer_type": row.customer_type,
        "email": masked(row.email),
        "phone": masked(row.phone),
        "email_consent": row.email_consent,
        "sms_consent": row.sms_consent,
        "payment_method": row.payment_method,
        "failure_code": row.failure_code,
        "failure_reason": row.failure_reason,
        "why_unpaid": why_unpaid(row.status, row.failure_reason, spoken()),
        "paid_at": _utc(row.paid_at),
    }


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
