"""`recovery funnel`: where orders and their money are lost on the way to being paid."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, language, mark, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.engine import Engine
    from recovery.measure.funnel.lines import Lines
    from recovery.measure.funnel.rows import Funnel, Yardstick
    from recovery.measure.funnel.stages import By, Window

FORMATS = ("table", "json", "csv", "md")
SHOWN = 12  # rows of the table; all others have them all
COLUMNS = 9  # stages, what is lost and where; before them stand the parts that it is split by
NARROW, WIDE, MONEY = 9, 23, 16  # no heading is broken, no reason for a failure, no amount
USUAL = timedelta(days=30)


class Day(click.ParamType[date]):
    """A calendar day, 2026-11-22."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """A usage error names the cure."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(here("'{value}' is no day; write e.g. 2026-11-22", value=value), param, ctx)


@click.command("funnel")
@click.option(
    "--by",
    metavar="PARTS",
    default="market,method,reason",
    show_default=True,
    help="Any of market, method, reason, provider; `none` for all orders together.",
)
@click.option(
    "--since", metavar="SPAN", help="Orders placed this long ago or later  [default: 30d]"
)
@click.option("--from", "first", type=Day(), metavar="DAY", help="Or from this day on, and …")
@click.option("--to", "last", type=Day(), metavar="DAY", help="… to this one, the day included.")
@click.option(
    "--currency",
    metavar="CODE",
    help="Put the rows in the order of what is lost in this currency alone.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--rows",
    metavar="COUNT",
    type=click.IntRange(1),
    default=SHOWN,
    show_default=True,
    help="How many rows the table shows; json, csv and md have all.",
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(
    desk: Desk,
    *,
    by: str,
    since: str | None,
    first: date | None,
    last: date | None,
    currency: str | None,
    form: str,
    rows: int,
    lang: str | None,
) -> None:
    """Show where orders are lost on the way to being paid, the worst leak first.

    Placed is any order but a cart. Attempted: a payment failed or was made, or a voucher or a
    transfer waits. Failed: a payment was told to have failed, or a failure code was told.
    Contacted: an e-mail or SMS went out and is not known to have come back. Clicked: a person
    followed a link; machines never count. Paid and refunded are as the shop says.

    Each share is of those who reached the stage before. Lost is what is not paid by now, and not
    replaced by another paid order of the same customer within a week. Days begin at midnight in
    RECOVERY_TIMEZONE.

    A feed that never tells of orders paid without failing can't say how many fail: such shares
    are not measured.
    """
    from recovery.db import counting
    from recovery.measure.funnel.rows import funnel

    parts, spoken = _parts(by), language(lang, os.environ)
    with closing(desk.engine()) as engine:
        now = engine.clock.now()
        window = _window(now, ZoneInfo(desk.settings.timezone), since, first, last)
        yardstick = _yardstick(engine, currency, now)
        with counting(engine.database) as connection:
            found = funnel(connection, window, parts, yardstick, now)
    _answer(desk, found, "json" if desk.as_json else form, rows, spoken)


def _answer(desk: Desk, found: "Funnel", form: str, rows: int, lang: str) -> None:
    from recovery.cli.common import to_json
    from recovery.measure.funnel.lines import Lines, markdown
    from recovery.measure.funnel.payload import payload, sheet
    from recovery.measure.tongue import Tongue

    zone = desk.settings.timezone
    lines = Lines(found, Tongue(lang), zone)
    if form == "json":
        click.echo(to_json(payload(found, zone)))
    elif form == "csv":
        click.echo(sheet(found), nl=False)
    elif form == "md":
        click.echo(markdown(lines), nl=False)
    else:
        _show(desk.console, lines, rows)


def _parts(by: str) -> "list[By]":
    from recovery.measure.funnel.stages import By

    known = {one.value: one for one in By}
    names = [name.strip() for name in by.split(",") if name.strip()]
    if names == ["none"]:
        return []
    unknown = [name for name in names if name not in known]
    if unknown or not names or len(set(names)) < len(names):
        raise UsageError(
            say(
                "--by {by}: name each of {known} at most once, with commas between them, or none",
                by=by,
                known=", ".join(known),
            )
        )
    return [known[name] for name in names]


def _window(
    now: datetime, zone: ZoneInfo, since: str | None, first: date | None, last: date | None
) -> "Window":
    """Days begin at the merchant's midnight, however long they are."""
    from recovery.measure.funnel.stages import Window

    if since is not None and (first or last):
        raise UsageError(say("--since and --from or --to: give one of them"))
    if first is None and last is None:
        return Window(now - _span(since), now)
    if first is None:
        raise UsageError(say("--to needs --from"))
    if last is not None and last < first:
        raise UsageError(say("--to {last} is before --from {first}", last=last, first=first))
    until = now if last is None else _midnight(last + timedelta(days=1), zone)
    return Window(_midnight(first, zone), until)


def _span(since: str | None) -> timedelta:
    from recovery.campaign.durations import parse_duration

    if since is None:
        return USUAL
    try:
        span = parse_duration(since)
    except ValueError as error:
        raise UsageError(say("--since: {error}; write e.g. 30d, 12h or 2w", error=error)) from None
    if not span:
        raise UsageError(say("--since: nothing is that young; write e.g. 30d, 12h or 2w"))
    return span


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _yardstick(engine: "Engine", currency: str | None, now: datetime) -> "Yardstick":
    from recovery.measure.funnel.rows import Yardstick
    from recovery.money import currencies

    if currency is None:
        return Yardstick(engine.settings.base_currency, engine.rates(now))
    if currency.upper() not in currencies():
        raise UsageError(
            say("--currency {currency}: write an ISO 4217 code such as EUR", currency=currency)
        )
    return Yardstick(currency.upper())


def _show(console: "Console", lines: "Lines", rows: int) -> None:
    from rich import box
    from rich.table import Table

    console.print(lines.title(), style="bold", soft_wrap=True)
    if not lines.funnel.total.all.placed:
        console.print(lines.t(mark("No order was placed in that time.")))
        return
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, leading=1)
    heads = _stacked(lines.heads())
    table.add_column(heads[0], min_width=WIDE, overflow="fold")
    for head in heads[1:-1]:
        table.add_column(head, justify="right", width=NARROW)
    table.add_column(heads[-1], justify="right", min_width=MONEY)
    for cells in lines.rows(rows):
        table.add_row(*_stacked(cells))
    console.print(table)
    if (more := len(lines.funnel.rows) - rows) > 0 and lines.funnel.by:
        told = mark("… and {count} more rows: --rows, or --format csv")
        console.print(lines.t(told, count=lines.t.number(more)))
    for note in lines.notes():
        console.print(note, style="dim", soft_wrap=True)


def _stacked(cells: Sequence[str]) -> list[str]:
    """Parts one above the other, as each row has three lines anyway; where it is lost below it."""
    keys = len(cells) - COLUMNS
    lost = "\n".join(filter(None, cells[-2:]))
    return ["\n".join(filter(None, cells[:keys])), *cells[keys:-2], lost]
