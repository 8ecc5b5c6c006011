"""Unsubscribing: looking changes nothing, one POST without cookie or login ends it, for ever."""

import re
from datetime import timedelta

import pytest

from recovery.db import writing
from recovery.intake import people
from recovery.models import Consent, Suppression
from recovery.web.pages import words
from tests.support.campaigns import a_campaign
from tests.support.served import Served

EN = words()["en"]
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TWO_MAILS = a_campaign(
    sequences={
        "plain": [
            "{step: first, after: 0m, email: last-call}",
            "{step: text, after: 2h, sms: unpaid-reminder}",
            "{step: second, after: 1d, email: unpaid-reminder}",
        ]
    }
)


def link_sent(served: Served) -> str:
    """The unsubscribe link of a marketing e-mail that somebody just got."""
    house = served.house
    house.has(TWO_MAILS)
    order = house.an_unpaid_order(
        email="Ada@Example.com",
        phone="+4915123456789",
        email_consent="marketing",
        sms_consent="transactional",
        locale="en-GB",
    )
    house.run()
    [message] = house.messages(order)
    found = re.search(r"http://localhost:8000(/unsubscribe/[\w-]{40})", message.body)
    assert found is not None
    return found[1]


def listed(served: Served) -> list[tuple[str, str, str, str]]:
    names = ("channel", "address", "reason", "source")
    return [tuple(row[name] for name in names) for row in served.house.rows(Suppression)]


ADA = ("email", "ada@example.com", "unsubscribed", "unsubscribe-link")


def test_looking_changes_nothing(served: Served) -> None:
    link = link_sent(served)
    before = served.house.dump()
    answer = served.get(link)
    assert answer.status == 200
    assert EN["unsubscribe_email.title"] in answer.text
    assert answer.text.count("<button") == 1
    assert '<form method="post">' in answer.text
    assert "ada@example.com" not in answer.text.lower()
    assert served.call("HEAD", link).status == 200
    assert served.house.dump() == before


def test_one_click_ends_it_on_that_channel_at_once(served: Served) -> None:
    link = link_sent(served)
    answer = served.call("POST", link, ONE_CLICK, FORM | {"User-Agent": ""})
    assert answer.status == 200
    assert EN["stopped_email.title"] in answer.text
    assert "set-cookie" not in answer.headers
    assert listed(served) == [ADA]
    assert served.house.states() == {
        "first": "sent",
        "text": "planned",
        "second": "skipped suppressed",
    }
    [words_said] = [row for row in served.house.rows(Consent) if row["level"] == "none"]
    assert (words_said["source"], words_said["evidence"]) == (
        "unsubscribe-link",
        "unsubscribed touch 1",
    )


def test_who_is_unsubscribed_sees_no_button_again(small_served: Served) -> None:
    link = link_sent(small_served)
    small_served.call("POST", link, ONE_CLICK, FORM)
    answer = small_served.get(link)
    assert answer.status == 200
    assert EN["stopped_email.text"] in answer.text
    assert "<button" not in answer.text


@pytest.mark.parametrize("path", ["/unsubscribe/x", "/unsubscribe/"])
def test_a_broken_link_says_how_to_stop_messages(small_served: Served, path: str) -> None:
    answer = small_served.get(path, Accept_Language="zh-CN")
    assert answer.status == 404
    assert words()["zh-CN"]["lost_unsubscribe.next"] in answer.text


def test_clicking_twice_changes_nothing_more(served: Served) -> None:
    link = link_sent(served)
    served.call("POST", link, ONE_CLICK, FORM)
    before = served.house.dump()
    served.house.clock.advance(timedelta(hours=1))
    assert served.call("POST", link, ONE_CLICK, FORM).status == 200
    assert served.house.dump() == before


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (ONE_CLICK, {"Content-Type": "multipart/form-data; boundary=x"}),
        (
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
            b"--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"},
        ),
    ],
)
def test_however_the_mail_program_posts_it_is_meant(
    small_served: Served, body: bytes, headers: dict[str, str]
) -> None:
    assert small_served.call("POST", link_sent(small_served), body, headers).status == 200
    assert listed(small_served) == [ADA]


def test_an_old_link_still_unsubscribes(small_served: Served) -> None:
    link = link_sent(small_served)
    small_served.house.clock.advance(timedelta(days=3650))
    assert small_served.get(link).status == 200
    assert small_served.call("POST", link, ONE_CLICK, FORM).status == 200
    assert listed(small_served) == [ADA]


def test_an_sms_link_stops_the_number(small_served: Served) -> None:
    link_sent(small_served)
    later = small_served.house.now + timedelta(days=1)
    text = next(one["id"] for one in small_served.house.touches() if one["channel"] == "sms")
    url = small_served.links.unsubscribe(text, 1, "sms", later)
    link = url.removeprefix(small_served.settings.public_url)
    assert EN["unsubscribe_sms.title"] in small_served.get(link).text
    assert small_served.call("POST", link).status == 200
    assert listed(small_served) == [("sms", "+4915123456789", "unsubscribed", "unsubscribe-link")]


def test_forged_links_and_pay_links_stop_nobody(small_served: Served) -> None:
    link = link_sent(small_served)
    pay = small_served.links.pay(1, 1, small_served.house.now + timedelta(days=1))
    swapped = link[:-1] + ("A" if link[-1] != "A" else "B")
    for wrong in (swapped, link[:-1], "/unsubscribe/" + pay.rpartition("/")[2], "/unsubscribe/x"):
        assert small_served.get(wrong).status == 404
        assert small_served.call("POST", wrong, ONE_CLICK, FORM).status == 404
    assert listed(small_served) == []


def test_the_address_that_the_message_went_to_is_meant(served: Served) -> None:
    """The shop tells two more addresses before the customer opens the first mail."""
    house, link = served.house, link_sent(served)
    for new in ("bo@example.com", "cy@example.com"):
        house.clock.advance(timedelta(hours=1))
        house.tells("A-1001", "pending", email=new)
    assert served.call("POST", link, ONE_CLICK, FORM).status == 200
    assert listed(served) == [ADA]
    for _ in ("the text", "the second mail"):
        house.clock.advance(timedelta(days=1))
        house.run()
    assert [one.to for one in house.messages() if "@" in one.to][-1] == "cy@example.com"
    told = [e.detail for e in house.engine.explain("A-1001").events if e.what == "readdressed"]
    assert told == [
        f"the shop told another address for email than {c}***@example.com" for c in "ab"
    ]


def test_an_address_told_before_the_message_was_written_is_not_meant(small_served: Served) -> None:
    house, link = small_served.house, link_sent(small_served)
    house.clock.advance(timedelta(hours=1))
    house.tells("A-1001", "pending", email="bo@example.com")
    house.clock.advance(timedelta(days=1))
    house.run()
    touch = next(one["id"] for one in house.touches() if one["step"] == "second")
    second = small_served.links.unsubscribe(touch, 1, "email", house.now + timedelta(days=1))
    path = second.removeprefix(small_served.settings.public_url)
    assert small_served.call("POST", path, ONE_CLICK, FORM).status == 200
    assert [address for _, address, *_ in listed(small_served)] == ["bo@example.com"]
    assert small_served.call("POST", link, ONE_CLICK, FORM).status == 200
    assert [address for _, address, *_ in listed(small_served)] == [
        "bo@example.com",
        "ada@example.com",
    ]


def test_an_address_told_just_when_the_message_went_out_is_not_meant(small_served: Served) -> None:
    house, link = small_served.house, link_sent(small_served)
    house.tells("A-1001", "pending", email="bo@example.com")
    assert small_served.call("POST", link, ONE_CLICK, FORM).status == 200
    assert listed(small_served) == [ADA]


def test_who_was_forgotten_hears_the_truth(served: Served) -> None:
    """There is no address left to stop, and none left to write to."""
    house, link = served.house, link_sent(served)
    with writing(house.engine.database) as connection:
        people.erase(connection, people.find(connection, "ada@example.com"), house.now)
    for answer in (served.get(link), served.call("POST", link, ONE_CLICK, FORM)):
        assert answer.status == 410
        assert EN["forgotten.title"] in answer.text
    assert listed(served) == []
