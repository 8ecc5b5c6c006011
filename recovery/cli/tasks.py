"""`recovery tasks list/show/claim/close`: what a person has to do about an order."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, mark, say

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from recovery.intake.tasks import Work, Worth

_STATES = {
    "open": mark("open"),
    "closed": mark("closed"),
    "withdrawn": mark("withdrawn"),
}
OUTCOMES = ("reached", "promised", "no_answer", "wrong_number", "refused", "other")


@click.group("tasks")
def command() -> None:
    """List, show, claim and close what a person has to do.

    A campaign's step `task:` makes one. One person claims it; while it is claimed, automatic
    messages to that order wait. A payment closes it.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are not due yet.")
@click.option("--team", metavar="NAME", help="Only those of this team.")
@verb(at=True)
def list_(desk: Desk, everything: bool, team: str | None) -> None:
    """Show what is waiting, dearest and oldest first."""
    from recovery.db import reading
    from recovery.intake import tasks

    now = desk.clock.now()
    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        works = tasks.waiting(connection, now, _worth(desk), everything=everything)
    works = [work for work in works if team in (None, work.team)]
    desk.show(
        {"at": now, "tasks": [work.payload() for work in works]},
        lambda console: _show_all(console, works),
    )


@command.command("show")
@click.argument("task", type=int)
@click.option("--lang", default="en", show_default=True, help="Your language: en or zh-CN.")
@verb(at=True)
def show(desk: Desk, task: int, lang: str) -> None:
    """Show one task with what to say and what not to say.

    The words are the template's, in templates/<task>/<language>/task.txt.
    """
    from recovery.db import reading
    from recovery.intake import tasks

    with closing(desk.engine()) as engine:
        with reading(engine.database) as connection:
            work = tasks.look(connection, task, desk.clock.now(), _worth(desk))
        _expect_language(lang, engine.catalog.locales(work.template))
        text = engine.task_text(work.touch_id, lang)

    def tell(console: "Console") -> None:
        _show_one(console, work)
        console.print(f"\n{text}")

    desk.show(work.payload() | {"text": text}, tell)


@command.command("claim")
@click.argument("task", type=int)
@click.option("--as", "name", metavar="NAME", required=True, help="Who does it.")
@click.option("--release", is_flag=True, help="Give it back instead.")
@verb(at=True)
def claim(desk: Desk, task: int, name: str, release: bool) -> None:
    """Take a task, so that nobody else does and the machine keeps quiet.

    When somebody else has it, you are told who, and the exit code is 1.
    """
    from recovery.intake import tasks

    act = tasks.release if release else tasks.claim
    now = desk.clock.now()
    _do(desk, task, lambda connection: act(connection, task, name.strip(), now))


@command.command("close")
@click.argument("task", type=int)
@click.option("--outcome", type=click.Choice(OUTCOMES), required=True, help="How it ended.")
@click.option("--note", metavar="TEXT", help="What to remember.")
@click.option("--as", "name", metavar="NAME", help="Who did it; refused if somebody else has it.")
@verb(at=True)
def close(desk: Desk, task: int, outcome: str, note: str | None, name: str | None) -> None:
    """Finish a task and say how it ended."""
    from recovery.intake import tasks

    ended, now = tasks.Outcome(outcome), desk.clock.now()
    _do(
        desk,
        task,
        lambda connection: tasks.close(connection, task, ended, now, note=note, name=name),
    )


def _expect_language(lang: str, written: "Sequence[str]") -> None:
    """UsageError when a task's words are not there in `lang`, or in a language near to it."""
    from recovery.template.locales import choose

    if choose(lang, frozenset(written), "") is None:
        there_are = ", ".join(written)
        raise UsageError(
            say(
                "no words for this task in {lang}; --lang may be one of {there_are}",
                lang=f"{lang!r}",
                there_are=there_are,
            )
        )


def _do(desk: Desk, task: int, act: "Callable[[Connection], None]") -> None:
    """Act, and show what the task looks like now."""
    from recovery.db import writing
    from recovery.intake import tasks

    with closing(desk.engine()) as engine, writing(engine.database) as connection:
        act(connection)
        work = tasks.look(connection, task, desk.clock.now(), _worth(desk))
    desk.show(work.payload(), lambda console: _show_one(console, work))


def _worth(desk: Desk) -> "Worth":
    """Amounts in the base currency, at the reference rates of the day."""
    from recovery.markets.rates import load_rates

    rates = load_rates(desk.clock.now().date(), desk.settings.rates_file)
    return lambda money: rates.convert(money, desk.settings.base_currency)


def _show_all(console: "Console", works: "list[Work]") -> None:
    if not works:
        console.print(here("Nothing to do."))
    for work in works:
        _show_one(console, work)
        console.print()


def _show_one(console: "Console", work: "Work") -> None:
    state = here(_STATES.get(work.state.value, work.state.value))
    if work.state == "claimed":
        state = here("claimed by {name}", name=work.claimed_by)
    amount = f"{work.amount} {work.amount.currency}"
    console.print(
        here(
            "#{id}  {amount}  order {order}  ({state})",
            id=work.id,
            amount=amount,
            order=work.order,
            state=state,
        ),
        style="bold",
    )
    for label, value in _lines(work):
        if value:
            console.print(f"    {_padded(here(label), 10)} {value}")


def _padded(text: str, width: int) -> str:
    """`text` and spaces; a Chinese sign takes two cells."""
    from recovery.campaign.cells import cells

    return text + " " * max(0, width - cells(text))


def _lines(work: "Work") -> list[tuple[str, Any]]:
    local = f"{work.customer_time:%a %H:%M}"
    who = ", ".join(filter(None, (work.customer, work.phone or here("no phone number"))))
    until = work.expires_at and f"{work.expires_at:%Y-%m-%d %H:%M} UTC"
    return [
        (
            mark("call"),
            here(
                "{who} · {local} there · speaks {locale}", who=who, local=local, locale=work.locale
            ),
        ),
        (mark("ordered"), ", ".join(work.items)),
        (mark("why"), work.why),
        (mark("pays at"), work.payment_url),
        (mark("kept until"), until),
        (
            mark("task"),
            here(
                "{template} for {team}, due {at} UTC",
                template=work.template,
                team=work.team,
                at=f"{work.due_at:%Y-%m-%d %H:%M}",
            ),
        ),
        (mark("outcome"), work.outcome),
        (mark("note"), work.note),
    ]
