"""What is heard of messages comes as providers say it; twice, where they say it twice."""

import json
from datetime import UTC, datetime, timedelta

from recovery.connectors.sendgrid.read import read as read_sendgrid
from recovery.connectors.twilio.read import read_inbound, read_status
from recovery.facts import EventKind
from recovery.intake.inbox import SENDGRID, TWILIO_INBOUND, TWILIO_STATUS
from recovery.message import Channel, MessageClass
from recovery.simulate.post import Letter
from recovery.simulate.webhooks import Webhooks

AT = datetime(2026, 10, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def letter(channel: Channel = Channel.EMAIL) -> Letter:
    to = "kim@example.com" if channel is Channel.EMAIL else "+12125550101"
    service = MessageClass.SERVICE
    return Letter(channel, 7, "unpaid", "reminder", "20001", AT, to, service, None, 1)


def test_each_of_sendgrids_words_is_read_for_what_it_means() -> None:
    heard = Webhooks()
    heard.delivered(letter(), AT)
    heard.bounced(letter(), AT)
    heard.bounced(letter(), AT, blocked=True)
    heard.opted_out(letter(), AT)
    heard.complained(letter(), AT)
    ((door, items),) = heard.collect()
    events = [read_sendgrid(json.loads(body)) for _, body in items]
    assert door == SENDGRID
    assert [one.kind for one in events if one] == [
        EventKind.DELIVERED,
        EventKind.BOUNCED,
        EventKind.BLOCKED,
        EventKind.UNSUBSCRIBED,
        EventKind.COMPLAINED,
    ]
    assert {(one.touch_id, one.address, one.at) for one in events if one} == {
        (7, "kim@example.com", AT)
    }


def test_an_sms_is_told_by_twilio_and_a_complaint_is_a_stop() -> None:
    heard = Webhooks()
    heard.delivered(letter(Channel.SMS), AT)
    heard.complained(letter(Channel.SMS), AT)
    told = dict(heard.collect())
    ((_, status),) = told[TWILIO_STATUS]
    ((_, inbound),) = told[TWILIO_INBOUND]
    told_of = json.loads(status)
    event = read_status(told_of["form"], told_of["touch"], AT)
    assert (event.kind, event.touch_id) == (EventKind.DELIVERED, 7)
    answer = read_inbound(json.loads(inbound)["form"], AT)
    assert answer is not None
    assert (answer.body, answer.sender) == ("STOP", "+12125550101")


def test_what_was_collected_is_forgotten() -> None:
    heard = Webhooks()
    assert not heard.any
    heard.clicked(letter(), AT)
    assert heard.any
    (visit,) = heard.visits()
    assert (visit.kind, visit.touch_id, visit.at) == (EventKind.CLICKED, 7, AT)
    assert not heard.any


def test_while_webhooks_are_doubled_the_same_comes_again_after_the_next_run() -> None:
    heard = Webhooks(lambda at: at == AT)
    heard.delivered(letter(), AT)
    heard.delivered(letter(), AT + MINUTE)
    ((_, first),) = heard.collect()
    assert len(first) == 2
    assert heard.any
    ((_, again),) = heard.collect()
    assert list(again) == [first[0]]
    assert not heard.any
