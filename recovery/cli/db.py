"""`recovery db`: looking after the database."""

import click

from recovery.cli.common import Desk, verb


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("upgrade")
@verb(at=False)
def upgrade(desk: Desk) -> None:
    """Bring the database to the shape this version needs; data is kept.

    The embedded database does this by itself. For PostgreSQL run it after each update of the
    program, while no worker is at work.
    """
    from recovery import migrations
    from recovery.db import open_engine

    desk.expect_a_project()
    engine = open_engine(desk.settings.database_url)
    before = migrations.current(engine)
    migrations.upgrade(engine)
    engine.dispose()
    done = "up to date" if before == migrations.HEAD else f"upgraded from {before or 'empty'}"
    desk.show(
        {"before": before, "version": migrations.HEAD, "changed": before != migrations.HEAD},
        lambda console: console.print(f"The database is {done}: version {migrations.HEAD}."),
    )
