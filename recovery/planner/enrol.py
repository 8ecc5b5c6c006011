"""Enrolling: one SELECT chooses, the draw decides, two INSERT … SELECT write it all down."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Subquery,
    Table,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.schema import Campaign, Status
from recovery.db import bulk_load, insert_ignore, table
from recovery.draws import global_salt, slots
from recovery.markets.rates import Rates
from recovery.models import Enrolment, EnrolmentState, Order, Touch, TouchState
from recovery.planner.arms import Arm, drawer
from recovery.planner.kept import keep
from recovery.planner.publish import Published, version_id
from recovery.planner.segment import candidates, currencies_in_question

HOLDOUT, GLOBAL_HOLDOUT = "holdout", "global_holdout"
GLOBAL = "global"  # the layer of those whom no campaign writes to in this quarter
CHUNK = 20_000

enrolments, touches, orders = table(Enrolment), table(Touch), table(Order)

# What the SELECT chose and the draw decided, for the length of one transaction.
picks = Table(
    "picks",
    MetaData(),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("order_id", Integer),
    Column("customer_id", Integer),
    Column("segment", String),
    Column("sequence", String),
    Column("holdout", Boolean),
    Column("layer", String),
    Column("amount_minor", Integer),
    Column("currency", String),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What enrolling did: campaign → arm → how many, and the currencies no rate is known for.

    `published` are the versions that went live just before.
    """

    enrolled: dict[str, dict[str, int]]
    without_rate: tuple[str, ...]
    after: int = 0  # enrolments with a higher id are new
    published: Sequence[Published] = ()
    gone: Mapping[str, int] = field(default_factory=dict)  # without a file; people in flight


def enrol(
    connection: Connection,
    campaigns: Sequence[LoadedCampaign],
    now: datetime,
    rates: Rates,
    *only: ColumnElement[bool],
) -> Plan:
    """Enrol every order that an active campaign wants; the highest priority chooses first.

    `campaigns` come sorted by priority; `only` are conditions on the orders that are asked, where
    not all are. Running it again at the same `now` adds nothing.
    """
    enrolled, missing, after = {}, set(), newest(connection)
    for loaded in campaigns:
        if loaded.campaign.status is not Status.ACTIVE:
            continue
        currencies = _currencies(connection, loaded.campaign, now, *only)
        missing |= _without_rate(loaded.campaign, rates, currencies)
        if arms := _enrol_one(connection, loaded, now, rates, currencies, *only):
            enrolled[loaded.campaign.campaign] = arms
    return Plan(enrolled, tuple(sorted(missing)), after)


def newest(connection: Connection) -> int:
    """The id of the newest enrolment: whatever comes later is new."""
    return int(connection.execute(select(func.coalesce(func.max(enrolments.c.id), 0))).scalar_one())


def _enrol_one(
    connection: Connection,
    loaded: LoadedCampaign,
    now: datetime,
    rates: Rates,
    currencies: Sequence[str],
    *only: ColumnElement[bool],
) -> dict[str, int]:
    campaign, last = loaded.campaign, newest(connection)
    picks.create(connection)  # a transaction that fails takes it along
    if _load_picks(connection, campaign, candidates(campaign, now, rates, currencies, *only), now):
        keep(connection, picks, campaign, now)
        _insert_enrolments(connection, campaign, version_id(connection, loaded, now), now)
        _insert_touches(connection, campaign, last, now)
    picks.drop(connection)
    return _by_arm(connection, last)


def _load_picks(
    connection: Connection, campaign: Campaign, chosen: Select[Any], now: datetime
) -> int:
    """Stream what the SELECT chose through the draw into `picks`; memory stays flat."""
    names = [segment.segment for segment in campaign.segments]
    arms_of = drawer(
        campaign.campaign, campaign.holdout, [segment.sequence for segment in campaign.segments]
    )
    layers_of = partial(_layers, campaign.global_holdout, now)
    result = connection.execute(chosen, execution_options={"yield_per": CHUNK})
    count = 0
    for rows in result.partitions(CHUNK):
        drawn = _drawn(rows, count, names, arms_of, layers_of)
        count += bulk_load(connection, picks.name, picks.c.keys(), drawn)
    return count


def _layers(share: int, now: datetime, customers: Sequence[str]) -> list[str | None]:
    """The layer that takes each customer out before any campaign draws. `share`: basis points."""
    if not share:
        return [None] * len(customers)
    return [GLOBAL if slot < share else None for slot in slots(global_salt(now), customers)]


def _drawn(
    rows: Sequence[Any],
    before: int,
    segments: Sequence[str],
    arms_of: Callable[[Sequence[str], Sequence[int]], list[Arm]],
    layers_of: Callable[[Sequence[str]], list[str | None]],
) -> Iterator[tuple[Any, ...]]:
    ids, customers, keys, places, amounts, currencies = zip(*rows, strict=True)
    arms, layers = arms_of(keys, places), layers_of(keys)
    return zip(
        range(before, before + len(rows)),
        ids,
        customers,
        (segments[place] for place in places),
        (arm.sequence for arm in arms),
        (arm.holdout for arm in arms),
        layers,
        amounts,
        currencies,
        strict=True,
    )


def _insert_enrolments(
    connection: Connection, campaign: Campaign, version: int, now: datetime
) -> None:
    """The order's status is asked again: it may have been paid while we were drawing."""
    still_unpaid = orders.c.status == campaign.trigger.status
    source = (
        select(
            literal(campaign.campaign),
            literal(version),
            picks.c.order_id,
            picks.c.customer_id,
            picks.c.segment,
            picks.c.sequence,
            or_(picks.c.holdout, picks.c.layer.is_not(None)),
            picks.c.layer,
            literal(EnrolmentState.ACTIVE.value),
            literal(now, enrolments.c.enrolled_at.type),
            literal(now + campaign.goal.paid_within, enrolments.c.enrolled_at.type),
            picks.c.amount_minor,
            picks.c.currency,
        )
        .where(exists().where(orders.c.id == picks.c.order_id, still_unpaid))
        .order_by(picks.c.turn)
    )
    columns = [
        "campaign",
        "version_id",
        "order_id",
        "customer_id",
        "segment",
        "sequence",
        "holdout",
        "layer",
        "state",
        "enrolled_at",
        "window_ends_at",
        "amount_minor",
        "currency",
    ]
    connection.execute(insert_ignore(enrolments, connection).from_select(columns, source))


def _insert_touches(connection: Connection, campaign: Campaign, last: int, now: datetime) -> None:
    """All touches of all new enrolments at once; a hold-out's are written as `withheld`."""
    steps = _steps(campaign, now)
    source = (
        select(
            enrolments.c.id,
            steps.c.step,
            steps.c.channel,
            case((enrolments.c.holdout, TouchState.WITHHELD.value), else_=TouchState.PLANNED.value),
            steps.c.due_at,
            steps.c.due_at,
            literal(0),
        )
        .join_from(enrolments, steps, steps.c.sequence == enrolments.c.sequence)
        .where(enrolments.c.id > last)
        .order_by(enrolments.c.id, steps.c.place)  # steps due together go out as they are written
    )
    columns = ["enrolment_id", "step", "channel", "state", "planned_at", "due_at", "attempts"]
    connection.execute(touches.insert().from_select(columns, source))


def _steps(campaign: Campaign, now: datetime) -> Subquery:
    """The campaign's steps as a small table; every delay counts from enrolment, which is now."""
    rows = [
        select(
            literal(name).label("sequence"),
            literal(place).label("place"),
            literal(step.step).label("step"),
            literal(step.channel.value).label("channel"),
            literal(now + step.after, touches.c.due_at.type).label("due_at"),
        )
        for name, steps in campaign.sequences.items()
        for place, step in enumerate(steps)
    ]
    return union_all(*rows).subquery("steps")


def _by_arm(connection: Connection, last: int) -> dict[str, int]:
    arm = enrolments.c.sequence, enrolments.c.holdout, enrolments.c.layer
    counted = select(*arm, func.count()).where(enrolments.c.id > last).group_by(*arm)
    arms: Counter[str] = Counter()
    for sequence, holdout, layer, count in connection.execute(counted):
        held = GLOBAL_HOLDOUT if layer else HOLDOUT
        arms[held if holdout else sequence] += count
    return dict(sorted(arms.items()))


def _currencies(
    connection: Connection, campaign: Campaign, now: datetime, *only: ColumnElement[bool]
) -> list[str]:
    """Asked only where an amount is compared."""
    if all(segment.amount is None for segment in campaign.segments):
        return []
    found = connection.execute(currencies_in_question(campaign, now, *only))
    return [row.currency for row in found]


def _without_rate(campaign: Campaign, rates: Rates, currencies: Sequence[str]) -> set[str]:
    """Currencies that some amount of the campaign can't be compared with."""
    bounds = [
        bound
        for segment in campaign.segments
        if segment.amount is not None
        for bound in (segment.amount.from_, segment.amount.below)
        if bound is not None
    ]
    return {
        currency
        for currency in currencies
        if any(rates.threshold(bound, currency) is None for bound in bounds)
    }
