"""What `simulate`, `compare` and `optimise` share: which campaigns are meant, where they are
played, with which seeds, and whether they may be played at all.
"""

import functools
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, refuse
from recovery.errors import Exit, UsageError
from recovery.i18n import here, plural, say, spoken

if TYPE_CHECKING:
    from recovery.settings import Settings
    from recovery.simulate.play import Ask

MOST_SEEDS = 1000


class Seeds(click.ParamType[tuple[int, ...]]):
    """`7`, `1-20`, or `1,3,5-9`: each once, in the order given."""

    name = "seeds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """A usage error names the cure."""
        if isinstance(value, tuple):
            return value
        found: dict[int, None] = {}
        for part in str(value).split(","):
            ends = re.fullmatch(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*", part)
            low, high = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
            if not 0 <= high - low < MOST_SEEDS:
                told = here("'{value}' are no seeds; write e.g. 7, 1-20 or 1,3,5-9", value=value)
                self.fail(told, param, ctx)
            found |= dict.fromkeys(range(low, high + 1))
        return tuple(found)


def stage_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where to play: `--scenario`, `--orders`, `--days`."""
    scenario = click.option(
        "--scenario",
        required=True,
        metavar="NAME",
        help="Whose shoppers: a shipped scenario, one of the project's scenarios/, or a file.",
    )
    orders = click.option(
        "--orders", type=click.IntRange(1, 1_000_000), default=1000, show_default=True,
        help="How many orders are placed, paid at once or not.",
    )  # fmt: skip
    days = click.option(
        "--days", type=click.IntRange(1, 366), default=14, show_default=True, help="Days of orders."
    )
    return functools.reduce(lambda one, option: option(one), (days, orders, scenario), function)


def jobs_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--jobs`."""
    return click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Simulations at a time, each in a process of its own.",
    )(function)


def asks(desk: Desk, scenario: str, orders: int, days: int, seeds: Sequence[int]) -> "list[Ask]":
    """What to play, once for each seed. MarketError or UsageError for a scenario that is wrong."""
    from recovery.simulate.play import Ask
    from recovery.simulate.scenarios import find_scenario

    found = find_scenario(scenario, desk.settings.project)
    return [Ask(found, orders, days, seed) for seed in seeds]


def files_of(desk: Desk, named: str) -> tuple[Path, ...]:
    """The campaign files that one word means: a file, a folder, or a campaign of the project."""
    from recovery.campaign.loader import campaign_files

    path = Path(named)
    if path.is_dir():
        found = tuple(campaign_files(path))
        if not found:
            raise UsageError(say("{folder} has no campaign files", folder=named))
        return found
    if path.is_file():
        return (path,)
    return (_by_name(desk, named),)


def _by_name(desk: Desk, name: str) -> Path:
    folder = desk.settings.campaigns_dir
    files = sorted(folder.glob("*.y*ml")) if folder.is_dir() else []
    known = {_called(file): file for file in files if file.stem != "defaults"}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 1)
    hint = (
        say("did you mean '{near}'?", near=near[0])
        if near
        else say("there are {names}", names=", ".join(sorted(known)) or say("none"))
    )
    raise UsageError(
        say("{name} is no file, and no campaign of the project; {hint}", name=repr(name), hint=hint)
    )


def _called(file: Path) -> str:
    """The name a campaign gives itself; of a file that can't be read, the file's."""
    from recovery.campaign.loader import read_file

    loaded = read_file(file).loaded
    return loaded.campaign.campaign if loaded else file.stem.lstrip("_")


def furnished(desk: Desk) -> "Settings":
    """The project's settings; outside of any project they borrow the shipped templates."""
    from recovery.project import shipped

    settings = desk.settings
    if settings.templates_dir.is_dir():
        return settings
    return settings.model_copy(update={"project": shipped()})


def expect_sound(desk: Desk, files: Sequence[Path]) -> None:
    """Leave with 65 and the findings of `recovery check` where a campaign is wrong; UsageError
    where two files have one name, for only one of them would be played."""
    from recovery.campaign.problems import CampaignError
    from recovery.examination import examine
    from recovery.i18n import words

    names = [file.name.lstrip("_.") for file in files]
    for twin in {name for name in names if names.count(name) > 1}:
        raise UsageError(
            say("two files are called {name}; rename one, to play them together", name=twin)
        )
    errors = examine(furnished(desk), files).errors
    if not errors:
        return
    from recovery.cli.check import lines_below
    from recovery.cli.diagnosis import diagnosis

    lines = lines_below(desk.settings.project)
    for one in errors:
        click.echo(str(diagnosis(one, lines, words(spoken()))), err=True)
    told = plural("{count} error", "{count} errors", len(errors))
    message = here("{errors}: these campaigns can't be played", errors=told)
    refuse(message, Exit.DATA, as_json=desk.as_json, error=CampaignError(errors))


def hours_of(ask: "Ask") -> int:
    """About how many hours a simulation tells of: its days and two weeks, for the bar."""
    return (ask.days + 14) * 24
