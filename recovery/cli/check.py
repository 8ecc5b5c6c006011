"""`recovery check`: mistakes in campaigns and templates, before a customer sees them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.examination import Examination


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]…")
@verb(at=False)
def command(desk: Desk, *, files: tuple[Path, ...]) -> Exit:
    """Look for mistakes in campaigns and templates, and say file, line and cure.

    Without FILE everything in campaigns/ and templates/ is checked. Nothing is sent or changed.
    """
    from recovery.examination import examine

    found = examine(desk.settings, files)
    desk.show(payload(found), lambda console: _tell(found, console))
    return Exit.DATA if found.errors else Exit.DONE


def payload(found: "Examination") -> dict[str, Any]:
    """The answer in JSON."""
    return {
        "campaigns": [one.campaign.campaign for one in found.campaigns],
        "templates": list(found.templates),
        "problems": [one.payload() for one in found.problems],
    }


def _tell(found: "Examination", console: "Console") -> None:
    for problem in found.problems:
        console.print(str(problem), soft_wrap=True)
    counted = f"{len(found.campaigns)} campaigns and {len(found.templates)} templates"
    wrong = len(found.problems)
    told = f"{wrong} mistake{'s' if wrong > 1 else ''} found" if wrong else "no mistakes"
    console.print(f"Checked {counted}: {told}.")
