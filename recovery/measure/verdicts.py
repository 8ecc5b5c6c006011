"""What an entry of the journal says in a sentence: one case a verdict."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from recovery.measure.plain import masked, reason
from recovery.message import Channel
from recovery.models import EnrolmentState

ENDINGS = frozenset(EnrolmentState) - {EnrolmentState.ACTIVE}
NAMES = {
    "skip": "skipped",
    "snooze": "snoozed",
    "send": "decided",
    "account": "put_off",
    "temporary": "put_off",
}
# Why an address gets nothing more; an operator may write any word.
_BANS = {
    "unsubscribed": "the customer unsubscribed",
    "stop": "the customer answered STOP",
    "complained": "the customer called it spam",
    "hard_bounce": "the mail came back: there is no such address",
    "invalid_number": "the number is none that can get text messages",
    "unreachable": "the number could not be reached several times",
    "operator": "an operator put the address on the list",
}
# Who took an address off that list.
_LIFTERS = {
    "sms": "the customer answered START",
    "provider": "the customer signed up again at the provider",
    "operator": "an operator took the address off the list",
}
SUPPRESSED = "suppressed"
# What the provider's own records said of a send without an answer.
_RECORDS = {
    "sent": "the provider has it",
    "delivered": "the provider has it, and it arrived",
    "bounced": "the provider has it, and it came back",
    "failed": "the provider has it, and could not bring it",
    "erased": "the person was erased before its provider could be asked; nobody knows its fate",
    "not_found_resend": "the provider has nothing of it, so it is sent once more",
    "not_found_held": "the provider has nothing of it; it waits for recovery touches resolve",
}


def sentence(
    entry: Row[Any], touch: Row[Any] | None, order: Row[Any], ban: str | None = None
) -> str:
    """The words of a row of `decisions`, of `touch` or of the whole enrolment.

    `ban` is why the address was on the list of suppressions then, where that is known.
    """
    subject = f"{touch.channel} {touch.step}" if touch else ""
    because = f", because {_why(entry, ban)}" if entry.reason else ""
    match entry.verdict:
        case "snooze":
            at, _, _ = (entry.detail or "").partition(" ")
            until = day(datetime.fromisoformat(at)) if at else "later"
            return f"{subject} waits until {until}{because}"
        case "skip":
            return f"{subject} is not sent{because}"
        case "send":
            rules = f" by the rules {touch.rules}" if touch and touch.rules else ""
            return (
                f"{subject} may go out{rules}{f', without its offer{because}' if because else ''}"
            )
        case "sent" if touch and touch.channel == Channel.TASK:
            return f"{subject} handed over to {entry.detail or 'the team'}"
        case "sent":
            sms = touch and touch.channel == Channel.SMS
            to = masked((touch and touch.recipient) or (order.phone if sms else order.email))
            return f"{subject} to {to} through {entry.reason}, id {entry.detail}"
        case "task_claimed" | "task_released":
            return f"by {entry.reason}"
        case "task_closed":
            return f"{reason(entry.reason)}{f': {entry.detail}' if entry.detail else ''}"
    return _learned(entry, subject)


def _why(entry: Row[Any], ban: str | None) -> str | None:
    return banned(ban) if ban and entry.reason == SUPPRESSED else reason(entry.reason)


def banned(why: str) -> str:
    """Why an address gets nothing more, as a person would say it."""
    return _BANS.get(why, reason(why) or why)


def _learned(entry: Row[Any], subject: str) -> str:
    """What came back from customers and providers."""
    more = f" ({entry.detail})" if entry.detail else ""
    match entry.verdict:
        case "answered":
            return "the customer wrote to us by SMS; `recovery answers list` has the words"
        case "answer_closed":
            return f"the customer's SMS is done with, says {entry.reason}"
        case "suppressed":
            return f"no more {entry.detail}, because {banned(entry.reason)}"
        case "lifted":
            who = _LIFTERS.get(entry.reason, f"{entry.reason} says so")
            return f"{entry.detail} may go out again as far as there is consent: {who}"
        case "readdressed":
            return f"the shop told another address for {entry.reason} than {masked(entry.detail)}"
        case "reconciled":
            found = f", id {entry.detail}" if entry.detail else ""
            return f"{subject}: {_RECORDS.get(entry.reason, reason(entry.reason))}{found}"
        case "accepted":
            return f"{subject}: the provider told of it before it answered us{more}"
        case "undelivered":
            code = f": {reason(entry.reason)}" if entry.reason else ""
            return f"{subject} did not arrive{code}{more}"
    lead = f"{subject}: " if subject else ""
    return f"{lead}{reason(entry.reason) or entry.verdict}{more}"


def day(at: datetime) -> str:
    """`2026-11-22 09:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
