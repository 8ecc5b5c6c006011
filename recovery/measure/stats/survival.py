"""When customers pay: recovery curves that count those whose window is still open.

Kaplan and Meier's estimate: who has not paid yet stays at risk until it was last looked at, and
weighs no more after that. A cancelled order stays at risk to the end: leaving it out would make the
rest look better.

Everywhere `times` are hours (or any unit) until the payment or the last look, with `events` beside
them: 1 paid, 0 not yet, 2 cancelled. For many customers they may be counted: `times` is then a
mapping from a time to (how many paid, how many were last looked at), without `events`. Who paid at
an instant was at risk at it, as were those last looked at then. ValueError when nobody was watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import TypeAlias

from recovery.measure.stats.curve import Curve
from recovery.measure.stats.rates import ALPHA
from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import chi2_p, z_of

Counted: TypeAlias = Mapping[float, tuple[int, int]]
Times: TypeAlias = Sequence[float] | Counted

_SEEN, _PAID, _CANCELLED = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Survival(Result):
    """Share still unpaid after each time, and Greenwood's error (None once nobody is left)."""

    S: Curve[float]
    greenwood_se: Curve[float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Recovery(Result):
    """Share paid by each time with its interval (of no width at 0 and at 1, where the log-log
    scale has none), and the mean time unpaid within the horizon."""

    F: Curve[float]
    ci95_loglog: Curve[list[float]]
    rmst_h: float


@dataclass(frozen=True, slots=True, eq=False)
class LogRank(Result):
    """χ² of one degree and p-value; None when no time of payment compares both groups."""

    chi2: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class _Step:
    """After `time`: the share unpaid, and Greenwood's sum (infinite once nobody is left)."""

    time: float
    survival: float
    spread: float


def km(times: Times, events: Sequence[int] | None = None) -> Survival:
    """Kaplan and Meier's curve. Source: (1958), J. Amer. Statist. Assoc. 53:457-481."""
    steps = _steps(count(times, events))
    knots = [step.time for step in steps]
    errors = [step.survival * sqrt(step.spread) if step.survival else None for step in steps]
    return Survival(Curve(knots, [step.survival for step in steps], 1.0), Curve(knots, errors, 0.0))


def cumulative_recovery(
    times_h: Times,
    events: Sequence[int] | None = None,
    horizon: float | None = None,
    alpha: float = ALPHA,
) -> Recovery:
    """1 − the curve above with a log-log interval, and the restricted mean up to `horizon`.

    Without `horizon` it is the latest time. The difference of two restricted means is what
    messages save in unpaid hours an order; medians "among the recovered" compare other people.
    Source: E. Borgan, K. Liestøl (1990), Scand. J. Statist. 17:35-41, for the interval.
    """
    counted = count(times_h, events)
    steps, end = _steps(counted), max(counted) if horizon is None else horizon
    if not end >= 0:
        raise ValueError(f"a horizon of {end!r} is over before the start")
    knots = [step.time for step in steps]
    return Recovery(
        F=Curve(knots, [1 - step.survival for step in steps], 0.0),
        ci95_loglog=Curve(knots, [_log_log(step, alpha) for step in steps], [0.0, 0.0]),
        rmst_h=_restricted_mean(steps, end),
    )


def logrank(
    t1: Times,
    e1: Sequence[int] | None = None,
    t2: Times = (),
    e2: Sequence[int] | None = None,
) -> LogRank:
    """Test of two equal curves. As a remark only: it asks about speed as much as about the end.

    Source: N. Mantel (1966), Cancer Chemotherapy Reports 50:163-170.
    """
    one, two = count(t1, e1), count(t2, e2)
    at_one, at_two = (sum(map(sum, group.values())) for group in (one, two))
    excess = variance = 0.0
    for time in sorted({*one, *two}):
        (paid_1, seen_1), (paid_2, seen_2) = one.get(time, (0, 0)), two.get(time, (0, 0))
        paid, at_risk = paid_1 + paid_2, at_one + at_two
        if paid and at_risk > 1:
            excess += paid_1 - paid * at_one / at_risk
            odd = paid * (at_risk - paid) / (at_risk - 1)
            variance += odd * (at_one / at_risk) * (at_two / at_risk)
        at_one, at_two = at_one - paid_1 - seen_1, at_two - paid_2 - seen_2
    if not variance:
        return LogRank(None, None)
    chi2 = excess**2 / variance
    return LogRank(chi2, chi2_p(chi2, 1))


def count(times: Times, events: Sequence[int] | None = None) -> Counted:
    """Both forms as counts: time → (paid, last looked at)."""
    if not isinstance(times, Mapping):
        times = _tally(times, events or ())
    if not any(paid + seen for paid, seen in times.values()):
        raise ValueError("nobody was watched: there is no curve")
    for time in times:
        if not time >= 0:
            raise ValueError(f"{time!r} is no time since the start")
    return times


def _tally(times: Sequence[float], events: Sequence[int]) -> Counted:
    if len(times) != len(events):
        raise ValueError(f"{len(times)} times and {len(events)} events: one of each a customer")
    counted: dict[float, tuple[int, int]] = {}
    for time, event in zip(times, events, strict=True):
        if event not in (_SEEN, _PAID, _CANCELLED):
            raise ValueError(f"{event!r} is no event: 0 not yet, 1 paid, 2 cancelled")
        place = max(times) if event == _CANCELLED else time
        paid, seen = counted.get(place, (0, 0))
        counted[place] = (paid + 1, seen) if event == _PAID else (paid, seen + 1)
    return counted


def at_risk(times: Times, events: Sequence[int] | None = None, at: float = 0.0) -> int:
    """How many had not paid, and were still watched, just before `at`."""
    return sum(sum(both) for time, both in count(times, events).items() if time >= at)


def _steps(counted: Counted) -> list[_Step]:
    steps, left = [], sum(map(sum, counted.values()))
    survival, spread = 1.0, 0.0
    for time, (paid, seen) in sorted(counted.items()):
        if paid:
            survival *= (left - paid) / left
            spread += paid / (left * (left - paid)) if left > paid else inf
            steps.append(_Step(time, survival, spread))
        left -= paid + seen
    return steps


def _log_log(step: _Step, alpha: float) -> list[float]:
    if not step.survival:
        return [1.0, 1.0]
    hazard = -log(step.survival)
    factor = exp(z_of(alpha) * sqrt(step.spread) / hazard)
    return [1 - exp(-hazard / factor), 1 - exp(-hazard * factor)]


def _restricted_mean(steps: Sequence[_Step], end: float) -> float:
    """The area under the curve from 0 to `end`; after the last payment it stays level."""
    total, since, survival = 0.0, 0.0, 1.0
    for step in steps:
        if step.time >= end:
            break
        total += survival * (step.time - since)
        since, survival = step.time, step.survival
    return total + survival * (end - since)
