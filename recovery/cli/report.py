"""`recovery report`: how many orders each sequence brought back, as a table, a page or JSON."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from recovery.measure.report import Report, Row
    from recovery.measure.wording import Wording


@click.command("report")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    default="en",
    show_default=True,
    help="Language of table and page.",
)
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@verb(at=True)
def command(desk: Desk, html: Path | None, lang: str, campaign: str | None) -> None:
    """Show how many orders each sequence brought back.

    Recovery rate: of the enrolled orders whose goal window is over, the share that was paid
    within it. Everyone enrolled counts, sent to or not. Every rate is compared with the hold-out
    of its own segment: customers drawn by lot who got no message.
    """
    from recovery.measure.page import write_page
    from recovery.measure.wording import Wording

    with closing(desk.engine()) as engine:
        report = engine.report(campaign)
    page = None if html is None else write_page(report, html, lang)
    payload = report.payload() | ({} if page is None else {"html": str(page)})
    desk.show(payload, lambda console: show(console, report, Wording.of(lang), page))


def show(console: "Console", report: "Report", say: "Wording", page: Path | None = None) -> None:
    """Print the report for people: one table a campaign, then what the numbers mean."""
    console.print(f"{say('title')} · {say('as_of', at=say.moment(report.at))}", style="bold")
    if not report.rows:
        console.print(f"{say('nothing')}. {say('nothing_more')}")
    for campaign in dict.fromkeys(row.arm.campaign for row in report.rows):
        rows = [row for row in report.rows if row.arm.campaign == campaign]
        console.print()
        console.print(_table(campaign, rows, say))
    if report.rows:
        console.print()
        console.print(say("reading_rate"), style="dim")
        console.print(say("reading_lift"), style="dim")
    if page is not None:
        console.print(f"\n{page}")


def _table(campaign: str, rows: "list[Row]", say: "Wording") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=campaign, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column(say("segment"), overflow="fold")
    table.add_column(say("sequence"), overflow="fold")
    for heading in ("orders", "gross", "rate_title"):
        table.add_column(say(heading), justify="right")
    table.add_column(say("lift_title"), ratio=1)
    table.add_column(say("net"), justify="right")
    for row in rows:
        style = "dim" if row.arm.holdout else _STYLES.get(row.verdict, "")
        money = "" if row.arm.holdout else "\n".join(say.money(one.net) for one in row.money)
        table.add_row(
            row.arm.segment,
            say("holdout") if row.arm.holdout else str(row.arm.sequence),
            f"{say.number(row.mature.total)}\n+{say.number(row.enrolled - row.mature.total)}",
            say.number(row.mature.count),
            f"{say.percent(row.rate)}\n{say.span(row.interval)}",
            Text(say.verdict(row), style=style),
            money,
        )
    return table


_STYLES = {"lift": "green", "harm": "red", "open": "yellow"}
