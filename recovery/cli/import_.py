"""`recovery import`: orders in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.refused import tell_refused, tell_unreadable
from recovery.errors import Exit, UsageError
from recovery.i18n import here, mark, plural, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.importing import ImportResult
    from recovery.intake.reading import Manner


@click.command("import")
@click.argument(
    "files",
    metavar="FILE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
@click.option(
    "--source",
    metavar="NAME",
    default="shop",
    show_default=True,
    help="The shop the orders come from; order numbers are unique within it.",
)
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused rows here, with what is wrong, to mend and import again.",
)
@click.option(
    "--map",
    "mapping",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read columns of other names, as this mapping says.",
)
@click.option(
    "--map-draft",
    is_flag=True,
    help="Print a mapping for FILE, guessed from its header.",
)
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Give people and orders other names; nothing of the true ones is kept.",
)
@verb(at=True)
def command(
    desk: Desk,
    *,
    files: tuple[str, ...],
    source: str,
    rejects: Path | None,
    mapping: Path | None,
    map_draft: bool,
    pseudonymise: bool,
) -> None:
    """Read orders from CSV (with a header row) or JSON Lines files, plain or .gz; - is standard
    input.

    One row is the newest known state of one order. Importing a file again changes nothing, older
    rows never overwrite newer ones, and a payment always counts: messages still planned for a
    paid order are cancelled at once. Rows with a mistake are refused with line, field and cure;
    the others are kept. Files must be UTF-8.
    """
    if map_draft:
        _draft(desk, files)
        return
    manner = _manner(desk, mapping, pseudonymise=pseudonymise)
    engine = desk.engine()
    try:
        with desk.progress(here("Importing orders")) as progress:
            result = engine.import_orders(files, source, rejects, progress, manner)
    finally:
        engine.close()
    tell_unreadable(result)
    told = result.payload() | ({"pseudonymised": True} if pseudonymise else {})
    desk.show(told, lambda console: _tell(result, rejects, console, nameless=pseudonymise))
    raise SystemExit(int(Exit.PARTIAL if result.rejected else Exit.DONE))


def _draft(desk: Desk, files: tuple[str, ...]) -> None:
    from recovery.intake.draft import draft

    if len(files) > 1:
        raise UsageError(say("--map-draft looks at one file at a time"))
    text = draft(files[0])
    desk.show({"mapping": text}, lambda console: click.echo(text, nl=False))


def _manner(desk: Desk, mapping: Path | None, *, pseudonymise: bool) -> "Manner":
    from recovery.intake.mapping_file import read_mapping
    from recovery.intake.pseudonyms import Pseudonyms
    from recovery.intake.reading import Manner

    found = None if mapping is None else read_mapping(mapping)
    if not pseudonymise:
        return Manner(found)
    desk.expect_a_project()
    return Manner(found, Pseudonyms.kept(desk.settings.var_dir))


def _tell(
    result: "ImportResult", rejects: Path | None, console: "Console", *, nameless: bool
) -> None:
    counts = {verdict.value: count for verdict, count in result.verdicts.items() if count}
    words = {
        "inserted": mark("new"),
        "updated": mark("updated"),
        "unchanged": mark("unchanged"),
        "stale": mark("older than what is known"),
    }
    parts = [f"{count:,} {here(words.get(kind, kind))}" for kind, count in counts.items()]
    if result.rejected:
        parts.append(here("{count} refused", count=f"{result.rejected:,}"))
    console.print(
        here(
            "{counted} read: {parts}",
            counted=plural("{count} row", "{count} rows", result.read),
            parts=here(", ").join(parts) or here("nothing in them"),
        )
    )
    if result.settled.recovered or result.settled.cancelled:
        console.print(
            here(
                "{counted} recovered, {counted2} cancelled",
                counted=plural("{count} order", "{count} orders", result.settled.recovered),
                counted2=plural(
                    "{count} planned message", "{count} planned messages", result.settled.cancelled
                ),
            )
        )
    tell_refused(console, result, rejects, nameless=nameless)
