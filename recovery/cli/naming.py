"""Names of campaigns on the command line: a mistyped one is refused, and the near one named."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from recovery.errors import UsageError
from recovery.i18n import say

if TYPE_CHECKING:
    from recovery.engine import Engine


def expect_campaign(engine: "Engine", name: str) -> None:
    """UsageError for a campaign that was never run and is in no file; says which one is near."""
    known = _campaigns(engine)
    if name in known:
        return
    near = get_close_matches(name, known, 1)
    there_are = ", ".join(sorted(known)) or say("none")
    hint = (
        say("did you mean '{near}'?", near=near[0])
        if near
        else say("there are {names}", names=there_are)
    )
    raise UsageError(say("there is no campaign {name}; {hint}", name=f"{name!r}", hint=hint))


def campaign_files(folder: Path, named: Sequence[str]) -> list[Path]:
    """The files that `named` means: paths, or campaigns and files of `folder` by their name, also
    presets (`_sms-first`). UsageError for one that is neither; says which one is near."""
    known = _files(folder) if folder.is_dir() else {}
    return list(dict.fromkeys(_campaign_file(one, known) for one in named))


def _campaign_file(name: str, known: dict[str, Path]) -> Path:
    if name in known:
        return known[name]
    file = Path(name)
    if file.is_file():
        return file
    near = get_close_matches(name, known, 1)
    hint = (
        say("did you mean '{near}'?", near=near[0])
        if near
        else say("there are {names}", names=", ".join(sorted(known)) or say("none"))
    )
    raise UsageError(
        say("{name} is neither a campaign file nor a campaign; {hint}", name=f"{name!r}", hint=hint)
    )


def _files(folder: Path) -> dict[str, Path]:
    """Campaign files by the name of the file, and by that of the campaign where it differs."""
    from recovery.campaign.loader import read_folder

    files = {file.stem: file for file in sorted(folder.glob("*.y*ml")) if file.stem != "defaults"}
    called = {
        one.loaded.campaign.campaign: folder / one.file
        for one in read_folder(folder)
        if one.loaded is not None
    }
    return called | files


def _campaigns(engine: "Engine") -> set[str]:
    """Every name that may stand in the database or the folder, broken files included."""
    from sqlalchemy import select

    from recovery.db import reading, table
    from recovery.models import CampaignVersion, Pause

    versions, pauses = table(CampaignVersion), table(Pause)
    with reading(engine.database) as connection:
        names = set(connection.execute(select(versions.c.campaign).distinct()).scalars())
        names |= set(
            connection.execute(select(pauses.c.name).where(pauses.c.scope == "campaign")).scalars()
        )
    folder = engine.settings.campaigns_dir
    if folder.is_dir():
        names |= {one.campaign.campaign for one in engine.programme().loaded}
        names |= {file.stem for file in folder.glob("*.yaml")} - {"defaults"}
    return names
