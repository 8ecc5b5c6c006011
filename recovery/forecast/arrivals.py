"""Orders known today that enter later: too young now, or behind another order of their customer.

The planner itself enrols them, run after run on a later clock, in the transaction that is rolled
back; runs at which nobody's turn comes are left out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heapify, heappop, heappush

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.schema import Campaign
from recovery.db import among, table, written_in
from recovery.facts import UNPAID
from recovery.forecast.days import Horizon
from recovery.markets.rates import Rates
from recovery.models import Enrolment, EnrolmentState, Order
from recovery.planner.enrol import enrol, newest

orders, enrolments = table(Order), table(Enrolment)

Arrivals = Counter[tuple[date, str]]  # day of the run (UTC) and campaign → orders
_Runs = Iterator[datetime]


def arrive(
    connection: Connection,
    campaigns: Sequence[LoadedCampaign],
    horizon: Horizon,
    rates: Callable[[datetime], Rates],
) -> Arrivals:
    """Enrol whoever enters after `horizon.now`; nobody pays until its end.

    `campaigns` are those that take orders, sorted by priority; those of now are enrolled already.
    """
    queues = [_Queue(connection, one, horizon) for one in campaigns]
    found = Arrivals()
    while turn := [queue for queue in queues if queue.next < horizon.end]:
        at = min(queue.next for queue in turn)
        for queue in turn:
            if queue.next == at:
                found[at.date(), queue.name] += queue.enter(rates(at))
    return +found


@dataclass(slots=True)
class _Queue:
    """Who waits for one campaign, and when the next of them may enter."""

    connection: Connection
    loaded: LoadedCampaign
    horizon: Horizon
    _ripening: _Runs = field(init=False)
    _ripe_at: datetime = field(init=False)  # the next run at which an order is old enough
    _seen: datetime = field(init=False)  # the last run: who was old enough then has been asked
    _behind: dict[int, list[int]] = field(init=False)  # customer → orders, of which one may be in
    _ends: list[tuple[datetime, int, int]] = field(default_factory=list)  # window, enrolment, who

    def __post_init__(self) -> None:
        self._seen = self.horizon.now
        self._behind = _rivals(self.connection, self._campaign, self.horizon)
        self._ripening = _ripening(self.connection, self._campaign, self.horizon)
        self._ripe_at = next(self._ripening, self.horizon.end)
        self._ends = self._live(0)
        heapify(self._ends)

    @property
    def _campaign(self) -> Campaign:
        return self.loaded.campaign

    @property
    def name(self) -> str:
        """Of the campaign."""
        return self._campaign.campaign

    @property
    def next(self) -> datetime:
        """The next run at which somebody's turn may have come; the horizon's end if there is none.

        A run closes journeys whose window is over before it enrols."""
        freed = self.horizon.run_after(self._ends[0][0]) if self._ends else self.horizon.end
        return min(self._ripe_at, freed)

    def enter(self, rates: Rates) -> int:
        """Enrol at that run: returns how many entered."""
        at, last, count = self.next, newest(self.connection), 0
        if freed := self._freed(at):
            waiting = [order for who in freed for order in self._behind[who]]
            count += self._enrol(at, rates, among(self.connection, orders.c.id, waiting))
        if self._ripe_at == at:
            since = self._seen - self._campaign.trigger.after
            count += self._enrol(at, rates, orders.c.unpaid_since > since)
            self._seen, self._ripe_at = at, next(self._ripening, self.horizon.end)
        for one in self._live(last):
            heappush(self._ends, one)
        return count

    def _enrol(self, at: datetime, rates: Rates, who: ColumnElement[bool]) -> int:
        plan = enrol(self.connection, [self.loaded], at, rates, who)
        return sum(sum(arms.values()) for arms in plan.enrolled.values())

    def _freed(self, at: datetime) -> list[int]:
        """Customers whose journey is over at `at`. What it planned stays, for the days to live."""
        over, people = list[int](), list[int]()
        while self._ends and self._ends[0][0] <= at:
            _, enrolment, customer = heappop(self._ends)
            over.append(enrolment)
            people.append(customer)
        if over:
            ended = among(self.connection, enrolments.c.id, over)
            state = EnrolmentState.EXHAUSTED.value
            self.connection.execute(update(enrolments).where(ended).values(state=state))
        return people

    def _live(self, after: int) -> list[tuple[datetime, int, int]]:
        """Live enrolments above id `after` in front of somebody: (window's end, id, customer)."""
        if not self._behind:
            return []
        e = enrolments.c
        found = select(e.window_ends_at, e.id, e.customer_id).where(
            e.id > after, e.campaign == self.name, e.state == EnrolmentState.ACTIVE
        )
        rows = self.connection.execute(found)
        return [(until, id_, who) for until, id_, who in rows if who in self._behind]


def _waiting(campaign: Campaign, horizon: Horizon) -> list[ColumnElement[bool]]:
    """Orders of the kind that `campaign` waits for, old enough before the horizon ends."""
    return [
        written_in(orders.c.status, sorted(UNPAID)),
        orders.c.status == campaign.trigger.status,
        orders.c.unpaid_since < horizon.end - campaign.trigger.after,
    ]


def _ripening(connection: Connection, campaign: Campaign, horizon: Horizon) -> _Runs:
    """The runs after now at which an order is old enough, one after the other."""
    after, at = campaign.trigger.after, horizon.now
    while True:
        youngest = select(func.min(orders.c.unpaid_since)).where(
            *_waiting(campaign, horizon), orders.c.unpaid_since > at - after
        )
        since = connection.execute(youngest).scalar_one()
        if since is None or (at := horizon.run_after(since + after)) >= horizon.end:
            return
        yield at


def _rivals(connection: Connection, campaign: Campaign, horizon: Horizon) -> dict[int, list[int]]:
    """Orders that nobody has, by customer, where the customer has more than one in question."""
    mine, taken = enrolments.alias("mine"), enrolments.alias("taken")
    other = orders.alias("other")
    busy = exists().where(
        mine.c.customer_id == orders.c.customer_id,
        mine.c.campaign + "" == campaign.campaign,
        mine.c.state == EnrolmentState.ACTIVE,
    )
    as_well = exists().where(
        other.c.customer_id == orders.c.customer_id,
        other.c.id != orders.c.id,
        other.c.status == campaign.trigger.status,
        ~exists().where(taken.c.order_id == other.c.id),
    )
    found = select(orders.c.customer_id, orders.c.id).where(
        *_waiting(campaign, horizon),
        ~exists().where(taken.c.order_id == orders.c.id),
        busy | as_well,
    )
    rivals: dict[int, list[int]] = defaultdict(list)
    for customer, order in connection.execute(found):
        rivals[customer].append(order)
    return dict(rivals)
