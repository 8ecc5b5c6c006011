"""Made-up customers: the same for the same chance, and nobody is reached by accident."""

import phonenumbers
import pytest

from recovery.facts import Consent
from recovery.simulate.chance import Chance
from recovery.simulate.people import Person, markets, newcomer
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.scenarios.schema import Crowd

CROWD = find_scenario("base").people
COUNTRIES = list(markets())


def some(country: str, count: int, crowd: Crowd = CROWD) -> list[Person]:
    return [newcomer(country, n, Chance(7, "person", n), crowd) for n in range(count)]


def test_the_same_chance_makes_the_same_person() -> None:
    assert some("DE", 40) == some("DE", 40)
    assert newcomer("DE", 1, Chance(8), CROWD) != newcomer("DE", 1, Chance(9), CROWD)


@pytest.mark.parametrize("country", COUNTRIES)
def test_addresses_reach_nobody_and_belong_to_one(country: str) -> None:
    people = some(country, 300)
    assert len({one.email for one in people}) == 300
    assert all(one.email.rpartition("@")[2].startswith("example.") for one in people)
    assert all(one.email.isascii() and ".." not in one.email for one in people)


@pytest.mark.parametrize("country", COUNTRIES)
def test_phone_numbers_are_numbers_of_the_country(country: str) -> None:
    phones = [one.phone for one in some(country, 300, CROWD.model_copy(update={"phone": 1.0}))]
    assert len(set(phones)) == 300
    for phone in phones:
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(number), phone
        assert phonenumbers.region_code_for_number(number) == country
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == phone


def test_a_hundred_thousand_numbers_are_all_different() -> None:
    everybody = CROWD.model_copy(update={"phone": 1.0})
    chance = Chance("anybody")
    assert len({newcomer("SG", n, chance, everybody).phone for n in range(100_000)}) == 100_000


def test_the_crowd_is_as_the_scenario_says() -> None:
    people = some("BR", 4_000)
    guests = sum(one.id is None for one in people) / 4_000
    reached = [one for one in people if one.phone]
    assert guests == pytest.approx(CROWD.guests, abs=0.03)
    assert len(reached) / 4_000 == pytest.approx(CROWD.phone, abs=0.03)
    for consent, share in CROWD.email_consent.items():
        found = sum(one.email_consent is consent for one in people) / 4_000
        assert found == pytest.approx(share, abs=0.03), consent
    assert all(one.sms_consent is Consent.NONE for one in people if not one.phone)
    marketing = sum(one.sms_consent is Consent.MARKETING for one in reached) / len(reached)
    assert marketing == pytest.approx(CROWD.sms_consent[Consent.MARKETING], abs=0.03)


def test_a_region_goes_with_its_time_zone() -> None:
    places = {(one.region, one.timezone) for one in some("US", 200)}
    assert ("CA", "America/Los_Angeles") in places
    assert ("CA", "America/New_York") not in places
    assert {one.region for one in some("DE", 20)} == {None}
