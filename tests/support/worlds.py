"""Worlds to foretell: shops where everything happens that a rule can ask for, made from a seed."""

from datetime import timedelta
from random import Random

from recovery.db import writing
from recovery.intake.pauses import Scope, hold
from recovery.intake.suppress import COMPLAINED, Ban, suppress_all
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.house import House

MARKETS = {"DE": "EUR", "US": "USD", "GB": "GBP", "FR": "EUR", "BR": "BRL", "MY": "MYR"}
CODES = ("insufficient_funds", "expired_card", "fraudulent", None)
CONSENTS = ("marketing", "marketing", "transactional", "none", None)

A_SLIP = "campaign: waiting\nstatus: activ\n"

CARDS = a_campaign(
    "cards",
    trigger="{on: payment_failed, after: 30m, not_after: 6d}",
    holdout="20%",
    priority=20,
    segments=(
        "{segment: dear, amount: {from: 200 USD}, sequence: personal}",
        "{segment: rest, market: [DE, US, GB, FR], sequence: {plain: 50%, offer: 50%}}",
    ),
    sequences={
        "personal": [
            "{step: mail, after: 0m, email: payment-failed}",
            "{step: call, after: 4h, task: call-customer, if: {not_clicked: mail}}",
        ],
        "plain": [
            "{step: mail, after: 0m, email: payment-failed}",
            "{step: text, after: 20h, sms: payment-failed}",
        ],
        "offer": [
            "{step: mail, after: 0m, email: payment-failed}",
            "{step: gift, after: 2d, email: last-call, offer: tenth, without_offer: skip}",
            "{step: last, after: 4d, email: last-call, offer: tenth}",
        ],
    },
    offers="{tenth: {kind: percent, percent: 10%, min_order: 30 EUR, valid: 48h,"
    " budget: 60 EUR per week, once_per_customer: 30d}}",
    limits="{min_gap: 12h, quiet: '21:00-08:00', per_customer: 3 per week}",
)
UNPAID = a_campaign(
    "unpaid",
    trigger="{on: unpaid, after: 1h, not_after: 5d}",
    holdout="10%",
    priority=10,
    segments=("{segment: all, sequence: {two: 70%, ship: 30%}}",),
    sequences={
        "two": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: second, after: 30h, email: unpaid-reminder, if: {amount: {from: 40 USD}}}",
        ],
        "ship": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 0m, sms: unpaid-reminder, if: {not_clicked: first}}",
            "{step: ship, after: 1d, email: last-call, offer: ship}",
        ],
    },
    offers="{ship: {kind: free_shipping, worth: 8 USD, valid: 72h, budget: 30 USD per day}}",
    limits="{min_gap: 20h, per_customer: 2 per 3d, max_late: 2d, quiet: '22:00-07:00'}",
)
CARTS = a_campaign(
    "carts",
    trigger="{on: cart, after: 2h}",
    status="draft",
    sequences={"plain": ["{step: one, after: 0m, email: cart-waiting}"]},
)
WAITING = a_campaign(
    "waiting",
    trigger="{on: awaiting, after: 0m}",
    goal="{paid_within: 4d}",
    priority=30,
    sequences={
        "plain": [
            "{step: one, after: 6h, email: voucher-waiting}",
            "{step: two, after: 3d, sms: voucher-waiting}",
        ]
    },
)
LATE = a_campaign(
    "late",
    trigger="{on: unpaid, after: 2d}",
    priority=15,
    segments=("{segment: dear, amount: {from: 50 EUR}, sequence: plain}",),
    sequences={"plain": ["{step: one, after: 1h, email: unpaid-reminder}"]},
)


def a_world(house: House, seed: int, orders: int = 60) -> None:
    """A few days of such a shop: people buy, fail and pay, runs happen, brakes are pulled."""
    chance = Random(seed)  # noqa: S311 - a seed is the point
    house.has(CARDS, UNPAID, CARTS, WAITING, LATE)
    numbers: list[str] = []
    for day in range(3):
        for _ in range(orders // 4):
            numbers.append(_order(house, chance, len(numbers)))
        house.run()
        for number in chance.sample(numbers, len(numbers) // 8):
            house.pays(number)
        house.clock.advance(timedelta(hours=chance.choice((5, 11, 26)) + day))
    numbers += [_order(house, chance, len(numbers) + n) for n in range(orders // 4)]
    _troubles(house, chance)


def _order(house: House, chance: Random, number: int) -> str:
    country = chance.choice(list(MARKETS))
    status = chance.choice(("pending", "pending", "failed", "failed", "awaiting", "cart"))
    age = timedelta(minutes=chance.randrange(0, 4 * 24 * 60))
    fields = {
        "country": country,
        "currency": MARKETS[country],
        "amount": str(chance.choice((12, 45, 99, 180, 420))),
        "placed_at": (house.now - age).isoformat(),
        "email_consent": chance.choice(CONSENTS),
        "sms_consent": chance.choice(CONSENTS),
        "customer_id": f"C-{chance.randrange(40)}",
    }
    if chance.random() < 0.7:
        fields["phone"] = f"+49 30 9018{2000 + number}"
    if chance.random() < 0.2:
        fields["expires_at"] = (house.now + timedelta(hours=chance.randrange(1, 90))).isoformat()
    if chance.random() < 0.5:
        fields["timezone"] = chance.choice(("Europe/Berlin", "America/Chicago", "Asia/Tokyo"))
    if status == "failed" and (code := chance.choice(CODES)):
        fields |= {"failure_code": code, "failure_source": "stripe"}
    return house.an_order(status, order_id=f"W-{number}", **fields)


def _troubles(house: House, chance: Random) -> None:
    """Brakes, unsubscribed addresses, a campaign that went wrong: some of them."""
    with writing(house.engine.database) as connection:
        for number in chance.sample(range(40), 6):
            ban = Ban(Channel.EMAIL, f"w-{number}@example.com", COMPLAINED, "provider", house.now)
            suppress_all(connection, [ban], house.now)
        if chance.random() < 0.3:
            hold(connection, Scope.CHANNEL, chance.choice(("sms", "email")), house.now)
        if chance.random() < 0.3:
            hold(connection, Scope.CAMPAIGN, chance.choice(("cards", "late")), house.now)
    if chance.random() < 0.3:
        (house.folder / "waiting.yaml").write_text(A_SLIP, "utf-8")
    if chance.random() < 0.3:
        (house.folder / "late.yaml").unlink()
    if chance.random() < 0.3:
        paused = UNPAID.replace("status: active", "status: paused")
        (house.folder / "unpaid.yaml").write_text(paused, "utf-8")


GIVING = a_campaign(
    "giving",
    holdout="10%",
    segments=("{segment: all, sequence: {ship: 40%, tenth: 40%, both: 20%}}",),
    sequences={
        "ship": [
            "{step: ship, after: 0m, email: last-call, offer: ship}",
            "{step: again, after: 2d, email: last-call, offer: ship}",
        ],
        "tenth": [
            "{step: tenth, after: 0m, email: last-call, offer: tenth, without_offer: skip}",
            "{step: plain, after: 12h, email: cart-waiting}",
        ],
        "both": [
            "{step: ship, after: 1d, email: last-call, offer: ship, without_offer: skip}",
            "{step: text, after: 3d, sms: unpaid-reminder, if: {amount: {from: 60 EUR}}}",
        ],
    },
    offers="{ship: {kind: free_shipping, worth: 5 EUR, valid: 36h, budget: 100 EUR per day},"
    " tenth: {kind: percent, percent: 10%, valid: 24h, min_order: 20 EUR,"
    " budget: 90 EUR per week}}",
    limits="{min_gap: 6h, per_customer: 1 per day}",
)


def a_crowd(house: House, seed: int, orders: int = 150) -> None:
    """Strangers who come at once, many of them alike, and offers that can't go round."""
    chance = Random(seed)  # noqa: S311 - a seed is the point
    house.has(GIVING)
    for number in range(orders):
        country = chance.choice(("DE", "GB", "US"))
        house.an_unpaid_order(
            order_id=f"K-{number}",
            country=country,
            currency=MARKETS[country],
            amount=str(chance.choice((15, 50, 50, 80))),
            email_consent=chance.choice(("marketing", "marketing", "transactional")),
            sms_consent="marketing",
            phone=f"+49 30 9018{2000 + number}",
        )
