"""`recovery resume`: lets go of a brake that `recovery pause` holds."""

from contextlib import closing

import click

from recovery.cli.common import Desk, verb
from recovery.cli.pause import CHANNELS, brake, show


@click.command("resume")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only this channel.")
@verb(at=True)
def command(desk: Desk, campaign: str | None, channel: str | None) -> None:
    """Let go of a brake: the one on everything, or on one campaign, or on one channel.

    Each brake is let go by itself; the answer shows which ones still hold. What fell due
    meanwhile goes out with the next run, as far as it is not too late and quiet hours allow.
    """
    from recovery.db import writing
    from recovery.intake import pauses

    with closing(desk.engine()) as engine:
        scope, name = brake(engine, campaign, channel)
        with writing(engine.database) as connection:
            pauses.release(connection, scope, name)
        show(desk, engine)
