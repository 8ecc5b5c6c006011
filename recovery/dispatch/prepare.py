"""From picked touches to messages that may leave, in one transaction: decide, offer, render."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from recovery.campaign.schema import WithoutOffer
from recovery.clock import Stopwatch
from recovery.db import insert_ignore, table
from recovery.dispatch import pace, record, variants
from recovery.dispatch.gather import Batch
from recovery.dispatch.policies import TEMPLATE_ERROR, decide, link_allowed, look_again
from recovery.dispatch.render import Message, Renderer
from recovery.dispatch.situation import Decision, Send, Situation, Skip, Snooze
from recovery.incentives import budget
from recovery.incentives.issue import Grant, Recipient, issue
from recovery.incentives.offer import Issued, Refusal, terms
from recovery.markets.rates import Rates
from recovery.message import Channel, MessageClass, Receipt
from recovery.models import CouponState, Task, TaskState
from recovery.template.errors import TemplateError

tasks = table(Task)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that may leave."""

    touch_id: int
    enrolment_id: int
    refusals: int  # before this one
    channel: Channel
    message: Message
    watch: Stopwatch  # since it was decided
    wait: float = 0.0  # seconds on that watch before it may leave, for the pace: about one at most
    note: str | None = None  # what is different from the plan
    offered: bool = False  # it shows a coupon
    rules: str = ""  # version of the market rules that let it go


@dataclass(slots=True)
class Prepared:
    """What became of one batch."""

    outgoing: list[Outgoing] = field(default_factory=list)


class Made(NamedTuple):
    """A touch, what was decided, and its message when it goes out to a customer."""

    situation: Situation
    decision: Decision
    message: Message | None
    offered: bool = False
    why: str = ""  # what is wrong with its template, as the marketer reads it


@dataclass(frozen=True, slots=True)
class Workshop:
    """What preparing needs besides the batch."""

    renderer: Renderer
    rates: Rates
    secret: str
    limits: pace.Limits = field(default_factory=pace.Limits)


def prepare(
    connection: Connection,
    batch: Batch,
    shop: Workshop,
    token: str,
    now: datetime,
    journal: record.Journal,
    moment: datetime | None = None,
) -> Prepared:
    """Decide on every touch of the batch and make its message; nothing is sent here.

    Skips, waits and tasks are written; the touches of the messages are as they were. `moment` is
    the present of the pace, where that is not `now`. One touch is
    taken to its end before the next, so that only what truly goes out counts against what the same
    customer may still get.
    """
    prepared, made = Prepared(), list[Made]()
    for situation in batch.situations():
        one, grant = _make(connection, situation, shop, now)
        if isinstance(one.decision, Send):
            batch.remember(situation, now)
            if grant is not None:
                batch.remember_offer(situation, _as_issued(situation, grant, now))
        made.append(one)
    waits = _paced(connection, made, shop.limits, moment or now)
    variants.keep(connection, batch.drawn(), now)
    _write(connection, made, journal)
    _hand_over(connection, [one for one in made if _is_task(one)], token, now, journal)
    watch = Stopwatch()
    prepared.outgoing = [
        _outgoing(one, one.message, watch, waits.get(one.situation.touch_id, 0.0))
        for one in made
        if one.message is not None
    ]
    return prepared


def _make(
    connection: Connection, s: Situation, shop: Workshop, now: datetime
) -> tuple[Made, Grant | None]:
    """Decide, reserve the offer, render; each of them may still say no."""
    decision, grant = decide(s, now, shop.rates), None
    if isinstance(decision, Send) and s.step.offer:
        granted = _offer(connection, s, shop, now)
        grant = granted if isinstance(granted, Grant) else None
        decision = _with_offer(s, decision, granted)
    if not isinstance(decision, Send) or s.step.channel is Channel.TASK:
        return Made(s, decision, None), grant
    try:
        message = shop.renderer.render(s, grant, now)
    except TemplateError as error:
        return Made(s, look_again(s, now, TEMPLATE_ERROR), None, why=str(error)), grant
    allowed = link_allowed(s, message)
    if not isinstance(allowed, Send):
        budget.withdraw(connection, [s.touch_id])  # its coupon was reserved, nobody will see it
        return Made(s, allowed, None), None
    return Made(s, decision, message, offered=grant is not None), grant


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


def _offer(connection: Connection, s: Situation, shop: Workshop, now: datetime) -> Grant | Refusal:
    name = s.step.offer or ""
    if s.no_incentive:
        return Refusal("no_incentive")
    if shop.renderer.class_of(s.step.template) is not MessageClass.MARKETING:
        return Refusal("offer_in_service_template")  # it would be reserved and never shown
    offered = terms(
        name,
        s.campaign.offers[name],
        s.order.amount,
        s.issued,
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


def _with_offer(s: Situation, decision: Decision, granted: Grant | Refusal) -> Decision:
    """Without its offer the step goes out all the same, or not at all, as the campaign says."""
    if not isinstance(granted, Refusal):
        return decision
    if s.step.without_offer is WithoutOffer.SKIP:
        return Skip(granted.reason)
    return Send(granted.reason)


def _paced(
    connection: Connection, made: Sequence[Made], limits: pace.Limits, now: datetime
) -> dict[int, float]:
    """Give each message its moment: seconds from now, by touch."""
    if not limits.gaps:
        return {}
    leaving = [one.situation for one in made if one.message is not None]
    wanted = [(s.step.channel.value, s.order.country) for s in leaving]
    given = pace.moments(connection, limits, wanted, now)
    return {
        s.touch_id: (moment - now).total_seconds() for s, moment in zip(leaving, given, strict=True)
    }


def _is_task(one: Made) -> bool:
    return isinstance(one.decision, Send) and one.message is None


def _write(
    connection: Connection,
    made: Sequence[Made],
    journal: record.Journal,
) -> None:
    skips = [(one.situation, one.decision) for one in made if isinstance(one.decision, Skip)]
    later = [
        (one.situation, one.decision, one.why) for one in made if isinstance(one.decision, Snooze)
    ]
    record.skipped(connection, [(s.touch_id, skip) for s, skip in skips])
    record.snoozed(connection, [(s.touch_id, wait) for s, wait, _ in later])
    _count(skips, later, journal)


def _count(
    skips: Sequence[tuple[Situation, Skip]],
    later: Sequence[tuple[Situation, Snooze, str]],
    journal: record.Journal,
) -> None:
    for s, skip in skips:
        journal.note(s.enrolment_id, s.touch_id, "skip", skip.reason)
    for s, wait, why in later:
        told = f"{wait.until:%FT%TZ}"
        if wait.reason == TEMPLATE_ERROR:  # the run tells it, whichever worker has met it
            told += f" {why or f'templates/{s.step.template}: see `recovery check`'}"
        journal.note(s.enrolment_id, s.touch_id, "snooze", wait.reason, told)


def _outgoing(one: Made, message: Message, watch: Stopwatch, wait: float) -> Outgoing:
    s, decision = one.situation, one.decision
    return Outgoing(
        touch_id=s.touch_id,
        enrolment_id=s.enrolment_id,
        refusals=s.refusals,
        channel=s.step.channel,
        message=message,
        watch=watch,
        wait=wait,
        note=decision.note if isinstance(decision, Send) else None,
        offered=one.offered,
        rules=s.rules.version,
    )


def _hand_over(
    connection: Connection,
    made: Sequence[Made],
    token: str,
    now: datetime,
    journal: record.Journal,
) -> None:
    """Steps with `task:` become work for people; that is their whole delivery."""
    if not made:
        return
    handed = [one.situation for one in made]
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
    record.sending_at_once(connection, [s.touch_id for s in handed], token, now)
    for s in handed:
        journal.note(s.enrolment_id, s.touch_id, "send")
    receipts = [
        record.Result(
            s.touch_id,
            s.enrolment_id,
            s.refusals,
            Channel.TASK,
            Receipt("tasks", s.step.to or ""),
        )
        for s in handed
    ]
    record.results(connection, receipts, token, now, journal)
