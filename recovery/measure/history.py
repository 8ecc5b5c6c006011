"""The versions of a campaign: when each went live, what it changed, how many entered under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, true

from recovery.db import table
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.models import CampaignVersion, Enrolment, EnrolmentState, Publication

versions, publications, enrolments = table(CampaignVersion), table(Publication), table(Enrolment)


@dataclass(frozen=True, slots=True)
class Edition:
    """One time that a version went live, with those who entered until it did again."""

    campaign: str
    version: str  # its digest, whole
    at: datetime
    live: bool  # nothing was published after it
    file: str
    enrolled: int
    in_flight: int
    changes: Sequence[dict[str, Any]]  # road, before, after, reach, people


def history(connection: Connection, campaign: str | None = None) -> list[Edition]:
    """All editions of `campaign`, or of every campaign, the newest first."""
    rows = connection.execute(
        select(publications, versions.c.digest, versions.c.file)
        .join(versions, versions.c.id == publications.c.version_id)
        .where(true() if campaign is None else publications.c.campaign == campaign)
        .order_by(publications.c.campaign, publications.c.id.desc())
    ).all()
    found, again, seen = [], dict[int, datetime](), set[str]()
    for row in rows:
        enrolled, active = _counts(connection, row.version_id, row.at, again.get(row.version_id))
        live = row.campaign not in seen
        seen.add(row.campaign)
        again[row.version_id] = row.at
        told = (row.campaign, row.digest, row.at, live, row.file, enrolled, active, row.changes)
        found.append(Edition(*told))
    return found


def text_of(connection: Connection, campaign: str, version: str) -> str:
    """The text of the file whose digest begins with `version`; UsageError when none or several."""
    begins = versions.c.digest.startswith(version, autoescape=True)
    found = connection.execute(
        select(versions.c.source).where(versions.c.campaign == campaign, begins)
    ).scalars()
    texts = list(found)
    if len(texts) != 1:
        many = "no version" if not texts else f"{len(texts)} versions"
        raise UsageError(
            say(
                "{many} of {campaign} begin with {version}; `recovery history {campaign}` lists "
                "them",
                many=many,
                campaign=campaign,
                version=f"{version!r}",
            )
        )
    return str(texts[0])


def _counts(
    connection: Connection, version: int, since: datetime, until: datetime | None
) -> tuple[int, int]:
    """How many entered under `version` from `since` until `until`, and how many are in flight."""
    counted = select(
        func.count(), func.count().filter(enrolments.c.state == EnrolmentState.ACTIVE)
    ).where(enrolments.c.version_id == version, enrolments.c.enrolled_at >= since)
    if until is not None:
        counted = counted.where(enrolments.c.enrolled_at < until)
    entered, active = connection.execute(counted).one()
    return int(entered), int(active)
