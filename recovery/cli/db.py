"""`recovery db`: looking after the database."""

import click

from recovery.cli.common import Desk, verb
from recovery.i18n import here


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
    done = here("up to date")
    if before != migrations.HEAD:
        done = here("upgraded from {version}", version=before or here("empty"))
    desk.show(
        {"before": before, "version": migrations.HEAD, "changed": before != migrations.HEAD},
        lambda console: console.print(
            here("The database is {done}: version {head}.", done=done, head=migrations.HEAD)
        ),
    )
