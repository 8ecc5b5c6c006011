"""From the text of one file to a campaign, or to everything that is wrong with it."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from recovery.campaign.complaints import complain
from recovery.campaign.lint import lint
from recovery.campaign.problems import CampaignError
from recovery.campaign.schema import Campaign, Defaults
from recovery.campaign.templates import check_templates
from recovery.campaign.text import normalised, slips
from recovery.campaign.tree import Tree, grow
from recovery.message import Channel
from recovery.problems import Problem, Severity

_M = TypeVar("_M", bound=BaseModel)
# The channels each template has words for; None when the template itself can't be read.
Spoken = Mapping[str, Collection[Channel] | None]


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


NO_DEFAULTS = SharedDefaults()


@dataclass(frozen=True)
class Reading:
    """What one file says: a campaign when it has no error, and its problems, top to bottom.

    `tree` has the places of keys and values, for checks that come later.
    """

    file: str
    loaded: LoadedCampaign | None = None
    problems: tuple[Problem, ...] = ()
    tree: Tree | None = None

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop the campaign."""
        return [one for one in self.problems if one.severity is Severity.ERROR]


def read_campaign(
    source: str, file: str, defaults: SharedDefaults = NO_DEFAULTS, spoken: Spoken | None = None
) -> Reading:
    """Read one campaign from the text of its file; nothing is raised, all problems are told.

    `spoken` says what templates there are; without it nobody asks whether they exist.
    """
    text = normalised(source)

    def check(tree: Tree) -> None:
        lint(tree)
        if spoken is not None:
            check_templates(tree, spoken)

    try:
        tree = _tree(text, file)
    except CampaignError as error:
        return Reading(file, None, tuple(error.problems))
    campaign, problems = _validated(tree, Campaign, defaults.under, check)
    reading = Reading(file, None, problems, tree)
    if campaign is None or reading.errors:
        return reading
    digest = hashlib.sha256(f"{text}\0{defaults.source}".encode()).hexdigest()
    loaded = LoadedCampaign(campaign, file, text, digest, defaults.source)
    return Reading(file, loaded, problems, tree)


def parse_campaign(
    source: str, file: str, defaults: SharedDefaults = NO_DEFAULTS
) -> LoadedCampaign:
    """Read one campaign from the text of its file; CampaignError has all that is wrong with it."""
    reading = read_campaign(source, file, defaults)
    if reading.loaded is None:
        raise CampaignError(reading.problems)
    return reading.loaded


def parse_defaults(source: str, file: str = "defaults.yaml") -> SharedDefaults:
    """Read campaigns/defaults.yaml; raises CampaignError as `parse_campaign` does."""
    text = normalised(source)
    tree = _tree(text, file)
    _, problems = _validated(tree, Defaults, lambda data: data, lambda tree: None)
    if problems:
        raise CampaignError(problems)
    return SharedDefaults(text, tree.data)


def _tree(text: str, file: str) -> Tree:
    found = list(slips(text, file))
    if found:
        raise CampaignError(found)
    return grow(text, file)


def _validated(
    tree: Tree, model: type[_M], prepare: Callable[[Any], Any], check: Callable[[Tree], None]
) -> tuple[_M | None, tuple[Problem, ...]]:
    """Validate and cross-check; everything found is told at once, top to bottom."""
    read: _M | None = None
    check(tree)
    try:
        read = model.model_validate(prepare(tree.data), by_alias=True, by_name=False)
    except ValidationError as error:
        complain(error, tree, model)
    return read, tuple(sorted(tree.problems, key=lambda one: (one.line, one.column)))
