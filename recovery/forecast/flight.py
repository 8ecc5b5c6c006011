"""Who is in a campaign today, and where they stand: by version, sequence and next step."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from recovery.db import table
from recovery.models import (
    CampaignVersion,
    Enrolment,
    EnrolmentState,
    Publication,
    Touch,
    TouchState,
)

enrolments, touches = table(Enrolment), table(Touch)
versions, publications = table(CampaignVersion), table(Publication)


class Group(NamedTuple):
    """One step of live journeys of one version and sequence.

    `orders` wait for it next, `touches` of it are planned in all. Without a step: orders that have
    got everything and wait for the end of their window, or that are held out.
    """

    campaign: str
    version: int
    sequence: str
    holdout: bool
    step: str | None
    orders: int
    touches: int


class Version(NamedTuple):
    """One text of a campaign that somebody entered with."""

    id: int
    campaign: str
    digest: str
    source: str
    defaults: str
    file: str


def once_live(connection: Connection) -> frozenset[str]:
    """The campaigns of which some text was ever published."""
    return frozenset(connection.execute(select(publications.c.campaign).distinct()).scalars())


def in_flight(connection: Connection, until: int) -> list[Group]:
    """Live enrolments with an id of `until` or less, the largest groups first."""
    steps = [Group._make(row) for row in connection.execute(_steps(until))]
    waiting = Counter[_Arm]()
    for group in steps:
        waiting[group[:4]] += group.orders
    rest = [
        Group(*_arm(arm), None, left, 0)
        for *arm, orders in connection.execute(_journeys(until))
        if (left := orders - waiting[_arm(arm)])
    ]
    return sorted(
        [*steps, *rest], key=lambda one: (one.campaign, -one.orders, -one.touches, one[:3])
    )


_Arm = tuple[str, int, str, bool]


def _arm(row: Sequence[Any]) -> _Arm:
    campaign, version, sequence, holdout = row
    return campaign, version, sequence, holdout


def _journeys(until: int) -> Select[Any]:
    e = enrolments.c
    by = (e.campaign, e.version_id, e.sequence, e.holdout)
    live = e.state == EnrolmentState.ACTIVE, e.id <= until
    return select(*by, func.count()).where(*live).group_by(*by)


def _steps(until: int) -> Select[Any]:
    """Planned touches by step, and for how many orders it is the next one."""
    e = enrolments.c
    place = func.row_number().over(
        partition_by=touches.c.enrolment_id, order_by=(touches.c.due_at, touches.c.id)
    )
    planned = (
        select(
            e.campaign, e.version_id, e.sequence, e.holdout, touches.c.step, place.label("place")
        )
        .join_from(touches, enrolments, e.id == touches.c.enrolment_id)
        .where(
            touches.c.state == TouchState.PLANNED, e.state == EnrolmentState.ACTIVE, e.id <= until
        )
        .subquery()
    )
    by = [planned.c[name] for name in ("campaign", "version_id", "sequence", "holdout", "step")]
    following = func.sum(case((planned.c.place == 1, 1), else_=0))
    return select(*by, following, func.count()).group_by(*by)


def entered_with(connection: Connection, ids: Collection[int]) -> dict[int, Version]:
    """The texts of the versions `ids`."""
    columns = (versions.c[name] for name in Version._fields)
    found = connection.execute(select(*columns).where(versions.c.id.in_(sorted(ids))))
    return {row.id: Version(*row) for row in found}
