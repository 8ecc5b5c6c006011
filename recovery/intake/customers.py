"""Customers: who they are, what they agreed to last, and what kind of customer an order has."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, literal, or_, select, update

from recovery.db import bulk_load, stored_time, table
from recovery.draws import NO_INCENTIVE, slots
from recovery.facts import Consent, CustomerType, OrderSnapshot, OrderStatus
from recovery.intake.columns import UNSAID_CONSENT
from recovery.models import Customer, Order
from recovery.money import Money
from recovery.settings import VipSettings

customers, orders = table(Customer), table(Order)

_TIMES = ("email_consent_at", "sms_consent_at")
_CONSENTS = (*UNSAID_CONSENT, *_TIMES)
_COLUMNS = ("key", "source", "external_id", *_CONSENTS)
_STRICTNESS = {consent.value: rank for rank, consent in enumerate(Consent)}


def remember(
    connection: Connection, snapshots: Sequence[OrderSnapshot], keys: Sequence[str]
) -> tuple[dict[str, int], set[int]]:
    """Make sure that every customer is there, with the newest consent that was told.

    `keys` are the customer keys of `snapshots`, in the same order. Returns the ids by key, and
    which of them were known before.
    """
    told: dict[str, dict[str, Any]] = {}
    for order, key in zip(snapshots, keys, strict=True):
        mine = _told(order, key)
        told[key] = _newer(told[key], mine) if key in told else mine
    known = {row.key: row for row in _find(connection, told)}
    _refresh(connection, known.values(), told)
    fresh = [mine for key, mine in told.items() if key not in known]
    names = [mine["key"] for mine in fresh]
    drawn = zip(fresh, slots(NO_INCENTIVE, names), strict=True)
    rows = ([*_stored(connection, mine), slot] for mine, slot in drawn)
    bulk_load(connection, "customers", (*_COLUMNS, "slot"), rows)
    added = _find(connection, names)
    ids = {row.key: int(row.id) for row in (*known.values(), *added)}
    return ids, {int(row.id) for row in known.values()}


def _stored(connection: Connection, mine: dict[str, Any]) -> list[Any]:
    said = (mine[name] for name in _TIMES)
    times = (stored_time(connection, at) if at is not None else None for at in said)
    return [*(mine[name] for name in _COLUMNS[: -len(_TIMES)]), *times]


def _told(order: OrderSnapshot, key: str) -> dict[str, Any]:
    told: dict[str, Any] = {"key": key, "source": order.source, "external_id": order.customer_id}
    for name, default in UNSAID_CONSENT.items():
        said: Consent | None = getattr(order, name)
        told[name] = said.value if said is not None else default
        told[f"{name}_at"] = order.updated_at if said is not None else None
    return told


def _newer(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """On each channel the newer word counts; of two at the same moment the stricter.

    What nobody said (its time is None) gives way to every word, and is none itself.
    """
    after = known | {"external_id": known["external_id"] or told["external_id"]}
    for name in UNSAID_CONSENT:
        before, at = known[f"{name}_at"], told[f"{name}_at"]
        if at is not None and (before is None or at > before):
            after |= {name: told[name], f"{name}_at": at}
        elif at is not None and at == before:
            after[name] = min(known[name], told[name], key=lambda word: _STRICTNESS[word])
    return after


def _find(connection: Connection, keys: Iterable[str]) -> Sequence[Row[Any]]:
    wanted = list(keys)
    if not wanted:
        return []
    found = select(customers.c.id, *(customers.c[name] for name in _COLUMNS))
    return connection.execute(found.where(customers.c.key.in_(wanted))).all()


def _refresh(
    connection: Connection, known: Iterable[Row[Any]], told: dict[str, dict[str, Any]]
) -> None:
    changes = []
    for row in known:
        before = {name: getattr(row, name) for name in _COLUMNS}
        after = _newer(before, told[row.key])
        if after != before:
            changes.append({"row": row.id} | {name: after[name] for name in _CONSENTS})
    if changes:
        named: dict[str, Any] = {name: bindparam(name) for name in _CONSENTS}
        target = update(customers).where(customers.c.id == bindparam("row"))
        connection.execute(target.values(named), changes)


def derive_types(connection: Connection, customer_ids: Collection[int], vip: VipSettings) -> None:
    """Work out guest, new, returning or vip anew for every order of these customers.

    Counts paid orders with an earlier `placed_at`; the value counts those in the threshold's own
    currency, because currencies are never added together. A type the shop gave stays.
    """
    if not customer_ids:
        return
    paid = orders.c.status == OrderStatus.PAID
    count = _earlier(case((paid, 1), else_=0))
    reached = [count >= vip.paid_orders] if vip.paid_orders is not None else []
    if vip.value is not None:
        text, currency = vip.value.split()
        worth = _earlier(
            case((paid & (orders.c.currency == currency), orders.c.amount_minor), else_=0)
        )
        reached.append(worth >= Money.parse(text, currency).minor)
    kinds = [(or_(*reached), CustomerType.VIP.value)] if reached else []
    kinds.append((count >= 1, CustomerType.RETURNING.value))
    kind = case(
        (customers.c.external_id.is_(None), CustomerType.GUEST.value),
        *kinds,
        else_=literal(CustomerType.NEW.value),
    )
    derived = (
        select(orders.c.id, kind.label("kind"))
        .join(customers, customers.c.id == orders.c.customer_id)
        .where(orders.c.customer_id.in_(customer_ids))
        .subquery("derived")
    )
    connection.execute(
        update(orders)
        .where(
            orders.c.id == derived.c.id,
            orders.c.customer_type_given.is_(False),
            orders.c.customer_type != derived.c.kind,
        )
        .values(customer_type=derived.c.kind)
    )


def _earlier(value: Any) -> Any:
    """The sum of `value` over the customer's orders placed before this one.

    The running sum takes in orders of the very same moment; they are taken off again.
    """
    so_far = func.sum(value).over(partition_by=orders.c.customer_id, order_by=orders.c.placed_at)
    same = func.sum(value).over(partition_by=[orders.c.customer_id, orders.c.placed_at])
    return so_far - same
