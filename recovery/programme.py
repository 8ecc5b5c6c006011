"""The programme: the campaigns of a folder as they lie there now, read against the templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recovery.campaign.loader import LoadedCampaign, Reading, Spoken, read_folder
from recovery.campaign.problems import CampaignError
from recovery.dispatch.scripts import Scripts
from recovery.lawful import lawful
from recovery.markets import Markets, load_markets
from recovery.meaning import Voices, sensible
from recovery.message import Channel
from recovery.problems import Problem, Severity
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError


@dataclass(frozen=True, slots=True)
class Programme:
    """Campaigns that can run, highest priority first, and the errors of those that can't.

    `problems` are all that were found, warnings too, and `files` all that were read; both name
    files from the project's folder: `campaigns/spring.yaml`. `kept` are those of `loaded` whose
    file turned bad: they go on with what was live of it.
    """

    loaded: Sequence[LoadedCampaign]
    broken: Sequence[CampaignError]
    problems: Sequence[Problem] = ()
    files: Sequence[str] = ()
    unread: frozenset[str] = frozenset()  # bare names of files that give no campaign now
    kept: Sequence[LoadedCampaign] = ()

    def going_on_with(self, good: Sequence[LoadedCampaign]) -> "Programme":
        """The same, with the last good versions of files that can't be read now."""
        there = {one.campaign.campaign for one in self.loaded}
        kept = [one for one in good if one.campaign.campaign not in there]
        return replace(self, loaded=_in_order([*self.loaded, *kept]), kept=kept)

    def scripts(self) -> Scripts:
        """How touches find their steps under this programme."""
        live = {one.campaign.campaign: one.campaign for one in self.loaded}
        return Scripts(live, self.unread - {Path(one.file).name for one in self.kept})


def read_programme(folder: Path, catalog: Catalog, markets: Markets | None = None) -> Programme:
    """Read `folder`; a campaign that names a missing template counts as broken, the others run.

    `markets` are the rules that it has to keep, the shipped ones by default. UsageError when there
    is no such folder.
    """
    readings = read_folder(folder, spoken(catalog))
    return programme_of(judged(readings, catalog, markets or load_markets()), folder.name)


def judged(readings: Sequence[Reading], catalog: Catalog, markets: Markets) -> list[Reading]:
    """The readings with what markets forbid and what they cannot mean."""
    voices = Voices(catalog)
    return [sensible(lawful(one, catalog, markets), voices, markets) for one in readings]


def programme_of(readings: Sequence[Reading], folder: str) -> Programme:
    """Tell what can run from what can't; problems are placed under `folder`."""
    placed = [
        [one.at(_placed(folder, one.file)) for one in reading.problems] for reading in readings
    ]
    wrong = [[one for one in found if one.severity is Severity.ERROR] for found in placed]
    sound = _in_order(one.loaded for one in readings if one.loaded is not None)
    problems = [one for found in placed for one in found]
    broken = [CampaignError(errors) for errors in wrong if errors]
    files = [_placed(folder, one.file) for one in readings]
    unread = frozenset(
        one.file for one in readings if one.loaded is None and (one.errors or not one.shared)
    )
    return Programme(sound, broken, problems, files, unread)


def _placed(folder: str, file: str) -> str:
    return (Path(folder) / file).as_posix()


def _in_order(campaigns: Iterable[LoadedCampaign]) -> list[LoadedCampaign]:
    return sorted(campaigns, key=lambda one: (-one.campaign.priority, one.campaign.campaign))


def spoken(catalog: Catalog) -> Spoken:
    """Which channels each template has words for; None when nobody can tell."""
    return {name: _channels(catalog, name) for name in catalog.names()}


def _channels(catalog: Catalog, name: str) -> frozenset[Channel] | None:
    """A template that can't be read is not missing: its touches wait until it is mended."""
    try:
        return catalog.channels(name)
    except TemplateError:
        return None
