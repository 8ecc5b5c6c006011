"""`recovery touches`: messages by their state, and a person's word on those without an answer."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, mark, say

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Row

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
        rows = [_told(row) for row in resolve.look(connection, state, campaign, limit)]
    desk.show({"total": total, "touches": rows}, lambda console: _show(console, rows, total))


@command.command("resolve")
@click.argument("touch", type=int, nargs=-1)
@click.option("--state", type=click.Choice(["unknown"]), help="All those without an answer.")
@click.option("--campaign", metavar="NAME", help="All those of this campaign.")
@click.option("--before", metavar="TIME", help="All those tried before, ISO 8601 with offset.")
@click.option("--yes", is_flag=True, help="Really all of them.")
@click.option(
    "--as", "finding", type=click.Choice(FINDINGS), required=True, help="What you found out."
)
@click.option("--note", metavar="TEXT", help="How you know, for the journal.")
@click.option("--by", metavar="NAME", help="Who decides, for the journal.")
@verb(at=True)
def resolve_(
    desk: Desk,
    touch: tuple[int, ...],
    state: str | None,
    campaign: str | None,
    before: str | None,
    finding: str,
    note: str | None,
    by: str | None,
    yes: bool,
) -> None:
    """Decide about messages that got no answer: about those named, or about all that --state,
    --campaign and --before leave, with --yes.

    `sent`: the provider has it. `failed`: it never left, and shall not. `resend`: it never left,
    send it with the next run; once only (but for --force), since a second message costs more
    trust than none.
    """
    from recovery.db import reading, writing
    from recovery.intake import resolve

    with closing(desk.engine()) as engine:
        filtered = any((state, campaign, before))
        if bool(touch) == filtered:
            raise UsageError(say("name touches, or say which by --state, --campaign, --before"))
        if filtered:
            with reading(engine.database) as connection:
                found_ = resolve.look(connection, "unknown", campaign)
            until = _instant(before) if before else None
            touch = tuple(row.id for row in found_ if until is None or row.tried_at < until)
            if not yes:
                raise UsageError(
                    say("this decides about {count} messages: add --yes", count=str(len(touch)))
                )
        found, now = resolve.Finding(finding), desk.clock.now()
        told = ": ".join(filter(None, (by, note))) or None
        with writing(engine.database) as connection:
            for one in touch:
                resolve.resolve(connection, one, found, now, told, force=desk.force)
        with reading(engine.database) as connection:
            rows = [_told(row) for one in touch for row in resolve.look(connection, touch_id=one)]
    answer = rows[0] if len(rows) == 1 and not filtered else {"total": len(rows), "touches": rows}
    desk.show(answer, lambda console: _show(console, rows, len(rows)))


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(say("--before {text}: a time such as 2026-11-22T09:00:00Z", text=text))
    return found


def _told(row: "Row[Any]") -> dict[str, Any]:
    """As people want it: what is `unknown` is due when its provider's records are asked next."""
    from recovery.dispatch.unanswered import next_look

    told = dict(row._mapping)
    if row.state == "unknown":
        told["due_at"] = next_look(row.channel, row.tried_at, row.due_at)
    return told


def _show(console: "Console", rows: Sequence[dict[str, Any]], total: int) -> None:
    from rich.table import Table

    if not rows:
        console.print(here("None."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in (
        mark("touch"),
        mark("order"),
        mark("campaign"),
        mark("step"),
        mark("channel"),
        mark("state"),
        mark("why"),
        mark("due"),
        mark("tried"),
    ):
        table.add_column(here(title), no_wrap=title != "why")
    for row in rows:
        due, tried = (f"{at:%m-%d %H:%M}" if at else "" for at in (row["due_at"], row["tried_at"]))
        what = (row["campaign"], row["step"], row["channel"], row["state"], row["reason"] or "")
        table.add_row(str(row["id"]), row["order"], *what, due, tried)
    console.print(table)
    if total > len(rows):
        console.print(here("… and {value} more; see --limit", value=total - len(rows)))
