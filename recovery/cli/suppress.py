"""`recovery suppress`: the list of addresses that get nothing more, in any campaign."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UsageError
from recovery.i18n import explained, here, mark, plural, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.suppress import Ban

    Given = tuple[int, Sequence[str], str | None]  # its number, its texts, why there are none

CHANNELS = ("email", "sms")
BATCH = 5_000
MOST_REFUSALS = 100


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
    given = ((number, (text,), None) for number, text in enumerate(addresses, 1))
    return _bring(desk, given, channel, reason, mark("word"))


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--channel", type=click.Choice(CHANNELS), help="Only take addresses of this kind.")
@click.option("--reason", default="operator", show_default=True, help="Why, in a word.")
@verb(at=True)
def import_(desk: Desk, file: str, channel: str | None, reason: str) -> int:
    """Bring in an existing list: one address a line, or a CSV file with columns email, phone or
    both. `-` reads standard input; lines that begin with # are left out.

    Every fitting column of a row counts. A line without an address is refused and named; the
    others are taken. Safe to repeat.
    """
    from recovery.connectors.table_file.addresses import read_addresses

    listed = ((row.line, row.texts, row.problem) for row in read_addresses(file))
    return _bring(desk, listed, channel, reason, mark("line"))


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
            say(
                'say with --note how they agreed again, e.g. --note "ticket 4711: asked for it"; '
                "it is kept as evidence"
            )
        )
    where = _read(address, channel)
    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        removed = lift(connection, *where, OPERATOR, desk.clock.now(), note)
    words = (
        here("taken off the list") if removed else here("was not on the list; nothing was changed")
    )
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
    desk: Desk, given: "Iterable[Given]", channel: str | None, reason: str, unit: str
) -> int:
    """Judge addresses and put the good ones on the list; 1 when one was refused."""
    from recovery.db import retried
    from recovery.intake.suppress import Done, suppress_all

    refused: list[dict[str, Any]] = []
    taken: Counter[str] = Counter()
    good, done = _judged(given, channel, reason, desk.clock.now(), unit, refused), Done()
    with closing(desk.engine()) as engine:
        while batch := list(islice(good, BATCH)):
            did: Done = retried(
                engine.database,
                lambda connection, batch=batch: suppress_all(connection, batch, desk.clock.now()),  # type: ignore[misc]
            )
            taken.update(ban.channel for ban in batch)
            done = Done(done.added + did.added, done.closed + did.closed)
    payload = {
        "read": taken.total() + len(refused),
        "emails": taken["email"],
        "phones": taken["sms"],
        "added": done.added,
        "known": taken.total() - done.added,
        "closed_touches": done.closed,
        "rejected": len(refused),
        "rejects": refused[:MOST_REFUSALS],
    }
    desk.show(payload, lambda console: _told(console, payload))
    return Exit.PARTIAL if refused else Exit.DONE


def _judged(
    given: "Iterable[Given]",
    channel: str | None,
    reason: str,
    at: datetime,
    unit: str,
    refused: list[dict[str, Any]],
) -> "Iterator[Ban]":
    from recovery.intake.consents import OPERATOR
    from recovery.intake.suppress import Ban

    for number, texts, problem in given:
        found = 0
        for text in texts:
            try:
                kind, address = _address(text)
            except UsageError as error:
                found += 1
                refused.append({unit: number, "error": explained(error)})
                continue
            if channel in (None, kind):
                found += 1
                yield Ban(kind, address, reason, OPERATOR, at)
        if not found:
            none = here(
                "'{texts}' is no address for {channel}", texts=", ".join(texts), channel=channel
            )
            told = problem or none
            refused.append({unit: number, "error": told})


def _read(text: str, channel: str | None) -> tuple[str, str]:
    """Channel and address that `text` means; UsageError says what is wrong with it."""
    kind, address = _address(text)
    if channel not in (None, kind):
        raise UsageError(
            say("{text} is no address for {channel}", text=f"{text!r}", channel=channel)
        )
    return kind, address


def _address(text: str) -> tuple[str, str]:
    from recovery.connectors.table_file.addresses import address

    try:
        channel, found = address(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return channel.value, found


def _told(console: "Console", payload: dict[str, Any]) -> None:
    emails = plural("{count} e-mail address", "{count} e-mail addresses", payload["emails"])
    phones = plural("{count} phone number", "{count} phone numbers", payload["phones"])
    stopped = plural(
        "{count} planned message", "{count} planned messages", payload["closed_touches"]
    )
    console.print(
        here(
            "{emails}, {phones}: {added} added, {known} were on the list already; {stopped} "
            "stopped",
            emails=emails,
            phones=phones,
            added=payload["added"],
            known=payload["known"],
            stopped=stopped,
        ),
        soft_wrap=True,
    )
    for one in payload["rejects"]:
        where = next(f"{here(name)} {n}" for name, n in one.items() if name != "error")
        console.print(f"{where}: {one['error']}", style="red", soft_wrap=True)
    if payload["rejected"] > len(payload["rejects"]):
        console.print(
            here("… {rejected} refused in all", rejected=payload["rejected"]), style="red"
        )


def _show(console: "Console", rows: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    if not rows:
        console.print(here("The list is empty."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in (
        mark("channel"),
        mark("address"),
        mark("why"),
        mark("said by"),
        mark("since (UTC)"),
    ):
        table.add_column(here(title), no_wrap=True)
    for row in rows:
        since = f"{row['at']:%Y-%m-%d %H:%M}"
        table.add_row(row["channel"], row["address"], row["reason"], row["source"], since)
    console.print(table)
