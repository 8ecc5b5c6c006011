"""Who enters now and who does not, and why: every unpaid order counted once a campaign, in SQL."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, false, func, or_, select

from recovery.campaign.schema import AmountRange, Campaign, Segment
from recovery.db import table, written_in
from recovery.facts import UNPAID
from recovery.markets.rates import Rates
from recovery.models import Enrolment, EnrolmentState, Order
from recovery.planner.segment import currencies_in_question, in_audience

orders, enrolments = table(Order), table(Enrolment)
taken, busy = enrolments.alias("taken"), enrolments.alias("busy")

ENTERS = "enters"
# Of an order's reasons, one a campaign, the one that brought it furthest is the order's own.
REASONS = (
    ENTERS,
    "in_campaign",  # it is in a campaign already
    "enrolled_before",  # it was in one; nobody is asked twice
    "higher_priority",  # another campaign takes it now
    "customer_busy",  # its customer is in this campaign with another order
    "draft",  # fits; the file says draft, paused or ended, or an operator holds the campaign
    "paused",
    "ended",
    "held",
    "no_rate",  # its amount can't be compared
    "no_segment",  # no segment fits
    "too_young",
    "too_old",
    "expired",
    "wrong_status",  # the campaign waits for other orders
)


@dataclass(frozen=True, slots=True)
class Admission:
    """Unpaid orders by reason: of each campaign, and of all (each order once, by its furthest)."""

    campaigns: Mapping[str, Mapping[str, int]]
    orders: Mapping[str, int]
    collisions: Mapping[tuple[str, str], int]  # (who gets them, who wants them too) → orders

    @property
    def unpaid(self) -> int:
        """All unpaid orders; what the reasons of each campaign add up to."""
        return sum(self.orders.values())


def admission(
    connection: Connection,
    campaigns: Sequence[Campaign],
    held: Mapping[str, str],
    now: datetime,
    rates: Rates,
    after: int,
) -> Admission:
    """Ask of every unpaid order what each campaign says to it, after enrolling at `now`.

    `held` says of campaigns that take nobody why. Enrolments with an id above `after` are those
    that were made just now.
    """
    names = [one.campaign for one in campaigns]
    answers = [
        _answer(connection, one, held.get(one.campaign), now, rates, after).label(f"answer{n}")
        for n, one in enumerate(campaigns)
    ]
    as_cart = and_(taken.c.state == EnrolmentState.EXITED, taken.c.reason == "placed")
    each = (
        select(*answers, orders.c.id)
        .select_from(orders.outerjoin(taken, and_(taken.c.order_id == orders.c.id, ~as_cart)))
        .where(written_in(orders.c.status, sorted(UNPAID)))
        .subquery()
    )
    columns = [each.c[answer.name] for answer in answers]
    counted = select(func.count(), *columns).select_from(each).group_by(*columns)
    found = _Found()
    for count, *told in connection.execute(counted):
        if count:
            found.add(dict(zip(names, told, strict=True)), count)
    return Admission(found.campaigns, found.orders, found.collisions)


@dataclass(slots=True)
class _Found:
    campaigns: dict[str, Counter[str]] = field(default_factory=dict)
    orders: Counter[str] = field(default_factory=Counter)
    collisions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, told: Mapping[str, str], count: int) -> None:
        """`count` orders that were answered alike."""
        for name, reason in told.items():
            self.campaigns.setdefault(name, Counter())[reason] += count
        furthest = min(told.values(), key=REASONS.index, default="wrong_status")
        self.orders[furthest] += count
        for winner in (name for name, reason in told.items() if reason == ENTERS):
            for name, reason in told.items():
                if reason == "higher_priority":
                    self.collisions[winner, name] += count


def _answer(
    connection: Connection,
    campaign: Campaign,
    held: str | None,
    now: datetime,
    rates: Rates,
    after: int,
) -> ColumnElement[str]:
    """What `campaign` says to an order: the questions of the planner, one after the other."""
    currencies = _currencies(connection, campaign, now)
    trigger, live = campaign.trigger, taken.c.state == EnrolmentState.ACTIVE
    has_other = exists().where(
        busy.c.customer_id == orders.c.customer_id,
        busy.c.campaign + "" == campaign.campaign,
        busy.c.state == EnrolmentState.ACTIVE,
    )
    fitting = case(
        (taken.c.id > after, "higher_priority"), (has_other, "customer_busy"), else_=held or "held"
    )
    too_old = (
        orders.c.unpaid_since < now - trigger.not_after
        if trigger.not_after is not None
        else false()
    )
    return case(
        (and_(taken.c.id > after, taken.c.campaign == campaign.campaign), ENTERS),
        (and_(taken.c.id <= after, live), "in_campaign"),
        (taken.c.id <= after, "enrolled_before"),
        (orders.c.status != trigger.status, "wrong_status"),
        (orders.c.expires_at <= now, "expired"),
        (orders.c.unpaid_since > now - trigger.after, "too_young"),
        (too_old, "too_old"),
        (or_(*(in_audience(one, rates, currencies) for one in campaign.segments)), fitting),
        (_not_comparable(campaign.segments, rates, currencies), "no_rate"),
        else_="no_segment",
    )


def _currencies(connection: Connection, campaign: Campaign, now: datetime) -> list[str]:
    if all(one.amount is None for one in campaign.segments):
        return []
    return [row.currency for row in connection.execute(currencies_in_question(campaign, now))]


def _not_comparable(
    segments: Sequence[Segment], rates: Rates, currencies: Collection[str]
) -> ColumnElement[bool]:
    """The order would fit a segment, if its amount could be compared."""
    clauses: list[ColumnElement[bool]] = [false()]
    for segment in segments:
        lost = [
            one for one in currencies if segment.amount and _no_rate(segment.amount, rates, one)
        ]
        if lost:
            plain = segment.model_copy(update={"amount": None})
            clauses.append(and_(in_audience(plain, rates, ()), orders.c.currency.in_(lost)))
    return or_(*clauses)


def _no_rate(amount: AmountRange, rates: Rates, currency: str) -> bool:
    bounds = [bound for bound in (amount.from_, amount.below) if bound is not None]
    return any(rates.threshold(bound, currency) is None for bound in bounds)
