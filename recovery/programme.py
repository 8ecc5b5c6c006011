"""The programme: the campaigns of a folder as they lie there now, read against the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recovery.campaign.loader import LoadedCampaign, Reading, Spoken, read_folder
from recovery.campaign.problems import CampaignError
from recovery.dispatch.scripts import Scripts
from recovery.message import Channel
from recovery.problems import Problem, Severity
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError


@dataclass(frozen=True, slots=True)
class Programme:
    """Campaigns that can run, highest priority first, and the errors of those that can't.

    `problems` are all that were found, warnings too; files are named `campaigns/spring.yaml`.
    """

    loaded: Sequence[LoadedCampaign]
    broken: Sequence[CampaignError]
    problems: Sequence[Problem] = ()

    def scripts(self) -> Scripts:
        """How touches find their steps under this programme."""
        live = {one.campaign.campaign: one.campaign.status for one in self.loaded}
        return Scripts(live, [Path(error.file).name for error in self.broken])


def read_programme(folder: Path, catalog: Catalog) -> Programme:
    """Read `folder`; a campaign that names a missing template counts as broken, the others run.

    UsageError when there is no such folder.
    """
    return programme_of(read_folder(folder, spoken(catalog)), folder.name)


def programme_of(readings: Sequence[Reading], folder: str) -> Programme:
    """Tell what can run from what can't; problems are placed under `folder`."""
    placed = [
        [one.at((Path(folder) / one.file).as_posix()) for one in reading.problems]
        for reading in readings
    ]
    wrong = [[one for one in found if one.severity is Severity.ERROR] for found in placed]
    sound = [one.loaded for one in readings if one.loaded is not None]
    sound.sort(key=lambda one: (-one.campaign.priority, one.campaign.campaign))
    problems = [one for found in placed for one in found]
    return Programme(sound, [CampaignError(errors) for errors in wrong if errors], problems)


def spoken(catalog: Catalog) -> Spoken:
    """Which channels each template has words for; None when nobody can tell."""
    return {name: _channels(catalog, name) for name in catalog.names()}


def _channels(catalog: Catalog, name: str) -> frozenset[Channel] | None:
    """A template that can't be read is not missing: its touches wait until it is mended."""
    try:
        return catalog.channels(name)
    except TemplateError:
        return None
