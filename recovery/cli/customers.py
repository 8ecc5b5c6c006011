"""`recovery customers`: what privacy law asks for, access to one person's data and forgetting."""

import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


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
    """Show everything that is stored about a person. Add --json for a file to hand over."""
    from recovery.db import reading
    from recovery.intake import people

    now = desk.clock.now()
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        held = people.export(connection, people.find(connection, who))
    desk.show({"asked_for": who, "at": now, **held}, lambda console: _show(console, held))


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
    from recovery.db import reading, writing
    from recovery.intake import people

    with closing(desk.engine()) as engine:
        with reading(engine.database) as connection:
            person = people.find(connection, who)
        _ask(desk, who, len(person.customers), yes=yes)
        with writing(engine.database) as connection:
            sent = people.sent_to(connection, person)
            told = people.erase(connection, person, desk.clock.now())
        told["outbox_files"] = _unlink(engine.settings.outbox_dir, sent)

    def tell(console: "Console") -> None:
        console.print("Forgotten.", style="bold")
        for what, count in told.items():
            console.print(f"{count:>6}  {what.replace('_', ' ')}")

    desk.show({"erased": told, "at": desk.clock.now()}, tell)


def _ask(desk: Desk, who: str, customers: int, *, yes: bool) -> None:
    if yes:
        return
    if desk.as_json or not sys.stdin.isatty():  # nobody there to be asked
        raise UsageError("erasing can't be undone: add --yes")
    noun = "customer" if customers == 1 else "customers"
    click.confirm(f"Forget {who} ({customers} {noun}) for good?", abort=True, err=True)


def _unlink(outbox: Path, touches: Iterable[int]) -> int:
    """Remove messages of these touches, second ones (`<touch>.2.eml`) included."""
    patterns = ("email/{}.eml", "email/{}.*.eml", "sms/{}.json", "sms/{}.*.json")
    files = [f for touch in touches for p in patterns for f in outbox.glob(p.format(touch))]
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def _show(console: "Console", held: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in held.items():
        console.print(f"{name} ({len(rows)})", style="bold")
        for row in rows:
            told = ", ".join(f"{k}: {v}" for k, v in row.items() if v not in (None, "", []))
            console.print(f"    {told}")
