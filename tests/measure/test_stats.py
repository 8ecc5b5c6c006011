"""The formulas against published numbers, and against the properties they must have."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import Interval, Proportion, enough, newcombe, wilson

SHARED = Path(__file__).parents[3] / "shared" / "measurement" / "stat_vectors.json"


def rounded(interval: Interval) -> tuple[float, float]:
    return round(interval.low, 4), round(interval.high, 4)


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        # worked by hand: p = 0.5, n = 4, z² = 3.8415 -> 0.5 ± 0.98 / 2.7998
        (2, 4, (0.15, 0.85)),
        (0, 1, (0.0, 0.7935)),
        (1, 1, (0.2065, 1.0)),
    ],
)
def test_wilson_agrees_with_the_paper(
    count: int, total: int, expected: tuple[float, float]
) -> None:
    assert rounded(wilson(Proportion(count, total))) == expected


@pytest.mark.parametrize(
    ("treated", "control", "difference", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10, examples a to h
        ((56, 70), (48, 80), 0.2, (0.0524, 0.3339)),
        ((9, 10), (3, 10), 0.6, (0.1705, 0.8090)),
        ((6, 7), (2, 7), 0.5714, (0.0582, 0.8062)),
        ((5, 56), (0, 29), 0.0893, (-0.0381, 0.1926)),
        ((0, 10), (0, 10), 0.0, (-0.2775, 0.2775)),
        ((10, 10), (0, 20), 1.0, (0.6791, 1.0)),
    ],
)
def test_newcombe_agrees_with_the_paper(
    treated: tuple[int, int],
    control: tuple[int, int],
    difference: float,
    expected: tuple[float, float],
) -> None:
    found, interval = newcombe(Proportion(*treated), Proportion(*control))
    assert round(found, 4) == difference
    assert rounded(interval) == expected


proportions = st.integers(1, 5000).flatmap(
    lambda total: st.integers(0, total).map(lambda count: Proportion(count, total))
)


@given(proportions)
def test_a_wilson_interval_holds_its_rate_and_stays_between_0_and_1(seen: Proportion) -> None:
    interval = wilson(seen)
    assert 0 <= interval.low <= seen.rate <= interval.high <= 1


@given(proportions, proportions)
def test_swapping_the_arms_mirrors_the_difference(one: Proportion, other: Proportion) -> None:
    difference, interval = newcombe(one, other)
    mirrored, mirror = newcombe(other, one)
    assert mirrored == pytest.approx(-difference)
    assert (mirror.low, mirror.high) == pytest.approx((-interval.high, -interval.low))
    assert -1 <= interval.low <= difference <= interval.high <= 1


def test_enough_wants_ten_of_both_kinds_in_both_arms() -> None:
    assert enough(Proportion(10, 20), Proportion(500, 1000))
    assert not enough(Proportion(9, 1000), Proportion(500, 1000))
    assert not enough(Proportion(500, 1000), Proportion(11, 20))


def test_more_than_everybody_is_no_proportion() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Proportion(3, 2)


def _wilson(k: int, n: int, alpha: float) -> dict[str, float]:
    found = wilson(Proportion(k, n), 1 - alpha)
    return {"rate": k / n, "lo": found.low, "hi": found.high}


def _newcombe(kt: int, nt: int, kc: int, nc: int, alpha: float) -> dict[str, float]:
    difference, found = newcombe(Proportion(kt, nt), Proportion(kc, nc), 1 - alpha)
    return {"diff": difference, "lo": found.low, "hi": found.high}


OURS: Mapping[str, Callable[..., dict[str, float]]] = {
    "wilson(k,n,alpha)": _wilson,
    "newcombe(kt,nt,kc,nc,alpha)": _newcombe,
}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not beside this checkout")
def test_every_shared_vector_of_these_two_formulas() -> None:
    cases: list[dict[str, Any]] = json.loads(SHARED.read_text(encoding="utf-8"))["cases"]
    known = [case for case in cases if case["function"] in OURS]
    assert len(known) >= 10
    for case in known:
        found = OURS[case["function"]](**case["inputs"])
        assert found == pytest.approx(case["expected"], abs=case["tol_abs"]), case["id"]
