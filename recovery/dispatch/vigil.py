"""Who waits for the next moment of the pace, and for how long."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from recovery.clock import Stopwatch
from recovery.db import writing
from recovery.dispatch import pace

MARGIN = timedelta(seconds=5)  # whoever dies on watch is missed no longer


class Vigil:
    """The patience of one dispatch, in seconds. Of workers that share the work only one waits: it
    comes back, or sends word, when it may go on; the others do something better."""

    def __init__(
        self, database: Engine, clock: Callable[[], datetime], patience: float, *, shared: bool
    ) -> None:
        self._database, self._clock = database, clock
        self._patience, self._ours = patience, not shared
        self._shared = shared
        self._since = Stopwatch()

    def waits(self, seconds: float) -> bool:
        """Whether we wait so long for the next moment."""
        if self._since.seconds() + seconds > self._patience:
            return False
        self._ours = self._ours or self._takes_over(timedelta(seconds=self._patience) + MARGIN)
        return self._ours

    def ends(self, later: timedelta | None) -> timedelta | None:
        """What is due has to wait so long; returns it when it is on us to come back then."""
        if later is None or not self._shared:
            return later
        if not self._ours and not self._takes_over(later):
            return None
        with writing(self._database) as connection:
            pace.hands_over(connection, self._clock() + later)
        return later

    def _takes_over(self, span: timedelta) -> bool:
        now = self._clock()
        with writing(self._database) as connection:
            return pace.keeps_watch(connection, now, now + span)
