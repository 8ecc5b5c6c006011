"""A project folder becomes a world: its own campaigns, templates and market rules, as they lie
there, in a throw-away folder with an empty database.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from recovery.campaign.loader import campaign_files, read_file
from recovery.connectors.table_file.columns import did_you_mean
from recovery.db import open_engine
from recovery.examination import examine
from recovery.migrations import prepare
from recovery.settings import load_settings
from recovery.simulate.rig import Rig, rigged
from recovery.testing.acts import Acts
from recovery.testing.errors import KitError
from recovery.testing.letters import Postbox
from recovery.testing.rows import moment
from recovery.testing.world import World

__tracebackhide__ = True  # a mistake is shown where the test makes it
START = "2026-01-12T09:00:00Z"  # a Monday morning, the same in every run of the tests
HoldOut = Literal[0, 100, "file"]
_HELD_OUT: Mapping[HoldOut, bool | None] = {0: False, 100: True, "file": None}


@contextmanager
def open_world(
    project: Path | str,
    *,
    campaign: str | Sequence[str] | None = None,
    start: str | datetime = START,
    holdout: HoldOut = 0,
    active: bool = False,
    database: Path | None = None,
) -> Iterator[World]:
    """A world with the campaigns of the folder `project`, or only with the named ones.

    `holdout`: 0 lets the kit choose customers whom no hold-out takes, 100 those that it takes,
    `"file"` leaves it to the draw. `active` lets drafts, paused and ended campaigns run as if they
    were active. `database` is an empty one to copy (see `blank`). KitError for a
    folder without campaigns, an unknown campaign, or one with mistakes: those that check tells.
    """
    folder = Path(project).resolve()
    if holdout not in _HELD_OUT:
        raise KitError(f"holdout={holdout!r}: say 0 (nobody), 100 (everybody) or 'file'")
    files = _chosen(folder, [campaign] if isinstance(campaign, str) else campaign)
    settings, postbox = load_settings(folder, {}), Postbox()
    begin = moment(start, "start")
    with rigged(settings, files, begin, postbox.desks(), database=database) as rig:
        _sound(rig)
        if active:
            rig.awaken()
        acts = Acts(rig)
        try:
            yield World(rig, postbox, acts, _HELD_OUT[holdout])
        finally:
            acts.close()


def nearest(place: Path) -> Path:
    """The folder at or above `place` that has campaigns/; KitError when there is none."""
    for folder in (place, *place.parents):
        if (folder / "campaigns").is_dir():
            return folder
    raise KitError(
        f"there is no campaigns/ folder at or above {place}; keep the test inside the project "
        'folder, or name that: @pytest.mark.recovery(project="path/to/it")'
    )


def blank(file: Path) -> Path:
    """Make an empty database of the newest shape at `file`, to be copied."""
    engine = open_engine(f"sqlite:///{file}")
    try:
        prepare(engine)
    finally:
        engine.dispose()
    return file


def _chosen(folder: Path, names: Sequence[str] | None) -> list[Path]:
    campaigns = folder / "campaigns"
    if not campaigns.is_dir():
        raise KitError(f"{folder} is no project folder: it has no campaigns/ in it")
    files = campaign_files(campaigns)
    if names is None:
        return files
    by_name = {_name(file): file for file in files} if names else {}
    for name in names:
        if name not in by_name:
            raise KitError(
                f"{campaigns} has no campaign {name!r}{did_you_mean(name, by_name)}; there are: "
                f"{', '.join(sorted(by_name)) or 'none'}"
            )
    return [by_name[name] for name in names]


def _name(file: Path) -> str:
    """What the campaign calls itself; one that can't be read goes by its file."""
    loaded = read_file(file).loaded
    return loaded.campaign.campaign if loaded is not None else file.stem


def _sound(rig: Rig) -> None:
    """KitError with what `recovery check` finds, when something could not run."""
    if not rig.programme().broken and not rig.markets.mistakes:
        return
    found = examine(rig.settings).errors
    count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
    raise KitError(
        "\n".join([f"{count} to mend first (recovery check shows more):", *map(str, found)])
    )
