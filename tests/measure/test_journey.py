"""How orders come back over time, and what each stage adds."""

from collections import Counter
from random import Random

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.evidence.tallies import Curve
from recovery.measure.journey import HOUR, counted, recovery
from recovery.measure.report import report
from tests.support.ledger import Ledger
from tests.support.twenty_one import AS_OF, COSTS, twenty_one


def a_curve(paid: dict[float, int], waiting: dict[float, int]) -> Curve:
    """Hours → people."""

    def minutes(hours: dict[float, int]) -> tuple[Counter[int], Counter[int]]:
        people = Counter({int(h * 60): n for h, n in hours.items()})
        return people, Counter({int(h * 60): int(h * HOUR) * n for h, n in hours.items()})

    return Curve(
        *(part for pair in zip(minutes(paid), minutes(waiting), strict=True) for part in pair)
    )


def test_who_is_still_open_counts_for_as_long_as_watched() -> None:
    found = recovery(a_curve({10: 1}, {5: 1, 168: 1}), 168)
    assert found is not None
    shares = {point.hours: (point.share, point.at_risk) for point in found.points}
    assert shares == {
        1: (0, 3),
        6: (0, 2),
        24: (0.5, 1),
        48: (0.5, 1),
        72: (0.5, 1),
        168: (0.5, 1),
    }
    assert found.unpaid_hours == pytest.approx(10 + 0.5 * 158)


def test_a_cancelled_order_stays_at_risk_to_the_end() -> None:
    """Two of four paid: a half, whatever the shop did to the others."""
    found = recovery(a_curve({1: 1, 100: 1}, {168: 2}), 168)
    assert found is not None
    assert found.points[-1].share == pytest.approx(0.5)


def test_marks_end_at_the_horizon_or_are_even() -> None:
    curve = a_curve({1: 1}, {48: 1})
    assert [point.hours for point in recovery(curve, 48).points] == [1, 6, 24, 48]
    assert [point.hours for point in recovery(curve, 48, steps=4).points] == [12, 24, 36, 48]


def test_nobody_has_no_curve() -> None:
    assert recovery(Curve(), 168) is None
    assert counted(Curve()) == {}


def test_payments_and_last_looks_at_one_instant_are_one_point() -> None:
    assert counted(a_curve({2: 3}, {2: 4})) == {2.0: (3, 4)}


def test_each_stage_against_the_holdout_over_the_same_hours(database: Engine) -> None:
    with writing(database) as connection:
        twenty_one().write(connection)
    with reading(database) as connection:
        treated, held = report(connection, Ledger.at(AS_OF), COSTS).rows
    assert [(s.step, s.treated.count, s.treated.total) for s in treated.stages] == [
        ("first", 3, 9),
        ("second", 1, 6),
        ("third", 2, 5),
    ]
    assert [(s.control.count, s.control.total) for s in treated.stages] == [(1, 6), (1, 5), (0, 4)]
    assert held.stages == ()


MINUTE = HOUR // 60


def _counted(lives: list[tuple[int, bool]]) -> Curve:
    """Microseconds and whether they paid, as the database counts them: by the minute."""
    curve = Curve()
    for span, paid in lives:
        if paid:
            curve.paid[-(-span // MINUTE)] += 1
            curve.paid_spans[-(-span // MINUTE)] += span
        else:
            curve.waiting[span // MINUTE] += 1
            curve.waiting_spans[span // MINUTE] += span
    return curve


@pytest.mark.parametrize(("grain", "longest"), [(MINUTE, 180), (20 * MINUTE, 9)])
def test_ties_are_broken_as_lifelines_breaks_them(grain: int, longest: int) -> None:
    """Who paid at an instant was at risk at it, as were those last looked at then."""
    lifelines = pytest.importorskip("lifelines", reason="pip install -e '.[oracles]'")
    lot = Random(8)  # noqa: S311
    for people in (5, 50, 400):
        lives = [(lot.randint(0, longest) * grain, lot.random() < 0.5) for _ in range(people)]
        hours, paid = [span / HOUR for span, _ in lives], [paid for _, paid in lives]
        theirs = lifelines.KaplanMeierFitter().fit(hours, paid)
        found = recovery(_counted(lives), 3, steps=9)
        assert found is not None
        for point in found.points:
            assert point.share == pytest.approx(1 - float(theirs.predict(point.hours)), abs=1e-12)
            table = theirs.event_table
            rest = table[table.index >= point.hours - 1e-12]
            assert point.at_risk == (int(rest.at_risk.iloc[0]) if len(rest) else 0)
