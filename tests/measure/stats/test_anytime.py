"""Answers that hold at every look: exact where they claim to be, and not fooled by peeking."""

from functools import cache
from itertools import product
from math import comb, exp, inf, log1p, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import (
    ALPHA,
    Moments,
    Proportion,
    asymptotic_cs,
    beta_binomial_anytime,
    enough,
    normal_mixture_boundary,
    sequence_of,
)

shares = st.sampled_from([0.5, 0.8, 0.9])
ratios = st.sampled_from([0.7, 1.2, 1.3, 2.0])


@given(shares, ratios, st.integers(1, 60))
def test_p_weighs_two_ways_to_split_the_converters(pi: float, mde_rr: float, n: int) -> None:
    """By chance alone, against any split that the prior expects; never above 1."""
    c = pi * (1 - pi) / (pi * mde_rr / (pi * mde_rr + 1 - pi) - pi) ** 2
    for kt in range(n + 1):
        chance = comb(n, kt) * pi**kt * (1 - pi) ** (n - kt)
        odds = chance / split_chance(kt, n, c * pi, c * (1 - pi))
        assert beta_binomial_anytime(kt, n - kt, pi, mde_rr).p == pytest.approx(min(1, odds))


def split_chance(kt: int, n: int, a: float, b: float) -> float:
    """Probability of the split under the prior, one customer after the other."""
    value = float(comb(n, kt))
    for i in range(kt):
        value *= (a + i) / (a + b + i)
    for i in range(n - kt):
        value *= (b + i) / (a + b + kt + i)
    return value


@pytest.mark.parametrize("pi", [0.5, 0.9])
@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_looking_after_every_converter_gives_no_more_than_alpha(pi: float, alpha: float) -> None:
    """Exact: the chance of ever p ≤ alpha among the first 250 converters, over every path."""
    alive, stopped = {0: 1.0}, 0.0
    for n in range(1, 251):
        after: dict[int, float] = {}
        for kt, chance in alive.items():
            for more, weight in ((1, pi), (0, 1 - pi)):
                after[kt + more] = after.get(kt + more, 0.0) + chance * weight
        done = {kt for kt in after if beta_binomial_anytime(kt, n - kt, pi).p <= alpha}
        stopped += sum(after[kt] for kt in done)
        alive = {kt: chance for kt, chance in after.items() if kt not in done}
    assert 0 < stopped <= alpha
    assert stopped + sum(alive.values()) == pytest.approx(1)


@given(st.integers(0, 10**6), st.integers(0, 10**6), shares, st.sampled_from([0.2, 0.05, 1e-9]))
def test_the_interval_holds_just_the_ratios_that_are_not_refused(
    kt: int, kc: int, pi: float, alpha: float
) -> None:
    found = beta_binomial_anytime(kt, kc, pi, alpha=alpha)
    assert (found.p > alpha) == (found.rr_lo < 1 < found.rr_hi)
    assert (found.rr_hi == inf) == (kc == 0)
    assert (found.rr_lo == 0) == (kt == 0)
    if found.rr_hat is None:
        assert kc == 0
    else:
        assert found.rr_lo <= found.rr_hat <= found.rr_hi
        assert found.rr_hat == pytest.approx(kt / kc * (1 - pi) / pi)


def test_at_its_bounds_the_interval_is_just_refused() -> None:
    """Testing the bound itself instead of equal rates gives p = alpha."""
    kt, kc, pi, c = 330, 240, 0.5, beta_binomial_anytime(330, 240, 0.5).concentration
    found = beta_binomial_anytime(kt, kc, pi)
    for ratio in (found.rr_lo, found.rr_hi):
        theta = pi * ratio / (pi * ratio + 1 - pi)
        odds = split_chance(kt, kt + kc, c * pi, c * (1 - pi)) / comb(kt + kc, kt)
        assert theta**kt * (1 - theta) ** kc / odds == pytest.approx(ALPHA, rel=1e-6)


@pytest.mark.parametrize("alpha", [1e-300, 1 - 1e-9])
def test_any_alpha_gives_an_interval(alpha: float) -> None:
    found = beta_binomial_anytime(3, 1, 0.9, alpha=alpha)
    assert 0 <= found.rr_lo <= found.rr_hat <= found.rr_hi < inf


@pytest.mark.parametrize(
    "given",
    [
        {"kt": -1, "kc": 0, "pi": 0.5},
        {"kt": 1, "kc": 0, "pi": 1.0},
        {"kt": 1, "kc": 0, "pi": 0.5, "mde_rr": 1.0},
        {"kt": 1, "kc": 0, "pi": 0.5, "mde_rr": 0.0},
        {"kt": 1, "kc": 0, "pi": 0.5, "alpha": 0.0},
    ],
)
def test_what_has_no_exact_test(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no test"):
        beta_binomial_anytime(**given)


def arms(z: float, n: float) -> tuple[Moments, Moments]:
    """Two arms of n / 2 whose difference is z standard errors."""
    se = sqrt(1 / (n / 2) + 1 / (n / 2))
    return Moments(n / 2, 1.0, 1.0, 1.0), Moments(n / 2, 1 + z * se, 1.0, 1 + z * se)


@given(st.integers(20, 10**7), st.sampled_from([500, 5000, 80_000]), st.sampled_from([0.05, 0.01]))
def test_the_p_value_reaches_alpha_where_the_interval_leaves_zero(
    n: int, nstar: int, alpha: float
) -> None:
    wide = asymptotic_cs(*arms(0, n), nstar, alpha)
    edge = wide.hi / wide.se
    assert asymptotic_cs(*arms(edge, n), nstar, alpha).p == pytest.approx(alpha, rel=1e-6)
    assert asymptotic_cs(*arms(edge * 1.001, n), nstar, alpha).lo > 0
    assert asymptotic_cs(*arms(edge * 0.999, n), nstar, alpha).lo < 0


def test_the_evidence_of_the_sequence_is_a_fair_bet_too() -> None:
    """Mixing over normal effects: E exp(S² / 2(v + ρ)) √(ρ / (v + ρ)) = 1 without any effect."""
    n, rho = 3000.0, normal_mixture_boundary(1, 5000).best_rho
    floor = exp(-0.5 * log1p(n / rho))  # the evidence at z = 0, below which p stays at 1
    step, worth = 1e-3, 0.0
    for place in range(-12_000, 12_001):
        z = place * step
        p = sequence_of(z, 1.0, n).p
        stake = 1 / p if p < 1 else floor * exp(z * z / 2 * n / (n + rho))
        worth += stake * exp(-z * z / 2) / sqrt(6.283185307179586) * step
    assert worth == pytest.approx(1, abs=1e-6)


@given(st.integers(1, 10**7), st.integers(50, 10**6))
def test_no_boundary_is_lower_than_that_of_one_look(v: int, v_opt: int) -> None:
    found = normal_mixture_boundary(v, v_opt)
    assert found.bound > 1.959963984540054 * sqrt(v)


def test_the_boundary_is_lowest_near_what_it_is_tuned_for() -> None:
    def width(v_opt: float) -> float:
        return normal_mixture_boundary(1000, v_opt).bound

    assert width(1000) < min(width(300), width(3000))


@pytest.mark.parametrize(
    "given", [{"nstar": 0}, {"alpha": 0}, {"kind": "one-sided"}, {"diff": "odds"}]
)
def test_what_has_no_sequence(given: dict[str, object]) -> None:
    arm = {"t": "prop", "n": 100, "sum": 12}
    with pytest.raises(ValueError, match=r"boundary|no sequence|no difference"):
        asymptotic_cs(arm, {**arm, "sum": 20}, **given)


def test_without_any_variance_there_is_no_sequence() -> None:
    none, all_ = {"t": "prop", "n": 100, "sum": 0}, {"t": "prop", "n": 100, "sum": 100}
    assert asymptotic_cs(none, all_) == {"est": 1, "lo": None, "hi": None, "se": 0, "p": None}
    relative = asymptotic_cs(none, all_, diff="relative")
    assert relative == dict.fromkeys(("est", "lo", "hi", "se", "p"))


@cache
def histories(base: float, share: float, runs: int = 250) -> list[list[tuple[int, int, int, int]]]:
    """Two arms without any difference, as counted every 50 customers up to 5000."""
    random, found = Random(20), []  # noqa: S311
    for _ in range(runs):
        counts, looks = [0, 0, 0, 0], []
        for customer in range(1, 5001):
            arm = 2 * (random.random() >= share)
            counts[arm] += random.random() < base
            counts[arm + 1] += 1
            if customer % 50 == 0:
                looks.append(tuple(counts))
        found.append(looks)
    return found


def false_alarms(base: float, share: float, *, burn_in: bool) -> float:
    """How often the sequence ever leaves zero."""
    alarms = 0
    for looks in histories(base, share):
        alarms += any(
            (not burn_in or enough(Proportion(kt, nt), Proportion(kc, nc)))
            and nc
            and excludes_zero(kt, nt, kc, nc)
            for kt, nt, kc, nc in looks
        )
    return alarms / len(histories(base, share))


def excludes_zero(kt: int, nt: int, kc: int, nc: int) -> bool:
    found = asymptotic_cs({"t": "prop", "n": nc, "sum": kc}, {"t": "prop", "n": nt, "sum": kt})
    return found.lo is not None and not found.lo <= 0 <= found.hi


@pytest.mark.parametrize(("base", "share"), list(product([0.03, 0.12], [0.5, 0.9])))
def test_looking_a_hundred_times_gives_no_more_false_alarms(base: float, share: float) -> None:
    # Of 250 runs at 5 %, more than 9.6 % is a one in a thousand chance; in truth it is about 1 %.
    assert false_alarms(base, share, burn_in=True) <= 0.05


def test_without_the_burn_in_a_small_hold_out_cries_wolf() -> None:
    assert false_alarms(0.03, 0.9, burn_in=False) > 0.1
