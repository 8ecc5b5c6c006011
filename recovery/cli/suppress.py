"""`recovery suppress`: the list of addresses that get nothing more, in any campaign."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UnreadableFile, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.suppress import Ban

CHANNELS = ("email", "sms")
BATCH = 5_000
MOST_REFUSALS = 100
_NAMES = ("email", "e-mail", "phone", "address", "email address", "mobile", "number")


@click.group("suppress")
def command() -> None:
    """Look after the list of addresses that get nothing more.

    Who unsubscribes, complains, answers STOP or bounces is put on it by itself; so is a number
    that never works. An e-mail address is on the list for e-mail, a phone number for SMS, in
    every campaign.
    """


@command.command("add")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--channel", type=click.Choice(CHANNELS), help="Default: what the address is.")
@click.option("--reason", default="operator", show_default=True, help="Why, in a word.")
@verb(at=True)
def add(desk: Desk, addresses: Sequence[str], channel: str | None, reason: str) -> int:
    """Put e-mail addresses or phone numbers on the list, and stop what is planned for them.

    Phone numbers with their country code, as +4930901820.
    """
    return _bring(desk, list(enumerate(addresses, 1)), channel, reason, "word")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", type=click.Choice(CHANNELS), help="Only take addresses of this kind.")
@click.option("--reason", default="operator", show_default=True, help="Why, in a word.")
@verb(at=True)
def import_(desk: Desk, file: Path, channel: str | None, reason: str) -> int:
    """Bring in an existing list: one address a line, or a CSV file with a column email or phone.

    A line that is no address is refused and named; the others are taken. Safe to repeat.
    """
    return _bring(desk, _lines(file), channel, reason, "line")


@command.command("remove")
@click.argument("address")
@click.option("--channel", type=click.Choice(CHANNELS), help="Default: what the address is.")
@click.option("--note", metavar="TEXT", help="How they agreed again; kept as evidence. A must.")
@verb(at=True)
def remove(desk: Desk, address: str, channel: str | None, note: str | None) -> None:
    """Take an address off the list. What was stopped stays stopped; later steps may go out.

    Somebody who unsubscribed has to agree again first: say with --note how you know. Without a
    note nothing is lifted.
    """
    from recovery.db import writing
    from recovery.intake.consents import OPERATOR
    from recovery.intake.suppress import lift

    if not (note := (note or "").strip()):
        raise UsageError(
            'say with --note how they agreed again, e.g. --note "ticket 4711: asked for it"; '
            "it is kept as evidence"
        )
    where = _read(address, channel)
    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        removed = lift(connection, *where, OPERATOR, desk.clock.now(), note)
    words = "taken off the list" if removed else "was not on the list"
    payload = {"channel": where[0], "address": where[1], "removed": removed}
    desk.show(payload, lambda console: console.print(f"{where[1]}: {words} ({where[0]})"))


@command.command("list")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only this channel.")
@click.option("--reason", metavar="WORD", help="Only this reason, e.g. hard_bounce or stop.")
@click.option("--limit", type=click.IntRange(1), help="How many.  [default: all]")
@verb(at=True)
def list_(desk: Desk, channel: str | None, reason: str | None, limit: int | None) -> None:
    """Show who is on the list and why, the newest first."""
    from recovery.db import reading
    from recovery.intake.suppress import listed

    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        found = listed(connection, channel, reason, limit)
    names = ("channel", "address", "reason", "source", "at")
    rows = [{name: getattr(row, name) for name in names} for row in found]
    desk.show({"suppressions": rows}, lambda console: _show(console, rows))


def _bring(
    desk: Desk, given: Iterable[tuple[int, str]], channel: str | None, reason: str, unit: str
) -> int:
    """Judge addresses and put the good ones on the list; 1 when one was refused."""
    from recovery.db import retried
    from recovery.intake.suppress import Done, suppress_all

    refused: list[dict[str, Any]] = []
    good, count, done = _judged(given, channel, reason, desk.clock.now(), unit, refused), 0, Done()
    with closing(desk.engine()) as engine:
        while batch := list(islice(good, BATCH)):
            did: Done = retried(
                engine.database,
                lambda connection, batch=batch: suppress_all(connection, batch, desk.clock.now()),  # type: ignore[misc]
            )
            count, done = count + len(batch), Done(done.added + did.added, done.closed + did.closed)
    payload = {
        "read": count + len(refused),
        "added": done.added,
        "known": count - done.added,
        "closed_touches": done.closed,
        "rejected": len(refused),
        "rejects": refused[:MOST_REFUSALS],
    }
    desk.show(payload, lambda console: _told(console, payload))
    return Exit.PARTIAL if refused else Exit.DONE


def _judged(
    given: Iterable[tuple[int, str]],
    channel: str | None,
    reason: str,
    at: datetime,
    unit: str,
    refused: list[dict[str, Any]],
) -> "Iterator[Ban]":
    from recovery.intake.consents import OPERATOR
    from recovery.intake.suppress import Ban

    for number, text in given:
        try:
            where = _read(text, channel)
        except UsageError as error:
            refused.append({unit: number, "error": str(error)})
        else:
            yield Ban(*where, reason, OPERATOR, at)


def _read(text: str, channel: str | None) -> tuple[str, str]:
    """Channel and address that `text` means; UsageError says what is wrong with it."""
    from recovery.connectors.table_file import words

    text = text.strip()
    kind = "email" if "@" in text else "sms"
    if channel not in (None, kind):
        raise UsageError(f"{text!r} is no address for {channel}")
    try:
        return kind, words.email(text).lower() if kind == "email" else words.phone(text, None)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Line numbers and addresses of a plain list, or of the first fitting column of a CSV."""
    import csv

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            mark = next((mark for mark in ";\t," if mark in first), ",")
            rows = csv.reader(lines, delimiter=mark)
            place = 0
            for row in rows:
                heads = [cell.strip().lower() for cell in row]
                if rows.line_num == 1 and any(head in _NAMES for head in heads):
                    place = next(n for n, head in enumerate(heads) if head in _NAMES)
                elif len(row) > place and row[place].strip():
                    yield rows.line_num, row[place]
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file} is no UTF-8 text; save it as UTF-8", file=file) from error


def _told(console: "Console", payload: dict[str, Any]) -> None:
    console.print(
        f"{payload['added']} added, {payload['known']} were on the list already; "
        f"{payload['closed_touches']} planned messages stopped"
    )
    for one in payload["rejects"]:
        where = next(f"{name} {number}" for name, number in one.items() if name != "error")
        console.print(f"{where}: {one['error']}", style="red")
    if payload["rejected"] > len(payload["rejects"]):
        console.print(f"… {payload['rejected']} refused in all", style="red")


def _show(console: "Console", rows: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    if not rows:
        console.print("The list is empty.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("channel", "address", "why", "said by", "since (UTC)"):
        table.add_column(title, no_wrap=True)
    for row in rows:
        since = f"{row['at']:%Y-%m-%d %H:%M}"
        table.add_row(row["channel"], row["address"], row["reason"], row["source"], since)
    console.print(table)
