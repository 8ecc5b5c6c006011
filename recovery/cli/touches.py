"""`recovery touches`: messages by their state, and a person's word on those without an answer."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb

if TYPE_CHECKING:
    from rich.console import Console

STATES = (
    "planned",
    "withheld",
    "claimed",
    "sending",
    "sent",
    "delivered",
    "bounced",
    "skipped",
    "cancelled",
    "failed",
    "unknown",
)
FINDINGS = ("sent", "failed", "resend")


@click.group("touches", invoke_without_command=True)
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--campaign", metavar="NAME", help="Only those of this campaign.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@verb(at=True)
def command(desk: Desk, state: str | None, campaign: str | None, limit: int) -> None:
    """List messages (touches), the longest waiting first.

    `unknown` are those whose sending got no clear answer: they may have arrived, so they are not
    sent again by themselves. Look them up at the provider, then `recovery touches resolve`.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    from recovery.db import reading
    from recovery.intake import resolve

    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        total = resolve.count(connection, state, campaign)
        rows = [dict(r._mapping) for r in resolve.look(connection, state, campaign, limit)]
    desk.show({"total": total, "touches": rows}, lambda console: _show(console, rows, total))


@command.command("resolve")
@click.argument("touch", type=int)
@click.option(
    "--as", "finding", type=click.Choice(FINDINGS), required=True, help="What you found out."
)
@click.option("--note", metavar="TEXT", help="How you know, for the journal.")
@click.option("--by", metavar="NAME", help="Who decides, for the journal.")
@verb(at=True)
def resolve_(desk: Desk, touch: int, finding: str, note: str | None, by: str | None) -> None:
    """Decide about one message that got no answer.

    `sent`: the provider has it. `failed`: it never left, and shall not. `resend`: it never left,
    send it with the next run; once only (but for --force), since a second message costs more
    trust than none.
    """
    from recovery.db import reading, writing
    from recovery.intake import resolve

    with closing(desk.engine()) as engine:
        with writing(engine.database) as connection:
            found, now = resolve.Finding(finding), desk.clock.now()
            told = ": ".join(filter(None, (by, note))) or None
            resolve.resolve(connection, touch, found, now, told, force=desk.force)
        with reading(engine.database) as connection:
            (row,) = resolve.look(connection, touch_id=touch)
    desk.show(dict(row._mapping), lambda console: _show(console, [dict(row._mapping)], 1))


def _show(console: "Console", rows: Sequence[dict[str, Any]], total: int) -> None:
    from rich.table import Table

    if not rows:
        console.print("None.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("touch", "order", "campaign", "step", "channel", "state", "why", "due", "tried"):
        table.add_column(title, no_wrap=title != "why")
    for row in rows:
        due, tried = (f"{at:%m-%d %H:%M}" if at else "" for at in (row["due_at"], row["tried_at"]))
        what = (row["campaign"], row["step"], row["channel"], row["state"], row["reason"] or "")
        table.add_row(str(row["id"]), row["order"], *what, due, tried)
    console.print(table)
    if total > len(rows):
        console.print(f"… and {total - len(rows)} more; see --limit")
