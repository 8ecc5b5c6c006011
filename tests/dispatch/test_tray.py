"""What waits for a free sender: who goes, who stays, who is given back, and how many at a time."""

from collections.abc import Iterator
from itertools import count

import pytest

from recovery.clock import Stopwatch
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.tray import Reach, choose
from recovery.message import Channel
from tests.support.messages import an_email, an_sms

MAIL, TEXT = Channel.EMAIL, Channel.SMS
NUMBERS: Iterator[int] = count(1)


def waits(channel: Channel = MAIL) -> Outgoing:
    number = next(NUMBERS)
    message = an_email(number) if channel is MAIL else an_sms(number)
    return Outgoing(number, number, 0, channel, message, Stopwatch())


def never(_: Outgoing) -> bool:
    return False


def test_each_channel_has_its_own_room_and_the_first_go_first():
    mails, texts = [waits() for _ in range(3)], [waits(TEXT) for _ in range(2)]
    chosen = choose([*mails, *texts], {MAIL: 2, TEXT: 0}, never)
    assert (chosen.go, chosen.stay, chosen.back) == (mails[:2], [mails[2], *texts], [])


def test_what_must_not_go_takes_no_room():
    ended, other = waits(), waits()
    chosen = choose([ended, other], {MAIL: 1}, lambda one: one is ended)
    assert (chosen.go, chosen.stay, chosen.back) == ([other], [], [ended])


@pytest.mark.parametrize(("finished", "may"), [(1, 64), (1_000_000, 500)])
def test_quick_senders_get_more_and_slow_ones_two_for_each_thread(finished: int, may: int):
    reach = Reach(least=64, most=500)
    assert reach.of(MAIL) == 64
    reach.learn({MAIL: 64}, ())  # nobody knows yet how long that took
    assert reach.of(MAIL) == 64
    reach.learn({MAIL: finished}, ())
    assert (reach.of(MAIL), reach.of(TEXT)) == (may, 64)
    reach.learn({MAIL: 1}, [MAIL])  # there was nothing more to do
    assert reach.of(MAIL) == may
    reach.learn({MAIL: 1}, ())
    assert reach.of(MAIL) == 64
