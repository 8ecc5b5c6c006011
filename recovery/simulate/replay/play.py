"""A replay: the states of a file happen on a virtual clock, and the real engine runs beside them.

Runs lie on an even grid, as cron's do. Those at which nothing can be due are left out: they would
change nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

from sqlalchemy import func, select

from recovery.db import reading, table, written_in
from recovery.message import Channel
from recovery.models import Enrolment, EnrolmentState, Touch, TouchState
from recovery.settings import Settings
from recovery.simulate.post import Post
from recovery.simulate.replay.past import Past, State
from recovery.simulate.rig import Rig, rigged

EVERY = timedelta(minutes=15)
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)

touches, enrolments = table(Touch), table(Enrolment)
Watch = Callable[[int], None]


@dataclass(slots=True)
class Course:
    """How a replay went; its database tells what was sent."""

    begins: datetime
    told_until: datetime  # the last moment that the files know of
    ends: datetime
    every: timedelta
    states: int = 0
    guessed: dict[str, int] = field(default_factory=dict)  # status → beginnings told by a later row
    runs: int = 0
    awakened: Sequence[str] = ()  # campaigns that are not active, and ran all the same
    problems: dict[str, None] = field(default_factory=dict)  # a set that keeps its order


@contextmanager
def replayed(
    settings: Settings,
    campaigns: Sequence[Path],
    past: Past,
    every: timedelta = EVERY,
    watch: Watch = lambda states: None,
) -> Iterator[tuple[Rig, Course]]:
    """Play `past` to the end of its last sequence; the rig's database is there within the block.

    `watch` hears of the states that have happened. Raises CampaignError for a file that is wrong,
    and ValueError for a past without any state.
    """
    span = past.span()
    if span is None:
        raise ValueError("nothing ever happened")
    begins, until = span
    post = Post()
    senders = {channel: post.sender(channel) for channel in (Channel.EMAIL, Channel.SMS)}
    with rigged(settings, campaigns, at=begins, senders=senders) as rig:
        for broken in rig.programme().broken:
            raise broken
        course = Course(begins, until, begins, every)
        course.awakened = rig.awaken()
        _Player(rig, post, course).play(past.states(), watch)
        yield rig, course


class _Player:
    """Moves the clock from one run to the next that may have something to do."""

    def __init__(self, rig: Rig, post: Post, course: Course) -> None:
        self._rig, self._post, self._course = rig, post, course
        self._waits = {one.campaign.trigger.after for one in rig.programme().loaded}
        self._wakes: list[datetime] = []
        self._known: set[datetime] = set()

    def play(self, states: Iterator[State], watch: Watch) -> None:
        ahead = next(states, None)
        if ahead is not None:
            self._wake(ahead.at)
        while self._wakes:
            now = heappop(self._wakes)
            self._known.discard(now)
            self._rig.clock.advance_to(now)
            happened = []
            while ahead is not None and ahead.at <= now:
                happened.append(ahead)
                ahead = next(states, None)
            if ahead is not None:
                self._wake(ahead.at)
            self._run(happened, now)
            watch(len(happened))

    def _run(self, happened: Sequence[State], now: datetime) -> None:
        course = self._course
        if happened:
            self._rig.accept([one.order for one in happened])
            self._expect(happened)
        result = self._rig.run()
        self._post.collect()  # nobody reads them: who would answer is not in any file
        course.runs, course.ends = course.runs + 1, now
        course.problems |= dict.fromkeys(map(str, (*result.problems, *result.refused)))
        for moment in self._due():
            self._wake(max(moment, now + timedelta(microseconds=1)))

    def _expect(self, happened: Sequence[State]) -> None:
        """Whoever is unpaid now enters when the waiting of some campaign is over."""
        course = self._course
        course.states += len(happened)
        for one in happened:
            if one.guessed:
                status = one.order.status.value
                course.guessed[status] = course.guessed.get(status, 0) + 1
            for wait in self._waits:
                self._wake(one.at + wait)

    def _due(self) -> list[datetime]:
        """The next touch, and the next end of a goal window: then another order may enter."""
        planned = written_in(touches.c.state, [TouchState.PLANNED])
        live = written_in(enrolments.c.state, [EnrolmentState.ACTIVE])
        with reading(self._rig.database) as connection:
            found = (
                connection.scalar(select(func.min(touches.c.due_at)).where(planned)),
                connection.scalar(select(func.min(enrolments.c.window_ends_at)).where(live)),
            )
        return [moment for moment in found if moment is not None]

    def _wake(self, at: datetime) -> None:
        """There is a run at the first moment of the grid that is not before `at`."""
        late = (at - _MIDNIGHT) % self._course.every
        moment = at if not late else at - late + self._course.every
        if moment not in self._known:
            self._known.add(moment)
            heappush(self._wakes, moment)
