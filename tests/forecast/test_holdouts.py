"""What the hold-outs can show: their size, their pace, the rate they are compared with."""

from datetime import timedelta

import pytest

from recovery.campaign.schema import Campaign
from recovery.db import reading
from recovery.forecast.holdouts import ASSUMED, promises, weekly_entries
from recovery.forecast.power import needed, smallest_lift
from recovery.measure.counts import Counts
from recovery.measure.evidence.units import Arm
from tests.support.campaigns import a_campaign, loaded
from tests.support.house import House

TWO = a_campaign(
    holdout="20%",
    segments=("{segment: all, sequence: {plain: 75%, other: 25%}}",),
    sequences={
        name: ["{step: one, after: 0m, email: unpaid-reminder}"] for name in ("plain", "other")
    },
)
PLACE = ("winback", "all")


def campaign(text: str = TWO) -> Campaign:
    return loaded(text)[0].campaign


def test_shares_and_weeks() -> None:
    plain, other = promises([campaign()], {PLACE: (100, 22)}, {PLACE: 50.0}, {})
    assert (plain.sequence_share, other.sequence_share) == pytest.approx((0.6, 0.2))
    assert (plain.holdout_share, plain.holdout_now, plain.holdout_weekly) == (0.2, 22, 10.0)
    assert (plain.baseline, plain.baseline_from) == (ASSUMED, "assumed")
    assert plain.smallest[4] == pytest.approx(smallest_lift(ASSUMED, 180, 60))
    wanted = needed(ASSUMED, 0.02, 0.6, 0.2)
    assert wanted is not None
    assert plain.weeks_for_target == -int(-(wanted - 100) // 50)


def test_a_measured_hold_out_says_what_is_paid_anyway() -> None:
    mature = Counts(enrolled=100, mature=80, recovered=20)
    young = Counts(enrolled=100, mature=8, recovered=4)
    mine, elsewhere = Arm(*PLACE, None, True), Arm("winback", "rest", None, True)
    ((plain, _), (again, _)) = (
        promises([campaign()], {}, {}, measured)
        for measured in ({mine: mature}, {mine: young, elsewhere: mature})
    )
    assert (plain.baseline, plain.baseline_from) == (0.25, "holdout")
    assert (again.baseline, again.baseline_from) == (pytest.approx(24 / 88), "campaign")


def test_without_a_hold_out_nothing_can_be_shown() -> None:
    (plain, _) = promises([campaign(TWO.replace("20%", "0%"))], {PLACE: (900, 0)}, {}, {})
    assert plain.smallest == {4: None, 8: None, 12: None}
    assert plain.weeks_for_target is None


def test_the_pace_is_that_of_four_weeks(house: House) -> None:
    house.has(TWO)
    house.orders(10)
    house.run()
    house.clock.advance(timedelta(days=20))
    house.orders(6)
    house.run()
    house.clock.advance(timedelta(days=10))
    with reading(house.engine.database) as connection:
        found = weekly_entries(connection, house.now)
    assert found == {PLACE: pytest.approx(6 / (10 / 7))}
