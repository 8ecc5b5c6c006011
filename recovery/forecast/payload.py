"""The plan for programs: every number of it, documented in docs/plan.md."""

from collections.abc import Mapping
from typing import Any

from recovery.campaign.experiments import Decision
from recovery.draws import SLOTS
from recovery.forecast.days import Tally
from recovery.forecast.entries import Entry
from recovery.forecast.holdouts import Promise
from recovery.forecast.outlook import (
    CampaignPlan,
    Cost,
    Day,
    Flying,
    OfferPlan,
    Outlook,
    by_reason,
)
from recovery.forecast.samples import Bill, Kind
from recovery.message import Channel
from recovery.money import Money


def payload(plan: Outlook) -> dict[str, Any]:
    """The JSON of `recovery plan --json`; money in major units, as text with its currency."""
    admitted, tally = plan.admission, plan.tally
    return {
        "at": plan.at,
        "until": plan.until,
        "every_minutes": plan.every.total_seconds() / 60,
        "days_in": "UTC",
        "now": plan.now(),
        "enters_later": plan.later,
        "orders": {"unpaid": admitted.unpaid, **_largest(admitted.orders)},
        "campaigns": [_campaign(one, tally) for one in plan.campaigns],
        "days": [_day(one) for one in plan.days],
        "delayed": by_reason(tally.delayed),
        "skipped": by_reason(tally.skipped),
        "held": sum(tally.held.values()),
        "later": sum(tally.later.values()),
        "ended": sum(tally.ended.values()),
        "costs": [_cost(one) for one in plan.costs],
        "messages": [_bill(kind, bill) for kind, bill in plan.bills.items() if bill.messages],
        "offers": [_offer(one) for one in plan.offers],
        "collisions": [
            {"goes_to": winner, "wanted_by": other, "orders": count}
            for (winner, other), count in admitted.collisions.items()
        ],
        "customers_in_several": plan.in_several,
        "problems": [one.payload() for one in plan.problems],
        "broken": list(plan.broken),
        "without_rate": list(plan.without_rate),
    }


def _campaign(one: CampaignPlan, tally: Tally) -> dict[str, Any]:
    return {
        "campaign": one.name,
        "file": one.file,
        "state": one.state,
        "held": one.held,
        "owner": one.owner,
        "decision": _decision(one.decision) if one.decision else None,
        "changes": [
            {
                "road": change.road,
                "before": change.before,
                "after": change.after,
                "reach": change.reach.value,
                "people": people,
            }
            for change, people in one.changes
        ],
        "enters": one.entering,
        "enters_later": one.later,
        "segments": [_entry(entry) for entry in one.entries],
        "orders": _largest(one.reasons),
        "in_flight": [_flying(flying) for flying in one.flying],
        "delayed": by_reason(_of(tally.delayed, one.name)),
        "skipped": by_reason(_of(tally.skipped, one.name)),
        "holdouts": [_promise(promise) for promise in one.promises],
        "notes": [
            {"market": note.market, "about": note.about, "status": note.status, "text": note.text}
            for note in one.notes
        ],
    }


def _decision(one: Decision) -> dict[str, Any]:
    lift = one.smallest_lift / SLOTS
    return {"rule": one.rule.value, "customers": one.customers, "smallest_lift": lift}


def _of(counted: Mapping[tuple[str, str], int], name: str) -> dict[tuple[str, str], int]:
    return {key: count for key, count in counted.items() if key[0] == name}


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "segment": one.segment,
        "orders": one.orders,
        "holdout": one.holdout,
        "global_holdout": one.global_holdout,
        "sequences": _largest(one.sequences),
        "markets": _largest(one.markets),
        "reasons": _largest(one.reasons),
        "amounts": [_money(Money(minor, currency)) for currency, minor in one.amounts.items()],
    }


def _flying(one: Flying) -> dict[str, Any]:
    group = one.group
    return {
        "version": group.version,
        "sequence": group.sequence,
        "holdout": group.holdout,
        "step": group.step,
        "orders": group.orders,
        "touches": group.touches,
        "fate": one.fate.value,
        "held": one.held,
    }


def _promise(one: Promise) -> dict[str, Any]:
    return {
        "segment": one.segment,
        "sequence": one.sequence,
        "holdout_share": round(one.holdout_share, 4),
        "sequence_share": round(one.sequence_share, 4),
        "entering": one.entering,
        "holdout_now": one.holdout_now,
        "weekly": round(one.weekly, 2),
        "holdout_weekly": round(one.holdout_weekly, 2),
        "baseline": round(one.baseline, 4),
        "baseline_from": one.baseline_from,
        "smallest_lift": {
            str(weeks): None if lift is None else round(lift, 4)
            for weeks, lift in one.smallest.items()
        },
        "weeks_for_2_points": one.weeks_for_target,
    }


def _day(one: Day) -> dict[str, Any]:
    return {
        "day": one.day,
        "enters": one.entering,
        **{channel.value: one.of(channel) for channel in Channel},
        "campaigns": {
            name: {channel.value: count for channel, count in sent.items()}
            for name, sent in one.campaigns.items()
        },
    }


def _cost(one: Cost) -> dict[str, Any]:
    return {
        "channel": one.channel.value,
        "messages": one.messages,
        "units": one.units,
        "cost": _money(one.money) if one.money else None,
    }


def _bill(kind: Kind, bill: Bill) -> dict[str, Any]:
    return {
        **kind._asdict(),
        "messages": bill.messages,
        "segments": bill.segments if kind.channel is Channel.SMS else None,
        "longest": bill.dearest if kind.channel is Channel.SMS else None,
        "written": bill.written,
    }


def _offer(one: OfferPlan) -> dict[str, Any]:
    return {
        "campaign": one.campaign,
        "offer": one.offer,
        "coupons": one.coupons,
        "refused": one.refused,
        "worst_cost": [_money(amount) for amount in one.worst],
        "budget": _money(one.budget) if one.budget else None,
        "period": one.period,
        "left": _money(one.left) if one.left else None,
        "dry_on": one.dry_on,
    }


def _money(amount: Money) -> dict[str, str]:
    return {"amount": str(amount), "currency": amount.currency}


def _largest(counted: Mapping[str, int]) -> dict[str, int]:
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return {name: count for name, count in ordered if count}
