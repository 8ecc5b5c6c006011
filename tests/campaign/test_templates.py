"""Templates that a campaign names and templates that there are."""

from pathlib import Path

from recovery.campaign.parsing import read_campaign
from recovery.message import Channel
from recovery.problems import Severity

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")


def test_templates_are_checked_against_those_there_are() -> None:
    both = {Channel.EMAIL, Channel.SMS}
    there = {"payment-failed": both, "last-call": both, "call-customer": {Channel.TASK}}
    assert read_campaign(SAMPLE, "x.yaml", spoken=there).problems == ()
    fewer = {"payment-failed": {Channel.EMAIL}, "last-cal": both, "call-customer": {Channel.TASK}}
    found = read_campaign(SAMPLE, "x.yaml", spoken=fewer).problems
    assert [(problem.code, problem.line, problem.column, problem.cure) for problem in found] == [
        ("CR054", 23, 38, "one of: last-cal"),
        ("CR040", 26, 39, "did you mean 'last-cal'?"),
    ]


def test_a_template_that_nobody_can_read_is_a_warning() -> None:
    both = {Channel.EMAIL, Channel.SMS}
    there = {"payment-failed": None, "last-call": both, "call-customer": {Channel.TASK}}
    reading = read_campaign(SAMPLE, "x.yaml", spoken=there)
    assert reading.loaded is not None
    assert [(one.code, one.severity, one.line) for one in reading.problems] == [
        ("CR055", Severity.WARNING, line) for line in (22, 23, 25, 28)
    ]
