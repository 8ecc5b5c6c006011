"""`recovery demo`: the whole job on made-up orders, in a folder of its own."""

import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, Instant, verb
from recovery.errors import Exit
from recovery.i18n import here, plural, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.simulate.demo.summary import Summary
    from recovery.simulate.play import Ask

# A Monday morning; always the same one, so that the same seed tells the same story.
_START = datetime(2026, 10, 26, 6, tzinfo=UTC)
# What would lead the commands that we suggest out of the demo's folder.
_LEADS_OUT = (
    "RECOVERY_DATABASE_URL",
    "RECOVERY_BROKER_URL",
    "RECOVERY_EMAIL_SENDER",
    "RECOVERY_SMS_SENDER",
    "RECOVERY_OUTBOX_DIR",
)


@click.command("demo")
@click.option(
    "--days", type=click.IntRange(1, 60), default=14, show_default=True, help="Days of orders."
)
@click.option(
    "--orders",
    type=click.IntRange(1, 100_000),
    default=5_000,
    show_default=True,
    help="How many orders are placed in these days, paid at once or not. Earlier, paid orders of "
    "returning customers come on top. Below a few thousand the report finds too little to compare.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the report as a page  [default: var/demo/report.html]",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    help="Language of the report, too.  [default: of the environment]",
)
@click.option("--open", "look", is_flag=True, help="Open the page in your browser at the end.")
@click.option("--at", "start", type=Instant(), metavar="TIME", default=_START, help="First day.")
@verb(at=False)
def command(
    desk: Desk,
    *,
    days: int,
    orders: int,
    seed: int,
    html: Path | None,
    lang: str | None,
    look: bool,
    start: datetime,
) -> int:
    """See the whole job on example orders: no account, no set-up, nothing leaves this machine.

    Made-up customers of nine markets order for two weeks, and many do not pay. Your campaigns and
    templates are run on them as they are, messages go to files, some customers come back, and the
    report is printed. Everything is kept in var/demo, which the next demo replaces.
    """
    from recovery.cli.report import show
    from recovery.measure.page import write_page
    from recovery.measure.wording import Wording
    from recovery.simulate.demo.story import asked

    told = _play(desk, asked(start, days, orders, seed))
    page = write_page(
        told.story.report,
        html or told.settings.project / "report.html",
        lang or spoken(),
        told.story.course,
    )

    def text(console: "Console") -> None:
        _tell(told, console)
        console.print()
        show(console, told.story.report, Wording.of(lang or spoken()))
        _what_next(told, page, console)

    desk.show(told.payload() | {"html": str(page)}, text)
    if look:
        click.launch(str(page))
    return int(Exit.DATA if told.story.diary.problems else Exit.DONE)


def _play(desk: Desk, ask: "Ask") -> "Summary":
    from recovery.clock import Stopwatch, VirtualClock
    from recovery.simulate.demo.stage import set_stage
    from recovery.simulate.demo.story import play, staged
    from recovery.simulate.demo.summary import Summary
    from recovery.simulate.rig import Rig
    from workers.courier import courier_for

    watch = Stopwatch()
    settings = set_stage(desk.settings)
    clock = VirtualClock(ask.scenario.start)
    with closing(Rig(settings, clock)) as engine:
        stage, doors = staged(engine, clock, ask, courier_for(settings.broker_url))
        hours = int((stage.ending() - ask.scenario.start).total_seconds() // 3600)
        with desk.progress(
            here(
                "{orders}, {days}",
                orders=plural("{count} order", "{count} orders", ask.orders),
                days=plural("{count} day", "{count} days", hours // 24),
            ),
            hours,
        ) as advance:
            story = play(stage, doors, advance)
    return Summary(story, settings, ask.orders, ask.seed, watch.seconds())


def _tell(told: "Summary", console: "Console") -> None:
    for line in told.lines():
        console.print(line, soft_wrap=True)
    for problem in told.story.diary.problems:
        console.print(here("  PROBLEM {problem}", problem=problem), style="red", soft_wrap=True)


def _what_next(told: "Summary", page: Path, console: "Console") -> None:
    folder = told.settings.project
    console.print()
    console.print(
        here("The report as a page: {short}", short=_short(page)), style="bold", soft_wrap=True
    )
    console.print(
        here("Every message, as a file: {short}", short=_short(told.settings.outbox_dir)),
        soft_wrap=True,
    )
    console.print(here("\nTry next"), style="bold")
    if told.letter is not None:
        console.print(
            here("  Open a message:   {short}", short=_short(told.letter)), soft_wrap=True
        )
    if told.order is not None:
        command = f"{_ourselves()} explain {told.order} --project {_short(folder)}"
        console.print(
            here(
                "  See why, in full: {staying_inside}{command}",
                staying_inside=_staying_inside(),
                command=command,
            ),
            soft_wrap=True,
        )
    console.print(
        here(
            "  Change something: edit campaigns/card-declined.yaml, then {ourselves} demo again",
            ourselves=_ourselves(),
        ),
        soft_wrap=True,
    )


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _ourselves() -> str:
    """How to call us from here: `make demo` runs from an environment that is on no PATH."""
    if which("recovery") is not None or Path(sys.argv[0]).name != "recovery":
        return "recovery"
    return _short(Path(sys.argv[0]).absolute())


def _staying_inside() -> str:
    """Settings of the environment win over those of a folder: leave them out of the command."""
    names = [name for name in _LEADS_OUT if name in os.environ]
    return f"env {' '.join(f'-u {name}' for name in names)} " if names else ""
