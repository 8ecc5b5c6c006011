"""The one file that a trainee gives to the teacher: the work as text, in a JSON document.

It claims a name and a time, and nothing about how good it is. The digest tells whether the file
reached the teacher whole; it is no signature.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from recovery import __version__
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.simulate.lab.sheet import Sheet
from recovery.simulate.lab.work import LARGEST, MOST_FILES, Work, belongs

FORMAT = 1
SUFFIX = ".handin.json"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class HandIn:
    """A work with who is said to have done it, for which exercise and when. `claims` is what the
    document says of the stage it was tried on: worth a note, never used."""

    work: Work
    exercise: int | None = None
    name: str = ""
    made_at: datetime | None = None
    claims: Mapping[str, Any] | None = None
    whole: bool = True  # the digest fits


def written(work: Work, sheet: Sheet, name: str, now: datetime) -> str:
    """The document of a hand-in."""
    told = {
        "recovery_lab": FORMAT,
        "version": __version__,
        "class": sheet.class_,
        "exercise": sheet.exercise,
        "name": name,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "scenario": sheet.scenario,
        "orders": sheet.orders,
        "days": sheet.days,
        "seed": sheet.seed,
        "files": dict(sorted(work.files.items())),
        "digest": work.digest,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def read_hand_in(text: str) -> HandIn:
    """The hand-in of a document; UsageError for what is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(say("this is no hand-in: it can't be read as JSON")) from None
    if not isinstance(told, dict) or told.get("recovery_lab") != FORMAT:
        raise UsageError(say("this is no hand-in of `recovery lab hand-in`"))
    work = Work(_files(told.get("files")))
    exercise = told.get("exercise")
    return HandIn(
        work=work,
        exercise=exercise if type(exercise) is int else None,
        name=clean(told.get("name")),
        made_at=_instant(told.get("made_at")),
        claims={key: told.get(key) for key in ("class", "scenario", "orders", "days", "seed")},
        whole=told.get("digest") == work.digest,
    )


def clean(name: object, longest: int = LONGEST_NAME) -> str:
    """Words of a stranger, to be shown: no control characters, which a terminal would obey, none
    that turn the direction of writing, not long."""
    text = unicodedata.normalize("NFC", name if isinstance(name, str) else "")
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return re.sub(r" +", " ", kept).strip()[:longest]


def _files(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MOST_FILES:
        raise UsageError(say("a hand-in holds at most {count} files", count=MOST_FILES))
    for name, text in given.items():
        if not belongs(name):
            raise UsageError(say("a hand-in holds no file such as {name}", name=f"{clean(name)!r}"))
        if not isinstance(text, str) or len(text.encode("utf-8", "replace")) > LARGEST:
            raise UsageError(say("{file} is too large", file=name))
    return {name: text.encode("utf-8", "replace").decode() for name, text in given.items()}


def _instant(given: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
