"""Worlds whose truth is known, some dozens of each: `make montecarlo` is the long form."""

from statistics import NormalDist, fmean

import pytest

from recovery.measure.judging import Verdict
from tests.montecarlo.chance import Chance, about, most
from tests.montecarlo.check import Check
from tests.montecarlo.shop import Shop, a_house, people
from tests.montecarlo.stories import alone, credited, errors_off, gap, mixed_up
from tests.montecarlo.table import BEGIN, CHECKS, END, PAGE, asked, passes


@pytest.mark.parametrize(
    "check", [one for one in CHECKS if one.short], ids=lambda one: f"{one.name}-{one.scene[:60]}"
)
def test_the_engine_is_no_further_off_than_chance(check: Check) -> None:
    seen = check.measure(check.short)
    assert passes(check, seen, check.short), (seen, check.bound(check.short))


@pytest.mark.parametrize(
    ("times", "bound"), [(200, 0.105), (400, 0.0875), (1000, 0.073), (2000, 0.0655), (4000, 0.061)]
)
def test_false_alarms_have_their_bound(times: int, bound: float) -> None:
    assert most(times) == (0, pytest.approx(bound))


@pytest.mark.parametrize(("times", "low", "high"), [(1000, 0.926, 0.971), (2000, 0.9335, 0.9655)])
def test_coverage_has_its_band(times: int, low: float, high: float) -> None:
    assert about(times) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (50, 0.03), (5000, 0.12), (400, 0.9)])
def test_the_harness_draws_as_it_says(n: int, p: float) -> None:
    """Mean and variance of its binomial, within four standard errors; all of it possible."""
    chance, many = Chance("binomial"), 4000
    drawn = [chance.binomial(n, p) for _ in range(many)]
    variance = n * p * (1 - p)
    assert abs(NormalDist(n * p, (variance / many) ** 0.5).zscore(fmean(drawn))) < 4
    assert fmean((one - n * p) ** 2 for one in drawn) == pytest.approx(variance, rel=0.15)
    assert 0 <= min(drawn) <= max(drawn) <= n


def test_a_whole_life_without_effect_and_the_same_told_otherwise() -> None:
    """Nothing is found; and rows that come mixed up, twice, late and in pieces make the very same
    report."""
    said = []
    for tell in (None, mixed_up(Chance("mixed up"))):
        with a_house() as house:
            shop = Shop(house, people(Chance("A/A"), 480, 0.75, 0.0, waves=1))
            shop.tell = tell or shop.tell
            said.append(shop.live().said())
            row = shop.sequence()
            assert gap(shop, row) < 1e-9
            assert row["verdict"] == Verdict.INCONCLUSIVE
            assert row["customers"]["converted"] == shop.seen()["plain"].count
            (cash,) = row["customer_money"]
            assert {name: cash[name] for name in money(shop)} == money(shop)
            low, high = (float(end) for end in cash["incremental_ci95"])
            assert low < 0 < high
    assert said[0] == said[1]


def money(shop: Shop) -> dict[str, str]:
    """What came in, by a calculator: nothing was given and nothing spent."""
    seen, taken = shop.seen(), shop.taken()
    organic = round(taken[None] / seen[None].total * seen["plain"].total)
    minor = {"paid": taken["plain"], "net": taken["plain"], "organic": organic}
    minor["incremental_net"] = taken["plain"] - organic
    return {name: f"{amount / 100:.2f}" for name, amount in minor.items()}


def test_a_whole_life_with_an_effect() -> None:
    """It is found, and as large as it is; what is credited is more, and never called a lift."""
    with a_house() as house:
        shop = Shop(house, people(Chance("effect"), 300, 0.15, 0.5)).live()
        row = shop.sequence()
        assert gap(shop, row) < 1e-9
    assert row["verdict"] == Verdict.LIFT == alone(shop).verdict
    assert abs(errors_off(shop, row)) < 3
    assert credited(row) > 1.3 * shop.caused()
    caused = {**row["lift"], **{k: v for k, v in row.items() if "incremental" in k}}
    assert credited(row) not in caused.values()


def test_the_page_tells_of_every_check() -> None:
    told = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    for check in (one for one in CHECKS if one.long):
        assert f"| {check.name} | {check.scene} | {check.long} |" in told
        assert f"| {asked(check)} |" in told
