"""The sample of the documentation, read exactly as it is printed there."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from recovery.campaign.loader import LoadedCampaign, parse_campaign
from recovery.campaign.schema import (
    AmountRange,
    Budget,
    Campaign,
    Cap,
    Condition,
    Offer,
    OfferKind,
    Period,
    Quiet,
    Segment,
    Status,
    Step,
    TriggerOn,
    WithoutOffer,
)
from recovery.facts import CustomerType
from recovery.message import Channel
from recovery.money import Money

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def loaded() -> LoadedCampaign:
    return parse_campaign(SAMPLE, "card-declined.yaml")


@pytest.fixture(scope="module")
def sample(loaded: LoadedCampaign) -> Campaign:
    return loaded.campaign


def test_the_head(sample: Campaign) -> None:
    assert (sample.campaign, sample.status, sample.priority) == (
        "card-declined",
        Status.ACTIVE,
        20,
    )
    assert sample.description.startswith("A card was declined; ask")
    assert sample.trigger.on is TriggerOn.PAYMENT_FAILED
    assert (sample.trigger.after, sample.trigger.not_after) == (
        timedelta(minutes=30),
        timedelta(days=3),
    )
    assert sample.goal.paid_within == timedelta(days=7)
    assert sample.holdout == 1000


def test_the_segments(sample: Campaign) -> None:
    big, others = sample.segments
    assert big.market == ["US", "GB"]
    assert big.amount == AmountRange(from_=Money(20_000, "USD"))
    assert big.customer == [CustomerType.VIP, CustomerType.RETURNING]
    assert big.sequence == {"personal": 10_000}
    assert others.market == ["US", "GB", "DE", "NO"]
    assert others.failure == ["insufficient_funds", "do_not_honor", "expired_card"]
    assert list(others.sequence.items()) == [("plain", 5000), ("free-shipping", 5000)]


def test_the_steps(sample: Campaign) -> None:
    reminder, nudge = sample.sequences["plain"]
    assert (reminder.channel, reminder.template, reminder.if_) == (
        Channel.EMAIL,
        "payment-failed",
        None,
    )
    assert (nudge.channel, nudge.template, nudge.after) == (
        Channel.SMS,
        "payment-failed",
        timedelta(hours=20),
    )
    assert nudge.if_ == Condition(amount=AmountRange(from_=Money(8000, "USD")))
    offer = sample.sequences["free-shipping"][1]
    assert (offer.offer, offer.without_offer) == ("free-shipping", WithoutOffer.SEND)
    assert offer.if_ == Condition(not_clicked="reminder")
    call = sample.sequences["personal"][1]
    assert (call.channel, call.template, call.to) == (
        Channel.TASK,
        "call-customer",
        "customer-service",
    )


def test_the_offers_and_limits(sample: Campaign) -> None:
    assert sample.offers["free-shipping"] == Offer(
        kind=OfferKind.FREE_SHIPPING,
        worth=Money(800, "USD"),
        valid=timedelta(hours=72),
        budget=Budget(Money(50_000, "USD"), Period.MONTH),
        once_per_customer=timedelta(days=90),
    )
    assert sample.offers["welcome-back"].percent == 1000
    assert sample.offers["welcome-back"].min_order == Money(5000, "USD")
    assert sample.limits.per_customer == Cap(3, timedelta(weeks=1))
    assert sample.limits.quiet == Quiet(time(21), time(8))
    assert sample.limits.min_gap == timedelta(hours=12)


def test_the_text_and_its_digest_travel_with_it(loaded: LoadedCampaign) -> None:
    assert (loaded.file, loaded.source) == ("card-declined.yaml", SAMPLE)
    assert loaded.digest == parse_campaign(SAMPLE, "elsewhere.yaml").digest
    assert loaded.digest == parse_campaign(SAMPLE.replace("\n", "\r\n"), "x.yaml").digest
    assert loaded.digest != parse_campaign(SAMPLE.replace("20h", "21h"), "x.yaml").digest


def test_plain_words_mean_what_they_say() -> None:
    """YAML 1.1 would read false, 1260, 10, true, true and 1.1 here."""
    source = (
        SAMPLE.replace("market: [US, GB]\n", "market: NO\n")
        .replace("priority: 20", "priority: 012")
        .replace("segment: big-spenders", "segment: 012")
        .replace("sequence: personal", "sequence: on")
        .replace("  personal:", "  on:")
        .replace("step: call", "step: yes")
        .replace("description: A card", "description: 1.10")
    )
    campaign = parse_campaign(source, "x.yaml").campaign
    assert campaign.segments[0].market == ["NO"]
    assert campaign.priority == 12
    assert campaign.segments[0].segment == "012"
    assert campaign.segments[0].sequence == {"on": 10_000}
    assert campaign.sequences["on"][1].step == "yes"
    assert campaign.description.startswith("1.10 was declined")
    assert campaign.limits.quiet == Quiet(time(21), time(8))


def test_other_scripts_have_names_too() -> None:
    campaign = parse_campaign(SAMPLE.replace("big-spenders", "高价值"), "x.yaml").campaign
    assert campaign.segments[0].segment == "高价值"


def test_models_may_be_built_in_python() -> None:
    step = Step(step="a", after=timedelta(hours=1), sms="x", if_=Condition(clicked="b"))
    assert (step.channel, step.template) == (Channel.SMS, "x")
    segment = Segment(segment="all", sequence={"a": 10_000})
    assert segment.market is None


def test_models_do_not_change() -> None:
    segment = Segment(segment="all", sequence={"a": 10_000})
    with pytest.raises(ValidationError, match=r"frozen"):
        segment.segment = "other"  # type: ignore[misc]
