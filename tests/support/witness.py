"""What we owe for every 2xx: it is written down at once, and held against what came later.

Right after the answer the witness looks at the touches that must rest now. One of them that is
tried later was claimed after the answer. What a provider took later and was not being called for
at that look was, too.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from recovery.db import reading, table
from recovery.errors import Unavailable
from recovery.models import Enrolment, Order, Suppression, Touch, TouchState
from tests.support.outside import Letter, Subject
from tests.support.taken import Taken

ORDER = "order"
LOOKS = 5  # the story ends sessions on purpose
TOLD = {TouchState.DELIVERED, TouchState.BOUNCED, TouchState.FAILED}

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)
suppressions = table(Suppression)


@dataclass(frozen=True)
class Silence:
    """From `at` (on the machine's stop watch) on, nobody may begin to send to `subject`."""

    subject: Subject
    at: float
    attempts: dict[int, int]  # touch → times tried
    calling: frozenset[int]  # touches that a worker may be sending right now


@dataclass
class Witness:
    """Hears every letter that was answered 2xx, in the threads of those who brought them."""

    database: Engine
    silences: list[Silence] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)

    def hears(self, letter: Letter) -> None:
        """Note what this answer promises."""
        self.settled.update(letter.settles)
        for subject in letter.silences:
            rows = self._touches(subject)
            attempts = {row.id: row.attempts for row in rows}
            calling = frozenset(row.id for row in rows if row.state == TouchState.SENDING)
            self.silences.append(Silence(subject, monotonic(), attempts, calling))

    def disturbed(self, taken: Iterable[Taken]) -> dict[str, set[int]]:
        """Touches that went out although their claim came after the answer, by kind of subject."""
        found: dict[str, set[int]] = {}
        messages = [(int(one.touch), one.stamp) for one in taken]
        for silence in self.silences:
            now = {row.id: row.attempts for row in self._touches(silence.subject)}
            tried = {one for one, count in now.items() if count > silence.attempts.get(one, 0)}
            late = {one for one, stamp in messages if one in now and stamp > silence.at}
            found.setdefault(silence.subject[0], set()).update(tried | late - silence.calling)
        return found

    def forgotten(self) -> list[str]:
        """What we said we had heard, and do not know."""
        with reading(self.database) as connection:
            paid = set(connection.scalars(select(orders.c.external_id).where(_PAID)))
            shut = select(suppressions.c.channel, suppressions.c.address)
            listed = {tuple(row) for row in connection.execute(shut)}
            told = select(touches.c.id).where(touches.c.state.in_(TOLD))
            known = set(connection.scalars(told))
        subjects = {silence.subject for silence in self.silences}
        lost = {one for one in subjects if one[0] == ORDER and one[1] not in paid}
        lost |= {one for one in subjects if one[0] != ORDER and one not in listed}
        return [str(one) for one in (*sorted(lost), *sorted(self.settled - known))]

    def _touches(self, subject: Subject) -> list[Any]:
        found = (
            select(touches.c.id, touches.c.attempts, touches.c.state)
            .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
            .join(orders, orders.c.id == enrolments.c.order_id)
            .where(_about(subject))
        )
        for _ in range(LOOKS):
            with suppress(Unavailable), reading(self.database) as connection:
                return list(connection.execute(found))
        raise Unavailable(f"{LOOKS} sessions in a row were ended")


_PAID = orders.c.status == "paid"


def _about(subject: Subject) -> ColumnElement[bool]:
    kind, name = subject
    if kind == ORDER:
        return orders.c.external_id == name
    theirs = or_(func.lower(orders.c.email) == name, orders.c.phone == name)
    return and_(touches.c.channel == kind, theirs)
