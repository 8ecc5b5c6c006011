"""`recovery simulate`: what campaigns would do to made-up shoppers, beside what is true of them."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.playing import (
    Seeds,
    asks,
    expect_sound,
    files_of,
    hours_of,
    jobs_option,
    stage_options,
)
from recovery.errors import UsageError
from recovery.i18n import here, language, plural, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.simulate.many import Task
    from recovery.simulate.play import Ask, Played


class Moment(click.ParamType[timedelta]):
    """How far into a story: `6d`, `6d 09:00`, `1d12h`."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """A usage error names the cure."""
        from recovery.simulate.diary import clock

        try:
            return value if isinstance(value, timedelta) else clock(value)
        except ValueError:
            told = here(
                "'{value}' is no instant of a story; write e.g. 6d or '6d 09:00'", value=value
            )
            self.fail(told, param, ctx)


@click.command("simulate")
@click.argument("campaigns", nargs=-1, required=True, metavar="CAMPAIGN…")
@stage_options
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--seeds", type=Seeds(), metavar="SEEDS", help="Or several: 1-20, or 1,3,5-9.")
@jobs_option
@click.option(
    "--diary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What you do while it goes on, and when: a YAML file of dated actions.",
)
@click.option(
    "--until", type=Moment(), metavar="TIME", help="Stop there and look, e.g. 6d or '6d 09:00'."
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(
    desk: Desk,
    *,
    campaigns: tuple[str, ...],
    scenario: str,
    orders: int,
    days: int,
    seed: int,
    seeds: tuple[int, ...] | None,
    jobs: int,
    diary: Path | None,
    until: timedelta | None,
    html: Path | None,
    lang: str | None,
) -> None:
    """Play campaigns with made-up shoppers: what they bring, and what the report makes of it.

    CAMPAIGN is a file, or the name of one of the project's campaigns. The real engine works on a
    clock of its own; nothing is sent and nothing of the project changes. As the shoppers are made
    up, it is known what each of them would have done without a message: the true lift stands
    beside the reported one. The same seed gives the same answer on every machine.

    What goes wrong in a scenario is there to be noticed: --until shows what is known on a day, and
    a --diary says what you do about it: pause, resume, publish, market, withdraw_offer.
    """
    from recovery.simulate.diary import read_diary
    from recovery.simulate.many import Task

    spoken = language(lang, os.environ)
    if seeds is not None and html is not None:
        raise UsageError(say("--seeds and --html: a page shows one seed"))
    asked = asks(desk, scenario, orders, days, seeds or (seed,))
    files = tuple(file for named in campaigns for file in files_of(desk, named))
    expect_sound(desk, files)
    doing = read_diary(diary) if diary else None
    tasks = [Task(desk.settings, files, ask, doing, until) for ask in asked]
    if seeds is None:
        _one(desk, tasks[0], html, spoken)
    else:
        _several(desk, tasks, jobs, spoken)


def _one(desk: Desk, task: "Task", html: Path | None, lang: str) -> None:
    from recovery.cli.report import lay_out
    from recovery.simulate.page import write_page
    from recovery.simulate.page.speech import Speech
    from recovery.simulate.page.told import Told

    with desk.progress(_title(task.ask), hours_of(task.ask)) as watch:
        played = task.play(watch)
    verdict = played.verdict()
    page = None if html is None else write_page(verdict, html, lang)
    told: dict[str, Any] = {} if page is None else {"html": str(page)}
    paper = Told(verdict, Speech.of(lang)).paper()

    def show(console: "Console") -> None:
        lay_out(console, paper, page)
        _tell(console, played, lang)

    desk.show(verdict.payload() | told, show)


def _tell(console: "Console", played: "Played", lang: str) -> None:
    """What was to be noticed, and what was done."""
    from recovery.simulate.diary import when

    begins = played.ask.scenario.start
    if played.notices:
        console.print(here("To be noticed:"))
    for notice in played.notices:
        console.print(f"  {when(notice.at - begins)}  {notice.words[lang]}", soft_wrap=True)
    if played.done:
        console.print(here("Done by the diary:"))
    for action in played.done:
        told = f"  {when(action.at)}  {action.verb.value} {action.what}"
        console.print(told, soft_wrap=True, markup=False)


def _several(desk: Desk, tasks: "Sequence[Task]", jobs: int, lang: str) -> None:
    from recovery.cli.report import lay_out
    from recovery.simulate import overall
    from recovery.simulate.many import theatre
    from recovery.simulate.page.speech import Speech
    from recovery.simulate.page.told import over_seeds

    title = plural("{count} simulation", "{count} simulations", len(tasks))
    with desk.progress(here(title), len(tasks)) as watch, theatre(jobs, watch) as played:
        gists = played(tasks)
    paper = over_seeds(gists, Speech.of(lang))
    desk.show(overall.payload(gists), lambda console: lay_out(console, paper))


def _title(ask: "Ask") -> str:
    return here(
        "{orders}, {days}",
        orders=plural("{count} order", "{count} orders", ask.orders),
        days=plural("{count} day", "{count} days", ask.days),
    )
