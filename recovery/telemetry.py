"""What the engine says about itself: one structured line an event, on standard error.

    2026-11-22T09:00:00Z info recovery.dispatch sent touch=12 campaign=card-declined

Packages that would log keys and payloads are silenced at every level, DEBUG included. Pass ids to
`event`, never addresses; known secrets are blotted out of every line and traceback all the same.
"""

import json
import logging
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

# These write request bodies, authorisation headers or message arguments at DEBUG or INFO.
SILENT = ("python_http_client", "sendgrid", "twilio", "urllib3", "requests", "smtplib", "redis")
# Their troubles are worth hearing, their traffic is not.
ONLY_WARNINGS = ("dramatiq", "uvicorn")


class Lines(logging.Formatter):
    """Time in UTC, level, logger, event, then `name=value` pairs; secrets are blotted out."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self.converter = time.gmtime
        self._secrets = sorted((one for one in secrets if one), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it when there is one."""
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        fields: Mapping[str, object] = getattr(record, "fields", {})
        pairs = "".join(f" {name}={_value(value)}" for name, value in fields.items())
        line = f"{moment} {record.levelname.lower()} {record.name} {record.getMessage()}{pairs}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now: progress bars and tests put others there."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr


def configure(level: str = "warning", secrets: Iterable[str] = ()) -> None:
    """Send our log lines of `level` and above to standard error. A second call replaces this."""
    handler = _StandardError()
    handler.setFormatter(Lines(secrets))
    ours = logging.getLogger("recovery")
    ours.setLevel(level.upper())
    silence()
    for name in ("recovery", *ONLY_WARNINGS):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False


def silence() -> None:
    """Keep packages that see keys and payloads out of every log, whatever level is set."""
    for name in SILENT:
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
    for name in ONLY_WARNINGS:
        logging.getLogger(name).setLevel(logging.WARNING)


def event(room: str, what: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Say that `what` happened in `room`; `fields` are ids, counts and reasons."""
    logging.getLogger(f"recovery.{room}").log(level, what, extra={"fields": fields})


def keep_traceback(error: BaseException, file: Path, secrets: Iterable[str] = ()) -> None:
    """Append the traceback of a bug to `file`, which is made when missing."""
    trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("recovery", logging.CRITICAL, "", 0, "bug", (), trace)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(Lines(secrets).format(record) + "\n")


def _value(value: object) -> str:
    text = str(value)
    plain = text and not any(mark in text for mark in ' "=\n')
    return text if plain else json.dumps(text, ensure_ascii=False)
