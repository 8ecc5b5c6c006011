"""`recovery worker`: dramatiq workers for the Redis broker."""

import os
import sys

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, plural, say


@click.command("worker")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="A process.")
@verb(at=False)
def command(desk: Desk, *, processes: int, threads: int) -> None:
    """Send what runs hand over through Redis; stop it with Ctrl-C or SIGTERM.

    Start as many as you like, on as many hosts as you like. Each process sends up to
    RECOVERY_CONCURRENCY messages at once, whatever its number of threads.
    """
    desk.expect_a_project()
    if not desk.settings.broker_url.startswith("redis"):
        raise UsageError(
            say(
                "RECOVERY_BROKER_URL is memory://, so `recovery run` sends by itself; set it to "
                "redis://host:6379/0 to use workers"
            )
        )
    from workers.broker import expect_an_answer

    expect_an_answer(desk.settings.broker_url)
    environ = os.environ | {"RECOVERY_PROJECT": str(desk.settings.project)}
    desk.show(
        {"processes": processes, "threads": threads},
        lambda console: console.print(
            here(
                plural(
                    "Sending what runs hand over, in {count} process",
                    "Sending what runs hand over, in {count} processes",
                    processes,
                )
            )
        ),
    )
    sys.stdout.flush()
    arguments = ["--processes", str(processes), "--threads", str(threads)]
    command = [sys.executable, "-m", "workers", *arguments]
    os.execve(sys.executable, command, environ)  # noqa: S606 - signals reach dramatiq directly
