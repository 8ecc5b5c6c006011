"""How a file stands to what is live, and what becomes of those who are on the way."""

from datetime import timedelta

import pytest

from recovery.forecast.outlook import CampaignPlan, Fate
from recovery.foresight import foresee
from tests.support.campaigns import a_campaign
from tests.support.house import House

STEPS = (
    "{step: first, after: 0m, email: unpaid-reminder}",
    "{step: second, after: 2d, email: unpaid-reminder}",
)
LIVE = a_campaign("spring", sequences={"plain": STEPS})


@pytest.fixture
def spring(house: House) -> House:
    """Three orders on the way: the first step is sent, the second planned."""
    house.has(LIVE)
    house.orders(3, email_consent="marketing")
    house.run()
    house.clock.advance(timedelta(hours=1))
    return house


def plan_of(house: House, name: str = "spring") -> CampaignPlan:
    (found,) = (one for one in foresee(house.engine).campaigns if one.name == name)
    return found


def fates(house: House) -> list[tuple[str | None, int, int, Fate]]:
    return [
        (one.group.step, one.group.orders, one.group.touches, one.fate)
        for one in plan_of(house).flying
    ]


def test_an_untouched_file_goes_on(spring: House) -> None:
    assert plan_of(spring).state == "unchanged"
    assert fates(spring) == [("second", 3, 3, Fate.AS_PLANNED)]


@pytest.mark.parametrize(
    ("old", "new", "fate"),
    [
        ("after: 2d", "after: 1d", Fate.FOLLOWS),
        ("second, after: 2d, email: unpaid-reminder", "second, after: 2d, email: last-call",
         Fate.FOLLOWS),
        ("step: second", "step: other", Fate.STAYS),
        ("after: 2d, email: unpaid-reminder", "after: 2d, sms: unpaid-reminder", Fate.STAYS),
        ("holdout: 0%", "holdout: 10%", Fate.AS_PLANNED),
    ],
)  # fmt: skip
def test_a_change_follows_or_stays(spring: House, old: str, new: str, fate: Fate) -> None:
    assert old in LIVE
    spring.has(LIVE.replace(old, new))
    found = plan_of(spring)
    assert found.state == "changed"
    assert found.changes
    assert fates(spring) == [("second", 3, 3, fate)]


def test_a_new_time_shows_in_the_days(spring: House) -> None:
    before = [sum(one.campaigns.get("spring", {}).values()) for one in foresee(spring.engine).days]
    spring.has(LIVE.replace("after: 2d", "after: 5d"))
    after = [sum(one.campaigns.get("spring", {}).values()) for one in foresee(spring.engine).days]
    assert (before[2], after[2], after[5]) == (3, 0, 3)


def test_what_is_held_says_why(spring: House) -> None:
    spring.has(LIVE.replace("status: active", "status: paused"))
    found = plan_of(spring)
    assert found.held == "paused"
    assert [(one.fate, one.held) for one in found.flying] == [(Fate.HELD, "paused")]


def test_a_file_that_is_gone_lets_them_finish(spring: House) -> None:
    (spring.folder / "spring.yaml").unlink()
    found = plan_of(spring)
    assert (found.state, found.held, found.file) == ("gone", "gone", None)
    assert fates(spring) == [("second", 3, 3, Fate.STAYS)]


def test_a_file_that_turned_bad_goes_on_with_what_was_good(spring: House) -> None:
    (spring.folder / "spring.yaml").write_text("campaign: spring\nstatus: activ\n", "utf-8")
    assert plan_of(spring).state == "kept"
    assert fates(spring) == [("second", 3, 3, Fate.AS_PLANNED)]


def test_a_campaign_that_was_never_live_is_new(house: House) -> None:
    house.has(LIVE)
    house.orders(2)
    found = plan_of(house)
    assert (found.state, found.entering, found.flying) == ("new", 2, [])
    assert found.changes == []


def test_who_got_everything_waits_for_the_end(spring: House) -> None:
    spring.clock.advance(timedelta(days=3))
    spring.run()
    assert fates(spring) == [(None, 3, 0, Fate.NOTHING)]
