"""`recovery plan`: what the campaign files would do, before they do it."""

import os
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.naming import expect_campaign
from recovery.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

    from recovery.forecast.outlook import Outlook
    from recovery.forecast.section import Section
    from recovery.forecast.words import Tongue

LINES = 12  # of one table; --html and --json have them all
DRAWN = ("stays", "days")  # chapters with a bar for each line
BLOCK, BLOCKS = "▇", 24
EVERY = 10


@click.command("plan")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]…")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option(
    "--every",
    metavar="MINUTES",
    type=click.IntRange(1, 1440),
    default=EVERY,
    show_default=True,
    help="How often cron calls `recovery run`.",
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(
    desk: Desk, *, campaigns: tuple[str, ...], html: Path | None, every: int, lang: str | None
) -> Exit:
    """Show what the campaign files would do: now, and in the next two weeks.

    Who would enter and who would not, who is on the way, messages a day, what waits, what it
    costs, what is promised, what the hold-outs can show. Nothing is changed and nothing is sent.
    The numbers for now are those of the `recovery run` that comes next.
    """
    from recovery.forecast.page import write_page
    from recovery.forecast.payload import payload
    from recovery.forecast.words import Tongue
    from recovery.foresight import foresee
    from recovery.i18n import language

    tongue = Tongue(language(lang, os.environ))
    with closing(desk.engine()) as engine:
        plan = foresee(engine, timedelta(minutes=every))
        known = {one.name for one in plan.campaigns}
        for name in campaigns:
            if name not in known:
                expect_campaign(engine, name)
    plan = plan.of(campaigns)
    page = None if html is None else write_page(plan, html, tongue)
    told = payload(plan) | ({} if page is None else {"html": str(page)})
    desk.show(told, lambda console: show(console, plan, tongue, page))
    return Exit.DATA if plan.broken else Exit.DONE


def show(console: "Console", plan: "Outlook", t: "Tongue", page: Path | None = None) -> None:
    """Print the plan for people: a few lines a chapter, the largest first."""
    from recovery.forecast.sections import headline, honesty, sections

    console.print(headline(plan, t), style="bold")
    console.print(honesty(plan, t), style="dim")
    for section in sections(plan, t):
        console.print()
        _print(console, section, t)
    if page is not None:
        console.print()
        console.print(str(page), soft_wrap=True)


def _print(console: "Console", section: "Section", t: "Tongue") -> None:
    from rich.text import Text

    from recovery.i18n import mark

    console.print(Text.assemble((section.title, "bold"), "  ", (section.lead, "")))
    if section.rows:
        console.print(_table(section))
    if len(section.rows) > _most(section):
        hidden = t.number(len(section.rows) - _most(section))
        console.print(t(mark("  … and {count} more; --html FILE has all"), count=hidden))
    if section.note:
        console.print(f"  {section.note}", style="dim")


def _table(section: "Section") -> "Table":
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), header_style="dim")
    for place, heading in enumerate(section.columns):
        justify: JustifyMethod = "right" if place in section.numbers else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    drawn = section.key in DRAWN
    if drawn:
        table.add_column("")
    for row, bar in zip_longest(section.rows[: _most(section)], section.bars):
        if row is not None:
            table.add_row(*row, *([_bar(section, bar)] if drawn else []))
    return table


def _bar(section: "Section", bar: Mapping[str, float]) -> str:
    longest = max(sum(one.values()) for one in section.bars) or 1
    return BLOCK * round(sum(bar.values()) / longest * BLOCKS)


def _most(section: "Section") -> int:
    """The days are always shown whole."""
    return len(section.rows) if section.key == "days" else LINES
