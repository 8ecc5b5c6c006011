"""Rows of order files that were refused, told to people: the same words wherever files are read."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.i18n import here, plural

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.intake.reading import Told

SHOWN = 20  # refused rows printed; --rejects and --json have more


def tell_refused(
    console: "Console", told: "Told", rejects: Path | None, *, nameless: bool = False
) -> None:
    """Print warnings and the first refused rows of `told`, and what to do about these.

    `nameless`: nothing that a row says about a person is kept, so its place has to do.
    """
    for warning in told.warnings:
        console.print(here("note: {warning}", warning=warning))
    bad_rows = [bad for bad in told.rejects if bad["error"] not in told.unreadable]
    for bad in bad_rows[:SHOWN]:
        field = f" {bad['field']}" if bad["field"] else ""
        console.print(f"{bad['file']}:{bad['line']}{field}: {bad['error']}", soft_wrap=True)
    more = len(bad_rows) - SHOWN + told.rejects_truncated
    if more > 0:
        console.print(
            here(
                "… and {counted}",
                counted=plural("{count} more mistake", "{count} more mistakes", more),
            )
        )
    if bad_rows:
        console.print(_place(rejects) if nameless else _cure(rejects), soft_wrap=True)


def tell_unreadable(told: "Told") -> None:
    """Say on standard error which files had to be left, and why."""
    for trouble in told.unreadable:
        click.echo(here("Error: {trouble}", trouble=trouble), err=True)


def _cure(rejects: Path | None) -> str:
    if rejects is None:
        return here("Add --rejects FILE to keep the refused rows, mend them and import that file.")
    return here(
        "The refused rows are in {file}: mend them there and import that file.", file=rejects
    )


def _place(rejects: Path | None) -> str:
    if rejects is None:
        return here("Mend them in your file, and import it again.")
    return here(
        "{file} says where they are, and no more: mend them in your file, and import it again.",
        file=rejects,
    )
