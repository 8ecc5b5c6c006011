"""Publishing: a campaign file goes live with the next run, and it is said whom that concerns.

A version is the text of a file (its digest); publishing an old text again goes back to it. What a
change means for those who are in flight is `recovery.campaign.versions`: their touches that are
still to come take the new times here, the words and limits are followed when they are sent.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from recovery.campaign.loader import (
    LoadedCampaign,
    SharedDefaults,
    parse_campaign,
    parse_defaults,
)
from recovery.campaign.problems import CampaignError
from recovery.campaign.schema import Campaign, Status, Step
from recovery.campaign.versions import Change, Reach, changes
from recovery.db import insert_ignore, table, update_each
from recovery.models import (
    CampaignVersion,
    Enrolment,
    EnrolmentState,
    Publication,
    Touch,
    TouchState,
)

CHUNK = 20_000

versions, publications = table(CampaignVersion), table(Publication)
enrolments, touches = table(Enrolment), table(Touch)


@dataclass(frozen=True, slots=True)
class Published:
    """A version that went live: what it changes, and how many in flight each change reaches."""

    campaign: str
    digest: str
    changes: Sequence[tuple[Change, int]]

    def payload(self) -> dict[str, Any]:
        """The answer in JSON."""
        told = [
            {"road": c.road, "before": c.before, "after": c.after, "reach": c.reach, "people": n}
            for c, n in self.changes
        ]
        return {"campaign": self.campaign, "version": self.digest[:12], "changes": told}


def publish(
    connection: Connection, campaigns: Sequence[LoadedCampaign], now: datetime
) -> list[Published]:
    """Make `campaigns` live; returns those whose text is another than what was live.

    A draft that was never live stays unpublished.
    """
    live = {row.campaign: row for row in connection.execute(_live())}
    found = []
    for loaded in campaigns:
        campaign, before = loaded.campaign, live.get(loaded.campaign.campaign)
        if before is None and campaign.status is Status.DRAFT:
            continue
        if before is not None and before.file != loaded.file:
            _moved(connection, before.id, loaded.file)
        if before is None or before.digest != loaded.digest:
            told = [] if before is None else list(_told(connection, before, campaign, now))
            _keep(connection, loaded, told, now)
            found.append(Published(campaign.campaign, loaded.digest, told))
    return found


def last_good(connection: Connection, files: Collection[str]) -> list[LoadedCampaign]:
    """What was live of `files` (bare names), for those that can't be read now."""
    rows = connection.execute(_live()).all()
    read = [(row, _parsed(row)) for row in rows if PurePath(row.file).name in files]
    return [
        LoadedCampaign(campaign, row.file, row.source, row.digest, row.defaults)
        for row, campaign in read
        if campaign is not None
    ]


def version_id(connection: Connection, loaded: LoadedCampaign, now: datetime) -> int:
    """The row that keeps this very text of the campaign, made when it is first used."""
    name = loaded.campaign.campaign
    connection.execute(
        insert_ignore(versions, connection).values(
            campaign=name,
            digest=loaded.digest,
            source=loaded.source,
            defaults=loaded.defaults,
            file=loaded.file,
            first_used_at=now,
        )
    )
    found = select(versions.c.id).where(
        versions.c.campaign == name, versions.c.digest == loaded.digest
    )
    return int(connection.execute(found).scalar_one())


def gone(connection: Connection, files: Collection[str], names: Collection[str]) -> dict[str, int]:
    """Campaigns that went live once, are none of `names` and whose file is none of `files` (bare
    names): with how many people are in flight in each; those where nobody is are left out."""
    missing = [
        version.campaign
        for version in connection.execute(_live())
        if version.campaign not in names and PurePath(version.file).name not in files
    ]
    found = {name: _in_flight(connection, name)[1] for name in missing}
    return {name: people for name, people in found.items() if people}


def _live() -> Select[Any]:
    """The version of each campaign that was published last."""
    newest = select(func.max(publications.c.id)).group_by(publications.c.campaign)
    return (
        select(versions)
        .join(publications, publications.c.version_id == versions.c.id)
        .where(publications.c.id.in_(newest))
        .order_by(versions.c.campaign)
    )


def _parsed(version: Row[Any]) -> Campaign | None:
    """The campaign of a version; None when the grammar of today does not know it any more."""
    try:
        defaults = parse_defaults(version.defaults) if version.defaults else SharedDefaults()
        return parse_campaign(version.source, version.file, defaults).campaign
    except CampaignError:
        return None


def _keep(
    connection: Connection,
    loaded: LoadedCampaign,
    told: Sequence[tuple[Change, int]],
    now: datetime,
) -> None:
    rows = [{"people": people} | asdict(change) for change, people in told]
    values = {"campaign": loaded.campaign.campaign, "at": now, "changes": rows}
    version = version_id(connection, loaded, now)
    _moved(connection, version, loaded.file)
    connection.execute(insert(publications).values(version_id=version, **values))


def _moved(connection: Connection, version: int, file: str) -> None:
    """A file was renamed: it is found again under its new name, should it turn bad one day."""
    connection.execute(update(versions).where(versions.c.id == version).values(file=file))


def _told(
    connection: Connection, version: Row[Any], after: Campaign, now: datetime
) -> Iterator[tuple[Change, int]]:
    """Each change with the number of people in flight whom it reaches; new times are set."""
    before = _parsed(version)
    if before is None:
        return
    by_step, everybody = _in_flight(connection, after.campaign)
    for change in changes(before, after):
        people = 0
        if change.step is not None:
            people = by_step.get(change.step, 0)
            if change.road.endswith(".after"):
                _retime(connection, after, change.step, now)
        elif change.reach is Reach.EVERYBODY:
            people = everybody
        yield change, people


def _in_flight(connection: Connection, campaign: str) -> tuple[dict[tuple[str, str], int], int]:
    """People in flight by each step that is still before them, and all of them."""
    ahead = (
        select(enrolments.c.sequence, touches.c.step, func.count())
        .join_from(enrolments, touches, touches.c.enrolment_id == enrolments.c.id)
        .where(*_active(campaign), touches.c.state == TouchState.PLANNED)
        .group_by(enrolments.c.sequence, touches.c.step)
    )
    rows = connection.execute(ahead).all()
    everybody = select(func.count()).where(*_active(campaign), ~enrolments.c.holdout)
    return (
        {(sequence, step): count for sequence, step, count in rows},
        int(connection.execute(everybody).scalar_one()),
    )


def _active(campaign: str) -> tuple[Any, ...]:
    return enrolments.c.campaign == campaign, enrolments.c.state == EnrolmentState.ACTIVE


def _retime(
    connection: Connection, campaign: Campaign, where: tuple[str, str], now: datetime
) -> None:
    """Move the touches of a step that are still to come, the hold-out's too.

    What is due already stays due. What would have been due by the new times is due now: a change
    of plan makes nobody's message late.
    """
    sequence, step = where
    meant = next(one for one in campaign.sequences[sequence] if one.step == step)
    found = connection.execute(_ahead(campaign.campaign, sequence, meant, now)).all()
    for start in range(0, len(found), CHUNK):
        moved = [
            (row.id, at, at)
            for row in found[start : start + CHUNK]
            for at in [max(row.enrolled_at + meant.after, now)]
        ]
        update_each(connection, touches, (), ("planned_at", "due_at"), moved)


def _ahead(campaign: str, sequence: str, step: Step, now: datetime) -> Select[Any]:
    return (
        select(touches.c.id, enrolments.c.enrolled_at)
        .join_from(enrolments, touches, touches.c.enrolment_id == enrolments.c.id)
        .where(
            *_active(campaign),
            enrolments.c.sequence == sequence,
            touches.c.step == step.step,
            touches.c.channel == step.channel.value,
            touches.c.state.in_((TouchState.PLANNED, TouchState.WITHHELD)),
            touches.c.planned_at > now,
        )
    )
