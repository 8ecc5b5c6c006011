"""`recovery report`: how many orders each sequence brought back, as a table, a page or JSON."""

import os
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.naming import expect_campaign
from recovery.i18n import language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from recovery.measure.report import Report, Row
    from recovery.measure.wording import Wording


@click.command("report")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@verb(at=True)
def command(desk: Desk, html: Path | None, lang: str | None, campaign: str | None) -> None:
    """Show how many orders each sequence brought back.

    Recovery rate: of the enrolled orders whose goal window is over, the share that was paid
    within it. Everyone enrolled counts, sent to or not. Every rate is compared with the hold-out
    of its own segment: customers drawn by lot who got no message.
    """
    from recovery.measure.page import write_page
    from recovery.measure.wording import Wording

    spoken = language(lang, os.environ)
    with closing(desk.engine()) as engine:
        if campaign is not None:
            expect_campaign(engine, campaign)
        report = engine.report(campaign)
    page = None if html is None else write_page(report, html, spoken)
    payload = report.payload() | ({} if page is None else {"html": str(page)})
    desk.show(payload, lambda console: show(console, report, Wording.of(spoken), page))


def show(console: "Console", report: "Report", say: "Wording", page: Path | None = None) -> None:
    """Print the report for people: a table a segment, under it the verdicts in words."""
    from rich.text import Text

    console.print(f"{say('title')} · {say('as_of', at=say.moment(report.at))}", style="bold")
    if not report.rows:
        console.print(f"{say('nothing')}. {say('nothing_more')}")
    for (campaign, segment), group in groupby(report.rows, lambda row: row.arm[:2]):
        rows = list(group)
        console.print()
        console.print(_table(f"{campaign} · {segment}", rows, say))
        for row in rows:
            if not row.arm.holdout:
                verdict = Text(say.verdict(row), style=_STYLES.get(row.verdict, ""))
                console.print(Text.assemble(f"  {row.arm.sequence}: ", verdict))
    if report.rows:
        console.print()
        console.print(say("reading_rate"), style="dim")
        console.print(say("reading_lift"), style="dim")
    if page is not None:
        console.print()
        console.print(str(page), soft_wrap=True)


def _table(title: str, rows: "list[Row]", say: "Wording") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column(say("sequence"), overflow="fold")
    for heading in ("orders", "mature", "gross", "rate_title", "net"):
        table.add_column(say(heading), justify="right", no_wrap=True)
    for row in rows:
        money = "" if row.arm.holdout else "\n".join(say.money(one.net) for one in row.money)
        table.add_row(
            say("holdout") if row.arm.holdout else str(row.arm.sequence),
            say.number(row.enrolled),
            say.number(row.mature.total),
            say.number(row.mature.count),
            f"{say.percent(row.rate)}\n{say.span(row.interval)}",
            money,
        )
    return table


_STYLES = {"lift": "green", "harm": "red", "inconclusive": "yellow"}
