"""The planner's SQL against a recount in plain Python: other code, the same orders, the same arms.

Both databases are held against the same recount of the same seeded shop, so they agree with each
other as well.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from sqlalchemy import Engine, bindparam, insert, select, update

from recovery.db import reading, table, writing
from recovery.markets.rates import load_rates
from recovery.models import Customer, Enrolment, Order, Touch
from recovery.planner.arms import draw
from recovery.planner.enrol import enrol
from tests.support.campaigns import a_campaign, loaded
from tests.support.ledger import T0

ORDERS, CUSTOMERS = 1_500, 900
orders, customers = table(Order), table(Customer)
enrolments, touches = table(Enrolment), table(Touch)

# One unit in dollars; the peso has none.
DOLLARS = {"USD": Fraction(1), "EUR": Fraction(5, 4), "JPY": Fraction(1, 150), "CLP": None}
RATES_FILE = "date,from,to,rate\n" + "".join(
    f"2026-10-01,{pair}\n" for pair in ("EUR,USD,1.25", "USD,JPY,150", "EUR,JPY,187.5")
)
MINOR = {"USD": 100, "EUR": 100, "JPY": 1, "CLP": 1}
REASONS = ["insufficient_funds", "expired_card", "technical_error", "fraud_suspected"]
CODES = ["51", "expired_card", "do_not_honor", None]

CAMPAIGNS = [
    a_campaign(
        "dear",
        priority=9,
        trigger="{on: payment_failed, after: 30m, not_after: 3d}",
        holdout="10%",
        segments=[
            "{segment: regulars, amount: {from: 200 USD}, customer: [vip, returning], "
            "sequence: plain}",
            "{segment: rest, amount: {from: 500 USD}, market: [DE, NO, US], sequence: plain}",
        ],
    ),
    a_campaign(
        "declined",
        priority=5,
        trigger="{on: payment_failed, after: 1h, not_after: 5d}",
        holdout="20%",
        segments=[
            "{segment: again, failure: [expired_card, do_not_honor], sequence: plain}",
            "{segment: other, failure: [insufficient_funds, technical_error], "
            "sequence: {plain: 40%, text: 60%}}",
        ],
        sequences={
            "plain": ["{step: reminder, after: 0m, email: unpaid-reminder}"],
            "text": ["{step: sms, after: 1d, sms: unpaid-reminder}"],
        },
    ),
    a_campaign(
        "unpaid",
        trigger="{on: unpaid, after: 2h}",
        segments=[
            "{segment: cheap, amount: {from: 10 EUR, below: 100 EUR}, market: [DE, FR], "
            "sequence: plain}",
            "{segment: guests, customer: [guest], sequence: plain}",
        ],
    ),
]
# The same words once more, as Python reads them: (trigger, after, not_after), then the segments.
WORDS: list[dict[str, Any]] = [
    {
        "name": "dear",
        "status": "failed",
        "after": timedelta(minutes=30),
        "not_after": timedelta(days=3),
        "holdout": 1000,
        "segments": [
            ("regulars", {"from": (200, "USD"), "customer": {"vip", "returning"}}, None),
            ("rest", {"from": (500, "USD"), "market": {"DE", "NO", "US"}}, None),
        ],
    },
    {
        "name": "declined",
        "status": "failed",
        "after": timedelta(hours=1),
        "not_after": timedelta(days=5),
        "holdout": 2000,
        "segments": [
            ("again", {"failure": {"expired_card", "do_not_honor"}}, None),
            (
                "other",
                {"failure": {"insufficient_funds", "technical_error"}},
                {"plain": 4000, "text": 6000},
            ),
        ],
    },
    {
        "name": "unpaid",
        "status": "pending",
        "after": timedelta(hours=2),
        "not_after": None,
        "holdout": 0,
        "segments": [
            (
                "cheap",
                {"from": (10, "EUR"), "below": (100, "EUR"), "market": {"DE", "FR"}},
                None,
            ),
            ("guests", {"customer": {"guest"}}, None),
        ],
    },
]


def the_shop() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Customers and orders of every kind, the same ones every time."""
    chance = Random(20_261_101)  # noqa: S311
    people = [
        {
            "id": number,
            "key": f"shop:c{number}",
            "source": "shop",
            "email_consent": "transactional",
            "sms_consent": "none",
            "email_consent_at": T0,
            "sms_consent_at": T0,
        }
        for number in range(1, CUSTOMERS + 1)
    ]
    return people, [an_order(number, chance) for number in range(1, ORDERS + 1)]


def an_order(number: int, chance: Random) -> dict[str, Any]:
    currency = chance.choice(list(MINOR))
    since = T0 - timedelta(minutes=chance.choice([5, 29, 30, 60, 119, 120, 1440, 4320, 4321, 7300]))
    dollars = chance.choice([8, 12, 50, 99, 124, 125, 200, 499, 500, 900])
    rate = DOLLARS[currency] or Fraction(1, 900)
    return {
        "id": number,
        "source": "shop",
        "external_id": f"A-{number}",
        "customer_id": chance.randint(1, CUSTOMERS),
        "status": chance.choice(["failed"] * 4 + ["pending"] * 4 + ["awaiting", "paid", "cart"]),
        "placed_at": since,
        "updated_at": since,
        "unpaid_since": since,
        "amount_minor": int(dollars / rate * MINOR[currency]) + chance.choice([-1, 0, 0, 1]),
        "currency": currency,
        "country": chance.choice(["DE", "FR", "NO", "US"]),
        "email": "someone@example.com",
        "locale": "en",
        "timezone": "UTC",
        "timezone_source": "market",
        "customer_type": chance.choice(["guest", "new", "returning", "vip"]),
        "failure_reason": chance.choice(REASONS),
        "failure_code": chance.choice(CODES),
        "expires_at": chance.choice(
            [None, None, T0, T0 + timedelta(hours=1), T0 + timedelta(days=9)]
        ),
        "email_consent": "transactional",
        "sms_consent": "none",
        "items": [],
    }


def fits(order: dict[str, Any], words: dict[str, Any]) -> bool:
    value = DOLLARS[order["currency"]]
    for end, right in (("from", lambda a, b: a >= b), ("below", lambda a, b: a < b)):
        if end in words:
            if value is None:
                return False
            worth = Fraction(order["amount_minor"], MINOR[order["currency"]]) * value
            amount, currency = words[end]
            if not right(worth, amount * (DOLLARS[currency] or 0)):
                return False
    return (
        order["country"] in words.get("market", {order["country"]})
        and order["customer_type"] in words.get("customer", {order["customer_type"]})
        and ("failure" not in words
             or bool({order["failure_reason"], order["failure_code"]} & words["failure"]))
    )  # fmt: skip


def segment_of(order: dict[str, Any], words: dict[str, Any], now: datetime) -> Any:
    """The first segment that fits, or None."""
    waited = now - order["unpaid_since"]
    late = words["not_after"] is not None and waited > words["not_after"]
    over = order["expires_at"] is not None and order["expires_at"] <= now
    if order["status"] != words["status"] or waited < words["after"] or late or over:
        return None
    return next((one for one in words["segments"] if fits(order, one[1])), None)


def recount(shop: list[dict[str, Any]], now: datetime, so_far: dict[int, Any]) -> dict[int, Any]:
    """Order → (campaign, segment, sequence, hold-out, when) of those a run at `now` adds."""
    added: dict[int, Any] = {}
    person = {order["id"]: order["customer_id"] for order in shop}
    for words in WORDS:
        live = {person[n] for n, j in (so_far | added).items() if j[0] == words["name"]}
        for order in sorted(shop, key=lambda o: (o["unpaid_since"], o["id"])):
            segment = segment_of(order, words, now)
            number, who = order["id"], order["customer_id"]
            if segment is None or number in so_far or number in added or who in live:
                continue
            live.add(who)
            shares = segment[2] or {"plain": 10_000}
            arm = draw(words["name"], f"shop:c{who}", words["holdout"], shares)
            added[number] = (words["name"], segment[0], arm.sequence, arm.holdout, now)
    return added


def written(database: Engine) -> dict[int, Any]:
    with reading(database) as connection:
        columns = ("campaign", "segment", "sequence", "holdout", "enrolled_at")
        found = select(enrolments.c.order_id, *(enrolments.c[name] for name in columns))
        return {row[0]: tuple(row[1:]) for row in connection.execute(found)}


def runs() -> Iterator[datetime]:
    return (T0 + timedelta(hours=hours) for hours in (0, 1, 7, 30))


def test_the_sql_enrols_what_a_recount_in_python_enrols(database: Engine, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text(RATES_FILE)
    people, shop = the_shop()
    with writing(database) as connection:
        connection.execute(insert(customers), people)
        connection.execute(insert(orders), shop)
    expected: dict[int, Any] = {}
    chance = Random(7)  # noqa: S311
    for now in runs():
        added = recount(shop, now, expected)
        expected |= added
        counted: dict[str, Counter[str]] = {}
        for campaign, _, sequence, holdout, _ in added.values():
            counted.setdefault(campaign, Counter())["holdout" if holdout else sequence] += 1
        with writing(database) as connection:
            plan = enrol(connection, loaded(*CAMPAIGNS), now, load_rates(now.date(), file))
        assert plan.enrolled == counted
        assert written(database) == expected
        some_change(database, shop, chance)
    assert {journey[0] for journey in expected.values()} == {"dear", "declined", "unpaid"}
    assert {journey[4] for journey in expected.values()} == set(runs())
    every_touch_is_planned(database, expected)


def some_change(database: Engine, shop: list[dict[str, Any]], chance: Random) -> None:
    """One order in ten moves on to another status before the next run."""
    moved = [order for order in shop if chance.random() < 0.1]
    for order in moved:
        order["status"] = chance.choice(["paid", "failed", "pending", "cancelled"])
    target = update(orders).where(orders.c.id == bindparam("b_id")).values(status=bindparam("b_s"))
    with writing(database) as connection:
        connection.execute(target, [{"b_id": o["id"], "b_s": o["status"]} for o in moved])


def every_touch_is_planned(database: Engine, expected: dict[int, Any]) -> None:
    """One step in every sequence here: as many touches as enrolments, each at its time."""
    joined = select(enrolments.c.order_id, touches).join_from(touches, enrolments)
    with reading(database) as connection:
        found = {row.order_id: row for row in connection.execute(joined)}
    assert found.keys() == expected.keys()
    for number, (_, _, sequence, holdout, at) in expected.items():
        touch = found[number]
        later = timedelta(days=1) if sequence == "text" else timedelta(0)
        assert (touch.planned_at, touch.due_at) == (at + later, at + later)
        assert touch.state == ("withheld" if holdout else "planned")
