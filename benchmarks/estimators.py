"""What one call of each estimator takes: `python -m benchmarks.estimators [CALLS]`.

Reports ask a few for each row; simulations ask hundreds of thousands of times.
"""

import sys
from collections.abc import Callable, Mapping
from timeit import repeat

from benchmarks.support import say
from recovery.measure import stats

TREATED, CONTROL = {"t": "prop", "n": 9000, "sum": 1350}, {"t": "prop", "n": 1000, "sum": 120}
MONEY = {"t": "mean", "n": 9000, "sum": 5_599_700, "ss": 56_544_300_300}
HOURS = {float(hour): (100, 20) for hour in range(24 * 30)}
QUESTIONS: Mapping[str, Callable[[], object]] = {
    "wilson": lambda: stats.wilson(1350, 9000),
    "newcombe": lambda: stats.newcombe(1350, 9000, 120, 1000),
    "asymptotic_cs": lambda: stats.asymptotic_cs(CONTROL, TREATED),
    "beta_binomial_anytime": lambda: stats.beta_binomial_anytime(1350, 120, 0.9),
    "srm": lambda: stats.srm([9000, 1000], [0.9, 0.1]),
    "welch_delta": lambda: stats.welch_delta(MONEY, {**MONEY, "sum": 5_700_000}),
    "cumulative_recovery, 720 hours": lambda: stats.cumulative_recovery(HOURS),
}


def main() -> None:
    """Print the best of five rounds of `CALLS` calls, in millionths of a second."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    figures = {
        f"{name}, µs": min(repeat(ask, number=calls, repeat=5)) / calls * 1e6
        for name, ask in QUESTIONS.items()
    }
    say("Estimators", figures)


if __name__ == "__main__":
    main()
