"""What a change of the file means for those who are in the campaign."""

from datetime import timedelta

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Campaign
from recovery.campaign.versions import Change, Reach, changes, followed
from recovery.message import Channel
from tests.support.campaigns import a_campaign

STEPS = (
    "{step: first, after: 0m, email: payment-failed}",
    "{step: second, after: 1d, email: last-call, offer: ten, if: {not_clicked: first}}",
)
BEFORE = a_campaign(
    segments=(
        "{segment: big, amount: {from: 200 USD}, sequence: plain}",
        "{segment: rest, sequence: {plain: 50%, other: 50%}}",
    ),
    sequences={"plain": STEPS, "other": STEPS[:1]},
    offers="{ten: {kind: percent, percent: 10%, valid: 3d, budget: 50 USD per month}}",
    holdout="10%",
)


def read(text: str) -> Campaign:
    return parse_campaign(text, "winback.yaml").campaign


def differ(*pairs: tuple[str, str]) -> list[Change]:
    after = BEFORE
    for old, new in pairs:
        assert old in after
        after = after.replace(old, new)
    return list(changes(read(BEFORE), read(after)))


def test_the_same_text_changes_nothing() -> None:
    assert differ() == []
    assert differ(("after: 1d", "after: 24h")) == [], "another spelling of the same"


def test_spans_are_told_as_they_are_written() -> None:
    told = differ(
        ("after: 1d", "after: 36h"),
        ("valid: 3d", "valid: 3天"),
        ("{min_gap: 0m}", "{per_customer: 3 per week, min_gap: 90m}"),
    )
    assert [(one.road, one.before, one.after) for one in told] == [
        ("sequences.plain.second.after", "1d", "36h"),
        ("limits.min_gap", "0m", "90m"),
        ("limits.per_customer", None, "3 per week"),
    ]
    third = "{step: third, after: 48h, email: payment-failed}"
    new = differ((STEPS[1], f"{STEPS[1]}\n    - {third}"))[-1]
    assert new.after is not None and new.after.startswith("after 48h, email payment-failed")


def test_content_and_timing_reach_those_in_flight() -> None:
    assert differ(("after: 1d", "after: 2d"), ("email: last-call", "email: unpaid-reminder")) == [
        Change("sequences.plain.second.after", "1d", "2d", Reach.EVERYBODY, ("plain", "second")),
        Change(
            "sequences.plain.second.email",
            "last-call",
            "unpaid-reminder",
            Reach.EVERYBODY,
            ("plain", "second"),
        ),
    ]
    assert differ(("{min_gap: 0m}", "{min_gap: 6h, quiet: 21:00-08:00}")) == [
        Change("limits.min_gap", "0m", "6h", Reach.EVERYBODY),
        Change("limits.quiet", None, "21:00-08:00", Reach.EVERYBODY),
    ]
    assert differ(("status: active", "status: paused"))[0].reach is Reach.EVERYBODY


def test_structure_offers_weights_and_the_draw_are_for_newcomers() -> None:
    told = differ(
        ("holdout: 10%", "holdout: 12.5%"),
        ("plain: 50%, other: 50%", "plain: 70%, other: 30%"),
        ("percent: 10%", "percent: 15%"),
        ("50 USD per month", "60 USD per week"),
        ("not_clicked: first", "clicked: first"),
        ("from: 200 USD", "from: 300 USD"),
        ("paid_within: 7d", "paid_within: 5d"),
    )
    assert {(one.road, one.before, one.after) for one in told} == {
        ("holdout", "10%", "12.5%"),
        ("segments.rest.sequence.plain", "50%", "70%"),
        ("segments.rest.sequence.other", "50%", "30%"),
        ("offers.ten.percent", "10%", "15%"),
        ("offers.ten.budget", "50.00 USD per month", "60.00 USD per week"),
        ("sequences.plain.second.if.not_clicked", "first", None),
        ("sequences.plain.second.if.clicked", None, "first"),
        ("segments.big.amount.from", "200.00 USD", "300.00 USD"),
        ("goal.paid_within", "7d", "5d"),
    }
    assert {one.reach for one in told} == {Reach.NEWCOMERS}


def test_what_comes_or_goes_is_one_line() -> None:
    third = STEPS[1] + "\n    - {step: third, after: 3d, sms: payment-failed}"
    assert differ((STEPS[1], third)) == [
        Change("sequences.plain", "first, second", "first, second, third", Reach.NEWCOMERS),
        Change(
            "sequences.plain.third",
            None,
            "after 3d, sms payment-failed, without_offer send",
            Reach.NEWCOMERS,
        ),
    ]
    gone = differ((f"\n    - {STEPS[1]}", ""))
    assert [(one.road, one.after) for one in gone] == [
        ("sequences.plain", "first"),
        ("sequences.plain.second", None),
    ]


def test_words_for_colleagues_reach_nobody() -> None:
    after = BEFORE.replace("priority: 0", "priority: 0\ndescription: What it is for")
    assert [one.reach for one in changes(read(BEFORE), read(after))] == [Reach.NOBODY]


def test_who_is_in_it_follows_content_and_timing_only() -> None:
    words = "after: 1d, email: last-call, offer: ten", "after: 2d, email: unpaid-reminder"
    live = read(
        BEFORE.replace(*words)
        .replace("percent: 10%", "percent: 20%")
        .replace("{min_gap: 0m}", "{min_gap: 6h}")
        .replace("paid_within: 7d", "paid_within: 1d")
    )
    entered = read(BEFORE)
    now = followed(entered, live)
    second = now.sequences["plain"][1]
    assert (second.template, second.after) == ("unpaid-reminder", timedelta(days=2))
    assert second.channel is Channel.EMAIL
    assert (second.offer, second.if_) == ("ten", entered.sequences["plain"][1].if_)
    assert now.offers == entered.offers
    assert now.goal == entered.goal
    assert now.limits.min_gap == timedelta(hours=6)


def test_a_step_that_is_gone_or_of_another_channel_stays_as_it_was() -> None:
    entered = read(BEFORE)
    for text in (
        BEFORE.replace(f"\n    - {STEPS[1]}", ""),
        BEFORE.replace("email: last-call, offer: ten", "sms: payment-failed"),
        BEFORE.replace("step: second", "step: renamed"),
    ):
        assert followed(entered, read(text)).sequences == entered.sequences
    assert followed(entered, None) is entered
