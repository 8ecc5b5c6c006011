"""A decision rule needs something to decide."""

import pytest

from tests.meaning.test_meaning import codes
from tests.support.campaigns import a_campaign

REMINDER = "{step: reminder, after: 0m, email: payment-failed}"
TWO = {
    "segments": ("{segment: all, sequence: {plain: 50%, other: 50%}}",),
    "sequences": {"plain": (REMINDER,), "other": (REMINDER,)},
}
TRIED = "{step: first, after: 0m, email: payment-failed, variants: {calm: 50%, urgent: 50%}}"


def test_a_fixed_decision_without_a_comparison_decides_nothing() -> None:
    assert codes(a_campaign() + "decision: fixed\n") == ["CR072"]
    assert codes(a_campaign() + "decision: {rule: fixed, customers: 800}\n") == ["CR072"]


@pytest.mark.parametrize(
    "campaign",
    [
        a_campaign(holdout="10%"),
        a_campaign(**TWO),  # type: ignore[arg-type]
        a_campaign(sequences={"plain": (TRIED,)}),
    ],
    ids=["hold-out", "sequences", "variants"],
)
def test_what_compares_may_be_decided(campaign: str) -> None:
    assert "CR072" not in codes(campaign + "decision: fixed\n")


def test_nothing_is_said_where_no_verdict_waits() -> None:
    assert codes(a_campaign() + "decision: anytime\n") == []
