"""The engine's own story of an order, as lines for an assertion's message."""

from zoneinfo import ZoneInfo

from recovery.measure.chapters import Event
from recovery.measure.explain import Story

# What says why something was not sent, or not yet.
_OBJECTIONS = frozenset(
    {
        *("not_enrolled", "held_out", "withheld", "skipped", "snoozed", "put_off", "next"),
        *("exited", "exhausted", "cancelled", "expired", "paid", "suppressed"),
        *("failed", "unknown", "undelivered", "bounced"),
    }
)


def whole(story: Story, timezone: str) -> str:
    """Everything that happened to the order and is ahead of it, by the customer's own clock."""
    about = story.order
    head = (
        f"order {about['order']}: {about['status']}, {about['amount']} {about['currency']}, "
        f"{about['country']}, {about['customer_type']}; times in {timezone}"
    )
    return "\n".join([head, *(_line(event, timezone) for event in story.events)])


def objections(story: Story, timezone: str) -> str:
    """Only what says why a message was not sent, or waits; an empty text when nothing does."""
    told = [event for event in story.events if event.what in _OBJECTIONS]
    return "\n".join(_line(event, timezone) for event in told)


def _line(event: Event, timezone: str) -> str:
    at = event.at.astimezone(ZoneInfo(timezone))
    where = "/".join(filter(None, (event.campaign, event.step)))
    ahead = ">" if event.ahead else " "
    code = f" [{event.reason}]" if event.reason else ""
    place = f" {where}:" if where else ""
    return f" {ahead} {at:%a %Y-%m-%d %H:%M}  {event.what}{place} {event.detail}{code}"
