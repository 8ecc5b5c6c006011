"""How an event becomes a line: words for people, or one JSON object for programs."""

import json
import logging
import re
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar

from recovery.telemetry.redaction import Plain, Redactor, said

# What everything that is said belongs to: the run, in the thread that works for it.
BOUND: ContextVar[Mapping[str, object]] = ContextVar("bound", default={})  # noqa: B039
FIXED = ("time", "level", "logger", "event", "exception")

_ID = re.compile(r"[0-9a-f]{1,32}")  # an id of ours may be all digits, and is no phone number
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Lines(logging.Formatter):
    """Time in UTC, level, logger, event, then `name=value` pairs; a traceback follows below."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self.converter = time.gmtime
        self.redactor = Redactor(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it when there is one."""
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        pairs = "".join(f" {name}={_written(value)}" for name, value in self.fields(record).items())
        event = _CONTROL.sub(_escaped, self.event(record))
        line = f"{moment} {record.levelname.lower()} {record.name} {event}{pairs}"
        if trace := self.exception(record):
            line += "\n" + _CONTROL_BUT_LINES.sub(_escaped, trace)
        return line

    def event(self, record: logging.LogRecord) -> str:
        """What happened; also when the arguments don't fit the message."""
        try:
            return self.redactor.text(record.getMessage())
        except Exception:
            return self.redactor.text(said(record.msg))

    def fields(self, record: logging.LogRecord) -> dict[str, Plain]:
        """What the thread is bound to, then what the event says of itself."""
        known = {
            name: said(value) if _ID.fullmatch(said(value)) else self.redactor.value(value)
            for name, value in BOUND.get().items()
        }
        told: Mapping[str, object] = getattr(record, "fields", {})
        clean = self.redactor
        return known | {clean.text(name): clean.value(value) for name, value in told.items()}

    def exception(self, record: logging.LogRecord) -> str:
        """The traceback, or nothing."""
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return self.redactor.text("\n".join(filter(None, (trace, record.stack_info))))


class JsonLines(Lines):
    """One JSON object a line, in ASCII: whatever reads standard error can read it."""

    def format(self, record: logging.LogRecord) -> str:
        """`time`, `level`, `logger`, `event`, the fields, and `exception` with its traceback."""
        second = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        told: dict[str, Plain] = {
            "time": f"{second}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.event(record),
        }
        for name, value in self.fields(record).items():
            told[f"{name}_" if name in FIXED else name] = value
        if trace := self.exception(record):
            told["exception"] = trace
        return json.dumps(told)


def _written(value: Plain) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    plain = text and not any(mark in text for mark in ' "=') and not _CONTROL.search(text)
    return text if plain else _CONTROL.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: "re.Match[str]") -> str:
    return match[0].encode("unicode_escape").decode()
