"""`recovery customers`: what privacy law asks for, access to one person's data and forgetting."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, mark, plural, say, spoken

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from recovery.intake.access import Rows


_ERASED = {
    "customers": mark("customers"),
    "orders": mark("orders"),
    "enrolments_ended": mark("enrolments ended"),
    "touches_cancelled": mark("touches cancelled"),
    "journal_entries": mark("journal entries"),
    "consents": mark("consents"),
    "inbox": mark("inbox"),
    "suppressions_kept": mark("suppressions kept"),
    "outbox_files": mark("outbox files"),
}


@click.group("customers")
def command() -> None:
    """Hand out, or forget, what is known about one person (GDPR articles 15 and 17).

    A person is named by e-mail address, by phone number with country code, or by the shop's
    customer id.
    """


@command.command("export")
@click.argument("who")
@verb(at=True)
def export(desk: Desk, who: str) -> None:
    """Write down everything that is stored about a person, to hand over; for a machine with --json.

    What waits in the inbox is applied first, so that nothing is left out.
    """
    from recovery.db import reading, retried
    from recovery.intake import access, people

    now = desk.clock.now()
    with closing(desk.engine()) as engine:
        retried(engine.database, lambda connection: engine.drain_inbox(connection, now))
        with reading(engine.database) as connection:
            person = people.find(connection, who)
            held = _in_words(access.document(connection, person))
            sent = people.sent_to(connection, person)
        files = [str(file) for file in _files(engine.settings.outbox_dir, sent)]
    about = {"asked_for": who, "at": now, "shop": desk.settings.shop.name}
    payload = {**about, "meanings": access.MEANINGS, **held, "outbox_files": files}
    desk.show(payload, lambda console: _show(console, payload, held))


@command.command("erase")
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@verb(at=True)
def erase(desk: Desk, who: str, yes: bool) -> None:
    """Forget who a person is, for good, and stop what is planned for them.

    Addresses, names, items, payment links, notes and messages in the outbox folder go. Orders
    without a name, amounts and the journal stay, so that reports stay as they were. An address on
    the list of suppressions stays there: it is how we keep from writing again.
    """
    from recovery.db import reading, retried
    from recovery.intake import people

    now = desk.clock.now()
    with closing(desk.engine()) as engine:
        retried(engine.database, lambda connection: engine.drain_inbox(connection, now))
        with reading(engine.database) as connection:
            person = people.find(connection, who)
        _ask(desk, who, len(person.customers), yes=yes)

        def forget(connection: "Connection") -> tuple[Sequence[int], dict[str, int]]:
            """What came in meanwhile is applied in the same transaction, and forgotten with it."""
            engine.drain_inbox(connection, now)
            person = people.find(connection, who)
            return people.sent_to(connection, person), people.erase(connection, person, now)

        sent, told = retried(engine.database, forget)
        files = _files(engine.settings.outbox_dir, sent)
        for file in files:
            file.unlink(missing_ok=True)
        told["outbox_files"] = len(files)

    def tell(console: "Console") -> None:
        console.print(here("Forgotten."), style="bold")
        for what, count in told.items():
            console.print(f"  {here(_ERASED.get(what, what))}: {count:,}")

    desk.show({"erased": told, "at": desk.clock.now()}, tell)


def _ask(desk: Desk, who: str, customers: int, *, yes: bool) -> None:
    if yes:
        return
    if desk.as_json or not sys.stdin.isatty():  # nobody there to be asked
        raise UsageError(say("erasing can't be undone: add --yes"))
    click.confirm(
        here(
            "Forget {who} ({counted}) for good?",
            who=who,
            counted=plural("{count} customer", "{count} customers", customers),
        ),
        abort=True,
        err=True,
    )


def _files(outbox: Path, touches: Iterable[int]) -> list[Path]:
    """Messages of these touches in the folder, second ones (`<touch>.2.eml`) included."""
    patterns = ("email/{}.eml", "email/{}.*.eml", "sms/{}.json", "sms/{}.*.json")
    return [f for touch in touches for p in patterns for f in outbox.glob(p.format(touch))]


def _in_words(held: "dict[str, Rows]") -> "dict[str, Rows]":
    """The same with a sentence beside every code of ours."""
    from recovery.measure.plain import reason

    for row in (row for rows in held.values() for row in rows):
        if row.get("reason"):
            row["reason_in_words"] = reason(row["reason"])
    return held


def _show(console: "Console", payload: dict[str, Any], held: "dict[str, Rows]") -> None:
    when = f"{payload['at']:%Y-%m-%d %H:%M} UTC"
    console.print(
        here(
            "What {shop} keeps about {asked_for}, {when}",
            shop=payload["shop"],
            asked_for=payload["asked_for"],
            when=when,
        ),
        style="bold",
    )
    for name, rows in held.items():
        console.print(f"\n{here(payload['meanings'][name])}", style="bold")
        if not rows:
            console.print(here("  nothing"))
        for row in rows:
            console.print("  ·")
            for key, value in row.items():
                if value not in (None, "", []):
                    told = f"    {_called(key):<18} {_written(value)}"
                    console.print(told, soft_wrap=True)
    for file in payload["outbox_files"]:
        console.print(here("\nA copy of a message: {file}", file=file), soft_wrap=True)


def _called(key: str) -> str:
    """A field in plain English; elsewhere its name as it is."""
    return key.replace("_", " ") if spoken() == "en" else key


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, bool):
        return here("yes") if value else here("no")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
