"""What may be shown, and what not: every verdict has its own page."""

import re
from dataclasses import replace

import pytest

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.course import NEVER
from recovery.measure.judging import Health, Verdict
from recovery.measure.page import page
from recovery.measure.page.views import campaigns, lift_is_shown
from recovery.measure.report import Row
from tests.measure.page.test_page import text_of
from tests.support import reported

BROKEN = Health(srm_p=1e-9, held_out=900)
REACHED = Health(srm_p=0.4, contaminated=40, held_out=900)
LATER = Decision(rule=Rule.FIXED, customers=8_000)
NOW = Decision(rule=Rule.FIXED, customers=1_500)
TOLD = {"plain": (330, 900)}


def shown(rows: list[Row], lang: str = "en") -> str:
    return page(reported.report(rows), lang, reported.course(rows))


@pytest.mark.parametrize(
    ("verdict", "rows", "words"),
    [
        (Verdict.LIFT, reported.segment(TOLD, (180, 900)), "Brings back 16.7 more"),
        (Verdict.HARM, reported.segment({"plain": (200, 1500)}, (300, 1500)), "6.7 fewer"),
        (Verdict.INCONCLUSIVE, reported.segment({"plain": (190, 900)}, (180, 900)), "not settled"),
        (Verdict.COLLECTING, reported.segment({"plain": (6, 40)}, (2, 9), young=55), "55 still"),
        (
            Verdict.COLLECTING,
            reported.segment(TOLD, (180, 900), decision=LATER),
            "1,800 of 8,000 planned customers",
        ),
        (Verdict.FINAL, reported.segment(TOLD, (180, 900), decision=NOW), "Decided"),
        (Verdict.SRM_FAIL, reported.segment(TOLD, (180, 900), health=BROKEN), "get lost from one"),
        (Verdict.CONTAMINATED, reported.segment(TOLD, (180, 900), health=REACHED), "More than 1 %"),
        (Verdict.UNKNOWN, reported.segment(TOLD, None, draws=False), "Without a hold-out"),
        (Verdict.UNDRAWN, reported.segment(TOLD, None), "is not known yet"),
    ],
)
def test_every_verdict_is_said_in_words(verdict: Verdict, rows: list[Row], words: str) -> None:
    assert rows[0].verdict is verdict
    assert words in text_of(shown(rows))
    assert len(shown(rows, "zh-CN")) > 10_000


@pytest.mark.parametrize("health", [BROKEN, REACHED])
def test_beside_an_alarm_no_lift_is_told_nor_can_it_be_worked_out(health: Health) -> None:
    cash = [reported.purse("EUR", organic=40_000)]
    stages = [reported.stage("reminder", 0, *reported.two(240, 900, 40, 200))]
    rows = reported.segment(TOLD, (180, 900), health=health, cash=cash, stages=stages)
    text = text_of(shown(rows))
    numbers, _, _ = text.partition("All numbers in one table")
    for secret in ("16.7", "+150", "would have paid anyway:", "Earned by the messages €"):
        assert secret not in numbers
    assert "20.0%" not in numbers  # the hold-out's rate
    assert "Not shown: the comparison can't be trusted." in text
    assert 'role="alert"' in shown(rows)


def test_a_fixed_experiment_tells_no_lift_before_its_day() -> None:
    text = text_of(shown(reported.segment(TOLD, (180, 900), decision=LATER)))
    assert "16.7" not in text
    assert "How sure are we by now?" not in text


def test_the_smallest_visible_difference_is_always_told() -> None:
    for rows in (
        reported.segment(TOLD, (180, 900)),
        reported.segment({"plain": (6, 40)}, (2, 9), young=55),
        reported.segment(TOLD, (180, 900), decision=LATER),
    ):
        lift = rows[0].lift
        assert lift is not None
        assert lift.smallest is not None
        size = lift.smallest.mde_abs
        assert (size is None) == (rows[0].people.mature < 100)
        told = (
            "no difference could be seen, however large"
            if size is None
            else f"only a difference of {size * 100:.1f} or more of every 100"
        )
        assert told in text_of(shown(rows))


def test_the_best_of_several_is_said_to_have_been_chosen() -> None:
    three = reported.segment({"a": (250, 900), "b": (330, 900), "c": (260, 900)}, (180, 900))
    assert "b is the best of several" in text_of(shown(three))
    assert "best of several" not in text_of(shown(three[1:2] + three[3:]))


def test_a_sequence_keeps_its_colour_in_every_picture() -> None:
    rows = reported.segment(dict.fromkeys("abcde", (250, 900)), (180, 900))
    ((campaign,),) = (campaigns(reported.report(rows), NEVER),)
    (view,) = campaign.segments
    assert [view.colour(row) for row in rows] == [
        *("arm-0", "arm-1", "arm-2", "arm-3"),
        "arm-0",
        "control",
    ]


def test_links_lead_to_the_segment_they_name() -> None:
    found = reported.report(
        reported.segment(TOLD, (180, 900), segment="one"),
        reported.segment(TOLD, (180, 900), segment="two"),
        reported.segment(TOLD, (180, 900), segment="one", campaign="other"),
    )
    html = page(found)
    links = re.findall(r'href="#(segment-\d)"', html)
    assert links == ["segment-1", "segment-2", "segment-3"]
    assert re.findall(r'<article id="(segment-\d)"><h3>(\w+)', html) == [
        ("segment-1", "one"),
        ("segment-2", "two"),
        ("segment-3", "one"),
    ]


def test_a_lift_without_a_number_is_not_shown() -> None:
    (row, _) = reported.segment(TOLD, (180, 900))
    assert lift_is_shown(row)
    assert not lift_is_shown(replace(row, lift=None))
    assert not lift_is_shown(replace(row, verdict=Verdict.COLLECTING))
