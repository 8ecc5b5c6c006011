"""Reports made of counts, without a database: what a page may be asked to show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from recovery.campaign.experiments import Decision
from recovery.measure.cash import Cash
from recovery.measure.comparing import Early
from recovery.measure.course import Course, Look
from recovery.measure.evidence.cohorts import Cohort, Side
from recovery.measure.evidence.credit import Rule
from recovery.measure.evidence.letters import Stage
from recovery.measure.evidence.purses import Purse
from recovery.measure.evidence.tallies import Curve, Tally
from recovery.measure.evidence.units import Arm
from recovery.measure.journey import Hazard
from recovery.measure.judging import Health, judge
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.report import Balance, Report, Row
from recovery.measure.stats import Proportion, wilson
from recovery.money import Money

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = 3_600_000_000  # microseconds
NOBODY = Proportion(0, 0)


def tally(seen: Proportion, young: int = 0) -> Tally:
    """Customers who converted evenly over three days, and some whose window is open."""
    told = Tally(seen.total + young, seen.total, seen.count, seen.count, 0)
    curve = Curve()
    for number in range(seen.count):
        minute = 60 * (number % 72 + 1)
        told.minutes[minute] += 1
        curve.paid[minute] += 1
        curve.paid_spans[minute] += minute * HOUR // 60
    for minute, many in ((168 * 60, seen.total - seen.count), (48 * 60, young)):
        if many:
            curve.waiting[minute] += many
            curve.waiting_spans[minute] += many * minute * HOUR // 60
    told.curve = curve
    return told


def arm(
    name: str | None,
    seen: Proportion,
    lift: Lift | None = None,
    *,
    health: Health = Health(),  # noqa: B008
    cash: Sequence[Cash] = (),
    stages: Sequence[Hazard] = (),
    decision: Decision = Decision(),  # noqa: B008
    segment: str = "everyone",
    campaign: str = "card-declined",
    young: int = 0,
    draws: bool = True,
) -> Row:
    """One row; `name` is None for the hold-out."""
    verdict = judge(lift, health, draws=draws, over=False)
    trusted = not (health.mismatched or health.is_contaminated)
    return Row(
        arm=Arm(campaign, segment, name, holdout=name is None),
        enrolled=seen.total + young,
        mature=seen,
        interval=wilson(seen.count, seen.total).interval if seen.total else None,
        lift=lift if trusted or lift is None else lift.silent(),
        verdict=verdict,
        touches={"email": 0 if name is None else seen.total, "sms": 0, "task": 0},
        money=tuple(_balance(one) for one in cash),
        people=tally(seen, young),
        early=Early(NOBODY, NOBODY),
        cash=tuple(cash),
        health=health,
        credits={rule: Counter(reminder=seen.count // 2) for rule in Rule} if name else {},
        stages=tuple(stages),
        decision=decision,
        window=timedelta(days=7),
    )


def segment(
    told: Mapping[str, tuple[int, int]], held: tuple[int, int] | None, **values: object
) -> list[Row]:
    """Sequences with (converted, mature) and their hold-out, compared as the report does."""
    decision = values.get("decision", Decision())
    found: dict[str, Lift] = {}
    if held is not None:
        strata = {name: [Stratum(Proportion(*n), Proportion(*held))] for name, n in told.items()}
        shares = {
            name: total / (total + held[1]) if total else 0.5 for name, (_, total) in told.items()
        }
        found = lifts(strata, decision, shares)
    rows = [arm(name, Proportion(*n), found.get(name), **values) for name, n in told.items()]
    if held is not None:
        kept = {k: v for k, v in values.items() if k not in ("cash", "stages", "young")}
        rows.append(arm(None, Proportion(*held), **kept))
    return rows


def stage(step: str, hours: float, treated: Proportion, control: Proportion | None) -> Hazard:
    """A step of which three quarters of the messages were sent and a tenth clicked."""
    planned = treated.total
    reach = Stage(planned, planned * 3 // 4, planned // 2, 0, planned // 10, "email")
    return Hazard(step, "email", timedelta(hours=hours), reach, treated, control)


def purse(currency: str, *, organic: int | None = None, sold: int = 100_000) -> Cash:
    """Money of which some of everything was taken off."""
    parts = {"discount": sold // 50, "subsidy": sold // 100, "refunds": sold // 40, "leaked": 10}
    return Cash(currency, Purse(900, 300, sold, **parts), sold // 1000, organic)


def two(*counts: int) -> tuple[Proportion, Proportion]:
    """Two shares out of four numbers."""
    return Proportion(*counts[:2]), Proportion(*counts[2:])


def looks(row: Row, held: Proportion, *, days: int = 20) -> tuple[Look, ...]:
    """How the lift of a row came about, evenly over some days."""
    found = []
    for day in range(1, days + 1):
        parts = [
            Proportion(one.count * day // days, one.total * day // days)
            for one in (Proportion(row.people.converted, row.people.mature), held)
        ]
        lift = lifts({"a": [Stratum(*parts)]}, row.decision, {"a": 0.5})["a"]
        found.append(Look(date(2026, 11, 1) + timedelta(days=day), lift))
    return tuple(found)


def weeks(row: Row, many: int = 4) -> tuple[Cohort, ...]:
    """Weeks until now; the last ones are too young."""
    found = []
    for number in range(many):
        monday = datetime(2026, 11, 16, tzinfo=UTC) - timedelta(days=7 * (many - 1 - number))
        cohort = Cohort(monday.date(), monday, monday + timedelta(days=7), 100)
        cohort.days.update({1: 20, 2: 8, 3: 2})
        cohort.mature = 100 if number < many - 2 else 0
        cohort.converted = 30 if cohort.mature else 0
        found.append(cohort)
    return tuple(found)


def course(rows: Sequence[Row]) -> Course:
    """Of every sequence that has a hold-out."""
    held = {
        row.arm[:2]: Proportion(row.people.converted, row.people.mature)
        for row in rows
        if row.arm.holdout
    }
    told = [row for row in rows if not row.arm.holdout and row.arm[:2] in held]
    return Course(
        "Europe/Berlin",
        {row.arm: looks(row, held[row.arm[:2]]) for row in told if row.people.mature},
        {Side(*row.arm[:2], holdout=False): weeks(row) for row in told},
    )


def report(*segments: Sequence[Row]) -> Report:
    """All of them."""
    return Report(NOW, tuple(row for rows in segments for row in rows))


def _balance(cash: Cash) -> Balance:
    nothing = Money(0, cash.currency)
    return Balance(cash.money(cash.paid), nothing, cash.money(cash.messages), nothing)
