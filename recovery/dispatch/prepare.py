"""One transaction from claimed touches to messages marked `sending`: decide, offer, render."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from recovery.campaign.schema import WithoutOffer
from recovery.db import insert_ignore, table
from recovery.dispatch import record
from recovery.dispatch.gather import Batch
from recovery.dispatch.policies import LOOK_AGAIN, TEMPLATE_ERROR, decide
from recovery.dispatch.render import Message, Renderer
from recovery.dispatch.situation import Decision, Send, Situation, Skip, Snooze
from recovery.incentives.issue import Grant, Recipient, issue
from recovery.incentives.offer import Issued, Refusal, terms
from recovery.markets.rates import Rates
from recovery.message import Channel, MessageClass, Receipt
from recovery.models import CouponState, Task, TaskState
from recovery.template.errors import TemplateError

tasks = table(Task)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message whose touch is `sending`."""

    touch_id: int
    enrolment_id: int
    attempts: int  # before this one
    message: Message


@dataclass(slots=True)
class Prepared:
    """What became of one batch."""

    outgoing: list[Outgoing] = field(default_factory=list)
    tasks: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    snoozed: Counter[str] = field(default_factory=Counter)
    broken: set[str] = field(default_factory=set)  # template errors, as the marketer reads them


@dataclass(frozen=True, slots=True)
class Workshop:
    """What preparing needs besides the batch."""

    renderer: Renderer
    rates: Rates
    secret: str


def prepare(
    connection: Connection, batch: Batch, shop: Workshop, token: str, now: datetime
) -> Prepared:
    """Decide on every touch of the batch and make its message; nothing is sent here."""
    prepared, journal = Prepared(), record.Journal(now, [])
    decided: list[tuple[Situation, Decision]] = []
    for situation in batch.situations():
        decision = decide(situation, now, shop.rates)
        if isinstance(decision, Send):
            batch.remember(situation, now)
        decided.append((situation, decision))
    grants = _offers(connection, decided, shop, now)
    final = [(s, _with_offer(s, decision, grants.get(s.touch_id))) for s, decision in decided]
    messages = _messages(final, grants, shop, now, prepared)
    _write(connection, messages, journal, prepared, token, now)
    journal.write(connection)
    return prepared


def _offers(
    connection: Connection,
    decided: Sequence[tuple[Situation, Decision]],
    shop: Workshop,
    now: datetime,
) -> dict[int, Grant | Refusal]:
    """Offers for the touches that will go out, budgets always taken in the same order: two
    workers that wait for each other's budget would wait for ever."""
    wanting = [s for s, decision in decided if isinstance(decision, Send) and s.step.offer]
    wanting.sort(key=lambda s: (s.campaign.campaign, s.step.offer or "", s.touch_id))
    made: dict[int, Grant | Refusal] = {}
    fresh: dict[int, list[Issued]] = defaultdict(list)  # by customer: what this batch has given
    for s in wanting:
        given = fresh[s.order.customer_id]
        granted = _offer(connection, s, (*s.issued, *given), shop, now)
        if isinstance(granted, Grant):
            given.append(_as_issued(s, granted, now))
        made[s.touch_id] = granted
    return made


def _as_issued(s: Situation, grant: Grant, now: datetime) -> Issued:
    return Issued(
        enrolment_id=s.enrolment_id,
        touch_id=s.touch_id,
        offer=grant.terms.name,
        code=grant.code,
        issued_at=now,
        expires_at=grant.terms.expires_at,
        state=CouponState.RESERVED,
    )


def _offer(
    connection: Connection,
    s: Situation,
    held: Sequence[Issued],
    shop: Workshop,
    now: datetime,
) -> Grant | Refusal:
    name = s.step.offer or ""
    if shop.renderer.class_of(s.step.template) is not MessageClass.MARKETING:
        return Refusal("offer_in_service_template")  # it would be reserved and never shown
    offered = terms(
        name,
        s.campaign.offers[name],
        s.order.amount,
        held,
        (s.enrolment_id, s.touch_id),
        now,
        shop.rates,
    )
    if isinstance(offered, Refusal):
        return offered
    campaign = s.campaign.campaign
    to = Recipient(
        touch_id=s.touch_id,
        enrolment_id=s.enrolment_id,
        customer_id=s.order.customer_id,
        campaign=campaign,
        identity=(s.order.source, s.order.number, campaign, s.step.step),
    )
    return issue(connection, to, offered, shop.secret, now)


def _with_offer(s: Situation, decision: Decision, granted: Grant | Refusal | None) -> Decision:
    """Without its offer the step goes out all the same, or not at all, as the campaign says."""
    if not isinstance(granted, Refusal):
        return decision
    if s.step.without_offer is WithoutOffer.SKIP:
        return Skip(granted.reason)
    return Send(granted.reason)


def _messages(
    decided: Sequence[tuple[Situation, Decision]],
    grants: dict[int, Grant | Refusal],
    shop: Workshop,
    now: datetime,
    prepared: Prepared,
) -> list[tuple[Situation, Decision, Message | None]]:
    made: list[tuple[Situation, Decision, Message | None]] = []
    for s, decision in decided:
        message = None
        if isinstance(decision, Send) and s.step.channel is not Channel.TASK:
            granted = grants.get(s.touch_id)
            grant = granted if isinstance(granted, Grant) else None
            try:
                message = shop.renderer.render(s, grant, now)
            except TemplateError as error:
                prepared.broken.add(str(error))
                decision = Snooze(now + LOOK_AGAIN, TEMPLATE_ERROR)
        made.append((s, decision, message))
    return made


def _write(
    connection: Connection,
    made: Sequence[tuple[Situation, Decision, Message | None]],
    journal: record.Journal,
    prepared: Prepared,
    token: str,
    now: datetime,
) -> None:
    going = [s.touch_id for s, decision, _ in made if isinstance(decision, Send)]
    ours = record.sending(connection, going, token, now)
    skips: list[tuple[int, Skip]] = []
    waits: list[tuple[int, Snooze]] = []
    handed: list[Situation] = []
    for s, decision, message in made:
        match decision:
            case Skip(reason):
                skips.append((s.touch_id, decision))
                prepared.skipped[reason] += 1
                journal.note(s.enrolment_id, s.touch_id, "skip", reason)
            case Snooze(until, reason):
                if reason == TEMPLATE_ERROR and not prepared.broken:
                    prepared.broken.add(f"templates/{s.step.template}: see `recovery check`")
                waits.append((s.touch_id, decision))
                prepared.snoozed[reason] += 1
                journal.note(s.enrolment_id, s.touch_id, "snooze", reason, f"{until:%FT%TZ}")
            case Send(note) if s.touch_id in ours:
                journal.note(s.enrolment_id, s.touch_id, "send", note)
                if message is None:
                    handed.append(s)
                else:
                    prepared.outgoing.append(
                        Outgoing(s.touch_id, s.enrolment_id, s.attempts, message)
                    )
    record.skipped(connection, skips, token)
    record.snoozed(connection, waits, token)
    _hand_over(connection, handed, token, now)
    prepared.tasks = len(handed)


def _hand_over(
    connection: Connection, handed: Sequence[Situation], token: str, now: datetime
) -> None:
    """Steps with `task:` become work for people; that is their whole delivery."""
    if not handed:
        return
    connection.execute(
        insert_ignore(tasks, connection),
        [
            {
                "touch_id": s.touch_id,
                "enrolment_id": s.enrolment_id,
                "order_id": s.order.id,
                "team": s.step.to or "customer-service",
                "template": s.step.template,
                "state": TaskState.OPEN.value,
                "due_at": now,
            }
            for s in handed
        ],
    )
    receipts = [
        record.Result(s.touch_id, s.enrolment_id, s.attempts, Receipt("tasks", s.step.to or ""))
        for s in handed
    ]
    record.results(connection, receipts, token, now)
