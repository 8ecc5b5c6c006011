"""One person: whose data it is, and forgetting it (erasure), as the GDPR asks. access.py shows it.

Erasing takes what says who somebody is. Orders without a name, amounts, enrolments, draws and the
journal stay, so that every count of a report stays as it was. A suppression stays, too: it is how
we keep to "never again", and the one reason we have to know the address.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import phonenumbers
from sqlalchemy import Connection, func, or_, select, update

from recovery.db import among, changed, table
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.intake.addresses import former
from recovery.intake.mentions import mentions
from recovery.intake.resolve import RESOLVED
from recovery.intake.settle import leave
from recovery.intake.unfit import without_addresses
from recovery.models import (
    Consent,
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
touches, decisions = table(Touch), table(Decision)
tasks, consents, suppressions = table(Task), table(Consent), table(Suppression)
inbox = table(InboxItem)

ERASED = "erased"
SHOP = "shop"  # the source of orders over HTTP
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
            say(
                "nobody here is known as {who}; give an e-mail address, a phone number with its "
                "country code, or the shop's customer id",
                who=f"{who!r}",
            )
        )
    if "@" not in who and len({row.source for row in ids}) > 1 and _phone(who) is None:
        keys = ", ".join(row.key for row in ids)
        raise UsageError(
            say(
                "several sources have a customer {who}; give one of {keys}",
                who=f"{who!r}",
                keys=keys,
            )
        )
    people = tuple(row.id for row in ids)
    given = connection.execute(
        select(func.lower(orders.c.email), orders.c.phone).where(
            among(connection, orders.c.customer_id, people)
        )
    )
    known = frozenset(address for row in given for address in row if address)
    return Person(people, known | _had(connection, people))


def erase(connection: Connection, person: Person, now: datetime) -> dict[str, int]:
    """Forget who a person is; what is planned for them is cancelled. Returns what was touched.

    Their addresses stay on the list of suppressions, and nowhere else.
    """
    numbers = order_numbers(connection, person)
    shared = _shared(connection, person)
    ended = leave(connection, person.customers, ERASED, now)
    _forget_recipients(connection, person)
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


def order_numbers(connection: Connection, person: Person) -> list[str]:
    """What the shop calls their orders, of those that come over HTTP: files leave no event."""
    mine = orders.c.customer_id.in_(person.customers), orders.c.source == SHOP
    return list(connection.execute(select(orders.c.external_id).where(*mine)).scalars())


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
    """An address that never ordered, but wrote to us, is on the list of suppressions, or in an
    event that could not be applied."""
    address = who.lower() if "@" in who else _phone(who)
    if address is None:
        return None
    for source in (suppressions, consents):
        mine = select(source.c.id).where(source.c.address == address).limit(1)
        if connection.execute(mine).first() is not None:
            return address
    return address if mentions(connection, [address], []) else None


def _had(connection: Connection, people: Collection[int]) -> set[str]:
    """Addresses that their orders had before."""
    journeys = select(enrolments.c.id).where(enrolments.c.customer_id.in_(people))
    return former(connection, connection.execute(journeys).scalars().all())


def _phone(who: str) -> str | None:
    """`who` as E.164, when it is written with a country code."""
    if not who.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(who, None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _shared(connection: Connection, person: Person) -> set[str]:
    """Addresses that other people's orders have, too: a family's telephone."""
    others = orders.c.customer_id.not_in(person.customers)
    emails = [address for address in person.addresses if "@" in address]
    phones = [address for address in person.addresses if "@" not in address]
    found = select(func.lower(orders.c.email), orders.c.phone).where(
        others, or_(func.lower(orders.c.email).in_(emails), orders.c.phone.in_(phones))
    )
    return {address for row in connection.execute(found) for address in row if address}


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


def _forget_recipients(connection: Connection, person: Person) -> None:
    """Where messages went to. One that nobody knows the fate of is closed when it has settled."""
    journeys = select(enrolments.c.id).where(enrolments.c.customer_id.in_(person.customers))
    theirs = touches.c.enrolment_id.in_(journeys), touches.c.recipient.is_not(None)
    connection.execute(update(touches).where(*theirs).values(recipient=None))


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
    mine = among(connection, inbox.c.id, mentions(connection, addresses, numbers))
    connection.execute(
        update(inbox).where(mine, inbox.c.applied_at.is_(None)).values(applied_at=now)
    )
    return changed(connection, update(inbox).where(mine).values(body="{}", fault=None))


def _kept(connection: Connection, person: Person) -> int:
    mine = suppressions.c.address.in_(person.addresses)
    counted = select(func.count()).select_from(suppressions).where(mine)
    return int(connection.execute(counted).scalar_one())
