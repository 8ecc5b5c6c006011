"""Look into the outbox: a touch whose file lies there was delivered."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from recovery.connectors.base import Answer, Found, Wanted
from recovery.connectors.questions import SKEW
from recovery.facts import EventKind
from recovery.message import Channel


class OutboxLookup:
    """Finds files by the touch in their names, and by the time in them.

    The time matters where the folder is older than its database: touch ids begin again at 1.
    """

    name = "outbox"

    def __init__(self, root: Path, channel: Channel) -> None:
        self.channel = channel
        self._folder = root / channel.value

    def find(self, wanted: Sequence[Wanted], reads: Callable[[str], int | None]) -> Answer:
        """Look for the files of `wanted`; what can't be read is left unsearched."""
        found: dict[int, Found] = {}
        searched: set[int] = set()
        for one in wanted:
            try:
                files = [file for file in self._copies(one) if _at(file) >= one.tried_at - SKEW]
            except OSError:
                continue
            searched.add(one.touch_id)
            if files:
                road = f"{self.channel.value}/{files[0].name}"
                found[one.touch_id] = Found(one.touch_id, road, EventKind.ACCEPTED)
        return Answer(found, frozenset(searched))

    def close(self) -> None:
        """Nothing is held open."""

    def _copies(self, one: Wanted) -> list[Path]:
        return sorted(self._folder.glob(f"{one.touch_id}.*"))


def _at(file: Path) -> datetime:
    """When the message was sent, as it says itself; a file of some other kind is of no time."""
    try:
        if file.suffix == ".json":
            at = datetime.fromisoformat(json.loads(file.read_bytes())["at"])
        else:
            with file.open("rb") as mail:
                at = parsedate_to_datetime(BytesHeaderParser().parse(mail)["Date"])
    except (ValueError, TypeError, KeyError):
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
