"""Every sending rule as a table of cases, their order, and what comes too late."""

from datetime import timedelta
from typing import Any

import pytest

from recovery.campaign.schema import Status
from recovery.dispatch.policies import A_MOMENT, LOOK_AGAIN, POLICIES
from recovery.dispatch.situation import (
    Ahead,
    Decision,
    Send,
    Sent,
    Skip,
    Snooze,
)
from recovery.facts import Consent, OrderStatus
from recovery.markets import MarketRules, load_markets
from recovery.markets.rates import load_rates
from recovery.message import Channel, MessageClass
from recovery.models import EnrolmentState
from recovery.reasons import MEANINGS, FailureReason
from tests.support.situations import (
    DAY,
    HOUR,
    NOON,
    SMS,
    decided,
    earlier,
)

TASK = "task: call-customer"
MARKETING = MessageClass.MARKETING

EARLIER_FIRST = Snooze(NOON + HOUR, "earlier_step")
COMING = (Ahead("first", NOON - DAY, NOON + HOUR),)

CASES: list[tuple[str, dict[str, Any], Decision]] = [
    ("nothing against it", {}, Send()),
    # still unpaid
    ("failed", {"order_status": OrderStatus.FAILED}, Send()),
    ("paid", {"order_status": OrderStatus.PAID}, Skip("paid")),
    ("cancelled", {"order_status": OrderStatus.CANCELLED}, Skip("cancelled")),
    ("expired", {"order_status": OrderStatus.EXPIRED}, Skip("expired")),
    ("refunded", {"order_status": OrderStatus.REFUNDED}, Skip("refunded")),
    ("kept until now", {"order_expires_at": NOON}, Skip("expired")),
    ("kept a moment longer", {"order_expires_at": NOON + timedelta(seconds=1)}, Send()),
    ("journey over", {"enrolment_state": EnrolmentState.EXITED}, Skip("enrolment_exited")),
    ("recovered", {"enrolment_state": EnrolmentState.RECOVERED}, Skip("enrolment_recovered")),
    ("window over", {"window_ends_at": NOON}, Skip("goal_window_over")),
    ("a task for a paid order", {"does": TASK, "order_status": OrderStatus.PAID}, Skip("paid")),
    # the order of the steps
    ("an earlier step is late", {"ahead": COMING}, EARLIER_FIRST),
    (
        "an earlier step is overdue",
        {"ahead": (Ahead("first", NOON - DAY, NOON - HOUR / 2),)},
        Snooze(NOON + HOUR / 2, "earlier_step"),
    ),
    (
        "an earlier step is long overdue",
        {"ahead": (Ahead("first", NOON - 2 * DAY, NOON - DAY),)},
        Snooze(NOON + HOUR, "earlier_step"),
    ),
    ("an earlier step is too late", {"ahead": (Ahead("first", NOON - 4 * DAY, NOON),)}, Send()),
    (
        "a later step is out",
        {"sent": (Sent(NOON - HOUR, 5, "last", NOON + HOUR),)},
        Skip("overtaken"),
    ),
    ("another journey is further", {"sent": (Sent(NOON - HOUR, 6, "last", NOON + HOUR),)}, Send()),
    ("a call waits for the message", {"ahead": COMING, "does": TASK}, EARLIER_FIRST),
    (
        "nobody could click yet",
        {"ahead": COMING, "condition": "{not_clicked: first}"},
        EARLIER_FIRST,
    ),
    (
        "due in the same breath",
        {"ahead": (Ahead("first", NOON - DAY, NOON),), "condition": "{not_clicked: first}"},
        Snooze(NOON + A_MOMENT, "earlier_step"),
    ),
    # after an outage
    ("late", {"planned_at": NOON - 3 * DAY}, Send()),
    ("too late", {"planned_at": NOON - 3 * DAY - HOUR}, Skip("too_late")),
    (
        "late by its own limit",
        {"limits": "{max_late: 2h}", "planned_at": NOON - 3 * HOUR},
        Skip("too_late"),
    ),
    (
        "the wait would be too long",
        {"limits": "{max_late: 30m, quiet: 12:00-14:00}"},
        Skip("too_late_after_quiet_hours"),
    ),
    # the file today
    ("paused", {"status": Status.PAUSED}, Snooze(NOON + LOOK_AGAIN, "paused")),
    ("draft again", {"status": Status.DRAFT}, Snooze(NOON + LOOK_AGAIN, "paused")),
    ("ended", {"status": Status.ENDED}, Send()),
    # the template
    ("no template", {"message_class": None}, Snooze(NOON + LOOK_AGAIN, "template_error")),
    ("a task has no class", {"does": TASK, "message_class": None}, Send()),
    # addresses
    ("no e-mail", {"order_email": None}, Skip("no_email")),
    ("no phone", {"does": SMS, "order_phone": None}, Skip("no_phone")),
    ("a task needs neither", {"does": TASK, "order_email": None, "order_phone": None}, Send()),
    # consent
    ("none", {"consent": Consent.NONE}, Skip("no_consent")),
    ("service, transactional", {"consent": Consent.TRANSACTIONAL}, Send()),
    ("marketing, transactional", {"message_class": MARKETING}, Skip("no_consent")),
    ("marketing, marketing", {"message_class": MARKETING, "consent": Consent.MARKETING}, Send()),
    ("service, marketing", {"consent": Consent.MARKETING}, Send()),
    ("a task needs none", {"does": TASK, "consent": Consent.NONE}, Send()),
    ("suppressed", {"suppressed": True}, Skip("suppressed")),
    # the step's own if
    ("if market", {"condition": "{market: [DE]}"}, Send()),
    ("if market, not", {"condition": "{market: [US]}"}, Skip("condition")),
    ("if customer", {"condition": "{customer: [new, vip]}"}, Send()),
    ("if customer, not", {"condition": "{customer: [vip]}"}, Skip("condition")),
    ("if failure", {"condition": "{failure: [expired_card]}"}, Skip("condition")),
    (
        "if failure, by category",
        {"condition": "{failure: [expired_card]}", "order_failure_reason": "expired_card"},
        Send(),
    ),
    (
        "if failure, by code",
        {"condition": "{failure: [do_not_honor]}", "order_failure_code": "do_not_honor"},
        Send(),
    ),
    ("if amount from, equal", {"condition": "{amount: {from: 100 EUR}}"}, Send()),
    ("if amount from, less", {"condition": "{amount: {from: 100.01 EUR}}"}, Skip("condition")),
    ("if amount below, equal", {"condition": "{amount: {below: 100 EUR}}"}, Skip("condition")),
    ("if amount below, less", {"condition": "{amount: {below: 100.01 EUR}}"}, Send()),
    ("if amount, no rate", {"condition": "{amount: {from: 1 USD}}"}, Skip("condition")),
    ("if not clicked", {"condition": "{not_clicked: first}"}, Send()),
    (
        "if not clicked, but it was",
        {"condition": "{not_clicked: first}", "clicked": frozenset({"first"})},
        Skip("condition"),
    ),
    ("if clicked", {"condition": "{clicked: first}"}, Skip("condition")),
    (
        "if clicked, and it was",
        {"condition": "{clicked: first}", "clicked": frozenset({"first"})},
        Send(),
    ),
    (
        "all of an if",
        {"condition": "{market: [DE], customer: [vip]}"},
        Skip("condition"),
    ),
    # a colleague
    ("a person is on it", {"task_claimed": True}, Snooze(NOON + LOOK_AGAIN, "person_on_it")),
    ("tasks go on", {"task_claimed": True, "does": TASK}, Send()),
    # the gap between two messages of one sequence
    (
        "too soon after",
        {"limits": "{min_gap: 12h}", "sent": earlier(5)},
        Snooze(NOON + 7 * HOUR, "minimum_gap"),
    ),
    ("long enough after", {"limits": "{min_gap: 12h}", "sent": earlier(12)}, Send()),
    (
        "another sequence's message",
        {"limits": "{min_gap: 12h}", "sent": earlier(1, enrolment=6)},
        Send(),
    ),
    (
        "planned closer than the gap",
        {"limits": "{min_gap: 12h}", "sent": earlier(5), "planned_at": NOON - 2 * DAY},
        Send(),
    ),
    (
        "a task keeps the gap, too",
        {"limits": "{min_gap: 12h}", "sent": earlier(1), "does": TASK},
        Snooze(NOON + 11 * HOUR, "minimum_gap"),
    ),
    # the cap
    ("below the cap", {"limits": "{per_customer: 2 per week}", "sent": earlier(50)}, Send()),
    (
        "at the cap",
        {"limits": "{per_customer: 2 per week, min_gap: 0m}", "sent": earlier(100, 5)},
        Snooze(NOON - 100 * HOUR + 7 * DAY, "customer_cap"),
    ),
    (
        "other sequences count",
        {"limits": "{per_customer: 1 per 1d, min_gap: 0m}", "sent": earlier(5, enrolment=6)},
        Snooze(NOON + 19 * HOUR, "customer_cap"),
    ),
    (
        "a week ago counts no more",
        {"limits": "{per_customer: 2 per week, min_gap: 0m}", "sent": earlier(168, 5)},
        Send(),
    ),
    (
        "over the cap, the newest two decide",
        {"limits": "{per_customer: 2 per week, min_gap: 0m}", "sent": earlier(120, 100, 5)},
        Snooze(NOON - 100 * HOUR + 7 * DAY, "customer_cap"),
    ),
    (
        "a task is no message",
        {"limits": "{per_customer: 1 per week, min_gap: 0m}", "sent": earlier(5), "does": TASK},
        Send(),
    ),
    # the night
    (
        "siesta",
        {"limits": "{quiet: 12:00-14:00}"},
        Snooze(NOON + HOUR, "quiet_hours"),
    ),
    ("awake", {"limits": "{quiet: 14:00-15:00}"}, Send()),
    ("a task by night", {"limits": "{quiet: 12:00-14:00}", "does": TASK}, Send()),
    (
        "anybody in the country sleeps",
        {"limits": "{quiet: 21:00-08:00}", "zones": ("Europe/Berlin", "America/New_York")},
        Snooze(NOON + HOUR, "quiet_hours"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "decision"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_each_rule(parts: dict[str, Any], decision: Decision):
    assert decided(**parts) == decision


@pytest.mark.parametrize("reason", list(FailureReason))
def test_who_must_not_be_written_to_is_not(reason: FailureReason):
    may = MEANINGS[reason].may_contact
    assert decided(order_failure_reason=reason.value) == (Send() if may else Skip("do_not_contact"))


def test_fraud_is_among_those():
    assert not MEANINGS[FailureReason.FRAUD_SUSPECTED].may_contact


def test_an_amount_in_another_currency_compares_at_the_rate(tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate\n2026-11-01,EUR,USD,1.25\n")
    rates = load_rates(NOON.date(), file)
    for bound, fits in ((125, True), (126, False)):
        condition = f"{{amount: {{from: {bound} USD}}}}"
        assert (decided(rates=rates, condition=condition) == Send()) is fits


UNREADABLE = MarketRules("DE", load_markets().rules("DE").shipped, unreadable=True)
AGAINST = {
    "still_unpaid": ({"order_status": OrderStatus.PAID}, "paid"),
    "not_stale": ({"planned_at": NOON - 4 * DAY}, "too_late"),
    "may_contact": ({"order_failure_reason": "fraud_suspected"}, "do_not_contact"),
    "reachable": ({"order_phone": None}, "no_phone"),
    "template_reads": ({"message_class": None}, "template_error"),
    "market_reads": ({"rules": UNREADABLE}, "market_error"),
    "consent": ({"consent": Consent.NONE}, "no_consent"),
    "suppression": ({"suppressed": True}, "suppressed"),
    "service_limit": (
        {"told": {Channel.SMS: 1}, "consent": Consent.TRANSACTIONAL},
        "service_limit",
    ),
    "sms_limit": ({"told": {Channel.SMS: 1}, "consent": Consent.MARKETING}, "sms_limit"),
    "not_overtaken": ({"sent": (Sent(NOON, 5, "last", NOON + HOUR),)}, "overtaken"),
    "in_order": (
        {"condition": "{market: [US], not_clicked: first}", "ahead": COMING},
        "earlier_step",
    ),
    "only_if": ({"condition": "{market: [US]}"}, "condition"),
    "campaign_runs": ({"status": Status.PAUSED}, "paused"),
    "person_on_it": ({"task_claimed": True}, "person_on_it"),
    "minimum_gap": ({"sent": earlier(1)}, "minimum_gap"),
    "customer_cap": ({"sent": earlier(120, 110)}, "customer_cap"),
    "contact_hours": ({"zones": ("Europe/Berlin", "America/New_York")}, "contact_hours"),
    "quiet_hours": ({}, "quiet_hours"),
}


def test_the_first_no_wins_in_the_order_of_the_table():
    """All of them object to an SMS; one after the other gives up, and the next one is heard."""
    limits = "{min_gap: 12h, per_customer: 2 per week, quiet: 12:00-14:00}"
    heard = []
    for number in range(len(POLICIES)):
        parts: dict[str, Any] = {}
        for policy in reversed(POLICIES[number:]):
            parts |= AGAINST[policy.__name__][0]
        decision = decided(does=SMS, limits=limits, **parts)
        assert not isinstance(decision, Send)
        heard.append(decision.reason)
    assert heard == [AGAINST[policy.__name__][1] for policy in POLICIES]


def test_what_ends_a_touch_is_asked_before_what_delays_it():
    """A message to a paid order does not wait for the morning to be dropped."""
    night = {"limits": "{quiet: 12:00-14:00}"}
    assert decided(order_status=OrderStatus.PAID, **night) == Skip("paid")
    assert decided(consent=Consent.NONE, **night) == Skip("no_consent")


@pytest.mark.parametrize(
    ("parts", "decision"),
    [
        ({"window_ends_at": NOON + HOUR}, Skip("too_late_after_quiet_hours")),
        (
            {"window_ends_at": NOON + HOUR + timedelta(seconds=1)},
            Snooze(NOON + HOUR, "quiet_hours"),
        ),
        ({"order_expires_at": NOON + HOUR}, Skip("too_late_after_quiet_hours")),
        ({"order_expires_at": NOON + 2 * HOUR}, Snooze(NOON + HOUR, "quiet_hours")),
    ],
)
def test_a_wait_that_would_outlast_the_goal_is_a_no(parts: dict[str, Any], decision: Decision):
    assert decided(limits="{quiet: 12:00-14:00}", **parts) == decision


@pytest.mark.parametrize("left", [timedelta(minutes=50), timedelta(minutes=2)])
def test_waiting_for_people_ends_no_message(left: timedelta):
    """It looks again before the last moment, the sooner the nearer that is."""
    found = decided(task_claimed=True, window_ends_at=NOON + left)
    assert found == Snooze(NOON + left / 2, "person_on_it")
    assert decided(task_claimed=True) == Snooze(NOON + LOOK_AGAIN, "person_on_it")
