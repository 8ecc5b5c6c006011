"""What a run tells the log: its start, its end with numbers, and what stood in its way."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from recovery import telemetry
from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.problems import CampaignError
from recovery.i18n import Text, say
from recovery.measure.runs import RunResult
from recovery.problems import Problem


@contextmanager
def telling(result: RunResult) -> Iterator[None]:
    """Whatever is logged in the block carries the run's id; the numbers are told at its end."""
    with telemetry.bound(run=result.token):
        telemetry.event("run", "run_started", at=result.at, dry_run=result.dry_run)
        try:
            yield
        except BaseException as error:
            telemetry.event("run", "run_failed", error=type(error).__name__)
            raise
        told = numbers(result) | ({"dry_run": True} if result.dry_run else {})
        telemetry.event("run", "run_finished", **told)


def tell_broken(
    result: RunResult,
    errors: Sequence[CampaignError],
    kept: Sequence[LoadedCampaign],
    problems: Sequence[Problem] = (),
) -> None:
    """Campaign files that can't be read, and campaigns that go on all the same as they were.

    Of the other `problems` a run tells only templates that nobody can read: their messages wait.
    """
    result.notes += [one for one in problems if one.code == "CR055"]
    result.wrong += [one for error in errors for one in error.problems]
    result.notes += [
        say(
            "{name} goes on with its last good version, {version}; see `recovery history {name}`",
            name=one.campaign.campaign,
            version=one.digest[:12],
        )
        for one in kept
    ]
    for error in errors:
        told = {"file": error.file, "problems": len(error.problems), "first": error.problems[0]}
        telemetry.event("run", "campaign_broken", level=logging.WARNING, **told)


def numbers(result: RunResult) -> dict[str, Any]:
    """The run in numbers, each by its name."""
    done, settled = result.touches, result.settled
    return {
        "enrolled": sum(sum(arms.values()) for arms in result.enrolled.values()),
        "sent": done.sent,
        "tasks": done.tasks,
        "skipped": sum(done.skipped.values()),
        "snoozed": sum(done.snoozed.values()),
        "failed": done.failed,
        "unknown": done.unknown,
        "hinted": result.hinted,
        "released": result.released,
        "recovered": settled.recovered,
        "exited": sum(settled.exited.values()),
        "exhausted": settled.exhausted,
        "problems": len(result.problems),
        "refused": len(result.refused),
        "seconds": result.seconds,
    }


def without_rate(currencies: Iterable[str], day: date) -> list[Text]:
    """Currencies that no amount of a segment can be compared with on `day`."""
    return [
        say(
            "no exchange rate for {currency} on {day}: its orders fit no segment with an amount"
            "; add one to the rates file",
            currency=currency,
            day=f"{day}",
        )
        for currency in currencies
    ]
