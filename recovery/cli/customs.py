"""What `recovery doctor` says of the markets: your own rules, and senders that some refuse."""

from typing import TYPE_CHECKING

from recovery.cli.findings import Finding
from recovery.errors import Exit
from recovery.i18n import here, mark, spoken, words

if TYPE_CHECKING:
    from recovery.markets import Markets
    from recovery.settings import Settings


def customs(settings: "Settings") -> Finding:
    """Whether the merchant's own rules can be read, what they loosen, who takes our sender."""
    from recovery.markets import load_markets

    markets = load_markets(settings.project)
    if markets.mistakes:
        first = markets.mistakes[0].line_in(words(spoken()))
        wrong = mark("{count} mistakes in your own rules, the first: {first}")
        told = here(wrong, count=len(markets.mistakes), first=first)
        cure = here("`recovery check` shows them all; nothing is sent to these markets meanwhile")
        return Finding("markets", False, told, cure, Exit.DATA)
    notes = [*_loosened(markets), *_refused(markets, settings)]
    if notes:
        return Finding(
            "markets", True, "; ".join(notes), here("`recovery markets` shows every rule")
        )
    return Finding(
        "markets",
        True,
        here("{count} with rules of your own, none loosened", count=len(markets.own)),
    )


def _loosened(markets: "Markets") -> list[str]:
    looser = [
        f"{name} {change.road}"
        for name in markets.own
        for change in markets.rules(name).changes
        if change.loosens
    ]
    told = here(
        "looser than the shipped rules, on your own responsibility: {facts}",
        facts=", ".join(looser),
    )
    return [told] if looser else []


def _refused(markets: "Markets", settings: "Settings") -> list[str]:
    """A name as sender of SMS is taken in some markets only."""
    from recovery.markets.book import with_rules

    sender = settings.twilio.from_ or ""
    if settings.sms_sender != "twilio" or not any(sign.isalpha() for sign in sender):
        return []
    refusing = [name for name in sorted(with_rules()) if not markets.rules(name).names_as_sender]
    told = here(
        "SMS from the name {sender} do not arrive in {markets}: use a number",
        sender=sender,
        markets=", ".join(refusing),
    )
    return [told]
