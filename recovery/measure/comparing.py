"""A segment's sequences against its hold-out: lift, trust and money. Pure: a survey comes in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.campaign.experiments import Rule
from recovery.measure.cash import Cash
from recovery.measure.evidence.tallies import Tally
from recovery.measure.evidence.units import Arm
from recovery.measure.judging import Health, alike, balance
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion
from recovery.measure.survey import Segment, Survey
from recovery.measure.waterfall import waterfall


@dataclass(frozen=True, slots=True)
class Early:
    """Mature customers whose version says when its first message is due, in whatever arm: nothing
    differs before. `triggered` are those who had not converted by then."""

    before: Proportion
    triggered: Proportion


@dataclass(frozen=True, slots=True)
class Compared:
    """One segment: lifts by sequence, and the money of each of its arms."""

    lifts: Mapping[str, Lift]
    health: Health
    cash: Mapping[Arm, tuple[Cash, ...]]
    early: Mapping[Arm, Early]


def compare(survey: Survey, segment: Segment) -> Compared:
    """Everything about one segment that needs more than one arm."""
    sequences = [arm for arm in survey.arms() if arm[:2] == segment and not arm.holdout]
    control = Arm(*segment, None, holdout=True)
    found = _lifts(survey, sequences, control) if control in survey.orders else {}
    cash = {arm: waterfall(survey, arm, control, found.get(str(arm.sequence))) for arm in sequences}
    if control in survey.orders:
        cash[control] = waterfall(survey, control, control, None)
    early = {arm: _early(survey, arm) for arm in cash}
    return Compared(found, _health(survey, sequences, control), cash, early)


def _lifts(survey: Survey, sequences: Sequence[Arm], control: Arm) -> dict[str, Lift]:
    segment, decision = control[:2], survey.designs.decision(control.campaign)
    until = None
    if decision.rule is Rule.FIXED:
        until = _planned_reached(survey, sequences, control, decision.customers)
    strata = {str(arm.sequence): _strata(survey, arm, control, until) for arm in sequences}
    shares = {
        str(arm.sequence): share
        for arm in sequences
        if (share := _share(survey, segment, arm.sequence)) is not None
    }
    found = lifts(strata, decision, shares)
    if decision.rule is Rule.FIXED and until is None:
        return {name: lift.waiting() for name, lift in found.items()}
    return found


def _strata(survey: Survey, arm: Arm, control: Arm, until: datetime | None) -> list[Stratum]:
    return [
        Stratum(
            _converted(survey, arm, versions, until), _converted(survey, control, versions, until)
        )
        for versions in survey.strata(arm[:2])
    ]


def _planned_reached(
    survey: Survey, sequences: Sequence[Arm], control: Arm, planned: int
) -> datetime | None:
    """When the planned number had matured in every pair; None until then. Who looks once sees what
    was known at that instant, whenever it is: figures that went on could be waited for."""
    instants = [_when(survey, (arm, control), planned) for arm in sequences]
    reached = [one for one in instants if one is not None]
    return max(reached) if reached and len(reached) == len(instants) else None


def _when(survey: Survey, pair: Sequence[Arm], planned: int) -> datetime | None:
    matured: Counter[datetime] = Counter()
    for (arm, _), found in survey.ripening.items():
        for instant, tally in found if arm in pair else ():
            matured[instant] += tally.mature
    total = 0
    for instant in sorted(matured):
        total += matured[instant]
        if total >= planned:
            return instant
    return None


def _share(survey: Survey, segment: Segment, sequence: str | None) -> float | None:
    """The treated's part of the pair under the newest design that drew both."""
    for versions in reversed(survey.strata(segment)):
        design = survey.design(versions)
        weights = design.weights(segment[1]) if design else {}
        if sequence in weights and None in weights:
            return weights[sequence] / (weights[sequence] + weights[None])
    return None


def _tally(survey: Survey, arm: Arm, versions: Iterable[int]) -> Tally:
    whole = Tally()
    for version in versions:
        if part := survey.tallies.get((arm, version)):
            whole.add(part)
    return whole


def _converted(
    survey: Survey, arm: Arm, versions: Iterable[int], until: datetime | None
) -> Proportion:
    """Of the mature customers; `until`: of those alone whose window had ended by then."""
    if until is None:
        tally = _tally(survey, arm, versions)
        return Proportion(tally.converted, tally.mature)
    ripe = [
        tally
        for version in versions
        for instant, tally in survey.ripening.get((arm, version), ())
        if instant <= until
    ]
    return Proportion(sum(one.converted for one in ripe), sum(one.mature for one in ripe))


def _health(survey: Survey, sequences: Sequence[Arm], control: Arm) -> Health:
    if control not in survey.orders:
        return Health()
    segment = control[:2]
    early = [_early(survey, arm, drawn=True).before for arm in (*sequences, control)]
    return Health(
        srm_p=_sizes(survey, [*sequences, control]),
        early_p=alike([one for one in early if one.total]),
        contaminated=survey.reached.get(segment, 0),
        held_out=survey.tally(control).enrolled,
    )


def _sizes(survey: Survey, arms: Sequence[Arm]) -> float | None:
    """Everybody who was drawn, mature or not, against the shares of the version that drew them."""
    segment = arms[0][:2]
    counted, expected = [0] * len(arms), [0.0] * len(arms)
    for versions in survey.strata(segment):
        design = survey.design(versions)
        if design is None or not design.holdout:
            continue
        weights = design.weights(segment[1])
        drawn = [_tally(survey, arm, versions).enrolled for arm in arms]
        for place, arm in enumerate(arms):
            counted[place] += drawn[place]
            expected[place] += sum(drawn) * weights.get(arm.sequence, 0.0)
    filled = [place for place, due in enumerate(expected) if due or counted[place]]
    return balance([counted[n] for n in filled], [expected[n] for n in filled])


def _early(survey: Survey, arm: Arm, *, drawn: bool = False) -> Early:
    """Before and after the first message was due; with `drawn`, of versions with a hold-out."""
    before = converted = mature = 0
    for (one, version), tally in survey.tallies.items():
        design = survey.designs.by_version.get(version)
        if one != arm or design is None or (drawn and not design.holdout):
            continue
        if (first := design.first_touch(arm.segment)) is not None:
            before += tally.converted_by(first // timedelta(minutes=1))
            converted, mature = converted + tally.converted, mature + tally.mature
    return Early(Proportion(before, mature), Proportion(converted - before, mature - before))
