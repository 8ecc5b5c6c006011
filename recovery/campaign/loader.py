"""Campaign files and their folder: each read whole, every problem with its place and cure."""

from dataclasses import replace
from pathlib import Path

from recovery.campaign.parsing import (
    NO_DEFAULTS,
    LoadedCampaign,
    Reading,
    SharedDefaults,
    Spoken,
    check_defaults,
    parse_campaign,
    parse_defaults,
    read_campaign,
)
from recovery.campaign.problems import CampaignError, Problem, Related
from recovery.campaign.text import read_source
from recovery.campaign.tree import Tree
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.problems import Severity

__all__ = [
    "CampaignError",
    "LoadedCampaign",
    "Problem",
    "Reading",
    "SharedDefaults",
    "Spoken",
    "load_campaign",
    "load_folder",
    "parse_campaign",
    "parse_defaults",
    "read_defaults",
    "read_file",
    "read_folder",
]

_DEFAULTS = ("defaults.yaml", "defaults.yml")


def load_folder(path: Path) -> tuple[list[LoadedCampaign], list[CampaignError]]:
    """Read all campaigns of a folder, highest priority first, then by name.

    A broken file stops only itself; two files with one campaign name stop each other, and broken
    defaults stop all, since no campaign may run without the limits it counts on. Files that begin
    with `_` or `.` are left out. UsageError when there is no such folder.
    """
    readings = read_folder(path)
    sound = [one.loaded for one in readings if one.loaded is not None]
    sound.sort(key=lambda one: (-one.campaign.priority, one.campaign.campaign))
    return sound, [CampaignError(one.problems) for one in readings if one.errors]


def read_folder(path: Path, spoken: Spoken | None = None) -> list[Reading]:
    """Read all campaigns of a folder as `load_folder` does, with all their problems."""
    if not path.is_dir():
        raise UsageError(
            say("there is no folder {path}; `recovery init` makes a project with one", path=path)
        )
    try:
        defaults = defaults_of(path)
    except CampaignError as error:
        broken = Reading(error.file, None, tuple(error.problems))
        files = [read_file(file, NO_DEFAULTS, spoken) for file in campaign_files(path)]
        return [broken, *(replace(one, loaded=None) for one in files)]
    doubtful = [one for one in map(read_defaults, _defaults_in(path)) if one.problems]
    return doubtful + _without_twins(
        [read_file(file, defaults, spoken) for file in campaign_files(path)]
    )


def read_file(
    file: Path, defaults: SharedDefaults | None = None, spoken: Spoken | None = None
) -> Reading:
    """Read one file; without `defaults`, those beside it count."""
    try:
        given = defaults_of(file.parent) if defaults is None else defaults
        source, problems = read_source(file)
    except CampaignError as error:
        return Reading(error.file, None, tuple(error.problems))
    reading = read_campaign(source, file.name, given, spoken)
    found = (*problems, *reading.problems)
    wrong = any(one.severity is Severity.ERROR for one in problems)
    return replace(reading, loaded=None if wrong else reading.loaded, problems=found)


def read_defaults(file: Path) -> Reading:
    """Read a defaults.yaml by itself; it is never a campaign."""
    try:
        source, problems = read_source(file)
    except CampaignError as error:
        return Reading(file.name, None, tuple(error.problems), shared=True)
    found = (*problems, *check_defaults(source, file.name))
    return Reading(file.name, None, found, shared=True)


def load_campaign(file: Path, defaults: SharedDefaults | None = None) -> LoadedCampaign:
    """Read one file; raises CampaignError with all that is wrong with it."""
    reading = read_file(file, defaults)
    if reading.loaded is None:
        raise CampaignError(reading.problems)
    return reading.loaded


def campaign_files(path: Path) -> list[Path]:
    """Return the campaign files of a folder by name: `*.yaml` and `*.yml` that are no draft."""
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in (".yaml", ".yml") and file.name[0] not in "._" and file.stem != "defaults"
    )


def defaults_of(folder: Path) -> SharedDefaults:
    """Read the defaults of a folder, if it has any; raises CampaignError."""
    files = _defaults_in(folder)
    if not files:
        return NO_DEFAULTS
    file = files[0]
    source, problems = read_source(file)
    if any(one.severity is Severity.ERROR for one in problems):
        raise CampaignError(problems)
    return parse_defaults(source, file.name)


def _defaults_in(folder: Path) -> list[Path]:
    """The file with the defaults of a folder, if it has one."""
    return [file for file in map(folder.joinpath, _DEFAULTS) if file.is_file()][:1]


def _without_twins(readings: list[Reading]) -> list[Reading]:
    files: dict[str, list[Reading]] = {}
    for one in readings:
        if one.loaded is not None:
            files.setdefault(one.loaded.campaign.campaign, []).append(one)
    twins = {
        one.file: next(other for other in group if other is not one)
        for group in files.values()
        if len(group) > 1
        for one in group
    }
    return [_twin(one, twins[one.file]) if one.file in twins else one for one in readings]


def _twin(one: Reading, other: Reading) -> Reading:
    mine, theirs = _named(one), _named(other)
    road = ("campaign",)
    seen = Related(theirs.value(road), say("the other one"), other.file)
    name = mine.data["campaign"]
    mine.report("CR053", mine.value(road), road, related=(seen,), given=name, other=other.file)
    problems = sorted(mine.problems, key=lambda found: (found.line, found.column))
    return Reading(one.file, None, tuple(problems), mine)


def _named(reading: Reading) -> Tree:
    assert reading.tree is not None, "a campaign was read from it"  # noqa: S101
    return reading.tree
