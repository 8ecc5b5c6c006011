"""A whole small shop over two weeks on the shipped campaigns, held against its own diary.

The diary knows what really happened to every order and when; it never looks into the database.
What the engine did is then judged by the diary alone.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from recovery.models import CampaignVersion, Customer, Enrolment, Order
from tests.support.house import House, Message
from tests.support.order_rows import jsonl

ORDERS, DAYS, STEP = 260, 14, timedelta(hours=6)
UNPAID = ("pending", "failed", "awaiting", "cart")
ZONES = {
    "US": "America/Los_Angeles",
    "DE": "Europe/Berlin",
    "BR": "America/Sao_Paulo",
    "JP": "Asia/Tokyo",
}
PHONES = {"US": "+12125550123", "DE": "+4930901820", "BR": "+5511987654321", "JP": "+81312345678"}
CODES = ("insufficient_funds", "expired_card", "authentication_required", "fraudulent")
# The words of the shipped campaigns: trigger status → unpaid for at least, at most.
WINDOWS = {
    "pending": (timedelta(hours=12), timedelta(days=5)),
    "failed": (timedelta(hours=1), timedelta(days=3)),
    "awaiting": (timedelta(hours=30), timedelta(days=6)),
    "cart": (timedelta(hours=24), timedelta(days=4)),
}
EARLIER_IF_DEAR = timedelta(minutes=30)
CAMPAIGNS = {"pending": "unpaid", "awaiting": "voucher-waiting", "cart": "guest-cart"}
MARKETING_STEPS = ("offer", "last-call")


@dataclass
class Page:
    """One order in the diary: what it is, and since when it has been what."""

    row: dict[str, Any]
    history: list[tuple[datetime, str]] = field(default_factory=list)

    def status(self, at: datetime) -> str:
        return [status for since, status in self.history if since <= at][-1]

    def since(self, at: datetime) -> datetime:
        return [since for since, _ in self.history if since <= at][-1]

    @property
    def paid_at(self) -> datetime | None:
        return next((since for since, status in self.history if status == "paid"), None)

    @property
    def kept_until(self) -> datetime | None:
        told = self.row.get("expires_at")
        return told and datetime.fromisoformat(told)


def an_order(number: int, at: datetime, chance: Random) -> dict[str, Any]:
    country = chance.choice(list(ZONES))
    status = chance.choice(("pending", "pending", "failed", "failed", "awaiting", "cart", "paid"))
    row = {
        "order_id": f"A-{number}",
        "status": status,
        "placed_at": at.isoformat(),
        "amount": f"{chance.choice((20, 60, 120, 799, 800, 1500))}.00",
        "currency": "USD",
        "country": country,
        "timezone": ZONES[country],
        "email": f"a{number}@example.com",
        "email_consent": chance.choice(("none", "transactional", "transactional", "marketing")),
        "sms_consent": chance.choice(("none", "transactional", "marketing")),
    }
    if chance.random() < 0.7:
        row["customer_id"] = f"C{number}"
    if chance.random() < 0.6:
        row["phone"] = PHONES[country]
    if status == "failed":
        row |= {"failure_code": chance.choice(CODES), "failure_source": "stripe"}
    if chance.random() < 0.3:
        row["expires_at"] = (at + timedelta(days=chance.choice((1, 2, 4)))).isoformat()
    return row


def next_status(status: str, chance: Random) -> str | None:
    """What happens to an unpaid order within six hours, if anything."""
    dice = chance.random()
    if dice < 0.03:
        return "paid"
    if dice < 0.04:
        return chance.choice(("cancelled", "expired"))
    return "pending" if status == "cart" and dice < 0.08 else None


@pytest.fixture
def two_weeks(shipped_house: House) -> tuple[House, dict[str, Page], list[datetime]]:
    """The shop's two weeks, its diary, and when the engine ran."""
    house, chance = shipped_house, Random(20_261_102)  # noqa: S311
    diary: dict[str, Page] = {}
    runs: list[datetime] = []
    start = house.now
    while house.now <= start + timedelta(days=DAYS):
        news: list[dict[str, Any]] = []
        for page in diary.values():
            status = page.status(house.now)
            to = next_status(status, chance) if status in UNPAID else None
            if to is not None:
                page.history.append((house.now, to))
                page.row |= {"status": to, "updated_at": house.now.isoformat()}
                news.append(page.row)
        while len(diary) < ORDERS * (house.now - start + STEP) / timedelta(days=DAYS - 3):
            if len(diary) == ORDERS:
                break
            number = f"A-{len(diary) + 1}"
            row = an_order(len(diary) + 1, house.now, chance)
            diary[number] = Page(row, [(house.now, row["status"])])
            news.append(row)
        taken = house.engine.import_orders([BytesIO(jsonl(news))], "shop")
        assert not taken.rejected, taken.rejects
        house.run()
        runs.append(house.now)
        house.clock.advance(STEP)
    return house, diary, runs


def test_the_engine_kept_its_promises(two_weeks: tuple[House, dict[str, Page], list[datetime]]):
    house, diary, runs = two_weeks
    sent = house.messages()
    assert len(sent) > 100
    for message in sent:
        judge(message, diary[message.order])
    assert len({(m.order, m.campaign, m.step) for m in sent}) == len(sent)
    cap_is_kept(sent)
    journeys_are_those_described(house, diary, runs)
    report_is_right(house, diary)


def judge(message: Message, page: Page) -> None:
    assert page.status(message.at) in UNPAID, message
    assert page.kept_until is None or message.at < page.kept_until, message
    needed = {"transactional", "marketing"}
    if message.campaign == "guest-cart" or message.step in MARKETING_STEPS:
        needed = {"marketing"}
    assert page.row[f"{message.channel}_consent"] in needed, message
    clock = message.at.astimezone(ZoneInfo(page.row["timezone"])).hour
    assert 8 <= clock < 21, message
    assert page.row.get("failure_code") != "fraudulent", message


def cap_is_kept(sent: list[Message]) -> None:
    """Two a week, three for dear orders."""
    for message in sent:
        week = [m for m in sent if m.order == message.order
                and timedelta(0) <= message.at - m.at < timedelta(days=7)]  # fmt: skip
        assert len(week) <= (3 if message.campaign == "high-value" else 2), week


def campaign_wanted(page: Page, status: str, waited: timedelta) -> str | None:
    """Which campaign's words describe an order that has waited so long in `status`."""
    least, most = WINDOWS[status]
    if status != "failed":
        return CAMPAIGNS[status] if least <= waited <= most else None
    if page.row["failure_code"] == "fraudulent" or waited > most:
        return None
    if float(page.row["amount"]) >= 800 and waited >= EARLIER_IF_DEAR:
        return "high-value"
    return "card-declined" if waited >= least else None


def journeys_are_those_described(
    house: House, diary: dict[str, Page], runs: list[datetime]
) -> None:
    """Every order that some words describe is in exactly one campaign, at the first run it could
    be; a basket that became an order while it was in the campaign may come back as one."""
    expected: set[tuple[str, str, datetime]] = set()
    for number, page in diary.items():
        taken, begun = "", runs[0]
        for now in runs:
            if now < page.history[0][0]:
                continue
            status = page.status(now)
            kept = page.kept_until is None or now < page.kept_until
            placed = taken == "guest-cart" and status != "cart"
            free = not taken or (placed and page.since(now) <= begun + timedelta(days=7))
            if status not in UNPAID or not kept or not free:
                continue
            wanted = campaign_wanted(page, status, now - page.since(now))
            if wanted:
                taken, begun = wanted, now
                expected.add((number, wanted, now))
    numbers = {row["id"]: row["external_id"] for row in house.rows(Order)}
    found = [
        (numbers[r["order_id"]], r["campaign"], r["enrolled_at"]) for r in house.rows(Enrolment)
    ]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert {campaign for _, campaign, _ in expected} == {
        *CAMPAIGNS.values(),
        "high-value",
        "card-declined",
    }
    assert len(house.rows(CampaignVersion)) == 5
    assert len(house.rows(Customer)) == ORDERS


def report_is_right(house: House, diary: dict[str, Page]) -> None:
    """Count by hand: enrolled, windows that are over, and of those who paid within it."""
    numbers = {row["id"]: row["external_id"] for row in house.rows(Order)}
    now, week = house.now, timedelta(days=7)
    enrolled, mature, recovered = Counter[Any](), Counter[Any](), Counter[Any]()
    for row in house.rows(Enrolment):
        arm = (row["campaign"], row["segment"], None if row["holdout"] else row["sequence"])
        paid, begun = diary[numbers[row["order_id"]]].paid_at, row["enrolled_at"]
        enrolled[arm] += 1
        if begun + week <= now:
            mature[arm] += 1
            recovered[arm] += paid is not None and begun < paid <= begun + week
    told = house.engine.report().payload()["sequences"]
    rows = {(r["campaign"], r["segment"], r["sequence"]): r for r in told if r["enrolled"]}
    assert {arm: row["enrolled"] for arm, row in rows.items()} == enrolled
    assert {arm: row["mature"] for arm, row in rows.items() if row["mature"]} == mature
    assert sum(recovered.values()) > 5
    for arm, row in rows.items():
        assert row["recovered"] == recovered[arm], arm
        assert row["open"] == enrolled[arm] - mature[arm], arm
        assert row["holdout"] is (arm[2] is None)
