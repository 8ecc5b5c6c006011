"""Workers, sweeps, look-ups and events in any order: a touch never becomes two messages, and its
state only moves along the table of moves."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from recovery.connectors.base import Answer, Found, Wanted
from recovery.db import open_engine, reading, table, writing
from recovery.dispatch import record
from recovery.dispatch.claim import LEASE, claim, pick, sweep
from recovery.dispatch.reconcile import RESEND, Reconciler
from recovery.errors import ConnectorError, SendFailure
from recovery.facts import EventKind, MessageEvent
from recovery.intake.messages import apply_events
from recovery.message import Channel, Receipt
from recovery.migrations import upgrade
from recovery.models import TOUCH_MOVES, Touch, TouchState
from tests.support.ledger import T0, Ledger

TOUCHES = 3
WORKERS = ("a", "b")
touches = table(Touch)
# What the provider did, and what the worker was told: message taken or not, and how the call ended.
ACCEPTED, TAKEN_UNSAID, NOT_TAKEN_UNSAID, BUSY, REFUSED = "accepted", "500+", "500-", "429", "400"
FAILURES = {
    TAKEN_UNSAID: SendFailure.UNKNOWN,
    NOT_TAKEN_UNSAID: SendFailure.UNKNOWN,
    BUSY: SendFailure.TEMPORARY,
    REFUSED: SendFailure.PERMANENT,
}


def reachable() -> dict[TouchState, set[TouchState]]:
    """State → every state that some moves lead to: a rule may make more than one."""
    found = {state: {state, *TOUCH_MOVES.get(state, ())} for state in TouchState}
    for _ in TouchState:
        for state, ends in found.items():
            found[state] = ends.union(*(found[end] for end in ends))
    return found


REACHABLE = reachable()


class Records:
    """The provider's own records: they show everything, at once."""

    name, channel = "records", Channel.EMAIL

    def __init__(self, taken: Counter[int]) -> None:
        self._taken = taken

    def find(self, wanted: list[Wanted], _: object) -> Answer:
        ids = {one.touch_id for one in wanted}
        found = {i: Found(i, f"m{i}", EventKind.ACCEPTED) for i in ids if self._taken[i]}
        return Answer(found, frozenset(ids))

    def close(self) -> None:
        """Nothing is held open."""


class Touches(RuleBasedStateMachine):
    """Three workers, some touches, one provider."""

    template: Path | None = None
    fence = LEASE / 2

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "machine.db"
        shutil.copy(self._template(), file)
        self.database = open_engine(f"sqlite:///{file}")
        self.now = T0
        self.taken: Counter[int] = Counter()
        self.unsure: Counter[int] = Counter()  # calls whose end nobody knows
        self.held: dict[str, tuple[object, list[int]]] = {}
        self.waiting: dict[str, list[int]] = {name: [] for name in (*WORKERS, "run")}
        self.answers: dict[str, list[record.Result]] = {name: [] for name in (*WORKERS, "run")}
        with writing(self.database) as connection:
            ledger = Ledger(connection)
            for _ in range(TOUCHES):
                ledger.touch(ledger.enrolment(ledger.order()), at=0, state="planned")
        self.states = self._states()

    @rule(minutes=st.sampled_from([6, 31]))
    def a_run(self, minutes: int) -> None:
        """Some time later an order comes in, and a run does all that it can."""
        with writing(self.database) as connection:
            ledger = Ledger(connection)
            ledger.touch(ledger.enrolment(ledger.order()), at=0, state="planned")
        self.time_goes_on(minutes)
        self.sweeps()
        self.looks_up()
        self.takes("run", 100)
        while "run" in self.held:
            self.calls("run", ACCEPTED)
            self.begins("run")
        self.writes("run")

    @classmethod
    def _template(cls) -> Path:
        if cls.template is None:
            cls.template = Path(tempfile.mkdtemp()) / "template.db"
            engine = open_engine(f"sqlite:///{cls.template}")
            upgrade(engine)
            engine.dispose()
        return cls.template

    def teardown(self) -> None:
        self.database.dispose()
        self.folder.cleanup()

    def _states(self) -> dict[int, TouchState]:
        with reading(self.database) as connection:
            found = connection.execute(select(touches.c.id, touches.c.state))
            return {row.id: TouchState(row.state) for row in found}

    @rule(worker=st.sampled_from(WORKERS), most=st.integers(1, TOUCHES))
    def takes(self, worker: str, most: int) -> None:
        """A worker that has nothing to do claims; the first message is `sending` at once."""
        if worker in self.held or self.waiting[worker]:
            return
        with writing(self.database) as connection:
            ids = pick(connection, self.now, most, [Channel.EMAIL])
            record.sending_at_once(connection, ids[:1], worker, self.now)
            claim(connection, ids[1:], worker, self.now)
        if ids:
            self.held[worker] = self.now, ids[:1]
        self.waiting[worker] = ids[1:]

    @precondition(lambda self: any(self.waiting.values()))
    @rule(worker=st.sampled_from(WORKERS))
    def begins(self, worker: str) -> None:
        """What waited becomes `sending`, however long it waited, if it is still the worker's."""
        if worker in self.held:
            return
        with writing(self.database) as connection:
            begun = record.sending(connection, self.waiting[worker], worker, self.now)
        if begun:
            self.held[worker] = self.now, sorted(begun)
        self.waiting[worker] = []

    @precondition(lambda self: any(self.waiting.values()))
    @rule(worker=st.sampled_from(WORKERS))
    def gives_back(self, worker: str) -> None:
        """A brake was pulled: what waits is given back."""
        with writing(self.database) as connection:
            record.given_back(connection, self.waiting[worker], worker)
        self.waiting[worker] = []

    def holding(self) -> bool:
        return bool(self.held)

    @precondition(holding)
    @rule(
        data=st.data(),
        end=st.sampled_from([ACCEPTED, TAKEN_UNSAID, NOT_TAKEN_UNSAID, BUSY, REFUSED]),
    )
    def somebody_calls(self, data: st.DataObject, end: str) -> None:
        self.calls(data.draw(st.sampled_from(sorted(self.held))), end)

    def calls(self, worker: str, end: str) -> None:
        """It calls the provider for one message, unless it comes late: that is the fence."""
        claimed_at, ids = self.held[worker]
        touch = ids.pop()
        if not ids:
            del self.held[worker]
        if self.now - claimed_at > self.fence:  # type: ignore[operator]
            end = BUSY
        self.taken[touch] += end in (ACCEPTED, TAKEN_UNSAID)
        self.unsure[touch] += end in (TAKEN_UNSAID, NOT_TAKEN_UNSAID)
        receipt = Receipt("records", f"m{touch}")
        outcome = receipt if end == ACCEPTED else ConnectorError(end, failure=FAILURES[end])
        result = record.Result(touch, touch, 0, Channel.EMAIL, outcome)
        self.answers[worker].append(result)

    @precondition(lambda self: any(self.answers.values()))
    @rule(worker=st.sampled_from(WORKERS))
    def writes(self, worker: str) -> None:
        """It writes down what it was told, however long ago."""
        with writing(self.database) as connection:
            journal = record.Journal(self.now)
            record.results(connection, self.answers[worker], worker, self.now, journal)
        self.answers[worker] = []

    @precondition(holding)
    @rule(worker=st.sampled_from(WORKERS))
    def dies(self, worker: str) -> None:
        self.held.pop(worker, None)
        self.waiting[worker] = []
        self.answers[worker] = []

    @rule(minutes=st.sampled_from([1, 2]))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def sweeps(self) -> None:
        with writing(self.database) as connection:
            sweep(connection, self.now)

    def looks_up(self) -> None:
        lookups = {Channel.EMAIL: Records(self.taken)}
        policy = {Channel.EMAIL: RESEND}
        Reconciler(self.database, lookups, policy, lambda _: None).run(self.now)

    @precondition(lambda self: any(self.taken.values()))
    @rule(
        touch=st.integers(1, TOUCHES),
        kind=st.sampled_from([EventKind.ACCEPTED, EventKind.DELIVERED, EventKind.BOUNCED]),
    )
    def hears(self, touch: int, kind: EventKind) -> None:
        """The provider tells of a message that it took."""
        if not self.taken[touch]:
            return
        event = MessageEvent(
            source="records",
            key=f"{kind}-{touch}",
            kind=kind,
            at=self.now,
            touch_id=touch,
            provider_id=f"m{touch}",
            address=None,
            code=None,
            detail=None,
        )
        with writing(self.database) as connection:
            apply_events(connection, [event], self.now)

    @invariant()
    def no_touch_is_two_messages(self) -> None:
        assert all(count <= 1 for count in self.taken.values()), self.taken

    @invariant()
    def whoever_is_unsure_calls_once_more_at_most(self) -> None:
        with reading(self.database) as connection:
            found = connection.execute(select(touches.c.id, touches.c.resent)).all()
        assert all(self.unsure[row.id] <= 1 + row.resent for row in found), self.unsure

    @invariant()
    def states_move_along_the_table(self) -> None:
        before, self.states = self.states, self._states()
        for touch, state in self.states.items():
            start = before.get(touch, TouchState.PLANNED)
            assert state in REACHABLE[start], (touch, start, state)


Touches.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestTouches = Touches.TestCase


def test_without_its_fence_a_worker_that_slept_would_be_found_out() -> None:
    machine = Touches()
    machine.fence = timedelta.max
    machine.takes("a", TOUCHES)
    machine.a_run(6)
    machine.a_run(31)
    machine.no_touch_is_two_messages()
    machine.calls("a", ACCEPTED)
    with pytest.raises(AssertionError):
        machine.no_touch_is_two_messages()
    machine.teardown()
