"""A replay as the JSON document of `recovery replay --json`."""

from collections.abc import Iterable
from typing import Any

from recovery.campaign.durations import format_duration
from recovery.i18n import ENGLISH, fill
from recovery.message import Channel
from recovery.money import Money
from recovery.simulate.replay.result import Replayed
from recovery.simulate.replay.tally import Count, Group, cost_of
from recovery.simulate.replay.words import NO_RESPONSE, about_estimate, notes


def payload(found: Replayed) -> dict[str, Any]:
    """Everything that was counted. `response` is null: it is in no file."""
    course, out = found.course, found.out
    return {
        "from": course.begins,
        "to": course.ends,
        "files_end": course.told_until,
        "every": format_duration(course.every),
        "runs": course.runs,
        "campaigns": [one.campaign for one in found.campaigns],
        "orders": {
            "read": found.told.read,
            "rejected": found.told.rejected,
            "known": found.orders,
            "states": course.states,
            "guessed": dict(sorted(course.guessed.items())),
            "unpaid": out.unpaid,
            "enrolled": out.entered,
        },
        "sequences": [_sequence(found, *pair) for pair in found.groups.items()],
        "messages": _messages(found.counter("messages"))
        | {"after_files_end": found.total("unheard")},
        "offers": [
            {
                "campaign": one.campaign,
                "offer": one.offer,
                "codes": one.codes,
                "set_aside": None if one.set_aside is None else _money(one.set_aside),
            }
            for one in found.offers
        ],
        "cost": _moneys(cost_of(found.parts, found.costs)),
        "paid": {
            "before_entering": out.why["paid_before_its_turn"],
            "before_first_message": found.total("paid_first"),
            "anyway_after_a_message": found.total("paid_after"),
        },
        "nothing": {
            "never_entered": dict(sorted(out.why.items())),
            "entered": dict(sorted(found.counter("nothing").items())),
            "holdout": found.held_out,
        },
        "response": None,
        "why_no_response": fill(NO_RESPONSE, ENGLISH),
        **_estimate(found),
        "notes": [fill(note, ENGLISH) for note in notes(found)],
        "warnings": found.told.warnings,
        "rejects": found.told.rejects,
        "rejects_truncated": found.told.rejects_truncated,
    }


def _estimate(found: Replayed) -> dict[str, Any]:
    if found.estimate is None:
        return {}
    about = fill(about_estimate(found.estimate), ENGLISH)
    return {"estimate": {"about": about} | found.estimate.payload()}


def _sequence(found: Replayed, group: Group, count: Count) -> dict[str, Any]:
    return {
        **group._asdict(),
        "enrolled": count.enrolled,
        "written_to": count.written_to,
        "messages": _messages(count.messages),
        "sms_segments": count.segments,
        "steps": [
            {"step": step, "channel": channel, "sent": sent}
            for (step, channel), sent in sorted(count.steps.items())
        ],
        "skipped": dict(sorted(count.skipped.items())),
        "cancelled": dict(sorted(count.cancelled.items())),
        "put_off": dict(sorted(count.put_off.items())),
        "nothing": dict(sorted(count.nothing.items())),
        "paid_before_first_message": count.paid_first,
        "paid_anyway_after_a_message": count.paid_after,
        "offers": dict(sorted(count.offers.items())),
        "cost": _moneys(count.cost(found.costs)),
    }


def _messages(counted: dict[str, int]) -> dict[str, int]:
    return {channel.value: counted.get(channel.value, 0) for channel in Channel}


def _money(money: Money) -> dict[str, str]:
    return {"currency": money.currency, "amount": str(money)}


def _moneys(amounts: Iterable[Money]) -> list[dict[str, str]]:
    return [_money(one) for one in amounts]
