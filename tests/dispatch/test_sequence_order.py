"""The steps of a sequence never leave out of order, whatever providers, brakes and people do."""

from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.db import writing
from recovery.dispatch.situation import Ahead, Send, Sent
from recovery.errors import SendFailure
from recovery.intake.pauses import Scope, hold, release
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Message, Scripted, post, refusal
from tests.support.situations import HOUR, NOON, decided

OPEN = {"planned", "claimed", "sending"}
NEVER = {"skipped", "cancelled", "withheld"}
KINDS = (SendFailure.TEMPORARY, SendFailure.UNKNOWN, SendFailure.PERMANENT)
hours = st.integers(-72, 72).map(lambda n: n * HOUR)


@given(planned=hours, due=hours)
def test_nothing_leaves_before_what_may_still_leave(planned: timedelta, due: timedelta) -> None:
    ahead = (Ahead("first", NOON + min(planned, -HOUR), NOON + due),)
    assert decided(ahead=ahead) != Send()


@given(planned=hours, left=st.integers(0, 160).map(lambda n: n * HOUR))
def test_nothing_leaves_after_a_later_step(planned: timedelta, left: timedelta) -> None:
    sent = (Sent(NOON - left, 5, "last", NOON + max(planned, HOUR)),)
    assert decided(sent=sent, limits="{min_gap: 0m}") != Send()


def a_sequence(chance: Random) -> list[str]:
    does = ("email: unpaid-reminder", "sms: unpaid-reminder", "task: call-customer")
    starts = sorted(chance.sample(range(0, 60), 5))
    return [f"{{step: s{n}, after: {n}h, {chance.choice(does)}}}" for n in starts]


def a_shop(house: House, chance: Random) -> None:
    gap, late = chance.choice(("0m", "6h", "30h")), chance.choice(("8h", "1d", "3d"))
    night = chance.choice(("", ", quiet: '21:00-08:00'", ", per_customer: 2 per day"))
    limits = f"{{min_gap: {gap}, max_late: {late}{night}}}"
    house.has(a_campaign(sequences={"plain": a_sequence(chance)}, limits=limits))
    for number in range(12):
        house.an_unpaid_order(
            phone=f"+49 30 90182{number:03}", email_consent="marketing", sms_consent="marketing"
        )


def answers(chance: Random) -> list[Any]:
    return [None if chance.random() < 0.6 else refusal(chance.choice(KINDS)) for _ in range(40)]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_they_leave_in_their_order(small_house: House, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a seed is the point
    house = small_house
    a_shop(house, chance)
    for _ in range(30):
        email, sms = (Scripted(one, *answers(chance)) for one in (Channel.EMAIL, Channel.SMS))
        house.engine.senders = post(email, sms)
        with writing(house.engine.database) as connection:
            for channel in (Channel.EMAIL, Channel.SMS):
                release(connection, Scope.CHANNEL, channel)
                if chance.random() < 0.2:
                    hold(connection, Scope.CHANNEL, channel, house.now)
        house.run()
        house.clock.advance(timedelta(minutes=chance.choice((5, 50, 240, 700))))
    touches = house.touches()
    assert sum(one["state"] == "sent" for one in touches) > 12
    for journey in {one["enrolment_id"] for one in touches}:
        left = [one for one in touches if one["enrolment_id"] == journey and one["tried_at"]]
        left = [one for one in left if one["state"] not in OPEN | NEVER]
        left.sort(key=lambda one: one["planned_at"])
        assert all(a["tried_at"] <= b["tried_at"] for a, b in pairwise(left))
    assert {one["state"] for one in touches} & {"failed", "unknown"}


def test_a_step_waits_for_one_that_is_refused(small_house: House) -> None:
    steps = [
        "{step: text, after: 0m, sms: unpaid-reminder}",
        "{step: mail, after: 1h, email: unpaid-reminder}",
    ]
    house, left = small_house, list[str]()
    house.has(a_campaign(sequences={"plain": steps}))
    house.an_unpaid_order(phone="+49 30 901820", sms_consent="marketing")

    def leaves(message: Message) -> None:
        left.append(message.trace.step)

    later = refusal(SendFailure.TEMPORARY, "429")
    sms = Scripted(Channel.SMS, *[later] * 4, leaves)
    house.engine.senders = post(Scripted(Channel.EMAIL, leaves), sms)
    house.advance(every=timedelta(minutes=10), hours=4)
    assert left == ["text", "mail"]


def test_nothing_waits_for_a_step_that_is_too_late(small_house: House) -> None:
    steps = [
        "{step: text, after: 0m, sms: unpaid-reminder}",
        "{step: mail, after: 2h, email: unpaid-reminder}",
    ]
    house = small_house
    house.has(a_campaign(sequences={"plain": steps}, limits="{min_gap: 0m, max_late: 1d}"))
    house.an_unpaid_order(phone="+49 30 901820", sms_consent="marketing")
    with writing(house.engine.database) as connection:
        hold(connection, Scope.CHANNEL, Channel.SMS, house.now)
    house.advance(every=HOUR, hours=23)
    assert house.states() == {"text": "planned", "mail": "planned earlier_step"}
    house.advance(every=HOUR, hours=3)
    assert house.states()["mail"] == "sent"
    with writing(house.engine.database) as connection:
        release(connection, Scope.CHANNEL, Channel.SMS)
    house.run()
    assert house.states()["text"] == "skipped too_late"
