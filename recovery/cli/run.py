"""`recovery run`: what cron calls."""

from collections.abc import Callable
from signal import SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.heartbeat import heartbeat
from recovery.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from recovery.measure.runs import RunResult


@click.command("run")
@click.option("--dry-run", is_flag=True, help="Show what would happen; change and send nothing.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(0, 86_400),
    default=0,
    help="With Redis: wait up to this long until the workers have sent what is due.",
)
@verb(at=True)
def command(desk: Desk, *, dry_run: bool, wait: int) -> None:
    """Do everything that is due now: settle payments, enrol orders, send messages.

    This is the one line for cron. Running it twice at the same moment does nothing the second
    time; two runs at once are safe, the later one leaves with exit code 75.
    """
    url = desk.settings.heartbeat_url
    signal(SIGTERM, default_int_handler)  # systemd's way to say Ctrl-C
    with heartbeat(url.get_secret_value() if url and not dry_run else None) as begun:
        raise SystemExit(int(_run(desk, begun, dry_run=dry_run, wait=wait)))


def _run(desk: Desk, begun: Callable[[str], None], *, dry_run: bool, wait: int) -> Exit:
    from workers.courier import courier_for

    engine = desk.engine()
    try:
        courier = courier_for(desk.settings.broker_url, wait)
        result = engine.run(courier, dry_run=dry_run, begun=begun)
    finally:
        engine.close()
    desk.show(result.payload(), lambda console: _tell(result, console))
    return _exit(result)


def _exit(result: "RunResult") -> Exit:
    if result.problems:
        return Exit.DATA
    if result.abandoned:
        return Exit.UNAVAILABLE
    lost = result.inbox.get("faults")
    failed = result.touches.failed or result.touches.unknown or result.refused or lost
    return Exit.PARTIAL if failed else Exit.DONE


def _tell(result: "RunResult", console: "Console") -> None:
    from recovery.cli.history import told
    from recovery.measure.plain import counted

    done, settled = result.touches, result.settled
    would = "would be " if result.dry_run else ""
    console.print(f"Run {result.token} at {result.at:%Y-%m-%d %H:%M} UTC")
    for one in result.published:
        console.print(f"  {would}published  {one['campaign']}, version {one['version']}")
        for change in one["changes"]:
            console.print(f"      {told(change)}", highlight=False)
    for campaign, arms in result.enrolled.items():
        shares = ", ".join(f"{arm} {count}" for arm, count in arms.items())
        console.print(f"  {would}enrolled   {campaign}: {shares}")
    sent, tasks = counted(done.sent, "message"), counted(done.tasks, "task")
    console.print(f"  {would}sent       {sent}, {tasks} for people")
    for reason, count in sorted(done.snoozed.items()):
        console.print(f"  {would}put off    {count}: {_words(reason)}")
    for reason, count in sorted(done.skipped.items()):
        console.print(f"  {would}left out   {count}: {_words(reason)}")
    if done.failed or done.unknown:
        console.print(f"  failed {done.failed}, answer unknown {done.unknown}")
    if result.unanswered.get("open"):
        console.print(f"  without a clear answer: {_open(result.unanswered)}")
    if result.hinted:
        console.print(f"  handed to workers: {counted(result.hinted, 'touch', 'touches')}")
    ended = sum(settled.exited.values()) + settled.exhausted
    console.print(f"  since the last run: {settled.recovered} recovered, {ended} ended unpaid")
    for problem in (*result.problems, *result.refused):
        console.print(f"  PROBLEM {problem}")
    for warning in result.warnings:
        console.print(f"  note: {warning}")


def _open(unanswered: "Mapping[str, Any]") -> str:
    from recovery.measure.plain import counted

    return f"{counted(unanswered['open'], 'message')}, looked for from {unanswered['next_look']} on"


def _words(reason: str) -> str:
    return reason.replace("_", " ")
