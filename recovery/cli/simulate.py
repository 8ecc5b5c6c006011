"""`recovery simulate`: what campaigns would do to made-up shoppers, beside what is true of them."""

import os
from collections.abc import Sequence
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
    from recovery.simulate.play import Ask


@click.command("simulate")
@click.argument("campaigns", nargs=-1, required=True, metavar="CAMPAIGN…")
@stage_options
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--seeds", type=Seeds(), metavar="SEEDS", help="Or several: 1-20, or 1,3,5-9.")
@jobs_option
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
    html: Path | None,
    lang: str | None,
) -> None:
    """Play campaigns with made-up shoppers: what they bring, and what the report makes of it.

    CAMPAIGN is a file, or the name of one of the project's campaigns. The real engine works on a
    clock of its own; nothing is sent and nothing of the project changes. As the shoppers are made
    up, it is known what each of them would have done without a message: the true lift stands
    beside the reported one. The same seed gives the same answer on every machine.
    """
    spoken = language(lang, os.environ)
    if seeds is not None and html is not None:
        raise UsageError(say("--seeds and --html: a page shows one seed"))
    asked = asks(desk, scenario, orders, days, seeds or (seed,))
    files = tuple(file for named in campaigns for file in files_of(desk, named))
    expect_sound(desk, files)
    if seeds is None:
        _one(desk, files, asked[0], html, spoken)
    else:
        _several(desk, files, asked, jobs, spoken)


def _one(desk: Desk, files: Sequence[Path], ask: "Ask", html: Path | None, lang: str) -> None:
    from recovery.cli.report import lay_out
    from recovery.simulate.page import write_page
    from recovery.simulate.page.speech import Speech
    from recovery.simulate.page.told import Told
    from recovery.simulate.play import simulate

    with desk.progress(_title(ask), hours_of(ask)) as watch:
        played = simulate(desk.settings, files, ask, watch)
    verdict = played.verdict()
    page = None if html is None else write_page(verdict, html, lang)
    told: dict[str, Any] = {} if page is None else {"html": str(page)}
    paper = Told(verdict, Speech.of(lang)).paper()
    desk.show(verdict.payload() | told, lambda console: lay_out(console, paper, page))


def _several(
    desk: Desk, files: tuple[Path, ...], asked: "Sequence[Ask]", jobs: int, lang: str
) -> None:
    from recovery.cli.report import lay_out
    from recovery.simulate import overall
    from recovery.simulate.many import Task, theatre
    from recovery.simulate.page.speech import Speech
    from recovery.simulate.page.told import over_seeds

    tasks = [Task(desk.settings, files, ask) for ask in asked]
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
