"""The sending rules: each a pure function with one reason. The first that objects decides."""

from collections.abc import Callable
from datetime import datetime, timedelta

from recovery.campaign.schema import AmountRange, Condition, Status
from recovery.dispatch.quiet import wakes_at
from recovery.dispatch.situation import Decision, Send, Situation, Skip, Snooze
from recovery.facts import UNPAID, Consent, OrderStatus
from recovery.markets.hours import opens_at
from recovery.markets.limits import service_full, sms_full
from recovery.markets.rates import Rates
from recovery.message import Channel, EmailMessage, MessageClass, SmsMessage
from recovery.models import EnrolmentState
from recovery.reasons import MEANINGS, FailureReason
from recovery.sms import has_link

LOOK_AGAIN = timedelta(hours=1)
A_MOMENT = timedelta(minutes=5)
A_BLINK = timedelta(seconds=10)
TEMPLATE_ERROR, MARKET_ERROR = "template_error", "market_error"

Policy = Callable[[Situation, datetime, Rates], Decision]


def decide(situation: Situation, now: datetime, rates: Rates) -> Decision:
    """Ask every policy in order; a wait that would outlast the goal window is a no."""
    for policy in POLICIES:
        decision = policy(situation, now, rates)
        if isinstance(decision, Snooze) and decision.until >= _last_moment(situation):
            return Skip(f"too_late_after_{decision.reason}")
        if not isinstance(decision, Send):
            return decision
    return Send()


def look_again(s: Situation, now: datetime, reason: str, span: timedelta = LOOK_AGAIN) -> Decision:
    """Wait for people, `span` at most. Towards the last moment it looks more and more often, so
    that what is mended in time still goes out."""
    left = _last_moment(s) - now
    return Snooze(now + min(span, max(left / 2, A_BLINK)), reason)


def still_unpaid(s: Situation, now: datetime, _: Rates) -> Decision:
    """Never a message to an order that is paid, cancelled, expired or refunded."""
    if s.order.status not in UNPAID:
        return Skip(s.order.status.value)
    if s.order.expires_at is not None and s.order.expires_at <= now:
        return Skip("expired")
    if s.enrolment_state is not EnrolmentState.ACTIVE:
        return Skip(f"enrolment_{s.enrolment_state.value}")
    return Skip("goal_window_over") if s.window_ends_at <= now else Send()


def not_stale(s: Situation, now: datetime, _: Rates) -> Decision:
    """After an outage, or a cap that never gave room: what comes too late is not sent at all."""
    return Skip("too_late") if now > s.planned_at + s.campaign.limits.max_late else Send()


def campaign_runs(s: Situation, now: datetime, _: Rates) -> Decision:
    """A paused campaign waits; an ended one lets those finish who are in it."""
    if s.status in (Status.PAUSED, Status.DRAFT):
        return look_again(s, now, "paused")
    return Send()


def template_reads(s: Situation, now: datetime, _: Rates) -> Decision:
    """A broken template waits for the marketer; the touch is not lost."""
    if s.message_class is None and s.step.channel is not Channel.TASK:
        return look_again(s, now, TEMPLATE_ERROR)
    return Send()


def may_contact(s: Situation, now: datetime, _: Rates) -> Decision:
    """Fraud, stolen cards and our own mistakes are no reason to write to a customer."""
    reason = s.order.failure_reason
    if reason is None or MEANINGS[FailureReason(reason)].may_contact:
        return Send()
    return Skip("do_not_contact")


def reachable(s: Situation, now: datetime, _: Rates) -> Decision:
    """A guest may have left only one of the two addresses."""
    if s.step.channel is Channel.TASK or s.address is not None:
        return Send()
    return Skip("no_email" if s.step.channel is Channel.EMAIL else "no_phone")


def market_reads(s: Situation, now: datetime, _: Rates) -> Decision:
    """Where the merchant's own rules can't be read, nothing is sent by guess."""
    if s.rules.unreadable and s.step.channel is not Channel.TASK:
        return look_again(s, now, MARKET_ERROR)
    return Send()


def consent(s: Situation, now: datetime, _: Rates) -> Decision:
    """Service messages need `transactional`, marketing `marketing`; a market may ask for more."""
    if s.step.channel is Channel.TASK:
        return Send()
    least = s.rules.consent(s.step.channel, s.message_class or MessageClass.MARKETING)
    levels = tuple(Consent)
    return Send() if levels.index(s.consent) >= levels.index(least) else Skip("no_consent")


def suppression(s: Situation, now: datetime, _: Rates) -> Decision:
    """Bounced, complained or unsubscribed addresses get nothing on that channel."""
    return Skip("suppressed") if s.suppressed else Send()


def service_limit(s: Situation, now: datetime, _: Rates) -> Decision:
    """Beyond the market's number a service message reads as advertising: it needs that consent."""
    service = s.message_class is MessageClass.SERVICE and s.step.channel is not Channel.TASK
    if not service or s.consent is Consent.MARKETING:
        return Send()
    basket = s.order.status is OrderStatus.CART
    full = service_full(s.rules, s.told, s.step.channel, basket=basket)
    return Skip("service_limit") if full else Send()


def sms_limit(s: Situation, now: datetime, _: Rates) -> Decision:
    """SMS is a narrow channel: so many about one order, whatever they say."""
    if s.step.channel is Channel.SMS and sms_full(s.rules, s.told):
        return Skip("sms_limit")
    return Send()


def not_overtaken(s: Situation, now: datetime, _: Rates) -> Decision:
    """A step that comes back (its provider has nothing of it) after a later one went out."""
    mine = (one.planned_at for one in s.sent if one.enrolment_id == s.enrolment_id)
    return Skip("overtaken") if any(planned > s.planned_at for planned in mine) else Send()


def in_order(s: Situation, now: datetime, _: Rates) -> Decision:
    """The steps of a sequence go out one after the other: each waits for those before it, unless
    they are too late themselves. Where one is overdue, it is looked for less and less often.

    One that is about to go counts as gone, except for what builds on it: a call on its message, an
    `if` on its link.
    """
    condition, call = s.step.if_, s.step.channel is Channel.TASK
    named = {condition.clicked, condition.not_clicked} if condition else set()
    awaited = (one for one in s.ahead if not one.claimed or call or one.step in named)
    fresh = (one for one in awaited if now <= one.planned_at + s.campaign.limits.max_late)
    due = max((one.due_at for one in fresh), default=None)
    if due is None:
        return Send()
    if due > now + A_MOMENT:
        return Snooze(due, "earlier_step")
    return look_again(s, now, "earlier_step", min(max(now - due, A_MOMENT), LOOK_AGAIN))


def only_if(s: Situation, now: datetime, rates: Rates) -> Decision:
    """The step's own `if`."""
    if s.step.if_ is None or holds(s.step.if_, s, rates):
        return Send()
    return Skip("condition")


def person_on_it(s: Situation, now: datetime, _: Rates) -> Decision:
    """While a colleague has claimed the order, the machine keeps quiet."""
    if s.task_claimed and s.step.channel is not Channel.TASK:
        return look_again(s, now, "person_on_it")
    return Send()


def minimum_gap(s: Situation, now: datetime, _: Rates) -> Decision:
    """After an outage nobody gets three messages at once.

    Two steps keep `limits.min_gap`, or the distance they were planned with where that is less.
    """
    before = [sent for sent in s.sent if sent.enrolment_id == s.enrolment_id]
    if not before:
        return Send()
    gap = min(s.campaign.limits.min_gap, abs(s.planned_at - before[-1].planned_at))
    free = before[-1].at + gap
    return Snooze(free, "minimum_gap") if free > now else Send()


def customer_cap(s: Situation, now: datetime, _: Rates) -> Decision:
    """Capped people are delayed, not dropped; messages of all campaigns count."""
    cap = s.campaign.limits.per_customer
    if cap is None or s.step.channel is Channel.TASK:
        return Send()
    counted = [sent.at for sent in s.sent if sent.at > now - cap.per]
    if len(counted) < cap.count:
        return Send()
    return Snooze(counted[-cap.count] + cap.per, "customer_cap")


def quiet_hours(s: Situation, now: datetime, _: Rates) -> Decision:
    """Hold, never drop: a message that waits for morning is still worth sending."""
    if s.campaign.limits.quiet is None or s.step.channel is Channel.TASK:
        return Send()
    wake = wakes_at(now, s.campaign.limits.quiet, s.zones)
    return Snooze(wake, "quiet_hours") if wake is not None else Send()


def contact_hours(s: Situation, now: datetime, _: Rates) -> Decision:
    """The market's own hours and days, wherever in it the customer may be."""
    if s.message_class is None:
        return Send()
    window = s.rules.window(s.step.channel, s.message_class, s.order.region)
    opens = opens_at(now, window, s.zones) if window else None
    return Snooze(opens, "contact_hours") if opens is not None else Send()


# The first no wins; order is meaning: what ends a touch is asked before what delays it.
POLICIES: tuple[Policy, ...] = (
    still_unpaid,
    not_stale,
    not_overtaken,
    may_contact,
    reachable,
    template_reads,
    market_reads,
    consent,
    suppression,
    service_limit,
    sms_limit,
    in_order,
    only_if,
    campaign_runs,
    person_on_it,
    minimum_gap,
    customer_cap,
    contact_hours,
    quiet_hours,
)


def link_allowed(s: Situation, message: EmailMessage | SmsMessage) -> Decision:
    """Some markets block an SMS with a link; asked last, when its words are there."""
    if not isinstance(message, SmsMessage) or s.rules.sms_links or not has_link(message.body):
        return Send()
    return Skip("link_not_allowed")


def holds(condition: Condition, s: Situation, rates: Rates) -> bool:
    """Whether every part of a step's `if` is true for this order now."""
    order = s.order
    return all(
        (
            condition.market is None or order.country in condition.market,
            condition.customer is None or order.customer_type in condition.customer,
            condition.failure is None
            or (order.failure_reason or FailureReason.UNKNOWN) in condition.failure
            or order.failure_code in condition.failure,
            condition.amount is None or _within(condition.amount, s, rates),
            condition.clicked is None or condition.clicked in s.clicked,
            condition.not_clicked is None or condition.not_clicked not in s.clicked,
        )
    )


def _within(amount: AmountRange, s: Situation, rates: Rates) -> bool:
    """The same thresholds as the planner's SQL; without a rate nothing is within."""
    money = s.order.amount
    if amount.from_ is not None:
        bound = rates.threshold(amount.from_, money.currency)
        if bound is None or money.minor < bound.minor:
            return False
    if amount.below is not None:
        bound = rates.threshold(amount.below, money.currency)
        if bound is None or money.minor >= bound.minor:
            return False
    return True


def _last_moment(s: Situation) -> datetime:
    latest = min(s.window_ends_at, s.planned_at + s.campaign.limits.max_late)
    return latest if s.order.expires_at is None else min(latest, s.order.expires_at)
