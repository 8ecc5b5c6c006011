"""The proof: a shop lives through what kills processes (`make chaos`, test_chaos_short.py).

Orders come in through the command line, runs and workers are real processes, the providers keep
the ledger. Afterwards the ledger and the database must tell the same story. The same seed gives
the same faults in the same order; where they strike depends on the machine.
"""

import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from recovery.models import TouchState
from tests.support.campaigns import a_campaign
from tests.support.faults import Fault
from tests.support.field import Field
from tests.support.shop import BEYOND_LEASE, SETTLED

STEPS = {"first": 0, "text": 120, "second": 240}  # minutes after enrolment
CAMPAIGN = a_campaign(
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 2h, sms: unpaid-reminder}",
            "{step: second, after: 4h, email: unpaid-reminder}",
        ]
    }
)
# When fights happen: steps are due, leases are over, records have settled.
FIGHTS = (0, 7, 40, 120, 127, 160, 240, 247, 280)
PAYMENTS, STOPS = 110, 230  # minutes; between them and the next fight nothing was claimed
LATENCY = 0.05  # seconds
CALM = timedelta(minutes=70)
MOST_CALM = 12
WEATHER = {
    Fault.BUSY: 0.04,
    Fault.ERROR_AFTER: 0.03,
    Fault.DROP_AFTER: 0.03,
    Fault.ERROR_BEFORE: 0.02,
    Fault.DROP_BEFORE: 0.02,
    Fault.BAD_GATEWAY: 0.01,
}
# Small batches and few threads, so that faults strike in the middle.
SETTINGS = {"RECOVERY_BATCH": "8", "RECOVERY_CONCURRENCY": "2"}
SQLITE_FAULTS = ("kill_one", "kill_one", "second_run", "short_pause", "fill_disk", "storm")
REDIS_FAULTS = (
    "kill_one",
    "kill_one",
    "kill_one",
    "kill_run",
    "second_run",
    "short_pause",
    "flush_redis",
    "kill_redis",
    "lose_connections",
    "storm",
)
SENT = {TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED}
HELD = "not_found_held"
OPEN = {TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING}


@dataclass
class Verdict:
    """What the ledger and the database say when everything is over. Numbers of touches."""

    touches: int
    messages: int
    twice: int  # more than one message
    lost: int  # neither sent nor ended with a reason
    unlike: int  # sent in one book and not in the other
    after_payment: int
    after_stop: int
    held: int  # never sent, of unknown fate, shown to the operator
    complaints: list[str]
    states: Counter[str] = field(default_factory=Counter)

    def is_square(self) -> bool:
        """Nothing twice, nothing lost, nothing to whom it must not go."""
        wrong = (self.twice, self.lost, self.unlike, self.after_payment, self.after_stop)
        return not any(wrong) and not self.complaints


class Story:
    """Some hours in the life of a shop with `orders` orders."""

    def __init__(
        self,
        field: Field,
        orders: int,
        faults: tuple[str, ...],
        workers: int,
        fights: tuple[int, ...] = FIGHTS,
    ) -> None:
        self.field, self.faults, self.workers = field, faults, workers
        self.rows: dict[str, dict[str, Any]] = {}
        self.begin, self.orders = field.house.now, orders
        self._fights, self._deck = fights, list[str]()
        self.paid: set[str] = set()
        self.stopped: set[str] = set()

    def live(self, strokes: int) -> Verdict:
        """All of it: fights of so many strokes each, then calm until nothing can change."""
        field = self.field
        field.house.has(CAMPAIGN)
        field.remote.set(latency=LATENCY)
        field.remote.weather(WEATHER, field.dice.randrange(1_000))
        self._arrive(self.orders)
        for at, until in zip(self._fights, (*self._fights[1:], self._fights[-1]), strict=True):
            self._fight(strokes)
            for minute, act in ((PAYMENTS, self._some_pay), (STOPS, self._some_stop)):
                if at < minute < until:
                    act(timedelta(minutes=minute - at))
            field.wait(self.begin + timedelta(minutes=until) - field.house.now)
        self._calm_down()
        return self.verdict()

    def _fight(self, strokes: int) -> None:
        field = self.field
        field.start_run()
        for _ in range(strokes):
            field.staff(self.workers)
            if field.see(field.dice.randint(1, 8)):
                field.strike(self._next_fault())
        field.clear()
        field.runs_alone()

    def _next_fault(self) -> str:
        """Every fault comes before one comes again."""
        if not self._deck:
            self._deck = self.field.dice.sample(self.faults, len(self.faults))
        return self._deck.pop()

    def oversleep(self, fence: float) -> Verdict:
        """A worker sleeps in the middle of a batch until others have taken its messages over."""
        field = self.field
        field.house.has(a_campaign())
        field.remote.set(latency=LATENCY)
        self._arrive(self.orders)
        field.start_run()
        worker = field.start_drowsy_worker(fence)
        field.see(4)
        os.killpg(worker.pid, signal.SIGSTOP)
        for span in (BEYOND_LEASE, SETTLED):
            field.wait(span)
            self._arrive(1)
            field.runs_alone()
        os.killpg(worker.pid, signal.SIGCONT)
        field.rest()
        field.clear()
        self._calm_down()
        return self.verdict()

    def _calm_down(self) -> None:
        """New orders prove that the channels live; their touches end before anybody looks."""
        self.field.remote.weather({}, 0)
        for _ in range(MOST_CALM):
            self.field.wait(CALM)
            self._arrive(1)
            self.field.runs_alone()
            if not any(self._pending(touch) for touch in self.field.house.touches()):
                return

    def _pending(self, touch: dict[str, Any]) -> bool:
        """Whether more can be learned, or done, about a touch that was due."""
        if touch["state"] == TouchState.UNKNOWN:
            return touch["reason"] != HELD
        return touch["state"] in OPEN and touch["due_at"] <= self.field.house.now

    def _some_pay(self, after: timedelta) -> None:
        self.field.wait(after)
        self.paid = self._some(len(self.rows) // 4)
        news = {"status": "paid", "updated_at": self.field.house.now.isoformat()}
        self.field.imports(self.rows[number] | news for number in sorted(self.paid))

    def _some_stop(self, after: timedelta) -> None:
        self.field.wait(after)
        self.stopped = self._some(len(self.rows) // 8)
        self.field.does("suppress", "add", *(self.rows[one]["email"] for one in self.stopped))

    def _some(self, count: int) -> set[str]:
        return set(self.field.dice.sample(sorted(self.rows.keys() - self.paid), count))

    def _arrive(self, count: int) -> None:
        known = len(self.rows)
        fresh = [self._row(number) for number in range(known, known + count)]
        self.rows |= {row["order_id"]: row for row in fresh}
        self.field.imports(fresh)

    def _row(self, number: int) -> dict[str, Any]:
        return {
            "order_id": f"A-{number}",
            "status": "pending",
            "placed_at": self.field.house.now.isoformat(),
            "amount": "100.00",
            "currency": "EUR",
            "country": "DE",
            "email": f"a{number}@example.com",
            "phone": f"+4930{9_010_000 + number}",
            "sms_consent": "transactional",
            "customer_id": f"C-{number}",
        }

    def verdict(self) -> Verdict:
        """Lay the ledger beside the database."""
        touches, remote = self.field.house.touches(), self.field.remote
        per_touch = {int(touch): count for touch, count in remote.per_touch.items()}
        sent = {touch["id"] for touch in touches if touch["state"] in SENT}
        pending = [touch for touch in touches if self._pending(touch)]
        silent = [t for t in touches if t["state"] not in SENT | OPEN and not t["reason"]]
        wronged = [touch for touch in touches if touch["id"] in per_touch]
        late = [t for t in wronged if t["order"] in self.paid and t["step"] != "first"]
        deaf = [t for t in wronged if t["order"] in self.stopped and t["step"] == "second"]
        return Verdict(
            touches=len(touches),
            messages=sum(per_touch.values()),
            twice=sum(count > 1 for count in per_touch.values()),
            lost=len(pending) + len(silent),
            unlike=len(sent ^ per_touch.keys()),
            after_payment=len(late),
            after_stop=len(deaf),
            held=sum(touch["state"] == TouchState.UNKNOWN for touch in touches),
            complaints=remote.state["complaints"],
            states=Counter(
                " ".join(filter(None, (touch["state"], touch["reason"]))) for touch in touches
            ),
        )
