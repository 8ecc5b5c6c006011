"""What a version meant to do, read from its text again."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from recovery.campaign.experiments import Rule
from recovery.db import reading, writing
from recovery.measure.designs import Designs, designs
from tests.support.campaigns import a_campaign
from tests.support.ledger import Ledger

STEPS = {
    "plain": ["{step: reminder, after: 6h, email: unpaid-reminder}"],
    "call": [
        "{step: call, after: 1h, task: call-customer}",
        "{step: reminder, after: 3h, email: unpaid-reminder}",
    ],
}
TEXT = a_campaign(
    "card-declined",
    holdout="20%",
    sequences=STEPS,
    segments=["{segment: everyone, sequence: {plain: 25%, call: 75%}}"],
)


def known(database: Engine, *texts: str, hours: float = 1_000) -> Designs:
    """Versions that began ten hours apart."""
    with writing(database) as connection:
        for number, text in enumerate(texts):
            Ledger(connection).version(text, at=10 * number)
    with reading(database) as connection:
        return designs(connection, Ledger.at(hours))


def test_shares_sum_to_one_with_the_holdout(database: Engine) -> None:
    weights = known(database, TEXT).of("card-declined")[0].weights("everyone")
    assert weights == pytest.approx({"plain": 0.2, "call": 0.6, None: 0.2})
    assert sum(weights.values()) == pytest.approx(1)


def test_without_a_holdout_nobody_is_held_out(database: Engine) -> None:
    found = known(database, TEXT.replace("20%", "0%"))
    assert None not in found.of("card-declined")[0].weights("everyone")
    assert not found.draws("card-declined")


def test_the_first_message_of_any_arm_counts_and_a_call_is_none(database: Engine) -> None:
    (design,) = known(database, TEXT).of("card-declined")
    assert design.first_touch("everyone") == timedelta(hours=3)
    assert design.first_touch("nobody") is None
    assert [step.step for step in design.sequences["call"]] == ["call", "reminder"]


def test_how_it_is_decided_is_what_was_said_first(database: Engine) -> None:
    later = TEXT + "decision: fixed\n"
    found = known(database, TEXT, later)
    assert found.decision("card-declined").rule is Rule.ANYTIME
    newest = found.newest("card-declined")
    assert newest is not None and newest.decision.rule is Rule.FIXED
    assert found.decision("unheard-of").customers == 5_000


def test_a_version_counts_from_its_first_use_on(database: Engine) -> None:
    later = TEXT.replace("20%", "50%")
    assert len(known(database, TEXT, later, hours=9.9).by_version) == 1
    assert [one.holdout for one in known(database, hours=10).of("card-declined")] == [2_000, 5_000]


def test_a_text_that_nobody_can_read_has_no_design(database: Engine) -> None:
    found = known(database, "campaign: [", TEXT)
    assert next(iter(found.by_version.values())) is None
    assert len(found.of("card-declined")) == 1
