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
_WHAT = {
    "placed": mark("placed"),
    "payment_failed": mark("payment failed"),
    "paid": mark("paid"),
    "refunded": mark("refunded"),
    "cancelled": mark("cancelled"),
    "expired": mark("expired"),
    "enrolled": mark("enrolled"),
    "held_out": mark("held out"),
    "planned": mark("planned"),
    "next": mark("next"),
    "withheld": mark("withheld"),
    "skipped": mark("skipped"),
    "snoozed": mark("snoozed"),
    "decided": mark("decided"),
    "put_off": mark("put off"),
    "sent": mark("sent"),
    "delivered": mark("delivered"),
    "bounced": mark("bounced"),
    "failed": mark("failed"),
    "unknown": mark("unknown"),
    "suppressed": mark("suppressed"),
    "lifted": mark("lifted"),
    "clicked": mark("clicked"),
    "scanned": mark("scanned"),
    "coupon_issued": mark("coupon issued"),
    "coupon_redeemed": mark("coupon redeemed"),
    "coupon_withdrawn": mark("coupon withdrawn"),
    "task_opened": mark("task opened"),
    "task_claimed": mark("task claimed"),
    "task_released": mark("task released"),
    "task_closed": mark("task closed"),
    "not_enrolled": mark("not enrolled"),
    "recovered": mark("recovered"),
    "exhausted": mark("exhausted"),
    "exited": mark("exited"),
    "answered": mark("answered"),
    "answer_closed": mark("answer closed"),
    "readdressed": mark("readdressed"),
    "reconciled": mark("reconciled"),
    "accepted": mark("accepted"),
    "undelivered": mark("undelivered"),
    "resent": mark("resent"),
    "redirected": mark("redirected"),
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
        what = Text(
            here(_WHAT.get(event.what, event.what.replace("_", " "))),
            style=_STYLES.get(event.what, ""),
        )
        where = f" [{event.campaign}]" if event.campaign else ""
        style = "dim" if event.ahead else ""
        table.add_row(
            f"{event.at:%Y-%m-%d %H:%M:%S}", what, Text(event.detail + where, style=style)
        )
    console.print()
    console.print(table)
