"""`recovery run`: what cron calls."""

import os
from collections.abc import Callable
from signal import SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.heartbeat import heartbeat
from recovery.errors import Exit
from recovery.i18n import Text, fill, language, mark, words

if TYPE_CHECKING:
    from gettext import NullTranslations

    from rich.console import Console

    from recovery.measure.runs import Line, RunResult


@click.command("run")
@click.option("--dry-run", is_flag=True, help="Show what would happen; change and send nothing.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(0, 86_400),
    default=0,
    help="With Redis: wait up to this long until the workers have sent what is due.",
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(desk: Desk, *, dry_run: bool, wait: int, lang: str | None) -> None:
    """Do everything that is due now: settle payments, enrol orders, send messages.

    This is the one line for cron. Running it twice at the same moment does nothing the second
    time; two runs at once are safe, the later one leaves with exit code 75.
    """
    speak = words(language(lang, os.environ))
    url = desk.settings.heartbeat_url
    signal(SIGTERM, default_int_handler)  # systemd's way to say Ctrl-C
    with heartbeat(url.get_secret_value() if url and not dry_run else None) as begun:
        raise SystemExit(int(_run(desk, begun, speak, dry_run=dry_run, wait=wait)))


def _run(
    desk: Desk, begun: Callable[[str], None], speak: "NullTranslations", *, dry_run: bool, wait: int
) -> Exit:
    from workers.courier import courier_for

    engine = desk.engine()
    try:
        courier = courier_for(desk.settings.broker_url, wait)
        result = engine.run(courier, dry_run=dry_run, begun=begun)
    finally:
        engine.close()
    desk.show(result.payload(), lambda console: _tell(result, console, speak))
    return _exit(result)


def _exit(result: "RunResult") -> Exit:
    if result.problems:
        return Exit.DATA
    if result.abandoned:
        return Exit.UNAVAILABLE
    lost = result.inbox.get("faults")
    failed = result.touches.failed or result.touches.unknown or result.refused or lost
    return Exit.PARTIAL if failed else Exit.DONE


def _tell(result: "RunResult", console: "Console", speak: "NullTranslations") -> None:
    say = _Lines(console, speak, speak.gettext(mark("would be ")) if result.dry_run else "")
    say(mark("Run {token} at {at} UTC"), token=result.token, at=f"{result.at:%Y-%m-%d %H:%M}")
    _tell_newcomers(result, say)
    _tell_messages(result, say)
    settled = result.settled
    ended = sum(settled.exited.values()) + settled.exhausted
    line = mark("  since the last run: {recovered} recovered, {ended} ended unpaid")
    say(line, recovered=settled.recovered, ended=ended)
    for problem in (*result.wrong, *result.refused):
        say(mark("  PROBLEM {told}"), told=say.told(problem))
    for note in result.notes:
        say(mark("  note: {told}"), told=say.told(note))


def _tell_newcomers(result: "RunResult", say: "_Lines") -> None:
    from recovery.cli.history import told

    for one in result.published:
        line = mark("  {would}published  {campaign}, version {version}")
        say(line, campaign=one["campaign"], version=one["version"])
        for change in one["changes"]:
            say("      {told}", told=told(change, say.speak))
    for campaign, arms in result.enrolled.items():
        shares = ", ".join(f"{arm} {count}" for arm, count in arms.items())
        say(mark("  {would}enrolled   {campaign}: {shares}"), campaign=campaign, shares=shares)


def _tell_messages(result: "RunResult", say: "_Lines") -> None:
    from recovery.measure.plain import reason_text

    done, ngettext = result.touches, say.speak.ngettext
    sent = ngettext("{count} message", "{count} messages", done.sent).format(count=f"{done.sent:,}")
    tasks = ngettext("{count} task", "{count} tasks", done.tasks).format(count=f"{done.tasks:,}")
    say(mark("  {would}sent       {sent}, {tasks} for people"), sent=sent, tasks=tasks)
    for line, counted in (
        (mark("  {would}put off    {count}: {why}"), done.snoozed),
        (mark("  {would}left out   {count}: {why}"), done.skipped),
    ):
        for reason, count in sorted(counted.items()):
            say(line, count=count, why=say.told(reason_text(reason)))
    if done.failed or done.unknown:
        line = mark("  failed {failed}, answer unknown {unknown}")
        say(line, failed=done.failed, unknown=done.unknown)
    if waiting := result.unanswered.get("open"):
        line = ngettext(
            "  without a clear answer: {count} message, looked for from {at} on",
            "  without a clear answer: {count} messages, looked for from {at} on",
            waiting,
        )
        say.print(line, count=f"{waiting:,}", at=str(result.unanswered["next_look"]))
    if hinted := result.hinted:
        line = ngettext(
            "  handed to workers: {count} touch", "  handed to workers: {count} touches", hinted
        )
        say.print(line, count=f"{hinted:,}")


class _Lines:
    """Prints lines in one language; `would` stands before what a rehearsal only foretells."""

    def __init__(self, console: "Console", speak: "NullTranslations", would: str) -> None:
        self.console, self.speak, self.would = console, speak, would

    def __call__(self, line: str, **places: object) -> None:
        """Print a marked `line`, its places filled."""
        self.print(self.speak.gettext(line), **places)

    def print(self, line: str, **places: object) -> None:
        """Print a `line` that is in the language already."""
        self.console.print(line.format(would=self.would, **places), soft_wrap=True)

    def told(self, value: "Line") -> str:
        """What was made elsewhere, in this language."""
        if isinstance(value, Text):
            return fill(value, self.speak)
        return value if isinstance(value, str) else value.line_in(self.speak)
