"""How a report came about: the same numbers at its last look, and cohorts worked out on paper."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.costs import Costs
from recovery.measure.course import LOOKS, Course, course
from recovery.measure.evidence.cohorts import Cohort, Side, weeks
from recovery.measure.report import report
from tests.support.ledger import T0, Ledger

SEGMENT = ("card-declined", "everyone")


def followed(database: Engine, hours: float, zone: str = "UTC") -> Course:
    with reading(database) as connection:
        return course(connection, Ledger.at(hours), zone)


def enter(ledger: Ledger, day: int, many: int, paid: int, **values: object) -> None:
    """Customers of one day, some of whom pay on the next."""
    for number in range(many):
        at = 24.0 * day
        order = ledger.order(paid=at + 24 if number < paid else None, phone=None)
        ledger.enrolment(order, at=at, **values)


@pytest.fixture
def grown(database: Engine) -> Engine:
    """Three days, each with a sequence and its hold-out."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        for day in range(3):
            enter(ledger, day, many=12, paid=6 + day)
            enter(ledger, day, many=11, paid=4, holdout=True)
    return database


def test_evidence_adds_up_day_by_day(grown: Engine) -> None:
    found = followed(grown, hours=24 * 9)
    ((arm, looks),) = found.looks.items()
    assert arm == (*SEGMENT, "plain", False)
    assert [look.mature for look in looks] == [23, 46, 69]
    assert [look.lift.treated.count for look in looks] == [6, 13, 21]
    assert [look.day for look in looks] == [T0.date() + timedelta(days=7 + n) for n in range(3)]
    assert [look.lift.enough_data for look in looks] == [False, False, True]


def test_the_last_look_is_the_report(grown: Engine) -> None:
    for hours in (24 * 8, 24 * 9, 500):
        with reading(grown) as connection:
            row = report(connection, Ledger.at(hours), Costs()).rows[0]
        (looks,) = followed(grown, hours).looks.values()
        assert looks[-1].lift == row.lift


def test_windows_that_are_open_are_no_evidence_yet(grown: Engine) -> None:
    assert followed(grown, hours=24 * 7 - 0.01).looks == {}


def test_a_long_life_has_as_many_looks_as_a_picture_can_show(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for day in range(LOOKS + 10):
            enter(ledger, day, many=1, paid=0)
            enter(ledger, day, many=1, paid=0, holdout=True)
    (looks,) = followed(database, hours=24 * 300).looks.values()
    assert len(looks) <= LOOKS
    assert looks[-1].mature == 2 * (LOOKS + 10)


def test_a_cohort_is_a_week_by_the_clock_of_the_merchant(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        # T0 is Sunday, 09:00 UTC: 14:30 later it is Monday in Berlin, and still Sunday in London
        enter(ledger, 0, many=3, paid=1)
        ledger.enrolment(ledger.order(paid=40), at=14.5)
    berlin, london = (followed(database, 400, zone) for zone in ("Europe/Berlin", "Europe/London"))
    side = Side(*SEGMENT, holdout=False)
    assert [(one.monday, one.enrolled) for one in berlin.cohorts[side]] == [
        (date(2026, 10, 26), 3),
        (date(2026, 11, 2), 1),
    ]
    assert [one.enrolled for one in london.cohorts[side]] == [4]


def test_the_end_of_a_day_belongs_to_it(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for paid in (1, 24, 24.001, 168, None):
            ledger.enrolment(ledger.order(paid=paid))
    ((cohort,),) = followed(database, 400).cohorts.values()
    assert cohort.days == {1: 2, 2: 1, 7: 1}
    assert (cohort.enrolled, cohort.mature, cohort.converted) == (5, 5, 4)


def test_a_cell_waits_for_the_last_who_entered() -> None:
    cohort = Cohort(date(2026, 11, 2), *(datetime(2026, 11, d, tzinfo=UTC) for d in (2, 9)))
    cohort.enrolled, cohort.days[1], cohort.days[3] = 10, 4, 2
    ripe = datetime(2026, 11, 12, tzinfo=UTC)
    assert [cohort.share(day, ripe) for day in (1, 2, 3, 4)] == [0.4, 0.4, 0.6, None]
    assert cohort.share(3, ripe - timedelta(seconds=1)) is None


def test_weeks_begin_at_midnight_of_both_clocks() -> None:
    found = weeks(datetime(2026, 11, 4, tzinfo=UTC), ZoneInfo("Europe/Berlin"), many=3)
    assert [(str(on), f"{at:%d %H}") for on, at in found] == [
        ("2026-10-19", "18 22"),  # summer time
        ("2026-10-26", "25 23"),
        ("2026-11-02", "01 23"),
        ("2026-11-09", "08 23"),
    ]
