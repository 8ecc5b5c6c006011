"""The troubles of a story: which incident holds when, and what it does to payments and messages."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from recovery.facts import OrderStatus
from recovery.markets.hours import Window, read_week
from recovery.simulate.chance import Chance
from recovery.simulate.scenarios.incident import Incident, Trouble
from recovery.simulate.scenarios.schema import Cause, Wait
from recovery.simulate.scenarios.values import Words

CARD = "card"  # the way to pay that an outage of the payment provider stops
OUTAGE = "outage"  # the cause of orders that an outage has stopped
_COME_BACK = 0.65  # of those whose payment fails in an outage: they try again when it is over
_REFUSED = 0.9  # of the e-mails to its customers, while a mailbox provider refuses us

_STOPPED = Cause(
    about=Words(en="The payment provider was down", zh="支付服务商中断"),
    status=OrderStatus.FAILED,
    codes={"processing_error": 1.0},
    method=CARD,
    pays=0.9,  # they try again, and may find it still down
    after=Wait(median=timedelta(minutes=20), spread=1.0),
    hears=1.3,
    wants=0.2,
)

Held = tuple[Incident, datetime, datetime]  # with beginning and end


class Troubles:
    """The incidents of one story, which begins at `start`."""

    def __init__(self, incidents: Sequence[Incident], start: datetime) -> None:
        self._all = [(one, start + one.at, start + one.at + one.lasts) for one in incidents]
        self._start = start

    def over(self, kind: Trouble, at: datetime, market: str | None = None) -> Iterator[Held]:
        """Those of `kind` that hold at this instant."""
        for one, begins, ends in self._all:
            if one.incident is kind and begins <= at < ends and one.market in (None, market):
                yield one, begins, ends

    def of(self, kind: Trouble) -> list[Held]:
        """All of a kind."""
        return [one for one in self._all if one[0].incident is kind]

    def down(self, at: datetime, market: str) -> datetime | None:
        """Until when no card is taken; None: they are."""
        held = self.over(Trouble.PAYMENTS_DOWN, at, market)
        return max((ends for _, _, ends in held), default=None)

    def stopped(self, at: datetime, market: str) -> Cause | None:
        """Why who pays by card at the checkout can't; None: they can."""
        return _STOPPED if self.down(at, market) else None

    def pays(self, at: datetime, market: str, chance: Chance) -> datetime | None:
        """When who wants to pay by card `at` can: then, or after the outage; None: they give up."""
        while (ends := self.down(at, market)) is not None:
            if not chance.happens("comes back", _COME_BACK):
                return None
            at = ends + chance.wait("back", timedelta(hours=5), 0.8)
        return at

    def told(self, at: datetime) -> datetime:
        """When the shop tells us of a payment made `at`."""
        late = [one.late for one, _, _ in self.over(Trouble.WEBHOOKS_LATE, at)]
        return at + max(late, default=timedelta(0))

    def doubled(self, at: datetime) -> bool:
        """Whether everything is told twice."""
        return any(self.over(Trouble.WEBHOOKS_DOUBLED, at))

    def blocks(self, at: datetime, market: str, address: str, letter: Chance) -> bool:
        """Whether the provider of a mailbox refuses a letter to it. Some people have theirs there,
        others have not; that does not change from letter to letter."""
        return any(
            Chance("mailbox", address).happens("there", one.share)
            and letter.happens("blocked", _REFUSED)
            for one, _, _ in self.over(Trouble.MAIL_BLOCKED, at, market)
        )

    def windows(self, at: datetime, market: str) -> Iterator[Window]:
        """The only hours for messages, where a rule has changed."""
        for one, _, _ in self.over(Trouble.RULE_CHANGED, at, market):
            if one.hours:
                yield Window(read_week([f"mon-sun {one.hours}"]))

    def announced(self, incident: Incident) -> datetime:
        """When everybody could know of a rule that changes; on the first day at the earliest."""
        return self._start + max(timedelta(0), incident.at - incident.announced)
