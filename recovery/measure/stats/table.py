"""The estimators by the names under which sets of test vectors know them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from recovery.measure.stats.anytime import (
    asymptotic_cs,
    beta_binomial_anytime,
    normal_mixture_boundary,
)
from recovery.measure.stats.assignment import assign, chooseVariation, getBucketRanges, hash
from recovery.measure.stats.balance import dirichlet_multinomial_p, log_marginal_likelihoods, srm
from recovery.measure.stats.looks import p_best, peeking
from recovery.measure.stats.means import order_rate_delta, welch_delta
from recovery.measure.stats.planning import mde_rr, planned_total_n
from recovery.measure.stats.rates import newcombe, pooled_z, rr_log_adjusted, score_test, wilson
from recovery.measure.stats.several import bh, bonferroni, holm, stratified_lift
from recovery.measure.stats.survival import cumulative_recovery, km, logrank

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "wilson(k,n,alpha)": wilson,
    "newcombe(kt,nt,kc,nc,alpha)": newcombe,
    "rr_log_adjusted(kt,nt,kc,nc,alpha)": rr_log_adjusted,
    "pooled z": pooled_z,
    "score test (MN, no correction)": score_test,
    "srm(counts,weights)": srm,
    "dirichlet_multinomial_p(counts,weights,conc)": dirichlet_multinomial_p,
    "log marginal likelihoods": log_marginal_likelihoods,
    "welch/delta": welch_delta,
    "order_rate_delta(num,den per customer)": order_rate_delta,
    "asymptotic_cs": asymptotic_cs,
    "normal mixture boundary on S at V=100": normal_mixture_boundary,
    "beta_binomial_anytime(kt,kc,pi,mde_rr,alpha)": beta_binomial_anytime,
    "bh": bh,
    "bonferroni": bonferroni,
    "holm": holm,
    "km(times,events)": km,
    "logrank": logrank,
    "cumulative recovery F(t)=1-KM with log-log CI": cumulative_recovery,
    "planned_total_n(pc,mde_rr,pi,power,alpha)": planned_total_n,
    "mde_rr(pc,total_n,pi,power,alpha)": mde_rr,
    "p_best(Beta posteriors, uniform prior)": p_best,
    "p_best": p_best,
    "P(any |z|>1.96 in K equal looks)": peeking,
    "hash(seed,value,version)": hash,
    "chooseVariation(n,ranges)": chooseVariation,
    "getBucketRanges(n,coverage,weights)": getBucketRanges,
    "assign 10% holdout / 45 / 45, version 2": assign,
    "stratified_lift(strata) weights = n_treat share": stratified_lift,
}


def _identifier(text: str) -> str:
    """`score_test` of "score test (MN, no correction)"."""
    return re.sub(r"\W+", "_", text.partition("(")[0]).strip("_")


_BY_NAME = {_identifier(text): one for text, one in FUNCTIONS.items()}
_BY_NAME |= {one.__name__: one for one in FUNCTIONS.values()}
_BY_WORD = {re.split(r"\W", text)[0]: one for text, one in FUNCTIONS.items()}


def run(function: str, inputs: Mapping[str, Any]) -> Any:
    """Call the estimator that `function` names with `inputs`.

    `function` is a key of FUNCTIONS, a function's own name, or a text that begins like one of the
    keys ("assign 20% holdout"). ValueError when it is none.
    """
    ways = (
        FUNCTIONS.get(function),
        _BY_NAME.get(_identifier(function)),
        _BY_WORD.get(re.split(r"\W", function)[0]),
    )
    for found in filter(None, ways):
        return found(**inputs)
    raise ValueError(f"no estimator is called {function!r}")
