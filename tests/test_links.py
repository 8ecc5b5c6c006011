"""Links: ours are read back, everything else is refused, with the reason."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from recovery.links import Link, LinkError, Links

NOW = datetime(2026, 11, 22, 9, 0, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
LINKS = Links("a secret", "https://pay.shop.example/")


def token_of(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[1]


def refusal(token: str, purpose: str = "pay", now: datetime = NOW, links: Links = LINKS) -> str:
    with pytest.raises(LinkError) as caught:
        links.read(token, purpose, now)
    return caught.value.reason


def test_a_pay_link_is_short_and_says_which_order():
    url = LINKS.pay(7, 12, LATER)
    assert url.startswith("https://pay.shop.example/pay/")
    assert len(token_of(url)) == 40
    assert LINKS.read(token_of(url), "pay", NOW) == Link(
        7, 12, datetime(2026, 11, 25, 9, 1, tzinfo=UTC)
    )


def test_ids_may_grow_to_a_million_millions():
    link = LINKS.read(token_of(LINKS.pay(2**40 - 1, 2**40 - 1, LATER)), "pay", NOW)
    assert (link.touch_id, link.order_id) == (2**40 - 1, 2**40 - 1)


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_an_unsubscribe_link_knows_its_channel(channel):
    url = LINKS.unsubscribe(7, 12, channel, LATER)
    assert "/unsubscribe/" in url
    assert LINKS.read(token_of(url), "unsubscribe", NOW).channel == channel


def test_a_link_lives_until_the_minute_is_over_and_then_still_says_whose_it_was():
    token = token_of(LINKS.pay(7, 12, LATER))
    assert LINKS.read(token, "pay", LATER).order_id == 12
    with pytest.raises(LinkError) as caught:
        LINKS.read(token, "pay", LATER + timedelta(minutes=1))
    assert caught.value.reason == "expired"
    assert caught.value.link is not None
    assert caught.value.link.order_id == 12


def test_a_link_for_one_purpose_is_a_forgery_for_the_other():
    assert refusal(token_of(LINKS.pay(7, 12, LATER)), "unsubscribe") == "forged"
    assert refusal(token_of(LINKS.unsubscribe(7, 12, "sms", LATER)), "pay") == "forged"


def test_another_secret_makes_a_forgery():
    assert refusal(token_of(Links("other", "http://localhost").pay(7, 12, LATER))) == "forged"


def test_every_changed_character_is_noticed():
    token = token_of(LINKS.pay(7, 12, LATER))
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        assert refusal(token[:place] + other + token[place + 1 :]) == "forged"


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 39, "A" * 41, "A" * 39 + "=", "é" * 40, "%" * 40, "A" * 40 + "\n"]
)
def test_nonsense_is_a_forgery_not_a_crash(token):
    assert refusal(token) == "forged"


def test_a_second_spelling_of_the_same_bytes_is_refused():
    token = token_of(LINKS.pay(2**40 - 1, 2**40 - 1, LATER)).replace("_", "/").replace("-", "+")
    assert refusal(token) == "forged"
