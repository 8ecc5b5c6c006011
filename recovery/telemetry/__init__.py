"""What the engine says about itself: one structured line an event, on standard error.

    2026-11-22T09:00:00Z info recovery.dispatch batch_claimed run=5f0c touches=500

Packages that would log keys and payloads are silenced at every level, DEBUG included. Pass ids to
`event`, never addresses; secrets, addresses and link tokens are blotted out all the same.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from recovery.telemetry.lines import BOUND, JsonLines, Lines

__all__ = [
    "ONLY_WARNINGS",
    "SILENT",
    "bound",
    "configure",
    "event",
    "keep_traceback",
    "run_id",
    "silence",
]

# These write request bodies, authorisation headers or message arguments at DEBUG or INFO.
SILENT = ("python_http_client", "sendgrid", "twilio", "urllib3", "requests", "smtplib", "redis")
# Their troubles are worth hearing, their traffic is not; nor is what strangers send to a server.
ONLY_WARNINGS = {"dramatiq": logging.WARNING, "uvicorn": logging.ERROR}
_FORMATS = {"text": Lines, "json": JsonLines}


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now: progress bars and tests put others there."""

    def __init__(self, formatter: logging.Formatter, level: int = logging.NOTSET) -> None:
        logging.Handler.__init__(self, level)
        self.setFormatter(formatter)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: logging would print the record, and with it what we blot out."""


def configure(
    level: str = "warning", secrets: Iterable[str] = (), log_format: str = "text"
) -> None:
    """Send our log lines of `level` and above to standard error. A second call replaces this.

    `log_format` is `text` or `json`. Packages that we say nothing about are heard when they warn.
    """
    formatter = _FORMATS[log_format](secrets)
    handler = _StandardError(formatter)
    ours = logging.getLogger("recovery")
    ours.setLevel(level.upper())
    silence()
    for name in ("recovery", *ONLY_WARNINGS):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
    logging.lastResort = _StandardError(formatter, logging.WARNING)


def silence() -> None:
    """Keep packages that see keys and payloads out of every log, whatever level is set."""
    for name in SILENT:
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
    for name, level in ONLY_WARNINGS.items():
        logging.getLogger(name).setLevel(level)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Whatever is logged in this block, by this thread, carries the `fields` that are not empty."""
    known = {name: value for name, value in fields.items() if value != ""}
    token = BOUND.set({**BOUND.get(), **known})
    try:
        yield
    finally:
        BOUND.reset(token)


def run_id() -> str:
    """The id of the run that this thread works for; empty outside of one."""
    return str(BOUND.get().get("run", ""))


def event(room: str, what: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Say that `what` happened in `room`; `fields` are ids, counts and reasons."""
    logging.getLogger(f"recovery.{room}").log(level, what, extra={"fields": fields})


def keep_traceback(error: BaseException, file: Path, secrets: Iterable[str] = ()) -> None:
    """Append the traceback of a bug to `file`, which is made when missing."""
    trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("recovery", logging.CRITICAL, "", 0, "bug", (), trace)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(Lines(secrets).format(record) + "\n")
