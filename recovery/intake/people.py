"""One person's data: everything we hold (access), and forgetting it (erasure), as the GDPR asks.

Erasing takes what says who somebody is. Orders without a name, amounts, enrolments, draws and the
journal stay, so that every count of a report stays as it was. A suppression stays, too: it is how
we keep to "never again", and the one reason we have to know the address.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import phonenumbers
from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from recovery.db import among, changed, table
from recovery.errors import UsageError
from recovery.intake.resolve import RESOLVED
from recovery.intake.settle import leave
from recovery.intake.unfit import without_addresses
from recovery.models import (
    Click,
    Consent,
    Coupon,
    Customer,
    Decision,
    Enrolment,
    InboxItem,
    Order,
    Suppression,
    Task,
    Touch,
)

customers, orders, enrolments = table(Customer), table(Order), table(Enrolment)
touches, decisions, clicks, coupons = table(Touch), table(Decision), table(Click), table(Coupon)
tasks, consents, suppressions = table(Task), table(Consent), table(Suppression)
inbox = table(InboxItem)

ERASED = "erased"
_NOTES = (RESOLVED, "task_closed")  # entries whose detail a colleague wrote


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data it is: customers (by id) and every address their orders gave."""

    customers: tuple[int, ...]
    addresses: frozenset[str]  # e-mail in lower case, E.164


def find(connection: Connection, who: str) -> Person:
    """The person with this e-mail address, phone number, customer id or customer key.

    Raises UsageError when there is none, or an id means customers of several sources.
    """
    who = who.strip()
    ids = connection.execute(_matching(who)).all()
    if not ids and (address := _noted(connection, who)) is not None:
        return Person((), frozenset({address}))
    if not ids:
        raise UsageError(
            f"nobody here is known as {who!r}; give an e-mail address, a phone number with its "
            "country code, or the shop's customer id"
        )
    if "@" not in who and len({row.source for row in ids}) > 1 and _phone(who) is None:
        keys = ", ".join(row.key for row in ids)
        raise UsageError(f"several sources have a customer {who!r}; give one of {keys}")
    people = tuple(row.id for row in ids)
    given = connection.execute(
        select(func.lower(orders.c.email), orders.c.phone).where(
            among(connection, orders.c.customer_id, people)
        )
    )
    return Person(people, frozenset(address for row in given for address in row if address))


def export(connection: Connection, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Everything we hold about a person, table by table."""
    mine = enrolments.c.customer_id.in_(person.customers)
    journeys = select(enrolments.c.id).where(mine)
    steps = select(touches.c.id).where(touches.c.enrolment_id.in_(journeys))
    which: list[tuple[str, Any, ColumnElement[bool]]] = [
        ("customers", customers, customers.c.id.in_(person.customers)),
        ("orders", orders, orders.c.customer_id.in_(person.customers)),
        ("enrolments", enrolments, mine),
        ("touches", touches, touches.c.enrolment_id.in_(journeys)),
        ("journal", decisions, decisions.c.enrolment_id.in_(journeys)),
        ("clicks", clicks, clicks.c.touch_id.in_(steps)),
        ("coupons", coupons, coupons.c.enrolment_id.in_(journeys)),
        ("tasks", tasks, tasks.c.enrolment_id.in_(journeys)),
        ("consents", consents, consents.c.address.in_(person.addresses)),
        ("suppressions", suppressions, suppressions.c.address.in_(person.addresses)),
        ("inbox", inbox, _naming(person.addresses, _numbers(connection, person))),
    ]
    return {
        name: [
            dict(row)
            for row in connection.execute(
                select(source).where(condition).order_by(source.c.id)
            ).mappings()
        ]
        for name, source, condition in which
    }


def erase(connection: Connection, person: Person, now: datetime) -> dict[str, int]:
    """Forget who a person is; what is planned for them is cancelled. Returns what was touched.

    Their addresses stay on the list of suppressions, and nowhere else.
    """
    numbers = _numbers(connection, person)
    shared = _shared(connection, person)
    ended = leave(connection, person.customers, ERASED, now)
    return {
        "customers": _rename(connection, person),
        "orders": _strip(connection, person),
        "enrolments_ended": ended.exited,
        "touches_cancelled": ended.cancelled,
        "journal_entries": _hush(connection, person),
        "consents": _loosen(connection, person.addresses - shared),
        "inbox": _empty(connection, person.addresses, numbers, now),
        "suppressions_kept": _kept(connection, person),
    }


def sent_to(connection: Connection, person: Person) -> Sequence[int]:
    """The touches whose messages may lie in an outbox folder."""
    journeys = select(enrolments.c.id).where(enrolments.c.customer_id.in_(person.customers))
    found = select(touches.c.id).where(touches.c.enrolment_id.in_(journeys))
    return connection.execute(found.order_by(touches.c.id)).scalars().all()


def _matching(who: str) -> Any:
    """Customers that `who` means: by address of one of their orders, else by id or key."""
    found = select(customers.c.id, customers.c.key, customers.c.source).order_by(customers.c.id)
    by_address = select(orders.c.customer_id)
    if "@" in who:
        theirs = by_address.where(func.lower(orders.c.email) == who.lower())
        return found.where(customers.c.id.in_(theirs))
    named = (customers.c.key == who) | (customers.c.external_id == who)
    phone = _phone(who)
    if phone is None:
        return found.where(named)
    return found.where(named | customers.c.id.in_(by_address.where(orders.c.phone == phone)))


def _noted(connection: Connection, who: str) -> str | None:
    """An address that never ordered, but wrote to us or is on the list of suppressions."""
    address = who.lower() if "@" in who else _phone(who)
    for source in (suppressions, consents):
        mine = select(source.c.id).where(source.c.address == address).limit(1)
        if connection.execute(mine).first() is not None:
            return address
    return None


def _phone(who: str) -> str | None:
    """`who` as E.164, when it is written with a country code."""
    if not who.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(who, None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _numbers(connection: Connection, person: Person) -> list[str]:
    mine = orders.c.customer_id.in_(person.customers)
    return list(connection.execute(select(orders.c.external_id).where(mine)).scalars())


def _shared(connection: Connection, person: Person) -> set[str]:
    """Addresses that other people's orders have, too: a family's telephone."""
    others = orders.c.customer_id.not_in(person.customers)
    emails = [address for address in person.addresses if "@" in address]
    phones = [address for address in person.addresses if "@" not in address]
    found = select(func.lower(orders.c.email), orders.c.phone).where(
        others, or_(func.lower(orders.c.email).in_(emails), orders.c.phone.in_(phones))
    )
    return {address for row in connection.execute(found) for address in row if address}


def _naming(addresses: Collection[str], numbers: Collection[str]) -> ColumnElement[bool]:
    """Inbox rows that name one of these addresses, or are states of one of these orders."""
    body = func.lower(inbox.c.body)
    spellings = {s for a in addresses for s in (a.lstrip("+"), quote(a.lstrip("+")).lower())}
    named = [body.contains(spelling, autoescape=True) for spelling in sorted(spellings)]
    states = [
        (inbox.c.source == "orders") & inbox.c.body.contains(f'"{number}"', autoescape=True)
        for number in numbers
    ]
    return or_(inbox.c.id < 0, *named, *states)


def _rename(connection: Connection, person: Person) -> int:
    """Draws were made with the key and are stored: another key changes none of them."""
    for customer in person.customers:
        connection.execute(
            update(customers)
            .where(customers.c.id == customer)
            .values(key=f"{ERASED}:{token_hex(16)}", external_id=None)
        )
    return len(person.customers)


def _strip(connection: Connection, person: Person) -> int:
    """The type is frozen: it can't be worked out again without the person."""
    stripped = update(orders).where(orders.c.customer_id.in_(person.customers))
    nothing = dict.fromkeys(("email", "phone", "name", "payment_url"))
    return changed(connection, stripped.values(**nothing, items=[], customer_type_given=True))


def _hush(connection: Connection, person: Person) -> int:
    """Take addresses and colleagues' notes out of the journal and the tasks."""
    journeys = select(enrolments.c.id).where(enrolments.c.customer_id.in_(person.customers))
    connection.execute(update(tasks).where(tasks.c.enrolment_id.in_(journeys)).values(note=None))
    told = connection.execute(
        select(decisions.c.id, decisions.c.verdict, decisions.c.detail).where(
            decisions.c.enrolment_id.in_(journeys), decisions.c.detail.is_not(None)
        )
    ).all()
    hushed = 0
    for row in told:
        left = None if row.verdict in _NOTES else _without(row.detail, person.addresses)
        if left != row.detail:
            hushed += changed(
                connection,
                update(decisions).where(decisions.c.id == row.id).values(detail=left),
            )
    return hushed


def _without(text: str, addresses: Collection[str]) -> str:
    for address in addresses:
        text = text.replace(address, "…").replace(address.lstrip("+"), "…")
    return text if "@" not in text and "+" not in text else without_addresses(text) or ""


def _loosen(connection: Connection, addresses: Collection[str]) -> int:
    """Evidence stays as a count; whose it was is gone."""
    theirs = update(consents).where(consents.c.address.in_(addresses))
    return changed(connection, theirs.values(address=ERASED, evidence=None))


def _empty(
    connection: Connection, addresses: Collection[str], numbers: Collection[str], now: datetime
) -> int:
    """An event keeps its key, so that a repetition is still known; its content goes."""
    mine = _naming(addresses, numbers)
    connection.execute(
        update(inbox).where(mine, inbox.c.applied_at.is_(None)).values(applied_at=now, fault=ERASED)
    )
    return changed(connection, update(inbox).where(mine).values(body="{}"))


def _kept(connection: Connection, person: Person) -> int:
    mine = suppressions.c.address.in_(person.addresses)
    counted = select(func.count()).select_from(suppressions).where(mine)
    return int(connection.execute(counted).scalar_one())
