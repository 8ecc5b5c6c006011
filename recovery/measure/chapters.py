"""The chapters of an order's story: each turns rows of one table into events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.db import table
from recovery.draws import quarter_ends
from recovery.facts import UNPAID, OrderStatus
from recovery.i18n import here, mark, spoken
from recovery.measure.plain import reason
from recovery.measure.verdicts import ENDINGS, NAMES, SUPPRESSED, banned, day, sentence
from recovery.message import Channel
from recovery.models import (
    Click,
    Coupon,
    CouponState,
    Decision,
    Suppression,
    Task,
    Touch,
    TouchState,
)
from recovery.money import Money
from recovery.reasons import why_unpaid

touches, decisions, clicks = table(Touch), table(Decision), table(Click)
coupons, tasks, suppressions = table(Coupon), table(Task), table(Suppression)

# Whether a machine opened a link; scanners and previews are nobody's interest.
_VISITS = {
    False: ("clicked", mark("followed")),
    True: ("scanned", mark("a scanner or a preview, not the customer, opened")),
}
# Things that happened in the same second are told in the order in which they must have happened.
_RANKS = ("placed", "payment_failed", "enrolled", "held_out", "planned", "paid", "recovered")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, was decided, or (`ahead`) is planned."""

    at: datetime
    what: str
    detail: str
    campaign: str | None = None
    step: str | None = None
    reason: str | None = None  # the code behind the words, for scripts
    rules: str | None = None  # version of the market rules that let the message go
    variant: str | None = None  # of the step's words, as it was drawn
    ahead: bool = False
    number: int = 0  # of the journal: what was written first is told first

    @property
    def rank(self) -> tuple[int, int]:
        """Where it stands among the events of one instant."""
        place = _RANKS.index(self.what) if self.what in _RANKS else len(_RANKS)
        return place, self.number

    def payload(self) -> dict[str, Any]:
        """One entry of the JSON; what does not apply is left out."""
        told = {
            "at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "what": self.what,
            "detail": self.detail,
        }
        more = {
            "campaign": self.campaign,
            "step": self.step,
            "reason": self.reason,
            "rules": self.rules,
            "variant": self.variant,
        }
        return told | {key: value for key, value in more.items() if value is not None}


def of_order(order: Row[Any]) -> Iterator[Event]:
    """What the shop told us."""
    amount = f"{Money(order.amount_minor, order.currency)} {order.currency}"
    yield Event(order.placed_at, "placed", f"{amount}, {order.country}, {order.customer_type}")
    if order.failure_reason is not None:
        words = why_unpaid(OrderStatus.FAILED, order.failure_reason, spoken())
        code = f" ({order.failure_source or here('provider')}: {order.failure_code})"
        detail = f"{words}{code if order.failure_code else ''}"
        yield Event(order.unpaid_since, "payment_failed", detail, reason=str(order.failure_reason))
    if order.paid_at is not None:
        yield Event(order.paid_at, "paid", amount)
    if order.refunded_at is not None:
        yield Event(order.refunded_at, "refunded", here("the shop gave the money back"))
    if order.paid_at is None and order.status not in UNPAID:
        yield Event(
            order.updated_at,
            order.status,
            here("the shop calls the order {status}", status=order.status),
        )


def of_journeys(
    connection: Connection, order: Row[Any], journeys: Sequence[Row[Any]]
) -> Iterator[Event]:
    """Everything about its enrolments, in five SELECTs."""
    campaigns = {journey.id: journey.campaign for journey in journeys}
    if not campaigns:
        return
    steps = {row.id: row for row in _rows(connection, touches, campaigns)}
    for journey in journeys:
        yield _enrolled(journey)
    for touch in steps.values():
        yield from _touch(touch, campaigns, _enrolled_at(journeys, touch))
    journal, bans = _rows(connection, decisions, campaigns), _bans(connection, order)
    for entry in _told_once(journal):
        about = steps.get(entry.touch_id)
        yield _decided(entry, campaigns, about, order, _ban(entry, about, journal, bans))
    yield from _fallen_away(steps, journeys, journal)
    promised = _rows(connection, coupons, campaigns)
    for coupon in promised:
        yield from _coupon(coupon, steps)
        if coupon.state == CouponState.WITHDRAWN:
            yield _withdrawn(coupon, steps, promised, journal)
    for task in _rows(connection, tasks, campaigns):
        detail = here("for {team}, template {template}", team=task.team, template=task.template)
        step = steps[task.touch_id].step
        yield Event(task.due_at, "task_opened", detail, campaigns[task.enrolment_id], step)
    followed = select(clicks).where(clicks.c.touch_id.in_(steps))
    for click in connection.execute(followed.order_by(clicks.c.at)):
        touch = steps[click.touch_id]
        what, who = _VISITS[click.machine]
        detail = here("{who} the link of {step}", who=here(who), step=touch.step)
        yield Event(click.at, what, detail, campaigns[touch.enrolment_id], touch.step)


def _rows(connection: Connection, source: Any, campaigns: dict[int, str]) -> Sequence[Row[Any]]:
    mine = select(source).where(source.c.enrolment_id.in_(campaigns)).order_by(source.c.id)
    return connection.execute(mine).all()


def _enrolled_at(journeys: Sequence[Row[Any]], touch: Row[Any]) -> datetime:
    found: datetime = next(j.enrolled_at for j in journeys if j.id == touch.enrolment_id)
    return found


def _enrolled(journey: Row[Any]) -> Event:
    until = here("the goal window ends {day}", day=day(journey.window_ends_at))
    where = here("segment {segment}", segment=journey.segment)
    if journey.layer:
        detail = here(
            "{where}: held out globally until the end of the quarter ({last}), no campaign "
            "writes; {until}",
            where=where,
            last=day(quarter_ends(journey.enrolled_at)),
            until=until,
        )
        return Event(journey.enrolled_at, "held_out", detail, journey.campaign, reason="global")
    if journey.holdout:
        detail = here(
            "{where}: drawn into the hold-out, gets no message; {until}", where=where, until=until
        )
        return Event(journey.enrolled_at, "held_out", detail, journey.campaign)
    detail = here(
        "{where}, sequence {sequence}; {until}", where=where, sequence=journey.sequence, until=until
    )
    return Event(journey.enrolled_at, "enrolled", detail, journey.campaign)


def _touch(touch: Row[Any], campaigns: dict[int, str], enrolled: datetime) -> Iterator[Event]:
    campaign, words = campaigns[touch.enrolment_id], f"{touch.channel} {touch.step}"
    if touch.state == TouchState.WITHHELD:
        detail = here("{words} would have been due; withheld from the hold-out", words=words)
        yield Event(touch.planned_at, "withheld", detail, campaign, touch.step, ahead=True)
        return
    yield Event(
        enrolled,
        "planned",
        here("{words} for {day}", words=words, day=day(touch.planned_at)),
        campaign,
        touch.step,
    )
    if touch.state in (TouchState.PLANNED, TouchState.CLAIMED):
        waits = here(
            "waits until {day}, because {reason}",
            day=day(touch.due_at),
            reason=reason(touch.reason),
        )
        detail = f"{words} {waits if touch.reason else here('is due')}"
        yield Event(touch.due_at, "next", detail, campaign, touch.step, touch.reason, ahead=True)


def _bans(connection: Connection, order: Row[Any]) -> dict[str, str]:
    """Why the order's addresses are on the list of suppressions, by channel."""
    email, phone = (order.email or "").lower(), order.phone or ""
    on = suppressions.c
    mine = ((on.channel == Channel.EMAIL) & (on.address == email)) | (
        (on.channel == Channel.SMS) & (on.address == phone)
    )
    return {row.channel: row.reason for row in connection.execute(select(suppressions).where(mine))}


def _told_once(journal: Sequence[Row[Any]]) -> Iterator[Row[Any]]:
    """The journal without the word that put an address on the list: the ban names it."""
    bans = {(e.enrolment_id, e.at, e.reason) for e in journal if e.verdict == SUPPRESSED}
    for entry in journal:
        if (entry.enrolment_id, entry.at, entry.verdict) not in bans:
            yield entry


def _ban(
    entry: Row[Any], touch: Row[Any] | None, journal: Sequence[Row[Any]], bans: Mapping[str, str]
) -> str | None:
    """Why the address was on the list when `entry` was written: by the journal, else by now."""
    if touch is None or entry.reason != SUPPRESSED:
        return None
    before = (
        e.reason
        for e in reversed(journal)
        if e.id < entry.id
        and (e.verdict, e.detail, e.enrolment_id) == (SUPPRESSED, touch.channel, entry.enrolment_id)
    )
    return next(before, bans.get(touch.channel))


def _decided(
    entry: Row[Any],
    campaigns: dict[int, str],
    touch: Row[Any] | None,
    order: Row[Any],
    ban: str | None,
) -> Event:
    return Event(
        at=entry.at,
        what=NAMES.get(entry.verdict, entry.verdict),
        detail=sentence(entry, touch, order, ban),
        campaign=campaigns[entry.enrolment_id],
        step=touch.step if touch else None,
        reason=entry.reason,
        rules=touch.rules if touch and entry.verdict == "send" else None,
        variant=touch.variant if touch else None,
        number=entry.id,
    )


def _fallen_away(
    steps: dict[int, Row[Any]], journeys: Sequence[Row[Any]], journal: Sequence[Row[Any]]
) -> Iterator[Event]:
    """Touches that ended with their enrolment or their address, without an entry of their own."""
    by_id = {journey.id: journey for journey in journeys}
    told = {entry.touch_id for entry in journal if entry.verdict == "skip"}
    for touch in steps.values():
        if touch.id in told or touch.state not in (TouchState.CANCELLED, TouchState.SKIPPED):
            continue
        journey = by_id[touch.enrolment_id]
        cause = _cause(touch, journal)
        at, number = (cause.at, cause.id) if cause else (journey.ended_at, 0)
        if at is not None:
            because = here(", because {told}", told=_told(cause, touch)) if touch.reason else ""
            detail = f"{touch.channel} {touch.step}{because}"
            where = (journey.campaign, touch.step, touch.reason)
            yield Event(at, touch.state, detail, *where, number=number)


def _told(cause: Row[Any] | None, touch: Row[Any]) -> str | None:
    if cause is not None and cause.verdict == SUPPRESSED:
        return banned(cause.reason)
    return reason(touch.reason)


def _cause(touch: Row[Any], journal: Sequence[Row[Any]]) -> Row[Any] | None:
    """The entry that took `touch` along: the end of its enrolment, or a ban of its address."""
    mine = [entry for entry in journal if entry.enrolment_id == touch.enrolment_id]
    if touch.state == TouchState.CANCELLED:
        return next((entry for entry in mine if entry.verdict in ENDINGS), None)
    bans = [e for e in mine if e.verdict == "suppressed" and e.detail == touch.channel]
    return bans[-1] if bans else None


def _coupon(coupon: Row[Any], steps: dict[int, Row[Any]]) -> Iterator[Event]:
    step = steps[coupon.touch_id].step
    detail = here(
        "code {code} ({kind}), valid until {day}",
        code=coupon.code,
        kind=coupon.kind,
        day=day(coupon.expires_at),
    )
    yield Event(coupon.issued_at, "coupon_issued", detail, coupon.campaign, step)
    if coupon.redeemed_at is not None:
        detail = here("code {code}", code=coupon.code)
        yield Event(coupon.redeemed_at, "coupon_redeemed", detail, coupon.campaign, step)


def _withdrawn(
    coupon: Row[Any],
    steps: dict[int, Row[Any]],
    promised: Sequence[Row[Any]],
    journal: Sequence[Row[Any]],
) -> Event:
    """Its message ended before it left, or was refused for good: by the newest entry about it."""
    end = next(
        (
            entry
            for entry in reversed(journal)
            if entry.touch_id == coupon.touch_id
            or (entry.enrolment_id == coupon.enrolment_id and entry.verdict in ENDINGS)
        ),
        None,
    )
    at, number = (max(end.at, coupon.issued_at), end.id) if end else (coupon.issued_at, 0)
    same = (one for one in promised if one.id != coupon.id and one.offer == coupon.offer)
    heirs = (one for one in same if one.enrolment_id == coupon.enrolment_id)
    held = any(one.state != CouponState.WITHDRAWN for one in heirs)  # by the promise's other code
    told = mark("code {code}: nobody got it")
    if coupon.budget_id is not None and coupon.worth_minor and not held:
        told = mark("code {code}: nobody got it, its worth is back in the budget")
    detail = here(told, code=coupon.code)
    step = steps[coupon.touch_id].step
    return Event(at, "coupon_withdrawn", detail, coupon.campaign, step, number=number)
