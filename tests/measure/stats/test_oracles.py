"""The same questions to scipy, statsmodels and lifelines, at random and at the edges.

They are not needed to run anything; `pip install -e '.[oracles]'` brings them.
"""

import math
import warnings
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from recovery.measure import stats
from recovery.measure.stats.tails import chi2_p, log_beta, t_of, t_p, z_of

REASON = "the oracles are not installed: pip install -e '.[oracles]'"
ALPHAS = (0.3, 0.05, 1e-6)


@pytest.fixture(scope="module")
def oracle() -> Iterator[SimpleNamespace]:
    """The modules asked; their own warnings are none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {
            "special": "scipy.special",
            "scipy": "scipy.stats",
            "shares": "statsmodels.stats.proportion",
            "multiple": "statsmodels.stats.multitest",
            "lifelines": "lifelines",
            "tests": "lifelines.statistics",
            "utils": "lifelines.utils",
        }
        yield SimpleNamespace(
            **{key: pytest.importorskip(name, reason=REASON) for key, name in names.items()}
        )


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Oracles warn where they divide by zero and answer nan."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def two_arms(runs: int = 150) -> Iterator[tuple[int, int, int, int]]:
    random = Random(3)  # noqa: S311
    for _ in range(runs):
        nt, nc = random.choice([1, 2, 7, 50, 1000]), random.choice([1, 3, 9, 60, 5000])
        kt, kc = random.randint(0, nt), random.randint(0, nc)
        yield kt, nt, random.choice([kc, kc, kc, 0, nc]), nc


def lives(runs: int = 60) -> Iterator[tuple[list[float], list[int]]]:
    random = Random(4)  # noqa: S311
    for _ in range(runs):
        size = random.choice([1, 2, 5, 40])
        times = [random.choice([random.randint(0, 20), random.random() * 30]) for _ in range(size)]
        yield times, [random.randint(0, 1) for _ in times]


def same(found: float | None, expected: Any, **within: float) -> bool:
    """None stands for their nan."""
    if found is None or math.isnan(expected):
        return found is None and math.isnan(expected)
    return found == pytest.approx(float(expected), **(within or {"rel": 1e-9, "abs": 1e-12}))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_shares(oracle: SimpleNamespace, alpha: float) -> None:
    for kt, nt, kc, nc in two_arms():
        found, expected = stats.wilson(kt, nt, alpha), oracle.shares.proportion_confint
        assert (found.lo, found.hi) == pytest.approx(expected(kt, nt, alpha, "wilson"), abs=1e-12)
        ask = oracle.shares.confint_proportions_2indep
        bounds = ask(kt, nt, kc, nc, method="newcomb", compare="diff", alpha=alpha)
        difference = stats.newcombe(kt, nt, kc, nc, alpha)
        assert (difference.lo, difference.hi) == pytest.approx(bounds, abs=1e-12)
        bounds = ask(kt, nt, kc, nc, method="log-adjusted", compare="ratio", alpha=alpha)
        ratio = stats.rr_log_adjusted(kt, nt, kc, nc, alpha)
        assert (ratio.lo, ratio.hi) == pytest.approx(bounds, rel=1e-11)
        test = stats.pooled_z(kt, nt, kc, nc)
        z, p = oracle.shares.proportions_ztest([kt, kc], [nt, nc])
        assert same(test.z, z)
        assert same(test.p, p)


def test_the_balance_of_arms(oracle: SimpleNamespace) -> None:
    random = Random(5)  # noqa: S311
    for _ in range(100):
        counts = [random.randint(1, 500) for _ in range(random.randint(2, 5))]
        weights = [random.random() + 0.1 for _ in counts]
        due = [sum(counts) * weight / sum(weights) for weight in weights]
        expected, found = oracle.scipy.chisquare(counts, due), stats.srm(counts, weights)
        assert found.chi2 == pytest.approx(expected.statistic)
        assert found.p == pytest.approx(expected.pvalue, rel=1e-10)


def test_welch(oracle: SimpleNamespace) -> None:
    random = Random(6)  # noqa: S311
    for _ in range(60):
        a = [random.gauss(3, 2) for _ in range(random.choice([2, 5, 30]))]
        b = [random.gauss(4, 1) for _ in range(random.choice([2, 9, 50]))]
        expected = oracle.scipy.ttest_ind(b, a, equal_var=False)
        bounds = expected.confidence_interval(0.95)
        sums = [{"n": len(x), "sum": sum(x), "ss": sum(y * y for y in x)} for x in (a, b)]
        found = stats.welch_delta(*sums)
        assert (found.lo, found.hi) == pytest.approx((bounds.low, bounds.high), rel=1e-8)
        assert found.p == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("holm", "holm"), ("bonferroni", "bonferroni"), ("bh", "fdr_bh")]
)
def test_several_comparisons(oracle: SimpleNamespace, ours: str, theirs: str) -> None:
    random = Random(7)  # noqa: S311
    for _ in range(60):
        p = [random.choice([random.random(), random.random() * 0.02, 0.03]) for _ in range(6)]
        rejected, adjusted, *_ = oracle.multiple.multipletests(p, 0.05, theirs)
        found = getattr(stats, ours)(p)
        assert found.adjusted == pytest.approx(list(adjusted))
        assert found.rejections == sum(rejected)


@pytest.mark.parametrize("horizon", [5, 20, 40])
def test_recovery_curves(oracle: SimpleNamespace, horizon: int) -> None:
    for times, events in lives():
        theirs = oracle.lifelines.KaplanMeierFitter().fit(times, events)
        found = stats.cumulative_recovery(times, events, horizon)
        for hour in (0, 3, 7.5, 19, 30):
            assert found.F.at(hour) == pytest.approx(1 - float(theirs.predict(hour)), abs=1e-12)
            bounds = theirs.confidence_interval_
            low, high = bounds[bounds.index <= hour].iloc[-1]
            assert found.ci95_loglog.at(hour) == pytest.approx([1 - high, 1 - low], abs=1e-12)
        mean = oracle.utils.restricted_mean_survival_time(theirs, t=horizon)
        assert found.rmst_h == pytest.approx(mean)


def test_two_curves(oracle: SimpleNamespace) -> None:
    groups = list(lives())
    for (t1, e1), (t2, e2) in pairwise(groups):
        found = stats.logrank(t1, e1, t2, e2)
        if found.chi2 is not None:
            expected = oracle.tests.logrank_test(t1, t2, e1, e2)
            assert found.chi2 == pytest.approx(float(expected.test_statistic), abs=1e-9)
            assert found.p == pytest.approx(float(expected.p_value), rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 5, 30.5, 1000])
def test_tails(oracle: SimpleNamespace, df: float) -> None:
    for x in (1e-6, 0.01, 0.5, 1, 2, 5, 30, 300):
        assert chi2_p(x, df) == pytest.approx(oracle.scipy.chi2.sf(x, df), rel=1e-12)
        assert t_p(x, df) == pytest.approx(2 * oracle.scipy.t.sf(x, df), rel=1e-10)
    for alpha in (0.9, 0.05, 1e-3, 1e-12):
        assert t_of(alpha, df) == pytest.approx(oracle.scipy.t.isf(alpha / 2, df), rel=1e-11)
        assert z_of(alpha) == pytest.approx(oracle.scipy.norm.isf(alpha / 2), rel=1e-14)
    for other in (0.1, 2.5, 11):
        expected = oracle.special.betaln(df, other)
        assert log_beta(df, other) == pytest.approx(expected, rel=1e-11, abs=1e-12)


def test_the_sequential_balance_is_a_dirichlet_multinomial(oracle: SimpleNamespace) -> None:
    counts, weights = [4500, 4380, 1120], [0.45, 0.45, 0.1]
    prior = [10_000 * weight for weight in weights]
    any_split = oracle.scipy.dirichlet_multinomial.logpmf(counts, prior, sum(counts))
    fixed = float(oracle.scipy.multinomial.logpmf(counts, sum(counts), weights))
    found = stats.dirichlet_multinomial_p(counts, weights)
    assert found.log_bayes_factor == pytest.approx(any_split - fixed, abs=1e-7)
    both = stats.log_marginal_likelihoods([counts], weights, prior)
    assert (both.log_M1, both.log_M0) == pytest.approx((any_split, fixed), abs=1e-7)
