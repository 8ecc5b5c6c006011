"""Customers with several orders: their orders hang together, and are fewer than they look."""

from collections import Counter
from itertools import accumulate
from math import exp, lgamma, sqrt
from statistics import fmean

from recovery.measure.evidence.repeats import Repeats
from recovery.measure.report import clustered
from recovery.measure.stats import Proportion, order_rates
from tests.montecarlo.chance import Chance, about, most
from tests.montecarlo.check import Check, Seen, chances

CUSTOMERS = 2000
MOST = 8  # orders of one customer
A, B = 0.6, 4.4  # of the Beta that customers' own rates come from: 12 % on average
RATE = A / (A + B)


def _kinds() -> dict[tuple[int, int], float]:
    """(Paid, placed) → probability: 1 to 8 orders, and so many of them paid at one's own rate."""
    return {(m, d): _paid(m, d) / MOST for d in range(1, MOST + 1) for m in range(d + 1)}


def _paid(m: int, d: int) -> float:
    ways = lgamma(d + 1) - lgamma(m + 1) - lgamma(d - m + 1)
    drawn = lgamma(m + A) + lgamma(d - m + B) - lgamma(d + A + B)
    return exp(ways + drawn + lgamma(A + B) - lgamma(A) - lgamma(B))


KINDS = _kinds()
LADDER = list(accumulate(KINDS.values()))


def arm(chance: Chance) -> Repeats:
    """The sums of one arm, as the database makes them."""
    drawn = Counter(chance.choices(list(KINDS), cum_weights=LADDER, k=CUSTOMERS))

    def total(power_m: int, power_d: int) -> int:
        return sum(n * m**power_m * d**power_d for (m, d), n in drawn.items())

    sums = ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1))
    return Repeats(CUSTOMERS, *(total(*powers) for powers in sums))


def _sums(one: Repeats) -> dict[str, int]:
    return {
        "n": one.customers,
        "ms": one.m,
        "mss": one.mm,
        "ds": one.d,
        "dss": one.dd,
        "md": one.md,
    }


def _cries(times: int) -> Seen:
    calls, naive = [], []
    for chance in chances("MC9", times):
        found = order_rates(_sums(arm(chance)), _sums(arm(chance)))
        calls.append(not found.lo_z <= 0 <= found.hi_z)
        naive.append(abs(found.diff) > 1.959964 * found.naive_binomial_se)
    return Seen(fmean(calls), fmean(naive))


def _covers(times: int) -> Seen:
    """The interval that a report prints beside the recovery rate."""
    held, naive = [], []
    for chance in chances("MC9b", times):
        one = arm(chance)
        interval = clustered(Proportion(one.m, one.d), one)
        assert interval is not None
        held.append(RATE in interval)
        rate = one.m / one.d
        naive.append(abs(rate - RATE) <= 1.959964 * sqrt(rate * (1 - rate) / one.d))
    return Seen(fmean(held), fmean(naive))


CHECKS = (
    Check(
        "MC9",
        "1 to 8 orders a customer, nothing is there: order-level rates differ at one look",
        _cries,
        most,
        short=200,
        long=2000,
        popular="orders as strangers",
    ),
    Check(
        "MC9b",
        "the same customers: the interval of the recovery rate holds the truth",
        _covers,
        about,
        short=200,
        long=2000,
        popular="orders as strangers",
    ),
)
