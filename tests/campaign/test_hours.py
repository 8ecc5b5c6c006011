"""Quiet hours that were turned around are told; a siesta and a short night are a shop's own."""

import pytest

from recovery.campaign.parsing import check_defaults, read_campaign
from recovery.problems import Severity
from tests.support.campaigns import a_campaign


@pytest.mark.parametrize(
    ("quiet", "wanted"),
    [
        ("08:00-21:00", "21:00-08:00"),
        ("09:00-18:00", "18:00-09:00"),
        ("04:00-24:00", "00:00-04:00"),
        ("21:00-08:00", None),
        ("22:00-12:30", None),
        ("12:00-14:00", None),
        ("00:00-08:00", None),
        ("20:00-18:00", None),
    ],
)
def test_quiet_by_day(quiet: str, wanted: str | None) -> None:
    text = a_campaign(limits=f"{{quiet: {quiet}}}")
    for found in (
        read_campaign(text, "x.yaml").problems,
        check_defaults(f"limits: {{quiet: {quiet}}}\n", "defaults.yaml"),
    ):
        assert [(one.code, one.fix and one.fix.shown) for one in found] == (
            [("CR074", wanted)] if wanted else []
        )
        assert all(one.severity is Severity.WARNING for one in found)


def test_what_is_no_time_is_told_once() -> None:
    (one,) = read_campaign(a_campaign(limits="{quiet: 8-21}"), "x.yaml").problems
    assert one.code == "CR036"
