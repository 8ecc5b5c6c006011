"""What campaign files would do about one order, read from the files alone."""

from datetime import timedelta

import pytest

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Campaign
from recovery.facts import CustomerType, OrderStatus
from recovery.i18n import fill, words
from recovery.message import Channel
from recovery.simulate.lab.exercise import Probe
from recovery.simulate.lab.sight import described, paths

HOUR = timedelta(hours=1)
CARDS = """\
campaign: cards
status: active
trigger: {on: payment_failed, after: 1h}
goal: {paid_within: 7d}
segments:
  - segment: dear
    market: [US, DE]
    amount: {from: 200 USD}
    customer: [returning, vip]
    failure: [insufficient_funds, do_not_honor]
    sequence: {call: 50%, letter: 50%}
  - segment: rest
    failure: invalid_details
    sequence: letter
sequences:
  call:
    - {step: call, after: 2h, task: call-customer, to: service}
  letter:
    - {step: one, after: 0m, email: payment-failed}
    - {step: text, after: 20h, sms: payment-failed, if: {not_clicked: one, market: US}}
    - {step: thanks, after: 21h, email: payment-failed, if: {clicked: one}}
"""


def campaign(text: str = CARDS) -> Campaign:
    return parse_campaign(text, "cards.yaml").campaign


def order(amount: str = "250 USD", **more: object) -> Probe:
    given = {"status": "failed", "failure": "insufficient_funds", "customer": "vip"} | more
    return Probe.model_validate({"amount": amount, **given})


def test_every_sequence_of_the_segment_is_a_path() -> None:
    call, letter = paths([campaign()], order())
    assert [(one.channel, one.after) for one in call] == [(Channel.TASK, 3 * HOUR)]
    assert [(one.channel, one.after) for one in letter] == [
        (Channel.EMAIL, HOUR),
        (Channel.SMS, 21 * HOUR),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "199.99 USD"},
        {"market": "FR"},
        {"customer": CustomerType.NEW},
        {"failure": "fraud_suspected"},
        {"status": OrderStatus.PENDING},
    ],
)
def test_an_order_that_fits_no_segment_gets_nothing(other: dict[str, object]) -> None:
    assert paths([campaign()], order(**other)) == []


def test_other_currencies_are_compared_at_the_rate_of_the_day() -> None:
    assert len(paths([campaign()], order("250 EUR"))) == 2
    assert paths([campaign()], order("250 JPY")) == []


def test_a_providers_own_code_counts_as_its_reason() -> None:
    assert len(paths([campaign()], order(failure="do_not_honor"))) == 2
    assert len(paths([campaign()], order(failure="incorrect_cvc"))) == 1


def test_the_campaign_that_wants_it_first_has_it() -> None:
    later = campaign(CARDS.replace("campaign: cards", "campaign: later\npriority: 90"))
    sooner = CARDS.replace("after: 1h}", "after: 30m}").replace("cards", "sooner")
    first = paths([later, campaign(sooner)], order())[0][0]
    assert first.after == 2.5 * HOUR
    higher = campaign(CARDS.replace("campaign: cards", "campaign: vip\npriority: 90"))
    plain = campaign(CARDS.replace("after: 2h, task", "after: 9h, task"))
    assert paths([plain, higher], order())[0][0].after == 3 * HOUR


def test_a_draft_gets_nobody() -> None:
    assert paths([campaign(CARDS.replace("active", "draft"))], order()) == []


def test_a_path_is_told_in_both_languages() -> None:
    path = paths([campaign()], order())[1]
    assert fill(described(path), words("en")) == "e-mail after 1h, SMS after 21h"
    assert fill(described(path), words("zh-CN")) == "1h 后邮件，21h 后短信"
    assert fill(described([]), words("en")) == "nothing"
