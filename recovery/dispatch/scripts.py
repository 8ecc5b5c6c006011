"""Which steps a touch follows: the campaign of its enrolment, with today's content and timing."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.campaign.loader import SharedDefaults, parse_campaign, parse_defaults
from recovery.campaign.schema import Campaign, Status
from recovery.campaign.versions import followed
from recovery.db import table
from recovery.dispatch.gather import Script
from recovery.models import CampaignVersion

versions = table(CampaignVersion)


class Scripts:
    """Parsed campaign versions, each read once.

    `live` is every campaign that runs, `broken` names files that can't be read and have no good
    version to go on with: these hold their campaigns. A file that is gone lets those finish who
    are in it.
    """

    def __init__(self, live: Mapping[str, Campaign], broken: Collection[str]) -> None:
        self._live = live
        self._broken = frozenset(broken)
        self._known: dict[int, Script] = {}

    @property
    def paused(self) -> frozenset[str]:
        """Campaigns that their files hold: nothing of them is claimed."""
        held = (Status.PAUSED, Status.DRAFT)
        return frozenset(name for name, live in self._live.items() if live.status in held)

    def __call__(self, connection: Connection, ids: set[int]) -> Mapping[int, Script]:
        """The scripts of the versions `ids`."""
        missing = ids - self._known.keys()
        if missing:
            found = select(versions).where(versions.c.id.in_(missing))
            for row in connection.execute(found):
                self._known[row.id] = self._script(row)
        return self._known

    def _script(self, version: Row[Any]) -> Script:
        entered = _entered(version.source, version.file, version.defaults)
        live = self._live.get(version.campaign)
        campaign = followed(entered, live)
        steps = {
            (sequence, step.step): step
            for sequence, listed in campaign.sequences.items()
            for step in listed
        }
        return Script(campaign, live.status if live else self._unread(version), steps)

    def _unread(self, version: Row[Any]) -> Status:
        """A file that can't be read holds its campaign; one that is gone ends it."""
        held = version.file in self._broken or any(f.startswith("defaults.") for f in self._broken)
        return Status.PAUSED if held else Status.ENDED


@lru_cache(maxsize=64)
def _entered(source: str, file: str, defaults: str) -> Campaign:
    """A version as it was entered. Its text never changes, and every run asks for it again."""
    shared = parse_defaults(defaults) if defaults else SharedDefaults()
    return parse_campaign(source, file, shared).campaign
