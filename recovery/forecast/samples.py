"""What messages cost: a few of each kind are written with the customer's real order, and counted.

The number of SMS segments depends on language, names and amounts, so it is measured on messages and
not guessed. A message that can't be written, or may not carry its link, is found here, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from recovery.dispatch.policies import TEMPLATE_ERROR, link_allowed, look_again
from recovery.dispatch.render import Renderer
from recovery.dispatch.situation import Decision, Send, Situation, Snooze
from recovery.incentives.issue import Grant
from recovery.message import Channel, SmsMessage
from recovery.template.errors import TemplateError

ENOUGH = 25  # messages of one kind that are written; the others are taken to be alike


class Kind(NamedTuple):
    """Messages that are likely to be as long as each other."""

    campaign: str
    channel: Channel
    template: str
    locale: str
    country: str
    offer: bool
    variant: str = ""


@dataclass(slots=True)
class Bill:
    """Messages of one kind: how many, and the segments of those that were written."""

    messages: int = 0
    written: int = 0
    written_for: int = 0  # messages that those written stand for
    parts: int = 0  # segments, of those
    dearest: int = 0  # segments of the longest

    @property
    def segments(self) -> int:
        """Of all messages; exact when all were written, else in proportion."""
        if not self.written_for:
            return 0
        return round(self.parts * self.messages / self.written_for)


@dataclass(slots=True)
class Samples:
    """Writes messages, as many as it takes."""

    renderer: Renderer
    bills: dict[Kind, Bill] = field(default_factory=dict)
    refused: dict[Kind, Decision] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # template errors, as the marketer reads them

    def take(
        self, s: Situation, grant: Grant | None, send: Send, size: int, now: datetime
    ) -> Decision:
        """Count `size` messages like this one: `send`, or why its words may not go out."""
        step = s.step
        kind = Kind(
            s.campaign.campaign,
            step.channel,
            step.template,
            s.order.locale,
            s.order.country,
            grant is not None,
            s.variant,
        )
        bill = self.bills.setdefault(kind, Bill())
        enough = ENOUGH if step.channel is Channel.SMS else 1
        if kind not in self.refused and bill.written < enough:
            self._write(kind, bill, s, grant, size, now)
        if (refused := self.refused.get(kind)) is not None:
            waits = isinstance(refused, Snooze)
            return look_again(s, now, TEMPLATE_ERROR) if waits else refused
        bill.messages += size
        return send

    def _write(
        self,
        kind: Kind,
        bill: Bill,
        s: Situation,
        grant: Grant | None,
        size: int,
        now: datetime,
    ) -> None:
        try:
            message = self.renderer.render(s, grant, now)
        except TemplateError as error:
            self.broken.add(str(error))
            self.refused[kind] = Snooze(now, TEMPLATE_ERROR)
            return
        parts = 1
        if isinstance(message, SmsMessage):
            parts = message.segments
            verdict = link_allowed(s, message)
            if not isinstance(verdict, Send):
                self.refused[kind] = verdict
        bill.written += 1
        bill.written_for += size
        bill.parts += parts * size
        bill.dearest = max(bill.dearest, parts)


def by_channel(bills: Mapping[Kind, Bill]) -> dict[Channel, int]:
    """Units a provider is paid for: e-mails, SMS segments."""
    units = dict.fromkeys((Channel.EMAIL, Channel.SMS), 0)
    for kind, bill in bills.items():
        units[kind.channel] += bill.messages if kind.channel is Channel.EMAIL else bill.segments
    return units
