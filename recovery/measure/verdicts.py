"""What an entry of the journal says in a sentence: one case a verdict."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from recovery.i18n import here, mark
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
    "unsubscribed": mark("the customer unsubscribed"),
    "stop": mark("the customer answered STOP"),
    "complained": mark("the customer called it spam"),
    "hard_bounce": mark("the mail came back: there is no such address"),
    "invalid_number": mark("the number is none that can get text messages"),
    "unreachable": mark("the number could not be reached several times"),
    "operator": mark("an operator put the address on the list"),
}
# Who took an address off that list.
_LIFTERS = {
    "sms": mark("the customer answered START"),
    "provider": mark("the customer signed up again at the provider"),
    "operator": mark("an operator took the address off the list"),
}
SUPPRESSED = "suppressed"
# What the provider's own records said of a send without an answer.
_RECORDS = {
    "sent": mark("the provider has it"),
    "delivered": mark("the provider has it, and it arrived"),
    "bounced": mark("the provider has it, and it came back"),
    "failed": mark("the provider has it, and could not bring it"),
    "erased": mark(
        "the person was erased before its provider could be asked; nobody knows its fate"
    ),
    "not_found_resend": mark("the provider has nothing of it, so it is sent once more"),
    "not_found_held": mark("the provider has nothing of it; it waits for recovery touches resolve"),
}


def sentence(
    entry: Row[Any], touch: Row[Any] | None, order: Row[Any], ban: str | None = None
) -> str:
    """The words of a row of `decisions`, of `touch` or of the whole enrolment.

    `ban` is why the address was on the list of suppressions then, where that is known.
    """
    subject = _subject(touch) if touch else ""
    because = here(", because {why}", why=_why(entry, ban)) if entry.reason else ""
    match entry.verdict:
        case "snooze":
            at, _, _ = (entry.detail or "").partition(" ")
            until = day(datetime.fromisoformat(at)) if at else here("later")
            return here(
                "{subject} waits until {until}{because}",
                subject=subject,
                until=until,
                because=because,
            )
        case "skip":
            return here("{subject} is not sent{because}", subject=subject, because=because)
        case "send":
            offer = here(", without its offer{because}", because=because) if because else ""
            rules = (
                here(" by the rules {rules}", rules=touch.rules) if touch and touch.rules else ""
            )
            return here(
                "{subject} may go out{rules}{offer}", subject=subject, rules=rules, offer=offer
            )
        case "sent" if touch and touch.channel == Channel.TASK:
            return here(
                "{subject} handed over to {detail}",
                subject=subject,
                detail=entry.detail or here("the team"),
            )
        case "sent":
            sms = touch and touch.channel == Channel.SMS
            to = masked((touch and touch.recipient) or (order.phone if sms else order.email))
            return here(
                "{subject} to {to} through {reason}, id {detail}",
                subject=subject,
                to=to,
                reason=entry.reason,
                detail=entry.detail,
            )
        case "task_claimed" | "task_released":
            return here("by {reason}", reason=entry.reason)
        case "task_closed":
            return f"{reason(entry.reason)}{f': {entry.detail}' if entry.detail else ''}"
    return _learned(entry, subject)


def _subject(touch: Row[Any]) -> str:
    """`email reminder`, with the variant of its words that was drawn: `email reminder (urgent)`."""
    variant = f" ({touch.variant})" if touch.variant else ""
    return f"{touch.channel} {touch.step}{variant}"


def _why(entry: Row[Any], ban: str | None) -> str | None:
    return banned(ban) if ban and entry.reason == SUPPRESSED else reason(entry.reason)


def banned(why: str) -> str:
    """Why an address gets nothing more, as a person would say it."""
    return here(_BANS[why]) if why in _BANS else reason(why) or why


def _learned(entry: Row[Any], subject: str) -> str:
    """What came back from customers and providers."""
    more = f" ({entry.detail})" if entry.detail else ""
    match entry.verdict:
        case "answered":
            return here("the customer wrote to us by SMS; `recovery answers list` has the words")
        case "answer_closed":
            return here("the customer's SMS is done with, says {reason}", reason=entry.reason)
        case "suppressed":
            return here(
                "no more {detail}, because {banned}",
                detail=entry.detail,
                banned=banned(entry.reason),
            )
        case "lifted":
            known = _LIFTERS.get(entry.reason)
            who = here(known) if known else here("{reason} says so", reason=entry.reason)
            return here(
                "{detail} may go out again as far as there is consent: {who}",
                detail=entry.detail,
                who=who,
            )
        case "readdressed":
            return here(
                "the shop told another address for {reason} than {masked}",
                reason=entry.reason,
                masked=masked(entry.detail),
            )
        case "reconciled":
            found = here(", id {detail}", detail=entry.detail) if entry.detail else ""
            return f"{subject}: {_record(entry.reason)}{found}"
        case "accepted":
            return here(
                "{subject}: the provider told of it before it answered us{more}",
                subject=subject,
                more=more,
            )
        case "undelivered":
            code = f": {reason(entry.reason)}" if entry.reason else ""
            return here(
                "{subject} did not arrive{code}{more}", subject=subject, code=code, more=more
            )
    lead = f"{subject}: " if subject else ""
    return f"{lead}{reason(entry.reason) or entry.verdict}{more}"


def _record(why: str) -> str | None:
    return here(_RECORDS[why]) if why in _RECORDS else reason(why)


def day(at: datetime) -> str:
    """`2026-11-22 09:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
