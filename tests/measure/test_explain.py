"""Stories as people would read them: everything in its order, every no with its reason."""

from typing import Any

import pytest
from sqlalchemy import Engine, insert

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Campaign
from recovery.db import reading, table, writing
from recovery.errors import UsageError
from recovery.measure.explain import Story, explain
from recovery.models import OfferBudget
from tests.support.ledger import Ledger


def told(database: Engine, order: str, hours: float = 500, **options: Any) -> Story:
    with reading(database) as connection:
        return explain(connection, order, options.pop("source", None), Ledger.at(hours), **options)


def whats(story: Story) -> list[str]:
    return [event.what for event in story.events]


def a_long_story(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(
            external_id="L-1",
            paid=50,
            failure_reason="expired_card",
            failure_code="expired_card",
            failure_source="stripe",
            phone="+4915112345678",
            email="kim@example.com",
        )
        enrolment = ledger.enrolment(order, sequence="offer")
        mail = ledger.touch(enrolment, at=1, step="reminder")
        sms = ledger.touch(enrolment, at=20, step="nudge", channel="sms", state="skipped")
        offer = ledger.touch(enrolment, at=48, step="offer")
        ledger.decision(
            enrolment,
            "snooze",
            at=1,
            touch_id=mail,
            reason="quiet_hours",
            detail="2026-11-02T07:00:00Z",
        )
        ledger.decision(enrolment, "send", at=8, touch_id=mail)
        ledger.decision(
            enrolment, "sent", at=8, touch_id=mail, reason="sendgrid", detail="14c5d75ce93"
        )
        ledger.click(mail, at=9)
        ledger.decision(enrolment, "skip", at=20, touch_id=sms, reason="no_consent")
        ledger.coupon(
            enrolment,
            offer,
            code="BACK-AGAIN",
            issued_at=ledger.at(48),
            state="redeemed",
            redeemed_at=ledger.at(50),
            redeemed_order_id=order,
        )
        ledger.decision(enrolment, "send", at=48, touch_id=offer)
        ledger.decision(enrolment, "sent", at=48, touch_id=offer, reason="outbox", detail="3")
        ledger.decision(enrolment, "recovered", at=50, reason="paid")


def test_the_whole_story_in_the_order_of_time(database: Engine) -> None:
    a_long_story(database)
    story = told(database, "L-1")
    assert whats(story) == [
        *("placed", "payment_failed", "enrolled", "planned", "planned", "planned"),
        *("snoozed", "decided", "sent", "clicked", "skipped"),
        *("coupon_issued", "decided", "sent", "paid", "recovered", "coupon_redeemed"),
    ]
    details = "\n".join(event.detail for event in story.events)
    assert "waits until 2026-11-02 07:00 UTC, because it is night where the customer" in details
    assert "sms nudge is not sent, because the customer has not agreed" in details
    assert "through sendgrid, id 14c5d75ce93" in details
    assert "code BACK-AGAIN (percent), valid until 2026-11-04 10:00 UTC" in details
    assert "The card has expired" in details


def test_the_payload_has_codes_beside_the_words(database: Engine) -> None:
    a_long_story(database)
    payload = told(database, "L-1").payload()
    skipped = next(event for event in payload["events"] if event["what"] == "skipped")
    assert skipped["at"] == "2026-11-02T05:00:00Z"
    assert (skipped["reason"], skipped["step"], skipped["campaign"]) == (
        "no_consent",
        "nudge",
        "card-declined",
    )
    assert payload["order"]["status"] == "paid"
    assert (payload["order"]["amount"], payload["order"]["currency"]) == ("100.00", "EUR")


def test_contact_data_is_masked_everywhere(database: Engine) -> None:
    a_long_story(database)
    text = str(told(database, "L-1").payload())
    assert "kim@example.com" not in text
    assert "15112345678" not in text
    assert "k***@example.com" in text
    assert "+49***78" in text


def test_the_future_is_shown_and_what_happens_after_now_is_not(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="F-1", paid=90))
        ledger.touch(enrolment, at=30, step="nudge", state="planned", reason="quiet_hours")
    story = told(database, "F-1", 10)
    assert whats(story) == ["placed", "enrolled", "planned", "next"]
    assert story.events[-1].at == Ledger.at(30)
    assert story.events[-1].detail == (
        "email nudge waits until 2026-11-02 15:00 UTC, because it is night where the customer lives"
    )


def test_what_nothing_put_off_is_plainly_due(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="F-2"))
        ledger.touch(enrolment, at=30, step="nudge", state="planned")
    assert told(database, "F-2", 10).events[-1].detail == "email nudge is due"


def test_what_ended_with_the_order_is_told_when_it_ended(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(
            ledger.order(external_id="C-1", paid=5), state="recovered", ended_at=ledger.at(6)
        )
        text = {"channel": "sms", "step": "text", "reason": "paid"}
        ledger.touch(enrolment, at=20, state="cancelled", **text)
        ledger.decision(enrolment, "recovered", at=6, reason="paid")
    story = told(database, "C-1")
    assert whats(story)[-3:] == ["paid", "recovered", "cancelled"]
    assert story.events[-1].payload() == {
        "at": "2026-11-01T15:00:00Z",
        "what": "cancelled",
        "detail": "sms text, because the order is paid",
        "campaign": "card-declined",
        "step": "text",
        "reason": "paid",
    }
    assert "cancelled" not in whats(told(database, "C-1", 5.5))


def test_the_end_of_an_enrolment_without_a_journal_counts_too(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(external_id="C-2")
        enrolment = ledger.enrolment(order, state="exited", ended_at=ledger.at(6))
        ledger.touch(enrolment, at=20, step="text", state="cancelled", reason="expired")
    last = told(database, "C-2").events[-1]
    assert (last.at, last.detail) == (Ledger.at(6), "email text, because the order has expired")


@pytest.mark.parametrize(
    ("verdict", "reason", "detail", "words"),
    [
        ("answered", None, "SM17", "the customer wrote to us by SMS; `recovery answers list`"),
        ("answer_closed", "Anna", None, "is done with, says Anna"),
        ("lifted", "sms", "sms", "sms may go out again as far as there is consent: the customer"),
        ("lifted", "operator", "email", "an operator took the address off the list"),
        ("suppressed", "operator", "email", "no more email, because an operator put the address"),
        ("suppressed", "moved_away", "email", "no more email, because moved away"),
        ("reconciled", "delivered", "SM18", "email mail: the provider has it, and it arrived, id"),
        ("reconciled", "not_found_resend", None, "has nothing of it, so it is sent once more"),
        ("reconciled", "not_found_held", None, "it waits for recovery touches resolve"),
        ("undelivered", "30005", "unknown handset", "did not arrive: 30005 (unknown handset)"),
        ("undelivered", None, None, "email mail did not arrive"),
    ],
)
def test_what_comes_back_is_told_in_words(
    database: Engine, verdict: str, reason: str | None, detail: str | None, words: str
) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="V-1"))
        touch = ledger.touch(enrolment, step="mail")
        whole = ("answered", "answer_closed", "lifted", "suppressed")
        of = None if verdict in whole else touch
        ledger.decision(enrolment, verdict, at=9, touch_id=of, reason=reason, detail=detail)
    last = told(database, "V-1").events[-1]
    assert (last.what, last.reason) == (verdict, reason)
    assert words in last.detail


def test_a_held_out_order_says_so_and_what_it_did_not_get(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="H-1"), holdout=True)
        ledger.touch(enrolment, at=2, step="reminder", state="withheld")
    story = told(database, "H-1")
    assert whats(story) == ["placed", "held_out", "withheld"]
    assert "drawn into the hold-out" in story.events[1].detail


def test_a_reason_nobody_listed_keeps_its_name(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="R-1"))
        touch = ledger.touch(enrolment, state="skipped")
        ledger.decision(
            enrolment, "skip", at=1, touch_id=touch, reason="too_late_after_quiet_hours"
        )
        ledger.decision(enrolment, "skip", at=2, touch_id=touch, reason="moon_in_capricorn")
    first, second = (e.detail for e in told(database, "R-1").events if e.what == "skipped")
    assert "too late, because it is night" in first
    assert "moon in capricorn" in second


def test_people_are_in_the_story_too(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(external_id="T-1")
        enrolment = ledger.enrolment(order)
        touch = ledger.touch(enrolment, channel="task", step="call", at=4)
        ledger.decision(
            enrolment, "sent", at=4, touch_id=touch, reason="tasks", detail="customer-service"
        )
        ledger.task(enrolment, touch, order, due=4)
        ledger.decision(enrolment, "task_claimed", at=5, touch_id=touch, reason="Anna")
        ledger.decision(
            enrolment, "task_closed", at=6, touch_id=touch, reason="promised", detail="on Friday"
        )
    story = told(database, "T-1")
    assert {"sent", "task_opened", "task_claimed", "task_closed"} <= set(whats(story))
    details = [event.detail for event in story.events]
    assert "task call handed over to customer-service" in details
    assert details[-2:] == ["by Anna", "promised: on Friday"]


CAMPAIGN = """
campaign: {name}
status: {status}
trigger: {{on: {on}, after: 30m, not_after: 3d}}
goal: {{paid_within: 7d}}
segments:
  - segment: dear
    market: [{market}]
    amount: {{from: 200 EUR}}
    sequence: plain
sequences:
  plain:
    - {{step: reminder, after: 0m, email: unpaid-reminder}}
"""


def campaign(
    name: str = "unpaid", status: str = "active", on: str = "unpaid", market: str = "DE"
) -> Campaign:
    text = CAMPAIGN.format(name=name, status=status, on=on, market=market)
    return parse_campaign(text, f"{name}.yaml").campaign


@pytest.mark.parametrize(
    ("options", "hours", "words"),
    [
        ({"status": "paused"}, 0, "the campaign is paused"),
        ({"on": "payment_failed"}, 0, "waits for payment_failed; the order is pending"),
        ({}, -0.9, "its turn comes 2026-11-01 08:30 UTC"),
        ({}, 72, "took orders like this until 2026-11-04 08:00 UTC"),
        ({"market": "US"}, 0, "dear (market DE is not among them)"),
        ({}, 0, "dear (the amount is below 200.00 EUR)"),
    ],
)
def test_an_order_in_no_campaign_is_told_why(
    database: Engine, options: dict[str, str], hours: float, words: str
) -> None:
    with writing(database) as connection:
        Ledger(connection).order(external_id="N-1", placed=-1)
    story = told(database, "N-1", hours, campaigns=[campaign(**options)])
    assert whats(story) == ["placed", "not_enrolled"]
    assert words in story.events[-1].detail


def test_an_order_that_fits_and_one_that_is_paid(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.order(external_id="N-2", amount_minor=20_000)
        ledger.order(external_id="N-3", paid=-0.5)
    assert (
        "nothing against it" in told(database, "N-2", 0, campaigns=[campaign()]).events[-1].detail
    )
    assert "the order is paid" in told(database, "N-3", 0, campaigns=[campaign()]).events[-1].detail


def test_an_unknown_order_names_those_near_to_it(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for name in ("SHOP-1001", "SHOP-1002", "OTHER"):
            ledger.order(external_id=name)
    with pytest.raises(UsageError, match="no order 'SHOP-101'; did you mean SHOP-1001"):
        told(database, "SHOP-101")
    with pytest.raises(UsageError, match="from source 'erp'"):
        told(database, "SHOP-1001", source="erp")


def test_an_id_that_two_sources_know_needs_its_source(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for source in ("erp", "shop"):
            ledger.order(external_id="D-1", source=source)
    with pytest.raises(UsageError, match="add --source \\(one of erp, shop\\)"):
        told(database, "D-1")
    assert told(database, "D-1", source="erp").order["source"] == "erp"


def test_a_coupon_that_nobody_got_is_told_as_withdrawn(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="L-9"), at=0)
        text = ledger.touch(enrolment, at=1, channel="sms", state="skipped")
        values = {"campaign": "card-declined", "offer": "ten", "period": "ever", "currency": "EUR"}
        budget = connection.execute(insert(table(OfferBudget)).values(values)).inserted_primary_key
        about = {"state": "withdrawn", "worth_minor": 800, "issued_at": ledger.at(1)}
        ledger.coupon(enrolment, text, code="UNSEEN", budget_id=budget[0], **about)
        ledger.decision(enrolment, "skip", at=1, touch_id=text, reason="link_not_allowed")
    story = told(database, "L-9")
    assert whats(story)[-3:] == ["coupon_issued", "skipped", "coupon_withdrawn"]
    detail = "code UNSEEN: nobody got it, its worth is back in the budget"
    assert story.events[-1].detail == detail
