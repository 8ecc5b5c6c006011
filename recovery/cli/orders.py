"""`recovery orders`: the orders themselves, to analyse by hand."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from recovery.cli.common import Desk, to_json, verb
from recovery.cli.naming import expect_campaign
from recovery.errors import UsageError
from recovery.i18n import here, mark, plural, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from recovery.campaign.schema import AmountRange
    from recovery.engine import Engine
    from recovery.orderlist import Wanted

SHOWN = 40
KINDS = ("guest", "new", "returning", "vip")
_AMOUNT = re.compile(
    r"(?:(?P<low>[\d.]+)?(?P<span>\.\.|-))?(?P<high>[\d.]+)? ?(?P<unit>[A-Za-z]{3})"
)
_HEADINGS = (
    mark("order"),
    mark("waits for"),
    mark("state"),
    mark("reason"),
    mark("amount"),
    mark("market"),
    mark("customer"),
    mark("method"),
    mark("campaign"),
    mark("messages"),
    mark("next"),
)
Row = Mapping[str, Any]


@click.command("orders")
@click.option("--unpaid", is_flag=True, help="Only orders that wait for their payment.")
@click.option("--market", "markets", metavar="CODE", multiple=True, help="Of this market, e.g. DE.")
@click.option(
    "--reason",
    "reasons",
    metavar="REASON",
    multiple=True,
    help="Refused for this reason, or with this code, as in a segment's `failure`.",
)
@click.option(
    "--customer", "kinds", type=click.Choice(KINDS), multiple=True, help="Of such a customer."
)
@click.option(
    "--amount",
    metavar="RANGE",
    help="Of this amount: '200 USD' and more, or '50..200 USD', the upper end not included.",
)
@click.option("--since", metavar="WHEN", help="Placed this long ago or later (7d), or since a day.")
@click.option("--campaign", metavar="NAME", help="In this campaign; `none`: in no campaign.")
@click.option(
    "--limit",
    metavar="COUNT",
    type=click.IntRange(1),
    help=f"How many orders  [default: {SHOWN} in the table, else all]",
)
@click.option(
    "--csv",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them here as CSV for Excel; `recovery import` reads it, too.",
)
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Give people and orders other names, so that the list can be handed round.",
)
@verb(at=True)
def command(
    desk: Desk,
    *,
    unpaid: bool,
    markets: tuple[str, ...],
    reasons: tuple[str, ...],
    kinds: tuple[str, ...],
    amount: str | None,
    since: str | None,
    campaign: str | None,
    limit: int | None,
    file: Path | None,
    pseudonymise: bool,
) -> None:
    """List orders with what is known of them, the longest unpaid first.

    The filters mean what they mean in a campaign's segments; one given twice takes either. The
    list names customers with their addresses, unless --pseudonymise gives them other names.
    """
    from recovery.db import reading
    from recovery.intake.pseudonyms import Pseudonyms
    from recovery.orderlist import count, listed

    with closing(desk.engine()) as engine:
        now, rates = engine.clock.now(), engine.rates(engine.clock.now())
        wanted = _wanted(desk, engine, markets, reasons, kinds, amount, since, campaign, unpaid)
        names = Pseudonyms.kept(desk.settings.var_dir) if pseudonymise else None
        with reading(engine.database) as connection:
            total = count(connection, wanted, rates)
            most = limit or (None if file or desk.as_json else SHOWN)
            rows = listed(connection, wanted, rates, now, most, names)
            if file is not None:
                _answer_with_file(desk, file, rows)
            elif desk.as_json:
                _write_json(now, total, rows)
            else:
                _show(desk.console, list(rows), total)


def _wanted(
    desk: Desk,
    engine: "Engine",
    markets: tuple[str, ...],
    reasons: tuple[str, ...],
    kinds: tuple[str, ...],
    amount: str | None,
    since: str | None,
    campaign: str | None,
    unpaid: bool,
) -> "Wanted":
    from recovery.campaign.schema import Audience
    from recovery.connectors.table_file import words
    from recovery.facts import CustomerType
    from recovery.orderlist import NO_CAMPAIGN, Wanted

    if campaign not in (None, NO_CAMPAIGN):
        expect_campaign(engine, str(campaign))
    try:
        countries = [words.country(one) for one in markets]
    except ValueError as error:
        raise UsageError(f"--market {error}") from None
    audience = Audience.model_construct(
        market=countries or None,
        customer=[CustomerType(one) for one in kinds] or None,
        failure=list(reasons) or None,
        amount=None if amount is None else _range(amount),
    )
    now, zone = engine.clock.now(), ZoneInfo(desk.settings.timezone)
    begin = None if since is None else _begin(since, now, zone)
    return Wanted(audience, unpaid, begin, campaign)


def _range(text: str) -> "AmountRange":
    """`200 USD` is from there on, `50..200 USD` and `50-200 USD` end below the second."""
    from recovery.campaign.schema import AmountRange
    from recovery.connectors.table_file import words
    from recovery.money import Money

    found = _AMOUNT.fullmatch(text.strip())
    if found is not None:
        low, high = found["low"], found["high"]
        if not found["span"]:
            low, high = high, None
        try:
            unit = words.currency(found["unit"])
            first, last = (Money.parse(one, unit) if one else None for one in (low, high))
        except ValueError as error:
            raise UsageError(f"--amount {error}") from None
        if (first or last) and not (first and last and first.minor >= last.minor):
            return AmountRange.model_construct(from_=first, below=last)
    raise UsageError(
        say("--amount {text}: write e.g. '200 USD', '50..200 USD' or '..50 USD'", text=text)
    )


def _begin(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A span before now, or the merchant's midnight."""
    from recovery.campaign.durations import parse_duration

    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        raise UsageError(
            say("--since {text}: write a span such as 7d, or a day such as 2026-11-01", text=text)
        ) from None


def _write_json(now: datetime, total: int, rows: Iterable[Row]) -> None:
    """One document, written as it is read: there may be a million of them."""
    head = to_json({"at": now, "total": total}).removesuffix("\n}")
    click.echo(f'{head},\n  "orders": [', nl=False)
    for number, row in enumerate(rows):
        text = to_json(row).replace("\n", "\n    ")
        click.echo(f"{',' if number else ''}\n    {text}", nl=False)
    click.echo("\n  ]\n}")


def _answer_with_file(desk: Desk, file: Path, rows: Iterable[Row]) -> None:
    written = 0
    with _sheet(file) as write:
        for row in rows:
            write(row)
            written += 1
    told = here(
        "{count} written to {file}.",
        count=plural("{count} order", "{count} orders", written),
        file=file,
    )
    answer = {"file": str(file), "orders": written}
    desk.show(answer, lambda console: console.print(told, soft_wrap=True))


@contextmanager
def _sheet(file: Path) -> Iterator[Callable[[Row], None]]:
    from recovery.measure.formats.sheet import opened
    from recovery.orderlist import COLUMNS, cell

    with opened(file, COLUMNS) as write:
        yield lambda row: write(cell(row[name]) for name in COLUMNS)


def _show(console: "Console", rows: list[Row], total: int) -> None:
    if not rows:
        console.print(here("None."))
        return
    console.print(_table(rows))
    if total > len(rows):
        console.print(here("… and {value} more; see --limit", value=total - len(rows)))


def _table(rows: Iterable[Row]) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    for title in _HEADINGS:
        right = title in ("waits for", "amount", "messages")
        table.add_column(here(title), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> list[str]:
    hours, due = row["hours_unpaid"], row["next_message_at"]
    group = here("hold-out") if row["holdout"] else row["sequence"]
    return [
        row["order_id"],
        "" if hours is None else f"{hours / 24:.1f} d" if hours >= 48 else f"{hours:.1f} h",
        row["status"],
        (row["reason"] or "").replace("_", " "),
        f"{row['amount']} {row['currency']}",
        row["country"],
        row["customer_type"],
        row["payment_method"] or "",
        f"{row['campaign']} › {group}" if row["campaign"] else "",
        str(row["messages"] or ""),
        "" if due is None else f"{due:%m-%d %H:%M}",
    ]
