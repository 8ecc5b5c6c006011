"""`recovery answers`: what customers wrote to us by SMS, for people to read and to answer."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.i18n import here

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.answers import Said


@click.group("answers")
def command() -> None:
    """Read what customers wrote to you by SMS, and say when it is seen to.

    STOP, START and HELP are dealt with by themselves and are not in the list.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are done with.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@verb(at=True)
def list_(desk: Desk, *, everything: bool, limit: int) -> None:
    """List what waits for an answer, the oldest first: order, phone number, the customer's words.

    Answer from your own phone or help desk; nothing is sent from here.
    """
    from recovery.db import reading
    from recovery.intake import answers

    now = desk.clock.now()
    with closing(desk.engine()) as engine:
        engine.apply_inbox(now)
        with reading(engine.database) as connection:
            found = answers.listed(connection, everything=everything, limit=limit)
            total = answers.waiting(connection)
    desk.show(
        {"waiting": total, "answers": [asdict(one) for one in found]},
        lambda console: _show(console, found),
    )


@command.command("close")
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ANSWER…")
@click.option("--by", required=True, metavar="NAME", help="Who has seen to it.")
@verb(at=True)
def close(desk: Desk, ids: Sequence[int], by: str) -> None:
    """Say that these are seen to; the order's story names who did."""
    from recovery.db import writing
    from recovery.intake import answers

    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        closed = answers.close(connection, ids, by, desk.clock.now())
    desk.show(
        {"closed": closed}, lambda console: console.print(here("{closed} closed", closed=closed))
    )


def _show(console: "Console", found: "Sequence[Said]") -> None:
    if not found:
        console.print(here("Nobody waits for an answer."))
    for one in found:
        order = here("order {order}", order=one.order) if one.order else here("no order we know")
        done = here(", done by {name}", name=one.closed_by) if one.closed_at else ""
        console.print(
            here(
                "{id}  {at} UTC  {phone}  {order}{done}",
                id=one.id,
                at=f"{one.at:%Y-%m-%d %H:%M}",
                phone=one.phone,
                order=order,
                done=done,
            )
        )
        console.print(f"    {one.words}", soft_wrap=True)
