"""The rig: the real engine on a virtual clock, in a folder and a database of its own.

Its campaigns, templates and market rules are copies; nothing it does leaves that folder. Only the
clock, the source of orders and the senders are others than in production.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import event

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.schema import Status
from recovery.clock import VirtualClock
from recovery.connectors.base import Sender
from recovery.engine import Engine
from recovery.markets import Markets
from recovery.message import Channel
from recovery.programme import Programme
from recovery.project import shipped
from recovery.settings import Settings, load_settings
from recovery.template.catalog import Catalog

MARKETS = "markets"
DATABASE = "recovery.db"
SHARED = ("defaults.yaml",)  # what every campaign of a folder shares


class Rig(Engine):
    """An engine whose files stand still: it reads each once, until `renew`."""

    clock: VirtualClock

    @cached_property
    def catalog(self) -> Catalog:
        """The templates, as they were when last read."""
        return super().catalog

    @cached_property
    def markets(self) -> Markets:
        """The market rules, likewise."""
        return super().markets

    def programme(self) -> Programme:
        """The campaigns, likewise."""
        return self._programme

    @cached_property
    def _programme(self) -> Programme:
        return super().programme()

    def awaken(self) -> list[str]:
        """Let drafts, paused and ended campaigns run as if they were active; returns their names,
        with what their files say."""
        found = self.programme()
        asleep = [one for one in found.loaded if one.campaign.status is not Status.ACTIVE]
        self._programme = replace(found, loaded=[_active(one) for one in found.loaded])
        return [f"{one.campaign.campaign} ({one.campaign.status})" for one in asleep]

    def renew(self) -> None:
        """The files have changed: read them when they are needed next."""
        for part in ("catalog", "markets", "_programme"):
            self.__dict__.pop(part, None)


@contextmanager
def rigged(
    settings: Settings,
    campaigns: Iterable[Path],
    at: datetime,
    senders: Mapping[Channel, Sender],
    database: Path | None = None,
) -> Iterator[Rig]:
    """A rig with these campaign files, beginning `at`; shop, costs, templates and market rules are
    those of `settings`' project. The folder is removed at the end. `database` is an empty one to
    begin with a copy of, instead of making it.

    A file that is wrong is not refused here: `programme()` names what is broken.
    """
    with tempfile.TemporaryDirectory(prefix="recovery-simulation-") as name:
        folder = Path(name)
        _furnish(folder, settings, campaigns)
        if database is not None:
            shutil.copy(database, folder / DATABASE)
        inside = load_settings(folder, {}).model_copy(update=_inside(settings, folder))
        rig = Rig(inside, VirtualClock(at), senders)
        try:
            event.listen(rig.database, "connect", _in_haste)
            rig.database.dispose()  # the connection that made its tables is in no haste
            yield rig
        finally:
            rig.close()


def _active(one: LoadedCampaign) -> LoadedCampaign:
    return replace(one, campaign=one.campaign.model_copy(update={"status": Status.ACTIVE}))


def place(folder: Path, campaigns: Iterable[Path]) -> None:
    """Put these campaign files, and what they share, into `folder`, each once. A preset loses the
    mark by which runs leave it out."""
    folder.mkdir(exist_ok=True)
    for file in campaigns:
        shutil.copy(file, folder / file.name.lstrip("_."))
        for shared in SHARED:
            if (file.parent / shared).is_file():
                shutil.copy(file.parent / shared, folder / shared)


def _furnish(folder: Path, settings: Settings, campaigns: Iterable[Path]) -> None:
    place(folder / "campaigns", campaigns)
    own = settings.templates_dir
    # A link, not a copy: hundreds of files, which nobody changes meanwhile.
    (folder / "templates").symlink_to(own if own.is_dir() else shipped() / "templates")
    if (settings.project / MARKETS).is_dir():
        shutil.copytree(settings.project / MARKETS, folder / MARKETS)


def _inside(settings: Settings, folder: Path) -> dict[str, Any]:
    """The project's own words and prices; everything that could reach out stays in `folder`."""
    return {
        "database_url": f"sqlite:///{folder / DATABASE}",
        "outbox_dir": folder / "outbox",
        "concurrency": 1,  # one message after the other: so the same seed writes the same journal
        "shop": settings.shop,
        "vip": settings.vip,
        "costs": settings.costs,
        "alerts": settings.alerts,
        "rates_file": settings.rates_file,
        "base_currency": settings.base_currency,
        "timezone": settings.timezone,
        # The links of a simulation lead nowhere, so its key is no secret; a fixed one makes the
        # same coupon codes every time.
        "given_secret_key": SecretStr("a-simulation-has-no-secret"),
    }


def _in_haste(connection: Any, _: object) -> None:
    """What is thrown away in the end need not survive a power cut."""
    connection.execute("PRAGMA synchronous = OFF")
