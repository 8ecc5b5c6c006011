"""`recovery coupons`: the codes that customers have, for the shop that has to honour them."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, Instant, verb
from recovery.errors import UsageError
from recovery.i18n import here, mark, plural, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.incentives.ledger import Entry

STATES = ("issued", "redeemed", "expired", "withdrawn", "all")
SHOWN = 50  # in the table for people; --csv and --json have all


@click.command("coupons")
@click.option(
    "--since",
    type=Instant(),
    metavar="TIME",
    help="Only those made at this time or later, e.g. 2026-11-22T09:00:00Z.",
)
@click.option("--campaign", metavar="NAME", help="Only those of this campaign.")
@click.option(
    "--state",
    type=click.Choice(STATES),
    default="issued",
    show_default=True,
    help="Issued: out with a message and not used. All: reserved ones too.",
)
@click.option(
    "--csv",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write them as CSV here; - is standard output.",
)
@verb(at=False)
def command(
    desk: Desk, since: datetime | None, campaign: str | None, state: str, file: str | None
) -> None:
    """List the coupon codes that went out, with their terms, for your shop to import.

    The terms are those of the campaign file under which the order was enrolled. Call it after each
    `recovery run`. A paid order with the code as its discount_code redeems the coupon.
    """
    from recovery.db import reading
    from recovery.incentives import ledger
    from recovery.models import CouponState

    if file == "-" and desk.as_json:
        raise UsageError(
            say("--csv - and --json both want standard output: give --csv a file's name")
        )
    wanted = None if state == "all" else CouponState(state)
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        entries = ledger.listed(connection, state=wanted, since=since, campaign=campaign)
    if file is not None:
        _write(file, entries)
    if file != "-":
        payload = {"coupons": [entry.payload() for entry in entries]}
        desk.show(payload, lambda console: _show(console, entries, file))


def _write(file: str, entries: "Sequence[Entry]") -> None:
    try:
        with click.open_file(file, "w", encoding="utf-8") as out:
            _rows(out, entries)
    except OSError as error:
        raise UsageError(
            say("--csv {file}: {strerror}", file=file, strerror=error.strerror or error)
        ) from None


def _rows(out: IO[Any], entries: "Sequence[Entry]") -> None:
    import csv

    from recovery.incentives.ledger import COLUMNS

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow(map(_cell, (getattr(entry, name) for name in COLUMNS)))


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _show(console: "Console", entries: "Sequence[Entry]", file: str | None) -> None:
    from rich.table import Table

    if file is not None:
        console.print(
            here(
                "{counted} written to {file}",
                counted=plural("{count} coupon", "{count} coupons", len(entries)),
                file=file,
            ),
            soft_wrap=True,
        )
        return
    if not entries:
        console.print(here("No coupons."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in (
        mark("code"),
        mark("what"),
        mark("order"),
        mark("campaign"),
        mark("step"),
        mark("state"),
        mark("until (UTC)"),
    ):
        table.add_column(here(title), no_wrap=title in ("code", "until (UTC)"))
    for entry in entries[:SHOWN]:
        until = f"{entry.expires_at:%Y-%m-%d %H:%M}"
        names = entry.order_id, entry.campaign, entry.step, entry.state
        table.add_row(entry.code, _what(entry), *names, until)
    console.print(table)
    if len(entries) > SHOWN:
        console.print(
            here("… and {value} more; --csv FILE has them all", value=f"{len(entries) - SHOWN:,}")
        )


def _what(entry: "Entry") -> str:
    if entry.percent is not None:
        return here("{percent} % off", percent=entry.percent)
    if entry.amount is not None:
        return here("{amount} {currency} off", amount=entry.amount, currency=entry.currency)
    return entry.gift or entry.kind.replace("_", " ")
