"""Whose campaigns they are: totals by `owner`. Counts, and money by currency: never a rate or a
lift over different campaigns, for they have other customers and other goals."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.measure.report import Balance, Report, Row


@dataclass(frozen=True, slots=True)
class Owned:
    """One owner's sequences together; None stands for campaigns that name nobody."""

    owner: str | None
    campaigns: int
    verdicts: Mapping[str, int]  # sequences by verdict
    enrolled: int  # orders of the sequences; so are all below
    mature: int
    recovered: int
    held_out: int  # orders of the hold-outs
    money: tuple[Balance, ...]

    def payload(self) -> dict[str, Any]:
        """One of `owners` in `recovery report --json`."""
        return {
            "owner": self.owner,
            "campaigns": self.campaigns,
            "verdicts": dict(self.verdicts),
            "enrolled": self.enrolled,
            "mature": self.mature,
            "recovered": self.recovered,
            "held_out": self.held_out,
            "money": [
                {
                    "currency": one.net.currency,
                    "recovered": str(one.recovered),
                    "incentive_cost": str(one.incentives),
                    "message_cost": str(one.messages),
                    "refunded": str(one.refunded),
                    "net": str(one.net),
                }
                for one in self.money
            ],
        }


def owners(report: Report) -> tuple[Owned, ...]:
    """Every owner by name; who is not named comes last."""
    names = {row.owner for row in report.rows}
    in_order = sorted(names, key=lambda name: (name is None, name or ""))
    return tuple(_owned(name, [r for r in report.rows if r.owner == name]) for name in in_order)


def _owned(name: str | None, rows: list[Row]) -> Owned:
    told = [row for row in rows if not row.arm.holdout]
    return Owned(
        owner=name,
        campaigns=len({row.arm.campaign for row in rows}),
        verdicts=dict(sorted(Counter(row.verdict.value for row in told).items())),
        enrolled=sum(row.enrolled for row in told),
        mature=sum(row.mature.total for row in told),
        recovered=sum(row.mature.count for row in told),
        held_out=sum(row.enrolled for row in rows if row.arm.holdout),
        money=_summed(balance for row in told for balance in row.money),
    )


def _summed(balances: Iterable[Balance]) -> tuple[Balance, ...]:
    """By currency: those are never added."""
    found: dict[str, Balance] = {}
    for one in balances:
        currency = one.net.currency
        if currency in found:
            known = found[currency]
            one = Balance(
                known.recovered + one.recovered,
                known.incentives + one.incentives,
                known.messages + one.messages,
                known.refunded + one.refunded,
            )
        found[currency] = one
    return tuple(found[currency] for currency in sorted(found))


def expect_owner(owner: str, known: Iterable[str | None]) -> None:
    """UsageError, with the names there are, for an owner whom no campaign names."""
    names = sorted({name for name in known if name})
    if owner not in names:
        raise UsageError(
            say(
                "no campaign has the owner {owner}; there are: {names}",
                owner=f"{owner!r}",
                names=", ".join(names) or "–",
            )
        )


def only(report: Report, owner: str) -> Report:
    """What `owner` answers for; what lies across all campaigns is nobody's alone."""
    expect_owner(owner, (row.owner for row in report.rows))
    rows = tuple(row for row in report.rows if row.owner == owner)
    campaigns = {row.arm.campaign for row in rows}
    steps = tuple(step for step in report.steps if step.place.campaign in campaigns)
    return replace(report, rows=rows, steps=steps, everything=None, offers=None)
