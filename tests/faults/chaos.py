"""The proof: a shop lives through what kills processes (`make chaos`, test_chaos_short.py).

Orders, payments and the providers' news come in over HTTP, runs, workers and the server are real
processes, the providers keep the ledger. Afterwards the ledger and the database must tell the same
story. The same seed gives the same faults in the same order; where they strike depends on the
machine.
"""

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from math import ceil
from typing import Any

from tests.faults.verdict import Verdict, judge, pending
from tests.support import outside
from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE
from tests.support.faults import Fault
from tests.support.field import SERVER_POINTS, Field
from tests.support.outside import Letter
from tests.support.shop import BEYOND_LEASE, SETTLED
from tests.support.strikes import LOOKING_POINTS, SENDING_POINTS, Strike
from tests.support.taken import Fate

CAMPAIGN = a_campaign(
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 2h, sms: unpaid-reminder}",
            "{step: second, after: 4h, email: unpaid-reminder}",
        ]
    }
)
# When fights happen, in minutes: steps are due, leases are over, records have settled.
FIGHTS = (0, 7, 14, 40, 120, 127, 134, 160, 240, 247, 254, 280)
LATENCY, SLOWLY = 0.05, 0.5  # seconds
LAG = 600.0  # seconds until the providers' records show what they took
CALM = timedelta(minutes=70)
MOST_CALM = 12
TOGETHER = 8  # orders in one request
LATE = 0.2  # of the news comes one fight later
WEATHER = {
    Fault.BUSY: 0.03,
    Fault.THROTTLED: 0.02,
    Fault.ERROR_AFTER: 0.03,
    Fault.DROP_AFTER: 0.03,
    Fault.ERROR_BEFORE: 0.02,
    Fault.DROP_BEFORE: 0.02,
    Fault.BAD_GATEWAY: 0.01,
    Fault.SLOW: 0.02,
}
# What becomes of messages, by address; the rest arrives.
EMAIL_FATES = {Fate.BOUNCED: 0.06, Fate.COMPLAINED: 0.04, Fate.UNSUBSCRIBED: 0.04}
EMAIL_FATES |= {Fate.BLOCKED: 0.03, Fate.DEFERRED: 0.03}
SMS_FATES = {Fate.BOUNCED: 0.06, Fate.FAILED: 0.03, Fate.DEFERRED: 0.03}
THREADS = 2
# Small batches and few threads: faults strike in the middle, and a kill leaves much to do.
SETTINGS = {"RECOVERY_BATCH": "4", "RECOVERY_CONCURRENCY": str(THREADS)}


class Story:
    """Some hours in the life of a shop with `orders` orders."""

    def __init__(
        self,
        field: Field,
        orders: int,
        faults: Sequence[Strike] = (),
        workers: int = 0,
        fights: tuple[int, ...] = FIGHTS,
    ) -> None:
        self.field, self.faults, self.workers = field, faults, workers
        self.rows: dict[str, dict[str, Any]] = {}
        self.orders, self._fights = orders, fights
        self._fates: dict[str, Fate] = {}
        self._late: list[Letter] = []
        self._told = 0  # messages whose news is on its way

    def live(self, strokes: int) -> Verdict:
        """All of it: fights of so many strokes each, then calm until nothing can change."""
        field, begin = self.field, self.field.house.now
        field.house.has(CAMPAIGN)
        field.remote.set(lag_seconds=LAG)
        field.remote.weather(WEATHER, field.dice.randrange(1_000))
        acts = self._acts(strokes * (len(self._fights) - 1))
        for number, minute in enumerate(self._fights):
            field.wait(begin + timedelta(minutes=minute) - field.house.now)
            field.remote.set(latency=LATENCY)
            field.open_door(f"{field.draw('doors', SERVER_POINTS)}:{field.dice.randint(1, 6)}")
            if number == 0:
                field.tell(self.arrivals())
                field.hear()
            self._fight([[]] * strokes if number == 0 else list(islice(acts, strokes)))
        self._calm_down()
        self._last_news()
        return judge(field)

    def _acts(self, strokes: int) -> Any:
        """What customers do, stroke by stroke: a quarter pays, an eighth answers STOP."""
        pay, stop = ["pay"] * (self.orders // 4), ["stop"] * (self.orders // 8)
        acts = self.field.dice.sample(pay + stop, len(pay + stop))
        each = ceil(len(acts) / strokes)
        padded = [acts[at : at + each] for at in range(0, len(acts), each)]
        return iter(padded + [[]] * strokes)

    def _fight(self, strokes: list[list[str]]) -> None:
        field = self.field
        field.start_run()
        late, self._late = self._late, []
        field.tell(late)
        for acts in strokes:
            field.staff(self.workers)
            seen = field.see(field.dice.randint(1, 4))
            field.tell(self.act(name) for name in acts)
            self._tell_news()
            if seen:
                field.strike(field.draw("faults", self.faults))
        field.hear()
        field.clear()
        field.remote.set(latency=0.0)
        field.runs_alone()

    def die_everywhere(self) -> Verdict:
        """Once at each point that has a name, and somebody takes over each time."""
        field = self.field
        field.house.has(a_campaign())
        for point in SENDING_POINTS:
            self._arrive(self.orders)
            self._dies(point)
        field.wait(BEYOND_LEASE)
        self._dies("C6a")
        self._arrive(1)
        field.runs_alone()
        field.wait(SETTLED)
        for point in LOOKING_POINTS:
            self._dies(point)
        for point in SERVER_POINTS:
            field.open_door(point)
            field.tell(self.arrivals())
            field.hear()
            field.clear()
            field.events["crash_point"] += 1
        self._calm_down()
        return judge(field)

    def _dies(self, point: str) -> None:
        one = self.field.start_run(RECOVERY_CRASH_AT=point, RECOVERY_BROKER_URL="memory://")
        assert one.wait(PATIENCE) == -signal.SIGKILL, f"nobody came to {point}"
        self.field.events["crash_point"] += 1
        self.field.clear()

    def oversleep(self, fence: float) -> Verdict:
        """A worker sleeps in the middle of a batch until others have taken its messages over."""
        field = self.field
        field.house.has(a_campaign())
        self._arrive(self.orders)
        field.remote.set(latency=SLOWLY)
        field.start_run()
        worker = field.start_worker(FENCE_SECONDS=str(fence))
        field.wait_until_ahead(asked=2 * THREADS)
        os.killpg(worker.pid, signal.SIGSTOP)
        field.remote.set(latency=LATENCY)
        for span in (BEYOND_LEASE, SETTLED):
            field.wait(span)
            self._arrive(1)
            field.runs_alone()
        os.killpg(worker.pid, signal.SIGCONT)
        field.events["sleep"] += 1
        field.rest()
        field.clear()
        self._calm_down()
        return judge(field)

    def _calm_down(self) -> None:
        """New orders prove that the channels live; their touches end before anybody looks."""
        field = self.field
        field.remote.weather({}, 0)
        for _ in range(MOST_CALM):
            field.wait(CALM)
            self._arrive(1)
            field.runs_alone()
            if not any(pending(touch, field.house.now) for touch in field.house.touches()):
                return

    def _last_news(self) -> None:
        """What is still on its way comes in the end."""
        self.field.open_door()
        self._tell_news()
        self.field.tell(self._late)
        self.field.hear()
        self.field.clear()
        self.field.runs_alone()

    # -- what the world does ----------------------------------------------------------------------

    def _tell_news(self) -> None:
        """The providers tell of what they took since; some of it later."""
        field, dice = self.field, self.field.dice
        field.remote.settle(self._fates)
        taken = field.remote.taken_since(self._told)
        self._told += len(taken)
        for letter in outside.news(taken, dice):
            if dice.random() < LATE:
                self._late.append(letter)
            else:
                field.tell([letter])

    def act(self, name: str) -> Letter:
        """Somebody does so now, best of all whose next message is just about to be sent."""
        free = [row for row in self.rows.values() if row["status"] == "pending"]
        due = self.field.about_to_be_sent()
        row = self.field.dice.choice([one for one in free if one["order_id"] in due] or free)
        if name == "stop":
            row["status"] = "stopped"
            return outside.says_stop(row["phone"], len(free))
        row |= {"status": "paid", "updated_at": self.field.house.now.isoformat()}
        return outside.orders([row], self.field.house.now)

    def _arrive(self, count: int) -> None:
        """Orders that are there at once."""
        self.field.imports(self._fresh(count))

    def arrivals(self) -> list[Letter]:
        """Everybody's order, as the shop tells us."""
        rows, now = self._fresh(self.orders), self.field.house.now
        batches = [rows[at : at + TOGETHER] for at in range(0, len(rows), TOGETHER)]
        return [outside.orders(batch, now) for batch in batches]

    def _fresh(self, count: int) -> list[dict[str, Any]]:
        known = len(self.rows)
        fresh = [self._row(number) for number in range(known, known + count)]
        self.rows |= {row["order_id"]: row for row in fresh}
        for row in fresh:
            self._fates |= self._fate(row["email"], EMAIL_FATES)
            self._fates |= self._fate(row["phone"], SMS_FATES)
        return fresh

    def _fate(self, address: str, shares: dict[Fate, float]) -> dict[str, Fate]:
        fates = (*shares, Fate.DELIVERED)
        weights = (*shares.values(), 1 - sum(shares.values()))
        return {address: self.field.dice.choices(fates, weights)[0]}

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
            "email_consent": "marketing",  # to service messages there is a limit
            "sms_consent": "marketing",
            "customer_id": f"C-{number}",
        }
