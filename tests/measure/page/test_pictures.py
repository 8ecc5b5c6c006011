"""Every picture stands where its numbers say, and has them as a table beside it."""

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from recovery.measure.course import NEVER
from recovery.measure.evidence.credit import Rule
from recovery.measure.page import page
from recovery.measure.page.caused import causes
from recovery.measure.page.cohorts import cohort_map
from recovery.measure.page.curves import curves, grown
from recovery.measure.page.falls import OPEN, elsewhere, falls
from recovery.measure.page.stages import stages
from recovery.measure.page.views import SegmentView
from recovery.measure.report import Row
from recovery.measure.stats import Interval, Proportion
from tests.measure.page.test_page import text_of
from tests.support import reported

ROWS = reported.segment({"plain": (330, 900)}, (180, 900))


def view(rows: list[Row] = ROWS) -> SegmentView:
    return SegmentView(1, tuple(rows), reported.NOW, reported.course(rows))


def picture(html: str, label: str) -> ElementTree.Element:
    (found,) = [p for p in re.findall(r"<svg.*?</svg>", html, re.S) if f'aria-label="{label}' in p]
    return ElementTree.fromstring(found)  # noqa: S314


def test_a_rate_stands_at_its_share_and_the_hold_out_is_a_line() -> None:
    svg = picture(page(reported.report(ROWS)), "plain: 36.7%")
    (dot,) = svg.iter("circle")
    assert dot.get("cx") == "91.67%"  # 36.7 of 40
    (control,) = (one for one in svg.iter("line") if one.get("class") == "control-line")
    assert control.get("x1") == "50.00%"  # 20 of 40


def test_what_was_caused_stands_beside_what_was_credited() -> None:
    told = causes(ROWS[0])
    assert told.caused is not None
    assert (round(told.caused.count), told.caused.whole) == (150, 330)  # 16.7 % of 900
    assert told.caused.organic == (told.caused.count, 330.0)
    assert [one.key for one in told.credited] == [rule.value for rule in Rule]
    assert told.credited[0].count == 165
    svg = picture(page(reported.report(ROWS)), "Caused: +150")
    caused, organic, _ = svg.iter("rect")
    assert caused.get("width") == "37.50%"  # 150 of 400
    assert (organic.get("x"), organic.get("width")) == ("37.50%", "45.00%")


def test_harm_is_drawn_to_the_left() -> None:
    (row, _) = reported.segment({"plain": (200, 1500)}, (300, 1500))
    told = causes(row)
    assert told.caused is not None
    assert told.caused.count == pytest.approx(-100)
    assert told.caused.organic == (0.0, 200.0)
    assert told.axis.low < -100


def test_a_curve_ends_where_the_rate_is_and_counts_who_is_left() -> None:
    told = curves(view())
    assert told is not None
    plain, control = told.lines
    assert plain.end.share == pytest.approx(330 / 900)
    assert control.end.share == pytest.approx(0.2)
    assert told.x.ticks == [0, 48, 96, 144]
    assert plain.risk[0] == 900
    assert plain.risk[-1] == 570
    assert plain.path.startswith("0.00,100.00")
    assert plain.path.endswith(f"100.00,{100 - told.y.place(330 / 900):.2f}")


def test_touches_are_marked_where_they_are_due() -> None:
    stage = reported.stage("nudge", 42, *reported.two(10, 90, 1, 90))
    rows = [replace(ROWS[0], stages=(stage,)), ROWS[1]]
    told = curves(view(rows))
    assert told is not None
    assert told.lines[0].touches == (("nudge", 42.0),)
    assert 'cx="25.00%"' in page(reported.report(rows))  # 42 of 168 hours


def test_the_lift_narrows_against_who_has_matured() -> None:
    told = grown(view(), ROWS[0])
    assert told is not None
    first, last = told.points[0], told.points[-1]
    assert last.mature == 1800
    assert last.lift.interval == ROWS[0].lift.interval
    assert _width(first.lift.interval) > 2 * _width(last.lift.interval)
    assert told.collecting == first.mature > 0
    assert told.shows_plan  # 5,000 is less than three times as far
    assert grown(SegmentView(1, tuple(ROWS), reported.NOW, NEVER), ROWS[0]) is None


def _width(interval: Interval | None) -> float:
    assert interval is not None
    return interval.high - interval.low


def test_money_falls_to_the_cent() -> None:
    cash = reported.purse("EUR", organic=40_000)
    (fall,) = falls(replace(ROWS[0], cash=(cash,)), alone=False)
    assert [(drop.key, drop.amount) for drop in fall.drops] == [
        ("list", 100_000),
        ("discount", -2_000),
        ("subsidy", -1_000),
        ("refunds", -2_500),
        ("leaked", -10),
        ("messages", -100),
        ("net", 94_390),
        ("organic", -40_000),
        ("incremental", 54_390),
    ]
    assert sum(d.amount for d in fall.drops if not d.is_sum) == 54_390 - 100_000
    assert fall.drops[-1].end == cash.incremental
    assert not fall.settled  # no interval
    assert replace(fall, cash=replace(cash, interval=Interval(1, 2))).settled
    assert not replace(fall, cash=replace(cash, interval=Interval(-1, 2))).settled


def test_alone_there_is_no_money_that_was_earned() -> None:
    cash = reported.purse("EUR", organic=40_000)
    (fall,) = falls(replace(ROWS[0], cash=(cash,)), alone=True)
    assert [drop.key for drop in fall.drops][-1] == "net"


def test_each_currency_falls_by_itself() -> None:
    cash = tuple(reported.purse(one, organic=4_000) for one in ("EUR", "JPY", "USD", "BRL"))
    html = page(reported.report([replace(ROWS[0], cash=cash), ROWS[1]]))
    text = text_of(html)
    assert "¥100,000" in text
    assert "R$1,000.00" in text
    assert f"Other currencies ({len(cash) - OPEN})" in text
    assert html.count('class="fall"') == 4


def test_messages_billed_in_another_currency_are_not_forgotten() -> None:
    bill = reported.purse("USD", sold=2_000)
    euros = reported.purse("EUR")
    (row, _) = reported.segment({"plain": (330, 900)}, (180, 900), cash=[euros, bill])
    assert elsewhere(row) == []
    (billed,) = elsewhere(replace(row, cash=(euros,)))
    assert str(billed) == "0.02"


def test_stages_show_the_hold_out_over_the_same_hours() -> None:
    stage = reported.stage("nudge", 20, *reported.two(60, 660, 8, 160))
    row = replace(ROWS[0], stages=(stage,))
    told = stages(row, alone=False)
    assert told is not None
    (step,) = told.steps
    assert step.levels == [("planned", 660), ("sent", 495), ("delivered", 330), ("clicked", 66)]
    assert [(side, seen.rate) for side, seen, _ in step.sides] == [
        ("treated", 60 / 660),
        ("control", 0.05),
    ]
    apart = stages(row, alone=True)
    assert apart is not None
    assert len(apart.steps[0].sides) == 1
    text = text_of(page(reported.report([row, ROWS[1]])))
    assert "no longer alike by lot" in text


def test_a_step_that_nobody_reached_has_no_rate() -> None:
    stage = reported.stage("late", 90, Proportion(0, 0), Proportion(0, 0))
    text = text_of(page(reported.report([replace(ROWS[0], stages=(stage,)), ROWS[1]])))
    assert "Nobody's window is over yet." in text


def test_young_cells_are_hatched_and_have_no_number() -> None:
    told = cohort_map(view())
    assert told is not None
    assert told.days == (1, 2, 3, 4, 5, 6, 7)
    assert [[cell.share for cell in cells] for _, cells in told.rows] == [
        [0.2, 0.28, 0.3, 0.3, 0.3, 0.3, 0.3],
        [0.2, 0.28, 0.3, 0.3, 0.3, 0.3, 0.3],
        [0.2, 0.28, 0.3, 0.3, 0.3, 0.3, None],  # its last day ends at midnight
        [None] * 7,  # the week is not over
    ]
    html = page(reported.report(ROWS), "en", reported.course(ROWS))
    assert html.count('class="young"') == 8
    assert "Weeks begin on Monday in Europe/Berlin" in text_of(html)


def test_a_long_window_has_no_more_columns_than_a_telephone_can_show() -> None:
    told = cohort_map(view([replace(row, window=timedelta(days=30)) for row in ROWS]))
    assert told is not None
    assert told.days == (3, 6, 9, 12, 15, 18, 21, 24, 27, 30)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_every_figure_has_its_numbers_as_a_table(lang: str) -> None:
    stage = reported.stage("nudge", 20, *reported.two(60, 660, 8, 160))
    cash = [reported.purse("EUR", organic=40_000)]
    told = {"a": (330, 900), "b": (300, 900)}
    rows = reported.segment(told, (180, 900), cash=cash, stages=[stage])
    html = page(reported.report(rows), lang, reported.course(rows))
    figures = re.findall(r'<figure class="([\w ]+)">(.*?)</figure>', html, re.S)
    kinds = {kind.split()[-1] for kind, _ in figures}
    assert kinds == {
        *("causes", "rates", "curve", "forest", "growth", "money", "steps", "weeks", "health")
    }
    for kind, figure in figures:
        assert "<table" in figure or kind == "wide health"
        assert "<b>" in figure.partition("</figcaption>")[0]


def test_what_is_not_settled_is_hollow() -> None:
    (row, held) = reported.segment({"plain": (190, 900)}, (180, 900))
    bar, *_ = picture(page(reported.report([row, held])), "Caused: +10").iter("rect")
    assert bar.get("class") == "open"
    settled, *_ = picture(page(reported.report(ROWS)), "Caused: +150").iter("rect")
    assert settled.get("class") == "caused"
