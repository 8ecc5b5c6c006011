"""Everybody that a report is about, gathered once: a narrow row for each enrolment, with its fate.

Every other question is asked of these rows: who counts is worked out in one place and one pass.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Integer, Subquery, Table, select

from recovery.db import is_postgres
from recovery.measure.evidence.scratch import kept, scratch
from recovery.measure.evidence.units import (
    Arm,
    Columns,
    Question,
    asked,
    common,
    enrolments,
    fates,
    orders,
)


class Place(NamedTuple):
    """What many enrolments have in common. A hold-out has the sequence it would have been sent."""

    campaign: str
    version_id: int
    segment: str
    sequence: str
    holdout: bool
    currency: str
    country: str

    @property
    def arm(self) -> Arm:
        """Whom it is compared with; a segment's hold-out is one arm."""
        sequence = None if self.holdout else self.sequence
        return Arm(self.campaign, self.segment, sequence, self.holdout)


Key = tuple[Arm, int]  # an arm under one version of its campaign


@dataclass(frozen=True, slots=True)
class People:
    """`fates` has a row for each enrolment, as `units.fates` tells; numbers of places and of arms
    stand for what is here, and in the table `numbers`, which also has room for a `cap`."""

    question: Question
    fates: Table
    numbers: Table
    places: Mapping[int, Place]
    arms: Mapping[int, Key]

    def units(self) -> Subquery:
        """Customers, each at the enrolment that counts."""
        return select(self.fates).where(self.fates.c.unit == 1).subquery("units")

    def cut(self, extra: Columns) -> Subquery:
        """Every enrolment with more columns, of its own or of its order."""
        f = self.fates.c
        return (
            select(*f, *extra)
            .join_from(self.fates, enrolments, enrolments.c.id == f.id)
            .join(orders, orders.c.id == enrolments.c.order_id)
            .subquery("cut")
        )


@contextmanager
def gathered(connection: Connection, question: Question) -> Iterator[People]:
    """Gather everybody, for as long as the block lasts; not twice at a time."""
    found = _places(connection, question)
    places = dict(enumerate(found))
    arms = dict(enumerate(sorted({(one.arm, one.version_id) for one in found}, key=str)))
    with (
        _numbered(connection, places, arms) as numbers,
        kept(connection, "fates", fates(question, numbers)) as rows,
    ):
        yield People(question, rows, numbers, places, arms)


def _places(connection: Connection, question: Question) -> list[Place]:
    rows = connection.execute(asked(question, common()).distinct())
    return sorted(Place(*row) for row in rows)


@contextmanager
def _numbered(
    connection: Connection, places: Mapping[int, Place], arms: Mapping[int, Key]
) -> Iterator[Table]:
    keys = [Column(one.name, one.type, primary_key=True) for one in reversed(common())]
    told = (Column("place", Integer), Column("arm", Integer), Column("cap", BigInteger))
    with scratch(connection, "places", *keys, *told) as numbers:
        number = {arm: one for one, arm in arms.items()}
        rows = [
            {**one._asdict(), "place": place, "arm": number[one.arm, one.version_id], "cap": None}
            for place, one in places.items()
        ]
        if rows:
            connection.execute(numbers.insert(), rows)
        if is_postgres(connection):
            connection.exec_driver_sql("ANALYZE places")
        yield numbers
