"""A shop whose customers' minds we know, lived through with the commands that a merchant has:
`recovery import`, `recovery run --at`, `recovery report --json --at`.

Whoever would pay anyway has decided so before the first message; a message may win some of the
others. The shop sees no arm: only who has got a message.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

from recovery.measure.report import Report
from recovery.measure.stats import Proportion
from recovery.migrations import upgrade
from tests.montecarlo.chance import Chance
from tests.support.campaigns import a_campaign
from tests.support.cli import ROOT, answered, recovery
from tests.support.house import MONDAY, House
from tests.support.order_rows import jsonl

Rows = list[dict[str, Any]]
Tell = Callable[["Shop", Rows], None]

BETWEEN, WAVES = timedelta(hours=12), 4
BEFORE = timedelta(hours=2)  # orders are placed so long before they are enrolled
WINDOW, LAST = timedelta(days=7), timedelta(days=3)  # both after enrolment; LAST: the last message
OVER = MONDAY + WAVES * BETWEEN + WINDOW
HELD = 0.3
CAMPAIGN = a_campaign(
    trigger="{on: unpaid, after: 1h}",
    goal="{paid_within: 7d}",
    holdout=f"{HELD:.0%}",
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: second, after: 1d, email: unpaid-reminder}",
            "{step: third, after: 3d, email: unpaid-reminder}",
        ]
    },
)
_ORDER = re.compile(rb"^X-Recovery-Order: (\S+)", re.M)


@dataclass
class Customer:
    """One order, and what its customer has in mind: to pay at `anyway`, or, won by a message,
    `haste` after it."""

    order: str
    enrolled: datetime
    anyway: datetime | None
    haste: timedelta | None
    minor: int = 10_000  # what the order comes to
    written: datetime | None = None
    told: bool = False

    @property
    def paid(self) -> datetime | None:
        """When it will have paid, as things are."""
        won = self.written and self.haste and self.written + self.haste
        return self.anyway or won or None

    @property
    def converted(self) -> bool:
        """Paid in time."""
        return self.paid is not None and self.paid <= self.enrolled + WINDOW

    def row(self, **news: Any) -> dict[str, Any]:
        """The order as the shop tells it."""
        usual = {
            "order_id": self.order,
            "status": "pending",
            "placed_at": (self.enrolled - BEFORE).isoformat(),
            "updated_at": (self.enrolled - BEFORE).isoformat(),
            "amount": f"{self.minor / 100:.2f}",
            "currency": "GBP",
            "country": "GB",
            "email_consent": "marketing",
            "email": f"{self.order.lower()}@example.com",
            "customer_id": f"C-{self.order}",
        }
        return usual | news


def people(
    chance: Chance, number: int, organic: float, extra: float, waves: int = WAVES
) -> list[Customer]:
    """So many customers: `organic` of them pay anyway, `extra` of the others after a message."""
    return [
        _somebody(chance, f"A-{n:05}", MONDAY + n % waves * BETWEEN, organic, extra)
        for n in range(number)
    ]


def _somebody(
    chance: Chance, order: str, enrolled: datetime, organic: float, extra: float
) -> Customer:
    anyway, moved, delay = chance.random(), chance.random(), chance.expovariate(1 / 30)
    span = timedelta(hours=delay, microseconds=1)
    return Customer(
        order,
        enrolled,
        enrolled + span if anyway < organic else None,
        span if moved < extra else None,
        round(10_000 * chance.lognormvariate(0, 1)),
    )


@dataclass
class Shop:
    """`tell` hands rows over to `bring`: all in one file, unless a test tells them otherwise."""

    house: House
    customers: list[Customer]
    tell: Tell = lambda shop, rows: shop.bring(rows)
    now: datetime = MONDAY
    _files: Iterator[int] = field(default_factory=count)
    _read: set[Path] = field(default_factory=set)

    def live(self) -> "Shop":
        """From the first order to the end of the last window."""
        by_order = {one.order: one for one in self.customers}
        while self.now <= OVER:
            placed = [one.row() for one in self.customers if one.enrolled == self.now]
            self.tell(self, [*placed, *self._payments()])
            answered("run", "--at", self.now.isoformat(), **self.environ)
            for order in self._letters():
                by_order[order].written = by_order[order].written or self.now
            self.now += BETWEEN
        return self

    def bring(self, rows: Rows) -> None:
        """One file, imported."""
        if rows:
            file = self.house.project / f"orders-{next(self._files)}.jsonl"
            file.write_bytes(jsonl(rows))
            answered("import", file, **self.environ)

    def said(self) -> str:
        """What `recovery report --json` prints in the end."""
        result = recovery("report", "--at", OVER.isoformat(), "--json", **self.environ)
        assert result.exit_code == 0, result.output
        return result.stdout

    def sequence(self) -> dict[str, Any]:
        """Of this the only sequence."""
        (row,) = (one for one in json.loads(self.said())["sequences"] if not one["holdout"])
        return dict(row)

    def report(self) -> Report:
        """The same, not rounded."""
        self.house.clock.advance_to(OVER)
        return self.house.engine.report()

    def seen(self) -> dict[str | None, Proportion]:
        """What the shop saw: of those who got a message, and of those who got none."""
        arms: dict[str | None, list[bool]] = {"plain": [], None: []}
        for one in self.customers:
            arms["plain" if one.written else None].append(one.converted)
        return {arm: Proportion(sum(paid), len(paid)) for arm, paid in arms.items()}

    def taken(self) -> dict[str | None, int]:
        """Minor units paid in time by each arm."""
        arms: dict[str | None, int] = {"plain": 0, None: 0}
        for one in self.customers:
            arms["plain" if one.written else None] += one.minor * one.converted
        return arms

    def caused(self) -> int:
        """Payments that only the messages brought."""
        return sum(one.converted and one.anyway is None for one in self.customers)

    @property
    def environ(self) -> dict[str, str]:
        """What the commands need to know."""
        return self.house.environ | {"RECOVERY_PROJECT": str(self.house.project)}

    def _payments(self) -> Rows:
        rows = []
        for one in self.customers:
            if one.paid and one.paid <= self.now and not one.told:
                one.told = True
                rows.append(one.row(status="paid", updated_at=one.paid.isoformat()))
        return rows

    def _letters(self) -> Iterator[str]:
        outbox = self.house.engine.settings.outbox_dir
        for file in sorted(set(outbox.glob("email/*.eml")) - self._read):
            self._read.add(file)
            found = _ORDER.search(file.read_bytes())
            assert found is not None
            yield found[1].decode()


@contextmanager
def a_house() -> Iterator[House]:
    """A house with this one campaign, and nothing left of it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "shop"
        copytree(ROOT / "templates", project / "templates")
        (project / "campaigns").mkdir()
        house = House(project, f"sqlite:///{project / 'recovery.db'}")
        house.has(CAMPAIGN)
        upgrade(house.engine.database)
        try:
            yield house
        finally:
            house.engine.close()
