"""`recovery import`: orders in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.refused import tell_refused, tell_unreadable
from recovery.errors import Exit
from recovery.i18n import here, mark, plural

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.importing import ImportResult


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
    tell_unreadable(result)
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
    tell_refused(console, result, rejects)
