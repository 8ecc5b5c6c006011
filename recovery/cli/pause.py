"""`recovery pause`: the brake. `recovery resume` lets go of it."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.naming import expect_campaign
from recovery.errors import UsageError
from recovery.i18n import here, mark, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.engine import Engine
    from recovery.intake.pauses import Scope

CHANNELS = ("email", "sms", "task")
_SCOPES = {"all": mark("everything"), "campaign": mark("campaign"), "channel": mark("channel")}


@click.command("pause")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only what goes by this channel.")
@click.option("--note", metavar="TEXT", help="Why, for whoever finds it paused.")
@click.option("--list", "listing", is_flag=True, help="Show what is paused; change nothing.")
@verb(at=True)
def command(
    desk: Desk, campaign: str | None, channel: str | None, note: str | None, listing: bool
) -> None:
    """Stop sending at once: everything, or one campaign, or one channel.

    Runs and workers that are at it stop with what is in the air. Nothing is lost: what falls due
    meanwhile waits for `recovery resume`. Orders and answers still come in, payments still count.
    """
    from recovery.db import writing
    from recovery.intake import pauses

    with closing(desk.engine()) as engine:
        if not listing:
            scope, name = brake(engine, campaign, channel)
            with writing(engine.database) as connection:
                pauses.hold(connection, scope, name, desk.clock.now(), note)
        show(desk, engine)


def brake(engine: "Engine", campaign: str | None, channel: str | None) -> "tuple[Scope, str]":
    """Which brake the options mean; UsageError for two at once or a campaign nobody knows."""
    from recovery.intake.pauses import Scope

    if campaign is not None and channel is not None:
        raise UsageError(say("give --campaign or --channel, not both; two brakes are two commands"))
    if channel is not None:
        return Scope.CHANNEL, channel
    if campaign is None:
        return Scope.ALL, ""
    expect_campaign(engine, campaign)
    return Scope.CAMPAIGN, campaign


def show(desk: Desk, engine: "Engine") -> None:
    """Say which brakes are held now."""
    from recovery.db import reading
    from recovery.intake import pauses

    with reading(engine.database) as connection:
        held = [_payload(row) for row in pauses.held(connection)]

    def tell(console: "Console") -> None:
        if not held:
            console.print(here("Nothing is paused."))
        for one in held:
            what = " ".join(filter(None, (here(_SCOPES[one["scope"]]), one["name"])))
            words = here("everything") if one["scope"] == "all" else what
            why = f": {one['note']}" if one["note"] else ""
            console.print(
                here(
                    "Paused since {since} UTC: {words}{why}",
                    since=f"{one['since']:%Y-%m-%d %H:%M}",
                    words=words,
                    why=why,
                )
            )

    desk.show({"paused": held}, tell)


def _payload(row: Any) -> dict[str, Any]:
    return {"scope": row.scope, "name": row.name, "since": row.since, "note": row.note}
