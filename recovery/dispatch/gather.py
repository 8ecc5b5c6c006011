"""Reading the situation of a whole batch in a fixed number of queries."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.campaign.schema import Campaign, Status, Step
from recovery.db import among, is_postgres, table
from recovery.dispatch import history, variants
from recovery.dispatch.situation import Ahead, OrderFacts, Sent, Situation
from recovery.facts import Consent, OrderStatus
from recovery.incentives.offer import Issued
from recovery.markets import MarketRules, Markets, load_markets, market
from recovery.message import Channel, MessageClass
from recovery.models import (
    Customer,
    Enrolment,
    EnrolmentState,
    Order,
    Touch,
)
from recovery.money import Money

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
customers = table(Customer)

ORDER = (
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
    "region",
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
    """Picked touches and everything decisions about them need. Decide in the given order:
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
    ahead: dict[int, list[Ahead]]  # open touches of the enrolments
    told: dict[int, Counter[Channel]]  # messages about each order
    markets: Markets
    variants: Mapping[int, str] = field(default_factory=dict)  # of touches whose steps have some

    def situations(self) -> Iterator[Situation]:
        """One situation a touch, the longest due first."""
        for row in self.rows:
            yield self.situation(row)

    def remember(self, situation: Situation, now: datetime) -> None:
        """A message to this customer is about to leave."""
        if situation.step.channel is not Channel.TASK:
            self.sent[situation.order.customer_id].append(
                Sent(now, situation.enrolment_id, situation.step.step, situation.planned_at)
            )
            self.told[situation.order.id][situation.step.channel] += 1

    def remember_offer(self, situation: Situation, given: Issued) -> None:
        """The message about to leave carries an offer."""
        self.issued[situation.order.customer_id].append(given)

    def drawn(self) -> dict[int, str]:
        """The variants of the touches that had none before."""
        new = (row.touch_id for row in self.rows if row.variant is None)
        return {touch: self.variants[touch] for touch in new if touch in self.variants}

    def situation(self, row: Row[Any]) -> Situation:
        """One touch with what is known by now."""
        script = self.scripts[row.version_id]
        step = script.steps[row.sequence, row.step]
        facts = _order_facts(row)
        address = facts.email if step.channel is Channel.EMAIL else facts.phone
        rules = self.markets.rules(facts.country)
        return Situation(
            touch_id=row.touch_id,
            enrolment_id=row.enrolment_id,
            campaign=script.campaign,
            status=Status.PAUSED if row.campaign in self.paused else script.status,
            sequence=row.sequence,
            step=step,
            message_class=MessageClass.MARKETING if step.offer else self.class_of(step.template),
            planned_at=row.planned_at,
            refusals=row.refusals,
            enrolment_state=EnrolmentState(row.enrolment_state),
            window_ends_at=row.window_ends_at,
            order=facts,
            consent=_consent(row, step.channel),
            suppressed=(step.channel.value, (address or "").lower()) in self.suppressed,
            clicked=frozenset(self.clicked.get(row.enrolment_id, ())),
            sent=tuple(self.sent.get(facts.customer_id, ())),
            task_claimed=row.enrolment_id in self.claimed_tasks,
            zones=_zones(row.timezone, row.timezone_source, rules, facts.region),
            issued=tuple(self.issued.get(facts.customer_id, ())),
            rules=rules,
            told=dict(self.told[facts.id]),
            ahead=tuple(
                one for one in self.ahead[row.enrolment_id] if one.planned_at < row.planned_at
            ),
            variant=self.variants.get(row.touch_id, ""),
            no_incentive=row.slot is not None and row.slot < script.campaign.no_incentive,
        )


def gather(
    connection: Connection,
    ids: Sequence[int],
    now: datetime,
    scripts: Callable[[Connection, set[int]], Mapping[int, Script]],
    class_of: Callable[[str], MessageClass | None],
    paused: Collection[str] = (),
    markets: Markets | None = None,
    *,
    locking: bool = True,
) -> Batch:
    """Read the situation of the picked touches `ids`: eight queries, however many they are.

    Their customers are locked until the transaction ends, so two workers can't both decide that
    the same customer has room for one more message. (On SQLite a write transaction is alone.)
    Whoever only foretells goes without `locking`.
    """
    if locking:
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
        sent=history.sent(connection, people, now - _lookback(known.values()), now),
        suppressed=history.suppressed(connection, rows),
        clicked=history.clicked(connection, journeys),
        claimed_tasks=history.claimed_tasks(connection, journeys),
        issued=history.issued(connection, people),
        ahead=history.open_steps(connection, journeys),
        told=history.told(connection, sorted({row.id for row in rows})),
        markets=markets or load_markets(),
        variants=variants.drawn(rows, {version: one.steps for version, one in known.items()}),
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
            touches.c.refusals,
            touches.c.variant,
            enrolments.c.version_id,
            enrolments.c.campaign,
            enrolments.c.sequence,
            enrolments.c.state.label("enrolment_state"),
            enrolments.c.window_ends_at,
            *(orders.c[name] for name in ORDER),
            customers.c.key,
            customers.c.slot,
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
        region=row.region,
    )


def _consent(row: Row[Any], channel: Channel) -> Consent:
    """The stricter of what was agreed with this order and what the newest order says."""
    if channel is Channel.EMAIL:
        given = (Consent(row.email_consent), Consent(row.newest_email_consent))
    else:
        given = (Consent(row.sms_consent), Consent(row.newest_sms_consent))
    return min(given, key=_STRICTNESS.__getitem__)


def _zones(zone: str, source: str, rules: MarketRules, region: str | None) -> tuple[str, ...]:
    """One zone when the order names it; else those of its region, else every zone of the country;
    the one where most people live first."""
    found = market(rules.country)
    if source == "order" or found is None:
        return (zone,)
    near = rules.time_zones(region)
    return near or (zone, *(other for other in found.timezones if other != zone))
