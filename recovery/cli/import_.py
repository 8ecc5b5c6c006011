"""`recovery import`: orders in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit
from recovery.i18n import here, mark, plural

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.importing import ImportResult

SHOWN = 20  # refused rows printed; --rejects and --json have more


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
@verb(at=True)
def command(desk: Desk, *, files: tuple[str, ...], source: str, rejects: Path | None) -> None:
    """Read orders from CSV (with a header row) or JSON Lines files, plain or .gz; - is standard
    input.

    One row is the newest known state of one order. Importing a file again changes nothing, older
    rows never overwrite newer ones, and a payment always counts: messages still planned for a
    paid order are cancelled at once. Rows with a mistake are refused with line, field and cure;
    the others are kept. Files must be UTF-8.
    """
    engine = desk.engine()
    try:
        with desk.progress(here("Importing orders")) as progress:
            result = engine.import_orders(files, source, rejects, progress)
    finally:
        engine.close()
    for trouble in result.unreadable:
        click.echo(here("Error: {trouble}", trouble=trouble), err=True)
    desk.show(result.payload(), lambda console: _tell(result, rejects, console))
    raise SystemExit(int(Exit.PARTIAL if result.rejected else Exit.DONE))


def _tell(result: "ImportResult", rejects: Path | None, console: "Console") -> None:
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
    for warning in result.warnings:
        console.print(here("note: {warning}", warning=warning))
    bad_rows = [bad for bad in result.rejects if bad["error"] not in result.unreadable]
    for bad in bad_rows[:SHOWN]:
        field = f" {bad['field']}" if bad["field"] else ""
        console.print(f"{bad['file']}:{bad['line']}{field}: {bad['error']}", soft_wrap=True)
    more = len(bad_rows) - SHOWN + result.rejects_truncated
    if more > 0:
        console.print(
            here(
                "… and {counted}",
                counted=plural("{count} more mistake", "{count} more mistakes", more),
            )
        )
    if bad_rows:
        console.print(_cure(rejects), soft_wrap=True)


def _cure(rejects: Path | None) -> str:
    if rejects is None:
        return here("Add --rejects FILE to keep the refused rows, mend them and import that file.")
    return here(
        "The refused rows are in {file}: mend them there and import that file.", file=rejects
    )
