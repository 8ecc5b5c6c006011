"""`recovery failures`: why orders are unpaid, by the provider's code, and codes nobody knows."""

import os
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.i18n import here, language, mark, plural, words

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.measure.failures import Failure


_TITLES = (
    mark("orders"),
    mark("provider"),
    mark("code"),
    mark("reason"),
    mark("written to"),
    mark("means"),
)
_UNLISTED = mark("unknown (in no list)")
_MAY, _MAY_NOT = mark("yes"), mark("no")


@click.group("failures", invoke_without_command=True)
@click.option("--unknown", is_flag=True, help="Only codes that are in no list.")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(desk: Desk, unknown: bool, lang: str | None) -> None:
    """Count the failure codes of unpaid orders, and say what each is taken for.

    A code that is in no list counts as `unknown`: such an order may be written to, in neutral
    words. Tell us the code, and what your provider says that it means.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    spoken = language(lang, os.environ)
    from recovery.db import reading
    from recovery.measure.failures import failures
    from recovery.reasons import mapping_version

    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        found = [one for one in failures(connection) if not (unknown and one.listed)]
    answer = {"mapping": mapping_version(), "failures": [_row(one) for one in found]}
    desk.show(answer, lambda console: _show(console, found, spoken))


@command.command("reread")
@verb(at=False)
def reread_(desk: Desk) -> None:
    """Read the codes of unpaid orders anew, after an upgrade that knows more of them."""
    from recovery.db import writing
    from recovery.intake.reread import reread

    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        moved = reread(connection)
    said = here(
        plural("{count} order with another reason.", "{count} orders with another reason.", moved)
    )
    desk.show({"moved": moved}, lambda console: console.print(said))


def _row(one: "Failure") -> dict[str, Any]:
    meaning = one.meaning
    return {
        "source": one.source,
        "code": one.code,
        "reason": one.reason.value,
        "listed": one.listed,
        "mapping": one.mapping,
        "orders": one.orders,
        "contact": meaning.may_contact,
        "soonest_seconds": int(meaning.soonest.total_seconds()),
        "suggest": meaning.suggest.value,
        "offer": meaning.offer.value,
    }


def _show(console: "Console", found: Sequence["Failure"], lang: str) -> None:
    from rich.table import Table

    in_ = words(lang)
    if not found:
        console.print(in_.gettext(mark("None.")))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, title in enumerate(_TITLES):
        table.add_column(in_.gettext(title), justify="left" if number else "right")
    for one in found:
        meaning, known = one.meaning, one.reason.value if one.listed else in_.gettext(_UNLISTED)
        written = in_.gettext(_MAY if meaning.may_contact else _MAY_NOT)
        means = getattr(meaning, lang[:2])
        table.add_row(str(one.orders), one.source or "", one.code, known, written, means)
    console.print(table)
