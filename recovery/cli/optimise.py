"""`recovery optimise`: better delays, channels and offers for a campaign, within its limits."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.playing import (
    asks,
    expect_sound,
    files_of,
    furnished,
    jobs_option,
    stage_options,
)
from recovery.errors import UsageError
from recovery.i18n import here, language, say

if TYPE_CHECKING:
    from recovery.simulate.optimise.candidates import Candidate
    from recovery.simulate.optimise.search import Draft, Found
    from recovery.simulate.page.searched import Searched


@click.command("optimise")
@click.argument("campaign")
@click.option(
    "--limits",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What may be changed, and how far: a YAML file, see docs/simulation.md.",
)
@stage_options
@click.option(
    "--tries",
    type=click.IntRange(2, 1000),
    default=24,
    show_default=True,
    help="How many candidates; drawn by lot where there are more.",
)
@click.option(
    "--seeds",
    "count",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="On how many seeds the best are tried; the others on fewer.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The first of the seeds.")
@jobs_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the campaigns of the front into this folder.  [default: var/optimise/CAMPAIGN]",
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page here."
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(
    desk: Desk,
    *,
    campaign: str,
    limits: Path,
    scenario: str,
    orders: int,
    days: int,
    tries: int,
    count: int,
    seed: int,
    jobs: int,
    out: Path | None,
    html: Path | None,
    lang: str | None,
) -> None:
    """Search delays, channels and offers of a campaign, within limits that you set.

    Candidates are played with the same made-up shoppers, the better half of them with more.
    Those that nobody beats, with more money or less annoyance, are shown and written as campaign
    files with your comments. The best is judged again on fresh seeds, for what was chosen among
    many looks better than it is.
    """
    from recovery.campaign.loader import load_campaign
    from recovery.cli.report import lay_out
    from recovery.simulate.many import theatre
    from recovery.simulate.optimise.candidates import Space
    from recovery.simulate.optimise.halving import plays
    from recovery.simulate.optimise.limits import read_limits
    from recovery.simulate.optimise.search import Draft, Search
    from recovery.simulate.page import write
    from recovery.simulate.page.searched import Searched
    from recovery.simulate.page.speech import Speech

    spoken = language(lang, os.environ)
    asked = tuple(asks(desk, scenario, orders, days, range(seed, seed + count)))
    files = files_of(desk, campaign)
    if len(files) != 1:
        raise UsageError(say("{name} are several campaigns; name one", name=campaign))
    expect_sound(desk, files)
    draft = Draft(furnished(desk), files[0], load_campaign(files[0]))
    space = Space(draft.loaded.campaign, read_limits(limits))
    total = plays(min(tries, space.size) + 1, count)
    with (
        TemporaryDirectory(prefix="recovery-optimise-") as folder,
        desk.progress(here("the search"), total) as watch,
        theatre(jobs, watch) as played,
    ):
        found = Search(draft, space, asked, Path(folder), played).run(tries)
    target = out or desk.settings.var_dir / "optimise" / draft.loaded.campaign.campaign
    shown = Searched(found, asked[0], Speech.of(spoken), _written(found, draft, target))
    _show(desk, shown, None if html is None else write(shown.html(), html), lay_out)


def _written(found: "Found", draft: "Draft", folder: Path) -> "dict[Candidate, Path]":
    """Each campaign of the front as a file; those of an earlier search are replaced."""
    from recovery.simulate.optimise.editing import edited

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("front-*.yaml"):
        old.unlink()
    files = {}
    for number, candidate in enumerate(found.front, 1):
        files[candidate] = folder.absolute() / f"front-{number}.yaml"
        files[candidate].write_text(edited(draft.loaded.source, candidate), "utf-8")
    return files


def _show(desk: Desk, shown: "Searched", page: Path | None, lay_out: Any) -> None:
    told: dict[str, Any] = {} if page is None else {"html": str(page)}
    desk.show(shown.payload() | told, lambda console: lay_out(console, shown.paper(), page))
