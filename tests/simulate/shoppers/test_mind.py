"""What a message does to its readers: as large as the scenario says, and only to whom it says."""

from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from recovery.facts import OrderSnapshot, OrderStatus
from recovery.message import Channel
from recovery.money import Money
from recovery.simulate.chance import Chance
from recovery.simulate.people import newcomer
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.scenarios.schema import Scenario, Stretch
from recovery.simulate.shoppers.lapse import Lapse, Temper
from recovery.simulate.shoppers.mind import Reaction, Told, called, reaction, read_at

BEGUN = datetime(2026, 10, 10, 15, tzinfo=UTC)  # a Saturday: nobody is at work
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANY = 3_000
BASE = find_scenario("base")
EMAIL = BASE.messages[Channel.EMAIL]


def world(wins: float, **replies: object) -> Scenario:
    """`wins` at any time, and everybody alike."""
    email = EMAIL.model_copy(update={"moves": [Stretch(until=DAY, wins=wins)], "then": wins})
    people = BASE.people.model_copy(update={"responsive": 0.0, "thrifty": 0.0})
    return BASE.model_copy(
        update={
            "messages": {**BASE.messages, Channel.EMAIL: email},
            "people": people,
            "replies": BASE.replies.model_copy(update={"dear": 0.0, "hurry": 0.0, **replies}),
        }
    )


@cache
def lapses(name: str = "comparing", pays: float = 0.0) -> tuple[Lapse, ...]:
    """Orders left for one cause; of whom `pays` come back by themselves."""
    scenario = world(0.0)
    cause = BASE.causes[name].model_copy(update={"pays": pays, "hears": 1.0, "wants": 1.0})
    found = []
    for number in range(MANY):
        chance = Chance("test", number)
        person = newcomer("US", number, chance, scenario.people)
        order = OrderSnapshot(
            *("shop", str(number), OrderStatus.PENDING, BEGUN, BEGUN),
            *(Money(10_000, "USD"), "US", person.email, None),
        )
        temper = Temper.of(chance, scenario.people)
        found.append(Lapse(order, person, temper, name, cause, BEGUN, chance))
    return tuple(found)


def reactions(scenario: Scenario, told: Told, after: timedelta = 6 * HOUR) -> list[Reaction]:
    return [reaction(one, told, BEGUN + after, scenario) for one in lapses()]


def won(scenario: Scenario, told: Told, after: timedelta = 6 * HOUR) -> float:
    return fmean(one.pays_at is not None for one in reactions(scenario, told, after))


def near(share: float) -> object:
    return pytest.approx(share, abs=4 * (0.25 / MANY) ** 0.5)


def test_a_message_wins_the_share_that_the_scenario_says() -> None:
    first = Told(Channel.EMAIL, 1)
    assert won(world(0.3), first) == near(0.3)
    assert won(world(0.0), first) == 0


def test_each_further_message_tires() -> None:
    assert won(world(0.4, tired=0.5), Told(Channel.EMAIL, 3, since=DAY)) == near(0.1)


def test_a_message_on_the_heels_of_another_does_less_and_annoys_more() -> None:
    scenario, hasty = world(0.4), Told(Channel.EMAIL, 2, since=HOUR)
    patient = Told(Channel.EMAIL, 2, since=DAY)
    soon = scenario.replies.soon
    assert won(scenario, hasty) == near(won(scenario, patient) * soon.does)

    def leave(told: Told) -> float:
        return fmean(one.opts_out for one in reactions(world(0.0), told))

    assert leave(hasty) == pytest.approx(leave(patient) * soon.annoys, rel=0.5)
    assert leave(hasty) > leave(patient)


def test_an_offer_wins_more_the_more_it_is_worth_and_again_hardly() -> None:
    scenario = world(0.0, tired=0.5)
    scenario = scenario.model_copy(
        update={"offers": scenario.offers.model_copy(update={"wins": 0.1})}
    )

    def told(worth: float, offers: int = 0) -> Told:
        return Told(Channel.EMAIL, 1, worth=worth, kind="percent", offers=offers)

    assert won(scenario, told(0.1)) == near(0.1)
    assert won(scenario, told(0.3)) == near(0.3)
    assert won(scenario, told(0.3, offers=1)) == near(0.15)


def test_who_would_pay_anyway_is_lost_or_hurried_never_won() -> None:
    sure = [one for one in lapses(pays=1.0) if one.pays_at and one.pays_at > BEGUN + DAY]
    assert len(sure) > MANY / 4
    told, at = Told(Channel.EMAIL, 1), BEGUN + 6 * HOUR
    lost = [reaction(one, told, at, world(-0.2)) for one in sure]
    assert fmean(one.lost for one in lost) == pytest.approx(0.2, abs=0.04)
    assert not any(one.pays_at for one in lost)
    hurried = [reaction(one, told, at, world(0.9, hurry=0.5)) for one in sure]
    assert fmean(one.pays_at is not None for one in hurried) == pytest.approx(0.5, abs=0.05)
    assert not any(one.lost for one in hurried)


def test_a_message_that_puts_off_wins_nobody() -> None:
    assert not any(
        one.lost or one.pays_at for one in reactions(world(-0.5), Told(Channel.EMAIL, 1))
    )


def test_before_the_money_is_there_hardly_anybody_is_moved() -> None:
    scenario, told = world(0.4), Told(Channel.EMAIL, 1)
    funds = BASE.causes["funds"]
    early = [reaction(one, told, BEGUN + 6 * HOUR, scenario) for one in lapses("funds")]
    late = [reaction(one, told, BEGUN + funds.ripe + HOUR, scenario) for one in lapses("funds")]
    assert fmean(one.pays_at is not None for one in early) == near(0.4 * funds.unripe)
    assert fmean(one.pays_at is not None for one in late) == near(0.4)


def test_nobody_reads_at_night() -> None:
    read = [read_at(one, Channel.EMAIL, 1, BEGUN + 9 * HOUR, EMAIL) for one in lapses()]
    assert fmean(at is not None for at in read) == near(EMAIL.read)
    for one, at in zip(lapses(), read, strict=True):
        if at is not None:
            assert at > BEGUN + 9 * HOUR
            assert 7 <= at.astimezone(ZoneInfo(one.person.timezone)).hour < 23


def test_a_call_wins_some_of_those_it_reaches() -> None:
    calls = [called(one, BEGUN + DAY, BASE) for one in lapses()]
    staff = BASE.staff
    assert fmean(reached for reached, _ in calls) == near(staff.reached)
    assert fmean(at is not None for _, at in calls) == near(staff.reached * staff.wins)
    assert all(reached for reached, at in calls if at is not None)


def test_the_same_shopper_does_the_same_again() -> None:
    told = Told(Channel.EMAIL, 2, worth=0.1, kind="percent")
    assert reactions(world(0.3), told) == reactions(world(0.3), told)
