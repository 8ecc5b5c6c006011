"""The fuse of a channel: it blows when its provider refuses our account, or answers nobody.

The sending threads ask it before each call, so what waits behind a refusal is not tried.
"""

from datetime import timedelta
from threading import Lock

from recovery.errors import ConnectorError, SendFailure
from recovery.message import Receipt

ACCOUNT, BUSY, SILENT = "account", "busy", "silent"
# Failures in a row that may be chance; of our account the first one is none.
PATIENCE = {ACCOUNT: 1, BUSY: 20, SILENT: 8}
_KINDS = {
    SendFailure.ACCOUNT: ACCOUNT,
    SendFailure.TEMPORARY: BUSY,
    SendFailure.UNKNOWN: SILENT,
}


class Fuse:
    """Counts failures of one kind in a row, from many threads; `failures` may have come before.

    `trial`: this is one message after a rest, the first failure is enough.
    """

    def __init__(self, kind: str = "", failures: int = 0, *, trial: bool = False) -> None:
        self.kind, self.failures = kind, failures
        self.blown = False
        self.why = ""
        self.asked: timedelta | None = None  # how long the provider wants to be left alone
        self._trial = trial
        self._lock = Lock()

    def learn(self, answer: Receipt | ConnectorError) -> None:
        """What a call brought. An answer about this one message shows that the provider works."""
        with self._lock:
            kind = _KINDS.get(answer.failure) if isinstance(answer, ConnectorError) else None
            if kind is None or isinstance(answer, Receipt):
                self.failures, self._trial = 0, False
                return
            self.failures = self.failures + 1 if kind == self.kind else 1
            self.kind, self.why = kind, str(answer)
            if answer.retry_after is not None:
                self.asked = max(self.asked or timedelta(0), answer.retry_after)
            self.blown = self.blown or self._trial or self.failures >= PATIENCE[kind]
