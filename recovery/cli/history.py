"""`recovery history`: which version of a campaign ran when, and how many entered under it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.measure.history import Edition


@click.command("history")
@click.argument("campaign", required=False)
@click.option("--show", metavar="VERSION", help="Print the text of a version, to publish it again.")
@verb(at=False)
def command(desk: Desk, campaign: str | None, show: str | None) -> None:
    """Show the versions of CAMPAIGN, or of all: when each went live and what it changed.

    A version is the text of the file; the next run publishes what it finds. To go back, put the
    old text into the file again: `recovery history NAME --show VERSION > campaigns/NAME.yaml`.
    """
    from recovery.db import reading
    from recovery.measure.history import history, text_of

    if show and not campaign:
        raise UsageError("--show needs the campaign's name: recovery history NAME --show VERSION")
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        if campaign and show:
            text = text_of(connection, campaign, show)
            desk.show({"text": text}, lambda console: click.echo(text, nl=False))
            return
        found = history(connection, campaign)
    if campaign and not found:
        raise UsageError(f"nothing of a campaign {campaign!r} was ever live")
    desk.show({"editions": [asdict(one) for one in found]}, lambda console: _show(console, found))


def _show(console: "Console", found: Sequence["Edition"]) -> None:
    if not found:
        console.print("Nothing was live yet; `recovery run` publishes campaigns/.")
    for one in found:
        live = "  live" if one.live else ""
        counted = f"{one.enrolled} entered, {one.in_flight} in flight"
        head = f"{one.campaign}  {one.version[:12]}  {one.at:%Y-%m-%d %H:%M} UTC  {counted}{live}"
        console.print(head, soft_wrap=True, highlight=False)
        for change in one.changes:
            console.print(f"    {told(change)}", soft_wrap=True, highlight=False)


def told(change: dict[str, object]) -> str:
    """One change in one line: `limits.quiet: 22:00-08:00 → 21:00-08:00 (reaches 12 in flight)`."""
    before, after = (change[key] or "nothing" for key in ("before", "after"))
    people = f"reaches {change['people']} in flight" if change["people"] else change["reach"]
    return f"{change['road']}: {before} → {after} ({people})"
