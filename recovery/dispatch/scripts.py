"""Which steps a touch follows: the campaign as it was at enrolment, its status as it is today."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.campaign.loader import SharedDefaults, parse_campaign, parse_defaults
from recovery.campaign.schema import Status
from recovery.db import table
from recovery.dispatch.gather import Script
from recovery.models import CampaignVersion

versions = table(CampaignVersion)


class Scripts:
    """Parsed campaign versions, each read once.

    `live` is the status of every readable campaign file; `broken` names files that can't be read.
    A broken file holds its campaign; a file that is gone lets those finish who are in it.
    """

    def __init__(self, live: Mapping[str, Status], broken: Collection[str]) -> None:
        self._live = live
        self._broken = frozenset(broken)
        self._known: dict[int, Script] = {}

    def __call__(self, connection: Connection, ids: set[int]) -> Mapping[int, Script]:
        """The scripts of the versions `ids`."""
        missing = ids - self._known.keys()
        if missing:
            found = select(versions).where(versions.c.id.in_(missing))
            for row in connection.execute(found):
                self._known[row.id] = self._script(row)
        return self._known

    def _script(self, version: Row[Any]) -> Script:
        defaults = parse_defaults(version.defaults) if version.defaults else SharedDefaults()
        campaign = parse_campaign(version.source, version.file, defaults).campaign
        status = self._live.get(version.campaign, Status.ENDED)
        if version.file in self._broken or any(f.startswith("defaults.") for f in self._broken):
            status = Status.PAUSED
        steps = {
            (sequence, step.step): step
            for sequence, listed in campaign.sequences.items()
            for step in listed
        }
        return Script(campaign, status, steps)
