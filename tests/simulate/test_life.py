"""Each incident in a played market, beside the same market without it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from recovery.db import reading, table
from recovery.facts import OrderStatus
from recovery.message import Channel
from recovery.models import Coupon, CouponState, Order, Suppression, Touch, TouchState
from recovery.simulate.play import Played
from recovery.simulate.troubles import OUTAGE
from recovery.simulate.truth import Fate
from tests.support.market import REMINDING, a_diary, a_market, played, staged
from tests.support.second import journal, witnessed

orders, touches, coupons = table(Order), table(Touch), table(Coupon)
suppressions = table(Suppression)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

OWN_RULE = """market: US
by: Kim, 2026-10-05
reason: the circular of October
hours:
  email_service: {open: [mon-sun 10:00-16:00], holidays: send}
  email_marketing: {open: [mon-sun 10:00-16:00], holidays: send}
  sms_service: {open: [mon-sun 10:00-16:00], holidays: send}
  sms_marketing: {open: [mon-sun 10:00-16:00], holidays: send}
"""
DOWN = {"incident": "payments_down", "at": "1d10h", "lasts": "8h"}
LATE = {"incident": "webhooks_late", "at": "0d", "lasts": "6d", "late": "11h"}
DOUBLED = {"incident": "webhooks_doubled", "at": "0d", "lasts": "20d"}
LEAKED = {"incident": "coupon_leaked", "at": "1d", "lasts": "2d", "strangers": 20}
BLOCKED = {"incident": "mail_blocked", "at": "1d", "lasts": "1d"}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played(tmp_path_factory.mktemp("calm"), a_market())


def fates(one: Played) -> Mapping[str, Fate]:
    return one.truth.fates


def test_in_an_outage_no_card_is_taken_and_some_come_back(tmp_path: Path, calm: Played) -> None:
    down = played(tmp_path, a_market(DOWN))
    begins = down.ask.scenario.start + DAY + 10 * HOUR
    ends = begins + 8 * HOUR

    def inside(fate: Fate) -> bool:
        return any(at and begins <= at < ends for at in (fate.paid_at, fate.silent_at))

    assert any(map(inside, fates(calm).values()))
    assert not any(map(inside, fates(down).values()))
    stopped = [fate for fate in fates(down).values() if fate.cause == OUTAGE]
    assert len(stopped) >= 5
    assert all(begins <= fate.begun < ends for fate in stopped)
    back = [fate.silent_at for fate in stopped if fate.silent_at is not None]
    assert 0 < len(back) < len(stopped)
    # The silent world has the same outage; whoever it does not touch lives as before.
    assert set(fates(calm)) < set(fates(down))
    for number, fate in fates(calm).items():
        if not inside(fate):
            assert fates(down)[number].silent_at == fate.silent_at


def test_what_an_outage_refuses_the_engine_hears_as_a_technical_failure(tmp_path: Path) -> None:
    with staged(tmp_path, a_market(DOWN)) as stage:
        stage.play(until=DAY + 18 * HOUR)
        failed = select(orders.c.external_id).where(
            orders.c.status == OrderStatus.FAILED.value,
            orders.c.failure_code == "processing_error",
        )
        with reading(stage.engine.database) as connection:
            told = set(connection.scalars(failed))
    stopped = {number for number, one in stage.truth.fates.items() if one.cause == OUTAGE}
    assert stopped <= told
    assert told - stopped  # retries of orders that were left unpaid before fail as well


def test_late_news_lets_messages_reach_who_has_paid_and_is_told_in_the_end(
    tmp_path: Path, calm: Played
) -> None:
    with staged(tmp_path, a_market(LATE)) as stage:
        stage.play()
        paid = select(orders.c.external_id).where(orders.c.status == OrderStatus.PAID.value)
        with reading(stage.engine.database) as connection:
            told = set(connection.scalars(paid))
    assert calm.counts.after_payment == 0
    assert stage.life.counts.after_payment > 0
    late = [n for n, fate in stage.truth.fates.items() if fate.paid_at and not fate.refunds]
    assert set(late) <= told


def test_news_told_twice_changes_nothing(tmp_path: Path) -> None:
    heard, journals = [], []
    for name, market in (("once", a_market()), ("twice", a_market(DOUBLED))):
        with witnessed(tmp_path / name, market, REMINDING, orders=80, days=2) as (stage, engine):
            stage.play()
            heard.append(sum(len(one.orders) + len(one.items) for one in engine.told))
            journals.append(journal(engine))
    assert heard[1] > 1.9 * heard[0]
    assert journals[1] == journals[0]


def test_strangers_pay_with_one_code_and_the_shop_loses_their_discount(
    tmp_path: Path, calm: Played
) -> None:
    with staged(tmp_path / "a", a_market(LEAKED)) as stage:
        stage.play()
        ((code, uses),) = stage.life.leak.uses.items()
        with reading(stage.engine.database) as connection:
            used = select(func.count()).where(orders.c.discount_code == code)
            told = connection.execute(used).scalar_one()
            state = connection.execute(
                select(coupons.c.state).where(coupons.c.code == code)
            ).scalar_one()
    assert told in (uses, uses + 1)  # perhaps it was used by its owner, too
    assert uses >= 10
    assert state == CouponState.REDEEMED
    leaked = played(tmp_path / "b", a_market(LEAKED))
    before, after = calm.verdict().purses["USD"], leaked.verdict().purses["USD"]
    lost = leaked.truth.leaked["USD"]
    assert lost > 0
    assert after.given_away - before.given_away == lost
    assert before.net - after.net == lost
    assert fates(leaked).keys() == fates(calm).keys()  # strangers would have paid in full


def test_a_leak_ends_when_its_offer_is_withdrawn(tmp_path: Path) -> None:
    free = played(tmp_path / "free", a_market(LEAKED))
    diary = a_diary(tmp_path / "diary", "{at: 1d 12:00, withdraw_offer: ten}")
    held = played(tmp_path / "held", a_market(LEAKED), diary=diary)
    assert 0 < held.truth.leaked["USD"] < free.truth.leaked["USD"] / 2
    assert [one.what for one in held.done] == ["ten"]


def test_a_code_is_taken_by_nobody_once_its_offer_is_withdrawn(tmp_path: Path) -> None:
    diary = a_diary(tmp_path / "diary", "{at: 0d, withdraw_offer: ten}")
    with_codes = played(tmp_path / "a", a_market())
    without = played(tmp_path / "b", a_market(), diary=diary)
    assert any(fate.given for fate in fates(with_codes).values())
    assert not any(fate.given for fate in fates(without).values())


def test_blocked_mail_comes_back_and_bans_nobody(tmp_path: Path) -> None:
    reach = a_market().messages[Channel.EMAIL].model_copy(update={"arrives": 1.0})
    market = a_market(BLOCKED, messages={Channel.EMAIL: reach})
    with staged(tmp_path, market) as stage:
        stage.play()
        came_back = touches.c.state == TouchState.BOUNCED.value, touches.c.reason == "blocked"
        with reading(stage.engine.database) as connection:
            blocked = connection.execute(select(func.count()).where(*came_back)).scalar_one()
            banned = set(connection.scalars(select(suppressions.c.reason)))
            journeys = select(touches.c.enrolment_id).where(*came_back)
            arrived = touches.c.state == TouchState.DELIVERED.value
            later = select(func.count()).where(touches.c.enrolment_id.in_(journeys), arrived)
            reached = connection.execute(later).scalar_one()
    assert blocked >= 5
    assert "hard_bounce" not in banned
    assert reached > 0  # the next message to the same people arrived


def test_who_holds_mail_while_it_is_blocked_loses_less_of_it(tmp_path: Path) -> None:
    market = a_market(BLOCKED | {"share": "100%"})
    diary = a_diary(tmp_path, "{at: 1d, pause: {channel: email}}", "{at: 2d, resume: email}")
    lost = []
    for name, doing in (("as-it-is", None), ("held", diary)):
        with staged(tmp_path / name, market, diary=doing) as stage:
            stage.play()
            bounced = touches.c.state == TouchState.BOUNCED.value
            with reading(stage.engine.database) as connection:
                lost.append(connection.execute(select(func.count()).where(bounced)).scalar_one())
    assert lost[0] > 15
    assert lost[1] < lost[0] / 4


@pytest.mark.parametrize(
    ("entry", "breaches"),
    [
        ("{at: 0d, market: US.yaml}", 0),
        ("{at: 20h, pause: all}", 0),
        ("{at: 0d, pause: sms}", None),
    ],
)
def test_a_changed_rule_is_broken_unless_somebody_acts(
    tmp_path: Path, entry: str, breaches: int | None
) -> None:
    changed = {"incident": "rule_changed", "at": "1d", "market": "US", "hours": "10:00-16:00"}
    diary = a_diary(tmp_path, entry, US=OWN_RULE)
    found = played(tmp_path, a_market(changed), diary=diary).breaches.get("hours", 0)
    assert found > 10 if breaches is None else found == breaches
