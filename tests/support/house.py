"""A whole shop for a story: orders come in, the clock moves, runs happen, messages lie in a box.

Nothing in it is pretended: the engine, the database, the templates and the outbox are the real
ones; only the clock is moved by hand.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import inspect, select, text
from sqlmodel import SQLModel

from recovery.clock import VirtualClock
from recovery.db import open_engine, reading, table
from recovery.engine import Courier, Engine
from recovery.intake import tasks
from recovery.measure.runs import RunResult
from recovery.models import Decision, Enrolment, Order, Touch
from recovery.settings import load_settings
from tests.support.order_rows import jsonl

MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)  # eleven o'clock in Berlin
Row = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One message in the outbox."""

    touch: int
    at: datetime
    channel: str
    campaign: str
    step: str
    order: str
    to: str
    subject: str
    body: str


class House:
    """One project folder on one database, at a time of its own."""

    def __init__(self, project: Path, database_url: str, at: datetime = MONDAY) -> None:
        self.project = project
        self.environ = {
            "RECOVERY_DATABASE_URL": database_url,
            "RECOVERY_SECRET_KEY": "a secret of the tests",
        }
        self.clock = VirtualClock(at)
        self.engine = Engine(load_settings(project, self.environ), self.clock)
        self._told: dict[str, Row] = {}

    # -- the marketer ----------------------------------------------------------------------------

    def has(self, *campaigns: str) -> None:
        """Put campaigns (the text of a file) into the folder, each under its own name."""
        for campaign in campaigns:
            named = re.search(r"^campaign: (\S+)", campaign, re.M)
            assert named is not None
            (self.folder / f"{named[1]}.yaml").write_text(campaign, "utf-8")

    @property
    def folder(self) -> Path:
        """Where the campaign files are."""
        return self.engine.settings.campaigns_dir

    # -- the shop --------------------------------------------------------------------------------

    def an_order(self, status: str = "pending", **fields: Any) -> str:
        """An order of somebody new, placed now in Germany over 100.00 EUR; returns its number."""
        number = fields.pop("order_id", None) or f"A-{1001 + len(self._told)}"
        return self._tell({number: self._a_row(number, status, fields)})[0]

    def orders(self, count: int, status: str = "pending", **fields: Any) -> list[str]:
        """Many orders, imported together."""
        numbers = [f"A-{1001 + len(self._told) + n}" for n in range(count)]
        return self._tell({number: self._a_row(number, status, fields) for number in numbers})

    def _a_row(self, number: str, status: str, fields: Row) -> Row:
        usual = {
            "order_id": number,
            "status": status,
            "placed_at": self.now.isoformat(),
            "amount": "100.00",
            "currency": "EUR",
            "country": "DE",
            "email": f"{number.lower()}@example.com",
            "customer_id": f"C-{number}",
            "name": "Kim Beispiel",
            "items": [{"name": "Teapot", "quantity": 1, "price": "100.00"}],
        }
        return usual | fields

    def an_unpaid_order(self, **fields: Any) -> str:
        """An order that was placed, and nothing happened at the till."""
        return self.an_order("pending", **fields)

    def a_declined_order(self, code: str = "insufficient_funds", **fields: Any) -> str:
        """An order whose card was declined."""
        declined = {"failure_code": code, "failure_source": "stripe", "payment_method": "card"}
        return self.an_order("failed", **(declined | fields))

    def tells(self, order: str, status: str, **fields: Any) -> None:
        """The shop says what became of `order`, now."""
        news = {"status": status, "updated_at": self.now.isoformat()}
        self._tell({order: self._told[order] | news | fields})

    def pays(self, order: str, **fields: Any) -> None:
        """The shopper pays, now."""
        self.tells(order, "paid", **fields)

    def _tell(self, rows: dict[str, Row]) -> list[str]:
        self._told |= rows
        taken = self.engine.import_orders([BytesIO(jsonl(rows.values()))], "shop")
        assert not taken.rejected, taken.rejects
        return list(rows)

    # -- time ------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def run(self, courier: Courier | None = None, *, dry_run: bool = False) -> RunResult:
        """One `recovery run`, now."""
        return self.engine.run(courier, dry_run=dry_run)

    def advance(self, *, every: timedelta = timedelta(hours=3), **span: float) -> None:
        """Let time pass; a run happens now, then every three hours, and at the end."""
        until = self.now + timedelta(**span)
        self.run()
        while self.now < until:
            self.clock.advance_to(min(self.now + every, until))
            self.run()

    # -- what can be seen ------------------------------------------------------------------------

    def messages(self, order: str | None = None) -> list[Message]:
        """What lies in the outbox (for `order`), in the order in which it was sent."""
        found = sorted(_outbox(self.engine.settings.outbox_dir), key=lambda m: (m.at, m.touch))
        return [message for message in found if order in (None, message.order)]

    def subjects_sent_to(self, order: str) -> list[str]:
        return [message.subject for message in self.messages(order)]

    def steps_sent_to(self, order: str) -> list[str]:
        return [message.step for message in self.messages(order)]

    def rows(self, model: type[SQLModel]) -> list[Row]:
        """All rows of a table, the oldest first."""
        found = table(model)
        with reading(self.engine.database) as connection:
            return [dict(r) for r in connection.execute(select(found).order_by("id")).mappings()]

    def touches(self, order: str | None = None) -> list[Row]:
        """Touches with the order, campaign, segment and arm they belong to."""
        numbers = {row["id"]: row["external_id"] for row in self.rows(Order)}
        journeys = {row["id"]: row for row in self.rows(Enrolment)}
        found = []
        for touch in self.rows(Touch):
            journey = journeys[touch["enrolment_id"]]
            names = ("campaign", "segment", "sequence", "holdout")
            about = {name: journey[name] for name in names}
            found.append(touch | about | {"order": numbers[journey["order_id"]]})
        return [touch for touch in found if order in (None, touch["order"])]

    def states(self, order: str | None = None) -> dict[str, str]:
        """Step → state; with its reason where there is one."""
        found = self.touches(order)
        return {t["step"]: " ".join(filter(None, (t["state"], t["reason"]))) for t in found}

    def journal(self) -> list[tuple[str, str | None]]:
        """Verdict and reason of everything decided, in order."""
        return [(row["verdict"], row["reason"]) for row in self.rows(Decision)]

    def journeys(self) -> list[tuple[str, str | None]]:
        """State and reason of every enrolment, the oldest first."""
        return [(row["state"], row["reason"]) for row in self.rows(Enrolment)]

    def tasks(self) -> list[tasks.Work]:
        """What people have to do."""
        with reading(self.engine.database) as connection:
            return tasks.waiting(connection, self.now, lambda money: money)

    def dump(self) -> dict[str, list[str]]:
        """Every row of every table, as text."""
        return dump(self.engine.database)


def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with reading(database) as connection:
        return {
            name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))
            for name in inspect(connection).get_table_names()
        }


@pytest.fixture
def house(project: Path, database_url: str) -> Iterator[House]:
    """A house without campaigns, once for each kind of database."""
    for file in (project / "campaigns").glob("*.yaml"):
        file.unlink()
    built = House(project, database_url)
    yield built
    built.engine.close()


@pytest.fixture
def shipped_house(project: Path, database_url: str) -> Iterator[House]:
    """A house with the campaigns that the project ships."""
    built = House(project, database_url)
    yield built
    built.engine.close()


@pytest.fixture
def small_house(project: Path, sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """A house without campaigns on SQLite only: for what no database can change."""
    for file in (project / "campaigns").glob("*.yaml"):
        file.unlink()
    copy = tmp_path / "small.db"
    copy.write_bytes(sqlite_template.read_bytes())
    built = House(project, f"sqlite:///{copy}")
    yield built
    built.engine.close()


def database_of(house: House) -> Database:
    """A second engine on the same database, as another process would have."""
    return open_engine(house.environ["RECOVERY_DATABASE_URL"])


def _outbox(folder: Path) -> Iterator[Message]:
    for file in folder.glob("email/*.eml"):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        text_part = letter.get_body(("plain",))
        assert text_part is not None
        yield Message(
            touch=int(letter["X-Recovery-Touch"]),
            at=letter["Date"].datetime.astimezone(UTC),
            channel="email",
            campaign=letter["X-Recovery-Campaign"],
            step=letter["X-Recovery-Step"],
            order=letter["X-Recovery-Order"],
            to=letter["To"].addresses[0].addr_spec,
            subject=letter["Subject"],
            body=text_part.get_content(),
        )
    for file in folder.glob("sms/*.json"):
        sms = json.loads(file.read_text("utf-8"))
        yield Message(
            touch=sms["touch"],
            at=datetime.fromisoformat(sms["at"]),
            channel="sms",
            campaign=sms["campaign"],
            step=sms["step"],
            order=sms["order"],
            to=sms["to"],
            subject="",
            body=sms["body"],
        )
