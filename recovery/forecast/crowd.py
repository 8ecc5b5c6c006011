"""The crowd of the coming days: customers with something planned, those who are alike as one party.

Whoever enters from now on and has no history here differs from others of the same run only in what
the rules look at, so a million of them are a few hundred parties. Everybody else is a party of one.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Annotated, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from recovery.campaign.schema import OfferKind
from recovery.db import among, table
from recovery.dispatch.gather import ORDER, Batch, gather
from recovery.dispatch.scripts import Scripts
from recovery.forecast.lots import Lots
from recovery.markets import Markets
from recovery.markets.rates import Rates
from recovery.message import Channel, MessageClass
from recovery.models import (
    Coupon,
    CouponState,
    Customer,
    Enrolment,
    EnrolmentState,
    Order,
    Suppression,
    Touch,
    TouchState,
)
from recovery.money import Money

Members = Annotated["array[int]", "ids of enrolments"]
_Found = tuple[Members, list[int]]  # members, and the touches of the first

WAVE = 20_000  # parties in memory at once
GATHER = 2_000  # touches read at once
LOOKBACK = timedelta(days=35)  # who left a campaign longer ago than this and any cap: a stranger

enrolments, touches, orders = table(Enrolment), table(Touch), table(Order)
customers, coupons, suppressions = table(Customer), table(Coupon), table(Suppression)

# Of an order, what no rule looks at: it names one order, or only fills its message. Amount,
# addresses and expiry are looked at, but not as they are.
_OWN = frozenset(
    {"id", "customer_id", "source", "external_id", "placed_at", "name", "items", "payment_method"}
    | {"amount_minor", "email", "phone", "expires_at"}
)
_SHARED = tuple(name for name in ORDER if name not in _OWN)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions need besides the database."""

    scripts: Scripts
    class_of: Callable[[str], MessageClass | None]
    paused: frozenset[str]  # campaigns of which nothing is taken
    rates: Rates
    markets: Markets | None = None  # with the merchant's own; None: as shipped
    memory: timedelta = LOOKBACK  # how long a message may count against a customer
    together: bool = True  # ask those who are alike once; else everybody alone


@dataclass(slots=True)
class Party:
    """Customers alike, seen as one of them: the picture, and the touches still open.

    `members` are their enrolments, the oldest first: that is how they take turns.
    """

    members: Members
    batch: Batch
    open: dict[int, datetime]  # touch → when it is due
    rows: dict[int, Row[Any]]
    delayed: set[tuple[int, str]] = field(default_factory=set)  # touch and reason

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.members)

    def split(self, leaving: Collection[int]) -> "Party":
        """Part with the members `leaving`, who go their own way from here."""
        parted = array("q", (one for one in self.members if one in leaving))
        self.members = array("q", (one for one in self.members if one not in leaving))
        people = {row.customer_id for row in self.rows.values()}
        journeys = {row.enrolment_id for row in self.rows.values()}
        own = replace(
            self.batch,
            sent=_copied(self.batch.sent, people),
            issued=_copied(self.batch.issued, people),
            ahead=_copied(self.batch.ahead, journeys),
        )
        return Party(parted, own, dict(self.open), dict(self.rows), set(self.delayed))

    def closes(self, touch: int) -> None:
        """The touch is over: nobody waits for it any more."""
        del self.open[touch]
        row = self.rows[touch]
        ahead = self.batch.ahead[row.enrolment_id]
        ahead[:] = [one for one in ahead if one.step != row.step]

    def waits(self, touch: int, until: datetime) -> None:
        """The touch is due later; whoever waits for it sees that."""
        self.open[touch] = until
        row = self.rows[touch]
        ahead = self.batch.ahead[row.enrolment_id]
        ahead[:] = [replace(one, due_at=until) if one.step == row.step else one for one in ahead]


def waves(
    connection: Connection, rules: Rules, after: int, now: datetime, every: timedelta
) -> Iterator[list[Party]]:
    """Everybody with a planned touch, at most `WAVE` parties at a time.

    Enrolments with an id above `after` are those that enter from now on; `every` is the time
    between runs.
    """
    groups = _alike(connection, rules, after, now, every) if rules.together else {}
    everybody = _met(connection, rules, _chained(connection, rules, groups, after, now), now)
    while wave := list(islice(everybody, WAVE)):
        yield wave


def _chained(
    connection: Connection, rules: Rules, groups: Mapping[int, Members], after: int, now: datetime
) -> Iterator[_Found]:
    """Members and touches of each party."""
    representatives = sorted(groups)
    for start in range(0, len(representatives), GATHER):
        chosen = representatives[start : start + GATHER]
        found = _planned(among(connection, enrolments.c.id, chosen), enrolments.c.id)
        for journey, rows in groupby(connection.execute(found).all(), attrgetter("who")):
            yield groups[journey], [row.id for row in rows]
    known = or_(enrolments.c.id <= after, enrolments.c.id.in_(_known(after, now - rules.memory)))
    found = _planned(known if rules.together else true(), enrolments.c.customer_id)
    streamed = connection.execute(found, execution_options={"yield_per": GATHER})
    for _, rows in groupby(streamed, attrgetter("who")):
        listed = list(rows)
        yield array("q", [listed[0].journey]), [row.id for row in listed]


def _planned(which: ColumnElement[bool], who: ColumnElement[int]) -> Select[Any]:
    return (
        select(touches.c.id, touches.c.enrolment_id.label("journey"), who.label("who"))
        .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
        .where(touches.c.state == TouchState.PLANNED, which)
        .order_by(who, touches.c.id)
    )


def _met(
    connection: Connection,
    rules: Rules,
    parties: Iterable[_Found],
    now: datetime,
) -> Iterator[Party]:
    """Read the situations of many parties together."""
    held: list[_Found] = []
    count = 0
    for party in parties:
        held.append(party)
        count += len(party[1])
        if count >= GATHER:
            yield from _gathered(connection, rules, held, now)
            held, count = [], 0
    if held:
        yield from _gathered(connection, rules, held, now)


def _gathered(
    connection: Connection, rules: Rules, parties: Sequence[_Found], now: datetime
) -> Iterator[Party]:
    ids = [touch for _, listed in parties for touch in listed]
    batch = gather(
        connection,
        ids,
        now,
        rules.scripts,
        rules.class_of,
        rules.paused,
        rules.markets,
        locking=False,
    )
    rows = {row.touch_id: row for row in batch.rows}
    own = {(row.enrolment_id, row.step) for row in batch.rows}
    for journey, ahead in batch.ahead.items():  # what a worker holds at this moment has gone out
        ahead[:] = [one for one in ahead if (journey, one.step) in own]
    batch.rows = ()
    due = {
        (journey, one.step): one.due_at for journey, ahead in batch.ahead.items() for one in ahead
    }
    for members, listed in parties:
        mine = {touch: rows[touch] for touch in listed}
        yield Party(
            members, batch, {t: due[row.enrolment_id, row.step] for t, row in mine.items()}, mine
        )


def _known(after: int, since: datetime) -> Select[tuple[int]]:
    """Newcomers who are no strangers; asked once an enrolment, not once a touch."""
    mine = enrolments.alias("mine")
    return select(mine.c.id).where(mine.c.id > after, ~mine.c.holdout, not_(_alone(since, mine)))


def _alone(since: datetime, mine: FromClause = enrolments) -> ColumnElement[bool]:
    """The customer of an enrolment has nothing else here that a rule would look at."""
    others = enrolments.alias("others")
    elsewhere = exists().where(
        others.c.customer_id == mine.c.customer_id,
        others.c.id != mine.c.id,
        or_(
            others.c.state == EnrolmentState.ACTIVE,
            others.c.window_ends_at > since,
            others.c.order_id == mine.c.order_id,
        ),
    )
    holds = exists().where(
        coupons.c.customer_id == mine.c.customer_id,
        coupons.c.state != CouponState.WITHDRAWN,
    )
    return and_(~elsewhere, ~holds)


def _alike(
    connection: Connection, rules: Rules, after: int, now: datetime, every: timedelta
) -> dict[int, Members]:
    """Newcomers who are alone: the first enrolment of each kind, and all of it."""
    seen: dict[tuple[Any, ...], Members] = {}
    bucket, lots = _Buckets(connection, rules), Lots(connection, rules.scripts)
    streamed = connection.execute(
        _entering(after, now - rules.memory), execution_options={"yield_per": 10_000}
    )
    for row in streamed:
        journey, version, sequence, key, slot, amount, expires, window, *shared = row
        if expires is not None:  # whatever the run before that moment could do, it can do
            expires = None if expires >= window else -((now - expires) // every)
        kind = (
            version,
            sequence,
            window,  # whoever enters later lives later
            bucket(version, sequence, row.currency, amount),
            lots(version, sequence, key),
            lots.gets_nothing(version, slot),
            expires,
            *shared,
        )
        seen.setdefault(kind, array("q")).append(journey)
    return {members[0]: members for members in seen.values()}


def _entering(after: int, since: datetime) -> Select[Any]:
    return (
        select(
            enrolments.c.id.label("journey"),
            enrolments.c.version_id,
            enrolments.c.sequence,
            customers.c.key,
            customers.c.slot,
            orders.c.amount_minor,
            orders.c.expires_at,
            enrolments.c.window_ends_at,
            *(orders.c[name] for name in _SHARED),
            type_coerce(customers.c.email_consent, String).label("newest_email_consent"),
            type_coerce(customers.c.sms_consent, String).label("newest_sms_consent"),
            _reach(Channel.EMAIL, func.lower(orders.c.email)).label("email"),
            _reach(Channel.SMS, orders.c.phone).label("phone"),
        )
        .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id)
        .join(customers, customers.c.id == enrolments.c.customer_id)
        .where(enrolments.c.id > after, ~enrolments.c.holdout, _alone(since))
        .order_by(enrolments.c.id)
    )


def _reach(channel: Channel, address: ColumnElement[Any]) -> ColumnElement[int]:
    """0: no address; 1: there is one; 2: it is suppressed."""
    on_the_list = exists().where(
        suppressions.c.channel == channel.value, suppressions.c.address == address
    )
    return case((address.is_(None), 0), (on_the_list, 2), else_=1)


@dataclass(slots=True)
class _Buckets:
    """Amounts that every condition of a sequence answers alike; exact where a share is given."""

    connection: Connection
    rules: Rules
    _known: dict[tuple[int, str, str], list[int] | None] = field(default_factory=dict)

    def __call__(self, version: int, sequence: str, currency: str, amount: int) -> int:
        key = version, sequence, currency
        if key not in self._known:
            self._known[key] = self._cuts(*key)
        cuts = self._known[key]
        return amount if cuts is None else bisect_right(cuts, amount)

    def _cuts(self, version: int, sequence: str, currency: str) -> list[int] | None:
        script = self.rules.scripts(self.connection, {version})[version]
        bounds: list[Money | None] = []
        for (name, _), step in script.steps.items():
            if name == sequence and step.offer:
                offer = script.campaign.offers[step.offer]
                if offer.kind is OfferKind.PERCENT:
                    return None
                bounds.append(offer.min_order)
            if name == sequence and step.if_ and step.if_.amount:
                bounds += [step.if_.amount.from_, step.if_.amount.below]
        found = {self.rules.rates.threshold(bound, currency) for bound in bounds if bound}
        return sorted(one.minor for one in found if one is not None)


def _copied(state: dict[int, list[Any]], keys: set[int]) -> defaultdict[int, list[Any]]:
    return defaultdict(list, {key: list(state.get(key, ())) for key in keys})
