"""`recovery inbox`: events from outside that could not be applied, and what to do about them."""

import json
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UsageError
from recovery.i18n import here, mark, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.stored import Event

STATES = ("faulted", "waiting", "applied", "all")
SOURCES = ("orders", "sendgrid", "twilio-status", "twilio-inbound")


@click.group("inbox")
def command() -> None:
    """Look after events from outside: webhooks, answers by SMS, orders over HTTP.

    Each is stored before it is applied. One that can't be applied gets a fault, waits for people
    and holds nobody up.
    """


@command.command("list")
@click.option("--state", type=click.Choice(STATES), default="faulted", show_default=True)
@click.option("--source", type=click.Choice(SOURCES), help="Only what came from there.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@verb(at=False)
def list_(desk: Desk, state: str, source: str | None, limit: int) -> None:
    """List events, the oldest first: by default those that could not be applied, and why."""
    from recovery.db import reading
    from recovery.intake import stored

    wanted = None if state == "all" else stored.State(state)
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        total = stored.count(connection, wanted, source)
        events = stored.listed(connection, wanted, source, limit)
    desk.show(
        {"total": total, "events": [event.payload() for event in events]},
        lambda console: _show(console, events, total),
    )


@command.command("show")
@click.argument("event", type=int)
@click.option("--body", is_flag=True, help="Also what was told: it names people.")
@verb(at=False)
def show(desk: Desk, event: int, body: bool) -> None:
    """Show one event. What an applied one said is kept of text messages to you only."""
    from recovery.db import reading
    from recovery.intake import stored

    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        found = stored.look(connection, event)
    kept = {"body": _read(found.body)} if body else {}

    def tell(console: "Console") -> None:
        for name, value in found.payload().items():
            if value is not None:
                console.print(f"{name:<12} {value}", soft_wrap=True)
        if body:
            console.print(json.dumps(kept["body"], ensure_ascii=False, indent=2), soft_wrap=True)

    desk.show(found.payload() | kept, tell)


@command.command("retry")
@click.argument("events", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All that have a fault.")
@verb(at=True)
def retry(desk: Desk, events: Sequence[int], everything: bool) -> Exit:
    """Try to apply events again: after an update of the program, or when the trouble is over.

    With 1 it says that some still can't be applied.
    """
    from recovery.db import reading, retried
    from recovery.intake import stored

    if bool(events) == everything:
        raise UsageError(say("name the events to try again, or say --all"))
    now = desk.clock.now()
    with closing(desk.engine()) as engine:
        tried = retried(
            engine.database,
            lambda connection: stored.again(connection, None if everything else events),
        )
        retried(engine.database, lambda connection: engine.drain_inbox(connection, now))
        with reading(engine.database) as connection:
            left = stored.listed(connection, stored.State.FAULTED, ids=tried)
    applied = len(tried) - len(left)
    payload = {"retried": len(tried), "applied": applied, "faults": len(left)}

    def tell(console: "Console") -> None:
        console.print(here("{applied} of {count} applied", applied=applied, count=len(tried)))
        if left:
            _show(console, left, len(left))

    desk.show(payload | {"events": [event.payload() for event in left]}, tell)
    return Exit.PARTIAL if left else Exit.DONE


@command.command("dismiss")
@click.argument("events", nargs=-1, type=int, required=True)
@verb(at=False)
def dismiss(desk: Desk, events: Sequence[int]) -> None:
    """Ask nobody to look at these events any more. What they said is forgotten."""
    from recovery.db import writing
    from recovery.intake import stored

    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        gone = stored.dismiss(connection, events)
    desk.show(
        {"dismissed": gone}, lambda console: console.print(here("{gone} dismissed", gone=gone))
    )


def _read(body: str) -> object:
    """What was told, as it was told when it is no JSON; None when it is kept no longer."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return body


def _show(console: "Console", events: "Sequence[Event]", total: int) -> None:
    from rich.table import Table

    if not events:
        console.print(here("None."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in (mark("event"), mark("from"), mark("state"), mark("came in (UTC)"), mark("why")):
        table.add_column(here(title), no_wrap=title != "why")
    for event in events:
        came = f"{event.received_at:%Y-%m-%d %H:%M}"
        table.add_row(str(event.id), event.source, event.state, came, event.fault or "")
    console.print(table)
    if total > len(events):
        console.print(here("… and {value} more; see --limit", value=f"{total - len(events):,}"))
