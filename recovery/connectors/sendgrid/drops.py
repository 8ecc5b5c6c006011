"""What SendGrid's reasons for not even trying (`dropped`) say about the address."""

from recovery.facts import EventKind

# SendGrid keeps lists of its own and drops what goes to them: that is old news we missed.
DROPS: dict[str, EventKind] = {
    "bounced address": EventKind.BOUNCED,
    "bounced": EventKind.BOUNCED,
    "invalid": EventKind.BOUNCED,
    "invalid address": EventKind.BOUNCED,
    "unsubscribed address": EventKind.UNSUBSCRIBED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "spam reporting address": EventKind.COMPLAINED,
    "spam report": EventKind.COMPLAINED,
}


def about_address(detail: str | None) -> EventKind | None:
    """The event that once put the address on SendGrid's list; None when the reason is another."""
    reason = (detail or "").rpartition(": ")[2].strip().casefold()
    return DROPS.get(reason)
