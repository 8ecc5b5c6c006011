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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from recovery.campaign.schema import OfferKind
from recovery.db import table
from recovery.measure.evidence.spans import microseconds
from recovery.measure.evidence.units import Arm, Question, enrolments, members, of_arm, orders
from recovery.models import Coupon, CouponState

coupons = table(Coupon)

PARTS = ("list", "discount", "subsidy", "refunds", "leaked")
OFF_THE_PRICE = (OfferKind.PERCENT.value, OfferKind.FIXED.value)

Key = tuple[Arm, int, str]  # an arm, a version of its campaign, a currency
Capital = tuple[tuple[str, str], str]  # a campaign's segment and a currency
_CAP = ("campaign", "segment", "currency", "cap")


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


def purses(connection: Connection, question: Question) -> dict[Key, Purse]:
    """Every arm by version and currency."""
    counted = members(question, (enrolments.c.amount_minor,))
    each = _each(counted, question)
    sums = [func.coalesce(func.sum(each.c[part]), 0) for part in PARTS]
    net = cast(each.c.net, Float)
    columns = (*of_arm(counted), counted.c.version_id, counted.c.currency)
    statement = (
        select(
            *columns,
            func.count(),
            func.count(each.c.paid),
            *sums,
            func.coalesce(func.sum(net * net), 0.0),
        )
        .join_from(counted, each, each.c.unit == counted.c.id, isouter=True)
        .where(counted.c.mature == 1)
        .group_by(*columns)
    )
    found = {}
    for row in connection.execute(statement):
        parts = dict(zip(PARTS, map(int, row[8:13]), strict=True))
        purse = Purse(units=row[6], payers=row[7], squares=float(row[13]), **parts)
        found[Arm(*row[:4]), row[4], row[5]] = purse
    return found


def first_payments(
    connection: Connection, question: Question, most: int
) -> dict[Capital, list[int]]:
    """What the first `most` payers of each segment and currency left, in the order in which their
    windows ended: once there are so many, this never changes again. Of those that ended together
    the order's number says which comes first: in whatever order they were told."""
    names = (orders.c.external_id, orders.c.source)
    counted = members(question, (enrolments.c.amount_minor, *names))
    each = _each(counted, question)
    capital = (counted.c.campaign, counted.c.segment, counted.c.currency)
    number = counted.c.external_id
    order = (counted.c.window_ends_at, func.length(number), number, counted.c.source)
    place = func.row_number().over(partition_by=capital, order_by=order).label("place")
    payers = (
        select(*capital, each.c.net, place)
        .join_from(each, counted, each.c.unit == counted.c.id)
        .where(each.c.paid.is_not(None))
        .subquery("payers")
    )
    found: defaultdict[Capital, list[int]] = defaultdict(list)
    for campaign, segment, currency, net, _ in connection.execute(
        select(payers).where(payers.c.place <= most)
    ):
        found[(campaign, segment), currency].append(int(net))
    return found


def capped(
    connection: Connection, question: Question, caps: Mapping[Capital, int]
) -> dict[Key, tuple[float, float]]:
    """Sum and sum of squares of what each unit left, its `caps` at most; of those that have one."""
    counted = members(question, (enrolments.c.amount_minor,))
    each = _each(counted, question)
    rows = [
        select(*(literal(value).label(name) for name, value in zip(_CAP, row, strict=True)))
        for row in (((*segment, currency, cap)) for (segment, currency), cap in caps.items())
    ]
    most, u = union_all(*rows).subquery("caps"), counted.c
    net = cast(case((each.c.net > most.c.cap, most.c.cap), else_=each.c.net), Float)
    columns = (*of_arm(counted), u.version_id, u.currency)
    statement = (
        select(*columns, func.sum(net), func.sum(net * net))
        .join_from(each, counted, each.c.unit == u.id)
        .join(most, and_(*(u[name] == most.c[name] for name in _CAP[:3])))
        .group_by(*columns)
    )
    return {
        (Arm(*row[:4]), row[4], row[5]): (float(row[6]), float(row[7]))
        for row in connection.execute(statement)
    }


def _each(counted: CTE, question: Question) -> Subquery:
    """One row for each unit with any money: its parts, `net`, and `paid` unless it paid nothing."""
    entries = union_all(*_bought(counted, question), _leaked(counted, question)).subquery("entries")
    sums = {part: func.sum(entries.c[part]) for part in PARTS}
    net = sums["list"] - sum((sums[part] for part in PARTS[1:]), literal(0))
    return (
        select(
            entries.c.unit,
            func.max(entries.c.paid).label("paid"),
            *(total.label(part) for part, total in sums.items()),
            net.label("net"),
        )
        .group_by(entries.c.unit)
        .subquery("each")
    )


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
            .where(u.mature == 1, _in_window(counted), orders.c.currency == u.currency)
        )


def _leaked(counted: CTE, question: Question) -> Any:
    """Codes of the unit that none of those orders used."""
    u, c = counted.c, coupons.c
    theirs = and_(
        or_(orders.c.id == u.order_id, orders.c.customer_id == u.customer_id),
        _in_window(counted),
    )
    nothing = [literal(0).label(part) for part in PARTS[:-1]]
    return (
        select(
            u.id.label("unit"),
            cast(null(), Integer).label("paid"),
            *nothing,
            c.cost_minor.label("leaked"),
        )
        .select_from(counted)
        .join(coupons, c.enrolment_id == u.id)
        .join(orders, orders.c.id == c.redeemed_order_id)
        .where(u.mature == 1, *_redeemed(question), orders.c.currency == u.currency, ~theirs)
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
