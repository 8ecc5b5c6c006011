"""`recovery history`: which version of a campaign ran when, and how many entered under it."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import language, mark, say, words

if TYPE_CHECKING:
    from gettext import NullTranslations

    from rich.console import Console

    from recovery.engine import Engine
    from recovery.measure.history import Edition


@click.command("history")
@click.argument("campaign", required=False)
@click.option("--show", metavar="VERSION", help="Print the text of a version, to publish it again.")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(desk: Desk, campaign: str | None, show: str | None, lang: str | None) -> None:
    """Show the versions of CAMPAIGN, or of all: when each went live and what it changed.

    A version is the text of the file; the next run publishes what it finds. To go back, put the
    old text into the file again: `recovery history NAME --show VERSION > campaigns/NAME.yaml`.
    """
    from recovery.db import reading
    from recovery.measure.history import history, text_of

    speak = words(language(lang, os.environ))
    if show and not campaign:
        raise UsageError(
            say("--show needs the campaign's name: recovery history NAME --show VERSION")
        )
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        if campaign and show:
            text = text_of(connection, campaign, show)
            desk.show({"text": text}, lambda console: click.echo(text, nl=False))
            return
        found = history(connection, campaign)
        mistakes = {} if desk.as_json else _mistakes(engine)
    if campaign and not found:
        raise UsageError(
            say("nothing of a campaign {campaign} was ever live", campaign=f"{campaign!r}")
        )
    desk.show(
        {"editions": [asdict(one) for one in found]},
        lambda console: _show(console, found, mistakes, speak),
    )


def _mistakes(engine: "Engine") -> dict[str, int]:
    """How many mistakes the file of each campaign has that goes on with its last good version."""
    from pathlib import Path

    if not engine.settings.campaigns_dir.is_dir():
        return {}
    programme = engine.programme()
    wrong = {Path(error.file).name: len(error.problems) for error in programme.broken}
    return {one.campaign.campaign: wrong.get(Path(one.file).name, 0) for one in programme.kept}


def _show(
    console: "Console",
    found: Sequence["Edition"],
    mistakes: Mapping[str, int],
    speak: "NullTranslations",
) -> None:
    if not found:
        nothing = mark("Nothing was live yet; `recovery run` publishes campaigns/.")
        console.print(speak.gettext(nothing))
    for one in found:
        live = "  " + speak.gettext(mark("live")) if one.live else ""
        counted = speak.gettext(mark("{entered} entered, {count} in flight")).format(
            entered=one.enrolled, count=one.in_flight
        )
        head = f"{one.campaign}  {one.version[:12]}  {one.at:%Y-%m-%d %H:%M} UTC  {counted}{live}"
        console.print(head, soft_wrap=True, highlight=False)
        if one.live and (count := mistakes.get(one.campaign)):
            goes_on = speak.ngettext(
                "the file has {count} mistake; this version goes on",
                "the file has {count} mistakes; this version goes on",
                count,
            )
            console.print(f"    {goes_on.format(count=count)}", style="bold yellow")
        for change in one.changes:
            console.print(f"    {told(change, speak)}", soft_wrap=True, highlight=False)


def told(change: dict[str, object], speak: "NullTranslations") -> str:
    """One change in one line: `limits.quiet: 22:00-08:00 → 21:00-08:00 (reaches 12 in flight)`."""
    before, after = (change[key] or speak.gettext("nothing") for key in ("before", "after"))
    people = speak.gettext(mark("reaches {count} in flight")).format(count=change["people"])
    reach = people if change["people"] else speak.gettext(_REACHES[str(change["reach"])])
    return f"{change['road']}: {before} → {after} ({reach})"


_REACHES = {
    "everybody": mark("everybody"),
    "newcomers": mark("newcomers"),
    "nobody": mark("nobody"),
    "experiment": mark("holds for the next experiment"),
}
