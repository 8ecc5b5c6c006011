"""`recovery explain ORDER`: everything decided about one order, in time order."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.i18n import here, mark

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.measure.explain import Story

_KINDS = {
    "guest": mark("guest"),
    "new": mark("new"),
    "returning": mark("returning"),
    "vip": "vip",
}
_STYLES = {
    "sent": "green",
    "paid": "bold green",
    "recovered": "bold green",
    "skipped": "yellow",
    "snoozed": "yellow",
    "failed": "red",
    "unknown": "red",
    "not_enrolled": "yellow",
}


@click.command("explain")
@click.argument("order")
@click.option("--source", metavar="NAME", help="Which source, when several know this id.")
@verb(at=True)
def command(desk: Desk, order: str, source: str | None) -> None:
    """Tell everything that was decided about one order, and why.

    ORDER is the shop's own order id. Addresses and phone numbers are masked.
    """
    with closing(desk.engine()) as engine:
        story = engine.explain(order, source)
    desk.show(story.payload(), lambda console: show(console, story))


def show(console: "Console", story: "Story") -> None:
    """Print the story, one line an event; times in UTC."""
    from rich.table import Table
    from rich.text import Text

    card = story.order
    console.print(
        here("Order {order} · {status}", order=card["order"], status=card["status"]), style="bold"
    )
    facts = (
        f"{card['amount']} {card['currency']}",
        card["country"],
        here(
            "{kind} customer", kind=here(_KINDS.get(card["customer_type"], card["customer_type"]))
        ),
        card["email"],
        card["phone"],
        card["why_unpaid"],
    )
    console.print(" · ".join(fact for fact in facts if fact))
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for event in story.events:
        what = Text(event.what.replace("_", " "), style=_STYLES.get(event.what, ""))
        where = f" [{event.campaign}]" if event.campaign else ""
        style = "dim" if event.ahead else ""
        table.add_row(
            f"{event.at:%Y-%m-%d %H:%M:%S}", what, Text(event.detail + where, style=style)
        )
    console.print()
    console.print(table)
