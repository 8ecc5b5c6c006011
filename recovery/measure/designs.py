"""What each version of a campaign meant to do, read from its text: shares, steps, and how it is
decided. A text that can't be read any more has no design, and nothing is claimed about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection, select

from recovery.campaign.experiments import Decision
from recovery.campaign.loader import SharedDefaults, parse_campaign, parse_defaults
from recovery.campaign.schema import Campaign, Status
from recovery.db import table
from recovery.errors import RecoveryError
from recovery.message import Channel
from recovery.models import CampaignVersion

versions = table(CampaignVersion)

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a sequence, so long after enrolment; `variants` are shares of its words."""

    step: str
    channel: Channel
    after: timedelta
    variants: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Design:
    """One version: the shares of the draw in basis points, by segment and sequence."""

    campaign: str
    owner: str | None
    status: Status
    window: timedelta
    holdout: int
    global_holdout: int
    no_incentive: int
    decision: Decision
    shares: Mapping[str, Mapping[str, int]]
    sequences: Mapping[str, tuple[Planned, ...]]

    def weights(self, segment: str) -> dict[str | None, float]:
        """The share of each sequence of a segment, and of its hold-out (None), summing to 1."""
        told = 1 - self.holdout / WHOLE
        found: dict[str | None, float] = {
            name: told * share / WHOLE for name, share in self.shares.get(segment, {}).items()
        }
        return found | ({None: self.holdout / WHOLE} if self.holdout else {})

    def first_touch(self, segment: str) -> timedelta | None:
        """When the first message of any of the segment's sequences is planned."""
        delays = [
            step.after
            for name in self.shares.get(segment, {})
            for step in self.sequences.get(name, ())
            if step.channel is not Channel.TASK
        ]
        return min(delays, default=None)


@dataclass(frozen=True, slots=True)
class Designs:
    """Every version known at some instant, the oldest first; None for a text nobody can read."""

    by_version: Mapping[int, Design | None]
    campaigns: Mapping[int, str]
    since: Mapping[int, datetime]  # when each was first used

    def of(self, campaign: str) -> list[Design]:
        """The readable versions of a campaign, the oldest first."""
        return [one for one in self.by_version.values() if one and one.campaign == campaign]

    def newest(self, campaign: str) -> Design | None:
        """The version that was used last."""
        return next(reversed(self.of(campaign)), None)

    def decision(self, campaign: str) -> Decision:
        """What was declared before anybody entered; changed later, it binds the next one only."""
        return next((one.decision for one in self.of(campaign)), Decision())

    def global_shares(self) -> dict[int, int | None]:
        """What each version holds out of everything; None of a text that nobody can read."""
        return {
            version: None if one is None else one.global_holdout
            for version, one in self.by_version.items()
        }

    def sharing(self, name: str) -> tuple[int, datetime] | None:
        """The share (`global_holdout` or `no_incentive`) that the newest version has, and since
        when some version draws it; None where it is not drawn."""
        drawn = [
            (getattr(one, name), self.since[version])
            for version, one in self.by_version.items()
            if one is not None
        ]
        if not drawn or not drawn[-1][0]:
            return None
        return drawn[-1][0], min(since for share, since in drawn if share)

    def draws(self, campaign: str) -> bool:
        """Whether the newest version holds out a share of its orders."""
        newest = self.newest(campaign)
        return newest is not None and newest.holdout > 0


def designs(connection: Connection, now: datetime) -> Designs:
    """Every version that was used until `now`."""
    found = connection.execute(
        select(versions)
        .where(versions.c.first_used_at <= now)
        .order_by(versions.c.first_used_at, versions.c.id)
    ).all()
    return Designs(
        {row.id: _design(row.source, row.file, row.defaults) for row in found},
        {row.id: row.campaign for row in found},
        {row.id: row.first_used_at for row in found},
    )


@lru_cache(maxsize=512)
def _design(source: str, file: str, defaults: str) -> Design | None:
    try:
        shared = parse_defaults(defaults) if defaults else SharedDefaults()
        return _drawn(parse_campaign(source, file, shared).campaign)
    except RecoveryError:
        return None


def _drawn(campaign: Campaign) -> Design:
    return Design(
        campaign=campaign.campaign,
        owner=campaign.owner or None,
        status=campaign.status,
        window=campaign.goal.paid_within,
        holdout=campaign.holdout,
        global_holdout=campaign.global_holdout,
        no_incentive=campaign.no_incentive,
        decision=campaign.decision,
        shares={one.segment: dict(one.sequence) for one in campaign.segments},
        sequences={
            name: tuple(
                Planned(step.step, step.channel, step.after, step.variants or {}) for step in steps
            )
            for name, steps in campaign.sequences.items()
        },
    )
