"""`recovery send-test`: one message to yourself, through the sender that serves customers."""

import os
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, refuse, verb
from recovery.errors import ConnectorError, Exit, SendFailure, UsageError
from recovery.i18n import say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.connectors.base import Sender
    from recovery.dispatch.render import Message
    from recovery.message import Channel
    from recovery.preview.matrix import Wish
    from recovery.preview.rendered import Shown

MOST = 5  # addresses: this is for your own, not for a list


@click.command("send-test")
@click.argument("campaign")
@click.argument("step")
@click.option(
    "--to", "addresses", multiple=True, required=True, metavar="ADDRESS", help="Yours; up to five."
)
@click.option("--market", metavar="DE", help="As there.  [default: the first of the step]")
@click.option("--locale", metavar="LOCALE", help="In this language.  [default: of the market]")
@click.option("--sample", metavar="SAMPLE", default="usual", show_default=True, help="The order.")
@click.option("--variant", metavar="NAME", help="Of a step with variants.  [default: the first]")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(
    desk: Desk,
    *,
    campaign: str,
    step: str,
    addresses: tuple[str, ...],
    market: str | None,
    locale: str | None,
    sample: str,
    variant: str | None,
    lang: str | None,
) -> Exit:
    """Send this very message, with a sample order and [TEST] in front, to addresses of yours.

    Nobody's order is touched and no report counts it. The links in it open nothing. Addresses on
    the suppression list are refused.
    """
    from recovery.i18n import language
    from recovery.preview.matrix import Wish

    markets, locales = (market.upper(),) if market else (), (locale,) if locale else ()
    variants = (variant,) if variant else ()
    wish = Wish(markets, locales, (step,), (sample,), variants)
    shown = _message(desk, campaign, wish, language(lang, os.environ))
    assert shown.message is not None, "anything else was refused"  # noqa: S101
    results = _send(desk, shown.message, _own(addresses, shown.channel), shown.channel)
    place = shown.cell.place
    about = {"campaign": campaign, "step": step, "sample": sample}
    about |= {"variant": shown.cell.variant} if shown.cell.variant else {}
    where = {"market": place.market.country, "locale": place.locale, "channel": shown.channel.value}
    desk.show(about | where | {"results": results}, lambda console: _tell(console, results))
    failures = {one["failure"] for one in results if not one["sent"]}
    if SendFailure.TEMPORARY in failures:
        return Exit.UNAVAILABLE
    return Exit.PARTIAL if failures else Exit.DONE


def _message(desk: Desk, campaign: str, wish: "Wish", lang: str) -> "Shown":
    """The one message that was asked for; UsageError when there is none to send."""
    from recovery.cli.preview import read_project
    from recovery.markets import load_markets
    from recovery.preview.matrix import cells, expect
    from recovery.preview.rendered import Studio

    campaigns, samples, troubles = read_project(desk, [campaign])
    if not campaigns:
        refuse("\n".join(troubles), Exit.DATA, as_json=desk.as_json)
    expect(campaigns, samples, wish)
    studio = Studio.of(desk.settings, samples, load_markets(desk.settings.project), lang)
    cell = next(cells(campaigns, samples, studio.markets, wish), None)
    if cell is None:
        raise UsageError(
            say(
                "sample {samples} fits no order that gets {steps}",
                samples=f"{wish.samples[0]!r}",
                steps=f"{wish.steps[0]!r}",
            )
        )
    if cell.step.task:
        raise UsageError(
            say(
                "{steps} is a task for a colleague; there is nothing to send",
                steps=f"{wish.steps[0]!r}",
            )
        )
    shown = studio.show(cell, desk.clock.now())
    if shown.error:
        raise shown.error
    return shown


def _own(addresses: Sequence[str], channel: "Channel") -> list[str]:
    """The addresses, each once; UsageError for a wrong one, or for more than a few."""
    from recovery.connectors.table_file.addresses import address

    found = dict[str, None]()
    for text in addresses:
        try:
            kind, one = address(text)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if kind is not channel:
            raise UsageError(
                say("{text} is no address for {value}", text=f"{text!r}", value=channel.value)
            )
        found[one] = None
    if len(found) > MOST:
        raise UsageError(
            say(
                "{count} addresses are too many: a test goes to {most} of your own at most",
                count=str(len(found)),
                most=MOST,
            )
        )
    return list(found)


def _send(
    desk: Desk, message: "Message", addresses: Sequence[str], channel: "Channel"
) -> list[dict[str, Any]]:
    """Send to each; UsageError when one of them gets nothing more."""
    from recovery.connectors import email_sender, sms_sender
    from recovery.message import Channel

    _expect_welcome(desk, addresses, channel)
    make = email_sender if channel is Channel.EMAIL else sms_sender
    with closing(make(desk.settings)) as sender:
        return [_sent(sender, message, to) for to in addresses]


def _expect_welcome(desk: Desk, addresses: Sequence[str], channel: "Channel") -> None:
    """Whoever unsubscribed, complained or bounced gets no tests either: UsageError."""
    from recovery.db import reading
    from recovery.intake.consents import compared
    from recovery.intake.suppress import listed

    with closing(desk.engine()) as engine, reading(engine.database) as connection:
        closed = {row.address: row.reason for row in listed(connection, channel.value)}
    for to in addresses:
        if reason := closed.get(compared(channel.value, to)):
            raise UsageError(
                say(
                    "{to} is on the suppression list ({reason}): it gets no tests either",
                    to=to,
                    reason=reason,
                )
            )


def _sent(sender: "Sender", message: "Message", to: str) -> dict[str, Any]:
    from recovery.preview.trial import addressed

    try:
        receipt = sender.send(addressed(message, to))
    except ConnectorError as error:
        return {"to": to, "sent": False, "error": str(error), "failure": error.failure}
    return {"to": to, "sent": True, "provider": receipt.provider, "id": receipt.provider_id}


def _tell(console: "Console", results: Sequence[dict[str, Any]]) -> None:
    for one in results:
        told = f"{one['provider']} {one['id']}" if one["sent"] else one["error"]
        console.print(f"{one['to']}: {told}", soft_wrap=True)
