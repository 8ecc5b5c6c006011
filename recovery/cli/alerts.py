"""`recovery alerts`: what has turned for the worse, for cron."""

import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit
from recovery.i18n import language, mark

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.measure.alerts.look import Look
    from recovery.measure.tongue import Tongue

FORMATS = ("text", "json", "md")
_STYLES = {"alarm": "bold red", "warning": "yellow"}


@click.command("alerts")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Say nothing when there is nothing to look at.")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(desk: Desk, *, form: str, quiet: bool, lang: str | None) -> Exit:
    """Tell what has turned for the worse. For cron: ends with 1 when somebody has to look.

    More payments of a market, a method or a provider fail; no order comes any more; a sequence
    brings fewer orders back; more messages are lost; complaints or opt-outs are over their limit;
    messages without an answer pile up; a provider refuses us.

    The last period is compared with those before it. Over all comparisons of one call a false
    alarm comes in RECOVERY_ALERTS_ERROR of the calls at most, and a small change is none, however
    sure. What has too few orders to be judged is said. The other limits are RECOVERY_ALERTS_….
    """
    from recovery.db import counting
    from recovery.measure.alerts.look import look
    from recovery.measure.tongue import Tongue

    tongue = Tongue(language(lang, os.environ))
    with closing(desk.engine()) as engine, counting(engine.database) as connection:
        found = look(connection, engine.clock.now(), desk.settings.alerts)
    form = "json" if desk.as_json else form
    if found.alerts or not quiet or form == "json":
        _answer(desk, found, form, tongue)
    return Exit.PARTIAL if found.alerts else Exit.DONE


def _answer(desk: Desk, found: "Look", form: str, tongue: "Tongue") -> None:
    from recovery.cli.common import to_json
    from recovery.measure.alerts.payload import payload
    from recovery.measure.alerts.words import markdown

    if form == "json":
        click.echo(to_json(payload(found, tongue)))
    elif form == "md":
        click.echo("\n".join(markdown(found, tongue)))
    else:
        _show(desk.console, found, tongue)


def _show(console: "Console", found: "Look", t: "Tongue") -> None:
    from rich.text import Text

    from recovery.measure.alerts.words import LEVELS, honesty, sentence, summary, unjudged

    console.print(summary(found, t), style="bold", soft_wrap=True)
    for alert in found.alerts:
        level = Text(t(LEVELS[alert.level]), style=_STYLES[alert.level])
        console.print(Text.assemble(level, "  ", sentence(alert, found, t)), soft_wrap=True)
    if found.unjudged:
        console.print(t(mark("Could not be judged:")), soft_wrap=True)
    for line in unjudged(found, t):
        console.print(f"  {line}", style="dim", soft_wrap=True)
    console.print(honesty(found, t), style="dim", soft_wrap=True)
