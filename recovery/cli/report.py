"""`recovery report`: how many orders each sequence brought back, in many formats."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import WIDTH_OF_A_PIPE, Desk, to_json, verb
from recovery.cli.naming import expect_campaign
from recovery.errors import UsageError
from recovery.i18n import language, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.engine import Engine
    from recovery.measure.evidence.slices import Part
    from recovery.measure.formats.documents import Document
    from recovery.measure.formats.paper import Block, Paper
    from recovery.measure.report import Report
    from recovery.measure.wording import Wording

FORMATS = ("table", "json", "csv", "html", "md", "parquet")
NAME = 24  # so many signs of a name stand in one line
_STYLES = {"lift": "green", "harm": "red", "inconclusive": "yellow", "srm_fail": "red"}


@click.command("report")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this file instead of standard output.",
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option(
    "--by",
    metavar="PARTS",
    help="In slices instead: any of market, failure, customer, amount, method, provider, currency "
    "and one of week, month, quarter, with commas between them.",
)
@click.option(
    "--cash",
    type=click.Choice(("week", "month", "quarter")),
    help="Money by the day on which it moved instead, for bookkeeping: without rates.",
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@click.option("--owner", metavar="NAME", help="Only campaigns of this owner.")
@verb(at=True)
def command(
    desk: Desk,
    *,
    form: str,
    output: Path | None,
    html: Path | None,
    by: str | None,
    cash: str | None,
    lang: str | None,
    campaign: str | None,
    owner: str | None,
) -> None:
    """Show how many orders each sequence brought back.

    Recovery rate: of the enrolled orders whose goal window is over, the share that was paid
    within it. Everyone enrolled counts, sent to or not. Every rate is compared with the hold-out
    of its own segment: customers drawn by lot who got no message.

    Slices are for looking, not for deciding. Periods hold the orders enrolled in them and begin
    at midnight in RECOVERY_TIMEZONE.
    """
    if by is not None and cash is not None:
        raise UsageError(say("--by and --cash: give one of them"))
    spoken, parts = language(lang, os.environ), None if by is None else _parts(by)
    with closing(desk.engine()) as engine:
        if campaign is not None:
            expect_campaign(engine, campaign)
        if cash is not None:
            found = _booked(engine, cash, campaign, owner)
        elif parts is not None:
            found = _sliced(engine, parts, campaign, owner)
        else:
            drawn = html is not None or form == "html"
            found = _rated(engine, campaign, owner, drawn=drawn)
    page = None if html is None else _written(html, found.page(spoken).encode())
    _answer(desk, found, "json" if desk.as_json else form, output, spoken, page)


def _rated(engine: "Engine", campaign: str | None, owner: str | None, *, drawn: bool) -> "Document":
    """The report, with how it came about where that is `drawn`."""
    from recovery.measure.course import NEVER
    from recovery.measure.formats.documents import Rates
    from recovery.measure.owners import only

    report, course = engine.report(campaign), engine.course(campaign) if drawn else NEVER
    return Rates(report if owner is None else only(report, owner), course)


def _booked(engine: "Engine", cash: str, campaign: str | None, owner: str | None) -> "Document":
    from zoneinfo import ZoneInfo

    from recovery.db import counting
    from recovery.measure.books import books
    from recovery.measure.costs import Costs
    from recovery.measure.evidence.units import Question
    from recovery.measure.formats.cashbook import Cashbook
    from recovery.measure.periods import Calendar, Grain

    question, settings = Question(engine.clock.now(), campaign), engine.settings
    calendar, costs = Calendar(Grain(cash), ZoneInfo(settings.timezone)), Costs.read(settings.costs)
    with counting(engine.database) as connection:
        return Cashbook(books(connection, question, calendar, costs, owner))


def _sliced(
    engine: "Engine", by: "list[Part]", campaign: str | None, owner: str | None
) -> "Document":
    from recovery.db import counting
    from recovery.measure.breakdown import Merchant, breakdown
    from recovery.measure.evidence.units import Question
    from recovery.measure.formats.cuts import Slices

    now, settings = engine.clock.now(), engine.settings
    merchant = Merchant(settings.timezone, settings.base_currency, engine.rates(now))
    with counting(engine.database) as connection:
        return Slices(breakdown(connection, Question(now, campaign), by, merchant, owner))


def _parts(by: str) -> "list[Part]":
    from recovery.measure.evidence.slices import PERIODS, Part

    known = {part.value: part for part in Part}
    names = [name.strip() for name in by.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names or len(set(names)) < len(names):
        raise UsageError(
            say(
                "--by {by}: name each of {known} at most once, with commas between them",
                by=by,
                known=", ".join(known),
            )
        )
    if sum(known[name] in PERIODS for name in names) > 1:
        raise UsageError(say("--by {by}: only one of week, month, quarter", by=by))
    return [known[name] for name in names]


def _answer(
    desk: Desk, found: "Document", form: str, output: Path | None, lang: str, page: Path | None
) -> None:
    from recovery.measure.wording import Wording

    if form == "table" and output is None:
        lay_out(desk.console, found.paper(Wording.of(lang)), page)
        return
    told = _formats(found, lang, page)[form]()
    if output is not None:
        click.echo(str(_written(output, told)))
    elif form == "parquet" and sys.stdout.isatty():
        raise UsageError(say("Parquet is no text: write it to a file with --output FILE"))
    else:
        click.echo(told, nl=False)


def _formats(
    found: "Document", lang: str, page: Path | None
) -> "Mapping[str, Callable[[], bytes]]":
    from recovery.measure.formats.paper import markdown
    from recovery.measure.formats.sheet import to_csv, to_parquet
    from recovery.measure.wording import Wording

    payload = dict(found.payload()) | ({} if page is None else {"html": str(page)})
    return {
        "table": lambda: _as_text(found.paper(Wording.of(lang))).encode(),
        "json": lambda: f"{to_json(payload)}\n".encode(),
        "csv": lambda: to_csv(found.sheet()).encode(),
        "html": lambda: found.page(lang).encode(),
        "md": lambda: markdown(found.paper(Wording.of(lang))).encode(),
        "parquet": lambda: to_parquet(found.sheet()),
    }


def _written(file: Path, told: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(told)
    return file.absolute()


def _as_text(paper: "Paper") -> str:
    from rich.console import Console

    out = StringIO()
    lay_out(
        Console(file=out, markup=False, highlight=False, emoji=False, width=WIDTH_OF_A_PIPE), paper
    )
    return out.getvalue()


def show(console: "Console", report: "Report", say: "Wording", page: Path | None = None) -> None:
    """Print a report for people: a table a segment, under it the verdicts in words."""
    from recovery.measure.formats.arms import Arms

    lay_out(console, Arms(report, say).paper(), page)


def lay_out(console: "Console", paper: "Paper", page: Path | None = None) -> None:
    """Print tables and sentences, and where a page was written."""
    console.print(paper.title, style="bold", soft_wrap=True)
    for block in paper.blocks:
        console.print()
        _lay_out(console, block)
    if paper.notes:
        console.print()
    for note in paper.notes:
        console.print(note, style="dim", soft_wrap=True)
    if page is not None:
        console.print()
        console.print(str(page), soft_wrap=True)


def _lay_out(console: "Console", block: "Block") -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if block.heads:
        table = Table(
            title=block.title,
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            collapse_padding=True,
            pad_edge=False,
        )
        for number, head in enumerate(block.heads):
            name = number < block.names
            longest = max((len(row[number]) for row in block.rows), default=0)
            table.add_column(
                head,
                justify="left" if name else "right",
                overflow="fold",
                min_width=min(longest, max(NAME // block.names, 12)) if name else None,
            )
        for row in block.rows:
            table.add_row(*row)
        console.print(table)
    else:
        console.print(block.title, style="bold", soft_wrap=True)
    for one in block.said:
        lead = f"  {one.about}: " if one.about else "  "
        words = Text.assemble(lead, Text(one.text, style=_STYLES.get(one.tone, "")))
        console.print(words, soft_wrap=True)
