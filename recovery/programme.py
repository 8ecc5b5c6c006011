"""The programme: the campaigns of a folder as they lie there now, read against the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recovery.campaign.loader import CampaignError, LoadedCampaign, load_folder
from recovery.campaign.templates import check_templates
from recovery.dispatch.scripts import Scripts
from recovery.message import Channel
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError


@dataclass(frozen=True, slots=True)
class Programme:
    """Campaigns that can be read, highest priority first, and the errors of those that can't."""

    loaded: Sequence[LoadedCampaign]
    broken: Sequence[CampaignError]

    def scripts(self) -> Scripts:
        """How touches find their steps under this programme."""
        live = {one.campaign.campaign: one.campaign.status for one in self.loaded}
        return Scripts(live, [error.file for error in self.broken])


def read_programme(folder: Path, catalog: Catalog) -> Programme:
    """Read `folder`; a campaign that names a missing template counts as broken, the others run."""
    loaded, broken = load_folder(folder)
    spoken = {name: _channels(catalog, name) for name in catalog.names()}
    found = [(one, check_templates(one, spoken)) for one in loaded]
    return Programme(
        [one for one, problems in found if not problems],
        [*broken, *(CampaignError(problems) for _, problems in found if problems)],
    )


def _channels(catalog: Catalog, name: str) -> frozenset[Channel]:
    """A template that can't be read is not missing: its touches wait until it is mended."""
    try:
        return catalog.channels(name)
    except TemplateError:
        return frozenset(Channel)
