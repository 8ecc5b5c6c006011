"""Whose order a row is about: the customer it names, or the one we know when it names nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from recovery.db import among, table
from recovery.facts import OrderSnapshot
from recovery.intake.columns import customer_key
from recovery.models import Customer

customers = table(Customer)


class Owned(NamedTuple):
    """A snapshot with the contact it did not repeat, and its customer's key.

    `key` is None when the person was erased: no other order comes without a contact.
    """

    order: OrderSnapshot
    key: str | None


class _Owner(NamedTuple):
    key: str | None
    has_account: bool
    email: str | None
    phone: str | None
    told_at: datetime


def owned(
    connection: Connection,
    snapshots: Sequence[OrderSnapshot],
    known: Mapping[str, Mapping[str, Any]],
) -> list[Owned]:
    """Find the customer of each snapshot, in the order they are told.

    `known` are the rows we have, by order number. Who has an account keeps it when a later row
    does not say which; who has none is known by the contact, said now or before.
    """
    owners = _owners(connection, known)
    found = []
    for order in snapshots:
        before = owners.get(order.order_id)
        if before is not None and before.key is None:
            found.append(Owned(order, None))
            continue
        one = _owned(order, before)
        found.append(one)
        if before is None or order.updated_at >= before.told_at:
            account = order.customer_id is not None or (before is not None and before.has_account)
            contact = one.order.email, one.order.phone
            owners[order.order_id] = _Owner(one.key, account, *contact, order.updated_at)
    return found


def _owned(order: OrderSnapshot, before: _Owner | None) -> Owned:
    if before is None:
        return Owned(order, customer_key(order))
    if order.email is None or order.phone is None:
        contact = order.email or before.email, order.phone or before.phone
        order = replace(order, email=contact[0], phone=contact[1])
    if order.customer_id is None and before.has_account:
        return Owned(order, before.key)
    return Owned(order, customer_key(order))


def _owners(connection: Connection, known: Mapping[str, Mapping[str, Any]]) -> dict[str, _Owner]:
    ids = {int(row["customer_id"]) for row in known.values()}
    if not ids:
        return {}
    query = select(customers.c.id, customers.c.key, customers.c.external_id)
    people = {
        row.id: row
        for row in connection.execute(query.where(among(connection, customers.c.id, ids)))
    }
    owners = {}
    for number, row in known.items():
        person = people[row["customer_id"]]
        erased = row["email"] is None and row["phone"] is None
        owners[number] = _Owner(
            None if erased else person.key,
            person.external_id is not None,
            row["email"],
            row["phone"],
            row["updated_at"],
        )
    return owners
