"""Campaign files into models: read, checked whole, every problem with its place and cure."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from recovery.campaign.complaints import complain
from recovery.campaign.lint import lint
from recovery.campaign.problems import CampaignError, Problem
from recovery.campaign.schema import Campaign, Defaults
from recovery.campaign.text import normalised, read_source, slips
from recovery.campaign.tree import Tree, grow
from recovery.errors import UsageError

__all__ = [
    "CampaignError",
    "LoadedCampaign",
    "Problem",
    "load_campaign",
    "load_folder",
    "parse_campaign",
]

_M = TypeVar("_M", bound=BaseModel)
_DEFAULTS = ("defaults.yaml", "defaults.yml")


@dataclass(frozen=True)
class LoadedCampaign:
    """A campaign and the text it came from. `digest`: SHA-256 of the text and its defaults."""

    campaign: Campaign
    file: str
    source: str
    digest: str
    defaults: str = ""  # the text of defaults.yaml it was read with


@dataclass(frozen=True)
class SharedDefaults:
    """The text of campaigns/defaults.yaml and what it gives: `holdout` and `limits`, as written."""

    source: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def under(self, data: Any) -> Any:
        """Lay the defaults under a campaign's data: each limit that it sets itself is kept."""
        if not isinstance(data, dict):
            return data
        limits, own = self.data.get("limits"), data.get("limits", {})
        merged = {"limits": limits | own} if limits and isinstance(own, dict) else {}
        return self.data | data | merged


_NONE = SharedDefaults()


def parse_campaign(source: str, file: str, defaults: SharedDefaults = _NONE) -> LoadedCampaign:
    """Read one campaign from the text of its file.

    Raises CampaignError with all problems that can be told apart; a file that is not YAML has one.
    """
    text = normalised(source)
    tree = _tree(text, file)

    campaign = _validated(tree, Campaign, defaults.under, lint)
    digest = hashlib.sha256(f"{text}\0{defaults.source}".encode()).hexdigest()
    return LoadedCampaign(campaign, file, text, digest, defaults.source)


def parse_defaults(source: str, file: str = _DEFAULTS[0]) -> SharedDefaults:
    """Read campaigns/defaults.yaml; raises CampaignError as `parse_campaign` does."""
    text = normalised(source)
    tree = _tree(text, file)
    _validated(tree, Defaults, lambda data: data, lambda tree: None)
    return SharedDefaults(text, tree.data)


def load_folder(path: Path) -> tuple[list[LoadedCampaign], list[CampaignError]]:
    """Read all campaigns of a folder, highest priority first, then by name.

    A broken file stops only itself; two files with one campaign name stop each other, and broken
    defaults stop all, since no campaign may run without the limits it counts on. Files that begin
    with `_` or `.` are left out. UsageError when there is no such folder.
    """
    if not path.is_dir():
        raise UsageError(f"there is no folder {path}; `recovery init` makes a project with one")
    try:
        defaults = _defaults_of(path)
    except CampaignError as error:
        return [], [error]
    loaded: list[LoadedCampaign] = []
    errors: list[CampaignError] = []
    for file in campaign_files(path):
        try:
            loaded.append(load_campaign(file, defaults))
        except CampaignError as error:
            errors.append(error)
    twins = _twins(loaded)
    sound = [one for one in loaded if one.file not in {error.file for error in twins}]
    sound.sort(key=lambda one: (-one.campaign.priority, one.campaign.campaign))
    return sound, errors + twins


def load_campaign(file: Path, defaults: SharedDefaults | None = None) -> LoadedCampaign:
    """Read one file; without `defaults`, those beside it count. Raises CampaignError."""
    given = _defaults_of(file.parent) if defaults is None else defaults
    return parse_campaign(read_source(file), file.name, given)


def campaign_files(path: Path) -> list[Path]:
    """Return the campaign files of a folder by name: `*.yaml` and `*.yml` that are no draft."""
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in (".yaml", ".yml") and file.name[0] not in "._" and file.stem != "defaults"
    )


def _defaults_of(folder: Path) -> SharedDefaults:
    file = next((f for f in map(folder.joinpath, _DEFAULTS) if f.is_file()), None)
    return parse_defaults(read_source(file), file.name) if file else _NONE


def _twins(loaded: list[LoadedCampaign]) -> list[CampaignError]:
    files: dict[str, list[LoadedCampaign]] = {}
    for one in loaded:
        files.setdefault(one.campaign.campaign, []).append(one)
    return [
        _twin(one, next(other for other in group if other is not one))
        for group in files.values()
        if len(group) > 1
        for one in group
    ]


def _twin(one: LoadedCampaign, other: LoadedCampaign) -> CampaignError:
    tree, road = grow(one.source, one.file), ("campaign",)
    tree.report("CR053", tree.value(road), road, given=one.campaign.campaign, other=other.file)
    return CampaignError(tree.problems)


def _tree(text: str, file: str) -> Tree:
    found = list(slips(text, file))
    if found:
        raise CampaignError(found)
    return grow(text, file)


def _validated(
    tree: Tree, model: type[_M], prepare: Callable[[Any], Any], check: Callable[[Tree], None]
) -> _M:
    """Validate and cross-check; everything found is raised at once, top to bottom."""
    read: _M | None = None
    check(tree)
    try:
        read = model.model_validate(prepare(tree.data), by_alias=True, by_name=False)
    except ValidationError as error:
        complain(error, tree, model)
    if tree.problems or read is None:
        raise CampaignError(sorted(tree.problems, key=lambda one: (one.line, one.column)))
    return read
