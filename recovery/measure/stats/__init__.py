"""The arithmetic of honesty: every formula of a report. Pure: counts and sums in, no rows.

    rates       one share, two shares, how many are enough
    means       means, ratios, adjusted means; order-level rates
    anytime     what decides while a test runs
    balance     whether the arms have the sizes they were drawn for
    several     many arms, many versions
    survival    recovery curves
    planning    how many customers show what
    looks       checks of the checks
    assignment  the draw, under GrowthBook's names
    table       all of them by name

Results read like records and like mappings (`result.lo`, `result["lo"]`). Undefined numbers are
None; impossible inputs are ValueErrors. docs/measurement.md says when each is used, and why.
"""

from recovery.measure.stats.anytime import (
    PLANNED,
    AnytimeRatio,
    asymptotic_cs,
    beta_binomial_anytime,
    normal_mixture_boundary,
    sequence_of,
)
from recovery.measure.stats.assignment import assign, chooseVariation, getBucketRanges, hash
from recovery.measure.stats.balance import (
    Balance,
    dirichlet_multinomial_p,
    log_marginal_likelihoods,
    srm,
)
from recovery.measure.stats.curve import Curve
from recovery.measure.stats.looks import p_best, peeking
from recovery.measure.stats.means import (
    Effect,
    OrderRates,
    order_rate_delta,
    order_rates,
    welch_delta,
)
from recovery.measure.stats.moments import Moments
from recovery.measure.stats.planning import mde_rr, planned_total_n, total_for
from recovery.measure.stats.rates import (
    ALPHA,
    BURN_IN,
    PAYERS,
    Difference,
    Interval,
    Proportion,
    Rate,
    Ratio,
    enough,
    enough_payers,
    newcombe,
    pooled_z,
    rr_log_adjusted,
    score_test,
    wilson,
)
from recovery.measure.stats.result import Result
from recovery.measure.stats.several import (
    Adjusted,
    Stratified,
    bh,
    bonferroni,
    holm,
    stratified_lift,
)
from recovery.measure.stats.survival import at_risk, cumulative_recovery, km, logrank
from recovery.measure.stats.table import FUNCTIONS, run

__all__ = [
    "ALPHA",
    "BURN_IN",
    "FUNCTIONS",
    "PAYERS",
    "PLANNED",
    "Adjusted",
    "AnytimeRatio",
    "Balance",
    "Curve",
    "Difference",
    "Effect",
    "Interval",
    "Moments",
    "OrderRates",
    "Proportion",
    "Rate",
    "Ratio",
    "Result",
    "Stratified",
    "assign",
    "asymptotic_cs",
    "at_risk",
    "beta_binomial_anytime",
    "bh",
    "bonferroni",
    "chooseVariation",
    "cumulative_recovery",
    "dirichlet_multinomial_p",
    "enough",
    "enough_payers",
    "getBucketRanges",
    "hash",
    "holm",
    "km",
    "log_marginal_likelihoods",
    "logrank",
    "mde_rr",
    "newcombe",
    "normal_mixture_boundary",
    "order_rate_delta",
    "order_rates",
    "p_best",
    "peeking",
    "planned_total_n",
    "pooled_z",
    "rr_log_adjusted",
    "run",
    "score_test",
    "sequence_of",
    "srm",
    "stratified_lift",
    "total_for",
    "welch_delta",
    "wilson",
]
