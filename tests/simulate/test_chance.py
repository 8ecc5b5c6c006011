"""Draws by name: the same for ever, whoever else draws, and of the shape they say."""

from datetime import timedelta
from math import log
from statistics import fmean, median, stdev

import pytest

from recovery.simulate.chance import Chance

MANY = 4_000


def test_a_draw_is_the_same_for_ever() -> None:
    """Written down, so that another machine, or another Python, can't draw anything else."""
    assert Chance("market", 1).number("pays") == pytest.approx(0.2212673922, abs=1e-10)
    assert Chance("market", 1).of("order", 7).number("pays") == pytest.approx(
        Chance("market", 1, "order", 7).number("pays"), abs=0
    )


def test_every_name_and_every_seed_draws_its_own() -> None:
    drawn = {Chance(seed).number(name) for seed in range(50) for name in map(str, range(50))}
    assert len(drawn) == 2_500


def test_numbers_fill_the_space_between_zero_and_one() -> None:
    drawn = [Chance(n).number("x") for n in range(MANY)]
    assert 0 < min(drawn) < 0.005 and 0.995 < max(drawn) < 1
    assert fmean(drawn) == pytest.approx(0.5, abs=4 / (12 * MANY) ** 0.5)
    assert fmean(Chance(n).happens("x", 0.2) for n in range(MANY)) == pytest.approx(0.2, abs=0.026)


def test_waits_are_log_normal() -> None:
    waits = [Chance(n).wait("x", timedelta(hours=2), 0.8) for n in range(MANY)]
    hours = [one / timedelta(hours=1) for one in waits]
    assert median(hours) == pytest.approx(2, rel=0.08)
    assert stdev(map(log, hours)) == pytest.approx(0.8, rel=0.05)


def test_weights_are_shares() -> None:
    drawn = [Chance(n).by_weight("x", {"a": 3, "b": 0, "c": 1}) for n in range(MANY)]
    assert set(drawn) == {"a", "c"}
    assert drawn.count("a") / MANY == pytest.approx(0.75, abs=0.03)


def test_whole_numbers_include_both_ends() -> None:
    assert {Chance(n).whole("x", 2, 4) for n in range(200)} == {2, 3, 4}
    assert {Chance(n).one_of("x", "ab") for n in range(50)} == {"a", "b"}
