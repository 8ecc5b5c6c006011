"""One transaction from claimed touches to messages marked `sending`: decide, offer, render."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from recovery.campaign.schema import WithoutOffer
from recovery.clock import Stopwatch
from recovery.db import insert_ignore, table
from recovery.dispatch import pace, record
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
    channel: Channel
    message: Message
    watch: Stopwatch  # since its touch was claimed
    wait: float = 0.0  # seconds on that watch before it may leave, for the pace


@dataclass(slots=True)
class Prepared:
    """What became of one batch."""

    outgoing: list[Outgoing] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # template errors, as the marketer reads them


@dataclass(frozen=True, slots=True)
class Workshop:
    """What preparing needs besides the batch."""

    renderer: Renderer
    rates: Rates
    secret: str
    limits: pace.Limits = field(default_factory=pace.Limits)


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
    paced, waits = _paced(connection, final, shop.limits, now)
    messages = _messages(paced, grants, shop, now, prepared)
    _write(connection, messages, journal, prepared, token, now, waits)
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


def _paced(
    connection: Connection,
    decided: Sequence[tuple[Situation, Decision]],
    limits: pace.Limits,
    now: datetime,
) -> tuple[list[tuple[Situation, Decision]], dict[int, float]]:
    """Give each message its moment: soon, with the seconds to wait, or later."""
    if not limits.gaps:
        return list(decided), {}
    leaving = [
        s
        for s, decision in decided
        if isinstance(decision, Send) and s.step.channel is not Channel.TASK
    ]
    wanted = [(s.step.channel.value, s.order.country) for s in leaving]
    told = pace.moments(connection, limits, wanted, now)
    at = {s.touch_id: moment for s, moment in zip(leaving, told, strict=True)}
    late = {touch: moment for touch, moment in at.items() if moment > now + pace.REACH}
    kept = [
        (s, Snooze(late[s.touch_id], "pace") if s.touch_id in late else decision)
        for s, decision in decided
    ]
    return kept, {touch: (moment - now).total_seconds() for touch, moment in at.items()}


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
    waits: dict[int, float],
) -> None:
    skips = [(s, decision) for s, decision, _ in made if isinstance(decision, Skip)]
    later = [(s, decision) for s, decision, _ in made if isinstance(decision, Snooze)]
    going = [(s, decision, m) for s, decision, m in made if isinstance(decision, Send)]
    record.skipped(connection, [(s.touch_id, skip) for s, skip in skips], token)
    record.snoozed(connection, [(s.touch_id, wait) for s, wait in later], token)
    ours = record.sending(connection, [s.touch_id for s, _, _ in going], token, now)
    _count(skips, later, journal, prepared)
    handed, watch = [], Stopwatch()
    for s, send, message in going:
        if s.touch_id not in ours:
            continue
        journal.note(s.enrolment_id, s.touch_id, "send", send.note)
        if message is None:
            handed.append(s)
        else:
            prepared.outgoing.append(_outgoing(s, message, watch, waits.get(s.touch_id, 0.0)))
    journal.write(connection)  # before the tasks: they are done as they are handed over
    _hand_over(connection, handed, token, now)


def _count(
    skips: Sequence[tuple[Situation, Skip]],
    later: Sequence[tuple[Situation, Snooze]],
    journal: record.Journal,
    prepared: Prepared,
) -> None:
    for s, skip in skips:
        journal.note(s.enrolment_id, s.touch_id, "skip", skip.reason)
    for s, wait in later:
        journal.note(s.enrolment_id, s.touch_id, "snooze", wait.reason, f"{wait.until:%FT%TZ}")
        if wait.reason == TEMPLATE_ERROR and not prepared.broken:
            prepared.broken.add(f"templates/{s.step.template}: see `recovery check`")


def _outgoing(s: Situation, message: Message, watch: Stopwatch, wait: float) -> Outgoing:
    return Outgoing(
        touch_id=s.touch_id,
        enrolment_id=s.enrolment_id,
        attempts=s.attempts,
        channel=s.step.channel,
        message=message,
        watch=watch,
        wait=wait,
    )


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
        record.Result(
            s.touch_id,
            s.enrolment_id,
            s.attempts,
            Channel.TASK,
            Receipt("tasks", s.step.to or ""),
        )
        for s in handed
    ]
    record.results(connection, receipts, token, now)
