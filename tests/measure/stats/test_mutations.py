"""A wrong boundary or variance would be noticed: each mistake below breaks a known number.

A module's source is changed in one place and run; at least one case of the named estimator must
then come out otherwise.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.support.vectors import cases, wrong

MISTAKES = [
    ("rates", "wilson", "z2 / (4 * n)", "0 / (4 * n)"),  # Wald about a shifted centre
    ("rates", "wilson", "centre = (p + z2 / (2 * n)) / shrink", "centre = p"),
    ("rates", "newcombe", "(c.hi - c.rate) ** 2", "(c.rate - c.lo) ** 2"),
    ("rates", "newcombe", "diff - down, diff + up", "diff - up, diff + down"),
    ("rates", "rr_log_adjusted", "kt + 0.5, nt + 0.5", "kt, nt"),
    ("rates", "rr_log_adjusted", "1 / xt - 1 / mt", "1 / xt + 1 / mt"),
    ("rates", "pooled_z", "(1 / nt + 1 / nc)", "(1 / (nt + nc))"),
    ("balance", "srm", "** 2 / due", "** 2 / count"),
    ("balance", "srm", "len(filled) - 1", "len(filled)"),
    ("balance", "srm", "SRM_ALPHA = 0.001", "SRM_ALPHA = 1e-6"),
    ("balance", "dirichlet_multinomial_p", "conc * share for", "conc for"),
    ("balance", "log_marginal_likelihoods", "n * log(share)", "log(share)"),
    ("means", "welch_delta", "treated.variance / treated.n", "treated.variance / control.n"),
    ("means", "welch_delta", "(treated.base / control.base) ** 2", "(1.0)"),
    ("means", "welch_delta", "(arm.n - 1) for", "arm.n for"),
    ("means", "welch_delta", "est / control.base, control.base**2", "est / control.base, 1.0"),
    ("means", "order_rate_delta", "c.variance / c.n", "c.variance / t.variance"),
    ("means", "order_rate_delta", '/ treated["ds"]', '/ treated["n"]'),
    ("anytime", "asymptotic_cs", "log1p(v / rho) - 2 * log(alpha)", "log1p(v / rho) - log(alpha)"),
    ("anytime", "asymptotic_cs", "control.n + treated.n", "max(control.n, treated.n)"),
    ("anytime", "asymptotic_cs", "best_rho(nstar, alpha)", "best_rho(n, alpha)"),
    ("anytime", "asymptotic_cs", "best_rho(nstar, alpha)", "best_rho(nstar)"),
    ("anytime", "asymptotic_cs", "(2 * (n + rho))", "(2 * n)"),
    ("anytime", "normal_mixture_boundary", "log1p(-2 * log(alpha))", "log1p(-log(alpha))"),
    ("anytime", "normal_mixture_boundary", "(v + rho) * (", "v * ("),
    ("anytime", "beta_binomial_anytime", "room = -log(alpha)", "room = -2 * log(alpha)"),
    ("anytime", "beta_binomial_anytime", "(shifted - pi) ** 2", "abs(shifted - pi)"),
    ("anytime", "beta_binomial_anytime", "kc * log1p(-pi)", "kc * log(pi)"),
    ("anytime", "beta_binomial_anytime", "1 / _edge(kc, kt, room)", "1 / _edge(kt, kc, room)"),
    ("several", "holm", "(len(p) - rank) * p[place]", "len(p) * p[place]"),
    ("several", "bonferroni", "len(p) * one", "(len(p) - 1) * one"),
    ("several", "bh", "len(p) / rank * p[place]", "len(p) * p[place]"),
    ("several", "stratified_lift", "weight**2", "weight"),
    ("several", "stratified_lift", "nt / treated", "1 / len(used)"),
    ("survival", "km", "(left * (left - paid))", "(left * left)"),
    ("survival", "km", "(left - paid) / left", "(left - paid - seen) / left"),
    ("survival", "km", "left -= paid + seen", "left -= paid"),
    ("survival", "cumulative_recovery", "sqrt(step.spread) / hazard", "sqrt(step.spread)"),
    ("survival", "cumulative_recovery", "survival * (end - since)", "0.0"),
    ("survival", "logrank", "(at_risk - paid) / (at_risk - 1)", "1"),
    ("planning", "planned_total_n", "treated = ceil(pi * total)", "treated = round(pi * total)"),
    ("planning", "planned_total_n", "pt * (1 - pt) / _share(pi)", "pc * (1 - pc) / _share(pi)"),
    ("planning", "planned_total_n", "z_of(alpha) + z_of_power", "z_of(2 * alpha) + z_of_power"),
    ("planning", "mde_rr", "z2 * (1 - 2 * pc) / nt", "0 * pc"),
    ("looks", "p_best", "(1.0 + k, 1.0 + n - k)", "(0.5 + k, 0.5 + n - k)"),
    ("looks", "peeking", "z * sqrt(look)", "z * look"),
]


def mutated(module: str, right: str, mistake: str) -> dict[str, Any]:
    """What `module` defines when `mistake` stands where `right` did."""
    whole = import_module(f"recovery.measure.stats.{module}")
    source = Path(str(whole.__file__)).read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{module} has {right!r} {source.count(right)} times"
    names: dict[str, Any] = {"__name__": whole.__name__}
    assert names["__name__"] in sys.modules  # where dataclasses look their module up
    exec(compile(source.replace(right, mistake), module, "exec"), names)  # noqa: S102
    return names


@pytest.mark.parametrize(("module", "name", "right", "mistake"), MISTAKES)
def test_a_mistake_is_noticed(module: str, name: str, right: str, mistake: str) -> None:
    estimator = mutated(module, right, mistake)[name]
    assert any(wrong(case, estimator) for case in cases(name))


@pytest.mark.parametrize("module", sorted({module for module, *_ in MISTAKES}))
def test_without_a_mistake_nothing_is_wrong(module: str) -> None:
    names = mutated(module, '"""\n\nfrom', '"""\n\n\nfrom')
    for name in {name for other, name, *_ in MISTAKES if other == module}:
        assert [one for case in cases(name) for one in wrong(case, names[name])] == []
