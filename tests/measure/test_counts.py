"""The SQL against a recount by hand: random stories, one plain loop, equal numbers."""

from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy import Engine, event

from recovery.db import reading, writing
from recovery.measure.counts import count
from recovery.measure.evidence.gathering import gathered
from recovery.measure.evidence.letters import letters
from recovery.measure.evidence.units import Arm, Question
from tests.support.ledger import Ledger

H = 168
STATES = ("planned", "withheld", "sent", "delivered", "bounced", "skipped", "failed", "unknown")


@dataclass(frozen=True)
class Tale:
    """One enrolment, as a person would write it down. Times in hours."""

    arm: Arm
    at: int
    paid: float | None
    refunded: float | None
    currency: str
    minor: int
    touches: tuple[tuple[str, str, int, float], ...]  # channel, state, segments, when
    coupon: tuple[int, float] | None  # cost, redeemed


def tales(random: Random, size: int) -> list[Tale]:
    return [_tale(random) for _ in range(size)]


def _tale(random: Random) -> Tale:
    holdout = random.random() < 0.3
    sequence = None if holdout else random.choice(("plain", "offer"))
    at = random.randrange(0, 400)
    paid = random.choice((None, None, at, at + H, at + H + 1, at + random.uniform(-5, 200)))
    return Tale(
        arm=Arm(random.choice("xy"), random.choice("ab"), sequence, holdout),
        at=at,
        paid=paid,
        refunded=None if paid is None else random.choice((None, paid + random.randrange(300))),
        currency=random.choice(("EUR", "USD", "JPY")),
        minor=random.randrange(1, 99_999),
        touches=tuple(
            (
                random.choice(("email", "sms", "task")),
                random.choice(STATES),
                random.randrange(1, 4),
                at + random.randrange(200),
            )
            for _ in range(0 if holdout else random.randrange(4))
        ),
        coupon=(random.randrange(500), paid) if paid is not None and not holdout else None,
    )


def write(ledger: Ledger, tale: Tale) -> None:
    order = ledger.order(
        placed=tale.at - 1,
        paid=tale.paid,
        refunded_at=None if tale.refunded is None else ledger.at(tale.refunded),
        currency=tale.currency,
        amount_minor=tale.minor,
    )
    enrolment = ledger.enrolment(
        order,
        at=tale.at,
        window=H,
        campaign=tale.arm.campaign,
        segment=tale.arm.segment,
        sequence=tale.arm.sequence or "plain",
        holdout=tale.arm.holdout,
    )
    written = [
        ledger.touch(
            enrolment,
            at=when,
            channel=channel,
            state=state,
            segments=segments if channel == "sms" else None,
        )
        for channel, state, segments, when in tale.touches
    ]
    if tale.coupon and written:
        cost, redeemed = tale.coupon
        ledger.coupon(
            enrolment,
            written[0],
            state="redeemed",
            redeemed_at=ledger.at(redeemed),
            redeemed_order_id=order,
            cost_minor=cost,
        )


def recount(told: list[Tale], now: float) -> Counter[tuple[object, ...]]:
    """The definitions once more, in the plainest Python there is."""
    found: Counter[tuple[object, ...]] = Counter()
    for tale in told:
        if tale.at > now:
            continue
        found[tale.arm, "enrolled"] += 1
        mature = tale.at + H <= now
        found[tale.arm, "mature"] += mature
        for channel, state, segments, when in tale.touches:
            if state in ("sent", "delivered", "bounced") and when <= now:
                found[tale.arm, "touches", channel] += 1
                found[tale.arm, "units", channel] += mature * (segments if channel == "sms" else 1)
        if mature and tale.paid is not None and tale.at < tale.paid <= tale.at + H:
            found[tale.arm, "recovered"] += 1
            found[tale.arm, "gross", tale.currency] += tale.minor
            if tale.refunded is not None and tale.refunded <= now:
                found[tale.arm, "refunded", tale.currency] += tale.minor
        if mature and tale.coupon and tale.touches and tale.coupon[1] <= now:
            found[tale.arm, "incentives", tale.currency] += tale.coupon[0]
    return +found


def counted(database: Engine, now: float) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    with reading(database) as connection:
        for arm, counts in count(connection, Ledger.at(now)).items():
            found[arm, "enrolled"] = counts.enrolled
            found[arm, "mature"] = counts.mature
            found[arm, "recovered"] = counts.recovered
            for currency, money in counts.money.items():
                found[arm, "gross", currency] = money.recovered
                found[arm, "refunded", currency] = money.refunded
                found[arm, "incentives", currency] = money.incentives
        with gathered(connection, Question(Ledger.at(now))) as people:
            sent = letters(connection, people)
        for arm, touches in sent.sent.items():
            for channel, count_ in touches.items():
                found[arm, "touches", channel] = count_
        for arm, parts in sent.parts.items():
            for (channel, _), count_ in parts.items():
                found[arm, "units", channel] = count_
    return +found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_and_a_plain_loop_count_the_same(database: Engine, seed: int) -> None:
    told = tales(Random(seed), 150)  # noqa: S311
    with writing(database) as connection:
        ledger = Ledger(connection)
        for tale in told:
            write(ledger, tale)
    for now in (0, 100, H, 399 + H, 1000):
        assert counted(database, now) == recount(told, now), now
    assert sum(found > 0 for found in recount(told, 1000).values()) > 40  # the dice were fair


def test_the_number_of_statements_does_not_grow_with_the_orders(
    database: Engine, statements: list[str]
) -> None:
    asked = []
    for seed in (4, 5):
        with writing(database) as connection:
            ledger = Ledger(connection)
            for tale in tales(Random(seed), 50):  # noqa: S311
                write(ledger, tale)
        statements.clear()
        with reading(database) as connection:
            count(connection, Ledger.at(500))
        asked.append(len(statements))
    assert asked[0] == asked[1] < 20


@pytest.fixture
def statements(database: Engine) -> list[str]:
    """Every statement the database is asked, as text."""
    seen: list[str] = []
    event.listen(
        database,
        "before_cursor_execute",
        lambda _connection, _cursor, text, *_: seen.append(text),
    )
    return seen
