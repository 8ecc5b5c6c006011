"""`recovery fmt`: campaign files in their normal form; what they say never changes."""

import os
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.problems import Problem
    from recovery.settings import Settings


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]…")
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit code 1 if it would."
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(desk: Desk, *, files: tuple[Path, ...], only_check: bool, lang: str | None) -> Exit:
    """Write campaign files in one way: two spaces a level, 3d for P3D, times in quotes.

    Comments stay. A file with a mistake is left alone and told: `recovery check` has the details.
    """
    from recovery.i18n import language, words

    speak = words(language(lang, os.environ))
    changed: list[str] = []
    broken: list[Problem] = []
    for path, file in _chosen(desk.settings, files):
        _format(path, file, changed, broken, only_check=only_check)
    desk.show(
        {"changed": changed, "broken": [one.payload(speak) for one in broken]},
        lambda console: _tell(changed, broken, console, speak, only_check=only_check),
    )
    if broken:
        return Exit.DATA
    return Exit.PARTIAL if only_check and changed else Exit.DONE


def _chosen(settings: "Settings", files: tuple[Path, ...]) -> list[tuple[Path, str]]:
    from recovery.examination import campaigns_among

    found = campaigns_among(settings, files)
    return [(path, file) for path, file in found if path.stem != "defaults"]


def _format(
    path: Path, file: str, changed: list[str], broken: "list[Problem]", *, only_check: bool
) -> None:
    from recovery.campaign.formatting import formatted
    from recovery.campaign.loader import defaults_of
    from recovery.campaign.problems import CampaignError
    from recovery.campaign.text import read_source
    from recovery.mending import write_whole
    from recovery.problems import Severity

    try:
        source, problems = read_source(path)
        errors = [one for one in problems if one.severity is Severity.ERROR]
        if errors:
            raise CampaignError(errors)
        text = formatted(source, path.name, defaults_of(path.parent))
    except CampaignError as error:
        broken.append(error.problems[0].at(file))
        return
    if text.encode() != path.read_bytes():
        changed.append(file)
        if not only_check:
            write_whole(path, text.encode())


def _tell(
    changed: list[str],
    broken: "list[Problem]",
    console: "Console",
    speak: NullTranslations,
    *,
    only_check: bool,
) -> None:
    told = speak.gettext("would change {file}") if only_check else speak.gettext("changed {file}")
    for file in changed:
        console.print(told.format(file=file), soft_wrap=True)
    left = speak.gettext("left alone {file}:{line}: {message}")
    for one in broken:
        message = one.message_in(speak)
        console.print(left.format(file=one.file, line=one.line, message=message), soft_wrap=True)
    if not changed and not broken:
        console.print(speak.gettext("All files are in their normal form."))
