"""The money of mature units, in minor units of the currency of their first enrolled order.

Of each order that a unit's customer paid inside the window:

    list       what it came to before a discount of ours
    discount   what a percentage or a fixed amount of ours took off; list − discount = paid
    subsidy    what free shipping or a gift cost us on top
    refunds    what went back, until the refund window after the goal window was over
    leaked     codes of the unit that were used elsewhere: by somebody else, or after the window

Orders in another currency than the enrolled one are left out: currencies are never added.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from recovery.campaign.schema import OfferKind
from recovery.db import table
from recovery.measure.evidence.gathering import People
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.scratch import kept
from recovery.measure.evidence.spans import microseconds
from recovery.measure.evidence.units import Arm, Question, enrolments, orders
from recovery.models import Coupon, CouponState

coupons = table(Coupon)

PARTS = ("list", "discount", "subsidy", "refunds", "leaked")
OFF_THE_PRICE = (OfferKind.PERCENT.value, OfferKind.FIXED.value)

Key = tuple[Arm, int, str]  # an arm, a version of its campaign, a currency
Capital = tuple[tuple[str, str], str]  # a campaign's segment and a currency


@dataclass(slots=True)
class Purse:
    """The money of one arm's mature units of one currency, before what the messages cost."""

    units: int = 0
    payers: int = 0
    list: int = 0
    discount: int = 0
    subsidy: int = 0
    refunds: int = 0
    leaked: int = 0
    squares: float = 0.0  # of what each unit left, summed

    @property
    def net(self) -> int:
        """What is left."""
        return self.list - self.discount - self.subsidy - self.refunds - self.leaked

    def add(self, other: "Purse") -> None:
        """Put the money of `other` here, too."""
        for name in Purse.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@contextmanager
def earned(connection: Connection, people: People) -> Iterator[Table]:
    """A row for each mature unit with any money, for as long as the block lasts: `unit`, its place,
    the parts, `net`, and `paid`: 1 unless it paid nothing."""
    with kept(connection, "earned", _each(people)) as each:
        yield each


def purses(connection: Connection, people: People, each: Table) -> dict[Key, Purse]:
    """Every arm by version and currency."""
    units = people.units()
    found: defaultdict[Key, Purse] = defaultdict(Purse)
    mature = select(units.c.place).where(units.c.mature == 1).subquery("mature")
    for row in grouped(connection, mature, (mature.c.place,), (literal(1).label("n"),)):
        found[_key(people, row.place)].units += int(row.n)
    net = cast(each.c.net, Float)
    sums = (each.c.paid, *(each.c[part] for part in PARTS), (net * net).label("squares"))
    for row in grouped(connection, each, (each.c.place,), sums):
        parts = {part: int(getattr(row, part)) for part in PARTS}
        money = Purse(payers=int(row.paid), squares=float(row.squares), **parts)
        found[_key(people, row.place)].add(money)
    return dict(found)


def _key(people: People, number: int) -> Key:
    place = people.places[number]
    return place.arm, place.version_id, place.currency


def first_payments(connection: Connection, each: Table, most: int) -> dict[Capital, list[int]]:
    """What the first `most` payers of each segment and currency left, in the order in which their
    windows ended: once there are so many, this never changes again. Of those that ended together
    the order's number says which comes first: in whatever order they were told."""
    e, number = enrolments.c, orders.c.external_id
    capital = (e.campaign, e.segment, e.currency)
    order = (e.window_ends_at, func.length(number), number, orders.c.source)
    place = func.row_number().over(partition_by=capital, order_by=order).label("turn")
    payers = (
        select(*capital, each.c.net, place)
        .join_from(each, enrolments, e.id == each.c.unit)
        .join(orders, orders.c.id == e.order_id)
        .where(each.c.paid == 1)
        .subquery("payers")
    )
    found: defaultdict[Capital, list[int]] = defaultdict(list)
    for campaign, segment, currency, net, _ in connection.execute(
        select(payers).where(payers.c.turn <= most)
    ):
        found[(campaign, segment), currency].append(int(net))
    return found


def capped(
    connection: Connection, people: People, each: Table, caps: Mapping[Capital, int]
) -> dict[Key, tuple[float, float]]:
    """Sum and sum of squares of what each unit left, its `caps` at most; of those that have one."""
    n = people.numbers.c
    of = {
        number: caps.get(((one.campaign, one.segment), one.currency))
        for number, one in people.places.items()
    }
    cap = update(people.numbers).where(n.place == bindparam("number")).values(cap=bindparam("most"))
    rows = [{"number": number, "most": most} for number, most in of.items() if most is not None]
    connection.execute(cap, rows)
    net = cast(case((each.c.net > n.cap, n.cap), else_=each.c.net), Float)
    source = each.join(people.numbers, and_(n.place == each.c.place, n.cap.is_not(None)))
    sums = (net.label("total"), (net * net).label("squares"))
    found: defaultdict[Key, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in grouped(connection, source, (each.c.place,), sums):
        total, squares = found[_key(people, row.place)]
        found[_key(people, row.place)] = total + float(row.total), squares + float(row.squares)
    return dict(found)


def _each(people: People) -> Select[Any]:
    counted, question = _payers(people), people.question
    entries = union_all(*_bought(counted, question), _leaked(people)).subquery("entries")
    sums = {part: func.sum(entries.c[part]) for part in PARTS}
    net = sums["list"] - sum((sums[part] for part in PARTS[1:]), literal(0))
    totals = {**sums, "paid": func.max(entries.c.paid), "net": net}
    whole = [cast(total, BigInteger).label(name) for name, total in totals.items()]
    return select(entries.c.unit, entries.c.place, *whole).group_by(entries.c.unit, entries.c.place)


def _unit(people: People) -> Select[Any]:
    f, e = people.fates.c, enrolments.c
    times = (e.enrolled_at, e.window_ends_at)
    return (
        select(e.id, f.place, e.customer_id, e.order_id, e.currency, e.amount_minor, *times)
        .join_from(people.fates, enrolments, e.id == f.id)
        .where(f.unit == 1, f.mature == 1)
    )


def _payers(people: People) -> CTE:
    return _unit(people).where(people.fates.c.converted == 1).cte("payers")


def _bought(counted: CTE, question: Question) -> Iterable[Select[Any]]:
    """The orders that the customer paid inside the window, with the code that was used: the
    enrolled one, whoever it belongs to by now, and the others."""
    u, c = counted.c, coupons.c
    used = and_(c.redeemed_order_id == orders.c.id, *_redeemed(question))
    others = and_(orders.c.customer_id == u.customer_id, orders.c.id != u.order_id)
    for own, which in ((True, orders.c.id == u.order_id), (False, others)):
        value, off = _value(counted, own=own), _mine(counted, c.kind.in_(OFF_THE_PRICE))
        gone = _gone_back(counted, question)
        yield (
            select(
                u.id.label("unit"),
                u.place,
                literal(1).label("paid"),
                value.label("list"),
                off.label("discount"),
                _mine(counted, c.kind.not_in(OFF_THE_PRICE)).label("subsidy"),
                case((gone, value - off), else_=0).label("refunds"),
                literal(0).label("leaked"),
            )
            .select_from(counted)
            .join(orders, which)
            .outerjoin(coupons, used)
            .where(_in_window(counted), orders.c.currency == u.currency)
        )


def _leaked(people: People) -> Select[Any]:
    """Codes of the unit that none of those orders used."""
    counted, c = _unit(people).cte("issuers"), coupons.c
    u = counted.c
    theirs = and_(
        or_(orders.c.id == u.order_id, orders.c.customer_id == u.customer_id),
        _in_window(counted),
    )
    nothing = [literal(0).label(part) for part in PARTS[:-1]]
    return (
        select(
            u.id.label("unit"),
            u.place,
            literal(0).label("paid"),
            *nothing,
            c.cost_minor.label("leaked"),
        )
        .select_from(counted)
        .join(coupons, c.enrolment_id == u.id)
        .join(orders, orders.c.id == c.redeemed_order_id)
        .where(*_redeemed(people.question), orders.c.currency == u.currency, ~theirs)
    )


def _redeemed(question: Question) -> Iterable[ColumnElement[bool]]:
    c = coupons.c
    return (
        c.state == CouponState.REDEEMED,
        c.redeemed_at <= question.now,
        c.cost_minor.is_not(None),
    )


def _in_window(counted: CTE) -> ColumnElement[bool]:
    paid_at, u = orders.c.paid_at, counted.c
    return and_(paid_at.is_not(None), paid_at > u.enrolled_at, paid_at <= u.window_ends_at)


def _mine(counted: CTE, kind: ColumnElement[bool]) -> ColumnElement[int]:
    """What a code of this unit cost on this order."""
    return case((and_(coupons.c.enrolment_id == counted.c.id, kind), coupons.c.cost_minor), else_=0)


def _value(counted: CTE, *, own: bool) -> ColumnElement[int]:
    """The order before our discount. A shop may tell what was paid, or what it was before: of the
    enrolled order (`own`) we saw it before; of another one, what is told was paid."""
    u, c, told = counted.c, coupons.c, orders.c.amount_minor
    dropped = u.amount_minor - told
    # A code of another enrolment of the same customer is charged to nobody here.
    charged = or_(c.enrolment_id == u.id, c.customer_id != u.customer_id)
    if own:
        off = case((dropped <= 0, 0), (dropped < c.cost_minor, dropped), else_=c.cost_minor)
    else:
        off = case((c.kind.in_(OFF_THE_PRICE), c.cost_minor), else_=0)
    return told + case((and_(c.id.is_not(None), charged), off), else_=0)


def _gone_back(counted: CTE, question: Question) -> ColumnElement[bool]:
    refunded = orders.c.refunded_at
    late = microseconds(refunded, counted.c.window_ends_at)
    in_time = late <= question.refunds // timedelta(microseconds=1)
    return and_(refunded.is_not(None), refunded <= question.now, in_time)
