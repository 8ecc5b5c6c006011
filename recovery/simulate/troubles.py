"""The troubles of a story: which incident holds when, and what it does to payments and messages."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from recovery.markets.hours import Window, read_week
from recovery.simulate.chance import Chance
from recovery.simulate.scenarios.incident import Incident, Trouble

_COME_BACK = 0.65  # of those whose payment fails in an outage: they try again when it is over
_BLOCKED = 0.85  # of e-mails, while a mail provider refuses them


class Troubles:
    """The incidents of one story, which begins at `start`."""

    def __init__(self, incidents: Sequence[Incident], start: datetime) -> None:
        self._all = [(one, start + one.at, start + one.at + one.lasts) for one in incidents]

    def over(
        self, kind: Trouble, at: datetime, market: str | None = None
    ) -> Iterator[tuple[Incident, datetime, datetime]]:
        """Those of `kind` that hold at this instant, with beginning and end."""
        for one, begins, ends in self._all:
            if one.incident is kind and begins <= at < ends and one.market in (None, market):
                yield one, begins, ends

    def of(self, kind: Trouble) -> list[tuple[Incident, datetime, datetime]]:
        """All of a kind, with beginning and end."""
        return [one for one in self._all if one[0].incident is kind]

    def pays(self, at: datetime, market: str, chance: Chance) -> datetime | None:
        """When who wants to pay `at` can: then, or after the outage; None: they give up."""
        for _, _, ends in self.over(Trouble.PAYMENTS_DOWN, at, market):
            if not chance.happens("comes back", _COME_BACK):
                return None
            return ends + chance.wait("back", timedelta(hours=5), 0.8)
        return at

    def told(self, at: datetime) -> datetime:
        """When the shop tells us of a payment made `at`."""
        late = [one.late for one, _, _ in self.over(Trouble.WEBHOOKS_LATE, at)]
        return at + max(late, default=timedelta(0))

    def doubled(self, at: datetime) -> bool:
        """Whether everything is told twice."""
        return any(self.over(Trouble.WEBHOOKS_DOUBLED, at))

    def blocks(self, at: datetime, market: str, chance: Chance) -> bool:
        """Whether the receiver's provider refuses an e-mail."""
        held = any(self.over(Trouble.MAIL_BLOCKED, at, market))
        return held and chance.happens("blocked", _BLOCKED)

    def window(self, at: datetime, market: str) -> Window | None:
        """The only hours for messages, where a rule has changed."""
        for one, _, _ in self.over(Trouble.RULE_CHANGED, at, market):
            if one.hours:
                return Window(read_week([f"mon-sun {one.hours}"]))
        return None
