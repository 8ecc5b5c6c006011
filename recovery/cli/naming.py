"""Names of campaigns on the command line: a mistyped one is refused, and the near one named."""

from difflib import get_close_matches
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
