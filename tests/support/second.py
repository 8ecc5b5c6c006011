"""What a simulated engine was told, to be told to a second one through the doors that everybody
has: `recovery import`, the webhooks, `recovery run --at`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from recovery.clock import VirtualClock
from recovery.db import reading, table
from recovery.engine import Engine
from recovery.facts import OrderSnapshot
from recovery.intake.inbox import SENDGRID, TWILIO_INBOUND, Applied, Item
from recovery.measure.runs import RunResult
from recovery.message import Channel
from recovery.models import Click, Decision, Enrolment, Order, Touch
from recovery.project import shipped
from recovery.settings import load_settings
from recovery.simulate.demo.doors import row_of
from recovery.simulate.doors import Inside
from recovery.simulate.play import Ask, Stage
from recovery.simulate.post import Post
from recovery.simulate.rig import Rig, rigged
from recovery.simulate.scenarios.schema import Scenario
from recovery.web import hooks
from recovery.web.site import Site
from tests.support import webhooks
from tests.support.cli import answered
from tests.support.desks import AUTH_TOKEN
from tests.support.market import files_in, settings_of
from tests.support.webhooks import Hook

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)
decisions, clicks = table(Decision), table(Click)
Line = tuple[object, ...]


@dataclass(slots=True)
class Told:
    """What was told before one run."""

    orders: list[OrderSnapshot] = field(default_factory=list)
    items: list[tuple[str, Item]] = field(default_factory=list)  # by door
    at: datetime | None = None


class Witness(Rig):
    """A rig that remembers what it is told."""

    def hear(self, source: str, items: Sequence[Item]) -> Applied:
        """The same, and remembered."""
        self.told[-1].items += [(source, item) for item in items]
        return super().hear(source, items)

    told: list[Told]


class Witnessed(Inside):
    """Doors that remember: one `Told` a run."""

    engine: Witness

    def __init__(self, engine: Witness, post: Post) -> None:
        super().__init__(engine, post)
        engine.told = [Told()]

    def tell(self, orders: Sequence[OrderSnapshot]) -> None:
        """The same, and remembered."""
        self.engine.told[-1].orders += orders
        super().tell(orders)

    def run(self) -> RunResult:
        """The same; what comes next is told before the next run."""
        self.engine.told[-1].at = self.engine.clock.now()
        self.engine.told.append(Told())
        return super().run()


@contextmanager
def witnessed(
    folder: Path, scenario: Scenario, campaign: str, orders: int, days: int
) -> Iterator[tuple[Stage, Witness]]:
    """A stage on which nothing has happened yet, with an engine that remembers what it is told."""
    post, files = Post(), files_in(folder, campaign)
    senders = {channel: post.sender(channel) for channel in (Channel.EMAIL, Channel.SMS)}
    with rigged(settings_of(folder / "project"), files, scenario.start, senders) as rig:
        engine = Witness(rig.settings, rig.clock, senders)
        try:
            yield Stage(Witnessed(engine, post), rig.clock, Ask(scenario, orders, days, 11)), engine
        finally:
            engine.close()


def journal(engine: Engine) -> list[Line]:
    """Every decision: when, about which order and step, what, why."""
    told = (
        select(
            *(decisions.c.at, orders.c.external_id, touches.c.step),
            *(decisions.c.verdict, decisions.c.reason, decisions.c.detail),
        )
        .join_from(decisions, enrolments, enrolments.c.id == decisions.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .outerjoin(touches, touches.c.id == decisions.c.touch_id)
        .order_by(decisions.c.id)
    )
    with reading(engine.database) as connection:
        return [_apart_from_its_sender(tuple(row)) for row in connection.execute(told)]


def _apart_from_its_sender(line: Line) -> Line:
    """Only senders differ: what they are called, and how they name a message."""
    return (*line[:4], None, None) if line[3] == "sent" else line


def visits(engine: Engine) -> list[tuple[datetime, dict[str, Any]]]:
    """Links in e-mails that were followed, as SendGrid tells it."""
    told = (
        select(clicks.c.at, clicks.c.touch_id, orders.c.email)
        .join_from(clicks, touches, touches.c.id == clicks.c.touch_id)
        .join(enrolments, enrolments.c.id == touches.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(touches.c.channel == Channel.EMAIL.value)
        .order_by(clicks.c.at, clicks.c.id)
    )
    with reading(engine.database) as connection:
        rows = connection.execute(told).all()
    return [
        (
            row.at,
            {
                "event": "click",
                "email": row.email,
                "timestamp": int(row.at.timestamp()),
                "rc_touch": str(row.touch_id),
                "sg_message_id": f"simulated-{row.touch_id}",
                "url": "https://shop.example/pay",
            },
        )
        for row in rows
    ]


class Second:
    """A project of its own, driven by the public commands and the signed doors."""

    def __init__(self, folder: Path, campaign: str, secret: str) -> None:
        self._folder = folder
        (folder / "campaigns").mkdir(parents=True)
        (folder / "campaigns" / "given.yaml").write_text(campaign, "utf-8")
        (folder / "templates").symlink_to(shipped() / "templates")
        self._environ = {
            "RECOVERY_PROJECT": str(folder),
            "RECOVERY_SECRET_KEY": secret,
            "RECOVERY_CONCURRENCY": "1",
            "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY": webhooks.PUBLIC_KEY,
            "RECOVERY_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        }
        self.settings = load_settings(folder, self._environ)

    def live(self, told: Told, clicked: Sequence[dict[str, Any]]) -> None:
        """Take in what was told, then run."""
        assert told.at is not None
        if told.orders:
            file = self._folder / "orders.jsonl"
            rows = [row_of(one) | {"region": one.region} for one in told.orders]
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
            found = answered("import", file, "--at", told.at.isoformat(), **self._environ)
            assert found["rejected"] == 0, found
        with self._site(told.at) as site:
            for hook in _hooks(self.settings.public_url, told.items, clicked):
                assert _knock(site, hook) in (200, 204)
        answered("run", "--at", told.at.isoformat(), **self._environ)

    def journal(self) -> list[Line]:
        """What it decided."""
        engine = Engine(self.settings, VirtualClock(datetime.max.replace(tzinfo=UTC)))
        try:
            return journal(engine)
        finally:
            engine.close()

    @contextmanager
    def _site(self, at: datetime) -> Iterator[Site]:
        site = Site(self.settings, VirtualClock(at))
        try:
            yield site
        finally:
            site.engine.close()


def _hooks(
    base: str, items: Sequence[tuple[str, Item]], clicked: Sequence[dict[str, Any]]
) -> Iterator[Hook]:
    mails = [json.loads(body) for door, (_, body) in items if door == SENDGRID]
    if mails:
        yield webhooks.sendgrid(mails)
    for door, (_, body) in items:
        if door != SENDGRID:
            told = json.loads(body)
            inbound = door == TWILIO_INBOUND
            road = (
                webhooks.INBOUND_PATH if inbound else f"/hooks/twilio/status?touch={told['touch']}"
            )
            yield webhooks.twilio(base + road, told["form"])
    if clicked:
        yield webhooks.sendgrid(clicked)


def _knock(site: Site, hook: Hook) -> int:
    path, _, query = hook.path.partition("?")
    if path == webhooks.SENDGRID_PATH:
        return hooks.sendgrid(site, hook.headers, hook.body).status_code
    knock = hooks.twilio_inbound if path == webhooks.INBOUND_PATH else hooks.twilio_status
    headers = {name.lower(): value for name, value in hook.headers.items()}
    return knock(site, headers, query, hook.body).status_code
