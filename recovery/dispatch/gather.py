"""Reading the situation of a whole batch in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from recovery.campaign.schema import Campaign, Status, Step
from recovery.db import among, is_postgres, table
from recovery.dispatch.situation import OrderFacts, Sent, Situation
from recovery.facts import Consent, OrderStatus
from recovery.incentives.offer import Issued
from recovery.markets import market
from recovery.message import Channel, MessageClass
from recovery.models import (
    Click,
    Coupon,
    Customer,
    Enrolment,
    EnrolmentState,
    Order,
    Suppression,
    Task,
    TaskState,
    Touch,
    TouchState,
)
from recovery.money import Money

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
customers, clicks, coupons = table(Customer), table(Click), table(Coupon)
suppressions, tasks = table(Suppression), table(Task)

# A message that left us, or may have: all of these count against caps and gaps.
LEFT = (
    TouchState.SENDING,
    TouchState.SENT,
    TouchState.DELIVERED,
    TouchState.BOUNCED,
    TouchState.UNKNOWN,
)
_ORDER = (
    "id",
    "customer_id",
    "source",
    "external_id",
    "status",
    "placed_at",
    "amount_minor",
    "currency",
    "country",
    "locale",
    "timezone",
    "timezone_source",
    "customer_type",
    "name",
    "email",
    "phone",
    "payment_method",
    "failure_reason",
    "failure_code",
    "expires_at",
    "email_consent",
    "sms_consent",
    "items",
)
_STRICTNESS = {Consent.NONE: 0, Consent.TRANSACTIONAL: 1, Consent.MARKETING: 2}


@dataclass(frozen=True, slots=True)
class Script:
    """One campaign as it was at enrolment, its steps by (sequence, step), its status today."""

    campaign: Campaign
    status: Status
    steps: Mapping[tuple[str, str], Step]


@dataclass(slots=True)
class Batch:
    """Claimed touches and everything decisions about them need. Decide in the given order:
    `remember` lets a later touch of the same customer see what was just decided."""

    rows: Sequence[Row[Any]]
    scripts: Mapping[int, Script]
    class_of: Callable[[str], MessageClass | None]
    paused: Collection[str]  # campaigns an operator holds
    sent: dict[int, list[Sent]]
    suppressed: set[tuple[str, str]]
    clicked: dict[int, set[str]]
    claimed_tasks: set[int]
    issued: dict[int, list[Issued]]

    def situations(self) -> Iterator[Situation]:
        """One situation a touch, the longest due first."""
        for row in self.rows:
            yield self._situation(row)

    def remember(self, situation: Situation, now: datetime) -> None:
        """A message to this customer is about to leave."""
        if situation.step.channel is not Channel.TASK:
            self.sent[situation.order.customer_id].append(
                Sent(now, situation.enrolment_id, situation.step.step, situation.planned_at)
            )

    def _situation(self, row: Row[Any]) -> Situation:
        script = self.scripts[row.version_id]
        step = script.steps[row.sequence, row.step]
        facts = _order_facts(row)
        address = facts.email if step.channel is Channel.EMAIL else facts.phone
        return Situation(
            touch_id=row.touch_id,
            enrolment_id=row.enrolment_id,
            campaign=script.campaign,
            status=Status.PAUSED if row.campaign in self.paused else script.status,
            sequence=row.sequence,
            step=step,
            message_class=MessageClass.MARKETING if step.offer else self.class_of(step.template),
            planned_at=row.planned_at,
            attempts=row.attempts,
            enrolment_state=EnrolmentState(row.enrolment_state),
            window_ends_at=row.window_ends_at,
            order=facts,
            consent=_consent(row, step.channel),
            suppressed=(step.channel.value, address or "") in self.suppressed,
            clicked=frozenset(self.clicked.get(row.enrolment_id, ())),
            sent=tuple(self.sent.get(facts.customer_id, ())),
            task_claimed=row.enrolment_id in self.claimed_tasks,
            zones=_zones(row.timezone, row.timezone_source, row.country),
            issued=tuple(self.issued.get(facts.customer_id, ())),
        )


def gather(
    connection: Connection,
    ids: Sequence[int],
    now: datetime,
    scripts: Callable[[Connection, set[int]], Mapping[int, Script]],
    class_of: Callable[[str], MessageClass | None],
    paused: Collection[str] = (),
) -> Batch:
    """Read the situation of the claimed touches `ids`: seven queries, however many they are.

    Their customers are locked until the transaction ends, so two workers can't both decide that
    the same customer has room for one more message. (On SQLite a write transaction is alone.)
    """
    _lock_customers(connection, ids)
    rows = connection.execute(_everything(connection, ids)).all()
    known = scripts(connection, {row.version_id for row in rows})
    people = sorted({row.customer_id for row in rows})
    journeys = sorted({row.enrolment_id for row in rows})
    return Batch(
        rows=rows,
        scripts=known,
        class_of=class_of,
        paused=paused,
        sent=_sent(connection, people, now - _lookback(known.values())),
        suppressed=_suppressed(connection, rows),
        clicked=_clicked(connection, journeys),
        claimed_tasks=_claimed_tasks(connection, journeys),
        issued=_issued(connection, people),
    )


def _lock_customers(connection: Connection, ids: Sequence[int]) -> None:
    if is_postgres(connection):
        mine = (
            select(enrolments.c.customer_id)
            .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
            .where(among(connection, touches.c.id, ids))
        )
        connection.execute(
            select(customers.c.id)
            .where(customers.c.id.in_(mine))
            .order_by(customers.c.id)
            .with_for_update(key_share=True)
        )


def _everything(connection: Connection, ids: Sequence[int]) -> Any:
    return (
        select(
            touches.c.id.label("touch_id"),
            touches.c.enrolment_id,
            touches.c.step,
            touches.c.planned_at,
            touches.c.attempts,
            enrolments.c.version_id,
            enrolments.c.campaign,
            enrolments.c.sequence,
            enrolments.c.state.label("enrolment_state"),
            enrolments.c.window_ends_at,
            *(orders.c[name] for name in _ORDER),
            customers.c.email_consent.label("newest_email_consent"),
            customers.c.sms_consent.label("newest_sms_consent"),
        )
        .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(customers, customers.c.id == enrolments.c.customer_id)
        .where(among(connection, touches.c.id, ids))
        .order_by(touches.c.due_at, touches.c.id)
    )


def _lookback(scripts: Any) -> timedelta:
    spans = [timedelta(days=7)]
    for script in scripts:
        limits = script.campaign.limits
        spans.append(limits.min_gap)
        if limits.per_customer is not None:
            spans.append(limits.per_customer.per)
    return max(spans)


def _sent(connection: Connection, people: Sequence[int], since: datetime) -> dict[int, list[Sent]]:
    found = (
        select(
            enrolments.c.customer_id,
            touches.c.tried_at,
            touches.c.enrolment_id,
            touches.c.step,
            touches.c.planned_at,
        )
        .join_from(enrolments, touches, touches.c.enrolment_id == enrolments.c.id)
        .where(
            among(connection, enrolments.c.customer_id, people),
            touches.c.tried_at > since,
            touches.c.state.in_(LEFT),
            touches.c.channel != Channel.TASK.value,
        )
        .order_by(touches.c.tried_at, touches.c.id)
    )
    history: dict[int, list[Sent]] = defaultdict(list)
    for person, *sent in connection.execute(found):
        history[person].append(Sent(*sent))
    return history


def _suppressed(connection: Connection, rows: Sequence[Row[Any]]) -> set[tuple[str, str]]:
    emails = {row.email for row in rows if row.email}
    phones = {row.phone for row in rows if row.phone}
    found = select(suppressions.c.channel, suppressions.c.address).where(
        or_(
            and_(
                suppressions.c.channel == Channel.EMAIL.value,
                among(connection, suppressions.c.address, emails),
            ),
            and_(
                suppressions.c.channel == Channel.SMS.value,
                among(connection, suppressions.c.address, phones),
            ),
        )
    )
    return {(row.channel, row.address) for row in connection.execute(found)}


def _clicked(connection: Connection, journeys: Sequence[int]) -> dict[int, set[str]]:
    found = (
        select(touches.c.enrolment_id, touches.c.step)
        .join_from(touches, clicks, clicks.c.touch_id == touches.c.id)
        .where(among(connection, touches.c.enrolment_id, journeys), ~clicks.c.machine)
    )
    steps: dict[int, set[str]] = defaultdict(set)
    for enrolment_id, step in connection.execute(found):
        steps[enrolment_id].add(step)
    return steps


def _claimed_tasks(connection: Connection, journeys: Sequence[int]) -> set[int]:
    found = select(tasks.c.enrolment_id).where(
        among(connection, tasks.c.enrolment_id, journeys), tasks.c.state == TaskState.CLAIMED
    )
    return set(connection.execute(found).scalars())


def _issued(connection: Connection, people: Sequence[int]) -> dict[int, list[Issued]]:
    found = select(
        coupons.c.customer_id,
        coupons.c.enrolment_id,
        coupons.c.touch_id,
        coupons.c.offer,
        coupons.c.code,
        coupons.c.issued_at,
        coupons.c.expires_at,
        coupons.c.state,
    ).where(among(connection, coupons.c.customer_id, people))
    held: dict[int, list[Issued]] = defaultdict(list)
    for person, *coupon in connection.execute(found):
        held[person].append(Issued(*coupon))
    return held


def _order_facts(row: Row[Any]) -> OrderFacts:
    return OrderFacts(
        id=row.id,
        customer_id=row.customer_id,
        source=row.source,
        number=row.external_id,
        status=OrderStatus(row.status),
        placed_at=row.placed_at,
        amount=Money(row.amount_minor, row.currency),
        country=row.country,
        locale=row.locale,
        timezone=row.timezone,
        customer_type=row.customer_type,
        name=row.name,
        email=row.email,
        phone=row.phone,
        payment_method=row.payment_method,
        failure_reason=row.failure_reason,
        failure_code=row.failure_code,
        expires_at=row.expires_at,
        items=tuple(row.items or ()),
    )


def _consent(row: Row[Any], channel: Channel) -> Consent:
    """The stricter of what was agreed with this order and what the newest order says."""
    if channel is Channel.EMAIL:
        given = (Consent(row.email_consent), Consent(row.newest_email_consent))
    else:
        given = (Consent(row.sms_consent), Consent(row.newest_sms_consent))
    return min(given, key=_STRICTNESS.__getitem__)


def _zones(zone: str, source: str, country: str) -> tuple[str, ...]:
    """One zone when the order names it; else every zone of the country, the default one first."""
    found = market(country)
    if source == "order" or found is None:
        return (zone,)
    return (zone, *(other for other in found.timezones if other != zone))
