"""`recovery compare`: campaigns on the very same made-up shoppers, and which of them is better."""

import os
from pathlib import Path
from typing import Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.playing import Seeds, asks, expect_sound, files_of, jobs_option, stage_options
from recovery.errors import UsageError
from recovery.i18n import here, language, plural, say


@click.command("compare")
@click.argument("campaigns", nargs=-1, required=True, metavar="A B [C]…")
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
    """Play campaigns with the same made-up shoppers, and say which is better, or that it is not
    clear.

    Each of A, B … is a campaign file, a folder of files that are played together, or the name of
    one of the project's campaigns. A shopper meets each of them with the same luck, so whatever
    differs, they caused. Where it is not clear, it is said how many orders would settle it.
    """
    from recovery.cli.report import lay_out
    from recovery.simulate.compare import Comparison, Entrant
    from recovery.simulate.many import Task, theatre
    from recovery.simulate.page import write
    from recovery.simulate.page.compared import Compared
    from recovery.simulate.page.speech import Speech

    spoken = language(lang, os.environ)
    asked = asks(desk, scenario, orders, days, seeds or (seed,))
    entered = _entered(desk, campaigns)
    tasks = [Task(desk.settings, files, ask) for files in entered.values() for ask in asked]
    title = here(plural("{count} simulation", "{count} simulations", len(tasks)))
    with desk.progress(title, len(tasks)) as watch, theatre(jobs, watch) as played:
        gists = iter(played(tasks))
    found = Comparison(tuple(Entrant(name, tuple(next(gists) for _ in asked)) for name in entered))
    shown = Compared(found, Speech.of(spoken))
    page = None if html is None else write(shown.html(), html)
    told: dict[str, Any] = {} if page is None else {"html": str(page)}
    desk.show(found.payload() | told, lambda console: lay_out(console, shown.paper(), page))


def _entered(desk: Desk, named: tuple[str, ...]) -> dict[str, tuple[Path, ...]]:
    """The files of each entrant, by a name of its own."""
    if len(named) < 2:
        raise UsageError(say("name two campaigns or more: each is a file, a folder or a name"))
    found: dict[str, tuple[Path, ...]] = {}
    for one in named:
        if one.endswith(".json"):
            raise UsageError(
                say(
                    "{file} is a result: those of other shoppers can't be compared; name the "
                    "campaigns, and they are played with the same ones",
                    file=one,
                )
            )
        files = files_of(desk, one)
        expect_sound(desk, files)
        short = Path(one).stem if Path(one).suffix else Path(one).resolve().name
        name = short if short not in found else one
        if name in found:
            raise UsageError(say("{name} is named twice", name=one))
        found[name] = files
    return found
