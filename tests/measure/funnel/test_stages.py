"""The funnel's SELECT against a recount by hand: random stories, one plain loop, equal numbers."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from random import Random

import pytest
from sqlalchemy import Engine, event

from recovery.db import reading, writing
from recovery.measure.funnel.stages import By, Window, count
from recovery.measure.funnel.tally import NAMES
from tests.support.ledger import Ledger

FAILS = ("insufficient_funds", "expired_card", "unknown")
REASONS = (*FAILS, "not_a_failure", "voucher_pending", "test_mode", None, None)
STATUSES = ("pending", "failed", "awaiting", "cancelled", "expired", "cart")
WEEK = 168


@dataclass(frozen=True)
class Message:
    """One touch: hours, and the clicks on it with whether a machine made them."""

    at: float
    channel: str
    state: str
    clicks: tuple[tuple[float, bool], ...]


@dataclass(frozen=True)
class Tale:
    """One order, as a person would write it down. Times in hours."""

    customer: int
    placed: float
    status: str
    market: str
    method: str | None
    provider: str | None
    reason: str | None
    source: str
    currency: str
    minor: int
    failed: float | None
    paid: float | None
    refunded: float | None
    messages: tuple[Message, ...] = field(default=())


def tales(random: Random, size: int) -> list[Tale]:
    return [_tale(random) for _ in range(size)]


def _tale(random: Random) -> Tale:
    placed = random.randrange(0, 600)
    paid = random.choice((None, None, None, placed + random.uniform(0, 300)))
    status = random.choice(STATUSES) if paid is None else "paid"
    failed = placed + random.uniform(0, 40) if random.random() < 0.5 else None
    return Tale(
        customer=random.randrange(60),
        placed=placed,
        status=status,
        market=random.choice(("DE", "US")),
        method=random.choice(("card", "paypal", None)),
        provider=random.choice(("stripe", None)),
        reason=random.choice(REASONS),
        source=random.choice(("shop", "app")),
        currency=random.choice(("EUR", "JPY")),
        minor=random.randrange(1, 99_999),
        failed=failed,
        paid=paid,
        refunded=None if paid is None else random.choice((None, paid + random.randrange(200))),
        messages=tuple(_message(random, placed) for _ in range(random.randrange(3))),
    )


def _message(random: Random, placed: float) -> Message:
    at = placed + random.uniform(1, 100)
    return Message(
        at=at,
        channel=random.choice(("email", "email", "sms", "task")),
        state=random.choice(("sent", "delivered", "delivered", "bounced", "skipped", "failed")),
        clicks=tuple(
            (at + random.uniform(0, 100), random.random() < 0.5) for _ in range(random.randrange(3))
        ),
    )


def write(ledger: Ledger, told: list[Tale]) -> None:
    customers = {n: ledger.customer() for n in sorted({tale.customer for tale in told})}
    for tale in told:
        order = ledger.order(
            placed=tale.placed,
            paid=tale.paid,
            customer_id=customers[tale.customer],
            status=tale.status,
            country=tale.market,
            payment_method=tale.method,
            failure_source=tale.provider,
            failure_reason=tale.reason,
            source=tale.source,
            currency=tale.currency,
            amount_minor=tale.minor,
            failed_at=None if tale.failed is None else ledger.at(tale.failed),
            refunded_at=None if tale.refunded is None else ledger.at(tale.refunded),
        )
        for number, message in enumerate(tale.messages):
            # A cart and the order that it became: one order, two journeys.
            journey = ledger.enrolment(
                order, at=tale.placed, campaign=f"campaign-{number}", state="exited"
            )
            touch = ledger.touch(
                journey, at=message.at, channel=message.channel, state=message.state
            )
            for at, machine in message.clicks:
                ledger.click(touch, at=at, machine=machine)


def recount(
    told: list[Tale], since: float, until: float, now: float, by: tuple[By, ...]
) -> dict[tuple[str | None, ...], Counter[str]]:
    """The definitions once more, in the plainest Python there is."""
    found: defaultdict[tuple[str | None, ...], Counter[str]] = defaultdict(Counter)
    for tale in told:
        if not since <= tale.placed < until or tale.status == "cart" or tale.reason == "test_mode":
            continue
        paid = tale.paid is not None and tale.paid <= now
        refunded = paid and tale.refunded is not None and tale.refunded <= now
        failed = tale.reason in FAILS if tale.failed is None else tale.failed <= now
        attempted = failed or paid or tale.status == "awaiting"
        reached = [
            one
            for one in tale.messages
            if one.channel != "task" and one.state in ("sent", "delivered") and one.at <= now
        ]
        clicked = any(
            at <= now and not machine and (tale.paid is None or at <= tale.paid)
            for one in reached
            for at, machine in one.clicks
        )
        replaced = not paid and any(
            other.customer == tale.customer
            and 0 < other.placed - tale.placed <= WEEK
            and other.paid is not None
            and other.paid <= now
            for other in told
        )
        parts = {
            By.MARKET: tale.market,
            By.METHOD: tale.method,
            By.PROVIDER: tale.provider,
            By.REASON: tale.reason or ("unknown" if failed else None),
        }
        one = found[(*(parts[part] for part in by), tale.source, tale.currency)]
        one["placed"] += 1
        one["attempted"] += attempted
        one["failed"] += failed
        one["contacted"] += bool(reached)
        one["clicked"] += clicked
        one["paid"] += paid
        one["refunded"] += refunded
        one["failed_contacted"] += failed and bool(reached)
        one["clicked_paid"] += clicked and paid
        one["failed_paid"] += failed and paid
        one["replaced"] += replaced
        one["placed_minor"] += tale.minor
        one["paid_minor"] += tale.minor * paid
        one["refunded_minor"] += tale.minor * refunded
        one["replaced_minor"] += tale.minor * replaced
        if not paid and not replaced:
            stop = "placed"
            if tale.status == "awaiting":
                stop = "attempted"
            if failed:
                stop = "failed"
            if reached:
                stop = "contacted"
            if clicked:
                stop = "clicked"
            one[f"lost_at_{stop}"] += tale.minor
    return {key: +counted for key, counted in found.items()}


def counted(
    database: Engine, since: float, until: float, now: float, by: tuple[By, ...]
) -> dict[tuple[str | None, ...], Counter[str]]:
    window = Window(Ledger.at(since), Ledger.at(until))
    with reading(database) as connection:
        groups = count(connection, window, by, Ledger.at(now))
    assert len({(*one.key, one.source, one.currency) for one in groups}) == len(groups)
    return {
        (*one.key, one.source, one.currency): +Counter(
            {name: getattr(one.tally, name) for name in NAMES}
        )
        for one in groups
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_and_a_plain_loop_count_the_same(database: Engine, seed: int) -> None:
    told = tales(Random(seed), 250)  # noqa: S311
    with writing(database) as connection:
        write(Ledger(connection), told)
    for since, until, now in ((0, 700, 900), (100, 400, 420), (200, 201, 5000), (0, 700, 300)):
        for by in ((), tuple(By), *combinations(By, 2)):
            assert counted(database, since, until, now, by) == recount(told, since, until, now, by)
    everything = sum(recount(told, 0, 700, 900, ()).values(), Counter())
    assert set(everything) == set(NAMES), "the dice were fair: every number is there"


def test_it_is_one_statement_however_many_orders(database: Engine) -> None:
    with writing(database) as connection:
        write(Ledger(connection), tales(Random(4), 60))  # noqa: S311
    seen: list[str] = []

    @event.listens_for(database, "before_cursor_execute")
    def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
        seen.append(text)

    counted(database, 0, 700, 900, tuple(By))
    assert len([text for text in seen if "SELECT" in text]) == 1
