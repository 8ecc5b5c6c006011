"""Templates that a campaign names and templates that there are."""

from pathlib import Path

from recovery.campaign.loader import parse_campaign
from recovery.campaign.templates import check_templates
from recovery.message import Channel

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")


def test_templates_are_checked_against_those_there_are() -> None:
    loaded = parse_campaign(SAMPLE, "x.yaml")
    both = {Channel.EMAIL, Channel.SMS}
    there = {"payment-failed": both, "last-call": both, "call-customer": {Channel.TASK}}
    assert check_templates(loaded, there) == []
    fewer = {"payment-failed": {Channel.EMAIL}, "last-cal": both, "call-customer": {Channel.TASK}}
    found = check_templates(loaded, fewer)
    assert [(problem.code, problem.line, problem.column, problem.cure) for problem in found] == [
        ("CR054", 23, 38, "one of: last-cal"),
        ("CR040", 26, 39, "did you mean 'last-cal'?"),
    ]
