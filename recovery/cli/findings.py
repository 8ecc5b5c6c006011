"""What `recovery doctor` finds: one thing looked at, how it is, and the cure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from recovery.errors import Exit
from recovery.i18n import mark

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recovery.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `cure` says what to do when it is not well; when it is, and
    there is a cure all the same, somebody should know of it."""

    what: str
    well: bool
    told: str
    cure: str = ""
    code: Exit = Exit.DONE

    @property
    def mark(self) -> tuple[str, str]:
        """The word in front of it, and its style."""
        if self.well:
            return (mark("NOTE "), "yellow") if self.cure else (mark("ok   "), "green")
        return mark("WRONG"), "bold red"


def looked(settings: "Settings", look: "Callable[[Connection], T]") -> "T | None":
    """What `look` sees in the database; None before it is there, or while it is to be upgraded."""
    from sqlalchemy import make_url

    from recovery import migrations
    from recovery.db import open_engine, reading

    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None  # looking would make it
    engine = open_engine(settings.database_url)
    try:
        if migrations.current(engine) != migrations.HEAD:
            return None
        with reading(engine) as connection:
            return look(connection)
    finally:
        engine.dispose()
