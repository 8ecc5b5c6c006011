"""What a try says of a sequence: the report's lift where it has one, beside the truth."""

from typing import Any

import pytest

from recovery.simulate.lab.telling import beside

LIFT = {"absolute": 0.193, "ci95": [-0.012, 0.397]}


def row(verdict: str) -> dict[str, Any]:
    return {"lift": {**LIFT, "verdict": verdict}, "truth": {"lift": 0.144}}


def test_a_lift_that_the_report_gives_stands_beside_the_truth() -> None:
    said = "; lift as reported +19.3 of every 100 customers (-1.2 to +39.7); in truth +14.4"
    assert beside(row("inconclusive")) == said


@pytest.mark.parametrize("verdict", ["collecting", "undrawn", "srm_fail"])
def test_a_lift_that_the_report_keeps_is_kept_here(verdict: str) -> None:
    assert beside(row(verdict)) == "; no lift can be told from it yet; in truth +14.4"
